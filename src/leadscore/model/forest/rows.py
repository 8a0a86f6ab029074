"""Tables with a row for each cell of each field: what a value there says to all trees at once.

The trees part a field's values into cells; one more is for missing values. A row says of each
tree which leaves the cell leaves open, one bit a leaf: what is open in the rows of all of a lead's
cells is the leaf that the lead comes to (as in Lucchese et al. 2015, QuickScorer). Another says of
each group what the cell adds to the number of the pattern. A lead's way through hundreds of trees
is then a few rows, each read from end to end, and not thousands of places all over memory.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.loops import LEAVES, SHIFT, SPREAD, Found
from leadscore.model.forest.patterns import Patterns

__all__ = ["Cells", "find_cells", "find_open", "find_steps", "fits", "found_by"]

Places = NDArray[np.int64]
Singles = NDArray[np.float32]
#: No table has more bytes, and no lead reads more of it: beyond that, walking costs less.
_MOST_KEPT, _MOST_READ = 1 << 26, 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of a field; the last one is for missing values.

    Parameters
    ----------
    field : int
        The field.
    columns : ndarray of int
        The forest's columns that are made of it.
    held : ndarray of float32 of shape (cells, columns)
        What the columns hold in each cell, or some value that the trees see just so.
    edges : ndarray of float32
        The edges between a number's cells, rising.
    codes : ndarray of int
        The cell of each code of a category.
    """

    field: int
    columns: Places
    held: Singles
    edges: Singles
    codes: Places

    def right(self, forest: Forest, nodes: Places) -> NDArray[np.bool_]:
        """Return whether leads in each cell pass nodes of its columns to the right."""
        held = self.held[:, np.searchsorted(self.columns, forest.columns[nodes])]
        missing = forest.missing_left[nodes] == 0
        return np.where(np.isnan(held), missing, held >= forest.edges[nodes])


def find_cells(forest: Forest) -> tuple[Cells, ...]:
    """Return the cells of each field that the forest has columns of."""
    return tuple(_cells(forest, int(field)) for field in np.unique(forest.sources))


def _cells(forest: Forest, field: int) -> Cells:
    columns = np.flatnonzero(forest.sources == field)
    edges = [np.unique(forest.edges[forest.columns == column]) for column in columns]
    lists = [forest.codes[forest.starts[one] : forest.starts[one + 1]] for one in columns]
    none, missing = np.array([], np.int64), np.full((1, len(columns)), np.nan, np.float32)
    if not len(lists[0]):
        held = np.concatenate([[np.float32(-np.inf)], edges[0]])[:, None]
        held = np.concatenate([held, missing])
        return Cells(field=field, columns=columns, held=held, edges=edges[0], codes=none)
    values = np.full((max(len(one) for one in lists), len(columns)), np.nan, np.float32)
    ranks = np.full(values.shape, -1)
    for place, (one, own) in enumerate(zip(lists, edges, strict=True)):
        values[: len(one), place] = one
        ranks[: len(one), place] = np.searchsorted(own, one, side="right")
    _, firsts, codes = np.unique(ranks, axis=0, return_index=True, return_inverse=True)
    held = np.concatenate([values[firsts], missing])
    return Cells(field=field, columns=columns, held=held, edges=edges[0][:0], codes=codes)


def found_by(cells: tuple[Cells, ...]) -> Found:
    """Return what the row of each of a lead's cells is found by."""
    firsts = np.cumsum([0, *(len(one.held) for one in cells)])
    begins = np.cumsum([0, *(len(one.codes) for one in cells)])
    fields = np.array([*(one.field for one in cells), -1])
    codes, edges = np.empty(begins[-1], np.uint32), np.full(firsts[-1], np.nan, np.float32)
    for one, begin, first in zip(cells, begins[:-1], firsts[:-1], strict=True):
        codes[begin : begin + len(one.codes)] = one.codes + first
        edges[first : first + len(one.edges)] = one.edges
    return np.stack([fields, begins, firsts], axis=1).astype(np.int32), codes, edges


def fits(cells: tuple[Cells, ...], width: int) -> bool:
    """Return whether a table with rows of so many bytes is worth its memory."""
    rows = sum(len(one.held) for one in cells) + 1
    return rows * width <= _MOST_KEPT and len(cells) * width <= _MOST_READ


def find_open(
    forest: Forest, cells: tuple[Cells, ...], order: Places
) -> tuple[NDArray[np.uint64], Singles]:
    """Return which leaves each row leaves open, shape (rows, trees), and each leaf's value.

    The trees are in the given order. The last row leaves all leaves open. A leaf's value is at
    `LEAVES` times its tree's place and what `SPREAD` makes of its bit.
    """
    masks = _masks(forest)
    inner = np.flatnonzero(forest.columns >= 0)
    trees = np.repeat(np.arange(forest.trees), np.diff(forest.roots))
    rows = [np.zeros((0, forest.trees), np.uint64)]
    for one in cells:
        nodes = inner[np.isin(forest.columns[inner], one.columns)]
        left, right = masks[forest.children[nodes]], masks[forest.children[nodes] + 1]
        open_ = np.tile(masks[forest.roots[:-1]], (len(one.held), 1))
        _join(np.bitwise_and, open_, ~np.where(one.right(forest, nodes), left, right), trees[nodes])
        rows.append(open_)
    rows.append(masks[None, forest.roots[:-1]])
    leaf = np.flatnonzero(forest.columns < 0)
    values = np.zeros((forest.trees, int(LEAVES)), np.float32)
    values[trees[leaf], (masks[leaf] * SPREAD >> SHIFT).astype(np.intp)] = forest.leaves[leaf]
    return np.ascontiguousarray(np.concatenate(rows)[:, order]), values[order].ravel()


def find_steps(forest: Forest, cells: tuple[Cells, ...], patterns: Patterns) -> NDArray[np.uint8]:
    """Return what each row adds to the number of each group's pattern; the last adds nothing."""
    groups = len(patterns.begins)
    rows = [np.zeros((0, groups), np.uint8)]
    for one in cells:
        asked = np.isin(forest.columns[patterns.nodes], one.columns)
        steps = patterns.steps[asked].astype(np.uint8)
        added = np.zeros((len(one.held), groups), np.uint8)
        right = one.right(forest, patterns.nodes[asked])
        _join(np.add, added, right * steps, patterns.groups[asked])
        rows.append(added)
    return np.concatenate([*rows, np.zeros((1, groups), np.uint8)])


def _join(
    how: np.ufunc, table: NDArray[np.generic], values: NDArray[np.generic], owners: Places
) -> None:
    """Join the columns of values to the table's columns that own them; owners rise."""
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        found = how.reduceat(values, starts, axis=1, dtype=table.dtype)
        table[:, owners[starts]] = how(table[:, owners[starts]], found)


def _masks(forest: Forest) -> NDArray[np.uint64]:
    """Return the leaves below each node as bits."""
    leaf = forest.columns < 0
    before: Places = np.cumsum(leaf) - leaf
    place: Places = before - np.repeat(before[forest.roots[:-1]], np.diff(forest.roots))
    masks = np.where(leaf, np.uint64(1) << place.astype(np.uint64), np.uint64(0))
    for depth in range(int(forest.depths.max()) - 1, -1, -1):
        inner = np.flatnonzero(~leaf & (forest.depths == depth))
        left = forest.children[inner]
        masks[inner] = masks[left] | masks[left + 1]
    return masks
