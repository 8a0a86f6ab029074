"""The specified world: the same seed gives the same leads, and they are as specified."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscore.errors import BadRequest
from leadscore.world.rule import tier_index, tier_points
from leadscore.world.seed import BLOCK, FIELDS, NOISE, WorldBlock, blocks, generate, to_leads

#: A large sample of each preset, drawn once; the tests only read it.
LARGE = {preset: generate(BLOCK, preset=preset, seed=3) for preset in NOISE}

#: The first lead of the world of seed 42, field by field.
FIRST = (45, 373_674, 656, 17, 18, 11, 6, 40, 1, 0, 1, 0)


def same(one: WorldBlock, other: WorldBlock) -> bool:
    return (
        all(np.array_equal(one.columns[name], other.columns[name]) for name in FIELDS)
        and np.array_equal(one.tier, other.tier)
        and np.array_equal(one.truth, other.truth)
        and np.array_equal(one.lead_id, other.lead_id)
    )


def test_the_same_seed_gives_the_same_leads() -> None:
    assert same(generate(500, seed=5), generate(500, seed=5))


def test_another_seed_gives_other_leads() -> None:
    assert not same(generate(500, seed=5), generate(500, seed=6))


def test_the_first_lead_of_the_default_world_is_known() -> None:
    """Pin the order of draws: a change of it would make every stored figure unrepeatable."""
    world = generate(1)
    assert tuple(int(world.columns[name][0]) for name in FIELDS) == FIRST
    assert world.lead_id.tolist() == ["lead-0000001"]


@settings(max_examples=10)
@given(st.integers(1, 2 * BLOCK), st.integers(1, 2 * BLOCK))
def test_a_smaller_world_is_the_beginning_of_a_larger_one(one: int, other: int) -> None:
    fewer, more = sorted([one, other])
    assert same(generate(fewer, seed=1), generate(more, seed=1).take(slice(0, fewer)))


def test_blocks_follow_one_another() -> None:
    parts = list(blocks(2 * BLOCK + 3, seed=1))
    assert [part.n for part in parts] == [BLOCK, BLOCK, 3]
    assert parts[2].lead_id.tolist() == ["lead-0131073", "lead-0131074", "lead-0131075"]


def test_blocks_differ_from_one_another() -> None:
    one, other = blocks(2 * BLOCK, seed=1)
    assert not np.array_equal(one.columns["income"], other.columns["income"])


def test_both_presets_hold_the_same_leads() -> None:
    seed, noisy = LARGE["seed"], LARGE["noisy"]
    assert all(np.array_equal(seed.columns[name], noisy.columns[name]) for name in FIELDS)
    assert not np.array_equal(seed.truth, noisy.truth)


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [("age", 22, 69), ("income", 30_000, 499_999), ("credit_score", 300, 849)],
)
def test_a_uniform_field_fills_its_range(field: str, low: int, high: int) -> None:
    column = LARGE["seed"].columns[field]
    assert low <= column.min() < low + (high - low) / 100
    assert high - (high - low) / 100 < column.max() <= high
    assert column.mean() == pytest.approx((low + high) / 2, rel=0.01)


@pytest.mark.parametrize(
    ("field", "mean"),
    [
        ("website_visits", 30),
        ("email_opens", 20),
        ("property_views", 15),
        ("contact_attempts", 5),
        ("time_on_site_minutes", 60),
    ],
)
def test_a_count_follows_income_and_credit(field: str, mean: int) -> None:
    columns = LARGE["seed"].columns
    expected = mean * (columns["income"] / 500_000 + columns["credit_score"] / 850) / 2
    surplus = (columns[field] - expected) / np.sqrt(expected)
    assert surplus.mean() == pytest.approx(0, abs=0.02)
    assert surplus.var() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("field", "base", "income", "credit"),
    [
        ("inquiry_submitted", 0.2, 0, 0.3),
        ("financing_pre_approved", 0.3, 0, 0.3),
        ("budget_disclosed", 0.3, 0.2, 0),
        ("location_preference_set", 0.4, 0.1, 0.1),
    ],
)
def test_a_flag_follows_income_and_credit(
    field: str, base: float, income: float, credit: float
) -> None:
    columns = LARGE["seed"].columns
    i, c = columns["income"] / 500_000, columns["credit_score"] / 850
    surplus = columns[field] - (base + income * i + credit * c)
    assert surplus.mean() == pytest.approx(0, abs=0.01)
    assert np.polyfit(i, surplus, 1)[0] == pytest.approx(0, abs=0.03)
    assert np.polyfit(c, surplus, 1)[0] == pytest.approx(0, abs=0.04)


@pytest.mark.parametrize(("preset", "noise"), NOISE.items())
def test_tiers_come_from_points_and_noise(preset: str, noise: int) -> None:
    world = LARGE[preset]
    points = tier_points(world.columns)
    assert (tier_index(points - noise) <= world.tier).all()
    assert (world.tier <= tier_index(points + noise)).all()
    assert world.truth[np.arange(world.n), world.tier].min() > 0


@pytest.mark.parametrize("preset", NOISE)
def test_tiers_occur_as_often_as_the_truth_says(preset: str) -> None:
    world = LARGE[preset]
    for tier in range(3):
        for share in np.unique(world.truth[:, tier]):
            leads = world.truth[:, tier] == share
            error = 4 * np.sqrt(share * (1 - share) / leads.sum()) + 1e-12
            assert (world.tier[leads] == tier).mean() == pytest.approx(share, abs=error)


def test_leads_have_the_fields_and_nothing_of_the_truth() -> None:
    leads = to_leads(generate(10))
    assert tuple(leads.columns) == FIELDS
    assert leads.ids["lead_id"][-1] == "lead-0000010"
    assert leads.n == 10


@pytest.mark.parametrize(
    ("n", "preset", "seed", "words"),
    [
        (0, "seed", 1, "world of 0 leads"),
        (10, "sead", 1, "Allowed: seed, noisy"),
        (10, "seed", -1, "seed is -1"),
    ],
)
def test_what_cannot_be_made_is_refused(n: int, preset: str, seed: int, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        blocks(n, preset=preset, seed=seed)
