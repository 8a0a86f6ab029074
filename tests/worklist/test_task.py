"""A task goes from state to state by the table alone, and two reps cannot both have it."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.worklist.task import (
    MOVES,
    Move,
    Override,
    Refusal,
    Task,
    TaskState,
    Terms,
    move,
    moves_from,
    settle,
)

STATES: tuple[TaskState, ...] = get_args(TaskState)
NAMES: tuple[Move, ...] = get_args(Move)
TASK = Task(id="t1", lead_id="L1", wave="1", tier="High", lane="priority", created_at=0, due_at=90)
LEASE = Terms(until=20)

Step = tuple[Move, str, int, Terms]
steps = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["ann", "bob"]),
        st.integers(0, 5),
        st.builds(
            Terms,
            until=st.none() | st.integers(0, 60),
            tier=st.sampled_from(["", "Low"]),
            reason=st.sampled_from(["", " ", "called before"]),
            manages=st.booleans(),
        ),
    ),
    max_size=14,
)


def made(task: Task, name: Move, *, by: str = "ann", at: int = 5, terms: Terms = LEASE) -> Task:
    found = move(task, name, by=by, at=at, terms=terms)
    assert isinstance(found, Task)
    return found


def refused(
    task: Task, name: Move, *, by: str = "ann", at: int = 5, terms: Terms = LEASE
) -> Refusal:
    found = move(task, name, by=by, at=at, terms=terms)
    assert isinstance(found, Refusal)
    return found


def walked(path: list[Step]) -> list[tuple[Task, Step, int, Task | Refusal]]:
    """Return each step of a path: the task before it, the step, its moment, what it gave."""
    task, now, found = TASK, 0, []
    for name, by, wait, terms in path:
        now += wait
        given_ = move(task, name, by=by, at=now, terms=terms)
        found.append((task, (name, by, wait, terms), now, given_))
        task = given_ if isinstance(given_, Task) else task
    return found


# ------------------------------------------------------------------ laws


@given(steps)
def test_every_step_is_one_of_the_table(path: list[Step]) -> None:
    for before, (name, _, _, _), _, after in walked(path):
        if isinstance(after, Task):
            assert after.state == MOVES[before.state, name]
        else:
            assert set(after.allowed) <= set(moves_from(before.state))
            assert (after.code == "held") <= (name not in after.allowed)
            assert after.words.endswith(".")
            assert (after.code == "no_such_move") == ((before.state, name) not in MOVES)


@given(steps)
def test_nothing_but_reopen_leads_out_of_done(path: list[Step]) -> None:
    for before, (name, _, _, _), _, after in walked(path):
        if before.state == "done" and isinstance(after, Task):
            assert (name, after.state) == ("reopen", "open")


@given(steps)
def test_a_task_carries_what_its_state_says_and_nothing_else(path: list[Step]) -> None:
    for _, _, _, task in walked(path):
        if isinstance(task, Task):
            claimed, asleep, done = (task.state == one for one in ("claimed", "snoozed", "done"))
            assert (bool(task.owner), task.lease_until is not None) == (claimed, claimed)
            assert (task.snoozed_until is not None) == asleep
            assert (bool(task.done_by), task.done_at is not None) == (done, done)
            assert (task.id, task.lead_id, task.created_at) == ("t1", "L1", 0)


@given(steps)
def test_while_a_claim_holds_no_other_rep_changes_the_task(path: list[Step]) -> None:
    for before, (name, by, _, terms), now, after in walked(path):
        bars = name in ("claim", "release", "complete", "snooze", "override")
        if before.held(now) and before.owner != by and bars and not terms.manages:
            assert isinstance(after, Refusal)
            assert after.code == "held"


@given(steps)
def test_an_override_stays_and_always_has_a_reason(path: list[Step]) -> None:
    for before, (name, _, _, _), _, after in walked(path):
        if isinstance(after, Task) and name != "override":
            assert after.override == before.override
        if isinstance(after, Task) and after.override:
            assert after.override.reason.strip()


def test_every_state_has_a_way_in_and_a_way_out() -> None:
    assert set(MOVES.values()) == set(STATES) == {before for before, _ in MOVES}
    assert {name for _, name in MOVES} == set(NAMES)
    assert moves_from("done") == ("reopen",)


# ------------------------------------------------------------------ claims


def test_two_claims_at_once_have_one_winner() -> None:
    won = made(TASK, "claim", by="ann")
    lost = refused(won, "claim", by="bob")
    assert (won.owner, won.lease_until) == ("ann", 20)
    assert lost.code == "held"
    assert lost.words == "The task is claimed by ann until 1970-01-01T00:00:00.000020Z."


def test_a_claim_holds_until_its_lease_is_over() -> None:
    won = made(TASK, "claim", by="ann")
    assert refused(won, "claim", by="bob", at=19, terms=Terms(until=40)).code == "held"
    taken = made(won, "claim", by="bob", at=20, terms=Terms(until=40))
    assert (taken.owner, taken.lease_until) == ("bob", 40)
    assert refused(taken, "complete", by="ann", at=21).code == "held"


def test_a_manager_may_release_but_not_claim_over_another() -> None:
    won = made(TASK, "claim", by="ann")
    assert refused(won, "claim", by="max", terms=Terms(until=40, manages=True)).code == "held"
    assert made(won, "release", by="max", terms=Terms(manages=True)).state == "open"


def test_ones_own_claim_again_prolongs_it() -> None:
    assert made(made(TASK, "claim"), "claim", at=9, terms=Terms(until=50)).lease_until == 50


def test_who_was_too_slow_may_still_complete_what_nobody_took() -> None:
    won = made(TASK, "claim", by="ann")
    done = made(won, "complete", by="ann", at=30)
    assert (done.state, done.done_by, done.done_at) == ("done", "ann", 30)


def test_a_rep_logs_a_call_without_a_claim() -> None:
    assert made(TASK, "complete").state == "done"
    assert made(made(TASK, "snooze"), "complete", at=6).state == "done"


# ------------------------------------------------------------------ the clock, and what is missing


def test_the_clock_ends_leases_and_snoozes_in_time() -> None:
    claimed, asleep = made(TASK, "claim"), made(TASK, "snooze")
    assert refused(claimed, "lapse", at=19).code == "not_yet"
    assert refused(asleep, "wake", at=19).code == "not_yet"
    for task in (claimed, asleep):
        assert settle(task, 19) == task
        assert settle(task, 20) == TASK
    assert settle(TASK, 99) == TASK


def test_a_person_who_wants_a_sleeping_task_claims_it() -> None:
    assert made(made(TASK, "snooze"), "claim", at=6).state == "claimed"


@pytest.mark.parametrize("until", [None, 4, 5])
@pytest.mark.parametrize("name", ["claim", "snooze"])
def test_a_claim_and_a_snooze_need_an_end_that_is_to_come(name: Move, until: int | None) -> None:
    assert refused(TASK, name, terms=Terms(until=until)).code == "incomplete"


@pytest.mark.parametrize(
    "terms", [Terms(tier="Low"), Terms(reason="r"), Terms(tier=" ", reason="r")]
)
def test_an_override_needs_a_tier_and_a_reason(terms: Terms) -> None:
    found = refused(TASK, "override", terms=terms)
    assert (found.code, found.words) == (
        "incomplete",
        "To override a task takes a tier and a reason.",
    )


def test_an_override_keeps_the_state() -> None:
    said = Terms(tier="Low", reason="called before")
    claimed = made(TASK, "claim")
    found = made(claimed, "override", at=6, terms=said)
    assert found.override == Override(tier="Low", reason="called before", by="ann", at=6)
    assert (found.state, found.owner, found.lease_until) == ("claimed", "ann", 20)


def test_a_move_that_the_state_does_not_have_is_refused_in_words() -> None:
    found = refused(TASK, "reopen")
    assert found == Refusal(
        code="no_such_move",
        words="The task is open: reopen is not among its moves.",
        allowed=("claim", "complete", "snooze", "override"),
    )


def test_a_reopened_task_is_as_it_was_made() -> None:
    assert made(made(TASK, "complete"), "reopen", at=9) == TASK
