"""The loops of `leadscore.model.forest.loops` in numpy: the same numbers to the last bit."""

from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.loops import (
    LEAST,
    LEAVES,
    LN2,
    LN2_REST,
    PART,
    SHIFT,
    SPREAD,
    TERMS,
    TWOS,
    Asked,
    Found,
    Groups,
    Nodes,
    Open,
    Seen,
    Spread,
    Told,
    width,
)
from leadscore.model.forest.patterns import WIDTH
from leadscore.model.forest.shapley import others

__all__ = ["add_up", "explain", "look_up", "spread", "walk"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]
_Number = TypeVar("_Number", np.uint8, np.uint64)
#: So many bytes of a lead's rows, its questions or its ways are worked on at once.
_AT_ONCE = 1 << 19


def add_up(x: Singles, found: Found, trees: Open, told: Told) -> None:
    """Write what the trees tell of each lead, by the rows of its cells."""
    table, leaves, classes, members, offset = trees
    rows, begins = _find_rows(x, found), classes["begin"]
    signs = np.repeat(classes["sign"][:-1], np.diff(begins))[:, None]
    firsts = np.arange(table.shape[1], dtype=np.uint64) * LEAVES
    for part in _parts(len(x), table.shape[1] * table.itemsize):
        open_ = _joined(np.bitwise_and, table, rows[part])
        open_ *= SPREAD
        open_ >>= SHIFT
        open_ += firsts
        values = np.ascontiguousarray(leaves.take(open_.view(np.int64)).T)
        told[part, 0] = _added(0.0, signs * values) / members + offset
        for output, origin in enumerate(classes["origin"][:-1]):
            own = values[begins[output] : begins[output + 1]]
            told[part, 1 + output] = _added(origin, own)
    _share(told)


def look_up(x: Singles, found: Found, steps: Bytes, groups: Groups, effects: Floats) -> None:
    """Write each lead's effects, by the rows of its cells."""
    rows, flat = _find_rows(x, found), _flat(groups, effects.shape[1])
    for part in _parts(len(x), steps.shape[1] * WIDTH * 4):
        numbers = _joined(np.add, steps, rows[part])
        effects[part] = _effects(numbers, groups, flat, effects.shape[1])


def walk(x: Singles, seen: Seen, trees: Nodes, told: Told) -> None:
    """Write what the trees tell of each lead, node by node."""
    _, roots, _, signs, outputs, origins, members, offset = trees
    for part in _parts(len(x), len(roots) * 4):
        values = _leaves(_see(x[part], seen), trees)
        told[part, 0] = _added(0.0, signs[:, None] * values) / members + offset
        for output, origin in enumerate(origins):
            told[part, 1 + output] = _added(origin, values[outputs == output])
    _share(told)


def explain(x: Singles, seen: Seen, asked: Asked, groups: Groups, effects: Floats) -> None:
    """Write each lead's effects, question by question."""
    columns, edges, steps, begins = asked
    flat, some = _flat(groups, effects.shape[1]), np.flatnonzero(np.diff(begins))
    for part in _parts(len(x), len(columns) * 4):
        right = _see(x[part], seen).take(columns, axis=1) >= edges
        numbers = np.zeros((len(right), len(begins) - 1), np.uint8)
        if len(some):
            added = np.add.reduceat(right * steps, begins[some], axis=1, dtype=np.uint8)
            numbers[:, some] = added
        effects[part] = _effects(numbers, groups, flat, effects.shape[1])


def spread(x: Singles, seen: Seen, deep: Spread, effects: Floats) -> None:
    """Add each deep leaf's effects to each lead's."""
    starts, fields = deep[5:7]
    columns, counts = _see(x, seen), np.diff(starts)
    filled = np.arange(counts.max())[:, None] < counts
    leaf, place = np.nonzero(filled.T)
    for part in _parts(len(x), filled.size * 8):
        gains = _gains(columns[part], deep, filled)[place, leaf]
        for own, total in zip(gains.T, effects[part], strict=True):
            many = len(total)
            # from what is there on, as it adds one after the other
            to = np.concatenate([np.arange(many), fields])
            total[:] = np.bincount(to, np.concatenate([total, own]), many)


def _share(told: Told) -> None:
    """Write the share of each class of each lead."""
    sums, shares = np.split(told[:, 1:], 2, axis=1)
    x = np.maximum(sums - sums.max(axis=1, keepdims=True), LEAST)
    twos = np.rint(x * TWOS)
    rest = (x - twos * LN2) - twos * LN2_REST
    power = np.zeros(x.shape)
    for term in TERMS:
        power *= rest
        power += term
    np.ldexp(power, twos.astype(np.intc), out=shares)
    total = np.zeros(len(x))
    for own in shares.T:
        total += own
    shares /= total[:, None]


