"""Tiers: the operating point, else the reference's shares, else the most probable class."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadBundle
from leadscore.leads.schema import DEFAULT_TIERS, Tier
from leadscore.model.bundle import Model
from leadscore.model.reference import Reference
from leadscore.score.tiers import TierRule, reference_rule, stated_tiers, tier_rule
from leadscore.testing.models import make_model, outcome_schema

NAMES = ("Low", "Medium", "High")


def outcome_model(margins: NDArray[np.float64], tiers: tuple[Tier, ...] = DEFAULT_TIERS) -> Model:
    model = make_model(schema=replace(outcome_schema(), tiers=tiers))
    kept = Reference(
        margins=np.sort(margins),
        n=len(margins),
        likeness=np.array([]),
        intervals=np.empty((0, 2)),
    )
    return replace(model, reference=kept)


def shares(model: Model) -> list[float]:
    """Return how many of the reference leads are in each tier, lowest first."""
    rule = reference_rule(model.schema, model.reference)
    drawn = rule.tiers(model.reference.margins)
    return [float(np.mean(drawn == at)) for at in range(len(rule.names))]


def test_the_top_tenth_of_the_reference_is_high_and_the_next_half_medium() -> None:
    margins = np.random.default_rng(0).normal(size=1000)
    assert shares(outcome_model(margins)) == [0.4, 0.5, 0.1]


@pytest.mark.parametrize(
    ("margins", "expected"),
    [
        ([1.0] * 10, [0.0, 1.0, 0.0]),
        ([0.0] * 70 + [1.0] * 30, [0.7, 0.3, 0.0]),
        ([0.0] * 30 + [1.0] * 55 + [2.0] * 15, [0.3, 0.55, 0.15]),
    ],
    ids=["all equal", "two values", "three values"],
)
def test_equal_margins_stay_in_one_tier(margins: list[float], expected: list[float]) -> None:
    assert shares(outcome_model(np.array(margins))) == pytest.approx(expected)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=60))
def test_reference_cuts_rise_and_no_nearer_shares_can_be_had(margins: list[int]) -> None:
    model = outcome_model(np.array(margins, dtype=np.float64))
    rule = reference_rule(model.schema, model.reference)
    assert np.all(rule.cuts[1:] >= rule.cuts[:-1])
    possible = {0.0, 1.0} | {float(np.mean(model.reference.margins < one)) for one in margins}
    below = [float(np.mean(model.reference.margins < cut)) for cut in rule.cuts]
    for share, wanted in zip(below, (0.4, 0.9), strict=True):
        best = min(abs(one - wanted) for one in possible)
        assert abs(share - wanted) == pytest.approx(best)


def test_tiers_without_a_share_are_never_stated() -> None:
    tiers = (Tier(name="None", share=0), Tier(name="All", share=1), Tier(name="Best", share=0))
    model = outcome_model(np.arange(10.0), tiers)
    assert shares(model) == [0.0, 1.0, 0.0]
    rule = reference_rule(model.schema, model.reference)
    assert rule.tiers(np.array([-1e9, 1e9])).tolist() == [1, 1]


def test_a_tier_model_states_its_most_probable_class_and_of_equal_ones_the_lower() -> None:
    told = np.array([[0.2, 0.4, 0.4], [0.5, 0.0, 0.5], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]])
    assert tier_rule(make_model()) is None
    assert stated_tiers(make_model(), np.zeros(4), told).tolist() == [1, 0, 2, 1]


def test_an_operating_point_goes_before_the_most_probable_class() -> None:
    model = make_model(operating_point={"tiers": list(NAMES), "cuts": [0.0, 1.0]})
    told = np.array([[1.0, 0.0, 0.0]] * 5)
    margin = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    assert stated_tiers(model, margin, told).tolist() == [0, 1, 1, 2, 2]


@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=2).map(sorted))
def test_a_rule_is_the_same_after_a_round_through_json(cuts: list[float]) -> None:
    rule = TierRule(names=NAMES, cuts=np.array(cuts))
    found = TierRule.from_json(rule.to_json())
    assert found.names == rule.names
    assert found.cuts.tolist() == rule.cuts.tolist()


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"tiers": list(NAMES)},
        {"tiers": "Low", "cuts": [0, 1]},
        {"tiers": list(NAMES), "cuts": [0]},
        {"tiers": list(NAMES), "cuts": [1, 0]},
        {"tiers": list(NAMES), "cuts": ["nan", 0]},
        {"tiers": list(NAMES), "cuts": ["steep", 0]},
        {"tiers": list(NAMES), "cuts": [None, 0]},
        {"tiers": ["A", "B", "C"], "cuts": [0, 1]},
    ],
)
def test_an_operating_point_that_is_none_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(BadBundle, match=r"operating.point"):
        tier_rule(make_model(operating_point=raw))
