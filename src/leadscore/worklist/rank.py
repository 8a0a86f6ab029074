"""The order of a worklist: what calling each lead now is worth.

The worth of a call is the chance to convert times what that would bring, times a clock that runs
from 1, when the task is made, to 2, when its tier's time is over, and stays there. So a lead that
waits rises, but never past one that is worth more than twice as much: ten overdue leads of
little promise do not bury a fresh one of much.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leadscore.leads.moment import HOUR
from leadscore.leads.schema import Tier

__all__ = ["Entry", "order", "pressing", "with_tier", "worth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A lead of a worklist, as far as its place depends on it.

    Parameters
    ----------
    lead_id : str
        The lead.
    score : float, optional
        Its score, 0-100; None for a lead that is not scored.
    chance : float, optional
        Its chance to convert, 0-1; None where the model's tiers do not say: then a hundredth of the
        score stands in.
    value : float, optional
        What a conversion would bring, 0 or more; None where that is not known of this lead.
    created_at : int
        When its task was made, in microseconds since 1970-01-01 UTC.
    due_at : int, optional
        When the time that its tier gives is over; None where it gives none.
    """

    lead_id: str
    score: float | None
    chance: float | None = None
    value: float | None = None
    created_at: int
    due_at: int | None = None


def worth(entry: Entry, *, now: int, typical: float = 1.0) -> float:
    """Return what calling a lead now is worth, in the unit of the values; 0 where it has no score.

    Parameters
    ----------
    entry : Entry
        The lead.
    now : int
        The moment, in microseconds since 1970-01-01 UTC.
    typical : float
        What a conversion brings where that is not known of the lead, 0 or more.

    Examples
    --------
    >>> worth(Entry(lead_id="L1", score=90.0, chance=0.25, value=800.0, created_at=0), now=5)
    200.0
    """
    if entry.score is None:
        return 0.0
    chance = entry.score / 100 if entry.chance is None else entry.chance
    value = typical if entry.value is None else entry.value
    return chance * value * pressing(entry, now=now)


def pressing(entry: Entry, *, now: int) -> float:
    """Return how much the clock adds: from 1 when the task was made to 2 when it is due, and after.

    Examples
    --------
    >>> half = Entry(lead_id="L1", score=90.0, created_at=0, due_at=10)
    >>> [pressing(half, now=now) for now in (0, 5, 10, 99)]
    [1.0, 1.5, 2.0, 2.0]
    """
    if entry.due_at is None:
        return 1.0
    if now >= entry.due_at:
        return 2.0
    if now <= entry.created_at:
        return 1.0
    return 1.0 + (now - entry.created_at) / (entry.due_at - entry.created_at)


def order(
    entries: Iterable[Entry], *, now: int, typical: float = 1.0, most: int | None = None
) -> tuple[Entry, ...]:
    """Return the leads in the order in which to call them.

    By worth, equal ones by score and then by lead id, so that no two have the same place; leads
    without a score come last.

    Parameters
    ----------
    entries : iterable of Entry
        The leads, each once.
    now : int
        The moment, in microseconds since 1970-01-01 UTC.
    typical : float
        What a conversion brings where that is not known of a lead, 0 or more.
    most : int, optional
        How many to return, from the first on; all of them by default.

    Examples
    --------
    >>> leads = [Entry(lead_id=name, score=score, created_at=0)
    ...          for name, score in (("b", 50.0), ("c", None), ("a", 50.0), ("d", 70.0))]
    >>> [one.lead_id for one in order(leads, now=0)]
    ['d', 'a', 'b', 'c']
    """

    def place(entry: Entry) -> tuple[bool, float, float, str]:
        gain = worth(entry, now=now, typical=typical)
        return (entry.score is None, -gain, -(entry.score or 0.0), entry.lead_id)

    if most is None:
        return tuple(sorted(entries, key=place))
    return tuple(heapq.nsmallest(most, entries, key=place))


def with_tier(entry: Entry, tier: Tier) -> Entry:
    """Return a lead as if it were in `tier`, as a person's override says.

    Its chance becomes the middle of what such leads convert, where the tier says that, and its
    time the tier's.

    Examples
    --------
    >>> entry = Entry(lead_id="L1", score=30.0, chance=0.03, created_at=0)
    >>> with_tier(entry, Tier(name="High", share=0.1, due_hours=24, conversion=(0.3, 0.5))).chance
    0.4
    """
    chance = entry.chance if tier.conversion is None else sum(tier.conversion) / 2
    due = None if tier.due_hours is None else entry.created_at + tier.due_hours * HOUR
    return replace(entry, chance=chance, due_at=due)
