"""Quality figures, each with a 95 % bootstrap interval."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike

from leadscore.errors import BadRequest
from leadscore.measure.weighted import (
    BINS,
    TINY,
    Floats,
    bin_gaps,
    figures,
    names,
    prepare,
    ranking,
    ranking_figures,
)

__all__ = [
    "Difference",
    "Metrics",
    "Number",
    "RankMetrics",
    "draws_for",
    "ece_floor",
    "evaluate",
    "paired_difference",
    "rank_metrics",
    "row_log_loss",
]

#: The bounds of a 95 % interval, in per cent.
BOUNDS = (2.5, 97.5)

#: Up to this many leads, intervals have all their draws; beyond, they are narrow anyway and a
#: fifth of the draws tells them as well.
MANY_LEADS, DRAWS, FEWER_DRAWS = 60_000, 1000, 200


class Number(TypedDict):
    """A figure and its 95 % interval; ``None`` where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


class Difference(Number):
    """A mean difference and its interval, and the same relative to the second's mean."""

    relative: Number


class RankMetrics(TypedDict):
    """What can be said of an order without probabilities."""

    auc: Number
    average_precision: Number
    lift_10: Number


class Metrics(RankMetrics):
    """All quality figures of stated probabilities; keys by class use the class names."""

    n: int
    accuracy: Number
    macro_recall: Number
    macro_precision: Number
    weighted_f1: Number
    log_loss: Number
    brier: Number
    ece: Number
    tv_to_truth: Number
    recall: Mapping[str, Number]
    precision: Mapping[str, Number]
    f1: Mapping[str, Number]
    bayes: Mapping[str, Number]


def draws_for(n: int) -> int:
    """Return how many bootstrap draws intervals over `n` leads are worth."""
    return DRAWS if n <= MANY_LEADS else FEWER_DRAWS


def evaluate(  # noqa: PLR0913 the contract's signature: two inputs, and what they mean
    labels: ArrayLike,
    probabilities: ArrayLike,
    *,
    classes: Sequence[str],
    positive: str | None = None,
    truth: ArrayLike | None = None,
    boot: int = 1000,
    seed: int = 0,
) -> Metrics:
    """Measure stated probabilities against what came true.

    Parameters
    ----------
    labels : array-like of int, shape (n,)
        Class indices into `classes`; drop unknown labels first.
    probabilities : array-like of float, shape (n, k)
        The stated probability of each class; rows sum to 1.
    classes : sequence of str
        The classes in order, lowest first.
    positive : str, optional
        The class that counts as converted; the last class where not given.
    truth : array-like of float, shape (n, k), optional
        The true probabilities, where the world knows them.
    boot : int
        The number of bootstrap draws of the rows; 0 leaves the intervals ``None``. The cost is
        linear: about 2 ms a draw for 60,000 rows.
    seed : int
        The seed of the draws.

    Returns
    -------
    Metrics
        Each figure as ``{value, low, high}``: a 95 % percentile interval over the draws in which
        the figure is defined.

    Raises
    ------
    BadRequest
        If shapes, labels or probabilities do not fit together.

    Notes
    -----
    * The stated class is the most probable one (a tie goes to the lower); accuracy, recall,
      precision and F1 are about it. With two classes that is "above one half".
    * `auc`, `average_precision` and `lift_10` are about `positive`; for tiers: the top tier
      against the rest. Ties share alike. `lift_10` is the share of positives among the best-ranked
      tenth, relative to their share overall.
    * `ece` has 15 equal-width bins; for more than two classes it is about the stated class. A
      resample has more noise than the sample, and ECE counts noise as error: its interval is
      therefore widened, where needed, to hold the value. Read it beside `ece_floor`.
    * `brier` is the mean squared error of the positive class for two classes, else summed over
      the classes.
    * `log_loss` is in nats; probabilities are kept 2e-16 away from 0 and 1.
    * Undefined figures (the precision of a class that is never stated, AUC with one class) are
      ``None``; means over classes count them as 0, as scikit-learn's ``zero_division=0`` does.
    * `tv_to_truth` is the mean total variation distance to `truth`, in 0-1. `bayes` has the
      figures that `truth` itself reaches on the same labels: the best any model can do.
    """
    _check(labels, probabilities, classes, positive)
    y, p = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    top = len(classes) - 1 if positive is None else list(classes).index(positive)
    t = None if truth is None else np.asarray(truth, np.float64)
    parts = [prepare(y, p, top=top, truth=t)] + ([] if t is None else [prepare(y, t, top=top)])

    def both(weights: Floats) -> Floats:
        return np.concatenate([figures(rows, weights) for rows in parts])

    numbers = _with_intervals(both, n=len(y), boot=boot, seed=seed)
    keys = names(classes)
    return _metrics(len(y), dict(zip(keys, numbers, strict=False)), classes, _bayes(keys, numbers))


def rank_metrics(
    labels: ArrayLike, scores: ArrayLike, *, boot: int = 1000, seed: int = 0
) -> RankMetrics:
    """Measure an order: AUC, average precision and lift at 10 %, as `evaluate` does.

    Parameters
    ----------
    labels : array-like of bool, shape (n,)
        Whether the lead is a positive.
    scores : array-like of float, shape (n,)
        Larger is called earlier; ties share alike.
    boot, seed : int
        The bootstrap draws and their seed.
    """
    hits, s = np.asarray(labels, bool), np.asarray(scores, np.float64)
    ranked = ranking(hits, s)
    auc, precise, lift = _with_intervals(
        lambda weights: ranking_figures(ranked, weights), n=len(s), boot=boot, seed=seed
    )
    return {"auc": auc, "average_precision": precise, "lift_10": lift}


