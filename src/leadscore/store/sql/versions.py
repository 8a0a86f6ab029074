"""The version of a database's tables, and how Alembic is to look at them."""

from typing import Any  # Any: what Alembic's `configure` takes

from alembic.migration import MigrationContext
from alembic.runtime.environment import NameFilterParentNames, NameFilterType
from sqlalchemy import Connection

from leadscore.store.sql.tables import metadata

__all__ = ["ALEMBIC", "BASE", "VERSION_TABLE", "current_version", "look_at"]

#: The version of a database without our tables.
BASE = "base"
#: Not Alembic's own name for it: in a shared database that one may be another program's.
VERSION_TABLE = "leadscore_version"


def _is_ours(
    name: str | None, kind: NameFilterType, parents: NameFilterParentNames
) -> bool:  # Alembic's signature
    """Tell whether a table is ours: in a shared database others' are never looked at."""
    del parents
    return kind != "table" or name in metadata.tables


ALEMBIC: dict[str, Any] = {
    "target_metadata": metadata,
    "version_table": VERSION_TABLE,
    "include_name": _is_ours,
    # SQLite cannot alter most of a table: it is made anew, and the rows are copied
    "render_as_batch": True,
    # SQLite can, unlike what Alembic takes for granted: a step is made whole or not at all
    "transactional_ddl": True,
}


def look_at(connection: Connection) -> MigrationContext:
    """Return Alembic's view of a database."""
    return MigrationContext.configure(connection, opts=ALEMBIC)


def current_version(connection: Connection) -> str:
    """Return the version of the database's tables."""
    return look_at(connection).get_current_revision() or BASE
