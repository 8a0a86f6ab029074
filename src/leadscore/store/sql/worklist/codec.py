"""A task and its place in the worklist as columns, and back."""

from leadscore.flows.service.lead_rows import WorkRow
from leadscore.store.sql.statements import Found
from leadscore.worklist.rank import Entry
from leadscore.worklist.task import Override, Task

__all__ = [
    "entry_columns",
    "entry_of",
    "state_columns",
    "task_columns",
    "tier_columns",
    "work_row",
]


def task_columns(task: Task) -> dict[str, object]:
    """Return a whole task as columns."""
    return {
        "task_id": task.id,
        "lead_id": task.lead_id,
        "wave": task.wave,
        "lane": task.lane,
        "created_at": task.created_at,
        **tier_columns(task),
        **state_columns(task),
    }


def tier_columns(task: Task) -> dict[str, object]:
    """Return the columns that follow the lead's score."""
    return {"tier": task.tier, "due_at": task.due_at}


def state_columns(task: Task) -> dict[str, object]:
    """Return the columns that moves change."""
    override = task.override
    return {
        "state": task.state,
        "owner": task.owner,
        "lease_until": task.lease_until,
        "snoozed_until": task.snoozed_until,
        "done_by": task.done_by,
        "done_at": task.done_at,
        "override_tier": override and override.tier,
        "override_reason": override and override.reason,
        "override_by": override and override.by,
        "override_at": override and override.at,
        "shown_tier": override.tier if override else task.tier,
    }


def entry_columns(entry: Entry) -> dict[str, object]:
    """Return the columns that the place depends on."""
    return {
        "score": entry.score,
        "chance": entry.chance,
        "value": entry.value,
        "call_by": entry.due_at,
        "gain": _gain(entry),
        "valued": int(entry.value is not None),
    }


def work_row(row: Found) -> WorkRow:
    """Return the task and its place that a row holds."""
    return WorkRow(task=_task(row), entry=entry_of(row))


def entry_of(row: Found) -> Entry:
    """Return what the place depends on, which a row holds."""
    return Entry(
        lead_id=row.lead_id,
        score=row.score,
        chance=row.chance,
        value=row.value,
        created_at=row.created_at,
        due_at=row.call_by,
    )


def _gain(entry: Entry) -> float | None:
    """Return chance times value, a value that is not known as 1; None without a score."""
    if entry.score is None:
        return None
    chance = entry.score / 100 if entry.chance is None else entry.chance
    return chance * (1.0 if entry.value is None else entry.value)


def _task(row: Found) -> Task:
    return Task(
        id=row.task_id,
        lead_id=row.lead_id,
        wave=row.wave,
        tier=row.tier,
        lane=row.lane,
        created_at=row.created_at,
        due_at=row.due_at,
        state=row.state,
        owner=row.owner,
        lease_until=row.lease_until,
        snoozed_until=row.snoozed_until,
        done_by=row.done_by,
        done_at=row.done_at,
        override=_override(row),
    )


def _override(row: Found) -> Override | None:
    if row.override_at is None:
        return None
    return Override(
        tier=row.override_tier,
        reason=row.override_reason,
        by=row.override_by,
        at=row.override_at,
    )
