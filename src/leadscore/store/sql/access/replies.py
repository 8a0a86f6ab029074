"""Answers to writes, kept so that the same write again gets the same answer."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, delete, select, tuple_, update

from leadscore.flows.service.service_rows import ReplyRow
from leadscore.store.sql.statements import insert_into, took_effect
from leadscore.store.sql.tables import replies, reply_leads

__all__ = ["SqlReplies"]

#: The status of an answer that is still being worked out; nobody else ever sees it.
_UNANSWERED = 0


class SqlReplies:
    """Answers in SQL; see `leadscore.flows.service.ports.Replies`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reserve(self, actor: str, key: str, *, request: str, at: int) -> ReplyRow | None:
        """Return the answer that is kept under the key; None where the caller is to work it out.

        Until the transaction ends, others who come with the key wait.
        """
        row = {
            "actor": actor,
            "key": key,
            "request": request,
            "status": _UNANSWERED,
            "content_type": "",
            "body": b"",
            "created_at": at,
        }
        new = insert_into(self._connection, replies).values(row).on_conflict_do_nothing()
        if took_effect(self._connection, new):
            return None
        wanted = select(replies).where(replies.c.actor == actor, replies.c.key == key)
        known = self._connection.execute(wanted.with_for_update()).first()
        if known is None or known.status == _UNANSWERED:
            return None
        return ReplyRow(
            actor=known.actor,
            key=known.key,
            request=known.request,
            status=known.status,
            content_type=known.content_type,
            body=known.body,
            created_at=known.created_at,
        )

    def keep(self, reply: ReplyRow, *, lead_ids: Collection[str]) -> None:
        """Keep the answer to a key that was reserved; it goes when one of the leads is erased."""
        mine = and_(replies.c.actor == reply.actor, replies.c.key == reply.key)
        answer = {
            "request": reply.request,
            "status": reply.status,
            "content_type": reply.content_type,
            "body": reply.body,
        }
        self._connection.execute(update(replies).where(mine).values(answer))
        rows = [{"lead_id": one, "actor": reply.actor, "key": reply.key} for one in set(lead_ids)]
        if rows:
            new = insert_into(self._connection, reply_leads).on_conflict_do_nothing()
            self._connection.execute(new, rows)

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` answers from before a moment; return how many."""
        old = select(replies.c.actor, replies.c.key).where(replies.c.created_at < before)
        gone = delete(replies).where(tuple_(replies.c.actor, replies.c.key).in_(old.limit(most)))
        return self._connection.execute(gone).rowcount
