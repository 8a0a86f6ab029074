"""A change of score in words, as en-US writes them."""

import datetime as dt
import math
from collections.abc import Sequence

from leadscore.leads.schema import Field
from leadscore.score.words import Value, fact_words, number_words, with_unit

__all__ = [
    "change_words",
    "count_words",
    "idle_words",
    "shift_words",
    "since_words",
    "whole_points",
]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def change_words(
    before: float | None,
    after: float | None,
    parts: Sequence[tuple[str, float]],
    *,
    since: str = "",
    most: int = 3,
) -> str:
    """Return a change of score in one line.

    Parameters
    ----------
    before, after : float, optional
        The scores, 0-100; None where the lead had none.
    parts : sequence of (str, float)
        What changed and its points, the largest first; their points add up to the difference.
    since : str
        Since when; see `since_words`.
    most : int
        How many parts to name; the others are said together.

    Examples
    --------
    >>> change_words(60.0, 72.4, [("3 property views", 9.0), ("asked", 3.4)], since="since Tuesday")
    'up 12 since Tuesday: 3 property views (+9), asked (+3)'
    >>> change_words(None, 71.2, [])
    'first scored: 71'
    """
    if before is None or after is None:
        return "not scored any more" if after is None else f"first scored: {after:.0f}"
    whole = whole_points([points for _, points in parts] or [after - before])
    told = [(words, one) for (words, _), one in zip(parts, whole, strict=False) if one]
    rest = sum(one for _, one in told[most:])
    named = [*told[:most], ("other", rest)] if rest else told[:most]
    head = " ".join(one for one in (_move(sum(whole)), since) if one)
    tail = ", ".join(f"{words} ({_signed(one)})" for words, one in named)
    return f"{head}: {tail}" if tail else head


def whole_points(points: Sequence[float]) -> list[int]:
    """Return points as whole numbers that add up to the whole sum; none changes its sign.

    The parts that lose most by rounding down are rounded up (the method of largest remainders).

    Examples
    --------
    >>> whole_points([8.4, 4.4, -0.3])
    [9, 4, 0]
    """
    total = math.fsum(points)
    target = int(math.copysign(math.floor(abs(total) + 0.5), total))
    low = [math.floor(one) for one in points]
    order = sorted(range(len(points)), key=lambda at: low[at] - points[at])
    for at in order[: target - sum(low)]:
        low[at] += 1
    return low


def shift_words(field: Field, before: Value, after: Value, *, happened: float = 0.0) -> str:
    """Return what changed about a field, in words.

    Parameters
    ----------
    field : Field
        The field.
    before, after : float, str or None
        Its values, None where missing.
    happened : float
        For a counter: how much new events added to it.

    Examples
    --------
    >>> views = Field(name="views", type="integer", event="property_view")
    >>> shift_words(views, 2.0, 5.0, happened=3.0)
    '3 property views'
    >>> income = Field(name="income", type="integer", unit="USD a year")
    >>> shift_words(income, 90_000.0, 120_000.0)
    'income up from 90,000 to 120,000 USD a year'
    """
    if after is None:
        return f"{field.words} not given any more"
    if field.type == "flag":
        return field.words if after else f"{field.words}: no"
    if happened > 0 and field.adds:
        return f"{field.words} up {with_unit(number_words(happened), field)}"
    if happened > 0:
        return count_words(field.event, happened)
    if isinstance(after, str):
        return f"{field.words} now {after}"
    if field.type == "time":
        return fact_words(field, after)
    now = with_unit(number_words(after), field)
    if not isinstance(before, float):
        return f"{field.words} now {now}"
    return (
        f"{field.words} {'up' if after > before else 'down'} from {number_words(before)} to {now}"
    )


def count_words(event: str, n: float) -> str:
    """Return how often something happened, in words made of the event's name.

    Examples
    --------
    >>> count_words("property_view", 3), count_words("Property Viewed", 2)
    ('3 property views', 'property viewed 2 times')
    """
    words = " ".join(event.replace("_", " ").replace("-", " ").lower().split())
    if words.endswith("ed"):
        return f"{words} once" if n == 1 else f"{words} {number_words(n)} times"
    return f"{number_words(n)} {words if n == 1 else _plural(words)}"


def idle_words(days: int) -> str:
    """Return for how long nothing happened, in words.

    Examples
    --------
    >>> idle_words(6), idle_words(0)
    ('6 days idle', 'earlier activity counts less')
    """
    if days < 1:
        return "earlier activity counts less"
    return f"{number_words(days)} day{'' if days == 1 else 's'} idle"


def since_words(then: dt.date, today: dt.date) -> str:
    """Return since when, as people say it.

    Parameters
    ----------
    then, today : datetime.date
        The days, by the reader's own clock.

    Examples
    --------
    >>> since_words(dt.date(2026, 3, 3), dt.date(2026, 3, 9))
    'since Tuesday'
    >>> since_words(dt.date(2025, 3, 3), dt.date(2026, 3, 9))
    'since Mar 3, 2025'
    """
    days = (today - then).days
    if days == 0:
        return "since earlier today"
    if days == 1:
        return "since yesterday"
    if 1 < days < 7:
        return f"since {_DAYS[then.weekday()]}"
    day = f"{_MONTHS[then.month - 1]} {then.day}"
    return f"since {day}" if then.year == today.year else f"since {day}, {then.year}"


def _move(points: int) -> str:
    if not points:
        return "unchanged"
    return f"{'up' if points > 0 else 'down'} {abs(points)}"


def _signed(points: int) -> str:
    return f"{'−' if points < 0 else '+'}{abs(points)}"


def _plural(words: str) -> str:
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("s", "x", "z", "ch", "sh")) else f"{words}s"
