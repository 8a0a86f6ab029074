"""What is said of a lead: values of the schema's fields, and whom to reach, kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

from leadscore.errors import Fault
from leadscore.leads.event import LONGEST_ID, TEXT_WORDS, Scalar, is_storable
from leadscore.leads.field import Field
from leadscore.leads.moment import SECOND, moment_text
from leadscore.leads.schema import Schema
from leadscore.leads.values import parse_value

__all__ = ["CONTACT_KEYS", "Stated", "read_stated"]

#: Segment's reserved traits that are contact data.
CONTACT_KEYS = ("name", "firstName", "lastName", "email", "phone", "company")

#: Whole numbers below it are exact in every database and in a float.
_EXACT_BELOW = 1e15
_CONTACT = f"a printable text of at most {LONGEST_ID} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What was said of a lead.

    Parameters
    ----------
    values : mapping of str to JSON value
        The values of the schema's fields: numbers as numbers, flags as 0 or 1, moments as RFC 3339,
        all else as text; None where a field was said to be missing.
    contact : mapping of str to str
        Of name, email, phone and company those that were said.
    faults : tuple of Fault
        What is not allowed; those values are left out.
    """

    values: Mapping[str, Scalar]
    contact: Mapping[str, str]
    faults: tuple[Fault, ...]


def read_stated(raw: Mapping[str, object], schema: Schema, *, where: str = "") -> Stated:
    """Read what is said of a lead: the traits of an identify, the fields of an update or of a row.

    A key that is neither a field that may be said nor contact data is ignored, and not kept. Where
    the schema itself has such a field called like contact data, ``company`` for example, it is a
    field.

    Parameters
    ----------
    raw : mapping of str to object
        The values by their names, as JSON or a file has them.
    schema : Schema
        The fields.
    where : str
        What stands before a name in faults, for example ``traits.``.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> raw = {"income": "$90,000", "email": "a@example.com", "shoe_size": 43}
    >>> said = read_stated(raw, investor())
    >>> said.values, sorted(said.contact)
    ({'income': 90000}, ['email'])
    """
    fields = {field.name: field for field in schema.fields if field.held and field.name in raw}
    read = {name: _value(raw[name], field, schema) for name, field in fields.items()}
    keys = [key for key in CONTACT_KEYS if raw.get(key) is not None and key not in fields]
    reached = {key: _contact_text(key, raw[key]) for key in keys}
    both = [*read.values(), *reached.values()]
    return Stated(
        values={name: value for name, value in read.items() if not isinstance(value, Fault)},
        contact=_contact({k: text for k, text in reached.items() if isinstance(text, str)}),
        faults=tuple(replace(one, field=where + one.field) for one in both if _is_fault(one)),
    )


def _is_fault(one: Scalar | Fault) -> TypeGuard[Fault]:
    return isinstance(one, Fault)


def _value(raw: object, field: Field, schema: Schema) -> Scalar | Fault:
    parsed = parse_value(raw, field, decimal=schema.decimal)
    if isinstance(parsed, Fault) or parsed is None:
        return parsed
    if isinstance(parsed, str):
        got = f"a text of {len(parsed):,} characters"
        return (
            parsed if is_storable(parsed) else Fault(field=field.name, got=got, allowed=TEXT_WORDS)
        )
    if field.type == "time":
        return moment_text(round(parsed * SECOND))
    return int(parsed) if parsed.is_integer() and abs(parsed) < _EXACT_BELOW else parsed


def _contact_text(key: str, raw: object) -> str | Fault:
    """Return a part of the contact; a fault does not show it, since it is personal data."""
    if key == "company" and isinstance(raw, Mapping):
        # Segment's company is a table of which the name is wanted
        raw = raw.get("name") or ""
    text = str(raw) if key == "phone" and type(raw) is int else raw
    if isinstance(text, str) and len(text) <= LONGEST_ID and text.strip().isprintable():
        return text.strip()
    got = f"a text of {len(text):,} characters" if isinstance(text, str) else "no text"
    return Fault(field=key, got=got, allowed=_CONTACT)


def _contact(said: Mapping[str, str]) -> dict[str, str]:
    first, last = said.get("firstName", ""), said.get("lastName", "")
    whole = said.get("name") or f"{first} {last}".strip()
    parts = {"name": whole, **{key: said.get(key, "") for key in ("email", "phone", "company")}}
    return {key: text for key, text in parts.items() if text}
