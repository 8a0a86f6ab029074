"""One worker works and others stand by, until it ends or is never heard of again."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from leadscore.errors import Unavailable
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import MINUTE, SECOND
from leadscore.worker.dispatch import Dispatcher
from leadscore.worker.jobs import JOBS, Desk
from leadscore.worker.loop import Lease, again_and_again, work_alone
from leadscore.worker.sending import Sender
from tests.worker.desk import LOOPBACK, Clock, add_webhook, tell
from tests.worker.receiver import receiving


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store=store, clock=Clock())


def work_until(desk: Desk, done: Callable[[], bool], *, holder: str = "a") -> None:
    """Work alone until something is so."""

    async def run() -> None:
        ended = asyncio.Event()
        dispatcher = Dispatcher(desk, Sender(LOOPBACK))
        working = asyncio.create_task(
            work_alone(desk, dispatcher, holder=holder, every=0.02, ended=ended)
        )
        try:
            await asyncio.to_thread(_wait_for, done)
        finally:
            desk.ending.set()
            ended.set()
            await working
            await dispatcher.close()

    asyncio.run(run())


def _wait_for(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.02)


def test_the_lease_is_one_workers_until_it_is_given_back_or_over(store: Store) -> None:
    clock = Clock()
    desk = Desk(store=store, clock=clock)
    one, other = Lease(desk, "a"), Lease(desk, "b")
    assert one.renew()
    assert not other.renew()
    assert one.renew()
    one.give_back()
    assert not one.held()
    assert other.renew()
    clock.ahead += MINUTE
    assert not other.held()
    assert one.renew()
    assert not other.renew()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_worker_sends_and_calls_each_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def noting(name: str) -> Callable[[Desk], int]:
        def call(_: Desk) -> int:
            called.append(name)
            return 0

        return call

    jobs = tuple(replace(job, call=noting(job.name)) for job in JOBS)
    monkeypatch.setattr("leadscore.worker.loop.JOBS", jobs)
    with receiving() as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        tell(desk.store, "n1")
        work_until(desk, lambda: bool(receiver.ids()) and len(called) == len(jobs))
    assert receiver.ids() == ["n1"]
    assert called == [job.name for job in jobs]
    # it gave the lease back, so that the next one need not wait
    assert Lease(desk, "b").renew()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_worker_that_stands_by_does_nothing(desk: Desk) -> None:
    assert Lease(desk, "b").renew()
    with receiving() as receiver:
        add_webhook(desk.store, "w1", receiver.url)
        tell(desk.store, "n1")
        end = time.monotonic() + 1.5
        work_until(desk, lambda: time.monotonic() > end)
        assert receiver.ids() == []


def test_what_fails_is_called_again() -> None:
    calls: list[int] = []

    async def run() -> None:
        ended = asyncio.Event()

        async def call() -> None:
            calls.append(1)
            if len(calls) < 3:
                raise Unavailable("The database is away.")
            ended.set()

        await again_and_again(call, every=0.001, ended=ended)

    asyncio.run(run())
    assert len(calls) == 3


def test_the_end_is_not_waited_for() -> None:
    async def run() -> None:
        ended = asyncio.Event()

        async def call() -> None:
            ended.set()

        with suppress(TimeoutError):
            await asyncio.wait_for(again_and_again(call, every=3600, ended=ended), 30)
            return
        raise AssertionError

    asyncio.run(run())


def test_the_lease_outlasts_some_renewals_that_fail() -> None:
    from leadscore.worker import loop  # noqa: PLC0415

    assert 2 * loop._RENEWED * SECOND < loop._LEASE
