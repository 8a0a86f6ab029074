"""What the leaves of a forest give each field, for every way that a lead may pass its nodes.

A tree is cut into groups: a node with all that lies below it, and the nodes on the way to it. How
a lead passes a group depends on where its values lie among the edges that the group's nodes have
on their columns. Each such pattern has a number. The effects of the group's leaves depend on the
pattern alone, so they are computed once and then looked up.

Effects are kept as whole numbers of one small unit: their sum is the same in whatever order they
are added, and every loop may take the order that suits it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.shapley import leaf_effects

__all__ = ["MOST_DEEP", "WIDTH", "Patterns", "find_parents", "find_patterns", "find_ways"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
_Number = TypeVar("_Number", bound=np.generic)
#: A pattern's number is a byte. As each column doubles them at least, a group with so many has
#: no more than eight columns, and effects on no more than eight fields.
_MOST = 256
WIDTH = 8
#: Leaves with more nodes above them are in no group: they would have 2**9 effects to work out.
MOST_DEEP = 8
#: So many trees, and so many patterns of leaves, are worked out at once.
_TREES, _AT_ONCE = 256, 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """The groups of a forest, and their effects for every pattern.

    Parameters
    ----------
    groups : ndarray of int of shape (questions,)
        The group of each question, rising. Nodes of a group that ask the same are one question.
    nodes : ndarray of int of shape (questions,)
        A node that asks it.
    steps : ndarray of int of shape (questions,)
        What passing it to the right adds to the number of the pattern.
    fields : ndarray of int of shape (groups, WIDTH)
        The fields that each group has effects on, rising; -1 beyond the last.
    begins : ndarray of int of shape (groups,)
        Where each group's patterns begin in `effects`.
    effects : ndarray of int32 of shape (patterns, WIDTH)
        For each group and pattern its effects on the group's fields.
    unit : float
        What an effect of 1 is on the margin.
    leaves : ndarray of int
        The leaves that count and are in no group.
    """

    groups: Places
    nodes: Places
    steps: Places
    fields: Places
    begins: Places
    effects: NDArray[np.int32]
    unit: float
    leaves: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The questions of several owners, in order of the owner, the column and the edge.

    ``keys`` are what they are found by. A column with n edges parts the values into n + 1 sizes:
    ``spans`` is by how many patterns they repeat, ``bounds`` where in them the right side begins.
    """

    keys: Places
    owners: Places
    nodes: Places
    steps: Places
    spans: Places
    bounds: Places
    patterns: Places


def find_patterns(forest: Forest) -> Patterns:
    """Return the groups of the trees that count, in their order, and their effects."""
    # no effect of a leaf is beyond twice the largest leaf, in whichever way it is passed
    _, exponent = np.frexp(2 * np.abs(forest.leaves).max())
    unit = float(np.ldexp(1.0, int(exponent) - 31))
    ends = [*range(0, forest.trees, _TREES), forest.trees]
    parts = [_found(forest.part(*span), unit) for span in pairwise(ends)]
    groups = np.cumsum([0, *(len(one.begins) for one in parts)])
    patterns = np.cumsum([0, *(len(one.effects) for one in parts)])
    nodes = forest.roots[ends]
    return Patterns(
        groups=_stacked(one.groups + at for one, at in zip(parts, groups, strict=False)),
        nodes=_stacked(one.nodes + at for one, at in zip(parts, nodes, strict=False)),
        steps=_stacked(one.steps for one in parts),
        fields=_stacked(one.fields for one in parts),
        begins=_stacked(one.begins + at for one, at in zip(parts, patterns, strict=False)),
        effects=_stacked(one.effects for one in parts),
        unit=unit,
        leaves=_stacked(one.leaves + at for one, at in zip(parts, nodes, strict=False)),
    )


def _found(forest: Forest, unit: float) -> Patterns:
    known = _known(forest, find_parents(forest))
    effects = np.zeros((int(known.asked.patterns.sum()), WIDTH))
    for leaves in known.leaves():
        known.add(leaves, effects)
    effects /= unit
    counts = np.repeat(forest.signs != 0, np.diff(forest.roots)) & (forest.depths > 0)
    return Patterns(
        groups=known.asked.owners,
        nodes=known.asked.nodes,
        steps=known.asked.steps,
        fields=known.fields,
        begins=known.begins,
        effects=np.rint(effects, out=effects).astype(np.int32),
        unit=unit,
        leaves=np.flatnonzero(counts & (forest.columns < 0) & (known.of < 0)),
    )


def _stacked(arrays: Iterable[NDArray[_Number]]) -> NDArray[_Number]:
    return np.concatenate(list(arrays))


