from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.schema import Field, Label, Schema, investor
from leadscore.leads.table import Leads
from leadscore.model.bundle import dump_model
from leadscore.model.train import Fitted, RecipeName, fit_model, scored_schema
from leadscore.score.scores import score_leads
from leadscore.world.scenarios import scenario_leads
from leadscore.world.seed import FIELDS, generate, to_leads

Labels = NDArray[np.int64]
EVERY_RECIPE: tuple[RecipeName, ...] = ("auto", "ordinal", "logistic", "seed")

OUTCOME = Schema(
    name="outcome",
    fields=(
        Field(name="size", type="number", direction="up"),
        Field(name="source", type="category"),
        Field(name="firm", type="category", role="group"),
        Field(name="came", type="time", role="time"),
        Field(name="won", type="category", role="label"),
    ),
    label=Label(field="won", classes=("no", "yes"), positive="yes"),
)


def make_outcomes(n: int = 400, *, firms: int = 40) -> tuple[Leads, Labels]:
    rng = np.random.default_rng(0)
    size = rng.normal(size=n)
    source = rng.choice(np.array(["web", "fair", None], dtype=object), n)
    won = size + (source == "fair") + rng.logistic(size=n) > 0.5
    firm = np.array([f"firm {i}" for i in rng.integers(0, firms, n)], dtype=object)
    columns = {"size": size, "source": source, "firm": firm, "came": np.arange(n) * 86_400.0}
    return Leads(columns=columns, ids={}, n=n), won.astype(np.int64)


def without(*roles: str) -> Schema:
    fields = tuple(one for one in OUTCOME.fields if one.role not in roles)
    return replace(OUTCOME, fields=fields)


@cache
def investors(recipe: RecipeName) -> Fitted:
    world = generate(600, seed=5)
    return fit_model(to_leads(world), world.tier, investor(), recipe=recipe)


@pytest.mark.parametrize("recipe", ["logistic", "ordinal", "seed"])
def test_equal_input_gives_equal_bytes(recipe: RecipeName) -> None:
    world = generate(600, seed=5)
    again = fit_model(to_leads(world), world.tier, investor(), recipe=recipe, n_jobs=2)
    assert dump_model(again.model) == dump_model(investors(recipe).model)


@pytest.mark.parametrize("recipe", ["logistic", "ordinal", "seed"])
def test_what_is_held_out_is_told_with_its_labels(recipe: RecipeName) -> None:
    fitted = investors(recipe)
    assert fitted.labels.tolist() == generate(600, seed=5).tier[fitted.held_out].tolist()
    assert fitted.probabilities.shape == (len(fitted.held_out), 3)
    assert fitted.probabilities.sum(axis=1) == pytest.approx(1)
    stated = fitted.probabilities[np.arange(len(fitted.labels)), fitted.labels]
    assert -np.log(stated).mean() < 0.9


def test_the_audit_field_is_scored_by_the_specified_recipe_alone_and_with_a_waiver() -> None:
    seed, ordinal = investors("seed").model, investors("ordinal").model
    assert set(seed.encoder.fields) == set(FIELDS)
    assert "specified" in seed.schema.field("age").waiver
    assert "age" not in ordinal.encoder.fields
    assert "contact_attempts" not in ordinal.encoder.fields
    assert ordinal.schema == investor()


def test_a_waiver_that_is_written_is_kept() -> None:
    schema = investor()
    fields = tuple(replace(f, waiver="mine") if f.name == "age" else f for f in schema.fields)
    assert scored_schema(replace(schema, fields=fields), "seed").field("age").waiver == "mine"


@pytest.mark.parametrize("recipe", ["logistic", "ordinal", "seed"])
def test_the_card_says_what_was_done(recipe: RecipeName) -> None:
    model = investors(recipe).model
    assert model.recipe == recipe
    assert model.card["rows"] == 600
    assert model.card["asked_for"] == recipe
    classes = model.card["classes"]
    assert isinstance(classes, dict)
    assert list(classes) == ["Low", "Medium", "High"]


def test_auto_writes_its_comparison_into_the_card() -> None:
    leads, labels = make_outcomes(200)
    model = fit_model(leads, labels, without("group", "time"), recipe="auto").model
    choice = model.card["choice"]
    assert isinstance(choice, dict)
    assert choice["chosen"] == model.recipe
    assert choice["validation"] == "folds"


def test_a_time_field_makes_auto_judge_forward() -> None:
    leads, labels = make_outcomes(200)
    card = fit_model(leads, labels, without("group")).model.card
    assert isinstance(card["choice"], dict)
    assert card["choice"]["validation"] == "forward"


def test_rows_in_time_order_make_auto_judge_forward() -> None:
    leads, labels = make_outcomes(200)
    schema = replace(without("group", "time"), order="rows")
    card = fit_model(leads, labels, schema).model.card
    assert isinstance(card["choice"], dict)
    assert card["choice"]["validation"] == "forward"


def test_a_group_field_makes_auto_judge_by_group() -> None:
    leads, labels = make_outcomes(200)
    card = fit_model(leads, labels, without("time")).model.card
    assert isinstance(card["choice"], dict)
    assert card["choice"]["validation"] == "groups"


