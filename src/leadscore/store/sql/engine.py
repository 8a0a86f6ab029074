"""From a URL to an engine: what SQLite and PostgreSQL are told before the first statement."""

import json
import math
import sqlite3
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any  # Any: what drivers take as arguments

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from leadscore.errors import BadRequest, MissingExtra

__all__ = ["WRITES", "is_sqlite", "open_engine"]

#: The execution option of a connection that says whether its transaction may write.
WRITES = "leadscore_writes"

#: No statement of the service takes longer than this many milliseconds, unless something is wrong.
_LONGEST_STATEMENT = 30_000
#: A transaction that does nothing for so long holds rows that others wait for.
_LONGEST_IDLE = 60_000
_SQLITE_PRAGMAS = (
    # readers and the one writer do not wait for each other
    "PRAGMA journal_mode=WAL",
    # SQLite flushes only before it moves the log into the database: `SqlStore` sees to it that a
    # commit is on the disk before it is acknowledged, whatever is killed or loses power then
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    # what is deleted is overwritten: who was erased is not to be found in the file's free pages
    "PRAGMA secure_delete=ON",
    # the slowest writes in a hundred take half as long as with 2 MB and 1,000 pages
    "PRAGMA cache_size=-8000",
    "PRAGMA wal_autocheckpoint=4000",
)


def open_engine(url: str, *, pool: int, timeout: float) -> Engine:
    """Return the engine for `url`; it connects when it is first used.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.
    pool : int
        How many connections it holds at most.
    timeout : float
        How long to wait for a connection or a lock, in seconds.

    Raises
    ------
    BadRequest
        If the URL is of neither kind.
    MissingExtra
        If it is PostgreSQL's and its driver is not installed.
    """
    place = _read_url(url)
    shared: dict[str, Any] = {
        "pool_size": pool,
        "max_overflow": 0,
        "pool_timeout": timeout,
        "json_serializer": partial(json.dumps, allow_nan=False, separators=(",", ":")),
    }
    if place.get_backend_name() == "sqlite":
        # check_same_thread: the pool hands a connection to one thread at a time
        arguments = {"timeout": timeout, "check_same_thread": False}
        engine = create_engine(place, connect_args=arguments, **shared)
        event.listen(engine, "do_connect", _keep_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        place, connect_args=_postgres_arguments(place, timeout), pool_pre_ping=True, **shared
    )


def is_sqlite(engine: Engine | Connection) -> bool:
    """Tell whether it is SQLite."""
    return engine.dialect.name == "sqlite"


def _read_url(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        # the text may hold a password, so it is not shown, nor is what quotes it
        raise _unknown_kind() from None
    name = place.drivername
    if name in ("postgres", "postgresql", "postgresql+psycopg"):
        if find_spec("psycopg") is None:
            raise MissingExtra(
                "PostgreSQL's driver is not installed.",
                next_step="Install it: pip install 'leadscore[postgres]'.",
            )
        return place.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise _unknown_kind()
    _check_file(place)
    return place


def _unknown_kind() -> BadRequest:
    return BadRequest(
        "The database's URL is not one that leadscore knows.",
        allowed="sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME",
        next_step="Set LEADSCORE_DATABASE_URL.",
    )


def _check_file(place: URL) -> None:
    name = place.database or ":memory:"
    if name == ":memory:" or name.startswith("file:"):
        raise BadRequest(
            "A database in memory has nothing to keep leads in: each connection has its own.",
            allowed="sqlite:///FILE",
        )
    folder = Path(name).parent
    if not folder.is_dir():
        raise BadRequest(
            f"The folder {str(folder)!r} of the database is not there.", next_step="Make it first."
        )


def _postgres_arguments(place: URL, timeout: float) -> dict[str, Any]:
    milliseconds = math.ceil(timeout * 1000)
    told = {
        "lock_timeout": milliseconds,
        "statement_timeout": max(_LONGEST_STATEMENT, milliseconds),
        "idle_in_transaction_session_timeout": _LONGEST_IDLE,
        # a server may be set to acknowledge before it has written
        "synchronous_commit": "on",
        # every query here is over before machine code for it would be made
        "jit": "off",
        "timezone": "UTC",
    }
    own = place.query.get("options", "")
    given = own if isinstance(own, str) else " ".join(own)
    return {
        # what the URL says itself comes last and wins
        "options": " ".join([*(f"-c {name}={value}" for name, value in told.items()), given]),
        "connect_timeout": max(2, math.ceil(timeout)),
        # a server that is gone without a word is noticed within a minute
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": max(_LONGEST_STATEMENT, milliseconds),
        "application_name": "leadscore",
    }


def _keep_private(_: Dialect, __: ConnectionPoolEntry, arguments: list[str], ___: object) -> None:
    """Make a new file one that its owner alone may read: it will hold personal data."""
    place = Path(arguments[0])
    # where no file can be made, SQLite says so itself
    with suppress(OSError):
        place.touch(mode=0o600, exist_ok=False)


def _set_up_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # the driver would begin when it likes; we do it in `_begin_sqlite`
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the one writer's place at once: a reader that begins to write would be refused."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
