"""Planted leaks are what they are said to be, and as imperfect."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from leadscore.world.funnel.leaks import LEAK_NAMES, LEAKS
from leadscore.world.market import Market, market

SEEDS = range(6)
N = 3_000
#: One world with every kind for each seed; the tests only read them.
WORLDS = [market(N, seed=seed, leaks=LEAKS) for seed in SEEDS]

every_world = pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.summary.seed)


def column(world: Market, kind: str) -> tuple[str, pd.Series]:
    name = next(leak.field for leak in world.summary.leaks if leak.kind == kind)
    return name, pd.Series(world.leads[name])


def known(world: Market) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who is ripe, and who has converted by the end of the world."""
    ripe = ~np.isnan(world.leads["converted"].astype(np.float64))
    told = world.outcomes["lead_id"][world.outcomes["kind"] == "converted"]
    return ripe, np.isin(world.leads["lead_id"].astype(str), told.astype(str))


def closed_at(world: Market) -> pd.Series:
    told = pd.Series(world.outcomes["occurred_at"], index=world.outcomes["lead_id"])
    return told.reindex(world.leads["lead_id"]).reset_index(drop=True)


def numbers(cells: pd.Series) -> NDArray[np.int64]:
    """Return the numbers of ids such as 1000234 or R-01000234."""
    return np.array([int(str(one).lstrip("RNV-")) for one in cells], dtype=np.int64)


@every_world
def test_a_leak_tells_what_the_truth_does_not(world: Market) -> None:
    chance = world.truth["true_probability"].astype(np.float64)
    ripe, won = known(world)
    rest = (won - chance)[ripe]
    for leak in world.summary.leaks:
        cells = pd.Series(world.leads[leak.field])[ripe].reset_index(drop=True)
        if leak.kind == "late_timestamp":
            arrived = pd.Series(world.leads["created_at"])[ripe].reset_index(drop=True)
            cells = (cells - arrived).dt.total_seconds()
        if leak.kind == "ordered_id":
            cells = pd.Series(numbers(cells))
        if cells.dtype.kind in "if" and cells.nunique() > 20:
            cells = pd.cut(cells.rank(), 20).astype(str)
        told = pd.Series(rest).groupby(cells.astype(object).fillna("none")).transform("mean")
        assert np.corrcoef(told, rest)[0, 1] > 0.15, leak


@every_world
def test_filled_after_is_filled_for_winners(world: Market) -> None:
    _, cells = column(world, "filled_after")
    _, won = known(world)
    assert 0.8 < cells[won].notna().mean() < 0.99
    assert 0 < cells[~won].notna().mean() < 0.03


@every_world
def test_near_copy_is_the_label_but_for_a_few(world: Market) -> None:
    _, cells = column(world, "near_copy")
    ripe, won = known(world)
    rate = pd.Series(won[ripe]).groupby(cells[ripe].to_numpy()).mean()
    wrong = (cells[ripe].map(rate) > 0.5).to_numpy() != won[ripe]
    assert 0.004 < wrong.mean() < 0.04
    assert cells.nunique() > 3


@every_world
def test_late_timestamp_lies_after_the_outcome(world: Market) -> None:
    _, cells = column(world, "late_timestamp")
    closed = closed_at(world)
    both = cells.notna() & closed.notna()
    assert (cells[both] >= closed[both]).all()
    assert 0.94 < cells.notna().mean() < 0.99
    assert (cells.dropna() <= pd.Timestamp(world.summary.end)).all()


@every_world
def test_running_counter_went_on_counting(world: Market) -> None:
    name, cells = column(world, "running_counter")
    _, won = known(world)
    start = pd.Series(world.leads["website_visits"].astype(np.float64))
    if name in ("total_emails", "total_page_views"):
        as_known = "email_opens" if name == "total_emails" else "property_views"
        start = pd.Series(world.leads[as_known].astype(np.float64))
    growth = cells - start
    assert growth[won].mean() > growth[~won].mean() + 3
    assert cells.min() >= 0


@every_world
def test_hindsight_rating_is_wrong_for_some(world: Market) -> None:
    _, cells = column(world, "hindsight_rating")
    ripe, won = known(world)
    said = ripe & cells.notna().to_numpy()
    good = cells[said].isin([4.0, 5.0, "hot", "warm", "A", "B"]).to_numpy()
    sure = cells[said].ne(3.0).to_numpy()
    assert 0.03 < (good != won[said])[sure].mean() < 0.18
    assert cells[~ripe].isna().mean() > 0.4


@every_world
def test_ordered_id_jumps_on_conversion(world: Market) -> None:
    _, cells = column(world, "ordered_id")
    _, won = known(world)
    number = numbers(cells)
    assert len(set(number.tolist())) == N
    moved = number > number[~won].max()
    assert not moved[~won].any()
    assert 0.93 < moved[won].mean() < 0.995
    order = np.argsort(number[moved])
    dates = closed_at(world)[moved].to_numpy()[order]
    assert (np.diff(dates.astype(np.int64)) >= 0).all()


@every_world
def test_group_rate_holds_the_leads_own_outcome(world: Market) -> None:
    name, cells = column(world, "group_rate")
    _, won = known(world)
    rate = cells / 100 if name in ("index_3", "list_quality") else cells
    assert rate.dropna().between(0, 1).all()
    assert 0.92 < rate.notna().mean() < 0.99
    # in lots of six a lead is a sixth of its own rate
    assert rate[won].mean() - rate[~won].mean() > 0.12


def test_names_tell_or_not() -> None:
    fields = {leak.field for world in WORLDS for leak in world.summary.leaks}
    for telling, neutral in LEAK_NAMES.values():
        assert fields & {*telling, *neutral}
    assert fields & {name for telling, _ in LEAK_NAMES.values() for name in telling}
    assert fields & {name for _, neutral in LEAK_NAMES.values() for name in neutral}


@pytest.mark.parametrize("count", range(5))
def test_as_many_kinds_are_drawn_as_were_asked_for(count: int) -> None:
    found = [market(60, seed=seed, leaks=count).summary.leaks for seed in range(12)]
    assert {len(leaks) for leaks in found} == {count}
    assert all(len({leak.kind for leak in leaks}) == count for leaks in found)
    if count == 4:
        assert {leak.kind for leaks in found for leak in leaks} == set(LEAKS)


def test_a_kind_may_be_planted_again_under_another_name() -> None:
    world = market(80, seed=2, leaks=["near_copy", "near_copy"])
    assert len({leak.field for leak in world.summary.leaks}) == 2


@pytest.mark.parametrize("n", [1, 2, 7])
def test_leaks_fit_into_the_smallest_worlds(n: int) -> None:
    world = market(n, seed=1, leaks=LEAKS)
    assert all(len(world.leads[leak.field]) == n for leak in world.summary.leaks)
