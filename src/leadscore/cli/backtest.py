"""``leadscore backtest``: what a model would have reached, at the team's own calls."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import (
    Force,
    InOrder,
    Json,
    LabelName,
    Positive,
    SchemaPath,
    Seed,
    Time,
)
from leadscore.cli.screen import Watch, print_json, print_warning, say, stdout
from leadscore.cli.words import number_words

if TYPE_CHECKING:
    from leadscore.flows.backtest.run import BacktestWish
    from leadscore.measure.backtest.result import Backtest, PolicyFigures

__all__ = ["backtest"]


_Calls = Annotated[int, typer.Option(help="How many leads the team calls a day.")]
_Recipe = Annotated[str, typer.Option(help="auto, ordinal, logistic or seed.")]
_Start = Annotated[
    float, typer.Option(help="The share of the leads before the replay begins, 0-1.")
]
_Queue = Annotated[int, typer.Option(help="How many days a lead waits to be called.")]
_Horizon = Annotated[
    int | None,
    typer.Option(
        help="How long an outcome may take; else the schema's, else 30.", show_default=False
    ),
]
_ADay = Annotated[
    int | None,
    typer.Option(
        help="How many rows a day has, where there are no dates; else 5 for each call.",
        show_default=False,
    ),
]
_Retrain = Annotated[
    str, typer.Option(help="Retraining beside the frozen model: monthly, quarterly or none.")
]
_Alone = Annotated[
    bool, typer.Option("--alone", help="Leave out the other recipes and the random forest.")
]
_Out = Annotated[str | None, typer.Option(help="Where the page goes (HTML).", show_default=False)]


def backtest(
    leads: Annotated[str, typer.Argument(help="A CSV or Parquet file, or - for stdin.")],
    calls_per_day: _Calls,
    schema: SchemaPath = None,
    label: LabelName = None,
    positive: Positive = None,
    time: Time = None,
    in_order: InOrder = False,
    recipe: _Recipe = "auto",
    start: _Start = 0.4,
    queue_days: _Queue = 7,
    horizon_days: _Horizon = None,
    leads_per_day: _ADay = None,
    retrain: _Retrain = "monthly",
    alone: _Alone = False,
    seed: Seed = 0,
    out: _Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train on the past and replay the later months day by day, at the team's own calls.

    Example: leadscore backtest leads.csv --schema s.toml --calls-per-day 40 --out backtest.html
    """
    from leadscore.flows.backtest.run import BacktestWish  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415

    file = SchemaWish(schema=schema, label=label, positive=positive, time=time)
    wish = BacktestWish(
        calls_per_day=calls_per_day,
        schema=replace(file, rows_in_order=in_order),
        recipe=recipe,
        start=start,
        queue_days=queue_days,
        horizon_days=horizon_days,
        leads_per_day=leads_per_day,
        retrain=retrain,
        alone=alone,
        seed=seed,
        out=out,
        force=force,
    )
    _run(leads, wish, as_json=as_json)


def _run(leads: str, wish: "BacktestWish", *, as_json: bool) -> None:
    from leadscore.flows.backtest.run import backtest_file  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    with Watch("Replaying") as watch:
        wish = replace(wish, jobs=os.cpu_count() or 1)
        found = backtest_file(leads, wish, files=files(), tell=watch.tell)
    if as_json:
        print_json(found.to_json())
    elif wish.out != "-":
        _print(found, wish.out)


def _print(found: "Backtest", out: str | None) -> None:
    from leadscore.measure.backtest.result import not_beaten  # noqa: PLC0415

    say(found.headline.sentence, style="bold")
    if unbeaten := not_beaten(found.policies):
        say(f"Not surely better than: {', '.join(one.name for one in unbeaten)}.")
    for warn in found.warnings:
        print_warning(warn.words, warn.advice)
    _print_table(found)
    model = found.policies[0].figures
    say(
        f"95 % intervals of the model ({found.drawn} drawn): reached "
        f"{number_words(model['conversions'], digits=0)}, "
        f"lift {number_words(model['lift'], digits=2)}, AUC {number_words(model['auc'])}, "
        f"ECE {number_words(model['ece'])}"
    )
    for one in found.policies:
        if not one.figures:
            say(f"{one.name}: {one.reason}")
    flattering = number_words(found.random_split["auc"])
    say(f"A random split would have said AUC {flattering}; forward in time it is the one above.")
    say("Taken for granted:")
    for words in found.assumptions:
        say(f"  {words}")
    if out:
        say(f"Page: {out}")


def _print_table(found: "Backtest") -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column(f"{found.leads:,} leads", no_wrap=True)
    for heading in ("reached", "lift", "AUC", "within", "loss", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found.policies:
        if one.figures and one.reason != "the model":
            table.add_row(one.name, *_cells(one), style="bold" if one.kind == "model" else "")
    stdout().print(table)


def _cells(one: "PolicyFigures") -> list[str]:
    digits = {
        "conversions": 0,
        "lift": 2,
        "auc": 3,
        "auc_within": 3,
        "log_loss": 3,
        "ece": 3,
    }
    found = [(one.figures[key]["value"], places) for key, places in digits.items()]
    return ["–" if value is None else f"{value:,.{places}f}" for value, places in found]
