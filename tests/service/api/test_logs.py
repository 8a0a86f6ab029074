"""Logs carry ids of requests and keys, and never what is known of a lead."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from leadscore.errors import Unavailable
from leadscore.service.logs import set_up_logs
from tests.service.api.served import Served, open_service

#: Put wherever a caller can put something.
PLANTED = "Zephyrine"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Log everything to stderr; return what gives what was logged so far."""
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logs("debug")
    yield stderr.getvalue
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def served(database_url: str, told: Callable[[], str]) -> Iterator[Served]:
    """Return a service that logs."""
    assert told() == ""
    with open_service(database_url, quiet=False) as one:
        yield one


def everything(served: Served) -> None:
    """Send the planted name in every place of every kind of request."""
    who = f"lead-{PLANTED}"
    contact = {"name": PLANTED, "email": f"{PLANTED}@example.com", "phone": PLANTED}
    served.call("put", f"/v1/leads/{who}", json={"fields": {"income": 1}, "contact": contact})
    served.call("put", f"/v1/leads/{who}", json={"fields": {"income": PLANTED}})
    served.call("put", f"/v1/leads/{who}", content=f'{{"name": "{PLANTED}'.encode())
    served.call("post", "/v1/identify", json={"userId": who, "traits": {**contact, "age": 30}})
    track = {"userId": who, "event": PLANTED, "properties": {"page": PLANTED}}
    served.call("post", "/v1/track", json=track)
    served.call("post", "/v1/batch", json={"batch": [{"type": "track", **track}, {"type": "?"}]})
    served.call("post", "/v1/score", json={"lead": {"income": PLANTED}, "lead_id": who})
    served.call("post", "/v1/score", json={"lead": {"income": 1}, "lead_id": who, "keep": True})
    served.call("post", "/predict", json={"income": 1, "name": PLANTED})
    files = {"file": (f"{PLANTED}.csv", f"Lead ID,Name,income\n{who},{PLANTED},x\n".encode())}
    served.call("post", "/v1/leads/import", files=files)
    outcome = {"lead_id": who, "kind": "lost", "reason": PLANTED}
    served.call("post", "/v1/outcomes", json=outcome, headers={"idempotency-key": PLANTED})
    served.call("post", f"/v1/leads/{who}/objection", json={"objects": True})
    served.call("post", f"/v1/tasks/{PLANTED}/override", json={"tier": PLANTED, "reason": PLANTED})
    for path in ("", "/export", "/scores", f"/{PLANTED}"):
        served.call("get", f"/v1/leads/{who}{path}?most={PLANTED}")
        served.call("get", f"/v1/leads/{who}{path}")
    served.call("get", f"/v1/trail?lead_id={who}")
    served.call("get", f"/{PLANTED}", headers={"user-agent": PLANTED, "referer": PLANTED})
    served.client.get("/v1/leads", headers={"authorization": f"Bearer {PLANTED}"})
    served.call("delete", f"/v1/leads/{who}")


def test_no_planted_name_is_in_the_logs(served: Served, told: Callable[[], str]) -> None:
    everything(served)
    text = told()
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) > 20
    assert PLANTED.lower() not in text.lower()
    assert {one["route"] for one in lines if one["event"] == "request"} >= {
        "/v1/leads/{lead_id}",
        "/v1/track",
        "other",
    }
    assert all(one["request_id"] for one in lines if one["event"] == "request")
    assert not any(key in text for key in served.keys.values())


def test_what_fails_unforeseen_is_logged_without_its_words(
    served: Served,
    told: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{PLANTED} cannot be kept")

    monkeypatch.setattr("leadscore.service.api.routes.leads.get_lead", fail)
    answer = served.call("get", f"/v1/leads/{PLANTED}")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert PLANTED not in answer.text
    text = told()
    assert PLANTED not in text
    (line,) = [one for one in map(json.loads, text.splitlines()) if one["event"] == "failed"]
    assert line["error"] == "RuntimeError"
    assert line["request_id"] == answer.headers["x-request-id"]
    assert any("fail" in place for place in line["places"])


def test_what_a_driver_says_is_not_answered(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable("The database cannot be reached.", detail=f"host {PLANTED}")

    monkeypatch.setattr("leadscore.service.api.routes.leads.get_lead", fail)
    answer = served.call("get", "/v1/leads/L1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert PLANTED not in answer.text


def test_a_librarys_line_is_written_without_its_arguments(told: Callable[[], str]) -> None:
    logging.getLogger("somebody").warning("could not send to %s", PLANTED)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    lines = [json.loads(line) for line in told().splitlines()]
    assert [one["event"] for one in lines] == [
        "could not send to %s",
        "Started server process [7]",
    ]
