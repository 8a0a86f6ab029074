"""Events: what was said of a lead and what it did, each with its moment. A lead is their list."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ID_WORDS",
    "LONGEST_ID",
    "LONGEST_NAME",
    "LONGEST_TEXT",
    "NAME_WORDS",
    "TEXT_WORDS",
    "Contact",
    "Event",
    "EventKind",
    "Scalar",
    "is_id",
    "is_name",
    "is_storable",
    "latest_contact",
    "marked",
]

#: One JSON value: a field's or a property's.
Scalar = str | int | float | bool | None
EventKind = Literal["stated", "tracked"]

#: Characters of a message id or an event's name, of a lead's id, of a text among the values.
LONGEST_NAME = 100
LONGEST_ID = 200
LONGEST_TEXT = 1_000
TEXT_WORDS = f"a text of at most {LONGEST_TEXT:,} characters, without NUL"
ID_WORDS = f"a printable text of 1 to {LONGEST_ID} characters, without spaces around it"
NAME_WORDS = f"a printable text of 1 to {LONGEST_NAME} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that is known of a lead.

    Parameters
    ----------
    message_id : str
        The idempotency key: the same id again changes nothing.
    lead_id : str
        The lead.
    kind : {"stated", "tracked"}
        Whether field values were said, which hold from then on, or something happened.
    name : str
        What happened, for example ``property_view``; of a stated event what said it, for example
        ``identify``.
    values : mapping of str to JSON value
        The fields' values of a stated event, as given; the properties of a tracked one.
    occurred_at : int
        When it was so, in microseconds since 1970-01-01 UTC.
    received_at : int
        When it came to be known, in microseconds since 1970-01-01 UTC.
    """

    message_id: str
    lead_id: str
    kind: EventKind
    name: str
    values: Mapping[str, Scalar]
    occurred_at: int
    received_at: int

    @property
    def order(self) -> tuple[int, int, str]:
        """The place in the history: by moment, then by arrival, then by message id."""
        return (self.occurred_at, self.received_at, self.message_id)

    @property
    def digest(self) -> str:
        """A digest of what is said: lead, kind, name and values.

        Moments are left out: they are corrected by the sender's clock, and so differ when the same
        message is sent again. Another digest under the same message id is a conflict.
        """
        return _digest(_said(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to reach: personal data, kept apart from the fields, never scored and never logged.

    Parameters
    ----------
    lead_id : str
        The lead.
    name, email, phone, company : str, optional
        None where nothing was said.
    occurred_at : int
        When it was said, in microseconds since 1970-01-01 UTC.
    """

    lead_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    occurred_at: int

    @property
    def said(self) -> dict[str, str]:
        """The parts that were said."""
        parts = {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "company": self.company,
        }
        return {name: text for name, text in parts.items() if text is not None}

    def __repr__(self) -> str:
        # a log line or a traceback that prints it must not carry personal data
        return f"Contact(lead_id={self.lead_id!r}, said={sorted(self.said)})"


def is_id(text: str) -> bool:
    """Tell whether a text may be a lead's id.

    Examples
    --------
    >>> is_id("L 1"), is_id(" L1"), is_id("")
    (True, False, False)
    """
    return 0 < len(text) <= LONGEST_ID and text.isprintable() and text == text.strip()


def is_name(text: str) -> bool:
    """Tell whether a text may be an event's name or a message id.

    Examples
    --------
    >>> is_name("Property Viewed"), is_name(" "), is_name("x" * 101)
    (True, False, False)
    """
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def is_storable(text: str) -> bool:
    """Tell whether a text may be kept: no longer than allowed, and one that every database takes.

    Examples
    --------
    >>> is_storable("a page"), is_storable("a NUL: " + chr(0)), is_storable("x" * 1001)
    (True, False, False)
    """
    whole = not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
    return whole and len(text) <= LONGEST_TEXT


def latest_contact(contacts: Iterable[Contact]) -> Contact | None:
    """Return what was last said of each part, in whatever order it came; None of no contacts.

    Keep every contact as it was said: the result has one moment for all parts.

    Examples
    --------
    >>> old = Contact(lead_id="L1", email="a@example.com", occurred_at=1)
    >>> new = Contact(lead_id="L1", name="A. Bee", occurred_at=2)
    >>> sorted(latest_contact([new, old]).said)
    ['email', 'name']
    """
    rising = sorted(contacts, key=lambda one: (one.occurred_at, sorted(one.said.items())))
    if not rising:
        return None
    parts: dict[str, str] = {}
    for one in rising:
        parts |= one.said
    last = rising[-1]
    return Contact(
        lead_id=last.lead_id,
        name=parts.get("name"),
        email=parts.get("email"),
        phone=parts.get("phone"),
        company=parts.get("company"),
        occurred_at=last.occurred_at,
    )


def marked(event: Event, mark: str, *, contact: Contact | None = None) -> Event:
    """Return the event with a message id made of what it says and of `mark`.

    Parameters
    ----------
    event : Event
        An event that came without an id.
    mark : str
        What tells it from another that says the same: its moment, or the request's own key.
    contact : Contact, optional
        What else the message said.
    """
    said = [_said(event), mark, sorted(contact.said.items()) if contact else []]
    return replace(event, message_id=_digest(said))


def _said(event: Event) -> list[object]:
    return [event.lead_id, event.kind, event.name, dict(event.values)]


def _digest(said: object) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
