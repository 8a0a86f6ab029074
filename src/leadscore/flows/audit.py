"""Audit a file: whether we may learn from it, column by column, and how good its data are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.court import hear
from leadscore.audit.findings import Audit, Finding, worst
from leadscore.audit.quality import faults_quality, quality, with_time
from leadscore.audit.quality_time import LabelRates, label_rates
from leadscore.errors import BadInput, BadRequest, Fault
from leadscore.flows.ports import Files, Table, Teller, no_news, short_name
from leadscore.flows.schema import ChosenSchema, SchemaWish, choose_schema
from leadscore.leads.conform import conform
from leadscore.leads.schema import Role, Schema
from leadscore.leads.table import Conformed
from leadscore.measure.warn import Warn

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AuditWish",
    "Audited",
    "ask_warning",
    "audit_file",
    "audit_frame",
    "audited_schema",
    "grounds",
    "leak_news",
    "settle",
]

#: Evidence that says how strong a column is and beside which, and not what is wrong with it.
_NO_GROUNDS = frozenset(["lone_auc", "joint"])
#: In a line of text there is room for this many pieces of evidence; the page has all.
_MOST_GROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """How to audit.

    Parameters
    ----------
    schema : SchemaWish
        What was said about the schema.
    out : str, optional
        Where the page goes.
    force : bool
        Whether what is there may be replaced.
    seed : int
        Seed of everything random, 0 or more.
    """

    schema: SchemaWish = field(default_factory=SchemaWish)
    out: str | None = None
    force: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """An audit, and what it was about.

    Parameters
    ----------
    audit : Audit
        The audit.
    name : str
        Where the leads are from.
    chosen : ChosenSchema
        Their schema, and where that is from.
    rows : int
        How many leads the file has.
    counts : mapping of str to int
        How many leads each class of the label has; empty where no label is known.
    rates : LabelRates, optional
        The label's rate over time or over the rows.
    """

    audit: Audit
    name: str
    chosen: ChosenSchema
    rows: int
    counts: Mapping[str, int]
    rates: LabelRates | None


def audit_file(path: str, wish: AuditWish, *, files: Files, tell: Teller = no_news) -> Audited:
    """Audit the file at `path`, and write the page where one is wished for.

    Parameters
    ----------
    path : str
        The leads; ``-`` is stdin.
    wish : AuditWish
        By which schema, and where the page goes.
    files : Files
        Who reads and writes.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    UserError
        If the file or the schema cannot be read or do not fit; whatever an audit finds in the
        data is no error.
    """
    from leadscore.measure.audit_page import audit_html  # noqa: PLC0415

    if wish.out is not None:
        files.refuse_existing(wish.out, force=wish.force)
    tell("Reading the leads")
    with files.table(path) as table:
        frame = table.frame()
        chosen = choose_schema(frame, wish.schema, files)
        tell(f"Judging {frame.shape[1]:,} columns of {len(frame):,} leads")
        known = conform(frame, chosen.schema)
        audit = audit_frame(frame, chosen.schema, conformed=known, table=table, seed=wish.seed)
        leads, timed = with_time(frame, known.leads, chosen.schema)
    rates = None if known.labels is None else label_rates(leads, timed, known.labels)
    done = Audited(
        audit=audit,
        name=short_name(path),
        chosen=chosen,
        rows=leads.n,
        counts=_counts(chosen.schema, known.labels),
        rates=rates,
    )
    if wish.out is not None:
        tell("Writing the page")
        page = audit_html(
            audit,
            name=done.name,
            schema=chosen.schema,
            rows=done.rows,
            counts=done.counts,
            rates=done.rates,
        )
        files.write_text(wish.out, page, force=wish.force)
    return done


def audit_frame(
    frame: "pd.DataFrame",
    schema: Schema,
    *,
    conformed: Conformed | None = None,
    table: Table | None = None,
    seed: int = 0,
) -> Audit:
    """Audit the rows of `frame`.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as it was read: text or typed.
    schema : Schema
        Its schema. Without a label only the data are judged, and the audit says so.
    conformed : Conformed, optional
        What `conform` makes of both, where it has been done.
    table : Table, optional
        Where the frame is from, for the lines of faults.
    seed : int
        Seed of everything random.

    Raises
    ------
    BadInput
        If the frame has no rows, none of the schema's features, or a column twice.
    """
    if not len(frame):
        raise BadInput("The file has no rows to audit.")
    known = conform(frame, schema) if conformed is None else conformed
    labels = known.labels
    trial = hear(frame, schema, labels, seed=seed) if labels is not None else None
    findings = trial.findings if trial else ()
    scored = {one.name for one in schema.features}
    faults = table.with_lines(known.faults) if table and known.faults else known.faults
    return Audit(
        verdict=worst(one.verdict for one in findings if one.field in scored),
        findings=findings,
        quality=(*faults_quality(faults), *quality(frame, known.leads, schema, labels)),
        auc_all=trial.auc_all if trial else None,
        auc_kept=trial.auc_kept if trial else None,
    )


def settle(  # noqa: PLR0913  -- the file, its schema and where that is from, and what is known
    frame: "pd.DataFrame",
    schema: Schema,
    *,
    inferred: bool,
    conformed: Conformed | None = None,
    table: Table | None = None,
    seed: int = 0,
) -> tuple[Schema, Audit]:
    """Return the schema to train by, and the audit that says so.

    Of an inferred schema, columns that give the outcome away become ``ignore``. A schema that a
    person wrote is left as it is or refused.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as it was read.
    schema : Schema
        Its schema.
    inferred : bool
        Whether it was read off the file, and not given by a person.
    conformed : Conformed, optional
        What `conform` makes of both, where it has been done.
    table : Table, optional
        Where the frame is from.
    seed : int
        Seed of everything random.

    Raises
    ------
    BadRequest
        If a given schema scores columns that give the outcome away without a waiver: all of them
        are named, each with its evidence and its worth; or if nothing else is left to score.
    """
    audit = audit_frame(frame, schema, conformed=conformed, table=table, seed=seed)
    leaks = _leaks(audit, schema)
    if not leaks:
        return schema, audit
    if not inferred:
        raise _refusal(leaks)
    settled = audited_schema(schema, audit)
    if not settled.features:
        names = ", ".join(one.field for one in leaks)
        raise BadRequest(
            f"Every column that could be scored gives the outcome away: {names}.",
            next_step="Give a file with what was known when the lead came in, or a schema that "
            'keeps a column by a waiver = "reason".',
        )
    return settled, audit


def audited_schema(schema: Schema, audit: Audit) -> Schema:
    """Return the schema with the roles that the audit asks for: leaks are not scored."""
    roles = {one.field: _role(one) for one in _leaks(audit, schema)}
    fields = tuple(
        replace(one, role=roles[one.name]) if one.name in roles else one for one in schema.fields
    )
    return replace(schema, fields=fields)


def grounds(finding: Finding, *, worth: bool = True) -> str:
    """Return the gravest of what speaks against a column, without a full stop.

    Parameters
    ----------
    finding : Finding
        The finding.
    worth : bool
        Whether to say what the column is worth as well.

    Examples
    --------
    >>> from leadscore.audit.findings import Evidence, Worth
    >>> proof = Evidence(kind="filled_after", value=0.98, words="filled only for winners")
    >>> buys = Worth(auc_with=0.984, auc_without=0.876)
    >>> grounds(Finding(field="tags", verdict="leak", role="feature", evidence=(proof,),
    ...                 worth=buys, line="", why=""))
    'filled only for winners; AUC 0.984 with, 0.876 without'
    """
    said = [one.words for one in finding.evidence if one.kind not in _NO_GROUNDS][:_MOST_GROUNDS]
    if finding.worth and worth:
        buys = finding.worth
        said.append(f"AUC {buys.auc_with:.3f} with, {buys.auc_without:.3f} without")
    return "; ".join(said)


def leak_news(audit: Audit, schema: Schema) -> Iterator[str]:
    """Yield what became of the leaks under `schema`, a line each; nothing where there are none."""
    names = {one.name: one for one in schema.fields}
    leaks = [one for one in audit.findings if one.verdict == "leak" and one.field in names]
    ignored = [one.field for one in leaks if one.line and not names[one.field].scored]
    if ignored:
        yield f"Leaks, not scored: {', '.join(ignored)}.{_worth(audit)}"
    scored = [one.field for one in leaks if names[one.field].scored]
    if kept := [one for one in scored if names[one].waiver]:
        yield f"Leaks, scored by a waiver: {', '.join(kept)}."
    if kept := [one for one in scored if not names[one].waiver]:
        yield f"Leaks, and there is nothing else to score: {', '.join(kept)}."


def ask_warning(audit: Audit, schema: Schema) -> Warn | None:
    """Return a warning where scored columns may not have been known when the lead came in."""
    scored = {one.name for one in schema.features if not one.waiver}
    names = [one.field for one in audit.findings if one.verdict == "ask" and one.field in scored]
    if not names:
        return None
    return Warn(
        words=f"Scored, but were they known when the lead came in? {', '.join(names)}.",
        advice='If not, all figures are too good: role = "ignore" in the schema takes a field out; '
        "leadscore audit says why it asks.",
    )


def _worth(audit: Audit) -> str:
    if audit.auc_all is None or audit.auc_kept is None:
        return ""
    return f" AUC {audit.auc_all:.3f} with them, {audit.auc_kept:.3f} without."


def _leaks(audit: Audit, schema: Schema) -> tuple[Finding, ...]:
    """Return the leaks that the schema scores and does not waive."""
    open_ = {one.name for one in schema.features if not one.waiver}
    return tuple(one for one in audit.findings if one.verdict == "leak" and one.field in open_)


def _role(finding: Finding) -> Role:
    return "sales" if re.match(r'role = "sales"', finding.line) else "ignore"


def _refusal(leaks: tuple[Finding, ...]) -> BadRequest:
    count = "a column that gives" if len(leaks) == 1 else f"{len(leaks)} columns that give"
    return BadRequest(
        f"The schema scores {count} the outcome away.",
        next_step="Write one of the two into the field's table in the schema. `leadscore audit` "
        "with --out shows the evidence on a page.",
        faults=tuple(
            Fault(
                field=one.field,
                got=f"a leak ({grounds(one)})",
                allowed=f'role = "{_role(one)}", or waiver = "why it is kept"',
            )
            for one in leaks
        ),
    )


def _counts(schema: Schema, labels: NDArray[np.int64] | None) -> dict[str, int]:
    if schema.label is None or labels is None:
        return {}
    each = np.bincount(labels[labels >= 0], minlength=len(schema.label.names))
    return dict(zip(schema.label.names, each.tolist(), strict=True))
