"""Messages go out once to each webhook that asked, and in order for each lead."""

from dataclasses import replace
from typing import Any  # Any: makers take whatever fields their rows have

import pytest

from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import DeliveryRow, DeliveryState
from tests.store.sql.makers import hold, make_message, make_webhook


@pytest.fixture
def told(store: Store) -> Store:
    """Return a store with two leads and a webhook."""
    hold(store, "L1", "L2")
    with store.begin(write=True) as work:
        work.webhooks.add(make_webhook())
    return store


def put(store: Store, *message_ids: str, lead_id: str | None = "L1", **said: Any) -> int:
    with store.begin(write=True) as work:
        return work.outbox.add([make_message(one, lead_id=lead_id, **said) for one in message_ids])


def claim(
    store: Store, *, now: int = 100, most: int = 9, webhook_id: str = "w1"
) -> list[DeliveryRow]:
    with store.begin(write=True) as work:
        return work.deliveries.claim(webhook_id, now=now, until=now + 50, most=most)


def settle(store: Store, delivery: DeliveryRow, state: DeliveryState, **said: Any) -> bool:
    with store.begin(write=True) as work:
        return work.deliveries.settle(replace(delivery, state=state, **said))


def names(found: list[DeliveryRow]) -> list[str]:
    return [one.message.message_id for one in found]


def test_a_webhook_comes_back_as_it_was_put(store: Store) -> None:
    hook, other = make_webhook(), make_webhook("w2", kinds=(), created_at=2)
    with store.begin(write=True) as work:
        work.webhooks.add(other)
        work.webhooks.add(hook)
        assert work.webhooks.all() == [hook, other]
        assert work.webhooks.disable("w1", at=5)
        assert work.webhooks.get("w1") == replace(hook, disabled_at=5)
        assert work.webhooks.remove("w1")
        assert not work.webhooks.remove("w1")
        assert not work.webhooks.disable("w1", at=None)
        assert work.webhooks.get("w1") is None
    assert hook.secret not in repr(hook)


def test_a_message_goes_to_those_who_asked_for_its_kind(told: Store) -> None:
    with told.begin(write=True) as work:
        work.webhooks.add(make_webhook("both", kinds=("lead.scored", "task.due")))
        work.webhooks.add(make_webhook("off", disabled_at=1))
    assert put(told, "n1") == 2
    assert put(told, "n2", kind="task.due") == 1
    assert put(told, "n3", kind="model.promoted") == 0
    assert put(told, "n1") == 0
    with told.begin(write=False) as work:
        assert work.deliveries.receivers_due(now=100) == ["both", "w1"]
        assert work.deliveries.counts() == {"waiting": 3, "sent": 0, "dead": 0}
        assert work.deliveries.waiting_since() == 10


def test_a_delivery_is_claimed_by_one_and_again_once_the_claim_is_over(told: Store) -> None:
    put(told, "n1")
    assert claim(told, now=9) == []
    (first,) = claim(told, now=10)
    assert (first.message, first.attempts, first.state) == (make_message("n1"), 1, "waiting")
    assert claim(told, now=59) == []
    (second,) = claim(told, now=60)
    assert second.attempts == 2
    assert not settle(told, first, "dead")
    assert settle(told, second, "sent", status=204, settled_at=61)
    assert not settle(told, second, "waiting")
    assert claim(told, now=999) == []
    with told.begin(write=False) as work:
        assert work.deliveries.counts() == {"waiting": 0, "sent": 1, "dead": 0}
        assert work.deliveries.waiting_since() is None
        assert work.deliveries.receivers_due(now=999) == []


def test_all_deliveries_about_a_lead_are_found(told: Store) -> None:
    put(told, "n1", "n2")
    put(told, "other", lead_id="L2")
    settle(told, claim(told)[0], "sent", settled_at=61)
    with told.begin(write=False) as work:
        assert names(work.deliveries.of("L1")) == ["n1", "n2"]
        assert work.deliveries.of("nobody") == []


def test_a_leads_messages_are_delivered_in_their_order(told: Store) -> None:
    put(told, "n1", "n2")
    put(told, "other", lead_id="L2")
    first = claim(told)
    assert names(first) == ["n1", "other"]
    assert settle(told, first[0], "waiting", next_at=500)
    assert names(claim(told, now=499)) == ["other"]
    (again,) = [one for one in claim(told, now=500) if one.message.lead_id == "L1"]
    assert again.message.message_id == "n1"
    assert settle(told, again, "dead", settled_at=501)
    assert "n2" in names(claim(told, now=600))


def test_messages_about_no_lead_wait_for_nobody(told: Store) -> None:
    put(told, "n1", "n2", lead_id=None)
    assert names(claim(told)) == ["n1", "n2"]


def test_one_webhook_does_not_wait_for_another(told: Store) -> None:
    with told.begin(write=True) as work:
        work.webhooks.add(make_webhook("w2"))
    put(told, "n1", "n2")
    claim(told)
    (theirs,) = claim(told, webhook_id="w2")
    assert settle(told, theirs, "sent")
    assert names(claim(told, webhook_id="w2")) == ["n2"]


def test_what_is_due_first_goes_first(told: Store) -> None:
    hold(told, *"abc")
    for at, lead_id in ((30, "a"), (10, "b"), (20, "c")):
        put(told, lead_id, lead_id=lead_id, created_at=at)
    assert names(claim(told, most=1)) == ["b"]
    assert names(claim(told, most=1)) == ["c"]


def test_a_disabled_webhook_gets_nothing_until_it_is_back(told: Store) -> None:
    put(told, "n1")
    with told.begin(write=True) as work:
        work.webhooks.disable("w1", at=11)
        assert work.deliveries.receivers_due(now=100) == []
        work.webhooks.disable("w1", at=None)
        assert work.deliveries.receivers_due(now=100) == ["w1"]


def test_a_dead_delivery_can_be_sent_again(told: Store) -> None:
    put(told, "n1")
    (first,) = claim(told)
    settle(told, first, "dead", settled_at=101)
    with told.begin(write=True) as work:
        assert work.deliveries.resend(first.delivery_id, at=200)
        assert not work.deliveries.resend(first.delivery_id, at=200)
        found = work.deliveries.get(first.delivery_id)
        assert found
        assert (found.state, found.attempts, found.next_at) == ("waiting", 0, 200)
    assert names(claim(told, now=200)) == ["n1"]


def test_a_webhooks_deliveries_are_looked_through_backwards(told: Store) -> None:
    put(told, "n1", "n2", "n3", lead_id=None)
    settle(told, claim(told)[1], "dead")
    with told.begin(write=False) as work:
        found = work.deliveries.page("w1", most=2)
        assert names(found) == ["n3", "n2"]
        assert names(work.deliveries.page("w1", before=found[-1].delivery_id, most=2)) == ["n1"]
        assert names(work.deliveries.page("w1", state="dead", most=9)) == ["n2"]
        assert work.deliveries.page("w2", most=9) == []


def test_old_messages_go_once_none_of_them_waits(told: Store) -> None:
    put(told, "n1", "n2", lead_id=None)
    settle(told, claim(told)[0], "sent")
    with told.begin(write=True) as work:
        assert work.outbox.expire(before=11, most=9) == 1
        assert work.outbox.expire(before=11, most=9) == 0
        assert work.deliveries.counts() == {"waiting": 1, "sent": 0, "dead": 0}
