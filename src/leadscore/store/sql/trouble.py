"""What the database drivers raise, in the errors of this house."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnection

from leadscore.errors import BadInput, LeadscoreError, Unavailable

__all__ = ["driver_errors", "unavailable"]

_LATER = "Try again in a moment; if it stays so, see to the database."
#: SQLite's primary result codes for what is not the statement's fault.
_SQLITE = {
    sqlite3.SQLITE_BUSY: "it is locked by another process",
    sqlite3.SQLITE_LOCKED: "it is locked by another connection",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_PERM: "its file may not be read",
    sqlite3.SQLITE_READONLY: "its file may not be written",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "its disk fails",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is no SQLite database",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_PROTOCOL: "its file is locked in a way that SQLite does not know",
}
_PRIMARY = 0xFF
#: PostgreSQL's classes and codes for the same, the most telling first.
_POSTGRES = {
    "55P03": "a row that is needed is held by another transaction",
    "57014": "it took too long",
    "40P01": "two transactions waited for each other",
    "40": "another transaction was quicker",
    "25006": "it only answers questions now, as a standby does",
    "25P03": "the connection was idle for too long",
    "53": "it has no room, memory or connection left",
    "57": "it is starting or stopping",
    "58": "its disk fails",
    "08": "the connection was lost",
    "28": "it does not accept the user or the password",
    "3D": "there is no such database",
}


#: What says that a database may only be read: trouble, unless reading was what we asked for.
_READ_ONLY = ("25006", sqlite3.SQLITE_READONLY)


@contextmanager
def driver_errors(*, write: bool = False) -> Iterator[None]:
    """Turn what the drivers raise inside into `Unavailable` or `BadInput`, the cause kept.

    What is neither, such as a statement that is wrong, is a fault of the program and stays as it
    is; so is a write in a transaction that is not to write.

    Parameters
    ----------
    write : bool
        Whether the transaction may write.
    """
    try:
        yield
    except NoConnection as error:
        raise unavailable("all its connections are in use") from error
    except StatementError as error:
        if not write and _code(error) in _READ_ONLY:
            raise
        raise _translated(error) from error


def unavailable(why: str, *, detail: str = "") -> Unavailable:
    """Return the error that says why the database cannot be used now."""
    return Unavailable(f"The database cannot be used now: {why}. {_LATER}", detail=detail)


def _translated(error: StatementError) -> Exception:
    if isinstance(error.orig, LeadscoreError):
        # a column's own type refused the value
        return error.orig
    if not isinstance(error, DBAPIError):
        return error
    why = _why(error)
    if why:
        return unavailable(why, detail=str(error.orig))
    if isinstance(error, DataError):
        return _unkeepable(error)
    return error


def _why(error: DBAPIError) -> str:
    """Return why the database did not do it, if that is not the statement's fault."""
    code = _code(error)
    if isinstance(code, int):
        return _SQLITE.get(code, "")
    found = [why for known, why in _POSTGRES.items() if code.startswith(known)]
    if found:
        return found[0]
    # without a code, it was not the server who spoke
    lost = error.connection_invalidated or (not code and isinstance(error, OperationalError))
    return "it cannot be reached" if lost else ""


def _code(error: StatementError) -> int | str:
    """Return SQLite's primary result code, or PostgreSQL's code; empty where there is neither."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY
    return getattr(error.orig, "sqlstate", None) or ""


def _unkeepable(error: BaseException) -> BadInput:
    return BadInput(
        f"A value cannot be kept in a database ({type(error).__name__}).",
        allowed="whole numbers from -2**63 to 2**63 - 1",
    )
