"""What scoring a file takes, from Parquet to Parquet, beside the usual loop and beside the floor.

    python benchmarks/score_file.py 1000000 10000000 --rounds 3

Models are trained on 10,000 leads. Each file is then scored in processes of their own, one after
the other and again: by `leadscore score` with three reasons; by the usual loop, without reasons (a
frame, StandardScaler.transform, predict, predict_proba, on as many threads as there are cores); and
by the floor, which reads the same columns and writes a ready table of the same shape, kept in the
same way. Our seconds are those of the whole process, imports and all; those of the other two begin
once everything is imported and ready. What a file of 1,000 leads takes is our start-up, and is left
out of the microseconds a lead. Processor seconds are those of all cores together: where other work
is going on as well, they are the steadier ones. The peak is the process's resident memory; there is
one process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

#: What ru_maxrss counts in: kilobytes on Linux, bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024

OURS, TEXT, USUAL, FLOOR = "ours", "ours, CSV in", "usual loop", "floor"


@dataclass(frozen=True)
class Cost:
    """Seconds, processor seconds, and megabytes at the peak."""

    seconds: float
    busy: float
    peak: float


Way = Callable[[Path], Cost]


def run(*arguments: object) -> tuple[Cost, str]:
    """Run a Python process; return what it took and what it said."""
    command = [sys.executable, *map(str, arguments)]
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=said)  # noqa: S603 -- our own line
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"this failed: {' '.join(command)}")
        said.seek(0)
        peak = used.ru_maxrss * RSS_UNIT / 1e6
        return Cost(seconds, used.ru_utime + used.ru_stime, peak), said.read()


def verb(*arguments: object) -> Cost:
    """Run a verb of leadscore."""
    return run("-m", "leadscore", *arguments)[0]


def other(*arguments: object) -> Cost:
    """Run another way, which says itself what it took once it was ready."""
    cost, said = run(__file__, "--way", *arguments)
    seconds, busy = map(float, said.split())
    return Cost(seconds, busy, cost.peak)


def usual(model: str, train: str, source: str, target: str) -> None:
    """Score a file the usual way."""
    from leadscore.flows.bench.files import usual_loop  # noqa: PLC0415
    from leadscore.flows.bench.usual import usual_way  # noqa: PLC0415
    from leadscore.flows.spread import cores  # noqa: PLC0415
    from leadscore.leads.conform import conform  # noqa: PLC0415
    from leadscore.store.bundles import read_bundle  # noqa: PLC0415
    from leadscore.store.tables import read_frame  # noqa: PLC0415

    bundle = read_bundle(model)
    way = usual_way(bundle, conform(read_frame(train), bundle.schema).leads)
    way.threads(cores())
    timed(lambda: usual_loop(source, target, way))


def least(ready: str, model: str, source: str, target: str) -> None:
    """Read what scoring needs of a file, and write a ready table of as many rows."""
    from leadscore.flows.bench.files import floor, ready_table  # noqa: PLC0415
    from leadscore.store.bundles import read_bundle  # noqa: PLC0415

    columns = ("lead_id", *read_bundle(model).encoder.fields)
    table = ready_table(ready)
    timed(lambda: floor(source, target, table, columns=columns))


def timed(work: Callable[[], object]) -> None:
    """Print the seconds and the processor seconds that `work` takes."""
    started, busy = time.perf_counter(), time.process_time()
    work()
    print(time.perf_counter() - started, time.process_time() - busy)


def made(folder: Path) -> dict[str, Way]:
    """Train the models; return the ways to score a file."""
    names = ("train.parquet", "few.parquet", "ready.parquet", "out.parquet")
    train, few, ready, out = (folder / name for name in names)
    default, seed = folder / "default", folder / "seed"
    verb("world", train, "--leads", 10_000)
    verb("world", few, "--leads", 200_000, "--seed", 7)
    for recipe, model in (("ordinal", default), ("seed", seed)):
        verb("train", train, "--out", model, "--recipe", recipe)
    verb("score", default, few, ready)
    return {
        OURS: lambda source: verb("score", default, source, out, "--force"),
        USUAL: lambda source: other("usual", seed, train, source, out),
        FLOOR: lambda source: other("least", ready, default, source, out),
    }


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median seconds and the largest peak."""
    return Cost(
        median(one.seconds for one in costs),
        median(one.busy for one in costs),
        max(one.peak for one in costs),
    )


def measured(ways: dict[str, Way], source: Path, rounds: dict[str, int]) -> dict[str, Cost]:
    """Return what each way takes; they take turns, those of fewer rounds until theirs are over."""
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for at in range(max(rounds.values())):
        for name, way in ways.items():
            if at < rounds[name]:
                found[name].append(way(source))
    return {name: middle(costs) for name, costs in found.items()}


def world(path: Path, leads: int) -> Path:
    """Make a file of leads."""
    verb("world", path, "--leads", leads, "--seed", 7, "--force")
    return path


def told(leads: int, costs: dict[str, Cost], start: float) -> None:
    """Print a line for each way."""
    ours = costs[OURS]
    for name, cost in costs.items():
        seconds = cost.seconds - (start if name in (OURS, TEXT) else 0)
        figures = (
            *(f"{cost.seconds:.2f}", f"{cost.busy:.2f}", f"{seconds / leads * 1e6:.3f}"),
            *(f"{cost.peak:.0f}", f"{cost.seconds / ours.seconds:.2f}"),
            f"{cost.busy / ours.busy:.2f}",
        )
        print(f"{leads:>12,} {name:>12} {' '.join(map('{:>9}'.format, figures))}", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Print a line for each number of leads and way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("leads", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", type=int, default=1, help="rounds of the usual loop")
    parser.add_argument("--folder", help="where files go; they are removed at the end")
    parser.add_argument("--csv", action="store_true", help="score a CSV file as well")
    asked = parser.parse_args(arguments)
    rounds = {OURS: asked.rounds, USUAL: asked.slow, FLOOR: asked.rounds, TEXT: asked.rounds}
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        ways = made(folder)
        alone = {OURS: ways[OURS]}
        start = measured(alone, world(folder / "few.parquet", 1_000), {OURS: 5})[OURS].seconds
        print(f"start-up: {start:.2f} s")
        titles = ("seconds", "cpu s", "us/lead", "peak MB", "to ours", "by cpu s")
        print(f"{'leads':>12} {'way':>12} {' '.join(map('{:>9}'.format, titles))}")
        for leads in sorted(asked.leads):
            costs = measured(ways, world(folder / "leads.parquet", leads), rounds)
            if asked.csv:
                text = {TEXT: ways[OURS]}
                costs |= measured(text, world(folder / "leads.csv", leads), {TEXT: asked.rounds})
            told(leads, costs, start)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        {"usual": usual, "least": least}[sys.argv[2]](*sys.argv[3:])
    else:
        main(sys.argv[1:])
