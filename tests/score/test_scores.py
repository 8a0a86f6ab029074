"""Laws of scores: exact effects, and a lead's score depends on that lead alone."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.leads.schema import Field, Label, Schema, investor, tiers_for
from leadscore.leads.table import Leads
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.model.engine import EngineKind
from leadscore.model.lookup import places
from leadscore.model.tables import StepTables
from leadscore.score.scores import Scores, score_leads
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model, outcome_schema

KINDS: tuple[EngineKind, ...] = ("tables", "curves", "trees")
SCHEMAS: dict[str, Callable[[], Schema]] = {"tier": investor, "outcome": outcome_schema}

every_model = pytest.mark.parametrize(
    ("label", "kind"), [(label, kind) for label in SCHEMAS for kind in KINDS]
)


@cache
def model_of(label: str, kind: EngineKind = "tables") -> Model:
    return make_model(schema=SCHEMAS[label](), engine=kind)


def leads_of(label: str, n: int = 80, seed: int = 9) -> Leads:
    return make_leads(n, schema=SCHEMAS[label](), seed=seed)


def odd_leads(label: str, seed: int, n: int = 60) -> Leads:
    """Return leads many of whose values are extreme, on an edge, missing or unknown."""
    leads, rng = leads_of(label, n, seed), np.random.default_rng(seed)
    numbers = [np.nan, 0.0, -0.0, 0.5, 1e-45, 1e9, 1e300, -1e300, np.inf, -np.inf]
    engine = model_of(label).engine
    assert isinstance(engine, StepTables)
    numbers += [edge for axis in engine.axes for edge in axis.edges.tolist()]
    texts = np.array([None, "", "Fax", "(other)", "Web"], dtype=object)
    columns = {
        name: np.where(
            rng.random(n) < 0.5, column, rng.choice(texts if column.dtype == object else numbers, n)
        )
        for name, column in leads.columns.items()
    }
    return replace(leads, columns=columns)


def bits(scores: Scores) -> dict[str, object]:
    """Return all that scores say, to the bit."""
    found: dict[str, object] = {
        one.name: getattr(scores, one.name)
        for one in fields(scores)
        if one.name not in ("notes", "themes")
    }
    found |= {f"theme {name}": sums for name, sums in scores.themes.items()}
    exact = {
        name: value.tobytes() if isinstance(value, np.ndarray) else value
        for name, value in found.items()
    }
    return exact | {"notes": [scores.notes.of(row) for row in range(scores.n)]}


def numbers(n: int) -> st.SearchStrategy[NDArray[np.float64]]:
    """Return columns of any numbers at all, missing ones among them."""
    return arrays(np.float64, n, elements=st.floats(allow_infinity=False))


@every_model
def test_base_and_effects_make_the_margin_and_themes_are_sums_of_effects(
    label: str, kind: EngineKind
) -> None:
    scores = score_leads(model_of(label, kind), leads_of(label))
    assert scores.base + scores.effects.sum(axis=1) == pytest.approx(scores.margin, rel=1e-6)
    assert scores.base + sum(scores.themes.values()) == pytest.approx(scores.margin, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_the_margin_is_exact_for_any_lead(kind: EngineKind, data: st.DataObject) -> None:
    model = model_of("tier", kind)
    columns = {name: data.draw(numbers(3)) for name in model.encoder.fields}
    scores = score_leads(model, Leads(columns=columns, ids={}, n=3))
    scored = ~scores.unscored
    total = scores.base + scores.effects[scored].sum(axis=1)
    assert total == pytest.approx(scores.margin[scored], rel=1e-6)
    assert scores.probabilities[scored].sum(axis=1) == pytest.approx(1.0)
    assert np.all((scores.score[scored] >= 0) & (scores.score[scored] <= 100))


@every_model
def test_a_lead_alone_scores_as_it_does_among_others(label: str, kind: EngineKind) -> None:
    model, leads = model_of(label, kind), leads_of(label, 30)
    whole = score_leads(model, leads)
    for row in range(leads.n):
        alone = score_leads(model, leads.take(slice(row, row + 1)))
        assert bits(alone) == bits(whole.take(slice(row, row + 1)))


@every_model
@given(order=st.permutations(range(40)), cut=st.integers(0, 40))
def test_order_and_batch_size_change_nothing(
    label: str, kind: EngineKind, order: list[int], cut: int
) -> None:
    model, leads, rows = model_of(label, kind), leads_of(label, 40), np.array(order)
    whole = score_leads(model, leads)
    for part in (rows[:cut], rows[cut:]):
        if len(part):
            assert bits(score_leads(model, leads.take(part))) == bits(whole.take(part))


@every_model
@given(seed=st.integers(0, 99), cut=st.integers(1, 59))
def test_odd_values_score_alike_alone_in_parts_and_in_any_order(
    label: str, kind: EngineKind, seed: int, cut: int
) -> None:
    model, leads = model_of(label, kind), odd_leads(label, seed)
    whole = score_leads(model, leads)
    assert not np.isnan(whole.margin[~whole.unscored]).any()
    rows = np.random.default_rng(seed).permutation(leads.n)
    for part in (rows[:cut], rows[cut:], rows[:1]):
        assert bits(score_leads(model, leads.take(part))) == bits(whole.take(part))


@every_model
def test_how_many_leads_are_worked_on_at_a_time_changes_nothing(
    label: str, kind: EngineKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, leads = make_model(schema=SCHEMAS[label](), engine=kind, doubt=True), odd_leads(label, 1)
    whole = bits(score_leads(model, leads))
    for size in (7, 59):
        monkeypatch.setattr(places, "BLOCK", size)
        assert bits(score_leads(model, leads)) == whole


def test_extra_columns_change_nothing() -> None:
    model, leads = model_of("tier"), leads_of("tier")
    extra: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {
        "shoe_size": np.arange(float(leads.n)),
        **leads.columns,
    }
    found = score_leads(model, replace(leads, columns=extra))
    assert bits(found) == bits(score_leads(model, leads))


def test_what_is_not_scored_changes_no_score() -> None:
    model = model_of("tier")
    young, old = (
        score_leads(model, conform_lead(make_lead(age=age), model.schema).leads) for age in (20, 60)
    )
    assert bits(young) | {"notes": []} == bits(old) | {"notes": []}


def test_the_score_is_the_margins_percentile_to_one_decimal() -> None:
    model = model_of("tier")
    scores = score_leads(model, leads_of("tier", 400, seed=0))
    order = np.argsort(scores.margin)
    assert np.all(np.diff(scores.score[order]) >= 0)
    assert scores.score == pytest.approx(np.round(scores.score, 1))
    # the reference leads are these very leads
    assert scores.score.mean() == pytest.approx(50, abs=0.5)


def test_a_tier_models_confidence_is_the_probability_of_the_stated_tier() -> None:
    scores = score_leads(model_of("tier"), leads_of("tier"))
    assert scores.confidence.tolist() == scores.probabilities.max(axis=1).tolist()
    assert scores.tier.tolist() == scores.probabilities.argmax(axis=1).tolist()


def test_with_an_operating_point_the_confidence_is_still_the_stated_tiers() -> None:
    point: dict[str, object] = {"tiers": ["Low", "Medium", "High"], "cuts": ["-inf", "inf"]}
    scores = score_leads(make_model(operating_point=point), leads_of("tier"))
    assert set(scores.tier.tolist()) == {1}
    assert scores.confidence.tolist() == scores.probabilities[:, 1].tolist()


def test_a_tier_model_expects_the_middle_of_each_tiers_range() -> None:
    scores = score_leads(model_of("tier"), leads_of("tier"))
    expected = scores.probabilities @ np.array([0.035, 0.175, 0.375])
    assert scores.expected_conversion == pytest.approx(expected)


def test_tiers_that_do_not_say_what_converts_expect_nothing() -> None:
    schema = Schema(
        name="own",
        fields=(Field(name="a", type="number"), Field(name="b", type="number")),
        label=Label(field="t", classes=("Cold", "Hot")),
        tiers=tiers_for(("Cold", "Hot")),
    )
    scores = score_leads(make_model(schema=schema), make_leads(5, schema=schema))
    assert np.isnan(scores.expected_conversion).all()
    assert scores.tier_names == scores.class_names == ("Cold", "Hot")


def test_an_outcome_model_expects_its_probability_and_has_no_confidence() -> None:
    scores = score_leads(model_of("outcome"), leads_of("outcome"))
    assert scores.class_names == ("0", "1")
    assert scores.tier_names == ("Low", "Medium", "High")
    assert scores.expected_conversion.tolist() == scores.probabilities[:, 1].tolist()
    assert np.isnan(scores.confidence).all()


def test_the_positive_class_is_the_last_whatever_order_the_label_has() -> None:
    schema = outcome_schema()
    label = Label(field="converted", classes=("won", "lost"), positive="won")
    model = make_model(schema=replace(schema, label=label))
    assert score_leads(model, leads_of("outcome")).class_names == ("lost", "won")


def test_an_outcome_models_tiers_have_the_references_shares() -> None:
    schema = outcome_schema()
    scores = score_leads(model_of("outcome"), make_leads(400, schema=schema, seed=0))
    drawn = np.bincount(scores.tier) / scores.n
    # steps make equal margins, which stay together
    assert drawn == pytest.approx([0.4, 0.5, 0.1], abs=0.05)


@every_model
def test_a_lead_with_none_of_the_models_fields_has_no_score(label: str, kind: EngineKind) -> None:
    model = model_of(label, kind)
    scores = score_leads(model, conform_lead({"age": 40, "lead_id": "x"}, model.schema).leads)
    assert scores.unscored.tolist() == [True]
    assert scores.tier.tolist() == [-1]
    for values in (scores.margin, scores.score, scores.effects, scores.probabilities):
        assert np.isnan(values).all()
    assert [one.kind for one in scores.notes.of(0)] == ["empty"]


def test_refused_leads_have_no_score_and_leave_the_others_theirs() -> None:
    model, leads = model_of("tier"), leads_of("tier", 6)
    refused = np.array([False, True, False, True, False, False])
    scores, all_of_them = score_leads(model, leads, refused=refused), score_leads(model, leads)
    assert scores.unscored.tolist() == refused.tolist()
    assert bits(scores.take(~refused)) == bits(all_of_them.take(~refused))


@pytest.mark.parametrize("label", SCHEMAS)
def test_an_unknown_category_scores_as_the_pooled_rare_ones(label: str) -> None:
    model = model_of("outcome")
    fax, rare = (
        score_leads(model, conform_lead({"source": source}, model.schema).leads)
        for source in ("Fax", "(other)")
    )
    assert fax.margin.tobytes() == rare.margin.tobytes()
    assert not np.isnan(fax.margin).any()
    assert label in SCHEMAS


def test_as_of_is_carried_along_and_changes_nothing_else() -> None:
    model, leads = model_of("tier"), leads_of("tier")
    now, never = score_leads(model, leads, as_of="2026-01-31"), score_leads(model, leads)
    assert (now.as_of, never.as_of) == ("2026-01-31", "")
    assert bits(now) | {"as_of": ""} == bits(never)


@pytest.mark.parametrize("kind", ["tables", "curves"])
def test_no_leads_have_no_scores(kind: EngineKind) -> None:
    scores = score_leads(model_of("tier", kind), leads_of("tier", 0))
    assert scores.n == 0
    assert scores.probabilities.shape == (0, 3)
