"""The fields that moved a score most."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from leadscore.score.reasons import NO_REASON, top_reasons

EFFECTS = arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.sampled_from([-2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0]),
)


@given(EFFECTS, st.integers(0, 8))
def test_reasons_are_the_largest_effects_in_order(effects: NDArray[np.float64], most: int) -> None:
    top = top_reasons(effects, most)
    assert top.shape == (len(effects), most)
    for row, places in zip(effects, top, strict=True):
        named = [int(place) for place in places if place != NO_REASON]
        order = sorted(range(len(row)), key=lambda place: (-abs(row[place]), place))
        assert named == [place for place in order if row[place]][:most]
        assert list(places[len(named) :]) == [NO_REASON] * (most - len(named))


def test_a_lead_without_a_score_has_no_reasons() -> None:
    assert top_reasons(np.full((1, 2), np.nan), 2).tolist() == [[NO_REASON, NO_REASON]]


def test_no_leads_have_no_reasons() -> None:
    assert top_reasons(np.empty((0, 3)), 2).shape == (0, 2)
