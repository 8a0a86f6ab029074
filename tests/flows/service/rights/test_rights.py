"""Erasure, objection, export: what a person asks for is done, and nothing of it stays undone."""

import json
from typing import Any  # Any: JSON as a reader sees it

import pytest

from leadscore.errors import Gone, NotFound
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.leads.records import get_lead
from leadscore.flows.service.ports import Store
from leadscore.flows.service.rights.erase import erase_lead
from leadscore.flows.service.rights.export import export_lead
from leadscore.flows.service.rights.objection import set_objection
from leadscore.flows.service.service_rows import WebhookRow
from leadscore.flows.service.work.worklist import read_worklist
from leadscore.leads.moment import HOUR
from tests.flows.service.leads.live import NOW, at, take, track
from tests.flows.service.work.scene import by, last_task, log, make, moved, tasks


@pytest.fixture
def known(store: Store) -> Store:
    """Return a store with a lead of which a good deal is known."""
    hook = WebhookRow(
        webhook_id="w1",
        url="https://a.example",
        secret="s",  # noqa: S106 -- it signs nothing here
        kinds=("lead.scored", "lead.tier_changed"),
        created_at=1,
        created_by="k",
    )
    with store.begin(write=True) as work:
        work.webhooks.add(hook)
    traits = {"income": 250_000, "email": "a@example.com", "name": "A. Bee"}
    take(store, {"userId": "L1", "traits": traits, "messageId": "m1"}, "identify")
    take(store, track(messageId="m2"), now=NOW + HOUR)
    return store


def ask(store: Store, *, objects: bool, now: int = NOW + HOUR, **said: Any) -> dict[str, Any]:
    with store.begin(write=True) as work:
        return set_objection(work, at(now, **said), "L1", objects=objects)


def erase(store: Store, lead_id: str = "L1") -> dict[str, Any]:
    with store.begin(write=True) as work:
        return erase_lead(work, by("boss", "admin"), lead_id)


def export(store: Store, context: Context | None = None) -> dict[str, Any]:
    with store.begin(write=False) as work:
        return export_lead(work, context or by("boss", "admin", now=NOW + 2 * HOUR), "L1")


def tier(store: Store) -> str:
    with store.begin(write=False) as work:
        score: Any = get_lead(work, at(NOW + 2 * HOUR), "L1")["score"]
        return str(score["tier"])


def test_an_erased_lead_is_gone_and_does_not_come_back(known: Store) -> None:
    told = erase(known)
    assert told["lead_id"] == "L1"
    assert told["models"] == []
    kinds = {"contacts", "deliveries", "events", "leads", "messages", "scores", "tasks"}
    assert kinds <= set(told["erased"])
    with pytest.raises(Gone):
        take(known, track(messageId="m3"))
    with pytest.raises(Gone):
        take(known, {"userId": "L9", "traits": {"email": "a@example.com"}}, "identify")
    with pytest.raises(Gone):
        export(known)


def test_an_erasure_names_who_else_has_the_address(known: Store) -> None:
    take(known, {"userId": "L9", "traits": {"email": "A@example.com"}}, "identify")
    assert erase(known)["same_address"] == ["L9"]
    assert erase(known, "L9")["same_address"] == []


def test_erasing_again_or_what_is_not_known_is_no_fault(known: Store) -> None:
    erase(known)
    assert erase(known)["erased"] == {}
    assert erase(known, "nobody")["erased"] == {}
    with pytest.raises(Gone):
        take(known, track("nobody"))


def test_the_audit_log_says_that_a_lead_was_erased_but_not_which(known: Store) -> None:
    erase(known)
    with known.begin(write=False) as work:
        lines = work.trail.page(most=9)
    assert [(one.action, one.actor, one.lead_id) for one in lines] == [("lead.erase", "boss", None)]
    assert "L1" not in repr(lines)


def test_a_lead_that_objects_is_unscored_and_leaves_the_worklist(known: Store) -> None:
    make(known, "claim")
    told = ask(known, objects=True)
    assert told == {"lead_id": "L1", "objected_at": "2026-03-09T01:00:00Z"}
    assert tier(known) == "Unscored"
    assert moved(known)[-1] == ("complete", "k1", "objection")
    take(known, track(messageId="m3"), now=NOW + 2 * HOUR)
    assert tier(known) == "Unscored"
    with known.begin(write=False) as work:
        assert read_worklist(work, by(role="manager"))["total"] == 0
        assert len(work.events.of("L1")) == 3


def test_a_lead_that_objects_no_more_is_scored_by_all_that_is_known(known: Store) -> None:
    before = tier(known)
    ask(known, objects=True)
    told = ask(known, objects=False, now=NOW + 2 * HOUR)
    assert told["objected_at"] is None
    assert tier(known) == before
    assert [(one.task.wave, one.task.state) for one in tasks(known)] == [
        ("2", "open"),
        ("1", "done"),
    ]


def test_an_objection_said_again_keeps_its_moment(known: Store) -> None:
    first = ask(known, objects=True)
    assert ask(known, objects=True, now=NOW + 9 * HOUR) == first
    ask(known, objects=False)
    assert ask(known, objects=False)["objected_at"] is None
    with known.begin(write=False) as work:
        lines = work.trail.page(lead_id="L1", most=9)
    assert [one.details for one in lines] == [{"objects": False}, {"objects": True}]


def test_an_objection_is_taken_down_though_no_model_is_live(known: Store) -> None:
    ask(known, objects=True, champion=None)
    assert last_task(known).task.state == "done"
    assert export(known)["objected_at"]


def test_only_a_known_lead_can_object(known: Store) -> None:
    with pytest.raises(NotFound), known.begin(write=True) as work:
        set_objection(work, at(), "nobody", objects=True)
    erase(known)
    with pytest.raises(Gone):
        ask(known, objects=True)


def test_an_export_has_all_that_is_held(known: Store) -> None:
    make(known, "claim")
    log(known, "contacted", id="o1", context=by(now=NOW + HOUR))
    told = json.loads(json.dumps(export(known)))
    assert told["contact"] == {"name": "A. Bee", "email": "a@example.com"}
    assert told["created_at"] == "2026-03-09T00:00:00Z"
    assert [one["message_id"] for one in told["events"]] == ["m1", "m2"]
    assert told["events"][0]["values"] == {"income": 250_000}
    assert [one["cause"] for one in told["scores"]] == ["m1", "m2"]
    assert told["scores"][0]["record"]["lead_id"] == "L1"
    assert told["scores"][0]["fields"]["income"] == 250_000
    assert [one["id"] for one in told["outcomes"]] == ["o1"]
    assert told["standing"]["state"] == "contacted"
    assert [one["moves"][0]["move"] for one in told["tasks"]] == ["claim"]
    assert {one["kind"] for one in told["deliveries"]} == {"lead.scored", "lead.tier_changed"}
    assert told["deliveries"][0]["body"]["data"]["lead_id"] == "L1"
    assert [one["action"] for one in told["trail"]] == ["outcome.write"]


def test_a_long_audit_log_is_exported_as_a_whole(known: Store) -> None:
    with known.begin(write=True) as work:
        for _ in range(1_003):
            note(work, by(), "lead.write", lead_id="L1")
    assert len(export(known)["trail"]) == 1_003


def test_what_is_not_known_cannot_be_exported(store: Store) -> None:
    with pytest.raises(NotFound):
        export(store)
