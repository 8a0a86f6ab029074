"""Leads one by one: put in, read, listed."""

import json
from collections.abc import Mapping
from dataclasses import replace

from leadscore.errors import Fault, Gone, NotFound
from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import last_scores
from leadscore.flows.service.lead_rows import LeadRow
from leadscore.flows.service.leads.intake import brief_score
from leadscore.flows.service.leads.scoring import score_held
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.outcomes import standing_json
from leadscore.leads.event import ID_WORDS, Contact, Event, is_id, marked
from leadscore.leads.history import fields_at, last_active
from leadscore.leads.moment import moment_or_none, moment_text
from leadscore.leads.outcome import standing
from leadscore.leads.refusal import refusal
from leadscore.leads.schema import Schema
from leadscore.leads.stated import Stated, read_stated
from leadscore.score.record import Json

__all__ = ["get_lead", "gone", "known_lead", "list_leads", "put_lead"]

#: What a body may hold.
_TABLES = frozenset({"fields", "contact"})
_BODY = '{"fields": {…}, "contact": {…}}'
_TABLE = "a table such as {...}, or null"


def put_lead(
    work: Work, context: Context, lead_id: str, body: object, *, key: str = ""
) -> dict[str, Json]:
    """Note what is said of a lead now, and score it.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model.
    lead_id : str
        The lead; made where it is not known.
    body : JSON value
        ``{"fields": {...}, "contact": {...}}``, each of which may be absent. What is not mentioned
        stays as it is, a null takes back what was said, and keys that are no field are ignored.
    key : str
        The request's own idempotency key, where it has one: the same one again changes nothing.

    Returns
    -------
    dict
        The lead, as `get_lead` gives it.

    Raises
    ------
    NoModel
        If none is live: then there is no schema.
    BadInput
        With every fault.
    Gone
        If the lead or its e-mail address was erased.
    """
    schema = context.live.model.schema
    said = _read(lead_id, body, schema)
    contact = Contact(lead_id=lead_id, occurred_at=context.now, **said.contact)
    stated = Event(
        message_id="",
        lead_id=lead_id,
        kind="stated",
        name="put",
        values=said.values,
        occurred_at=context.now,
        received_at=context.now,
    )
    event = marked(stated, f"put {key or context.now}", contact=contact)
    _refuse_erased(work, contact)
    held = work.leads.hold([lead_id], at=context.now)
    if not held:
        raise gone(lead_id)
    if work.events.add([event]).new:
        work.contacts.put([contact])
        score_held(work, context, held, causes={lead_id: event.message_id})
    return get_lead(work, context, lead_id)


def get_lead(work: Work, context: Context, lead_id: str) -> dict[str, Json]:
    """Return what is known of a lead now.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model.
    lead_id : str
        The lead.

    Returns
    -------
    dict
        ``lead_id``, ``created_at``, ``objected_at``, ``fields`` as its history gives them now (null
        while no model is live), ``contact``, ``last_active_at``, ``standing``, and ``score``, the
        record of its last score; null where there is none.

    Raises
    ------
    NotFound
        If the lead is not known.
    Gone
        If it was erased.
    """
    lead = known_lead(work, lead_id)
    events = work.events.of(lead_id)
    contact = work.contacts.get(lead_id)
    last = last_scores(work, [lead_id]).get(lead_id)
    at = max([context.now, *(one.occurred_at for one in events)])
    champion = context.champion
    return {
        "lead_id": lead_id,
        "created_at": moment_text(lead.created_at),
        "objected_at": moment_or_none(lead.objected_at),
        "fields": dict(fields_at(events, champion.model.schema, at)) if champion else None,
        "contact": dict(contact.said) if contact else None,
        "last_active_at": moment_or_none(last_active(events, at)),
        "standing": standing_json(standing(work.outcomes.of(lead_id), context.now)),
        "score": json.loads(last.record) if last else None,
    }


def list_leads(work: Work, context: Context, *, after: str = "", most: int = 50) -> dict[str, Json]:
    """Return leads by rising id, each with where it stands and its last score in brief.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    after : str
        The lead after which to begin.
    most : int
        How many leads.

    Returns
    -------
    dict
        ``leads``; ``after``, with which the next page is asked for, null at the end; ``total``.
    """
    page = work.leads.page(after=after, most=most)
    ids = [one.lead_id for one in page]
    last = last_scores(work, ids)
    outcomes = work.outcomes.of_many(ids)
    leads: list[Json] = [
        {
            "lead_id": one.lead_id,
            "created_at": moment_text(one.created_at),
            "objected_at": moment_or_none(one.objected_at),
            "standing": standing(outcomes[one.lead_id], context.now).state,
            "score": brief_score(last[one.lead_id]) if one.lead_id in last else None,
        }
        for one in page
    ]
    return {
        "leads": leads,
        "after": page[-1].lead_id if len(page) == most else None,
        "total": work.leads.count(),
    }


def known_lead(work: Work, lead_id: str) -> LeadRow:
    """Return a lead that is known.

    Raises
    ------
    NotFound
        If it is not.
    Gone
        If it was erased.
    """
    lead = work.leads.get(lead_id)
    if lead is not None:
        return lead
    if work.leads.barred([lead_id]):
        raise gone(lead_id)
    raise NotFound(
        f"The lead {lead_id!r} is not known.",
        next_step="Put it in with PUT /v1/leads/{id}, or send an identify.",
    )


def gone(lead_id: str) -> Gone:
    """Return the error that refuses a lead that was erased."""
    return Gone(
        f"The lead {lead_id!r} was erased.",
        next_step="Nothing is known of it any more, and it does not come back.",
    )


def _read(lead_id: str, body: object, schema: Schema) -> Stated:
    """Return what the body says of the lead and, in its own table, of whom to reach."""
    table = body if isinstance(body, Mapping) else {"body": body}
    faults = [_no_table(name, table[name]) for name in table if not _fits(name, table[name])]
    if not is_id(lead_id):
        faults.append(Fault(field="lead_id", got=_short(lead_id), allowed=ID_WORDS))
    if isinstance(body, Mapping) and body and not _TABLES & set(body):
        got = ", ".join(sorted(map(str, body)))
        faults.append(
            Fault(field="fields", got=f"nothing, but {_short(got)} beside", allowed=_BODY)
        )
    fields = {one.name for one in schema.fields}
    raw = table.get("fields")
    own = {name: raw[name] for name in raw if name in fields} if isinstance(raw, Mapping) else {}
    said = read_stated(own, schema, where="fields.")
    reach = table.get("contact")
    contact = read_stated(
        reach if isinstance(reach, Mapping) else {}, replace(schema, fields=()), where="contact."
    )
    every = (*faults, *said.faults, *contact.faults)
    if every:
        raise refusal(every, what="lead", next_step="Mend what is named above.")
    return Stated(values=said.values, contact=contact.contact, faults=())


def _fits(name: str, value: object) -> bool:
    if name == "body":
        return False
    return name not in _TABLES or value is None or isinstance(value, Mapping)


def _short(text: str) -> str:
    return repr(text) if len(text) <= 60 else repr(text[:57]) + "…"


def _no_table(name: str, value: object) -> Fault:
    return Fault(field=name, got=f"a {type(value).__name__}", allowed=_TABLE)


def _refuse_erased(work: Work, contact: Contact) -> None:
    if contact.email and work.leads.barred_emails([contact.email]):
        raise Gone(
            "The e-mail address belonged to a lead that was erased.",
            next_step="Leave it out, or ask the person; an erased lead does not come back.",
        )
