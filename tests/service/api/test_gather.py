"""Calls that come while a transaction is under way share the next one, and nothing else."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from leadscore.errors import BadInput, Conflict, Gone, UserError
from leadscore.flows.service.context import Caller, Champion, Context
from leadscore.flows.service.leads.intake import Taken, take_each, take_events
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.rights.erase import erase_lead
from leadscore.leads.event_reader import Call
from leadscore.score.one_record import RecordScorer
from leadscore.service.api.gather import Gatherer
from leadscore.testing.models import make_model

NOW = 1_700_000_000_000_000
SERVICE = Caller(actor="service", role="service")
MODEL = make_model()
CHAMPION = Champion(model=MODEL, records=RecordScorer(MODEL))


def context(caller: Caller = SERVICE) -> Context:
    return Context(now=NOW, caller=caller, champion=CHAMPION)


def track(lead: str, **more: object) -> dict[str, object]:
    return {"userId": lead, "event": "property_view", **more}


class Counting:
    """A store that counts its writes, and lets none through until it is told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes = 0
        self.gate = threading.Event()

    def begin(self, *, write: bool) -> AbstractContextManager[Work]:
        return self._begun(write=write)

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[Work]:
        assert self.gate.wait(60)
        self.writes += write
        with self._store.begin(write=write) as work:
            yield work

    def prepare(self) -> None:
        self._store.prepare()

    def ready(self) -> None:
        self._store.ready()

    def close(self) -> None:
        self._store.close()


def test_each_of_several_calls_is_answered_as_if_it_had_come_alone(store: Store) -> None:
    with store.begin(write=True) as work:
        erase_lead(work, context(), "gone")
    posts = [
        track("L1", messageId="a"),
        track("L1", messageId="a"),
        track("L2"),
        track("L2"),
        track("gone"),
        {"userId": "L3"},
        track("L4", messageId="a"),
    ]
    with store.begin(write=True) as work:
        found = take_each(work, context(), [("track", one) for one in posts])
    first, again, plain, plain_too, gone, faulty, clash = found
    assert [one.accepted for one in (first, again, plain, plain_too) if isinstance(one, Taken)] == [
        1,
        0,
        1,
        1,
    ]
    assert isinstance(again, Taken)
    assert (again.repeated, again.scores) == (1, {})
    assert [type(one) for one in (gone, faulty, clash)] == [Gone, BadInput, Conflict]
    with store.begin(write=False) as work:
        assert len(work.events.of("L2")) == 2
        assert work.scores.latest("L2") is not None
        assert not work.events.of("L4")


def test_calls_that_wait_share_a_transaction(store: Store) -> None:
    counting = Counting(store)

    async def ask() -> list[Taken]:
        gatherer = Gatherer(counting, context)
        asked = [
            asyncio.create_task(
                gatherer.take(SERVICE, "track", track(f"L{at}", messageId=f"m{at}"))
            )
            for at in range(20)
        ]
        await asyncio.sleep(0)
        counting.gate.set()
        return await asyncio.gather(*asked)

    answers = asyncio.run(ask())
    assert [one.accepted for one in answers] == [1] * 20
    assert [one.lead_ids for one in answers] == [(f"L{at}",) for at in range(20)]
    assert counting.writes <= 2


def test_callers_do_not_share_a_transaction_and_a_refusal_is_its_callers_alone(
    store: Store,
) -> None:
    counting = Counting(store)
    other = Caller(actor="other", role="admin")

    async def ask() -> list[Taken | BaseException]:
        gatherer = Gatherer(counting, context)
        asked = [
            gatherer.take(caller, "track", raw)
            for caller, raw in ((SERVICE, track("L1")), (SERVICE, {}), (other, track("L2")))
        ]
        counting.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    first, refused, last = asyncio.run(ask())
    assert isinstance(first, Taken)
    assert isinstance(last, Taken)
    assert isinstance(refused, UserError)
    assert counting.writes == 2


@pytest.mark.parametrize("others", [0, 2])
def test_a_call_in_conflict_makes_no_lead_known(store: Store, others: int) -> None:
    counting = Counting(store)

    async def ask() -> list[Taken | BaseException]:
        gatherer = Gatherer(counting, context)
        counting.gate.set()
        await gatherer.take(SERVICE, "track", track("L1", messageId="a"))
        raws = [track("L9", messageId="a"), *(track(f"L{2 + at}") for at in range(others))]
        asked = [gatherer.take(SERVICE, "track", raw) for raw in raws]
        return await asyncio.gather(*asked, return_exceptions=True)

    refused, *rest = asyncio.run(ask())
    assert isinstance(refused, Conflict)
    assert all(isinstance(one, Taken) for one in rest)
    with store.begin(write=False) as work:
        assert work.leads.get("L9") is None
        assert work.leads.count() == 1 + others


def test_what_one_call_breaks_does_not_fail_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(work: Work, said: Context, posts: list[tuple[str, object]]) -> list[object]:
        if any(raw == "poison" for _, raw in posts):
            raise ZeroDivisionError
        return [*take_each(work, said, posts)]  # type: ignore[arg-type]  # a call is a text here

    def take_one(work: Work, said: Context, raw: object, *, call: Call) -> Taken:
        if raw == "poison":
            raise ZeroDivisionError
        return take_events(work, said, raw, call=call)

    monkeypatch.setattr("leadscore.service.api.gather.take_each", take)
    monkeypatch.setattr("leadscore.service.api.gather.take_events", take_one)
    counting = Counting(store)

    async def ask() -> list[Taken | BaseException]:
        gatherer = Gatherer(counting, context)
        raws = (track("L1", messageId="a"), "poison", track("L2", messageId="b"))
        asked = [gatherer.take(SERVICE, "track", raw) for raw in raws]
        counting.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    first, broken, last = asyncio.run(ask())
    assert isinstance(broken, ZeroDivisionError)
    assert [one.accepted for one in (first, last) if isinstance(one, Taken)] == [1, 1]
