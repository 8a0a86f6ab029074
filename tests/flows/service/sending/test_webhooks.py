"""Webhooks: added, listed, disabled, removed, their secrets renewed, their messages resent."""

import base64
from dataclasses import replace

import pytest

from leadscore.errors import BadRequest, Conflict, NotFound
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.sending import dispatch
from leadscore.flows.service.sending.retry import Answer
from leadscore.flows.service.sending.webhooks import (
    KINDS,
    MOST_WEBHOOKS,
    NewWebhook,
    add_webhook,
    list_webhooks,
    page_deliveries,
    remove_webhook,
    resend,
    rotate_secret,
    set_disabled,
)
from leadscore.flows.service.service_rows import DeliveryRow
from leadscore.leads.moment import DAY, SECOND
from tests.store.sql.makers import hold, make_message

CONTEXT = Context(now=100 * DAY, caller=Caller(actor="k1", role="admin"))
BODY = {"url": "https://example.com/hook", "kinds": ["lead.scored", "task.due"]}


def add(work: Work, number: int = 1, **said: object) -> NewWebhook:
    body = {**BODY, **said}
    return add_webhook(work, CONTEXT, body, secret=bytes([number]) * 32, hosts=())


def test_a_webhook_is_added_and_its_secret_shown_once(store: Store) -> None:
    with store.begin(write=True) as work:
        made = add(work)
        listed = list_webhooks(work)
        trail = read_trail(work)
    assert made.secret.startswith("whsec_")
    assert base64.b64decode(made.secret.removeprefix("whsec_")) == b"\x01" * 32
    assert listed == [
        {
            "id": made.row.webhook_id,
            "url": BODY["url"],
            "kinds": ["lead.scored", "task.due"],
            "created_at": "1970-04-11T00:00:00Z",
            "created_by": "k1",
            "disabled_at": None,
        }
    ]
    for place in (repr(made), str(listed), str(trail)):
        assert made.secret not in place


def test_what_is_wrong_with_a_webhook_is_said_at_once(store: Store) -> None:
    with store.begin(write=True) as work:
        for kinds in (None, [], "lead.scored", ["lead.scored", "lead.sold"], [["x"]], [7]):
            with pytest.raises(BadRequest) as caught:
                add(work, url="http://127.0.0.1/", kinds=kinds)
            assert [one.field for one in caught.value.faults] == ["url", "kinds"]
            assert KINDS[0] in str(caught.value)
        assert list_webhooks(work) == []


def test_there_is_an_end_to_webhooks(store: Store) -> None:
    with store.begin(write=True) as work:
        for number in range(MOST_WEBHOOKS):
            add(work, number)
        with pytest.raises(Conflict, match=str(MOST_WEBHOOKS)):
            add(work, 200)


def test_a_webhook_that_is_not_there_is_not_found(store: Store) -> None:
    with store.begin(write=True) as work:
        for call in (
            lambda: set_disabled(work, CONTEXT, "wh_x", disabled=True),
            lambda: remove_webhook(work, CONTEXT, "wh_x"),
            lambda: rotate_secret(work, CONTEXT, "wh_x", secret=b"\x01" * 32),
            lambda: page_deliveries(work, "wh_x"),
            lambda: resend(work, CONTEXT, 77),
        ):
            with pytest.raises(NotFound):
                call()


def test_a_disabled_webhook_is_told_nothing_until_it_is_enabled(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message("n1")])
        set_disabled(work, CONTEXT, webhook_id, disabled=True)
        assert work.outbox.add([make_message("n2")]) == 0
        assert dispatch.due(work, now=CONTEXT.now) == []
        assert take(work, webhook_id) == []
        set_disabled(work, CONTEXT, webhook_id, disabled=False)
        assert dispatch.due(work, now=CONTEXT.now) == [webhook_id]
        assert [one.message.message_id for one in take(work, webhook_id)] == ["n1"]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(store: Store) -> None:
    with store.begin(write=True) as work:
        first = add(work)
        second = rotate_secret(work, CONTEXT, first.row.webhook_id, secret=b"\x09" * 32)
        row = work.webhooks.get(first.row.webhook_id)
    assert row is not None
    assert second.row == row
    assert row.secret == second.secret != first.secret
    assert row.former_secret == first.secret
    assert row.former_until == CONTEXT.now + DAY
    assert first.secret not in repr(row)


