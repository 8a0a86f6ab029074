"""Events: a lead's whole history, each message once."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from leadscore.flows.service.lead_rows import Receipt
from leadscore.leads.event import Event
from leadscore.store.sql.statements import Found, insert_into, portions
from leadscore.store.sql.tables import events

__all__ = ["SqlEvents"]

_ORDER = (events.c.lead_id, events.c.occurred_at, events.c.received_at, events.c.message_id)


class SqlEvents:
    """Events in SQL; see `leadscore.flows.service.ports.Events`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, said: Sequence[Event]) -> Receipt:
        """Keep events; a message id that is there already changes nothing."""
        first = {one.message_id: one for one in reversed(said)}
        new = self._insert([first[message_id] for message_id in sorted(first)])
        kept = {message_id: first[message_id].digest for message_id in new}
        kept |= self._digests(set(first) - new)
        conflicts = {one.message_id for one in said if kept.get(one.message_id) != one.digest}
        return Receipt(
            new=frozenset(new),
            repeated=frozenset(set(first) - new - conflicts),
            conflicts=frozenset(conflicts),
        )

    def get(self, message_id: str) -> Event | None:
        """Return the event of a message; None where there is none."""
        wanted = select(events).where(events.c.message_id == message_id)
        row = self._connection.execute(wanted).first()
        return None if row is None else _event(row)

    def of(self, lead_id: str) -> list[Event]:
        """Return a lead's events in their order."""
        return self.of_many([lead_id])[lead_id]

    def of_many(self, lead_ids: Collection[str]) -> Mapping[str, list[Event]]:
        """Return the events of each of the leads in their order; none of one that has none."""
        found: dict[str, list[Event]] = {one: [] for one in lead_ids}
        for part in portions(list(found)):
            wanted = select(events).where(events.c.lead_id.in_(part)).order_by(*_ORDER)
            for row in self._connection.execute(wanted):
                found[row.lead_id].append(_event(row))
        return found

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` tracked events that occurred before a moment; return how many.

        What was stated stays: it holds until something else is stated.
        """
        old = (
            select(events.c.message_id)
            .where(events.c.occurred_at < before, events.c.kind == "tracked")
            .limit(most)
        )
        gone = delete(events).where(events.c.message_id.in_(old))
        return self._connection.execute(gone).rowcount

    def _insert(self, said: Sequence[Event]) -> set[str]:
        if not said:
            return set()
        new = insert_into(self._connection, events).on_conflict_do_nothing()
        rows = self._connection.execute(new.returning(events.c.message_id), list(map(_row, said)))
        return set(rows.scalars())

    def _digests(self, message_ids: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in portions(list(message_ids)):
            wanted = select(events.c.message_id, events.c.digest)
            rows = self._connection.execute(wanted.where(events.c.message_id.in_(part)))
            found |= {row.message_id: row.digest for row in rows}
        return found


def _row(event: Event) -> dict[str, object]:
    return {
        "message_id": event.message_id,
        "lead_id": event.lead_id,
        "kind": event.kind,
        "name": event.name,
        "content": dict(event.values),
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "digest": event.digest,
    }


def _event(row: Found) -> Event:
    return Event(
        message_id=row.message_id,
        lead_id=row.lead_id,
        kind=row.kind,
        name=row.name,
        values=row.content,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
    )
