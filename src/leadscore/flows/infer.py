"""Read a schema off a file, and audit it, so that what is written trains."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leadscore.audit.findings import Audit
from leadscore.flows.audit import audit_frame, audited_schema, grounds, leak_news
from leadscore.flows.ports import Table
from leadscore.flows.schema import ChosenSchema, SchemaWish, read_schema
from leadscore.leads.schema import Schema
from leadscore.leads.schema_text import schema_toml

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["InferredSchema", "infer_frame", "infer_schema"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredSchema:
    """A schema that was read off a file and audited.

    Parameters
    ----------
    chosen : ChosenSchema
        The schema, leaks ignored, and words on its fields.
    audit : Audit
        The audit.
    """

    chosen: ChosenSchema
    audit: Audit

    @property
    def news(self) -> tuple[str, ...]:
        """What a person should know first, a line each: the label, leaks and questions."""
        label = self.chosen.label_words
        return (*([label] if label else []), *_news(self.audit, self.chosen.schema))

    def toml(self) -> str:
        """Return the schema as TOML with the news on top and a word on each suspect."""
        return schema_toml(
            self.chosen.schema, comments=self.chosen.comments, head="\n".join(self.news)
        )


def infer_schema(table: Table, wish: SchemaWish) -> InferredSchema:
    """Return an audited schema for the table.

    Raises
    ------
    UserError
        If what was wished for does not fit the file.
    """
    return infer_frame(table.frame(), wish)


def infer_frame(frame: "pd.DataFrame", wish: SchemaWish) -> InferredSchema:
    """Return an audited schema for the rows of `frame`; see `infer_schema`."""
    chosen = read_schema(frame, wish)
    audit = audit_frame(frame, chosen.schema)
    settled = audited_schema(chosen.schema, audit)
    if not settled.features:
        # nothing would be left: better a schema that `train` refuses, with every leak named
        settled = chosen.schema
    comments = dict(chosen.comments)
    scored = {one.name for one in chosen.schema.features}
    for one in audit.findings:
        if one.verdict != "clean" and one.field in scored:
            said = comments.get(one.field, "")
            comments[one.field] = "\n".join(filter(None, [f"{one.verdict}: {grounds(one)}", said]))
    return InferredSchema(chosen=replace(chosen, schema=settled, comments=comments), audit=audit)


def _news(audit: Audit, schema: Schema) -> Iterator[str]:
    if schema.label is None:
        yield "No label is known, so no column was judged: name it with --label."
        return
    leaks = tuple(leak_news(audit, schema))
    yield from leaks
    scored = {one.name for one in schema.features}
    asks = [one.field for one in audit.findings if one.verdict == "ask" and one.field in scored]
    if asks:
        said = ", ".join(asks)
        yield f"Scored, but ask whether these were known when the lead came in: {said}."
    if not (leaks or asks):
        yield "Audited: no column looks as if it gave the outcome away."