def find_parents(forest: Forest) -> Places:
    """Return the node above each node, -1 above a root."""
    parents = np.full(len(forest.columns), -1)
    inner = np.flatnonzero(forest.columns >= 0)
    parents[forest.children[inner]] = inner
    parents[forest.children[inner] + 1] = inner
    return parents


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a forest while its effects are computed.

    ``kinds`` tells which nodes ask the same, ``of`` is each node's group, -1 where it has none.
    """

    forest: Forest
    parents: Places
    kinds: Places
    of: Places
    asked: _Asked
    fields: Places
    begins: Places

    def leaves(self) -> Iterator[Places]:
        """Yield the leaves that are in groups, those of one depth together, a number at a time."""
        forest = self.forest
        found = np.flatnonzero((self.of >= 0) & (forest.columns < 0))
        for depth in np.unique(forest.depths[found]):
            alike = found[forest.depths[found] == depth]
            work = np.cumsum(self.asked.patterns[self.of[alike]] + (1 << depth))
            parts = np.flatnonzero(np.diff(work // _AT_ONCE)) + 1
            yield from np.split(alike, parts)

    def add(self, leaves: Places, effects: Floats) -> None:
        """Add to the effects of each pattern those of the leaves, which are of one depth."""
        forest, asked, groups = self.forest, self.asked, self.of[leaves]
        way, right = find_ways(leaves, forest, self.parents)
        found = leaf_effects(forest, way, right, leaves)
        counts = asked.patterns[groups]
        leaf = np.repeat(np.arange(len(leaves)), counts)
        pattern = np.arange(len(leaf)) - np.repeat(np.cumsum(counts) - counts, counts)
        questions = np.searchsorted(asked.keys, _keys(self.kinds, groups[:, None], way))
        sides = np.zeros(len(leaf), np.int64)
        for node, one in enumerate(questions.T):
            beyond = pattern % asked.spans[one][leaf] >= asked.bounds[one][leaf]
            sides |= (beyond == right[leaf, node]).astype(np.int64) << node
        same = forest.sources[forest.columns[way]][:, :, None] == self.fields[groups][:, None, :]
        rows = (self.begins[groups][leaf] + pattern) * WIDTH
        places = rows + same.argmax(axis=2).T[:, leaf]
        low, high = places.min(), places.max() + 1
        weights = found[:, leaf, sides].ravel()
        effects.reshape(-1)[low:high] += np.bincount((places - low).ravel(), weights, high - low)


def _known(forest: Forest, parents: Places) -> _Known:
    """Cut the trees into groups."""
    kinds = _kinds(forest)
    owners, nodes = _pairs(forest, parents)
    asked = _asked(forest, kinds, owners, nodes)
    fits = np.zeros(len(parents), bool)
    fits[asked.owners] = asked.patterns[asked.owners] <= _MOST
    tops = np.flatnonzero(fits & ~(fits[parents] & (parents >= 0)))
    numbers = np.full(len(parents), -1)
    numbers[tops] = np.arange(len(tops))
    of = numbers.copy()
    for depth in range(int(forest.depths.max()) + 1):
        below = np.flatnonzero(fits & (forest.depths == depth) & (of < 0))
        of[below] = of[parents[below]]
    chosen = numbers[owners] >= 0
    asked = _asked(forest, kinds, numbers[owners[chosen]], nodes[chosen])
    return _Known(
        forest=forest,
        parents=parents,
        kinds=kinds,
        of=of,
        asked=asked,
        fields=_fields(forest, asked),
        begins=np.cumsum(asked.patterns) - asked.patterns,
    )


def _kinds(forest: Forest) -> Places:
    """Return a number for each node, the same where it asks the same; it rises with the edge."""
    asked = (2 * forest.columns + forest.missing_left, forest.edges)
    order = np.lexsort(asked[::-1])
    new = [one[order][1:] != one[order][:-1] for one in asked]
    kinds = np.zeros(len(order), np.int64)
    kinds[order[1:]] = np.cumsum(new[0] | new[1])
    return kinds


def _keys(kinds: Places, owners: Places, nodes: Places) -> Places:
    return owners * len(kinds) + kinds[nodes]


def _pairs(forest: Forest, parents: Places) -> tuple[Places, Places]:
    """Return all that a group may begin with, each with each node on its way and below it."""
    deepest = forest.depths.copy()
    for depth in range(int(deepest.max()), 0, -1):
        here = np.flatnonzero(forest.depths == depth)
        np.maximum.at(deepest, parents[here], deepest[here])
    may = np.repeat(forest.signs != 0, np.diff(forest.roots)) & (deepest <= MOST_DEEP)
    low = np.flatnonzero(may)
    own = low[forest.columns[low] >= 0]
    owners, nodes, high = [own], [own], parents[low]
    while len(low := low[high >= 0]):
        high = high[high >= 0]
        below = may[high] & (forest.columns[low] >= 0)
        owners += [low, high[below]]
        nodes += [high, low[below]]
        high = parents[high]
    return np.concatenate(owners), np.concatenate(nodes)


def _asked(forest: Forest, kinds: Places, owners: Places, nodes: Places) -> _Asked:
    """Return what the owners ask, of whom each comes with each of its nodes."""
    keys, firsts = np.unique(_keys(kinds, owners, nodes), return_index=True)
    owners, nodes = owners[firsts], nodes[firsts]
    many = 2 * len(forest.sources)
    columns = owners * many + 2 * forest.columns[nodes] + forest.missing_left[nodes]
    found, firsts, own, counts = np.unique(
        columns, return_index=True, return_inverse=True, return_counts=True
    )
    holders = found // many
    places = np.arange(len(found)) - np.searchsorted(holders, holders)
    patterns = np.ones(int(owners.max(initial=-1)) + 1, np.int64)
    steps = np.ones(len(found), np.int64)
    for place in range(int(places.max(initial=-1)) + 1):
        here = np.flatnonzero(places == place)
        steps[here] = patterns[holders[here]]
        # how many too many does not matter
        patterns[holders[here]] = np.minimum(steps[here] * (counts[here] + 1), _MOST + 1)
    return _Asked(
        keys=keys,
        owners=owners,
        nodes=nodes,
        steps=steps[own],
        spans=(steps * (counts + 1))[own],
        bounds=steps[own] * (np.arange(len(keys)) - firsts[own] + 1),
        patterns=patterns,
    )


def _fields(forest: Forest, asked: _Asked) -> Places:
    """Return the fields of each group, rising, -1 beyond the last."""
    many = int(forest.sources.max(initial=0)) + 1
    found = np.unique(asked.owners * many + forest.sources[forest.columns[asked.nodes]])
    fields, groups = np.full((len(asked.patterns), WIDTH), -1), found // many
    fields[groups, np.arange(len(found)) - np.searchsorted(groups, groups)] = found % many
    return fields
