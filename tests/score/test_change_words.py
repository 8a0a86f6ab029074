"""A change in words: whole points that add up, and phrases that a person would use."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import Field
from leadscore.score.change_words import (
    change_words,
    count_words,
    idle_words,
    shift_words,
    since_words,
    whole_points,
)
from leadscore.score.words import Value

points = st.floats(-100, 100).map(lambda one: round(one, 6))


@given(st.lists(points, max_size=8))
def test_whole_points_add_up_and_are_near(parts: list[float]) -> None:
    whole = whole_points(parts)
    assert abs(sum(whole) - math.fsum(parts)) <= 0.5 + 1e-9
    assert all(abs(one - part) < 1 for one, part in zip(whole, parts, strict=True))
    assert all(one * part >= 0 for one, part in zip(whole, parts, strict=True))


@given(st.lists(points, min_size=1, max_size=6), st.permutations(range(6)))
def test_the_whole_is_rounded_alike_in_any_order(parts: list[float], order: list[int]) -> None:
    shuffled = [parts[at] for at in order if at < len(parts)]
    assert sum(whole_points(shuffled)) == sum(whole_points(parts))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [([], []), ([0.5], [1]), ([-0.5], [-1]), ([0.4, 0.4], [1, 0]), ([-0.4, -0.4], [0, -1])],
)
def test_halves_go_away_from_zero(parts: list[float], whole: list[int]) -> None:
    assert whole_points(parts) == whole


def test_only_the_first_parts_are_named_and_small_ones_left_out() -> None:
    parts = [("a", 5.0), ("b", -4.0), ("c", 3.0), ("d", 2.0), ("e", -1.0), ("f", 0.1)]
    assert change_words(50.0, 55.1, parts) == "up 5: a (+5), b (−4), c (+3), other (+1)"
    assert change_words(50.0, 55.1, parts, most=9).endswith("d (+2), e (−1)")
    assert (
        change_words(50.0, 50.1, [("f", 0.1)], since="since Tuesday") == "unchanged since Tuesday"
    )
    assert change_words(50.0, 53.0, []) == "up 3"


INCOME = Field(name="income", type="integer", unit="USD a year", phrase="annual income")
ASKED = Field(name="asked", type="flag", phrase="question asked")
SOURCE = Field(name="source", type="category")
SEEN = Field(name="last_seen", type="time")
VIEWS = Field(name="views", type="integer", event="page_view")


@pytest.mark.parametrize(
    ("field", "before", "after", "words"),
    [
        (INCOME, 9e4, 1.2e5, "annual income up from 90,000 to 120,000 USD a year"),
        (INCOME, 1.2e5, 9e4, "annual income down from 120,000 to 90,000 USD a year"),
        (INCOME, None, 9e4, "annual income now 90,000 USD a year"),
        (INCOME, 9e4, None, "annual income not given any more"),
        (ASKED, 0.0, 1.0, "question asked"),
        (ASKED, 1.0, 0.0, "question asked: no"),
        (SOURCE, "Web", "Fair", "source now Fair"),
        (SOURCE, "Web", None, "source not given any more"),
        (SEEN, None, 86_400.0, "last seen 1970-01-02"),
        (VIEWS, None, 0.0, "views now 0"),
    ],
)
def test_a_shift_says_what_is_new(field: Field, before: Value, after: Value, words: str) -> None:
    assert shift_words(field, before, after) == words


@pytest.mark.parametrize(
    ("event", "n", "words"),
    [
        ("property_view", 1, "1 property view"),
        ("property_view", 1200, "1,200 property views"),
        ("property-inquiry", 2, "2 property inquiries"),
        ("site_survey", 2, "2 site surveys"),
        ("cash day", 2, "2 cash days"),
        ("search", 2, "2 searches"),
        ("Inquiry Submitted", 1, "inquiry submitted once"),
        ("Inquiry Submitted", 3, "inquiry submitted 3 times"),
        ("view", 2.5, "2.5 views"),
    ],
)
def test_events_are_counted_in_words(event: str, n: float, words: str) -> None:
    assert count_words(event, n) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "earlier activity counts less"), (1, "1 day idle"), (1500, "1,500 days idle")],
)
def test_idle_days_are_said(days: int, words: str) -> None:
    assert idle_words(days) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (dt.date(2026, 3, 9), "since earlier today"),
        (dt.date(2026, 3, 8), "since yesterday"),
        (dt.date(2026, 3, 7), "since Saturday"),
        (dt.date(2026, 3, 3), "since Tuesday"),
        (dt.date(2026, 3, 2), "since Mar 2"),
        (dt.date(2025, 12, 31), "since Dec 31, 2025"),
        (dt.date(2026, 3, 10), "since Mar 10"),
    ],
)
def test_since_when_is_said_as_people_do(then: dt.date, words: str) -> None:
    assert since_words(then, dt.date(2026, 3, 9)) == words
