"""The loops over trees, in a form that numba compiles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NODE",
    "Asked",
    "Looked",
    "Seen",
    "Spread",
    "explain",
    "explain_one",
    "integrate",
    "see",
    "spread",
    "walk",
    "walk_one",
    "width",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
# Without a sign: numba then need not ask whether a place is counted from the end.
Counts = NDArray[np.uint32]
#: So many leads go through a tree before the next tree, so that both stay at hand.
_BLOCK = 128
_TREES = 64


class Seen(NamedTuple):
    """How a lead's fields become columns: as in `leadscore.model.forest.arrays.Forest`."""

    sources: Ints
    starts: Ints
    codes: Singles


#: What a node asks: beyond its edge the way leads to the right child, which follows the left one.
#: A leaf asks for the column that holds no number; its edge is its value, and it is its own child.
NODE = np.dtype([("edge", np.float32), ("column", np.uint16), ("ahead", np.uint16)])


class Asked(NamedTuple):
    """The trees: their nodes, as `NODE` says, and for each tree its root, depth, sign and class.

    The margin is the mean over so many members, and the offset; a class's sum has an origin.
    """

    nodes: NDArray[np.void]
    roots: NDArray[np.uint32]
    steps: Ints
    signs: Floats
    outputs: Ints
    members: float
    offset: float
    origins: Singles


class Looked(NamedTuple):
    """The patterns: for each group its bits' columns and edges, its fields and its effects."""

    asked: Counts
    edges: Singles
    bits: Ints
    slots: Ints
    fields: Counts
    begins: Counts
    effects: Floats


class Spread(NamedTuple):
    """Leaves too deep for patterns: their ways, and for each its columns' fields and shares.

    ``ways`` and ``starts`` say where each leaf's nodes and columns begin; ``owners`` is the place
    of a node's column among those of its leaf. ``t`` and ``weights`` are the quadrature.
    """

    ways: Ints
    asked: Counts
    edges: Singles
    right: Ints
    owners: Ints
    starts: Ints
    fields: Ints
    shares: Floats
    values: Floats
    t: Floats
    weights: Floats


def width(seen: Seen) -> int:
    """Return the number of columns that `see` writes."""
    return 2 * len(seen.sources) + 1


def see(x: Singles, seen: Seen, columns: Singles) -> None:
    """Write the columns of each lead.

    Each column comes twice, with missing values once lowest and once highest; the last one holds
    no number, which is not beyond any edge.
    """
    last = columns.shape[1] - 1
    for lead in range(x.shape[0]):
        columns[lead, last] = np.float32(np.nan)
        for column in range(seen.sources.shape[0]):
            value = x[lead, seen.sources[column]]
            begin, end = seen.starts[column], seen.starts[column + 1]
            if end > begin:
                if value < end - begin:
                    value = seen.codes[begin + int(value)]
                else:
                    value = np.float32(np.nan)
            missing = np.isnan(value)
            columns[lead, 2 * column] = np.float32(-np.inf) if missing else value
            columns[lead, 2 * column + 1] = np.float32(np.inf) if missing else value


def walk(x: Singles, seen: Seen, asked: Asked, margin: Floats, sums: Singles) -> None:
    """Write each lead's margin and the sums of its classes."""
    places = np.empty(_BLOCK, np.uint32)
    block = np.empty((_BLOCK, width(seen)), np.float32)
    for begin in range(0, x.shape[0], _BLOCK):
        leads = min(_BLOCK, x.shape[0] - begin)
        see(x[begin : begin + leads], seen, block)
        margin[begin : begin + leads] = 0.0
        sums[begin : begin + leads] = asked.origins
        for tree in range(asked.steps.shape[0]):
            sign, output = asked.signs[tree], asked.outputs[tree]
            places[:leads] = asked.roots[tree]
            for _ in range(asked.steps[tree]):
                # every lead goes one step before the next one, so that none waits for another
                for lead in range(leads):
                    node = asked.nodes[places[lead]]
                    right = block[lead, node["column"]] >= node["edge"]
                    places[lead] += np.uint32(node["ahead"]) + np.uint32(right)
            for lead in range(leads):
                leaf = asked.nodes[places[lead]]["edge"]
                margin[begin + lead] += sign * leaf
                sums[begin + lead, output] += leaf
        for lead in range(begin, begin + leads):
            margin[lead] = margin[lead] / asked.members + asked.offset


