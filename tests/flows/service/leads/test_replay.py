"""A score is given again to the same bytes, or what is gone is named."""

import json
from typing import Any  # Any: JSON as a caller would write it

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, Conflict, Gone, NotFound
from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.leads.keeping import keep_score
from leadscore.flows.service.leads.lead_record import record_bytes
from leadscore.flows.service.leads.replay import replay_score
from leadscore.flows.service.leads.scoring import rescore
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import DAY
from leadscore.model.bundle import Model
from leadscore.score.record import Json, ScoreRecord
from tests.flows.service.leads.live import DIGEST, NOW, at, champion, take, track


def known(digest: str) -> Model | None:
    return champion().model if digest == DIGEST else None


def replay(
    store: Store, score_id: str = "", *, record: Any = None, gone: bool = False
) -> dict[str, Json]:
    with store.begin(write=False) as work:
        return replay_score(
            work, score_id, record=record, model_of=(lambda _: None) if gone else known
        )


def stateless(lead: dict[str, Any], *, reasons: int | None = None, **said: Any) -> ScoreRecord:
    """Return what ``POST /v1/score`` answers."""
    records = champion().records
    return {**records.record(lead, reasons=reasons, **said), "input": {**records.input(lead)}}


def keep(store: Store, record: ScoreRecord, *, lead_id: str | None = None) -> ScoreRow:
    with store.begin(write=True) as work:
        return keep_score(work, at(), record, lead_id=lead_id)


def test_every_score_of_a_lead_is_given_again_to_the_same_bytes(store: Store) -> None:
    take(store, {"userId": "L1", "traits": {"income": 90_000, "source": "Wéb"}}, "identify")
    take(store, track(event="visit", properties={"minutes": 7.3}), now=NOW + 1)
    take(store, track(), now=NOW + DAY + 1)
    take(store, track(event="visit", properties={"minutes": 9_000}), now=NOW + DAY + 2)
    with store.begin(write=True) as work:
        work.leads.set_objection("L1", at=NOW)
        rescore(work, at(NOW + 2 * DAY), ["L1"], causes={})
        rows = work.scores.of("L1", most=9)
    assert len(rows) == 5
    for row in rows:
        again = replay(store, row.score_id)
        record = again["record"]
        assert isinstance(record, dict)
        assert record_bytes(record) == row.record
        assert (again["same"], again["missing"], again["differs"]) == (True, [], [])


def test_a_score_whose_model_is_gone_says_so(store: Store) -> None:
    row = take(store, track()).scores["L1"]
    again = replay(store, row.score_id, gone=True)
    assert (again["same"], again["record"]) == (None, None)
    assert again["missing"] == [f"the model {DIGEST}"]


def test_a_score_that_was_changed_is_told_with_the_keys_that_differ(store: Store) -> None:
    record = {**stateless({"income": 5}), "score": 99.9}
    again = replay(store, record=record)
    assert (again["same"], again["differs"]) == (False, ["score"])
    assert replay(store, record={**stateless({"income": 5}), "more": 1})["differs"] == ["more"]


@given(
    lead=st.fixed_dictionaries(
        {"views": st.integers(0, 30)},
        optional={
            "income": st.integers(0, 10**6),
            "minutes": st.floats(0, 1_000),
            "source": st.sampled_from(["Web", "Fax", ""]),
            "asked": st.booleans(),
            "age": st.integers(0, 120),
        },
    ),
    lead_id=st.none() | st.just("L1"),
    as_of=st.sampled_from(["", "2026-03-09T00:00:00Z"]),
    reasons=st.none() | st.integers(0, 5),
)
def test_a_stateless_answer_is_replayed_from_what_it_carries(
    lead: dict[str, Any], lead_id: str | None, as_of: str, reasons: int | None
) -> None:
    answer = stateless(lead, reasons=reasons, lead_id=lead_id, as_of=as_of)
    # as a caller in JavaScript would keep it: 1.0 becomes 1
    kept = json.loads(json.dumps(answer), parse_float=lambda text: float(text))
    again = replay_score(NOTHING_KEPT, "", record=kept, model_of=known)
    assert (again["same"], again["differs"]) == (True, [])


#: A given record is replayed without the database.
NOTHING_KEPT: Any = None


def test_a_record_that_is_none_is_refused_with_every_fault(store: Store) -> None:
    with pytest.raises(BadInput) as caught:
        replay(store, "s9", record={"score_id": "s1", "model": {}, "input": {"a": []}})
    assert {one.field for one in caught.value.faults} == {
        "score_id",
        "lead_id",
        "as_of",
        "model.digest",
        "reasons",
        "input",
    }


def test_a_score_that_is_not_kept_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="'s9' is not kept"):
        replay(store, "s9")


@pytest.mark.parametrize("lead_id", [None, "L1"])
def test_a_stateless_score_that_is_kept_is_replayed_by_its_id(
    store: Store, lead_id: str | None
) -> None:
    row = keep(store, stateless({"income": 5, "age": 33}, reasons=2), lead_id=lead_id)
    assert row.lead_id == lead_id
    assert row.features == {"income": 5, "age": 33}
    assert replay(store, row.score_id)["same"] is True


def test_a_kept_score_names_the_lead_of_its_record_and_goes_with_it(store: Store) -> None:
    row = keep(store, stateless({"income": 5}, lead_id="L7"))
    assert row.lead_id == "L7"
    with store.begin(write=True) as work:
        work.leads.erase("L7", at=NOW)
    with store.begin(write=False) as work:
        assert work.scores.get(row.score_id) is None
    with pytest.raises(Gone):
        keep(store, stateless({"income": 5}, lead_id="L7"))


def test_a_kept_score_of_a_lead_that_objected_is_refused(store: Store) -> None:
    take(store, track())
    with store.begin(write=True) as work:
        work.leads.set_objection("L1", at=NOW)
    with pytest.raises(Conflict, match="objected"):
        keep(store, stateless({"income": 5}, lead_id="L1"))


def test_a_kept_score_changes_neither_the_leads_own_score_nor_the_worklist(store: Store) -> None:
    own = take(store, track()).scores["L1"]
    keep(store, stateless({"income": 5}, lead_id="L1"))
    with store.begin(write=True) as work:
        assert rescore(work, at(NOW + 1), ["L1"], causes={}) == {"L1": own}
        [task] = work.tasks.of("L1")
        assert task.entry.score == own.score
