"""The rule: points, tiers, and probabilities that are exact counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.world.rule import tier_index, tier_points, true_probabilities
from leadscore.world.seed import FIELDS


def make_columns(**values: int) -> dict[str, NDArray[np.int64]]:
    """Return one lead with the fewest points, but for `values`."""
    return {name: np.array([values.get(name, 0)], dtype=np.int64) for name in FIELDS}


def points_of(**values: int) -> int:
    return int(tier_points(make_columns(**values))[0])


@pytest.mark.parametrize(
    ("field", "value", "points"),
    [
        ("income", 80_000, 1),
        ("income", 80_001, 2),
        ("income", 150_000, 2),
        ("income", 150_001, 3),
        ("income", 200_000, 3),
        ("income", 200_001, 4),
        ("credit_score", 650, 1),
        ("credit_score", 651, 2),
        ("credit_score", 750, 2),
        ("credit_score", 751, 3),
        ("credit_score", 780, 3),
        ("credit_score", 781, 4),
        ("website_visits", 30, 1),
        ("website_visits", 31, 2),
        ("email_opens", 60, 2),
        ("email_opens", 61, 3),
        ("property_views", 15, 1),
        ("property_views", 16, 2),
        ("property_views", 31, 3),
        ("inquiry_submitted", 1, 3),
        ("financing_pre_approved", 1, 3),
        ("budget_disclosed", 1, 2),
        ("location_preference_set", 1, 2),
        ("age", 60, 1),
        ("contact_attempts", 10, 1),
        ("time_on_site_minutes", 100, 1),
    ],
)
def test_a_value_is_worth_its_points(field: str, value: int, points: int) -> None:
    assert points_of(**{field: value}) == 2 + points


def test_the_cuts_are_nine_and_fourteen() -> None:
    assert tier_index(np.array([8, 9, 13, 14])).tolist() == [0, 1, 1, 2]


@given(
    noise=st.integers(0, 6),
    income=st.sampled_from([50_000, 100_000, 180_000, 300_000]),
    credit=st.sampled_from([500, 700, 760, 800]),
    visits=st.integers(0, 80),
    flags=st.tuples(*[st.integers(0, 1)] * 4),
)
def test_probabilities_count_the_noise_that_leads_to_each_tier(
    noise: int, income: int, credit: int, visits: int, flags: tuple[int, ...]
) -> None:
    columns = make_columns(
        income=income,
        credit_score=credit,
        website_visits=visits,
        **dict(zip(FIELDS[8:], flags, strict=True)),
    )
    totals = tier_points(columns) + np.arange(-noise, noise + 1)
    counted = np.bincount(tier_index(totals), minlength=3) / (2 * noise + 1)
    assert true_probabilities(columns, noise=noise)[0].tolist() == counted.tolist()
