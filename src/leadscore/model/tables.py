"""Step tables: a score of trees of depth 1-2 as one table a field and one a pair of fields.

A tree of depth two sums, over its leaves, a value where two conditions hold. Every condition
looks at one field, so the whole forest is a sum of functions of one field and of two. Those of
two are purified under the reference leads (Lengerich et al. 2020, Purifying Interaction Effects
with the Functional ANOVA): their row and column means move to the single fields, and all means
to the base. A pair's remainder is then shared half and half, which is its Shapley value with
independent fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.effects import EffectTables, FieldTable, JointTable
from leadscore.model.lookup.places import Places

__all__ = ["Axis", "PairTable", "StepTables", "axis_places"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """How a field's values fall into the cells of a table.

    A number falls into cell i where ``edges[i-1] <= value < edges[i]``; a category's code is
    its cell. The last cell is for missing values.

    Parameters
    ----------
    edges : ndarray of float32
        The thresholds of a number, rising; empty for a category.
    levels : int
        The number of levels of a category; 0 for a number.
    """

    edges: NDArray[np.float32]
    levels: int = 0

    @property
    def cells(self) -> int:
        """The number of cells, that of missing values included."""
        return (self.levels or len(self.edges) + 1) + 1

    @property
    def begins(self) -> NDArray[np.float32]:
        """The values from which on another cell begins, rising."""
        return np.arange(self.levels + 1, dtype=np.float32) if self.levels else self.edges

    def places(self, values: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the cell of each value."""
        return axis_places(values, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """What two fields do together beyond what each does alone.

    Parameters
    ----------
    fields : tuple of int
        The places of the two fields.
    axes : tuple of Axis
        Their axes.
    values : ndarray of shape (cells of the first, cells of the second)
        The joint effect on the margin.
    """

    fields: tuple[int, int]
    axes: tuple[Axis, Axis]
    values: Floats


@dataclass(frozen=True, kw_only=True)
class StepTables:
    """A score as step tables.

    Parameters
    ----------
    base : float
        The margin of the average reference lead.
    axes : tuple of Axis
        One axis a field.
    values : tuple of ndarray
        One table a field: the effect on the margin in each cell.
    pairs : tuple of PairTable
        The pair tables.
    """

    base: float
    axes: tuple[Axis, ...]
    values: tuple[Floats, ...]
    pairs: tuple[PairTable, ...] = ()
    kind: Literal["tables"] = field(default="tables", init=False)

    def effects(self, x: NDArray[np.float32]) -> Floats:
        """Return each field's effect on the margin of each lead, shape (n, fields).

        Half of a pair's joint effect goes to each of its two fields.
        """
        return self._looked_up.effects(x)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the tables as named arrays, for a bundle."""
        arrays: dict[str, NDArray[np.generic]] = {"base": np.array([self.base])}
        for place, (axis, values) in enumerate(zip(self.axes, self.values, strict=True)):
            arrays |= _axis_arrays(f"field{place}", axis) | {f"field{place}.values": values}
        for place, pair in enumerate(self.pairs):
            arrays[f"pair{place}.fields"] = np.array(pair.fields, dtype=np.int64)
            arrays[f"pair{place}.values"] = pair.values
            for side, axis in enumerate(pair.axes):
                arrays |= _axis_arrays(f"pair{place}.axis{side}", axis)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "StepTables":
        """Return the tables that `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If a table's size does not fit its axes.
        """
        fields = sum(name.startswith("field") and name.endswith(".values") for name in arrays)
        pairs = sum(name.startswith("pair") and name.endswith(".values") for name in arrays)
        tables = cls(
            base=float(np.asarray(arrays["base"], np.float64)[0]),
            axes=tuple(_axis(arrays, f"field{i}") for i in range(fields)),
            values=tuple(np.asarray(arrays[f"field{i}.values"], np.float64) for i in range(fields)),
            pairs=tuple(_pair(arrays, f"pair{i}", fields) for i in range(pairs)),
        )
        for axis, values in zip(tables.axes, tables.values, strict=True):
            _must_fit(values.shape, (axis.cells,))
        return tables

    @cached_property
    def _looked_up(self) -> EffectTables:
        cells = _Cells(self)
        fields = enumerate(zip(self.axes, self.values, strict=True))
        return EffectTables(
            fields=tuple(
                FieldTable(places=Places(cells.begins[at]), effects=values[cells.within(axis, at)])
                for at, (axis, values) in fields
            ),
            pairs=tuple(
                JointTable(
                    fields=pair.fields,
                    rows=cells.within(pair.axes[0], pair.fields[0]) * pair.axes[1].cells,
                    columns=cells.within(pair.axes[1], pair.fields[1]),
                    effects=0.5 * pair.values.ravel(),
                )
                for pair in self.pairs
            ),
        )


class _Cells:
    """One set of cells a field, so fine that each lies within one cell of each of its tables."""

    def __init__(self, tables: StepTables) -> None:
        axes = [[axis] for axis in tables.axes]
        for pair in tables.pairs:
            for place, axis in zip(pair.fields, pair.axes, strict=True):
                axes[place].append(axis)
        self.begins = [np.unique(np.concatenate([one.begins for one in own])) for own in axes]

    def within(self, axis: Axis, place: int) -> NDArray[np.intp]:
        """Return for each cell of the field at `place` the cell of `axis` that it lies in."""
        values = np.concatenate([[-np.inf], self.begins[place], [np.nan]]).astype(np.float32)
        # a code is never below 0
        return axis.places(np.maximum(values, 0) if axis.levels else values)


def axis_places(values: NDArray[np.float32], axis: Axis) -> NDArray[np.intp]:
    """Return the cell of each value of a field, the last one where the value is missing."""
    last = axis.cells - 1
    if axis.levels:
        known = values < axis.levels
        return np.where(known, np.where(known, values, 0).astype(np.intp), last)
    places = np.searchsorted(axis.edges, values, side="right")
    return np.where(np.isnan(values), last, places)


def _axis_arrays(name: str, axis: Axis) -> dict[str, NDArray[np.generic]]:
    return {f"{name}.edges": axis.edges, f"{name}.levels": np.array([axis.levels], dtype=np.int64)}


def _axis(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Axis:
    edges = np.asarray(arrays[f"{name}.edges"], np.float32)
    levels = int(np.asarray(arrays[f"{name}.levels"], np.int64)[0])
    if levels < 0 or not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
        raise ValueError(f"{name} is not an axis")
    return Axis(edges=edges, levels=levels)


def _pair(arrays: Mapping[str, NDArray[np.generic]], name: str, fields: int) -> PairTable:
    first, second = (int(place) for place in np.asarray(arrays[f"{name}.fields"], np.int64))
    if not (0 <= first < fields and 0 <= second < fields):
        raise ValueError(f"{name} names a field that is not there")
    axes = (_axis(arrays, f"{name}.axis0"), _axis(arrays, f"{name}.axis1"))
    values = np.asarray(arrays[f"{name}.values"], np.float64)
    _must_fit(values.shape, (axes[0].cells, axes[1].cells))
    return PairTable(fields=(first, second), axes=axes, values=values)


def _must_fit(got: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if got != wanted:
        raise ValueError(f"a table of shape {got} where {wanted} belongs")
