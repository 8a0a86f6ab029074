"""Protected fields are found, flipped and weighed against what a model says."""

from dataclasses import replace

import numpy as np
import pytest

from leadscore.flows.fairness import (
    fairness_of,
    protected_fields,
    told_held_out,
    told_scores,
)
from leadscore.flows.labelled import Labelled, labelled
from leadscore.leads.schema import investor
from leadscore.measure.fairness.record import Fairness
from leadscore.model.bundle import Model
from leadscore.score.scores import score_leads
from tests.flows.known_leads import make_frame, make_model, schema_of


def make_data(n: int = 900, *, seed: int = 2) -> Labelled:
    return labelled(make_frame(n, seed=seed), schema_of())


def judge(model: Model, data: Labelled) -> Fairness:
    found = fairness_of(model, data, told_scores(score_leads(model, data.leads)))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def fairness() -> Fairness:
    return judge(make_model(), make_data())


def test_the_protected_fields_are_those_of_the_role_audit(fairness: Fairness) -> None:
    assert [one.field for one in fairness.fields] == ["gender", "age"]
    assert [one.name for one in protected_fields(investor())] == ["age"]


def test_a_field_that_is_not_scored_flips_nothing(fairness: Fairness) -> None:
    assert [one.flips.changed for one in fairness.fields] == [0, 0]
    assert [one.scored for one in fairness.fields] == [False, False]


def test_a_waived_field_flips_and_says_why() -> None:
    model = make_model(waiver="the board decided")
    age = judge(model, make_data()).fields[1]
    assert age.scored
    assert "the board decided" in age.findings[0]
    assert age.proxies is not None
    assert "age" not in [one.field for one in age.proxies.fields]


def test_the_proxy_of_the_gender_is_the_budget(fairness: Fairness) -> None:
    gender = fairness.fields[0].proxies
    assert gender is not None
    assert [one.field for one in gender.fields] == ["budget"]
    assert (gender.tells["low"] or 0.0) > 0.6


def test_age_decides_nothing_and_is_told_by_nothing(fairness: Fairness) -> None:
    age = fairness.fields[1]
    assert age.proxies is not None
    assert age.proxies.fields == ()
    assert age.bought is not None
    assert (age.bought.difference["high"] or 0.0) > 0


def test_a_file_without_a_field_says_so() -> None:
    frame = make_frame(300, seed=3).drop(columns=["age"])
    data = labelled(frame, schema_of())
    found = judge(make_model(), data)
    assert found.absent == ("age",)
    assert [one.field for one in found.fields] == ["gender"]


def test_a_schema_without_protected_fields_has_no_fairness() -> None:
    model = make_model()
    plain = replace(
        model.schema,
        fields=tuple(one for one in model.schema.fields if one.role != "audit"),
    )
    data = make_data(100)
    told = told_scores(score_leads(model, data.leads))
    assert fairness_of(replace(model, schema=plain), data, told) is None


def test_missing_values_are_a_group_and_flip_nothing() -> None:
    frame = make_frame(600, seed=4)
    frame.loc[frame.index % 3 == 0, "gender"] = ""
    found = judge(make_model(), labelled(frame, schema_of()))
    gender = found.fields[0]
    assert {row.name: row.n for row in gender.groups}["missing"] == 200
    assert gender.flips.changed == 0


def test_held_out_leads_are_parted_by_the_shares_of_the_tiers() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random(1000)
    told = told_held_out(schema_of(), np.column_stack([1 - chance, chance]))
    assert np.abs(np.bincount(told.tier) - [400, 500, 100]).max() <= 1
    assert chance[told.tier == 2].min() > chance[told.tier == 1].max()


def test_held_out_leads_of_tier_models_are_in_the_likeliest_tier() -> None:
    probabilities = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    assert told_held_out(investor(), probabilities).tier.tolist() == [1, 2]
