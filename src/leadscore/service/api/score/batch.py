"""Many leads in one request: scored in turns with all other requests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any  # Any: JSON values

import msgspec

from leadscore.errors import BadInput, BadRequest, Fault, TooLarge, UserError
from leadscore.score.record import ScoreRecord
from leadscore.service.api.score.asked import Asked, LeadTypes, asked_of
from leadscore.service.api.score.scoring import Scoring

__all__ = ["MOST", "TURN", "batch_bytes", "batch_of", "each_of", "fault_lines", "one_of", "sized"]

#: How many leads are scored in one request.
MOST = 10_000
#: After how many microseconds it is others' turn.
TURN = 2_000

_Read = Callable[[object, LeadTypes], Asked]


def batch_of(value: object) -> list[object]:
    """Return the leads of a batch.

    Raises
    ------
    BadRequest
        If it is none.
    TooLarge
        If it has too many.

    Examples
    --------
    >>> batch_of({"leads": [{"income": 90000}]})
    [{'income': 90000}]
    """
    leads = value.get("leads") if isinstance(value, dict) else None
    if not isinstance(leads, list):
        fault = Fault(field="leads", got=_kind(leads), allowed="a list of leads")
        raise BadRequest("The body is not a batch of leads.", faults=(fault,))
    return sized(leads)


def sized(leads: list[Any]) -> list[Any]:
    """Return the leads, unless they are too many for one request."""
    if len(leads) > MOST:
        raise TooLarge(
            f"The request has {len(leads):,} leads.",
            allowed=f"{MOST:,} leads",
            next_step="Send them in several requests, or as NDJSON to /v1/score/batch.",
        )
    return leads


async def batch_bytes(scoring: Scoring, leads: Sequence[object]) -> bytes:
    """Return the answer to a batch: ``{"scores": […], "errors": […]}``.

    The scores are in the leads' order, null where a lead has faults; these are among the errors,
    with the lead's index.
    """
    scores, errors = [], []
    async for index, found in each_of(scoring, leads, read=one_of):
        if isinstance(found, UserError):
            errors += [{"index": index, **one} for one in fault_lines(found)]
            scores.append(b"null")
        else:
            scores.append(msgspec.json.encode(found))
    return b'{"scores":[%b],"errors":%b}' % (b",".join(scores), msgspec.json.encode(errors))


async def each_of(
    scoring: Scoring, leads: Sequence[object], *, read: _Read
) -> AsyncIterator[tuple[int, ScoreRecord | UserError]]:
    """Yield each lead's index, and its record or what is wrong with it.

    Parameters
    ----------
    scoring : Scoring
        Scores.
    leads : sequence
        The leads, as JSON has them.
    read : callable
        Reads one of them: `one_of`, or `flat_of`.
    """
    champion, types = scoring.live()
    turn = scoring.clock()
    for index, lead in enumerate(leads):
        if scoring.clock() - turn > TURN:
            await asyncio.sleep(0)
            turn = scoring.clock()
        try:
            yield index, scoring.record(champion, read(lead, types))
        except (BadInput, BadRequest) as error:
            yield index, error


def one_of(value: object, types: LeadTypes) -> Asked:
    """Return what is asked of one lead of many; its score is not kept.

    Raises
    ------
    BadInput, BadRequest
        As `asked_of`, and where it is to be kept.
    """
    asked = asked_of(value, types)
    if asked.keep:
        fault = Fault(field="keep", got="true", allowed="for one lead, sent to /v1/score")
        raise BadRequest("A score of a batch is not kept.", faults=(fault,))
    return asked


def fault_lines(error: UserError) -> list[dict[str, str]]:
    """Return what is wrong with a lead of many: one line or more."""
    faults = error.faults or (Fault(field="lead", got="what was sent", allowed=error.message),)
    return [{"field": one.field, "got": one.got, "allowed": one.allowed} for one in faults]


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
