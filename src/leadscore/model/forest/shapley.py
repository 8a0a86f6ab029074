"""Exact Shapley effects of single leaves, by path-dependent TreeSHAP.

A leaf gives its value to a lead that passes all nodes on the way to it. Where a column is not
known, the lead is taken to go each way as often as the training leads did (Lundberg et al. 2020,
From Local Explanations to Global Understanding). The Shapley effect of a column on one leaf is
then the value times (o - z) times the integral over t from 0 to 1 of the product, over the other
columns of the way, of t o + (1 - t) z: o is whether the lead passes the column's nodes, z how often
training leads do. The integrand is a polynomial, so Gauss's quadrature is exact.
"""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest

__all__ = ["expected", "leaf_effects", "others", "passing", "quadrature"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def quadrature(columns: int) -> tuple[Floats, Floats]:
    """Return the nodes and weights on 0-1 that are exact for so many columns."""
    nodes, weights = np.polynomial.legendre.leggauss((columns + 1) // 2)
    return (nodes + 1) / 2, weights / 2


def passing(forest: Forest) -> Floats:
    """Return the share of the training leads at each node's parent that came to the node."""
    shares = np.ones(len(forest.columns))
    inner = np.flatnonzero(forest.columns >= 0)
    left, right = forest.children[inner], forest.children[inner] + 1
    covers = forest.covers.astype(np.float64)
    both = covers[left] + covers[right]
    # a node that no training lead came to is left by as many to each side
    shares[left] = np.divide(covers[left], both, out=np.full(len(inner), 0.5), where=both > 0)
    shares[right] = 1.0 - shares[left]
    return shares


def expected(forest: Forest) -> float:
    """Return the margin of the average training lead, without the offset."""
    reached = passing(forest)
    for depth in range(int(forest.depths.max())):
        inner = np.flatnonzero((forest.depths == depth) & (forest.columns >= 0))
        reached[forest.children[inner]] *= reached[inner]
        reached[forest.children[inner] + 1] *= reached[inner]
    signs = np.repeat(forest.signs, np.diff(forest.roots))
    return float(np.sum(reached * signs * forest.leaves)) / int(forest.members[0])


def leaf_effects(forest: Forest, way: Places, right: Places, leaves: Places) -> Floats:
    """Return what leaves of one depth give the nodes on their ways, for every way to pass them.

    Parameters
    ----------
    forest : Forest
        The trees.
    way : ndarray of int of shape (leaves, depth)
        The nodes on the way to each leaf, from the root.
    right : ndarray of int of shape (leaves, depth)
        Whether (1, 0) the way leaves each node to the right.
    leaves : ndarray of int of shape (leaves,)
        The leaves.

    Returns
    -------
    ndarray of shape (depth, leaves, 2**depth)
        Bit i of the last place says that the lead passes node i. A column's effect is at its
        first node, its other nodes have none.
    """
    depth = way.shape[1]
    columns = forest.columns[way].T
    same = columns[:, None, :] == columns[None, :, :]
    first = np.argmax(same, axis=1) == np.arange(depth)[:, None]
    shares = passing(forest)[forest.children[way] + right].T
    z = np.where(first, np.prod(np.where(same, shares[None, :, :], 1.0), axis=1), 1.0)[:, :, None]
    sides = np.arange(1 << depth)
    # a column is passed when no bit of its nodes is missing
    needed = (same << np.arange(depth)[None, :, None]).sum(axis=1)[:, :, None]
    o = ((~sides & needed) == 0) | ~first[:, :, None]
    total = np.zeros(o.shape)
    for t, weight in zip(*quadrature(depth), strict=True):
        total += others(np.where(o, t + (1.0 - t) * z, (1.0 - t) * z), weight)
    signs = forest.signs[np.searchsorted(forest.roots, leaves, side="right") - 1]
    value = (signs * forest.leaves[leaves]).astype(np.float64)
    return np.asarray(value[:, None] * (o - z) * total)


def others(factors: Floats, weight: float) -> Floats:
    """Return, for each along the first axis, the weight times the product of all others."""
    before, after = np.full(factors.shape, weight), np.ones(factors.shape)
    for place in range(1, len(factors)):
        np.multiply(before[place - 1], factors[place - 1], out=before[place])
        back = len(factors) - 1 - place
        np.multiply(after[back + 1], factors[back + 1], out=after[back])
    before *= after
    return before
