"""What every answer has in common, and what routes do beyond the use cases that they call."""

import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from leadscore.model.bundle import dump_model
from leadscore.testing.models import make_model, outcome_schema
from tests.service.api.served import Served

LEAD = {"income": 90_000, "credit_score": 700, "website_visits": 4}
TRACK = {"userId": "L1", "event": "property_view", "messageId": "m-1"}


def put(served: Served, lead_id: str = "L1", **more: Any) -> Any:
    return served.call("put", f"/v1/leads/{lead_id}", json={"fields": LEAD}, **more)


def test_a_lead_goes_from_sign_up_to_the_worklist_and_out_of_it(served: Served) -> None:
    assert put(served).json()["score"]["tier"]
    taken = served.call("post", "/v1/track", json=TRACK, role="service").json()
    assert taken["accepted"] == 1
    assert taken["scores"]["L1"]["score_id"]
    (item,) = served.call("get", "/v1/worklist", role="rep").json()["items"]
    task = item["task"]["id"]
    assert served.call("post", f"/v1/tasks/{task}/claim", role="rep").status_code == 200
    late = served.call("post", f"/v1/tasks/{task}/claim", role="manager")
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    won = {"lead_id": "L1", "kind": "converted", "value": 9000}
    assert served.call("post", "/v1/outcomes", json=won, role="rep").status_code == 200
    assert served.call("get", "/v1/worklist", role="rep").json()["total"] == 0
    history = served.call("get", "/v1/leads/L1/scores").json()["scores"]
    assert history[0]["score_id"] == taken["scores"]["L1"]["score_id"]
    replayed = served.call("post", f"/v1/scores/{history[0]['score_id']}/replay").json()
    assert replayed["same"] is True


def test_an_erased_lead_is_gone_and_does_not_come_back(served: Served) -> None:
    put(served)
    assert served.call("get", "/v1/leads/L1/export").json()["events"]
    assert served.call("delete", "/v1/leads/L1").json()["erased"]
    for answer in (put(served), served.call("get", "/v1/leads/L1")):
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert served.call("post", "/v1/track", json=TRACK).status_code == 410


@pytest.mark.parametrize("lead_id", ["a/b", "/", "a/export"])
def test_a_lead_whose_id_has_slashes_has_a_path_like_any_other(
    served: Served, lead_id: str
) -> None:
    path = f"/v1/leads/{quote(lead_id, safe='')}"
    assert served.call("put", path, json={"fields": LEAD}).json()["lead_id"] == lead_id
    assert served.call("get", f"{path}/export").json()["lead_id"] == lead_id
    assert served.call("delete", path).status_code == 200
    assert served.call("get", path).status_code == 410


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/keys", {"role": "rep", "expires": "90d"}),
        ("/v1/webhooks", {"url": "https://a.example", "kinds": ["task.due"], "kind": "all"}),
    ],
)
def test_what_a_key_or_a_webhook_does_not_know_is_refused(
    served: Served, path: str, body: dict[str, Any]
) -> None:
    answer = served.call("post", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == sorted(set(body) - {"role", "url", "kinds"})[0]


def test_the_audit_log_tells_who_had_a_lead_exported(served: Served) -> None:
    put(served)
    served.call("get", "/v1/leads/L1/export", role="manager")
    lines = served.call("get", "/v1/trail", params={"lead_id": "L1"}).json()["lines"]
    assert lines[0]["action"] == "lead.export"


def test_a_write_under_one_idempotency_key_is_made_once(served: Served) -> None:
    headers = {"idempotency-key": "k-1"}
    first = served.call("post", "/v1/track", json={**TRACK, "messageId": None}, headers=headers)
    again = served.call("post", "/v1/track", json={**TRACK, "messageId": None}, headers=headers)
    assert (first.status_code, again.content) == (200, first.content)
    assert len(served.call("get", "/v1/leads/L1/export").json()["events"]) == 1
    other = served.call("post", "/v1/track", json={**TRACK, "event": "visit"}, headers=headers)
    assert other.status_code == 409


def test_what_names_an_erased_lead_or_a_secret_is_kept_under_no_key(served: Served) -> None:
    headers = {"idempotency-key": "k-2"}
    put(served)
    served.call("delete", "/v1/leads/L1", headers=headers)
    made = [
        served.call("post", "/v1/keys", json={"role": "rep"}, headers=headers).json()["key"]
        for _ in range(2)
    ]
    assert made[0] != made[1]
    with served.store.begin(write=True) as work:
        assert work.replies.expire(before=2**60, most=10) == 0


def test_every_answer_is_secure_and_has_an_id(served: Served) -> None:
    ids = set()
    paths = ("/", "/v1/leads", "/nowhere", "/docs", "/openapi.json", "/health", "/v1/score")
    for path in (*paths, "/predict"):
        for method in ("get", "post"):
            answer = served.call(method, path)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "script" not in answer.headers["content-security-policy"]
            ids.add(answer.headers["x-request-id"])
    assert len(ids) == 16


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "bad_request"),
        (b"", "bad_request"),
        (b"[]", "bad_request"),
        (b'{"fields": {"income": NaN}}', "bad_request"),
        (b'{"fields": "\xff"}', "bad_request"),
        (b'{"fields": {"income": "x", "credit_score": -1}}', "bad_input"),
    ],
)
def test_a_bad_body_is_a_problem_with_words(served: Served, content: bytes, code: str) -> None:
    answer = served.call("put", "/v1/leads/L1", content=content)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["detail"]
    if code == "bad_input":
        named = {one["field"] for one in problem["errors"]}
        assert named == {"fields.income", "fields.credit_score"}
        assert all(one["allowed"] for one in problem["errors"])


