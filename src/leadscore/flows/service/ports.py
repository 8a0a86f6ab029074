"""What the live service needs of a store: transactions, and what can be done in one.

Every moment is an int, microseconds since 1970-01-01 UTC. What cannot be done because the database
is away or busy raises `leadscore.errors.Unavailable`; a text or number that no database can keep
raises `leadscore.errors.BadInput`.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from leadscore.flows.service.lead_ports import (
    Contacts,
    Events,
    Leads,
    Outcomes,
    Scores,
    Tasks,
    Worklist,
)
from leadscore.flows.service.service_ports import (
    Deliveries,
    Keys,
    Leases,
    Models,
    Outbox,
    Promotions,
    Replies,
    Trail,
    Webhooks,
)

__all__ = ["Database", "Store", "Work"]


class Work(Protocol):
    """What can be done within one transaction."""

    @property
    def leads(self) -> Leads:
        """That leads are known."""

    @property
    def contacts(self) -> Contacts:
        """Whom to reach."""

    @property
    def events(self) -> Events:
        """What was said of leads and what they did."""

    @property
    def scores(self) -> Scores:
        """The scores that were given."""

    @property
    def outcomes(self) -> Outcomes:
        """What became of leads."""

    @property
    def tasks(self) -> Tasks:
        """Leads to call."""

    @property
    def worklist(self) -> Worklist:
        """The order to call in."""

    @property
    def keys(self) -> Keys:
        """Who may call the service."""

    @property
    def trail(self) -> Trail:
        """Who did what."""

    @property
    def replies(self) -> Replies:
        """What was answered to writes."""

    @property
    def leases(self) -> Leases:
        """Who alone does a thing."""

    @property
    def webhooks(self) -> Webhooks:
        """Who outside is told."""

    @property
    def outbox(self) -> Outbox:
        """What is to be told."""

    @property
    def deliveries(self) -> Deliveries:
        """What is on its way."""

    @property
    def models(self) -> Models:
        """The models that are kept."""

    @property
    def promotions(self) -> Promotions:
        """Which of them was the champion when."""


class Store(Protocol):
    """The live service's memory. Threads may share one; processes may share its database."""

    def begin(self, *, write: bool) -> AbstractContextManager[Work]:
        """Work in one transaction: made whole when the context ends, undone if it raises.

        Only the edge begins one: a request or a job is one transaction. What was written is on the
        disk when the context has ended, whatever is killed then. One that does not write sees one
        moment throughout, waits for no writer, and is refused if it tries to write.
        """

    def prepare(self) -> None:
        """Make sure, before anything else, that the tables are of this program's version.

        Raises
        ------
        BadDatabase
            If they are not; the message says what to do.
        """

    def ready(self) -> None:
        """Ask the database for a sign of life; raise what stands in the way."""

    def close(self) -> None:
        """Close the connections."""


class Database(Protocol):
    """The database as a whole, for who looks after it."""

    @property
    def newest(self) -> str:
        """The version of this program's tables."""

    def current(self) -> str:
        """Return the version of the database's tables; ``base`` where there are none."""

    def upgrade(self) -> tuple[str, str]:
        """Bring the tables to this program's version; return the version before and after.

        Raises
        ------
        BadDatabase
            If they are newer, or another program has tables of the same names.
        """

    def downgrade(self, to: str) -> tuple[str, str]:
        """Bring the tables back to an older version; return the version before and after.

        Raises
        ------
        BadRequest
            If `to` is no older version.
        BadDatabase
            If the tables are newer than this program.
        """

    def check(self) -> list[str]:
        """Return in what the database is not as it should be; nothing where it is fine."""

    def close(self) -> None:
        """Close the connections."""
