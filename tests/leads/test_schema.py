"""A schema reads back as written, and says all that is wrong with it at once."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadSchema
from leadscore.leads.schema import (
    DEFAULT_TIERS,
    Field,
    FieldType,
    Label,
    Role,
    Schema,
    Tier,
    investor,
    parse_schema,
    tiers_for,
)
from leadscore.leads.schema_text import schema_toml
from leadscore.world.funnel.tracks import COUNTERS, FLAGS, KINDS
from leadscore.world.market import market_schema

texts = st.text(max_size=6)
names = st.text(min_size=1, max_size=6).filter(str.strip)
spans = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).map(
    lambda ends: (min(ends), max(ends))
)
lists = st.lists(texts, max_size=3, unique=True).map(tuple)


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    kinds: tuple[FieldType, ...] = ("integer", "number", "flag", "category", "time")
    roles: tuple[Role, ...] = ("feature", "audit", "sales", "id", "ignore")
    kind = draw(st.sampled_from(kinds))
    numeric = kind in ("integer", "number")
    role = draw(st.sampled_from(roles))
    low, high = draw(spans)
    values = draw(lists) if kind == "category" else ()
    may_count = (numeric or kind == "flag") and role in ("feature", "audit", "sales")
    event = draw(st.sampled_from(["", "view", "Page Viewed"])) if may_count else ""
    counted = bool(event) and numeric
    return Field(
        name=name,
        type=kind,
        role=role,
        theme=draw(st.sampled_from(["fit", "engagement", "intent", "sales", "other"])),
        direction=draw(st.sampled_from(["up", "down", "free"])) if numeric else "free",
        range=(low, high) if numeric and draw(st.booleans()) else None,
        limits=(low - 1, draw(st.sampled_from([high, math.inf]))) if numeric else None,
        unit="" if kind == "time" else draw(texts),
        phrase=draw(texts),
        missing=draw(st.booleans()),
        placeholders=tuple(text for text in draw(lists) if text not in values),
        values=values,
        actionable=draw(st.booleans()),
        event=event,
        adds=draw(st.sampled_from(["", "minutes"])) if counted else "",
        window=draw(st.sampled_from(["", "30d", "12h"])) if counted else "",
        half_life=draw(st.sampled_from(["", "2w"])) if counted else "",
        waiver=draw(texts) if role in ("feature", "audit", "sales") else "",
    )


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    called = draw(st.lists(names, min_size=2, max_size=5, unique=True))
    classes = tuple(draw(st.lists(names, min_size=2, max_size=4, unique=True)))
    positive = draw(st.sampled_from(["", *classes]))
    label = Label(
        field=called[0],
        classes=classes,
        positive=positive,
        horizon_days=draw(st.none() | st.integers(1, 400)),
    )
    return Schema(
        name=draw(texts),
        fields=tuple(draw(fields(name)) for name in called[1:]),
        label=label,
        tiers=DEFAULT_TIERS if positive else tiers_for(classes),
        order=draw(st.sampled_from(["", "rows"])),
        decimal=draw(st.sampled_from([".", ","])),
    )


@given(schemas(), texts)
def test_a_schema_reads_back_as_written(schema: Schema, comment: str) -> None:
    comments = {field.name: comment for field in schema.fields}
    assert parse_schema(schema_toml(schema, comments=comments)) == schema


def test_comments_stand_above_their_fields() -> None:
    schema = Schema(name="s", fields=(Field(name="a", type="number"),))
    text = schema_toml(schema, comments={"a": "Looks like\nmoney."})
    assert '# Looks like\n# money.\n[[field]]\nname = "a"\ntype = "number"' in text


def test_the_investor_schema_is_the_specified_one() -> None:
    schema = investor()
    assert len(schema.fields) == 12
    assert [field.name for field in schema.fields if not field.scored] == [
        "age",
        "contact_attempts",
    ]
    assert schema.label == Label(field="tier", classes=("Low", "Medium", "High"))
    assert schema.tiers == DEFAULT_TIERS
    assert all(field.direction == "up" for field in schema.features)
    income = schema.field("income")
    assert (income.range, income.limits) == ((30_000, 500_000), (0, math.inf))
    assert schema.field("credit_score").limits == (300, 850)
    assert schema.field("age").limits == (0, 120)
    assert {field.theme for field in schema.features} == {"fit", "engagement", "intent"}


def test_an_unlisted_name_is_no_field() -> None:
    with pytest.raises(KeyError):
        investor().field("shoe_size")


def test_tiers_follow_the_classes_of_a_tier_label() -> None:
    label = '[label]\nfield = "y"\nclasses = ["Cold", "Hot"]\n'
    assert parse_schema(GOOD["top"] + label + GOOD["a"]).tiers == (
        Tier(name="Cold", share=0.5),
        Tier(name="Hot", share=0.5),
    )


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(BadSchema, match=r"not TOML.*line 2"):
        parse_schema("\nname = x\n")


GOOD = {
    "top": 'name = "s"\n',
    "label": '[label]\nfield = "y"\nclasses = ["no", "yes"]\npositive = "yes"\n',
    "a": '[[field]]\nname = "a"\ntype = "integer"\n',
    "b": '[[field]]\nname = "b"\ntype = "category"\n',
    "tier": '[[tier]]\nname = "All"\nshare = 1.0\n',
}


@pytest.mark.parametrize(
    ("part", "line", "where", "allowed"),
    [
        ("top", "nam = 1", "nam", "did you mean name"),
        ("top", 'order = "time"', "order", "rows"),
        ("top", 'decimal = ";"', "decimal", "one of"),
        ("top", "tiers = 3", "tiers", "did you mean tier"),
        ("label", "clases = []", "label.clases", "did you mean classes"),
        ("label", "horizon_days = 0", "label.horizon_days", "1 or more"),
        ("a", "role = 3", "field a.role", "feature, audit"),
        ("a", 'role = "featur"', "field a.role", "feature, audit"),
        ("a", 'theme = "money"', "field a.theme", "fit, engagement"),
        ("a", 'direction = "upward"', "field a.direction", "up, down, free"),
        ("a", 'missing = "no"', "field a.missing", "true or false"),
        ("a", "range = [1, 2, 3]", "field a.range", "two numbers"),
        ("a", "range = [nan, 2]", "field a.range", "two numbers"),
        ("a", "range = [true, 2]", "field a.range", "two numbers"),
        ("a", "range = [2, 1]", "field a.range", "low, then high"),
        ("a", "range = [2, inf]", "field a.range", "finite"),
        ("a", "limits = [2, 1]", "field a.limits", "low, then high"),
        ("a", "range = [0, 5]\nlimits = [1, 6]", "field a.range", "within the limits"),
        ("a", "placeholders = [1]", "field a.placeholders", "list of texts"),
        ("a", 'values = ["x"]', "field a.values", "category"),
        ("a", 'role = "ignore"\nwaiver = "why"', "field a.waiver", "feature, audit and sales"),
        ("a", 'event = "view"\nwindow = "month"', "field a.window", "30d"),
        ("a", 'window = "30d"', "field a.window", "one that has an event"),
        ("a", 'half_life = "30d"', "field a.half_life", "one that has an event"),
        ("a", 'adds = "minutes"', "field a.adds", "that has an event"),
        ("a", 'event = " view"', "field a.event", "printable text"),
        ("a", 'event = "view"\nrole = "ignore"', "field a.event", "feature, audit, sales"),
        ("b", 'event = "view"', "field b.event", "integer, number and flag"),
        (
            "b",
            '[[field]]\nname = "c"\ntype = "flag"\nevent = "view"\nadds = "minutes"',
            "field c.adds",
            "an integer or a number",
        ),
        ("a", 'role = "group"', "field a.type", "category or text"),
        ("a", 'role = "label"', "field a.role", "the field [label] names"),
        ("b", 'role = "time"', "field b.type", "time or integer or number"),
        ("b", 'direction = "up"', "field b.direction", "free"),
        ("b", "limits = [0, 1]", "field b.limits", "integer and number"),
        ("b", 'values = ["x", "x"]', "field b.values", "once"),
        ("b", 'values = ["-"]\nplaceholders = ["-"]', "field b.values", "placeholder"),
        ("b", 'half_life = "3d"', "field b.half_life", "counter"),
        ("b", '[[field]]\nname = "a"\ntype = "flag"', "field", "there 2 times"),
        ("b", '[[field]]\nname = ""\ntype = "flag"', "field", "a name"),
        ("b", '[[field]]\nname = "c"', "field c.type", "one of integer"),
        ("b", '[[field]]\ntype = "flag"', "field 3.name", "a text"),
        ("b", '[[field]]\nname = "y"\ntype = "flag"', "field y.role", "since [label] names it"),
        ("b", '[[field]]\nname = "c"\ntype = "text"', "field c.type", "role ignore"),
        (
            "b",
            '[[field]]\nname = "c"\ntype = "time"\nunit = "m"\nrole = "id"',
            "field c.unit",
            "m/d/y",
        ),
        ("tier", "conversion = [0.5, 0.1]", "tier All.conversion", "within 0 to 1"),
        ("tier", "due_hours = -1", "tier All.due_hours", "0 or more"),
        ("tier", "due_hours = 1.5", "tier All.due_hours", "whole number"),
        ("tier", '[[tier]]\nname = "None"\nshare = 0.1', "tier.share", "sum to 1"),
        ("tier", '[[tier]]\nname = "None"\nshare = "x"', "tier None.share", "a number"),
    ],
)
def test_each_fault_says_where_and_what_is_allowed(
    part: str, line: str, where: str, allowed: str
) -> None:
    text = "".join(body + (line + "\n" if name == part else "") for name, body in GOOD.items())
    parse_schema("".join(GOOD.values()))
    with pytest.raises(BadSchema) as caught:
        parse_schema(text)
    assert (where, True) in [
        (fault.field, allowed in fault.allowed) for fault in caught.value.faults
    ]


@pytest.mark.parametrize(
    ("label", "where"),
    [
        ('label = "y"\n', "label"),
        ('[label]\nfield = "y"\nclasses = ["a"]\n', "label.classes"),
        ('[label]\nfield = "y"\nclasses = ["a", "a", "b"]\n', "label.classes"),
        ('[label]\nfield = "y"\nclasses = ["a", "b"]\npositive = "c"\n', "label.positive"),
        ('[label]\nfield = "y"\nclasses = ["a", "b"]\n', "tier"),
        ('[label]\nclasses = ["a", "b"]\n', "label.field"),
    ],
)
def test_each_fault_of_the_label_is_told(label: str, where: str) -> None:
    with pytest.raises(BadSchema) as caught:
        parse_schema(GOOD["top"] + label + GOOD["a"] + GOOD["tier"])
    assert where in [fault.field for fault in caught.value.faults]


def test_a_label_field_without_a_label_and_a_schema_without_fields_are_refused() -> None:
    with pytest.raises(BadSchema, match=r"a \[label\]|label only"):
        parse_schema(GOOD["top"] + GOOD["a"] + 'role = "label"\n')
    with pytest.raises(BadSchema, match=r"at least one \[\[field\]\]"):
        parse_schema(GOOD["top"])
    for role, kind in (("time", "time"), ("group", "category"), ("value", "number")):
        two = "".join(
            f'[[field]]\nname = "{name}"\ntype = "{kind}"\nrole = "{role}"\n' for name in "ab"
        )
        with pytest.raises(BadSchema, match=f"at most one field of role {role}"):
            parse_schema(GOOD["top"] + two)


def test_a_feature_may_be_kept_with_a_waiver() -> None:
    kept = parse_schema(GOOD["top"] + GOOD["a"] + 'waiver = "known at the call"\n')
    assert kept.field("a").waiver == "known at the call"
    assert [one.name for one in kept.features] == ["a"]
    assert parse_schema(schema_toml(kept)) == kept


def test_a_counter_says_what_it_counts() -> None:
    text = 'event = "visit"\nadds = "minutes"\nwindow = "30d"\nhalf_life = "2w"\n'
    schema = parse_schema(GOOD["top"] + GOOD["a"] + text)
    field = schema.field("a")
    assert (field.event, field.adds, field.window, field.half_life) == (
        "visit",
        "minutes",
        "30d",
        "2w",
    )
    assert parse_schema(schema_toml(schema)) == schema


def test_the_shipped_counters_name_the_events_of_the_market_world() -> None:
    named = [
        {one.name: (one.event, one.adds) for one in schema.fields if one.event}
        for schema in (investor(), market_schema())
    ]
    assert named[0] == named[1]
    assert {event for event, _ in named[0].values()} == set(KINDS)
    assert {name: event for name, (event, adds) in named[0].items() if not adds} == {
        **COUNTERS,
        **{name: name for name in FLAGS},
    }
    assert named[0]["time_on_site_minutes"] == ("website_visit", "minutes")


def test_all_faults_come_in_one_go() -> None:
    with pytest.raises(BadSchema, match="has 3 faults") as caught:
        parse_schema('name = 1\n[[field]]\nname = "a"\ntype = "float"\nrol = "x"\n')
    assert [fault.field for fault in caught.value.faults] == ["field a.rol", "field a.type", "name"]
