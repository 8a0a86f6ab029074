"""Calls about the service itself: its health, its models, its keys, whom it tells."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from leadscore.client.calls.answers import (
    KeptModel,
    Keys,
    Models,
    NewKey,
    NewWebhook,
    Table,
    Webhook,
)
from leadscore.client.calls.call import Call, get, part, send, wire_moment

__all__ = [
    "add_model",
    "add_webhook",
    "compare_models",
    "create_key",
    "disable_webhook",
    "enable_webhook",
    "list_deliveries",
    "list_keys",
    "list_models",
    "list_webhooks",
    "promote_model",
    "promotions",
    "ready",
    "remove_webhook",
    "resend_delivery",
    "revoke_key",
    "roll_back_model",
    "rotate_key",
    "rotate_webhook",
    "trail",
]

Role = Literal["rep", "manager", "service", "admin"]
Kind = Literal["lead.tier_changed", "lead.scored", "task.due", "model.promoted", "monitor.alert"]


def ready() -> Call[Table]:
    """Return that the service is ready; an error with words where it is not."""
    return get("/health/ready")


def list_models() -> Call[Models]:
    """Return the models of the registry, and which one is live."""
    return get("/v1/models")


def compare_models(models: Sequence[str]) -> Call[Table]:
    """Return the figures of models, by their digests or name@version, side by side."""
    return get("/v1/models/compare", model=list(models))


def add_model(archive: bytes, *, note: str = "") -> Call[KeptModel]:
    """Add a model to the registry.

    Parameters
    ----------
    archive : bytes
        The content of the .zip that `save_model` or ``leadscore train --out model.zip`` writes.
    note : str
        Why it is added.
    """
    query = {"note": note} if note else {}
    return send("/v1/models", archive, query=query, content_type="application/zip")


def promote_model(model: str, *, reason: str) -> Call[Table]:
    """Make a model the live one, for a reason."""
    return send(f"/v1/models/{part(model)}/promote", {"reason": reason})


def roll_back_model(*, reason: str) -> Call[Table]:
    """Make the model live again that was so before, for a reason."""
    return send("/v1/models/rollback", {"reason": reason})


def promotions(*, most: int | None = None) -> Call[Table]:
    """Return which model was made live when, by whom and why, the last promotion first."""
    return get("/v1/promotions", most=most)


def create_key(
    role: Role,
    *,
    name: str = "",
    expires_at: datetime | str | None = None,
    per_minute: int | None = None,
) -> Call[NewKey]:
    """Make a key; the answer alone shows it, so that an answer that is lost is not asked for again.

    Parameters
    ----------
    role : {"rep", "manager", "service", "admin"}
        What it may do.
    name : str
        What people call it.
    expires_at : datetime or str, optional
        From when on it is not accepted.
    per_minute : int, optional
        How many requests it may make in a minute.
    """
    told = {
        "role": role,
        "name": name,
        "expires_at": wire_moment(expires_at),
        "per_minute": per_minute,
    }
    said = {key: value for key, value in told.items() if value is not None}
    return send("/v1/keys", said, repeats="never")


def list_keys() -> Call[Keys]:
    """Return all keys, without their secrets."""
    return get("/v1/keys")


def rotate_key(prefix: str) -> Call[NewKey]:
    """Make a key in place of another one, which is accepted for an hour more."""
    return send(f"/v1/keys/{part(prefix)}/rotate", repeats="never")


def revoke_key(prefix: str) -> Call[Table]:
    """Refuse a key from now on."""
    return send(f"/v1/keys/{part(prefix)}", method="DELETE")


def add_webhook(url: str, kinds: Sequence[Kind]) -> Call[NewWebhook]:
    """Tell a webhook of what happens from now on; the answer alone shows its secret.

    Parameters
    ----------
    url : str
        Where to.
    kinds : sequence of str
        What about: ``lead.tier_changed``, ``lead.scored``, ``task.due``, ``model.promoted`` or
        ``monitor.alert``.
    """
    return send("/v1/webhooks", {"url": url, "kinds": list(kinds)}, repeats="never")


def list_webhooks() -> Call[dict[str, list[Webhook]]]:
    """Return the webhooks."""
    return get("/v1/webhooks")


def remove_webhook(webhook_id: str) -> Call[Table]:
    """Tell a webhook nothing any more."""
    return send(f"/v1/webhooks/{part(webhook_id)}", method="DELETE")


def disable_webhook(webhook_id: str) -> Call[Webhook]:
    """Tell a webhook nothing until it is enabled again."""
    return send(f"/v1/webhooks/{part(webhook_id)}/disable")


def enable_webhook(webhook_id: str) -> Call[Webhook]:
    """Tell a webhook again of what happens from now on."""
    return send(f"/v1/webhooks/{part(webhook_id)}/enable")


def rotate_webhook(webhook_id: str) -> Call[NewWebhook]:
    """Sign what a webhook is told with a new secret, which the answer alone shows."""
    return send(f"/v1/webhooks/{part(webhook_id)}/rotate", repeats="never")


def list_deliveries(
    webhook_id: str,
    *,
    state: Literal["waiting", "sent", "dead"] | None = None,
    before: int | None = None,
    most: int | None = None,
) -> Call[Table]:
    """Return what was and is to be told to a webhook, the last delivery first.

    Parameters
    ----------
    webhook_id : str
        The webhook.
    state : {"waiting", "sent", "dead"}, optional
        Only those.
    before : int, optional
        Only those below this number.
    most : int, optional
        How many.
    """
    path = f"/v1/webhooks/{part(webhook_id)}/deliveries"
    return get(path, state=state, before=before, most=most)


def resend_delivery(delivery_id: int) -> Call[Table]:
    """Tell a webhook something once more, under the same id."""
    return send(f"/v1/deliveries/{delivery_id}/resend")


def trail(
    *, lead_id: str | None = None, before: int | None = None, most: int | None = None
) -> Call[Table]:
    """Return the audit log, the last line first: all, or the lines about one lead."""
    return get("/v1/trail", lead_id=lead_id, before=before, most=most)
