"""Tasks: made, moved by one conditional update, and never had by two."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any  # Any: what the columns of a query hold

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from leadscore.flows.service.lead_rows import MoveRow, WorkRow
from leadscore.store.sql.statements import ALIVE, insert_into, portions
from leadscore.store.sql.tables import moves, tasks
from leadscore.store.sql.worklist.codec import entry_columns, state_columns, task_columns, work_row
from leadscore.worklist.rank import Entry
from leadscore.worklist.task import Task

__all__ = ["SqlTasks"]


class SqlTasks:
    """Tasks in SQL; see `leadscore.flows.service.ports.Tasks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, made: Sequence[WorkRow]) -> frozenset[str]:
        """Keep new tasks, one for a lead and a wave; return the ids of those that are new."""
        if not made:
            return frozenset()
        new = insert_into(self._connection, tasks).on_conflict_do_nothing()
        rows = [task_columns(one.task) | entry_columns(one.entry) for one in made]
        added = self._connection.execute(new.returning(tasks.c.task_id), rows)
        return frozenset(added.scalars())

    def get(self, task_id: str) -> WorkRow | None:
        """Return a task; None where there is none."""
        return next(iter(self._read(select(tasks).where(tasks.c.task_id == task_id))), None)

    def of(self, lead_id: str) -> list[WorkRow]:
        """Return a lead's tasks, the last one first."""
        wanted = select(tasks).where(tasks.c.lead_id == lead_id)
        return self._read(wanted.order_by(tasks.c.created_at.desc(), tasks.c.task_id))

    def live_of(self, lead_ids: Collection[str]) -> Mapping[str, list[WorkRow]]:
        """Return the tasks that are not done, lead by lead, where there are any."""
        found: dict[str, list[WorkRow]] = {}
        for part in portions(list(lead_ids)):
            wanted = select(tasks).where(tasks.c.lead_id.in_(part), ALIVE)
            for one in self._read(wanted.order_by(tasks.c.created_at, tasks.c.task_id)):
                found.setdefault(one.task.lead_id, []).append(one)
        return found

    def replace(self, before: Task, after: Task, move: MoveRow) -> bool:
        """Put a task in its new state and note the move; False where it is not `before` any more.

        One conditional update: of two who move the same task at once, one finds nothing to update.
        """
        same = [
            tasks.c[name].is_not_distinct_from(value)
            for name, value in state_columns(before).items()
        ]
        changed = update(tasks).where(tasks.c.task_id == before.id, *same)
        done = self._connection.execute(changed.values(state_columns(after))).rowcount > 0
        if done:
            self._note(move)
        return done

    def appraise(self, entries: Mapping[str, Entry]) -> None:
        """Change what the places of tasks depend on, by the ids of the tasks."""
        rows = [{"which": one, **entry_columns(entry)} for one, entry in sorted(entries.items())]
        if rows:
            changed = update(tasks).where(tasks.c.task_id == bindparam("which"))
            self._connection.execute(changed, rows)

    def moves(self, task_id: str) -> list[MoveRow]:
        """Return the moves that were made with a task, in their order."""
        wanted = select(moves).where(moves.c.task_id == task_id).order_by(moves.c.seq)
        return [
            MoveRow(
                task_id=row.task_id,
                name=row.name,
                actor=row.actor,
                at=row.at,
                before=row.before,
                after=row.after,
                reason=row.reason,
            )
            for row in self._connection.execute(wanted)
        ]

    def elapsed(self, *, now: int, most: int) -> list[Task]:
        """Return tasks whose lease or sleep is over, for the clock's own move."""
        over = or_(
            and_(tasks.c.state == "claimed", tasks.c.lease_until <= now),
            and_(tasks.c.state == "snoozed", tasks.c.snoozed_until <= now),
        )
        wanted = select(tasks).where(ALIVE, over).order_by(tasks.c.task_id).limit(most)
        return [one.task for one in self._read(wanted)]

    def take_due(self, *, now: int, most: int) -> list[Task]:
        """Return tasks that are due and were never returned here before."""
        wanted = (
            select(tasks)
            .where(ALIVE, tasks.c.due_at <= now, tasks.c.due_told_at.is_(None))
            .order_by(tasks.c.due_at, tasks.c.task_id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        found = [one.task for one in self._read(wanted)]
        told = update(tasks).where(tasks.c.task_id.in_([one.id for one in found]))
        self._connection.execute(told.values(due_told_at=now))
        return found

    def _note(self, move: MoveRow) -> None:
        row = {
            "task_id": move.task_id,
            "name": move.name,
            "actor": move.actor,
            "at": move.at,
            "before": move.before,
            "after": move.after,
            "reason": move.reason,
        }
        self._connection.execute(insert(moves).values(row))

    def _read(self, wanted: Select[*tuple[Any, ...]]) -> list[WorkRow]:
        return [work_row(row) for row in self._connection.execute(wanted)]
