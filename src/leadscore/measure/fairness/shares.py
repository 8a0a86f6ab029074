"""Shares, their ratios and ranks, each with an interval that holds for small groups too."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit, ndtri
from scipy.stats import rankdata

from leadscore.measure.metrics import Number

__all__ = ["LEVEL", "auc", "gap", "no_number", "rank_correlation", "ratio", "share"]

Floats = NDArray[np.float64]

#: The level of an interval that stands alone.
LEVEL = 0.95
#: Where the bounds of a ratio are sought, and in how many halvings.
_NARROWEST, _WIDEST, _HALVINGS = 1e-8, 1e8, 80


def no_number() -> Number:
    """Return the figure that is undefined."""
    return {"value": None, "low": None, "high": None}


def share(hits: int, n: int, *, level: float = LEVEL) -> Number:
    """Return `hits` of `n` with the exact interval of Clopper and Pearson (1934)."""
    if not n:
        return no_number()
    tail = (1 - level) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return {"value": hits / n, "low": low, "high": high}


def ratio(one: tuple[int, int], other: tuple[int, int], *, level: float = LEVEL) -> Number:
    """Return how many times the share `one` is the share `other`.

    Parameters
    ----------
    one, other : tuple of int
        Hits and number of each.
    level : float
        The level of the interval.

    Returns
    -------
    Number
        With the score interval of Koopman (1984), which needs no hit on either side; `high` is
        None where nothing bounds it. Undefined where either is empty or neither has a hit.

    Examples
    --------
    >>> found = ratio((36, 40), (16, 80))  # Koopman's example: 2.94 to 7.15
    >>> round(found["value"], 1), round(found["low"], 2), round(found["high"], 2)
    (4.5, 2.94, 7.15)
    """
    if not one[1] or not other[1] or not one[0] + other[0]:
        return no_number()
    most = float(ndtri((1 + level) / 2)) ** 2
    at = np.inf if not other[0] else (one[0] / one[1]) / (other[0] / other[1])

    def outside(factor: float) -> bool:
        return _koopman(factor, one, other) > most

    low = 0.0 if not one[0] else _edge(outside, _NARROWEST, min(at, _WIDEST))
    high = None if not other[0] else _edge(outside, _WIDEST, max(at, _NARROWEST))
    return {"value": float(at) if np.isfinite(at) else None, "low": low, "high": high}


def gap(hits: NDArray[np.bool_], said: Floats, *, level: float = LEVEL) -> Number:
    """Return what came true less what was said, with the interval that true probabilities allow.

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Whether it came true.
    said : ndarray of shape (n,)
        Its stated probability.
    level : float
        The level of the interval.
    """
    n = len(hits)
    if not n:
        return no_number()
    error = float(ndtri((1 + level) / 2)) * float(np.sqrt((said * (1 - said)).sum())) / n
    value = float(hits.mean() - said.mean())
    return {"value": value, "low": value - error, "high": value + error}


def auc(
    hits: NDArray[np.bool_], scores: Floats, *, level: float = LEVEL, wider: float = 1.0
) -> Number:
    """Return the AUC with the interval of DeLong and others (1988), taken on the logit scale.

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Whether the lead is of the group.
    scores : ndarray of shape (n,)
        What tells it.
    level : float
        The level of the interval.
    wider : float
        How many times its usual width the interval has.
    """
    ahead, behind = scores[hits], scores[~hits]
    m, n = len(ahead), len(behind)
    if m < 2 or n < 2:
        return no_number()
    ranks = rankdata(np.concatenate([ahead, behind]))
    beaten = (ranks[:m] - rankdata(ahead)) / n
    beating = 1 - (ranks[m:] - rankdata(behind)) / m
    value = float(beaten.mean())
    error = float(np.sqrt(beaten.var(ddof=1) / m + beating.var(ddof=1) / n))
    if not 0 < value < 1 or not error:
        return {"value": value, "low": value, "high": value}
    spread = wider * float(ndtri((1 + level) / 2)) * error / (value * (1 - value))
    middle = logit(value)
    return {
        "value": value,
        "low": float(expit(middle - spread)),
        "high": float(expit(middle + spread)),
    }


def rank_correlation(
    one: Floats, other: Floats, *, level: float = LEVEL, wider: float = 1.0
) -> Number:
    """Return Spearman's rank correlation with the interval of Bonett and Wright (2000).

    Parameters
    ----------
    one, other : ndarray of shape (n,)
        The values.
    level : float
        The level of the interval.
    wider : float
        How many times its usual width the interval has.
    """
    n = len(one)
    if n < 5 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return no_number()
    value = float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
    inside = float(np.clip(value, -1 + 1e-9, 1 - 1e-9))
    spread = wider * float(ndtri((1 + level) / 2)) * float(np.sqrt((1 + inside**2 / 2) / (n - 3)))
    low, high = np.tanh(np.arctanh(inside) + np.array([-spread, spread]))
    return {"value": value, "low": float(low), "high": float(high)}


def _koopman(factor: float, one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the score statistic for the share `one` being `factor` times the share `other`."""
    (x, m), (y, n) = one, other
    b = factor * (m + y) + x + n
    # the likeliest share of `other` under that factor: the smaller root of a quadratic
    below = 2 * (x + y) / (b + np.sqrt(max(b * b - 4 * factor * (m + n) * (x + y), 0.0)))
    return _square(x, m, factor * below) + _square(y, n, below)


def _square(hits: int, n: int, p: float) -> float:
    spread, distance = n * p * (1 - p), (hits - n * p) ** 2
    if spread > 0:
        return float(distance / spread)
    return 0.0 if distance < 1e-9 else float("inf")


def _edge(outside: Callable[[float], bool], far: float, near: float) -> float:
    """Return where `outside` turns, between `far` (outside) and `near`, by halving the logs."""
    if not outside(far):
        return far
    ends = [np.log(far), np.log(near)]
    for _ in range(_HALVINGS):
        middle = (ends[0] + ends[1]) / 2
        ends[0 if outside(float(np.exp(middle))) else 1] = middle
    return float(np.exp(ends[1]))
