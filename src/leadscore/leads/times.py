"""Dates as texts: only what can be read in one way is read."""

import datetime as dt
import re

__all__ = ["date_parts", "parse_time"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)

#: Three parts of a date and, after a blank, a T or a comma, what is left.
_DATE = re.compile(
    r"([0-9]{4}|[0-9]{1,2}|[A-Za-z]{3,9})([-/. ])([0-9]{1,2}|[A-Za-z]{3,9})(?:\2|, ?)"
    r"([0-9]{4}|[0-9]{1,2})(?:(?:,? +|T)(.+))?"
)
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]*)?)?"
    r"(?: ?([AaPp])[Mm])?(?: ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
)


def parse_time(text: str, *, unit: str = "") -> float | None:
    """Return the seconds since 1970-01-01 UTC, or None where the text is no date.

    Read are ISO 8601, year first (2026/01/31), day.month.year with dots, names of months in
    English, and day/month/year or month/day/year where `unit` says which. A time without a zone
    is UTC; two digits are a year of this century.

    Parameters
    ----------
    text : str
        The date, with or without a time of day.
    unit : {"", "d/m/y", "m/d/y"}
        How dates with slashes or dashes are written.

    Examples
    --------
    >>> parse_time("1970-01-02")
    86400.0
    >>> parse_time("02/01/1970") is None
    True
    >>> parse_time("02/01/1970", unit="d/m/y")
    86400.0
    """
    moment = _iso(text)
    if moment is None:
        moment = _written(text, unit)
    return None if moment is None else (moment - _EPOCH) / _SECOND


def date_parts(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date whose day and month could be swapped, else None.

    Examples
    --------
    >>> date_parts("31/01/2026 10:00")
    (31, 1)
    """
    match = _DATE.fullmatch(text)
    if match is None or match[2] in ". " or len(match[1]) == 4:
        return None
    both = match[1].isdigit() and match[3].isdigit()
    return (int(match[1]), int(match[3])) if both else None


def _iso(text: str) -> dt.datetime | None:
    if len(text) == 7 and text[4:5] == "-":
        text += "-01"
    # "202601" and the like are numbers, not dates; 20260131 could hardly be anything else
    basic = len(text) >= 8 and text[:8].isdigit() and text[8:9] in ("", "T")
    if not text[:4].isdigit() or not ("-" in text or basic):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _written(text: str, unit: str) -> dt.datetime | None:
    match = _DATE.fullmatch(text)
    day = match and _day(match[1], match[3], match[4], _order(match, unit))
    if not match or not day:
        return None
    return _at(day, match[5]) if match[5] else dt.datetime(*day, tzinfo=dt.UTC)


def _order(match: re.Match[str], unit: str) -> str:
    first, mark, second, third = match[1], match[2], match[3], match[4]
    if len(first) == 4 and first.isdigit():
        return "ymd" if len(third) <= 2 else ""
    if first.isalpha():
        return "mdy"
    if second.isalpha() or mark == ".":
        return "dmy"
    return unit.replace("/", "") if mark in "-/" else ""


def _day(first: str, second: str, third: str, order: str) -> tuple[int, int, int] | None:
    parts = dict(zip(order, (first, second, third), strict=False))
    month = _month(parts.get("m", ""))
    year, day = parts.get("y", ""), parts.get("d", "")
    if month is None or len(year) not in (2, 4) or not (year.isdigit() and day.isdigit()):
        return None
    full = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        dt.date(full, month, int(day))
    except ValueError:
        return None
    return full, month, int(day)


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    word = text.lower()
    known = word in _MONTHS or word in _MONTH_NAMES or word == "sept"
    return _MONTHS.index(word[:3]) + 1 if known else None


def _at(day: tuple[int, int, int], text: str) -> dt.datetime | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    hour = int(match[1])
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5] in "Pp" else 0)
    micro = int((match[4] or "").ljust(6, "0"))
    try:
        clock = dt.time(hour, int(match[2]), int(match[3] or 0), micro, _zone(match[6]))
    except ValueError:
        return None
    return dt.datetime.combine(dt.date(*day), clock)


def _zone(text: str | None) -> dt.timezone:
    if text is None or text[0] not in "+-":
        return dt.UTC
    away = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-away if text[0] == "-" else away)