def test_leads_without_a_group_are_groups_of_their_own() -> None:
    leads, labels = make_outcomes()
    firm = np.full(leads.n, None, dtype=object)
    lone = replace(leads, columns={**leads.columns, "firm": firm})
    fitted = fit_model(lone, labels, without("time"), recipe="logistic")
    assert len(fitted.held_out) == leads.n


def test_one_group_for_all_leads_is_refused_in_words() -> None:
    leads, labels = make_outcomes(firms=1)
    with pytest.raises(BadRequest, match=r"one group of 'firm'.*two groups or more"):
        fit_model(leads, labels, without("time"), recipe="ordinal")


@pytest.mark.parametrize("recipe", EVERY_RECIPE)
def test_too_few_leads_of_a_class_are_refused_in_words(recipe: RecipeName) -> None:
    leads, labels = make_outcomes()
    labels[:] = 0
    labels[:39] = 1
    with pytest.raises(BadRequest, match=r"yes 39.*at least 40 of each class"):
        fit_model(leads, labels, without("group", "time"), recipe=recipe)


def test_every_class_that_is_too_small_is_named() -> None:
    world = generate(30, seed=1)
    with pytest.raises(BadRequest, match=r"Low \d+, Medium \d+, High \d+"):
        fit_model(to_leads(world), world.tier, investor())


def test_a_schema_without_a_label_cannot_train() -> None:
    leads, labels = make_outcomes()
    with pytest.raises(BadRequest, match=r"no \[label\]"):
        fit_model(leads, labels, replace(OUTCOME, label=None))


@pytest.mark.parametrize("recipe", ["logistic", "seed"])
def test_an_outcome_model_says_unseen_leads_what_its_estimator_says(recipe: RecipeName) -> None:
    leads, labels = make_outcomes()
    model = fit_model(leads, labels, without("group", "time"), recipe=recipe).model
    x = model.encoder.encode(leads)
    margin = model.engine.base + model.engine.effects(x).sum(axis=1)
    told = model.probabilities(x, margin)
    assert told.shape == (400, 2)
    assert told[labels == 1, 1].mean() > told[labels == 0, 1].mean() + 0.1


def test_a_missing_date_counts_as_the_oldest() -> None:
    leads, labels = make_outcomes(200)
    came = np.array(leads.columns["came"], np.float64)
    came[150:] = np.nan
    undated = replace(leads, columns={**leads.columns, "came": came})
    card = fit_model(undated, labels, without("group")).model.card
    assert isinstance(card["choice"], dict)
    assert card["choice"]["validation"] == "forward"


def shifted(leads: Leads, names: tuple[str, ...]) -> Leads:
    """Return leads with values far beyond any that a world has."""
    far = {name: np.asarray(leads.columns[name], np.float64) * 30 + 900 for name in names}
    return replace(leads, columns={**leads.columns, **far})


@pytest.mark.parametrize("recipe", ["logistic", "ordinal", "seed"])
def test_a_model_knows_what_it_does_not_know(recipe: RecipeName) -> None:
    model = investors(recipe).model
    leads = to_leads(generate(400, seed=6))
    assert score_leads(model, leads).unscored.mean() <= 0.01
    assert not score_leads(model, scenario_leads()).unscored.any()
    counts = ("income", "website_visits", "email_opens", "property_views", "time_on_site_minutes")
    assert score_leads(model, shifted(leads, counts)).unscored.mean() >= 0.95


def test_where_fields_are_missing_as_a_rule_such_leads_are_scored() -> None:
    leads, labels = make_outcomes()
    source = np.array([one or "web" for one in leads.columns["source"]], dtype=object)
    whole = replace(leads, columns={**leads.columns, "source": source})
    size = np.array(leads.columns["size"], np.float64)
    size[::3] = np.nan
    gappy = replace(whole, columns={**whole.columns, "size": size})
    used, strict = (
        fit_model(one, labels, without("group", "time"), recipe="logistic").model
        for one in (gappy, whole)
    )
    assert not score_leads(used, gappy).unscored.any()
    assert score_leads(strict, gappy).unscored.tolist() == np.isnan(size).tolist()
    assert used.doubt is not None
    assert used.doubt.known.missing[0] == pytest.approx(134 / 400)


def test_sets_hold_the_tier_of_nine_in_ten_new_leads_of_each_class() -> None:
    held, of_class = np.zeros(3), np.zeros(3)
    for seed in range(6):
        world = generate(1800, seed=seed)
        leads = to_leads(world)
        model = fit_model(
            leads.take(slice(0, 1000)), world.tier[:1000], investor(), recipe="logistic"
        ).model
        scores = score_leads(model, leads.take(slice(1000, None)))
        labels = world.tier[1000:]
        hit = scores.sets[np.arange(800), labels]
        of_class += np.bincount(labels, minlength=3)
        held += np.bincount(labels[hit], minlength=3)
    # the thresholds are drawn too, with about as many leads as the test
    error = 3 * np.sqrt(2 * 0.09 / of_class)
    assert ((held / of_class > 0.9 - error) & (held / of_class < 0.94 + error)).all()
    assert 0.88 < held.sum() / of_class.sum() < 0.93
