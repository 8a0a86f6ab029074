"""A lead's scores are told one after the other, each with what changed in words."""

import json

import pytest

from leadscore.errors import Gone, NotFound
from leadscore.flows.service.leads.history import get_score, score_history
from leadscore.flows.service.leads.keeping import keep_score
from leadscore.flows.service.leads.scoring import rescore, rescore_idle
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import DAY
from leadscore.model.bundle import Model
from leadscore.score.record import Json
from tests.flows.service.leads.live import DIGEST, NOW, at, champion, take, track

OTHER = "e" * 64


def history(store: Store, *, now: int = NOW, most: int = 9) -> list[dict[str, Json]]:
    with store.begin(write=False) as work:
        return score_history(work, at(now), "L1", most=most)


def test_each_score_says_what_changed_since_the_one_before(store: Store) -> None:
    take(store, track(messageId="m1"))
    batch = [track(messageId=f"n{one}") for one in range(3)]
    take(store, {"batch": [*batch, track(event="inquiry")]}, "batch", now=NOW + 6 * DAY)
    last, first = history(store)
    before, after = first["score"], last["score"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert first["words"] == f"first scored: {before:.0f}"
    assert last["points"] == after - before
    assert "since Monday: " in str(last["words"])
    assert isinstance(last["parts"], list)
    words = {str(one["words"]) for one in last["parts"] if isinstance(one, dict)}
    assert words >= {"3 views", "asked"}


def test_a_counter_that_faded_is_told_as_being_idle(store: Store) -> None:
    visit = track(event="visit", properties={"minutes": 50})
    identify = {"type": "identify", "userId": "L1", "traits": {"income": 10}}
    take(store, {"batch": [identify, visit]}, "batch")
    assert rescore_idle(store, at(NOW + 20 * DAY)).scored == 1
    last = history(store)[0]
    assert "20 days idle" in str(last["words"])
    assert "since Mar 9" in str(last["words"])


def test_a_score_of_another_model_says_so(store: Store) -> None:
    take(store, track())
    rescore_idle(store, at(NOW + 1, live=champion(1, OTHER)))
    with store.begin(write=False) as work:
        told = score_history(work, at(NOW + 1, live=champion(1, OTHER)), "L1")
    [part] = told[0]["parts"] if isinstance(told[0]["parts"], list) else []
    assert isinstance(part, dict)
    assert (part["kind"], told[0]["model"]) == ("model", OTHER)


def test_scores_of_a_model_that_is_not_live_have_parts_where_it_can_be_fetched(
    store: Store,
) -> None:
    take(store, track(messageId="m1"))
    take(store, track(messageId="m2"), now=NOW + 1)
    context, asked = at(live=champion(1, OTHER)), []

    def fetch(digest: str) -> Model | None:
        asked.append(digest)
        return champion().model

    with store.begin(write=False) as work:
        without = score_history(work, context, "L1")
        fetched = score_history(work, context, "L1", model_of=fetch)
    assert without[0]["parts"] == []
    assert without[0]["points"] == fetched[0]["points"]
    assert fetched[0]["parts"]
    assert asked == [DIGEST]


def test_a_kept_score_stands_in_the_history_and_moves_nothing(store: Store) -> None:
    take(store, track())
    first = history(store)
    with store.begin(write=True) as work:
        record = champion().records.record({"income": 9}, lead_id="L1")
        keep_score(work, at(NOW + 1), {**record, "input": {"income": 9}})
    take(store, track(messageId="m2"), now=NOW + 2)
    last, kept, before = history(store)
    assert [before] == first
    assert (kept["cause"], kept["parts"]) == ("kept", [])
    assert "kept as it was asked for" in str(kept["words"])
    assert "earlier today" in str(last["words"])
    assert isinstance(last["score"], float)
    assert isinstance(before["score"], float)
    assert last["points"] == last["score"] - before["score"]


def test_a_lead_without_a_score_is_told_as_such(store: Store) -> None:
    take(store, {"userId": "L1"}, "identify")
    with store.begin(write=True) as work:
        work.leads.set_objection("L1", at=NOW)
        rescore(work, at(NOW + 1), ["L1"], causes={})
    assert [one["words"] for one in history(store)] == ["not scored", "not scored"]


def test_the_last_scores_come_first_and_no_more_than_asked(store: Store) -> None:
    for number in range(4):
        take(store, track(messageId=f"m{number}"), now=NOW + number)
    assert history(store, most=2) == history(store)[:2]


def test_the_history_of_no_lead_and_of_an_erased_one_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        history(store)
    take(store, track())
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    with pytest.raises(Gone):
        history(store)


def test_a_score_is_read_as_it_was_given(store: Store) -> None:
    row = take(store, track()).scores["L1"]
    with store.begin(write=False) as work:
        assert get_score(work, at(), row.score_id) == json.loads(row.record)
        with pytest.raises(NotFound, match="not kept"):
            get_score(work, at(), "s9")
