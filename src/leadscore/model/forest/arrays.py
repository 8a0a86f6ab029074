"""A forest: the trees of all members, flattened into arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any  # Any: arrays of several types by their names

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEEPEST", "Forest", "check_forest"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
#: No tree is deeper.
DEEPEST = 64
#: No forest has more columns, no tree and no forest more nodes: places fit their types, and what is
#: made ready from a bundle fits into memory.
_MOST_COLUMNS, _MOST_OF_TREE, _MOST_NODES = (1 << 15) - 1, 1 << 16, 1 << 22
#: No margin is larger.
_LARGEST = 1e37

#: The arrays, and the type that a bundle keeps each in.
_KEPT = {
    "sources": "<i4",
    "starts": "<i4",
    "codes": "<f4",
    "roots": "<i4",
    "outputs": "<i2",
    "signs": "<i1",
    "columns": "<i2",
    "edges": "<f4",
    "missing_left": "<i1",
    "children": "<i4",
    "leaves": "<f4",
    "covers": "<f4",
    "origins": "<f4",
    "offset": "<f8",
    "members": "<i4",
}
_OF_NODES = ("columns", "edges", "missing_left", "children", "leaves", "covers")


@dataclass(frozen=True, kw_only=True)
class Forest:
    """Trees as arrays; a column is a field's number, or what a list says of its category.

    The nodes of a tree follow one another, its root first, a node's two children side by side and
    after it. A value goes left when it is below the node's edge.

    Parameters
    ----------
    sources : ndarray of int of shape (columns,)
        The field of each column.
    starts : ndarray of int of shape (columns + 1,)
        Where each column's list begins in `codes`; a number's list is empty.
    codes : ndarray of float32
        The lists: the value of each category code.
    roots : ndarray of int of shape (trees + 1,)
        Where each tree begins, and the number of nodes.
    outputs : ndarray of int of shape (trees,)
        The class that a tree speaks for.
    signs : ndarray of int of shape (trees,)
        What a tree's leaf counts for in the margin: 1, -1 or 0.
    columns : ndarray of int of shape (nodes,)
        The column of each node; -1 at a leaf.
    edges : ndarray of float32 of shape (nodes,)
        Where its right side begins.
    missing_left : ndarray of int of shape (nodes,)
        Whether (1, 0) missing values go left.
    children : ndarray of int of shape (nodes,)
        The place of its left child; the right one comes next. A leaf's is its own.
    leaves : ndarray of float32 of shape (nodes,)
        A leaf's value.
    covers : ndarray of float32 of shape (nodes,)
        The weight of the training leads that came there.
    origins : ndarray of float32 of shape (classes,)
        What each class's sum starts from.
    offset : ndarray of shape (1,)
        What the margin has beside the mean of the members' trees.
    members : ndarray of int of shape (1,)
        The number of members.
    """

    sources: Places
    starts: Places
    codes: NDArray[np.float32]
    roots: Places
    outputs: Places
    signs: Places
    columns: Places
    edges: NDArray[np.float32]
    missing_left: Places
    children: Places
    leaves: NDArray[np.float32]
    covers: NDArray[np.float32]
    origins: NDArray[np.float32]
    offset: Floats
    members: Places

    @property
    def trees(self) -> int:
        """The number of trees."""
        return len(self.roots) - 1

    @property
    def classes(self) -> int:
        """The number of classes with a sum of their own."""
        return len(self.origins)

    @cached_property
    def depths(self) -> Places:
        """The number of steps from the root to each node."""
        depths = np.zeros(len(self.columns), np.int64)
        level = self.roots[:-1]
        for depth in range(DEEPEST + 1):
            depths[level] = depth
            inner = self.children[level[self.columns[level] >= 0]]
            level = np.concatenate([inner, inner + 1])
            if not len(level):
                return depths
        raise ValueError(f"a tree is deeper than {DEEPEST}")

    def part(self, first: int, last: int) -> "Forest":
        """Return the forest of the trees from `first` to before `last`."""
        begin, end = self.roots[first], self.roots[last]
        nodes = {name: getattr(self, name)[begin:end] for name in _OF_NODES}
        nodes["children"] = nodes["children"] - begin
        trees = {name: getattr(self, name)[first:last] for name in ("outputs", "signs")}
        return replace(self, roots=self.roots[first : last + 1] - begin, **nodes, **trees)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name, none of its numbers longer than it need be."""
        return {name: np.asarray(getattr(self, name), kind) for name, kind in _KEPT.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], *, fields: int) -> "Forest":
        """Return the forest that `to_arrays` wrote, for leads of `fields` fields.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If the arrays are not those of such a forest.
        """
        found: dict[str, Any] = {}
        for name, kind in _KEPT.items():
            array = arrays[name]
            _must(array.ndim == 1 and array.dtype == np.dtype(kind), f"{name} is of another type")
            found[name] = array.astype(np.int64) if array.dtype.kind == "i" else array
        forest = cls(**found)
        check_forest(forest, fields=fields)
        return forest


