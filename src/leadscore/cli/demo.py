"""``leadscore demo``: the product on made-up leads."""

import os
from typing import TYPE_CHECKING

from leadscore.cli.options import Json
from leadscore.cli.screen import Watch, print_json, say, stdout
from leadscore.cli.words import number_words

if TYPE_CHECKING:
    from rich.console import Console

    from leadscore.flows.demo import Demo

__all__ = ["demo"]

_COLOURS = {"High": "bold green", "Medium": "yellow", "Low": "dim"}


def demo(as_json: Json = False) -> None:
    """Make up 10,000 leads, train on 8,000, and say which of the rest to call first.

    It writes to ./leadscore-demo and may be run again.

    Example: leadscore demo
    """
    from leadscore.flows.demo import run_demo  # noqa: PLC0415
    from leadscore.flows.report import judged_json  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    with Watch("Starting") as watch:
        found = run_demo(files=files(), jobs=os.cpu_count() or 1, tell=watch.tell)
    if as_json:
        print_json({"folder": found.folder, **judged_json(found.judged)})
        return
    console = stdout()
    _print_calls(console, found)
    _print_stories(console, found)
    _print_figures(console, found)
    _print_next(found.folder)


def _print_calls(console: "Console", found: "Demo") -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="Whom to call first", title_justify="left", title_style="bold", box=None)
    for heading in ("lead", "score", "tier", "sure", "expected", "why"):
        table.add_column(heading, justify="right" if heading in ("score", "sure") else "left")
    for one in found.calls:
        table.add_row(
            one.lead_id,
            f"{one.score:.1f}",
            f"[{_COLOURS.get(one.tier, '')}]{one.tier}[/]",
            f"{one.confidence:.0%}",
            f"{one.expected:.0%} convert",
            "\n".join(one.reasons),
        )
    console.print(table)
    say(f"What to do with them: {found.calls[0].action}.\n")


def _print_stories(console: "Console", found: "Demo") -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(
        title="Nine leads you may know", title_justify="left", title_style="bold", box=None
    )
    for heading in ("lead", "should be", "is called", "sure", "published", "truth"):
        table.add_column(heading)
    for one in found.stories:
        right = one.tier == one.scenario.tier
        table.add_row(
            one.scenario.name,
            one.scenario.tier,
            f"[{_COLOURS.get(one.tier, '')}]{one.tier}[/]" + ("" if right else " [red]✗[/]"),
            f"{one.confidence:.1%}",
            f"{one.scenario.confidence:.1%}",
            f"{one.truth:.0%} {one.scenario.tier}",
        )
    console.print(table)
    console.print()


def _print_figures(console: "Console", found: "Demo") -> None:
    from rich.table import Table  # noqa: PLC0415

    from leadscore.flows.report import report  # noqa: PLC0415

    metrics, n = found.judged.metrics, found.judged.test.leads.n
    best = metrics["bayes"]
    say(report(found.judged).headline.sentence, style="bold")
    table = Table(box=None)
    for heading in (f"on {n:,} new leads", "this model", "best possible"):
        table.add_column(heading)
    for words, ours, limit in (
        ("accuracy", metrics["accuracy"], best["accuracy"]),
        ("log loss (lower is better)", metrics["log_loss"], best["log_loss"]),
        ("AUC, High against the rest", metrics["auc"], best["auc"]),
        ("calibration error", metrics["ece"], best["ece"]),
    ):
        table.add_row(words, number_words(ours), number_words({**limit, "low": None}))
    console.print(table)
    say("Made-up leads come with their true probabilities, so the best possible is known.\n")


def _print_next(folder: str) -> None:
    say(f"The report is {folder}/report.html, every lead's score {folder}/scored.csv")
    say("Then try:")
    say(f"  leadscore explain {folder}/model {folder}/lead.json")
    say("  leadscore train your-leads.csv --out model/")
    say("  leadscore claims --worlds 2")
