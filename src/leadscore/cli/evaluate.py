"""``leadscore evaluate``: what a model is worth, beside what else could be done."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json, ModelPath
from leadscore.cli.screen import Watch, print_json, print_warning, say, stdout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscore.flows.report import Judged
    from leadscore.measure.metrics import Number

__all__ = ["evaluate"]


def evaluate(
    model: ModelPath,
    leads: Annotated[str, typer.Argument(help="Leads whose label is known; - for stdin.")],
    train: Annotated[
        str | None,
        typer.Option(
            help="The file it learned from: all recipes and baselines are fitted beside it.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="Where the report page goes (HTML).", show_default=False)
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Judge a model on leads that it has not seen, each figure with its 95 % interval.

    Example: leadscore evaluate model/ test.csv --train train.csv --out report.html
    """
    from leadscore.flows.evaluate import EvaluateWish, evaluate_file  # noqa: PLC0415
    from leadscore.flows.report import judged_json  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    wish = EvaluateWish(train=train, out=out, force=force, jobs=os.cpu_count() or 1)
    with Watch("Evaluating") as watch:
        judged = evaluate_file(model, leads, wish, files=files(), tell=watch.tell)
    if as_json:
        print_json(judged_json(judged))
    elif out != "-":
        _print(judged, out)


def _print(judged: "Judged", out: str | None) -> None:
    from leadscore.flows.report import report, warnings  # noqa: PLC0415

    metrics = judged.metrics
    say(report(judged).headline.sentence, style="bold")
    _print_table(judged)
    for one in judged.comparison:
        if not one.metrics:
            say(f"{one.name}: {one.reason}")
    say(
        f"95 % intervals of this model: log loss {_interval(metrics['log_loss'])}, "
        f"accuracy {_interval(metrics['accuracy'])}, AUC {_interval(metrics['auc'])}, "
        f"lift {_interval(metrics['lift_10'], digits=2)}, ECE {_interval(metrics['ece'])}"
    )
    for warn in warnings(judged):
        print_warning(warn.words, warn.advice)
    if not judged.with_training:
        say("Add --train with the training file to see all recipes beside it.")
    if out:
        say(f"Report: {out}")


def _print_table(judged: "Judged") -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column(f"on {judged.test.leads.n:,} leads", no_wrap=True)
    for heading in ("log loss", "accuracy", "AUC", "lift at 10 %", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in judged.comparison:
        if one.metrics:
            name = f"{one.name} (this model)" if one.shipped else one.name
            table.add_row(name, *_cells(one.metrics), style="bold" if one.shipped else "")
    if judged.metrics["bayes"]:
        best = {key: one for key, one in judged.metrics["bayes"].items() if key != "ece"}
        table.add_row("best possible", *_cells(best))
    stdout().print(table)


def _cells(metrics: "Mapping[str, Number]") -> list[str]:
    figures = [("log_loss", 3), ("accuracy", 3), ("auc", 3), ("lift_10", 2), ("ece", 3)]
    found = [(metrics.get(key), digits) for key, digits in figures]
    return ["–" if n is None or n["value"] is None else f"{n['value']:.{d}f}" for n, d in found]


def _interval(number: "Number", *, digits: int = 3) -> str:
    low, high = number["low"], number["high"]
    return "–" if low is None or high is None else f"{low:.{digits}f}–{high:.{digits}f}"
