"""Who outside is told, and how that went."""

from secrets import token_bytes
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadscore.flows.service.access.replies import Reply
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.sending.webhooks import (
    SECRET_BYTES,
    NewWebhook,
    add_webhook,
    list_webhooks,
    page_deliveries,
    remove_webhook,
    resend,
    rotate_secret,
    set_disabled,
    webhook_view,
)
from leadscore.flows.service.service_rows import DeliveryState
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called, reply
from leadscore.service.api.reading.bodies import WebhookBody
from leadscore.service.api.reading.parameters import Most, Name, Number

__all__ = [
    "add",
    "deliveries",
    "disable",
    "enable",
    "listed",
    "remove",
    "rotate",
    "router",
    "send_again",
]

router = APIRouter(prefix="/v1", tags=["webhooks"])

Before = Annotated[int | None, Query(ge=1, lt=2**53, description="Those below this number.")]
State = Annotated[DeliveryState | None, Query(description="Those of this state alone.")]


@router.post(
    "/webhooks",
    **told(
        "Tell somebody outside",
        action="webhook.manage",
        body="NewWebhook",
        answer="MadeWebhook",
        status=201,
        example={"url": "https://crm.example.com/hook", "kinds": ["lead.tier_changed"]},
    ),
)
def add(asked: Called) -> Response:
    """Send messages of some kinds to an address, signed as Standard Webhooks has it.

    The secret is shown this once.
    """
    said = asked.said(WebhookBody)
    return asked.write(
        lambda work, context: _shown_once(
            add_webhook(
                work,
                context,
                said.model_dump(),
                secret=token_bytes(SECRET_BYTES),
                hosts=asked.edge.webhook_hosts,
            )
        ),
        kept=False,
    )


@router.get("/webhooks", **told("The webhooks", action="webhook.manage", answer="Webhooks"))
def listed(asked: Called) -> Response:
    """Return all webhooks, without their secrets."""
    return asked.read(lambda work, _: {"webhooks": list_webhooks(work)})


@router.delete(
    "/webhooks/{webhook_id}",
    **told("Remove a webhook", action="webhook.manage", answer="Removed", also=(404,)),
)
def remove(asked: Called, webhook_id: Name) -> Response:
    """Remove a webhook with all its deliveries."""

    def use(work: Work, context: Context) -> Reply:
        remove_webhook(work, context, webhook_id)
        return reply({"id": webhook_id, "removed": True})

    return asked.write(use)


@router.post(
    "/webhooks/{webhook_id}/disable",
    **told("Send it nothing", action="webhook.manage", answer="Webhook", also=(404,)),
)
def disable(asked: Called, webhook_id: Name) -> Response:
    """Send a webhook nothing until it is enabled again; what happens meanwhile it is not told."""
    return asked.write(
        lambda work, context: reply(set_disabled(work, context, webhook_id, disabled=True))
    )


@router.post(
    "/webhooks/{webhook_id}/enable",
    **told("Send it messages again", action="webhook.manage", answer="Webhook", also=(404,)),
)
def enable(asked: Called, webhook_id: Name) -> Response:
    """Send a webhook messages again."""
    return asked.write(
        lambda work, context: reply(set_disabled(work, context, webhook_id, disabled=False))
    )


@router.post(
    "/webhooks/{webhook_id}/rotate",
    **told(
        "Sign with a new secret",
        action="webhook.manage",
        answer="MadeWebhook",
        status=201,
        also=(404,),
    ),
)
def rotate(asked: Called, webhook_id: Name) -> Response:
    """Sign messages with a new secret, which is shown this once."""
    return asked.write(
        lambda work, context: _shown_once(
            rotate_secret(work, context, webhook_id, secret=token_bytes(SECRET_BYTES))
        ),
        kept=False,
    )


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    **told("A webhook's deliveries", action="webhook.manage", answer="Deliveries", also=(404,)),
)
def deliveries(
    asked: Called,
    webhook_id: Name,
    *,
    state: State = None,
    before: Before = None,
    most: Most = 100,
) -> Response:
    """Return deliveries, the last one first, with how their last attempts ended."""
    return asked.read(
        lambda work, _: page_deliveries(work, webhook_id, state=state, before=before, most=most)
    )


@router.post(
    "/deliveries/{delivery_id}/resend",
    **told("Send a message again", action="webhook.manage", answer="Delivery", also=(404, 409)),
)
def send_again(asked: Called, delivery_id: Number) -> Response:
    """Make a delivery wait again, as if it had never been tried."""
    return asked.write(lambda work, context: reply(resend(work, context, delivery_id)))


def _shown_once(new: NewWebhook) -> Reply:
    return reply({"secret": new.secret, **webhook_view(new.row)}, status=201)
