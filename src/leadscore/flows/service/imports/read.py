"""One row of an import: what it says of a lead, or what is wrong with it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from leadscore.errors import Fault
from leadscore.flows.service.imports.columns import Columns
from leadscore.flows.service.imports.headers import LEAD, SAID_AT
from leadscore.flows.service.imports.statuses import outcome_of
from leadscore.leads.event import LONGEST_ID, TEXT_WORDS, Contact, Scalar, is_storable
from leadscore.leads.field import Field
from leadscore.leads.moment import SECOND
from leadscore.leads.outcome import OutcomeKind
from leadscore.leads.schema import Schema
from leadscore.leads.stated import CONTACT_KEYS, read_stated
from leadscore.leads.times import parse_time
from leadscore.leads.values import MISSING_WORDS, as_text, parse_value

__all__ = ["RowReader", "RowSaid"]

_ID = f"a printable text of 1 to {LONGEST_ID} characters"
_MOMENT = "a date such as 2026-01-31, from 1970 on; where days and months are told apart by their "
_MOMENT += "places alone, say how: --dates d/m/y or m/d/y"
_VALUE = Field(name="outcome_value", type="number", limits=(0, 1e12))
#: How much each kind says of a lead; of several statuses in a row the one that says most counts.
_WEIGHT: Mapping[OutcomeKind, int] = {"contacted": 1, "qualified": 2, "lost": 3, "converted": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSaid:
    """What a row says of a lead.

    Parameters
    ----------
    row : int
        The row, 0-based.
    lead_id : str
        The lead.
    values : mapping of str to JSON value
        The fields that have a value; an empty cell says nothing.
    contact : mapping of str to str
        The parts of the contact that have one.
    said_at : int, optional
        When it was so; None where the row does not say.
    kind : OutcomeKind, optional
        What came of the lead.
    outcome_at : int, optional
        When.
    value : float, optional
        What a conversion brought.
    reason : str
        Why the lead was lost.
    statuses : tuple of str
        The statuses that are no outcome.
    """

    row: int
    lead_id: str
    values: Mapping[str, Scalar]
    contact: Mapping[str, str]
    said_at: int | None
    kind: OutcomeKind | None
    outcome_at: int | None
    value: float | None
    reason: str
    statuses: tuple[str, ...]

    def contact_at(self, at: int) -> Contact | None:
        """Return whom to reach, as said at a moment; None where nothing was said."""
        if not self.contact:
            return None
        return Contact(lead_id=self.lead_id, occurred_at=at, **self.contact)


class RowReader:
    """Reads rows.

    Parameters
    ----------
    columns : Columns
        What the columns are.
    schema : Schema
        The fields.
    dates : {"", "d/m/y", "m/d/y"}
        How dates with slashes or dashes are written.
    """

    def __init__(self, columns: Columns, schema: Schema, *, dates: str = "") -> None:
        self._columns, self._schema, self._dates = columns, schema, dates
        held = {field.name for field in schema.fields if field.held}
        said = held | set(CONTACT_KEYS)
        self._said = {name: one for name, one in columns.targets.items() if one in said}
        self._column_of = {one: name for name, one in columns.targets.items()}

    def read(self, raw: Mapping[str, object], row: int) -> RowSaid | tuple[Fault, ...]:
        """Return what a row says, or all that is wrong with it.

        Parameters
        ----------
        raw : mapping of str to object
            The row by its columns' names.
        row : int
            Its place, 0-based.
        """
        faults: list[Fault] = []
        stated = read_stated({one: raw.get(name) for name, one in self._said.items()}, self._schema)
        faults += stated.faults
        lead_id = _lead_id(self._cell(raw, LEAD), faults)
        statuses = self._statuses(raw)
        said = RowSaid(
            row=row,
            lead_id=lead_id,
            values={name: value for name, value in stated.values.items() if value is not None},
            contact=stated.contact,
            said_at=self._moment(raw, SAID_AT, faults),
            kind=_weightiest(statuses.values()),
            outcome_at=self._moment(raw, "outcome_at", faults),
            value=_value(self._cell(raw, "outcome_value"), self._schema, faults),
            reason=_reason(self._cell(raw, "outcome_reason"), faults),
            statuses=tuple(text for text, kind in statuses.items() if kind is None),
        )
        return tuple(self._named(faults, row)) if faults else said

    def _cell(self, raw: Mapping[str, object], target: str) -> object:
        return raw.get(self._column_of.get(target, ""))

    def _statuses(self, raw: Mapping[str, object]) -> dict[str, OutcomeKind | None]:
        texts = [as_text(raw.get(name)) for name in self._columns.of("outcome")]
        return {text: outcome_of(text) for text in texts if text}

    def _moment(self, raw: Mapping[str, object], target: str, faults: list[Fault]) -> int | None:
        value = self._cell(raw, target)
        text = value.isoformat() if isinstance(value, dt.date) else as_text(value)
        if text is None or text.lower() in MISSING_WORDS:
            return None
        seconds = parse_time(text, unit=self._dates)
        if seconds is None or seconds < 0:
            faults.append(Fault(field=target, got=_shown(text), allowed=_MOMENT))
            return None
        return round(seconds * SECOND)

    def _named(self, faults: list[Fault], row: int) -> Iterator[Fault]:
        """Yield faults under the names of their columns."""
        for one in faults:
            yield replace(one, field=self._column_of.get(one.field, one.field), row=row)


def _weightiest(kinds: Iterable[OutcomeKind | None]) -> OutcomeKind | None:
    found = [(_WEIGHT[one], one) for one in kinds if one is not None]
    return max(found)[1] if found else None


def _lead_id(value: object, faults: list[Fault]) -> str:
    # a database may have ids of types of its own
    text = as_text(value) if isinstance(value, str | int | float | None) else str(value)
    if text and text.isprintable() and len(text) <= LONGEST_ID:
        return text
    faults.append(Fault(field=LEAD, got=_shown(text or ""), allowed=_ID))
    return ""


def _value(value: object, schema: Schema, faults: list[Fault]) -> float | None:
    parsed = parse_value(value, _VALUE, decimal=schema.decimal)
    if isinstance(parsed, Fault):
        faults.append(parsed)
    return parsed if isinstance(parsed, float) else None


def _reason(value: object, faults: list[Fault]) -> str:
    text = as_text(value) or ""
    if not is_storable(text):
        got = f"a text of {len(text):,} characters"
        faults.append(Fault(field="outcome_reason", got=got, allowed=TEXT_WORDS))
    return text


def _shown(text: str) -> str:
    return "nothing" if not text else repr(text) if len(text) <= 60 else repr(text[:57]) + "…"
