"""The worklist as people and machines read it."""

from typing import Any  # Any: JSON as a reader sees it

import pytest

from leadscore.errors import BadRequest, NotFound
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Store
from leadscore.flows.service.work.worklist import Wanted, read_task, read_worklist
from leadscore.leads.event import Contact
from tests.flows.service.leads.live import NOW, take, track
from tests.flows.service.work.scene import by, give, last_task, make, row


def read(store: Store, context: Context | None = None, **wanted: Any) -> Any:
    with store.begin(write=False) as work:
        return read_worklist(work, context or by(), Wanted(**wanted))


def ids(page: Any) -> list[str]:
    return [one["lead_id"] for one in page["items"]]


def test_an_item_says_whom_to_call_why_and_by_when(store: Store) -> None:
    give(store, row())
    with store.begin(write=True) as work:
        work.contacts.put(
            [Contact(lead_id="L1", name="A. Bee", email="a@b.example", occurred_at=1)]
        )
    page = read(store)
    assert page["total"] == 1
    (item,) = page["items"]
    assert {name: item[name] for name in ("lead_id", "tier", "score", "owner", "name")} == {
        "lead_id": "L1",
        "tier": "High",
        "score": 90.0,
        "owner": None,
        "name": "A. Bee",
    }
    assert item["due_at"] == "2026-03-10T00:00:00Z"
    assert item["worth"] == pytest.approx(0.2)
    assert item["reasons"] == ["L1 asked", "many views"]
    assert item["task"]["allowed"] == ["claim", "complete", "snooze", "override"]


def test_a_machine_is_not_told_whom_to_ask_for(store: Store) -> None:
    give(store, row())
    with store.begin(write=True) as work:
        work.contacts.put([Contact(lead_id="L1", name="A. Bee", occurred_at=1)])
    for people in (by(), by(role="manager"), by(role="admin")):
        assert "name" in read(store, people)["items"][0]
    assert "name" not in read(store, by(role="service"))["items"][0]


def test_the_order_is_by_what_calling_now_is_worth(store: Store) -> None:
    give(store, row("a", chance=0.1), row("b", chance=0.9), row("c", tier="Low", chance=0.5))
    assert ids(read(store)) == ["b", "c", "a"]
    assert ids(read(store, most=1, skip=1)) == ["c"]
    assert read(store, most=1)["total"] == 3
    assert ids(read(store, tier="Low")) == ["c"]
    assert ids(read(store, lane="explore")) == []


def test_a_rep_sees_what_is_free_and_a_manager_sees_all(store: Store) -> None:
    give(store, row("a"), row("b"), row("c"))
    make(store, "claim", lead_id="a")
    make(store, "snooze", lead_id="b", minutes=60)
    assert ids(read(store)) == ["a", "c"]
    assert ids(read(store, by("bob"))) == ["c"]
    assert ids(read(store, by("bob", "manager"))) == ["a", "b", "c"]
    assert ids(read(store, mine=True)) == ["a"]
    assert ids(read(store, by("bob", "admin"), mine=True)) == []


def test_an_overridden_tier_is_the_one_that_is_shown_and_asked_for(store: Store) -> None:
    give(store, row(tier="Low"))
    make(store, "override", tier="High", reason="met at the fair")
    assert read(store, tier="High")["items"][0]["tier"] == "High"
    assert read(store, tier="Low")["items"] == []


def test_reasons_are_those_of_the_leads_own_score_not_of_one_that_was_kept(store: Store) -> None:
    give(store, row())
    with store.begin(write=True) as work:
        kept = b'{"reasons":[{"phrase":"what if"}]}'
        work.scores.add([row(now=NOW + 5, cause="kept", record=kept)])
    assert read(store)["items"][0]["reasons"][0] == "L1 asked"


def test_a_score_without_reasons_has_none(store: Store) -> None:
    give(store, row())
    give(store, row(tier="Unscored", now=NOW + 1, record=b'{"reasons":null}'))
    item = read(store)["items"][0]
    assert (item["reasons"], item["worth"], item["score"]) == ([], 0.0, None)


@pytest.mark.parametrize("wanted", [{"most": 0}, {"most": 501}, {"skip": -1}, {"skip": 10_001}])
def test_a_page_that_cannot_be_had_is_refused(store: Store, wanted: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="no such page"):
        read(store, **wanted)


def test_one_task_is_read_with_its_moves(store: Store) -> None:
    give(store, row())
    make(store, "claim")
    make(store, "override", tier="Low", reason="moved away")
    with store.begin(write=False) as work:
        found: Any = read_task(work, by(), last_task(store).task.id)
        with pytest.raises(NotFound, match="no such task"):
            read_task(work, by(), "unheard of")
    assert found["owner"] == "ann"
    assert [(one["move"], one["actor"], one["reason"]) for one in found["moves"]] == [
        ("claim", "ann", None),
        ("override", "ann", "moved away"),
    ]
    assert found["task"]["override"] == {
        "tier": "Low",
        "reason": "moved away",
        "by": "ann",
        "at": "2026-03-09T00:00:00Z",
    }


def test_what_a_lead_does_is_in_the_worklist_once_it_is_taken(store: Store) -> None:
    take(store, track("L1"))
    take(store, {"userId": "L2", "traits": {"income": 290_000, "name": "C. Dee"}}, "identify")
    before = read(store)
    assert sorted(ids(before)) == ["L1", "L2"]
    for n in range(12):
        take(store, track("L1", messageId=f"m{n}"), now=NOW + n)
    after = read(store, by(now=NOW + 12))
    scores = [{one["lead_id"]: one["score"] for one in page["items"]} for page in (before, after)]
    assert scores[0]["L1"] != scores[1]["L1"]
    assert scores[0]["L2"] == scores[1]["L2"]
    worths = [one["worth"] for one in after["items"]]
    assert worths == sorted(worths, reverse=True)
    assert all(one["reasons"] for one in after["items"])
