"""A frame conforms as its values do one by one, and every fault is told in one go."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, Fault
from leadscore.leads.conform import conform
from leadscore.leads.schema import Field, FieldType, Label, Schema, investor
from leadscore.leads.values import conform_lead, parse_value
from leadscore.testing.makers import make_frame, make_lead

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TYPES: tuple[FieldType, ...] = ("integer", "number", "flag", "category", "text", "time")

numbers = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,20}[.,]?[0-9]{0,20}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}([.,'][0-9]{3}){1,2}", fullmatch=True),
    st.from_regex(r"[$€]? ?-?[0-9]{1,3}([., ][0-9]{3}){0,2}([.,][0-9]{2})? ?[%€]?", fullmatch=True),
)
dates = st.one_of(
    st.datetimes().map(str),
    st.dates().map(str),
    st.from_regex(
        r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.](20)?[0-9]{2}( 1?[0-9]:[0-5][0-9])?", fullmatch=True
    ),
)
words = st.sampled_from(
    ["", " ", "nan", "NA", "n/a", "None", "null", "Select", "999", "999.0", "yes", "NO", "t", "F"]
)
odd = st.sampled_from(
    ["true", " 1 ", "0.0", "1.0", "inf", "-inf", "1_000", "٣", "1e5", "1e999", ".5", "5.", "-0"]
)
texts = st.one_of(numbers, dates, words, odd, st.text(max_size=8))


def fields_of(kind: FieldType) -> st.SearchStrategy[Field]:
    numeric = kind in ("integer", "number")
    return st.builds(
        Field,
        name=st.just("x"),
        type=st.just(kind),
        limits=st.sampled_from([None, (0.0, 850.0), (0.0, float("inf"))]) if numeric else st.none(),
        placeholders=st.sampled_from([(), ("Select",), ("999", "-")]),
        missing=st.booleans(),
        unit=st.sampled_from(
            ["", "d/m/y", "m/d/y"] if kind == "time" else ["", "USD a year", "€", "%"]
        ),
    )


any_field = st.sampled_from(TYPES).flatmap(fields_of)


def expected(values: Sequence[object], field: Field, decimal: str) -> list[object]:
    return [parse_value(value, field, decimal=decimal) for value in values]


def got(series: pd.Series, field: Field, decimal: str) -> list[object]:
    """Return each row's value, or its fault as `parse_value` gives it."""
    schema = Schema(name="s", fields=(field,), decimal="," if decimal == "," else ".")
    result = conform(pd.DataFrame({"x": series}), schema)
    found: list[object] = [
        None if value is None or value != value else value
        for value in result.leads.columns["x"].tolist()
    ]
    for fault in result.faults:
        assert fault.row is not None
        assert found[fault.row] is None
        assert result.bad_rows[fault.row]
        found[fault.row] = replace(fault, row=None)
    assert result.bad_rows.sum() == len(result.faults)
    return found


@given(st.lists(texts, max_size=8), any_field, st.sampled_from([".", ","]))
def test_a_column_of_texts_conforms_as_each_text_does(
    values: list[str], field: Field, decimal: str
) -> None:
    want = expected(values, field, decimal)
    assert got(pd.Series(values, dtype="str"), field, decimal) == want
    assert got(pd.Series(values, dtype=object), field, decimal) == want


@given(st.lists(st.floats(width=32) | st.integers(-5, 5).map(float), min_size=1), any_field)
def test_a_column_of_numbers_conforms_as_each_number_does(
    values: list[float], field: Field
) -> None:
    want = expected(values, field, ".")
    assert got(pd.Series(values, dtype="float64"), field, ".") == want
    assert got(pd.Series(values, dtype="float32"), field, ".") == want


@given(st.lists(st.integers(-(2**62), 2**62) | st.none() | st.integers(-2, 2)), any_field)
def test_a_column_of_integers_with_gaps_conforms_as_each_does(
    values: list[int | None], field: Field
) -> None:
    want = expected(values, field, ".")
    assert got(pd.Series(values, dtype=object), field, ".") == want
    assert got(pd.Series(values, dtype="Int64"), field, ".") == want


@given(
    st.lists(st.none() | st.booleans() | st.integers(0, 2) | st.just([1]) | st.just("1")), any_field
)
def test_a_mixed_column_conforms_as_each_value_does(values: list[object], field: Field) -> None:
    assert got(pd.Series(values, dtype=object), field, ".") == expected(values, field, ".")


moments = st.integers(-(2**52), 2**52).map(lambda us: EPOCH + dt.timedelta(microseconds=us))


@given(st.lists(moments, min_size=1))
def test_dates_in_typed_columns_are_seconds_since_1970(values: list[dt.datetime]) -> None:
    field = Field(name="x", type="time")
    want = expected(values, field, ".")
    series = pd.Series(values)
    assert got(series, field, ".") == want
    assert got(series.astype(object), field, ".") == want
    assert got(series.dt.as_unit("ns").dt.tz_convert("Europe/Berlin"), field, ".") == want
    assert got(series.dt.tz_localize(None), field, ".") == want


@given(st.dictionaries(st.sampled_from([*make_lead(), "tier", "lead_id", "more"]), texts))
def test_a_lead_conforms_as_a_frame_of_one_row(values: dict[str, str]) -> None:
    schema = investor()
    one = conform_lead(values, schema)
    if not any(field.name in values for field in schema.features):
        assert "none of the model's fields" in one.faults[0].words()
        return
    table = conform(pd.DataFrame({name: [value] for name, value in values.items()}), schema)
    assert table.faults == one.faults
    for name, column in table.leads.columns.items():
        np.testing.assert_array_equal(column, one.leads.columns[name])
    assert {k: v.tolist() for k, v in table.leads.ids.items()} == {
        k: v.tolist() for k, v in one.leads.ids.items()
    }
    assert (table.labels is None) == (one.labels is None)
    if table.labels is not None and one.labels is not None:
        assert table.labels.tolist() == one.labels.tolist()


