"""Who comes at the same moment: one wins, the others are told, and nothing is lost or doubled."""

import threading
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from leadscore.errors import Unavailable
from leadscore.flows.service.lead_rows import Receipt
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import PromotionRow
from leadscore.leads.event import Event
from leadscore.store.sql.opening import open_store
from leadscore.store.sql.store import SqlStore
from tests.store.sql.makers import (
    hold,
    make_event,
    make_message,
    make_model,
    make_reply,
    make_score,
    make_task,
    make_webhook,
    make_work,
)
from tests.store.sql.racing import PATIENCE, claim_all, claim_in_processes, together

ROUNDS = 50
TASKS = [make_task(f"t{at}", lead_id=f"L{at}") for at in range(ROUNDS)]


@pytest.fixture
def with_tasks(store: SqlStore) -> SqlStore:
    """Return a store with a task for each round."""
    hold(store, *[one.lead_id for one in TASKS])
    with store.begin(write=True) as work:
        work.tasks.add([make_work(one.id, lead_id=one.lead_id) for one in TASKS])
    return store


def owners(store: Store) -> list[str]:
    with store.begin(write=False) as work:
        return [found.task.owner for one in TASKS if (found := work.tasks.get(one.id))]


def test_of_two_threads_that_claim_a_task_one_wins(with_tasks: SqlStore) -> None:
    start = threading.Barrier(2, timeout=PATIENCE)
    names = ("ann", "bob")
    won = together([partial(claim_all, with_tasks, TASKS, name, wait=start.wait) for name in names])
    assert [sum(both) for both in zip(*won, strict=True)] == [1] * ROUNDS
    assert owners(with_tasks) == ["ann" if ann else "bob" for ann in won[0]]


def test_of_two_processes_that_claim_a_task_one_wins(
    with_tasks: SqlStore, database_url: str
) -> None:
    won = claim_in_processes(database_url, TASKS, ("ann", "bob"))
    assert [sum(both) for both in zip(*won, strict=True)] == [1] * ROUNDS
    assert owners(with_tasks) == ["ann" if ann else "bob" for ann in won[0]]


def add(store: Store, *events: Event) -> Receipt:
    with store.begin(write=True) as work:
        return work.events.add(events)


def test_of_a_message_that_comes_several_times_at_once_one_is_kept(store: Store) -> None:
    hold(store, "L1")
    for at in range(ROUNDS):
        event = make_event(f"m{at}")
        other = replace(event, values={"by": "another"})
        found = together([partial(add, store, one) for one in (event, event, other)])
        assert sum(len(one.new) for one in found) == 1
        assert sum(len(one.repeated) + len(one.conflicts) for one in found) == 2
        kept_first = bool(found[2].conflicts)
        assert [bool(one.conflicts) for one in found[:2]] == [not kept_first] * 2


