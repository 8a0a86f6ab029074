"""What conforming is made of, whatever kind of table the leads come in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadscore.errors import BadInput, Fault
from leadscore.leads.arrow import missing_mask, number_view
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column, Conformed, Leads
from leadscore.leads.values import LEAD_ID, no_features, parse_value, placeholder_numbers

__all__ = [
    "Columns",
    "Extras",
    "Placed",
    "conform_columns",
    "empty_column",
    "faulty",
    "fitting",
    "id_names",
    "parse_distinct",
    "plain_numbers",
    "refuse_columns",
]

_Rows = NDArray[np.intp]
#: The rows that have a fault, and their faults.
Placed = tuple[_Rows, list[Fault]]

#: Numbers as most files have them. Their value is read by a whole-column cast, which rounds as
#: Python's `float` does; every other text goes through `parse_value`.
_PLAIN = {mark: rf"^-?[0-9]{{1,18}}([{mark}][0-9]{{1,17}})?$" for mark in (".", ",")}


class Columns(Protocol):
    """A table of leads as conforming sees it."""

    @property
    def n(self) -> int:
        """The number of rows."""

    def has(self, name: str) -> bool:
        """Tell whether there is a column called `name`."""

    def values(self, field: Field, decimal: str) -> tuple[Column, Placed]:
        """Return the values of the field's column, and its faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What leads have beside their fields.

    Parameters
    ----------
    ids : mapping of str to ndarray of shape (n,)
        The id columns, as text.
    labels : ndarray of int64 of shape (n,), optional
        The class of each lead.
    faults : Placed
        The label's faults.
    lines : ndarray of int64 of shape (n,), optional
        The line of the file that each row is from.
    """

    ids: Mapping[str, NDArray[np.object_]]
    labels: NDArray[np.int64] | None = None
    faults: Placed | None = None
    lines: NDArray[np.int64] | None = None


def conform_columns(columns: Columns, schema: Schema, extras: Extras) -> Conformed:
    """Return the rows of `columns` as leads, with every fault in one go."""
    found: dict[str, Column] = {}
    bad: list[Placed] = []
    whole: list[Fault] = []
    for field in schema.fields:
        if field.role in ("id", "label", "ignore"):
            continue
        if columns.has(field.name):
            found[field.name], placed = columns.values(field, schema.decimal)
            bad.append(placed)
        else:
            found[field.name] = empty_column(field, columns.n)
            whole += _absent(field)
    if extras.faults is not None:
        bad.append(extras.faults)
    return Conformed(
        leads=Leads(columns=found, ids=extras.ids, n=columns.n),
        labels=extras.labels,
        faults=(*whole, *_in_place(bad, extras.lines)),
        bad_rows=_bad_rows(bad, columns.n, everywhere=bool(whole)),
    )


def refuse_columns(names: Sequence[str], schema: Schema) -> None:
    """Refuse a table with a column twice, or with none of the model's fields."""
    twice = sorted(str(name) for name, count in Counter(names).items() if count > 1)
    if twice:
        raise BadInput(f"The input has columns twice: {', '.join(twice)}.")
    if schema.features and not any(field.name in names for field in schema.features):
        raise BadInput(
            f"The input has {no_features(schema).got}; its columns are "
            f"{', '.join(map(str, names[:20]))}.",
            allowed=no_features(schema).allowed,
            next_step="Is this the right file, and the right model or schema?",
        )


def id_names(schema: Schema, names: Sequence[str]) -> list[str]:
    """Return which of the columns `names` are ids: the schema's, else ``lead_id``."""
    wanted = [field.name for field in schema.with_role("id")] or [LEAD_ID]
    return [name for name in wanted if name in names]


def empty_column(field: Field, n: int) -> Column:
    """Return a column of `n` missing values."""
    if field.type in ("category", "text"):
        return np.full(n, None, dtype=object)
    return np.full(n, np.nan)


def fitting(numbers: NDArray[np.float64], field: Field) -> NDArray[np.bool_]:
    """Return which numbers are allowed as they are; NaN is not among them."""
    low, high = field.limits or (-np.inf, np.inf)
    fits: NDArray[np.bool_] = np.isfinite(numbers) & (numbers >= low) & (numbers <= high)
    if field.type == "integer":
        fits &= np.floor(numbers) == numbers
    if field.placeholders:
        fits &= ~np.isin(numbers, list(placeholder_numbers(field)))
    return fits


def plain_numbers(texts: pa.Array, decimal: str) -> NDArray[np.float64]:
    """Return the plain numbers among texts, NaN for every other text."""
    # without a scalar on the way: pyarrow would load pandas for one
    plain = pc.match_substring_regex(texts, _PLAIN[decimal])
    kept = pc.if_else(plain, texts, pa.nulls(len(texts), texts.type))
    if decimal == ",":
        kept = pc.replace_substring(kept, ",", ".")
    numbers = pc.cast(kept, pa.float64())
    return np.where(missing_mask(numbers), np.nan, number_view(numbers))


def parse_distinct(
    codes: _Rows, values: list[object], field: Field, decimal: str
) -> tuple[Column, Placed]:
    """Return a column's values, each distinct one parsed once, and its faults.

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
        Each row's place among `values`; -1 is the last.
    values : list
        The distinct values.
    field : Field
        The field.
    decimal : {".", ","}
        The decimal mark in texts.
    """
    parsed = [parse_value(value, field, decimal=decimal) for value in values]
    good = np.array([None if isinstance(one, Fault) else one for one in parsed], dtype=object)
    kind = object if field.type in ("category", "text") else np.float64
    return good.astype(kind)[codes], faulty(parsed, codes)


def faulty(parsed: Sequence[float | str | Fault | None], codes: _Rows) -> Placed:
    """Return the rows whose value is a fault, and their faults."""
    bad = np.array([isinstance(one, Fault) for one in parsed])
    at = np.flatnonzero(bad[codes])
    found = (parsed[code] for code in codes[at])
    return at, [one for one in found if isinstance(one, Fault)]


def _absent(field: Field) -> list[Fault]:
    if field.missing:
        return []
    return [Fault(field=field.name, got="no such column", allowed="the column, never missing")]


def _in_place(bad: list[Placed], lines: NDArray[np.int64] | None) -> list[Fault]:
    """Return all faults with their places, by row and then in the schema's order."""
    found = [
        (int(row), order, fault)
        for order, (rows, faults) in enumerate(bad)
        for row, fault in zip(rows, faults, strict=True)
    ]
    found.sort(key=lambda one: one[:2])
    return [
        replace(fault, row=row, line=None if lines is None else int(lines[row]))
        for row, _, fault in found
    ]


def _bad_rows(bad: list[Placed], n: int, *, everywhere: bool) -> NDArray[np.bool_]:
    rows = np.full(n, everywhere)
    for at, _ in bad:
        rows[at] = True
    return rows
