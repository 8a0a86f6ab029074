"""Statements that SQLite and PostgreSQL say alike, and that SQLAlchemy has for each apart."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar  # Any: a row's values are of the kinds that its columns have

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Executable,
    Row,
    Table,
    bindparam,
    literal,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite

from leadscore.store.sql.engine import is_sqlite
from leadscore.store.sql.tables import deliveries, tasks

__all__ = [
    "ALIVE",
    "IDS",
    "WAITING",
    "Found",
    "insert_into",
    "insert_new",
    "portions",
    "took_effect",
]

#: Both databases bound how many values a statement may carry; this is far below.
_MOST_VALUES = 5_000

#: Spelled out, since SQLite takes an index of a part of the rows only where it sees that they are
#: in it: a value that is bound later does not show that.
ALIVE = tasks.c.state != literal_column("'done'")
WAITING = deliveries.c.state == literal_column("'waiting'")

#: The ids that a statement is about. What every event asks is put together once: to build a
#: statement takes five times as long as to send it.
IDS: BindParameter[str] = bindparam("ids", expanding=True)

#: A row of a table.
Found = Row[*tuple[Any, ...]]

_Value = TypeVar("_Value")


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what to do about rows that are there already."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def insert_new(
    connection: Connection, table: Table, *, back: Column[str] | None = None
) -> Executable:
    """Return an insert that leaves rows that are there already, put together once.

    Parameters
    ----------
    connection : Connection
        Whose database it is for.
    table : Table
        The table.
    back : Column, optional
        What to return of the rows that are new.
    """
    return _insert_new(table, back, lite=is_sqlite(connection))


@cache
def _insert_new(table: Table, back: Column[str] | None, *, lite: bool) -> Executable:
    new = sqlite.insert(table) if lite else postgresql.insert(table)
    quiet = new.on_conflict_do_nothing()
    return quiet if back is None else quiet.returning(back)


def took_effect(connection: Connection, new: postgresql.Insert | sqlite.Insert) -> bool:
    """Insert one row; tell whether it was inserted or changed the one that is there."""
    # what is inserted is not counted unless it is asked back
    return connection.execute(new.returning(literal(1))).first() is not None


def portions(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield the values in parts that a statement can carry.

    Examples
    --------
    >>> [len(part) for part in portions(range(5_001))]
    [5000, 1]
    """
    for start in range(0, len(values), _MOST_VALUES):
        yield values[start : start + _MOST_VALUES]
