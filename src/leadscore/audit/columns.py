"""Columns as the court reads them: distinct texts, what is missing, numbers and dates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.leads.guess.kind import date_unit
from leadscore.leads.guess.profile import PLACEHOLDERS, Profile
from leadscore.leads.schema import Schema
from leadscore.leads.times import parse_time
from leadscore.leads.values import MISSING_WORDS, as_text

__all__ = ["Column", "read_columns"]

#: Numbers, or dates, are what nearly all filled rows must be.
_NEARLY_ALL = 0.95
#: As many distinct values are tried as dates before all are.
_FEW = 40
#: Amounts as people write them; the signs and thousands separators are taken out.
_SIGNS = r"[$€£¥%\s,']|(?:USD|EUR|GBP|INR)"
_AMOUNT = r"[$€£¥]?\s?[+-]?[0-9]{1,3}(?:[,' ][0-9]{3})*(?:\.[0-9]+)?\s?(?:%|USD|EUR|GBP|INR)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file.

    Parameters
    ----------
    name : str
        Its name.
    role : str
        Its role in the schema, ``ignore`` where the schema does not name it.
    codes : ndarray of intp of shape (n,)
        The place of each row's value in `texts`, -1 where missing.
    texts : tuple of str
        The distinct values.
    numbers : ndarray of float64 of shape (n,), optional
        The values as numbers, NaN where missing; none where the column is not one of numbers.
    seconds : ndarray of float64 of shape (n,), optional
        The values as seconds since 1970-01-01 UTC, NaN where missing; none where no dates.
    """

    name: str
    role: str
    codes: NDArray[np.intp]
    texts: tuple[str, ...]
    numbers: NDArray[np.float64] | None
    seconds: NDArray[np.float64] | None

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which rows have a value."""
        return np.asarray(self.codes >= 0, dtype=np.bool_)

    @property
    def uniqueness(self) -> float:
        """Distinct values for each row that has one, 0 to 1."""
        return len(self.texts) / max(int((self.codes >= 0).sum()), 1)

    @property
    def constant(self) -> bool:
        """Whether all rows are the same, missing ones included."""
        return not self.texts or (len(self.texts) == 1 and bool((self.codes >= 0).all()))

    def take(self, rows: NDArray[np.intp]) -> "Column":
        """Return the column at `rows`; its texts are those that are left."""
        kept, codes = np.unique(self.codes[rows], return_inverse=True)
        missing = int(len(kept) > 0 and kept[0] < 0)
        return replace(
            self,
            codes=np.asarray(codes - missing, dtype=np.intp),
            texts=tuple(self.texts[at] for at in kept[missing:].tolist()),
            numbers=None if self.numbers is None else self.numbers[rows],
            seconds=None if self.seconds is None else self.seconds[rows],
        )


def read_columns(frame: pd.DataFrame, schema: Schema) -> tuple[Column, ...]:
    """Return the frame's columns without the label, in order.

    Parameters
    ----------
    frame : pandas.DataFrame
        All text as CSV files are read, or typed as Parquet files are.
    schema : Schema
        Its roles, placeholders and ways to write dates are used where it names a column.
    """
    label = schema.label.field if schema.label else None
    return tuple(_column(frame[name], str(name), schema) for name in frame if str(name) != label)


def _column(series: pd.Series, name: str, schema: Schema) -> Column:
    known = {one.name: one for one in schema.fields}.get(name)
    gone = PLACEHOLDERS | frozenset(known.placeholders if known else ())
    codes, texts = _coded(series, gone)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    each = pd.Series(texts, dtype="str")
    numbers = None if series.dtype.kind == "M" else _numbers(each, counts, schema.decimal)
    unit = known.unit if known else ""
    seconds = _seconds(each, counts, unit) if numbers is None else None
    return Column(
        name=name,
        role=known.role if known else "ignore",
        codes=codes,
        texts=texts,
        numbers=_spread(numbers, codes),
        seconds=_spread(seconds, codes),
    )


def _coded(series: pd.Series, gone: Iterable[str]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return each row's place among the distinct texts, -1 for what stands for missing."""
    first, uniques = pd.factorize(series)
    texts = [as_text(value) or "" for value in pd.Series(uniques).astype(object).tolist()]
    gone = frozenset(gone)
    place: dict[str, int] = {}
    moved = [
        -1 if text in gone or text.lower() in MISSING_WORDS else place.setdefault(text, len(place))
        for text in texts
    ]
    return np.array([*moved, -1], dtype=np.intp)[first], tuple(place)


def _spread(
    values: NDArray[np.float64] | None, codes: NDArray[np.intp]
) -> NDArray[np.float64] | None:
    return None if values is None else np.append(values, np.nan)[codes]


def _numbers(
    texts: pd.Series, counts: NDArray[np.int64], decimal: str
) -> NDArray[np.float64] | None:
    if not len(texts):
        return None
    plain = Profile(name="", rows=0, texts=texts, counts=counts).numbers(decimal)
    if _share(np.isfinite(plain), counts) >= _NEARLY_ALL:
        return plain
    if _share(texts.str.fullmatch(_AMOUNT).to_numpy(dtype=bool), counts) < _NEARLY_ALL:
        return None
    bare = texts.str.replace(_SIGNS, "", regex=True)
    return np.asarray(pd.to_numeric(bare.astype(object), errors="coerce"), dtype=np.float64)


def _seconds(texts: pd.Series, counts: NDArray[np.int64], unit: str) -> NDArray[np.float64] | None:
    if not len(texts):
        return None
    few = texts.iloc[:: max(len(texts) // _FEW, 1)].tolist()
    if sum(_either(text) for text in few) < _NEARLY_ALL * len(few):
        return None
    one = Profile(name="", rows=0, texts=texts, counts=counts)
    # where day and month could be swapped, either reading orders months, which is all we need
    unit = unit or date_unit(one) or "d/m/y"
    read = [parse_time(text, unit=unit) for text in texts.tolist()]
    found = np.array([np.nan if one is None else one for one in read], dtype=np.float64)
    return found if _share(np.isfinite(found), counts) >= _NEARLY_ALL else None


def _either(text: str) -> bool:
    return any(parse_time(text, unit=unit) is not None for unit in ("d/m/y", "m/d/y"))


def _share(those: NDArray[np.bool_], counts: NDArray[np.int64]) -> float:
    return float(counts[those].sum()) / max(int(counts.sum()), 1)
