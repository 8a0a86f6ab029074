"""Which schema a file has: the one that was named, the shipped one, or one read off the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from leadscore.errors import BadRequest, NotFound
from leadscore.flows.ports import Files
from leadscore.leads.infer import infer
from leadscore.leads.schema import Schema, investor, parse_schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChosenSchema", "SchemaWish", "choose_schema", "read_schema"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaWish:
    """What a person said about a file's schema.

    Parameters
    ----------
    schema : Schema or str, optional
        A schema, ``investor``, or the path of a schema.toml.
    label : str, optional
        The column to predict.
    positive : str, optional
        The value that counts as converted.
    time, group : str, optional
        The columns that say when a lead came in and which leads belong together.
    rows_in_order : bool
        Whether the rows are in time order.
    """

    schema: Schema | str | None = None
    label: str | None = None
    positive: str | None = None
    time: str | None = None
    group: str | None = None
    rows_in_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSchema:
    """A schema and where it is from.

    Parameters
    ----------
    schema : Schema
        The schema.
    source : {"given", "investor", "inferred"}
        Where it is from.
    comments : mapping of str to str
        Words on fields of an inferred schema, and on a label that was asked for, by name.
    """

    schema: Schema
    source: Literal["given", "investor", "inferred"]
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def label_words(self) -> str:
        """What a person should know of the label: which of its values count as what."""
        return self.comments.get(self.schema.label.field, "") if self.schema.label else ""


def choose_schema(frame: "pd.DataFrame", wish: SchemaWish, files: Files | None) -> ChosenSchema:
    """Return the schema to read `frame` by.

    The one that was named; else `investor` where its fields and its tiers are there and no other
    label is asked for; else one read off the file. A label that was named replaces the schema's.

    Parameters
    ----------
    frame : pandas.DataFrame
        The whole file.
    wish : SchemaWish
        What was said.
    files : Files, optional
        Where a named schema is read from.
    """
    if wish.schema is not None:
        return _with_label(_named(wish.schema, files), frame, wish)
    if _is_investor(frame, wish):
        return ChosenSchema(schema=investor(), source="investor")
    return read_schema(frame, wish)


def read_schema(frame: "pd.DataFrame", wish: SchemaWish) -> ChosenSchema:
    """Return a schema read off the frame's columns, whichever schema was named.

    Raises
    ------
    UserError
        If what was said about the label, the time or the group does not fit the frame.
    """
    found = infer(
        frame,
        label=wish.label,
        positive=wish.positive,
        time=wish.time,
        group=wish.group,
        order_rows=wish.rows_in_order,
    )
    return ChosenSchema(schema=found.schema, source="inferred", comments=found.comments)


def _named(schema: Schema | str, files: Files | None) -> Schema:
    if isinstance(schema, Schema):
        return schema
    if schema == "investor":
        return investor()
    if files is None:
        raise BadRequest(f"The schema is {schema!r}.", allowed="investor, or a Schema")
    return parse_schema(files.read_text(schema))


def _is_investor(frame: "pd.DataFrame", wish: SchemaWish) -> bool:
    shipped = investor()
    label = shipped.label.field if shipped.label else ""
    said = wish.label in (None, label) and wish.positive is None
    plain = wish.time is None and wish.group is None and not wish.rows_in_order
    needed = {label, *(one.name for one in shipped.features)}
    return said and plain and needed <= set(map(str, frame.columns))


def _with_label(schema: Schema, frame: "pd.DataFrame", wish: SchemaWish) -> ChosenSchema:
    """Return the schema with the label that was asked for, read off its column."""
    if wish.label is None and wish.positive is None:
        return ChosenSchema(schema=schema, source="given")
    name = wish.label or (schema.label.field if schema.label else None)
    if name is None:
        raise BadRequest(
            f"--positive {wish.positive!r} was given without a label.",
            next_step="Name the label column with --label.",
        )
    if schema.label and schema.label.field == name and wish.positive is None:
        return ChosenSchema(schema=schema, source="given")
    if name not in frame:
        raise NotFound(
            f"The file has no column {name!r} (--label).",
            allowed=", ".join(map(str, frame.columns[:100])),
        )
    found = infer(frame, label=name, positive=wish.positive)
    told = found.schema
    kept = tuple(one for one in schema.fields if one.role != "label" and one.name != name)
    said = tuple(one for one in told.fields if one.name == name)
    asked = replace(schema, fields=(*kept, *said), label=told.label, tiers=told.tiers)
    words = {name: found.comments[name]} if name in found.comments else {}
    return ChosenSchema(schema=asked, source="given", comments=words)
