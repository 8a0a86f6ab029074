"""The moves that people make with tasks, and the clock's own."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any  # Any: what a request says

import pytest

from leadscore.errors import BadInput, Conflict, Gone, LeadscoreError, NotFound
from leadscore.flows.service.context import Rules
from leadscore.flows.service.lead_rows import MoveRow
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.service_rows import WebhookRow
from leadscore.flows.service.work.clock import settle_tasks, tell_due
from leadscore.flows.service.work.moves import LONGEST_CLAIM, LONGEST_SLEEP, Said, make_move
from leadscore.flows.service.work.steps import take_step
from leadscore.leads.moment import HOUR, MINUTE
from leadscore.worklist.task import Task, Terms, move
from tests.flows.service.leads.live import NOW, at
from tests.flows.service.work.scene import by, give, last_task, log, make, moved, row


@pytest.fixture
def desk(store: Store) -> Store:
    """Return a store with one lead to call."""
    give(store, row())
    return store


def settle(store: Store, now: int) -> int:
    with store.begin(write=True) as work:
        return settle_tasks(work, at(now))


def test_a_claim_holds_as_long_as_is_usual_or_as_it_says(desk: Store) -> None:
    usual = make(desk, "claim", context=by(rules=Rules(lease=7 * MINUTE)))
    assert (usual["state"], usual["owner"]) == ("claimed", "ann")
    assert last_task(desk).task.lease_until == NOW + 7 * MINUTE
    make(desk, "claim", minutes=90)
    assert last_task(desk).task.lease_until == NOW + 90 * MINUTE
    make(desk, "claim", until=NOW + HOUR)
    assert last_task(desk).task.lease_until == NOW + HOUR


def test_anothers_claim_is_a_conflict_that_says_until_when(desk: Store) -> None:
    make(desk, "claim")
    with pytest.raises(Conflict, match="claimed by ann until 2026-03-09T00:30:00Z") as caught:
        make(desk, "claim", context=by("bob"))
    # nothing that a person could do with it is open to who does not hold it
    assert caught.value.allowed == ""
    make(desk, "claim", context=by("bob", now=NOW + 30 * MINUTE))
    assert last_task(desk).task.owner == "bob"


def test_a_manager_may_release_what_another_holds_but_not_take_it(desk: Store) -> None:
    make(desk, "claim")
    with pytest.raises(Conflict):
        make(desk, "release", context=by("bob"))
    with pytest.raises(Conflict):
        make(desk, "claim", context=by("boss", "manager"))
    make(desk, "release", context=by("boss", "manager"))
    assert moved(desk) == [("claim", "ann", ""), ("release", "boss", "")]


def test_a_done_task_is_reopened_at_its_leads_newest_place(desk: Store) -> None:
    make(desk, "complete")
    assert last_task(desk).task.done_by == "ann"
    with pytest.raises(Conflict, match="claim is not among its moves") as caught:
        make(desk, "claim")
    assert caught.value.allowed == "reopen"
    give(desk, row(tier="Low", now=NOW + 1))
    assert last_task(desk).entry.score == 90.0
    make(desk, "reopen")
    found = last_task(desk)
    assert (found.task.state, found.task.done_by, found.entry.score) == ("open", "", 20.0)


def test_a_task_is_not_reopened_for_a_lead_that_is_not_to_be_called(desk: Store) -> None:
    make(desk, "complete")
    log(desk, "converted", id="o1")
    with pytest.raises(Conflict, match="The lead is converted"):
        make(desk, "reopen")
    with desk.begin(write=True) as work:
        work.leads.set_objection("L1", at=NOW)
    with pytest.raises(Conflict, match="objected"):
        make(desk, "reopen")


def test_an_older_task_is_not_reopened(desk: Store) -> None:
    first = last_task(desk).task.id
    give(desk, row(tier="Low", now=NOW + 1))
    make(desk, "complete")
    give(desk, row(tier="High", now=NOW + 2), now=NOW + 2)
    with pytest.raises(Conflict, match="newer task"), desk.begin(write=True) as work:
        make_move(work, by(), first, "reopen")


@pytest.mark.parametrize(
    ("name", "said", "fields"),
    [
        ("claim", {"minutes": 0}, ["minutes"]),
        ("claim", {"minutes": 24 * 60 + 1}, ["minutes"]),
        ("claim", {"until": NOW}, ["until"]),
        ("claim", {"until": NOW + LONGEST_CLAIM + 1}, ["until"]),
        ("claim", {"until": NOW + 5, "minutes": 5}, ["minutes"]),
        ("snooze", {}, ["until"]),
        ("snooze", {"until": NOW + LONGEST_SLEEP + 1}, ["until"]),
        ("override", {}, ["tier", "reason"]),
        ("override", {"tier": "Splendid", "reason": "x"}, ["tier"]),
        ("override", {"tier": "High", "reason": " "}, ["reason"]),
        ("override", {"tier": "High", "reason": "a\0b"}, ["reason"]),
        ("override", {"tier": "High", "reason": "x" * 1_001}, ["reason"]),
        ("lapse", {}, ["move"]),
        ("wake", {}, ["move"]),
    ],
)
def test_what_a_move_needs_is_asked_for_at_once(
    desk: Store, name: Any, said: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(BadInput) as caught:
        make(desk, name, **said)
    assert [one.field for one in caught.value.faults] == fields


def test_there_is_no_move_for_a_task_that_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound, match="no such task"), store.begin(write=True) as work:
        make_move(work, by(), "t1", "claim")


def test_of_ten_who_claim_at_once_one_wins(desk: Store) -> None:
    task_id = last_task(desk).task.id
    won: list[str] = []
    lost: list[LeadscoreError] = []

    def claim(actor: str) -> None:
        try:
            with desk.begin(write=True) as work:
                make_move(work, by(actor), task_id, "claim")
            won.append(actor)
        except Conflict as error:
            lost.append(error)

    race([lambda actor=f"rep{n}": claim(actor) for n in range(10)])  # type: ignore[misc]  # mypy cannot infer it
    assert len(won) == 1
    assert len(lost) == 9
    assert last_task(desk).task.owner == won[0]


def test_a_step_is_taken_again_from_where_others_left_the_task(desk: Store) -> None:
    stale = last_task(desk).task
    make(desk, "snooze", minutes=9)
    with desk.begin(write=True) as work:
        after = take_step(work, stale, claim, note=note)
    assert isinstance(after, Task)
    assert last_task(desk).task == after
    assert moved(desk)[-1][0] == "claim"


def test_a_step_that_others_always_outrun_is_a_conflict(desk: Store) -> None:
    with desk.begin(write=True) as work:
        outrun = Outrun(work)
        with pytest.raises(Conflict, match="Others move the task"):
            take_step(outrun, work.tasks.of("L1")[0].task, claim, note=note)  # type: ignore[arg-type]  # it has what a step needs


def test_a_step_of_a_task_that_is_gone_is_not_found(desk: Store) -> None:
    stale = last_task(desk).task
    with desk.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    with pytest.raises(NotFound), desk.begin(write=True) as work:
        take_step(work, stale, claim, note=note)


def test_claims_lapse_and_sleepers_wake(store: Store) -> None:
    give(store, row("a"), row("b"), row("c"))
    make(store, "claim", lead_id="a")
    make(store, "snooze", lead_id="b", minutes=20)
    assert settle(store, NOW + 20 * MINUTE - 1) == 0
    assert settle(store, NOW + 20 * MINUTE) == 1
    assert settle(store, NOW + HOUR) == 1
    assert settle(store, NOW + HOUR) == 0
    assert moved(store, "a") == [("claim", "ann", ""), ("lapse", "", "")]
    assert moved(store, "b") == [("snooze", "ann", ""), ("wake", "", "")]
    assert last_task(store, "a").task.owner == ""


def test_a_task_that_is_due_is_told_once(desk: Store) -> None:
    hook = WebhookRow(
        webhook_id="w1",
        url="https://a.example",
        secret="s",  # noqa: S106 -- it signs nothing here
        kinds=("task.due",),
        created_at=1,
        created_by="k",
    )
    with desk.begin(write=True) as work:
        work.webhooks.add(hook)
    with desk.begin(write=True) as work:
        assert tell_due(work, at(NOW + 24 * HOUR - 1)) == 0
        assert tell_due(work, at(NOW + 24 * HOUR)) == 1
        assert tell_due(work, at(NOW + 25 * HOUR)) == 0
        (told,) = work.deliveries.of("L1")
    assert json.loads(told.message.body) == {
        "type": "task.due",
        "timestamp": "2026-03-10T00:00:00Z",
        "data": {
            "lead_id": "L1",
            "task_id": last_task(desk).task.id,
            "tier": "High",
            "state": "open",
            "owner": None,
            "due_at": "2026-03-10T00:00:00Z",
        },
    }


def test_an_erased_leads_task_is_gone(desk: Store) -> None:
    task_id = last_task(desk).task.id
    with desk.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    with pytest.raises((NotFound, Gone)), desk.begin(write=True) as work:
        make_move(work, by(), task_id, "override", Said(tier="High", reason="x"))


def claim(task: Task) -> Any:
    return move(task, "claim", by="ann", at=NOW, terms=Terms(until=NOW + HOUR))


def note(before: Task, after: Task) -> MoveRow:
    return MoveRow(
        task_id=before.id,
        name="claim",
        actor="ann",
        at=NOW,
        before=before.state,
        after=after.state,
    )


class Outrun:
    """A transaction in which somebody else is always quicker."""

    def __init__(self, work: Work) -> None:
        self.tasks = self
        self.get = work.tasks.get

    def replace(self, before: Task, after: Task, move: MoveRow) -> bool:
        return replace(before) == after and move.actor == "nobody"


def race(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
