"""Some rows of an import against what is known of their leads: what is new in them, and is kept."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leadscore.flows.service.context import Context
from leadscore.flows.service.imports.read import RowSaid
from leadscore.flows.service.leads.scoring import rescore
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.outcomes import log_outcomes
from leadscore.leads.event import Contact, Event, Scalar, marked
from leadscore.leads.moment import moment_text
from leadscore.leads.outcome import Standing, standing

__all__ = ["Came", "look_up", "take_in"]

#: The name of the events that imports state values with.
_NAME = "import"
#: How far along a lead is; a status that is no further says nothing new.
_ALONG = {"contacted": 1, "qualified": 2, "converted": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of some rows.

    Parameters
    ----------
    fates : list of str
        Of each row ``new``, ``updated``, ``unchanged`` or ``erased``.
    outcomes : int
        How many outcomes were new.
    """

    fates: list[str]
    outcomes: int


def look_up(work: Work, context: Context, said: Sequence[RowSaid], *, made: set[str]) -> Came:
    """Return what `take_in` would do, and do nothing.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    said : sequence of RowSaid
        The rows.
    made : set of str
        The leads that rows before would have made known; those of these are put to them.
    """
    wanted = _admitted(work, said)
    barred = work.leads.barred({one.lead_id for one in wanted})
    wanted = [one for one in wanted if one.lead_id not in barred]
    fresh = _unknown(work, wanted) - made
    made |= fresh
    news = _news(work, context, wanted)
    return _came(said, news, fresh)


def take_in(work: Work, context: Context, said: Sequence[RowSaid]) -> Came:
    """Keep what is new in rows, and score the leads it is about.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model.
    said : sequence of RowSaid
        The rows, in their order.
    """
    wanted = _admitted(work, said)
    fresh = _unknown(work, wanted)
    held = work.leads.hold({one.lead_id for one in wanted}, at=context.now)
    news = _news(work, context, [one for one in wanted if one.lead_id in held])
    work.events.add([one.event for one in news.values() if one.event])
    work.contacts.put([one.contact for one in news.values() if one.contact])
    log_outcomes(work, context, [one.outcome for one in news.values() if one.outcome])
    causes = {
        lead: one.event.message_id if one.event else _NAME
        for lead, one in news.items()
        if one.event or lead in fresh
    }
    rescore(work, context, list(causes), causes=causes)
    return _came(said, news, fresh)


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """What is new of a lead."""

    event: Event | None
    contact: Contact | None
    outcome: Mapping[str, object] | None

    @property
    def any(self) -> bool:
        return bool(self.event or self.contact or self.outcome)


def _admitted(work: Work, said: Sequence[RowSaid]) -> list[RowSaid]:
    """Return the rows whose e-mail addresses belonged to nobody who was erased."""
    barred = work.leads.barred_emails({one.contact["email"] for one in said if _email(one)})
    return [one for one in said if _email(one) not in barred]


def _email(said: RowSaid) -> str:
    return said.contact.get("email", "")


def _unknown(work: Work, said: Iterable[RowSaid]) -> set[str]:
    return {lead_id for lead_id in {one.lead_id for one in said} if not work.leads.get(lead_id)}


def _news(work: Work, context: Context, said: Sequence[RowSaid]) -> dict[str, _News]:
    """Return what is new of each lead."""
    merged = _merged(said)
    events = work.events.of_many(merged)
    contacts = work.contacts.of(merged)
    known = work.outcomes.of_many(merged)
    return {
        lead: _News(
            event=_event(one, events.get(lead, ()), context.now, place),
            contact=_contact(one, contacts.get(lead), context.now),
            outcome=_outcome(one, standing(known.get(lead, ()), context.now), context.now),
        )
        for place, (lead, one) in enumerate(merged.items())
    }