def test_all_faults_come_in_one_go_by_row_and_then_by_the_schemas_order() -> None:
    frame = make_frame(5, seed=0)
    frame.loc[3, "income"] = "a lot"
    frame.loc[1, ["inquiry_submitted", "credit_score"]] = ["maybe", "900"]
    frame.loc[1, "tier"] = "Huge"
    found = conform(frame, investor(), lines=np.arange(2, 7) * 10)
    assert [fault.words() for fault in found.faults] == [
        "line 30, credit_score: got '900', allowed: a whole number, 300 to 850",
        "line 30, inquiry_submitted: got 'maybe', allowed: 0, 1, yes, no, true or false",
        "line 30, tier: got 'Huge', allowed: one of Low, Medium, High, or nothing",
        "line 50, income: got 'a lot', allowed: a whole number, at least 0",
    ]
    assert [fault.row for fault in found.faults] == [1, 1, 1, 3]
    assert found.bad_rows.tolist() == [False, True, False, True, False]
    assert np.isnan(found.leads.columns["income"][3])
    assert found.labels is not None
    assert found.labels[1] == -1


def test_beyond_the_range_is_no_fault() -> None:
    frame = make_frame(1, seed=0).assign(income="9000000")
    assert conform(frame, investor()).faults == ()


def test_a_column_that_may_be_missing_may_be_absent() -> None:
    found = conform(make_frame(3, seed=0)[["income"]], investor())
    assert found.faults == ()
    assert found.labels is None
    assert np.isnan(found.leads.columns["age"]).all()
    assert set(found.leads.columns) == {field.name for field in investor().fields}


def test_a_column_that_may_not_be_missing_is_one_fault_and_spoils_every_row() -> None:
    schema = Schema(
        name="s",
        fields=(Field(name="a", type="number"), Field(name="b", type="number", missing=False)),
    )
    found = conform(pd.DataFrame({"a": ["1", "2"]}, dtype="str"), schema)
    assert found.faults == (
        Fault(field="b", got="no such column", allowed="the column, never missing"),
    )
    assert found.bad_rows.all()


def test_a_frame_without_any_of_the_models_fields_is_refused() -> None:
    with pytest.raises(BadInput, match=r"its columns are name, age.*at least one of income"):
        conform(pd.DataFrame({"name": ["A"], "age": ["42"]}), investor())


def test_ignored_columns_are_not_even_read() -> None:
    schema = Schema(
        name="s",
        fields=(Field(name="a", type="number"), Field(name="b", type="number", role="ignore")),
    )
    found = conform(pd.DataFrame({"a": ["1"], "b": ["rubbish"]}), schema)
    assert found.faults == ()
    assert set(found.leads.columns) == {"a"}


def test_codes_of_a_typed_file_with_gaps_are_the_texts_of_a_csv_file() -> None:
    schema = Schema(name="s", fields=(Field(name="a", type="category"),))
    typed = conform(pd.DataFrame({"a": [3.0, None, 12.0]}), schema)
    text = conform(pd.DataFrame({"a": ["3", "", " 12 "]}, dtype="str"), schema)
    assert (
        typed.leads.columns["a"].tolist() == text.leads.columns["a"].tolist() == ["3", None, "12"]
    )


def test_a_category_not_listed_is_no_fault() -> None:
    schema = Schema(name="s", fields=(Field(name="a", type="category", values=("x",)),))
    found = conform(pd.DataFrame({"a": pd.Categorical(["y", "x"])}), schema)
    assert found.faults == ()
    assert found.leads.columns["a"].tolist() == ["y", "x"]


@pytest.mark.parametrize(
    ("classes", "positive", "values", "codes"),
    [
        (("0", "1"), "1", [1.0, 0.0, None], [1, 0, -1]),
        (("0", "1"), "1", [True, False, True], [1, 0, 1]),
        (("0", "1"), "1", ["yes", "0", " 1.0 "], [1, 0, 1]),
        (("no", "yes"), "yes", ["Yes", "NO", ""], [1, 0, -1]),
        (("lost", "won", "open"), "won", ["won", "open", "lost"], [1, 0, 0]),
        (("Low", "Medium", "High"), "", ["high", "Low", "nan"], [2, 0, -1]),
        (("1", "2", "3"), "", [3, 1, 2], [2, 0, 1]),
    ],
)
def test_a_label_is_matched_as_text_number_or_truth(
    classes: tuple[str, ...], positive: str, values: list[object], codes: list[int]
) -> None:
    schema = Schema(
        name="s",
        fields=(Field(name="a", type="number"),),
        label=Label(field="y", classes=classes, positive=positive),
    )
    found = conform(pd.DataFrame({"a": ["1", "2", "3"], "y": values}), schema)
    assert found.faults == ()
    assert found.labels is not None
    assert found.labels.tolist() == codes


def test_ids_are_kept_as_text_and_lead_id_is_one_unasked() -> None:
    frame = make_frame(2, seed=0)
    assert conform(frame, investor()).leads.ids["lead_id"].tolist() == ["L1", "L2"]
    own = replace(
        investor(), fields=(*investor().fields, Field(name="key", type="integer", role="id"))
    )
    found = conform(frame.assign(key=[2**60 + 1, 7]), own)
    assert {name: ids.tolist() for name, ids in found.leads.ids.items()} == {
        "key": [str(2**60 + 1), "7"]
    }
