"""What a model does not know shows in scores, records and files, and nowhere else."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.table import Leads
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.model.engine import EngineKind
from leadscore.score.record import ScoreRecord, score_record
from leadscore.score.scores import score_leads
from leadscore.score.table import scored_columns
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model, outcome_schema

KINDS: tuple[EngineKind, ...] = ("tables", "curves", "trees")
every_kind = pytest.mark.parametrize("kind", KINDS)
FAR = make_lead(income=9e6, website_visits=900, email_opens=900, property_views=900)


@cache
def model_of(kind: EngineKind = "tables", *, outcome: bool = False, doubt: bool = True) -> Model:
    schema = outcome_schema() if outcome else None
    return make_model(schema=schema, engine=kind, doubt=doubt)


def partly_strange(n: int, seed: int) -> Leads:
    """Return leads of which every third is far outside, and every fifth is nearly empty."""
    leads = make_leads(n, seed=seed)
    columns = {name: np.array(column, np.float64) for name, column in leads.columns.items()}
    for place, name in enumerate(model_of().encoder.fields):
        columns[name][::3] = np.where(columns[name][::3] > 1, 1e7, columns[name][::3])
        columns[name][::5] = np.nan if place else columns[name][::5]
    return replace(leads, columns=columns)


def record(model: Model, lead: dict[str, object]) -> ScoreRecord:
    leads = conform_lead(lead, model.schema).leads
    return score_record(model, leads, score_leads(model, leads), 0)


def whys(found: ScoreRecord) -> list[str]:
    assert isinstance(found["notes"], list)
    return [
        str(one["words"])
        for one in found["notes"]
        if isinstance(one, dict) and one["kind"] == "unknown"
    ]


@every_kind
def test_the_stated_tier_is_in_its_set_and_sets_have_no_gap(kind: EngineKind) -> None:
    scores = score_leads(model_of(kind), make_leads(300, seed=3))
    scored = ~scores.unscored
    assert scores.sets[scored, scores.tier[scored]].all()
    starts = (np.diff(scores.sets[scored].astype(int), axis=1) == 1).sum(axis=1)
    assert (starts + scores.sets[scored, 0] == 1).all()
    assert not scores.sets[~scored].any()
    assert 1 < scores.sets[scored].sum(axis=1).mean() < 3


def test_with_an_operating_point_the_stated_tier_is_still_in_its_set() -> None:
    point: dict[str, object] = {"tiers": ["Low", "Medium", "High"], "cuts": ["-inf", -99.0]}
    scores = score_leads(make_model(operating_point=point, doubt=True), make_leads(100))
    scored = ~scores.unscored
    assert set(scores.tier[scored].tolist()) == {2}
    assert scores.sets[scored, 2].all()


@every_kind
def test_doubt_changes_no_lead_that_keeps_its_score(kind: EngineKind) -> None:
    leads = make_leads(200, seed=5)
    sure, doubting = (score_leads(model_of(kind, doubt=one), leads) for one in (False, True))
    scored = ~doubting.unscored
    assert scored.sum() > 100
    for name in ("margin", "score", "tier", "probabilities", "effects"):
        assert getattr(sure, name)[scored].tobytes() == getattr(doubting, name)[scored].tobytes()
    assert not sure.sets.any()


def test_a_tier_record_has_a_set_of_tiers() -> None:
    model = model_of()
    leads = make_leads(60, seed=1)
    scores = score_leads(model, leads)
    for row in range(leads.n):
        found = score_record(model, leads, scores, row)
        assert isinstance(found["tier_set"], list)
        assert found["tier"] in found["tier_set"]
        assert found["outcome_set"] is None


def test_an_outcome_record_has_a_set_of_outcomes_and_its_tier_is_a_decision() -> None:
    model = model_of(outcome=True)
    leads = make_leads(60, schema=outcome_schema(), seed=1)
    scores = score_leads(model, leads)
    seen = set()
    for row in range(leads.n):
        found = score_record(model, leads, scores, row)
        assert found["tier_set"] == [found["tier"]]
        if found["tier"] == "Unscored":
            assert found["outcome_set"] is None
        else:
            assert isinstance(found["outcome_set"], list)
            seen.add(tuple(found["outcome_set"]))
    assert seen <= {("0",), ("1",), ("0", "1")}
    assert len(seen) > 1


@every_kind
def test_a_lead_far_outside_has_no_score_and_its_record_says_why(kind: EngineKind) -> None:
    found = record(model_of(kind), FAR)
    assert (found["tier"], found["tier_set"]) == ("Unscored", ["Unscored"])
    for key in ("score", "confidence", "probabilities", "reasons", "similar", "action"):
        assert found[key] is None
    [why] = whys(found)
    assert why.startswith("Unscored: ")
    assert "far outside what the model has seen" in why
    assert record(model_of(kind, doubt=False), FAR)["score"] is not None


def test_what_is_missing_is_said_so_and_the_heaviest_field_comes_first() -> None:
    model = model_of("curves")
    assert model.doubt is not None
    [why] = whys(record(model, {"income": 100_000}))
    weight = model.doubt.known.weight
    names = [one.words for one in model.schema.features]
    order = [names[at] for at in np.argsort(-weight) if names[at] != "annual income"]
    assert why.startswith(f"Unscored: {order[0]}, {order[1]} and 7 more are missing; they carry ")


def test_the_scored_file_says_why_too_and_has_nothing_else() -> None:
    model = model_of()
    leads = conform_lead(FAR, model.schema).leads
    columns = scored_columns(model, leads, score_leads(model, leads))
    assert columns["tier"].tolist() == ["Unscored"]
    assert str(columns["notes"][0]).startswith("Unscored: ")
    for name in ("score", "confidence", "p_low", "expected_conversion", "fit", "effect_1"):
        assert np.isnan(columns[name].astype(np.float64)).all()


def test_short_notes_say_what_the_record_says() -> None:
    model = model_of()
    scores = score_leads(model, partly_strange(400, seed=2))
    short = scores.notes.short()
    unknown = [row for row in range(400) if "unknown" in {n.kind for n in scores.notes.of(row)}]
    assert unknown
    for row in unknown:
        assert short[row].startswith(scores.notes.of(row)[0].words)


def test_an_empty_or_refused_lead_has_one_reason_alone() -> None:
    model = model_of()
    empty = conform_lead({}, model.schema).leads
    assert [n.kind for n in score_leads(model, empty).notes.of(0)] == ["empty"]
    far = conform_lead(FAR, model.schema).leads
    refused = score_leads(model, far, refused=np.array([True]))
    assert "unknown" not in {n.kind for n in refused.notes.of(0)}


@given(order=st.permutations(range(60)), cut=st.integers(0, 60))
def test_a_lead_is_unscored_by_its_own_fields_alone(order: list[int], cut: int) -> None:
    model, leads, rows = model_of(), partly_strange(60, seed=2), np.array(order)
    whole = score_leads(model, leads)
    for part in (rows[:cut], rows[cut:]):
        if len(part):
            found = score_leads(model, leads.take(part))
            assert found.unscored.tolist() == whole.unscored[part].tolist()
            assert found.sets.tolist() == whole.sets[part].tolist()
            expected = [whole.notes.of(row) for row in part]
            assert [found.notes.of(row) for row in range(len(part))] == expected
