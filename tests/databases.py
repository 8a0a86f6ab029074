"""Both databases for one suite: each test gets an empty one of each kind with the tables made."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres import Postgres

if TYPE_CHECKING:
    from leadscore.store.sql.store import SqlStore

__all__ = ["KINDS", "bare_url", "database_kind", "database_url", "migrated", "open_store", "store"]

KINDS = ("sqlite", "postgresql")
#: How long tests wait for a lock, in seconds: a busy machine is no reason to fail.
TIMEOUT = 30.0


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return which database the test is on."""
    return str(request.param)


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Return the database of a kind that others are copied from, made when first asked for."""
    made: dict[str, str] = {}

    from leadscore.store.sql.opening import open_database  # noqa: PLC0415

    def template(of: str) -> str:
        if of not in made:
            server = request.getfixturevalue("postgres") if of == "postgresql" else None
            folder = tmp_path_factory.mktemp("template")
            place = server.create() if server else str(folder / "template.db")
            url = server.url(place) if server else f"sqlite:///{place}"
            database = open_database(url, timeout=TIMEOUT)
            database.upgrade()
            database.close()
            made[of] = place
        return made[of]

    return template


@pytest.fixture
def database_url(
    database_kind: str,
    migrated: Callable[[str], str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[str]:
    """Return the URL of an empty database with all tables."""
    if database_kind == "sqlite":
        shutil.copyfile(migrated(database_kind), tmp_path / "leadscore.db")
        yield f"sqlite:///{tmp_path / 'leadscore.db'}"
        return
    yield from _on_server(request.getfixturevalue("postgres"), like=migrated(database_kind))


@pytest.fixture
def bare_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without any table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    yield from _on_server(request.getfixturevalue("postgres"), like="template1")


@pytest.fixture
def store(database_url: str) -> Iterator["SqlStore"]:
    """Return an empty store."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def open_store(url: str) -> "SqlStore":
    """Return a store on a database that has its tables."""
    from leadscore.store.sql import opening  # noqa: PLC0415

    return opening.open_store(url, pool=20, timeout=TIMEOUT)


def _on_server(server: Postgres, *, like: str) -> Iterator[str]:
    name = server.create(like=like)
    yield server.url(name)
    server.drop(name)
