"""Groups of people: what a protected field's values are cut into."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.guess.names import words_of
from leadscore.leads.schema import Field
from leadscore.leads.table import Column
from leadscore.measure.charts.formats import compact

__all__ = ["MISSING", "OTHERS", "Groups", "groups_of"]

#: The groups of leads whose value is not known, and of small categories.
MISSING = "missing"
OTHERS = "all others"

#: A group of a category has so many leads and this share of them, or joins the others.
_FEWEST, _LEAST = 30, 0.01
#: The most groups that have a name of their own.
_MOST = 8
#: From which age on a lead is in the next band; the bands of the specification.
_AGES = (35.0, 50.0)
#: A number with so few values has a group for each.
_FEW_VALUES = 5
_QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Which group each lead is in.

    Parameters
    ----------
    names : tuple of str
        The groups: numbers from the lowest, categories from the largest; ``all others`` and
        ``missing`` are last.
    member : ndarray of int, shape (n,)
        Each lead's group as its place in `names`.
    """

    names: tuple[str, ...]
    member: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How many leads each group has."""
        return np.bincount(self.member, minlength=len(self.names))

    @property
    def missing(self) -> NDArray[np.bool_]:
        """The leads whose value is not known."""
        here = self.names.index(MISSING) if MISSING in self.names else -1
        return np.asarray(self.member == here)

    @property
    def reference(self) -> int:
        """The group that others are compared with: the largest whose value is known.

        It is not the one with the highest rate: which that is depends on luck, and a comparison
        with the luckiest group finds differences where there are none.
        """
        sizes = [
            0 if name == MISSING else n for name, n in zip(self.names, self.sizes, strict=True)
        ]
        return int(np.argmax(sizes))


def groups_of(field: Field, column: Column) -> Groups:
    """Cut a field's values into groups; missing values are a group of their own.

    Ages are cut at 35 and 50, other numbers at their quartiles (or not at all where they take at
    most five values), categories by value; categories with fewer than 30 leads or 1 % of them,
    and those beyond the eight largest, are pooled as ``all others``.

    Parameters
    ----------
    field : Field
        The field, for its type and name.
    column : ndarray of shape (n,)
        Its values; NaN or None where missing.
    """
    if column.dtype == object:
        return _by_value([None if one is None else str(one) for one in column.tolist()])
    values = np.asarray(column, np.float64)
    if field.type == "flag":
        return _by_band(values, (1.0,), ("no", "yes"))
    known = np.unique(values[np.isfinite(values)])
    if "age" in words_of(field.name):
        low, high = (compact(one) for one in _AGES)
        names = (f"under {low}", f"{low}–{_AGES[1] - 1:.0f}", f"{high} and over")
        return _by_band(values, _AGES, names)
    if len(known) <= _FEW_VALUES:
        return _by_band(
            values, tuple(known[1:].tolist()), tuple(_words(field, one) for one in known)
        )
    return _by_quarter(values, field)


def _by_value(values: list[str | None]) -> Groups:
    counts: dict[str, int] = {}
    for value in values:
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    least = max(_FEWEST, math.ceil(_LEAST * len(values)))
    order = sorted(counts, key=lambda one: (-counts[one], one))
    named = [one for one in order if counts[one] >= least][:_MOST]
    # one small group alone gains nothing by losing its name
    named = order if len(order) - len(named) <= 1 else named
    place = {one: at for at, one in enumerate(named)}
    last = len(named)
    member = [last + 1 if one is None else place.get(one, last) for one in values]
    return _without_empty((*named, OTHERS, MISSING), np.array(member, np.intp))


def _by_band(
    values: NDArray[np.float64], cuts: tuple[float, ...], names: tuple[str, ...]
) -> Groups:
    member = np.searchsorted(np.array(cuts), values, side="right")
    member[np.isnan(values)] = len(names)
    return _without_empty((*names, MISSING), member.astype(np.intp))


def _by_quarter(values: NDArray[np.float64], field: Field) -> Groups:
    known = values[np.isfinite(values)]
    # "higher" cuts on values that occur, so that the names can say which
    cuts = np.unique(np.quantile(known, _QUARTERS, method="higher"))
    cuts = cuts[cuts > known.min()]
    words = [_words(field, one) for one in cuts.tolist()]
    between = [f"{low} to under {high}" for low, high in pairwise(words)]
    names = (f"under {words[0]}", *between, f"{words[-1]} and over")
    return _by_band(values, tuple(cuts.tolist()), names)


def _words(field: Field, value: float) -> str:
    if field.type == "time":
        return str(np.datetime64(int(value), "s"))[:10]
    return compact(value)


def _without_empty(names: tuple[str, ...], member: NDArray[np.intp]) -> Groups:
    there = np.flatnonzero(np.bincount(member, minlength=len(names)))
    place = np.zeros(len(names), np.intp)
    place[there] = np.arange(len(there))
    return Groups(names=tuple(names[at] for at in there), member=place[member])
