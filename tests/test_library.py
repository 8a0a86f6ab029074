"""The library: the verbs on frames, as a notebook uses them."""

import json
from pathlib import Path

import pandas as pd
import pytest

import leadscore
from leadscore.errors import BadInput, BadRequest, Exists
from leadscore.testing.makers import make_frame, make_lead


@pytest.fixture(scope="module")
def model() -> leadscore.Model:
    return leadscore.train_model(make_frame(900, seed=1), recipe="logistic", name="mine")


def test_frames_and_files_give_one_model(model: leadscore.Model, tmp_path: Path) -> None:
    make_frame(900, seed=1).to_csv(tmp_path / "leads.csv", index=False)
    other = leadscore.train_model(tmp_path / "leads.csv", recipe="logistic", name="mine")
    one, two = (
        leadscore.save_model(each, tmp_path / f"{at}") for at, each in enumerate((model, other))
    )
    assert one.digest == two.digest != ""


def test_scores_have_the_frames_index(model: leadscore.Model) -> None:
    leads = make_frame(20, seed=2).set_index(pd.Index(range(100, 120)))
    scores = leadscore.score_leads(model, leads, reasons=1)
    assert scores.index.tolist() == leads.index.tolist()
    assert scores["lead_id"].tolist() == leads["lead_id"].tolist()
    assert "reason_2" not in scores


def test_faults_refuse_a_frame_or_are_skipped(model: leadscore.Model) -> None:
    leads = make_frame(5, seed=3)
    leads.loc[2, "income"] = "plenty"
    with pytest.raises(BadInput, match="income: got 'plenty'"):
        leadscore.score_leads(model, leads)
    assert leadscore.score_leads(model, leads, on_error="skip").index.tolist() == [0, 1, 3, 4]
    unscored = leadscore.score_leads(model, leads, on_error="unscored")
    assert unscored["tier"].tolist()[2] == "Unscored"


def test_one_lead_is_explained(model: leadscore.Model) -> None:
    record = leadscore.explain_lead(model, make_lead(lead_id="a"))
    assert (record["lead_id"], record["tier"]) == ("a", "High")
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_leads_one_by_one_are_told_what_a_frame_of_them_is(model: leadscore.Model) -> None:
    leads = make_frame(20, seed=8)
    scores, scorer = leadscore.score_leads(model, leads), leadscore.lead_scorer(model)
    rows = [dict(zip(leads.columns, row, strict=True)) for row in leads.to_numpy().tolist()]
    found = [scorer.score(row) for row in rows]
    assert [one.tier for one in found] == scores["tier"].tolist()
    assert [one.reasons[0][0] for one in found] == scores["reason_1"].tolist()


def test_a_model_is_judged(model: leadscore.Model, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    found = leadscore.evaluate_model(model, make_frame(300, seed=4), out=page)
    assert found["recipe"] == "logistic"
    assert page.is_file()


def test_a_saved_model_scores_the_same(model: leadscore.Model, tmp_path: Path) -> None:
    leadscore.save_model(model, tmp_path / "m.zip")
    opened = leadscore.open_model(tmp_path / "m.zip")
    leads = make_frame(20, seed=5)
    pd.testing.assert_frame_equal(
        leadscore.score_leads(opened, leads), leadscore.score_leads(model, leads)
    )
    with pytest.raises(Exists):
        leadscore.save_model(model, tmp_path / "m.zip")


def test_a_schema_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        'name = "s"\n[label]\nfield = "tier"\nclasses = ["Low", "Medium", "High"]\n'
        '[[field]]\nname = "income"\ntype = "integer"\n',
        encoding="utf-8",
    )
    leads = make_frame(900, seed=1)
    schema = leadscore.parse_schema((tmp_path / "s.toml").read_text(encoding="utf-8"))
    for one in (schema, str(tmp_path / "s.toml")):
        model = leadscore.train_model(leads, schema=one, recipe="logistic")
        assert model.encoder.fields == ("income",)


def test_a_label_replaces_the_schemas(model: leadscore.Model) -> None:
    leads = make_frame(900, seed=1)
    leads["converted"] = (leads["tier"] == "High").astype(int).astype(str)
    found = leadscore.train_model(leads, schema="investor", label="converted", recipe="logistic")
    assert found.outcome
    assert found.encoder.fields == model.encoder.fields


def test_what_is_no_table_is_refused(model: leadscore.Model) -> None:
    with pytest.raises(BadRequest, match="list"):
        leadscore.score_leads(model, [1, 2])  # type: ignore[arg-type]  # that is the mistake


def test_the_training_leads_bring_the_other_recipes(model: leadscore.Model) -> None:
    leads = make_frame(100, seed=6)
    found = leadscore.evaluate_model(model, leads, train=make_frame(900, seed=1))
    rows = found["comparison"]
    assert isinstance(rows, list)
    assert {"ordinal", "seed", "random forest"} <= {one["name"] for one in rows}
    with pytest.raises(BadRequest, match="fingerprints differ"):
        leadscore.evaluate_model(model, leads, train=leads)


def test_a_schema_is_read_off_a_frame() -> None:
    schema = leadscore.infer_schema(make_frame(100, seed=7), label="tier", rows_in_order=True)
    assert schema.order == "rows"
    assert schema.label is not None
    assert schema.label.classes == ("Low", "Medium", "High")
