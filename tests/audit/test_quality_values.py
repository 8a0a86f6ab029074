"""What cannot be and what stands for "missing" is named; ordinary extremes are not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.audit.findings import Quality
from leadscore.audit.quality_values import dead_columns, odd_values
from leadscore.leads.field import FieldType, Role
from leadscore.leads.schema import Field, Schema

DAY = 86_400.0


def odd(
    name: str, values: object, *, kind: FieldType = "integer", role: Role = "feature"
) -> list[Quality]:
    schema = Schema(name="s", fields=(Field(name=name, type=kind, role=role),))
    return list(odd_values({name: np.asarray(values, dtype=np.float64)}, schema))


def counts(n: int = 500, *, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).poisson(6, n).astype(np.float64)


@pytest.mark.parametrize("number", [-1, -9, -999, 999, 9999, 99999999])
def test_a_number_that_stands_for_missing_is_named_with_the_line_to_put(number: int) -> None:
    values = counts()
    values[:40] = number
    (found,) = odd("days_since", values)
    assert (found.kind, found.fields, found.value) == ("stand_ins", ("days_since",), 40)
    assert f'placeholders = ["{number}"]' in found.words


def test_nearly_all_may_be_missing() -> None:
    values = np.full(1000, 999.0)
    values[:40] = counts(40)
    assert [one.kind for one in odd("pdays", values)] == ["stand_ins"]


@given(st.integers(0, 10_000))
def test_numbers_within_the_others_are_no_stand_ins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert odd("income", rng.lognormal(10, 1.0, 300).round()) == []
    assert odd("change", rng.normal(0, 5, 300).round()) == []
    assert odd("percent", rng.integers(0, 101, 300)) == []


def test_counts_below_zero_and_ages_past_a_hundred_and_twenty_are_impossible() -> None:
    values = counts()
    values[:3] = [-7, -3, -3]
    (found,) = odd("website_visits", values)
    assert found.words == "website_visits: 3 values are below 0, down to -7."
    assert odd("temperature", values) == []
    ages = 20 + counts()
    ages[0] = 199
    (found,) = odd("age", ages)
    assert found.words == "age: 1 value is over 120, up to 199."
    assert odd("lead age", 40 * counts()) == []
    assert odd("average", np.append(counts(), 130.0)) == []


def test_a_stand_in_is_not_said_twice() -> None:
    values = counts()
    values[:40] = -1
    assert [one.kind for one in odd("visits", values)] == ["stand_ins"]


def test_ids_and_flags_are_left_alone() -> None:
    values = counts()
    values[:40] = 999
    assert odd("key", values, role="id") == []
    assert odd("flag", values, kind="flag") == []


def test_dates_far_from_the_files_own_are_named() -> None:
    days = np.random.default_rng(1).uniform(19_000, 19_400, 500) * DAY
    assert odd("created", days, kind="time") == []
    days[0] = 47_846 * DAY
    (late,) = odd("created", days, kind="time", role="ignore")
    assert "1 date far later" in late.words
    assert "2100-12-31" in late.words
    days[0] = days[1] + 200 * DAY
    assert odd("created", days, kind="time") == []
    days[0] = 0.0
    (early,) = odd("created", days, kind="time")
    assert "1970-01-01" in early.words


def test_dead_columns_are_said_once() -> None:
    frame = pd.DataFrame(
        {
            "constant": ["DE"] * 5,
            "empty": ["", None, " ", "n/a", ""],
            "typed": [1.0] * 5,
            "rarely": ["x", None, None, None, None],
            "alive": list("abcde"),
            "y": ["1"] * 5,
        }
    )
    (found,) = dead_columns(frame, label="y")
    assert found.fields == ("constant", "empty", "typed")
    assert found.words == "3 columns are empty or always the same: constant, empty, typed."
    assert list(dead_columns(frame[["alive"]])) == []


def test_of_many_dead_columns_ten_are_listed() -> None:
    (found,) = dead_columns(pd.DataFrame({f"c{at}": [0, 0] for at in range(13)}))
    assert found.words.endswith("c9 and 3 more.")
    assert len(found.fields) == 13
