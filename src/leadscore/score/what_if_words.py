"""Advice in words: what a lead would have to have, and what it would be then."""

import math
from collections.abc import Sequence
from typing import Literal

from leadscore.leads.schema import Field
from leadscore.score.words import Value, number_words, with_unit

__all__ = ["Bound", "advice_words", "change_words", "rounded"]

#: Whether everything beyond a value does as well.
Bound = Literal["at least", "at most", ""]

#: Counts below this are said to the last one, larger numbers to three digits.
_EXACT_BELOW = 1000
_DIGITS = 3


def change_words(field: Field, now: Value, to: float | str, bound: Bound) -> str:
    """Return what a field would have to be, in words.

    Parameters
    ----------
    field : Field
        The field.
    now : float, str or None
        Its value, NaN or None where missing.
    to : float or str
        What it would have to be.
    bound : {"at least", "at most", ""}
        Whether everything beyond `to` does as well.

    Examples
    --------
    >>> visits = Field(name="visits", type="integer", unit="visits", phrase="website visits")
    >>> change_words(visits, 3.0, 12.0, "at least")
    'at least 12 website visits (now 3)'
    >>> income = Field(name="income", type="integer", unit="USD a year")
    >>> change_words(income, math.nan, 120_000.0, "at least")
    'income of at least 120,000 USD a year (not given now)'
    >>> change_words(Field(name="asked", type="flag", phrase="question asked"), 0.0, 1.0, "")
    'question asked'
    """
    if isinstance(to, str):
        return f"{field.words} {to}"
    if field.type == "flag":
        return field.words if to else f"{field.words}: no"
    amount = f"{bound} {number_words(to)}".strip()
    counted = field.unit and set(field.unit.split()) <= set(field.words.split())
    if counted and field.type == "integer" and to != 1:
        said = f"{amount} {field.words}"
    else:
        said = f"{field.words} of {with_unit(amount, field)}"
    return f"{said} ({_now_words(now)})"


def advice_words(changes: Sequence[str], tier: str) -> str:
    """Return one sentence of what would make a lead `tier`.

    Examples
    --------
    >>> advice_words(["question asked", "at least 12 website visits (now 3)"], "High")
    'Question asked and at least 12 website visits (now 3) would make it High'
    """
    *rest, last = changes
    listed = f"{', '.join(rest)} and {last}" if rest else last
    return f"{listed[:1].upper()}{listed[1:]} would make it {tier}"


def rounded(value: float, bound: Bound, *, low: float, high: float) -> float:
    """Return a large bound as a person would say it: to three digits, on the side that holds.

    Parameters
    ----------
    value : float
        The bound.
    bound : {"at least", "at most", ""}
        Which side holds; without one the value stays what it is.
    low, high : float
        The value stays within these.

    Examples
    --------
    >>> rounded(119_874.0, "at least", low=0.0, high=500_000.0)
    120000.0
    >>> rounded(19.0, "at least", low=0.0, high=50.0)
    19.0
    """
    if not bound or abs(value) < _EXACT_BELOW:
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - _DIGITS)
    said = (math.ceil if bound == "at least" else math.floor)(value / step) * step
    return said if low <= said <= high else value


def _now_words(now: Value) -> str:
    if now is None or isinstance(now, str) or math.isnan(now):
        return "not given now"
    return f"now {number_words(now)}"
