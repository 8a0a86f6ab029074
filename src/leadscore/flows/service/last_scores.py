"""The last score that a lead was given for what is known of it."""

from collections.abc import Collection, Mapping

from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.ports import Work

__all__ = ["KEPT", "last_scores"]

#: The cause of a score that was given for fields in a request, not for what is known of a lead.
KEPT = "kept"
#: How far back the last score of a lead that is no kept one is looked for.
_KEPT_IN_A_ROW = 100


def last_scores(work: Work, lead_ids: Collection[str]) -> Mapping[str, ScoreRow]:
    """Return the last score that each lead was given for what is known of it.

    Parameters
    ----------
    work : Work
        The transaction.
    lead_ids : collection of str
        The leads; those without such a score are left out of the answer.
    """
    found = dict(work.scores.latest_of(lead_ids))
    for lead_id in [one for one, row in found.items() if row.cause == KEPT]:
        rows = work.scores.of(lead_id, most=_KEPT_IN_A_ROW)
        own = next((row for row in rows if row.cause != KEPT), None)
        if own is None:
            del found[lead_id]
        else:
            found[lead_id] = own
    return found
