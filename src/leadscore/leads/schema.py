"""A schema: which fields a lead has, what they mean, and what is predicted."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from leadscore.errors import BadSchema
from leadscore.leads.event import NAME_WORDS, is_name
from leadscore.leads.field import (
    DEFAULT_TIERS,
    Direction,
    Field,
    FieldType,
    Label,
    Role,
    Theme,
    Tier,
    tiers_for,
)
from leadscore.leads.moment import span_length
from leadscore.leads.schema_reader import TableReader

__all__ = [
    "DEFAULT_TIERS",
    "Direction",
    "Field",
    "FieldType",
    "Label",
    "Role",
    "Schema",
    "Theme",
    "Tier",
    "investor",
    "parse_schema",
    "tiers_for",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The fields of a lead, the label, the tiers, and how its files are written.

    Parameters
    ----------
    name : str
        The schema's name.
    fields : tuple of Field
        The fields in order.
    label : Label, optional
        What is predicted; a schema without one can score but not train.
    tiers : tuple of Tier
        The tiers, lowest first.
    order : {"", "rows"}
        ``rows`` where the file's rows are in time order without a date.
    decimal : {".", ","}
        The decimal mark in text files.
    """

    name: str
    fields: tuple[Field, ...]
    label: Label | None = None
    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    order: Literal["", "rows"] = ""
    decimal: Literal[".", ","] = "."

    @property
    def features(self) -> tuple[Field, ...]:
        """The fields that are scored, in order."""
        return tuple(one for one in self.fields if one.scored)

    @property
    def label_placeholders(self) -> tuple[str, ...]:
        """What stands for "missing" in the label's column."""
        return tuple(text for one in self.with_role("label") for text in one.placeholders)

    def with_role(self, role: Role) -> tuple[Field, ...]:
        """Return the fields of `role`, in order."""
        return tuple(one for one in self.fields if one.role == role)

    def field(self, name: str) -> Field:
        """Return the field called `name`.

        Raises
        ------
        KeyError
            If the schema has no such field.
        """
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)


def investor() -> Schema:
    """Return the shipped schema: the twelve fields of a real-estate investor lead.

    Examples
    --------
    >>> [field.name for field in investor().features][:3]
    ['income', 'credit_score', 'website_visits']
    """
    return parse_schema(files("leadscore.leads").joinpath("investor.toml").read_text("utf-8"))


