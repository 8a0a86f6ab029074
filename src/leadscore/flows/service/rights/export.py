"""All that is held of a lead (GDPR Art. 15 and 20)."""

import json
from collections.abc import Iterator

from leadscore.flows.service.context import Context
from leadscore.flows.service.lead_rows import MoveRow, ScoreRow, WorkRow
from leadscore.flows.service.leads.records import known_lead
from leadscore.flows.service.ports import Work
from leadscore.flows.service.service_rows import DeliveryRow, TrailRow
from leadscore.flows.service.work.outcomes import outcome_json, standing_json
from leadscore.flows.service.work.task_json import task_json
from leadscore.leads.event import Event
from leadscore.leads.moment import moment_or_none, moment_text
from leadscore.leads.outcome import standing
from leadscore.score.record import Json

__all__ = ["export_lead"]

#: Scores and lines of the audit log that are read at once; all are read in the end.
_MOST_SCORES = 1_000_000
_LINES = 1_000


def export_lead(work: Work, context: Context, lead_id: str) -> dict[str, Json]:
    """Return all that is held of a lead, as JSON values.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    lead_id : str
        The lead.

    Returns
    -------
    dict
        ``lead_id``, ``exported_at``, ``created_at``, ``objected_at``, ``contact``, ``events``,
        ``scores`` with their fields and records, ``outcomes``, ``standing``, ``tasks`` with their
        moves, ``deliveries`` with what was told, ``trail``.

    Raises
    ------
    NotFound
        If the lead is not known.
    Gone
        If it was erased.
    """
    lead = known_lead(work, lead_id)
    contact = work.contacts.get(lead_id)
    outcomes = work.outcomes.of(lead_id)
    scores = work.scores.of(lead_id, most=_MOST_SCORES)
    return {
        "lead_id": lead_id,
        "exported_at": moment_text(context.now),
        "created_at": moment_text(lead.created_at),
        "objected_at": moment_or_none(lead.objected_at),
        "contact": {**contact.said} if contact else None,
        "events": [_event(one) for one in work.events.of(lead_id)],
        "scores": [_score(one) for one in reversed(scores)],
        "outcomes": [outcome_json(one) for one in outcomes],
        "standing": standing_json(standing(outcomes, context.now)),
        "tasks": [_task(work, one) for one in reversed(work.tasks.of(lead_id))],
        "deliveries": [_delivery(one) for one in work.deliveries.of(lead_id)],
        "trail": [_line(one) for one in _trail(work, lead_id)],
    }


def _event(one: Event) -> Json:
    return {
        "message_id": one.message_id,
        "kind": one.kind,
        "name": one.name,
        "values": {**one.values},
        "occurred_at": moment_text(one.occurred_at),
        "received_at": moment_text(one.received_at),
    }


def _score(one: ScoreRow) -> Json:
    return {
        "score_id": one.score_id,
        "scored_at": moment_text(one.scored_at),
        "cause": one.cause,
        "fields": {**one.features},
        "record": json.loads(one.record),
    }


def _task(work: Work, one: WorkRow) -> Json:
    return {**task_json(one.task), "moves": [_move(made) for made in work.tasks.moves(one.task.id)]}


def _move(one: MoveRow) -> Json:
    return {
        "move": one.name,
        "actor": one.actor or None,
        "at": moment_text(one.at),
        "before": one.before,
        "after": one.after,
        "reason": one.reason or None,
    }


def _delivery(one: DeliveryRow) -> Json:
    return {
        "delivery_id": one.delivery_id,
        "webhook_id": one.webhook_id,
        "message_id": one.message.message_id,
        "kind": one.message.kind,
        "created_at": moment_text(one.message.created_at),
        "state": one.state,
        "settled_at": moment_or_none(one.settled_at),
        "body": json.loads(one.message.body),
    }


def _trail(work: Work, lead_id: str) -> Iterator[TrailRow]:
    before = None
    while True:
        lines = work.trail.page(lead_id=lead_id, before=before, most=_LINES)
        yield from lines
        if len(lines) < _LINES:
            return
        before = lines[-1].number


def _line(one: TrailRow) -> Json:
    return {
        "at": moment_text(one.at),
        "actor": one.actor,
        "action": one.action,
        "about": one.about,
        "details": {**one.details},
    }
