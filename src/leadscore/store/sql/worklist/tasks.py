"""Tasks: made, moved by one conditional update, and never had by two."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any  # Any: what the columns of a query hold

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, or_, select, update

from leadscore.flows.service.lead_rows import MoveRow, WorkRow
from leadscore.store.sql.statements import ALIVE, IDS, insert_into, portions
from leadscore.store.sql.tables import moves, tasks
from leadscore.store.sql.worklist.codec import (
    entry_columns,
    state_columns,
    task_columns,
    tier_columns,
    work_row,
)
from leadscore.worklist.task import Task

__all__ = ["SqlTasks"]

#: The last wave of a lead comes last; waves are counted: the tenth comes after the ninth.
_RISING = (
    select(tasks)
    .where(tasks.c.lead_id.in_(IDS))
    .order_by(tasks.c.created_at, func.length(tasks.c.wave), tasks.c.wave)
)
_APPRAISED = (
    update(tasks)
    .where(tasks.c.task_id == bindparam("which"))
    .values(shown_tier=func.coalesce(tasks.c.override_tier, bindparam("stated")))
)


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

    def last_of(self, lead_ids: Collection[str]) -> Mapping[str, WorkRow]:
        """Return the last task of each of the leads that has one, done or not."""
        found: dict[str, WorkRow] = {}
        for part in portions(list(lead_ids)):
            rows = self._connection.execute(_RISING, {"ids": part})
            found |= {row.lead_id: work_row(row) for row in rows}
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

    def appraise(self, rows: Collection[WorkRow]) -> None:
        """Change the tiers of tasks, when they are due, and what their places depend on."""
        # in one order, so that two transactions never wait for each other
        changes = [
            {
                "which": one.task.id,
                "stated": one.task.tier,
                **tier_columns(one.task),
                **entry_columns(one.entry),
            }
            for one in sorted(rows, key=lambda one: one.task.id)
        ]
        if changes:
            self._connection.execute(_APPRAISED, changes)

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
        # what somebody moves right now is not waited for
        return [one.task for one in self._read(wanted.with_for_update(skip_locked=True))]

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
