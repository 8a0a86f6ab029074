"""The reasons of one lead: in words, and with what came of reference leads of such values."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any  # Any: JSON values

import numpy as np

from leadscore.leads.schema import Field
from leadscore.model.bundle import Model
from leadscore.model.reference import Observed
from leadscore.model.tables import Axis
from leadscore.score.one_fields import least_rounded
from leadscore.score.one_input import OneInput
from leadscore.score.record import Json
from leadscore.score.words import effect_words, fact_words, number_words, with_unit

__all__ = ["OneReasons"]

#: From it on numbers are written in another form.
_LARGE = 10**15
#: Models of tables have few effects, over and over: their words are found instead of made.
_effect_words = lru_cache(maxsize=1 << 14)(effect_words)
_NOTHING = (None, None)

#: From a value, as JSON has it (of a time, its seconds), to the words before the effect.
_Facts = Callable[[Any], str]


class OneReasons:
    """The reasons of one lead after the other.

    Parameters
    ----------
    model : Model
        The model.
    """

    def __init__(self, model: Model) -> None:
        features = model.schema.features
        reference = model.reference
        both = zip(reference.axes, reference.fields, strict=True)
        seen: list[_Seen | None] = [_Seen.of(axis, one) for axis, one in both]
        if not seen:
            seen = [None] * len(features)
        self._fields = [
            (one.name, _worded(one), f"{fact_words(one, None)}: ", one.type == "time", rates)
            for one, rates in zip(features, seen, strict=True)
        ]

    def told(self, effects: list[float], lead: OneInput, most: int | None) -> list[Json]:
        """Return the fields with the largest effects, up or down, the largest first.

        Parameters
        ----------
        effects : list of float
            Each field's effect.
        lead : OneInput
            The lead.
        most : int, optional
            How many to name; all of them by default.
        """
        sizes = list(map(abs, effects))
        # of equal ones the first stays the first
        order = sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True)
        found: list[Json] = []
        for place in order if most is None else order[:most]:
            effect = effects[place]
            if not effect:
                break
            name, facts, missing, timed, seen = self._fields[place]
            value = lead.said[place]
            number = lead.numbers[place]
            words = missing if value is None else facts(number if timed else value)
            rate, n = _NOTHING if seen is None else seen.at(number)
            found.append(
                {
                    "field": name,
                    "value": value,
                    "phrase": words + _effect_words(effect),
                    "effect": effect,
                    "rate": rate,
                    "n": n,
                }
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What came of reference leads, cell by cell of a field; the last cell is for the missing."""

    edges: list[float]
    levels: int
    cells: list[tuple[float | None, int]]

    @classmethod
    def of(cls, axis: Axis, seen: Observed) -> "_Seen":
        rates = seen.rates(np.arange(axis.cells)).tolist()
        told = zip(rates, seen.n.tolist(), strict=True)
        return cls(
            edges=least_rounded(axis.edges).tolist(),
            levels=axis.levels,
            cells=[(rate if rate == rate else None, n) for rate, n in told],
        )

    def at(self, number: float) -> tuple[float | None, int]:
        """Return the rate and the count of those with such a number, or code; NaN is missing."""
        if number != number or (self.levels and number >= self.levels):
            return self.cells[-1]
        return self.cells[int(number) if self.levels else bisect_right(self.edges, number)]


def _worded(field: Field) -> _Facts:
    """Return what turns a value into the words of `reason_words` before the effect."""
    if field.type == "flag":
        answers = (f"{field.words}: no, ", f"{field.words}: yes, ")
        return answers.__getitem__
    if field.type in ("category", "text"):
        return lambda value: f"{field.words}: {value}, "
    if field.type == "time":
        return lambda seconds: f"{fact_words(field, seconds)}: "
    head, tail = f"{field.words} ", f"{with_unit('', field)}: "

    def numbered(value: Any) -> str:
        # most numbers are whole ones of some digits
        whole = type(value) is int and 0 <= value < _LARGE
        return f"{head}{value:,}{tail}" if whole else f"{head}{number_words(value)}{tail}"

    return numbered
