"""Models: kept, compared, made live and taken back."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadscore import wiring
from leadscore.errors import LeadscoreError
from leadscore.flows.service.registry.models import add_model, compare_models, list_models
from leadscore.flows.service.registry.promotion import promote, promotions, rollback
from leadscore.leads.event import LONGEST_NAME, LONGEST_TEXT
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Asked, Called, reply
from leadscore.service.api.reading.bodies import PromotionBody
from leadscore.service.api.reading.parameters import Most, Name

__all__ = ["add", "compared", "listed", "make_live", "past", "router", "take_back"]

router = APIRouter(prefix="/v1", tags=["models"])

Note = Annotated[str, Query(max_length=LONGEST_TEXT, description="Why it is added.")]
Which = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=2 * LONGEST_NAME)]],
    Query(min_length=1, max_length=10, description="Digests, or name@version."),
]


@router.get("/models", **told("The models", action="model.read", answer="Models"))
def listed(asked: Called) -> Response:
    """Return all models that are kept, the last one first, and which one is live."""
    return asked.read(lambda work, _: {"models": list_models(work)})


@router.get(
    "/models/compare",
    **told("Models side by side", action="model.read", answer="Compared", also=(404,)),
)
def compared(asked: Called, model: Which) -> Response:
    """Return the figures of some models side by side."""
    return asked.read(lambda work, _: compare_models(work, model))


@router.post(
    "/models",
    **told(
        "Add a model",
        action="model.change",
        answer="AddedModel",
        status=201,
        writes=True,
        body_types={"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    ),
)
def add(asked: Called, note: Note = "") -> Response:
    """Keep a model: the body is the .zip that ``leadscore train --out model.zip`` writes."""
    parts = wiring.unpack_parts(asked.body)
    return asked.write(
        lambda work, context: reply(add_model(work, context, parts, note=note), status=201)
    )


@router.post(
    "/models/rollback",
    **told(
        "Take the last promotion back",
        action="model.promote",
        body="Promotion",
        answer="Promoted",
        writes=True,
        also=(404, 409),
        example={"reason": "It ranks referrals too low."},
    ),
)
def take_back(asked: Called) -> Response:
    """Make the model live again that was so before."""
    reason = asked.said(PromotionBody).reason
    answer = asked.write(lambda work, context: reply(rollback(work, context, reason=reason)))
    _take_up(asked)
    return answer


@router.post(
    "/models/{model}/promote",
    **told(
        "Make a model live",
        action="model.promote",
        body="Promotion",
        answer="Promoted",
        writes=True,
        also=(404, 409),
        example={"reason": "Better on the last month."},
    ),
)
def make_live(asked: Called, model: Name) -> Response:
    """Make a model live, in every process within a second or so; no request is dropped."""
    reason = asked.said(PromotionBody).reason
    answer = asked.write(lambda work, context: reply(promote(work, context, model, reason=reason)))
    _take_up(asked)
    return answer


@router.get("/promotions", **told("Promotions", action="model.read", answer="Promotions"))
def past(asked: Called, most: Most = 100) -> Response:
    """Return which model was made live when, by whom and why, the last one first."""
    return asked.read(lambda work, _: {"promotions": promotions(work, most=most)})


def _take_up(asked: Asked) -> None:
    """Score with the new model here at once, as other processes do when they next look."""
    with suppress(LeadscoreError):
        # it is promoted, whatever keeps this process from taking it up now
        asked.edge.live.refresh()
