"""Doubt in words: one short true sentence, whatever the numbers are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.score.doubt_words import (
    rate_words,
    set_words,
    similar_words,
    tier_words,
    unknown_words,
)


@pytest.mark.parametrize(
    ("tier", "tier_set", "words"),
    [
        ("High", ["High"], "High"),
        ("High", ["Medium", "High"], "High or Medium"),
        ("Low", ["Low", "Medium", "High"], "High, Medium or Low"),
        ("Cold", ["Hot"], "Cold, though more like Hot"),
        ("Unscored", ["Unscored"], "Unscored"),
    ],
)
def test_a_tier_and_its_doubt(tier: str, tier_set: list[str], words: str) -> None:
    assert tier_words(tier, tier_set) == words


@given(st.lists(st.sampled_from("ABCDE"), min_size=1, unique=True))
def test_every_class_of_a_set_is_named_once_from_the_highest_down(names: list[str]) -> None:
    assert re.findall(r"\b[A-E]\b", set_words(names)) == names[::-1]


def test_similar_leads_in_words() -> None:
    assert similar_words(214, 31, 0.1006, 0.1989) == (
        "of 214 similar leads 31 converted (14 %, 10–20 %)"
    )
    assert similar_words(4000, 48, 0.0088, 0.0159) == (
        "of 4,000 similar leads 48 converted (1.2 %, 0.9–1.6 %)"
    )
    assert similar_words(0, 0, 0.0, 1.0) == "of 0 similar leads 0 converted (–, 0.0–100.0 %)"


@given(st.floats(0, 1))
def test_a_rate_is_never_off_by_more_than_half_a_per_cent(rate: float) -> None:
    assert float(rate_words(rate).removesuffix(" %")) == pytest.approx(100 * rate, abs=0.5 + 1e-9)


def test_why_a_lead_is_unscored() -> None:
    five = ["annual income", "credit score", "visits", "opens", "views"]
    assert unknown_words(five, missing=3, share=0.71, fields=10) == (
        "Unscored: annual income, credit score and 3 more are missing or far outside what the "
        "model has seen; they carry 71 % of the score"
    )
    assert unknown_words(five[:3], missing=0, share=0.4, fields=4) == (
        "Unscored: annual income, credit score and visits are far outside what the model has "
        "seen; they are 3 of the model's 4 fields"
    )
    assert unknown_words(five[:1], missing=1, share=0.6, fields=4) == (
        "Unscored: annual income is missing; it carries 60 % of the score"
    )
