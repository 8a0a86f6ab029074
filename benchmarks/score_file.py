"""How much memory and time scoring a file takes, by the number of leads.

    python benchmarks/score_file.py 100000 1000000

A model is trained on 10,000 leads; each file is then scored by the command line in a process of its
own, whose peak memory the system tells.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: What ru_maxrss counts in: kilobytes on Linux, bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def run(*arguments: object) -> float:
    """Run a verb; return its seconds."""
    command = [sys.executable, "-m", "leadscore", *map(str, arguments)]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own line
    return time.perf_counter() - started


def main() -> None:
    """Print a line for each number of leads and format; the peak is that of all so far."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, model = folder / "train.parquet", folder / "model"
        run("world", train, "--leads", 10_000)
        seconds = run("train", train, "--out", model, "--recipe", "ordinal")
        print(f"train --recipe ordinal on 10,000 leads: {seconds:.1f} s")
        print(f"{'leads':>12} {'file':>8} {'seconds':>8} {'leads/s':>10} {'peak MB':>8}")
        for leads in sorted(int(number) for number in sys.argv[1:] or ["100000", "1000000"]):
            for kind in ("parquet", "csv"):
                source, target = folder / f"in.{kind}", folder / f"out.{kind}"
                run("world", source, "--leads", leads, "--seed", 7, "--force")
                seconds = run("score", model, source, target, "--force")
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT / 1e6
                line = f"{leads:>12,} {kind:>8} {seconds:>8.1f} {leads / seconds:>10,.0f}"
                print(f"{line} {peak:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
