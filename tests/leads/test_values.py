"""What one value means for a field, and what is said where it means nothing."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import Fault
from leadscore.leads.schema import Field, FieldType, Label, investor
from leadscore.leads.times import date_parts, parse_time
from leadscore.leads.values import as_text, conform_lead, parse_label, parse_value
from leadscore.testing.makers import make_lead


def of(kind: FieldType, value: object, decimal: str = ".") -> object:
    return parse_value(value, Field(name="x", type=kind), decimal=decimal)


@pytest.mark.parametrize(
    ("kind", "value", "want"),
    [
        ("integer", " 12.0 ", 12.0),
        ("integer", "1e3", 1000.0),
        ("integer", 12, 12.0),
        ("integer", "N/A", None),
        ("number", "-.5", -0.5),
        ("number", 2.5, 2.5),
        ("number", np.float32(0.5), 0.5),
        ("number", Decimal("0.1"), 0.1),
        ("number", float("nan"), None),
        ("number", None, None),
        ("flag", "YES", 1.0),
        ("flag", "f", 0.0),
        ("flag", True, 1.0),
        ("flag", "0.0", 0.0),
        ("category", " New York ", "New York"),
        ("category", 3, "3"),
        ("category", 3.0, "3"),
        ("category", 2.5, "2.5"),
        ("category", "NA", "NA"),
        ("category", "", None),
        ("time", "1970-01-02T00:00:01Z", 86401.0),
        ("time", dt.date(1970, 1, 2), 86400.0),
        ("time", dt.datetime(1970, 1, 2, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))), 86400.0),
    ],
)
def test_a_value_is_read_by_its_fields_type(kind: FieldType, value: object, want: object) -> None:
    assert of(kind, value) == want


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("integer", "12.5", "x: got '12.5', allowed: a whole number"),
        ("integer", True, "x: got True, allowed: a whole number"),
        ("number", "1,23", "a number such as 1234.5 or 1,234.5"),
        ("number", "1_000", "a number such as 1234.5 or 1,234.5"),
        ("number", "$5", 'without $ (or unit = "$" in the schema)'),
        ("number", "inf", "got 'inf'"),
        ("number", float("inf"), "got inf"),
        ("number", "1e999", "got '1e999'"),
        ("number", [1], r"got [1]"),
        ("flag", "2", "0, 1, yes, no, true or false"),
        ("flag", "maybe", "got 'maybe'"),
        ("category", {"a": 1}, "a text"),
        ("time", "01/02/2026", "a date such as"),
        ("time", 1767225600, "a date such as"),
        ("category", ["x" * 99], "…"),
    ],
)
def test_what_a_field_cannot_be_is_a_fault(kind: FieldType, value: object, words: str) -> None:
    fault = of(kind, value)
    assert isinstance(fault, Fault)
    assert words in fault.words()


def test_a_decimal_comma_is_for_texts_only() -> None:
    assert of("number", "1,5", ",") == 1.5
    assert of("number", 1.5, ",") == 1.5
    fault = of("number", "1.5", ",")
    assert isinstance(fault, Fault)
    assert "1234,5" in fault.allowed


def test_the_sign_of_the_fields_unit_is_read_and_no_other() -> None:
    income = Field(name="x", type="integer", unit="USD a year", limits=(0.0, 1e6))
    assert [parse_value(one, income) for one in ("$412,930", "412930", "412 930 USD")] == [
        412_930.0
    ] * 3
    share = Field(name="x", type="number", unit="%")
    assert parse_value("55.5 %", share) == 55.5
    for value, field in (("€5", income), ("5%", income), ("$5", share), ("-$5", income)):
        assert isinstance(parse_value(value, field), Fault)
    fault = parse_value("€5", income)
    assert isinstance(fault, Fault)
    assert fault.words().endswith("without € (in USD a year)")
    assert isinstance(of("flag", "$1"), Fault)


def test_a_class_among_the_placeholders_is_unknown() -> None:
    label = Label(field="stage", classes=("Working", "Lost", "Won"), positive="Won")
    assert [parse_label(one, label, ("Working",)) for one in label.classes] == [-1, 0, 1]


def test_placeholders_are_missing_also_as_numbers() -> None:
    field = Field(name="x", type="number", placeholders=("999", "Select"))
    assert [parse_value(value, field) for value in ("999.0", 999, "Select", "99")] == [
        *(None, None, None),
        99.0,
    ]


def test_missing_is_a_fault_where_it_may_not_be() -> None:
    field = Field(name="x", type="flag", missing=False, placeholders=("-",))
    faults = [parse_value(value, field) for value in (None, "", "-", float("nan"))]
    assert [fault.got for fault in faults if isinstance(fault, Fault)] == [
        *("nothing", "''", "'-'", "nothing")
    ]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((300.0, 850.0), "a whole number, 300 to 850"),
        ((0.0, float("inf")), "a whole number, at least 0"),
        ((float("-inf"), 1e6), "a whole number, at most 1,000,000"),
    ],
)
def test_beyond_the_limits_is_a_fault(limits: tuple[float, float], words: str) -> None:
    field = Field(name="x", type="integer", limits=limits)
    fault = parse_value("99999999" if limits[1] < float("inf") else "-1", field)
    assert isinstance(fault, Fault)
    assert fault.allowed == words
    assert parse_value("500", field) == 500.0


@pytest.mark.parametrize(
    ("text", "unit", "iso"),
    [
        ("2026-01-31", "", "2026-01-31T00:00"),
        ("2026-01", "", "2026-01-01T00:00"),
        ("2026-01-31 10:20:30.5", "", "2026-01-31T10:20:30.500"),
        ("2026-01-31T10:20+02:00", "", "2026-01-31T08:20"),
        ("2026/1/5", "", "2026-01-05T00:00"),
        ("31.01.2026 10:20", "", "2026-01-31T10:20"),
        ("31-Jan-26", "", "2026-01-31T00:00"),
        ("Jan 5, 2026 3:04 PM", "", "2026-01-05T15:04"),
        ("5 September 2026", "", "2026-09-05T00:00"),
        ("05/06/2026", "d/m/y", "2026-06-05T00:00"),
        ("05/06/26 12:00 AM", "m/d/y", "2026-05-06T00:00"),
        ("5-6-2026 1:02:03 -0130", "m/d/y", "2026-05-06T02:32:03"),
    ],
)
def test_dates_are_read_where_they_mean_one_thing(text: str, unit: str, iso: str) -> None:
    want = dt.datetime.fromisoformat(iso).replace(tzinfo=dt.UTC)
    assert parse_time(text, unit=unit) == want.timestamp()


@pytest.mark.parametrize("text", ["05/06/2026", "31/31/2026", "2026-02-30", "Mai 5, 2026"])
@pytest.mark.parametrize("clock", ["", " 10:20"])
def test_a_date_that_is_none_or_two_is_not_read(text: str, clock: str) -> None:
    assert parse_time(text + clock) is None


@pytest.mark.parametrize(
    "text",
    ["202601", "12", "1.5", "10:20", "31.01.2026 25:00", "31.01.2026 13:00 PM", "1.2.3", "may"],
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert parse_time(text) is None


def test_day_and_month_of_a_date_that_could_be_swapped_are_told() -> None:
    assert date_parts("31/01/2026") == (31, 1)
    assert date_parts("1-31-26 10:00") == (1, 31)
    assert [date_parts(text) for text in ("2026-01-31", "31.01.2026", "5 Jan 2026", "x")] == [
        None
    ] * 4


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_iso_dates_read_back(moment: dt.datetime) -> None:
    assert parse_time(moment.isoformat()) == (
        moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    ) / dt.timedelta(seconds=1)


@given(st.floats(allow_infinity=False))
def test_a_number_is_the_same_as_its_text(value: float) -> None:
    assert of("number", value) == of("number", as_text(value))


def test_a_lead_needs_no_id_and_may_have_more() -> None:
    found = conform_lead(make_lead(shoe_size=43), investor())
    assert found.faults == ()
    assert found.leads.n == 1
    assert found.leads.ids == {}
    assert found.leads.columns["income"].tolist() == [220_000.0]
    assert found.labels is None
    named = conform_lead(make_lead(lead_id=7, tier="High"), investor())
    assert named.leads.ids["lead_id"].tolist() == ["7"]
    assert named.labels is not None
    assert named.labels.tolist() == [2]


def test_a_lead_without_any_of_the_models_fields_is_a_fault() -> None:
    found = conform_lead({"age": 40, "name": "A"}, investor())
    assert [fault.got for fault in found.faults] == ["none of the model's fields"]
    assert found.bad_rows.tolist() == [True]
    assert conform_lead({"income": None}, investor()).faults == ()
