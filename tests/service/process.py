"""A live service as a process of its own, started by the command that an operator types."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from leadscore import Client
from leadscore.client.exchange import Patience
from leadscore.errors import LeadscoreError

__all__ = ["ONCE", "Service", "wait_until"]

#: How long a service may take to be ready on a busy machine, in seconds.
LONG = 60.0
ONCE = Patience(attempts=1, timeout=20.0)


class Service:
    """One service in a process group of its own.

    Parameters
    ----------
    folder : Path
        Where it runs.
    database_url : str
        Its database, with the tables made.
    model : Path
        The model that is live.
    """

    def __init__(self, folder: Path, database_url: str, model: Path) -> None:
        self._folder, self._model = folder, model
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._environment = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "OMP_NUM_THREADS": "1",
            "LEADSCORE_DATABASE_URL": database_url,
            "LEADSCORE_PORT": str(self._port),
            "LEADSCORE_LOG_LEVEL": "error",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def tell(self, *arguments: str) -> str:
        """Run a verb on the service's machine; return what it printed."""
        run = subprocess.run(
            self._argv(*arguments),
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"{arguments}: {run.stdout}{run.stderr}"
        return run.stdout

    def make_key(self, role: str = "admin") -> str:
        """Return a new key."""
        return str(json.loads(self.tell("keys", "create", "--role", role, "--json"))["key"])

    def start(self) -> float:
        """Start the service by the one command; return how long it took to be ready."""
        began = time.perf_counter()
        with (self._folder / "service.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._argv("serve", "--model", str(self._model)),
                env=self._environment,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        with Client(self.url, patience=ONCE) as client:
            wait_until(lambda: self._is_ready(client))
        return time.perf_counter() - began

    def kill(self) -> None:
        """SIGKILL the process and whatever it started."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        assert self._process
        os.killpg(self._process.pid, how)
        return self._process.wait(timeout=LONG)

    def _is_ready(self, client: Client) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._folder / "service.log").read_text("utf-8")
        try:
            client.ready()
        except LeadscoreError:
            return False
        return True

    def _argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "leadscore", *arguments]


def wait_until(fine: Callable[[], bool]) -> None:
    """Wait until it is fine, as long as that may take on a busy machine."""
    deadline = time.monotonic() + LONG
    while not fine():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
