"""The audit's page: whole, escaped, the same twice, with every column."""

import re
from xml.etree import ElementTree as ET

import pytest

from leadscore.audit.findings import Audit, Evidence, Finding, Quality, Verdict, Worth
from leadscore.audit.quality_time import LabelRates, RatePeriod
from leadscore.leads.schema import Field, Label, Schema
from leadscore.measure.audit_page import audit_html, headline
from leadscore.measure.charts.rates import rates_chart

PERIODS = tuple(
    RatePeriod(
        name=f"2025-{at:02}", n=100 + at, positives=20, rate=0.2, low=0.12, high=0.2 + at / 50
    )
    for at in range(1, 13)
)


def make_finding(field: str, verdict: Verdict) -> Finding:
    return Finding(
        field=field,
        verdict=verdict,
        role="feature",
        evidence=(
            Evidence(kind="filled_after", value=0.9, words="filled <after> the outcome"),
            Evidence(kind="lone_auc", value=0.91, words="AUC 0.910 by itself"),
        ),
        worth=None if verdict == "clean" else Worth(auc_with=0.984, auc_without=0.876),
        line='role = "ignore"  # filled after' if verdict == "leak" else "",
        why="",
    )


def make_audit(*verdicts: Verdict) -> tuple[Audit, Schema]:
    names = [f"{verdict}_{at}" for at, verdict in enumerate(verdicts)]
    schema = Schema(
        name="crm",
        fields=tuple(Field(name=name, type="number") for name in names),
        label=Label(field="won", classes=("no", "yes"), positive="yes"),
    )
    audit = Audit(
        verdict=verdicts[0] if verdicts else "clean",
        findings=tuple(map(make_finding, names, verdicts)),
        quality=(Quality(kind="dead_columns", fields=("a&b",), value=1.0, words="a&b is dead"),),
        auc_all=0.984,
        auc_kept=0.876,
    )
    return audit, schema


def page(audit: Audit, schema: Schema) -> str:
    return audit_html(
        audit,
        name="<leads>.csv",
        schema=schema,
        rows=1234,
        counts={"no": 900, "yes": 300},
        rates=LabelRates(by="month", periods=PERIODS),
    )


def test_the_page_has_the_verdict_the_suspects_the_data_and_every_column() -> None:
    audit, schema = make_audit("leak", "ask", "clean")
    text = page(audit, schema)
    assert "1 column gives the outcome away; 1 column is to be asked about." in text
    assert "AUC 0.984 with it, 0.876 without." in text
    assert "Filled &lt;after&gt; the outcome" in text
    assert "<code>role = &#34;ignore&#34;  # filled after</code>" in text
    assert "a&amp;b is dead" in text
    assert len(re.findall(r'<th scope="row">', text)) == 3
    assert "no 900 (75.0\u00a0%), yes 300 (25.0\u00a0%)" in text
    assert "&lt;leads&gt;.csv" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert page(audit, schema) == text


def test_a_file_that_was_not_judged_has_a_page_too() -> None:
    audit, schema = make_audit()
    text = page(audit, schema)
    assert "Not judged" in text
    assert "No label is known: only the data were checked." in text


@pytest.mark.parametrize(
    ("verdicts", "waived", "words"),
    [
        (("clean",), "", "No column looks as if it gave the outcome away."),
        (("leak", "leak"), "", "2 columns give the outcome away."),
        (("ask", "ask"), "", "2 columns are to be asked about."),
        (
            ("leak",),
            "why",
            "1 column gives the outcome away and is kept by waiver.",
        ),
        (("ask",), "why", "No column looks as if it gave the outcome away."),
    ],
)
def test_the_headline_counts_what_is_scored(
    verdicts: tuple[Verdict, ...], waived: str, words: str
) -> None:
    audit, schema = make_audit(*verdicts)
    fields = tuple(Field(name=one.name, type="number", waiver=waived) for one in schema.fields)
    assert headline(audit, Schema(name="s", fields=fields)) == words
    ignored = tuple(Field(name=one.name, type="number", role="ignore") for one in schema.fields)
    assert headline(audit, Schema(name="s", fields=ignored)).startswith("No column")


@pytest.mark.parametrize("count", [1, 2, 12])
def test_the_chart_draws_every_period(count: int) -> None:
    chart = rates_chart(PERIODS[:count], title="Rates", axis="won is yes", below="months")
    root = ET.fromstring(chart)  # noqa: S314 -- our own markup
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == count
    names = [one.text for one in root.iter(f"{space}text")]
    assert "2025-01" in names
    assert "2025-01: 20.0\u00a0%" in (root.findtext(f"{space}desc") or "")
