"""The routes that score: the record of the library, whatever way it is asked for."""

import asyncio
import json
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import Unavailable
from leadscore.flows.service.ports import Store
from leadscore.leads.schema import Schema, investor
from leadscore.model.bundle import Model, dump_model, load_model
from leadscore.score.one_record import RecordScorer
from leadscore.service.api.gate import Gate
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_model, outcome_schema
from tests.service.score.asking import Clock, Held, Served, champion_of, key_of, serve

JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
PATHS = ("/v1/score", "/v1/score/batch", "/predict", "/predict/batch")


def saved(schema: Schema | None = None) -> Model:
    return load_model(dump_model(make_model(schema=schema, doubt=True)))


TIER, OUTCOME = saved(), saved(outcome_schema())
SCORER = RecordScorer(TIER)
LEAD = make_lead(lead_id="L1")


@pytest.fixture
def database_kind() -> str:
    """Answer on one database: what is kept is `flows`' to test on both."""
    return "sqlite"


@pytest.fixture
def served(store: Store) -> Served:
    """Return routes that anybody may ask."""
    return serve(store, TIER)


def whole(lead: dict[str, object], **more: Any) -> dict[str, object]:
    """Return what a route is to say of a lead."""
    record, fields = SCORER.told(lead, **more)
    found: dict[str, object] = json.loads(json.dumps({**record, "input": fields}))
    return found


def problem(answered: Any, status: int) -> Any:
    assert answered.status == status
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json["status"] == status
    return answered.json


def test_a_flat_lead_is_answered_with_its_record_and_its_input(served: Served) -> None:
    answered = served.post("/v1/score", LEAD, headers=JSON)
    assert answered.status == 200
    assert answered.json == whole(LEAD)
    assert answered.json["input"]["income"] == LEAD["income"]
    assert answered.headers["content-type"] == "application/json"
    assert int(answered.headers["content-length"]) == len(answered.body)
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["x-request-id"]


def test_a_wrapped_lead_has_its_id_and_moment_beside_it(served: Served) -> None:
    body = {"lead": make_lead(), "lead_id": "L9", "as_of": "2026-01-31T09:00:00Z"}
    answered = served.post("/v1/score", body)
    assert answered.json == whole(make_lead(), lead_id="L9", as_of="2026-01-31T09:00:00Z")
    nothing = {"lead": LEAD, "lead_id": None, "as_of": None, "keep": None}
    assert served.post("/v1/score", nothing).json == whole(LEAD)


def test_what_a_later_replay_needs_is_in_the_answer(served: Served) -> None:
    first = served.post("/v1/score", {"lead": LEAD, "as_of": "2026-01-31"}).json
    body = {"lead": first["input"], "lead_id": first["lead_id"], "as_of": first["as_of"]}
    assert served.post("/v1/score", body).json == first


def test_keys_that_are_no_field_are_ignored(served: Served) -> None:
    odd = {**LEAD, "shoe_size": [1, {"a": None}], "keep": "yes", "": 0}
    assert served.post("/v1/score", odd).json == whole(LEAD)


def test_a_stateless_score_writes_nothing_and_keep_does(served: Served) -> None:
    record = served.post("/v1/score", LEAD).json
    with served.store.begin(write=False) as work:
        assert work.scores.get(record["score_id"]) is None
    body = {"lead": make_lead(), "lead_id": "L1", "keep": True}
    kept = served.post("/v1/score", body).json
    assert kept == record
    with served.store.begin(write=False) as work:
        row = work.scores.get(record["score_id"])
    assert row is not None
    assert row.lead_id == "L1"


def test_a_score_is_not_kept_under_an_id_that_no_lead_may_have(served: Served) -> None:
    for lead_id in (" L1", "L\n1", "x" * 201):
        body = {"lead": make_lead(lead_id=lead_id), "keep": True}
        if lead_id == " L1":
            assert served.post("/v1/score", body).json["lead_id"] == "L1"
            continue
        told = problem(served.post("/v1/score", body), 422)
        assert told["errors"][0]["field"] == "lead_id"


