"""What the leaves of a forest give each field, for every way that a lead may pass its nodes.

A tree is cut into groups: a node with all that lies below it, and the nodes on the way to it. How
a lead passes the nodes of a group, left or right at each, is a pattern of bits. The effects of the
group's leaves depend on that pattern alone, so they are computed once and then looked up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.shapley import leaf_effects

__all__ = ["MOST_BITS", "Patterns", "find_parents", "find_patterns", "find_ways"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
#: The most nodes of a group: the effects of 2**7 patterns stay in a processor's nearest memory.
MOST_BITS = 7
#: So many numbers are made at once.
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """The groups of a forest, and their effects for every pattern.

    Parameters
    ----------
    nodes : ndarray of int of shape (groups, MOST_BITS)
        The nodes whose sides make a group's pattern, the lowest bit first; -1 beyond the last.
    slots : ndarray of int of shape (groups + 1,)
        Where each group's fields begin in `fields`.
    fields : ndarray of int
        The fields that each group has effects on.
    begins : ndarray of int of shape (groups,)
        Where each group's effects begin in `effects`.
    effects : ndarray
        For each group and pattern one effect a field of the group.
    """

    nodes: Places
    slots: Places
    fields: Places
    begins: Places
    effects: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """How the nodes are cut into groups.

    ``of`` is each node's group, -1 above the groups and where there are none; ``bits`` is each
    node's bit in its own group, and ``sizes`` the number of a group's bits.
    """

    roots: Places
    of: Places
    bits: Places
    sizes: Places


def find_patterns(forest: Forest) -> Patterns:
    """Return the groups of the trees that count, in their order, and their effects."""
    parents = find_parents(forest)
    groups = _groups(forest, parents)
    nodes = _nodes(forest, groups, parents)
    slots, fields = _fields(forest, nodes)
    widths = np.diff(slots)
    lengths = widths << groups.sizes
    begins = np.cumsum([0, *lengths])
    effects = np.zeros(begins[-1])
    known = _Known(forest, parents, groups, slots, fields, begins)
    for leaves in _alike(forest, groups):
        places, found = known.effects(leaves)
        low, high = places.min(), places.max() + 1
        sums = np.bincount((places - low).ravel(), found.ravel(), minlength=high - low)
        effects[low:high] += sums
    return Patterns(nodes=nodes, slots=slots, fields=fields, begins=begins[:-1], effects=effects)


def find_parents(forest: Forest) -> Places:
    """Return the node above each node, -1 above a root."""
    parents = np.full(len(forest.columns), -1)
    inner = np.flatnonzero(forest.columns >= 0)
    parents[forest.children[inner]] = inner
    parents[forest.children[inner] + 1] = inner
    return parents


def _groups(forest: Forest, parents: Places) -> _Groups:
    depths, inner = forest.depths, (forest.columns >= 0).astype(np.int64)
    below = inner.copy()
    for depth in range(int(depths.max()), 0, -1):
        here = np.flatnonzero(depths == depth)
        np.add.at(below, parents[here], below[here])
    fits = depths + below <= MOST_BITS
    fits &= np.repeat(forest.signs != 0, np.diff(forest.roots))
    # a tree that is a lone leaf moves no effect
    fits &= depths + below > 0
    roots = np.flatnonzero(fits & ~(fits[parents] & (parents >= 0)))
    of = np.full(len(depths), -1)
    of[roots] = np.arange(len(roots))
    for depth in range(1, int(depths.max()) + 1):
        here = np.flatnonzero((depths == depth) & (of < 0) & fits)
        of[here] = of[parents[here]]
    # the nodes on the way come first, and then the group's own in their order
    bits = depths.copy()
    own = np.flatnonzero((of >= 0) & (inner > 0))
    own = own[np.argsort(of[own], kind="stable")]
    firsts = np.searchsorted(of[own], of[own])
    bits[own] = depths[roots][of[own]] + np.arange(len(own)) - firsts
    return _Groups(roots=roots, of=of, bits=bits, sizes=depths[roots] + below[roots])


def _nodes(forest: Forest, groups: _Groups, parents: Places) -> Places:
    nodes = np.full((len(groups.roots), MOST_BITS), -1)
    own = np.flatnonzero((groups.of >= 0) & (forest.columns >= 0))
    nodes[groups.of[own], groups.bits[own]] = own
    rows, at = np.arange(len(groups.roots)), parents[groups.roots]
    while len(rows := rows[at >= 0]):
        at = at[at >= 0]
        nodes[rows, forest.depths[at]] = at
        at = parents[at]
    return nodes


def _fields(forest: Forest, nodes: Places) -> tuple[Places, Places]:
    """Return the fields of each group, rising."""
    rows, bits = np.nonzero(nodes >= 0)
    many = int(forest.sources.max()) + 1
    found = np.unique(rows * many + forest.sources[forest.columns[nodes[rows, bits]]])
    return np.searchsorted(found // many, np.arange(len(nodes) + 1)), found % many


def _alike(forest: Forest, groups: _Groups) -> Iterator[Places]:
    """Yield leaves of one depth in groups of one size, not too many at once."""
    leaves = np.flatnonzero((groups.of >= 0) & (forest.columns < 0) & (forest.depths > 0))
    kinds = forest.depths[leaves] * (MOST_BITS + 1) + groups.sizes[groups.of[leaves]]
    for kind in np.unique(kinds):
        found = leaves[kinds == kind]
        step = max(1, _AT_ONCE // (int(kind // (MOST_BITS + 1)) << MOST_BITS))
        yield from (found[at : at + step] for at in range(0, len(found), step))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a forest while its effects are computed."""

    forest: Forest
    parents: Places
    groups: _Groups
    slots: Places
    fields: Places
    begins: Places

    def effects(self, leaves: Places) -> tuple[Places, Floats]:
        """Return for nodes on the way, leaves and patterns the effect, and where it belongs."""
        forest, groups = self.forest, self.groups
        way, right = find_ways(leaves, forest, self.parents)
        found = leaf_effects(forest, way, right, leaves)
        of = groups.of[leaves]
        bits = np.where(groups.of[way] == of[:, None], groups.bits[way], forest.depths[way])
        patterns = np.arange(1 << int(groups.sizes[of[0]]))
        sides = np.zeros((len(leaves), len(patterns)), np.int64)
        for node in range(way.shape[1]):
            passed = (patterns >> bits[:, node, None]) & 1 == right[:, node, None]
            sides |= passed.astype(np.int64) << node
        fields = forest.sources[forest.columns[way]]
        slots = self._slots(of, fields)
        widths = np.diff(self.slots)[of]
        rows = self.begins[of][:, None] + patterns[None, :] * widths[:, None]
        found = found[:, np.arange(len(leaves))[:, None], sides]
        return rows + slots.T[:, :, None], found

    def _slots(self, of: Places, fields: Places) -> Places:
        many = int(self.forest.sources.max()) + 1
        keys = np.repeat(np.arange(len(self.slots) - 1), np.diff(self.slots)) * many + self.fields
        return np.searchsorted(keys, of[:, None] * many + fields) - self.slots[of][:, None]


def find_ways(leaves: Places, forest: Forest, parents: Places) -> tuple[Places, Places]:
    """Return the nodes on the way to leaves of one depth, and whether each is left to the right."""
    depth = int(forest.depths[leaves[0]])
    way, right = np.empty((len(leaves), depth), np.int64), np.empty((len(leaves), depth), np.int64)
    at = leaves
    for place in range(depth - 1, -1, -1):
        way[:, place] = parents[at]
        right[:, place] = forest.children[way[:, place]] != at
        at = way[:, place]
    return way, right