def check_forest(forest: Forest, *, fields: int) -> None:
    """Check all that the loops rely on, who never ask whether a place is one.

    Raises
    ------
    ValueError
        If the forest is none that leads of `fields` fields can be led through.
    """
    _check_columns(forest, fields)
    _check_trees(forest)
    _check_nodes(forest)
    _check_children(forest)
    _must(len(forest.depths) == len(forest.columns), "a tree is too deep")


def _check_columns(forest: Forest, fields: int) -> None:
    sources, starts = forest.sources, forest.starts
    _must(len(sources) <= _MOST_COLUMNS and _all_in(sources, 0, fields), "a column is of no field")
    _must(len(starts) == len(sources) + 1 and starts[0] == 0, "its lists have no beginning")
    _must(bool(np.all(np.diff(starts) >= 0)), "its lists overlap")
    _must(starts[-1] == len(forest.codes), "its lists do not end")
    _must(bool(np.isfinite(forest.codes).all()), "a code has no value")
    numbers = sources[np.diff(starts) == 0]
    others = sources[np.diff(starts) > 0]
    _must(len(np.unique(numbers)) == len(numbers), "a number has two columns")
    _must(not np.isin(others, numbers).any(), "a number is a category")


def _check_trees(forest: Forest) -> None:
    roots = forest.roots
    _must(len(roots) > 1 and roots[0] == 0, "it has no trees")
    _must(_all_in(np.diff(roots), 1, _MOST_OF_TREE), "a tree has no root or end")
    _must(roots[-1] == len(forest.columns) <= _MOST_NODES, "its trees do not end")
    _must(len(forest.outputs) == len(forest.signs) == forest.trees, "its trees cannot be told")
    _must(_all_in(forest.outputs, 0, forest.classes), "a tree speaks for no class")
    _must(_all_in(forest.signs, -1, 2), "a tree counts for more than it is")
    _must(forest.classes > 0 and _is_small(forest.origins), "a class starts nowhere")
    _must(forest.offset.shape == (1,) and _is_small(forest.offset), "it has no offset")
    _must(forest.members.shape == (1,) and forest.members[0] > 0, "it has no members")


def _check_nodes(forest: Forest) -> None:
    nodes = (forest.edges, forest.missing_left, forest.children, forest.leaves, forest.covers)
    _must(all(len(one) == len(forest.columns) for one in nodes), "its nodes are not whole")
    _must(_all_in(forest.columns, -1, len(forest.sources)), "a node looks at no column")
    _must(_all_in(forest.missing_left, 0, 2), "a node loses missing values")
    _must(not np.isnan(forest.edges).any(), "a node has no edge")
    _must(bool(np.isfinite(forest.leaves).all()), "a leaf has no value")
    largest = np.maximum.reduceat(np.abs(forest.leaves), forest.roots[:-1])
    _must(_is_small(np.cumsum(largest, dtype=np.float64)), "its leaves are too large to add")
    _must(not forest.leaves[forest.columns >= 0].any(), "a node is a leaf as well")
    _must(bool(np.isfinite(forest.covers).all() and (forest.covers >= 0).all()), "a cover is none")


def _check_children(forest: Forest) -> None:
    place = np.arange(len(forest.columns))
    leaf = forest.columns < 0
    _must(bool(np.all(forest.children[leaf] == place[leaf])), "a leaf has children")
    inner, ends = forest.children[~leaf], np.repeat(forest.roots[1:], np.diff(forest.roots))
    _must(bool(np.all(inner > place[~leaf])), "a node is its own child")
    _must(bool(np.all(inner + 1 < ends[~leaf])), "a child is in another tree")
    parents = np.bincount(np.concatenate([inner, inner + 1]), minlength=len(place))
    wanted = np.ones(len(place), np.int64)
    wanted[forest.roots[:-1]] = 0
    _must(np.array_equal(parents, wanted), "a node has no parent, or two")


def _is_small(array: NDArray[np.floating]) -> bool:
    """Whether all are numbers whose sums float32 holds."""
    return bool(np.all(np.abs(array) < _LARGEST))


def _all_in(array: Places, low: int, high: int) -> bool:
    """Whether every one is `low` or more and less than `high`."""
    return bool(np.all((array >= low) & (array < high)))


def _must(fine: bool, otherwise: str) -> None:  # noqa: FBT001 -- it reads as a sentence
    if not fine:
        raise ValueError(otherwise)
