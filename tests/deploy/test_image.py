"""The image, as far as it can be tried without a container engine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.image import Image, build_image, instructions
from tests.house.source import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
#: How long a service may take to start on a busy machine, in seconds.
LONG = 60


#: Uvicorn passes the signal that ended it on, once it has ended in good order.
ENDED = (0, -signal.SIGTERM)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # not pytest's own folder, which only its owner may enter
    with tempfile.TemporaryDirectory(prefix="image-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield build_image(DOCKERFILE, ROOT, Path(folder))


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint
    run = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_ignore_file_lets_through_what_is_copied() -> None:
    lines = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for word, rest in instructions(DOCKERFILE)
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == let_through
    assert "*" in lines


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    users = [rest for word, rest in instructions(DOCKERFILE) if word == "USER"]
    assert users == ["10001:10001"]


def test_the_program_runs_from_its_own_wheel(image: Image) -> None:
    code, said = image.run(image.argv("--version"))
    assert (code, said.split()[0]) == (0, "leadscore"), said
    _, where = image.run(["python", "-c", "import leadscore; print(leadscore.__file__)"])
    assert where.startswith(str(image.root / "opt" / "leadscore")), where


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_its_user_can_write_nothing_but_the_data(image: Image) -> None:
    program = image.root / "opt" / "leadscore"
    code, said = image.run(["sh", "-c", f"touch new && rm new && ! touch {program}/new && id -u"])
    assert (code, said.splitlines()[-1]) == (0, "10001"), said


def test_it_serves_is_found_healthy_and_ends_when_told(image: Image) -> None:
    port = str(_free_port())
    health = image.commands["HEALTHCHECK"]
    assert image.run(health, LEADSCORE_PORT=port)[0] == 1
    server = image.start(image.argv(), LEADSCORE_PORT=port)
    try:
        deadline = time.monotonic() + LONG
        while image.run(health, LEADSCORE_PORT=port)[0] != 0:
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.2)
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=LONG)
    finally:
        server.kill()
        server.wait()
    assert server.returncode in ENDED, said
    assert (image.root / "data" / "leadscore.db").exists()


def test_its_worker_starts_and_ends_when_told(image: Image) -> None:
    assert image.run(image.argv("db", "upgrade"))[0] == 0
    worker = image.start(image.argv("worker"))
    assert worker.stdout
    try:
        assert "worker.started" in worker.stdout.readline()
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=LONG)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode in ENDED, said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
