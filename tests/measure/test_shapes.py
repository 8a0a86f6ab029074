"""Importance and shapes are what the effects say."""

import numpy as np
import pytest

from leadscore.leads.schema import Field
from leadscore.measure.shapes import BARS, PLACES, importance, shape

NUMBER = Field(name="income", type="number", phrase="annual income", unit="USD")


def test_importance_is_the_share_of_absolute_effects() -> None:
    effects = np.array([[1.0, -3.0], [-1.0, 3.0]])
    fields = (Field(name="a", type="number"), Field(name="b", type="number", phrase="bee"))
    found = importance(effects, fields)
    assert [(one.field, one.words, one.share) for one in found] == [
        ("b", "bee", 0.75),
        ("a", "a", 0.25),
    ]


def test_no_effects_have_no_shares() -> None:
    fields = (Field(name="a", type="number"),)
    assert importance(np.zeros((3, 1)), fields)[0].share == 0.0


def test_a_number_is_a_rising_curve_of_few_points() -> None:
    x = np.random.default_rng(0).lognormal(10, 1, 5000)
    found = shape(NUMBER, x, np.log(x))
    values = [one.value for one in found.points]
    assert values == sorted(values)
    assert len(values) <= PLACES
    assert not found.steps
    for one in found.points:
        assert one.low <= one.effect <= one.high
        assert one.effect == pytest.approx(np.log(one.value), abs=0.5)


def test_one_huge_value_does_not_squeeze_the_curve() -> None:
    x = np.append(np.linspace(0, 1, 1000), 1e9)
    assert shape(NUMBER, x, x).points[-1].value <= 1.0


def test_few_values_keep_their_own_points() -> None:
    x = np.tile([1.0, 2.0, 5.0], 50)
    found = shape(Field(name="visits", type="integer"), x, x * 2)
    assert [(one.value, one.effect, one.n) for one in found.points] == [
        (1.0, 2.0, 50),
        (2.0, 4.0, 50),
        (5.0, 10.0, 50),
    ]
    assert found.steps
    assert found.bars == ()


def test_missing_numbers_have_a_bar_of_their_own() -> None:
    x = np.array([1.0, np.nan, 2.0, np.nan])
    found = shape(NUMBER, x, np.array([0.0, 3.0, 1.0, 5.0]))
    assert [(one.words, one.n, one.effect) for one in found.bars] == [("missing", 2, 4.0)]


def test_a_wholly_missing_number_is_only_missing() -> None:
    found = shape(NUMBER, np.full(3, np.nan), np.zeros(3))
    assert found.points == ()
    assert found.bars[0].n == 3


def test_flags_are_yes_and_no() -> None:
    flags = np.array([1.0, 0.0, 0.0, np.nan])
    found = shape(Field(name="asked", type="flag"), flags, np.array([2.0, -1.0, -1.0, 0.0]))
    assert [(one.words, one.n) for one in found.bars] == [("yes", 1), ("no", 2), ("missing", 1)]


def test_rare_categories_are_counted_together() -> None:
    kinds = [f"kind {i:02d}" for i in range(20) for _ in range(30 - i)]
    values = np.array(kinds, object)
    found = shape(Field(name="source", type="category"), values, np.arange(len(kinds), dtype=float))
    assert len(found.bars) == BARS + 1
    assert found.bars[-1].words == "8 others"
    assert sum(one.n for one in found.bars) == len(kinds)
    effects = [one.effect for one in found.bars[:-1]]
    assert effects == sorted(effects, reverse=True)
