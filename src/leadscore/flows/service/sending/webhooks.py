"""Webhooks: who outside is told what, and how that went."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from leadscore.errors import BadRequest, Conflict, Fault, NotFound
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.sending.targets import refused_url
from leadscore.flows.service.service_rows import DeliveryRow, DeliveryState, WebhookRow
from leadscore.leads.moment import DAY, moment_or_none, moment_text

__all__ = [
    "KINDS",
    "MOST_WEBHOOKS",
    "SECRET_BYTES",
    "NewWebhook",
    "add_webhook",
    "delivery_view",
    "list_webhooks",
    "page_deliveries",
    "remove_webhook",
    "resend",
    "rotate_secret",
    "set_disabled",
    "webhook_view",
]

#: What can be told.
KINDS = ("lead.tier_changed", "lead.scored", "task.due", "model.promoted", "monitor.alert")
#: How many webhooks there may be: each is served on its own, whatever the others do.
MOST_WEBHOOKS = 50
#: How many random bytes a secret is.
SECRET_BYTES = 32
#: How long messages are signed with the secret before as well.
_BOTH = DAY
_MOST_DELIVERIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook whose secret is new.

    Parameters
    ----------
    secret : str
        ``whsec_…``, which is shown now and never again.
    row : WebhookRow
        What is kept.
    """

    secret: str = field(repr=False)
    row: WebhookRow


def add_webhook(
    work: Work,
    context: Context,
    body: Mapping[str, object],
    *,
    secret: bytes,
    hosts: Collection[str],
) -> NewWebhook:
    """Tell somebody outside from now on.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who asks.
    body : mapping
        ``url``, and ``kinds``: a list of what is told.
    secret : bytes
        `SECRET_BYTES` random bytes.
    hosts : collection of str
        The operator's own hosts and networks that messages may go to (``webhook_hosts``).

    Raises
    ------
    BadRequest
        If the URL or the kinds are not what is allowed; all at once.
    Conflict
        If there are `MOST_WEBHOOKS` already.
    """
    url, kinds = _read(body, hosts)
    if len(work.webhooks.all()) >= MOST_WEBHOOKS:
        raise Conflict(
            f"There are {MOST_WEBHOOKS} webhooks already.", next_step="Remove one that is not used."
        )
    text = _secret_text(secret)
    row = WebhookRow(
        # of the secret, one way: no other randomness is needed
        webhook_id="wh_" + hashlib.sha256(b"id" + secret).hexdigest()[:16],
        url=url,
        secret=text,
        kinds=kinds,
        created_at=context.now,
        created_by=context.caller.actor,
    )
    work.webhooks.add(row)
    note(work, context, "webhook.create", about=row.webhook_id)
    return NewWebhook(secret=text, row=row)


def list_webhooks(work: Work) -> list[dict[str, object]]:
    """Return all webhooks, the oldest first, as `webhook_view` shows them."""
    return [webhook_view(row) for row in work.webhooks.all()]


def set_disabled(
    work: Work, context: Context, webhook_id: str, *, disabled: bool
) -> dict[str, object]:
    """Send a webhook nothing for now, or send to it again.

    What waits for it goes on waiting; what happens meanwhile is not kept for it.

    Raises
    ------
    NotFound
        If there is no such webhook.
    """
    _find(work, webhook_id)
    work.webhooks.disable(webhook_id, at=context.now if disabled else None)
    note(work, context, "webhook.disable" if disabled else "webhook.enable", about=webhook_id)
    return webhook_view(_find(work, webhook_id))


def remove_webhook(work: Work, context: Context, webhook_id: str) -> None:
    """Remove a webhook with all its deliveries.

    Raises
    ------
    NotFound
        If there is no such webhook.
    """
    _find(work, webhook_id)
    work.webhooks.remove(webhook_id)
    note(work, context, "webhook.remove", about=webhook_id)


def rotate_secret(work: Work, context: Context, webhook_id: str, *, secret: bytes) -> NewWebhook:
    """Give a webhook another secret; for a day messages are signed with both.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who asks.
    webhook_id : str
        Which one.
    secret : bytes
        `SECRET_BYTES` random bytes.

    Raises
    ------
    NotFound
        If there is no such webhook.
    """
    _find(work, webhook_id)
    text = _secret_text(secret)
    work.webhooks.renew(webhook_id, secret=text, former_until=context.now + _BOTH)
    note(work, context, "webhook.rotate", about=webhook_id)
    return NewWebhook(secret=text, row=_find(work, webhook_id))