def test_batches_that_overlap_do_not_wait_for_each_other_forever(store: Store) -> None:
    leads = [f"L{at}" for at in range(20)]
    events = [make_event(f"m{at}", lead_id=lead) for at, lead in enumerate(leads)]

    def put(order: int) -> int:
        with store.begin(write=True) as work:
            work.leads.hold(leads[::order], at=1)
            return len(work.events.add(events[::order]).new)

    for _ in range(ROUNDS // 5):
        together([partial(put, order) for order in (1, -1, 1, -1)])
    with store.begin(write=False) as work:
        assert sum(map(len, work.events.of_many(leads).values())) == len(events)


def test_a_score_misses_no_event_that_came_at_the_same_moment(store: Store) -> None:
    def track(at: int) -> None:
        with store.begin(write=True) as work:
            work.leads.hold(["L1"], at=1)
            work.events.add([make_event(f"m{at}")])
            seen = len(work.events.of("L1"))
            work.scores.add([make_score(f"s{at}", features={"seen": seen})])

    for at in range(0, ROUNDS, 5):
        together([partial(track, at + more) for more in range(5)])
    with store.begin(write=False) as work:
        last = work.scores.latest("L1")
        assert last
        assert last.features["seen"] == len(work.events.of("L1")) == ROUNDS


def test_a_lead_that_is_erased_while_it_comes_in_is_gone(store: Store) -> None:
    def come(lead_id: str) -> None:
        with store.begin(write=True) as work:
            if work.leads.hold([lead_id], at=1):
                work.events.add([make_event("m" + lead_id, lead_id=lead_id)])

    def erase(lead_id: str) -> None:
        with store.begin(write=True) as work:
            work.leads.erase(lead_id, at=2)

    for at in range(ROUNDS):
        lead_id = f"L{at}"
        if at % 2:
            hold(store, lead_id)
        together([partial(come, lead_id), partial(erase, lead_id), partial(come, lead_id)])
        with store.begin(write=False) as work:
            assert work.leads.get(lead_id) is None
            assert work.events.of(lead_id) == []


def test_the_same_write_twice_at_once_is_made_once(store: Store) -> None:
    def write(key: str, who: int) -> bytes:
        with store.begin(write=True) as work:
            known = work.replies.reserve("k1", key, request="q", at=1)
            if known is None:
                known = make_reply(key, body=str(who).encode())
                work.replies.keep(known, lead_ids=[])
            return known.body

    for at in range(ROUNDS):
        assert len(set(together([partial(write, f"key{at}", who) for who in range(3)]))) == 1


def test_of_two_who_promote_one_wins(store: Store) -> None:
    digests = [f"d{at}" for at in range(4)]
    with store.begin(write=True) as work:
        for digest in digests:
            work.models.add(make_model(digest), {})

    def promote(digest: str, replaced: str | None) -> bool:
        row = PromotionRow(digest=digest, at=1, actor="k1", reason="better", replaced=replaced)
        with store.begin(write=True) as work:
            return work.promotions.add(row)

    for at in range(ROUNDS // 5):
        with store.begin(write=False) as work:
            live = work.promotions.live()
        replaced = live.digest if live else None
        others = [one for one in digests if one != replaced]
        assert sum(together([partial(promote, one, replaced) for one in others])) == 1, at


def test_a_lease_is_taken_by_one(store: Store) -> None:
    def take(holder: str, now: int) -> bool:
        with store.begin(write=True) as work:
            return work.leases.take("worker", holder=holder, now=now, until=now + 1)

    for now in range(ROUNDS):
        assert sum(together([partial(take, holder, now) for holder in "abc"])) == 1


def test_workers_share_the_deliveries_and_keep_each_leads_order(store: Store) -> None:
    leads = [f"L{at}" for at in range(8)]
    sent: list[tuple[str, str]] = []
    hold(store, *leads)
    with store.begin(write=True) as work:
        work.webhooks.add(make_webhook())
        work.outbox.add(
            [make_message(f"{lead} {at}", lead_id=lead) for at in range(5) for lead in leads]
        )

    def deliver() -> None:
        while True:
            with store.begin(write=True) as work:
                taken = work.deliveries.claim("w1", now=100, until=200, most=3)
            for one in taken:
                sent.append((str(one.message.lead_id), one.message.message_id))
                with store.begin(write=True) as work:
                    assert work.deliveries.settle(replace(one, state="sent"))
            with store.begin(write=False) as work:
                if not work.deliveries.counts()["waiting"]:
                    return

    together([deliver] * 4)
    assert Counter(sent).most_common(1)[0][1] == 1
    for lead in leads:
        mine = [message for of, message in sent if of == lead]
        assert mine == [f"{lead} {at}" for at in range(5)]


def test_a_due_task_is_told_by_one(with_tasks: SqlStore) -> None:
    def take() -> list[str]:
        with with_tasks.begin(write=True) as work:
            return [one.id for one in work.tasks.take_due(now=100, most=20)]

    found = [one for some in together([take] * 4) for one in some]
    assert len(found) == len(set(found))
    assert set(found) | set(take()) == {one.id for one in TASKS}


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as writer:
        writer.leads.set_objection("L1", at=5)
        with store.begin(write=False) as reader:
            found = reader.leads.get("L1")
    assert found
    assert found.objected_at is None


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_busy(
    store: Store, database_url: str
) -> None:
    hold(store, "L1")
    impatient = open_store(database_url, pool=2, timeout=0.2)

    def write() -> None:
        with impatient.begin(write=True) as work:
            work.leads.hold(["L1"], at=2)

    write()
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=2)
        with pytest.raises(Unavailable, match=r"locked by another process|held by another"):
            write()
    write()
    impatient.close()


def test_writers_of_one_process_are_told_too(database_kind: str, database_url: str) -> None:
    impatient = open_store(database_url, pool=1, timeout=0.2)
    why = "busy with other writers" if database_kind == "sqlite" else "connections are in use"

    def write() -> None:
        with impatient.begin(write=True) as work:
            work.leads.hold(["L1"], at=2)

    write()
    with impatient.begin(write=True), pytest.raises(Unavailable, match=why):
        write()
    write()
    impatient.close()
