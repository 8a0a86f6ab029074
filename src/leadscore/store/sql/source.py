"""Rows of somebody else's database, by a query: streamed, and nothing there can be changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    ResourceClosedError,
    SQLAlchemyError,
)

from leadscore.errors import BadRequest, Fault, MissingExtra, NotFound, Unavailable

__all__ = ["QueryRows", "open_source"]

#: Rows that are fetched at once.
_FETCHED = 1_000
_URLS = "an SQLAlchemy URL, such as postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE"
#: How a transaction is told that it only reads; in other databases it is undone in the end.
_READ_ONLY: Mapping[str, str] = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only=ON",
}


class QueryRows:
    """The rows that a query answers; see `leadscore.flows.service.imports.run.Rows`.

    Parameters
    ----------
    connection : Connection
        Where it is asked.
    query : str
        The query.
    """

    def __init__(self, connection: Connection, query: str) -> None:
        self._connection = connection.execution_options(yield_per=_FETCHED)
        # what looks like a parameter is none: the query is taken as it is
        self._query = text(query.replace(":", r"\:"))

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        with _answered(), self._connection.execute(self._query) as answer:
            return tuple(answer.keys())

    def rows(self) -> Iterator[Mapping[str, object]]:
        """Yield the rows, each by its columns' names; each time the query is asked again."""
        with _answered(), self._connection.execute(self._query) as answer:
            for row in answer.mappings():
                yield dict(row)

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Return the faults as they are: a query's rows have no lines."""
        return faults


@contextmanager
def open_source(url: str, query: str) -> Iterator[QueryRows]:
    """Give the rows of a query, in a transaction that reads and is undone in the end.

    Parameters
    ----------
    url : str
        Where the database is.
    query : str
        What is asked of it.

    Raises
    ------
    BadRequest
        If the URL or the query is none, or the query would write.
    NotFound
        If it is a file that is not there.
    MissingExtra
        If the database's driver is not installed.
    Unavailable
        If the database cannot be reached.
    """
    engine = _engine(_read_url(url))
    try:
        connection = _connected(engine)
        try:
            yield QueryRows(connection, query)
        finally:
            connection.close()
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise Unavailable(
            "The database of the import cannot be reached.", detail=str(error)
        ) from error
    if engine.dialect.name in _READ_ONLY:
        connection.exec_driver_sql(_READ_ONLY[engine.dialect.name])
    return connection


def _engine(place: URL) -> Engine:
    try:
        return create_engine(place)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise MissingExtra(
            f"The driver for {place.drivername} is not installed.",
            next_step="Install the one that SQLAlchemy names for this database, or export the "
            "rows as CSV and import that.",
        ) from error


def _read_url(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        # the text may hold a password, so it is not shown, nor is what quotes it
        raise BadRequest("The URL of the database cannot be read.", allowed=_URLS) from None
    if place.drivername in ("postgres", "postgresql"):
        return place.set(drivername="postgresql+psycopg")
    # SQLite would make the file
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
        raise NotFound(f"The file {place.database!r} is not there.", next_step="Check the path.")
    return place


@contextmanager
def _answered() -> Iterator[None]:
    """Say what the database said of the query: it is the caller's, and so is what is wrong."""
    try:
        yield
    except ResourceClosedError as error:
        raise BadRequest("The query answers no rows.", allowed="a SELECT") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            words = "The connection to the database of the import was lost."
            raise Unavailable(words, detail=str(error.orig)) from error
        raise BadRequest(
            f"The database refused the query: {str(error.orig).strip()}",
            next_step="Mend the query; it may only read.",
        ) from error
