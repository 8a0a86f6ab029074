"""The worklist as people and machines read it."""

import json
from dataclasses import dataclass

from leadscore.errors import BadRequest, Fault
from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import last_scores
from leadscore.flows.service.lead_rows import MoveRow, ScoreRow, WorklistQuery, WorkRow
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.steps import no_task
from leadscore.flows.service.work.task_json import task_json
from leadscore.leads.event import Contact
from leadscore.leads.moment import moment_or_none
from leadscore.score.record import Json
from leadscore.worklist.lane import Lane
from leadscore.worklist.rank import worth

__all__ = ["MOST_ITEMS", "MOST_SKIPPED", "Wanted", "read_task", "read_worklist"]

#: How many tasks a page has at most, and how many may be left out before it: each page ranks all
#: that come before it.
MOST_ITEMS = 500
MOST_SKIPPED = 10_000
#: How many reasons an item names.
_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of the worklist is wanted.

    Parameters
    ----------
    lane : {"priority", "explore"}, optional
        Only this lane.
    tier : str, optional
        Only this tier: the lead's, or the one that an override says.
    mine : bool
        Whether only tasks that the caller has claimed.
    most : int
        How many tasks.
    skip : int
        How many of the first to leave out.
    """

    lane: Lane | None = None
    tier: str | None = None
    mine: bool = False
    most: int = 50
    skip: int = 0


def read_worklist(work: Work, context: Context, wanted: Wanted | None = None) -> dict[str, Json]:
    """Return whom to call, in the order in which to call.

    A rep sees what is free and what is theirs; others see every task that is not done.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, who asks, and what a conversion brings as a rule.
    wanted : Wanted, optional
        Which part.

    Returns
    -------
    dict
        ``items`` and ``total``, which counts all pages. An item has ``task`` (see `task_json`),
        ``lead_id``, ``tier``, ``score``, ``worth``, ``due_at``, ``owner``, ``reasons`` (a few
        phrases) and, for people, ``name``: whom to ask for.

    Raises
    ------
    BadRequest
        If a page of that size or at that place is not to be had.
    """
    part = wanted or Wanted()
    _refuse_unfit(part)
    rep = context.caller.role == "rep"
    query = WorklistQuery(
        now=context.now,
        viewer=context.caller.actor if rep or part.mine else None,
        owner=context.caller.actor if part.mine else None,
        typical=context.rules.typical_value,
        lane=part.lane,
        tier=part.tier,
        most=part.most,
        skip=part.skip,
    )
    rows = work.worklist.page(query)
    return {"items": [*_items(work, context, rows)], "total": work.worklist.count(query)}


def read_task(work: Work, context: Context, task_id: str) -> dict[str, Json]:
    """Return one task as an item of the worklist, with ``moves``: those that were made with it.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, who asks, and what a conversion brings as a rule.
    task_id : str
        The task.

    Raises
    ------
    NotFound
        If there is no such task.
    """
    row = work.tasks.get(task_id)
    if row is None:
        raise no_task()
    made: list[Json] = [_move(one) for one in work.tasks.moves(task_id)]
    return {**_items(work, context, [row])[0], "moves": made}


def _refuse_unfit(part: Wanted) -> None:
    spans = (("most", part.most, 1, MOST_ITEMS), ("skip", part.skip, 0, MOST_SKIPPED))
    faults = tuple(
        Fault(field=name, got=str(got), allowed=f"{low} to {high:,}")
        for name, got, low, high in spans
        if not low <= got <= high
    )
    if faults:
        raise BadRequest("The worklist has no such page.", faults=faults)


def _items(work: Work, context: Context, rows: list[WorkRow]) -> list[dict[str, Json]]:
    leads = [one.task.lead_id for one in rows]
    scores = last_scores(work, leads)
    # a machine calls nobody, so it is not told whom to ask for
    people = context.caller.role != "service"
    contacts = work.contacts.of(leads) if people else {}
    typical = context.rules.typical_value
    return [
        {
            "lead_id": one.task.lead_id,
            "tier": one.task.override.tier if one.task.override else one.task.tier,
            "score": one.entry.score,
            "worth": worth(one.entry, now=context.now, typical=typical),
            "due_at": moment_or_none(one.entry.due_at),
            "owner": one.task.owner or None,
            "reasons": _reasons(scores.get(one.task.lead_id)),
            "task": task_json(one.task),
            **(_name(contacts.get(one.task.lead_id)) if people else {}),
        }
        for one in rows
    ]


def _reasons(score: ScoreRow | None) -> list[Json]:
    told = json.loads(score.record)["reasons"] if score else None
    return [one["phrase"] for one in (told or [])[:_REASONS]]


def _name(contact: Contact | None) -> dict[str, Json]:
    return {"name": contact.name if contact else None}


def _move(one: MoveRow) -> Json:
    return {
        "move": one.name,
        "actor": one.actor or None,
        "at": moment_or_none(one.at),
        "before": one.before,
        "after": one.after,
        "reason": one.reason or None,
    }
