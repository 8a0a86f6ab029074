"""The audit log: who did what, by ids and counts alone."""

from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.service_rows import TrailRow
from leadscore.leads.event import Scalar
from leadscore.leads.moment import moment_text

__all__ = ["MOST_LINES", "note", "read_trail"]

#: How many lines are read at once.
MOST_LINES = 1000


def note(
    work: Work,
    context: Context,
    action: str,
    *,
    lead_id: str | None = None,
    about: str | None = None,
    **details: Scalar,
) -> None:
    """Write down that the caller does something, in the transaction that does it.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who.
    action : str
        What: ``lead.erase``, ``model.promote``.
    lead_id : str, optional
        With which lead; a salted hash of it is kept.
    about : str, optional
        With what else: a digest, a webhook's id, a key's prefix. Never a lead's id.
    **details : JSON value
        More, such as counts; never what is known of a lead.
    """
    work.trail.add(
        TrailRow(
            at=context.now,
            actor=context.caller.actor,
            action=action,
            lead_id=lead_id,
            about=about,
            details=details,
        )
    )


def read_trail(
    work: Work, *, lead_id: str | None = None, before: int | None = None, most: int = 100
) -> dict[str, object]:
    """Return lines of the audit log, the last one first.

    Parameters
    ----------
    work : Work
        The transaction.
    lead_id : str, optional
        Only what was done with this lead; also of one that was erased.
    before : int, optional
        Only lines below this number: the ``next`` of the page before.
    most : int
        How many; never more than `MOST_LINES`.

    Returns
    -------
    dict
        ``lines``, and ``next``: what to give as `before` for the next page, None on the last one.
    """
    wanted = max(1, min(most, MOST_LINES))
    lines = work.trail.page(lead_id=lead_id, before=before, most=wanted)
    return {
        "lines": [_view(line) for line in lines],
        "next": lines[-1].number if len(lines) == wanted else None,
    }


def _view(line: TrailRow) -> dict[str, object]:
    return {
        "number": line.number,
        "at": moment_text(line.at),
        "actor": line.actor,
        "action": line.action,
        "lead_id": line.lead_id,
        "lead_hash": line.lead_hash,
        "about": line.about,
        "details": dict(line.details),
    }
