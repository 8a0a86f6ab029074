"""Contacts: of each part what was last said, in whatever order it came."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from leadscore.leads.event import Contact
from leadscore.store.sql.statements import Found, insert_into, portions
from leadscore.store.sql.tables import contacts

__all__ = ["SqlContacts"]


class SqlContacts:
    """Contacts in SQL; see `leadscore.flows.service.ports.Contacts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, said: Collection[Contact]) -> None:
        """Keep each part that was said, unless a later one is known."""
        for one in said:
            self._put(one)

    def get(self, lead_id: str) -> Contact | None:
        """Return whom to reach; None where nothing was said."""
        return self.of([lead_id]).get(lead_id)

    def of(self, lead_ids: Collection[str]) -> Mapping[str, Contact]:
        """Return whom to reach, lead by lead, where something was said."""
        found: dict[str, Contact] = {}
        for part in portions(list(lead_ids)):
            wanted = select(contacts).where(contacts.c.lead_id.in_(part))
            found |= {row.lead_id: _contact(row) for row in self._connection.execute(wanted)}
        return found

    def sharing(self, lead_id: str) -> list[str]:
        """Return the other leads that have this one's e-mail address, by rising id."""
        own = select(func.lower(contacts.c.email)).where(contacts.c.lead_id == lead_id)
        wanted = select(contacts.c.lead_id).where(
            func.lower(contacts.c.email) == own.scalar_subquery(), contacts.c.lead_id != lead_id
        )
        return sorted(self._connection.scalars(wanted))

    def _put(self, said: Contact) -> None:
        parts = said.said
        if not parts:
            return
        moments = {f"{name}_at": said.occurred_at for name in parts}
        row = {"lead_id": said.lead_id, **parts, **moments}
        new = insert_into(self._connection, contacts).values(row)
        changed = {name: value for part in parts for name, value in _later(new, part).items()}
        self._connection.execute(
            new.on_conflict_do_update(index_elements=["lead_id"], set_=changed)
        )


def _later(
    new: postgresql.Insert | sqlite.Insert, part: str
) -> Mapping[str, ColumnElement[object]]:
    """Return what a part and its moment become: the later one, of two at once the greater text.

    That is what `leadscore.leads.event.latest_contact` does.
    """
    text, at = contacts.c[part], contacts.c[f"{part}_at"]
    new_text, new_at = new.excluded[part], new.excluded[f"{part}_at"]
    newer = or_(at.is_(None), new_at > at, and_(new_at == at, new_text > text))
    return {
        part: case((newer, new_text), else_=text),
        f"{part}_at": case((newer, new_at), else_=at),
    }


def _contact(row: Found) -> Contact:
    moments = [row.name_at, row.email_at, row.phone_at, row.company_at]
    return Contact(
        lead_id=row.lead_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        company=row.company,
        occurred_at=max(at for at in moments if at is not None),
    )
