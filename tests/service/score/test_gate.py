"""Who is let in, on both databases: the right keys, for what their role may do, so often."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import NoKey, NotAllowed, TooOften, Unavailable
from leadscore.flows.service.access.keys import revoke_key
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store, Work
from leadscore.leads.moment import MINUTE, SECOND
from leadscore.service.api.gate import Gate, _Allowance
from tests.service.score.asking import START, Clock, key_of

ADMIN = Caller(actor="cli", role="admin")


@dataclass
class Counted:
    """A store that counts its transactions, and may be away."""

    store: Store
    reads: int = 0
    writes: int = 0
    away: bool = False
    read: Event = field(default_factory=Event)

    def begin(self, *, write: bool) -> AbstractContextManager[Work]:
        return self._begin(write=write)

    @contextmanager
    def _begin(self, *, write: bool) -> Iterator[Work]:
        self.reads, self.writes = self.reads + (not write), self.writes + write
        if self.away:
            raise Unavailable("The database is away.")
        with self.store.begin(write=write) as work:
            yield work
        self.read.set()

    def prepare(self) -> None:
        self.store.prepare()

    def ready(self) -> None:
        self.store.ready()

    def close(self) -> None:
        self.store.close()


def admitted(gate: Gate, header: str | bytes | None, times: int = 1) -> list[Caller]:
    async def ask() -> list[Caller]:
        found = [await gate.admit(header, "score") for _ in range(times)]
        await gate.close()
        return found

    return asyncio.run(ask())


def test_a_key_lets_in_as_who_it_is(store: Store) -> None:
    header, prefix = key_of(store, "rep")
    gate = Gate(store, per_minute=60, clock=Clock())
    wanted = Caller(actor=prefix, role="rep")
    for one in (header, header.encode(), header.replace("Bearer", "bearer")):
        assert admitted(gate, one) == [wanted]


def test_no_key_a_wrong_an_expired_and_a_revoked_one_are_refused(store: Store) -> None:
    clock = Clock()
    gate = Gate(store, per_minute=60, clock=clock)
    header, prefix = key_of(store, "rep")
    late, _ = key_of(store, "rep", seed=2, expires_at=START + SECOND)
    assert admitted(gate, late)
    clock.at += SECOND
    wrong = header[:-1] + ("A" if header[-1] != "A" else "B")
    unknown = header.replace(prefix, "0" * 16)
    bad = [None, "", "Bearer", "Basic abc", header.removeprefix("Bearer "), "Bearer \u00fc"]
    for one in [*bad, wrong, unknown, late, header + "x", header.encode()[:-1] + b"\xff"]:
        with pytest.raises(NoKey, match=r"Authorization: Bearer lsk_"):
            admitted(gate, one)
    with store.begin(write=True) as work:
        revoke_key(work, Context(now=clock.at, caller=ADMIN), prefix)
    clock.at += 2 * SECOND
    with pytest.raises(NoKey, match="unknown, expired or revoked"):
        admitted(gate, header)


def test_a_role_is_let_in_for_what_it_may_do(store: Store) -> None:
    header, _ = key_of(store, "rep")
    gate = Gate(store, per_minute=60, clock=Clock())

    async def ask() -> None:
        await gate.admit(header, "worklist.read")
        with pytest.raises(NotAllowed, match=r"admin"):
            await gate.admit(header, "key.manage")
        await gate.close()

    asyncio.run(ask())


def test_a_key_revoked_elsewhere_is_refused_within_two_seconds(store: Store) -> None:
    header, prefix = key_of(store, "service")
    clock = Clock()
    gate = Gate(store, per_minute=10_000, clock=clock)

    async def ask() -> int:
        await gate.admit(header, "score")
        with store.begin(write=True) as work:
            revoke_key(work, Context(now=clock.at, caller=ADMIN), prefix)
        let_in = 0
        for _ in range(21):
            clock.at += SECOND // 10
            try:
                await gate.admit(header, "score")
            except NoKey:
                break
            let_in = clock.at - START
        await gate.close()
        return let_in

    assert asyncio.run(ask()) < 2 * SECOND


def test_a_key_in_use_costs_one_look_a_second_and_one_note_a_minute(store: Store) -> None:
    header, prefix = key_of(store, "service")
    counted, clock = Counted(store), Clock()
    gate = Gate(counted, per_minute=100_000, clock=clock)

    async def ask() -> None:
        for _ in range(100):
            await asyncio.gather(*(gate.admit(header, "score") for _ in range(10)))
            clock.at += SECOND // 20
        await gate.close()

    asyncio.run(ask())
    assert counted.reads <= 6
    assert counted.writes == 1
    with store.begin(write=False) as work:
        row = work.keys.find(prefix)
    assert row is not None
    assert row.last_used_at == START
    clock.at += MINUTE
    admitted(gate, header)
    assert counted.writes == 2


def test_while_the_database_is_away_a_key_in_use_works_for_two_seconds(store: Store) -> None:
    header, _ = key_of(store, "service")
    counted, clock = Counted(store), Clock()
    gate = Gate(counted, per_minute=100, clock=clock)

    async def ask() -> None:
        await gate.admit(header, "score")
        await gate.close()
        counted.away = True
        clock.at += 2 * SECOND - 1
        await gate.admit(header, "score")
        await gate.close()
        clock.at += 1
        with pytest.raises(Unavailable):
            await gate.admit(header, "score")
        counted.away = False
        await gate.admit(header, "score")
        await gate.close()

    asyncio.run(ask())


def test_a_use_that_could_not_be_written_down_is_the_next_time(store: Store) -> None:
    header, prefix = key_of(store, "service")
    counted, clock = Counted(store), Clock()
    gate = Gate(counted, per_minute=100, clock=clock)

    async def ask() -> None:
        waiting = asyncio.create_task(gate.admit(header, "score"))
        await asyncio.to_thread(counted.read.wait, 30)
        counted.away = True
        await waiting
        await gate.close()
        counted.away = False
        await gate.admit(header, "score")
        await gate.close()

    asyncio.run(ask())
    with store.begin(write=False) as work:
        row = work.keys.find(prefix)
    assert row is not None
    assert row.last_used_at == START


def test_a_key_asks_as_often_as_its_own_limit_says(store: Store) -> None:
    own, _ = key_of(store, "rep", per_minute=3)
    common, _ = key_of(store, "rep", seed=2)
    clock = Clock()
    gate = Gate(store, per_minute=5, clock=clock)
    assert len(admitted(gate, own, 3)) == 3
    with pytest.raises(TooOften, match="3 times a minute") as found:
        admitted(gate, own)
    assert len(admitted(gate, common, 5)) == 5
    with pytest.raises(TooOften, match="5 times a minute"):
        admitted(gate, common)
    clock.at += found.value.retry_after * SECOND
    assert admitted(gate, own)


def waited(allowance: _Allowance, now: int) -> int:
    """Return after how many seconds to come back; 0 where the request was taken."""
    try:
        allowance.take(now)
    except TooOften as error:
        return error.retry_after
    return 0


@given(steps=st.lists(st.integers(0, 40 * SECOND), min_size=1, max_size=60), most=st.integers(1, 9))
def test_a_limit_holds_in_any_whole_minute_and_retry_after_is_true(
    steps: list[int], most: int
) -> None:
    allowance, now, taken = _Allowance(most), START, []
    for step in steps:
        now += step
        wait = waited(allowance, now)
        if wait:
            assert wait <= 120
            now += wait * SECOND
            assert not waited(allowance, now)
        taken.append(now)
        assert sum(one // MINUTE == now // MINUTE for one in taken) <= most


def test_everyone_is_let_in_without_a_key_where_that_is_meant(store: Store) -> None:
    demo = Caller(actor="demo", role="rep")
    gate = Gate(store, per_minute=1, clock=Clock(), everyone=demo)
    assert admitted(gate, None, 3) == [demo] * 3
    with pytest.raises(NoKey):
        admitted(gate, "Bearer nonsense")

    async def ask() -> None:
        with pytest.raises(NotAllowed):
            await gate.admit(None, "key.manage")

    asyncio.run(ask())


def test_guessing_keys_does_not_fill_the_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadscore.service.api.gate._MOST", 5)
    gate = Gate(store, per_minute=1, clock=Clock())
    for at in range(9):
        with pytest.raises(NoKey):
            admitted(gate, f"Bearer lsk_{at:016x}_{'x' * 43}")
    assert len(gate._known) == 5
