"""What goes wrong with a real database is one clear error; what is our fault stays a fault."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from leadscore.errors import BadRequest, LeadscoreError, Unavailable
from leadscore.store.sql.engine import open_engine
from leadscore.store.sql.opening import open_store
from leadscore.store.sql.store import SqlStore
from leadscore.store.sql.trouble import driver_errors
from tests.postgres import Postgres
from tests.store.sql.makers import hold, make_event
from tests.store.sql.racing import together


def reach(url: str) -> Callable[[], None]:
    """Return what asks the database at a URL for a sign of life."""

    def ask() -> None:
        store = open_store(url, pool=1, timeout=1)
        try:
            store.ready()
        finally:
            store.close()

    return ask


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqlStore]:
    """Return a store in a file."""
    store = open_store(f"sqlite:///{tmp_path / 'leadscore.db'}", pool=1, timeout=1)
    store.prepare()
    yield store
    store.close()


@pytest.fixture
def server_url(postgres: Postgres) -> Iterator[str]:
    """Return a database of the server."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def test_a_full_disk_is_unavailable(sqlite_store: SqlStore) -> None:
    hold(sqlite_store, "L1")
    with sqlite_store.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    long = make_event(values={"words": "x" * 1_000_000})
    with (
        pytest.raises(Unavailable, match="the disk is full"),
        sqlite_store.begin(write=True) as work,
    ):
        work.events.add([long])
    with sqlite_store.begin(write=False) as work:
        assert work.events.of("L1") == []


def test_a_damaged_file_is_unavailable(tmp_path: Path, sqlite_store: SqlStore) -> None:
    hold(sqlite_store, *[f"L{at}" for at in range(2_000)])
    sqlite_store.close()
    place = tmp_path / "leadscore.db"
    content = place.read_bytes()
    place.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with (
        pytest.raises(Unavailable, match="its file is damaged"),
        sqlite_store.begin(write=False) as work,
    ):
        work.leads.count()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="its file cannot be opened"):
        reach(f"sqlite:///{tmp_path}")()


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it cannot be reached") as error:
        reach(f"postgresql://ann:hunter2@/leads?host={tmp_path}")()
    # the driver's words name the host: for logs and terminals, not for callers of the API
    assert str(tmp_path) in error.value.detail
    assert str(tmp_path) not in str(error.value)
    assert "hunter2" not in error.value.detail + str(error.value)


def test_a_database_that_is_not_there_is_unavailable(postgres: Postgres) -> None:
    with pytest.raises(Unavailable, match="it cannot be reached") as error:
        reach(postgres.url("nobody"))()
    assert 'database "nobody" does not exist' in error.value.detail


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT pg_sleep(60)", "it took too long"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "it is starting or stopping"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", "it has no room"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$", "another transaction was"),
        (
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '25006'; END $$",
            "it only answers questions",
        ),
    ],
)
def test_a_statement_that_the_server_gives_up_is_unavailable(
    server_url: str, statement: str, why: str
) -> None:
    url = f"{server_url}&options=-c%20statement_timeout=100"
    engine = open_engine(url, pool=1, timeout=1)
    with (
        pytest.raises(Unavailable, match=why),
        driver_errors(write=True),
        engine.connect() as connection,
    ):
        connection.execute(text(statement))
    engine.dispose()


def test_two_that_wait_for_each_other_are_not_kept_waiting(server_url: str) -> None:
    engine = open_engine(server_url, pool=2, timeout=20)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE rows (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO rows VALUES (1), (2)"))

    def take(connection: Connection, row: int) -> None:
        connection.execute(text(f"SELECT 1 FROM rows WHERE id = {row} FOR UPDATE"))  # noqa: S608 -- our own number

    def finish(connection: Connection, row: int) -> str:
        try:
            with driver_errors(write=True), connection:
                take(connection, row)
        except Unavailable as error:
            return str(error)
        return ""

    one, other = engine.connect(), engine.connect()
    take(one, 1)
    take(other, 2)
    said = together([lambda: finish(one, 2), lambda: finish(other, 1)])
    assert sorted(said)[0] == ""
    assert "two transactions waited for each other" in sorted(said)[1]
    engine.dispose()


def test_a_statement_that_is_wrong_is_our_fault(store: SqlStore) -> None:
    with (
        pytest.raises((OperationalError, ProgrammingError), match="nowhere"),
        driver_errors(),
        store.database.engine.connect() as connection,
    ):
        connection.execute(text("SELECT 1 FROM nowhere"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://ann:hunter2@host/leads", "not one that leadscore knows"),
        ("hunter2", "not one that leadscore knows"),
        ("sqlite://", "in memory has nothing to keep leads in"),
        ("sqlite:///file:leads?mode=memory&uri=true", "in memory has nothing to keep leads in"),
        ("sqlite:///nowhere/leads.db", "The folder 'nowhere' of the database is not there"),
    ],
)
def test_a_url_that_cannot_be_used_is_the_callers_mistake(url: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words) as error:
        open_engine(url, pool=1, timeout=1)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("kind", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_the_url_of_postgresql_is_read(kind: str) -> None:
    engine = open_engine(f"{kind}://ann@host/leads", pool=1, timeout=1)
    assert engine.url.drivername == "postgresql+psycopg"


def test_sqlite_is_told_to_lose_nothing(tmp_path: Path, sqlite_store: SqlStore) -> None:
    wanted = {
        "journal_mode": "wal",
        # the store flushes itself, for many writers at once: see test_flush
        "synchronous": 1,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 1000,
    }
    with sqlite_store.database.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted
    # personal data: for the owner's eyes alone
    assert (tmp_path / "leadscore.db").stat().st_mode & 0o777 == 0o600


def test_postgresql_is_told_to_lose_nothing_and_the_url_has_the_last_word(
    postgres: Postgres, server_url: str
) -> None:
    name = server_url.split("/")[3].split("?")[0]
    postgres.tell(f"ALTER DATABASE {name} SET synchronous_commit = off")
    url = f"{server_url}&options=-c%20search_path=leads%20-c%20lock_timeout=7s"
    engine = open_engine(url, pool=1, timeout=2.5)
    wanted = {
        "synchronous_commit": "on",
        "statement_timeout": "30s",
        "lock_timeout": "7s",
        "search_path": "leads",
        "TimeZone": "UTC",
        "application_name": "leadscore",
    }
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}
    assert found == wanted
    engine.dispose()


def test_unavailable_is_no_mistake_of_the_callers() -> None:
    assert issubclass(Unavailable, LeadscoreError)
    assert (Unavailable.code, Unavailable.http_status) == ("unavailable", 503)
