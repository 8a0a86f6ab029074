"""``leadscore train``: from a file of leads to a saved model."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import (
    Force,
    Group,
    InOrder,
    Json,
    LabelName,
    Positive,
    SchemaPath,
    Seed,
    Time,
)
from leadscore.cli.screen import Watch, print_json, print_warning, say
from leadscore.cli.words import choice_words, number_words

if TYPE_CHECKING:
    from leadscore.flows.train import Trained
    from leadscore.model.bundle import Model

__all__ = ["train"]


def train(
    leads: Annotated[str, typer.Argument(help="A CSV or Parquet file, or - for stdin.")],
    out: Annotated[str, typer.Option(help="Where the model goes: a folder, or a .zip.")],
    schema: SchemaPath = None,
    label: LabelName = None,
    positive: Positive = None,
    time: Time = None,
    group: Group = None,
    in_order: InOrder = False,
    recipe: Annotated[str, typer.Option(help="auto, ordinal, logistic or seed.")] = "auto",
    seed: Seed = 0,
    name: Annotated[str, typer.Option(help="What the model is called.")] = "model",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train a model on leads whose tier or outcome is known, and save it.

    Example: leadscore train leads.csv --label converted --out model/
    """
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415
    from leadscore.flows.train import TrainWish, train_file  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    said = SchemaWish(schema=schema, label=label, positive=positive, time=time, group=group)
    wish = TrainWish(
        schema=replace(said, rows_in_order=in_order),
        recipe=recipe,
        seed=seed,
        name=name,
        jobs=os.cpu_count() or 1,
    )
    with Watch("Training") as watch:
        trained = train_file(leads, out, wish, files=files(), force=force, tell=watch.tell)
    if as_json:
        print_json(_json(out, trained))
    else:
        _print(out, trained)


def _json(out: str, trained: "Trained") -> dict[str, object]:
    model = trained.model
    return {
        "out": out,
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "recipe": model.recipe,
        "choice": model.card.get("choice"),
        "schema": trained.chosen.source,
        "unused": list(trained.unused),
        "rows": trained.rows,
        "still_open": trained.still_open,
        "split": trained.split,
        "held_out": trained.held_out,
        "comparison": [one.to_json() for one in trained.comparison],
        "audit": trained.audit.to_json(),
        "metrics": trained.metrics,
        "warnings": [one.words for one in trained.warnings],
    }


_SOURCES = {
    "given": "the schema you named",
    "investor": "the shipped schema, investor",
    "inferred": "a schema read off the file (saved in the model)",
}


#: How the leads were kept apart that the figures are on, by `Trained.split`.
_APART = {
    "forward": "leads that came after those learned from",
    "group": "leads of groups that the fits had not seen",
    "random": "leads drawn at random and held out of the fits, which flatters",
}


def _print(out: str, trained: "Trained") -> None:
    model, metrics = trained.model, trained.metrics
    say(f"Learned from {trained.rows:,} leads, by {_SOURCES[trained.chosen.source]}.")
    say(_label_words(model))
    if trained.still_open:
        say(f"Left out: {trained.still_open:,} leads whose label is not known yet.")
    if trained.chosen.label_words:
        say(trained.chosen.label_words)
    for line in trained.leaks:
        say(line)
    if trained.unused:
        say(f"Not scored: {', '.join(trained.unused)}")
    say(f"Recipe: {model.recipe} {choice_words(model.card.get('choice'))}")
    say(f"On {trained.held_out:,} {_APART[trained.split]} (95 % intervals):")
    say(f"  lift at 10 %  {number_words(metrics['lift_10'], digits=2)}")
    say(f"  AUC           {number_words(metrics['auc'])}")
    say(f"  accuracy      {number_words(metrics['accuracy'])}")
    say(f"  log loss      {number_words(metrics['log_loss'])}")
    say(f"  ECE           {number_words(metrics['ece'])}")
    for one in trained.warnings:
        print_warning(one.words, one.advice)
    say(f"Saved to {out}; its card is card.html in there")
    say(f"Next: leadscore score {out} NEW-LEADS SCORED")


def _label_words(model: "Model") -> str:
    label = model.schema.label
    if label is None:
        return ""
    counts = model.card["classes"]
    shares = ", ".join(f"{name} {n / sum(counts.values()):.1%}" for name, n in counts.items())
    positive = f" ({label.positive!r} counts as converted)" if label.positive else ""
    return f"Label: {label.field}{positive}: {shares}"
