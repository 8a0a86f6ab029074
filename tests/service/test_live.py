"""The live model of a process: another one takes its place whole, whatever the database does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leadscore.errors import BadBundle, Unavailable
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.service_rows import ModelRow, PromotionRow
from leadscore.service.live import Live
from leadscore.testing.makers import make_lead
from tests.flows.service.registry.models import digest_of, put_live

#: How long to wait for what must happen; it is there in milliseconds.
PATIENCE = 30.0


class Flaky:
    """A store whose database can be away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.asked = threading.Semaphore(0)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Work]:
        self.asked.release()
        if self.away:
            raise Unavailable("The database cannot be used now.")
        with self._store.begin(write=write) as work:
            yield work

    def prepare(self) -> None:
        self._store.prepare()

    def ready(self) -> None:
        self._store.ready()

    def close(self) -> None:
        self._store.close()


def digest(live: Live) -> str | None:
    champion = live.champion()
    return None if champion is None else champion.model.digest


def test_nothing_is_live_before_a_promotion_and_the_model_after_it(store: Store) -> None:
    live = Live(store)
    assert live.refresh() is None
    put_live(store, 0)
    assert digest(live) is None
    assert live.refresh() is live.champion()
    assert digest(live) == digest_of()


def test_the_champion_stays_the_same_object_until_another_is_promoted(store: Store) -> None:
    put_live(store, 0)
    live = Live(store)
    first = live.refresh()
    assert live.refresh() is first
    put_live(store, 1, now=3_000_000)
    assert live.refresh() is not first
    assert digest(live) == digest_of(1)


def test_who_holds_the_old_champion_goes_on_with_it(store: Store) -> None:
    put_live(store, 0)
    live = Live(store)
    old = live.refresh()
    put_live(store, 1, now=3_000_000)
    live.refresh()
    assert old is not None
    assert old.model.digest == digest_of()
    record = old.records.record(make_lead())
    assert record["model"] == {"name": "made", "version": "1", "digest": digest_of()}


def test_a_started_one_sees_promotions_by_itself(store: Store) -> None:
    live = Live(store, every=0.01)
    live.start()
    live.start()
    try:
        assert digest(live) is None
        put_live(store, 0)
        assert wait(live, digest_of())
        put_live(store, 1, now=3_000_000)
        assert wait(live, digest_of(1))
    finally:
        live.stop()
        live.stop()


def test_while_the_database_is_away_the_champion_stays(store: Store) -> None:
    put_live(store, 0)
    flaky = Flaky(store)
    live = Live(flaky, every=0.01)
    live.start()
    try:
        flaky.away = True
        for _ in range(10):
            assert flaky.asked.acquire(timeout=PATIENCE)
        assert digest(live) == digest_of()
        assert live.trouble == "The database cannot be used now."
        with pytest.raises(Unavailable):
            live.refresh()
        flaky.away = False
        put_live(store, 1, now=3_000_000)
        assert wait(live, digest_of(1))
        assert live.trouble == ""
    finally:
        live.stop()


def test_one_that_starts_without_a_database_begins_once_it_is_there(store: Store) -> None:
    put_live(store, 0)
    flaky = Flaky(store)
    flaky.away = True
    live = Live(flaky, every=0.01)
    live.start()
    try:
        assert digest(live) is None
        assert live.trouble
        flaky.away = False
        assert wait(live, digest_of())
    finally:
        live.stop()


def test_a_promoted_model_that_cannot_be_opened_does_not_take_the_place(store: Store) -> None:
    put_live(store, 0)
    live = Live(store)
    live.refresh()
    row = ModelRow(
        digest="b" * 64,
        name="broken",
        version="1",
        recipe="ordinal",
        added_at=1,
        added_by="k1",
        note="",
        size=1,
    )
    with store.begin(write=True) as work:
        work.models.add(row, {"manifest.json": b"{}"})
        told = PromotionRow(digest=row.digest, at=9, actor="k1", reason="", replaced=digest_of())
        assert work.promotions.add(told)
    for _ in range(2):
        with pytest.raises(BadBundle):
            live.refresh()
    assert digest(live) == digest_of()
    live = Live(flaky := Flaky(store), every=0.001)
    live.start()
    try:
        for _ in range(5):
            assert flaky.asked.acquire(timeout=PATIENCE)
        assert digest(live) is None
        assert "manifest" in live.trouble
        put_live(store, 1, now=9_000_000)
        assert wait(live, digest_of(1))
        assert live.trouble == ""
    finally:
        live.stop()


def test_threads_that_score_meanwhile_never_see_a_mixture(store: Store) -> None:
    put_live(store, 0)
    live = Live(store, every=0.001)
    live.start()
    ended, seen = threading.Event(), set[str]()
    mixed: list[object] = []

    def score() -> None:
        while not ended.is_set():
            champion = live.champion()
            assert champion is not None
            told = champion.records.record(make_lead())["model"]
            seen.add(champion.model.digest)
            if not (isinstance(told, dict) and told["digest"] == champion.model.digest):
                mixed.append(told)

    threads = [threading.Thread(target=score) for _ in range(2)]
    for one in threads:
        one.start()
    try:
        for seed in (1, 2):
            put_live(store, seed, now=3_000_000 + seed)
            assert wait(live, digest_of(seed))
    finally:
        ended.set()
        for one in threads:
            one.join()
        live.stop()
    assert not mixed
    assert digest(live) == digest_of(2)
    assert seen <= {digest_of(), digest_of(1), digest_of(2)}


def wait(live: Live, wanted: str) -> bool:
    """Wait until a model is live; tell whether it became so."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if digest(live) == wanted:
            return True
        pause.wait(0.01)
    return False
