"""A real PostgreSQL for the tests: a server of their own, made and ended with the session."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

__all__ = ["Postgres", "postgres"]

ABSENT = "PostgreSQL is not installed, so nothing is tried on it: apt-get install postgresql"
#: Where Debian puts what is not on the path.
DEBIAN = Path("/usr/lib/postgresql")
#: It is a server for tests: what a power cut would do to it does not matter.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
    "log_min_messages": "fatal",
}


class Postgres:
    """A server on a Unix socket in a folder of its own.

    Parameters
    ----------
    folder : Path
        An empty folder; the server's user must be able to reach it.
    binaries : Path
        Where its programs are.
    """

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._binaries = binaries
        self._names = count()
        if _is_root():
            # the server refuses to run as root
            shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--no-sync", "-E", "UTF8", "-D", "data"
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        socket = f"-c unix_socket_directories='{self._folder}'"
        told = ["-D", "data", "-l", "log", "-w", "-o", f"{options} {socket}", "start"]
        self._run("pg_ctl", *told)

    def stop(self, *, mode: str = "fast") -> None:
        """Stop it: ``fast`` ends what is under way, ``immediate`` is what a crash is."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    def ensure_running(self) -> None:
        """Start it again, if a test stopped it and failed."""
        if not (self._folder / "data" / "postmaster.pid").exists():
            self.start()

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def create(self, *, like: str = "template1") -> str:
        """Make a database, empty or like another; return its name."""
        name = f"test_{next(self._names)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def tell(self, statement: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Make a statement as the server's owner; return what it answers."""
        import psycopg  # noqa: PLC0415

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if _is_root():
            command = ["runuser", "-u", "postgres", "--", *command]
        with (self._folder.parent / f"{self._folder.name}.out").open("a") as out:
            # into a file: the server would hold a pipe open, and we wait for its end
            subprocess.run(command, check=True, cwd=self._folder, stdout=out, stderr=out)


def find_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; None where there is none."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    places = [*found, *([Path(on_path)] if on_path else [])]
    return places[-1].resolve().parent if places else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a running server; what needs it is skipped where PostgreSQL is not installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(ABSENT)
    # not pytest's own folder, which only its owner may enter; and a socket's path must be short
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as outer:
        Path(outer).chmod(0o755)
        folder = Path(outer) / "s"
        folder.mkdir()
        server = Postgres(folder, binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop(mode="immediate")


def _is_root() -> bool:
    return os.geteuid() == 0
