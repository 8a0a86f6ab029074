"""The margins that reach a tier are those that scoring puts there."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadscore.model.bundle import Model
from leadscore.model.calibration import Calibration
from leadscore.score.tiers import stated_tiers
from leadscore.score.what_if_reach import find_reach
from leadscore.testing.models import make_model

MODEL = make_model()


def calibrated(seed: int, *, steps: bool) -> Model:
    draws = np.random.default_rng(seed)
    if not steps:
        cuts = np.sort(draws.normal(size=2))
        line = Calibration(kind="line", slope=float(draws.uniform(0.3, 3)), cuts=cuts)
        return replace(MODEL, calibration=line)
    knots = tuple(np.sort(draws.normal(size=6)) for _ in range(2))
    heights = tuple(np.sort(draws.uniform(size=6)) for _ in range(2))
    curve = Calibration(kind="steps", cuts=np.zeros(0), knots=knots, heights=heights, floor=1e-4)
    return replace(MODEL, calibration=curve)


@given(seed=st.integers(0, 10_000), steps=st.booleans(), tier=st.sampled_from([1, 2]))
@example(seed=195, steps=True, tier=1)  # Medium between two knots, and Low again before the next
@settings(max_examples=60, deadline=None)
def test_reach_is_what_scoring_states(seed: int, steps: bool, tier: int) -> None:
    """Isotonic curves of two cuts may even give a tier, take it back and give it again."""
    model = calibrated(seed, steps=steps)
    reach = find_reach(model, tier)
    margin = np.sort(np.random.default_rng(seed + 1).normal(0, 3, 400))
    margin = np.unique(np.concatenate([margin, reach.bounds[np.isfinite(reach.bounds)]]))
    told = np.round(model.calibration.probabilities(margin), 12)
    assert reach.holds(margin).tolist() == (stated_tiers(model, margin, told) >= tier).tolist()


def test_a_bound_is_exact_to_the_bit() -> None:
    model = calibrated(0, steps=False)
    for tier in (1, 2):
        [bound] = find_reach(model, tier).bounds
        at = np.array([np.nextafter(bound, -np.inf), bound])
        told = np.round(model.calibration.probabilities(at), 12)
        assert (np.argmax(told, axis=1) >= tier).tolist() == [False, True]


def test_a_tier_that_nobody_reaches_has_no_margins() -> None:
    point: dict[str, object] = {"tiers": ["Low", "Medium", "High"], "cuts": [0.0, "inf"]}
    model = replace(MODEL, operating_point=point)
    assert find_reach(model, 1).bounds.tolist() == [0.0]
    assert not len(find_reach(model, 2).bounds)
    assert find_reach(model, 2).least == np.inf
