"""What is told from a file that nobody has described."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, BadRequest, NotFound
from leadscore.leads.conform import conform
from leadscore.leads.infer import Inferred, infer
from leadscore.leads.schema import DEFAULT_TIERS, Field, Label, parse_schema
from leadscore.leads.schema_text import schema_toml
from leadscore.store.tables import read_frame
from leadscore.testing.makers import make_frame

N = 60


def made(**columns: list[str]) -> pd.DataFrame:
    """Return N rows: each column's values over and over, and a number to score by."""
    frame = {"amount": [str(10 * (at % 7)) for at in range(N)]}
    frame |= {
        name: [values[at % len(values)] for at in range(N)] for name, values in columns.items()
    }
    return pd.DataFrame(frame, dtype="str")


def field_of(values: list[str], name: str = "x") -> Field:
    return infer(made(**{name: values})).schema.field(name)


def test_a_rare_one_or_yes_is_no_flag_since_a_two_or_an_unknown_may_follow() -> None:
    assert field_of(["0"] * 39 + ["1"]).type == "integer"
    assert field_of(["no"] * 199 + ["yes"]).type == "category"


def comment_of(values: list[str], name: str = "x") -> str:
    return infer(made(**{name: values})).comments.get(name, "")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "3"], "integer"),
        (["1", "2", ""], "integer"),
        (["1.0", "2.0"], "number"),
        (["1.5", "2", "-3e5"], "number"),
        (["0", "1"], "flag"),
        (["0.0", "1.0", ""], "flag"),
        (["Yes", "No", "yes"], "flag"),
        (["Y", ""], "flag"),
        (["True", "False"], "flag"),
        (["1", "2"], "integer"),
        (["yes", "no", "unknown"], "category"),
        (["web", "ads"], "category"),
        (["web", ""], "category"),
        (["1", "2", "3", "4+"], "category"),
        (["2026-01-31", "2026-02-01"], "time"),
        (["20260131", "20260201"], "time"),
        (["Jan 5, 2026", "Feb 6, 2026"], "time"),
        (["may", "jun"], "category"),
        (["2015", "2016"], "integer"),
        (["01234", "12345"], "category"),
    ],
)
def test_the_type_is_told_from_the_values(values: list[str], kind: str) -> None:
    assert field_of(values).type == kind


def test_values_of_a_category_are_listed_and_a_placeholder_is_not_one() -> None:
    field = field_of(["web", "Select", "ads", "NA", "unknown"])
    assert field.values == ("ads", "unknown", "web")
    assert field.placeholders == ("NA", "Select")


def test_the_placeholders_of_numbers_are_those_that_would_be_faults() -> None:
    frame = made(x=["1", "nan", "-", "N/A", "2", "?"])
    schema = infer(frame).schema
    assert schema.field("x").type == "integer"
    assert schema.field("x").placeholders == ("-", "?")
    assert conform(frame, schema).faults == ()


def test_a_few_odd_texts_among_many_numbers_stand_for_missing_and_it_is_said() -> None:
    values = [*map(str, range(100, 150)), "never", "ERR"]
    assert field_of(values).placeholders == ("ERR", "never")
    assert comment_of(values) == "Taken for missing: 'ERR', 'never'."


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("Prospect ID", [f"a-{at}" for at in range(N)], "id"),
        ("Lead Number", [str(10_000 + 7 * at**2) for at in range(N)], "id"),
        ("e-mail", [f"p{at}@example.com" for at in range(N)], "id"),
        ("email_opens", [str(at) for at in range(10)], "feature"),
        ("row", [str(at) for at in range(N)], "id"),
        ("shuffled", [str(7 * at % N) for at in range(N)], "id"),
        ("income", [str(30_000 + 977 * at**2 % 400_009) for at in range(N)], "feature"),
        ("note", [f"called on day {at} and was told to call again" for at in range(N)], "ignore"),
        ("who", [f"n{at}" for at in range(N)], "ignore"),
        ("same", ["x"], "ignore"),
        ("empty", [""], "ignore"),
        ("unset", ["Select"], "ignore"),
        ("city", [f"city {at}" for at in range(30)], "feature"),
        ("created", ["2026-01-01", "2026-01-02"], "time"),
        ("closed", ["2026-01-01", "2026-01-02"], "ignore"),
        ("created", ["01/02/2026", "03/04/2026"], "ignore"),
        ("created", [*["2026-01-01", "2026-01-02"] * 20, ""], "ignore"),
    ],
)
def test_the_role_is_told_from_name_and_values(name: str, values: list[str], role: str) -> None:
    assert field_of(values, name).role == role


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("same", ["x"], "It is always 'x'."),
        ("empty", [""], "It is always empty."),
        ("row", [str(at) for at in range(N)], "It only counts the rows."),
        ("Created", ["2026-01-01", "2026-01-02"], "on those that came later"),
        ("Date", ["2026-01-01", "2026-01-02"], "--time 'Date'"),
        ("due", ["2026-01-01", "2026-01-02"], "A date; it is not scored."),
        ("due", ["01/02/2026", "03/04/2026"], "Day and month can be swapped"),
        ("age", ["30", "40"], 'role = "audit"'),
        ("zip", ["1001", "1002", "1003"], "look like codes"),
        ("paid", ["$1,200", "$900"], "'$1,200' is read as 1200."),
        ("paid", ["$1.2M", "$900"], "not read as numbers"),
        ("paid", ["$1,200", "€900"], "not read as numbers"),
        ("Closed Date", ["2026-01-01", "2026-01-02"], "A date; it is not scored."),
        ("client_id", [str(3 * at % 101) for at in range(40)], "--group 'client_id'"),
    ],
)
def test_a_comment_says_what_a_person_should_know(name: str, values: list[str], words: str) -> None:
    assert words in comment_of(values, name)


