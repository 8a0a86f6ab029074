"""Rows to import, as a file or a query would give them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from leadscore.errors import Fault
from leadscore.flows.service.imports.report import ImportReport
from leadscore.flows.service.imports.run import ImportWish, import_rows
from leadscore.flows.service.ports import Store
from leadscore.leads.event import Scalar
from leadscore.leads.history import fields_at
from tests.flows.service.leads.live import NOW, SCHEMA, at

__all__ = ["MadeRows", "bring", "contact_of", "fields_of"]


class MadeRows:
    """Rows made by hand.

    Parameters
    ----------
    *rows : mapping of str to object
        The rows; the columns are all that any of them has.
    """

    def __init__(self, *rows: Mapping[str, object]) -> None:
        self._rows = rows

    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self._rows for name in row))

    def rows(self) -> Iterator[Mapping[str, object]]:
        yield from self._rows

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        return tuple(replace(one, line=(one.row or 0) + 2) for one in faults)


def bring(
    store: Store, *rows: Mapping[str, object], now: int = NOW, wish: ImportWish | None = None
) -> ImportReport:
    """Import rows."""
    return import_rows(store, at(now), MadeRows(*rows), wish=wish)


def fields_of(store: Store, lead_id: str, *, now: int = NOW) -> dict[str, Scalar]:
    """Return a lead's fields as its history gives them."""
    with store.begin(write=False) as work:
        return fields_at(work.events.of(lead_id), SCHEMA, now)


def contact_of(store: Store, lead_id: str) -> dict[str, str]:
    """Return whom to reach."""
    with store.begin(write=False) as work:
        found = work.contacts.get(lead_id)
    return found.said if found else {}
