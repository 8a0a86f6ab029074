"""``leadscore bench``: the product beside its peers."""

import json
import os
import platform
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json
from leadscore.cli.screen import Watch, print_json, say, stdout
from leadscore.errors import BadRequest, UserError

if TYPE_CHECKING:
    from leadscore.flows.bench.record import Bench, BenchWish, Machine
    from leadscore.flows.bench.timing import Part
    from leadscore.flows.ports import Files

__all__ = ["bench", "this_machine"]

_CPU = "/proc/cpuinfo"


_Leads = Annotated[int, typer.Option(help="How many leads a batch and a file have.", min=1)]
_Rounds = Annotated[int, typer.Option(help="How many rounds; medians count.", min=1)]
_Only = Annotated[
    list[str] | None,
    typer.Option(
        help="one, batch or file; may be given again.", metavar="PART", show_default="all"
    ),
]
_Learn = Annotated[int, typer.Option(help="How many leads the models learn from.", min=1000)]
_Model = Annotated[
    str,
    typer.Option(
        help="A saved model in place of the default recipe's.", metavar="MODEL", show_default=False
    ),
]
_Out = Annotated[
    str | None, typer.Option(help="Where the page goes: .md or .json.", show_default=False)
]


def bench(
    leads: _Leads = 100_000,
    rounds: _Rounds = 5,
    only: _Only = None,
    learn: _Learn = 10_000,
    model: _Model = "",
    out: _Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Time the product beside other ways to score, in turns, on made-up leads.

    What is not installed is left out, and the line that installs it is named.

    Example: leadscore bench --only one
    """
    from leadscore.flows.bench.record import BenchWish, chosen_parts  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    if out is not None:
        if not out.endswith((".md", ".json")):
            raise BadRequest(f"The page is to go to {out!r}.", allowed="a name in .md or .json")
        files().refuse_existing(out, force=force)
    wish = BenchWish(
        leads=leads, rounds=rounds, parts=chosen_parts(only or ()), learned=learn, model=model
    )
    found = _run(wish, files())
    if out is not None:
        files().write_text(out, _page(found, out), force=force)
    if as_json:
        _print_json(found)
    else:
        _print(found)


def _run(wish: "BenchWish", files: "Files") -> "Bench":
    from leadscore.flows.bench.run import Around, run_bench  # noqa: PLC0415

    with TemporaryDirectory(prefix="leadscore-") as folder, Watch("Starting") as watch:
        around = Around(
            files=files,
            folder=folder,
            clock=perf_counter,
            machine=this_machine(files),
            tell=watch.tell,
        )
        return run_bench(wish, around)


def this_machine(files: "Files") -> "Machine":
    """Return what this process runs on."""
    from leadscore.flows.bench.record import Machine  # noqa: PLC0415

    return Machine(
        cpu=_cpu(files),
        cores=os.cpu_count() or 1,
        system=platform.system(),
        python=platform.python_version(),
    )


def _cpu(files: "Files") -> str:
    """Return what the processor calls itself; only Linux keeps that in a file."""
    try:
        lines = files.read_text(_CPU).splitlines()
    except UserError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _page(found: "Bench", out: str) -> str:
    from leadscore.flows.bench.page import bench_json, bench_markdown  # noqa: PLC0415

    if out.endswith(".md"):
        return bench_markdown(found)
    return json.dumps(bench_json(found), ensure_ascii=False, indent=2) + "\n"


def _print_json(found: "Bench") -> None:
    from leadscore.flows.bench.page import bench_json  # noqa: PLC0415

    print_json(bench_json(found))


def _print(found: "Bench") -> None:
    from leadscore.flows.bench.page import foot_words, machine_words  # noqa: PLC0415
    from leadscore.flows.bench.ratios import sentences  # noqa: PLC0415

    for words in sentences(found):
        say(words)
    for part in found.wish.parts:
        say("")
        _print_table(found, part)
    say("")
    say(machine_words(found))
    for words in foot_words(found):
        say(words)


def _print_table(found: "Bench", part: "Part") -> None:
    from rich.table import Table  # noqa: PLC0415

    from leadscore.flows.bench.page import HEADINGS, TITLES, rows  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column(TITLES[part], no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows(found, part):
        table.add_row(row.name, *row.cells, style="bold" if row.ours else "")
    stdout().print(table)