def _parts(leads: int, width: int) -> list[slice]:
    """Return leads in parts, of each of which so many bytes are at hand."""
    step = max(1, _AT_ONCE // max(1, width))
    return [slice(begin, begin + step) for begin in range(0, leads, step)]


def _find_rows(x: Singles, found: Found) -> Places:
    """Return the row of each lead's cell of each field."""
    sets, codes, edges = found
    rows = np.empty((len(x), len(sets) - 1), np.intp)
    for place, ((field, begin, first), (_, end, after)) in enumerate(pairwise(sets.tolist())):
        values, own = x[:, field], codes[begin:end]
        if len(own):
            known = (values >= 0) & (values < len(own))
            places = np.where(known, values, 0).astype(np.intp)
            rows[:, place] = np.where(known, own[places], after - 1)
        else:
            # missing values come after the one that ends the edges, which is missing too
            rows[:, place] = edges[first : after - 1].searchsorted(values, side="right")
            rows[:, place] += first
    return rows


def _joined(how: np.ufunc, table: NDArray[_Number], rows: Places) -> NDArray[_Number]:
    """Return each lead's rows as one."""
    if not rows.shape[1]:
        return np.repeat(table[-1:], len(rows), axis=0)
    joined = table.take(rows[:, 0], axis=0)
    for place in range(1, rows.shape[1]):
        how(joined, table.take(rows[:, place], axis=0), out=joined)
    return joined


def _added(start: float, values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Add the rows to the start, one after the other."""
    if values.shape[1] > 1:
        return np.asarray(np.add.reduce(values, axis=0, initial=values.dtype.type(start)))
    # the values of a lone lead it would add in another order
    return np.add.accumulate(np.append(values.dtype.type(start), values))[-1:]


def _flat(groups: Groups, fields: int) -> Places:
    """Return where the effects of each part of the groups and each field are, in all patterns."""
    _, _, sources, ends, _ = groups
    parts = np.arange(len(ends) - 1) // fields * (PART * WIDTH)
    return np.repeat(parts, np.diff(ends)) + sources


def _effects(numbers: Bytes, groups: Groups, flat: Places, fields: int) -> Floats:
    """Return the effects of each lead whose patterns have the numbers, shape (n, fields)."""
    begins, table, _, ends, unit = groups
    told = table.take(begins + numbers, axis=0).view(np.int32)
    own = told.reshape(len(numbers), -1).take(flat, axis=1)
    totals = np.zeros((len(numbers), len(ends) - 1), np.int64)
    some = np.flatnonzero(np.diff(ends))
    if len(some):
        totals[:, some] = np.add.reduceat(own, ends[some], axis=1, dtype=np.int64)
    return np.asarray(totals.reshape(len(numbers), -1, fields).sum(axis=1) * unit)


def _gains(columns: Singles, deep: Spread, filled: NDArray[np.bool_]) -> Floats:
    """Return what each deep leaf gives each of its columns, shape (most columns, leaves, n)."""
    _, _, _, _, _, _, _, shares, values, ts, weights = deep
    leaf, place = np.nonzero(filled.T)
    o, z = np.zeros((*filled.shape, len(columns))), np.zeros((*filled.shape, 1))
    o[place, leaf], z[place, leaf, 0] = _passed(columns, deep), shares
    total = np.zeros(o.shape)
    for t, weight in zip(ts, weights, strict=True):
        factors = t * o + (1.0 - t) * z
        factors[~filled] = 1.0
        total += others(factors, weight)
    return np.asarray(values[:, None] * (o - z) * total)


def _passed(columns: Singles, deep: Spread) -> Floats:
    """Return whether each lead passes the nodes of each leaf's columns, shape (columns, n)."""
    ways, asked, edges, sides, owners, starts, fields = deep[:7]
    wrong = (columns.T[asked] >= edges[:, None]) != sides[:, None]
    missed = np.zeros((len(fields), len(columns)), np.int64)
    leaf = np.repeat(np.arange(len(ways) - 1), np.diff(ways))
    np.add.at(missed, starts[leaf] + owners, wrong)
    return np.asarray(missed == 0, np.float64)


def _see(x: Singles, seen: Seen) -> Singles:
    """Return the columns of each lead: twice each, with missing values lowest and highest."""
    sources, starts, codes = seen
    columns = np.empty((len(x), width(seen)), np.float32)
    found = x[:, sources]
    for column in np.flatnonzero(np.diff(starts)):
        own = codes[starts[column] : starts[column + 1]]
        known = (found[:, column] >= 0) & (found[:, column] < len(own))
        places = np.where(known, found[:, column], 0).astype(np.intp)
        found[:, column] = np.where(known, own[places], np.float32(np.nan))
    missing = np.isnan(found)
    columns[:, :-1:2] = np.where(missing, np.float32(-np.inf), found)
    columns[:, 1::2] = np.where(missing, np.float32(np.inf), found)
    columns[:, -1] = np.nan
    return columns


def _leaves(columns: Singles, trees: Nodes) -> Singles:
    """Return the leaf that each lead reaches in each tree, shape (trees, n)."""
    nodes, roots, depths = trees[:3]
    lead = np.arange(len(columns), dtype=np.uint32) * np.uint32(columns.shape[1])
    edge, column, ahead = (nodes[name] for name in ("edge", "column", "ahead"))
    node = np.repeat(roots[:, None], len(columns), axis=1)
    for _ in range(int(depths.max(initial=0))):
        right = columns.ravel()[lead + column[node]] >= edge[node]
        node += ahead[node]
        node += right
    return np.asarray(edge[node])
