"""Traces are sent where an operator wants them, and nowhere else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from leadscore.errors import MissingExtra
from leadscore.service import traces
from leadscore.store.bundles import write_bundle
from leadscore.testing.models import make_model
from tests.service.process import Service


class Collector(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    got: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as it is inherited
        pass


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    got: list[tuple[str, bytes]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Collector,), {"got": got}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_span_for_each_request_is_sent(
    database_url: str, tmp_path: Path, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    endpoint, got = collector
    write_bundle(tmp_path / "model", make_model())
    service = Service(tmp_path, database_url, tmp_path / "model")
    service._environment["LEADSCORE_OTLP_ENDPOINT"] = endpoint
    service.start()
    headers = {"authorization": f"Bearer {service.make_key()}"}
    score = httpx2.post(f"{service.url}/v1/score", json={"income": 1}, headers=headers)
    assert score.status_code == 200
    assert httpx2.get(f"{service.url}/v1/leads", headers=headers).status_code == 200
    assert service.stop() == 0
    assert {path for path, _ in got} == {"/v1/traces"}
    sent = b"".join(body for _, body in got)
    assert b"POST /v1/score" in sent
    assert b"GET /v1/leads" in sent


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="leadscore\\[otel\\]"):
        traces.set_up_traces("http://localhost:4318")
