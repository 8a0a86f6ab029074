"""A service that goes on: another model, a database that is away, the end."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from leadscore.store.bundles import write_bundle
from leadscore.testing.models import make_model
from tests.postgres import Postgres
from tests.service.api.served import Served, make_live, open_service
from tests.service.process import Service, wait_until

LEAD = {"income": 90_000, "credit_score": 700, "website_visits": 4}


def test_another_model_becomes_live_without_a_dropped_request(served: Served) -> None:
    """Threads score all the while; each answer is one model's or the other's, and none fails."""
    models = [make_model(seed=1), make_model(seed=2)]
    answers: list[tuple[int, str]] = []
    over = threading.Event()

    def score() -> None:
        while not over.is_set():
            answer = served.call("post", "/v1/score", json=LEAD)
            answers.append((answer.status_code, answer.json()["model"]["digest"]))

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(score) for _ in range(4)]
        for model in models * 2:
            make_live(served.store, model)
            wait_until(gives(answers, digest_of(served)))
        over.set()
        for one in asked:
            one.result()
    assert {status for status, _ in answers} == {200}
    assert len({digest for _, digest in answers}) >= 2


def gives(answers: list[tuple[int, str]], digest: str) -> Callable[[], bool]:
    return lambda: (200, digest) in answers[-8:]


def digest_of(served: Served) -> str:
    with served.store.begin(write=False) as work:
        live = work.promotions.live()
    assert live
    return live.digest


def test_without_a_model_it_lives_but_is_not_ready_and_says_so(database_url: str) -> None:
    from starlette.testclient import TestClient  # noqa: PLC0415

    from leadscore import wiring  # noqa: PLC0415
    from leadscore.service.app import build_app  # noqa: PLC0415
    from leadscore.service.live import Live  # noqa: PLC0415
    from leadscore.settings import Secret, Settings  # noqa: PLC0415

    settings = Settings(database_url=Secret(database_url))
    store = wiring.store(settings)
    app = build_app(settings, store=store, clock=wiring.clock(), live=Live(store))
    with TestClient(app) as client:
        assert client.get("/health/live").status_code == 200
        for path in ("/health", "/health/ready"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "no_model")
            assert "leadscore models add" in answer.json()["next_step"]
        assert "Fields" in client.get("/openapi.json").json()["components"]["schemas"]
        assert client.get("/docs").status_code == 200
        app.stopping.set()
        assert client.get("/health/ready").json()["code"] == "unavailable"
    store.close()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_while_postgresql_is_away_the_answer_is_503_and_then_it_goes_on(
    database_url: str, postgres: Postgres
) -> None:
    with open_service(database_url, database_timeout=1.0) as one:
        assert put(one).status_code == 200
        postgres.stop(mode="immediate")
        try:
            for answer in (put(one), one.call("get", "/v1/leads/L1"), one.call("get", "/health")):
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert answer.headers["retry-after"]
                assert "host=" not in answer.text
            assert one.client.get("/health/live").status_code == 200
        finally:
            postgres.ensure_running()
            start_again(postgres)
        wait_until(lambda: put(one).status_code == 200)


def start_again(postgres: Postgres) -> None:
    """Make sure that it runs for the tests after this one."""
    try:
        postgres.tell("SELECT 1")
    except Exception:  # whatever keeps it from answering, it is to be started
        postgres.start()


def put(served: Served) -> Any:
    return served.call("put", "/v1/leads/L1", json={"fields": LEAD})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "model"
    write_bundle(path, make_model())
    return path


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_it_is_stopped_without_dropping_what_is_under_way(
    database_url: str, bundle: Path, tmp_path: Path
) -> None:
    service = Service(tmp_path, database_url, bundle)
    service.start()
    headers = {"authorization": f"Bearer {service.make_key()}"}
    rows = "".join(f"L{number},{30_000 + number}\n" for number in range(3_000))
    files = {"file": ("leads.csv", f"lead_id,income\n{rows}".encode())}
    with httpx2.Client(base_url=service.url, headers=headers, timeout=60) as client:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.post, "/v1/leads/import", files=files)
            wait_until(begun(service.url, headers))
            ended = threading.Thread(target=service.stop)
            ended.start()
            wait_until(lambda: httpx2.get(f"{service.url}/health/ready").status_code == 503)
            answer = asked.result()
        ended.join()
    assert (answer.status_code, answer.json()["new"]) == (200, 3_000)


def begun(url: str, headers: dict[str, str]) -> Callable[[], bool]:
    return lambda: bool(httpx2.get(f"{url}/v1/leads", headers=headers).json()["total"])


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_several_processes_serve_one_database_and_end_together(
    database_url: str, bundle: Path, tmp_path: Path
) -> None:
    service = Service(tmp_path, database_url, bundle)
    service._environment["LEADSCORE_PROCESSES"] = "2"
    service.start()
    headers = {"authorization": f"Bearer {service.make_key()}"}
    processes = set()
    for number in range(60):
        url = f"{service.url}/v1/leads/L{number}"
        answer = httpx2.put(url, json={"fields": LEAD}, headers=headers)
        assert answer.status_code == 200
        processes.add(answer.headers["x-request-id"].split("-")[0])
    assert httpx2.get(f"{service.url}/v1/leads", headers=headers).json()["total"] == 60
    assert len(processes) == 2
    assert service._process
    os.kill(service._process.pid, signal.SIGTERM)
    assert service._process.wait(timeout=60) == 0
