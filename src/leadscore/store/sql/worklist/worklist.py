"""The worklist: the first leads to call of a great many, found without ranking them all.

What a call is worth changes with the clock, so that no index can hold the order. But it lies
between the task's gain and twice that (`leadscore.worklist.rank`), and an index holds the gains.
The tasks with the highest gains say what the last place is worth at least; what gains less than
half of that need not be looked at.
"""

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from leadscore.flows.service.lead_rows import WorklistQuery, WorkRow
from leadscore.store.sql.statements import ALIVE, Found, portions
from leadscore.store.sql.tables import tasks
from leadscore.store.sql.worklist.codec import entry_of, work_row
from leadscore.worklist.rank import Entry, order

__all__ = ["SqlWorklist"]

#: The most that the clock makes of a gain (`leadscore.worklist.rank.pressing`), with room for what
#: the last bit of a product of floats may differ by.
_MOST_PRESSING = 2.0 * (1 + 1e-9)


#: What a task's place depends on, and its id.
_PLACE = (
    tasks.c.task_id,
    tasks.c.lead_id,
    tasks.c.score,
    tasks.c.chance,
    tasks.c.value,
    tasks.c.created_at,
    tasks.c.call_by,
)


class SqlWorklist:
    """The worklist in SQL; see `leadscore.flows.service.ports.Worklist`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, query: WorklistQuery) -> list[WorkRow]:
        """Return the tasks to do first, in the order of `leadscore.worklist.rank.order`."""
        most = query.skip + query.most
        # which of the two a lead is in says what its gain is to be taken times
        found = self._highest(query, valued=False, unit=query.typical)
        found += self._highest(query, valued=True, unit=1.0)
        if len(found) < most:
            found += self._unscored(query, most)
        return self._rows(_ordered(found, query))

    def count(self, query: WorklistQuery) -> int:
        """Return how many tasks there are to do."""
        return self._connection.scalars(
            select(func.count()).select_from(tasks).where(_wanted(query))
        ).one()

    def _highest(self, query: WorklistQuery, *, valued: bool, unit: float) -> list[Found]:
        """Return the tasks that are worth most now, of those with a value or of those without."""
        most = query.skip + query.most
        where = and_(_wanted(query), tasks.c.valued == int(valued), tasks.c.gain.is_not(None))
        worth = _worth(query)
        least = self._least(where, worth, most) / (_MOST_PRESSING * unit) if unit else 0.0
        wanted = (
            select(*_PLACE)
            .where(where, tasks.c.gain >= least)
            .order_by(worth.desc(), tasks.c.score.desc(), tasks.c.lead_id)
            .limit(most)
        )
        return list(self._connection.execute(wanted))

    def _least(self, where: ColumnElement[bool], worth: ColumnElement[float], most: int) -> float:
        """Return what the last of the `most` tasks is worth at least; 0 where there are fewer."""
        best = select(worth.label("worth")).where(where).order_by(tasks.c.gain.desc()).limit(most)
        parts = best.subquery()
        found = self._connection.execute(select(func.count(), func.min(parts.c.worth))).one()
        return found[1] if found[0] == most else 0.0

    def _unscored(self, query: WorklistQuery, most: int) -> list[Found]:
        wanted = select(*_PLACE).where(_wanted(query), tasks.c.gain.is_(None))
        return list(self._connection.execute(wanted.order_by(tasks.c.lead_id).limit(most)))

    def _rows(self, task_ids: list[str]) -> list[WorkRow]:
        """Return whole tasks in the order of their ids."""
        found: dict[str, WorkRow] = {}
        for part in portions(task_ids):
            rows = self._connection.execute(select(tasks).where(tasks.c.task_id.in_(part)))
            found |= {row.task_id: work_row(row) for row in rows}
        return [found[one] for one in task_ids]


def _ordered(found: list[Found], query: WorklistQuery) -> list[str]:
    """Return the ids of the part that was asked for; the rule of the order has the last word."""
    ids: dict[Entry, list[str]] = {}
    entries = [entry_of(row) for row in found]
    for row, entry in zip(found, entries, strict=True):
        ids.setdefault(entry, []).append(row.task_id)
    most = query.skip + query.most
    first = order(entries, now=query.now, typical=query.typical, most=most)
    return [ids[entry].pop(0) for entry in first[query.skip :]]


def _wanted(query: WorklistQuery) -> ColumnElement[bool]:
    wanted = [ALIVE]
    if query.viewer is not None:
        wanted.append(_free(query.now, query.viewer))
    if query.owner is not None:
        wanted.append(and_(tasks.c.state == "claimed", tasks.c.owner == query.owner))
    if query.lane is not None:
        wanted.append(tasks.c.lane == query.lane)
    if query.tier is not None:
        wanted.append(tasks.c.shown_tier == query.tier)
    return and_(*wanted)


def _free(now: int, viewer: str) -> ColumnElement[bool]:
    """Tell whether a task is the viewer's, or may become so."""
    return or_(
        tasks.c.state == "open",
        and_(tasks.c.state == "claimed", or_(tasks.c.lease_until <= now, tasks.c.owner == viewer)),
        and_(tasks.c.state == "snoozed", tasks.c.snoozed_until <= now),
    )


def _worth(query: WorklistQuery) -> ColumnElement[float]:
    """Return what a call is worth, to the last bit as `leadscore.worklist.rank.worth` has it."""
    chance = func.coalesce(tasks.c.chance, tasks.c.score / 100.0)
    value = func.coalesce(tasks.c.value, literal(query.typical, Float(53)))
    return chance * value * _pressing(query.now)


def _pressing(now: int) -> ColumnElement[float]:
    span = cast(tasks.c.call_by - tasks.c.created_at, Float(53))
    gone = cast(now - tasks.c.created_at, Float(53))
    return case(
        (tasks.c.call_by.is_(None), literal(1.0, Float(53))),
        (tasks.c.call_by <= now, literal(2.0, Float(53))),
        (tasks.c.created_at >= now, literal(1.0, Float(53))),
        else_=literal(1.0, Float(53)) + gone / span,
    )
