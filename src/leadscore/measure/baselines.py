"""What a team could do without this product: the orders that every model must beat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field

__all__ = [
    "Ranked",
    "Training",
    "Unavailable",
    "newest_first",
    "points_rule",
    "random_forest",
    "random_order",
]

Floats = NDArray[np.float64]

#: Trees in the random forest.
TREES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The training part of the data, as a baseline sees it.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        The encoded leads, NaN where missing.
    labels : ndarray of shape (n,)
        Class indices, none unknown.
    k : int
        The number of classes.
    top : int
        The class to rank by; -1 is the last.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    k: int
    top: int = -1

    @property
    def hits(self) -> Floats:
        """1.0 where the lead is of the top class."""
        hits: Floats = (self.labels == range(self.k)[self.top]).astype(np.float64)
        return hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An order of leads.

    Parameters
    ----------
    name : str
        The baseline's name for people.
    scores : ndarray of shape (n,)
        Larger is called earlier.
    probabilities : ndarray of shape (n, k), optional
        Class probabilities; ``None`` where the baseline has none.
    """

    name: str
    scores: Floats
    probabilities: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """A baseline that these data cannot have, and why."""

    name: str
    reason: str


def random_order(n: int, *, seed: int, train: Training | None = None) -> Ranked:
    """Call leads in random order; with training data, the base rates are its probabilities.

    Parameters
    ----------
    n : int
        How many leads to order.
    seed : int
        The seed of the order.
    train : Training, optional
        Where the base rates come from.
    """
    scores = np.random.default_rng(seed).random(n)
    if train is None:
        return Ranked(name="random", scores=scores)
    rates = _smoothed(np.bincount(train.labels, minlength=train.k).astype(np.float64))
    return Ranked(name="random", scores=scores, probabilities=np.tile(rates, (n, 1)))


def newest_first(
    n: int, *, times: Floats | None = None, order: Literal["", "rows"] = ""
) -> Ranked | Unavailable:
    """Call the newest lead first.

    Parameters
    ----------
    n : int
        How many leads to order.
    times : ndarray of shape (n,), optional
        When each lead came, in seconds; NaN (unknown) is called last.
    order : {"", "rows"}
        ``rows`` where the rows are in time order, the newest last.

    Returns
    -------
    Ranked or Unavailable
        No probabilities. `Unavailable` where the data do not say when a lead came.
    """
    if times is not None and np.isfinite(times).any():
        return Ranked(name="newest first", scores=np.where(np.isfinite(times), times, -np.inf))
    if order == "rows":
        return Ranked(name="newest first", scores=np.arange(n, dtype=np.float64))
    return Unavailable(name="newest first", reason="the data do not say when a lead came")


def points_rule(
    x: NDArray[np.float32], fields: Sequence[Field], *, train: Training | None = None
) -> Ranked | Unavailable:
    """Give a lead one point for each field beyond its median in its direction.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        The encoded leads, NaN where missing; column j is ``fields[j]``.
    fields : sequence of Field
        The fields' types and directions.
    train : Training, optional
        Where medians, unstated directions and probabilities come from. Without it the medians are
        those of `x` and there are no probabilities.

    Returns
    -------
    Ranked or Unavailable
        `Unavailable` where no field can earn a point.

    Notes
    -----
    Numbers earn a point above the median (direction up) or below it (down). Flags earn one when
    set (up) or not set (down). A missing value earns none, nor do categories, texts and times.
    A field of direction "free" takes the sign of its correlation with the top class in `train`;
    without `train` a free number earns none and a free flag earns one when set. Probabilities are
    the training part's observed class rates at each number of points, one lead of each class
    added.
    """
    signs = np.array([_sign(j, field, train) for j, field in enumerate(fields)])
    if not signs.any():
        return Unavailable(name="points rule", reason="no field has a direction to give points by")
    flags = np.array([field.type == "flag" for field in fields])
    source = x if train is None else train.x
    middle = np.where(flags, 0.5, _medians(source))
    points = _points(x, middle, signs)
    if train is None:
        return Ranked(name="points rule", scores=points.astype(np.float64))
    earned = _points(train.x, middle, signs)
    counts = np.zeros((len(fields) + 1, train.k))
    np.add.at(counts, (earned, train.labels), 1.0)
    return Ranked(
        name="points rule",
        scores=points.astype(np.float64),
        probabilities=_smoothed(counts)[points],
    )


def random_forest(
    x: NDArray[np.float32], train: Training, *, seed: int, trees: int = TREES, jobs: int = 1
) -> Ranked:
    """Fit scikit-learn's random forest and rank by its probability of the top class.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        The encoded leads, NaN where missing.
    train : Training
        What the forest learns from.
    seed : int
        The forest's seed.
    trees : int
        How many trees.
    jobs : int
        How many threads.
    """
    from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 half a second to load

    forest = RandomForestClassifier(n_estimators=trees, random_state=seed, n_jobs=jobs)
    forest.fit(train.x, train.labels)
    probabilities = np.zeros((len(x), train.k))
    probabilities[:, forest.classes_] = forest.predict_proba(x)
    return Ranked(
        name="random forest", scores=probabilities[:, train.top], probabilities=probabilities
    )


def _sign(j: int, field: Field, train: Training | None) -> int:
    if field.type not in ("integer", "number", "flag"):
        return 0
    if field.direction != "free":
        return 1 if field.direction == "up" else -1
    if train is None:
        return 1 if field.type == "flag" else 0
    return _correlation_sign(train.x[:, j].astype(np.float64), train.hits)


def _correlation_sign(column: Floats, hits: Floats) -> int:
    known = np.isfinite(column)
    if not known.any():
        return 0
    column, hits = column[known], hits[known]
    return int(np.sign(((column - column.mean()) * (hits - hits.mean())).sum()))


def _medians(x: NDArray[np.float32]) -> Floats:
    known = [column[np.isfinite(column)] for column in x.T]
    return np.array([np.median(one) if len(one) else np.nan for one in known], np.float64)


def _points(x: NDArray[np.float32], middle: Floats, signs: NDArray[np.int64]) -> NDArray[np.intp]:
    # A comparison with NaN is false: a missing value earns no point.
    earned = ((x > middle) & (signs > 0)) | ((x < middle) & (signs < 0))
    points: NDArray[np.intp] = earned.sum(axis=1)
    return points


def _smoothed(counts: Floats) -> Floats:
    more = counts + 1.0
    rates: Floats = more / more.sum(axis=-1, keepdims=True)
    return rates
