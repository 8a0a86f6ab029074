"""A write on SQLite is on the disk when it is acknowledged, and a flush serves all who wait."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadscore.errors import Unavailable
from leadscore.store.sql import flush
from leadscore.store.sql.flush import SharedFlush
from leadscore.store.sql.opening import open_database, open_store
from leadscore.store.sql.store import SqlStore
from tests.store.sql.racing import together

THREADS = 8


class Disk:
    """A disk that counts, and lets a flush take as long as others need to come and wait."""

    def __init__(self) -> None:
        self.begun = 0
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()

    def flush(self, _: Path) -> None:
        self.begun += 1
        assert self.gate.wait(60)
        if self.fails:
            raise OSError("no such luck")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(flush, "_flush", made.flush)
    return made


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[SqlStore]:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    database = open_database(url, timeout=30)
    database.upgrade()
    database.close()
    store = open_store(url, pool=THREADS, timeout=30)
    yield store
    store.close()


def test_who_waits_is_served_by_a_flush_that_began_after_it_came(disk: Disk) -> None:
    shared = SharedFlush("a.db")

    def wait() -> bool:
        before = disk.begun
        shared.wait()
        return disk.begun > before

    assert all(together([wait] * THREADS))
    assert 1 <= disk.begun <= THREADS


def test_all_who_come_during_a_flush_share_the_next_one(disk: Disk) -> None:
    shared = SharedFlush("a.db")
    disk.gate.clear()
    threads = [threading.Thread(target=shared.wait) for _ in range(THREADS)]
    for one in threads:
        one.start()
    while shared._asked < THREADS:
        threading.Event().wait(0.001)
    disk.gate.set()
    for one in threads:
        one.join(60)
    # the first one's, and one for all who came while it was made
    assert disk.begun <= 2


def test_a_write_is_not_acknowledged_before_a_flush_and_a_reader_needs_none(
    lite: SqlStore, disk: Disk
) -> None:
    with lite.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        assert disk.begun == 0
    assert disk.begun == 1
    with lite.begin(write=False) as work:
        assert work.leads.get("L1")
    assert disk.begun == 1


def test_a_disk_that_fails_is_told_and_asked_again_by_the_next(lite: SqlStore, disk: Disk) -> None:
    disk.fails = True
    with pytest.raises(Unavailable, match="its disk fails"), lite.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
    disk.fails = False
    with lite.begin(write=True) as work:
        work.leads.hold(["L2"], at=1)
    assert disk.begun == 2


def test_the_log_itself_is_flushed_and_nothing_where_there_is_none(
    lite: SqlStore, tmp_path: Path
) -> None:
    with lite.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
    assert (tmp_path / "a.db-wal").exists()
    lite.close()
    SharedFlush(str(tmp_path / "gone.db")).wait()
