"""Leads: that they are known, held while something is changed, and whether they objected."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, func, select, update

from leadscore.flows.service.lead_rows import Erased, LeadRow
from leadscore.store.sql.hashes import Hashes
from leadscore.store.sql.history.erase import erase_lead
from leadscore.store.sql.statements import IDS, Found, insert_new, portions
from leadscore.store.sql.tables import leads, tombstones

__all__ = ["SqlLeads"]

_COLUMNS = (leads.c.lead_id, leads.c.created_at, leads.c.objected_at)
_LOCKED = (
    select(*_COLUMNS).where(leads.c.lead_id.in_(IDS)).order_by(leads.c.lead_id).with_for_update()
)


class SqlLeads:
    """Leads in SQL; see `leadscore.flows.service.ports.Leads`."""

    def __init__(self, connection: Connection, hashes: Hashes) -> None:
        self._connection = connection
        self._hashes = hashes

    def hold(self, lead_ids: Collection[str], *, at: int) -> Mapping[str, LeadRow]:
        """Keep the leads as they are until the transaction ends, new ones made; barred ones out."""
        held = self._locked(lead_ids)
        missing = sorted(set(lead_ids) - set(held))
        if not missing:
            return held
        # in one order, so that two transactions never wait for each other
        made = [self._new(lead_id, at) for lead_id in missing]
        self._connection.execute(insert_new(self._connection, leads), made)
        # only once the rows are ours: an erasure that was under way has left its tombstone by now
        barred = self.barred(missing)
        self._remove(barred)
        return held | self._locked([one for one in missing if one not in barred])

    def get(self, lead_id: str) -> LeadRow | None:
        """Return the lead; None where it is not known."""
        row = self._connection.execute(select(*_COLUMNS).where(leads.c.lead_id == lead_id)).first()
        return None if row is None else _lead(row)

    def page(self, *, after: str = "", most: int) -> list[LeadRow]:
        """Return leads by rising id, from the one after `after` on."""
        wanted = select(*_COLUMNS).where(leads.c.lead_id > after).order_by(leads.c.lead_id)
        return [_lead(row) for row in self._connection.execute(wanted.limit(most))]

    def count(self) -> int:
        """Return how many leads there are."""
        return self._connection.scalars(select(func.count()).select_from(leads)).one()

    def set_objection(self, lead_id: str, *, at: int | None) -> bool:
        """Note since when the lead may not be profiled, or that it may; False for no such lead."""
        changed = update(leads).where(leads.c.lead_id == lead_id).values(objected_at=at)
        return self._connection.execute(changed).rowcount > 0

    def erase(self, lead_id: str, *, at: int) -> Erased:
        """Remove all that is known of the lead, and leave what stops it from coming back."""
        return erase_lead(self._connection, self._hashes, lead_id, at=at)

    def barred(self, lead_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that were erased."""
        return self._barred({one: self._hashes.lead(one) for one in lead_ids})

    def barred_emails(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of the addresses that belonged to erased leads."""
        return self._barred({one: self._hashes.email(one) for one in addresses})

    def readmit(self, *, lead_id: str | None = None, email: str | None = None) -> bool:
        """Let an erased id or address come back, since the person asked for it."""
        hashes = [self._hashes.lead(lead_id)] if lead_id is not None else []
        hashes += [self._hashes.email(email)] if email is not None else []
        gone = delete(tombstones).where(tombstones.c.hash.in_(hashes))
        return self._connection.execute(gone).rowcount > 0

    def _barred(self, hashes: Mapping[str, str]) -> frozenset[str]:
        """Return those names of the hashes that have a tombstone."""
        found: set[str] = set()
        for part in portions(list(hashes.values())):
            wanted = select(tombstones.c.hash).where(tombstones.c.hash.in_(part))
            found |= set(self._connection.scalars(wanted))
        return frozenset(one for one, hashed in hashes.items() if hashed in found)

    def _locked(self, lead_ids: Collection[str]) -> dict[str, LeadRow]:
        found: dict[str, LeadRow] = {}
        for part in portions(sorted(set(lead_ids))):
            rows = self._connection.execute(_LOCKED, {"ids": part})
            found |= {row.lead_id: _lead(row) for row in rows}
        return found

    def _new(self, lead_id: str, at: int) -> dict[str, object]:
        return {"lead_id": lead_id, "lead_hash": self._hashes.lead(lead_id), "created_at": at}

    def _remove(self, lead_ids: Collection[str]) -> None:
        for part in portions(list(lead_ids)):
            self._connection.execute(delete(leads).where(leads.c.lead_id.in_(part)))


def _lead(row: Found) -> LeadRow:
    return LeadRow(lead_id=row.lead_id, created_at=row.created_at, objected_at=row.objected_at)
