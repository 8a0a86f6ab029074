"""Straight lines between knots, as `numpy.interp` draws them."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.places import Places, blocks

__all__ = ["Line"]

Floats = NDArray[np.float64]


class Line:
    """A line through knots, straight between them and flat beyond.

    It is what `numpy.interp` says, but for the last bit on processors where that one multiplies
    and adds in one rounding; here the bits are the same everywhere.

    Parameters
    ----------
    knots : ndarray of shape (m,)
        The knots, one at least, finite and never falling.
    heights : ndarray of shape (m,)
        The height at each.
    missing : float
        The height where the value is missing.

    Examples
    --------
    >>> line = Line(np.array([0.0, 2.0]), np.array([1.0, 5.0]), missing=-1.0)
    >>> line.at(np.array([-9.0, 0.5, 9.0, np.nan]))
    array([ 1.,  2.,  5., -1.])
    """

    __slots__ = ("_heights", "_high", "_knots", "_low", "_places", "_slopes")

    def __init__(self, knots: Floats, heights: Floats, *, missing: float = np.nan) -> None:
        self._places = Places(knots)
        self._low, self._high = knots[[0, -1]]
        rises, runs = np.diff(heights), np.diff(knots)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slopes = rises / runs
        # between equal knots there is no value; between those nearer than a slope can say, hardly
        slopes[~np.isfinite(slopes)] = 0.0
        # the piece before the first knot, those between, the one after, and what is missing
        self._knots = np.concatenate([knots[:1], knots, knots[:1]])
        self._heights = np.concatenate([heights[:1], heights, [missing]])
        self._slopes = np.concatenate([[0.0], slopes, [0.0, 0.0]])

    def at(self, values: Floats) -> Floats:
        """Return the height at each value, shape (n,)."""
        heights = np.empty(len(values))
        for block in blocks(len(values)):
            piece = self._places.find(values[block])
            # a number for all: the pieces at both ends and the missing one are flat
            inside = np.minimum(np.fmax(values[block], self._low), self._high)
            along = self._slopes.take(piece) * (inside - self._knots.take(piece))
            np.add(along, self._heights.take(piece), out=heights[block])
        return heights
