"""Whom to call: the worklist, and what people do with its tasks."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadscore.flows.service.access.replies import Reply
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.moves import Said, make_move
from leadscore.flows.service.work.worklist import (
    MOST_ITEMS,
    MOST_SKIPPED,
    Wanted,
    read_task,
    read_worklist,
)
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called, reply
from leadscore.service.api.reading.bodies import MoveBody, moment_of
from leadscore.service.api.reading.parameters import Name
from leadscore.worklist.lane import Lane

__all__ = ["move", "router", "task", "worklist"]

router = APIRouter(prefix="/v1", tags=["worklist"])

PeoplesMove = Literal["claim", "release", "complete", "reopen", "snooze", "override"]
Tier = Annotated[str | None, Query(max_length=100, description="Leads of this tier alone.")]
Items = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many are wanted at most.")]
Skipped = Annotated[int, Query(ge=0, le=MOST_SKIPPED, description="How many are passed over.")]
Mine = Annotated[bool, Query(description="Whether only the tasks that the caller has claimed.")]


@router.get("/worklist", **told("Whom to call next", action="worklist.read", answer="Worklist"))
def worklist(  # noqa: PLR0913 -- each is a parameter of the query
    asked: Called,
    *,
    lane: Lane | None = None,
    tier: Tier = None,
    mine: Mine = False,
    most: Items = 50,
    skip: Skipped = 0,
) -> Response:
    """Return the tasks in the order in which to call, by what calling now is worth."""
    wanted = Wanted(lane=lane, tier=tier, mine=mine, most=most, skip=skip)
    return asked.read(lambda work, context: read_worklist(work, context, wanted))


@router.get(
    "/tasks/{task_id}", **told("A task", action="worklist.read", answer="Task", also=(404,))
)
def task(asked: Called, task_id: Name) -> Response:
    """Return a task and the moves that were made with it."""
    return asked.read(lambda work, context: read_task(work, context, task_id))


@router.post(
    "/tasks/{task_id}/{move}",
    **told(
        "Make a move with a task",
        action="task.move",
        body="Move",
        needs_body=False,
        answer="Task",
        writes=True,
        also=(404, 409),
        example={"minutes": 30},
    ),
)
def move(asked: Called, task_id: Name, move: PeoplesMove) -> Response:
    """Claim, release, complete, reopen, snooze or override. Of two who claim at once one wins."""
    body = asked.said(MoveBody)
    said = Said(
        until=moment_of(body.until, where="until"),
        minutes=body.minutes,
        tier=body.tier,
        reason=body.reason,
    )

    def use(work: Work, context: Context) -> Reply:
        done = make_move(work, context, task_id, move, said)
        return reply(done, lead_ids=(str(done["lead_id"]),))

    return asked.write(use)
