"""Erasure (GDPR Art. 17): all that is known of a lead goes, in one transaction."""

from collections.abc import Mapping

from sqlalchemy import Connection, Delete, delete, select, tuple_, update

from leadscore.flows.service.lead_rows import Erased
from leadscore.store.sql.hashes import Hashes
from leadscore.store.sql.statements import insert_into, took_effect
from leadscore.store.sql.tables import (
    contacts,
    deliveries,
    events,
    leads,
    learned_from,
    messages,
    models,
    moves,
    outcomes,
    replies,
    reply_leads,
    scores,
    tasks,
    tombstones,
)

__all__ = ["erase_lead"]


def erase_lead(connection: Connection, hashes: Hashes, lead_id: str, *, at: int) -> Erased:
    """Remove all that is known of a lead; leave hashes that stop it from coming back.

    Parameters
    ----------
    connection : Connection
        Within a transaction that writes.
    hashes : Hashes
        The database's.
    lead_id : str
        The lead, known or not.
    at : int
        The moment, in microseconds since 1970-01-01 UTC.
    """
    lead_hash = hashes.lead(lead_id)
    known = _hold(connection, lead_id, lead_hash, at)
    address = connection.scalar(select(contacts.c.email).where(contacts.c.lead_id == lead_id))
    taught = _mark_models(connection, lead_hash)
    rows = {
        kind: connection.execute(statement).rowcount
        for kind, statement in _deletes(lead_id).items()
    }
    if not known:
        rows["leads"] = 0
    _bar(connection, [lead_hash, *([hashes.email(address)] if address else [])], at)
    return Erased(rows={kind: count for kind, count in rows.items() if count}, models=taught)


def _hold(connection: Connection, lead_id: str, lead_hash: str, at: int) -> bool:
    """Hold the lead's row, so that nobody writes about it meanwhile; tell whether it was there.

    One that was not there is made for that: whoever is about to make it has to wait as well, and
    then finds the tombstone.
    """
    made = {"lead_id": lead_id, "lead_hash": lead_hash, "created_at": at}
    new = insert_into(connection, leads).values(made).on_conflict_do_nothing()
    is_new = took_effect(connection, new)
    connection.execute(select(leads.c.lead_id).where(leads.c.lead_id == lead_id).with_for_update())
    return not is_new


def _mark_models(connection: Connection, lead_hash: str) -> tuple[str, ...]:
    wanted = select(learned_from.c.digest).where(learned_from.c.lead_hash == lead_hash)
    taught = tuple(connection.scalars(wanted.order_by(learned_from.c.digest)))
    marked = update(models).where(models.c.digest.in_(taught)).values(erased=models.c.erased + 1)
    connection.execute(marked)
    connection.execute(delete(learned_from).where(learned_from.c.lead_hash == lead_hash))
    return taught


def _deletes(lead_id: str) -> Mapping[str, Delete]:
    """Return what removes each kind of row, those that point to others first."""
    own_tasks = select(tasks.c.task_id).where(tasks.c.lead_id == lead_id)
    own_messages = select(messages.c.seq).where(messages.c.lead_id == lead_id)
    named = select(reply_leads.c.actor, reply_leads.c.key).where(reply_leads.c.lead_id == lead_id)
    return {
        "moves": delete(moves).where(moves.c.task_id.in_(own_tasks)),
        "tasks": delete(tasks).where(tasks.c.lead_id == lead_id),
        "deliveries": delete(deliveries).where(deliveries.c.message_seq.in_(own_messages)),
        "messages": delete(messages).where(messages.c.lead_id == lead_id),
        # an answer to many leads goes as a whole
        "replies": delete(replies).where(tuple_(replies.c.actor, replies.c.key).in_(named)),
        "scores": delete(scores).where(scores.c.lead_id == lead_id),
        "outcomes": delete(outcomes).where(outcomes.c.lead_id == lead_id),
        "events": delete(events).where(events.c.lead_id == lead_id),
        "contacts": delete(contacts).where(contacts.c.lead_id == lead_id),
        "leads": delete(leads).where(leads.c.lead_id == lead_id),
    }


def _bar(connection: Connection, hashes: list[str], at: int) -> None:
    rows = [{"hash": one, "erased_at": at} for one in sorted(hashes)]
    connection.execute(insert_into(connection, tombstones).on_conflict_do_nothing(), rows)
