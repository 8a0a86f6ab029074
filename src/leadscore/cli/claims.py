"""``leadscore claims``: the published figures beside what is measured now."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json
from leadscore.cli.screen import Watch, print_json, say, stdout
from leadscore.errors import BadRequest

if TYPE_CHECKING:
    from leadscore.flows.claims.run import Claims

__all__ = ["claims"]

_COLOURS = {"reproduces": "green", "nearly": "yellow", "does not": "red"}


def claims(
    worlds: Annotated[int, typer.Option(help="How many worlds of each preset.")] = 10,
    leads: Annotated[int, typer.Option(help="How many leads each world has.")] = 10_000,
    out: Annotated[
        str | None,
        typer.Option(help="Where the page goes: .md or .json.", show_default=False),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(help="How many worlds at once.", min=1, show_default="one a processor"),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Measure every published figure anew: what reproduces, what does not, and why.

    Example: leadscore claims --worlds 2 --out claims.md
    """
    from leadscore.flows.claims.page import claims_json, claims_markdown  # noqa: PLC0415
    from leadscore.flows.claims.run import run_claims  # noqa: PLC0415
    from leadscore.wiring import files, processes  # noqa: PLC0415

    if out is not None:
        if not out.endswith((".md", ".json")):
            raise BadRequest(f"The page is to go to {out!r}.", allowed="a name in .md or .json")
        files().refuse_existing(out, force=force)
    spread = processes(jobs or os.cpu_count() or 1)
    with Watch("Measuring worlds", total=2 * worlds) as watch:
        found = run_claims(worlds=worlds, leads=leads, spread=spread, progress=watch.count)
    if out is not None:
        text = (
            claims_markdown(found)
            if out.endswith(".md")
            else json.dumps(claims_json(found), ensure_ascii=False, indent=2) + "\n"
        )
        files().write_text(out, text, force=force)
    if as_json:
        print_json(claims_json(found))
    else:
        _print(found)


def _print(found: "Claims") -> None:
    from rich.table import Table  # noqa: PLC0415

    from leadscore.flows.claims.page import measured_words, published_words  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for heading in ("", "figure", "published", "measured", "verdict"):
        table.add_column(heading, no_wrap=heading != "figure")
    for one in found.rows:
        table.add_row(
            one.claim,
            one.what,
            published_words(one),
            measured_words(one),
            f"[{_COLOURS[one.verdict]}]{one.verdict}[/]",
        )
    stdout().print(table)
    say("\nWhy what does not reproduce does not:", style="bold")
    for claim, reason in dict.fromkeys((one.claim, one.reason) for one in found.rows if one.reason):
        say(f"  {claim}: {reason}")
    _print_scenarios(found)


def _print_scenarios(found: "Claims") -> None:
    from rich.table import Table  # noqa: PLC0415

    say("\nThe nine scenarios: how many models state the tier, and its mean probability")
    table = Table(box=None, pad_edge=False)
    for heading in ("#", "scenario", "tier", "truth", "published", "seed", "ordinal", "verdict"):
        table.add_column(heading)
    for one in found.scenarios:
        told = (
            f"{one.right[name]}/{one.worlds}, {one.confidence[name]:.0%}"
            for name in ("seed", "ordinal")
        )
        table.add_row(
            str(one.number),
            one.scenario.name,
            one.scenario.tier,
            f"{one.truth:.0%}",
            f"{one.scenario.confidence:.1%}",
            *told,
            f"[{_COLOURS[one.verdict]}]{one.verdict}[/]",
        )
    stdout().print(table)