def test_codes_are_categories_and_many_values_are_not_listed() -> None:
    assert field_of(["1001", "1002", "1003"], "Postal Code").values == ("1001", "1002", "1003")
    frame = pd.DataFrame({"city": [f"c{at % 200}" for at in range(1000)]}, dtype="str")
    found = infer(frame)
    assert (found.schema.field("city").type, found.schema.field("city").values) == ("category", ())
    assert "200 different values" in found.comments["city"]


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        ("Annual Income", "fit"),
        ("TotalVisits", "engagement"),
        ("Total Time Spent on Website", "engagement"),
        ("pre-approved", "intent"),
        ("demo_requests", "intent"),
        ("contact_attempts", "sales"),
        ("emp.var.rate", "other"),
    ],
)
def test_the_theme_is_told_from_the_name(name: str, theme: str) -> None:
    field = field_of(["1", "2", "3"], name)
    assert (field.theme, field.direction) == (theme, "free")


@pytest.mark.parametrize(
    ("first", "unit"), [("31/01/2026", "d/m/y"), ("01/31/2026", "m/d/y"), ("2026-01-31", "")]
)
def test_day_and_month_are_told_from_the_whole_column(first: str, unit: str) -> None:
    rest = "2026-02-01" if unit == "" else "02/03/2026"
    frame = made(seen=[rest, rest, first])
    schema = infer(frame, time="seen").schema
    assert schema.field("seen") == Field(name="seen", type="time", role="time", unit=unit)
    assert conform(frame, schema).faults == ()


def test_a_time_may_be_a_number_but_not_a_riddle() -> None:
    assert infer(made(week=["1", "2"]), time="week").schema.field("week").type == "number"
    with pytest.raises(BadRequest, match="day or month first"):
        infer(made(seen=["01/02/2026"]), time="seen")
    with pytest.raises(BadRequest, match=r"no date everywhere: 'soon'"):
        infer(made(seen=["2026-01-01", "soon"]), time="seen")


def test_a_group_is_kept_but_not_scored() -> None:
    schema = infer(made(firm=["1", "2", "-"]), group="firm").schema
    assert schema.field("firm") == Field(
        name="firm", type="category", role="group", placeholders=("-",)
    )


def test_the_decimal_comma_is_told_from_all_columns() -> None:
    frame = made(price=["1,5", "2,25", "3"], other=["0,5", "1,0"])
    schema = infer(frame).schema
    assert schema.decimal == ","
    assert schema.field("price").type == "number"
    assert conform(frame, schema).leads.columns["price"][:3].tolist() == [1.5, 2.25, 3.0]
    assert infer(made(price=["1,200", "2,250"])).schema.decimal == "."


@pytest.mark.parametrize(
    ("values", "positive", "label"),
    [
        (["1", "0"], None, Label(field="z", classes=("0", "1"), positive="1")),
        (["1.0", "0.0", ""], None, Label(field="z", classes=("0", "1"), positive="1")),
        (
            ["Yes", "no", "yes", "yes"],
            None,
            Label(field="z", classes=("no", "yes"), positive="yes"),
        ),
        (["Won", "Lost"], None, Label(field="z", classes=("Lost", "Won"), positive="Won")),
        (["a", "b"], "a", Label(field="z", classes=("b", "a"), positive="a")),
        (["a", "b", "c"], "B", Label(field="z", classes=("a", "c", "b"), positive="b")),
        (["hot", "cold"], None, Label(field="z", classes=("cold", "hot"))),
        (["2", "1"], "2.0", Label(field="z", classes=("1", "2"), positive="2")),
    ],
)
def test_the_label_is_told_from_its_values(
    values: list[str], positive: str | None, label: Label
) -> None:
    frame = made(z=values)
    schema = infer(frame, label="z", positive=positive).schema
    assert schema.label == label
    assert conform(frame, schema).faults == ()


