"""Equal treatment is called equal, unequal treatment unequal, and a proxy by its name."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from leadscore.leads.schema import Field
from leadscore.measure.fairness.findings import _context, _verdict
from leadscore.measure.fairness.groups import MISSING, OTHERS, Groups, groups_of
from leadscore.measure.fairness.proxies import bought, proxies
from leadscore.measure.fairness.quick import MOST_ROWS, Inputs, sample, told_alone
from leadscore.measure.fairness.rates import Treated, at_level, four_fifths, group_rows, pairs_of
from leadscore.measure.fairness.shares import auc, gap, rank_correlation, ratio, share
from leadscore.measure.fairness.unequal import unequal
from leadscore.measure.metrics import Number
from tests.measure.known_groups import (
    AGE,
    REGION,
    TIERS,
    make_fairness,
    make_groups,
    make_inputs,
    make_treated,
)

# ------------------------------------------------------------------ shares


@given(st.integers(1, 400), st.data())
def test_a_share_lies_in_its_interval(n: int, data: st.DataObject) -> None:
    found = share(data.draw(st.integers(0, n)), n)
    assert found["low"] is not None
    assert found["high"] is not None
    assert 0 <= found["low"] <= (found["value"] or 0.0) <= found["high"] <= 1


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_a_ratio_turned_round_is_one_over_it(m: int, n: int, data: st.DataObject) -> None:
    one = data.draw(st.integers(1, m)), m
    other = data.draw(st.integers(1, n)), n
    here, there = ratio(one, other), ratio(other, one)
    assert here["low"] is not None
    assert here["high"] is not None
    assert here["low"] <= (here["value"] or 0.0) * (1 + 1e-9)
    assert (here["value"] or 0.0) <= here["high"] * (1 + 1e-9)
    assert here["low"] * (there["high"] or 0.0) == pytest.approx(1, rel=1e-4)


def test_a_ratio_without_hits_has_the_bounds_that_it_can_have() -> None:
    none = ratio((0, 50), (10, 50))
    assert (none["value"], none["low"]) == (0.0, 0.0)
    assert 0 < (none["high"] or 0.0) < 0.6
    endless = ratio((10, 50), (0, 50))
    assert (endless["value"], endless["high"]) == (None, None)
    assert (endless["low"] or 0.0) > 1
    assert ratio((0, 50), (0, 50)) == {"value": None, "low": None, "high": None}
    assert ratio((0, 0), (1, 5)) == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize(("m", "n", "p"), [(40, 60, 0.1), (300, 900, 0.05), (2000, 500, 0.3)])
def test_the_interval_of_a_ratio_holds_the_truth_in_95_of_100(m: int, n: int, p: float) -> None:
    rng = np.random.default_rng(0)
    held = 0
    for x, y in zip(rng.binomial(m, 0.8 * p, 1000), rng.binomial(n, p, 1000), strict=True):
        found = ratio((int(x), m), (int(y), n))
        low, high = found["low"], found["high"]
        held += (low is None or low <= 0.8) and (high is None or high >= 0.8)
    assert 0.93 <= held / 1000 <= 0.975


def test_auc_and_rank_correlation_are_those_of_the_libraries() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 20, 500).astype(np.float64)
    hits = rng.random(500) < scores / 25
    assert auc(hits, scores)["value"] == pytest.approx(roc_auc_score(hits, scores))
    other = scores + rng.normal(0, 5, 500)
    assert rank_correlation(scores, other)["value"] == pytest.approx(
        spearmanr(scores, other).statistic
    )


def test_the_intervals_of_auc_and_rank_correlation_hold_the_truth() -> None:
    held = np.zeros(2)
    for seed in range(300):
        rng = np.random.default_rng(seed)
        hits = rng.random(200) < 0.3
        # P(N(1) > N(0)) = Phi(1 / sqrt 2)
        found = auc(hits, rng.normal(hits.astype(float), 1.0))
        held[0] += (found["low"] or 0.0) <= 0.7602 <= (found["high"] or 0.0)
        a, b = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 200).T
        # Spearman's rho of a normal pair: 6 / pi * asin(r / 2)
        told = rank_correlation(a, b)
        held[1] += (told["low"] or 0.0) <= 0.4826 <= (told["high"] or 0.0)
    assert ((held / 300 >= 0.91) & (held / 300 <= 0.985)).all()


def test_what_cannot_be_ranked_has_no_figure() -> None:
    nothing = {"value": None, "low": None, "high": None}
    assert auc(np.ones(5, bool), np.arange(5.0)) == nothing
    assert rank_correlation(np.ones(9), np.arange(9.0)) == nothing
    assert gap(np.zeros(0, bool), np.zeros(0)) == nothing


# ------------------------------------------------------------------ groups


def test_ages_are_cut_as_the_specification_cuts_them() -> None:
    found = groups_of(AGE, np.array([22, 34, 35, 49, 50, 70, np.nan]))
    assert found.names == ("under 35", "35–49", "50 and over", MISSING)
    assert found.member.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert found.missing.tolist() == [False] * 6 + [True]


def test_a_wage_is_no_age() -> None:
    wage = Field(name="wage", type="number", role="audit")
    assert groups_of(wage, np.arange(100.0)).names[0] == "under 25"


def test_other_numbers_are_cut_at_their_quartiles() -> None:
    size = Field(name="household", type="number", role="audit")
    found = groups_of(size, np.repeat(np.arange(1000.0, 1100.0), 3))
    assert found.names[0] == "under 1,025"
    assert found.names[-1] == "1,075 and over"
    assert found.sizes.max() <= 1.1 * found.sizes.min()


def test_a_flag_is_yes_or_no_and_few_values_are_themselves() -> None:
    flag = Field(name="veteran", type="flag", role="audit")
    assert groups_of(flag, np.array([0.0, 1.0, np.nan])).names == ("no", "yes", MISSING)
    few = Field(name="children", type="integer", role="audit")
    assert groups_of(few, np.array([0.0, 1, 1, 2])).names == ("0", "1", "2")


def test_dates_are_dates() -> None:
    born = Field(name="born", type="time", role="audit")
    names = groups_of(born, np.arange(0.0, 1e9, 1e6)).names
    assert names[0].startswith("under 19")


def test_small_categories_are_pooled_and_one_small_one_is_not() -> None:
    column = np.array(["a"] * 500 + ["b"] * 100 + ["c"] * 3 + ["d"] * 2 + [None], object)
    assert groups_of(REGION, column).names == ("a", "b", OTHERS, MISSING)
    assert groups_of(REGION, column[:603]).names == ("a", "b", "c")


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdefghijklm")), min_size=1, max_size=300))
def test_every_lead_is_in_one_group_and_no_group_is_empty(values: list[str | None]) -> None:
    found = groups_of(REGION, np.array(values, object))
    assert found.sizes.sum() == len(values)
    assert (found.sizes > 0).all()
    assert len(found.names) == len(found.sizes)


# ------------------------------------------------------------------ rates


def test_ratios_of_equals_hold_one_in_95_of_100_worlds() -> None:
    held = []
    for seed in range(200):
        rows = group_rows(make_treated(1500, seed=seed), make_groups(1500, seed=seed))
        held += [
            (number["low"] or 0.0) <= 1 <= (number["high"] or np.inf)
            for row in rows
            if not row.reference
            for number in (row.top_ratio, row.better_ratio, row.recall_ratio)
        ]
    assert 0.93 <= np.mean(held) <= 0.97


def test_equals_are_seldom_called_unequal() -> None:
    alarms = 0
    for seed in range(100):
        treated, groups = make_treated(1500, seed=seed), make_groups(1500, seed=seed)
        sure = group_rows(treated, groups, level=at_level(2))
        alarms += any(
            not (number["low"] or 0.0) <= 1 <= (number["high"] or np.inf)
            for row in sure
            if not row.reference
            for number in (row.top_ratio,)
        )
        pair = four_fifths(group_rows(treated, groups), comparisons=pairs_of(groups))
        assert pair is not None
        assert (pair.ratio["high"] or 0.0) >= 0.8
    assert alarms <= 12


def test_a_group_treated_half_as_well_is_found() -> None:
    groups = make_groups(4000, seed=0)
    treated = make_treated(4000, seed=0, worse=groups.member == 1, times=0.5)
    pair = four_fifths(group_rows(treated, groups), comparisons=pairs_of(groups))
    assert pair is not None
    assert pair.lowest == "b"
    assert (pair.ratio["high"] or 1.0) < 0.8


def test_equals_are_seldom_said_to_be_parted_more_than_their_outcomes() -> None:
    said = []
    for seed in range(60):
        groups = make_groups(2000, seed=seed, shares=(0.5, 0.5))
        pair = four_fifths(group_rows(make_treated(2000, seed=seed), groups), comparisons=1)
        assert pair is not None
        said.append(_context(pair))
    assert sum("follow the outcomes" in words for words in said) >= 54


@pytest.mark.parametrize("malus", [0.1, 2.0])
def test_tiers_that_part_equal_groups_are_found(malus: float) -> None:
    groups = make_groups(6000, seed=0, shares=(0.5, 0.5))
    blind = make_treated(6000, seed=0)
    cut = blind.said - malus * (groups.member == 1)
    unfair = replace(blind, tier=(cut > 0.12).astype(np.intp) + (cut > 0.3))
    found = make_fairness(unfair, groups)
    words = " ".join(found.fields[0].findings)
    assert "surely below four fifths" in words
    assert "more than the outcomes" in words
    assert ["surely below four fifths" in one.words for one in unequal(found)] == [True]


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.4, 0.17, 0.7, "surely below"),
        (0.4, 0.17, 0.9, "chance does not explain; whether it is below four fifths is not sure"),
        (0.7, 0.4, 1.2, "chance alone may explain"),
        (0.85, 0.7, 0.95, "chance does not explain; four fifths or more"),
        (0.9, 0.7, 1.1, "four fifths or more on these leads, though that is not sure"),
        (0.9, 0.85, 0.95, "at least four fifths."),
        (0.7, 0.4, None, "chance alone may explain"),
    ],
)
def test_a_ratio_is_said_to_be_what_its_interval_holds(
    value: float, low: float, high: float | None, words: str
) -> None:
    assert words in _verdict(Number(value=value, low=low, high=high))


def test_equal_treatment_is_no_warning() -> None:
    alike = make_fairness(make_treated(6000, seed=0), make_groups(6000, seed=0))
    assert unequal(alike) == ()
    assert unequal(None) == ()


def test_the_reference_is_the_largest_known_group_and_has_no_interval() -> None:
    groups = Groups(names=("a", "b", MISSING), member=np.repeat([0, 1, 2], [30, 50, 90]))
    rows = group_rows(make_treated(170, seed=0), groups)
    assert [row.reference for row in rows] == [False, True, False]
    assert rows[1].top_ratio == {"value": 1.0, "low": None, "high": None}
    assert [row.n for row in rows] == [30, 50, 90]


def test_small_groups_have_intervals_and_no_verdict() -> None:
    groups = Groups(names=("a", "b"), member=np.repeat([0, 1], [900, 60]))
    treated = make_treated(960, seed=0, worse=groups.member == 1, times=0.1)
    found = make_fairness(treated, groups).fields[0]
    assert found.four_fifths is None
    assert found.groups[1].top["high"] is not None
    assert any("Too few leads for a verdict (under 100): b." in one for one in found.findings)


def test_probabilities_that_are_off_for_one_group_are_named() -> None:
    groups = make_groups(4000, seed=3)
    treated = make_treated(4000, seed=3)
    off = Treated(
        tier=treated.tier,
        tiers=TIERS,
        said=np.where(groups.member == 2, treated.said / 2, treated.said),
        hits=treated.hits,
    )
    words = " ".join(make_fairness(off, groups).fields[0].findings)
    assert "In the group c it said" in words
    assert "too low, by more than chance" in words
    assert "In the group b it said" not in words


# ------------------------------------------------------------------ proxies and worth


def test_a_planted_proxy_is_named_first() -> None:
    rng = np.random.default_rng(0)
    inputs = make_inputs(1500, seed=0)
    age = rng.normal(45, 12, 1500)
    x = inputs.x.copy()
    x[:, 1] = age + rng.normal(0, 6, 1500)
    planted = Inputs(x=x, fields=inputs.fields, categorical=inputs.categorical)
    found = proxies(planted, groups_of(AGE, age), numbers=age)
    assert found is not None
    assert found.figure == "rank correlation"
    assert (found.tells["low"] or 0.0) > 0.7
    assert [one.field for one in found.fields] == ["field_1"]


def test_a_category_that_tells_a_group_is_named() -> None:
    groups = make_groups(1500, seed=0)
    inputs = make_inputs(1500, seed=0)
    x = inputs.x.copy()
    x[:, 3] = np.where(groups.member == 2, 4, x[:, 3])
    planted = Inputs(x=x, fields=inputs.fields, categorical=(3,))
    found = proxies(planted, groups)
    assert found is not None
    assert (found.figure, found.of) == ("AUC", "c")
    assert found.fields[0].field == "field_3"


def test_nothing_is_told_where_there_is_nothing_to_tell() -> None:
    named, sure = 0, 0
    for seed in range(12):
        found = proxies(make_inputs(600, seed=seed), make_groups(600, seed=seed), seed=seed)
        assert found is not None
        named += len(found.fields)
        sure += (found.tells["low"] or 0.0) > 0.5
    assert named <= 1
    assert sure <= 1


def test_too_few_leads_tell_nothing() -> None:
    few = Groups(names=("a", "b"), member=np.repeat([0, 1], [60, 20]))
    assert proxies(make_inputs(80, seed=0), few) is None
    ages = np.arange(50.0)
    assert proxies(make_inputs(50, seed=0), groups_of(AGE, ages), numbers=ages) is None


def test_a_field_that_helps_has_bought_something_and_noise_has_not() -> None:
    rng = np.random.default_rng(0)
    n = 2000
    helps, noise = rng.normal(size=n), rng.normal(size=n)
    hits = rng.random(n) < 1 / (1 + np.exp(1 - 1.5 * helps))
    for column, useful in ((helps, True), (noise, False)):
        added = Inputs(x=column.astype(np.float32)[:, None], fields=(("f", "f"),), categorical=())
        found = bought(make_inputs(n, seed=0), added, hits)
        assert found is not None
        assert ((found.difference["high"] or 0.0) < 0) is useful
        assert found.difference["value"] == pytest.approx(
            found.log_loss_with - found.log_loss_without
        )


def test_too_few_of_the_target_buy_nothing() -> None:
    hits = np.arange(500) < 20
    assert bought(make_inputs(500, seed=0), make_inputs(500, seed=1), hits) is None


def test_a_field_alone_is_told_by_leads_of_other_folds() -> None:
    inputs = make_inputs(400, seed=0)
    fold = np.arange(400) % 3
    target = (fold == 0).astype(np.float64)
    told = told_alone(inputs, 0, target, fold)
    assert (told[fold == 0] == 0).all()


def test_many_leads_are_sampled_in_their_order() -> None:
    rows = sample(np.arange(50_000), seed=0)
    assert len(rows) == MOST_ROWS
    assert (np.diff(rows) > 0).all()


# ------------------------------------------------------------------ words and JSON


def test_equal_input_gives_equal_findings() -> None:
    treated, groups = make_treated(900, seed=5), make_groups(900, seed=5)
    assert make_fairness(treated, groups).to_json() == make_fairness(treated, groups).to_json()


def test_a_field_that_is_not_scored_must_not_flip() -> None:
    treated, groups = make_treated(900, seed=5), make_groups(900, seed=5)
    fine = make_fairness(treated, groups).fields[0].findings[0]
    assert "not one of 900 leads changes tier" in fine
    wrong = make_fairness(treated, groups, changed=7).fields[0].findings[0]
    assert "this must not be" in wrong


def test_a_world_without_a_top_lead_is_no_error() -> None:
    treated, groups = make_treated(500, seed=1), make_groups(500, seed=1)
    none = Treated(tier=np.zeros(500, np.intp), tiers=TIERS, said=treated.said, hits=treated.hits)
    words = " ".join(make_fairness(none, groups).fields[0].findings)
    assert "their rates cannot be compared" in words
