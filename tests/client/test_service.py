"""The client against the real service: each call gets the answer that its type says."""

import asyncio
import inspect
import re
import runpy
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any  # Any: an OpenAPI document

import pytest

from leadscore import AsyncClient, Client, save_model, train_model
from leadscore.client.calls import leads, work
from leadscore.client.calls import service as service_calls
from leadscore.client.calls.call import Call, get
from leadscore.errors import BadInput, Conflict, Gone, NoKey, NotAllowed, NotFound
from leadscore.testing.makers import make_frame, make_lead
from tests.house.source import ROOT
from tests.service.process import Service

OTHER = ROOT / "tests" / "data" / "format_3_deep.zip"
BLOCK = re.compile(r"^```py\n(.*?)^```$", re.M | re.S)
#: What the page's examples are shown with.
SHOWN = "http://127.0.0.1:8000"


#: What is no text of the parameters that calls need.
SAMPLES: dict[str, object] = {
    "lead": {},
    "leads": [],
    "messages": [],
    "outcomes": [],
    "traits": {},
    "fields": {},
    "content": b"",
    "archive": b"",
    "models": [],
    "kinds": [],
    "objects": True,
}
#: The short form of the first description, pages, and what other programs read.
LEFT_OUT = {
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/metrics"),
    ("POST", "/predict"),
    ("POST", "/predict/batch"),
}
#: Uvicorn passes the signal that ended it on, once it has ended in good order.
ENDED = (0, -signal.SIGTERM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    save_model(train_model(make_frame(600, seed=1), recipe="logistic"), folder / "model")
    made = Service(folder, f"sqlite:///{folder / 'leadscore.db'}", folder / "model")
    made.start()
    yield made
    assert made.stop() in ENDED


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    return service.make_key()


@pytest.fixture(scope="module")
def client(service: Service, key: str) -> Iterator[Client]:
    with Client(service.url, key) as made:
        yield made


def test_a_lead_is_scored_the_same_alone_and_in_a_batch(client: Client) -> None:
    alone = client.score(make_lead(), lead_id="S1")
    assert alone["lead_id"] == "S1"
    assert alone["reasons"]
    both = client.score_batch([make_lead(), {"income": "much"}])
    assert both["scores"][0]
    assert both["scores"][0]["score"] == alone["score"]
    assert [one["index"] for one in both["errors"]] == [1]


def test_a_kept_score_is_there_and_comes_out_again(client: Client) -> None:
    kept = client.score(make_lead(), keep=True)
    given = {name: value for name, value in kept.items() if name != "input"}
    assert client.get_score(kept["score_id"]) == given
    assert client.replay(kept["score_id"])["same"] is True
    stateless = client.score(make_lead(income=50_000))
    with pytest.raises(NotFound):
        client.get_score(stateless["score_id"])
    assert client.replay(stateless["score_id"], record=stateless)["same"] is True


def test_a_leads_way_through_the_service(client: Client) -> None:
    lead = client.put_lead("way", {"income": 200_000}, contact={"name": "Ann Bee"})
    assert lead["contact"] == {"name": "Ann Bee"}
    taken = client.track("way", "property_view", message_id="way-1")
    assert (taken["accepted"], taken["repeated"]) == (1, 0)
    assert client.track("way", "property_view", message_id="way-1")["repeated"] == 1
    assert client.identify("way", {"credit_score": 700})["scores"]["way"]["tier"]
    messages = [{"type": "track", "userId": "way", "event": "email_open"}, {"type": "track"}]
    batch = client.batch(messages)
    assert batch["accepted"] == 1
    assert {one["index"] for one in batch["errors"]} == {1}
    fields = client.get_lead("way")["fields"]
    assert fields
    assert (fields["property_views"], fields["email_opens"]) == (1, 1)
    assert len(client.score_history("way")["scores"]) >= 3
    assert "way" in {one["lead_id"] for one in client.list_leads()["leads"]}


def test_a_task_goes_through_its_moves(client: Client) -> None:
    client.put_lead("tasks", make_lead())
    items = client.worklist(most=500)["items"]
    (item,) = (one for one in items if one["lead_id"] == "tasks")
    task_id = item["task"]["id"]
    assert client.claim(task_id, minutes=5)["state"] == "claimed"
    assert "tasks" in {one["lead_id"] for one in client.worklist(mine=True)["items"]}
    assert client.release(task_id)["state"] == "open"
    assert client.override(task_id, tier="Low", reason="knows us")["override"]
    later = datetime.fromisoformat(item["task"]["created_at"]) + timedelta(days=1)
    assert client.snooze(task_id, until=later)["state"] == "snoozed"
    assert client.complete(task_id)["state"] == "done"
    with pytest.raises(Conflict):
        client.complete(task_id)
    assert client.reopen(task_id, reason="rang back")["state"] == "open"
    assert len(client.task(task_id)["moves"]) == 6


def test_what_became_of_a_lead_is_kept(client: Client) -> None:
    client.put_lead("became", make_lead())
    said = client.log_outcome("became", "converted", value=9_000, outcome_id="became-1")
    assert said["standing"]["state"] == "converted"
    again = client.log_outcome("became", "converted", value=9_000, outcome_id="became-1")
    assert again["repeated"] is True
    many = client.log_outcomes([{"lead_id": "became", "kind": "contacted"}, {"kind": "lost"}])
    assert many["accepted"] == 1
    assert {one["index"] for one in many["errors"]} == {1}


def test_a_file_of_leads_comes_in_once(client: Client) -> None:
    content = b"Lead;Annual income\nimp-1;90000\nimp-2;much\n"
    asked = {"Lead": "lead_id", "Annual income": "income"}
    tried = client.import_leads(content, mapping=asked, dry_run=True)
    assert (tried["new"], tried["refused"]) == (1, 1)
    with pytest.raises(NotFound):
        client.get_lead("imp-1")
    done = client.import_leads(content, name='the "last" one.csv', mapping=asked)
    assert (done["new"], done["refused"]) == (1, 1)
    assert client.import_leads(content, mapping=asked)["unchanged"] == 1


def test_rights_are_calls(client: Client) -> None:
    client.put_lead("rights #1 ?ü%", make_lead())
    client.set_objection("rights #1 ?ü%", objects=True)
    lead = client.get_lead("rights #1 ?ü%")
    assert lead["objected_at"]
    assert client.export_lead("rights #1 ?ü%")["events"]
    client.erase_lead("rights #1 ?ü%")
    with pytest.raises(Gone):
        client.put_lead("rights #1 ?ü%", make_lead())


def test_models_are_listed_compared_added_and_promoted(client: Client) -> None:
    added = client.add_model(OTHER.read_bytes(), note="a try")
    digest = added["digest"]
    (live,) = (one["digest"] for one in client.list_models()["models"] if one["live"])
    assert client.compare_models([digest, live[:12]])["figures"]
    assert client.promote_model(digest, reason="a try")
    assert client.score(make_lead())["model"]["digest"] == digest
    assert client.roll_back_model(reason="it was a try")
    assert client.promotions(most=3)


def test_keys_are_made_used_rotated_and_revoked(client: Client, service: Service) -> None:
    made = client.create_key("rep", name="Ann", expires_at="2999-01-01T00:00:00Z")
    with Client(service.url, made["key"]) as rep:
        assert rep.worklist()["total"] >= 0
        with pytest.raises(NotAllowed):
            rep.list_keys()
    rotated = client.rotate_key(made["prefix"])
    client.revoke_key(rotated["prefix"])
    states = {one["prefix"]: one["state"] for one in client.list_keys()["keys"]}
    assert states[rotated["prefix"]] == "revoked"
    assert client.trail(most=5)


def test_a_wrong_key_is_refused(service: Service) -> None:
    with Client(service.url, "lsk_none") as nobody, pytest.raises(NoKey):
        nobody.worklist()


def test_webhooks_are_added_and_removed(client: Client) -> None:
    made = client.add_webhook("https://example.com/hook", ["lead.scored"])
    assert made["secret"].startswith("whsec_")
    assert client.list_webhooks()["webhooks"][0]["id"] == made["id"]
    assert client.list_deliveries(made["id"], state="waiting", most=5)
    assert client.disable_webhook(made["id"])["disabled_at"]
    assert client.enable_webhook(made["id"])["disabled_at"] is None
    assert client.rotate_webhook(made["id"])["secret"] != made["secret"]
    client.remove_webhook(made["id"])
    with pytest.raises(NotFound):
        client.resend_delivery(10**9)


def test_all_faults_come_at_once(client: Client) -> None:
    with pytest.raises(BadInput) as caught:
        client.score({"income": "much", "credit_score": "good"})
    assert {one.field for one in caught.value.faults} == {"income", "credit_score"}


def test_the_service_is_ready(client: Client) -> None:
    assert client.ready()


def test_the_async_client_scores_side_by_side(service: Service, key: str) -> None:
    async def run() -> list[float | None]:
        async with AsyncClient(service.url, key) as client:
            made = (client.score(make_lead(income=one)) for one in range(50_000, 150_000, 5_000))
            return [one["score"] for one in await asyncio.gather(*made)]

    scores = asyncio.run(run())
    assert len(scores) == 20
    assert all(one is not None for one in scores)


def test_the_pages_examples_run(service: Service, key: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    assert len(blocks) > 2
    names: dict[str, object] = {"key": key}
    for block in blocks:
        script = tmp_path / "block.py"
        script.write_text(block.replace(SHOWN, service.url), encoding="utf-8")
        names = runpy.run_path(str(script), init_globals=names)


def test_the_page_names_every_call() -> None:
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    calls = {name for name in dir(Client) if name[0] != "_"} - {"close", "send"}
    assert {name for name in calls if f"`{name}`" not in page} == set()


def test_every_route_of_the_service_is_a_call_or_left_out_for_a_reason(client: Client) -> None:
    document: Any = client.send(get("/openapi.json"))
    routes = {
        (method.upper(), re.sub(r"\{\w+\}", "X", path))
        for path, operations in document["paths"].items()
        for method in operations
    }
    called = {(one.method, re.sub(r"(/tasks/X/)\w+", r"\1X", one.path)) for one in samples()}
    assert called <= routes
    assert routes - called == LEFT_OUT


def samples() -> Iterator[Call[object]]:
    """Yield one call of every kind, with X wherever a route has a parameter."""
    modules = (leads, work, service_calls)
    for make in (getattr(module, name) for module in modules for name in module.__all__):
        wanted = inspect.signature(make).parameters.values()
        given = {one.name: SAMPLES.get(one.name, "X") for one in wanted if one.default is one.empty}
        yield make(**given)
