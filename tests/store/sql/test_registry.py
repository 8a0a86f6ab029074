"""Models are kept by digest with their parts, and one of them is the champion."""

from dataclasses import replace
from pathlib import Path

from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import PromotionRow
from leadscore.model.bundle import load_model
from leadscore.store.bundles import read_parts
from tests.store.sql.makers import hold, make_model

BUNDLE = Path(__file__).parents[2] / "data" / "format_3_tier"


def promotion(digest: str, replaced: str | None = None) -> PromotionRow:
    return PromotionRow(digest=digest, at=5, actor="k1", reason="better", replaced=replaced)


def test_a_bundle_comes_back_as_it_was_added(store: Store) -> None:
    parts = read_parts(BUNDLE)
    digest = load_model(parts).digest
    row = make_model(digest, size=sum(map(len, parts.values())))
    with store.begin(write=True) as work:
        assert work.models.add(row, parts)
        assert not work.models.add(row, {})
    with store.begin(write=False) as work:
        assert work.models.get(digest) == row
        assert work.models.parts(digest) == parts
        assert load_model(work.models.parts(digest)).digest == digest
        assert work.models.get("d2") is None
        assert work.models.parts("d2") == {}


def test_models_are_listed_the_last_one_first(store: Store) -> None:
    rows = [make_model("d1"), make_model("d2", added_at=2)]
    with store.begin(write=True) as work:
        for row in rows:
            work.models.add(row, {})
        assert work.models.all() == rows[::-1]


def test_the_champion_is_the_one_promoted_last(store: Store) -> None:
    with store.begin(write=True) as work:
        for digest in ("d1", "d2"):
            work.models.add(make_model(digest), {})
        assert work.promotions.live() is None
        assert work.promotions.add(promotion("d1"))
        assert not work.promotions.add(promotion("d2"))
        assert work.promotions.add(promotion("d2", "d1"))
        assert not work.promotions.add(promotion("d2", "d1"))
        assert work.promotions.live() == promotion("d2", "d1")
        assert work.promotions.page(most=9) == [promotion("d2", "d1"), promotion("d1")]


def test_an_erased_lead_marks_the_models_that_learned_from_it(store: Store) -> None:
    hold(store, "L1", "L2")
    rows = [make_model(digest) for digest in ("d1", "d2", "d3")]
    with store.begin(write=True) as work:
        for row, taught_by in zip(rows, (["L1", "L2", "L1"], ["L1"], ["L2"]), strict=True):
            work.models.add(row, {}, taught_by=taught_by)
        assert work.leads.erase("L1", at=5).models == ("d1", "d2")
        assert work.leads.erase("L1", at=6).models == ()
        assert work.leads.erase("L2", at=7).models == ("d1", "d3")
        assert [work.models.get(one.digest) for one in rows] == [
            replace(row, erased=erased) for row, erased in zip(rows, (2, 1, 1), strict=True)
        ]
