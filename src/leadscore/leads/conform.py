"""A frame into leads, whole columns at a time: the same answers as `values`, value by value."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadscore.errors import BadInput, Fault
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Column, Conformed, Leads
from leadscore.leads.values import (
    LEAD_ID,
    as_text,
    no_features,
    parse_label,
    parse_value,
    placeholder_numbers,
)

__all__ = ["Conformed", "conform"]

#: Numbers as most files have them. Their value is read by a whole-column cast, which rounds as
#: Python's `float` does; every other text goes through `parse_value`.
_PLAIN = {mark: rf"^-?[0-9]{{1,18}}([{mark}][0-9]{{1,17}})?$" for mark in (".", ",")}

_Rows = NDArray[np.intp]
_Placed = tuple[_Rows, list[Fault]]


def conform(
    frame: pd.DataFrame, schema: Schema, *, lines: NDArray[np.int64] | None = None
) -> Conformed:
    """Return the frame's rows as leads, with every fault in one go.

    Parameters
    ----------
    frame : pandas.DataFrame of n rows
        All text, or typed as Parquet files are. Columns that are no field are ignored; a field
        that may be missing may be absent.
    schema : Schema
        The schema.
    lines : ndarray of int64 of shape (n,), optional
        The line of the file that each row is from, for the faults.

    Raises
    ------
    BadInput
        If the frame has none of the model's fields, or a column twice.
    """
    _refuse(frame, schema)
    n = len(frame)
    columns: dict[str, Column] = {}
    bad: list[_Placed] = []
    whole: list[Fault] = []
    for field in schema.fields:
        if field.role in ("id", "label", "ignore"):
            continue
        if field.name in frame:
            columns[field.name], found = _column(frame[field.name], field, schema.decimal)
            bad.append(found)
        else:
            columns[field.name] = _empty(field, n)
            whole += _absent(field)
    labels = None
    if schema.label and schema.label.field in frame:
        series = frame[schema.label.field]
        labels, found = _labels(series, schema.label, schema.label_placeholders)
        bad.append(found)
    return Conformed(
        leads=Leads(columns=columns, ids=_ids(frame, schema), n=n),
        labels=labels,
        faults=(*whole, *_placed(bad, lines)),
        bad_rows=_bad_rows(bad, n, everywhere=bool(whole)),
    )


def _refuse(frame: pd.DataFrame, schema: Schema) -> None:
    if not frame.columns.is_unique:
        twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
        raise BadInput(f"The input has columns twice: {', '.join(twice)}.")
    if schema.features and not any(field.name in frame for field in schema.features):
        raise BadInput(
            f"The input has {no_features(schema).got}; its columns are "
            f"{', '.join(map(str, frame.columns[:20]))}.",
            allowed=no_features(schema).allowed,
            next_step="Is this the right file, and the right model or schema?",
        )


def _absent(field: Field) -> list[Fault]:
    if field.missing:
        return []
    return [Fault(field=field.name, got="no such column", allowed="the column, never missing")]


def _empty(field: Field, n: int) -> Column:
    if field.type in ("category", "text"):
        return np.full(n, None, dtype=object)
    return np.full(n, np.nan)


def _column(series: pd.Series, field: Field, decimal: str) -> tuple[Column, _Placed]:
    """Return a column's values, the rows that have a fault, and their faults."""
    values = _empty(field, len(series))
    if field.type in ("integer", "number"):
        done = _fill_numbers(values, series, field, decimal)
    elif field.type == "time" and isinstance(series.dtype, pd.DatetimeTZDtype | np.dtype):
        done = _fill_moments(values, series)
    else:
        done = np.zeros(len(series), dtype=bool)
    if done.all():
        return values, (np.empty(0, dtype=np.intp), [])
    rest = np.flatnonzero(~done)
    codes, uniques = _distinct(series if len(rest) == len(series) else series.iloc[rest])
    parsed = [parse_value(value, field, decimal=decimal) for value in uniques]
    good = np.array([None if isinstance(one, Fault) else one for one in parsed], dtype=object)
    values[rest] = good.astype(values.dtype)[codes]
    at, faults = _faulty(parsed, codes)
    return values, (rest[at], faults)


