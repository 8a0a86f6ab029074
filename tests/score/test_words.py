"""Values, effects and numbers in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import Field, FieldType, investor
from leadscore.score.words import (
    Value,
    effect_words,
    fact_words,
    number_words,
    plain_value,
    reason_words,
)

INCOME = investor().field("income")
VISITS = investor().field("website_visits")
ASKED = Field(name="asked", type="flag", phrase="question asked")
SOURCE = Field(name="lead_source", type="category")
SEEN = Field(name="last_seen", type="time", unit="d/m/y")


@pytest.mark.parametrize(
    ("field", "value", "effect", "words"),
    [
        (INCOME, 250_000.0, 1.3, "annual income 250,000 USD a year: +1.3"),
        (INCOME, math.nan, -0.21, "annual income not given: −0.2"),
        (VISITS, 12.0, -0.7, "website visits 12: −0.7"),
        (ASKED, 1.0, 0.94, "question asked: yes, +0.9"),
        (ASKED, 0.0, -0.94, "question asked: no, −0.9"),
        (ASKED, math.nan, -0.1, "question asked not given: −0.1"),
        (SOURCE, "Trade fair", 12.0, "lead source: Trade fair, +12.0"),
        (SOURCE, None, 0.2, "lead source not given: +0.2"),
        (SEEN, 0.0, 0.3, "last seen 1970-01-01: +0.3"),
        (SEEN, 86_400.0 + 3_661.9, 0.3, "last seen 1970-01-02 01:01 UTC: +0.3"),
    ],
)
def test_a_reason_is_one_short_sentence(
    field: Field, value: Value, effect: float, words: str
) -> None:
    assert reason_words(field, value, effect) == words


@pytest.mark.parametrize(
    ("effect", "words"),
    [(1.0, "+1.0"), (-0.096, "−0.1"), (0.094, "+0.09"), (-0.0094, "−0.009"), (1234.5, "+1,234.5")],
)
def test_an_effect_keeps_a_digit_that_says_something(effect: float, words: str) -> None:
    assert effect_words(effect) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.0, "0"),
        (-1.0, "−1"),
        (1_234_567.0, "1,234,567"),
        (1_234_567.8, "1,234,568"),
        (999.9996, "1,000"),
        (0.1, "0.1"),
        (0.00012, "0.00012"),
        (1e18, "1e+18"),
        (300, "300"),
    ],
)
def test_a_number_is_written_as_people_write_it(number: float, words: str) -> None:
    assert number_words(number) == words


@given(st.floats(-1e14, 1e14, allow_nan=False))
def test_a_number_in_words_is_that_number(number: float) -> None:
    read = float(number_words(number).replace(",", "").replace("−", "-"))
    assert read == pytest.approx(number, rel=1e-5, abs=1e-300)


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [
        ("integer", 250_000.0, 250_000),
        ("flag", 1.0, 1),
        ("number", 2.0, 2.0),
        ("number", math.nan, None),
        ("category", "Web", "Web"),
        ("category", None, None),
        ("time", 1_767_225_600.0, "2026-01-01T00:00:00Z"),
        ("time", 253_402_300_799.9, "9999-12-31T23:59:59Z"),
        ("time", -62_135_596_800.0, "0001-01-01T00:00:00Z"),
    ],
)
def test_a_value_is_as_json_has_it(kind: FieldType, value: Value, plain: object) -> None:
    found = plain_value(Field(name="x", type=kind), value)
    assert found == plain
    assert type(found) is type(plain)


def test_a_unit_that_the_name_says_is_not_said_again() -> None:
    assert fact_words(VISITS, 3.0) == "website visits 3"
    assert fact_words(INCOME, 3.0) == "annual income 3 USD a year"
