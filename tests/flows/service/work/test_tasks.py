"""Tasks follow scores, and what a person said of them holds."""

from dataclasses import replace

import pytest

from leadscore.flows.service.context import Rules
from leadscore.flows.service.ports import Store
from leadscore.flows.service.work.tasks import close_tasks
from leadscore.leads.moment import DAY, HOUR
from leadscore.leads.schema import Field
from tests.flows.service.leads.live import NOW, SCHEMA, at, champion_of
from tests.flows.service.work.scene import by, give, last_task, log, make, moved, row, tasks


def test_a_lead_that_is_scored_is_to_be_called_by_its_tiers_time(store: Store) -> None:
    give(store, row())
    (found,) = tasks(store)
    assert (found.task.wave, found.task.tier, found.task.state) == ("1", "High", "open")
    assert found.task.due_at == NOW + 24 * HOUR
    assert (found.entry.score, found.entry.chance, found.entry.due_at) == (
        90.0,
        0.2,
        NOW + 24 * HOUR,
    )


def test_a_lead_without_a_score_has_no_task(store: Store) -> None:
    give(store, row(tier="Unscored"))
    assert tasks(store) == []


def test_some_leads_are_called_by_lot(store: Store) -> None:
    rows = [row(f"L{n}") for n in range(40)]
    give(store, *rows, rules=Rules(explore_share=0.5))
    lanes = [last_task(store, one.lead_id or "").task.lane for one in rows]
    assert 5 < lanes.count("explore") < 35
    give(store, row("M1"), rules=Rules(explore_share=0.0))
    assert last_task(store, "M1").task.lane == "priority"


def test_a_new_score_moves_the_task_and_brings_its_time_forward(store: Store) -> None:
    give(store, row(tier="Low"))
    later = NOW + DAY
    give(store, row(tier="High", now=later), now=later)
    (found,) = tasks(store)
    assert (found.task.tier, found.task.due_at) == ("High", later + 24 * HOUR)
    assert found.entry.score == 90.0


def test_a_lower_tier_puts_nothing_off(store: Store) -> None:
    give(store, row(tier="High"))
    give(store, row(tier="Low", now=NOW + 1), now=NOW + 1)
    (found,) = tasks(store)
    assert (found.task.tier, found.task.due_at, found.entry.score) == ("Low", NOW + DAY, 20.0)


def test_a_lead_that_lost_its_score_comes_last(store: Store) -> None:
    give(store, row())
    give(store, row(tier="Unscored", now=NOW + 1))
    (found,) = tasks(store)
    assert (found.task.tier, found.task.state, found.entry.score) == ("High", "open", None)


def test_a_new_wave_begins_when_the_tier_is_higher_than_when_the_last_was_done(
    store: Store,
) -> None:
    give(store, row(tier="Low"))
    give(store, row(tier="Medium", now=NOW + 1))
    make(store, "complete")
    for at_, tier in enumerate(("Medium", "Low", "Medium"), 2):
        give(store, row(tier=tier, now=NOW + at_))
        assert len(tasks(store)) == 1
    give(store, row(tier="High", now=NOW + 9), now=NOW + 9)
    assert [one.task.wave for one in tasks(store)] == ["2", "1"]
    assert last_task(store).task.tier == "High"


def test_a_claimed_task_stays_its_holders_when_the_score_changes(store: Store) -> None:
    give(store, row(tier="Low"))
    make(store, "claim")
    give(store, row(tier="High", now=NOW + 1))
    found = last_task(store).task
    assert (found.owner, found.state, found.tier) == ("ann", "claimed", "High")


def test_an_override_holds_whatever_the_score_says(store: Store) -> None:
    give(store, row(tier="Low"))
    make(store, "override", tier="High", reason="a friend of the house")
    assert last_task(store).entry.chance == pytest.approx(0.375)
    give(store, row(tier="Medium", now=NOW + 1, chance=0.05))
    found = last_task(store)
    assert found.entry.chance == pytest.approx(0.375)
    assert found.entry.due_at == NOW + 24 * HOUR


def test_a_customer_and_a_lost_lead_get_no_task(store: Store) -> None:
    with store.begin(write=True) as work:
        work.leads.hold(["L1", "L2"], at=NOW)
    log(store, "converted", value=500)
    log(store, "lost", lead_id="L2")
    give(store, row(), row("L2"))
    assert tasks(store) == tasks(store, "L2") == []


def test_a_task_that_is_closed_is_done_by_nobody_whoever_holds_it(store: Store) -> None:
    give(store, row())
    make(store, "claim")
    with store.begin(write=True) as work:
        (closed,) = close_tasks(work, by("bob"), {"L1": "converted", "nobody": "lost"})
        assert close_tasks(work, by("bob"), {"L1": "converted"}) == []
        assert close_tasks(work, by("bob"), {}) == []
    found = last_task(store).task
    assert (found.id, found.state, found.done_by, found.done_at) == (closed, "done", "", NOW)
    assert moved(store)[-1] == ("complete", "bob", "converted")


def test_what_a_conversion_would_bring_counts_where_a_field_says_it(store: Store) -> None:
    schema = replace(
        SCHEMA, fields=(*SCHEMA.fields, Field(name="deal", type="number", role="value"))
    )
    live = champion_of(schema)
    give(store, row(features={"deal": 900}), row("L2", features={}), live=live)
    assert last_task(store).entry.value == 900.0
    assert last_task(store, "L2").entry.value is None


def test_another_models_tiers_begin_no_wave_and_are_no_fault(store: Store) -> None:
    give(store, row(tier="Warm"))
    assert last_task(store).task.due_at is None
    make(store, "override", context=at(champion=None), tier="Hot", reason="as it was called")
    give(store, row(tier="High", now=NOW + 1))
    found = last_task(store).task
    assert (found.tier, found.due_at) == ("High", None)
    make(store, "complete")
    give(store, row(tier="Warm", now=NOW + 2))
    assert len(tasks(store)) == 1
