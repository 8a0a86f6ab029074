"""What is done by the clock, on both databases."""

import pytest

from leadscore.errors import Unavailable
from leadscore.flows.service.context import Rules
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import DAY, HOUR
from leadscore.worker.jobs import (
    JOBS,
    Desk,
    Job,
    expire,
    perform,
    rescore,
    settle_tasks,
    tell_due,
)
from tests.flows.service.registry.models import digest_of, put_live
from tests.store.sql.makers import (
    hold,
    make_event,
    make_move,
    make_score,
    make_webhook,
    make_work,
    moved,
)
from tests.worker.desk import Clock

LEADS = [f"L{at}" for at in range(7)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store=store, clock=clock)


def say(store: Store, *lead_ids: str, at: int) -> None:
    """Say something of leads, and score nobody yet."""
    hold(store, *lead_ids)
    with store.begin(write=True) as work:
        work.events.add(
            [
                make_event(
                    f"m-{one}",
                    lead_id=one,
                    kind="stated",
                    name="",
                    values={"annual_income": 90_000.0, "age": 40},
                    occurred_at=at,
                    received_at=at,
                )
                for one in lead_ids
            ]
        )


def digests(store: Store) -> dict[str, str]:
    with store.begin(write=False) as work:
        return {lead_id: row.digest for lead_id, row in work.scores.latest_of(LEADS).items()}


def test_a_claim_that_is_over_is_opened_and_a_due_task_told_once(desk: Desk) -> None:
    now = desk.clock()
    hold(desk.store, "L1")
    entry = make_work("t1", created_at=now, due_at=now + HOUR)
    with desk.store.begin(write=True) as work:
        work.webhooks.add(make_webhook(kinds=("task.due",)))
        work.tasks.add([entry])
    claimed = moved(entry.task, "claim", by="ann", at=now, until=now + HOUR)
    with desk.store.begin(write=True) as work:
        assert work.tasks.replace(entry.task, claimed, make_move(entry.task, claimed, "claim"))
    assert (settle_tasks(desk), tell_due(desk)) == (0, 0)
    assert isinstance(desk.clock, Clock)
    desk.clock.ahead += 2 * HOUR
    assert (settle_tasks(desk), tell_due(desk)) == (1, 1)
    assert (settle_tasks(desk), tell_due(desk)) == (0, 0)
    with desk.store.begin(write=False) as work:
        (sent,) = work.deliveries.page("w1", most=9)
    assert sent.message.kind == "task.due"


def test_a_promotion_is_followed_once_by_a_score_of_every_lead(desk: Desk) -> None:
    say(desk.store, *LEADS, at=desk.clock() - HOUR)
    assert desk.follow() == 0
    for seed in (1, 2):
        put_live(desk.store, seed, now=desk.clock())
        assert desk.follow() == len(LEADS)
        assert desk.follow() == 0
        assert set(digests(desk.store).values()) == {digest_of(seed)}
        assert set(digests(desk.store)) == set(LEADS)


def test_rescoring_goes_through_all_leads_in_pieces(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadscore.worker.jobs._PIECE", 3)
    say(desk.store, *LEADS, at=desk.clock() - HOUR)
    put_live(desk.store, 1, now=desk.clock())
    assert rescore(desk) == len(LEADS)
    assert rescore(desk) == 0


def test_a_worker_that_is_to_end_stops_between_two_pieces_and_the_next_one_goes_on(
    desk: Desk,
) -> None:
    say(desk.store, *LEADS, at=desk.clock() - HOUR)
    put_live(desk.store, 1, now=desk.clock())
    desk.ending.set()
    assert desk.follow() == 0
    desk.ending.clear()
    assert desk.follow() == len(LEADS)


def test_what_is_too_old_goes_by_the_rules(desk: Desk) -> None:
    now = desk.clock()
    hold(desk.store, "L1")
    with desk.store.begin(write=True) as work:
        work.scores.add([make_score("s1", scored_at=now - 40 * DAY)])
        work.scores.add([make_score("s2", scored_at=now - DAY)])
    assert expire(desk) == 0
    desk.rules = Rules(keep_scores_days=30)
    assert [expire(desk), expire(desk)] == [1, 0]


def test_a_job_that_fails_stops_nothing_and_is_told_without_personal_data(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    def away(_: Desk) -> int:
        raise Unavailable("The database is away.", detail="it is starting")

    def mistaken(_: Desk) -> int:
        raise KeyError("ann@example.com")

    perform(desk, Job(name="away", every=1, call=away))
    perform(desk, Job(name="mistaken", every=1, call=mistaken))
    told = "".join(capfd.readouterr())
    assert "it is starting" in told
    assert "KeyError" in told
    assert "ann@example.com" not in told


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("job", JOBS, ids=lambda one: str(one.name))
def test_every_job_finds_nothing_to_do_in_an_empty_database(desk: Desk, job: Job) -> None:
    assert job.call(desk) == 0


def test_every_job_has_a_name_and_an_interval_of_its_own_kind() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    for job in JOBS:
        assert 60 % job.every == 0 or 3600 % job.every == 0
