"""Events: a lead's whole history, each message once."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from leadscore.flows.service.lead_rows import Receipt
from leadscore.leads.event import Event
from leadscore.store.sql.statements import IDS, Found, insert_new, portions
from leadscore.store.sql.tables import events

__all__ = ["SqlEvents"]

_ORDER = (events.c.lead_id, events.c.occurred_at, events.c.received_at, events.c.message_id)
_OF_LEADS = select(events).where(events.c.lead_id.in_(IDS)).order_by(*_ORDER)


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
            for row in self._connection.execute(_OF_LEADS, {"ids": part}):
                found[row.lead_id].append(_event(row))
        return found

    def leads_before(self, moment: int, *, after: str = "", most: int) -> list[str]:
        """Return leads with tracked events from before a moment, by rising id."""
        wanted = (
            select(events.c.lead_id)
            .distinct()
            .where(events.c.occurred_at < moment, events.c.kind == "tracked")
            .where(events.c.lead_id > after)
            .order_by(events.c.lead_id)
            .limit(most)
        )
        return list(self._connection.scalars(wanted))

    def remove(self, message_ids: Collection[str]) -> int:
        """Remove events; return how many there were."""
        count = 0
        for part in portions(sorted(message_ids)):
            gone = delete(events).where(events.c.message_id.in_(part))
            count += self._connection.execute(gone).rowcount
        return count

    def _insert(self, said: Sequence[Event]) -> set[str]:
        if not said:
            return set()
        new = insert_new(self._connection, events, back=events.c.message_id)
        rows = self._connection.execute(new, list(map(_row, said)))
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