def test_all_faults_are_told_at_once_with_what_is_allowed(served: Served) -> None:
    lead = make_lead(
        income="90000", credit_score=9000, inquiry_submitted="yes", age=True, website_visits=1.5
    )
    told = problem(served.post("/v1/score", lead), 422)
    assert told["code"] == "bad_input"
    found = {one["field"]: one["allowed"] for one in told["errors"]}
    assert found["income"] == "a JSON number, or null"
    assert found["inquiry_submitted"] == "a JSON boolean or a JSON number, or null"
    assert found["credit_score"].startswith("a whole number, ")
    assert set(found) == {"income", "credit_score", "inquiry_submitted", "age", "website_visits"}
    assert not any("row" in one for one in told["errors"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"7",
        b"null",
        b'{"income": NaN}',
        b'{"income": Infinity}',
        b'{"income": 1e999}',
        b'{"income": "\xff"}',
        b'{"income": "\\ud800"}',
        b"[" * 100_000,
        b"1" * 5_000,
        b"{}",
        b'{"lead": 5}',
        b'{"lead": null}',
        b'{"lead": {"income": 1}, "keep": 1}',
        b'{"lead": {"income": 1}, "as_of": "yesterday"}',
        b'{"lead": {"income": 1}, "as_of": 5}',
        b'{"lead": {"income": 1}, "lead_id": 5}',
        b'{"lead": {"income": 1}, "lead_id": ""}',
        b'{"income": ' + b"9" * 400 + b"}",
    ],
)
def test_what_is_no_lead_is_refused_in_words(served: Served, body: bytes) -> None:
    for path in PATHS:
        told = problem(served.post(path, body), 422)
        assert told["detail"]
        assert "\udcff" not in told["detail"]


@given(data=st.data())
def test_no_body_is_too_strange(data: st.DataObject) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=4), one),
        max_leaves=5,
    )
    names = st.sampled_from([*(one.name for one in investor().fields), "lead", "leads", "keep"])
    body = data.draw(values | st.dictionaries(names, values) | st.lists(values))
    served = FREE
    for path in PATHS:
        answered = served.post(path, body)
        assert answered.status in (200, 422), answered.body
        assert answered.json is not None


class _NoStore:
    """A store that nobody asks."""

    def begin(self, *, write: bool) -> Any:
        raise Unavailable(f"Nobody asked for this: {write}.")

    def prepare(self) -> None: ...
    def ready(self) -> None: ...
    def close(self) -> None: ...


FREE = serve(_NoStore(), TIER)


def test_a_batch_has_its_scores_in_order_and_its_faults_by_index(served: Served) -> None:
    leads = [LEAD, {"income": "a lot"}, {"lead": make_lead(), "lead_id": "L2"}, 5, {}]
    told = served.post("/v1/score/batch", {"leads": leads}).json
    assert told["scores"][0] == whole(LEAD)
    assert told["scores"][2] == whole(make_lead(), lead_id="L2")
    assert [at for at, one in enumerate(told["scores"]) if one is None] == [1, 3, 4]
    assert [one["index"] for one in told["errors"]] == [1, 3, 4]
    assert told["errors"][0]["field"] == "income"
    assert served.post("/v1/score/batch", {"leads": []}).json == {"scores": [], "errors": []}


def test_a_batch_keeps_nothing_and_says_so(served: Served) -> None:
    told = served.post("/v1/score/batch", {"leads": [{"lead": LEAD, "keep": True}]}).json
    assert told["scores"] == [None]
    assert told["errors"][0]["field"] == "keep"


def test_ten_thousand_leads_are_scored_and_one_more_is_too_many(served: Served) -> None:
    served.body_limit = 10_000_000
    served.__post_init__()
    few = {"income": 90_000}
    for path, body in (
        ("/v1/score/batch", {"leads": [few] * 10_001}),
        ("/predict/batch", [few] * 10_001),
    ):
        assert problem(served.post(path, body), 413)["code"] == "too_large"
    told = served.post("/v1/score/batch", {"leads": [few] * 10_000}).json
    assert len(told["scores"]) == 10_000
    assert told["scores"][0] == told["scores"][-1]


def test_others_are_answered_while_a_batch_is_scored(served: Served) -> None:
    class Ticking(Clock):
        def __call__(self) -> int:
            self.at += 100
            return self.at

    served.clock = Ticking()
    served.__post_init__()
    order: list[str] = []

    async def one(path: str, body: object) -> None:
        await served.ask(path, [json.dumps(body).encode()], headers={})
        order.append(path)

    async def both() -> None:
        await asyncio.gather(
            one("/v1/score/batch", {"leads": [LEAD] * 300}), one("/v1/score", LEAD)
        )

    asyncio.run(both())
    assert order == ["/v1/score", "/v1/score/batch"]