def test_all_faults_of_a_query_and_of_a_small_body_are_named_at_once(served: Served) -> None:
    query = served.call("get", "/v1/worklist?most=0&skip=x&lane=fast").json()
    assert {one["field"] for one in query["errors"]} == {"most", "skip", "lane"}
    body = served.call("post", "/v1/keys", json={"role": "boss", "per_minute": True}).json()
    assert {one["field"] for one in body["errors"]} == {"role", "per_minute"}
    twice = served.call("get", "/v1/leads?most=1&most=2").json()
    assert [one["field"] for one in twice["errors"]] == ["most"]


def test_a_request_that_is_too_large_is_refused_before_it_is_read(database_url: str) -> None:
    from tests.service.api.served import open_service  # noqa: PLC0415

    with open_service(database_url, body_megabytes=1) as one:
        body = b'{"fields": {"income": 1}, "more": "' + b"x" * 1_100_000 + b'"}'
        answer = one.call("put", "/v1/leads/L1", content=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_leads_come_in_from_a_file(served: Served) -> None:
    files = {"file": ("leads.csv", b"Lead ID,Annual Pay\nL7,90000\nL8,x\n")}
    data = {"mapping": '{"Annual Pay": "income"}', "dry_run": "true"}
    tried = served.call("post", "/v1/leads/import", files=files, data=data).json()
    assert (tried["dry_run"], tried["new"], tried["refused"]) == (True, 1, 1)
    assert served.call("get", "/v1/leads").json()["total"] == 0
    done = served.call("post", "/v1/leads/import", files=files, data={**data, "dry_run": "false"})
    assert done.json()["new"] == 1
    assert served.call("get", "/v1/leads/L7").json()["fields"] == {"income": 90_000}
    bad = {"dry_run": "perhaps", "mapping": "[]", "dates": "y"}
    answer = served.call("post", "/v1/leads/import", data=bad)
    named = {one["field"] for one in answer.json()["errors"]}
    assert (answer.status_code, named) == (422, {"file", "mapping", "dry_run", "dates"})


def test_a_model_comes_in_is_made_live_and_taken_back(served: Served) -> None:
    before = served.call("get", "/health").json()["model"]["digest"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, part in dump_model(make_model(schema=outcome_schema())).items():
            packed.writestr(name, part)
    added = served.call("post", "/v1/models?note=new", content=content.getvalue())
    assert added.status_code == 201
    digest = added.json()["digest"]
    why = {"reason": "better"}
    assert served.call("post", f"/v1/models/{digest}/promote", json=why).status_code == 200
    assert served.call("get", "/health").json()["model"]["digest"] == digest
    fields = served.client.get("/openapi.json").json()["components"]["schemas"]["Fields"]
    assert set(fields["properties"]) == {"source", "visits", "spend", "asked", "last_seen"}
    assert "spend" in served.client.get("/docs").text
    served.call("post", "/v1/models/rollback", json=why)
    assert served.call("get", "/health").json()["model"]["digest"] == before
    assert len(served.call("get", "/v1/promotions").json()["promotions"]) == 3


def test_what_is_no_bundle_is_refused(served: Served) -> None:
    answer = served.call("post", "/v1/models", content=b"no zip")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_bundle")


def test_the_documents_examples_run(served: Served) -> None:
    put(served)
    for path, methods in served.client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content and "example" in content and "{" not in path:
                answer = served.call(method, path, json=content["example"])
                assert answer.status_code in (200, 201, 404, 409), (path, answer.text)


def test_the_metrics_tell_routes_apart_and_name_no_lead(served: Served) -> None:
    put(served)
    served.call("get", "/v1/leads/L1")
    text = served.client.get("/metrics").text
    assert 'route="/v1/leads/{lead_id}"' in text
    assert "leadscore_model_info" in text
    assert "leadscore_outbox_age_seconds" in text
    assert "L1" not in text
