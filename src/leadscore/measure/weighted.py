"""Every quality figure as a function of row weights: a bootstrap draw costs milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BINS",
    "TINY",
    "Floats",
    "Ints",
    "Ranking",
    "Rows",
    "bin_gaps",
    "figures",
    "gains_points",
    "names",
    "prepare",
    "ranking",
    "ranking_figures",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.intp]

#: ECE's bins: equal width over 0-1.
BINS = 15

#: A probability of exactly 0 or 1 is moved in by this much, as scikit-learn does, so that one
#: certain mistake costs 36 nats and not infinity.
TINY = float(np.finfo(np.float64).eps)

#: The share of the leads that "the top" means in `lift_10`.
TOP_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Rows from the best score to the worst; only groups of ties that hold a positive matter.

    Parameters
    ----------
    order : ndarray of shape (n,)
        The rows, best score first.
    hits : ndarray of shape (m,)
        The positives' positions in that order.
    first, after : ndarray of shape (g,)
        Where each group of equal scores begins and where the next one does.
    last_hit : ndarray of shape (g,)
        The place in `hits` of the group's last positive.
    """

    order: Places
    hits: Places
    first: Places
    after: Places
    last_hit: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is known of each row before any weight is.

    Parameters
    ----------
    k : int
        The number of classes.
    losses : ndarray of shape (3, n)
        Log loss, Brier score, and the distance to the truth (NaN where that is unknown).
    cell : ndarray of shape (n,)
        ``label * k + stated class``.
    bin : ndarray of shape (n,)
        The row's ECE bin.
    gap : ndarray of shape (n,)
        Stated confidence minus what came true (0 or 1).
    ranking : Ranking
        The rows by the probability of the top class.
    """

    k: int
    losses: Floats
    cell: Places
    bin: Places
    gap: Floats
    ranking: Ranking


def prepare(labels: Ints, probabilities: Floats, *, top: int, truth: Floats | None = None) -> Rows:
    """Compute the per-row quantities that `figures` weighs.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        Class indices, 0 to k - 1.
    probabilities : ndarray of shape (n, k)
        The stated probabilities.
    top : int
        The class that ranking is about; for two classes also the one that ECE is about.
    truth : ndarray of shape (n, k), optional
        The true probabilities.
    """
    n, k = probabilities.shape
    stated = probabilities.argmax(axis=1)
    hit, confidence = (
        (labels == top, probabilities[:, top])
        if k == 2
        else (labels == stated, probabilities[np.arange(n), stated])
    )
    return Rows(
        k=k,
        losses=_losses(labels, probabilities, truth),
        cell=(labels * k + stated).astype(np.intp),
        bin=np.minimum((confidence * BINS).astype(np.intp), BINS - 1),
        gap=confidence - hit,
        ranking=ranking(labels == top, probabilities[:, top]),
    )


def ranking(positive: NDArray[np.bool_], scores: Floats) -> Ranking:
    """Sort rows by `scores`, best first, and group the ties."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    begins = np.append(0, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)
    hits = np.flatnonzero(positive[order])
    group = np.searchsorted(begins, hits, side="right") - 1
    last_hit = np.flatnonzero(np.diff(group, append=len(begins)))
    group = group[last_hit]
    after = np.append(begins[1:], len(order))[group]
    return Ranking(order=order, hits=hits, first=begins[group], after=after, last_hit=last_hit)


def names(classes: Sequence[str]) -> list[str]:
    """Return what each number of `figures` is; ``recall.High`` is the recall of class High."""
    by_class = [f"{kind}.{name}" for kind in ("recall", "precision", "f1") for name in classes]
    means = ["accuracy", "macro_recall", "macro_precision", "weighted_f1"]
    losses = ["log_loss", "brier", "tv_to_truth"]
    return [*means, *by_class, *losses, "ece", "auc", "average_precision", "lift_10"]


def figures(rows: Rows, weights: Floats) -> Floats:
    """Return every figure under `weights` (shape (n,)), in the order of `names`; NaN: undefined."""
    total = weights.sum()
    counts: Floats = np.bincount(rows.cell, weights, rows.k * rows.k).astype(np.float64)
    losses = _dot(rows.losses, weights) / total
    ece = bin_gaps(rows.bin, weights * rows.gap) / total
    return np.concatenate(
        [
            _by_class(counts.reshape(rows.k, rows.k)),
            losses,
            [ece],
            ranking_figures(rows.ranking, weights),
        ]
    )


def ranking_figures(ranked: Ranking, weights: Floats) -> Floats:
    """Return AUC, average precision and lift at 10 % under `weights`; ties share alike."""
    called, found = gains_points(ranked, weights)
    if not len(found) or found[-1] == 0:
        return np.full(3, np.nan)
    total, positives = weights.sum(), found[-1]
    negatives = total - positives
    before, after = found[::2], found[1::2]
    more = after - before
    missed = called - found
    ahead = _dot(more, (missed[::2] + missed[1::2]) / 2)
    auc = 1 - ahead / (positives * negatives) if negatives > 0 else np.nan
    precise = _dot(more, after / np.maximum(called[1::2], 1.0)) / positives
    top = TOP_SHARE * total
    caught = np.interp(top, called, found)
    return np.array([auc, precise, caught / top * total / positives])


def gains_points(ranked: Ranking, weights: Floats) -> tuple[Floats, Floats]:
    """Return weights called and positives found at the start and end of each group with one.

    Between two points the curve is a straight line: within a group ties share alike, between
    groups nothing is found.
    """
    weight = weights[ranked.order]
    called = np.append(0.0, np.cumsum(weight))
    found = np.append(0.0, np.cumsum(weight[ranked.hits])[ranked.last_hit])
    return (
        np.stack([called[ranked.first], called[ranked.after]], axis=1).ravel(),
        np.stack([found[:-1], found[1:]], axis=1).ravel(),
    )


def bin_gaps(bins: Places, gaps: Floats) -> float:
    """Return the sum over bins of the absolute sum of `gaps`."""
    return float(np.abs(np.bincount(bins, gaps, BINS)).sum())


def _dot(a: Floats, b: Floats) -> Floats:
    # BLAS starts threads for a sum this short and waits for them: 14 ms instead of 0.05 ms beside
    # a busy neighbour. Its last bits also depend on the number of threads.
    total: Floats = np.einsum("...i,i->...", a, b)
    return total


def _losses(labels: Ints, probabilities: Floats, truth: Floats | None) -> Floats:
    n, k = probabilities.shape
    came_true = np.eye(k)[labels]
    log_loss = -np.log(np.clip(probabilities[np.arange(n), labels], TINY, 1 - TINY))
    brier = ((probabilities - came_true) ** 2).sum(axis=1) / (2 if k == 2 else 1)
    if truth is None:
        return np.stack([log_loss, brier, np.full(n, np.nan)])
    return np.stack([log_loss, brier, np.abs(probabilities - truth).sum(axis=1) / 2])


def _by_class(counts: Floats) -> Floats:
    right, support, stated = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    recall = _ratio(right, support)
    precision = _ratio(right, stated)
    f1 = _ratio(2 * right, support + stated)
    total = counts.sum()
    means = [
        right.sum() / total,
        np.nan_to_num(recall).mean(),
        np.nan_to_num(precision).mean(),
        np.nan_to_num(f1) @ support / total,
    ]
    return np.concatenate([means, recall, precision, f1])


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return ratio
