"""What came of leads."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import Response

from leadscore.flows.service.work.outcomes import log_outcome, log_outcomes
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called, reply
from leadscore.service.api.reading.bodies import OutcomesBody

__all__ = ["log", "log_all", "router"]

router = APIRouter(prefix="/v1", tags=["outcomes"])


@router.post(
    "/outcomes",
    **told(
        "Say what came of a lead",
        action="outcome.write",
        body="Outcome",
        answer="Logged",
        writes=True,
        also=(404, 409, 410),
        example={"lead_id": "L1", "kind": "contacted"},
    ),
)
def log(asked: Called) -> Response:
    """Write down that a lead was contacted, qualified, converted or lost.

    Nothing is overwritten: a correction names in `corrects` the outcome whose place it takes, and
    one of the kind withdrawn takes it back. Idempotent by id.
    """
    body = asked.table()
    return asked.write(
        lambda work, context: reply(
            log_outcome(work, context, body, key=asked.key), lead_ids=_leads_of([body])
        )
    )


@router.post(
    "/outcomes/batch",
    **told(
        "Say what came of many leads",
        action="outcome.write",
        body="Outcomes",
        answer="LoggedAll",
        writes=True,
        example={"outcomes": [{"lead_id": "L1", "kind": "lost", "reason": "price"}]},
    ),
)
def log_all(asked: Called) -> Response:
    """Write down outcomes. The good ones are taken; `errors` names what is wrong with others."""
    rows = asked.said(OutcomesBody).outcomes
    return asked.write(
        lambda work, context: reply(
            log_outcomes(work, context, rows, key=asked.key), lead_ids=_leads_of(rows)
        )
    )


def _leads_of(rows: Iterable[object]) -> tuple[str, ...]:
    """Return the leads that bodies are about, as far as they can be read."""
    said = [one.get("lead_id") for one in rows if isinstance(one, dict)]
    return tuple(dict.fromkeys(one.strip() for one in said if isinstance(one, str)))
