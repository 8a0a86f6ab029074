"""The figures that pages open with: what each is called, what it means, how it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from leadscore.measure.curves import confusion
from leadscore.measure.metrics import Metrics, Number

__all__ = ["ClassRow", "Figure", "Kind", "class_rows", "confusion_rows", "summary_figures"]

#: How a figure is written: a share in per cent, a factor, or a plain number.
Kind = Literal["percent", "times", "decimal"]

#: What the summary says of each figure: its name, its meaning, how it is written.
SUMMARY: Mapping[str, tuple[str, str, Kind]] = {
    "lift_10": ("Lift at 10 %", "{target} in the best-ranked tenth, against a random one", "times"),
    "auc": ("AUC", "how often one of the {target} is ranked above another lead", "decimal"),
    "average_precision": (
        "Average precision",
        "the share of {target} among the leads above a threshold, over all thresholds",
        "percent",
    ),
    "accuracy": ("Accuracy", "the most probable class is the right one", "percent"),
    "macro_recall": ("Macro recall", "found of each class, the mean over classes", "percent"),
    "log_loss": ("Log loss", "what wrong probabilities cost, in nats; lower is better", "decimal"),
    "ece": (
        "Calibration error",
        "from what it says to what comes true; lower is better",
        "decimal",
    ),
    "tv_to_truth": ("Distance to truth", "mean total variation; 0 is the truth", "decimal"),
}

#: The order of the figures: an outcome model is for ranking, a tier model for naming the tier.
#: Where few convert, saying "no" of every lead is accurate: outcomes open without accuracy.
OUTCOME_ORDER = ("lift_10", "auc", "average_precision", "log_loss", "ece")
TIER_ORDER = ("accuracy", "macro_recall", "auc", "log_loss", "ece", "lift_10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One quality figure: its name, what it means, its value and how to write it.

    Parameters
    ----------
    name : str
        For example ``Accuracy``.
    meaning : str
        One plain sentence.
    number : Number
        ``{value, low, high}``.
    kind : {"percent", "times", "decimal"}
        How it is written.
    best : float, optional
        The best that any model can reach, where the world knows it.
    """

    name: str
    meaning: str
    number: Number
    kind: Kind = "percent"
    best: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """Quality for one class: how many leads are of it, and its figures."""

    name: str
    n: int
    recall: Number
    precision: Number
    f1: Number


def class_rows(
    metrics: Metrics, labels: ArrayLike, *, classes: Sequence[str]
) -> tuple[ClassRow, ...]:
    """Return the quality of each class, in the order of `classes`."""
    counts = np.bincount(np.asarray(labels, np.int64), minlength=len(classes))
    return tuple(
        ClassRow(
            name=name,
            n=int(counts[i]),
            recall=metrics["recall"][name],
            precision=metrics["precision"][name],
            f1=metrics["f1"][name],
        )
        for i, name in enumerate(classes)
    )


def summary_figures(metrics: Metrics, *, target: str, outcome: bool) -> tuple[Figure, ...]:
    """Return the figures that the page opens with, each with its meaning.

    Parameters
    ----------
    metrics : Metrics
        From `evaluate`.
    target : str
        What ranking is about, in the plural: ``buyers``, ``High leads``.
    outcome : bool
        Whether the label is an outcome (else tiers).
    """
    found: Mapping[str, Number] = {
        "lift_10": metrics["lift_10"],
        "auc": metrics["auc"],
        "accuracy": metrics["accuracy"],
        "macro_recall": metrics["macro_recall"],
        "average_precision": metrics["average_precision"],
        "log_loss": metrics["log_loss"],
        "ece": metrics["ece"],
        "tv_to_truth": metrics["tv_to_truth"],
    }
    order: tuple[str, ...] = OUTCOME_ORDER if outcome else TIER_ORDER
    if metrics["tv_to_truth"]["value"] is not None:
        # Where the truth is known, a tier model's distance to it takes the last figure's place.
        order = (*(order if outcome else order[:-1]), "tv_to_truth")
    return tuple(
        _figure(key, found[key], target=target, best=metrics["bayes"].get(key)) for key in order
    )


def confusion_rows(labels: ArrayLike, probabilities: ArrayLike) -> tuple[tuple[int, ...], ...]:
    """Return `confusion` as plain tuples."""
    return tuple(tuple(int(n) for n in row) for row in confusion(labels, probabilities))


def _figure(key: str, number: Number, *, target: str, best: Number | None) -> Figure:
    name, meaning, kind = SUMMARY[key]
    return Figure(
        name=name,
        meaning=meaning.format(target=target),
        number=number,
        kind=kind,
        best=None if best is None else best["value"],
    )
