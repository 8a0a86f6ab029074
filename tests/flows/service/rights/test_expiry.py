"""Retention removes what is too old, piece by piece, and no score changes by it."""

from dataclasses import replace
from typing import Any  # Any: rules and messages as a test wants them

from leadscore.flows.service.context import Rules
from leadscore.flows.service.leads.records import get_lead
from leadscore.flows.service.ports import Store
from leadscore.flows.service.rights import expiry
from leadscore.flows.service.rights.expiry import expire
from leadscore.flows.service.service_rows import MessageRow, ReplyRow, WebhookRow
from leadscore.leads.moment import DAY
from tests.flows.service.leads.live import NOW, at, take, track
from tests.flows.service.work.scene import row

YEAR = 365 * DAY


def fields(store: Store, lead_id: str, now: int) -> Any:
    with store.begin(write=False) as work:
        return get_lead(work, at(now), lead_id)["fields"]


def count(store: Store, lead_id: str = "L1") -> int:
    with store.begin(write=False) as work:
        return len(work.events.of(lead_id))


def past(store: Store, *, leads: int = 3) -> None:
    """Let leads look at things and stay a while, long ago and lately."""
    for n in range(leads):
        batch = [track(f"L{n}", messageId=f"v{n} {at_}") for at_ in range(4)]
        batch.append(track(f"L{n}", "visit", properties={"minutes": 7.5}, messageId=f"w{n}"))
        take(store, {"batch": batch}, "batch", now=NOW - YEAR)
        take(store, track(f"L{n}", messageId=f"x{n}"), now=NOW - DAY)


def test_nothing_goes_unless_the_operator_says_so(store: Store) -> None:
    past(store, leads=1)
    gone = expire(store, at(NOW))
    assert gone == {"events": 0, "scores": 0, "replies": 0, "messages": 0}
    assert count(store, "L0") == 6


def test_old_events_go_and_no_field_changes(store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr(expiry, "_LEADS", 2)
    past(store, leads=5)
    later = NOW + 30 * DAY
    before = [fields(store, f"L{n}", at_) for n in range(5) for at_ in (NOW, later)]
    gone = expire(store, at(NOW, rules=Rules(keep_events_days=180)))
    assert gone["events"] == 25
    after = [fields(store, f"L{n}", at_) for n in range(5) for at_ in (NOW, later)]
    assert [sorted(one) for one in before] == [sorted(one) for one in after]
    assert all(
        abs(was[name] - is_[name]) < 1e-6
        for was, is_ in zip(before, after, strict=True)
        for name in was
    )
    assert expire(store, at(NOW, rules=Rules(keep_events_days=180)))["events"] == 0


def test_events_stay_while_no_model_says_what_counts(store: Store) -> None:
    past(store, leads=1)
    rules = Rules(keep_events_days=1)
    assert expire(store, at(NOW, champion=None, rules=rules))["events"] == 0
    assert count(store, "L0") == 6


def test_old_scores_go_but_each_leads_last_one(store: Store) -> None:
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        work.scores.add([row(now=NOW - n * DAY) for n in range(20, 10, -1)])
    assert expire(store, at(NOW, rules=Rules(keep_scores_days=15)))["scores"] == 5
    assert expire(store, at(NOW, rules=Rules(keep_scores_days=1)))["scores"] == 4


def test_answers_go_once_nobody_repeats_the_write(store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr(expiry, "_ROWS", 2)
    with store.begin(write=True) as work:
        for n in range(5):
            moment = NOW - (9 if n else 1) * DAY
            work.replies.reserve("k1", f"once {n}", request="q", at=moment)
            reply = ReplyRow(
                actor="k1",
                key=f"once {n}",
                request="q",
                status=200,
                content_type="application/json",
                body=b"{}",
                created_at=moment,
            )
            work.replies.keep(reply, lead_ids=[])
    assert expire(store, at(NOW))["replies"] == 4


def test_a_message_goes_long_after_it_was_given_up_and_not_while_it_waits(store: Store) -> None:
    hook = WebhookRow(
        webhook_id="w1",
        url="https://a.example",
        secret="s",  # noqa: S106 -- it signs nothing here
        kinds=("lead.scored",),
        created_at=1,
        created_by="k",
    )
    said: dict[str, Any] = {
        "kind": "lead.scored",
        "lead_id": None,
        "body": b"{}",
        "created_at": NOW - YEAR,
    }
    with store.begin(write=True) as work:
        work.webhooks.add(hook)
        work.outbox.add([MessageRow(message_id=f"n{n}", **said) for n in range(2)])
        first = work.deliveries.claim("w1", now=NOW, until=NOW + 1, most=1)[0]
        work.deliveries.settle(replace(first, state="dead", settled_at=NOW))
    assert expire(store, at(NOW))["messages"] == 1
