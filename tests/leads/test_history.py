"""Fields come from the whole history: arrival changes nothing, and nothing sees the future."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.event import Event, Scalar
from leadscore.leads.history import fields_at, last_active
from leadscore.leads.moment import DAY, HOUR
from leadscore.leads.schema import Field, Schema, investor
from leadscore.leads.values import conform_lead
from tests.leads.histories import COUNTERS, LAST, SCHEMA, events, said, tracked

moments = st.integers(0, LAST)


def number(value: Scalar) -> float:
    assert isinstance(value, int | float)
    return value


def at(history: list[Event], as_of: int = LAST) -> dict[str, Scalar]:
    return fields_at(history, SCHEMA, as_of)


# ------------------------------------------------------------------ laws


@given(events(), moments, st.data())
def test_the_order_of_arrival_changes_nothing(
    history: list[Event], as_of: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history))
    assert at(shuffled, as_of) == at(history, as_of)


@given(events(), events(), moments)
def test_what_comes_later_changes_nothing(
    history: list[Event], future: list[Event], as_of: int
) -> None:
    later = [
        replace(one, message_id=f"later {one.message_id}", occurred_at=as_of + 1 + one.occurred_at)
        for one in future
    ]
    assert at([*later, *history], as_of) == at(history, as_of)


@given(events(), moments, moments)
def test_a_message_that_comes_again_changes_nothing(
    history: list[Event], as_of: int, again: int
) -> None:
    repeats = [replace(one, received_at=one.received_at + again) for one in history]
    assert at([*repeats, *history], as_of) == at(history, as_of)


@given(events(kinds=("tracked",)), moments, moments)
def test_an_event_that_comes_late_counts_as_if_it_had_come_in_time(
    history: list[Event], as_of: int, delay: int
) -> None:
    late = [replace(one, received_at=one.received_at + delay) for one in history]
    assert at(late, as_of) == at(history, as_of)


@given(events(), events(kinds=("tracked",)), moments)
def test_an_event_never_lowers_a_counter(
    history: list[Event], more: list[Event], as_of: int
) -> None:
    added = [replace(one, message_id=f"more {one.message_id}") for one in more]
    before, after = at(history, as_of), at([*history, *added], as_of)
    assert set(before) <= set(after)
    assert all(number(after[name]) >= number(before[name]) for name in COUNTERS if name in before)


@given(events(), moments, st.integers(0, 3 * DAY))
def test_without_new_events_counters_only_fall_and_the_plain_ones_stay(
    history: list[Event], as_of: int, wait: int
) -> None:
    past = [one for one in history if one.occurred_at <= as_of]
    before, after = at(past, as_of), at(past, as_of + wait)
    assert set(before) == set(after)
    assert all(number(after[name]) <= number(before[name]) for name in COUNTERS if name in before)
    fading = ("lately", "fading", "fading_lately")
    assert all(after[name] == before[name] for name in before if name not in fading)


@given(events(kinds=("tracked",)), moments)
def test_a_window_counts_what_a_plain_counter_counts_of_that_span(
    history: list[Event], as_of: int
) -> None:
    young = [one for one in history if one.occurred_at > as_of - 2 * DAY]
    assert at(history, as_of).get("lately", 0) == at(young, as_of).get("views", 0)


@given(events(kinds=("tracked",)), moments)
def test_a_half_life_later_half_is_left(history: list[Event], as_of: int) -> None:
    past = [one for one in history if one.occurred_at <= as_of]
    if past:
        now, later = at(past, as_of)["fading"], at(past, as_of + DAY)["fading"]
        assert number(later) == pytest.approx(number(now) / 2)


@given(events(kinds=("tracked",)), moments, moments)
def test_old_events_may_be_summed_up_as_stated_counts(
    history: list[Event], one: int, other: int
) -> None:
    cut, as_of = sorted([one, other])
    counted = at(history, cut)
    summary = replace(said(cut), values=counted)
    young = [one for one in history if one.occurred_at > cut]
    before, after = at(history, as_of), at([summary, *young], as_of)
    windowless = [name for name in before if name not in ("lately", "fading_lately")]
    assert {name: after[name] for name in windowless} == {
        name: pytest.approx(before[name]) for name in windowless
    }


@given(events(), moments)
def test_the_fields_fit_the_schema(history: list[Event], as_of: int) -> None:
    found = at(history, as_of)
    faults = conform_lead(found, SCHEMA).faults
    assert [one for one in faults if one.field != "lead"] == []
    assert all(value is not None for value in found.values())


# ------------------------------------------------------------------ attributes


def test_an_attribute_is_what_was_said_last() -> None:
    history = [said(5, source="Web", budget=7), said(9, source="Fair")]
    assert at(history, 4) == {}
    assert at(history, 5) == {"source": "Web", "budget": 7}
    assert at(history, 9) == {"source": "Fair", "budget": 7}


def test_of_one_moment_what_came_to_be_known_last_holds_and_then_the_greater_id() -> None:
    first, second = (
        said(5, message_id="b", source="Web"),
        said(5, message_id="a", received_at=6, source="Fair"),
    )
    assert at([second, first])["source"] == "Fair"
    assert (
        at([said(5, message_id="b", source="Web"), said(5, message_id="a", source="Fair")])[
            "source"
        ]
        == "Web"
    )


def test_a_null_takes_back_what_was_said() -> None:
    assert at([said(1, source="Web"), said(2, source=None)]) == {}
    assert at([said(1, views=9), said(2, views=None), tracked("view", 0)])["views"] == 1


def test_what_the_schema_does_not_hold_is_no_field() -> None:
    assert at([said(1, note="secret", unheard=1)]) == {}


# ------------------------------------------------------------------ counters


def test_a_counter_counts_adds_or_says_whether() -> None:
    history = [
        tracked("view", 1),
        tracked("view", 2),
        tracked("visit", 3, minutes=2.5),
        tracked("visit", 4, minutes=0.25),
        tracked("visit", 5),
        tracked("ask", 6),
        tracked("ask", 7),
    ]
    found = at(history, 7)
    assert (found["views"], found["minutes"], found["asked"]) == (2, 2.75, 1)
    assert at(history, 5)["asked"] == 0


def test_a_property_that_is_no_amount_adds_nothing() -> None:
    amounts: list[Scalar] = [None, "a lot", -5, True, 1e13, float("nan")]
    history = [tracked("visit", place, minutes=one) for place, one in enumerate(amounts)]
    assert at(history)["minutes"] == 0.0


def test_a_sum_does_not_depend_on_the_order_of_its_parts() -> None:
    history = [tracked("visit", place, minutes=0.1) for place in range(10)]
    assert at(history)["minutes"] == 1.0


def test_a_stated_count_replaces_what_was_counted_until_then() -> None:
    history = [tracked("view", 1), tracked("view", 5), said(5, views=10), tracked("view", 6)]
    assert at(history, 4)["views"] == 1
    assert at(history, 5)["views"] == 10
    assert at(history, 6)["views"] == 11
    assert at([*history, said(8, views=2)], 8)["views"] == 2


def test_a_stated_flag_holds_until_something_happens() -> None:
    history = [tracked("ask", 1), said(2, asked=0), tracked("ask", 3)]
    assert [at(history, as_of)["asked"] for as_of in (1, 2, 3)] == [1, 0, 1]


def test_a_stated_count_ages_from_its_moment() -> None:
    history = [said(0, lately=4, fading=8.0)]
    assert at(history, DAY) == {"lately": 4, "fading": 4.0}
    assert at(history, 2 * DAY - 1)["lately"] == 4
    assert at(history, 2 * DAY)["lately"] == 0


def test_window_and_half_life_hold_together() -> None:
    history = [tracked("visit", 0), tracked("visit", 36 * HOUR)]
    assert at(history, 36 * HOUR)["fading_lately"] == 1.125
    assert at(history, 48 * HOUR)["fading_lately"] == 0.5


def test_a_whole_number_is_rounded_at_the_end() -> None:
    schema = Schema(
        name="s",
        fields=(
            Field(name="sum", type="integer", event="visit", adds="minutes"),
            Field(name="faded", type="integer", event="visit", half_life="1d"),
        ),
    )
    history = [tracked("visit", place, minutes=0.3) for place in range(5)]
    assert fields_at(history, schema, DAY) == {"sum": 2, "faded": 3}


# ------------------------------------------------------------------ what is missing


def test_a_lead_that_is_watched_has_zeros_for_what_it_did_not_do() -> None:
    found = at([tracked("other", 1)], 1)
    assert found == {
        "views": 0,
        "minutes": 0.0,
        "lately": 0,
        "fading": 0.0,
        "fading_lately": 0.0,
        "asked": 0,
    }


def test_a_lead_that_nobody_watches_has_no_counters_but_those_that_were_said() -> None:
    assert at([said(1, source="Web", views=3)]) == {"source": "Web", "views": 3}
    assert at([tracked("view", 2), said(1, source="Web")], 1) == {"source": "Web"}


def test_the_shipped_counters_come_from_the_worlds_events() -> None:
    history = [
        tracked("website_visit", 1, minutes=4),
        tracked("website_visit", 2, minutes=2),
        tracked("property_view", 3),
        tracked("financing_pre_approved", 4),
    ]
    found = fields_at(history, investor(), 4)
    assert found["website_visits"] == 2
    assert found["time_on_site_minutes"] == 6
    assert (found["property_views"], found["email_opens"]) == (1, 0)
    assert (found["financing_pre_approved"], found["inquiry_submitted"]) == (1, 0)


def test_a_lead_was_last_active_at_its_last_tracked_event() -> None:
    history = [tracked("view", 3), said(5, source="Web"), tracked("view", 9)]
    assert last_active(history, 8) == 3
    assert last_active(history, 2) is None
