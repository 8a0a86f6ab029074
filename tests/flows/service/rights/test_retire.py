"""Old events go, and no field changes by that, now or later."""

import math
from dataclasses import replace
from typing import Any  # Any: makers take whatever fields their rows have

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.flows.service.rights.retire import RETENTION, Retired, retire
from leadscore.leads.event import Event, Scalar
from leadscore.leads.history import fields_at
from leadscore.leads.moment import DAY
from leadscore.leads.schema import Field, Schema

SCHEMA = Schema(
    name="counters",
    fields=(
        Field(name="income", type="integer"),
        Field(name="views", type="integer", event="view"),
        Field(name="week", type="integer", event="view", window="7d"),
        Field(name="minutes", type="number", event="visit", adds="minutes"),
        Field(name="fresh", type="number", event="visit", half_life="5d"),
        Field(name="warm", type="integer", event="mail", half_life="1d"),
        Field(name="both", type="number", event="call", half_life="3d", window="20d"),
        Field(name="asked", type="flag", event="inquiry"),
        Field(name="few", type="integer", event="fax", limits=(0, 2)),
    ),
)
NAMES = ("view", "visit", "mail", "call", "inquiry", "fax", "page")
NOW = 100 * DAY


def tracked(name: str = "view", at: int = 1, **said: Any) -> Event:
    return Event(
        message_id=f"{name} {at} {said}",
        lead_id="L1",
        kind="tracked",
        name=name,
        values=said,
        occurred_at=at,
        received_at=at,
    )


def stated(at: int = 1, **values: Scalar) -> Event:
    return Event(
        message_id=f"said {at} {values}",
        lead_id="L1",
        kind="stated",
        name="identify",
        values=values,
        occurred_at=at,
        received_at=at,
    )


def apply(events: list[Event], old: Retired) -> list[Event]:
    return [*(one for one in events if one.message_id not in old.gone), *old.stated]


def alike(one: dict[str, Scalar], other: dict[str, Scalar]) -> bool:
    return one.keys() == other.keys() and all(
        value == other[name]
        or math.isclose(float(value or 0), float(other[name] or 0), rel_tol=1e-6)
        for name, value in one.items()
    )


days = st.integers(0, 99).map(lambda day: day * DAY)
histories = st.lists(
    st.one_of(
        st.builds(tracked, st.sampled_from(NAMES), days | st.integers(0, NOW)),
        st.builds(
            lambda at, minutes: tracked("visit", at, minutes=minutes), days, st.floats(0, 100)
        ),
        st.builds(
            lambda at, name, value: stated(at, **{name: value}),
            days,
            st.sampled_from([one.name for one in SCHEMA.fields]),
            st.none() | st.integers(0, 3),
        ),
    ),
    max_size=25,
    unique_by=lambda one: one.message_id,
)


@given(events=histories, keep=st.integers(0, 99), again=st.integers(0, 40))
def test_no_field_changes_when_old_events_go(events: list[Event], keep: int, again: int) -> None:
    left = apply(events, retire(events, SCHEMA, before=NOW - keep * DAY, now=NOW))
    later = NOW + again * DAY
    left = apply(left, retire(left, SCHEMA, before=later - keep * DAY, now=later))
    new = [tracked("view", later + 1), tracked("visit", later + 1, minutes=2.5)]
    for at in (later, later + 1, later + 30 * DAY):
        known = fields_at([*events, *new], SCHEMA, at)
        assert alike(known, fields_at([*left, *new], SCHEMA, at))


@given(events=histories, keep=st.integers(0, 99))
def test_what_was_retired_once_is_retired(events: list[Event], keep: int) -> None:
    before = NOW - keep * DAY
    left = apply(events, retire(events, SCHEMA, before=before, now=NOW))
    assert retire(left, SCHEMA, before=before, now=NOW) == Retired()


@given(events=histories, keep=st.integers(0, 99))
def test_nothing_newer_and_nothing_that_a_person_said_goes(events: list[Event], keep: int) -> None:
    before = NOW - keep * DAY
    old = retire(events, SCHEMA, before=before, now=NOW)
    gone = [one for one in events if one.message_id in old.gone]
    assert all(one.kind == "tracked" and one.occurred_at < before for one in gone)


def test_what_counted_is_stated_for_the_last_moment_of_it() -> None:
    events = [tracked("view", 1), tracked("view", 2), tracked("view", 90 * DAY)]
    old = retire(events, SCHEMA, before=50 * DAY, now=NOW)
    assert old.gone == {events[0].message_id, events[1].message_id}
    (told,) = old.stated
    assert (told.name, told.occurred_at, told.received_at) == (RETENTION, 2, NOW)
    assert told.values["views"] == 2
    # a lead that is watched and did nothing else counts 0, and does so once nothing else is left
    assert told.values["asked"] == 0


def test_an_event_stays_while_a_window_reaches_back_to_it() -> None:
    events = [tracked("view", NOW - 6 * DAY), tracked("view", NOW - 8 * DAY)]
    old = retire(events, SCHEMA, before=NOW, now=NOW)
    assert old.gone == {events[1].message_id}


def test_an_event_stays_while_a_whole_number_fades_from_it() -> None:
    events = [tracked("mail", NOW - 23 * DAY), tracked("mail", NOW - 25 * DAY)]
    old = retire(events, SCHEMA, before=NOW, now=NOW)
    assert old.gone == {events[1].message_id}


def test_what_cannot_be_stated_stays_and_the_rest_goes() -> None:
    faxes = [tracked("fax", at) for at in range(3)]
    old = retire([*faxes, tracked("page", 5)], SCHEMA, before=NOW, now=NOW)
    assert old.gone == {tracked("page", 5).message_id}


def test_later_statements_take_the_place_of_earlier_ones() -> None:
    events: list[Event] = []
    for day in range(1, 90):
        events.append(tracked("view", day * DAY))
        now = (day + 10) * DAY
        events = apply(events, retire(events, SCHEMA, before=now - 10 * DAY + 1, now=now))
    assert len(events) < 5
    assert fields_at(events, SCHEMA, NOW)["views"] == 89


def test_a_lead_that_only_stated_things_keeps_them() -> None:
    assert retire([stated(1, income=5)], SCHEMA, before=NOW, now=NOW) == Retired()
    assert retire([], SCHEMA, before=NOW, now=NOW) == Retired()


@pytest.mark.parametrize("at", [3, 5])
def test_what_was_stated_later_holds(at: int) -> None:
    events = [tracked("view", 3), tracked("view", 2), stated(at, views=7)]
    left = apply(events, retire(events, SCHEMA, before=NOW, now=NOW))
    assert fields_at(left, SCHEMA, NOW)["views"] == 7
    assert not [one for one in left if one.kind == "tracked"]


def test_a_late_event_of_the_last_moment_is_not_counted_twice() -> None:
    first = tracked("view", 3)
    left = apply([first], retire([first], SCHEMA, before=NOW, now=NOW))
    late = replace(tracked("view", 3), message_id="late")
    left.append(late)
    left = apply(left, retire(left, SCHEMA, before=NOW, now=NOW))
    assert fields_at(left, SCHEMA, NOW)["views"] == 1
