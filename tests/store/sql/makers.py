"""Rows to keep, with all that a test does not care about filled in."""

from typing import Any  # Any: a maker takes whatever fields its row has

from leadscore.flows.service.lead_rows import MoveRow, ScoreRow, WorkRow
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import KeyRow, MessageRow, ModelRow, ReplyRow, WebhookRow
from leadscore.leads.event import Event, Scalar
from leadscore.leads.outcome import Outcome
from leadscore.worklist.rank import Entry
from leadscore.worklist.task import Move, Task, Terms, move

__all__ = [
    "hold",
    "make_event",
    "make_key",
    "make_message",
    "make_model",
    "make_move",
    "make_outcome",
    "make_reply",
    "make_score",
    "make_task",
    "make_webhook",
    "make_work",
    "moved",
]


def hold(store: Store, *lead_ids: str, at: int = 1) -> None:
    """Make leads known."""
    with store.begin(write=True) as work:
        work.leads.hold(lead_ids, at=at)


def make_event(message_id: str = "m1", **said: Any) -> Event:
    return Event(
        message_id=message_id,
        **{
            "lead_id": "L1",
            "kind": "tracked",
            "name": "property_view",
            "values": {"id": "P-7"},
            "occurred_at": 10,
            "received_at": 11,
            **said,
        },
    )


def make_score(score_id: str = "s1", **said: Any) -> ScoreRow:
    features: dict[str, Scalar] = {"income": 1e300, "city": "Malmö", "visits": None}
    return ScoreRow(
        score_id=score_id,
        **{
            "lead_id": "L1",
            "scored_at": 20,
            "as_of": "1970-01-01T00:00:00Z",
            "cause": "m1",
            "digest": "d" * 64,
            "score": 71.25,
            "tier": "High",
            "chance": 0.1 + 0.2,
            "features": features,
            "record": b'{"score":71.25}',
            **said,
        },
    )


def make_outcome(outcome_id: str = "o1", **said: Any) -> Outcome:
    return Outcome(
        id=outcome_id,
        **{"lead_id": "L1", "kind": "converted", "occurred_at": 5, "recorded_at": 6, **said},
    )


def make_task(task_id: str = "t1", **said: Any) -> Task:
    lead_id = said.get("lead_id", "L1")
    return Task(
        id=task_id,
        **{
            "lead_id": lead_id,
            "wave": "1",
            "tier": "High",
            "lane": "priority",
            "created_at": 0,
            "due_at": 100,
            **said,
        },
    )


def make_work(task_id: str = "t1", **said: Any) -> WorkRow:
    """A task whose place depends on `score`, `chance` and `value`."""
    rank = {name: said.pop(name) for name in ("score", "chance", "value") if name in said}
    task = make_task(task_id, **said)
    entry = Entry(
        lead_id=task.lead_id,
        created_at=task.created_at,
        due_at=task.due_at,
        **{"score": 50.0, **rank},
    )
    return WorkRow(task=task, entry=entry)


def moved(task: Task, name: Move, *, by: str = "ann", at: int = 5, **terms: Any) -> Task:
    after = move(task, name, by=by, at=at, terms=Terms(**terms))
    assert isinstance(after, Task), after
    return after


def make_move(before: Task, after: Task, name: Move, *, actor: str = "ann") -> MoveRow:
    return MoveRow(
        task_id=before.id, name=name, actor=actor, at=5, before=before.state, after=after.state
    )


def make_key(prefix: str = "k1", **said: Any) -> KeyRow:
    return KeyRow(
        prefix=prefix,
        **{
            "digest": "0" * 64,
            "role": "rep",
            "name": "Ann's desk",
            "created_at": 1,
            "created_by": "cli",
            **said,
        },
    )


def make_reply(key: str = "once", **said: Any) -> ReplyRow:
    return ReplyRow(
        actor="k1",
        key=key,
        **{
            "request": "q" * 64,
            "status": 201,
            "content_type": "application/json",
            "body": b"\x00{}",
            "created_at": 1,
            **said,
        },
    )


def make_webhook(webhook_id: str = "w1", **said: Any) -> WebhookRow:
    return WebhookRow(
        webhook_id=webhook_id,
        **{
            "url": "https://example.com/hook",
            "secret": "whsec_abc",
            "kinds": ("lead.scored",),
            "created_at": 1,
            "created_by": "k1",
            **said,
        },
    )


def make_message(message_id: str = "n1", **said: Any) -> MessageRow:
    return MessageRow(
        message_id=message_id,
        **{"kind": "lead.scored", "lead_id": "L1", "body": b"{}", "created_at": 10, **said},
    )


def make_model(digest: str = "d1", **said: Any) -> ModelRow:
    return ModelRow(
        digest=digest,
        **{
            "name": "investor",
            "version": "1",
            "recipe": "ordinal",
            "added_at": 1,
            "added_by": "k1",
            "note": "the first",
            "size": 3,
            "about": {"auc": 0.1 + 0.2},
            **said,
        },
    )
