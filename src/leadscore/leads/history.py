"""A lead's fields at a moment, computed from its whole history: one definition for all.

Training and serving both ask `fields_at`. An event that comes late or out of order therefore needs
no care: it counts from the moment at which it occurred, as if it had come in time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from leadscore.leads.event import Event, Scalar
from leadscore.leads.field import Field
from leadscore.leads.moment import span_length
from leadscore.leads.schema import Schema
from leadscore.leads.values import parse_value

__all__ = ["amount_of", "fields_at", "last_active"]

#: What may be added up: beyond it a sum of floats is not exact any more.
_AMOUNT = Field(name="amount", type="number", limits=(0, 1e12))

#: What was stated of a field last: when, and what.
_Said = tuple[int, Scalar]


def fields_at(events: Iterable[Event], schema: Schema, as_of: int) -> dict[str, Scalar]:
    """Return the fields of one lead as its history gives them at a moment; missing ones are absent.

    Only events that occurred up to and at `as_of` are seen, each message id once.

    - An **attribute**, a field without an ``event``, has the value that was stated last.
    - A **counter**, a field with one, counts the events of that name, or adds up their property
      ``adds`` where that is a number of 0 or more; a flag says whether there was any. A stated
      value says how much had been counted up to and at its moment: it replaces the events until
      then, and counts as that much at that moment.
    - With a ``window`` only what is younger than that counts; with a ``half_life`` each count fades
      to a half in that time; both may hold. An integer is rounded at the end.
    - A null takes back what was stated before it.
    - A counter of which nothing was stated and nothing happened is 0 for a lead that has tracked
      events of any name: it is watched, and did nothing. For a lead without any it is missing.

    Parameters
    ----------
    events : iterable of Event
        The lead's events, in any order.
    schema : Schema
        The fields.
    as_of : int
        The moment, in microseconds since 1970-01-01 UTC.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> view = Event(message_id="m1", lead_id="L1", kind="tracked", name="property_view",
    ...              values={}, occurred_at=10, received_at=11)
    >>> fields_at([view], investor(), as_of=10)["property_views"]
    1
    >>> fields_at([view], investor(), as_of=9)
    {}
    """
    known = _known(events, as_of)
    said = _said(known)
    tracked = _tracked(known)
    found: dict[str, Scalar] = {}
    for field in schema.fields:
        if not field.held:
            continue
        last = said.get(field.name)
        value = last[1] if last else None
        if field.event:
            counts = _counts(field, last, tracked.get(field.event, ()), schema.decimal)
            value = _total(field, counts, as_of) if counts or tracked else None
        if value is not None:
            found[field.name] = value
    return found


def last_active(events: Iterable[Event], as_of: int) -> int | None:
    """Return when the lead's last tracked event up to and at `as_of` was; None without one.

    Parameters
    ----------
    events : iterable of Event
        The lead's events, in any order.
    as_of : int
        The moment, in microseconds since 1970-01-01 UTC.
    """
    moments = (one.occurred_at for one in events if one.kind == "tracked")
    return max((at for at in moments if at <= as_of), default=None)


def amount_of(value: object, *, decimal: str = ".") -> float | None:
    """Return what a property adds to a counter; None where it is no number from 0 to 1e12.

    Parameters
    ----------
    value : JSON value
        The property.
    decimal : {".", ","}
        The decimal mark in texts.

    Examples
    --------
    >>> amount_of("12.5"), amount_of(-3), amount_of(None)
    (12.5, None, None)
    """
    parsed = parse_value(value, _AMOUNT, decimal=decimal)
    return parsed if isinstance(parsed, float) else None


def _known(events: Iterable[Event], as_of: int) -> list[Event]:
    """Return the events that had occurred, the earliest of those that share a message id."""
    found: dict[str, Event] = {}
    for one in events:
        if one.occurred_at <= as_of:
            twin = found.get(one.message_id)
            if twin is None or one.order < twin.order:
                found[one.message_id] = one
    return list(found.values())


def _said(known: Sequence[Event]) -> dict[str, _Said]:
    """Return what was stated last of each field; of one moment, what came to be known last."""
    found: dict[str, _Said] = {}
    for one in sorted((one for one in known if one.kind == "stated"), key=lambda one: one.order):
        for name, value in one.values.items():
            found[name] = (one.occurred_at, value)
    return found


def _tracked(known: Sequence[Event]) -> Mapping[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for one in known:
        if one.kind == "tracked":
            found.setdefault(one.name, []).append(one)
    return found


def _counts(
    field: Field, last: _Said | None, events: Sequence[Event], decimal: str
) -> list[tuple[int, float]]:
    """Return what counts, each with its moment: what was stated, and the events after it."""
    stated = None if last is None else parse_value(last[1], field, decimal=decimal)
    if last is None or not isinstance(stated, float):
        return [(one.occurred_at, _amount(field, one, decimal)) for one in events]
    later = [one for one in events if one.occurred_at > last[0]]
    return [(last[0], stated), *((one.occurred_at, _amount(field, one, decimal)) for one in later)]


def _amount(field: Field, event: Event, decimal: str) -> float:
    if not field.adds:
        return 1.0
    return amount_of(event.values.get(field.adds), decimal=decimal) or 0.0


def _total(field: Field, counts: Sequence[tuple[int, float]], as_of: int) -> int | float:
    window, half = span_length(field.window), span_length(field.half_life)
    ages = [(as_of - at, amount) for at, amount in counts]
    young = [(age, amount) for age, amount in ages if window is None or age < window]
    # fsum, since a sum may not depend on the order in which events came
    total = math.fsum(
        amount if half is None else amount * 2.0 ** (-age / half) for age, amount in young
    )
    if field.type == "flag":
        return int(total > 0)
    return math.floor(total + 0.5) if field.type == "integer" else total
