"""What is said of a lead becomes plain values of its fields, and contact data stays apart."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import Field, Schema, investor
from leadscore.leads.stated import read_stated
from leadscore.leads.values import conform_lead
from leadscore.testing.makers import make_lead

SCHEMA = Schema(
    name="stated",
    decimal=",",
    fields=(
        Field(name="income", type="integer", unit="USD a year"),
        Field(name="ratio", type="number", limits=(0, 100)),
        Field(name="asked", type="flag"),
        Field(name="source", type="category", placeholders=("Select",)),
        Field(name="seen", type="time"),
        Field(name="sure", type="number", missing=False),
        Field(name="phone", type="text", role="ignore"),
        Field(name="company", type="category"),
        Field(name="won", type="flag", role="label"),
        Field(name="crm", type="text", role="id"),
    ),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("name", "given_", "kept"),
    [
        ("income", "$90.000", 90_000),
        ("income", 90_000.0, 90_000),
        ("income", Decimal("90000"), 90_000),
        ("income", None, None),
        ("income", "n/a", None),
        ("ratio", "12,5", 12.5),
        ("ratio", 12.5, 12.5),
        ("asked", "yes", 1),
        ("asked", False, 0),
        ("source", " Web ", "Web"),
        ("source", "Select", None),
        ("seen", "2026-01-31T12:30:00+01:00", "2026-01-31T11:30:00Z"),
        ("seen", dt.date(2026, 1, 31), "2026-01-31T00:00:00Z"),
        ("company", "Acme", "Acme"),
    ],
)
def test_a_value_is_kept_plain(name: str, given_: object, kept: object) -> None:
    found = read_stated({name: given_}, SCHEMA)
    assert found.values == {name: kept}
    assert (dict(found.contact), found.faults) == ({}, ())


@given(st.dictionaries(st.sampled_from([one.name for one in SCHEMA.fields]), json_values))
def test_what_is_kept_reads_back_as_what_was_said(raw: dict[str, object]) -> None:
    kept = read_stated(raw, SCHEMA)
    again = read_stated(kept.values, SCHEMA)
    assert (again.values, again.faults) == (kept.values, ())
    assert {*kept.values} | {one.field for one in kept.faults} >= {
        name for name in raw if SCHEMA.field(name).held
    }


def test_a_whole_lead_is_the_same_stated_or_sent() -> None:
    lead = make_lead(income="$120,000")
    stated = read_stated(lead, investor())
    sent, kept = (conform_lead(one, investor()).leads.columns for one in (lead, stated.values))
    assert {name: column.tolist() for name, column in sent.items()} == {
        name: column.tolist() for name, column in kept.items()
    }


def test_every_fault_comes_at_once_and_says_where() -> None:
    raw = {"income": "a lot", "ratio": 101, "sure": None, "source": "x" * 1001, "asked": 1}
    found = read_stated(raw, SCHEMA, where="traits.")
    assert [one.field for one in found.faults] == [
        "traits.income",
        "traits.ratio",
        "traits.source",
        "traits.sure",
    ]
    assert found.values == {"asked": 1}
    assert (
        found.faults[1].words()
        == "traits.ratio: got 101, allowed: a number such as 1234,5 or 1.234,5, 0 to 100"
    )


def test_what_is_no_field_is_not_kept() -> None:
    found = read_stated({"shoe_size": 43, "won": 1, "crm": "7", "note": "rich"}, SCHEMA)
    assert (found.values, found.contact, found.faults) == ({}, {}, ())


def test_contact_data_is_kept_apart() -> None:
    raw = {
        "firstName": " Ada ",
        "lastName": "Bee",
        "email": "ada@example.com",
        "phone": 15550100,
        "company": {"name": "Acme", "id": 7},
        "income": 1,
    }
    found = read_stated(raw, investor())
    assert found.values == {"income": 1}
    assert found.contact == {
        "name": "Ada Bee",
        "email": "ada@example.com",
        "phone": "15550100",
        "company": "Acme",
    }


def test_a_whole_name_comes_before_its_parts_and_nothing_said_is_nothing() -> None:
    raw: dict[str, object] = {"name": "Ada B.", "firstName": "Ada", "email": None, "phone": ""}
    assert read_stated({**raw, "company": {}}, investor()).contact == {"name": "Ada B."}
    assert read_stated({"lastName": "Bee"}, investor()).contact == {"name": "Bee"}


@pytest.mark.parametrize("bad", [["ada@example.com"], "x" * 201, "two\nlines", 1.5, "\ud800"])
def test_a_fault_in_contact_data_does_not_show_it(bad: object) -> None:
    found = read_stated({"email": bad}, investor(), where="traits.")
    assert [one.field for one in found.faults] == ["traits.email"]
    assert "ada" not in found.faults[0].words()
    assert "xx" not in found.faults[0].words()


def test_a_field_called_like_contact_data_is_a_field_unless_it_is_not_read() -> None:
    found = read_stated({"company": "Acme", "phone": "555"}, SCHEMA)
    assert (found.values, found.contact) == ({"company": "Acme"}, {"phone": "555"})
