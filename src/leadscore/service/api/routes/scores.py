"""Scores that were given, and whether they come out the same again."""

from typing import TYPE_CHECKING, cast

from fastapi import APIRouter
from msgspec import Raw
from starlette.responses import Response

from leadscore.errors import NotFound
from leadscore.flows.service.leads.replay import replay_score
from leadscore.flows.service.ports import Work
from leadscore.flows.service.registry.champion import model_of
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called
from leadscore.service.api.reading.bodies import ReplayBody
from leadscore.service.api.reading.parameters import Name

if TYPE_CHECKING:
    from leadscore.score.record import Json

__all__ = ["read", "replay", "router"]

router = APIRouter(prefix="/v1", tags=["scores"])


@router.get(
    "/scores/{score_id}",
    **told("A score that was given", action="score.read", answer="ScoreRecord", also=(404,)),
)
def read(asked: Called, score_id: Name) -> Response:
    """Return a score record as it was given."""
    return asked.read(lambda work, _: _kept(work, score_id))


@router.post(
    "/scores/{score_id}/replay",
    **told(
        "Work a score out again",
        action="score.replay",
        body="Replay",
        needs_body=False,
        answer="Replayed",
        also=(404,),
        example={},
    ),
)
def replay(asked: Called, score_id: Name) -> Response:
    """Work a score out again from what it was given for: it is the same, or a part is gone.

    Of a score that was not kept, its whole answer is given as `record`.
    """
    # it came as JSON, so that it is
    record = cast("dict[str, Json] | None", asked.said(ReplayBody).record)
    return asked.read(
        lambda work, _: replay_score(
            work, score_id, record=record, model_of=lambda digest: model_of(work, digest)
        )
    )


def _kept(work: Work, score_id: str) -> Raw:
    row = work.scores.get(score_id)
    if row is None:
        raise NotFound(
            f"The score {score_id!r} is not kept.",
            next_step="Scores of leads are kept until retention removes them or the lead is erased;"
            " those of POST /v1/score only where it is asked to keep them.",
        )
    return Raw(row.record)
