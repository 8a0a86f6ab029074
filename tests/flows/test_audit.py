"""Auditing as a flow: the verdict, the schema that it settles, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.errors import BadInput, BadRequest, Exists
from leadscore.flows.audit import (
    AuditWish,
    audit_file,
    audit_frame,
    audited_schema,
    grounds,
    settle,
)
from leadscore.flows.infer import infer_frame
from leadscore.flows.schema import SchemaWish, read_schema
from leadscore.leads.conform import conform
from leadscore.leads.schema import Schema, parse_schema
from leadscore.store.local import LocalFiles


def make_leads(n: int = 1200, *, seed: int = 0, leaks: bool = True) -> pd.DataFrame:
    """Return leads of whom visits and source say something, and two columns everything."""
    rng = np.random.default_rng(seed)
    visits = rng.poisson(5, n)
    source = rng.choice(["web", "ads", "referral"], n)
    chance = 1 / (1 + np.exp(1.5 - 0.3 * (visits - 5) - (source == "referral")))
    won = rng.random(n) < chance
    columns: dict[str, object] = {
        "lead_id": [f"L{at}" for at in range(n)],
        "visits": visits.astype(str),
        "income": rng.lognormal(11, 0.5, n).astype(int).astype(str),
        "source": source,
    }
    if leaks:
        reasons = rng.choice(["price", "timing", "other"], n)
        columns["lost_reason"] = np.where(won | (rng.random(n) < 0.1), "", reasons)
        signed = rng.integers(100, 999, n).astype(str)
        columns["contract_no"] = np.where(won & (rng.random(n) < 0.95), signed, "")
    return pd.DataFrame({**columns, "won": np.where(won, "yes", "no")}, dtype="str")


def read(frame: pd.DataFrame) -> Schema:
    return read_schema(frame, SchemaWish(label="won")).schema


def waived(schema: Schema, *names: str) -> Schema:
    fields = tuple(
        replace(one, waiver="agreed with sales") if one.name in names else one
        for one in schema.fields
    )
    return replace(schema, fields=fields)


@pytest.mark.parametrize("seed", range(4))
def test_planted_leaks_are_named_and_nothing_else_is(seed: int) -> None:
    frame = make_leads(seed=seed)
    audit = audit_frame(frame, read(frame), seed=seed)
    assert audit.verdict == "leak"
    assert {one.field for one in audit.findings if one.verdict == "leak"} == {
        "lost_reason",
        "contract_no",
    }
    assert {one.field for one in audit.findings} == set(frame.columns) - {"won"}
    assert audit.auc_all is not None
    assert audit.auc_kept is not None
    assert audit.auc_all > 0.95 > audit.auc_kept


@pytest.mark.parametrize("seed", range(4))
def test_a_clean_file_is_clean(seed: int) -> None:
    frame = make_leads(seed=seed, leaks=False)
    audit = audit_frame(frame, read(frame))
    assert audit.verdict == "clean"
    assert audit.quality == ()


def test_leads_that_were_parsed_already_give_the_same_audit() -> None:
    frame = make_leads()
    schema = read(frame)
    known = conform(frame, schema)
    assert audit_frame(frame, schema, conformed=known) == audit_frame(frame, schema)


def test_an_inferred_schema_is_settled_without_its_leaks() -> None:
    frame = make_leads()
    schema = read(frame)
    settled, audit = settle(frame, schema, inferred=True)
    assert {one.name for one in settled.features} == {"visits", "income", "source"}
    assert settled.field("lost_reason").role == "ignore"
    assert settled == audited_schema(schema, audit)
    again, after = settle(frame, settled, inferred=False)
    assert again == settled
    assert after.verdict == "clean"


def test_a_given_schema_that_scores_leaks_is_refused_with_all_of_them() -> None:
    frame = make_leads()
    with pytest.raises(BadRequest, match="2 columns that give the outcome away") as caught:
        settle(frame, read(frame), inferred=False)
    faults = {one.field: one for one in caught.value.faults}
    assert set(faults) == {"lost_reason", "contract_no"}
    assert all("AUC" in one.got for one in faults.values())
    assert all(one.allowed.startswith('role = "ignore", or waiver = ') for one in faults.values())


def test_a_waiver_keeps_a_leak() -> None:
    frame = make_leads()
    schema = waived(read(frame), "lost_reason")
    with pytest.raises(BadRequest) as caught:
        settle(frame, schema, inferred=False)
    assert [one.field for one in caught.value.faults] == ["contract_no"]
    kept = waived(schema, "contract_no")
    assert settle(frame, kept, inferred=False)[0] == kept


def test_a_file_of_nothing_but_leaks_is_refused() -> None:
    frame = make_leads()[["lead_id", "lost_reason", "contract_no", "won"]]
    with pytest.raises(BadRequest, match="Every column that could be scored"):
        settle(frame, read(frame), inferred=True)


def test_without_a_label_the_data_are_judged_alone() -> None:
    frame = make_leads().drop(columns="won")
    audit = audit_frame(frame, read_schema(frame, SchemaWish()).schema)
    assert (audit.verdict, audit.findings, audit.auc_all) == ("clean", (), None)
    assert [one.kind for one in audit.quality] == ["no_label"]


def test_an_empty_label_is_too_few_and_no_error() -> None:
    frame = make_leads()
    schema = read(frame)
    frame["won"] = ""
    audit = audit_frame(frame, schema)
    assert audit.auc_all is None
    assert {"unlabelled", "too_few"} <= {one.kind for one in audit.quality}


def test_faults_are_findings_about_the_data_and_not_errors() -> None:
    frame = make_leads(leaks=False)
    schema = read(frame)
    frame.loc[3, "income"] = "plenty"
    (found,) = audit_frame(frame, schema).quality
    assert (found.kind, found.fields, found.value) == ("faults", ("income",), 1)
    assert "income: got 'plenty'" in found.words


def test_a_frame_without_rows_is_refused() -> None:
    frame = make_leads()
    with pytest.raises(BadInput, match="no rows"):
        audit_frame(frame.iloc[:0], read(frame))


def test_an_ignored_day_of_arrival_is_the_time_of_the_audit() -> None:
    frame = make_leads(2400, leaks=False)
    days = pd.date_range("2025-01-01", periods=2400, freq="4h")
    frame["created_at"] = days.strftime("%Y-%m-%d")
    late = np.arange(2400) > 1500
    lucky = np.random.default_rng(1).random(2400) < 0.5
    frame["won"] = np.where(late & lucky, "yes", frame["won"])
    mixed = frame.sample(frac=1, random_state=1)
    (found,) = audit_frame(mixed, read(mixed)).quality
    assert found.kind == "label_rate"
    assert "over time" in found.words


def test_a_file_is_audited_and_its_page_is_written(tmp_path: Path) -> None:
    path, page = tmp_path / "leads.csv", tmp_path / "audit.html"
    make_leads().to_csv(path, index=False)
    wish = AuditWish(schema=SchemaWish(label="won"), out=str(page))
    done = audit_file(str(path), wish, files=LocalFiles())
    assert (done.name, done.rows) == ("leads.csv", 1200)
    assert sum(done.counts.values()) == 1200
    text = page.read_text("utf-8")
    assert "2 columns give the outcome away." in text
    assert "lost_reason" in text
    with pytest.raises(Exists):
        audit_file(str(path), wish, files=LocalFiles())
    again = AuditWish(schema=wish.schema, out=str(page), force=True)
    audit_file(str(path), again, files=LocalFiles())
    assert page.read_text("utf-8") == text


def test_an_inferred_schema_says_first_what_was_found() -> None:
    inferred = infer_frame(make_leads(), SchemaWish(label="won"))
    text = inferred.toml()
    assert text.startswith("# Leaks, not scored: ")
    assert all(name in text.splitlines()[0] for name in ("lost_reason", "contract_no"))
    assert parse_schema(text) == inferred.chosen.schema
    above = text.split('name = "lost_reason"')[0].rsplit("\n\n", 1)[1]
    assert above.startswith("# leak: ")
    assert 'type = "category"\nrole = "ignore"' in text.split('name = "lost_reason"')[1]


def test_what_is_asked_stays_a_feature_under_its_question() -> None:
    frame = make_leads(leaks=False)
    rng = np.random.default_rng(5)
    won = (frame["won"] == "yes").to_numpy()
    likely = np.where(won, 0.62, 0.38)
    frame["lead_rating"] = np.where(rng.random(len(frame)) < likely, "hot", "cold")
    inferred = infer_frame(frame, SchemaWish(label="won"))
    asked = [one for one in inferred.audit.findings if one.verdict == "ask"]
    assert [one.field for one in asked] == ["lead_rating"]
    assert inferred.chosen.schema.field("lead_rating").scored
    text = inferred.toml()
    assert text.startswith("# Scored, but ask whether these were known")
    assert f"# ask: {grounds(asked[0])}" in text


def test_a_clean_or_unlabelled_file_says_so_too() -> None:
    clean = infer_frame(make_leads(leaks=False), SchemaWish(label="won"))
    assert clean.news == ("Audited: no column looks as if it gave the outcome away.",)
    unlabelled = make_leads(leaks=False).drop(columns="won")
    assert "--label" in infer_frame(unlabelled, SchemaWish()).news[0]
