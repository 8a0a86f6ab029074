"""Gaps are worth a word where they would change a plan."""

import pytest

from leadscore.measure.gaps import worth_a_word


@pytest.mark.parametrize(
    ("said", "came", "told"),
    [
        (0.14, 0.13, False),
        (0.52, 0.50, False),
        (0.015, 0.018, True),
        (0.29, 0.33, True),
        (0.90, 0.86, True),
        (0.997, 0.999, False),
        (0.1, 0.0, True),
    ],
)
def test_gaps_of_a_tenth_are_worth_a_word(*, said: float, came: float, told: bool) -> None:
    assert worth_a_word(said, came) == told
