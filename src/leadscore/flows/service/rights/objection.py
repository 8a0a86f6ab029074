"""Objection to profiling (GDPR Art. 21): the lead is kept, and not scored."""

from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.lead_rows import LeadRow
from leadscore.flows.service.leads.records import gone, known_lead
from leadscore.flows.service.leads.scoring import rescore
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.tasks import close_tasks
from leadscore.leads.moment import moment_or_none
from leadscore.score.record import Json

__all__ = ["set_objection"]


def set_objection(work: Work, context: Context, lead_id: str, *, objects: bool) -> dict[str, Json]:
    """Note that a lead objects to being profiled, or that it does no more.

    A lead that objects is ``Unscored``, never Low: it leaves the worklist, and what is said of it
    is kept without being scored. Once it objects no more it is scored by all that is known.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, who asks, and the model. Without a model its scores stay as they are.
    lead_id : str
        The lead.
    objects : bool
        Whether it objects. Saying it again changes nothing, not the moment either.

    Returns
    -------
    dict
        ``lead_id`` and ``objected_at``, null where it does not object.

    Raises
    ------
    NotFound
        If the lead is not known.
    Gone
        If it was erased.
    """
    known_lead(work, lead_id)
    lead = work.leads.hold([lead_id], at=context.now).get(lead_id)
    if lead is None:
        # between the two lines
        raise gone(lead_id)
    since = lead.objected_at
    if objects != (since is not None):
        since = context.now if objects else None
        _change(work, context, lead, since)
    return {"lead_id": lead_id, "objected_at": moment_or_none(since)}


def _change(work: Work, context: Context, lead: LeadRow, since: int | None) -> None:
    work.leads.set_objection(lead.lead_id, at=since)
    if since is not None:
        close_tasks(work, context, {lead.lead_id: "objection"})
    rescore(work, context, [lead.lead_id], causes={lead.lead_id: "objection"})
    note(work, context, "lead.object", lead_id=lead.lead_id, objects=since is not None)
