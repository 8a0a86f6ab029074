"""Events from messages in Segment's shapes: identify, track and batch; every fault at once.

What is not needed is not kept: of an identify's traits the schema's fields and, apart from them,
contact data; of a track's properties the flat ones that are no contact data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeGuard

from leadscore.errors import Fault
from leadscore.leads.event import (
    LONGEST_ID,
    NAME_WORDS,
    Contact,
    Event,
    EventKind,
    Scalar,
    is_name,
    is_storable,
    marked,
)
from leadscore.leads.history import amount_of
from leadscore.leads.moment import HOUR, read_moment
from leadscore.leads.schema import Schema
from leadscore.leads.stated import CONTACT_KEYS, read_stated

__all__ = ["AHEAD", "MOST_KEYS", "MOST_MESSAGES", "Call", "ReadMessage", "Reading", "read_events"]

Call = Literal["identify", "track", "batch"]

#: A moment may be this far ahead of its arrival, since clocks differ: it is taken as the arrival.
AHEAD = HOUR
#: Messages of a batch, and traits or properties of a message.
MOST_MESSAGES = 2_500
MOST_KEYS = 250

#: Segment's other messages say nothing that a score could use: they are passed over.
_PASSED_OVER = frozenset({"alias", "group", "page", "screen"})
#: Whole numbers below it are exact in every database and in a float.
_NUMBERS_BELOW = 1e15
_ID = f"userId or anonymousId, a printable text of 1 to {LONGEST_ID} characters"
_MOMENT = "a moment such as 2026-01-31T12:30:00Z"
_KEYS = f"a table of at most {MOST_KEYS} keys"

_Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """What was read from one message.

    Parameters
    ----------
    event : Event
        What it says.
    contact : Contact, optional
        Whom to reach, where it says that too.
    row : int, optional
        The message's place in a batch, 0-based.
    """

    event: Event
    contact: Contact | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read from a request.

    Parameters
    ----------
    messages : tuple of ReadMessage
        The messages without a fault, in the request's order.
    faults : tuple of Fault
        All that is wrong; in a batch `row` is the message's place, 0-based.
    passed_over : int
        How many messages of a batch were of a type of Segment's that is not used here.
    """

    messages: tuple[ReadMessage, ...] = ()
    faults: tuple[Fault, ...] = ()
    passed_over: int = 0

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of the messages."""
        return tuple(one.event for one in self.messages)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """What the messages say of whom to reach."""
        return tuple(one.contact for one in self.messages if one.contact)


def read_events(
    raw: object, *, call: Call, schema: Schema, received_at: int, key: str = ""
) -> Reading:
    """Read a request in one of Segment's shapes.

    A message without a ``messageId`` gets one made of what it says and of its ``timestamp``, so
    that the same message again changes nothing. Without a timestamp either it is told from others
    by `key`, or else by its arrival: then each request counts.

    A ``timestamp`` is corrected by how far off the sender's clock was at ``sentAt``, unless the
    message has an ``originalTimestamp``: then that was done before. One without is of now.

    Parameters
    ----------
    raw : object
        The request's JSON value.
    call : {"identify", "track", "batch"}
        What was called.
    schema : Schema
        The fields.
    received_at : int
        When the request came, in microseconds since 1970-01-01 UTC.
    key : str
        The request's own idempotency key, where it has one.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> raw = {"userId": "L1", "event": "property_view"}
    >>> read_events(raw, call="track", schema=investor(), received_at=1).events[0].name
    'property_view'
    >>> read_events({}, call="track", schema=investor(), received_at=1).faults[1].words()
    'event: got nothing, allowed: a printable text of 1 to 100 characters'
    """
    if call != "batch":
        return _read(raw, call, _Post(schema=schema, received_at=received_at, key=key))
    table = raw if isinstance(raw, Mapping) else {}
    rows = table.get("batch")
    if not isinstance(rows, list) or len(rows) > MOST_MESSAGES:
        got = f"{len(rows):,} messages" if isinstance(rows, list) else _shown(rows)
        allowed = f"a list of at most {MOST_MESSAGES:,} messages"
        return Reading(faults=(Fault(field="batch", got=got, allowed=allowed),))
    post = _Post(schema=schema, received_at=received_at, key=key, sent_at=table.get("sentAt"))
    each = [_read_row(one, replace(post, row=row)) for row, one in enumerate(rows)]
    return Reading(
        messages=tuple(message for one in each for message in one.messages),
        faults=tuple(fault for one in each for fault in one.faults),
        passed_over=sum(one.passed_over for one in each),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """How a message came: alone, or at a place of a batch that says when it was sent."""

    schema: Schema
    received_at: int
    key: str
    sent_at: object = None
    row: int | None = None

    @property
    def arrived_at(self) -> int:
        """The arrival; within a batch a microsecond apart, so that the last one said holds."""
        return self.received_at + (self.row or 0)

    def mark(self, stamp: int | None) -> str:
        """Return what tells a message without an id from others that say the same."""
        if stamp is not None:
            return f"at {stamp}"
        return f"{self.key or self.received_at} {self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a message says: an event without its moment, and whom to reach."""

    kind: EventKind
    name: str
    values: Mapping[str, Scalar]
    contact: Mapping[str, str]


