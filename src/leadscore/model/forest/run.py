"""Running a forest: by numba where it is installed, else by numpy, to the same bits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any  # Any: numba has no types

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest import deep, loops, vectors
from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.patterns import find_patterns
from leadscore.model.forest.shapley import expected

__all__ = ["Run", "compiled"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Run:
    """A forest made ready to score.

    Parameters
    ----------
    forest : Forest
        The trees.
    fields : int
        The number of a lead's fields.
    """

    forest: Forest
    fields: int

    @cached_property
    def base(self) -> float:
        """The margin of the average training lead."""
        return expected(self.forest) + float(self.forest.offset[0])

    def sums(self, x: Singles) -> tuple[Floats, Singles]:
        """Return each lead's margin, shape (n,), and the sums of its classes, shape (n, K).

        The sums are XGBoost's own to the last bit: it adds in float32, tree after tree.
        """
        margin = np.empty(len(x))
        sums = np.empty((len(x), self.forest.classes), np.float32)
        own = _loops()
        walk = own.walk_one if len(x) == 1 else own.walk
        walk(_whole(x), self._seen, self._asked, margin, sums)
        return margin, sums

    def effects(self, x: Singles) -> Floats:
        """Return each field's effect on each lead's margin, shape (n, fields)."""
        effects = np.zeros((len(x), self.fields))
        own = _loops()
        explain = own.explain_one if len(x) == 1 else own.explain
        explain(_whole(x), self._seen, self._looked, effects)
        if len(self._spread.values):
            own.spread(_whole(x), self._seen, self._spread, effects)
        effects /= self._asked.members
        return effects

    @cached_property
    def _spread(self) -> loops.Spread:
        return deep.find_deep(self.forest, self._places)

    @cached_property
    def _seen(self) -> loops.Seen:
        forest = self.forest
        return loops.Seen(_ints(forest.sources), _ints(forest.starts), np.array(forest.codes))

    @cached_property
    def _asked(self) -> loops.Asked:
        forest = self.forest
        leaf = forest.columns < 0
        nodes = np.empty(len(leaf), loops.NODE)
        nodes["edge"] = np.where(leaf, forest.leaves, forest.edges)
        nodes["column"] = self._places(np.arange(len(leaf)))
        nodes["ahead"] = forest.children - np.arange(len(leaf))
        return loops.Asked(
            nodes=nodes,
            roots=_counts(forest.roots[:-1]),
            steps=_ints(np.maximum.reduceat(forest.depths, forest.roots[:-1])),
            signs=forest.signs.astype(np.float64),
            outputs=_ints(forest.outputs),
            members=float(forest.members[0]),
            offset=float(forest.offset[0]),
            origins=np.array(forest.origins),
        )

    @cached_property
    def _looked(self) -> loops.Looked:
        found = find_patterns(self.forest)
        none = found.nodes < 0
        return loops.Looked(
            asked=_counts(self._places(found.nodes)),
            edges=self.forest.edges[found.nodes],
            bits=_ints((~none).sum(axis=1)),
            slots=_ints(found.slots),
            fields=_counts(found.fields),
            begins=_counts(found.begins),
            effects=found.effects,
        )

    def _places(self, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which of the doubled columns each node asks for; leaves and none the last."""
        forest = self.forest
        column = 2 * forest.columns[nodes] + 1 - forest.missing_left[nodes]
        none = (nodes < 0) | (forest.columns[nodes] < 0)
        return np.where(none, 2 * len(forest.sources), column)


@dataclass(frozen=True, slots=True)
class _Loops:
    walk: Callable[[Singles, loops.Seen, loops.Asked, Floats, Singles], None]
    walk_one: Callable[[Singles, loops.Seen, loops.Asked, Floats, Singles], None]
    explain: Callable[[Singles, loops.Seen, loops.Looked, Floats], None]
    explain_one: Callable[[Singles, loops.Seen, loops.Looked, Floats], None]
    spread: Callable[[Singles, loops.Seen, loops.Spread, Floats], None]


#: What runs where numba is not installed.
PLAIN = _Loops(
    walk=vectors.walk,
    walk_one=vectors.walk,
    explain=vectors.explain,
    explain_one=vectors.explain,
    spread=vectors.spread,
)


def compiled() -> bool:
    """Whether numba runs the loops."""
    return _loops() is not PLAIN


@cache
def _loops() -> _Loops:
    try:
        import numba.extending  # noqa: PLC0415 - optional, and half a second to import
    except ImportError:
        return PLAIN
    for part in (loops.width, loops.see, loops.integrate):
        numba.extending.register_jitable(part)
    return _Loops(*(_fast(numba, getattr(loops, name)) for name in _Loops.__slots__))


def _fast(numba: Any, loop: Callable[..., None]) -> Callable[..., None]:
    found: Callable[..., None]
    try:
        found = numba.njit(loop, cache=True, nogil=True)
    except RuntimeError:
        # Nowhere to keep what is compiled: each process then compiles anew.
        found = numba.njit(loop, nogil=True)
    return found


def _ints(array: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.ascontiguousarray(array, np.int32)


def _counts(array: NDArray[np.int64]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(array, np.uint32)


def _whole(x: Singles) -> Singles:
    return np.ascontiguousarray(x, np.float32)
