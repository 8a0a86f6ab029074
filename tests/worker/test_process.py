"""The worker as a process: told to end, killed, and with settings that cannot be used."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from leadscore.flows.service.ports import Store
from leadscore.leads.moment import MINUTE
from tests.worker.desk import LOOPBACK, Clock, add_webhook, settled_as, tell
from tests.worker.receiver import Got, Handler, receiving

Start = Callable[[str], AbstractContextManager[subprocess.Popen[str]]]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return what starts a worker on a database; it is killed if it has not ended."""
    monkeypatch.setenv("LEADSCORE_WEBHOOK_HOSTS", ",".join(LOOPBACK))
    monkeypatch.setenv("LEADSCORE_WORKER_SECONDS", "0.05")

    def start(url: str) -> AbstractContextManager[subprocess.Popen[str]]:
        monkeypatch.setenv("LEADSCORE_DATABASE_URL", url)
        return _started()

    return start


@contextmanager
def _started() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "leadscore", "worker"], stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def end(process: subprocess.Popen[str]) -> str:
    """Tell it to end; return what it wrote."""
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return told


def test_a_worker_sends_and_ends_when_it_is_told_to(
    store: Store, database_url: str, worker: Start
) -> None:
    with receiving() as receiver:
        add_webhook(store, "w1", receiver.url)
        tell(store, "n1", "n2")
        with worker(database_url) as process:
            receiver.wait_for(2)
            while len(settled_as(store, "w1", "sent")) < 2:
                time.sleep(0.02)
            told = end(process)
    assert receiver.ids() == ["n1", "n2"]
    assert '"event": "worker.ended"' in told
    assert "Traceback" not in told


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_a_killed_worker_was_sending_is_sent_by_the_next(
    store: Store, database_url: str, worker: Start
) -> None:
    def behave(handler: Handler, got: Got) -> None:
        receiver.add(got)
        if len(receiver.got) == 1:
            handler.hang()
        else:
            handler.answer(200)

    with receiving(behave) as receiver:
        add_webhook(store, "w1", receiver.url)
        tell(store, "n1", "n2")
        with worker(database_url) as process:
            receiver.wait_for(1)
            process.kill()
        _let_claims_end(store)
        with worker(database_url) as process:
            receiver.wait_for(3)
            end(process)
    assert receiver.ids() == ["n1", "n1", "n2"]


def _let_claims_end(store: Store) -> None:
    """Bring about what otherwise takes a minute: the dead worker's claim and lease are over."""
    now = Clock()()
    with store.begin(write=True) as work:
        for one in work.deliveries.page("w1", state="waiting", most=9):
            work.deliveries.settle(one)
        work.leases.take("worker", holder="test", now=now + MINUTE, until=now)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_worker_does_not_make_tables_where_several_programs_may_share_them(
    bare_url: str, worker: Start
) -> None:
    with worker(bare_url) as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "leadscore db upgrade" in told
    assert "Traceback" not in told
