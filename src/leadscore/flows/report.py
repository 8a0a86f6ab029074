"""What an evaluation found, as a page and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from leadscore.flows.card_words import waived
from leadscore.flows.class_words import class_words, coverage_in_words
from leadscore.flows.labelled import Labelled, class_names, top_class
from leadscore.flows.rivals import Rival
from leadscore.measure.charts.formats import count, percent
from leadscore.measure.charts.lines import GainsLine
from leadscore.measure.coverage import Coverage
from leadscore.measure.coverage_words import coverage_words
from leadscore.measure.curves import gains, reliability, stated_confidence
from leadscore.measure.fairness.record import Fairness
from leadscore.measure.fairness.unequal import unequal
from leadscore.measure.figures import ClassRow, class_rows, confusion_rows, summary_figures
from leadscore.measure.metrics import Metrics, ece_floor
from leadscore.measure.report import (
    Comparison,
    Report,
    calibration_warning,
    leak_note,
    lift_headline,
)
from leadscore.measure.shapes import Importance, Shape, importance, shape
from leadscore.measure.simpler import Simpler, no_better_than, simpler_words
from leadscore.measure.tier_rates import TierRate, tier_rates
from leadscore.measure.warn import Warn
from leadscore.model.bundle import Model
from leadscore.score.scores import Scores

__all__ = ["Judged", "Order", "judged_json", "report", "warnings"]

#: How many fields the page draws, and how many other orders its gains chart has.
_SHAPES, _LINES = 6, 3


#: How the tested leads lie in time against the training leads.
Order = Literal["forward", "not forward", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A model, the leads it was judged on, and what came out.

    Parameters
    ----------
    name : str
        Where the leads are from.
    model : Model
        The model.
    test : Labelled
        The leads that could be scored.
    scores : Scores
        Their scores.
    unscored : int
        How many leads could not be scored and were left out.
    metrics : Metrics
        The model's figures.
    comparison : tuple of Comparison
        The figures of all recipes and baselines.
    rivals : tuple of Rival
        Their orders.
    fingerprint : str
        The fingerprint of the tested leads.
    seen_before : int
        How many of them are in the training file as well.
    with_training : bool
        Whether the training file was given.
    order : {"forward", "not forward", "unknown"}
        Whether the tested leads all came after the ones that the model learned from.
    earlier : float, optional
        The share of the tested leads that did not, where both have dates.
    simpler : tuple of Simpler
        How what is simpler than the model compares with it, where the training file was given.
    fairness : Fairness, optional
        How groups of people are treated; None where the schema has no protected field.
    coverage : Coverage, optional
        How often the sets of classes hold the true one; None where the model keeps none.
    """

    name: str
    model: Model
    test: Labelled
    scores: Scores
    unscored: int
    metrics: Metrics
    comparison: tuple[Comparison, ...]
    rivals: tuple[Rival, ...]
    fingerprint: str
    seen_before: int
    with_training: bool
    order: Order = "unknown"
    earlier: float | None = None
    simpler: tuple[Simpler, ...] = ()
    fairness: Fairness | None = None
    coverage: Coverage | None = None


def report(judged: Judged) -> Report:
    """Return the page's content."""
    model, metrics, labels = judged.model, judged.metrics, judged.test.labels
    told, target = judged.scores.probabilities, top_class(judged.model.schema)
    hits, said = stated_confidence(labels, told)
    shares = importance(judged.scores.effects, model.schema.features)
    return Report(
        title=f"{model.name}@{model.version} on {judged.name}",
        headline=lift_headline(
            metrics["lift_10"]["value"] or 0.0, target=target, beside=_newest(judged)
        ),
        target=target,
        figures=summary_figures(metrics, target=target, outcome=model.outcome),
        split=_split(judged),
        facts=_facts(judged),
        classes=_classes(judged),
        confusion=confusion_rows(labels, told),
        reliability=reliability(hits, said),
        came="converted" if model.outcome else "were right",
        ece=metrics["ece"],
        ece_floor=ece_floor(told),
        comparison=judged.comparison,
        bayes_log_loss=metrics["bayes"]["log_loss"]["value"] if metrics["bayes"] else None,
        gains=_gains(judged),
        importance=shares,
        shapes=_shapes(judged, shares),
        warnings=warnings(judged),
        left_out=_left_out(judged),
        doubt=_doubt(judged),
        simpler=simpler_words(judged.simpler, shipped=model.recipe),
        fairness=judged.fairness,
        tiers=_tiers(judged),
        compared_on=len(labels),
    )


