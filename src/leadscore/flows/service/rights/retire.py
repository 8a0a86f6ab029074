"""Old events as what they came to: so that they can be removed, and no field changes."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadscore.leads.event import Event, Scalar, marked
from leadscore.leads.field import Field
from leadscore.leads.history import fields_at
from leadscore.leads.moment import span_length
from leadscore.leads.schema import Schema

__all__ = ["RETENTION", "Retired", "retire"]

#: The name of the stated events that stand in place of those that were removed.
RETENTION = "retention"
#: After so many half-lives an event counts less than a ten-millionth: no whole number shows it.
_FADED = 24
#: As far as two sums of the same numbers may differ.
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """What of a lead's history is to go, and what stands in its place.

    Parameters
    ----------
    gone : frozenset of str
        The message ids of the events to remove.
    stated : tuple of Event
        The events to add: how much the counters had counted.
    """

    gone: frozenset[str] = frozenset()
    stated: tuple[Event, ...] = ()


def retire(events: Sequence[Event], schema: Schema, *, before: int, now: int) -> Retired:
    """Return which tracked events from before a moment can go, and what is stated instead.

    From `now` on each field is what it would have been. So an event stays while a counter's window
    reaches back to it; while a whole number fades from it; and where what it comes to cannot be
    stated, since the schema's limits do not allow it. Events that come late, from before what was
    removed, are not counted any more.

    Parameters
    ----------
    events : sequence of Event
        All events of one lead.
    schema : Schema
        The fields.
    before : int
        What occurred before it is to go, in microseconds since 1970-01-01 UTC.
    now : int
        The moment.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> views = [Event(message_id=f"m{at}", lead_id="L1", kind="tracked", name="property_view",
    ...                values={}, occurred_at=at, received_at=at) for at in (1, 2, 8)]
    >>> old = retire(views, investor(), before=5, now=9)
    >>> sorted(old.gone), old.stated[0].values["property_views"]
    (['m1', 'm2'], 2)
    """
    counters = [one for one in schema.fields if one.held and one.event]
    kept: set[str] = set()
    # each turn keeps one kind of event more
    for _ in range(len(counters) + 1):
        old = [
            one
            for one in events
            if one.kind == "tracked"
            and one.name not in kept
            and one.occurred_at < min(before, now - _reach(one.name, counters))
        ]
        if not old:
            return Retired()
        found = _retired(events, old, schema, counters, now=now)
        changed = _changed(events, found, schema, counters, now=now)
        if not changed:
            return found
        kept |= changed
    return Retired()


def _reach(name: str, counters: Iterable[Field]) -> int:
    """Return for how long an event of this name has to be known by itself."""
    return max((_span(one) for one in counters if one.event == name), default=0)


def _span(field: Field) -> int:
    window, half_life = span_length(field.window), span_length(field.half_life)
    spans = [] if window is None else [window]
    if half_life is not None and field.type == "integer":
        spans.append(_FADED * half_life)
    return min(spans, default=0)


def _retired(
    events: Sequence[Event],
    old: Sequence[Event],
    schema: Schema,
    counters: Sequence[Field],
    *,
    now: int,
) -> Retired:
    """Return the old events as what they came to, each counter's at the last moment of them."""
    gone = {one.message_id for one in old}
    moments: dict[int, list[Field]] = {}
    for field in counters:
        at = _stated_at(field, events, old, gone)
        if at is not None:
            moments.setdefault(at, []).append(field)
    stated = []
    for at, fields in sorted(moments.items()):
        known = fields_at(events, schema, at)
        values = {one.name: known[one.name] for one in fields if one.name in known}
        stated.append(_statement(old[0].lead_id, values, at=at, now=now))
    told = {name for one in stated for name in one.values}
    # what was stated for events that went before is told again by now
    gone |= {one.message_id for one in events if _is_ours(one) and set(one.values) <= told}
    gone -= {one.message_id for one in stated}
    return Retired(gone=frozenset(gone), stated=tuple(one for one in stated if one.values))


def _stated_at(
    field: Field, events: Sequence[Event], old: Sequence[Event], gone: Collection[str]
) -> int | None:
    """Return for which moment a counter's value is to be stated; None where it is not."""
    removed = [one.occurred_at for one in old if one.name == field.event]
    said = [one for one in events if one.kind == "stated" and field.name in one.values]
    last = max(said, key=lambda one: one.order, default=None)
    if removed:
        return max(removed) if last is None or last.occurred_at <= max(removed) else None
    left = any(
        one.name == field.event and one.kind == "tracked" and one.message_id not in gone
        for one in events
    )
    if left or (last is not None and last.values[field.name] is not None):
        return None
    # a lead that is watched and did nothing counts 0: that must not become unknown
    return max(one.occurred_at for one in [*old, *said])


def _statement(lead_id: str, values: Mapping[str, Scalar], *, at: int, now: int) -> Event:
    event = Event(
        message_id="",
        lead_id=lead_id,
        kind="stated",
        name=RETENTION,
        values=values,
        occurred_at=at,
        received_at=now,
    )
    return marked(event, f"at {at}")


def _is_ours(event: Event) -> bool:
    return event.kind == "stated" and event.name == RETENTION


def _changed(
    events: Sequence[Event],
    found: Retired,
    schema: Schema,
    counters: Sequence[Field],
    *,
    now: int,
) -> set[str]:
    """Return the names of events whose counters would not be what they are."""
    after = [one for one in events if one.message_id not in found.gone]
    was, is_ = (fields_at(one, schema, now) for one in (events, [*after, *found.stated]))
    return {one.event for one in counters if not _alike(was.get(one.name), is_.get(one.name))}


def _alike(before: Scalar, after: Scalar) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return before == after
