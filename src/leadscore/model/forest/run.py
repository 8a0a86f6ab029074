"""A forest made ready to score: the tables that the loops read, made when they are first needed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest import deep, loading, loops, rows
from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.loading import compiled
from leadscore.model.forest.patterns import WIDTH, Patterns, find_patterns
from leadscore.model.forest.shapley import expected

__all__ = ["Run", "compiled"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Places = NDArray[np.int64]
#: So many leads, and so many bytes that stay near the processor.
_MANY, _NEAR = 256, 1 << 24


@dataclass(frozen=True)
class Run:
    """A forest made ready to score.

    Leads go through the trees by rows where a table of these is not too large, else node by node:
    the numbers are the same.

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
        """Return the margin of the average training lead."""
        return expected(self.forest) + float(self.forest.offset[0])

    def told(self, x: Singles) -> loops.Told:
        """Return what the trees tell of each lead, shape (n, 1 + 2 K).

        First its margin; then for each class its sum, which is XGBoost's own to the last bit, as
        it adds in float32, tree after tree; then each class's share, the softmax of the sums.

        Raises
        ------
        ValueError
            If the leads have another number of fields.
        """
        x, own = self._whole(x), loading.loops_for(len(x))
        told, by = np.empty((len(x), 1 + 2 * len(self.forest.origins))), self._by(len(x), own)
        if by is None:
            own.walk(x, self._seen, self._nodes, told)
        else:
            own.add_up(x, self._found, by, told)
        return told

    def _by(self, leads: int, own: loading.Loops) -> loops.Open | None:
        """Return the rows to go by, where that takes less time than going node by node."""
        by = self._open
        if by is None or own is loading.PLAIN or leads < _MANY or by[0].nbytes <= _NEAR:
            return by
        # numba leads a block of leads through a tree before it has fetched rows from afar
        return None

    def effects(self, x: Singles) -> Floats:
        """Return each field's effect on each lead's margin, shape (n, fields).

        Raises
        ------
        ValueError
            If the leads have another number of fields.
        """
        x, own = self._whole(x), loading.loops_for(len(x))
        effects = np.empty((len(x), self.fields))
        if self._steps is None:
            own.explain(x, self._seen, self._asked, self._groups, effects)
        else:
            own.look_up(x, self._found, self._steps, self._groups, effects)
        if len(self._patterns.leaves):
            own.spread(x, self._seen, self._spread, effects)
        effects /= self.forest.members
        return effects

    def _whole(self, x: Singles) -> Singles:
        """Return the leads as the loops need them, who do not ask where an array ends."""
        if x.ndim != 2 or x.shape[1] != self.fields:
            raise ValueError(f"leads of shape {x.shape} for a model of {self.fields} fields")
        return np.ascontiguousarray(x, np.float32)

    @cached_property
    def _seen(self) -> loops.Seen:
        forest = self.forest
        return (_ints(forest.sources), _ints(forest.starts), np.array(forest.codes))

    @cached_property
    def _cells(self) -> tuple[rows.Cells, ...]:
        return rows.find_cells(self.forest)

    @cached_property
    def _found(self) -> loops.Found:
        return rows.found_by(self._cells)

    @cached_property
    def _open(self) -> loops.Open | None:
        forest = self.forest
        leaves = np.add.reduceat(forest.columns < 0, forest.roots[:-1], dtype=np.int64)
        order = self._order
        classes = np.zeros(forest.classes + 1, loops.CLASS)
        classes["begin"] = np.searchsorted(forest.outputs[order], np.arange(forest.classes + 1))
        classes["origin"][:-1] = forest.origins
        classes["sign"][forest.outputs] = forest.signs
        alike = np.array_equal(classes["sign"][forest.outputs], forest.signs)
        fits = leaves.max() <= loops.LEAVES and rows.fits(self._cells, 8 * forest.trees)
        if not alike or not fits:
            return None
        return (*rows.find_open(forest, self._cells, order), classes, *self._mean)

    @cached_property
    def _order(self) -> Places:
        """Return the order of the trees, those of a class together."""
        return np.argsort(self.forest.outputs, kind="stable")

    @property
    def _mean(self) -> tuple[float, float]:
        return float(self.forest.members[0]), float(self.forest.offset[0])

    @cached_property
    def _nodes(self) -> loops.Nodes:
        forest = self.forest
        leaf = forest.columns < 0
        nodes = np.empty(len(leaf), loops.NODE)
        nodes["edge"] = np.where(leaf, forest.leaves, forest.edges)
        nodes["column"] = self._places(np.arange(len(leaf)))
        nodes["ahead"] = forest.children - np.arange(len(leaf))
        order = self._order
        return (
            nodes,
            _counts(forest.roots[order]),
            _ints(np.maximum.reduceat(forest.depths, forest.roots[:-1])[order]),
            forest.signs[order].astype(np.float64),
            _ints(forest.outputs[order]),
            np.array(forest.origins),
            *self._mean,
        )

    @cached_property
    def _patterns(self) -> Patterns:
        return find_patterns(self.forest)

    @cached_property
    def _steps(self) -> NDArray[np.uint8] | None:
        if not rows.fits(self._cells, len(self._patterns.begins)):
            return None
        steps = rows.find_steps(self.forest, self._cells, self._patterns)
        return np.pad(steps, ((0, 0), (0, -steps.shape[1] % loops.PART)))

    @cached_property
    def _groups(self) -> loops.Groups:
        found = self._patterns
        begins = np.pad(found.begins, (0, -len(found.begins) % loops.PART))
        groups, places = np.nonzero(found.fields >= 0)
        owners = groups // loops.PART * self.fields + found.fields[groups, places]
        order = np.argsort(owners, kind="stable")
        sources = groups % loops.PART * WIDTH + places
        ends = np.arange(len(begins) // loops.PART * self.fields + 1)
        return (
            _counts(begins),
            found.effects.view(np.int64),
            sources[order].astype(np.uint16),
            _counts(np.searchsorted(owners[order], ends)),
            found.unit,
        )

    @cached_property
    def _asked(self) -> loops.Asked:
        found = self._patterns
        return (
            _counts(self._places(found.nodes)),
            self.forest.edges[found.nodes],
            _counts(found.steps),
            _counts(np.searchsorted(found.groups, np.arange(len(self._groups[0]) + 1))),
        )

    @cached_property
    def _spread(self) -> loops.Spread:
        return deep.find_deep(self.forest, self._patterns.leaves, self._places)

    def _places(self, nodes: Places) -> Places:
        """Return which of the doubled columns each node asks for; leaves the last."""
        forest = self.forest
        column = 2 * forest.columns[nodes] + 1 - forest.missing_left[nodes]
        return np.where(forest.columns[nodes] < 0, 2 * len(forest.sources), column)


def _ints(array: Places) -> NDArray[np.int32]:
    return np.ascontiguousarray(array, np.int32)


def _counts(array: Places) -> NDArray[np.uint32]:
    return np.ascontiguousarray(array, np.uint32)
