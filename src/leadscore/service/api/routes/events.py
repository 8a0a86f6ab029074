"""What leads say and do, in Segment's shapes: identify, track and batch."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from leadscore.flows.service.access.replies import Reply
from leadscore.flows.service.context import Context
from leadscore.flows.service.leads.intake import take_events
from leadscore.flows.service.ports import Work
from leadscore.leads.event_reader import Call
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Asked, Called, answered, reply

__all__ = ["batch", "identify", "router", "track"]

router = APIRouter(prefix="/v1", tags=["events"])


@router.post(
    "/identify",
    **told(
        "Say what is so of a lead",
        action="events.write",
        body="Identify",
        answer="Taken",
        writes=True,
        also=(409, 410),
        example={"userId": "L1", "traits": {"email": "ann@example.com"}, "messageId": "m-1"},
    ),
)
async def identify(asked: Called) -> Response:
    """State values of a lead's fields, and whom to reach. The lead is scored anew at once.

    Idempotent by messageId. Traits that are neither fields nor contact data are not kept.
    """
    return await _take_one(asked, "identify")


@router.post(
    "/track",
    **told(
        "Say what a lead did",
        action="events.write",
        body="Track",
        answer="Taken",
        writes=True,
        also=(409, 410),
        example={"userId": "L1", "event": "property_view", "messageId": "m-2"},
    ),
)
async def track(asked: Called) -> Response:
    """Count something that a lead did. The lead is scored anew at once. Idempotent by messageId."""
    return await _take_one(asked, "track")


@router.post(
    "/batch",
    **told(
        "Many messages at once",
        action="events.write",
        body="Batch",
        answer="Taken",
        writes=True,
        example={"batch": [{"type": "track", "userId": "L1", "event": "visit", "messageId": "m"}]},
    ),
)
def batch(asked: Called) -> Response:
    """Take up to 2,500 messages. The good ones are taken; `errors` names what is wrong with others.

    A failure of the whole request takes none, and may be sent again: each counts once.
    """
    return _take(asked, "batch")


async def _take_one(asked: Asked, call: Call) -> Response:
    if asked.key:
        return await asyncio.to_thread(_take, asked, call)
    taken = await asked.edge.gatherer.take(asked.caller, call, asked.json())
    return answered(reply(taken.to_json()))


def _take(asked: Asked, call: Call) -> Response:
    raw = asked.json()

    def use(work: Work, context: Context) -> Reply:
        taken = take_events(work, context, raw, call=call, key=asked.key)
        return reply(taken.to_json(), lead_ids=taken.lead_ids)

    return asked.write(use)
