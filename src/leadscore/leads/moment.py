"""Moments inside: whole microseconds since 1970-01-01 UTC. On the wire: RFC 3339 with a Z."""

import datetime as dt
import re

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "moment_or_none",
    "moment_text",
    "read_moment",
    "span_length",
]

#: Microseconds of a second, a minute, an hour, a day.
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

#: Stricter than `fromisoformat`, which also reads weeks and dates without dashes.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SPAN = re.compile("([1-9][0-9]{0,5})([hdw])")
_UNITS = {"h": HOUR, "d": DAY, "w": 7 * DAY}


def read_moment(text: str) -> int | None:
    """Return the microseconds since 1970-01-01 UTC, or None where the text is no moment.

    Read is RFC 3339; a time without a zone is UTC, a date alone is its midnight, and what is finer
    than a microsecond is cut off.

    Examples
    --------
    >>> read_moment("1970-01-01T01:00:00.25+01:00")
    250000
    >>> read_moment("yesterday") is None
    True
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = dt.datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (aware - _EPOCH) // _MICROSECOND


def moment_text(at: int) -> str:
    """Return a moment as RFC 3339 has it, in UTC; `read_moment` reads it back.

    Parameters
    ----------
    at : int
        Microseconds since 1970-01-01 UTC.

    Raises
    ------
    OverflowError
        If the moment is not in the years 1 to 9999.

    Examples
    --------
    >>> moment_text(0), moment_text(250_000)
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:00.250000Z')
    """
    return (_EPOCH + at * _MICROSECOND).isoformat().replace("+00:00", "Z")


def moment_or_none(at: int | None) -> str | None:
    """Return a moment as text, or None where there is none.

    Examples
    --------
    >>> moment_or_none(0), moment_or_none(None)
    ('1970-01-01T00:00:00Z', None)
    """
    return None if at is None else moment_text(at)


def span_length(text: str) -> int | None:
    """Return the microseconds of a span such as ``12h``, ``30d`` or ``8w``; None if it is none.

    Examples
    --------
    >>> span_length("2d") == 2 * DAY, span_length("month") is None
    (True, True)
    """
    match = _SPAN.fullmatch(text)
    return int(match[1]) * _UNITS[match[2]] if match else None
