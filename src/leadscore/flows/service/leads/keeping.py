"""A score that was given for fields in a request, kept because the caller asked for that."""

from leadscore.errors import Conflict
from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import KEPT
from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.leads.lead_record import score_row
from leadscore.flows.service.leads.records import gone
from leadscore.flows.service.ports import Work
from leadscore.leads.event import Scalar
from leadscore.score.record import ScoreRecord

__all__ = ["keep_score"]


def keep_score(
    work: Work, context: Context, record: ScoreRecord, *, lead_id: str | None = None
) -> ScoreRow:
    """Keep a stateless score, so that it can be read and replayed by its id.

    It says nothing of what is known of the lead, so that neither the lead's own score nor the
    worklist changes. It goes when the lead is erased.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    record : ScoreRecord
        The answer, ``input`` included.
    lead_id : str, optional
        The lead; by default the record's own, which may be none.

    Raises
    ------
    Gone
        If the lead was erased.
    Conflict
        If the lead objected to being profiled.
    """
    own = record["lead_id"] if lead_id is None else lead_id
    owner = str(own) if own else None
    if owner is not None:
        _hold(work, context, owner)
    told = {name: value for name, value in record.items() if name != "input"}
    row = score_row(told, _input(record), cause=KEPT, at=context.now, lead_id=owner)
    work.scores.add([row])
    return row


def _hold(work: Work, context: Context, lead_id: str) -> None:
    held = work.leads.hold([lead_id], at=context.now)
    if not held:
        raise gone(lead_id)
    if held[lead_id].objected_at is not None:
        raise Conflict(
            f"The lead {lead_id!r} objected to being profiled: no score of it is kept.",
            next_step="Leave keep out, and do not use the score to decide about this person.",
        )


def _input(record: ScoreRecord) -> dict[str, Scalar]:
    fields = record.get("input")
    values = fields if isinstance(fields, dict) else {}
    return {name: one for name, one in values.items() if not isinstance(one, dict | list)}
