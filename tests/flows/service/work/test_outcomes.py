"""What came of leads is written down once, corrected by appending, and settles their tasks."""

from typing import Any  # Any: JSON as a caller writes it

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, Conflict, Gone, NotFound
from leadscore.flows.service.ports import Store
from leadscore.flows.service.work.outcome_reader import read_outcome
from leadscore.flows.service.work.outcomes import log_outcome, log_outcomes
from leadscore.leads.moment import HOUR, moment_text
from leadscore.leads.outcome import standing
from tests.flows.service.leads.live import NOW
from tests.flows.service.work.scene import by, give, last_task, log, moved, row, tasks


@pytest.fixture
def desk(store: Store) -> Store:
    """Return a store with two leads to call."""
    give(store, row(), row("L2"))
    return store


def log_all(store: Store, *rows: object, key: str = "", now: int = NOW) -> dict[str, Any]:
    with store.begin(write=True) as work:
        return log_outcomes(work, by(now=now), rows, key=key)


def kept(store: Store, lead_id: str = "L1") -> list[str]:
    with store.begin(write=False) as work:
        return [one.kind for one in work.outcomes.of(lead_id)]


def test_a_conversion_is_kept_and_its_task_is_done(desk: Store) -> None:
    told = log(desk, "converted", value=500, occurred_at="2026-03-08T12:00:00Z", id="o1")
    assert told == {
        "id": "o1",
        "lead_id": "L1",
        "kind": "converted",
        "occurred_at": "2026-03-08T12:00:00Z",
        "recorded_at": "2026-03-09T00:00:00Z",
        "value": 500.0,
        "reason": None,
        "corrects": None,
        "repeated": False,
        "standing": {
            "state": "converted",
            "since": "2026-03-08T12:00:00Z",
            "value": 500.0,
            "reason": None,
            "contacted_at": "2026-03-08T12:00:00Z",
        },
        "done": [last_task(desk).task.id],
    }
    assert moved(desk) == [("complete", "ann", "converted")]
    assert last_task(desk, "L2").task.state == "open"


def test_a_step_on_the_way_leaves_the_task_to_its_holder(desk: Store) -> None:
    assert log(desk, "contacted")["done"] == []
    assert log(desk, "qualified")["standing"]["state"] == "qualified"
    assert last_task(desk).task.state == "open"


def test_a_correction_that_takes_back_a_loss_begins_a_new_wave(desk: Store) -> None:
    log(desk, "lost", reason="bought elsewhere", id="o1")
    log(desk, "withdrawn", corrects="o1", context=by(now=NOW + HOUR))
    assert [(one.task.wave, one.task.state) for one in tasks(desk)] == [
        ("2", "open"),
        ("1", "done"),
    ]
    log(desk, "lost", id="o3", context=by(now=NOW + 2 * HOUR))
    assert last_task(desk).task.state == "done"
    # a lost lead may come back
    log(desk, "contacted", context=by(now=NOW + 3 * HOUR))
    assert last_task(desk).task.wave == "3"


def test_without_a_model_a_correction_is_kept_and_the_task_waits_for_one(desk: Store) -> None:
    log(desk, "lost", id="o1")
    log(desk, "withdrawn", corrects="o1", context=by(champion=None))
    assert len(tasks(desk)) == 1
    give(desk, row(tier="Low", now=NOW + 1))
    assert len(tasks(desk)) == 2


def test_the_same_outcome_again_changes_nothing(desk: Store) -> None:
    first = log(desk, "lost", id="o1", reason="price")
    again = log(desk, "lost", id="o1", reason="price", context=by(now=NOW + HOUR))
    assert (again["repeated"], again["occurred_at"]) == (True, first["occurred_at"])
    assert kept(desk) == ["lost"]
    with pytest.raises(Conflict, match="other content"):
        log(desk, "lost", id="o1", reason="another")
    with pytest.raises(Conflict, match="other content"):
        log(desk, "lost", id="o1", reason="price", lead_id="L2")
    assert (kept(desk), kept(desk, "L2")) == (["lost"], [])


def test_an_outcome_without_an_id_is_known_by_what_it_says(desk: Store) -> None:
    when = "2026-03-01T00:00:00Z"
    one = log(desk, "contacted", occurred_at=when)
    assert log(desk, "contacted", occurred_at=when)["id"] == one["id"]
    assert log(desk, "contacted", occurred_at=when, lead_id="L2")["id"] != one["id"]
    with desk.begin(write=True) as work:
        body = {"lead_id": "L1", "kind": "contacted", "occurred_at": when}
        assert log_outcome(work, by(), body, key="k")["id"] != one["id"]


def test_the_audit_log_tells_it_by_ids(desk: Store) -> None:
    log(desk, "lost", id="o1", reason="moved to Malmö")
    log(desk, "lost", id="o1", reason="moved to Malmö")
    with desk.begin(write=False) as work:
        (line,) = work.trail.page(lead_id="L1", most=9)
    assert (line.action, line.actor, line.about, line.details) == ("outcome.write", "ann", "o1", {})


