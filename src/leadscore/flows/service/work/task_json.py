"""A task as JSON has it."""

from leadscore.leads.moment import moment_or_none, moment_text
from leadscore.score.record import Json
from leadscore.worklist.task import Move, Override, Task, moves_from

__all__ = ["PEOPLES_MOVES", "task_json"]

#: The moves that people make; the others are the clock's.
PEOPLES_MOVES: tuple[Move, ...] = (
    "claim",
    "release",
    "complete",
    "reopen",
    "snooze",
    "override",
)


def task_json(task: Task) -> dict[str, Json]:
    """Return a task as JSON values; null where there is nothing to say.

    Examples
    --------
    >>> task = Task(id="t1", lead_id="L1", wave="1", tier="High", lane="priority", created_at=0)
    >>> task_json(task)["state"], task_json(task)["allowed"]
    ('open', ['claim', 'complete', 'snooze', 'override'])
    """
    return {
        "id": task.id,
        "lead_id": task.lead_id,
        "wave": task.wave,
        "tier": task.tier,
        "lane": task.lane,
        "state": task.state,
        "owner": task.owner or None,
        "created_at": moment_text(task.created_at),
        "due_at": moment_or_none(task.due_at),
        "lease_until": moment_or_none(task.lease_until),
        "snoozed_until": moment_or_none(task.snoozed_until),
        "done_by": task.done_by or None,
        "done_at": moment_or_none(task.done_at),
        "override": _override(task.override),
        "allowed": [one for one in moves_from(task.state) if one in PEOPLES_MOVES],
    }


def _override(said: Override | None) -> Json:
    if said is None:
        return None
    return {
        "tier": said.tier,
        "reason": said.reason,
        "by": said.by,
        "at": moment_text(said.at),
    }