def test_deliveries_are_read_page_by_page_and_by_state(store: Store) -> None:
    hold(store, "L1", "L2", "L3")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message(f"n{at}", lead_id=f"L{at}") for at in (1, 2, 3)])
        dispatch.settle(work, CONTEXT, take(work, webhook_id)[0], Answer(status=200), lot=0)
        first = page_deliveries(work, webhook_id, most=2)
        rest = page_deliveries(work, webhook_id, most=2, before=first["next"])  # type: ignore[arg-type]  # a number, as the first assert below says
        sent = page_deliveries(work, webhook_id, state="sent")
    assert ids(first) == ["n3", "n2"]
    assert ids(rest) == ["n1"]
    assert rest["next"] is None
    assert ids(sent) == ["n1"]
    assert "body" not in str(first)


def test_what_was_sent_or_given_up_is_sent_again_and_what_waits_is_not(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message("n1")])
        taken = take(work, webhook_id)[0]
        with pytest.raises(Conflict, match="on its way"):
            resend(work, CONTEXT, taken.delivery_id)
        dispatch.settle(work, CONTEXT, replace(taken), Answer(status=200), lot=0)
        again = resend(work, CONTEXT, taken.delivery_id)
        assert (again["state"], again["attempts"], again["message_id"]) == ("waiting", 0, "n1")
        assert [one.message for one in take(work, webhook_id)] == [taken.message]


def test_a_failed_message_holds_up_its_lead_alone(store: Store) -> None:
    hold(store, "L1", "L2")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message("a1"), make_message("a2")])
        work.outbox.add([make_message("b1", lead_id="L2"), make_message("b2", lead_id="L2")])
        first, other = take(work, webhook_id)
        assert (first.message.message_id, other.message.message_id) == ("a1", "b1")
        after = dispatch.settle(work, CONTEXT, first, Answer(status=500), lot=0.5)
        assert after.next_at == CONTEXT.now + 5 * SECOND
        dispatch.settle(work, CONTEXT, other, Answer(status=200), lot=0.5)
        second = take(work, webhook_id)
        assert [one.message.message_id for one in second] == ["b2"]
        dispatch.settle(work, CONTEXT, second[0], Answer(status=200), lot=0.5)
        later = take(work, webhook_id, now=CONTEXT.now + 5 * SECOND)
        assert [(one.message.message_id, one.attempts) for one in later] == [("a1", 2)]


def test_who_answers_that_it_is_gone_is_disabled(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message("n1")])
        dispatch.settle(work, CONTEXT, take(work, webhook_id)[0], Answer(status=410), lot=0)
        assert list_webhooks(work)[0]["disabled_at"] is not None
        lines = read_trail(work)["lines"]
    assert isinstance(lines, list)
    assert (lines[0]["action"], lines[0]["details"]) == ("webhook.disable", {"status": 410})


def test_a_removed_webhook_takes_its_deliveries_along(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        webhook_id = add(work).row.webhook_id
        work.outbox.add([make_message("n1")])
        remove_webhook(work, CONTEXT, webhook_id)
        assert list_webhooks(work) == []
        assert sum(work.deliveries.counts().values()) == 0


def take(work: Work, webhook_id: str, *, now: int = CONTEXT.now) -> list[DeliveryRow]:
    batch = dispatch.claim(work, webhook_id, now=now, until=now + SECOND, most=9)
    return list(batch.deliveries) if batch else []


def ids(page: dict[str, object]) -> list[str]:
    found = page["deliveries"]
    assert isinstance(found, list)
    return [one["message_id"] for one in found]
