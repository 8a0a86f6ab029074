"""Where values fall among rising edges, found without halving all of them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Places", "blocks"]

Numbers = NDArray[np.float32] | NDArray[np.float64]

#: So many leads go through all steps before the next ones, so that what is in between stays at
#: hand: columns of 64 kB, of which a dozen fit into a processor's second cache.
BLOCK = 8192
#: A grid has some steps for each edge, and no more than fit into the same cache.
_STEPS_AN_EDGE, _MOST_STEPS = 4, 8192
#: So few edges are counted one by one.
_FEW = 3


class Places:
    """Tells between which edges values lie: ``np.searchsorted(edges, values, side="right")``.

    Halving 100 edges takes seven steps for each value, each of which waits for the one before.
    Here a grid of even steps says before how many edges a value lies at least, and the few edges
    that share its step are halved. That is exact: the step never falls where the value rises, so
    an edge of a lower step is lower than the value, and one of a higher step is higher.

    Parameters
    ----------
    edges : ndarray of float32 or float64, shape (m,)
        The edges, finite and never falling.

    Examples
    --------
    >>> Places(np.array([1.0, 2.0])).find(np.array([0.5, 1.0, 7.0, np.nan]))
    array([0, 1, 2, 3])
    """

    __slots__ = ("_edges", "_first", "_halves", "_scale", "missing")

    def __init__(self, edges: Numbers) -> None:
        #: The place of a missing value, one past that of the largest.
        self.missing = len(edges) + 1
        self._edges = edges
        self._scale = _scale(edges)
        if self._scale is not None:
            counts = np.bincount(self._steps(edges))
            most = int(counts.max())
            self._first = np.cumsum(counts) - counts
            # beyond the last edge is what no value reaches, not even infinity
            padded = np.append(edges, np.full(most, np.nan, edges.dtype))
            halves = [1 << at for at in reversed(range(most.bit_length()))]
            self._halves = [(half, padded[half - 1 :]) for half in halves]

    def find(self, values: Numbers) -> NDArray[np.intp]:
        """Return how many edges each value has reached, `missing` where it is NaN, shape (n,).

        Parameters
        ----------
        values : ndarray of the edges' dtype, shape (n,)
            The values.
        """
        missing = np.isnan(values)
        if not missing.any():
            return self._find(values)
        # without a branch for each value: minus infinity has reached no edge
        places = self._find(np.fmax(values, values.dtype.type(-np.inf)))
        places += missing * self.missing
        return places

    def _find(self, values: Numbers) -> NDArray[np.intp]:
        if self._scale is not None:
            places = self._first.take(self._steps(values))
            for half, edges in self._halves:
                places += half * (values >= edges.take(places))
            return places
        if len(self._edges) > _FEW:
            return self._edges.searchsorted(values, side="right")
        places = np.zeros(len(values), dtype=np.intp)
        for edge in self._edges:
            places += values >= edge
        return places

    def _steps(self, values: Numbers) -> NDArray[np.intp]:
        low = self._edges[0]
        steps: NDArray[np.intp] = ((values.clip(low, self._edges[-1]) - low) * self._scale).astype(
            np.intp
        )
        return steps


def _scale(edges: Numbers) -> np.floating | None:
    """Return how many steps of a grid there are to 1; None where a grid is of no use."""
    if len(edges) <= _FEW:
        return None
    span = float(edges[-1]) - float(edges[0])
    steps = min(_STEPS_AN_EDGE * len(edges), _MOST_STEPS)
    most = float(np.finfo(edges.dtype).max)
    if not 0 < span <= most or steps / span > most:
        return None
    return edges.dtype.type(steps / span)


def blocks(n: int) -> Iterator[slice]:
    """Yield the parts of `n` leads that are worked on at a time; of none an empty one."""
    for begin in range(0, max(n, 1), BLOCK):
        yield slice(begin, min(begin + BLOCK, n))