def _faulty(parsed: list[float | str | Fault | None], codes: _Rows) -> _Placed:
    bad = np.array([isinstance(one, Fault) for one in parsed])
    at = np.flatnonzero(bad[codes])
    found = (parsed[code] for code in codes[at])
    return at, [one for one in found if isinstance(one, Fault)]


def _distinct(series: pd.Series) -> tuple[_Rows, list[object]]:
    """Return each row's place among the distinct values, the last of which is None."""
    mixed = series.dtype == object and pd.api.types.infer_dtype(series).startswith("mixed")
    if mixed:
        # 1 and True are one value to a hash table, and lists have no hash
        return np.arange(len(series)), [*_objects(series), None]
    codes, uniques = pd.factorize(series)
    return codes.astype(np.intp), [*_objects(pd.Series(uniques)), None]


def _objects(series: pd.Series) -> list[object]:
    return list(series.astype(object).where(series.notna(), None))


def _fill_numbers(
    values: Column, series: pd.Series, field: Field, decimal: str
) -> NDArray[np.bool_]:
    """Write the plain numbers into `values` and return where they are."""
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_complex_dtype(series):
        return np.zeros(len(series), dtype=bool)
    if pd.api.types.is_numeric_dtype(series):
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    elif isinstance(series.dtype, pd.StringDtype):
        numbers = _plain_numbers(series, decimal)
    else:
        return np.zeros(len(series), dtype=bool)
    low, high = field.limits or (-np.inf, np.inf)
    fits: NDArray[np.bool_] = np.isfinite(numbers) & (numbers >= low) & (numbers <= high)
    if field.type == "integer":
        fits &= np.floor(numbers) == numbers
    if field.placeholders:
        fits &= ~np.isin(numbers, list(placeholder_numbers(field)))
    values[fits] = numbers[fits]
    if field.missing:
        fits |= _blank(series)
    return fits


def _blank(series: pd.Series) -> NDArray[np.bool_]:
    """Return where nothing is at all: missing already in `values`, and allowed to be."""
    empty = series.isna().to_numpy(dtype=bool)
    if isinstance(series.dtype, pd.StringDtype):
        empty = empty | (series == "").to_numpy(dtype=bool, na_value=False)
    return np.asarray(empty, dtype=np.bool_)


def _plain_numbers(series: pd.Series, decimal: str) -> NDArray[np.float64]:
    texts = pa.array(series, type=pa.large_string(), from_pandas=True)
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN[decimal]), fill_value=False)
    kept = pc.if_else(plain, texts, None)
    if decimal == ",":
        kept = pc.replace_substring(kept, ",", ".")
    numbers = pc.cast(kept, pa.float64())
    found: NDArray[np.float64] = pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False)
    return found


def _fill_moments(values: Column, series: pd.Series) -> NDArray[np.bool_]:
    """Write dates into `values` as seconds and return where they are."""
    if series.dtype.kind != "M":
        return np.zeros(len(series), dtype=bool)
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None) if series.dt.tz else series
    there = utc.notna().to_numpy(dtype=bool)
    micros = utc.to_numpy(dtype="datetime64[us]").astype(np.int64)
    values[there] = micros[there] / 1e6
    return there


def _labels(
    series: pd.Series, label: Label, placeholders: tuple[str, ...]
) -> tuple[NDArray[np.int64], _Placed]:
    codes, uniques = _distinct(series)
    parsed = [parse_label(value, label, placeholders) for value in uniques]
    classes = np.array([-1 if isinstance(one, Fault) else one for one in parsed], dtype=np.int64)
    return classes[codes], _faulty(list(parsed), codes)


def _ids(frame: pd.DataFrame, schema: Schema) -> dict[str, NDArray[np.object_]]:
    names = [field.name for field in schema.with_role("id")] or [LEAD_ID]
    return {
        name: np.array([as_text(value) or "" for value in _objects(frame[name])], dtype=object)
        for name in names
        if name in frame
    }


def _placed(bad: list[_Placed], lines: NDArray[np.int64] | None) -> list[Fault]:
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


def _bad_rows(bad: list[_Placed], n: int, *, everywhere: bool) -> NDArray[np.bool_]:
    rows = np.full(n, everywhere)
    for at, _ in bad:
        rows[at] = True
    return rows
