"""Messages reach every webhook: at least once, in order for each lead, whatever others do."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable

import pytest

from leadscore.flows.service.ports import Store
from leadscore.leads.moment import DAY, MINUTE, SECOND
from leadscore.worker.jobs import Desk
from tests.worker.desk import Clock, add_webhook, dispatching, settled_as, tell
from tests.worker.receiver import Got, Handler, receiving

#: What a receiver that behaves badly does.
WAYS: dict[str, Callable[[Handler, Got], None]] = {
    "hangs": lambda handler, _: handler.hang(),
    "drips": lambda handler, _: handler.drip(),
    "fails": lambda handler, _: handler.answer(500),
    "redirects": lambda handler, _: handler.answer(302, location="http://169.254.169.254/"),
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store=store, clock=clock)


def test_what_is_told_is_sent_to_everybody_who_asked(desk: Desk) -> None:
    with receiving() as one, receiving() as other:
        add_webhook(desk.store, "w1", one.url)
        add_webhook(desk.store, "w2", other.url)
        tell(desk.store, "n1", "n2")
        with dispatching(desk):
            one.wait_for(2)
            other.wait_for(2)
        assert one.ids() == other.ids() == ["n1", "n2"]
    assert [one.status for one in settled_as(desk.store, "w1", "sent")] == [200, 200]


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("way", [*WAYS, "is away"])
def test_one_that_behaves_badly_delays_nobody_else(desk: Desk, way: str) -> None:
    """The bad one is still at its first message when all the others have all of theirs."""
    with receiving(WAYS.get(way)) as bad, receiving() as good:
        # so many that any shared pool of threads or connections would be used up
        for number in range(10):
            url = "http://127.0.0.1:9" if way == "is away" else bad.url
            add_webhook(desk.store, f"bad{number}", url)
        add_webhook(desk.store, "good", good.url)
        for lead in range(12):
            tell(desk.store, f"{lead}-1", f"{lead}-2", lead_id=f"L{lead}")
        with dispatching(desk, time_limit=30.0):
            good.wait_for(24)
            waiting = [*settled_as(desk.store, "bad0", "waiting")]
            bad.ended.set()
        assert len(waiting) == 24
        if way in ("hangs", "drips"):
            assert {one.error for one in waiting} == {None}
        assert len(set(good.ids())) == 24


def test_a_leads_messages_come_in_their_order_though_attempts_fail(
    desk: Desk, clock: Clock
) -> None:
    taken: dict[str, list[str]] = defaultdict(list)
    tried: dict[str, int] = defaultdict(int)
    done, lock = threading.Event(), threading.Lock()

    def behave(handler: Handler, got: Got) -> None:
        name = got.headers["webhook-id"]
        with lock:
            tried[name] += 1
            # every third message is taken at its third attempt only
            fails = int(name[-1]) % 3 == 0 and tried[name] < 3
            if not fails:
                taken[name.split("-")[0]].append(name)
        handler.answer(500 if fails else 200)
        # the next attempt is due soon, and other leads' messages go on meanwhile
        clock.ahead += 2 * SECOND
        if sum(len(one) for one in taken.values()) >= 30:
            done.set()

    with receiving(behave) as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        for lead in range(5):
            tell(desk.store, *(f"L{lead}-{at}" for at in range(6)), lead_id=f"L{lead}")
        with dispatching(desk):
            while not done.wait(0.05):
                clock.ahead += SECOND
    assert dict(taken) == {f"L{lead}": [f"L{lead}-{at}" for at in range(6)] for lead in range(5)}


def test_a_worker_that_died_between_sending_and_writing_it_down_sends_again(
    desk: Desk, clock: Clock
) -> None:
    with receiving() as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        tell(desk.store, "n1")
        now = clock()
        with desk.store.begin(write=True) as work:
            # claimed by a worker that is never heard of again
            assert work.deliveries.claim("w1", now=now, until=now + MINUTE, most=1)
        with dispatching(desk):
            time.sleep(0.2)
            assert receiver.ids() == []
            clock.ahead += 2 * MINUTE
            receiver.wait_for(1)
        assert receiver.ids() == ["n1"]
    (sent,) = settled_as(desk.store, "w1", "sent")
    assert sent.attempts == 2


def test_a_message_that_is_never_taken_is_dead_after_a_day_and_can_be_sent_again(
    desk: Desk, clock: Clock
) -> None:
    well = threading.Event()
    tried = []

    def behave(handler: Handler, got: Got) -> None:
        tried.append(got.headers["webhook-id"])
        handler.answer(200 if well.is_set() else 503)

    with receiving(behave) as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        tell(desk.store, "n1", "n2")
        with dispatching(desk):
            while not settled_as(desk.store, "w1", "dead"):
                clock.ahead += DAY
                time.sleep(0.02)
            well.set()
            clock.ahead += DAY
            while not settled_as(desk.store, "w1", "sent"):
                time.sleep(0.02)
            (dead,) = settled_as(desk.store, "w1", "dead")
            assert (dead.message.message_id, dead.attempts, dead.status) == ("n1", 11, 503)
            with desk.store.begin(write=True) as work:
                assert work.deliveries.resend(dead.delivery_id, at=clock())
            while len(settled_as(desk.store, "w1", "sent")) < 2:
                time.sleep(0.02)
    assert tried[:11] == ["n1"] * 11
    assert set(tried[11:]) == {"n1", "n2"}


def test_two_workers_send_each_message_once_and_in_order(desk: Desk) -> None:
    with receiving() as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        for lead in range(6):
            tell(desk.store, *(f"L{lead}-{at}" for at in range(5)), lead_id=f"L{lead}")
        with dispatching(desk), dispatching(desk):
            receiver.wait_for(30)
        ids = receiver.ids()
    assert len(ids) == len(set(ids)) == 30
    for lead in range(6):
        mine = [one for one in ids if one.startswith(f"L{lead}-")]
        assert mine == [f"L{lead}-{at}" for at in range(5)]
