"""Leaves that are too deep for patterns: what their effects are computed from, lead by lead."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.loops import Spread
from leadscore.model.forest.patterns import find_parents, find_ways
from leadscore.model.forest.shapley import passing, quadrature

__all__ = ["find_deep"]

Places = NDArray[np.int64]


def find_deep(forest: Forest, leaves: Places, places: Callable[[Places], Places]) -> Spread:
    """Return what the effects of `leaves` are computed from.

    Parameters
    ----------
    forest : Forest
        The trees.
    leaves : ndarray of int
        The leaves, each with some node above it.
    places : callable
        Which of a lead's columns each node asks for.
    """
    signs = np.repeat(forest.signs, np.diff(forest.roots))
    parents, shares = find_parents(forest), passing(forest)
    found = [_one(forest, parents, shares, leaf) for leaf in leaves.tolist()]
    ways = [one[0] for one in found]
    joined = np.concatenate([np.array([], np.int64), *ways])
    most = max((len(one[3]) for one in found), default=1)
    t, weights = quadrature(most)
    none = np.array([], np.int64)
    return (
        _ints(np.cumsum([0, *map(len, ways)])),
        places(joined).astype(np.uint32),
        forest.edges[joined],
        *(_ints(np.concatenate([none, *(one[part] for one in found)])) for part in (1, 2)),
        _ints(np.cumsum([0, *(len(one[3]) for one in found)])),
        _ints(np.concatenate([none, *(one[3] for one in found)])),
        np.concatenate([np.array([]), *(one[4] for one in found)]),
        (signs * forest.leaves)[leaves].astype(np.float64),
        t,
        weights,
    )


def _one(
    forest: Forest, parents: Places, shares: NDArray[np.float64], leaf: int
) -> tuple[Places, Places, Places, Places, NDArray[np.float64]]:
    """Return a leaf's nodes, their sides and columns, and the columns' fields and shares."""
    [way], [right] = find_ways(np.array([leaf]), forest, parents)
    columns, owners = np.unique(forest.columns[way], return_inverse=True)
    product = np.ones(len(columns))
    np.multiply.at(product, owners, shares[forest.children[way] + right])
    return way, right, owners, forest.sources[columns], product


def _ints(array: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.ascontiguousarray(array, np.int32)