def parse_schema(text: str) -> Schema:
    """Read a schema from TOML text.

    Raises
    ------
    BadSchema
        With every fault found: unknown keys, unknown words, contradictions.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSchema(
            f"The schema is not TOML: {error}.",
            next_step="See `leadscore schema infer --help` for how to make one.",
        ) from error
    reader = TableReader()
    schema = _read(raw, reader)
    if reader.faults or schema is None:
        count = len(reader.faults)
        name = raw.get("name", "")
        raise BadSchema(
            f"The schema {name!r} has {count} fault{'s' if count > 1 else ''}.",
            next_step="Mend the keys named above.",
            faults=tuple(reader.faults),
        )
    return schema


def _read(raw: Mapping[str, object], reader: TableReader) -> Schema | None:
    """Return the schema, or None after noting why not; `reader` has every fault."""
    reader.unknown(raw, "", ("name", "order", "decimal", "field", "label", "tier"))
    rows = reader.tables(raw.get("field", []), "field")
    each = [reader.read(Field, row, _named("field", row, at)) for at, row in enumerate(rows, 1)]
    found = tuple(one for one in each if one is not None)
    label = None
    if "label" in raw:
        label = reader.read(Label, reader.table(raw["label"], "label"), "label")
    top = reader.read(_Top, {key: raw[key] for key in _TOP if key in raw}, "")
    schema = Schema(
        name=top.name if top else "",
        fields=found,
        label=label,
        tiers=_tiers(raw, label, reader),
        order=top.order if top else "",
        decimal=top.decimal if top else ".",
    )
    if not rows:
        reader.fault("field", "nothing", "at least one [[field]]")
    for where, got, allowed in _contradictions(schema):
        reader.fault(where, got, allowed)
    return schema


_TOP = ("name", "order", "decimal")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Top:
    """What stands above the tables."""

    name: str
    order: Literal["", "rows"] = ""
    decimal: Literal[".", ","] = "."


def _named(kind: str, row: Mapping[str, object], at: int) -> str:
    name = row.get("name")
    return f"{kind} {name}" if isinstance(name, str) and name else f"{kind} {at}"


def _tiers(raw: Mapping[str, object], label: Label | None, reader: TableReader) -> tuple[Tier, ...]:
    if "tier" not in raw:
        tiered = label is not None and not label.outcome and label.classes
        return tiers_for(label.classes) if label and tiered else DEFAULT_TIERS
    rows = reader.tables(raw["tier"], "tier")
    each = [reader.read(Tier, row, _named("tier", row, at)) for at, row in enumerate(rows, 1)]
    return tuple(one for one in each if one is not None)


_Contradiction = tuple[str, object, str]


def _contradictions(schema: Schema) -> Iterator[_Contradiction]:
    """Yield all that is wrong between the parts: where, what was got, what is allowed."""
    yield from _repeated("field", [one.name for one in schema.fields])
    for one in schema.fields:
        yield from ((f"field {one.name}.{key}", got, may) for key, got, may in _field_faults(one))
    for role in ("time", "group", "label", "value"):
        names = [one.name for one in schema.fields if one.role == role]
        if len(names) > 1:
            yield "field", ", ".join(names), f"at most one field of role {role}"
    yield from _label_faults(schema)
    yield from _tier_faults(schema)


def _repeated(where: str, names: list[str]) -> Iterator[_Contradiction]:
    for name, count in Counter(names).items():
        if count > 1:
            yield where, name, f"each name once; this one is there {count} times"
        if not name.strip():
            yield where, name, "a name"


_NUMERIC = ("integer", "number")
_COUNTED = ("feature", "audit", "sales")
_TYPES_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "time": ("time", *_NUMERIC),
    "group": ("category", "text"),
    "value": _NUMERIC,
}


def _field_faults(one: Field) -> Iterator[_Contradiction]:
    allowed = _TYPES_OF_ROLE.get(one.role, (one.type,))
    if one.type not in allowed:
        yield "type", one.type, f"{' or '.join(allowed)} for the role {one.role}"
    if one.scored and one.type == "text":
        yield "type", "text", "any other type for a field that is scored; or the role ignore"
    if one.direction != "free" and one.type not in (*_NUMERIC, "flag"):
        yield "direction", one.direction, f"free for the type {one.type}"
    if one.waiver and one.role not in ("feature", "audit", "sales"):
        yield "waiver", one.waiver, "only for the roles feature, audit and sales"
    yield from _value_faults(one)
    yield from _counter_faults(one)
    yield from _span_faults(one)


def _value_faults(one: Field) -> Iterator[_Contradiction]:
    for value, count in Counter(one.values).items():
        if one.type != "category":
            yield "values", value, "values only for the type category"
        elif count > 1 or value in one.placeholders:
            yield "values", value, "each value once, and not a placeholder as well"
    if one.type == "time" and one.unit not in ("", "d/m/y", "m/d/y"):
        yield "unit", one.unit, 'd/m/y, m/d/y or "" for the type time'


def _counter_faults(one: Field) -> Iterator[_Contradiction]:
    if one.event and one.type not in (*_NUMERIC, "flag"):
        yield "event", one.event, "only for the types integer, number and flag"
    if one.event and one.role not in _COUNTED:
        yield "event", one.event, f"only for the roles {', '.join(_COUNTED)}"
    if one.event and not is_name(one.event):
        yield "event", one.event, NAME_WORDS
    if one.adds and (not one.event or one.type not in _NUMERIC):
        yield "adds", one.adds, "only for an integer or a number that has an event"
    for key, span in (("window", one.window), ("half_life", one.half_life)):
        if span and (not one.event or one.type not in _NUMERIC or span_length(span) is None):
            yield key, span, "a span such as 12h, 30d or 8w, for a counter: one that has an event"


def _span_faults(one: Field) -> Iterator[_Contradiction]:
    for key, span in (("range", one.range), ("limits", one.limits)):
        if span is not None and one.type not in _NUMERIC:
            yield key, list(span), "only for the types integer and number"
        if span is not None and span[0] > span[1]:
            yield key, list(span), "low, then high"
    inner, outer = one.range, one.limits
    if inner and not all(abs(end) < float("inf") for end in inner):
        yield "range", list(inner), "two finite numbers"
    if inner and outer and not (outer[0] <= inner[0] and inner[1] <= outer[1]):
        yield "range", list(inner), f"within the limits {list(outer)}"


def _label_faults(schema: Schema) -> Iterator[_Contradiction]:
    label = schema.label
    named = label.field if label else None
    for one in schema.fields:
        if one.role == "label" and one.name != named:
            yield f"field {one.name}.role", "label", "label only for the field [label] names"
        if one.role != "label" and one.name == named:
            yield f"field {one.name}.role", one.role, "label, since [label] names it"
    if label is None:
        return
    yield from _repeated("label.classes", list(label.classes))
    if len(label.classes) < 2:
        yield "label.classes", list(label.classes), "two classes or more, lowest first"
    if label.positive and label.positive not in label.classes:
        yield "label.positive", label.positive, "one of " + ", ".join(label.classes)
    if label.horizon_days is not None and label.horizon_days < 1:
        yield "label.horizon_days", label.horizon_days, "1 or more"


def _tier_faults(schema: Schema) -> Iterator[_Contradiction]:
    tiers, label = schema.tiers, schema.label
    names = tuple(tier.name for tier in tiers)
    yield from _repeated("tier", list(names))
    total = sum(tier.share for tier in tiers)
    if not abs(total - 1) <= 1e-9:
        yield "tier.share", total, "shares that sum to 1"
    if label and not label.outcome and names != label.classes:
        yield "tier", ", ".join(names), "the label's classes in order: " + ", ".join(label.classes)
    for tier in tiers:
        if not 0 <= tier.share <= 1:
            yield f"tier {tier.name}.share", tier.share, "0 to 1"
        if tier.due_hours is not None and tier.due_hours < 0:
            yield f"tier {tier.name}.due_hours", tier.due_hours, "0 or more"
        if tier.conversion and not 0 <= tier.conversion[0] <= tier.conversion[1] <= 1:
            yield f"tier {tier.name}.conversion", list(tier.conversion), "low, high within 0 to 1"
