"""The short form of a score: a tier, how sure it is, and what to do."""

from leadscore.errors import BadInput, BadRequest, Fault, UserError
from leadscore.score.record import Json, ScoreRecord
from leadscore.service.api.score.asked import flat_of, without_row
from leadscore.service.api.score.batch import each_of, sized
from leadscore.service.api.score.scoring import Scoring

__all__ = ["short_form", "short_forms", "shortened"]

_NOT_SCORED = "Ask for what is missing"


def shortened(record: ScoreRecord) -> dict[str, Json]:
    """Return the short form of a score record.

    The confidence of an outcome model is the probability of converting. What has no score has no
    probabilities; the recommendation then is to find out more.
    """
    action, told = record["action"], record["probabilities"]
    converted = told.get("converted") if isinstance(told, dict) else None
    sure = record["confidence"]
    return {
        "lead_score": record["tier"],
        "confidence": converted if sure is None else sure,
        "probabilities": told,
        "recommendation": action["text"] if isinstance(action, dict) else _NOT_SCORED,
    }


def short_form(scoring: Scoring, value: object) -> dict[str, Json]:
    """Return the short form of one lead's score.

    Raises
    ------
    BadInput
        With every fault of the lead.
    BadRequest
        If it is no lead.
    """
    champion, types = scoring.live()
    try:
        return shortened(scoring.record(champion, flat_of(value, types)))
    except BadInput as error:
        raise without_row(error) from error


async def short_forms(scoring: Scoring, value: object) -> list[dict[str, Json]]:
    """Return the short forms of a list of leads; with a fault in one of them, none.

    Raises
    ------
    BadInput
        With every fault of every lead; its row is the lead's place.
    BadRequest
        If it is no list.
    """
    if not isinstance(value, list):
        fault = Fault(field="body", got=f"a {type(value).__name__}", allowed="a list of leads")
        raise BadRequest("The body is not a list of leads.", faults=(fault,))
    found: list[dict[str, Json]] = []
    faults: list[Fault] = []
    async for index, one in each_of(scoring, sized(value), read=flat_of):
        if isinstance(one, UserError):
            faults += [_placed(fault, index) for fault in one.faults]
        else:
            found.append(shortened(one))
    if faults:
        raise BadInput(f"{len(faults):,} values are not allowed.", faults=tuple(faults))
    return found


def _placed(fault: Fault, row: int) -> Fault:
    return Fault(field=fault.field, got=fault.got, allowed=fault.allowed, row=row)
