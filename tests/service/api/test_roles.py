"""Who may do what: each route, each role, and keys that open nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from leadscore import wiring
from leadscore.flows.service.access.roles import ALLOWED, Action
from leadscore.flows.service.service_rows import Role
from leadscore.leads.moment import DAY
from tests.service.api.served import ROLES, Served, add_key

#: What everybody may ask for: it is the same for all, and holds no lead.
OPEN = {
    ("get", "/"),
    ("get", "/health"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
}
SCORES = {"/v1/score", "/v1/score/batch", "/predict", "/predict/batch"}
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
#: What stands for the ids in paths: nothing that is there.
IDS = {
    "lead_id": "L-none",
    "task_id": "none",
    "move": "claim",
    "score_id": "none",
    "model": "none@1",
    "webhook_id": "none",
    "delivery_id": "1",
    "prefix": "none",
}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def operations(served: Served) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the method, the path and the operation of each route of the document."""
    for path, methods in served.client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def may(role: Role, path: str, operation: dict[str, Any]) -> bool:
    action: Action = "score" if path in SCORES else operation["x-action"]
    return role in ALLOWED[action]


def test_every_route_names_its_action_or_is_open_to_everybody(served: Served) -> None:
    found = {(method, path) for method, path, one in operations(served) if not one.get("x-action")}
    assert {(method, path) for method, path in found if path not in SCORES} == OPEN
    assert found - OPEN <= {("post", path) for path in SCORES}


def test_every_action_is_some_routes(served: Served) -> None:
    used = {one["x-action"] for _, _, one in operations(served) if one.get("x-action")}
    assert used | {"score"} == set(ALLOWED)


def test_each_role_reaches_its_own_routes_and_no_other(served: Served) -> None:
    wrong = []
    for method, path, operation in operations(served):
        if (method, path) in OPEN:
            continue
        for role in ROLES:
            status = served.call(method, path.format(**IDS), role=role).status_code
            if (status == 403) == may(role, path, operation) or status in (401, 500):
                wrong.append((method, path, role, status))
    assert not wrong


def test_without_a_key_that_is_accepted_nothing_is_reached(served: Served) -> None:
    now = wiring.clock()()
    expired = add_key(served.store, "admin", 90, now=now - 2 * DAY, expires_at=now - DAY)
    revoked = add_key(served.store, "admin", 91)
    with served.store.begin(write=True) as work:
        work.keys.revoke(revoked.split("_")[1], at=now)
    good = served.keys["admin"]
    headers: list[dict[str, str]] = [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": good},
        {"authorization": f"Basic {good}"},
        {"authorization": f"Bearer {good[:-1]}"},
        {"authorization": f"Bearer {good[:-1]}_"},
        {"authorization": f"Bearer lsk_{'0' * 16}_{'x' * 43}"},
        {"authorization": f"Bearer {expired}"},
        {"authorization": f"Bearer {revoked}"},
        {"x-api-key": good},
    ]
    wrong = []
    for method, path, _ in operations(served):
        if (method, path) in OPEN:
            continue
        for sent in headers:
            answer = served.client.request(method, path.format(**IDS), headers=sent)
            if answer.status_code != 401 or answer.headers["www-authenticate"] != "Bearer":
                wrong.append((method, path, sent, answer.status_code))
    assert not wrong


def test_no_method_that_is_not_documented_is_taken(served: Served) -> None:
    paths: dict[str, set[str]] = {}
    for method, path, _ in operations(served):
        paths.setdefault(path, set()).add(method)
    for path, methods in paths.items():
        for method in METHODS:
            # a lead may be called import
            if method in methods or path == "/v1/leads/import":
                continue
            answer = served.call(method, path.format(**IDS))
            assert answer.status_code == 405, (method, path)
            allowed = {one.strip().lower() for one in answer.headers["allow"].split(",")}
            assert methods <= allowed


def test_a_key_that_is_revoked_opens_nothing_two_seconds_later(served: Served) -> None:
    text = add_key(served.store, "admin", 92)
    headers = {"authorization": f"Bearer {text}"}
    assert served.client.get("/v1/leads", headers=headers).status_code == 200
    assert served.call("delete", f"/v1/keys/{text.split('_')[1]}").status_code == 200
    wait_until(lambda: served.client.get("/v1/leads", headers=headers).status_code == 401)


def test_a_keys_own_limit_holds(served: Served) -> None:
    headers = {"authorization": f"Bearer {add_key(served.store, 'admin', 93, per_minute=3)}"}
    answers = [served.client.get("/v1/leads", headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["code"] == "too_often"


def test_the_metrics_have_a_key_of_their_own_where_one_is_set(database_url: str) -> None:
    from leadscore.settings import Secret  # noqa: PLC0415
    from tests.service.api.served import open_service  # noqa: PLC0415

    with open_service(database_url, metrics_key=Secret("let-me-see-metrics")) as one:
        assert one.client.get("/metrics").status_code == 401
        assert one.call("get", "/metrics").status_code == 401
        headers = {"authorization": "Bearer let-me-see-metrics"}
        assert one.client.get("/metrics", headers=headers).status_code == 200


def wait_until(found: Any) -> None:
    from time import sleep  # noqa: PLC0415

    for _ in range(200):
        if found():
            return
        sleep(0.05)
    raise AssertionError("it did not come to be")
