"""Messages go out: what is due is claimed, and how each attempt ended is written down.

An attempt is made between two transactions, so that a slow receiver holds no lock. A worker that
dies in between leaves a claim that ends by itself: the message is then sent again, under the same
id, and the attempt counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.sending.retry import Answer, settled
from leadscore.flows.service.service_rows import DeliveryRow, WebhookRow

__all__ = ["Batch", "claim", "due", "settle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Messages that may be sent to a webhook now, each about another lead.

    Parameters
    ----------
    webhook : WebhookRow
        To whom.
    deliveries : sequence of DeliveryRow
        What.
    """

    webhook: WebhookRow
    deliveries: Sequence[DeliveryRow] = ()


def due(work: Work, *, now: int) -> list[str]:
    """Return the webhooks for which something is due, the longest overdue first."""
    return work.deliveries.receivers_due(now=now)


def claim(work: Work, webhook_id: str, *, now: int, until: int, most: int) -> Batch | None:
    """Take messages to a webhook, so that nobody else sends them before `until`.

    Parameters
    ----------
    work : Work
        The transaction.
    webhook_id : str
        To whom.
    now, until : int
        From when to when the claim holds: longer than all attempts take.
    most : int
        How many at most.

    Returns
    -------
    Batch or None
        None where the webhook was removed or disabled meanwhile, or nothing is due.
    """
    webhook = work.webhooks.get(webhook_id)
    if webhook is None or webhook.disabled_at is not None:
        return None
    taken = work.deliveries.claim(webhook_id, now=now, until=until, most=most)
    return Batch(webhook=webhook, deliveries=taken) if taken else None


def settle(
    work: Work, context: Context, delivery: DeliveryRow, answer: Answer, *, lot: float
) -> DeliveryRow:
    """Write down how an attempt ended; who answers 410 is sent nothing more.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who sent it.
    delivery : DeliveryRow
        As it was claimed.
    answer : Answer
        What came of it.
    lot : float
        A random number from 0 to 1: when exactly it is tried again.

    Returns
    -------
    DeliveryRow
        The delivery after the attempt.
    """
    after = settled(delivery, answer, now=context.now, lot=lot)
    if work.deliveries.settle(after) and answer.gone:
        work.webhooks.disable(delivery.webhook_id, at=context.now)
        note(work, context, "webhook.disable", about=delivery.webhook_id, status=answer.status)
    return after
