"""Keys to the service, and the audit log."""

from secrets import token_bytes
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadscore.flows.service.access.keys import (
    SECRET_BYTES,
    KeyTerms,
    NewKey,
    key_view,
    list_keys,
    make_key,
    revoke_key,
    rotate_key,
)
from leadscore.flows.service.access.replies import Reply
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.leads.event import LONGEST_ID
from leadscore.leads.moment import HOUR
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called, reply
from leadscore.service.api.reading.bodies import KeyBody, moment_of
from leadscore.service.api.reading.parameters import Most, Name

__all__ = ["listed", "make", "revoke", "rotate", "router", "trail"]

router = APIRouter(prefix="/v1", tags=["keys"])

Before = Annotated[int | None, Query(ge=1, lt=2**53, description="Lines before this number.")]
OfLead = Annotated[str | None, Query(min_length=1, max_length=LONGEST_ID)]


@router.post(
    "/keys",
    **told(
        "Make a key",
        action="key.manage",
        body="NewKey",
        answer="MadeKey",
        status=201,
        example={"role": "rep", "name": "Ann's desk"},
    ),
)
def make(asked: Called) -> Response:
    """Make a key. It is shown this once: what is kept of it cannot be turned back."""
    said = asked.said(KeyBody)
    terms = KeyTerms(
        role=said.role,
        name=said.name,
        expires_at=moment_of(said.expires_at, where="expires_at"),
        per_minute=said.per_minute,
    )

    def use(work: Work, context: Context) -> Reply:
        return _shown_once(
            make_key(work, context, terms, secret=token_bytes(SECRET_BYTES)), context
        )

    return asked.write(use, kept=False)


@router.get("/keys", **told("The keys", action="key.manage", answer="Keys"))
def listed(asked: Called) -> Response:
    """Return all keys, without their secrets."""
    return asked.read(lambda work, context: {"keys": list_keys(work, now=context.now)})


@router.delete(
    "/keys/{prefix}", **told("Revoke a key", action="key.manage", answer="Key", also=(404,))
)
def revoke(asked: Called, prefix: Name) -> Response:
    """Refuse a key from now on, in every process within two seconds."""
    return asked.write(
        lambda work, context: reply(key_view(revoke_key(work, context, prefix), now=context.now))
    )


@router.post(
    "/keys/{prefix}/rotate",
    **told(
        "Put a new key in a key's place",
        action="key.manage",
        answer="MadeKey",
        status=201,
        also=(404, 409),
    ),
)
def rotate(asked: Called, prefix: Name) -> Response:
    """Make a key like another one, which is accepted for an hour more."""
    return asked.write(
        lambda work, context: _shown_once(
            rotate_key(work, context, prefix, secret=token_bytes(SECRET_BYTES), overlap=HOUR),
            context,
        ),
        kept=False,
    )


@router.get("/trail", **told("Who did what", action="trail.read", answer="Trail"))
def trail(
    asked: Called, lead_id: OfLead = None, before: Before = None, most: Most = 100
) -> Response:
    """Return lines of the audit log, the last one first: all, or those about one lead."""
    return asked.read(lambda work, _: read_trail(work, lead_id=lead_id, before=before, most=most))


def _shown_once(new: NewKey, context: Context) -> Reply:
    return reply({"key": new.text, **key_view(new.row, now=context.now)}, status=201)
