"""Segment's shapes become events; what is wrong is said at once, and a repeat is the same event."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.event import Event
from leadscore.leads.event_reader import AHEAD, Call, Reading, read_events
from leadscore.leads.moment import DAY, HOUR, SECOND, moment_text
from leadscore.leads.schema import investor

NOW = 1_772_000_000 * SECOND
SCHEMA = investor()

KEYS = (
    *("userId", "anonymousId", "type", "event", "traits", "properties", "timestamp", "sentAt"),
    *("messageId", "batch", "income", "email", "company", "minutes", "name"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=20,
)


def read(raw: object, call: Call = "track", *, at: int = NOW, key: str = "") -> Reading:
    return read_events(raw, call=call, schema=SCHEMA, received_at=at, key=key)


def track(**more: object) -> dict[str, object]:
    return {"type": "track", "userId": "L1", "event": "property_view", **more}


def identify(**more: object) -> dict[str, object]:
    return {"type": "identify", "userId": "L1", "traits": {"income": 90_000}, **more}


def one(raw: object, call: Call = "track", *, at: int = NOW, key: str = "") -> Event:
    found = read(raw, call, at=at, key=key)
    assert found.faults == ()
    assert len(found.events) == 1
    return found.events[0]


def wrong(raw: object, call: Call = "track") -> list[tuple[str, int | None]]:
    found = read(raw, call)
    return [(fault.field, fault.row) for fault in found.faults]


# ------------------------------------------------------------------ shapes


def test_a_track_is_a_tracked_event() -> None:
    raw = track(messageId="m1", properties={"minutes": 3, "id": "P-7"}, context={"ip": "::1"})
    assert one(raw) == Event(
        message_id="m1",
        lead_id="L1",
        kind="tracked",
        name="property_view",
        values={"minutes": 3, "id": "P-7"},
        occurred_at=NOW,
        received_at=NOW,
    )


def test_an_identify_is_a_stated_event_and_a_contact() -> None:
    found = read(
        identify(messageId="m2", traits={"income": "$9,000", "email": "a@b.c"}), "identify"
    )
    assert [(event.kind, event.name, event.values) for event in found.events] == [
        ("stated", "identify", {"income": 9_000})
    ]
    assert [(contact.lead_id, contact.said) for contact in found.contacts] == [
        ("L1", {"email": "a@b.c"})
    ]
    assert found.contacts[0].occurred_at == NOW


def test_an_identify_that_says_nothing_still_makes_the_lead_known() -> None:
    found = read({"userId": "L1"}, "identify")
    assert (len(found.events), found.events[0].values, found.contacts) == (1, {}, ())


def test_a_batch_is_its_messages_in_order() -> None:
    raw = {"batch": [identify(messageId="a"), {"type": "page"}, track(messageId="b")]}
    found = read(raw, "batch")
    assert [event.message_id for event in found.events] == ["a", "b"]
    assert found.passed_over == 1
    assert found.faults == ()


def test_of_one_batch_what_stands_last_was_said_last() -> None:
    rows = [identify(traits={"income": income}) for income in (1, 2, 3)]
    events = read({"batch": rows}, "batch").events
    assert [event.values["income"] for event in sorted(events, key=lambda one: one.order)] == [
        1,
        2,
        3,
    ]
    assert {event.occurred_at for event in events} == {NOW}


@pytest.mark.parametrize(
    ("raw", "lead_id"),
    [
        ({"userId": "u", "anonymousId": "a"}, "u"),
        ({"userId": None, "anonymousId": "a"}, "a"),
        ({"userId": "", "anonymousId": "a"}, "a"),
        ({"userId": 17}, "17"),
        ({"userId": " u "}, "u"),
    ],
)
def test_a_lead_is_its_user_or_else_its_anonymous_id(raw: dict[str, object], lead_id: str) -> None:
    assert one({"event": "view", **raw}).lead_id == lead_id


def test_properties_that_are_nested_long_or_personal_are_not_kept() -> None:
    raw = {
        "url": "x" * 1001,
        "products": [1],
        "email": "a@b.c",
        "name": "Ada",
        "price": 350_000,
        "big": 1e300,
        "nan": float("nan"),
        "bad\nkey": 1,
        "new": True,
        "none": None,
    }
    assert one(track(properties=raw)).values == {"price": 350_000, "new": True, "none": None}


# ------------------------------------------------------------------ moments


def test_a_timestamp_is_when_it_was() -> None:
    at = NOW - 5 * DAY
    event = one(track(timestamp=moment_text(at)))
    assert (event.occurred_at, event.received_at) == (at, NOW)


def test_a_senders_clock_is_corrected_by_what_it_said_when_it_sent() -> None:
    wrong_by = 400 * DAY
    said, sent = moment_text(NOW + wrong_by - HOUR), moment_text(NOW + wrong_by)
    assert one(track(timestamp=said, sentAt=sent)).occurred_at == NOW - HOUR
    batch = {"batch": [track(timestamp=said)], "sentAt": sent}
    assert one(batch, "batch").occurred_at == NOW - HOUR


def test_a_timestamp_that_was_corrected_before_is_left_alone() -> None:
    raw = track(
        timestamp=moment_text(NOW - HOUR),
        originalTimestamp=moment_text(NOW - DAY),
        sentAt=moment_text(NOW - DAY),
    )
    assert one(raw).occurred_at == NOW - HOUR


@pytest.mark.parametrize("ahead", [1, AHEAD])
def test_a_clock_that_is_a_little_ahead_is_taken_as_now(ahead: int) -> None:
    assert one(track(timestamp=moment_text(NOW + ahead))).occurred_at == NOW


@pytest.mark.parametrize(
    "timestamp",
    [moment_text(NOW + AHEAD + 1), "1969-12-31T23:59:59Z", "yesterday", 1_772_000_000, ""],
)
def test_a_moment_that_cannot_be_is_a_fault(timestamp: object) -> None:
    assert wrong(track(timestamp=timestamp)) == [("timestamp", None)]
    assert wrong(track(sentAt="soon")) == [("sentAt", None)]


# ------------------------------------------------------------------ ids


def test_without_an_id_the_same_message_again_is_the_same_event() -> None:
    raw = track(timestamp=moment_text(NOW - HOUR), properties={"id": "P-7"})
    first, again = one(raw), one(raw, at=NOW + DAY)
    assert first.message_id == again.message_id
    other = one(track(timestamp=moment_text(NOW - HOUR), properties={"id": "P-8"}))
    assert other.message_id != first.message_id
    assert one(track(timestamp=moment_text(NOW - DAY))).message_id != first.message_id


def test_without_an_id_the_senders_clock_at_sending_changes_nothing() -> None:
    said = moment_text(NOW - HOUR)
    first = one(track(timestamp=said, sentAt=moment_text(NOW)))
    again = one(track(timestamp=said, sentAt=moment_text(NOW + HOUR)), at=NOW + 2 * HOUR)
    assert first.message_id == again.message_id


def test_without_id_and_timestamp_each_request_counts_unless_it_has_a_key() -> None:
    assert one(track()).message_id != one(track(), at=NOW + 1).message_id
    assert one(track(), key="k").message_id == one(track(), at=NOW + 1, key="k").message_id
    assert one(track(), key="k").message_id != one(track(), key="l").message_id
    for key in ("", "k"):
        rows = read({"batch": [track(), track()]}, "batch", key=key).events
        assert len({event.message_id for event in rows}) == 2


def test_two_identifies_that_differ_in_contact_data_alone_are_two() -> None:
    said = moment_text(NOW)
    ids = {
        one(identify(timestamp=said, traits={"email": email}), "identify").message_id
        for email in ("a@b.c", "d@e.f")
    }
    assert len(ids) == 2


# ------------------------------------------------------------------ faults


def test_all_faults_of_a_message_come_at_once() -> None:
    raw = {
        "event": " ",
        "properties": [1],
        "timestamp": "soon",
        "sentAt": 5,
        "messageId": "x" * 101,
    }
    assert wrong(raw) == [
        ("userId", None),
        ("event", None),
        ("properties", None),
        ("timestamp", None),
        ("sentAt", None),
        ("messageId", None),
    ]


def test_faults_of_a_batch_say_at_which_message_and_the_others_are_read() -> None:
    rows = [track(), 5, track(userId=None), {"type": "tract"}, {"type": ["track"]}, identify()]
    rows.append(identify(traits={"income": "a lot", "credit_score": 900, "email": 5}))
    found = read({"batch": rows}, "batch")
    assert [(fault.field, fault.row) for fault in found.faults] == [
        ("type", 1),
        ("userId", 2),
        ("type", 3),
        ("type", 4),
        ("traits.income", 6),
        ("traits.credit_score", 6),
        ("traits.email", 6),
    ]
    assert len(found.events) == 2


@pytest.mark.parametrize("raw", [None, [], {}, {"batch": 5}, {"batch": [track()] * 2501}])
def test_what_is_no_batch_is_one_fault(raw: object) -> None:
    found = read(raw, "batch")
    assert [fault.field for fault in found.faults] == ["batch"]
    assert "2,500" in found.faults[0].allowed


@pytest.mark.parametrize("call", ["identify", "track"])
def test_what_is_no_message_is_one_fault(call: Literal["identify", "track"]) -> None:
    assert [wrong(raw, call) for raw in (None, 5, [track()])] == [[("message", None)]] * 3


@pytest.mark.parametrize("user", ["", " ", "x" * 201, True, 1.5, ["a"], "a\0b", None])
def test_an_id_that_cannot_be_one_is_a_fault(user: object) -> None:
    assert wrong(track(userId=user)) == [("userId", None)]


def test_a_property_that_a_field_adds_up_must_be_an_amount() -> None:
    visit = {"userId": "L1", "event": "website_visit"}
    for bad in ("long", -1, True, [1]):
        assert wrong({**visit, "properties": {"minutes": bad}}) == [("properties.minutes", None)]
    for good in (None, 0, 2.5, "12"):
        assert one({**visit, "properties": {"minutes": good}}).values == {"minutes": good}
    assert one(track(properties={"minutes": -1})).values == {"minutes": -1}


def test_a_message_has_a_most_of_keys() -> None:
    many = {f"k{at}": at for at in range(251)}
    assert wrong(track(properties=many)) == [("properties", None)]
    assert wrong(identify(traits=many), "identify") == [("traits", None)]


@given(anything, st.sampled_from(["identify", "track", "batch"]))
def test_whatever_comes_is_read_or_faulted_and_never_both(raw: object, call: Call) -> None:
    found = read(raw, call)
    assert all(0 <= event.occurred_at <= NOW for event in found.events)
    assert all(event.message_id and event.lead_id for event in found.events)
    if call != "batch":
        assert len(found.events) == (0 if found.faults else 1)
