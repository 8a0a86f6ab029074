"""A column's distinct values, and how often each is there."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.leads.amounts import Amount, read_amount
from leadscore.leads.times import parse_time
from leadscore.leads.values import MISSING_WORDS, NUMBERS, as_text

__all__ = ["PLACEHOLDERS", "Profile", "profile", "without"]

#: Texts that a form or an export leaves where nobody chose anything. "unknown" is not among them:
#: that nobody knows is something known about a lead, and the model can use it.
PLACEHOLDERS = frozenset(
    ["Select", "select", "Select...", "Select…", "-- Select --", "--Select--", "Please select"]
) | frozenset(
    ["-", "--", "---", "?", "N/A", "n/a", "NA", "#N/A", "NULL", "null", "None", "nan", "NaN"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A column's distinct values as text, without blanks.

    Parameters
    ----------
    name : str
        The column.
    rows : int
        How many rows it has.
    texts : pandas.Series of str
        The distinct values, stripped, in order of appearance.
    counts : ndarray of int64
        How often each is there.
    real : bool
        Whether the column is typed to hold fractions, even where it happens to have none.
    """

    name: str
    rows: int
    texts: pd.Series
    counts: NDArray[np.int64]
    real: bool = False
    #: What `amounts` found, by decimal mark: reading takes long, and is asked for often.
    _read: dict[str, dict[int, Amount]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @property
    def distinct(self) -> int:
        """How many distinct values there are."""
        return len(self.texts)

    @property
    def filled(self) -> int:
        """How many rows have a value."""
        return int(self.counts.sum())

    @property
    def uniqueness(self) -> float:
        """Distinct values for each row that has one, 0 to 1."""
        return self.distinct / max(self.filled, 1)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders among the values."""
        return tuple(sorted(self.texts[self.texts.isin(list(PLACEHOLDERS))].tolist()))

    def share(self, those: NDArray[np.bool_]) -> float:
        """Return the share of the filled rows that have one of `those` values."""
        return float(self.counts[those].sum()) / max(self.filled, 1)

    def are_numbers(self, decimal: str) -> NDArray[np.bool_]:
        """Return which values are finite numbers, with or without a sign."""
        fine = self._plain(decimal)
        fine[list(self.amounts(decimal))] = True
        return fine & np.isfinite(self.numbers(decimal))

    def numbers(self, decimal: str) -> NDArray[np.float64]:
        """Return the values as numbers, NaN where they are none."""
        texts = self.texts.str.replace(",", ".", regex=False) if decimal == "," else self.texts
        found = np.array(pd.to_numeric(texts.astype(object), errors="coerce"), dtype=np.float64)
        for at, one in self.amounts(decimal).items():
            found[at] = one.number
        return found

    def amounts(self, decimal: str) -> dict[int, Amount]:
        """Return those values, by place, that have a sign or marked thousands."""
        if decimal not in self._read:
            rest = np.flatnonzero(~self._plain(decimal))
            read = (read_amount(text, decimal) for text in self.texts.iloc[rest].tolist())
            both = zip(rest.tolist(), read, strict=True)
            self._read[decimal] = {at: one for at, one in both if one}
        return self._read[decimal]

    def _plain(self, decimal: str) -> NDArray[np.bool_]:
        match = self.texts.str.fullmatch(NUMBERS[decimal].pattern)
        return np.array(match, dtype=np.bool_)

    def are_dates(self, unit: str) -> NDArray[np.bool_]:
        """Return which values are dates, their slashes read as `unit` says."""
        return np.array(
            [parse_time(text, unit=unit) is not None for text in self.texts.tolist()], dtype=bool
        )

    def mean_length(self) -> float:
        """Return the mean number of characters of the filled rows."""
        lengths = self.texts.str.len().to_numpy(dtype=np.float64)
        return float(np.average(lengths, weights=self.counts))

    def mean_words(self) -> float:
        """Return the mean number of words of the filled rows."""
        words = self.texts.str.count(r"\s+").to_numpy(dtype=np.float64) + 1
        return float(np.average(words, weights=self.counts))


def profile(series: pd.Series, name: str) -> Profile:
    """Return the distinct values of a column, text or typed."""
    codes, uniques = pd.factorize(series.astype(object) if series.dtype == object else series)
    values = pd.Series(uniques).astype(object).tolist()
    texts = pd.Series([as_text(value) or "" for value in values], dtype="str")
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.int64)
    # blanks around a value make one value two
    places, distinct = pd.factorize(texts)
    merged = np.bincount(places, weights=counts, minlength=len(distinct)).astype(np.int64)
    kept = pd.Series(distinct, dtype="str")
    filled = (kept != "").to_numpy(dtype=bool)
    return Profile(
        name=name,
        rows=len(series),
        texts=kept[filled].reset_index(drop=True),
        counts=merged[filled],
        real=pd.api.types.is_float_dtype(series),
    )


def without(one: Profile, texts: Iterable[str], *, words: bool) -> Profile:
    """Return the profile without `texts` and, for numbers and dates, `MISSING_WORDS`."""
    kept = ~one.texts.isin(list(texts)).to_numpy(dtype=bool)
    if words:
        kept &= ~one.texts.str.lower().isin(list(MISSING_WORDS)).to_numpy(dtype=bool)
    return replace(one, texts=one.texts[kept].reset_index(drop=True), counts=one.counts[kept])