@dataclass(slots=True)
class _Message:
    """A message while it is read, and what is wrong with it so far."""

    raw: _Table
    post: _Post
    faults: list[Fault] = field(default_factory=list)

    def fault(self, where: str, got: str, allowed: str) -> None:
        self.faults.append(Fault(field=where, got=got, allowed=allowed))

    def lead_id(self) -> str:
        given = self.raw.get("userId")
        raw = self.raw.get("anonymousId") if given in (None, "") else given
        text = str(raw) if type(raw) is int else raw
        if isinstance(text, str) and text.isprintable() and 0 < len(text.strip()) <= LONGEST_ID:
            return text.strip()
        self.fault("userId", _shown(raw), _ID)
        return ""

    def message_id(self) -> str:
        """Return the message's id; empty where it has none."""
        raw = self.raw.get("messageId")
        if raw is None or (isinstance(raw, str) and is_name(raw)):
            return raw or ""
        self.fault("messageId", _shown(raw), NAME_WORDS)
        return ""

    def table(self, key: str) -> _Table:
        raw = self.raw.get(key)
        if raw is None:
            return {}
        if isinstance(raw, Mapping) and len(raw) <= MOST_KEYS:
            return raw
        got = f"{len(raw):,} keys" if isinstance(raw, Mapping) else _shown(raw)
        self.fault(key, got, _KEYS)
        return {}

    def moment(self, key: str, raw: object) -> int | None:
        at = read_moment(raw) if isinstance(raw, str) else None
        if at is None and raw is not None:
            self.fault(key, _shown(raw), _MOMENT)
        return at

    def occurred_at(self, stamp: int | None) -> int:
        """Return when it was so: the timestamp by our own clock, never after the arrival."""
        now = self.post.received_at
        sent = self.moment("sentAt", self.raw.get("sentAt") or self.post.sent_at)
        if stamp is None:
            return now
        done_before = self.raw.get("originalTimestamp") is not None
        at = stamp if sent is None or done_before else stamp + now - sent
        if not 0 <= at <= now + AHEAD:
            allowed = f"{_MOMENT}, from 1970 on and at most an hour ahead of now"
            self.fault("timestamp", _shown(self.raw.get("timestamp")), allowed)
        return min(at, now)

    def identified(self) -> _Said:
        said = read_stated(self.table("traits"), self.post.schema, where="traits.")
        self.faults += said.faults
        return _Said(kind="stated", name="identify", values=said.values, contact=said.contact)

    def tracked(self) -> _Said:
        raw = self.raw.get("event")
        name = raw.strip() if isinstance(raw, str) else ""
        if not is_name(name):
            self.fault("event", _shown(raw), NAME_WORDS)
        properties = self.table("properties")
        self.check_amounts(name, properties)
        values = {
            key: value
            for key, value in properties.items()
            if key not in CONTACT_KEYS and is_name(key) and _is_flat(value)
        }
        return _Said(kind="tracked", name=name, values=values, contact={})

    def check_amounts(self, name: str, properties: _Table) -> None:
        """Note the properties that a field adds up and that are no amounts."""
        schema = self.post.schema
        for key in sorted({one.adds for one in schema.fields if one.adds and one.event == name}):
            value = properties.get(key)
            if value is not None and amount_of(value, decimal=schema.decimal) is None:
                self.fault(f"properties.{key}", _shown(value), "a number from 0 to 1e12")


def _read_row(raw: object, post: _Post) -> Reading:
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    if kind in ("identify", "track"):
        return _read(raw, kind, post)
    if isinstance(kind, str) and kind in _PASSED_OVER:
        return Reading(passed_over=1)
    fault = Fault(field="type", got=_shown(kind), allowed="identify or track", row=post.row)
    return Reading(faults=(fault,))


def _read(raw: object, call: str, post: _Post) -> Reading:
    if not isinstance(raw, Mapping):
        allowed = "a table with userId or anonymousId"
        fault = Fault(field="message", got=_shown(raw), allowed=allowed, row=post.row)
        return Reading(faults=(fault,))
    message = _Message(raw, post)
    lead_id = message.lead_id()
    said = message.identified() if call == "identify" else message.tracked()
    stamp = message.moment("timestamp", raw.get("timestamp"))
    occurred_at = message.occurred_at(stamp)
    message_id = message.message_id()
    if message.faults:
        return Reading(faults=tuple(replace(one, row=post.row) for one in message.faults))
    event = Event(
        message_id=message_id,
        lead_id=lead_id,
        kind=said.kind,
        name=said.name,
        values=said.values,
        occurred_at=occurred_at,
        received_at=post.arrived_at,
    )
    reach = Contact(lead_id=lead_id, occurred_at=occurred_at, **said.contact)
    if not message_id:
        event = marked(event, post.mark(stamp), contact=reach)
    contact = reach if said.contact else None
    return Reading(messages=(ReadMessage(event=event, contact=contact, row=post.row),))


def _is_flat(value: object) -> TypeGuard[Scalar]:
    """Tell whether a property is kept as it is: one value, of a fair size."""
    if isinstance(value, str):
        return is_storable(value)
    return value is None or (isinstance(value, int | float) and abs(value) < _NUMBERS_BELOW)


def _shown(got: object) -> str:
    text = "nothing" if got is None else repr(got)
    return text if len(text) <= 60 else text[:57] + "…"
