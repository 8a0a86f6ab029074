"""What the clock does with tasks: claims lapse, sleepers wake, and what is due is told."""

import hashlib
import json

from leadscore.flows.service.context import Context
from leadscore.flows.service.lead_rows import MoveRow
from leadscore.flows.service.ports import Work
from leadscore.flows.service.service_rows import MessageRow
from leadscore.leads.moment import moment_or_none, moment_text
from leadscore.worklist.task import Task, settle

__all__ = ["TASK_DUE", "settle_tasks", "tell_due"]

TASK_DUE = "task.due"


def settle_tasks(work: Work, context: Context, *, most: int = 500) -> int:
    """Open tasks whose claim or sleep is over; return how many were.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    most : int
        How many at once.
    """
    found = work.tasks.elapsed(now=context.now, most=most)
    return sum(_settled(work, context, task) for task in found)


def tell_due(work: Work, context: Context, *, most: int = 500) -> int:
    """Put ``task.due`` into the outbox for tasks that are due; each is told once.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment.
    most : int
        How many at once.

    Returns
    -------
    int
        For how many tasks.
    """
    due = work.tasks.take_due(now=context.now, most=most)
    work.outbox.add([_message(task, context.now) for task in due])
    return len(due)


def _settled(work: Work, context: Context, task: Task) -> bool:
    after = settle(task, context.now)
    if after == task:
        return False
    made = MoveRow(
        task_id=task.id,
        name="lapse" if task.state == "claimed" else "wake",
        actor="",
        at=context.now,
        before=task.state,
        after=after.state,
    )
    # somebody who is quicker has claimed it: then there is nothing to settle
    return work.tasks.replace(task, after, made)


def _message(task: Task, now: int) -> MessageRow:
    """Return what is told of a task that is due: ids, the tier and moments."""
    data = {
        "lead_id": task.lead_id,
        "task_id": task.id,
        "tier": task.override.tier if task.override else task.tier,
        "state": task.state,
        "owner": task.owner or None,
        "due_at": moment_or_none(task.due_at),
    }
    body = {"type": TASK_DUE, "timestamp": moment_text(now), "data": data}
    drawn = hashlib.sha256(f"{TASK_DUE} {task.id}".encode()).hexdigest()
    return MessageRow(
        message_id=f"msg_{drawn[:32]}",
        kind=TASK_DUE,
        lead_id=task.lead_id,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8"),
        created_at=now,
    )
