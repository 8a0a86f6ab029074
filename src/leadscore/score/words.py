"""Values and effects in words, with numbers as en-US writes them."""

import datetime as dt
import math

from leadscore.leads.schema import Field

__all__ = [
    "Value",
    "effect_words",
    "fact_words",
    "number_words",
    "plain_value",
    "reason_words",
    "with_unit",
]

#: A field's value as `Leads` hold it: NaN or None where missing.
Value = float | str | None

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def reason_words(field: Field, value: Value, effect: float) -> str:
    """Return a reason as one short sentence.

    Parameters
    ----------
    field : Field
        The field.
    value : float, str or None
        Its value, NaN or None where missing.
    effect : float
        Its effect on the margin.

    Examples
    --------
    >>> income = Field(name="income", type="integer", unit="USD a year")
    >>> reason_words(income, 250_000.0, 1.314)
    'income 250,000 USD a year: +1.3'
    >>> reason_words(Field(name="inquiry", type="flag"), 1.0, 0.9)
    'inquiry: yes, +0.9'
    >>> reason_words(income, math.nan, -0.2)
    'income not given: −0.2'
    """
    # a second colon would read as a second statement
    named = field.type in ("flag", "category", "text") and not _is_missing(value)
    return f"{fact_words(field, value)}{',' if named else ':'} {effect_words(effect)}"


def fact_words(field: Field, value: Value) -> str:
    """Return what a lead's field says, in words.

    Examples
    --------
    >>> fact_words(Field(name="source", type="category"), "Web")
    'source: Web'
    >>> fact_words(Field(name="last_seen", type="time"), 1_767_225_600.0)
    'last seen 2026-01-01'
    """
    if value is None or _is_missing(value):
        return f"{field.words} not given"
    if isinstance(value, str):
        return f"{field.words}: {value}"
    if field.type == "flag":
        return f"{field.words}: {'yes' if value else 'no'}"
    if field.type == "time":
        return f"{field.words} {_date_words(value)}"
    return f"{field.words} {with_unit(number_words(value), field)}"


def effect_words(effect: float) -> str:
    """Return an effect with its sign; small ones keep one digit that says something.

    Examples
    --------
    >>> [effect_words(one) for one in (1.314, -0.04, 0.0000003)]
    ['+1.3', '−0.04', '+0.000']
    """
    sign = "−" if effect < 0 else "+"
    size = abs(effect)
    places = 1 if size >= 0.095 else 2 if size >= 0.0095 else 3
    return f"{sign}{size:,.{places}f}"


def number_words(value: float) -> str:
    """Return a number as en-US writes it: whole, or to six significant digits.

    Examples
    --------
    >>> [number_words(one) for one in (250_000.0, 1234.5678, -0.25, 1e-9)]
    ['250,000', '1,234.57', '−0.25', '1e-09']
    """
    size = abs(float(value))
    if size.is_integer() and size < 1e15:
        words = f"{size:,.0f}"
    elif not 1e-4 <= size < 1e15:
        words = f"{size:.6g}"
    else:
        places = max(0, 5 - math.floor(math.log10(size)))
        words = f"{size:,.{places}f}"
        words = words.rstrip("0").rstrip(".") if places else words
    return f"−{words}" if value < 0 else words


def with_unit(words: str, field: Field) -> str:
    """Return a number in words with its field's unit, unless the field's name says that already.

    Examples
    --------
    >>> visits = Field(name="visits", type="integer", unit="visits", phrase="website visits")
    >>> with_unit("12", visits)
    '12'
    """
    said = set(field.words.casefold().split())
    return words if said.issuperset(field.unit.casefold().split()) else f"{words} {field.unit}"


def plain_value(field: Field, value: Value) -> int | float | str | None:
    """Return a value as JSON has it: whole numbers and flags as int, times as ISO 8601 in UTC.

    Examples
    --------
    >>> plain_value(Field(name="income", type="integer"), 250_000.0)
    250000
    """
    if value is None or _is_missing(value) or isinstance(value, str):
        return None if _is_missing(value) else value
    if field.type == "time":
        return _moment(value).isoformat().replace("+00:00", "Z")
    whole = field.type in ("integer", "flag") and float(value).is_integer()
    return int(value) if whole else float(value)


def _is_missing(value: Value) -> bool:
    return value is None or (not isinstance(value, str) and math.isnan(value))


def _moment(seconds: float) -> dt.datetime:
    # whole seconds: what comes after is noise of the float; down, since time ends in 9999
    return _EPOCH + dt.timedelta(seconds=math.floor(seconds))


def _date_words(seconds: float) -> str:
    moment = _moment(seconds)
    day = moment.date().isoformat()
    return day if moment.time() == dt.time.min else f"{day} {moment:%H:%M} UTC"
