"""Calls about the work with leads: what became of them, whom to call next, tasks."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from leadscore.client.calls.answers import Logged, LoggedAll, Task, TaskDetails, Worklist
from leadscore.client.calls.call import Call, fresh_id, get, part, send, wire_moment

__all__ = [
    "claim",
    "complete",
    "log_outcome",
    "log_outcomes",
    "override",
    "release",
    "reopen",
    "snooze",
    "task",
    "worklist",
]

OutcomeKind = Literal["contacted", "qualified", "converted", "lost", "withdrawn"]


def log_outcome(  # noqa: PLR0913  -- each is a part of the outcome
    lead_id: str,
    kind: OutcomeKind,
    *,
    occurred_at: datetime | str | None = None,
    value: float | None = None,
    reason: str | None = None,
    corrects: str | None = None,
    outcome_id: str | None = None,
) -> Call[Logged]:
    """Tell what became of a lead. Nothing is overwritten: a correction is another outcome.

    Parameters
    ----------
    lead_id : str
        The lead.
    kind : {"contacted", "qualified", "converted", "lost", "withdrawn"}
        What became of it.
    occurred_at : datetime or str, optional
        When; now where not given.
    value : float, optional
        What a conversion brings.
    reason : str, optional
        Why the lead was lost.
    corrects : str, optional
        The id of the outcome that this one replaces.
    outcome_id : str, optional
        Its own id: the same one again changes nothing.
    """
    told = {
        "lead_id": lead_id,
        "kind": kind,
        "occurred_at": wire_moment(occurred_at),
        "value": value,
        "reason": reason,
        "corrects": corrects,
        "id": outcome_id or fresh_id(),
    }
    return send("/v1/outcomes", {name: one for name, one in told.items() if one is not None})


def log_outcomes(outcomes: Iterable[Mapping[str, object]]) -> Call[LoggedAll]:
    """Tell what became of many leads; the good outcomes are taken, those with faults are told.

    Parameters
    ----------
    outcomes : iterable of mappings
        Each with ``lead_id``, ``kind`` and what else there is to say. One without an ``id`` gets
        one.
    """
    named = [{"id": fresh_id(), **one} for one in outcomes]
    return send("/v1/outcomes/batch", {"outcomes": named})


def worklist(
    *,
    lane: Literal["priority", "explore"] | None = None,
    tier: str | None = None,
    mine: bool = False,
    most: int | None = None,
    skip: int | None = None,
) -> Call[Worklist]:
    """Return whom to call next, in order.

    Parameters
    ----------
    lane : {"priority", "explore"}, optional
        Only this lane.
    tier : str, optional
        Only this tier.
    mine : bool
        Only what the caller has claimed.
    most : int, optional
        How many tasks.
    skip : int, optional
        How many of the first to leave out.
    """
    return get("/v1/worklist", lane=lane, tier=tier, mine=mine or None, most=most, skip=skip)


def task(task_id: str) -> Call[TaskDetails]:
    """Return a task, and the moves that were made with it."""
    return get(f"/v1/tasks/{part(task_id)}")


def claim(task_id: str, *, minutes: int | None = None) -> Call[Task]:
    """Take a task until its lease of some minutes is over; of two who try one wins."""
    return _move(task_id, "claim", minutes=minutes)


def release(task_id: str) -> Call[Task]:
    """Give a task back."""
    return _move(task_id, "release")


def complete(task_id: str) -> Call[Task]:
    """Finish a task."""
    return _move(task_id, "complete")


def reopen(task_id: str, *, reason: str | None = None) -> Call[Task]:
    """Open a task again that was done."""
    return _move(task_id, "reopen", reason=reason)


def snooze(task_id: str, *, until: datetime | str) -> Call[Task]:
    """Let a task sleep until a moment."""
    return _move(task_id, "snooze", until=wire_moment(until))


def override(task_id: str, *, tier: str, reason: str) -> Call[Task]:
    """Say that the lead belongs into another tier, and why."""
    return _move(task_id, "override", tier=tier, reason=reason)


def _move(task_id: str, name: str, **more: object) -> Call[Task]:
    body = {key: value for key, value in more.items() if value is not None}
    return send(f"/v1/tasks/{part(task_id)}/{name}", body)
