"""An Arrow batch into leads: the same answers as `conform`, without a frame on the way."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadscore.leads.arrow import (
    arrow_array,
    is_number,
    is_text,
    missing_mask,
    number_view,
    text_bounds,
)
from leadscore.leads.conformed import (
    Extras,
    Placed,
    conform_columns,
    empty_column,
    fitting,
    id_names,
    parse_distinct,
    plain_numbers,
)
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column, Conformed
from leadscore.leads.values import as_text

__all__ = ["conform_batch", "id_columns"]

_Mask = NDArray[np.bool_]

#: A text that begins and ends in a byte between these has no blank around it.
_FIRST, _LAST = 0x21, 0x7E

#: From how many ticks of a unit on the same moment in microseconds is no 64-bit integer.
_FAR = {"s": 2**63 // 10**6, "ms": 2**63 // 10**3, "us": 2**63, "ns": 2**63}


def conform_batch(batch: pa.RecordBatch, schema: Schema) -> Conformed:
    """Return the batch's rows as leads, with every fault in one go; no ids and no labels.

    The values and faults are those of `conform` for the frame that the batch makes. Columns of
    kinds that few files have go that way, which loads pandas.

    Parameters
    ----------
    batch : pyarrow.RecordBatch of n rows
        All text, or typed as Parquet files are; each column once. Columns that are no field are
        ignored; a field that may be missing may be absent.
    schema : Schema
        The schema.
    """
    return conform_columns(_Batch(batch), schema, Extras(ids={}))


def id_columns(batch: pa.RecordBatch, schema: Schema) -> dict[str, pa.Array]:
    """Return the id columns of a batch as text, without blanks around it, empty where missing.

    Parameters
    ----------
    batch : pyarrow.RecordBatch of n rows
        The leads.
    schema : Schema
        It says which columns are ids.
    """
    return {name: _id_texts(batch.column(name)) for name in id_names(schema, batch.schema.names)}


class _Batch:
    """A batch's columns."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        self.n = batch.num_rows

    def has(self, name: str) -> bool:
        return name in self._columns

    def values(self, field: Field, decimal: str) -> tuple[Column, Placed]:
        return _values(self._columns[field.name], field, decimal)


def _values(array: pa.Array, field: Field, decimal: str) -> tuple[Column, Placed]:
    """Return a column's values, the rows that have a fault, and their faults."""
    values, done = _whole_column(array, field, decimal)
    if done is None or done.all():
        return values, (np.empty(0, dtype=np.intp), [])
    rest = np.flatnonzero(~done)
    left = array if len(rest) == len(array) else array.take(arrow_array(rest))
    values[rest], (at, faults) = _one_by_one(left, field, decimal)
    return values, (rest[at], faults)


def _whole_column(array: pa.Array, field: Field, decimal: str) -> tuple[Column, _Mask | None]:
    """Return the values that are read all at once, and where they are; None for everywhere."""
    numeric = field.type in ("integer", "number")
    # as a placeholder 1 is a text, and 1.0 the same text
    flag = field.type == "flag" and not field.placeholders
    if flag and array.type == pa.bool_():
        array = array.cast(pa.uint8())
    if is_number(array.type) and (numeric or flag):
        return _numbers(array, field)
    if is_text(array.type) and numeric:
        return _read_numbers(array, field, decimal)
    if field.type == "time" and pa.types.is_timestamp(array.type):
        return _moments(array, field)
    return empty_column(field, len(array)), np.zeros(len(array), dtype=bool)


def _numbers(array: pa.Array, field: Field) -> tuple[Column, _Mask | None]:
    numbers = number_view(array)
    if not array.null_count and _all_fit(numbers, field):
        return _kept(numbers, field), None
    values = _kept(numbers, field)
    blank = missing_mask(array) | np.isnan(values)
    fits = ~blank & (_flags(values) if field.type == "flag" else fitting(values, field))
    return np.where(fits, values, np.nan), fits | blank if field.missing else fits


def _kept(numbers: NDArray[np.generic], field: Field) -> NDArray[np.float64]:
    found = numbers.astype(np.float64)
    # no flag is a minus zero
    return found + 0.0 if field.type == "flag" and numbers.dtype.kind == "f" else found


