"""Amounts as people write them mean one number under a decimal mark, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.amounts import Amount, read_amount, same_sign, sign_in
from leadscore.leads.values import NUMBERS


@pytest.mark.parametrize(
    ("text", "decimal", "number", "sign"),
    [
        ("$412,930", ".", 412_930, "$"),
        ("-$1,234.50", ".", -1234.5, "$"),
        ("$-5", ".", -5, "$"),
        ("$.50", ".", 0.5, "$"),
        ("USD 1,234,567", ".", 1_234_567, "USD"),
        ("US$5", ".", 5, "US$"),
        ("1.234,56 €", ",", 1234.56, "€"),
        ("€1.234.567", ",", 1_234_567, "€"),
        ("1 234,5\u00a0€", ",", 1234.5, "€"),
        ("1\u202f234", ".", 1234, ""),
        ("CHF 1'234.50", ".", 1234.5, "CHF"),
        ("1’234", ".", 1234, ""),
        ("12 500 kr", ",", 12_500, "kr"),
        ("55%", ".", 55, "%"),
        ("12,5 %", ",", 12.5, "%"),
        ("1,234", ".", 1234, ""),
        ("1.234", ",", 1234, ""),
    ],
)
def test_signs_and_marked_thousands_are_read(
    text: str, decimal: str, number: float, sign: str
) -> None:
    assert read_amount(text, decimal) == Amount(number, sign)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        *[("1,23", "."), ("1,2345", "."), ("12,34,567", "."), ("0,123", "."), ("1234,567", ".")],
        *[("1,234 567", "."), ("1,234.5.6", "."), ("1.23", ","), ("$1.234,5", "."), ("$", ".")],
        *[("--$5", "."), ("-$-5", "."), ("$5 USD", "."), ("%5", "."), ("$5%", "."), ("", ".")],
        *[
            ("$1.2M", "."),
            ("5k", "."),
            ("$1e5", "."),
            ("5 apples", "."),
            ("$٣", "."),
            ("1  234", "."),
        ],
    ],
)
def test_what_is_no_amount_or_could_be_two_is_not_read(text: str, decimal: str) -> None:
    assert read_amount(text, decimal) is None


@given(st.integers(-(10**12), 10**12), st.sampled_from([".", ","]))
def test_marked_thousands_are_the_plain_number(number: int, decimal: str) -> None:
    marked = f"{number:,}".replace(",", "." if decimal == "," else ",")
    found = read_amount(marked, decimal)
    assert found is not None
    assert found.number == number


@given(st.from_regex(r"[+-]?[0-9]{0,9}[.,]?[0-9]{0,9}", fullmatch=True))
def test_a_plain_number_is_the_same_amount_if_it_is_one(text: str) -> None:
    found = read_amount(text, ".")
    if found and NUMBERS["."].fullmatch(text):
        assert found == Amount(float(text), "")


def test_a_sign_stands_for_its_currencies() -> None:
    assert [sign_in(unit) for unit in ("$ a year", "in euros", "CA$", "visits", "", "k$")] == [
        *("$", "EUR", "CA$", "", "", "")
    ]
    assert same_sign("$", "CAD")
    assert not same_sign("CA$", "$")
    assert same_sign("", "%")
