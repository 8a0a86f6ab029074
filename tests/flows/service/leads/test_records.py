"""Leads are put in, read and listed."""

import json
from typing import Any  # Any: JSON as a caller would write it

import pytest

from leadscore.errors import BadInput, Gone, NoModel, NotFound
from leadscore.flows.service.leads.records import get_lead, list_leads, put_lead
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import HOUR, moment_text
from leadscore.leads.outcome import Outcome
from leadscore.score.record import Json
from tests.flows.service.leads.live import NOW, at, take, track


def put(
    store: Store, body: Any, lead_id: str = "L1", *, now: int = NOW, key: str = ""
) -> dict[str, Json]:
    with store.begin(write=True) as work:
        return put_lead(work, at(now), lead_id, body, key=key)


def read(store: Store, lead_id: str = "L1", *, now: int = NOW) -> dict[str, Json]:
    with store.begin(write=False) as work:
        return get_lead(work, at(now), lead_id)


def test_a_lead_that_is_put_in_is_known_and_scored(store: Store) -> None:
    body = {"fields": {"income": "90,000", "shoe_size": 43}, "contact": {"name": "Ann"}}
    lead = put(store, body)
    assert json.loads(json.dumps(lead)) == lead
    assert lead["fields"] == {"income": 90_000}
    assert lead["contact"] == {"name": "Ann"}
    assert lead["created_at"] == moment_text(NOW)
    assert isinstance(lead["score"], dict)
    assert lead["score"]["lead_id"] == "L1"
    assert read(store) == lead


def test_what_is_not_mentioned_stays_and_a_null_takes_back(store: Store) -> None:
    put(store, {"fields": {"income": 1, "source": "Web"}, "contact": {"name": "Ann"}})
    put(store, {"fields": {"source": "Event"}}, now=NOW + 1)
    assert put(store, {}, now=NOW + 2)["fields"] == {"income": 1, "source": "Event"}
    lead = put(store, {"fields": {"income": None}}, now=NOW + 3)
    assert lead["fields"] == {"source": "Event"}
    assert lead["contact"] == {"name": "Ann"}


def test_fields_that_lie_flat_are_refused_with_where_they_belong(store: Store) -> None:
    with pytest.raises(BadInput, match="fields: got nothing, but 'income' beside"):
        put(store, {"income": 90_000})
    with pytest.raises(NotFound):
        read(store)


def test_the_same_key_again_changes_nothing(store: Store) -> None:
    put(store, {"fields": {"income": 1}}, key="once")
    put(store, {"fields": {"income": 2}}, now=NOW + 1)
    assert put(store, {"fields": {"income": 1}}, now=NOW + 2, key="once")["fields"] == {"income": 2}


def test_a_counter_that_is_stated_replaces_what_was_counted_until_then(store: Store) -> None:
    take(store, track())
    put(store, {"fields": {"views": 7}}, now=NOW + 1)
    take(store, track(messageId="m2"), now=NOW + 2)
    fields = read(store, now=NOW + 2)["fields"]
    assert isinstance(fields, dict)
    assert fields["views"] == 8


def test_every_fault_is_told_at_once_and_personal_data_is_not(store: Store) -> None:
    body = {"fields": {"income": "a lot"}, "contact": {"email": "secret\n@example.com"}}
    with pytest.raises(BadInput) as caught:
        put(store, body, lead_id=" ")
    assert {one.field for one in caught.value.faults} == {
        "lead_id",
        "fields.income",
        "contact.email",
    }
    assert "secret" not in caught.value.words()


@pytest.mark.parametrize("body", [[], 3, {"fields": []}, {"contact": "Ann"}])
def test_what_is_no_lead_is_refused(store: Store, body: Any) -> None:
    with pytest.raises(BadInput, match="The lead has 1 fault"):
        put(store, body)


def test_contact_data_among_the_fields_is_not_kept(store: Store) -> None:
    assert put(store, {"fields": {"name": "Ann"}})["contact"] is None


def test_an_erased_lead_or_address_is_refused(store: Store) -> None:
    put(store, {"contact": {"email": "ann@example.com"}})
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    for lead_id, body in (("L1", {}), ("L2", {"contact": {"email": "ANN@example.com"}})):
        with pytest.raises(Gone):
            put(store, body, lead_id)
    with pytest.raises(Gone):
        read(store)
    with pytest.raises(NotFound):
        read(store, "L2")


def test_a_lead_is_read_as_its_history_gives_it_now(store: Store) -> None:
    take(store, track())
    won = Outcome(
        id="o1", lead_id="L1", kind="converted", occurred_at=NOW, recorded_at=NOW, value=5
    )
    with store.begin(write=True) as work:
        work.outcomes.add([won])
    lead = read(store, now=NOW + 8 * 24 * HOUR)
    fields, stands = lead["fields"], lead["standing"]
    assert isinstance(fields, dict)
    assert isinstance(stands, dict)
    assert (fields["views"], fields["week"]) == (1, 0)
    assert (stands["state"], stands["value"]) == ("converted", 5)
    assert lead["last_active_at"] == moment_text(NOW)


def test_while_no_model_is_live_a_lead_is_read_without_fields_and_none_is_put_in(
    store: Store,
) -> None:
    put(store, {"fields": {"income": 1}})
    with store.begin(write=False) as work:
        assert get_lead(work, at(champion=None), "L1")["fields"] is None
    with pytest.raises(NoModel), store.begin(write=True) as work:
        put_lead(work, at(champion=None), "L1", {})


def test_leads_are_listed_by_rising_id_in_pages(store: Store) -> None:
    for number in (3, 1, 2):
        put(store, {"fields": {"income": number}}, f"L{number}")
    with store.begin(write=False) as work:
        first = list_leads(work, at(), most=2)
        last = list_leads(work, at(), after=str(first["after"]), most=2)
    assert [one["lead_id"] for one in told(first)] == ["L1", "L2"]
    assert [one["lead_id"] for one in told(last)] == ["L3"]
    assert (first["after"], last["after"], last["total"]) == ("L2", None, 3)
    assert {one["standing"] for one in told(first)} == {"open"}
    assert all(
        isinstance(one["score"], dict) and "record" not in one["score"] for one in told(first)
    )


def told(page: dict[str, Json]) -> list[dict[str, Json]]:
    leads = page["leads"]
    assert isinstance(leads, list)
    return [one for one in leads if isinstance(one, dict)]
