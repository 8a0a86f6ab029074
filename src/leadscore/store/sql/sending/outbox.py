"""The outbox: what is to be told is written down with what it tells of, in one transaction."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, insert, select

from leadscore.flows.service.service_rows import MessageRow
from leadscore.store.sql.statements import WAITING, insert_into
from leadscore.store.sql.tables import deliveries, messages, webhooks

__all__ = ["SqlOutbox"]

_TOLD = select(webhooks.c.webhook_id, webhooks.c.kinds).where(webhooks.c.disabled_at.is_(None))


class SqlOutbox:
    """The outbox in SQL; see `leadscore.flows.service.ports.Outbox`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, told: Collection[MessageRow]) -> int:
        """Put messages in, for each webhook that asked for their kind; return how many go out.

        A message that nobody asked for is not kept, and one that is there already not put in again.
        """
        asked = self._asked() if told else {}
        count = 0
        for message in told:
            receivers = [one for one, kinds in asked.items() if message.kind in kinds]
            count += self._send(message, receivers) if receivers else 0
        return count

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` messages from before a moment of which none is waiting any more."""
        waiting = exists().where(deliveries.c.message_seq == messages.c.seq, WAITING)
        old = select(messages.c.seq).where(messages.c.created_at < before, ~waiting).limit(most)
        return self._connection.execute(delete(messages).where(messages.c.seq.in_(old))).rowcount

    def _asked(self) -> dict[str, list[str]]:
        return {row.webhook_id: row.kinds for row in self._connection.execute(_TOLD)}

    def _send(self, message: MessageRow, receivers: Collection[str]) -> int:
        row = {
            "message_id": message.message_id,
            "kind": message.kind,
            "lead_id": message.lead_id,
            "body": message.body,
            "created_at": message.created_at,
        }
        new = insert_into(self._connection, messages).values(row).on_conflict_do_nothing()
        seq = self._connection.scalar(new.returning(messages.c.seq))
        if seq is None:
            return 0
        on_the_way = [
            {
                "message_seq": seq,
                "webhook_id": one,
                "lead_id": message.lead_id,
                "state": "waiting",
                "attempts": 0,
                "next_at": message.created_at,
            }
            for one in receivers
        ]
        self._connection.execute(insert(deliveries), on_the_way)
        return len(on_the_way)
