"""The honest splits: at random, by group, forward in time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FEWEST",
    "folds_at_random",
    "folds_by_group",
    "forward_blocks",
    "stratified_split",
]

#: Below so many leads of a class nothing is learned: the parts of a split would tell nothing.
FEWEST = 40


def folds_at_random(
    labels: NDArray[np.intp], folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return each row's fold, 0 to `folds` - 1, every class spread evenly over the folds."""
    place = np.empty(len(labels), dtype=np.intp)
    start = 0
    for one in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == one))
        # Starting each class where the last one ended keeps small classes from all
        # landing in fold 0.
        place[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    return place


def folds_by_group(
    groups: NDArray[np.object_], folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return each row's fold so that no group is in two folds, and the folds are near equal."""
    _, member = np.unique(groups.astype(str), return_inverse=True)
    sizes = np.bincount(member)
    filled = np.zeros(folds, dtype=np.intp)
    fold_of = np.empty(len(sizes), dtype=np.intp)
    shuffled = rng.permutation(len(sizes))
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold_of[group] = np.argmin(filled)
        filled[fold_of[group]] += sizes[group]
    return fold_of[member]


def forward_blocks(
    times: NDArray[np.float64], cuts: tuple[float, ...] = (0.4, 0.6, 0.8)
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield (past rows, next block's rows): train on all before a cut, test up to the next one.

    Parameters
    ----------
    times : ndarray of shape (n,)
        When each row happened; equal times stay on one side of a cut.
    cuts : tuple of float
        Where the blocks begin, as shares of the rows in time order.
    """
    order = np.argsort(times, kind="stable")
    edges = [_start_of_tie(times[order], int(share * len(times))) for share in cuts]
    for begin, end in zip(edges, [*edges[1:], len(times)], strict=True):
        if 0 < begin < end:
            yield np.sort(order[:begin]), np.sort(order[begin:end])


def stratified_split(
    labels: NDArray[np.intp], test_share: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (train rows, test rows) with `test_share` of every class in the test part."""
    test = np.zeros(len(labels), dtype=bool)
    for one in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == one))
        test[rows[: round(test_share * len(rows))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)


def _start_of_tie(ordered: NDArray[np.float64], at: int) -> int:
    return int(np.searchsorted(ordered, ordered[at], side="left")) if at < len(ordered) else at