def test_tiers_of_known_names_keep_their_actions() -> None:
    tiers = infer(made(z=["low", "high", "medium"]), label="z").schema.tiers
    assert [tier.name for tier in tiers] == ["low", "medium", "high"]
    assert [tier.action for tier in tiers] == [tier.action for tier in DEFAULT_TIERS]


def test_open_leads_are_unknown_and_not_lost() -> None:
    frame = made(stage=["won", "lost", "open", "?"])
    found = infer(frame, label="stage", positive="won")
    labels = conform(frame, found.schema).labels
    assert labels is not None
    assert labels[:4].tolist() == [1, 0, -1, -1]
    assert found.comments["stage"] == (
        "Counted as not converted: lost (15); open, not learned from: open (15). If one of them is "
        "wrong, edit classes and placeholders of the label."
    )


def test_the_usual_stages_of_a_crm_are_open_however_they_are_spelled() -> None:
    stages = ["Open - Not Contacted", "Working - Contacted", "WORKING - contacted"]
    closed = ["Closed - Converted", "Closed - Not Converted"]
    frame = made(status=[*stages, *closed])
    found = infer(frame, label="status", positive="closed - converted")
    conformed = conform(frame, found.schema)
    assert conformed.faults == ()
    assert conformed.labels is not None
    assert conformed.labels[:5].tolist() == [-1, -1, -1, 1, 0]
    assert (
        "Closed - Not Converted (12); open, not learned from: Working" in found.comments["status"]
    )


def test_of_two_values_both_are_learned_from_and_nothing_is_said() -> None:
    found = infer(made(stage=["won", "open"]), label="stage", positive="won")
    assert found.schema.label == Label(field="stage", classes=("open", "won"), positive="won")
    assert found.comments == {}


def test_where_nothing_is_closed_or_an_open_stage_is_asked_for_all_values_are_kept() -> None:
    for values, positive in (
        (["New", "Contacted", "Converted"], "Converted"),
        (["New", "Contacted", "Lost"], "Contacted"),
    ):
        found = infer(made(stage=values), label="stage", positive=positive)
        assert found.schema.label is not None
        assert sorted(found.schema.label.classes) == sorted(values)
        assert "not learned from" not in found.comments["stage"]
        assert "(20), " in found.comments["stage"]


def dollars(values: list[float]) -> list[str]:
    return [f"${value:,.0f}" for value in values]


@pytest.mark.parametrize(
    ("values", "decimal", "unit", "first"),
    [
        (dollars([412_930, 950, 1_200_000]), ".", "$", 412_930.0),
        (["412.930 €", "950 €"], ",", "€", 412_930.0),
        (["1.234,56 €", "950,00 €"], ",", "€", 1234.56),
        (["55%", "8.5%"], ".", "%", 55.0),
        (["5,5 %", "80 %"], ",", "%", 5.5),
        (["CHF 1'200", "CHF 950"], ".", "CHF", 1200.0),
        (["$1,200", "950", "0"], ".", "$", 1200.0),
        (["1,200", "950"], ".", "", 1200.0),
        (["1.234.567", "950"], ",", "", 1_234_567.0),
    ],
)
def test_money_and_percent_are_numbers(
    values: list[str], decimal: str, unit: str, first: float
) -> None:
    frame = made(x=values)
    schema = infer(frame).schema
    field = schema.field("x")
    assert (schema.decimal, field.unit, field.role) == (decimal, unit, "feature")
    assert field.type == ("number" if unit else "integer")
    found = conform(frame, schema)
    assert found.faults == ()
    assert found.leads.columns["x"][0] == first


@pytest.mark.parametrize(
    "values",
    [["$5", "€5", "$6"], ["55%", "0.5"], ["$5", "5%"], [*dollars([*range(1000, 1040)]), "1,23"]],
)
def test_amounts_that_could_be_two_numbers_are_not_read(values: list[str]) -> None:
    assert field_of(values).type in ("category", "text")