def judged_json(judged: Judged) -> dict[str, object]:
    """Return the figures as JSON values."""
    model = judged.model
    return {
        **judged.metrics,
        **(judged.coverage or {}),
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "recipe": model.recipe,
        "still_open": judged.test.still_open,
        "unscored": judged.unscored,
        "fingerprint": judged.fingerprint,
        "tiers": [one.to_json() for one in _tiers(judged)],
        "comparison": [one.to_json() for one in judged.comparison],
        "warnings": [{"words": one.words, "advice": one.advice} for one in warnings(judged)],
        "left_out": list(_left_out(judged)),
        "split": {"order": judged.order, "earlier": judged.earlier},
        "simpler": [
            {"name": one.name, "verdict": one.verdict, "difference": dict(one.difference)}
            for one in judged.simpler
        ],
        "fairness": None if judged.fairness is None else judged.fairness.to_json(),
    }


def warnings(judged: Judged) -> tuple[Warn, ...]:
    """Return what could fool the reader."""
    known = bool(judged.metrics["bayes"])
    found = (
        _same_leads(judged),
        waived(_waived_leaks(judged.model)),
        _not_forward(judged),
        _simpler_is_better(judged),
        _no_better(judged),
        calibration_warning(judged.test.labels, judged.scores.probabilities),
        leak_note(judged.metrics["auc"], worlds=known),
        *unequal(judged.fairness),
    )
    return tuple(one for one in found if one)


def _classes(judged: Judged) -> tuple[ClassRow, ...]:
    schema = judged.model.schema
    rows = class_rows(judged.metrics, judged.test.labels, classes=class_names(schema))
    named = zip(rows, class_words(schema), strict=True)
    return tuple(replace(row, name=words) for row, words in named)


def _tiers(judged: Judged) -> tuple[TierRate, ...]:
    """Return what converts in each tier; tier models state a tier's own class instead."""
    model = judged.model
    if not model.outcome:
        return ()
    return tier_rates(judged.scores.tier, judged.test.labels == 1, tiers=model.schema.tiers)


def _waived_leaks(model: Model) -> list[str]:
    suspects = model.card.get("suspects")
    if not isinstance(suspects, Mapping):
        return []
    waivers = (one.name for one in model.schema.features if one.waiver)
    return [name for name in waivers if suspects.get(name) == "leak"]


def _same_leads(judged: Judged) -> Warn | None:
    if judged.fingerprint == judged.model.card.get("fingerprint"):
        return Warn(
            words="These are the leads that the model learned from.",
            advice="All figures are too good. Give leads that it has not seen.",
        )
    if judged.seen_before:
        return Warn(
            words=f"{count(judged.seen_before)} of the leads are in the training file as well.",
            advice="The figures are too good by that much. Take them out of one of the files.",
        )
    return None


def _not_forward(judged: Judged) -> Warn | None:
    if judged.order != "not forward" or judged.earlier is None:
        return None
    return Warn(
        words=f"{percent(judged.earlier)} of the leads came before the last of the training leads.",
        advice="Such a split flatters: what a model meets in use comes after all it learned from. "
        "Judge it on leads that came later, or by a backtest.",
    )


def _simpler_is_better(judged: Judged) -> Warn | None:
    better = [one.name for one in judged.simpler if one.verdict == "better"]
    if not better:
        return None
    return Warn(
        words=f"Simpler and better on these leads: {', '.join(better)}.",
        advice="Train with that recipe (--recipe) where it is one; a figure that a points rule "
        "beats is no reason to use a model.",
    )


def _no_better(judged: Judged) -> Warn | None:
    ranks = {
        one.name: one.metrics["auc"]
        for one in judged.comparison
        if one.kind == "baseline" and one.name != "random forest" and "auc" in one.metrics
    }
    beaten_by = no_better_than(judged.metrics["auc"], ranks)
    if not beaten_by:
        return None
    return Warn(
        words=f"Its order is no better than {' or '.join(beaten_by)}, beyond what chance explains.",
        advice="Do not change whom you call first because of this model.",
    )


def _newest(judged: Judged) -> tuple[str, float] | None:
    for one in judged.comparison:
        lift = one.metrics.get("lift_10")
        if one.name == "newest first" and lift and lift["value"] is not None:
            return one.name, lift["value"]
    return None


