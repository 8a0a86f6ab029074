"""The loops over trees, in a form that numba compiles.

What a loop is given of the forest comes in plain tuples: numba takes a named one apart in twice
the time, which for one lead is a good part of all.
"""

import math

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.patterns import WIDTH

__all__ = [
    "BESIDE",
    "CALLED",
    "CLASS",
    "LEAST",
    "LEAVES",
    "LN2",
    "LN2_REST",
    "NODE",
    "PART",
    "SHIFT",
    "SPREAD",
    "TERMS",
    "TWOS",
    "Asked",
    "Found",
    "Groups",
    "Nodes",
    "Open",
    "Seen",
    "Spread",
    "Told",
    "add_up",
    "beside",
    "explain",
    "find_rows",
    "integrate",
    "look_on",
    "look_up",
    "pick",
    "see",
    "share",
    "spread",
    "walk",
    "width",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
# Without a sign: numba then need not ask whether a place is counted from the end.
Counts = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
#: So many leads go through a tree, and through a part of the groups, before the next one.
_BLOCK, _MANY = 128, 1024
#: So many groups are looked up together.
PART = 256
#: So many rows are read beside one another.
BESIDE = 4
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
#: The leaves of a tree, one a bit.
LEAVES = np.uint64(64)
#: Single bits times this number differ in their six highest bits, which say where a tree's leaf
#: is kept (Leiserson, Prokop and Randall 1998, Using de Bruijn Sequences to Index a 1).
SPREAD = np.uint64(0x03F79D71B4CB0A89)
SHIFT = np.uint64(58)
#: The exponential of numbers up to 0: the least of them, whose power is 0; how many times they
#: halve; the logarithm of two, the first 33 bits of it and the rest; and the terms of its series.
LEAST = -1000.0
TWOS = 1.4426950408889634
LN2 = float.fromhex("0x1.62e42feep-1")
LN2_REST = float.fromhex("0x1.a39ef35793c76p-33")
TERMS = tuple(1.0 / math.factorial(place) for place in range(13, -1, -1))

#: How a lead's fields become columns, as in `leadscore.model.forest.arrays.Forest`: the field and
#: the beginning of the list of each column, and the lists.
Seen = tuple[Ints, Ints, Singles]
#: How they become rows: for each set of cells its field, where its codes begin, and its first row;
#: the rows of the codes; and for each row the edge from which on a number is in the next one.
Found = tuple[Ints, Counts, Singles]
#: A class: where its trees begin, what its sum starts from, and what it counts for in the margin.
CLASS = np.dtype([("begin", np.uint32), ("origin", np.float32), ("sign", np.float64)])
#: Trees by rows, those of a class together: which leaves each row leaves open, the leaves, the
#: classes and an end of them, and the number of members and the offset of the margin.
Open = tuple[NDArray[np.uint64], Singles, NDArray[np.void], float, float]
#: What trees tell of a lead: its margin, the sum of each class, and its share.
Told = Floats
#: What a node asks: beyond its edge the way leads to the right child, which follows the left one.
#: A leaf asks for the column that holds no number; its edge is its value, and it is its own child.
NODE = np.dtype([("edge", np.float32), ("column", np.uint16), ("ahead", np.uint16)])
#: Trees by nodes, as `NODE` says: where each begins, its depth, its sign and its class; then the
#: origins of the classes, and the number of members and the offset of the margin.
Nodes = tuple[NDArray[np.void], Counts, Ints, Floats, Ints, Singles, float, float]
#: The groups: where the patterns of each begin, their effects, where the effects on each field
#: are among those of `PART` groups, where each part's and field's begin there, and the unit.
Groups = tuple[Counts, NDArray[np.int64], NDArray[np.uint16], Counts, float]
#: The questions of groups: the column and the edge of each, its step, and where each group begins.
Asked = tuple[Counts, Singles, Counts, Counts]
#: Leaves in no group: where the nodes of each begin, their columns, edges and sides, and which of
#: the leaf's columns they ask; where those begin, their fields and shares; the leaves' values; and
#: the quadrature.
Spread = tuple[Ints, Counts, Singles, Ints, Ints, Ints, Ints, Floats, Floats, Floats, Floats]
#: The loops that others call.
CALLED = ("beside", "find_rows", "share", "look_on", "pick", "width", "see", "integrate")


def beside(found: Found) -> int:
    """Return the number of rows that `find_rows` writes."""
    return -(-(len(found[0]) - 1) // BESIDE) * BESIDE


def find_rows(lead: Singles, found: Found, rows: Counts) -> None:
    """Write the row of each of a lead's cells, and the one that says nothing for the rest."""
    sets, codes, edges = found
    rows[:] = sets[-1, 2]
    for place in range(sets.shape[0] - 1):
        value = lead[sets[place, 0]]
        first, last = sets[place, 2], sets[place + 1, 2] - 1
        begin, end = sets[place, 1], sets[place + 1, 1]
        if end > begin:
            known = value >= 0 and value < end - begin
            rows[place] = codes[begin + int(value)] if known else np.uint32(last)
        elif np.isnan(value):
            rows[place] = last
        else:
            many = last - first - 1
            while many > 0:
                half = (many + 1) >> 1
                if value >= edges[first + half - 1]:
                    first += half
                many -= half
            rows[place] = first


def add_up(x: Singles, found: Found, trees: Open, told: Told) -> None:
    """Write what the trees tell of each lead, by the rows of its cells."""
    table, leaves, classes, members, offset = trees
    count, rows = table.shape[1], np.empty(beside(found), np.uint32)
    left, values = np.empty(count, np.uint64), np.empty(count, np.float32)
    for lead in range(x.shape[0]):
        find_rows(x[lead], found, rows)
        left[:] = _ALL
        for at in range(0, rows.shape[0], BESIDE):
            a, b, c, d = rows[at], rows[at + 1], rows[at + 2], rows[at + 3]
            for tree in range(count):
                left[tree] &= table[a, tree] & table[b, tree] & table[c, tree] & table[d, tree]
        for tree in range(count):
            values[tree] = leaves[np.uint64(tree) * LEAVES + (left[tree] * SPREAD >> SHIFT)]
        total = 0.0
        for output in range(classes.shape[0] - 1):
            own, sign = classes[output]["origin"], classes[output]["sign"]
            for tree in range(classes[output]["begin"], classes[output + 1]["begin"]):
                own += values[tree]
                total += sign * values[tree]
            told[lead, 1 + output] = own
        told[lead, 0] = total / members + offset
        share(told[lead])


def share(told: Told) -> None:
    """Write the share of each of a lead's classes, by the sums: their softmax.

    The exponential is worked out here, because numba's and numpy's own are not alike to the last
    bit, and numpy's is not the same on every processor. This one is within a last bit of theirs.
    """
    many, total = told.shape[0] // 2, 0.0
    largest = told[1 : 1 + many].max()
    for output in range(1, 1 + many):
        x = max(told[output] - largest, LEAST)
        twos = np.rint(x * TWOS)
        rest = (x - twos * LN2) - twos * LN2_REST
        power = 0.0
        for term in TERMS:
            power = power * rest + term
        told[many + output] = math.ldexp(power, int(twos))
        total += told[many + output]
    for output in range(1, 1 + many):
        told[many + output] /= total


def look_up(x: Singles, found: Found, steps: Bytes, groups: Groups, effects: Floats) -> None:
    """Write each lead's effects, by the rows of its cells."""
    count, rows = steps.shape[1], np.empty(beside(found), np.uint32)
    numbers = np.empty((min(_MANY, x.shape[0]), count), np.uint8)
    for begin in range(0, x.shape[0], _MANY):
        leads = min(_MANY, x.shape[0] - begin)
        numbers[:] = 0
        for lead in range(leads):
            find_rows(x[begin + lead], found, rows)
            for at in range(0, rows.shape[0], BESIDE):
                a, b, c, d = rows[at], rows[at + 1], rows[at + 2], rows[at + 3]
                for i in range(count):
                    numbers[lead, i] += steps[a, i] + steps[b, i] + steps[c, i] + steps[d, i]
        look_on(numbers[:leads], groups, effects[begin : begin + leads])


def look_on(numbers: Bytes, groups: Groups, effects: Floats) -> None:
    """Write the effects of each lead, whose patterns have the numbers."""
    begins, table, sources, ends, unit = groups
    fields, totals = effects.shape[1], np.zeros(effects.shape, np.int64)
    places, room = np.empty(PART, np.uint32), np.empty((PART, WIDTH // 2), np.int64)
    told = room.view(np.int32).ravel()
    for part in range(0, begins.shape[0], PART):
        first = part // PART * fields
        for lead in range(effects.shape[0]):
            for i in range(PART):
                places[i] = begins[part + i] + np.uint32(numbers[lead, part + i])
            pick(table, places, room)
            for field in range(fields):
                total = np.int64(0)
                for at in range(ends[first + field], ends[first + field + 1]):
                    total += told[sources[at]]
                totals[lead, field] += total
    for lead in range(effects.shape[0]):
        for field in range(fields):
            effects[lead, field] = totals[lead, field] * unit


def pick(table: NDArray[np.int64], places: Counts, room: NDArray[np.int64]) -> None:
    """Bring the patterns at the places together."""
    # nothing but asking: so memory looks for many patterns at a time
    for i in range(PART):
        room[i, 0] = table[places[i], 0]
    for i in range(PART):
        at = places[i]
        a, b, c, d = table[at, 0], table[at, 1], table[at, 2], table[at, 3]
        room[i, 0], room[i, 1], room[i, 2], room[i, 3] = a, b, c, d


def width(seen: Seen) -> int:
    """Return the number of columns that `see` writes."""
    return 2 * len(seen[0]) + 1


def see(x: Singles, seen: Seen, columns: Singles) -> None:
    """Write the columns of each lead.

    Each column comes twice, with missing values once lowest and once highest; the last one holds
    no number, which is not beyond any edge.
    """
    sources, starts, codes = seen
    last = columns.shape[1] - 1
    for lead in range(x.shape[0]):
        columns[lead, last] = np.float32(np.nan)
        for column in range(sources.shape[0]):
            value = x[lead, sources[column]]
            begin, end = starts[column], starts[column + 1]
            if end > begin:
                known = value >= 0 and value < end - begin
                value = codes[begin + int(value)] if known else np.float32(np.nan)
            missing = np.isnan(value)
            columns[lead, 2 * column] = np.float32(-np.inf) if missing else value
            columns[lead, 2 * column + 1] = np.float32(np.inf) if missing else value


def walk(x: Singles, seen: Seen, trees: Nodes, told: Told) -> None:
    """Write what the trees tell of each lead, node by node."""
    nodes, roots, depths, signs, outputs, origins, members, offset = trees
    places, sums = np.empty(_BLOCK, np.uint32), np.empty((_BLOCK, len(origins)), np.float32)
    block = np.empty((_BLOCK, width(seen)), np.float32)
    told[:, 0] = 0.0
    for begin in range(0, x.shape[0], _BLOCK):
        leads = min(_BLOCK, x.shape[0] - begin)
        see(x[begin : begin + leads], seen, block)
        sums[:] = origins
        for tree in range(depths.shape[0]):
            places[:leads] = roots[tree]
            for _ in range(depths[tree]):
                # every lead goes one step before the next one, so that none waits for another
                for lead in range(leads):
                    node = nodes[places[lead]]
                    right = block[lead, node["column"]] >= node["edge"]
                    places[lead] += np.uint32(node["ahead"]) + np.uint32(right)
            for lead in range(leads):
                leaf = nodes[places[lead]]["edge"]
                told[begin + lead, 0] += signs[tree] * leaf
                sums[lead, outputs[tree]] += leaf
        for lead in range(leads):
            told[begin + lead, 0] = told[begin + lead, 0] / members + offset
            told[begin + lead, 1 : 1 + len(origins)] = sums[lead]
            share(told[begin + lead])


def explain(x: Singles, seen: Seen, asked: Asked, groups: Groups, effects: Floats) -> None:
    """Write each lead's effects, question by question."""
    columns, edges, steps, begins = asked
    held = np.empty((1, width(seen)), np.float32)
    numbers = np.empty((min(_MANY, x.shape[0]), begins.shape[0] - 1), np.uint8)
    for begin in range(0, x.shape[0], _MANY):
        leads = min(_MANY, x.shape[0] - begin)
        for lead in range(leads):
            see(x[begin + lead : begin + lead + 1], seen, held)
            for i in range(numbers.shape[1]):
                number = np.uint32(0)
                for at in range(begins[i], begins[i + 1]):
                    right = held[0, columns[at]] >= edges[at]
                    number += steps[at] * np.uint32(right)
                numbers[lead, i] = number
        look_on(numbers[:leads], groups, effects[begin : begin + leads])


def spread(x: Singles, seen: Seen, deep: Spread, effects: Floats) -> None:
    """Add each deep leaf's effects to each lead's; `leadscore.model.forest.shapley` says how."""
    ways, asked, edges, sides, owners, starts, fields, shares, values = deep[:9]
    columns = np.empty((x.shape[0], width(seen)), np.float32)
    see(x, seen, columns)
    most = np.int64(np.max(np.diff(starts)))
    o, room = np.empty(most), np.empty((3, most))
    for lead in range(x.shape[0]):
        for leaf in range(values.shape[0]):
            first, last = starts[leaf], starts[leaf + 1]
            o[: last - first] = 1.0
            for node in range(ways[leaf], ways[leaf + 1]):
                if (columns[lead, asked[node]] >= edges[node]) != sides[node]:
                    o[owners[node]] = 0.0
            integrate(o[: last - first], shares[first:last], deep[9], deep[10], room)
            for i in range(last - first):
                gain = values[leaf] * (o[i] - shares[first + i]) * room[0, i]
                effects[lead, fields[first + i]] += gain


def integrate(o: Floats, z: Floats, t: Floats, weights: Floats, room: Floats) -> None:
    """Write for each column, first in the room, the integral of the product over the others."""
    count = o.shape[0]
    total, before, after = room[0], room[1], room[2]
    total[:count] = 0.0
    for at in range(t.shape[0]):
        before[0], after[count - 1] = weights[at], 1.0
        for i in range(1, count):
            j = count - i
            before[i] = before[i - 1] * (t[at] * o[i - 1] + (1.0 - t[at]) * z[i - 1])
            after[j - 1] = after[j] * (t[at] * o[j] + (1.0 - t[at]) * z[j])
        for i in range(count):
            total[i] += before[i] * after[i]
