"""One model is live: who made it so, when and why; and the way back."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadBundle, Conflict, NotFound
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.models import list_models
from leadscore.flows.service.registry.promotion import (
    earlier_champion,
    promote,
    promotions,
    rollback,
)
from leadscore.flows.service.service_rows import ModelRow
from tests.flows.service.registry.models import add, asked, digest_of, put_live
from tests.store.sql.makers import make_webhook


def live(store: Store) -> list[object]:
    with store.begin(write=False) as work:
        return [one["digest"] for one in list_models(work) if one["live"]]


def test_a_promotion_says_who_when_why_and_what_it_replaced(store: Store) -> None:
    put_live(store, 0, reason="first")
    add(store, 1)
    with store.begin(write=True) as work:
        told = promote(work, asked(3_000_000, actor="k9"), digest_of(1)[:8], reason=" better ")
    assert told == {
        "digest": digest_of(1),
        "name": "made",
        "version": "1",
        "at": "1970-01-01T00:00:03Z",
        "actor": "k9",
        "reason": "better",
        "replaced": digest_of(),
        "changed": True,
    }
    assert live(store) == [digest_of(1)]
    with store.begin(write=False) as work:
        past = promotions(work)
        lines = read_trail(work)["lines"]
    assert [one["reason"] for one in past] == ["better", "first"]
    assert isinstance(lines, list)
    assert [one["action"] for one in lines][:2] == ["model.promote", "model.add"]


def test_to_promote_the_live_model_again_changes_nothing(store: Store) -> None:
    put_live(store, 0, reason="first")
    with store.begin(write=True) as work:
        told = promote(work, asked(9_000_000), "live", reason="again")
        assert len(promotions(work)) == 1
    assert (told["changed"], told["reason"]) == (False, "first")


def test_webhooks_are_told_of_a_promotion(store: Store) -> None:
    with store.begin(write=True) as work:
        work.webhooks.add(make_webhook("w1", kinds=("model.promoted",)))
    put_live(store, 0, reason="first")
    with store.begin(write=False) as work:
        [delivery] = work.deliveries.page("w1", most=9)
    body = json.loads(delivery.message.body)
    assert (body["type"], body["timestamp"]) == ("model.promoted", "1970-01-01T00:00:02Z")
    assert body["data"]["digest"] == digest_of()


def test_rollbacks_go_back_one_promotion_at_a_time(store: Store) -> None:
    for seed in (0, 1, 2):
        put_live(store, seed, now=2_000_000 + seed)
    found = []
    for at in (5_000_000, 6_000_000):
        with store.begin(write=True) as work:
            found.append(rollback(work, asked(at), reason="worse")["digest"])
    assert found == [digest_of(1), digest_of(0)]
    with store.begin(write=True) as work, pytest.raises(Conflict, match="no earlier champion"):
        rollback(work, asked(7_000_000))
    assert live(store) == [digest_of(0)]


def test_before_the_first_promotion_there_is_no_way_back(store: Store) -> None:
    add(store, 0)
    with store.begin(write=True) as work, pytest.raises(Conflict):
        rollback(work, asked())


def test_a_model_that_is_not_there_cannot_be_live(store: Store) -> None:
    with store.begin(write=True) as work, pytest.raises(NotFound, match="models list"):
        promote(work, asked(), "made@1")


def test_a_model_that_cannot_be_opened_does_not_become_live(store: Store) -> None:
    put_live(store, 0)
    broken = ModelRow(
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
        work.models.add(broken, {"manifest.json": b"{}"})
    with store.begin(write=True) as work, pytest.raises(BadBundle):
        promote(work, asked(), "broken@1")
    assert live(store) == [digest_of()]


def test_of_those_who_promote_at_once_each_replaces_the_one_before(store: Store) -> None:
    seeds = (0, 1, 2, 3)
    add(store, *seeds)
    begin = threading.Barrier(len(seeds))

    def race(seed: int) -> bool:
        begin.wait()
        try:
            with store.begin(write=True) as work:
                promote(work, asked(5_000_000 + seed), digest_of(seed))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(seeds)) as pool:
        won = sum(pool.map(race, seeds))
    with store.begin(write=False) as work:
        past = promotions(work)[::-1]
    assert len(past) == won >= 1
    assert [one["replaced"] for one in past] == [None, *(one["digest"] for one in past[:-1])]
    assert live(store) == [past[-1]["digest"]]


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8))
def test_promotions_are_undone_from_the_last_to_the_first(names: list[str]) -> None:
    # as they are stored: nobody promotes what is live
    way = [one for at, one in enumerate(names) if at == 0 or names[at - 1] != one]
    past = [*way]
    seen = [past[-1]]
    while (before := earlier_champion(past)) is not None:
        past.append(before)
        seen.append(before)
    assert seen[-1] == way[0]
    assert len(seen) <= len(way)
