"""The audit log: who did what. Leads are in it as salted hashes alone."""

from sqlalchemy import Connection, insert, select

from leadscore.flows.service.service_rows import TrailRow
from leadscore.store.sql.hashes import Hashes
from leadscore.store.sql.statements import Found
from leadscore.store.sql.tables import leads, trail

__all__ = ["SqlTrail"]


class SqlTrail:
    """The audit log in SQL; see `leadscore.flows.service.ports.Trail`."""

    def __init__(self, connection: Connection, hashes: Hashes) -> None:
        self._connection = connection
        self._hashes = hashes

    def add(self, line: TrailRow) -> None:
        """Write a line."""
        row = {
            "at": line.at,
            "actor": line.actor,
            "action": line.action,
            "lead_hash": None if line.lead_id is None else self._hashes.lead(line.lead_id),
            "about": line.about,
            "details": dict(line.details),
        }
        self._connection.execute(insert(trail).values(row))

    def page(
        self, *, lead_id: str | None = None, before: int | None = None, most: int
    ) -> list[TrailRow]:
        """Return lines, the last one first: all or a lead's, perhaps only those below a number."""
        wanted = select(trail, leads.c.lead_id).outerjoin(
            leads, leads.c.lead_hash == trail.c.lead_hash
        )
        if lead_id is not None:
            # also of an erased lead: who knows its id may ask what was done with it
            wanted = wanted.where(trail.c.lead_hash == self._hashes.lead(lead_id))
        if before is not None:
            wanted = wanted.where(trail.c.seq < before)
        rows = self._connection.execute(wanted.order_by(trail.c.seq.desc()).limit(most))
        return [_line(row) for row in rows]


def _line(row: Found) -> TrailRow:
    return TrailRow(
        number=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        lead_id=row.lead_id,
        about=row.about,
        details=row.details,
        lead_hash=row.lead_hash,
    )
