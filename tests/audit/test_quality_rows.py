"""Who is there twice is found, and what is alike by chance is not called a person twice."""

import numpy as np
import pandas as pd
import pytest

from leadscore.audit.findings import Quality
from leadscore.audit.quality_rows import repeated_people, repeated_rows, row_keys
from leadscore.leads.schema import Field, Schema

NUMBERS = ("income", "visits", "minutes", "views", "opens")


def make_people(n: int, *, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "lead_id": [f"L{at}" for at in range(n)],
            "income": rng.lognormal(11, 0.5, n).astype(int).astype(str),
            "visits": rng.poisson(6, n).astype(str),
            "minutes": rng.integers(0, 300, n).astype(str),
            "views": rng.poisson(9, n).astype(str),
            "opens": rng.poisson(4, n).astype(str),
            "source": rng.choice(["web", "ads", "mail"], n),
        }
    )


def make_schema(*ignored: str) -> Schema:
    return Schema(
        name="people",
        fields=(
            Field(name="lead_id", type="category", role="id"),
            *(Field(name=name, type="integer") for name in NUMBERS),
            Field(name="source", type="category"),
            *(Field(name=name, type="text", role="ignore") for name in ignored),
        ),
    )


def people(frame: pd.DataFrame, *ignored: str) -> dict[str, Quality]:
    found = repeated_people(frame, row_keys(frame), make_schema(*ignored))
    return {one.kind: one for one in found}


def test_exact_copies_are_counted() -> None:
    frame = make_people(200, seed=1)
    twice = pd.concat([frame, frame.iloc[:3], frame.iloc[:1]])
    (found,) = repeated_rows(row_keys(twice), ids=True)
    assert found.value == 4
    assert found.words == "4 rows are exact copies of an earlier one; drop them before training."
    assert list(repeated_rows(row_keys(frame), ids=True)) == []
    (unsure,) = repeated_rows(row_keys(twice), ids=False)
    assert "no id" in unsure.words
    assert people(twice) == {}


def test_typed_columns_gaps_and_lists_have_keys() -> None:
    frame = pd.DataFrame({"a": [1.0, None, None], "b": [["x"], ["y"], ["y"]], "c": [True] * 3})
    (found,) = repeated_rows(row_keys(frame), ids=True)
    assert found.value == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_lead_under_another_id_with_one_field_changed_is_found(seed: int) -> None:
    frame = make_people(1500, seed=seed)
    again = frame.iloc[10:30].assign(lead_id=[f"X{at}" for at in range(20)])
    again["visits"] = (again["visits"].astype(int) + 1).astype(str)
    found = people(pd.concat([frame, again]).sample(frac=1, random_state=seed))
    assert found["near_duplicates"].value == pytest.approx(40, abs=4)


@pytest.mark.parametrize("seed", range(8))
def test_leads_that_are_alike_by_chance_are_not_people_twice(seed: int) -> None:
    assert people(make_people(1500, seed=seed)) == {}
    # few values in each field: nearly everyone has a double, and that says nothing
    coarse = make_people(1500, seed=seed)
    for name in NUMBERS:
        coarse[name] = (coarse[name].astype(int) % 3).astype(str)
    assert people(coarse) == {}


def test_fields_that_go_together_are_no_people_twice() -> None:
    for seed in range(8):
        frame = make_people(2000, seed=seed)
        place = np.random.default_rng(seed).integers(0, 60, 2000)
        # five fields that one thing decides, as postcode, town and what is known of them
        for at, name in enumerate(NUMBERS):
            frame[name] = (place * (at + 3) % 61).astype(str)
        frame["source"] = np.random.default_rng(seed + 99).integers(0, 40, 2000).astype(str)
        assert people(frame) == {}


def test_one_address_in_two_spellings_is_one_person() -> None:
    frame = make_people(300, seed=3)
    frame["E-Mail"] = [f"jo.doe{at}@gmail.com" for at in range(300)]
    frame.loc[299, "E-Mail"] = "JoDoe5+shop@gmail.com "
    found = people(frame, "E-Mail")["same_person"]
    assert found.fields == ("E-Mail",)
    assert found.words == (
        "1 lead has the e-mail address of an earlier one (E-Mail): 1 person is there more than "
        "once."
    )


def test_a_number_is_the_same_with_and_without_its_country() -> None:
    frame = make_people(300, seed=3)
    frame["Mobile Phone"] = [f"0170 {1000000 + 7 * at}" for at in range(300)]
    frame.loc[299, "Mobile Phone"] = "+49 (170) 1000035"
    assert people(frame, "Mobile Phone")["same_person"].value == 1


def test_a_name_counts_with_a_birthday_alone() -> None:
    frame = make_people(300, seed=3)
    frame["first_name"] = [f"Zoë{chr(97 + at % 26)}" for at in range(300)]
    frame["last_name"] = [f"Smith{chr(97 + at // 26)}" for at in range(300)]
    assert people(frame, "first_name", "last_name") == {}
    frame["birth_date"] = "1980-01-01"
    frame.loc[299, ["first_name", "last_name"]] = ["ZOEA", " smitha"]
    found = people(frame, "first_name", "last_name", "birth_date")
    assert found["same_person"].value == 1


def test_counters_of_mails_and_stand_ins_are_no_addresses() -> None:
    frame = make_people(300, seed=3)
    frame["email_opens"] = "3"
    assert people(frame, "email_opens") == {}
    frame["email"] = ["none@none.com"] * 250 + [f"p{at}@mail.com" for at in range(50)]
    assert people(frame, "email") == {}