def _all_fit(numbers: NDArray[np.generic], field: Field) -> bool:
    """Tell whether every number is allowed, where the least and the largest tell that."""
    if not len(numbers) or field.placeholders:
        return False
    low, high = field.limits or (-np.inf, np.inf)
    # as float64, like the values: a large integer is compared as it is kept
    least, largest = float(np.min(numbers)), float(np.max(numbers))
    if not (np.isfinite(least) and np.isfinite(largest) and low <= least and largest <= high):
        return False
    whole = numbers.dtype.kind in "iu"
    if field.type == "flag":
        return (whole and least >= 0 and largest <= 1) or bool(_flags(numbers).all())
    return whole or field.type == "number" or bool((np.floor(numbers) == numbers).all())


def _flags(numbers: NDArray[np.generic]) -> _Mask:
    return np.asarray((numbers == 0) | (numbers == 1))


def _read_numbers(array: pa.Array, field: Field, decimal: str) -> tuple[Column, _Mask]:
    """Return the numbers that texts are."""
    blank = missing_mask(array) | (np.diff(text_bounds(array)) == 0)
    numbers = _cast(array, blank, decimal)
    fits = fitting(numbers, field)
    return np.where(fits, numbers, np.nan), fits | blank if field.missing else fits


def _cast(texts: pa.Array, blank: _Mask, decimal: str) -> NDArray[np.float64]:
    """Return the numbers among texts, NaN where one is blank or no plain number."""
    if decimal == ",":
        return plain_numbers(texts, decimal)
    filled = np.flatnonzero(~blank)
    numbers = np.full(len(texts), np.nan)
    given = texts if len(filled) == len(texts) else texts.take(arrow_array(filled))
    try:
        numbers[filled] = number_view(pc.cast(given, pa.float64()))
    except pa.ArrowInvalid:
        # one text is no number; which ones are is asked text by text
        return plain_numbers(texts, decimal)
    return numbers


def _moments(array: pa.Array, field: Field) -> tuple[Column, _Mask]:
    """Return moments as seconds; those too far off for microseconds are left to others."""
    there = ~missing_mask(array)
    ticks = np.where(there, number_view(array.view(pa.int64())), 0)
    if np.abs(ticks).max(initial=0) >= _FAR[array.type.unit]:
        return empty_column(field, len(array)), np.zeros(len(array), dtype=bool)
    micros = ticks.astype(f"datetime64[{array.type.unit}]").astype("datetime64[us]")
    return np.where(there, micros.astype(np.int64) / 1e6, np.nan), there


def _one_by_one(array: pa.Array, field: Field, decimal: str) -> tuple[Column, Placed]:
    """Return what a column's values mean, each distinct one parsed by itself."""
    if pa.types.is_dictionary(array.type) and len(array.dictionary) > len(array):
        array = array.dictionary_decode()
    coded = array.dictionary_encode() if _is_plain(array.type) else array
    if not (pa.types.is_dictionary(coded.type) and _is_plain(coded.type.value_type)):
        return _by_pandas(array, field, decimal)
    codes = np.where(missing_mask(coded.indices), -1, number_view(coded.indices)).astype(np.intp)
    return parse_distinct(codes, [*coded.dictionary.to_pylist(), None], field, decimal)


def _is_plain(kind: pa.DataType) -> bool:
    return is_text(kind) or is_number(kind) or kind == pa.bool_()


def _by_pandas(array: pa.Array, field: Field, decimal: str) -> tuple[Column, Placed]:
    """Return what the values mean by way of a frame, as whoever gives one has them."""
    from leadscore.leads.conform import conform_series  # noqa: PLC0415

    frame = pa.table({"x": array}).to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return conform_series(frame["x"], field, decimal)


def _id_texts(array: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if not is_text(array.type):
        return _id_texts_by_pandas(array)
    if _is_trimmed(array):
        return array.cast(pa.string())
    return pa.array([as_text(text) or "" for text in array.to_pylist()], pa.string())


def _id_texts_by_pandas(array: pa.Array) -> pa.Array:
    from leadscore.leads.conform import id_texts  # noqa: PLC0415

    frame = pa.table({"x": array}).to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return pa.array(id_texts(frame["x"]), pa.string())


def _is_trimmed(texts: pa.Array) -> bool:
    """Tell whether no text is missing or has a blank around it, as far as bytes alone tell."""
    if texts.null_count:
        return False
    bounds = text_bounds(texts)
    filled = bounds[1:] > bounds[:-1]
    letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    outer = np.concatenate([letters[bounds[:-1][filled]], letters[bounds[1:][filled] - 1]])
    return bool(((outer >= _FIRST) & (outer <= _LAST)).all())