def paired_difference(
    loss_a: ArrayLike, loss_b: ArrayLike, *, boot: int = 1000, seed: int = 0
) -> Difference:
    """Compare two losses on the same rows: mean of a minus mean of b, with its interval.

    Parameters
    ----------
    loss_a, loss_b : array-like of float, shape (n,)
        A loss for each row, for example `row_log_loss`.
    boot, seed : int
        The bootstrap draws of the rows and their seed.

    Returns
    -------
    Difference
        ``{value, low, high, relative: {value, low, high}}``; `relative` is the difference over
        the mean of b, so 0.01 says that a is 1 % worse.
    """
    losses = np.stack([np.asarray(loss_a, np.float64), np.asarray(loss_b, np.float64)])

    def differ(weights: Floats) -> Floats:
        a, b = np.einsum("ij,j->i", losses, weights) / weights.sum()
        return np.array([a - b, (a - b) / b if b else np.nan])

    absolute, relative = _with_intervals(differ, n=losses.shape[1], boot=boot, seed=seed)
    return {**absolute, "relative": relative}


def row_log_loss(labels: ArrayLike, probabilities: ArrayLike) -> Floats:
    """Return each row's log loss in nats, shape (n,)."""
    y, p = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    loss: Floats = -np.log(np.clip(p[np.arange(len(y)), y], TINY, 1 - TINY))
    return loss


def ece_floor(
    probabilities: ArrayLike, *, top: int = -1, draws: int = 200, seed: int = 0
) -> Number:
    """Return the ECE to expect if the probabilities were exactly true: mean and 95 % of draws.

    Parameters
    ----------
    probabilities : array-like of float, shape (n, k)
        The stated probabilities.
    top : int
        The positive class of two.
    draws, seed : int
        How many sets of labels to draw, and their seed.
    """
    p = np.asarray(probabilities, np.float64)
    confidence = p[:, top] if p.shape[1] == 2 else p.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    rng = np.random.default_rng(seed)
    errors = np.array(
        [
            bin_gaps(bins, confidence - (rng.random(len(p)) < confidence)) / len(p)
            for _ in range(draws)
        ]
    )
    low, high = np.percentile(errors, BOUNDS)
    return {"value": float(errors.mean()), "low": float(low), "high": float(high)}


def _check(
    labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str], positive: str | None
) -> None:
    y, p = np.asarray(labels), np.asarray(probabilities, np.float64)
    k = len(classes)
    if p.ndim != 2 or p.shape != (len(y), k) or not len(y):
        raise BadRequest(
            f"Got {len(y):,} labels and probabilities of shape {p.shape}.",
            allowed=f"one label or more, and shape (labels, {k}) for the classes {list(classes)}",
        )
    if positive is not None and positive not in classes:
        raise BadRequest(f"The positive class is {positive!r}.", allowed=f"one of {list(classes)}")
    if y.min() < 0 or y.max() >= k:
        raise BadRequest(
            f"The labels run from {y.min()} to {y.max()}.",
            allowed=f"class indices 0 to {k - 1}",
            next_step="Leave out leads whose label is unknown.",
        )
    if not ((p >= 0) & (p <= 1 + 1e-9)).all():
        raise BadRequest(
            "Some probabilities are not numbers in 0-1.",
            next_step="Leave out leads that could not be scored.",
        )


def _with_intervals(
    statistic: Callable[[Floats], Floats], *, n: int, boot: int, seed: int
) -> list[Number]:
    value = statistic(np.ones(n))
    if not boot:
        return [_number(one, np.nan, np.nan) for one in value]
    rng = np.random.default_rng(seed)
    draws = np.stack(
        [
            statistic(np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64))
            for _ in range(boot)
        ]
    )
    # A column that is undefined in every draw has no percentile; numpy would warn of it.
    undefined = np.isnan(draws).all(axis=0)
    low, high = np.nanpercentile(np.where(undefined, 0.0, draws), BOUNDS, axis=0)
    low, high = np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)
    return [_number(*one) for one in zip(value, low, high, strict=True)]


def _number(value: float, low: float, high: float) -> Number:
    known = [None if np.isnan(one) else float(one) for one in (value, low, high)]
    if known[0] is None:
        return {"value": None, "low": None, "high": None}
    return {"value": known[0], "low": known[1], "high": known[2]}


def _bayes(keys: list[str], numbers: list[Number]) -> dict[str, Number]:
    found = dict(zip(keys, numbers[len(keys) :], strict=False))
    kept = ("accuracy", "log_loss", "brier", "ece", "auc", "average_precision", "lift_10")
    by_class = tuple(key for key in keys if key.startswith("recall."))
    return {key: found[key] for key in (*kept, *by_class) if key in found}


def _metrics(
    n: int, found: dict[str, Number], classes: Sequence[str], bayes: dict[str, Number]
) -> Metrics:
    return {
        "n": n,
        "accuracy": found["accuracy"],
        "macro_recall": found["macro_recall"],
        "macro_precision": found["macro_precision"],
        "weighted_f1": found["weighted_f1"],
        "log_loss": found["log_loss"],
        "brier": found["brier"],
        "ece": _holding(found["ece"]),
        "auc": found["auc"],
        "average_precision": found["average_precision"],
        "lift_10": found["lift_10"],
        "recall": {name: found[f"recall.{name}"] for name in classes},
        "precision": {name: found[f"precision.{name}"] for name in classes},
        "f1": {name: found[f"f1.{name}"] for name in classes},
        "tv_to_truth": found["tv_to_truth"],
        "bayes": {
            key: _holding(number) if key == "ece" else number for key, number in bayes.items()
        },
    }


def _holding(number: Number) -> Number:
    value, low, high = number["value"], number["low"], number["high"]
    if value is None or low is None or high is None:
        return number
    return {"value": value, "low": min(low, value), "high": max(high, value)}
