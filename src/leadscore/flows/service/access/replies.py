"""The same write twice is made once: the second one gets the answer of the first."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from leadscore.errors import BadRequest, Conflict
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.service_rows import ReplyRow

__all__ = ["LONGEST_KEY", "Reply", "once"]

#: How many characters an Idempotency-Key may have.
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a write.

    Parameters
    ----------
    status : int
        The HTTP status.
    content_type : str
        What the body is.
    body : bytes
        The body.
    lead_ids : tuple of str
        All the leads that it says anything about: it is not kept longer than they are.
    """

    status: int = 200
    content_type: str = "application/json"
    body: bytes = field(default=b"", repr=False)
    lead_ids: tuple[str, ...] = ()


def once(
    work: Work, context: Context, *, key: str, request: bytes, make: Callable[[], Reply]
) -> Reply:
    """Make a write, or return what was answered when it was made before.

    Two who come with one key at once are told apart by the database: the second waits for the
    first. What raises is undone and kept nowhere, so that it may be tried again.

    Parameters
    ----------
    work : Work
        The transaction, which `make` writes in too.
    context : Context
        When, and who; keys of different callers are different keys.
    key : str
        The Idempotency-Key; without one the write is made.
    request : bytes
        What is asked in full: method, path and body.
    make : callable
        Makes the write.

    Raises
    ------
    Conflict
        If the key was used for another request.
    BadRequest
        If the key is too long or not printable ASCII.
    """
    if not key:
        return make()
    _refuse_bad(key)
    actor, digest = context.caller.actor, hashlib.sha256(request).hexdigest()
    known = work.replies.reserve(actor, key, request=digest, at=context.now)
    if known is not None:
        return _again(known, digest)
    reply = make()
    row = ReplyRow(
        actor=actor,
        key=key,
        request=digest,
        status=reply.status,
        content_type=reply.content_type,
        body=reply.body,
        created_at=context.now,
    )
    work.replies.keep(row, lead_ids=reply.lead_ids)
    return reply


def _again(known: ReplyRow, digest: str) -> Reply:
    if known.request != digest:
        raise Conflict(
            f"The Idempotency-Key {known.key!r} was used for another request.",
            next_step="Take a new key for a new request.",
        )
    return Reply(status=known.status, content_type=known.content_type, body=known.body)


def _refuse_bad(key: str) -> None:
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise BadRequest(
            f"An Idempotency-Key of {len(key):,} characters came.",
            allowed=f"up to {LONGEST_KEY} printable ASCII characters",
        )
