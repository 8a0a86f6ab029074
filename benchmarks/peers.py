"""What scoring and explaining cost beside other libraries, and how that cost grows.

    python benchmarks/peers.py --out docs/studies/engine.md

Times everything that `leadscore bench` times, with ten million leads in the file, and runs
benchmarks/growth.py. The libraries are those of benchmarks/peers.txt: `make bench` installs them in
an environment of their own. About twenty minutes on two cores, and 3 GB of disk.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import growth

from leadscore.cli.bench import this_machine
from leadscore.flows.bench.page import foot_words, machine_words, table_lines
from leadscore.flows.bench.ratios import HEADLINES, ratios, share_words
from leadscore.flows.bench.record import Bench, BenchWish
from leadscore.flows.bench.run import Around, run_bench
from leadscore.flows.bench.scene import make_scene
from leadscore.flows.bench.timing import Part
from leadscore.wiring import files

Lines = list[str]
#: Rounds of the large file: each takes minutes.
IN_FILE = 3
#: How many times ours the peer's cost was to be, headline by headline; set before the work began.
BARS = (60, 500, 25, 30, 10, 5, 1.4, 60, 8, 1 / 3)

OPENING = """# What a score costs

The product beside other ways to score the same leads: one run, in turns, medians, as ratios. Made
by `make bench`, which installs the peers and runs

```text
python benchmarks/peers.py --out docs/studies/engine.md
```

The specified model is 300 rounds of boosted trees of depth 6, three trees a round. *The usual way*
is how a notebook scores with it: a frame, the scaler, `predict` and `predict_proba`. *Explained*
means with us the score, the tier, the probabilities, every effect and the top three reasons, as
values; with a peer it is what its own explanation gives, mostly effects alone. Of single leads each
is another one than the last, 500 in turn. What each was to cost at most was set before the work
began. Times are from a shared machine and are there to be compared with each other.
"""

BESIDE = """## Beside the peers

catboost and EBM have models of their own, which learned from the same leads; onnxruntime, daal4py
and shap run the specified one. *The usual loop* reads a piece of the file, does what the usual way
does, and writes tier, confidence and probabilities. The last line of the last table is the least
that any way must do: read the columns, and write a ready table of the output's shape. The file has
{leads:,} leads, and is scored in {rounds} rounds.
"""

GROWTH = """## How cost grows

Microseconds a lead, one thread, batches of {batch:,} drawn leads; models of {learned:,} others, in
which every field counts and every two count together, so that step tables have many pairs. `times`
is the peer's cost in terms of ours; step tables explain, `inplace_predict` does not.
"""

FILES = """Files, Parquet to Parquet, on all cores. What a run takes before its first lead (to open
the model and the file) is in these figures, so that small files cost more a lead.
"""


def main() -> None:
    """Run the study and write its page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=100_000, help="leads of a batch")
    parser.add_argument("--file", type=int, default=10_000_000, help="leads of the file")
    parser.add_argument("--rounds", type=int, default=7, help="rounds in memory")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    lines = OPENING.split("\n")
    memory = bench(("one", "batch"), asked.leads, asked.rounds)
    filed = bench(("file",), asked.file, IN_FILE)
    lines += [*bars(memory, filed), *BESIDE.format(leads=asked.file, rounds=IN_FILE).split("\n")]
    lines += [machine_words(memory), "", *table_lines(memory), *table_lines(filed)]
    lines += [*(f"- {one}" for one in foot_words(memory)), ""]
    lines += grown()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def bench(parts: tuple[Part, ...], leads: int, rounds: int) -> Bench:
    """Time the parts, and print what was found."""
    wish = BenchWish(leads=leads, rounds=rounds, parts=parts)
    with tempfile.TemporaryDirectory() as folder:
        around = Around(
            files=files(),
            folder=folder,
            clock=time.perf_counter,
            machine=this_machine(files()),
        )
        found = run_bench(wish, around)
    print("\n".join([*table_lines(found), *foot_words(found)]), flush=True)
    return found


def bars(*benches: Bench) -> Lines:
    """Return every headline beside its bar."""
    found = [one for bench in benches for one in ratios(bench)]
    rows = []
    for one, bar in zip(HEADLINES, BARS, strict=True):
        times = one.times(found)
        if times is not None:
            what = f"{one.what} beside {one.of}"
            rows.append((what, cost(bar), cost(times), "yes" if times >= bar else "no"))
    return table(("", "to cost at most", "costs", "reached"), rows)


def cost(times: float) -> str:
    """Return the share that we cost of what takes `times` as long."""
    return share_words(times).removesuffix(" of")


def grown() -> Lines:
    """Return the tables of how cost grows, and print each."""
    lines = GROWTH.format(batch=growth.BATCH, learned=growth.LEARNED).split("\n")
    for found in (*growth.by_fields(), *growth.by_trees()):
        lines += shown(*found)
    scene = make_scene(growth.LEADS[-1])
    lines += shown(*growth.by_leads(scene))
    with tempfile.TemporaryDirectory() as folder:
        lines += [*FILES.split("\n"), *shown(*growth.by_file(scene, Path(folder)))]
    return lines


def shown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Return a Markdown table, and print it."""
    lines = table(head, rows)
    print("\n".join(lines), flush=True)
    return lines


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Return a Markdown table."""
    written = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return [written[0], "|---" * len(head) + "|", *written[1:], ""]


if __name__ == "__main__":
    main()