def test_lines_are_answered_line_by_line_however_they_are_cut(served: Served) -> None:
    lines = [json.dumps(one).encode() for one in (LEAD, {"income": "a lot"}, {"lead": LEAD})]
    body = b"\n\n".join(lines) + b"\r\n \n{nonsense"
    wanted = served.post("/v1/score/batch", body, headers=LINES).lines
    assert wanted[0] == wanted[2] == whole(LEAD)
    assert (wanted[1]["index"], wanted[1]["errors"][0]["field"]) == (1, "income")
    assert wanted[3]["errors"][0]["field"] == "lead"
    for size in (1, 7, 100):
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        answered = served.post("/v1/score/batch", b"", headers=LINES, pieces=pieces)
        assert answered.headers["content-type"] == "application/x-ndjson"
        assert answered.lines == wanted
    assert served.post("/v1/score/batch", b"", headers=LINES).body == b""


def test_the_first_line_is_answered_before_the_last_has_come(served: Served) -> None:
    answers: list[bytes] = []
    line = json.dumps(LEAD).encode() + b"\n"

    async def ask() -> None:
        first_answer = asyncio.Event()
        turns = 0

        async def receive() -> MutableMapping[str, Any]:
            nonlocal turns
            turns += 1
            if turns == 2:
                await asyncio.wait_for(first_answer.wait(), 30)
            return {"type": "http.request", "body": line, "more_body": turns < 2}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message.get("body"):
                answers.append(message["body"])
                first_answer.set()

        scope = {
            "type": "http",
            "path": "/v1/score/batch",
            "method": "POST",
            "headers": [(b"content-type", b"application/x-ndjson")],
        }
        await served.routes(scope, receive, send)

    asyncio.run(ask())
    assert [json.loads(one) for one in answers] == [whole(LEAD)] * 2


def test_all_is_taken_in_though_the_answers_are_not_read(served: Served) -> None:
    """A caller who sends all before reading any is not stuck."""
    line = json.dumps(LEAD).encode() + b"\n"
    taken = 0

    async def ask() -> None:
        all_sent = asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            nonlocal taken
            taken += 1
            if taken == 50:
                all_sent.set()
            return {"type": "http.request", "body": line * 10, "more_body": taken < 50}

        async def send(_: MutableMapping[str, Any]) -> None:
            await asyncio.wait_for(all_sent.wait(), 30)

        scope = {
            "type": "http",
            "path": "/v1/score/batch",
            "method": "POST",
            "headers": [(b"content-type", b"application/x-ndjson; charset=utf-8")],
        }
        await served.routes(scope, receive, send)

    asyncio.run(ask())
    assert taken == 50


def test_a_stream_that_grows_too_large_ends_with_a_line_that_says_so(store: Store) -> None:
    served = serve(store, TIER, body_limit=2_000)
    line = json.dumps(LEAD).encode() + b"\n"
    answered = served.post("/v1/score/batch", b"", headers=LINES, pieces=[line] * 20)
    assert answered.status in (200, 413)
    last = answered.lines[-1]
    assert last["code"] == "too_large"


def test_a_body_over_the_limit_is_refused(store: Store) -> None:
    served = serve(store, TIER, body_limit=100)
    for path in PATHS:
        for pieces in ([b" " * 101], [b" " * 60, b" " * 60]):
            assert problem(served.post(path, b"", pieces=pieces), 413)["code"] == "too_large"
        told = served.post(path, b"{}", headers={"content-length": "101"})
        assert problem(told, 413)["code"] == "too_large"


def test_the_short_form_has_four_keys(served: Served, store: Store) -> None:
    record = whole(LEAD)
    told = served.post("/predict", LEAD).json
    assert list(told) == ["lead_score", "confidence", "probabilities", "recommendation"]
    assert told["lead_score"] == record["tier"]
    assert told["confidence"] == record["confidence"]
    assert told["probabilities"] == record["probabilities"]
    action = record["action"]
    assert isinstance(action, dict)
    assert told["recommendation"] == action["text"]
    assert served.post("/predict/batch", [LEAD, LEAD]).json == [told, told]
    assert served.post("/predict/batch", []).json == []
    outcome = serve(store, OUTCOME).post("/predict", {"source": "Web", "visits": 9}).json
    assert outcome["confidence"] == outcome["probabilities"]["converted"]


def test_the_short_form_of_a_lead_without_a_score_asks_for_more(served: Served) -> None:
    told = served.post("/predict", {"income": None}).json
    assert (told["lead_score"], told["confidence"], told["probabilities"]) == (
        "Unscored",
        None,
        None,
    )
    assert told["recommendation"]


