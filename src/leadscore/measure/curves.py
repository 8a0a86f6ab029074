"""The curves and tables behind the figures: reliability, gains, confusion, thresholds."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from leadscore.errors import BadRequest
from leadscore.measure.weighted import Floats, Ints, gains_points, ranking

__all__ = [
    "Gains",
    "ReliabilityBin",
    "confusion",
    "gains",
    "precision_at_recall",
    "reliability",
    "stated_confidence",
    "threshold_at_recall",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Leads that were given about the same probability, and what came true.

    Parameters
    ----------
    n : int
        How many leads.
    predicted : float
        The mean of their stated probabilities, in 0-1.
    observed : float
        The share that came true, in 0-1.
    low, high : float
        The exact (Clopper-Pearson) 95 % interval of that share.
    start, end : float
        The lowest and the highest probability among them.
    """

    n: int
    predicted: float
    observed: float
    low: float
    high: float
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """Which share of the positives is found by calling the best-ranked share of the leads.

    Parameters
    ----------
    called : tuple of float
        Shares of the leads called, rising from 0 to 1.
    found : tuple of float
        The share of all positives found by then, in 0-1.
    """

    called: tuple[float, ...]
    found: tuple[float, ...]

    def at(self, share: float) -> float:
        """Return the share of the positives found by calling `share` of the leads."""
        return float(np.interp(share, self.called, self.found))


def stated_confidence(
    labels: ArrayLike, probabilities: ArrayLike, *, top: int = -1
) -> tuple[NDArray[np.bool_], Floats]:
    """Return what the model said with which confidence, and whether it came true.

    Parameters
    ----------
    labels : array-like of int, shape (n,)
        Class indices.
    probabilities : array-like of float, shape (n, k)
        The stated probabilities.
    top : int
        The positive class of two.

    Returns
    -------
    hits : ndarray of bool, shape (n,)
        Two classes: the lead is a positive. More: the stated class came true.
    confidence : ndarray of float, shape (n,)
        The probability given to that.
    """
    y, p = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    if p.shape[1] == 2:
        return y == range(2)[top], p[:, top]
    return p.argmax(axis=1) == y, p.max(axis=1)


def confusion(labels: ArrayLike, probabilities: ArrayLike) -> Ints:
    """Count leads by true class (rows) and stated class (columns), shape (k, k)."""
    y, p = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    k = p.shape[1]
    counts: Ints = np.bincount(y * k + p.argmax(axis=1), minlength=k * k).astype(np.int64)
    return counts.reshape(k, k)


def reliability(
    labels: ArrayLike,
    probabilities: ArrayLike,
    *,
    bins: int = 10,
    by: Literal["count", "width"] = "count",
) -> tuple[ReliabilityBin, ...]:
    """Group leads by stated probability and compare with what came true.

    Parameters
    ----------
    labels : array-like of bool, shape (n,)
        Whether it came true (see `stated_confidence`).
    probabilities : array-like of float, shape (n,)
        The stated probability of that, in 0-1.
    bins : int
        How many groups at most; empty ones are left out, equal probabilities stay together.
    by : {"count", "width"}
        Whether groups have equally many leads or equally wide ranges of probability.
    """
    hits, p = np.asarray(labels, bool), np.asarray(probabilities, np.float64)
    shares = np.arange(1, bins) / bins
    edges = np.unique(np.quantile(p, shares, method="lower")) if by == "count" else shares
    group = np.searchsorted(edges, p, side="left" if by == "count" else "right")
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return tuple(_reliability_bin(p[part], hits[part]) for part in parts if len(part))


def gains(labels: ArrayLike, order_by: ArrayLike, *, points: int = 101) -> Gains:
    """Return the share of positives found against the share of leads called, best first.

    Parameters
    ----------
    labels : array-like of bool, shape (n,)
        Whether the lead is a positive.
    order_by : array-like of float, shape (n,)
        Larger is called earlier; ties share alike.
    points : int
        How many points of the curve, evenly spaced over 0-1.

    Raises
    ------
    BadRequest
        If there is no positive lead.
    """
    hits, scores = np.asarray(labels, bool), np.asarray(order_by, np.float64)
    if not hits.any():
        raise BadRequest("A gains curve needs a positive lead, and there is none.")
    called, found = gains_points(ranking(hits, scores), np.ones(len(hits)))
    grid = np.linspace(0.0, 1.0, points)
    curve = np.interp(grid, called / len(hits), found / found[-1])
    return Gains(called=tuple(grid.tolist()), found=tuple(curve.tolist()))


def threshold_at_recall(labels: ArrayLike, scores: ArrayLike, *, recall: float) -> float:
    """Return the highest threshold at which "score ≥ threshold" finds `recall` of the positives.

    Parameters
    ----------
    labels : array-like of bool, shape (n,)
        Whether the lead is a positive.
    scores : array-like of float, shape (n,)
        Larger is likelier.
    recall : float
        The share of the positives to find, in 0-1.

    Raises
    ------
    BadRequest
        If there is no positive lead.
    """
    hits, s = np.asarray(labels, bool), np.asarray(scores, np.float64)
    if not hits.any():
        raise BadRequest("A recall needs a positive lead, and there is none.")
    best_first = -np.sort(-s[hits])
    # 0.82 * 50 is 41.00…01 in floating point: without the slack it would ask for 42 positives.
    needed = int(np.ceil(recall * len(best_first) - 1e-9))
    return float(best_first[max(needed, 1) - 1])


def precision_at_recall(labels: ArrayLike, scores: ArrayLike, *, recall: float) -> float:
    """Return the share of positives at or above `threshold_at_recall`, in 0-1."""
    hits, s = np.asarray(labels, bool), np.asarray(scores, np.float64)
    return float(hits[s >= threshold_at_recall(hits, s, recall=recall)].mean())


def _reliability_bin(said: Floats, hits: NDArray[np.bool_]) -> ReliabilityBin:
    n, true = len(said), int(hits.sum())
    return ReliabilityBin(
        n=n,
        predicted=float(said.mean()),
        observed=true / n,
        low=float(betaincinv(true, n - true + 1, 0.025)) if true else 0.0,
        high=float(betaincinv(true + 1, n - true, 0.975)) if true < n else 1.0,
        start=float(said.min()),
        end=float(said.max()),
    )