def walk_one(x: Singles, seen: Seen, asked: Asked, margin: Floats, sums: Singles) -> None:
    """Do for one lead what `walk` does: many trees go one step at a time instead of many leads."""
    places, columns = np.empty(_TREES, np.uint32), np.empty((1, width(seen)), np.float32)
    see(x, seen, columns)
    lead, margin[0] = columns[0], 0.0
    sums[0] = asked.origins
    for begin in range(0, asked.steps.shape[0], _TREES):
        end = min(begin + _TREES, asked.steps.shape[0])
        places[: end - begin] = asked.roots[begin:end]
        # a way that has come to its leaf stays there
        for _ in range(asked.steps[begin:end].max()):
            for at in range(end - begin):
                node = asked.nodes[places[at]]
                right = lead[node["column"]] >= node["edge"]
                places[at] += np.uint32(node["ahead"]) + np.uint32(right)
        for tree in range(begin, end):
            leaf = asked.nodes[places[tree - begin]]["edge"]
            margin[0] += asked.signs[tree] * leaf
            sums[0, asked.outputs[tree]] += leaf
    margin[0] = margin[0] / asked.members + asked.offset


def explain(x: Singles, seen: Seen, looked: Looked, effects: Floats) -> None:
    """Add each group's effects to each lead's, by the pattern of how it passes the group."""
    places = np.empty(_BLOCK, np.uint32)
    total = np.empty((effects.shape[1], _BLOCK))
    block = np.empty((_BLOCK, width(seen)), np.float32)
    for begin in range(0, x.shape[0], _BLOCK):
        leads = min(_BLOCK, x.shape[0] - begin)
        see(x[begin : begin + leads], seen, block)
        across = block.T.copy()
        total[:] = 0.0
        for group in range(looked.begins.shape[0]):
            first, last = looked.slots[group], looked.slots[group + 1]
            # where in the table each lead's pattern begins
            places[:leads] = looked.begins[group]
            for bit in range(looked.bits[group]):
                column, edge = across[looked.asked[group, bit]], looked.edges[group, bit]
                step = np.uint32((last - first) << bit)
                for lead in range(leads):
                    places[lead] += step if column[lead] >= edge else np.uint32(0)
            for slot in range(first, last):
                row, ahead = total[looked.fields[slot]], np.uint32(slot - first)
                for lead in range(leads):
                    row[lead] += looked.effects[places[lead] + ahead]
        effects[begin : begin + leads] = total[:, :leads].T


def explain_one(x: Singles, seen: Seen, looked: Looked, effects: Floats) -> None:
    """Do for one lead what `explain` does."""
    places, columns = np.empty(_TREES, np.uint32), np.empty((1, width(seen)), np.float32)
    see(x, seen, columns)
    lead, total = columns[0], effects[0]
    for begin in range(0, looked.begins.shape[0], _TREES):
        end = min(begin + _TREES, looked.begins.shape[0])
        for group in range(begin, end):
            step = np.uint32(looked.slots[group + 1] - looked.slots[group])
            place = looked.begins[group]
            for bit in range(looked.asked.shape[1]):
                right = lead[looked.asked[group, bit]] >= looked.edges[group, bit]
                place += step * np.uint32(right)
                step += step
            places[group - begin] = place
        # once all places are known, memory is asked for many of them at a time
        for group in range(begin, end):
            first, place = looked.slots[group], places[group - begin]
            for slot in range(first, looked.slots[group + 1]):
                total[looked.fields[slot]] += looked.effects[place + np.uint32(slot - first)]


def spread(x: Singles, seen: Seen, deep: Spread, effects: Floats) -> None:
    """Add each deep leaf's effects to each lead's; `leadscore.model.forest.shapley` says how."""
    columns = np.empty((x.shape[0], width(seen)), np.float32)
    see(x, seen, columns)
    most = np.int64(np.max(np.diff(deep.starts)))
    o, total, before, after = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    for lead in range(x.shape[0]):
        for leaf in range(deep.values.shape[0]):
            first, last = deep.starts[leaf], deep.starts[leaf + 1]
            count = last - first
            o[:count] = 1.0
            for node in range(deep.ways[leaf], deep.ways[leaf + 1]):
                if (columns[lead, deep.asked[node]] >= deep.edges[node]) != deep.right[node]:
                    o[deep.owners[node]] = 0.0
            integrate(o[:count], deep.shares[first:last], deep, before, after, total)
            for i in range(count):
                gain = deep.values[leaf] * (o[i] - deep.shares[first + i]) * total[i]
                effects[lead, deep.fields[first + i]] += gain


def integrate(  # noqa: PLR0913 -- the last three are room that is made once
    o: Floats, z: Floats, deep: Spread, before: Floats, after: Floats, total: Floats
) -> None:
    """Write for each column the integral of the product over the other columns."""
    count = o.shape[0]
    total[:count] = 0.0
    for at in range(deep.t.shape[0]):
        t = deep.t[at]
        before[0], after[count - 1] = deep.weights[at], 1.0
        for i in range(1, count):
            j = count - i
            before[i] = before[i - 1] * (t * o[i - 1] + (1.0 - t) * z[i - 1])
            after[j - 1] = after[j] * (t * o[j] + (1.0 - t) * z[j])
        for i in range(count):
            total[i] += before[i] * after[i]