def test_all_faults_are_told_at_once(store: Store) -> None:
    with pytest.raises(BadInput) as caught:
        log(
            store,
            "won",
            lead_id=" ",
            occurred_at="soon",
            value=True,
            reason=7,
            corrects="",
            id="x" * 101,
        )
    fields = ["lead_id", "kind", "occurred_at", "value", "reason", "corrects", "id"]
    assert [one.field for one in caught.value.faults] == fields


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "lost", "value": 5}, "value"),
        ({"kind": "converted", "reason": "x"}, "reason"),
        ({"kind": "withdrawn"}, "kind"),
        ({"kind": "withdrawn", "corrects": "o9"}, "corrects"),
        ({"kind": "converted", "value": -1}, "value"),
        ({"kind": "converted", "value": "many"}, "value"),
        ({"kind": "converted", "value": float("nan")}, "value"),
        ({"kind": "converted", "occurred_at": moment_text(NOW + 2 * HOUR)}, "occurred_at"),
        ({"kind": "lost", "reason": "a\0b"}, "reason"),
        ({"kind": ["lost"]}, "kind"),
    ],
)
def test_what_does_not_fit_is_refused(desk: Store, said: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught, desk.begin(write=True) as work:
        log_outcome(work, by(), {"lead_id": "L1", **said})
    assert field in [one.field for one in caught.value.faults]
    assert kept(desk) == []


@pytest.mark.parametrize("body", [None, [], "lost", 7])
def test_what_is_no_outcome_is_refused(store: Store, body: object) -> None:
    with pytest.raises(BadInput, match="1 fault"), store.begin(write=True) as work:
        log_outcome(work, by(), body)


def test_a_lead_that_is_not_known_or_was_erased_has_no_outcomes(desk: Store) -> None:
    with desk.begin(write=True) as work:
        work.leads.erase("L2", at=NOW)
    with pytest.raises(Gone):
        log(desk, "lost", lead_id="L2")
    with pytest.raises(NotFound):
        log(desk, "lost", lead_id="nobody")
    with desk.begin(write=False) as work:
        assert work.leads.get("nobody") is None


def test_a_clock_that_is_a_little_ahead_is_no_fault(desk: Store) -> None:
    told = log(desk, "contacted", occurred_at=moment_text(NOW + HOUR))
    assert told["occurred_at"] == moment_text(NOW)


def test_of_many_the_good_ones_are_taken_and_the_others_told(desk: Store) -> None:
    with desk.begin(write=True) as work:
        work.leads.hold(["L3"], at=NOW)
        work.leads.erase("L3", at=NOW)
    log(desk, "contacted", lead_id="L2", id="o2")
    told = log_all(
        desk,
        {"lead_id": "L1", "kind": "contacted", "id": "o1"},
        {"lead_id": "L1", "kind": "contacted", "id": "o1"},
        {"lead_id": "L1", "kind": "lost", "id": "o1"},
        {"lead_id": "L2", "kind": "lost", "id": "o1"},
        {"lead_id": "L1", "kind": "contacted", "id": "o2"},
        {"lead_id": "L3", "kind": "lost"},
        {"lead_id": "L4", "kind": "lost"},
        {"lead_id": "L1", "kind": "won", "value": "x"},
        {"lead_id": "L2", "kind": "withdrawn", "corrects": "o1"},
        {"lead_id": "L1", "kind": "converted", "corrects": "o1", "value": 7},
        "lost",
    )
    assert (told["accepted"], told["repeated"]) == (2, 1)
    assert told["done"] == [last_task(desk).task.id]
    assert [(one["index"], one["field"]) for one in told["errors"]] == [
        (2, "id"),
        (3, "id"),
        (4, "id"),
        (5, "lead_id"),
        (6, "lead_id"),
        (7, "kind"),
        (7, "value"),
        (8, "corrects"),
        (10, "outcome"),
    ]
    assert (kept(desk), kept(desk, "L2")) == (["contacted", "converted"], ["contacted"])


def test_no_outcomes_are_none(store: Store) -> None:
    assert log_all(store) == {"accepted": 0, "repeated": 0, "done": [], "errors": []}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    raw=st.fixed_dictionaries(
        {},
        optional={
            "lead_id": st.just("L1") | anything,
            "kind": st.sampled_from(["lost", "converted", "withdrawn"]) | anything,
            "occurred_at": st.just("2026-03-01") | anything,
            "value": st.just(5) | anything,
            "reason": st.just("price") | anything,
            "corrects": st.just("o1") | anything,
            "id": st.just("o2") | anything,
        },
    )
)
def test_whatever_is_sent_is_an_outcome_or_has_faults(raw: dict[str, Any]) -> None:
    read = read_outcome(raw, now=NOW, mark="")
    assert (read.outcome is None) == bool(read.faults)
    if read.outcome is not None:
        assert standing([read.outcome], NOW).state in ("open", "lost", "converted")
        assert read_outcome(raw, now=NOW, mark="").outcome == read.outcome
        assert read_outcome({**raw, "more": 1}, now=NOW, mark="") == read


@pytest.mark.parametrize("lead_id", [7, "", " L1", "L\n1", "x" * 201, None])
def test_a_lead_id_is_a_plain_text(lead_id: object) -> None:
    read = read_outcome({"lead_id": lead_id, "kind": "lost"}, now=NOW, mark="")
    assert [one.field for one in read.faults] == ["lead_id"]
