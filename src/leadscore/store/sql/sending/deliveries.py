"""Deliveries: claimed by one worker at a time, and in order for each lead and webhook."""

from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from leadscore.flows.service.service_rows import DeliveryRow, DeliveryState, MessageRow
from leadscore.store.sql.statements import WAITING, Found
from leadscore.store.sql.tables import deliveries, messages, webhooks

__all__ = ["SqlDeliveries"]

_WITH_MESSAGE = (
    deliveries,
    messages.c.message_id,
    messages.c.kind,
    messages.c.body,
    messages.c.created_at,
)


class SqlDeliveries:
    """Deliveries in SQL; see `leadscore.flows.service.ports.Deliveries`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receivers_due(self, *, now: int) -> list[str]:
        """Return the webhooks for which something is due, the longest overdue first."""
        wanted = (
            select(deliveries.c.webhook_id)
            .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
            .where(_due(now), webhooks.c.disabled_at.is_(None))
            .group_by(deliveries.c.webhook_id)
            .order_by(func.min(deliveries.c.next_at), deliveries.c.webhook_id)
        )
        return list(self._connection.scalars(wanted))

    def claim(self, webhook_id: str, *, now: int, until: int, most: int) -> list[DeliveryRow]:
        """Take deliveries that are due, one of each lead at most; each is an attempt begun."""
        wanted = (
            select(deliveries.c.seq)
            .where(deliveries.c.webhook_id == webhook_id, _due(now), ~_is_behind())
            .order_by(deliveries.c.next_at, deliveries.c.seq)
            .limit(most)
            # what another worker is claiming right now is not waited for
            .with_for_update(skip_locked=True)
        )
        taken = list(self._connection.scalars(wanted))
        held = {"held_until": until, "attempts": deliveries.c.attempts + 1}
        self._connection.execute(update(deliveries).where(deliveries.c.seq.in_(taken)).values(held))
        return self._read(deliveries.c.seq.in_(taken)) if taken else []

    def settle(self, delivery: DeliveryRow) -> bool:
        """Write down how an attempt ended; False where somebody else made a later one."""
        same = (
            deliveries.c.seq == delivery.delivery_id,
            deliveries.c.state == "waiting",
            deliveries.c.attempts == delivery.attempts,
        )
        changed = {
            "state": delivery.state,
            "next_at": delivery.next_at,
            "held_until": None,
            "status": delivery.status,
            "error": delivery.error,
            "settled_at": delivery.settled_at,
        }
        return (
            self._connection.execute(update(deliveries).where(*same).values(changed)).rowcount > 0
        )

    def resend(self, delivery_id: int, *, at: int) -> bool:
        """Make a delivery wait again from the first attempt on; False where it waits already."""
        again = {"state": "waiting", "attempts": 0, "next_at": at, "settled_at": None}
        settled = (deliveries.c.seq == delivery_id, deliveries.c.state != "waiting")
        changed = update(deliveries).where(*settled).values(again)
        return self._connection.execute(changed).rowcount > 0

    def get(self, delivery_id: int) -> DeliveryRow | None:
        """Return a delivery; None where there is none."""
        return next(iter(self._read(deliveries.c.seq == delivery_id)), None)

    def page(
        self,
        webhook_id: str,
        *,
        state: DeliveryState | None = None,
        before: int | None = None,
        most: int,
    ) -> list[DeliveryRow]:
        """Return a webhook's deliveries, the last one first, perhaps of one state only."""
        wanted = [deliveries.c.webhook_id == webhook_id]
        wanted += [deliveries.c.state == state] if state is not None else []
        wanted += [deliveries.c.seq < before] if before is not None else []
        return self._read(and_(*wanted), most=most)

    def of(self, lead_id: str) -> list[DeliveryRow]:
        """Return all deliveries about a lead, the first one first."""
        return self._read(messages.c.lead_id == lead_id)

    def counts(self) -> Mapping[DeliveryState, int]:
        """Return how many deliveries there are of each state."""
        counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        found: dict[DeliveryState, int] = {"waiting": 0, "sent": 0, "dead": 0}
        return found | {row[0]: row[1] for row in self._connection.execute(counted)}

    def waiting_since(self) -> int | None:
        """Return when the oldest message that still waits was made; None where none waits."""
        wanted = (
            select(func.min(messages.c.created_at))
            .join(deliveries, deliveries.c.message_seq == messages.c.seq)
            .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
            # what waits for a webhook that is disabled waits for nobody's fault
            .where(WAITING, webhooks.c.disabled_at.is_(None))
        )
        oldest: int | None = self._connection.scalar(wanted)
        return oldest

    def _read(self, which: ColumnElement[bool], *, most: int | None = None) -> list[DeliveryRow]:
        wanted = (
            select(*_WITH_MESSAGE)
            .join(messages, messages.c.seq == deliveries.c.message_seq)
            .where(which)
            .order_by(deliveries.c.seq.desc() if most else deliveries.c.seq)
            .limit(most)
        )
        return [_delivery(row) for row in self._connection.execute(wanted)]


def _due(now: int) -> ColumnElement[bool]:
    free = or_(deliveries.c.held_until.is_(None), deliveries.c.held_until <= now)
    return and_(WAITING, deliveries.c.next_at <= now, free)


def _is_behind() -> ColumnElement[bool]:
    """Tell whether an earlier delivery about the same lead still waits for the same webhook."""
    earlier = deliveries.alias("earlier")
    return exists().where(
        earlier.c.webhook_id == deliveries.c.webhook_id,
        earlier.c.lead_id == deliveries.c.lead_id,
        earlier.c.state == literal_column("'waiting'"),
        earlier.c.seq < deliveries.c.seq,
    )


def _delivery(row: Found) -> DeliveryRow:
    return DeliveryRow(
        delivery_id=row.seq,
        webhook_id=row.webhook_id,
        message=MessageRow(
            message_id=row.message_id,
            kind=row.kind,
            lead_id=row.lead_id,
            body=row.body,
            created_at=row.created_at,
        ),
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        status=row.status,
        error=row.error,
        settled_at=row.settled_at,
    )
