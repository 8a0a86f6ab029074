"""What training costs: the default recipe beside the specified one, and its memory as files grow.

    python benchmarks/train_cost.py --rounds 3 --large 1000000

Whole `leadscore train` commands in processes of their own, interleaved, medians.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

#: What the system's accounts count memory in: kilobytes on Linux, bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
LEADS = 10_000


def main() -> None:
    """Print the seconds and the peak memory of each recipe, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0, help="leads of the large file; 0: none")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world(folder / "leads.parquet", LEADS)
        taken: dict[str, list[float]] = {"ordinal": [], "seed": []}
        for _ in range(asked.rounds):
            for recipe, seconds in taken.items():
                spent, peak = train(folder, "leads.parquet", recipe)
                seconds.append(spent)
                print(f"{recipe}: {spent:.1f} s, peak {peak:,.0f} MB", flush=True)
        ratio = median(taken["ordinal"]) / median(taken["seed"])
        print(f"{LEADS:,} leads: ordinal / seed = {ratio:.2f}", flush=True)
        if asked.large:
            world(folder / "large.parquet", asked.large)
            spent, peak = train(folder, "large.parquet", "ordinal")
            print(f"{asked.large:,} leads, ordinal: {spent:.0f} s, peak {peak:,.0f} MB")


def world(path: Path, leads: int) -> None:
    """Make a world file."""
    run(["world", str(path), "--leads", str(leads)])


def train(folder: Path, leads: str, recipe: str) -> tuple[float, float]:
    """Train once; return its seconds and its peak memory in MB."""
    out = folder / "model"
    began = time.perf_counter()
    peak = run(["train", str(folder / leads), "--out", str(out), "--force", "--recipe", recipe])
    return time.perf_counter() - began, peak


def run(arguments: list[str]) -> float:
    """Run one command of leadscore; return its peak memory in MB."""
    command = [sys.executable, "-m", "leadscore", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 -- our own line
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"leadscore {' '.join(arguments)} failed")
    return used.ru_maxrss * RSS_UNIT / 1e6


if __name__ == "__main__":
    main()
