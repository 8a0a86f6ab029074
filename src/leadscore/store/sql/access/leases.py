"""Leases: who alone does a thing that must not be done twice at once."""

from sqlalchemy import Connection, delete, or_

from leadscore.store.sql.statements import insert_into, took_effect
from leadscore.store.sql.tables import leases

__all__ = ["SqlLeases"]


class SqlLeases:
    """Leases in SQL; see `leadscore.flows.service.ports.Leases`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, *, holder: str, now: int, until: int) -> bool:
        """Take or renew a lease; False while somebody else has it."""
        new = insert_into(self._connection, leases).values(name=name, holder=holder, until=until)
        free = or_(leases.c.until <= now, leases.c.holder == holder)
        taken = new.on_conflict_do_update(
            index_elements=["name"], set_={"holder": holder, "until": until}, where=free
        )
        return took_effect(self._connection, taken)

    def give_back(self, name: str, *, holder: str) -> None:
        """Let others have the lease now."""
        mine = (leases.c.name == name, leases.c.holder == holder)
        self._connection.execute(delete(leases).where(*mine))
