"""What was acknowledged is there, whatever is killed or goes away, and nothing is half there."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadscore.errors import Unavailable
from leadscore.store.sql.opening import open_store
from tests.house.source import PACKAGE, ROOT
from tests.postgres import Postgres

KILLS = 10


def write_and_be_killed(url: str, round_: int) -> list[str]:
    """Let a process write, kill it in the middle, and return what it said was acknowledged."""
    command = [sys.executable, "-m", "tests.store.sql.writer", url, str(round_)]
    path = {"PYTHONPATH": f"{PACKAGE.parent}:{ROOT}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=path) as writer:
        assert writer.stdout
        acknowledged = [writer.stdout.readline() for _ in range(3 + 7 * round_)]
        writer.kill()
        # what it had said before it was killed counts too
        acknowledged += writer.stdout.readlines()
    return [line.strip() for line in acknowledged if line.endswith("\n")]


def test_a_writer_may_be_killed_at_any_moment(database_url: str) -> None:
    acknowledged: list[str] = []
    for round_ in range(KILLS):
        acknowledged += write_and_be_killed(database_url, round_)
        store = open_store(database_url, pool=1, timeout=30)
        store.prepare()
        with store.begin(write=False) as work:
            kept = [one.message_id for one in work.events.of("L1")]
            scored = {one.cause for one in work.scores.of("L1", most=9_999)}
        store.close()
        assert {"m" + name for name in acknowledged} <= set(kept)
        # the event and its score came in one transaction
        assert set(kept) == scored
    assert len(acknowledged) >= 3 * KILLS


@pytest.fixture
def own_server(postgres: Postgres) -> Iterator[Postgres]:
    """Return the server, running again afterwards whatever a test does with it."""
    yield postgres
    postgres.ensure_running()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_goes_away_is_unavailable_and_comes_back_by_itself(
    own_server: Postgres, mode: str
) -> None:
    name = own_server.create()
    store = open_store(own_server.url(name), pool=3, timeout=5)
    store.database.upgrade()
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)

    def write_while_it_goes() -> None:
        with store.begin(write=True) as work:
            work.leads.hold(["L2"], at=1)
            own_server.stop(mode=mode)
            work.leads.hold(["L3"], at=1)

    with pytest.raises(Unavailable):
        write_while_it_goes()
    for action in (store.ready, store.prepare, lambda: store.begin(write=False).__enter__()):
        with pytest.raises(Unavailable, match="cannot be used now"):
            action()
    own_server.start()
    store.ready()
    with store.begin(write=True) as work:
        assert [one.lead_id for one in work.leads.page(most=9)] == ["L1"]
        work.leads.hold(["L2"], at=1)
    store.close()
    own_server.drop(name)


def test_two_processes_may_begin_with_the_same_new_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    command = [sys.executable, "-m", "leadscore", "db", "upgrade"]
    path = {"PYTHONPATH": str(PACKAGE.parent), "LEADSCORE_DATABASE_URL": url}
    started = [
        subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=path
        )
        for _ in range(3)
    ]
    said = [one.communicate() for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], said
    assert sorted(out for out, _ in said)[0] == "The tables are of version 0001 already.\n"
    assert sum("from version base" in out for out, _ in said) == 1
