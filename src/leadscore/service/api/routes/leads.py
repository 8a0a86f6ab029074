"""Leads: what is known of them, what they scored, and their rights."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadscore.flows.service.access.replies import Reply
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.leads.history import score_history
from leadscore.flows.service.leads.records import get_lead, list_leads, put_lead
from leadscore.flows.service.ports import Work
from leadscore.flows.service.registry.champion import model_of
from leadscore.flows.service.rights.erase import erase_lead
from leadscore.flows.service.rights.export import export_lead
from leadscore.flows.service.rights.objection import set_objection
from leadscore.leads.event import LONGEST_ID
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called, reply
from leadscore.service.api.reading.bodies import ObjectionBody
from leadscore.service.api.reading.parameters import LeadId, Most

__all__ = ["erase", "export", "listed", "objection", "put", "read", "router", "scores"]

router = APIRouter(prefix="/v1", tags=["leads"])

After = Annotated[
    str, Query(max_length=LONGEST_ID, description="The last id of the page before this one.")
]


@router.put(
    "/leads/{lead_id}",
    **told(
        "State what is so of a lead",
        action="lead.write",
        body="LeadBody",
        answer="Lead",
        writes=True,
        also=(409, 410),
        example={"fields": {}, "contact": {"name": "Ann Bee"}},
    ),
)
def put(asked: Called, lead_id: LeadId) -> Response:
    """State values of a lead's fields, and whom to reach; what is not named stays as it was.

    The lead is made if it is not known, and scored anew at once.
    """
    body = asked.table()
    return asked.write(
        lambda work, context: reply(
            put_lead(work, context, lead_id, body, key=asked.key), lead_ids=(lead_id,)
        )
    )


@router.get(
    "/leads/{lead_id}",
    **told("What is known of a lead", action="lead.read", answer="Lead", also=(404, 410)),
)
def read(asked: Called, lead_id: LeadId) -> Response:
    """Return a lead's fields now, whom to reach, its last score, and where it stands."""
    return asked.read(lambda work, context: get_lead(work, context, lead_id))


@router.get("/leads", **told("The leads", action="lead.read", answer="Page"))
def listed(asked: Called, after: After = "", most: Most = 100) -> Response:
    """Return leads by rising id."""
    return asked.read(lambda work, context: list_leads(work, context, after=after, most=most))


@router.delete(
    "/leads/{lead_id}",
    **told("Erase a lead", action="lead.erase", answer="Erased"),
)
def erase(asked: Called, lead_id: LeadId) -> Response:
    """Remove all that is known of a lead, for good; it is refused if it comes again.

    A lead that is not known can be erased too: then it never comes in.
    """
    # the answer is kept nowhere, since it names the lead; to erase twice is to erase
    return asked.write(lambda work, context: reply(erase_lead(work, context, lead_id)), kept=False)


@router.get(
    "/leads/{lead_id}/export",
    **told("All that is held of a lead", action="lead.export", answer="Export", also=(404, 410)),
)
def export(asked: Called, lead_id: LeadId) -> Response:
    """Return all that is held of a lead, for the lead itself; the audit log tells who asked."""

    def exported(work: Work, context: Context) -> Reply:
        held = export_lead(work, context, lead_id)
        note(work, context, "lead.export", lead_id=lead_id)
        return reply(held)

    return asked.write(exported, kept=False)


@router.get(
    "/leads/{lead_id}/scores",
    **told("A lead's scores", action="score.read", answer="History", also=(404, 410)),
)
def scores(asked: Called, lead_id: LeadId, most: Most = 20) -> Response:
    """Return a lead's scores, the last one first, each with what changed and why, in words."""
    return asked.read(
        lambda work, context: {
            "scores": score_history(
                work,
                context,
                lead_id,
                most=most,
                model_of=lambda digest: model_of(work, digest),
            )
        }
    )


@router.post(
    "/leads/{lead_id}/objection",
    **told(
        "A lead objects to profiling",
        action="lead.object",
        body="Objection",
        answer="Objected",
        writes=True,
        also=(404, 410),
        example={"objects": True},
    ),
)
def objection(asked: Called, lead_id: LeadId) -> Response:
    """Note that a lead may not be profiled, or that it may again. It is Unscored then, not Low."""
    objects = asked.said(ObjectionBody).objects
    return asked.write(
        lambda work, context: reply(
            set_objection(work, context, lead_id, objects=objects), lead_ids=(lead_id,)
        )
    )
