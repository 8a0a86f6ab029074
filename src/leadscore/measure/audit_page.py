"""An audit as one self-contained page: the verdict, the suspects, the data, every column."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.audit.findings import Audit, Evidence, Finding
from leadscore.audit.quality_time import LabelRates
from leadscore.leads.schema import Schema
from leadscore.measure.charts.formats import count, decimal, percent
from leadscore.measure.charts.rates import rates_chart
from leadscore.measure.rendering import drawn, html_page

__all__ = ["audit_html", "headline"]

_WORD = {"leak": "Leak", "ask": "Ask", "clean": "Clean"}
#: What the periods of a chart are called below it.
_BELOW = {"part": "parts of the file, in order", "week": "weeks, by their Monday"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspect:
    """A column that is not clean, as the page shows it."""

    finding: Finding
    evidence: tuple[Evidence, ...]
    waiver: str
    scored: bool
    line: str


def headline(audit: Audit, schema: Schema) -> str:
    """Return the verdict on the columns that are scored, in one sentence.

    Parameters
    ----------
    audit : Audit
        The audit.
    schema : Schema
        The schema that it is by; a waived leak counts as waived.
    """
    if not audit.findings:
        return "No label is known: only the data were checked."
    scored = {one.name: bool(one.waiver) for one in schema.features}
    found = [one for one in audit.findings if one.field in scored]
    leaks = [one for one in found if one.verdict == "leak"]
    asks = [one for one in found if one.verdict == "ask" and not scored[one.field]]
    waived = sum(scored[one.field] for one in leaks)
    said = [_counted(len(leaks) - waived, "gives", "give", "the outcome away")]
    gives = ("gives the outcome away and is", "give the outcome away and are")
    said.append(_counted(waived, *gives, "kept by waiver"))
    said.append(_counted(len(asks), "is", "are", "to be asked about"))
    told = "; ".join(one for one in said if one)
    if told:
        return f"{told}."
    spared = any(one.verdict != "clean" for one in audit.findings if one.field not in scored)
    which = "column that is scored" if spared else "column"
    return f"No {which} looks as if it gave the outcome away."


def audit_html(  # noqa: PLR0913  -- each is a part of the page
    audit: Audit,
    *,
    name: str,
    schema: Schema,
    rows: int,
    counts: Mapping[str, int],
    rates: LabelRates | None,
) -> str:
    """Return the audit as one HTML page. Equal audits give equal bytes.

    Parameters
    ----------
    audit : Audit
        What was found.
    name : str
        Where the leads are from.
    schema : Schema
        The schema that they were read by.
    rows : int
        How many leads there are.
    counts : mapping of str to int
        How many of each class of the label.
    rates : LabelRates, optional
        The label's rate over time or over the rows.
    """
    return html_page(
        "audit.html.j2",
        audit=audit,
        title=f"Audit of {name}",
        word=_WORD[audit.verdict] if audit.findings else "Not judged",
        headline=headline(audit, schema),
        suspects=_suspects(audit, schema),
        rows=[_row(one) for one in audit.findings],
        facts=_facts(audit, schema, rows, counts),
        chart=drawn(_chart(rates, schema)) if rates else "",
    )


def _counted(n: int, one: str, many: str, rest: str) -> str:
    if not n:
        return ""
    return f"{n:,} column{'' if n == 1 else 's'} {one if n == 1 else many} {rest}"


def _suspects(audit: Audit, schema: Schema) -> list[_Suspect]:
    scored = {one.name: one.waiver for one in schema.features}
    found = [
        _Suspect(
            finding=one,
            evidence=one.evidence,
            waiver=scored.get(one.field, ""),
            scored=one.field in scored,
            line=one.line,
        )
        for one in audit.findings
        if one.verdict != "clean"
    ]
    return sorted(found, key=lambda one: not one.scored)


def _row(one: Finding) -> dict[str, str]:
    lone = [each.value for each in one.evidence if each.kind == "lone_auc"]
    alone = lone[0] if lone else None
    return {
        "field": one.field,
        "role": one.role,
        "verdict": one.verdict,
        "alone": "–" if alone is None else decimal(alone),
        "with": "–" if one.worth is None else decimal(one.worth.auc_with),
        "without": "–" if one.worth is None else decimal(one.worth.auc_without),
    }


def _facts(
    audit: Audit, schema: Schema, rows: int, counts: Mapping[str, int]
) -> list[tuple[str, str]]:
    facts = [("Leads", count(rows)), ("Schema", schema.name or "without a name")]
    if schema.label is not None:
        known = sum(counts.values())
        shares = ", ".join(
            f"{name} {count(n)} ({percent(n / known)})" for name, n in counts.items() if known
        )
        facts.append((f"Label: {schema.label.field}", shares or "no lead's label is known"))
    for words, auc in (
        ("AUC of a plain model", audit.auc_all),
        ("AUC without the leaks", audit.auc_kept),
    ):
        if auc is not None:
            facts.append((words, decimal(auc)))
    return facts


def _chart(rates: LabelRates, schema: Schema) -> str:
    label = schema.label
    what = label.names[-1] if label else "converted"
    field = label.field if label else "label"
    shares = [one.rate for one in rates.periods]
    share = f"{percent(min(shares))} to {percent(max(shares))}"
    title = f"{field} is {what} for {share} of the leads"
    return rates_chart(
        rates.periods,
        title=title,
        axis=f"{field} is {what}",
        below=_BELOW.get(rates.by, f"{rates.by}s"),
    )
