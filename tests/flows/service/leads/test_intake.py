"""Events are taken once, all or nothing, and each change scores its lead at once."""

import json
from typing import Any  # Any: JSON as a caller would write it

import pytest

from leadscore.errors import BadInput, Conflict, Gone, NoModel
from leadscore.flows.service.lead_rows import WorklistQuery
from leadscore.flows.service.leads.intake import take_events
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import HOUR, SECOND, moment_text
from tests.flows.service.leads.live import NOW, at, take, track


def identify(lead_id: str = "L1", **said: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": lead_id, **said}


def test_an_event_is_kept_scored_and_in_the_worklist_when_its_transaction_ends(
    store: Store,
) -> None:
    taken = take(store, track(messageId="m1"))
    assert (taken.accepted, taken.repeated, taken.faults) == (1, 0, ())
    assert taken.lead_ids == ("L1",)
    with store.begin(write=False) as work:
        [event] = work.events.of("L1")
        assert (event.message_id, event.name, event.occurred_at) == ("m1", "view", NOW)
        row = work.scores.latest("L1")
        assert row == taken.scores["L1"]
        assert row.cause == "m1"
        assert row.as_of == moment_text(NOW)
        assert row.features == {"views": 1, "week": 1, "minutes": 0.0, "asked": 0}
        [task] = work.worklist.page(WorklistQuery(now=NOW))
        assert (task.task.lead_id, task.entry.score) == ("L1", row.score)


def test_what_is_told_at_once_is_the_score_in_brief(store: Store) -> None:
    told = take(store, track(messageId="m1")).to_json()
    assert json.loads(json.dumps(told)) == told
    assert list(told) == ["accepted", "repeated", "passed_over", "errors", "scores"]
    [score] = [told["scores"]["L1"]] if isinstance(told["scores"], dict) else []
    assert isinstance(score, dict)
    assert list(score) == ["score_id", "score", "tier", "expected_conversion", "scored_at"]


def test_the_same_message_again_changes_nothing(store: Store) -> None:
    first = take(store, track(messageId="m1"))
    again = take(store, track(messageId="m1"), now=NOW + HOUR)
    assert (again.accepted, again.repeated, again.scores) == (0, 1, {})
    assert again.lead_ids == ("L1",)
    with store.begin(write=False) as work:
        assert len(work.events.of("L1")) == 1
        assert work.scores.of("L1", most=9) == [first.scores["L1"]]


def test_a_message_without_an_id_counts_once_under_one_key(store: Store) -> None:
    for key, views in (("a", 1), ("a", 1), ("b", 2)):
        take(store, track(), key=key)
        with store.begin(write=False) as work:
            assert len(work.events.of("L1")) == views


def test_another_content_under_the_same_id_is_a_conflict_and_changes_nothing(
    store: Store,
) -> None:
    take(store, track(messageId="m1"))
    with pytest.raises(Conflict, match="'m1' is there with other content"):
        take(store, track("L2", messageId="m1"))
    with store.begin(write=False) as work:
        assert work.leads.get("L2") is None


def test_every_fault_of_a_message_is_told_at_once(store: Store) -> None:
    with pytest.raises(BadInput) as caught:
        take(store, {"event": "", "timestamp": "yesterday"})
    assert {one.field for one in caught.value.faults} == {"userId", "event", "timestamp"}


def test_a_batch_takes_its_good_messages_and_names_the_others(store: Store) -> None:
    batch = [
        track(messageId="m1"),
        {"type": "page", "userId": "L1"},
        track("", messageId="m2"),
        identify("L2", messageId="m3", traits={"income": "a lot"}),
        track(messageId="m1"),
        track("L2", messageId="m1"),
        identify("L3", messageId="m4", traits={"income": "90,000"}),
    ]
    taken = take(store, {"batch": batch}, "batch")
    assert (taken.accepted, taken.repeated, taken.passed_over) == (2, 1, 1)
    assert [(one.row, one.field) for one in taken.faults] == [
        (2, "userId"),
        (3, "traits.income"),
        (5, "messageId"),
    ]
    assert sorted(taken.scores) == ["L1", "L3"]
    assert taken.scores["L3"].features == {"income": 90_000}


def test_a_later_request_may_not_contradict_an_earlier_one(store: Store) -> None:
    take(store, track(messageId="m1"))
    taken = take(store, {"batch": [track("L9", messageId="m1"), track(messageId="m2")]}, "batch")
    assert [(one.row, one.field) for one in taken.faults] == [(0, "messageId")]
    assert list(taken.scores) == ["L1"]


@pytest.mark.parametrize("raw", [{}, {"batch": {}}, [], {"batch": [{}] * 2_501}])
def test_what_is_no_batch_is_refused_whole(store: Store, raw: Any) -> None:
    with pytest.raises(BadInput, match="The batch call has 1 fault"):
        take(store, raw, "batch")


def test_a_batch_scores_each_lead_once_for_its_last_message(store: Store) -> None:
    batch = [track(messageId=f"m{n}", properties={"n": n}) for n in range(5)]
    taken = take(store, {"batch": batch}, "batch")
    with store.begin(write=False) as work:
        assert work.scores.of("L1", most=9) == [taken.scores["L1"]]
    assert taken.scores["L1"].features["views"] == 5
    assert taken.scores["L1"].cause == "m4"


def test_a_batch_without_messages_changes_nothing(store: Store) -> None:
    taken = take(store, {"batch": []}, "batch")
    assert (taken.accepted, taken.scores, taken.lead_ids) == (0, {}, ())


def test_an_erased_lead_does_not_come_back(store: Store) -> None:
    take(store, identify(messageId="m1", traits={"email": "Ann@Example.com"}), "identify")
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    with pytest.raises(Gone):
        take(store, track(messageId="m2"))
    with pytest.raises(Gone) as caught:
        take(store, identify("L7", traits={"email": "ann@example.com"}), "identify")
    assert "ann" not in caught.value.words().lower()
    with store.begin(write=False) as work:
        assert work.leads.count() == 0


def test_a_batch_names_the_messages_of_erased_leads_and_takes_the_others(store: Store) -> None:
    take(store, identify(traits={"email": "ann@example.com"}), "identify")
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    batch = [track(), identify("L2", traits={"email": "ann@example.com"}), track("L3")]
    taken = take(store, {"batch": batch}, "batch")
    assert [(one.row, one.field) for one in taken.faults] == [(0, "userId"), (1, "userId")]
    assert "ann" not in json.dumps(taken.to_json())
    assert taken.lead_ids == ("L3",)
    with store.begin(write=False) as work:
        assert [one.lead_id for one in work.leads.page(most=9)] == ["L3"]


def test_contact_data_is_kept_apart_and_is_never_scored(store: Store) -> None:
    traits = {"firstName": "Ann", "lastName": "Bee", "email": "ann@example.com", "income": 1}
    taken = take(store, identify(traits=traits), "identify")
    assert b"Ann" not in taken.scores["L1"].record
    with store.begin(write=False) as work:
        [event] = work.events.of("L1")
        assert event.values == {"income": 1}
        contact = work.contacts.get("L1")
        assert contact is not None
        assert contact.said == {"name": "Ann Bee", "email": "ann@example.com"}


def test_a_message_sent_again_does_not_put_an_old_contact_over_a_later_one(store: Store) -> None:
    first = identify(messageId="m1", traits={"email": "old@example.com"})
    take(store, first, "identify")
    take(store, identify(traits={"email": "new@example.com"}), "identify", now=NOW + SECOND)
    take(store, first, "identify", now=NOW + 2 * SECOND)
    with store.begin(write=False) as work:
        contact = work.contacts.get("L1")
        assert contact is not None
        assert contact.email == "new@example.com"


def test_a_late_event_counts_from_when_it_occurred(store: Store) -> None:
    early = moment_text(NOW - 30 * 24 * HOUR)
    late = take(store, track(messageId="m2", timestamp=early), now=NOW)
    assert late.scores["L1"].features["views"] == 1
    assert late.scores["L1"].features["week"] == 0


def test_without_a_live_model_nothing_is_taken(store: Store) -> None:
    with pytest.raises(NoModel), store.begin(write=True) as work:
        take_events(work, at(champion=None), track(), call="track")


def test_a_lead_of_which_nothing_is_known_is_unscored_with_a_note(store: Store) -> None:
    taken = take(store, identify(traits={"name": "Ann"}), "identify")
    row = taken.scores["L1"]
    assert (row.tier, row.score) == ("Unscored", None)
    assert json.loads(row.record)["notes"][0]["kind"] == "empty"
