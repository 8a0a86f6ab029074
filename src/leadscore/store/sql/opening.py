"""Opening a database by its URL; nothing is connected to yet."""

from leadscore.store.sql.database import SqlDatabase
from leadscore.store.sql.engine import open_engine
from leadscore.store.sql.store import SqlStore

__all__ = ["open_database", "open_store"]


def open_database(url: str, *, timeout: float, pool: int = 1) -> SqlDatabase:
    """Return the database as a whole; see `leadscore.store.sql.engine.open_engine`."""
    return SqlDatabase(open_engine(url, pool=pool, timeout=timeout))


def open_store(url: str, *, pool: int, timeout: float) -> SqlStore:
    """Return the store on a database; see `leadscore.store.sql.engine.open_engine`."""
    return SqlStore(open_database(url, pool=pool, timeout=timeout), timeout=timeout)
