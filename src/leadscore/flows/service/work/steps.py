"""One move of one task, though others move it at the same time."""

from collections.abc import Callable

from leadscore.errors import Conflict, NotFound
from leadscore.flows.service.lead_rows import MoveRow
from leadscore.flows.service.ports import Work
from leadscore.worklist.task import Refusal, Task

__all__ = ["no_task", "take_step"]

#: Whoever was quicker this often in a row is no coincidence.
_TRIES = 5


def take_step(
    work: Work,
    task: Task,
    make: Callable[[Task], Task | Refusal],
    *,
    note: Callable[[Task, Task], MoveRow],
) -> Task | Refusal:
    """Put a task in the state that `make` gives, or return why it has none.

    Where somebody else moved the task meanwhile, `make` is asked again with the task as it is then.

    Parameters
    ----------
    work : Work
        The transaction.
    task : Task
        The task, as it was read.
    make : callable
        From the task to what it becomes.
    note : callable
        From the task before and after to the move that is written down.

    Raises
    ------
    NotFound
        If the task is gone.
    Conflict
        If others were quicker time and again.
    """
    for _ in range(_TRIES):
        after = make(task)
        if isinstance(after, Refusal) or work.tasks.replace(task, after, note(task, after)):
            return after
        found = work.tasks.get(task.id)
        if found is None:
            raise no_task()
        task = found.task
    raise Conflict("Others move the task at the same time.", next_step="Read it, and try again.")


def no_task() -> NotFound:
    """Return the error of a task that is not there."""
    return NotFound(
        "There is no such task; an erased lead's are gone.", next_step="See GET /v1/worklist."
    )
