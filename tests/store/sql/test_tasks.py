"""Tasks: one for a lead and a wave, moved by one conditional update."""

from dataclasses import replace
from typing import Any  # Any: makers take whatever fields their rows have

import pytest

from leadscore.flows.service.lead_rows import MoveRow, WorklistQuery, WorkRow
from leadscore.flows.service.ports import Store
from leadscore.worklist.task import Move, Task
from tests.store.sql.makers import hold, make_move, make_task, make_work, moved

SPAN = 60_000_000


@pytest.fixture
def made(store: Store) -> Store:
    """Return a store with two leads and a task."""
    hold(store, "L1", "L2")
    with store.begin(write=True) as work:
        work.tasks.add([make_work()])
    return store


def put(store: Store, before: Task, after: Task, name: Move) -> bool:
    with store.begin(write=True) as work:
        return work.tasks.replace(before, after, make_move(before, after, name))


def test_a_task_comes_back_as_it_was_made(store: Store) -> None:
    hold(store, "L1")
    work_row = make_work(due_at=None, lane="explore", score=None, chance=0.1 + 0.2, value=1e12)
    with store.begin(write=True) as work:
        assert work.tasks.add([work_row]) == {"t1"}
        assert work.tasks.get("t1") == work_row
        assert work.tasks.get("t2") is None


def test_a_lead_has_one_task_in_each_wave(made: Store) -> None:
    again, other = make_work("t2", tier="Low"), make_work("t3", wave="2", created_at=5)
    with made.begin(write=True) as work:
        assert work.tasks.add([again, other, make_work()]) == {"t3"}
        assert work.tasks.of("L1") == [other, make_work()]
        assert work.tasks.of("L2") == []
        assert work.tasks.add([]) == frozenset()


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("claim", {"until": SPAN}),
        ("snooze", {"until": SPAN}),
        ("complete", {}),
        ("override", {"tier": "Low", "reason": "moved away"}),
    ],
)
def test_a_move_is_kept_with_its_task(made: Store, name: Move, terms: dict[str, Any]) -> None:
    before = make_task()
    after = moved(before, name, **terms)
    assert put(made, before, after, name)
    with made.begin(write=False) as work:
        assert work.tasks.get("t1") == replace(make_work(), task=after)
        assert work.tasks.moves("t1") == [make_move(before, after, name)]


def test_a_task_that_somebody_else_moved_is_left_alone(made: Store) -> None:
    task = make_task()
    mine, theirs = (moved(task, "claim", by=by, until=SPAN) for by in ("ann", "bob"))
    assert put(made, task, mine, "claim")
    assert not put(made, task, theirs, "claim")
    assert not put(made, theirs, moved(theirs, "release", by="bob"), "release")
    later = moved(mine, "claim", until=2 * SPAN)
    assert put(made, mine, later, "claim")
    assert not put(made, mine, moved(mine, "complete"), "complete")
    with made.begin(write=False) as work:
        found = work.tasks.get("t1")
        assert found
        assert found.task == later
        assert [one.name for one in work.tasks.moves("t1")] == ["claim", "claim"]


def test_every_path_through_the_moves_can_be_kept(made: Store) -> None:
    task = make_task()
    path: list[tuple[Move, dict[str, Any]]] = [
        ("override", {"tier": "Low", "reason": "moved away"}),
        ("claim", {"until": SPAN}),
        ("release", {}),
        ("snooze", {"until": SPAN}),
        ("wake", {"at": SPAN}),
        ("claim", {"until": 2 * SPAN, "at": SPAN}),
        ("lapse", {"at": 2 * SPAN}),
        ("complete", {}),
        ("reopen", {}),
    ]
    for name, terms in path:
        after = moved(task, name, **terms)
        assert put(made, task, after, name)
        task = after
    with made.begin(write=False) as work:
        assert [one.name for one in work.tasks.moves("t1")] == [name for name, _ in path]
        found = work.tasks.get("t1")
        assert found
        assert found.task == task