def _split(judged: Judged) -> str:
    words = f"The model was judged on the leads of {judged.name}; "
    if judged.fingerprint == judged.model.card.get("fingerprint"):
        return words + "it learned from these very leads."
    if judged.with_training:
        return words + (
            "it learned from the training file given, whose fingerprint is the one in the model's "
            "card. The other recipes and the baselines learned from the same file. "
            + _ordered(judged)
        )
    return words + "whether it had seen any of them is not known here."


def _doubt(judged: Judged) -> tuple[str, ...]:
    doubt = judged.model.doubt
    if doubt is None or judged.coverage is None:
        return ()
    what = "outcomes" if judged.model.outcome else "tiers"
    said = coverage_in_words(judged.coverage, judged.model.schema)
    return coverage_words(said, level=doubt.sets.level, what=what)


def _ordered(judged: Judged) -> str:
    if judged.order == "forward":
        return "All of the tested leads came after all of the training leads: forward in time."
    if judged.order == "not forward" and judged.earlier is not None:
        return (
            f"{percent(judged.earlier)} of the tested leads did not come after all of the training "
            "leads: a split like one at random, which flatters."
        )
    return (
        "Without dates in both it is not known whether the tested leads came later; figures of a "
        "split at random flatter."
    )


def _facts(judged: Judged) -> tuple[tuple[str, str], ...]:
    model, card = judged.model, judged.model.card
    rows = card.get("rows")
    facts = [
        ("Leads judged on", count(judged.test.leads.n)),
        ("Left out, label not known", count(judged.test.still_open)),
        ("Left out, Unscored", count(judged.unscored)),
        ("Fingerprint of the leads", judged.fingerprint),
        ("Model", f"{model.name}@{model.version}, recipe {model.recipe}"),
        ("Digest of the model", model.digest),
        ("Learned from", f"{count(rows)} leads" if isinstance(rows, int) else "not known"),
        ("Fingerprint of those", str(card.get("fingerprint", "not known"))),
        ("Seed", str(card.get("seed", "not known"))),
    ]
    waivers = card.get("waivers")
    if isinstance(waivers, Mapping):
        facts += [(f"Waiver for {name}", str(reason)) for name, reason in waivers.items()]
    return tuple(facts)


def _gains(judged: Judged) -> tuple[GainsLine, ...]:
    hits = judged.test.labels == len(class_names(judged.model.schema)) - 1
    if not hits.any():
        return ()
    # the chart itself has the line of a random order
    drawn = [one for one in judged.rivals if one.scores is not None and one.name != "random"]
    others = [one for one in drawn if not one.shipped]
    # what a team could do today is the better contrast; the recipes lie on one another
    others.sort(key=lambda one: one.kind == "recipe")
    shown = [one for one in drawn if one.shipped] + others[:_LINES]
    return tuple(
        GainsLine(name=one.name, gains=gains(hits, one.scores), main=one.shipped)
        for one in shown
        if one.scores is not None
    )


def _shapes(judged: Judged, shares: tuple[Importance, ...]) -> tuple[Shape, ...]:
    fields = list(judged.model.schema.features)
    place = {field.name: at for at, field in enumerate(fields)}
    return tuple(
        shape(
            fields[place[one.field]],
            judged.test.leads.columns[one.field],
            np.ascontiguousarray(judged.scores.effects[:, place[one.field]]),
            # the other recipes learn the way from the leads alone
            bound=judged.model.recipe == "ordinal",
        )
        for one in shares[:_SHAPES]
        if one.share > 0
    )


def _left_out(judged: Judged) -> tuple[str, ...]:
    said = [f"{one.name}: {one.reason}." for one in judged.comparison if not one.metrics]
    if not judged.with_training:
        said.append("The other recipes and a random forest: they need the training file (--train).")
        said.append("Probabilities of random and of the points rule: they need the training file.")
    if judged.fairness is None:
        said.append("How groups of people are treated: the schema has no field of the role audit.")
    elif judged.fairness.absent:
        said.append(
            f"Fairness by {', '.join(judged.fairness.absent)}: the file has no value of it."
        )
    if judged.coverage is None:
        said.append("Sets of what cannot be ruled out: the model is from before they were kept.")
    if not judged.metrics["bayes"]:
        said.append("The best possible figures: only made-up leads come with their truth.")
    return tuple(said)
