"""A frame into leads, whole columns at a time: the same answers as `values`, value by value."""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from leadscore.errors import Fault
from leadscore.leads.conformed import (
    Extras,
    Placed,
    conform_columns,
    empty_column,
    faulty,
    fitting,
    id_names,
    parse_distinct,
    plain_numbers,
    refuse_columns,
)
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Column, Conformed
from leadscore.leads.values import as_text, parse_label

__all__ = ["Conformed", "conform", "conform_series", "id_texts"]


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
    names = frame.columns.tolist()
    refuse_columns(names, schema)
    ids = {name: id_texts(frame[name]) for name in id_names(schema, names)}
    labels, faults = None, None
    if schema.label and schema.label.field in frame:
        series = frame[schema.label.field]
        labels, faults = _labels(series, schema.label, schema.label_placeholders)
    extras = Extras(ids=ids, labels=labels, faults=faults, lines=lines)
    return conform_columns(_Frame(frame), schema, extras)


def conform_series(series: pd.Series, field: Field, decimal: str) -> tuple[Column, Placed]:
    """Return a column's values, and the rows that have a fault with their faults."""
    values = empty_column(field, len(series))
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
    values[rest], (at, faults) = parse_distinct(codes, uniques, field, decimal)
    return values, (rest[at], faults)


def id_texts(series: pd.Series) -> NDArray[np.object_]:
    """Return an id column as text, empty where missing."""
    return np.array([as_text(value) or "" for value in _objects(series)], dtype=object)


class _Frame:
    """A frame's columns."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self.n = len(frame)

    def has(self, name: str) -> bool:
        return name in self._frame

    def values(self, field: Field, decimal: str) -> tuple[Column, Placed]:
        return conform_series(self._frame[field.name], field, decimal)


def _distinct(series: pd.Series) -> tuple[NDArray[np.intp], list[object]]:
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
        texts = pa.array(series, type=pa.large_string(), from_pandas=True)
        whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        numbers = plain_numbers(whole, decimal)
    else:
        return np.zeros(len(series), dtype=bool)
    fits = fitting(numbers, field)
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
) -> tuple[NDArray[np.int64], Placed]:
    codes, uniques = _distinct(series)
    parsed = [parse_label(value, label, placeholders) for value in uniques]
    classes = np.array([-1 if isinstance(one, Fault) else one for one in parsed], dtype=np.int64)
    return classes[codes], faulty(list(parsed), codes)
