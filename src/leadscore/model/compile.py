"""From boosted trees of depth 1-2 to step tables."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.expand import Expansion
from leadscore.model.member import Member
from leadscore.model.tables import Axis, PairTable, StepTables

__all__ = ["compile_tables"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Condition:
    field: int
    column: int
    threshold: float
    left: bool
    missing: bool


def compile_tables(members: Sequence[Member], x: NDArray[np.float32]) -> StepTables:
    """Return the mean of the members' margins as step tables, centred on the leads `x`.

    Parameters
    ----------
    members : sequence of Member
        Members whose trees have depth 2 at most.
    x : ndarray of shape (n, fields)
        The encoded reference leads.

    Raises
    ------
    ValueError
        If a tree is deeper than two.
    """
    parsed = [(member, list(_leaves(member))) for member in members]
    axes = _axes(parsed, x.shape[1])
    base, singles, pairs = _sums(parsed, axes)
    shares = [
        np.bincount(axis.places(x[:, i]), minlength=axis.cells) / len(x)
        for i, axis in enumerate(axes)
    ]
    kept = tuple(_purify(key, table, singles, shares) for key, table in pairs.items())
    count = len(members)
    base += sum(float(singles[i] @ shares[i]) for i in range(len(axes)))
    tables = [(singles[i] - singles[i] @ shares[i]) / count for i in range(len(axes))]
    base += sum(mean for _, _, mean in kept)
    short = [_shorten(axis, values) for axis, values in zip(axes, tables, strict=True)]
    return StepTables(
        base=base / count,
        axes=tuple(axis for axis, _ in short),
        values=tuple(values for _, values in short),
        pairs=tuple(_pair(key, table / count, axes) for key, table, _ in kept),
    )


def _leaves(member: Member) -> Iterator[tuple[float, tuple[_Condition, ...]]]:
    """Yield every leaf of every tree: its value, and the conditions that lead there."""
    raw = json.loads(bytes(member.booster.save_raw("json")))
    for tree in raw["learner"]["gradient_booster"]["model"]["trees"]:
        pending: list[tuple[int, tuple[_Condition, ...]]] = [(0, ())]
        while pending:
            node, path = pending.pop()
            if tree["left_children"][node] == -1:
                if len(path) > 2:
                    raise ValueError("only trees of depth 1 or 2 make step tables")
                yield float(np.float32(tree["split_conditions"][node])), path
                continue
            column = tree["split_indices"][node]
            for left, child in ((True, "left_children"), (False, "right_children")):
                condition = _Condition(
                    int(member.expansion.sources[column]),
                    column,
                    float(np.float32(tree["split_conditions"][node])),
                    left,
                    bool(tree["default_left"][node]) is left,
                )
                pending.append((tree[child][node], (*path, condition)))


_Parsed = Sequence[tuple[Member, list[tuple[float, tuple[_Condition, ...]]]]]


def _axes(parsed: _Parsed, fields: int) -> list[Axis]:
    thresholds: list[set[float]] = [set() for _ in range(fields)]
    levels = [0] * fields
    for member, leaves in parsed:
        for source, values in zip(member.expansion.sources, member.expansion.values, strict=True):
            if values is not None:
                levels[source] = max(levels[source], len(values))
        for _, path in leaves:
            for condition in path:
                thresholds[condition.field].add(condition.threshold)
    return [
        Axis(edges=np.array([], np.float32), levels=size)
        if size
        else Axis(edges=np.array(sorted(found), dtype=np.float32))
        for found, size in zip(thresholds, levels, strict=True)
    ]


def _sums(
    parsed: _Parsed, axes: list[Axis]
) -> tuple[float, list[Floats], dict[tuple[int, int], Floats]]:
    base = 0.0
    singles = [np.zeros(axis.cells) for axis in axes]
    joint: dict[tuple[int, int], list[tuple[float, Mask, Mask]]] = defaultdict(list)
    for member, leaves in parsed:
        base -= member.centre
        masks: dict[_Condition, Mask] = {}
        for value, path in leaves:
            for one in path:
                if one not in masks:
                    masks[one] = _mask(one, member.expansion, axes[one.field])
            if not path:
                base += value
            elif len({one.field for one in path}) == 1:
                singles[path[0].field] += value * np.all([masks[one] for one in path], axis=0)
            else:
                first, second = sorted(path, key=lambda one: one.field)
                key = (first.field, second.field)
                joint[key].append((value, masks[first], masks[second]))
    return base, singles, {key: _joint_sum(found) for key, found in sorted(joint.items())}


def _mask(condition: _Condition, expansion: Expansion, axis: Axis) -> Mask:
    mask = np.zeros(axis.cells, dtype=bool)
    values = expansion.values[condition.column]
    if values is None:
        # A cell lies left of a threshold when its upper edge does.
        below = np.append(axis.edges, np.float32(np.inf)) <= np.float32(condition.threshold)
        mask[:-1] = below == condition.left
    else:
        # A level that this member never saw is missing to it.
        mask[:-1] = condition.missing
        mask[: len(values)] = (values < np.float32(condition.threshold)) == condition.left
    mask[-1] = condition.missing
    return mask


def _joint_sum(found: list[tuple[float, Mask, Mask]]) -> Floats:
    values = np.array([value for value, _, _ in found])
    rows = np.array([mask for _, mask, _ in found], dtype=np.float64)
    columns = np.array([mask for _, _, mask in found], dtype=np.float64)
    return np.asarray(rows.T @ (values[:, None] * columns))


def _purify(
    key: tuple[int, int], table: Floats, singles: list[Floats], shares: list[Floats]
) -> tuple[tuple[int, int], Floats, float]:
    first, second = key
    rows, columns = table @ shares[second], shares[first] @ table
    mean = float(rows @ shares[first])
    singles[first] += rows - mean
    singles[second] += columns - mean
    return key, table - rows[:, None] - columns + mean, mean


def _pair(key: tuple[int, int], table: Floats, axes: list[Axis]) -> PairTable:
    first, table = _shorten(axes[key[0]], table)
    second, turned = _shorten(axes[key[1]], table.T)
    return PairTable(fields=key, axes=(first, second), values=np.ascontiguousarray(turned.T))


def _shorten(axis: Axis, table: Floats) -> tuple[Axis, Floats]:
    """Drop the edges across which nothing changes."""
    if axis.levels:
        return axis, table
    rows = table.reshape(axis.cells, -1)
    steps = np.any(rows[1:-1] != rows[:-2], axis=1)
    keep = np.concatenate([[True], steps, [True]])
    return Axis(edges=axis.edges[steps]), table[keep]
