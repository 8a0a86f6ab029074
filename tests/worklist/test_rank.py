"""The worklist has one order: total, by worth, whatever order the leads come in."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.moment import HOUR
from leadscore.leads.schema import DEFAULT_TIERS, Tier
from leadscore.worklist.rank import Entry, order, pressing, with_tier, worth

LOW, MEDIUM, HIGH = DEFAULT_TIERS
NOW = 100 * HOUR
numbers = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0, 1)

entries = st.lists(
    st.builds(
        Entry,
        lead_id=st.text("abc", min_size=1, max_size=3),
        score=st.none() | numbers.map(lambda one: 100 * one),
        chance=st.none() | numbers,
        value=st.none() | numbers.map(lambda one: 9000 * one),
        created_at=st.integers(0, NOW),
        due_at=st.none() | st.integers(0, 2 * NOW),
    ),
    max_size=12,
    unique_by=lambda one: one.lead_id,
)


def entry(lead_id: str = "L1", **more: object) -> Entry:
    base = Entry(lead_id=lead_id, score=50.0, chance=0.2, created_at=NOW)
    return replace(base, **more)  # type: ignore[arg-type]  # a maker takes any of the fields


@given(entries, st.data())
def test_the_order_does_not_depend_on_how_the_leads_come(
    leads: list[Entry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(leads))
    assert order(shuffled, now=NOW) == order(leads, now=NOW)


@given(entries)
def test_the_order_is_total(leads: list[Entry]) -> None:
    """Of any two one comes first, and any three agree: pairs are ordered as the whole is."""
    whole = order(leads, now=NOW)
    assert sorted(one.lead_id for one in whole) == sorted(one.lead_id for one in leads)
    for at, first in enumerate(whole):
        for second in whole[at + 1 :]:
            assert order([second, first], now=NOW) == (first, second)


@given(entries, st.integers(0, 14))
def test_the_first_ones_are_the_first_of_all(leads: list[Entry], most: int) -> None:
    assert order(leads, now=NOW, most=most) == order(leads, now=NOW)[:most]


@given(entries)
def test_the_unscored_come_last_and_worth_falls(leads: list[Entry]) -> None:
    whole = order(leads, now=NOW)
    scored = [one.score is not None for one in whole]
    assert scored == sorted(scored, reverse=True)
    worths = [worth(one, now=NOW) for one in whole if one.score is not None]
    assert worths == sorted(worths, reverse=True)
    assert all(worth(one, now=NOW) == 0 for one in whole if one.score is None)


@given(entries, st.integers(0, 5 * NOW))
def test_worth_rises_with_chance_value_and_time(leads: list[Entry], wait: int) -> None:
    for one in leads:
        now = worth(one, now=NOW, typical=10.0)
        assert worth(one, now=NOW + wait, typical=10.0) >= now
        if one.score is not None and one.chance is not None:
            assert worth(replace(one, chance=one.chance + 0.1), now=NOW, typical=10.0) >= now
        if one.value is not None:
            assert worth(replace(one, value=one.value + 1), now=NOW) >= worth(one, now=NOW)
        assert 1 <= pressing(one, now=NOW) <= 2


def test_the_clock_doubles_the_worth_at_most() -> None:
    fresh, overdue = entry(), entry(created_at=0, due_at=HOUR)
    assert worth(overdue, now=NOW) == 2 * worth(fresh, now=NOW)
    assert worth(overdue, now=9 * NOW) == 2 * worth(fresh, now=NOW)
    assert pressing(entry(due_at=NOW), now=NOW - 1) == 1
    assert pressing(entry(due_at=NOW), now=NOW) == 2


def test_a_fresh_lead_of_promise_comes_before_overdue_ones_of_little() -> None:
    low = entry("low", chance=0.03, score=9.0, created_at=0, due_at=HOUR)
    medium = entry("medium", chance=0.17, score=60.0, created_at=0, due_at=NOW)
    high = entry("high", chance=0.33, score=97.0)
    assert [one.lead_id for one in order([low, medium, high], now=NOW)] == ["medium", "high", "low"]


def test_equal_worth_goes_by_score_and_then_by_id() -> None:
    leads = [entry("b"), entry("a"), entry("c", score=51.0), entry("d", value=1.0, score=52.0)]
    assert [one.lead_id for one in order(leads, now=NOW)] == ["d", "c", "a", "b"]


def test_what_is_not_known_is_taken_as_typical() -> None:
    assert worth(entry(chance=0.2, value=500.0), now=NOW, typical=100.0) == pytest.approx(100)
    assert worth(entry(chance=0.2), now=NOW, typical=100.0) == pytest.approx(20)
    assert worth(entry(chance=None, score=50.0), now=NOW) == pytest.approx(0.5)


@pytest.mark.parametrize("tier", DEFAULT_TIERS, ids=lambda tier: tier.name)
def test_an_override_gives_the_tiers_chance_and_time(tier: Tier) -> None:
    found = with_tier(entry(), tier)
    assert tier.conversion is not None
    assert tier.due_hours is not None
    assert found.chance == pytest.approx(math.fsum(tier.conversion) / 2)
    assert found.due_at == NOW + tier.due_hours * HOUR


def test_an_override_to_a_tier_that_says_nothing_leaves_the_chance() -> None:
    found = with_tier(entry(due_at=5), Tier(name="Hot", share=0.1))
    assert (found.chance, found.due_at) == (0.2, None)