def _merged(said: Sequence[RowSaid]) -> dict[str, RowSaid]:
    """Return what the rows say of each lead: of what several say the last one holds.

    Were each row compared by itself, the same file would change such a lead to and fro again.
    """
    found: dict[str, RowSaid] = {}
    for one in said:
        first = found.get(one.lead_id)
        if first is None:
            found[one.lead_id] = one
            continue
        # what came of it is one row's word, with its moment and its value
        told = one if one.kind else first
        found[one.lead_id] = replace(
            told,
            values={**first.values, **one.values},
            contact={**first.contact, **one.contact},
            said_at=first.said_at if one.said_at is None else one.said_at,
        )
    return found


def _stated(events: Iterable[Event]) -> dict[str, Scalar]:
    """Return what was stated last of each field, of events in their order."""
    found: dict[str, Scalar] = {}
    for one in events:
        if one.kind == "stated":
            found |= one.values
    return found


def _event(said: RowSaid, events: Sequence[Event], now: int, place: int) -> Event | None:
    """Return the event of what is new; None where nothing is.

    What was so at a moment is told by it. What is so now is compared with what was said last, since
    a value may well come back: then it is new again, though the same was said before.
    """
    if said.said_at is not None:
        event = _stating(said, said.values, now=now, mark=f"import at {said.said_at}")
        known = not said.values or any(one.message_id == event.message_id for one in events)
        return None if known else event
    stated = _stated(events)
    new = {name: value for name, value in said.values.items() if stated.get(name) != value}
    return _stating(said, new, now=now, mark=f"import {now} {place}") if new else None


def _stating(said: RowSaid, values: Mapping[str, Scalar], *, now: int, mark: str) -> Event:
    event = Event(
        message_id="",
        lead_id=said.lead_id,
        kind="stated",
        name=_NAME,
        values=values,
        occurred_at=_moment(said.said_at, now),
        received_at=now,
    )
    return marked(event, mark)


def _contact(said: RowSaid, known: Contact | None, now: int) -> Contact | None:
    """Return whom to reach; None where that is known."""
    before = known.said if known else {}
    return (
        None
        if said.contact.items() <= before.items()
        else said.contact_at(_moment(said.said_at, now))
    )


def _outcome(said: RowSaid, stand: Standing, now: int) -> Mapping[str, object] | None:
    """Return the outcome; None where the lead stands there, or further, already."""
    if said.kind is None or not _is_further(said, stand):
        return None
    at = _moment(said.outcome_at if said.kind in ("converted", "lost") else said.said_at, now)
    told = {
        "value": said.value if said.kind == "converted" else None,
        "reason": said.reason if said.kind == "lost" else None,
    }
    return {
        "id": _outcome_id(said, at),
        "lead_id": said.lead_id,
        "kind": said.kind,
        "occurred_at": moment_text(at),
        **{name: one for name, one in told.items() if one not in (None, "")},
    }


def _is_further(said: RowSaid, stand: Standing) -> bool:
    if said.kind == stand.state:
        return said.kind == "converted" and said.value not in (None, stand.value)
    along = _ALONG.get(stand.state, 0)
    return said.kind == "lost" or _ALONG.get(said.kind or "", 0) > along


def _outcome_id(said: RowSaid, at: int) -> str:
    text = "\n".join(
        ["import", said.lead_id, str(said.kind), str(at), str(said.value), said.reason]
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(said: int | None, now: int) -> int:
    """Return when it was so; a date that is still to come, such as a planned close, is now."""
    return now if said is None else min(said, now)


def _came(said: Sequence[RowSaid], news: Mapping[str, _News], fresh: Collection[str]) -> Came:
    seen: set[str] = set()
    fates = []
    for lead in (one.lead_id for one in said):
        found = news.get(lead)
        if found is None:
            fates.append("erased")
        elif lead in seen:
            # what it says was told with the first row about the lead
            fates.append("unchanged")
        elif lead in fresh:
            fates.append("new")
        else:
            fates.append("updated" if found.any else "unchanged")
        seen.add(lead)
    return Came(fates=fates, outcomes=sum(one.outcome is not None for one in news.values()))
