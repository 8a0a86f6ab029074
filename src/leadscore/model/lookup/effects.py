"""The effects of step tables, looked up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.places import Places, blocks

__all__ = ["EffectTables", "FieldTable", "JointTable"]

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable:
    """What one field does in each cell of its own.

    Parameters
    ----------
    places : Places
        Where the cells begin; all tables of the field have their edges among these.
    effects : ndarray of shape (cells,)
        The effect in each cell, that of missing values last.
    """

    places: Places
    effects: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTable:
    """What two fields do together, and which of its cells their own cells are.

    Parameters
    ----------
    fields : tuple of int
        The places of the two fields.
    rows, columns : ndarray of int
        For each cell of the first and of the second field a number; the two add up to the place
        in the table.
    effects : ndarray
        What each of the two fields gets, row after row.
    """

    fields: tuple[int, int]
    rows: Cells
    columns: Cells
    effects: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTables:
    """Step tables on one set of cells a field, so that each value is looked up once.

    Parameters
    ----------
    fields : sequence of FieldTable
        One a field.
    pairs : sequence of JointTable
        The tables of two fields; their effects are added in this order.
    """

    fields: Sequence[FieldTable]
    pairs: Sequence[JointTable]

    def effects(self, x: NDArray[np.float32]) -> Floats:
        """Return each field's effect on the margin of each lead, shape (n, fields)."""
        found = np.empty(x.shape)
        for block in blocks(len(x)):
            self._write(np.ascontiguousarray(x[block].T), found[block])
        return found

    def _write(self, columns: NDArray[np.float32], found: Floats) -> None:
        cells = [one.places.find(own) for one, own in zip(self.fields, columns, strict=True)]
        effects = [one.effects.take(own) for one, own in zip(self.fields, cells, strict=True)]
        for pair in self.pairs:
            first, second = pair.fields
            joint = pair.effects.take(
                pair.rows.take(cells[first]) + pair.columns.take(cells[second])
            )
            effects[first] += joint
            effects[second] += joint
        for place, own in enumerate(effects):
            found[:, place] = own
