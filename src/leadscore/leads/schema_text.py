"""A schema as TOML text, for people to read and change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields

from leadscore.leads.schema import Field, Label, Schema, Tier

__all__ = ["schema_toml"]

#: What a person looks for first is written even where it is what it would be anyway.
_ALWAYS = {
    "name",
    "type",
    "role",
    "share",
    "field",
    "classes",
}
_FOR_SCORED = {"theme", "direction"}


def schema_toml(
    schema: Schema, *, comments: Mapping[str, str] | None = None, head: str = ""
) -> str:
    """Write `schema` as TOML; `parse_schema` reads it back equal.

    Parameters
    ----------
    schema : Schema
        The schema.
    comments : mapping of str to str, optional
        Words that are put above the fields they belong to.
    head : str
        Words that are put above everything.

    Examples
    --------
    >>> from leadscore.leads.schema import investor, parse_schema
    >>> parse_schema(schema_toml(investor())) == investor()
    True
    """
    blocks = ["\n".join([*_comment(head), *_top(schema)])]
    if schema.label:
        blocks.append("\n".join(["[label]", *_keys(schema.label, _ALWAYS)]))
    said = comments or {}
    blocks += ["\n".join(_field(one, said.get(one.name, ""))) for one in schema.fields]
    blocks += ["\n".join(["[[tier]]", *_keys(one, _ALWAYS)]) for one in schema.tiers]
    return "\n\n".join(blocks) + "\n"


def _top(schema: Schema) -> Iterator[str]:
    yield f"name = {_text(schema.name)}"
    if schema.order:
        yield f"order = {_text(schema.order)}"
    if schema.decimal != ".":
        yield f"decimal = {_text(schema.decimal)}"


def _field(one: Field, comment: str) -> Iterator[str]:
    yield from _comment(comment)
    yield "[[field]]"
    yield from _keys(one, _ALWAYS | _FOR_SCORED if one.scored else _ALWAYS)


def _comment(words: str) -> Iterator[str]:
    for line in words.splitlines():
        # a control character in a comment is not TOML
        yield ("# " + "".join(char if char.isprintable() else " " for char in line)).rstrip()


def _keys(one: Field | Label | Tier, always: set[str]) -> Iterator[str]:
    for spec in fields(one):
        value = getattr(one, spec.name)
        if spec.name in always or value != spec.default:
            yield f"{spec.name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _text(str(value))


def _number(value: float) -> str:
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if whole else repr(value)


def _text(value: str) -> str:
    """Return a TOML basic string: JSON's, but that TOML wants DEL escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
