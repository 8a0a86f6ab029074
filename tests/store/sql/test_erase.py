"""Erasure leaves nothing of a lead but salted hashes, whatever table it was in."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from leadscore.flows.service.lead_rows import WorkRow
from leadscore.flows.service.service_rows import TrailRow
from leadscore.leads.event import Contact
from leadscore.store.sql.store import SqlStore
from leadscore.store.sql.tables import metadata
from tests.databases import open_store
from tests.store.sql.makers import (
    hold,
    make_event,
    make_message,
    make_model,
    make_move,
    make_outcome,
    make_reply,
    make_score,
    make_task,
    make_webhook,
    make_work,
    moved,
)

LEAD = "lead-7Q2X"
#: What is known of the lead, each of it as nothing else is.
PLANTED = {
    "lead_id": LEAD,
    "name": "Ännchen Planted",
    "email": "Planted@Example.com",
    "phone": "+49 555 7272",
    "company": "Planted & Sons",
    "city": "Plantedtown",
    "reason": "planted reason",
    "call": "planted-call",
}
CONTACT = ("name", "email", "phone", "company")
#: The tables whose rows outlive every lead, and why.
OUTLIVE = {
    "bundle_parts": "a model",
    "facts": "the salt",
    "keys": "a key",
    "leases": "a worker",
    "learned_from": "hashes of other leads",
    "models": "a model, marked",
    "promotions": "a champion",
    "tombstones": "the hashes that stop the lead from coming back",
    "trail": "a hash of the lead",
    "webhooks": "a receiver",
}


def plant(store: SqlStore, lead_id: str, *, suffix: str = "") -> None:
    """Write the lead into every table that knows of leads."""
    values = {"city": PLANTED["city"], "call": PLANTED["call"]}
    task = make_task("t" + suffix, lead_id=lead_id)
    after = moved(task, "override", tier="Low", reason=PLANTED["reason"])
    place = make_work("t" + suffix, lead_id=lead_id).entry
    with store.begin(write=True) as work:
        work.leads.hold([lead_id], at=1)
        said = {part: PLANTED[part] for part in CONTACT}
        work.contacts.put([Contact(lead_id=lead_id, occurred_at=1, **said)])
        work.events.add([make_event("m" + suffix, lead_id=lead_id, values=values)])
        record = json.dumps({"lead_id": lead_id, **PLANTED}).encode()
        work.scores.add([make_score("s" + suffix, lead_id=lead_id, features=values, record=record)])
        lost = make_outcome("o" + suffix, lead_id=lead_id, kind="lost", reason=PLANTED["reason"])
        work.outcomes.add([lost])
        work.tasks.add([WorkRow(task=task, entry=place)])
        note = make_move(task, after, "override")
        work.tasks.replace(task, after, replace(note, reason=PLANTED["reason"]))
        work.outbox.add([make_message("n" + suffix, lead_id=lead_id, body=record)])
        work.replies.reserve("k1", "key" + suffix, request="q", at=1)
        work.replies.keep(make_reply("key" + suffix, body=record), lead_ids=[lead_id])
        work.trail.add(TrailRow(at=1, actor="k1", action="lead.import", lead_id=lead_id))
        work.models.add(make_model("d" + suffix), {"card.json": b"{}"}, taught_by=[lead_id])


@pytest.fixture
def planted(store: SqlStore) -> SqlStore:
    """Return a store that knows the lead everywhere, and another lead."""
    with store.begin(write=True) as work:
        work.webhooks.add(make_webhook())
    plant(store, LEAD)
    plant(store, "L1", suffix="2")
    return store


def contents(store: SqlStore) -> dict[str, str]:
    """Return everything that is in the database, table by table, as one text each."""
    with store._engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: "\n".join(
                _plain(value)
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 -- a table's own name
                for value in row
            )
            for name in names
        }


def _plain(value: object) -> str:
    """Return a value as text in which a name is found however it was written."""
    said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return said.encode("latin-1", "replace").decode("unicode_escape", "replace").casefold()


def found(store: SqlStore, what: str) -> set[str]:
    """Return the tables in which a text is found."""
    return {name for name, all_of_it in contents(store).items() if _plain(what) in all_of_it}


def test_the_scan_sees_what_is_planted_in_every_table_about_leads(planted: SqlStore) -> None:
    about_leads = set(metadata.tables) - set(OUTLIVE)
    assert found(planted, LEAD) | found(planted, PLANTED["reason"]) == about_leads
    for what in PLANTED.values():
        assert found(planted, what)


def test_nothing_of_an_erased_lead_is_found_anywhere(planted: SqlStore) -> None:
    with planted.begin(write=True) as work:
        # the other lead says the same, so it goes first: all that is left would be this one's
        work.leads.erase("L1", at=8)
        gone = work.leads.erase(LEAD, at=9)
    assert {what for what in PLANTED.values() if found(planted, what)} == set()
    assert set(gone.rows) == set(metadata.tables) - set(OUTLIVE) - {"reply_leads"}
    assert set(gone.rows.values()) == {1}
    assert gone.models == ("d",)


def test_nothing_of_an_erased_lead_is_left_in_sqlites_file(tmp_path: Path) -> None:
    place = tmp_path / "leadscore.db"
    store = open_store(f"sqlite:///{place}")
    store.prepare()
    plant(store, LEAD)
    hold(store, *[f"L{at}" for at in range(500)])
    assert LEAD.encode() in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    with store.begin(write=True) as work:
        work.leads.erase(LEAD, at=9)
    store.close()
    content = place.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == [place.name]
    assert {what for what in PLANTED.values() if what.encode() in content} == set()


def test_what_is_known_of_others_stays(planted: SqlStore) -> None:
    with planted.begin(write=True) as work:
        work.leads.erase(LEAD, at=9)
    with planted.begin(write=False) as work:
        assert work.leads.get("L1")
        assert work.contacts.get("L1")
        assert len(work.events.of("L1")) == len(work.outcomes.of("L1")) == 1
        assert work.scores.latest("L1")
        assert work.tasks.moves("t2")
        assert work.deliveries.counts()["waiting"] == 1
    with planted.begin(write=True) as work:
        assert work.replies.reserve("k1", "key2", request="q", at=9)


def test_an_answer_to_many_leads_goes_with_the_first_of_them(store: SqlStore) -> None:
    with store.begin(write=True) as work:
        work.leads.hold(["L1", "L2"], at=1)
        work.replies.reserve("k1", "batch", request="q", at=1)
        work.replies.keep(make_reply("batch"), lead_ids=["L1", "L2", "L1"])
        assert work.leads.erase("L2", at=2).rows == {"replies": 1, "leads": 1}
        assert work.leads.erase("L1", at=3).rows == {"leads": 1}


def test_an_erased_lead_does_not_come_back(planted: SqlStore) -> None:
    with planted.begin(write=True) as work:
        work.leads.erase(LEAD, at=9)
    with planted.begin(write=True) as work:
        assert set(work.leads.hold([LEAD, "L1", "L3"], at=10)) == {"L1", "L3"}
        assert work.leads.get(LEAD) is None
        assert work.leads.barred([LEAD, "L1"]) == {LEAD}
        addresses = [" planted@example.COM ", "planted@example.com", "ann@example.com"]
        assert work.leads.barred_emails(addresses) == set(addresses[:2])


def test_who_asks_for_it_is_let_in_again(planted: SqlStore) -> None:
    with planted.begin(write=True) as work:
        work.leads.erase(LEAD, at=9)
        assert work.leads.readmit(lead_id=LEAD)
        assert not work.leads.readmit(lead_id=LEAD)
        assert work.leads.hold([LEAD], at=10)
        assert work.leads.barred_emails([PLANTED["email"]])
        assert work.leads.readmit(email=PLANTED["email"].upper())
        assert not work.leads.barred_emails([PLANTED["email"]])


def test_a_lead_can_be_erased_before_it_ever_came(store: SqlStore) -> None:
    with store.begin(write=True) as work:
        assert not work.leads.erase("L1", at=1).rows
        assert not work.leads.erase("L1", at=2).rows
        assert not work.leads.hold(["L1"], at=3)


def test_an_erasure_that_fails_removes_nothing(planted: SqlStore) -> None:
    before = contents(planted)

    def erase_and_fail() -> None:
        with planted.begin(write=True) as work:
            work.leads.erase(LEAD, at=9)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        erase_and_fail()
    assert contents(planted) == before


def test_an_objection_leaves_what_is_known(planted: SqlStore) -> None:
    hold(planted, LEAD)
    with planted.begin(write=True) as work:
        assert work.leads.set_objection(LEAD, at=9)
        assert work.scores.latest(LEAD)