@pytest.mark.parametrize(
    ("values", "positive", "words"),
    [
        (["a", "b"], None, r"It has 'a', 'b'\.\n.*--positive"),
        (["1", "2", "3"], None, "--positive"),
        (["a", "b"], "c", "no value 'c'; it has 'a', 'b'"),
        (["a"], None, "1 different values: 'a'"),
        ([""], None, "0 different values: none"),
        ([str(at) for at in range(N)], None, "60 different values"),
    ],
)
def test_a_label_that_only_a_person_can_explain_is_asked_for(
    values: list[str], positive: str | None, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        infer(made(z=values), label="z", positive=positive)


def test_a_label_is_guessed_by_its_exact_name_if_its_values_are_plain() -> None:
    schema = infer(made(Target=["a", "b"], Y=["no", "yes"])).schema
    assert schema.label == Label(field="Y", classes=("no", "yes"), positive="yes")
    assert "Y" not in [field.name for field in schema.fields]
    assert infer(made(z=["no", "yes"])).schema.label is None
    with pytest.raises(BadRequest, match="--label"):
        infer(made(z=["no", "yes"]), positive="yes")


def test_columns_that_are_not_there_are_named_with_the_closest_first() -> None:
    with pytest.raises(NotFound, match=r"'Convertd' \(--label\).*Allowed: Converted, amount"):
        infer(made(Converted=["0", "1"]), label="Convertd")
    with pytest.raises(BadRequest, match="cannot be two of"):
        infer(made(z=["0", "1"]), label="z", group="z")


def test_a_file_without_rows_or_without_anything_to_score_is_refused() -> None:
    with pytest.raises(BadInput, match="no rows"):
        infer(made().iloc[:0])
    with pytest.raises(BadInput, match=r"no column to score by\. x: It is always '1'"):
        infer(pd.DataFrame({"x": ["1", "1"]}))


def test_a_typed_file_gives_the_types_it_has() -> None:
    days = [dt.datetime(2026, 1, 1 + at % 28, tzinfo=dt.UTC) for at in range(N)]
    frame = pd.DataFrame(
        {
            "whole": np.arange(N) // 7,
            "real": (np.arange(N) // 7).astype(np.float32),
            "on": np.arange(N) % 2 == 0,
            "kind": pd.Categorical(np.where(np.arange(N) % 3, "a", "b")),
            "when": days,
            "y": np.where(np.arange(N) % 4, 0.0, 1.0),
        }
    )
    schema = infer(frame, time="when").schema
    assert {field.name: field.type for field in schema.fields} == {
        "whole": "integer",
        "real": "number",
        "on": "flag",
        "kind": "category",
        "when": "time",
    }
    found = conform(frame, schema)
    assert found.faults == ()
    assert found.labels is not None
    assert found.labels.sum() == N // 4


def test_the_investors_file_is_told_well() -> None:
    schema = infer(make_frame(500, seed=0), order_rows=True).schema
    assert schema.order == "rows"
    assert schema.label == Label(field="tier", classes=("Low", "Medium", "High"))
    assert schema.field("lead_id").role == "id"
    assert schema.field("inquiry_submitted").type == "flag"
    assert all(field.type == "integer" for field in schema.features if "_" not in field.name)


cells = st.sampled_from(
    ["", "1", "2.5", "3,5", "yes", "no", "Select", "a", 'q"', "2026-01-31", "31/01/2026", "x y z"]
) | st.text(max_size=4)


@given(st.lists(st.tuples(cells, cells, st.integers(0, 9)), min_size=2, max_size=30))
def test_every_file_fits_the_schema_that_was_inferred_from_it(
    rows: list[tuple[str, str, int]],
) -> None:
    frame = pd.DataFrame(rows, columns=["Some Text", "b", "c"]).astype("str")
    try:
        found: Inferred = infer(frame)
    except BadInput:
        return
    assert parse_schema(schema_toml(found.schema, comments=found.comments)) == found.schema
    assert conform(frame, found.schema).faults == ()
    assert infer(frame) == found


def test_a_crm_export_as_they_come_is_read_told_and_fits(tmp_path: Path) -> None:
    head = '"Prospect ID";"Lead Source";"TotalVisits";"Ø Bestellwert (€)";"Do Not Email";"Größe"'
    rows = [
        f'"{at:08x}-uu";"Olark ""Chat""{at % 3}";{at % 5 or "Select"};"{at},5";No;{at % 4}'
        for at in range(N)
    ]
    rows[3] = rows[3].replace(";No;", ";Yes;")
    rows[4] = rows[4].replace('Chat""1', 'Ch\nat""')
    path = tmp_path / "export.csv"
    text = "\r\n".join([head + ';"Converted"', *(f"{row};{len(row) % 2}" for row in rows)])
    path.write_bytes(text.encode("cp1252"))
    frame = read_frame(path)
    schema = infer(frame).schema
    assert {field.name: (field.type, field.role) for field in schema.fields} == {
        "Prospect ID": ("category", "id"),
        "Lead Source": ("category", "feature"),
        "TotalVisits": ("integer", "feature"),
        "Ø Bestellwert (€)": ("number", "feature"),
        "Do Not Email": ("flag", "feature"),
        "Größe": ("integer", "feature"),
    }
    assert schema.field("TotalVisits").placeholders == ("Select",)
    assert schema.label == Label(field="Converted", classes=("0", "1"), positive="1")
    assert conform(frame, schema).faults == ()
