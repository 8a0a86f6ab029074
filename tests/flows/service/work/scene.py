"""A sales floor in miniature: leads with scores as a test wants them, and people who call."""

import json
from dataclasses import replace
from typing import Any  # Any: makers take whatever fields their rows have

from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.lead_rows import ScoreRow, WorkRow
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import Role
from leadscore.flows.service.work.moves import Said, make_move
from leadscore.flows.service.work.outcomes import log_outcome
from leadscore.flows.service.work.tasks import keep_tasks
from leadscore.score.record import Json
from leadscore.worklist.task import Move
from tests.flows.service.leads.live import NOW, at

__all__ = ["by", "give", "last_task", "log", "make", "moved", "row", "tasks"]


def by(actor: str = "ann", role: Role = "rep", *, now: int = NOW, **said: Any) -> Context:
    """Return a context in which somebody asks."""
    return replace(at(now, **said), caller=Caller(actor=actor, role=role))


def row(lead_id: str = "L1", tier: str = "High", *, now: int = NOW, **said: Any) -> ScoreRow:
    """Return a score."""
    record = {"reasons": [{"phrase": f"{lead_id} asked"}, {"phrase": "many views"}]}
    scored = tier != "Unscored"
    return ScoreRow(
        score_id=f"{lead_id} {now} {tier}",
        lead_id=lead_id,
        **{
            "scored_at": now,
            "as_of": "",
            "cause": "m1",
            "digest": "d",
            "score": {"Low": 20.0, "Medium": 50.0, "High": 90.0}.get(tier) if scored else None,
            "tier": tier,
            "chance": 0.2 if scored else None,
            "features": {},
            "record": json.dumps(record).encode(),
            **said,
        },
    )


def give(store: Store, *rows: ScoreRow, now: int = NOW, **said: Any) -> None:
    """Score leads, as the service does: one transaction, and tasks follow."""
    with store.begin(write=True) as work:
        work.leads.hold([one.lead_id or "" for one in rows], at=now)
        work.scores.add(rows)
        keep_tasks(work, at(now, **said), {one.lead_id or "": one for one in rows})


def tasks(store: Store, lead_id: str = "L1") -> list[WorkRow]:
    """Return a lead's tasks, the last one first."""
    with store.begin(write=False) as work:
        return work.tasks.of(lead_id)


def last_task(store: Store, lead_id: str = "L1") -> WorkRow:
    """Return a lead's last task."""
    with store.begin(write=False) as work:
        return work.tasks.last_of([lead_id])[lead_id]


def make(
    store: Store, name: Move, *, context: Context | None = None, lead_id: str = "L1", **said: Any
) -> dict[str, Json]:
    """Make a move with a lead's last task."""
    task_id = last_task(store, lead_id).task.id
    with store.begin(write=True) as work:
        return make_move(work, context or by(), task_id, name, Said(**said))


def moved(store: Store, lead_id: str = "L1") -> list[tuple[str, str, str]]:
    """Return the moves that were made with a lead's last task: what, who, why."""
    with store.begin(write=False) as work:
        task = work.tasks.last_of([lead_id])[lead_id].task
        return [(one.name, one.actor, one.reason) for one in work.tasks.moves(task.id)]


def log(store: Store, kind: str, *, context: Context | None = None, **said: Any) -> dict[str, Any]:
    """Log an outcome of a lead."""
    with store.begin(write=True) as work:
        return log_outcome(work, context or by(), {"lead_id": "L1", "kind": kind, **said})
