"""How much memory and time making a world takes, by the number of leads.

    python benchmarks/world_memory.py 100000 2000000 10000000

Each world is made by the command line in a process of its own, whose peak memory the system tells.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: What ru_maxrss counts in: kilobytes on Linux, bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def measure(leads: int) -> tuple[float, float, float]:
    """Make a world of `leads` leads; return its seconds, peak MB of memory and MB of file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "world.parquet"
        command = [sys.executable, "-m", "leadscore", "world", str(target), "--leads", str(leads)]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own line
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT
        return seconds, peak / 1e6, target.stat().st_size / 1e6


def main() -> None:
    """Print a line for each number of leads, the smallest first: the peak is that of all so far."""
    print(f"{'leads':>12} {'seconds':>8} {'peak MB':>8} {'file MB':>8}")
    for leads in sorted(int(number) for number in sys.argv[1:] or ["100000", "2000000"]):
        seconds, peak, size = measure(leads)
        print(f"{leads:>12,} {seconds:>8.1f} {peak:>8.0f} {size:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
