"""The same write twice is made once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from leadscore.errors import BadRequest, Conflict
from leadscore.flows.service.access.replies import LONGEST_KEY, Reply, once
from leadscore.flows.service.access.trail import note, read_trail
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store, Work
from tests.store.sql.makers import hold

CONTEXT = Context(now=1, caller=Caller(actor="k1", role="service"))
ASKED = b"PUT /v1/leads/L1 {}"


def write(work: Work, key: str, *, request: bytes = ASKED, actor: str = "k1") -> Reply:
    """Make a write that leaves a line in the audit log each time that it is made."""
    context = Context(now=1, caller=Caller(actor=actor, role="service"))

    def make() -> Reply:
        note(work, context, "lead.write")
        return Reply(status=201, body=b'{"n":1}', lead_ids=("L1",))

    return once(work, context, key=key, request=request, make=make)


def count(store: Store) -> int:
    with store.begin(write=False) as work:
        lines = read_trail(work)["lines"]
        assert isinstance(lines, list)
        return len(lines)


def test_the_second_write_gets_the_answer_of_the_first(store: Store) -> None:
    for _ in range(3):
        with store.begin(write=True) as work:
            reply = write(work, "once")
        assert (reply.status, reply.body) == (201, b'{"n":1}')
    assert count(store) == 1


def test_without_a_key_each_write_is_made(store: Store) -> None:
    with store.begin(write=True) as work:
        write(work, "")
        write(work, "")
    assert count(store) == 2


def test_keys_of_different_callers_are_different_keys(store: Store) -> None:
    with store.begin(write=True) as work:
        write(work, "once")
        write(work, "once", actor="k2")
    assert count(store) == 2


def test_a_key_for_another_request_is_a_conflict(store: Store) -> None:
    with store.begin(write=True) as work:
        write(work, "once")
        with pytest.raises(Conflict, match="another request"):
            write(work, "once", request=b"PUT /v1/leads/L2 {}")


@pytest.mark.parametrize("key", ["x" * (LONGEST_KEY + 1), "Übung", "a\nb"])
def test_a_key_that_no_header_should_have_is_refused(store: Store, key: str) -> None:
    with pytest.raises(BadRequest, match="Idempotency-Key"), store.begin(write=True) as work:
        write(work, key)


def test_a_write_that_failed_is_made_by_the_next_try(store: Store) -> None:
    with suppress(KeyError), store.begin(write=True) as work:
        write(work, "once")
        raise KeyError
    assert count(store) == 0
    with store.begin(write=True) as work:
        write(work, "once")
    assert count(store) == 1


def test_of_many_who_come_at_once_one_makes_the_write(store: Store) -> None:
    def come(_: int) -> Reply:
        with store.begin(write=True) as work:
            return write(work, "once")

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(come, range(16)))
    assert {(one.status, one.body) for one in replies} == {(201, b'{"n":1}')}
    assert count(store) == 1


def test_an_answer_goes_with_the_lead_that_it_tells_of(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        write(work, "once")
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=2)
    with store.begin(write=True) as work:
        assert work.replies.reserve("k1", "once", request="q", at=3) is None
