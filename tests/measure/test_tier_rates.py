"""The shares of tiers are counted, and told apart from what is expected only when sure."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import DEFAULT_TIERS
from leadscore.measure.tier_rates import TierRate, tier_rates

TIER, HITS = np.repeat([0, 1, 2], [500, 300, 200]), np.zeros(1000, bool)


def make_rates(low: int, medium: int, high: int) -> tuple[TierRate, ...]:
    hits = HITS.copy()
    for start, n in ((0, low), (500, medium), (800, high)):
        hits[start : start + n] = True
    return tier_rates(TIER, hits, tiers=DEFAULT_TIERS)


@given(st.integers(0, 500), st.integers(0, 300), st.integers(0, 200))
def test_leads_and_conversions_are_all_counted(low: int, medium: int, high: int) -> None:
    found = make_rates(low, medium, high)
    assert [one.tier for one in found] == ["Low", "Medium", "High"]
    assert [one.converted for one in found] == [low, medium, high]
    assert sum(one.part for one in found) == pytest.approx(1)
    for one in found:
        bounds = (one.rate["low"], one.rate["value"], one.rate["high"])
        assert list(bounds) == sorted(bounds, key=lambda value: value or 0.0)


@pytest.mark.parametrize(
    ("high", "verdict"), [(20, "fewer than expected"), (75, ""), (150, "more than expected")]
)
def test_only_what_is_sure_is_called_fewer_or_more(high: int, verdict: str) -> None:
    assert make_rates(20, 50, high)[2].verdict == verdict


def test_an_empty_tier_has_no_rate_and_no_verdict() -> None:
    found = tier_rates(np.zeros(9, np.intp), HITS[:9], tiers=DEFAULT_TIERS)[2]
    assert (found.n, found.rate["value"], found.verdict) == (0, None, "")


def test_the_json_has_what_was_promised() -> None:
    found = json.loads(json.dumps(make_rates(20, 50, 75)[2].to_json()))
    assert set(found) == {"tier", "n", "converted", "rate", "expected"}
    assert found["rate"]["value"] == 0.375
    assert found["expected"] == [0.35, 0.4]