def page_deliveries(
    work: Work,
    webhook_id: str,
    *,
    state: DeliveryState | None = None,
    before: int | None = None,
    most: int = 100,
) -> dict[str, object]:
    """Return what is and was on its way to a webhook, the last one first.

    Parameters
    ----------
    work : Work
        The transaction.
    webhook_id : str
        Which one.
    state : {"waiting", "sent", "dead"}, optional
        Only those of this state.
    before : int, optional
        Only those below this number: the ``next`` of the page before.
    most : int
        How many; never more than 1,000.

    Returns
    -------
    dict
        ``deliveries``, and ``next``: what to give as `before` for the next page.

    Raises
    ------
    NotFound
        If there is no such webhook.
    """
    _find(work, webhook_id)
    wanted = max(1, min(most, _MOST_DELIVERIES))
    rows = work.deliveries.page(webhook_id, state=state, before=before, most=wanted)
    return {
        "deliveries": [delivery_view(row) for row in rows],
        "next": rows[-1].delivery_id if len(rows) == wanted else None,
    }


def resend(work: Work, context: Context, delivery_id: int) -> dict[str, object]:
    """Send a message again that was sent or given up, as if it was never tried.

    It has the same id as before, so that a receiver can tell that it had it.

    Raises
    ------
    NotFound
        If there is no such delivery.
    Conflict
        If it is still on its way.
    """
    if work.deliveries.get(delivery_id) is None:
        raise NotFound(
            f"There is no delivery {delivery_id}.",
            next_step="A webhook's deliveries: GET /v1/webhooks/{id}/deliveries.",
        )
    if not work.deliveries.resend(delivery_id, at=context.now):
        raise Conflict(f"The delivery {delivery_id} is still on its way.")
    again = work.deliveries.get(delivery_id)
    note(work, context, "webhook.resend", about=str(delivery_id))
    return delivery_view(again) if again else {}


def webhook_view(row: WebhookRow) -> dict[str, object]:
    """Return what may be seen of a webhook: all but its secret."""
    return {
        "id": row.webhook_id,
        "url": row.url,
        "kinds": list(row.kinds),
        "created_at": moment_text(row.created_at),
        "created_by": row.created_by,
        "disabled_at": moment_or_none(row.disabled_at),
    }


def delivery_view(row: DeliveryRow) -> dict[str, object]:
    """Return a delivery without its body."""
    return {
        "id": row.delivery_id,
        "webhook_id": row.webhook_id,
        "message_id": row.message.message_id,
        "kind": row.message.kind,
        "lead_id": row.message.lead_id,
        "created_at": moment_text(row.message.created_at),
        "state": row.state,
        "attempts": row.attempts,
        "next_at": moment_text(row.next_at) if row.state == "waiting" else None,
        "status": row.status,
        "error": row.error,
        "settled_at": moment_or_none(row.settled_at),
    }


def _read(body: Mapping[str, object], hosts: Collection[str]) -> tuple[str, tuple[str, ...]]:
    kinds = body.get("kinds")
    listed = kinds if isinstance(kinds, list | tuple) else []
    faults = [fault for fault in [refused_url(body.get("url"), hosts=hosts)] if fault]
    if not listed or any(one not in KINDS for one in listed):
        allowed = f"a list of {', '.join(KINDS)}"
        faults.append(Fault(field="kinds", got=repr(kinds)[:200], allowed=allowed))
    if faults:
        raise BadRequest("The webhook cannot be added.", faults=tuple(faults))
    return str(body["url"]), tuple(one for one in KINDS if one in listed)


def _secret_text(secret: bytes) -> str:
    if len(secret) != SECRET_BYTES:
        raise ValueError(len(secret))
    return "whsec_" + b64encode(secret).decode()


def _find(work: Work, webhook_id: str) -> WebhookRow:
    row = work.webhooks.get(webhook_id)
    if row is None:
        raise NotFound(
            f"There is no webhook {webhook_id!r}.", next_step="List them: GET /v1/webhooks."
        )
    return row
