"""The loops of `leadscore.model.forest.loops` in numpy: the same additions in the same order."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.loops import Asked, Looked, Seen, Spread, width
from leadscore.model.forest.shapley import others

__all__ = ["explain", "spread", "walk"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
#: So many leads at once, or so many pairs of a lead and a tree.
_BLOCK = 4096
_PAIRS = 1 << 18
#: Up to so many leads, all groups at once are faster than group after group.
_FEW = 24


def walk(x: Singles, seen: Seen, asked: Asked, margin: Floats, sums: Singles) -> None:
    """Write each lead's margin and the sums of its classes."""
    step = max(1, _PAIRS // len(asked.steps))
    for begin in range(0, len(x), step):
        part = slice(begin, begin + step)
        leaves = _leaves(_see(x[part], seen), asked)
        total = _added(np.zeros(leaves.shape[1]), asked.signs[:, None] * leaves)
        margin[part] = total / asked.members + asked.offset
        for output, origin in enumerate(asked.origins):
            start = np.full(leaves.shape[1], origin)
            sums[part, output] = _added(start, leaves[asked.outputs == output])


def explain(x: Singles, seen: Seen, looked: Looked, effects: Floats) -> None:
    """Add each group's effects to each lead's, by the pattern of how it passes the group."""
    columns = _see(x, seen)
    if len(columns) <= _FEW:
        for lead in range(len(columns)):
            _explain_one(columns[lead], looked, effects[lead])
        return
    for begin in range(0, len(columns), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        effects[part] = _explained(np.ascontiguousarray(columns[part].T), looked, effects[part].T).T


def spread(x: Singles, seen: Seen, deep: Spread, effects: Floats) -> None:
    """Add each deep leaf's effects to each lead's."""
    columns = _see(x, seen)
    counts = np.diff(deep.starts)
    filled = np.arange(counts.max())[:, None] < counts
    leaf, place = np.nonzero(filled.T)
    step = max(1, _PAIRS // filled.size)
    for begin in range(0, len(columns), step):
        gains = _gains(columns[begin : begin + step], deep, filled)[place, leaf]
        for lead, own in enumerate(gains.T, start=begin):
            many = effects.shape[1]
            # from what is there on, as it adds one after the other
            fields = np.concatenate([np.arange(many), deep.fields])
            effects[lead] = np.bincount(fields, np.concatenate([effects[lead], own]), many)


def _gains(columns: Singles, deep: Spread, filled: NDArray[np.bool_]) -> Floats:
    """Return what each deep leaf gives each of its columns, shape (most columns, leaves, n)."""
    leaf, place = np.nonzero(filled.T)
    o, z = np.zeros((*filled.shape, len(columns))), np.zeros((*filled.shape, 1))
    o[place, leaf], z[place, leaf, 0] = _passed(columns, deep), deep.shares
    total = np.zeros(o.shape)
    for t, weight in zip(deep.t, deep.weights, strict=True):
        factors = t * o + (1.0 - t) * z
        factors[~filled] = 1.0
        total += others(factors, weight)
    return np.asarray(deep.values[:, None] * (o - z) * total)


def _passed(columns: Singles, deep: Spread) -> Floats:
    """Return whether each lead passes the nodes of each leaf's columns, shape (columns, n)."""
    wrong = (columns.T[deep.asked] >= deep.edges[:, None]) != deep.right[:, None]
    missed = np.zeros((len(deep.fields), len(columns)), np.int64)
    leaf = np.repeat(np.arange(len(deep.values)), np.diff(deep.ways))
    np.add.at(missed, deep.starts[leaf] + deep.owners, wrong)
    return np.asarray(missed == 0, np.float64)


def _see(x: Singles, seen: Seen) -> Singles:
    """Return the columns of each lead: twice each, with missing values lowest and highest."""
    columns = np.empty((len(x), width(seen)), np.float32)
    found = x[:, seen.sources]
    for column in np.flatnonzero(np.diff(seen.starts)):
        codes = seen.codes[seen.starts[column] : seen.starts[column + 1]]
        known = found[:, column] < len(codes)
        places = np.where(known, found[:, column], 0).astype(np.intp)
        found[:, column] = np.where(known, codes[places], np.float32(np.nan))
    missing = np.isnan(found)
    columns[:, :-1:2] = np.where(missing, np.float32(-np.inf), found)
    columns[:, 1::2] = np.where(missing, np.float32(np.inf), found)
    columns[:, -1] = np.nan
    return columns


def _added(start: NDArray[np.floating], rows: NDArray[np.floating]) -> NDArray[np.floating]:
    # accumulating adds one row after the other, which a sum need not do
    return np.asarray(np.add.accumulate(np.vstack([start[None], rows]), axis=0)[-1])


def _leaves(columns: Singles, asked: Asked) -> Singles:
    """Return the leaf that each lead reaches in each tree, shape (trees, n)."""
    flat, width = columns.ravel(), columns.shape[1]
    lead = np.arange(len(columns), dtype=np.uint32) * np.uint32(width)
    edge, column, ahead = (asked.nodes[name] for name in ("edge", "column", "ahead"))
    node = np.repeat(asked.roots[:, None], len(columns), axis=1)
    for _ in range(int(asked.steps.max(initial=0))):
        right = flat[lead + column[node]] >= edge[node]
        node += ahead[node]
        node += right
    return np.asarray(edge[node])


def _explain_one(columns: Singles, looked: Looked, effects: Floats) -> None:
    right = columns[looked.asked] >= looked.edges
    widths = np.diff(looked.slots)
    at = looked.begins + (right @ (1 << np.arange(right.shape[1]))) * widths
    places = np.repeat(at - looked.slots[:-1], widths) + np.arange(len(looked.fields))
    # it adds one after the other, as the groups are in order
    effects += np.bincount(looked.fields, looked.effects[places], minlength=len(effects))


def _explained(columns: Singles, looked: Looked, before: Floats) -> Floats:
    effects = np.array(before)
    for group in range(len(looked.begins)):
        bits = slice(looked.bits[group])
        right = columns[looked.asked[group, bits]] >= looked.edges[group, bits][:, None]
        pattern = np.packbits(right, axis=0, bitorder="little")[0]
        first, last = looked.slots[group], looked.slots[group + 1]
        begin, width = looked.begins[group], last - first
        table = looked.effects[begin : begin + (width << looked.bits[group])].reshape(-1, width)
        for slot in range(width):
            effects[looked.fields[first + slot]] += table[:, slot].take(pattern)
    return effects