def test_the_last_task_of_each_lead_is_found_done_or_not(made: Store) -> None:
    done = WorkRow(
        task=moved(make_task("t2", lead_id="L2"), "complete"),
        entry=make_work("t2", lead_id="L2").entry,
    )
    waves = [make_work(f"w{wave}", wave=wave, created_at=7) for wave in ("10", "9", "2")]
    with made.begin(write=True) as work:
        work.tasks.add([done])
        assert work.tasks.last_of(["L1", "L2", "L3"]) == {"L1": make_work(), "L2": done}
        work.tasks.add(waves)
        assert work.tasks.last_of(["L1"]) == {"L1": waves[0]}


def test_what_a_place_depends_on_changes_with_the_score(made: Store) -> None:
    entry = replace(make_work().entry, score=None, chance=0.5, value=7.0, due_at=55)
    with made.begin(write=True) as work:
        task = make_task(tier="Medium", due_at=55)
        rows = [WorkRow(task=replace(task, id=one), entry=entry) for one in ("t9", "t1")]
        work.tasks.appraise(rows)
        work.tasks.appraise([])
        assert work.tasks.get("t1") == WorkRow(task=task, entry=entry)
        assert work.worklist.page(WorklistQuery(now=0, tier="Medium")) == rows[1:]


def test_a_new_score_leaves_states_and_overrides_as_they_are(made: Store) -> None:
    task = make_task()
    said = moved(task, "override", tier="Medium", reason="a friend of the house")
    mine = moved(said, "claim", until=SPAN)
    assert put(made, task, said, "override")
    assert put(made, said, mine, "claim")
    with made.begin(write=True) as work:
        # whoever appraises has read the task before it was moved
        work.tasks.appraise([WorkRow(task=replace(task, tier="Low"), entry=make_work().entry)])
        found = work.tasks.get("t1")
        assert found
        assert found.task == replace(mine, tier="Low")
        assert len(work.worklist.page(WorklistQuery(now=0, tier="Medium"))) == 1
        assert not work.worklist.page(WorklistQuery(now=0, tier="Low"))


def test_the_tasks_that_somebody_claimed_are_found(made: Store) -> None:
    task = make_task()
    assert put(made, task, moved(task, "claim", by="ann", until=SPAN), "claim")
    with made.begin(write=False) as work:
        assert work.worklist.count(WorklistQuery(now=0, owner="ann")) == 1
        assert work.worklist.count(WorklistQuery(now=0, owner="bob")) == 0


def test_claims_and_sleeps_that_are_over_are_found(made: Store) -> None:
    hold(made, "L3")
    claimed = moved(make_task("c", lead_id="L2"), "claim", until=SPAN)
    asleep = moved(make_task("s", lead_id="L3"), "snooze", until=2 * SPAN)
    with made.begin(write=True) as work:
        work.tasks.add([WorkRow(task=one, entry=make_work().entry) for one in (claimed, asleep)])
    with made.begin(write=True) as work:
        assert work.tasks.elapsed(now=SPAN - 1, most=9) == []
        assert [one.id for one in work.tasks.elapsed(now=SPAN, most=9)] == ["c"]
        assert [one.id for one in work.tasks.elapsed(now=2 * SPAN, most=9)] == ["c", "s"]
        assert [one.id for one in work.tasks.elapsed(now=2 * SPAN, most=1)] == ["c"]


def test_a_task_is_told_to_be_due_once(made: Store) -> None:
    done = moved(make_task("d", lead_id="L2"), "complete")
    with made.begin(write=True) as work:
        work.tasks.add([WorkRow(task=done, entry=make_work().entry)])
        assert work.tasks.take_due(now=99, most=9) == []
        assert work.tasks.take_due(now=100, most=9) == [make_task()]
        assert work.tasks.take_due(now=101, most=9) == []


def test_a_move_says_why(made: Store) -> None:
    task = make_task()
    after = moved(task, "override", tier="Low", reason="moved away")
    note = MoveRow(
        task_id="t1",
        name="override",
        actor="ann",
        at=5,
        before="open",
        after="open",
        reason="moved away",
    )
    with made.begin(write=True) as work:
        assert work.tasks.replace(task, after, note)
        assert work.tasks.moves("t1") == [note]
