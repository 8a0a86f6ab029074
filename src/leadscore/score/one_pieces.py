"""Lines of straight pieces for one number at a time: `leadscore.model.lookup.lines`, bit by bit."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Piece", "height_at", "pieces_of"]

Floats = NDArray[np.float64]

#: Where a piece begins, its slope, and its height there.
Piece = tuple[float, float, float]


def pieces_of(numbers: Floats, knots: Floats, heights: Floats) -> list[Piece]:
    """Return the piece that each number is on; beyond the knots a line is level.

    Parameters
    ----------
    numbers : ndarray of shape (m,)
        The numbers.
    knots, heights : ndarray of shape (k,)
        The line's knots, never falling, and its heights there.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slopes = np.diff(heights) / np.diff(knots)
    slopes[~np.isfinite(slopes)] = 0.0
    # before the first knot, between each and the next, after the last
    begins = np.concatenate([knots[:1], knots])
    slopes = np.concatenate([[0.0], slopes, [0.0]])
    heights = np.concatenate([heights[:1], heights])
    # where it is level there is one zero: adding nothing makes 0.0 of -0.0
    heights = np.where(slopes == 0, heights + 0.0, heights)
    pieces = list(zip(begins.tolist(), slopes.tolist(), heights.tolist(), strict=True))
    return [pieces[at] for at in np.searchsorted(knots, numbers, side="right").tolist()]


def height_at(number: float, piece: Piece) -> float:
    """Return the height of a piece at a number that is on it; where it is level, at any.

    Examples
    --------
    >>> [piece] = pieces_of(np.array([2.0]), np.array([1.0, 3.0]), np.array([10.0, 30.0]))
    >>> height_at(2.0, piece)
    20.0
    """
    begin, slope, height = piece
    return slope * (number - begin) + height if slope else height
