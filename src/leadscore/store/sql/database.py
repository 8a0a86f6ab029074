"""The database as a whole: which version its tables have, up, down, and whether they are fine."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from leadscore.errors import BadDatabase, BadRequest
from leadscore.store.sql.engine import WRITES, is_sqlite
from leadscore.store.sql.tables import metadata
from leadscore.store.sql.trouble import driver_errors
from leadscore.store.sql.versions import BASE, current_version, look_at

__all__ = ["SqlDatabase"]

_SCRIPTS = "leadscore.store.sql:migrations"
#: PostgreSQL's advisory lock for migrations; any number that other programs do not use.
_LOCK = 7_018_133_498_116_042


class SqlDatabase:
    """A database and the version of its tables; see `leadscore.flows.service.ports.Database`.

    Parameters
    ----------
    engine : Engine
        Where it is.
    scripts : str
        Where Alembic finds the migrations.
    """

    def __init__(self, engine: Engine, *, scripts: str = _SCRIPTS) -> None:
        self.engine = engine
        self._config = Config()
        self._config.set_main_option("script_location", scripts)
        self._scripts = ScriptDirectory.from_config(self._config)

    @property
    def newest(self) -> str:
        """The version of this program's tables."""
        return self._scripts.get_current_head() or BASE

    def current(self) -> str:
        """Return the version of the database's tables; ``base`` where there are none."""
        with driver_errors(), self._reading() as connection:
            return current_version(connection)

    def prepare(self) -> None:
        """Make sure that the tables are of this program's version; SQLite's are made so.

        Raises
        ------
        BadDatabase
            If they are newer than this program; on PostgreSQL also if they are older or not there.
        """
        current = self.current()
        if current == self.newest:
            return
        self._refuse_unknown(current)
        if is_sqlite(self.engine):
            self.upgrade()
            return
        what = "no tables of leadscore yet" if current == BASE else f"tables of version {current}"
        raise BadDatabase(
            f"The database has {what}; this program needs version {self.newest}.",
            next_step="Run: leadscore db upgrade. Nothing does it by itself where several programs "
            "may share a database.",
        )

    def upgrade(self) -> tuple[str, str]:
        """Bring the tables to this program's version; return the version before and after."""
        with driver_errors(write=True), self._migrating() as connection:
            before = current_version(connection)
            self._refuse_unknown(before)
            if before == BASE:
                _refuse_strangers(connection)
            command.upgrade(self._config, "head")
            return before, current_version(connection)

    def downgrade(self, to: str) -> tuple[str, str]:
        """Bring the tables back to an older version, with what they can still hold.

        Raises
        ------
        BadRequest
            If `to` is no older version.
        """
        with driver_errors(write=True), self._migrating() as connection:
            before = current_version(connection)
            self._refuse_unknown(before)
            older = self._older(before)
            if to not in older:
                raise BadRequest(
                    f"Asked to go back to version {to!r} from {before!r}.",
                    allowed=", ".join(older) or "nothing, there is no older one",
                )
            command.downgrade(self._config, to)
            return before, current_version(connection)

    def check(self) -> list[str]:
        """Return in what the database is not as it should be; nothing where it is fine."""
        with driver_errors(), self._reading() as connection:
            version = current_version(connection)
            if version != self.newest:
                return [f"The tables are of version {version}, not {self.newest}."]
            found = [_words(one) for one in compare_metadata(look_at(connection), metadata)]
            return found + (_sqlite_damage(connection) if is_sqlite(self.engine) else [])

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def _refuse_unknown(self, version: str) -> None:
        if version not in (BASE, *self._known()):
            raise BadDatabase(
                f"The database has tables of version {version!r}, which this program, of version "
                f"{self.newest!r}, does not know: a newer one has made them.",
                next_step="Install the newer leadscore again, or go back with its own "
                "`leadscore db downgrade`.",
            )

    def _known(self) -> list[str]:
        """Return the versions of this program, the newest first."""
        return [one.revision for one in self._scripts.walk_revisions()]

    def _older(self, version: str) -> list[str]:
        if version == BASE:
            return []
        known = self._known()
        return [*known[known.index(version) + 1 :], BASE]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """Begin a transaction that nobody else migrates in, and tell Alembic of it."""
        with self.engine.connect().execution_options(**{WRITES: True}) as connection:
            if is_sqlite(connection):
                # a table that is made anew is dropped in between, and would take its rows'
                # dependants with it; it cannot be told so within a transaction, and this
                # connection is used for nothing else after
                connection.detach()
                raw = connection.connection.cursor()
                raw.execute("PRAGMA foreign_keys=OFF")
                raw.close()
            with connection.begin():
                if not is_sqlite(connection):
                    _queue(connection)
                self._config.attributes["connection"] = connection
                try:
                    yield connection
                finally:
                    del self._config.attributes["connection"]
                if is_sqlite(connection):
                    _refuse_orphans(connection)


def _queue(connection: Connection) -> None:
    """Wait until nobody else migrates; a step may take as long as it takes."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    # but one that waits for a table makes everybody wait who comes after
    connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")


def _refuse_strangers(connection: Connection) -> None:
    """Refuse a database where tables of our names are another program's."""
    strange = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if strange:
        raise BadDatabase(
            f"The database has tables {', '.join(strange)} that leadscore did not make.",
            next_step="Give leadscore a database or a schema of its own.",
        )


def _refuse_orphans(connection: Connection) -> None:
    broken = _sqlite_orphans(connection)
    if broken:
        raise BadDatabase(" ".join(["The database was not changed.", *broken]))


def _sqlite_orphans(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    pairs = sorted({(str(row[0]), str(row[2])) for row in rows})
    return [f"Rows of {child} point to rows of {parent} that are gone." for child, parent in pairs]


def _sqlite_damage(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    return [f"The file is damaged: {one}." for one in found if one != "ok"] + _sqlite_orphans(
        connection
    )


def _words(difference: object) -> str:
    """Return one of Alembic's differences as words."""
    if isinstance(difference, list):
        return "; ".join(map(_words, difference))
    name, *what = difference if isinstance(difference, tuple) else (str(difference),)
    told = [getattr(one, "name", one) for one in what]
    return " ".join(str(one) for one in [str(name).replace("_", " "), *told] if one is not None)
