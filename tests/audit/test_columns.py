import numpy as np
import pandas as pd

from leadscore.audit.columns import Column, read_columns
from leadscore.leads.schema import Field, Label, Schema

SCHEMA = Schema(
    name="test",
    fields=(Field(name="grade", type="category", placeholders=("none given",)),),
    label=Label(field="y", classes=("0", "1"), positive="1"),
)


def column(values: list[object]) -> Column:
    (found,) = read_columns(pd.DataFrame({"grade": values, "y": ["0"] * len(values)}), SCHEMA)
    return found


def test_the_label_is_not_among_them_and_unknown_columns_are_ignored_ones() -> None:
    found = read_columns(pd.DataFrame({"grade": ["a"], "new": ["b"], "y": ["1"]}), SCHEMA)
    assert [(one.name, one.role) for one in found] == [("grade", "feature"), ("new", "ignore")]


def test_what_stands_for_missing_is_missing() -> None:
    found = column(["a", "", " ", "Select", "n/a", "none given", "NULL", "b"])
    assert found.filled.tolist() == [True, *[False] * 6, True]
    assert found.texts == ("a", "b")
    assert column(["a"] * 3).constant
    assert column([""] * 3).constant
    assert not column(["a", "a", ""]).constant


def test_numbers_are_read_as_people_write_them() -> None:
    for values in (("1", "2.5", ""), ("$1", "$2.50", ""), (1, 2.5, None)):
        found = column([*values])
        assert found.numbers is not None
        assert np.array_equal(found.numbers, [1, 2.5, np.nan], equal_nan=True)
    thousands = column(["1,200", "13,000"]).numbers
    assert thousands is not None
    assert thousands.tolist() == [1_200, 13_000]
    assert column(["a", "b", "3"]).numbers is None


def test_dates_are_read_in_the_order_that_the_column_shows() -> None:
    for values in (
        ["2026-01-31", "2026-02-01"],
        ["31/01/2026", "01/02/2026"],
        ["01/31/26", "02/01/26"],
    ):
        found = column([*values])
        assert found.numbers is None
        assert found.seconds is not None
        assert np.diff(found.seconds).tolist() == [86_400]
    typed = column([pd.Timestamp("2026-01-31"), pd.NaT, pd.Timestamp("2026-02-01")])
    assert typed.seconds is not None
    assert typed.seconds[2] - typed.seconds[0] == 86_400
    assert np.isnan(typed.seconds[1])


def test_rows_taken_keep_their_values() -> None:
    found = column(["a", "b", "", "c", "b"])
    some = found.take(np.array([4, 2, 3]))
    assert [some.texts[at] if at >= 0 else "" for at in some.codes] == ["b", "", "c"]
    assert set(some.texts) == {"b", "c"}
