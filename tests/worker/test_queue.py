"""On PostgreSQL the queue: each job by one worker at a time, also after others were killed."""

import asyncio
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from leadscore.flows.service.ports import Store
from leadscore.settings import Secret, Settings
from leadscore.store.sql.opening import open_database
from leadscore.wiring import queue_place
from leadscore.worker.jobs import JOBS, Desk, Job
from leadscore.worker.queue import QUEUE_SCHEMA, queue_tables, work_by_queue
from tests.postgres import Postgres
from tests.worker.desk import Clock

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


def place(url: str) -> str:
    found = queue_place(
        Settings(database_url=Secret(url)), schema=QUEUE_SCHEMA, tables=queue_tables()
    )
    assert found is not None
    return found


@contextmanager
def working(desk: Desk, url: str) -> Iterator[None]:
    """Do jobs by the queue, in a thread, while the context lasts."""
    ends: queue.Queue[Callable[[], object]] = queue.Queue()

    async def run() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        ends.put(lambda: loop.call_soon_threadsafe(ended.set))
        await work_by_queue(desk, lambda: place(url), ended=ended)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield
    finally:
        desk.ending.set()
        ends.get()()
        thread.join()


def wait_for(so: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def counting(calls: Counter[str], monkeypatch: pytest.MonkeyPatch, *, every: int = 1) -> None:
    """Put jobs in the place of the real ones that count how often they are called at once."""
    lock = threading.Lock()

    def job(name: str) -> Callable[[Desk], int]:
        def call(_: Desk) -> int:
            with lock:
                calls[name] += 1
                calls[f"{name} now"] += 1
                calls[f"{name} most"] = max(calls[f"{name} most"], calls[f"{name} now"])
            time.sleep(0.05)
            with lock:
                calls[f"{name} now"] -= 1
            return 0

        return call

    jobs = tuple(Job(name=name, every=every, call=job(name)) for name in ("one", "other"))
    monkeypatch.setattr("leadscore.worker.queue.JOBS", jobs)


def test_the_queues_tables_are_made_once_and_out_of_the_services_way(database_url: str) -> None:
    with_threads = [threading.Thread(target=place, args=(database_url,)) for _ in range(4)]
    for one in with_threads:
        one.start()
    for one in with_threads:
        one.join()
    assert "search_path" in place(database_url)
    database = open_database(database_url, timeout=30)
    assert database.check() == []
    database.close()


def test_each_job_is_done_by_one_worker_at_a_time(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    counting(calls, monkeypatch)
    desks = [Desk(store=store, clock=Clock()) for _ in range(2)]
    with working(desks[0], database_url), working(desks[1], database_url):
        wait_for(lambda: min(calls["one"], calls["other"]) >= 3)
    assert (calls["one most"], calls["other most"]) == (1, 1)


def test_the_job_of_a_worker_that_was_killed_is_done_by_the_next(
    store: Store, database_url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    counting(calls, monkeypatch)
    place(database_url)
    name = urlsplit(database_url).path.strip("/")
    # what a killed worker leaves: a job that is being done by nobody, and its lock
    postgres.tell(
        f"INSERT INTO {QUEUE_SCHEMA}.procrastinate_jobs "  # noqa: S608 -- a name of our own
        "(queue_name, task_name, lock, queueing_lock, status, args) "
        "VALUES ('default', 'one', 'one', 'one', 'doing', '{}')",
        database=name,
    )
    with working(Desk(store=store, clock=Clock()), database_url):
        wait_for(lambda: calls["one"] >= 1)


def test_the_queue_goes_on_when_its_database_is_back(
    store: Store, database_url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    counting(calls, monkeypatch)
    with working(Desk(store=store, clock=Clock()), database_url):
        wait_for(lambda: calls["one"] >= 1)
        postgres.stop(mode="immediate")
        try:
            time.sleep(0.5)
        finally:
            postgres.start()
        before = calls["one"]
        wait_for(lambda: calls["one"] > before + 1)


def test_the_real_jobs_are_accepted_by_the_queue(store: Store, database_url: str) -> None:
    from leadscore.worker.queue import make_queue  # noqa: PLC0415

    app = make_queue(Desk(store=store, clock=Clock()), place(database_url), JOBS)
    assert {*app.tasks} >= {job.name for job in JOBS}


def test_a_worker_that_is_told_to_end_while_it_begins_ends(store: Store, database_url: str) -> None:
    """Ended at an unlucky moment, procrastinate left tasks that never ended: 1 of 10 hung."""
    for tenth in range(10):
        with working(Desk(store=store, clock=Clock()), database_url):
            time.sleep(tenth * 0.03)
