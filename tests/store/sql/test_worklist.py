"""The worklist is the order of `leadscore.worklist.rank`, found without ranking every lead."""

from dataclasses import replace
from typing import Any  # Any: makers take whatever fields their rows have

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.flows.service.lead_rows import WorklistQuery, WorkRow
from leadscore.flows.service.ports import Store
from leadscore.worklist.rank import Entry, order
from tests.store.sql.makers import hold, make_move, make_task, make_work, moved

HOUR = 3_600_000_000


def ranks() -> st.SearchStrategy[dict[str, Any]]:
    """Places that collide often: few scores, chances and values, some of them missing."""
    return st.fixed_dictionaries(
        {
            "score": st.sampled_from([None, 0.0, 10.0, 50.0, 100 / 3]),
            "chance": st.none() | st.sampled_from([0.0, 0.1, 0.3]) | st.floats(1e-6, 1),
            "value": st.none() | st.sampled_from([0.0, 100.0]) | st.floats(1e-3, 1e9),
            "created_at": st.integers(0, 50 * HOUR),
            "due_at": st.none() | st.integers(-HOUR, 99 * HOUR),
        }
    )


def put(store: Store, rows: list[WorkRow]) -> None:
    hold(store, *{one.task.lead_id for one in rows})
    with store.begin(write=True) as work:
        work.tasks.add(rows)


def page(store: Store, **said: Any) -> list[WorkRow]:
    with store.begin(write=False) as work:
        return work.worklist.page(replace(WorklistQuery(now=0), **said))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(ranks(), min_size=1, max_size=25),
    now=st.integers(0, 100 * HOUR),
    typical=st.sampled_from([0.0, 1.0]) | st.floats(1e-3, 1e6),
    most=st.integers(1, 8),
    skip=st.integers(0, 4),
)
def test_a_page_is_what_ranking_all_tasks_would_give(
    store: Store,
    places: list[dict[str, Any]],
    now: int,
    typical: float,
    most: int,
    skip: int,
) -> None:
    rows = [make_work(f"t{at}", lead_id=f"L{at}", **place) for at, place in enumerate(places)]
    put(store, rows)
    try:
        found = page(store, now=now, typical=typical, most=most, skip=skip)
        whole = order([one.entry for one in rows], now=now, typical=typical)
        assert [one.entry for one in found] == list(whole[skip : skip + most])
    finally:
        with store.begin(write=True) as work:
            for one in rows:
                work.leads.erase(one.task.lead_id, at=1)
                work.leads.readmit(lead_id=one.task.lead_id)


@pytest.mark.parametrize("value", [None, 300.0])
def test_a_task_that_is_overdue_passes_one_of_up_to_twice_its_gain(
    store: Store, value: float | None
) -> None:
    fresh, overdue = (
        make_work(name, lead_id=name, chance=chance, value=value, due_at=due_at)
        for name, chance, due_at in (("fresh", 0.8, 99 * HOUR), ("overdue", 0.41, 0))
    )
    put(store, [fresh, overdue])
    assert page(store, most=1, typical=7.0) == [overdue]
    assert page(store, most=1, skip=1, typical=7.0) == [fresh]


def test_many_tasks_come_page_by_page_and_each_once(store: Store) -> None:
    rows = [
        make_work(f"t{at:03}", lead_id=f"L{at:03}", chance=(at * 37 % 101) / 101, due_at=at * HOUR)
        for at in range(120)
    ]
    put(store, rows)
    now = 60 * HOUR
    pages = [page(store, now=now, most=25, skip=at) for at in range(0, 125, 25)]
    found = [one.entry for some in pages for one in some]
    assert found == list(order([one.entry for one in rows], now=now))


def test_a_rep_sees_what_is_free_and_what_is_theirs(store: Store) -> None:
    span = HOUR
    tasks = {
        "open": make_task("open"),
        "mine": moved(make_task("mine"), "claim", by="ann", until=span),
        "theirs": moved(make_task("theirs"), "claim", by="bob", until=span),
        "lapsed": moved(make_task("lapsed"), "claim", by="bob", until=10),
        "asleep": moved(make_task("asleep"), "snooze", until=span),
        "awake": moved(make_task("awake"), "snooze", until=10),
        "done": moved(make_task("done"), "complete"),
    }
    put(
        store,
        [
            WorkRow(
                task=replace(task, lead_id=name), entry=replace(make_work().entry, lead_id=name)
            )
            for name, task in tasks.items()
        ],
    )
    free = {"open", "mine", "lapsed", "awake"}
    assert {one.task.id for one in page(store, now=20, viewer="ann")} == free
    assert {one.task.id for one in page(store, now=20)} == set(tasks) - {"done"}
    with store.begin(write=False) as work:
        assert work.worklist.count(WorklistQuery(now=20, viewer="ann")) == len(free)
        assert work.worklist.count(WorklistQuery(now=20, viewer="bob", most=1)) == len(free)


def test_a_lane_and_a_tier_may_be_asked_for(store: Store) -> None:
    rows = [
        make_work("a", lead_id="a", lane="explore"),
        make_work("b", lead_id="b", tier="Low"),
        make_work("c", lead_id="c"),
    ]
    put(store, rows)
    low = moved(rows[2].task, "override", tier="Low", reason="moved away")
    with store.begin(write=True) as work:
        work.tasks.replace(rows[2].task, low, make_move(rows[2].task, low, "override"))
    assert [one.task.id for one in page(store, lane="explore")] == ["a"]
    assert [one.task.id for one in page(store, tier="Low")] == ["b", "c"]
    assert [one.task.id for one in page(store, tier="High")] == ["a"]
    assert page(store, tier="High", lane="explore", viewer="ann", most=1)


@pytest.mark.parametrize("value", [None, 500.0])
def test_a_new_score_moves_a_task_at_once(store: Store, value: float | None) -> None:
    put(store, [make_work(name, lead_id=name, chance=0.5) for name in ("a", "b")])
    better = Entry(lead_id="b", score=90.0, chance=0.9, value=value, created_at=0)
    with store.begin(write=True) as work:
        work.tasks.appraise([WorkRow(task=make_task("b", lead_id="b"), entry=better)])
    assert [one.task.id for one in page(store)] == ["b", "a"]
