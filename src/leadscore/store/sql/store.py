"""The live service's memory: transactions, and what is done in one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection

from leadscore.store.sql.access.keys import SqlKeys
from leadscore.store.sql.access.leases import SqlLeases
from leadscore.store.sql.access.replies import SqlReplies
from leadscore.store.sql.access.trail import SqlTrail
from leadscore.store.sql.database import SqlDatabase
from leadscore.store.sql.engine import WRITES, is_sqlite
from leadscore.store.sql.flush import SharedFlush
from leadscore.store.sql.hashes import Hashes, database_salt
from leadscore.store.sql.history.contacts import SqlContacts
from leadscore.store.sql.history.events import SqlEvents
from leadscore.store.sql.history.leads import SqlLeads
from leadscore.store.sql.history.outcomes import SqlOutcomes
from leadscore.store.sql.history.scores import SqlScores
from leadscore.store.sql.registry.models import SqlModels
from leadscore.store.sql.registry.promotions import SqlPromotions
from leadscore.store.sql.sending.deliveries import SqlDeliveries
from leadscore.store.sql.sending.outbox import SqlOutbox
from leadscore.store.sql.sending.webhooks import SqlWebhooks
from leadscore.store.sql.trouble import driver_errors, unavailable
from leadscore.store.sql.worklist.tasks import SqlTasks
from leadscore.store.sql.worklist.worklist import SqlWorklist

__all__ = ["SqlStore", "SqlWork"]


class SqlWork:
    """What can be done within one transaction; see `leadscore.flows.service.ports.Work`."""

    def __init__(self, connection: Connection, hashes: Hashes) -> None:
        self.leads = SqlLeads(connection, hashes)
        self.contacts = SqlContacts(connection)
        self.events = SqlEvents(connection)
        self.scores = SqlScores(connection)
        self.outcomes = SqlOutcomes(connection)
        self.tasks = SqlTasks(connection)
        self.worklist = SqlWorklist(connection)
        self.keys = SqlKeys(connection)
        self.trail = SqlTrail(connection, hashes)
        self.replies = SqlReplies(connection)
        self.leases = SqlLeases(connection)
        self.webhooks = SqlWebhooks(connection)
        self.outbox = SqlOutbox(connection)
        self.deliveries = SqlDeliveries(connection)
        self.models = SqlModels(connection, hashes)
        self.promotions = SqlPromotions(connection)


class SqlStore:
    """A store in SQL; see `leadscore.flows.service.ports.Store`.

    Any number of threads and processes may use one database.

    Parameters
    ----------
    database : SqlDatabase
        Where it is.
    timeout : float
        How long a writer waits for its turn, in seconds.
    """

    def __init__(self, database: SqlDatabase, *, timeout: float) -> None:
        self.database = database
        self._engine = database.engine
        self._timeout = timeout
        self._turn = threading.Lock()
        file = self._engine.url.database if is_sqlite(self._engine) else None
        self._flush = SharedFlush(file) if file else None

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[SqlWork]:
        """Work in one transaction: made whole when the context ends, undone if it raises."""
        hashes = self._hashes
        with (
            driver_errors(write=write),
            self._turn_of(write=write),
            self._transaction(write=write) as begun,
        ):
            yield SqlWork(begun, hashes)
        if write and self._flush is not None:
            try:
                self._flush.wait()
            except OSError as error:
                raise unavailable("its disk fails") from error

    def prepare(self) -> None:
        """Make sure that the tables are there and of this program's version."""
        self.database.prepare()

    def ready(self) -> None:
        """Raise what stands in the way if the database cannot be used now."""
        with driver_errors(), self._engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    @cached_property
    def _hashes(self) -> Hashes:
        with driver_errors(), self._transaction(write=False) as begun:
            return Hashes(database_salt(begun))

    @contextmanager
    def _turn_of(self, *, write: bool) -> Iterator[None]:
        """Let one thread at a time write to SQLite.

        SQLite lets others sleep and ask again whether it is their turn, so that among some threads
        an unlucky one waits for seconds; a lock wakes the next one as soon as it is free.
        """
        if not (write and is_sqlite(self._engine)):
            yield
            return
        if not self._turn.acquire(timeout=self._timeout):
            raise unavailable("it is busy with other writers")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        # readers see one moment: SQLite's do anyway, PostgreSQL's are told to
        reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        plain = write or is_sqlite(self._engine)
        options = {WRITES: write, **({} if plain else reading)}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
