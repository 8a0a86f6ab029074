"""The Bayes limit of the specified worlds is the one in the specification."""

import math

import numpy as np
import pytest

from leadscore.world.limits import TruthSums, bayes_limits
from leadscore.world.seed import NOISE, WorldBlock, generate

#: The published figures are means over the test parts of six worlds, 2,000 leads each.
PUBLISHED_LEADS = 12_000
LEADS = 200_000


@pytest.mark.parametrize(
    ("preset", "accuracy", "log_loss", "recall"),
    [("seed", 0.878, 0.239, (0.86, 0.91, 0.76)), ("noisy", 0.687, 0.609, (0.65, 0.78, 0.41))],
)
def test_the_published_limits_are_draws_of_the_exact_ones(
    preset: str, accuracy: float, log_loss: float, recall: tuple[float, ...]
) -> None:
    """Within three standard errors of a figure that was measured on that many drawn tiers."""
    world = generate(LEADS, preset=preset, seed=4)
    exact = bayes_limits(world.truth)
    losses = -np.log(world.truth[np.arange(world.n), world.tier])
    assert accuracy == pytest.approx(exact.accuracy, abs=3 * error_of(exact.accuracy))
    spread = float(losses.std()) / math.sqrt(PUBLISHED_LEADS)
    assert log_loss == pytest.approx(exact.log_loss, abs=3 * spread)
    for (tier, known), published in zip(exact.recall.items(), recall, strict=True):
        assert known is not None
        error = error_of(known, share=exact.mix[tier])
        assert published == pytest.approx(known, abs=3 * error)


def error_of(share_right: float, *, share: float = 1) -> float:
    return math.sqrt(share_right * (1 - share_right) / (PUBLISHED_LEADS * share))


def test_the_exact_limits_are_known() -> None:
    """Computed from the specification's text a second time, apart from this code."""
    seed, noisy = (bayes_limits(generate(LEADS, preset=preset).truth) for preset in NOISE)
    assert (seed.accuracy, noisy.accuracy) == pytest.approx((0.8727, 0.6849), abs=0.002)
    assert (seed.log_loss, noisy.log_loss) == pytest.approx((0.2431, 0.6110), abs=0.003)


def test_the_mix_of_the_seed_world_is_a_third_low_and_a_tenth_high() -> None:
    mix = bayes_limits(generate(LEADS).truth).mix
    assert list(mix.values()) == pytest.approx((0.33, 0.58, 0.09), abs=0.01)


@pytest.mark.parametrize("preset", NOISE)
def test_the_limits_are_what_someone_who_knows_the_truth_reaches(preset: str) -> None:
    world = generate(50_000, preset=preset, seed=8)
    best = bayes_limits(world.truth)
    own = world.truth[np.arange(world.n), world.tier]
    assert (world.truth.argmax(axis=1) == world.tier).mean() == pytest.approx(
        best.accuracy, abs=0.006
    )
    assert -np.log(own).mean() == pytest.approx(best.log_loss, abs=0.01)
    squares = ((world.truth - np.eye(3)[world.tier]) ** 2).sum(axis=1)
    assert squares.mean() == pytest.approx(best.brier, abs=0.01)
    assert recall_of(world) == pytest.approx(list(best.recall.values()), abs=0.02)


def recall_of(world: WorldBlock) -> list[float]:
    stated = world.truth.argmax(axis=1)
    return [float((stated[world.tier == tier] == tier).mean()) for tier in range(3)]


def test_sums_of_parts_add_up_to_the_whole() -> None:
    truth = generate(1_000, seed=2).truth
    parts = TruthSums.of(truth[:300]) + TruthSums.of(truth[300:])
    whole, added = bayes_limits(truth), parts.limits()
    assert added.accuracy == pytest.approx(whole.accuracy)
    assert added.log_loss == pytest.approx(whole.log_loss)
    assert added.brier == pytest.approx(whole.brier)
    assert added.recall == pytest.approx(whole.recall)
    assert added.mix == pytest.approx(whole.mix)


def test_a_tier_without_leads_has_no_recall() -> None:
    certain = bayes_limits(np.array([[1.0, 0.0, 0.0]]))
    assert (certain.accuracy, certain.log_loss, certain.ece) == (1, 0, 0)
    assert certain.recall == {"Low": 1, "Medium": None, "High": None}
