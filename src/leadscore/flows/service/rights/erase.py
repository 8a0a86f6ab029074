"""Erasure on request (GDPR Art. 17)."""

from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.score.record import Json

__all__ = ["erase_lead"]


def erase_lead(work: Work, context: Context, lead_id: str) -> dict[str, Json]:
    """Remove all that is known of a lead, and stop it from coming back.

    That is its contact, events, scores, outcomes and tasks, what was about to be told of it, and
    answers that are kept for repeated writes. The models that learned from it are marked. A lead
    that is not known is erased too: it never comes in. What is written down is that it was done,
    under a salted hash of the lead's id.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, and who asks.
    lead_id : str
        The lead.

    Returns
    -------
    dict
        ``lead_id``; ``erased``: how many rows of each kind there were, none where nothing was
        known; ``models``: the digests of the models that learned from it; ``same_address``: other
        leads that have its e-mail address, and are not erased: perhaps they are the same person.
    """
    others: list[Json] = [*work.contacts.sharing(lead_id)]
    gone = work.leads.erase(lead_id, at=context.now)
    rows: dict[str, Json] = {kind: gone.rows[kind] for kind in sorted(gone.rows)}
    note(
        work,
        context,
        "lead.erase",
        lead_id=lead_id,
        rows=sum(gone.rows.values()),
        models=len(gone.models),
    )
    return {"lead_id": lead_id, "erased": rows, "models": [*gone.models], "same_address": others}
