"""Whether sets of classes hold the true one as often as they say."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadscore.errors import BadRequest
from leadscore.measure.metrics import BOUNDS, Number

__all__ = ["Coverage", "coverage"]

Floats = NDArray[np.float64]


class Coverage(TypedDict):
    """How often sets hold the true class, over all leads and by class, and how large they are."""

    coverage: Number
    coverage_by_class: Mapping[str, Number]
    set_size: Number


def coverage(
    labels: ArrayLike,
    sets: ArrayLike,
    *,
    classes: Sequence[str],
    boot: int = 1000,
    seed: int = 0,
) -> Coverage:
    """Measure sets of classes against what came true.

    Parameters
    ----------
    labels : array-like of int, shape (n,)
        Class indices into `classes`; drop unknown labels and unscored leads first.
    sets : array-like of bool, shape (n, k)
        Which classes each lead's set holds.
    classes : sequence of str
        The classes in order, lowest first.
    boot : int
        The number of bootstrap draws of the rows; 0 leaves the intervals ``None``.
    seed : int
        The seed of the draws.

    Returns
    -------
    Coverage
        The share of leads whose set holds their class, 0-1, over all and by class (``None`` for a
        class without leads), and the mean number of classes in a set; each as
        ``{value, low, high}`` with a 95 % percentile interval.

    Raises
    ------
    BadRequest
        If shapes or labels do not fit together, or there are no leads.
    """
    y, held = np.asarray(labels, np.int64), np.asarray(sets, bool)
    _check(y, held, classes)
    counts = _counts(y, held)
    drawn = counts[None]
    if boot:
        # A draw of the rows is a draw of the cells: all rows of a cell count alike.
        rng = np.random.default_rng(seed)
        n = len(y)
        draws = rng.multinomial(n, counts.ravel() / n, size=boot).reshape(boot, *counts.shape)
        drawn = np.concatenate([drawn, draws])
    every, by_class, size = _figures(drawn)
    return {
        "coverage": _number(every),
        "coverage_by_class": {
            name: _number(by_class[:, place]) for place, name in enumerate(classes)
        },
        "set_size": _number(size),
    }


def _check(y: NDArray[np.int64], held: NDArray[np.bool_], classes: Sequence[str]) -> None:
    if not len(y) or held.shape != (len(y), len(classes)):
        raise BadRequest(
            f"Got {len(y):,} labels and sets of shape {held.shape}.",
            allowed=f"one label or more, and shape (labels, {len(classes)}) for the classes "
            f"{list(classes)}",
        )
    if y.min() < 0 or y.max() >= len(classes):
        raise BadRequest(
            f"The labels run from {y.min()} to {y.max()}.",
            allowed=f"class indices 0 to {len(classes) - 1}",
            next_step="Leave out leads whose label is unknown.",
        )


def _counts(y: NDArray[np.int64], held: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many leads there are by class, by whether it is held, and by the set's size."""
    k = held.shape[1]
    covered = held[np.arange(len(y)), y].astype(np.int64)
    cells = (y * 2 + covered) * (k + 1) + held.sum(axis=1)
    return np.bincount(cells, minlength=k * 2 * (k + 1)).reshape(k, 2, k + 1)


def _figures(drawn: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    n = drawn.sum(axis=(1, 2, 3))
    of_class = drawn.sum(axis=(2, 3))
    covered = drawn[:, :, 1].sum(axis=2)
    by_class = np.where(of_class > 0, covered / np.maximum(of_class, 1), np.nan)
    size = drawn.sum(axis=(1, 2)) @ np.arange(drawn.shape[3])
    return covered.sum(axis=1) / n, by_class, size / n


def _number(values: Floats) -> Number:
    """Return the first value with the interval of the others, in which it is defined."""
    value, draws = values[0], values[1:]
    draws = draws[~np.isnan(draws)]
    if np.isnan(value):
        return {"value": None, "low": None, "high": None}
    if not len(draws):
        return {"value": float(value), "low": None, "high": None}
    low, high = np.percentile(draws, BOUNDS)
    return {"value": float(value), "low": float(low), "high": float(high)}