def test_one_bad_lead_refuses_a_short_batch_and_says_which(served: Served) -> None:
    told = problem(served.post("/predict/batch", [LEAD, {"income": "x"}, {"age": "y"}]), 422)
    assert (told["errors"][0]["row"], told["errors"][0]["field"]) == (1, "income")
    assert {one["row"] for one in told["errors"]} == {1, 2}


def test_without_a_live_model_nothing_is_scored(store: Store) -> None:
    served = serve(store, None)
    bodies = {"/v1/score/batch": {"leads": [LEAD]}, "/predict/batch": [LEAD]}
    for path in PATHS:
        assert problem(served.post(path, bodies.get(path, LEAD)), 503)["code"] == "no_model"
    lines = served.post("/v1/score/batch", json.dumps(LEAD).encode(), headers=LINES)
    assert problem(lines, 503)["code"] == "no_model"


def test_another_model_takes_over_whole(served: Served) -> None:
    assert served.post("/v1/score", LEAD).json["model"]["digest"] == TIER.digest
    served.held.now = champion_of(OUTCOME)
    told = served.post("/v1/score", {"source": "Web", "visits": 9}).json
    assert told["model"]["digest"] == OUTCOME.digest
    assert problem(served.post("/v1/score", {"visits": "9"}), 422)["errors"][0]["field"] == "visits"


@pytest.mark.parametrize("path", PATHS)
def test_only_a_post_with_a_key_is_answered(store: Store, path: str) -> None:
    clock = Clock()
    gate = Gate(store, per_minute=2, clock=clock)
    served = Served(store=store, held=Held(champion_of(TIER)), gate=gate, clock=clock)
    header, _ = key_of(store, "rep")
    told = served.post(path, LEAD)
    assert problem(told, 401)["code"] == "no_key"
    assert told.headers["www-authenticate"] == "Bearer"
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        other = served.post(path, LEAD, method=method, headers={"authorization": header})
        assert problem(other, 405)["code"] == "no_such_method"
        assert other.headers["allow"] == "POST"
    bodies = {"/v1/score/batch": {"leads": [LEAD]}, "/predict/batch": [LEAD]}
    for _ in range(2):
        kept = served.post(path, bodies.get(path, LEAD), headers={"Authorization": header})
        assert kept.status == 200
    often = served.post(path, LEAD, headers={"Authorization": header})
    assert problem(often, 429)["code"] == "too_often"
    assert int(often.headers["retry-after"]) >= 1


def test_requests_and_tiers_are_counted_by_route(served: Served) -> None:
    tier = served.post("/v1/score", LEAD).json["tier"]
    served.post("/v1/score", b"{")
    served.post("/predict/batch", [LEAD] * 3)
    told = served.meters.render().decode()
    assert f'leadscore_scores_total{{tier="{tier}"}} 4.0' in told
    for route, status in (("/v1/score", 200), ("/v1/score", 422), ("/predict/batch", 200)):
        labels = f'method="POST",route="{route}",status="{status}"'
        assert f"leadscore_request_seconds_count{{{labels}}} 1.0" in told


def test_drift_is_of_the_last_thousand_leads_of_the_live_model(served: Served) -> None:
    assert served.routes.drift() == {}
    served.post("/predict/batch", [LEAD] * 200)
    told = served.routes.drift()
    assert told["score"] > 0.5
    assert set(told) == {"score", *TIER.encoder.fields}
    served.held.now = champion_of(replace(TIER, version="2"))
    served.post("/v1/score", LEAD)
    assert served.routes.drift() == {}


def test_a_caller_who_goes_away_is_not_answered(served: Served) -> None:
    for headers in (JSON, LINES):
        scope = {
            "type": "http",
            "path": "/v1/score/batch",
            "method": "POST",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            raise AssertionError(message)

        asyncio.run(served.routes(scope, receive, send))


def test_what_nobody_thought_of_is_answered_as_a_problem_without_its_words(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def champion(self) -> None:
            raise ZeroDivisionError("a secret")

    served.held = Broken()  # type: ignore[assignment]  # that is the fault
    served.__post_init__()
    lines: list[dict[str, object]] = []

    class Log:
        def error(self, event: str, **more: object) -> None:
            lines.append({"event": event, **more})

    monkeypatch.setattr("leadscore.service.api.score.routes._log", Log())
    answered = served.post("/v1/score", LEAD)
    assert problem(answered, 500)["code"] == "error"
    assert b"secret" not in answered.body
    [line] = lines
    assert line["request_id"] == answered.headers["x-request-id"]
    assert isinstance(line["exc_info"], ZeroDivisionError)
