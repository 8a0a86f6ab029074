"""The cells of a model's fields: spans of values that are all alike to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field
from leadscore.leads.table import Column, Leads
from leadscore.model.bundle import Model
from leadscore.model.encode import OTHER
from leadscore.score.one_effects import edges_of
from leadscore.score.one_fields import FieldCells, category_cells, least_rounded, number_cells

__all__ = ["Cells", "find_cells", "other_cells"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of a model's fields, numbered throughout, field after field.

    Parameters
    ----------
    fields : tuple of FieldCells
        Those of each scored field.
    encoded : tuple of ndarray of float32
        For each scored field an encoded value of each of its cells.
    missing, strange : frozenset of int
        The cells of what is missing, and those of what is far outside or of an unseen category;
        no such ones where the model keeps nothing to tell them by.
    """

    fields: tuple[FieldCells, ...]
    encoded: tuple[Singles, ...]
    missing: frozenset[int]
    strange: frozenset[int]


def find_cells(model: Model) -> Cells:
    """Return the cells of the model's fields."""
    found: list[FieldCells] = []
    for place, field in enumerate(model.schema.features):
        first = found[-1].first + len(found[-1].column) if found else 0
        found.append(_cells(model, place, field, first))
    leads = _leads(found)
    x = model.encoder.encode(leads)
    strange = np.zeros(x.shape, dtype=bool)
    if model.doubt is not None:
        unknown = model.doubt.known.unknown(x, model.encoder.unseen_places(leads))
        strange = unknown.fields & ~unknown.missing
    return Cells(
        fields=tuple(found),
        encoded=tuple(x[: len(one.column), at] for at, one in enumerate(found)),
        missing=frozenset(one.first + len(one.column) - 1 for one in found),
        strange=frozenset(
            found[at].first + row
            for row, at in np.argwhere(strange).tolist()
            if row < len(found[at].column)
        ),
    )


def other_cells(field: Field, decimal: str) -> FieldCells:
    """Return the cells of a field that is not scored: what is a fault, and what is none."""
    if field.type in ("category", "text"):
        return category_cells(field, {}, np.nan, decimal=decimal)
    return number_cells(field, np.empty(0), decimal=decimal)


def _cells(model: Model, place: int, field: Field, first: int) -> FieldCells:
    decimal = model.schema.decimal
    if field.name in model.encoder.levels:
        codes = {text: float(at) for at, text in enumerate(model.encoder.levels[field.name])}
        other = codes.get(OTHER, np.nan)
        return category_cells(field, codes, other, decimal=decimal, first=first)
    edges = np.concatenate([edges_of(model.engine, place), _span_edges(model, place)])
    return number_cells(field, edges, decimal=decimal, first=first)


def _span_edges(model: Model, place: int) -> Floats:
    """Return where what is not far outside begins and ends."""
    if model.doubt is None:
        return np.empty(0)
    low, high = model.doubt.known.low[place], model.doubt.known.high[place]
    edges = np.array([low, np.nextafter(high, np.inf)])
    return least_rounded(edges[~np.isnan(edges)])


def _leads(found: list[FieldCells]) -> Leads:
    """Return leads that have each field's cells one after the other, and then nothing."""
    n = max(len(one.column) for one in found)
    return Leads(columns={one.field.name: _filled(one.column, n) for one in found}, ids={}, n=n)


def _filled(column: Column, n: int) -> Column:
    return np.append(column, np.full(n - len(column), column[-1], column.dtype))
