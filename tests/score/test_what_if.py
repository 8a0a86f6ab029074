"""Laws of advice: it works, nothing smaller does, and nothing in it is impossible."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.schema import Field, Label, Schema, investor
from leadscore.leads.table import Leads
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.model.curves import Curve, Curves
from leadscore.model.encode import OTHER
from leadscore.model.engine import EngineKind
from leadscore.model.tables import Axis, PairTable, StepTables
from leadscore.score.scores import score_leads
from leadscore.score.what_if import Change, WhatIf, what_if
from leadscore.score.what_if_moves import find_moves
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model

KINDS: tuple[EngineKind, ...] = ("tables", "curves", "trees")
LEVELS = ("Event", "Referral", "Web", OTHER)
Value = float | str | None

FIELDS = (
    Field(name="age", type="integer", range=(20, 24)),
    Field(
        name="visits",
        type="integer",
        theme="engagement",
        direction="up",
        range=(0, 5),
        unit="visits",
        actionable=True,
    ),
    Field(name="days_since", type="integer", direction="down", range=(0, 4), actionable=True),
    Field(name="rooms", type="integer", range=(1, 3), limits=(0, 9), actionable=True),
    Field(name="asked", type="flag", theme="intent", actionable=True),
    Field(name="source", type="category", actionable=True),
)


def small_schema(*, outcome: bool) -> Schema:
    label = (
        Label(field="won", classes=("0", "1"), positive="1")
        if outcome
        else Label(field="t", classes=("Low", "Medium", "High"))
    )
    return Schema(
        name="small",
        fields=(*FIELDS, Field(name=label.field, type="category", role="label")),
        label=label,
    )


def small_model(seed: int, *, outcome: bool, rising: bool, kind: str = "tables") -> Model:
    """Return a model with a drawn table or curve for each field, and pair tables."""
    draws = np.random.default_rng(seed)
    schema = small_schema(outcome=outcome)
    axes = tuple(axis_of(one) for one in FIELDS)
    engine = (
        Curves(base=0.0, curves=tuple(curve_of(one, draws) for one in FIELDS))
        if kind == "curves"
        else StepTables(
            base=float(draws.normal()),
            axes=axes,
            values=tuple(
                ordered(draws.normal(size=axis.cells), one, rising=rising)
                for axis, one in zip(axes, FIELDS, strict=True)
            ),
            pairs=() if rising else tuple(pair_of(i, j, axes, draws) for i, j in PAIRS),
        )
    )
    made = make_model(schema=schema, seed=seed)
    margin = engine.base + engine.effects(made.encoder.encode(small_leads(200, seed))).sum(axis=1)
    cuts = made.calibration.slope * np.quantile(margin, [0.5] if outcome else [0.5, 0.9])
    return replace(
        made,
        engine=engine,
        calibration=replace(made.calibration, cuts=cuts),
        reference=replace(made.reference, margins=np.sort(margin)),
        doubt=None,
    )


PAIRS = ((0, 1), (1, 3), (2, 5), (3, 4))


def axis_of(field: Field) -> Axis:
    if field.type == "category":
        return Axis(edges=np.array([], dtype=np.float32), levels=len(LEVELS))
    low, high = field.range or (0.0, 1.0)
    return Axis(edges=np.linspace(low, high, 5, dtype=np.float32)[1:-1])


def curve_of(field: Field, draws: np.random.Generator) -> Curve:
    low, high = field.range or (0.0, 1.0)
    knots = np.array([]) if field.type == "category" else np.linspace(low, high, 4)
    return Curve(
        knots=knots,
        heights=draws.normal(size=len(knots) or len(LEVELS)),
        missing=float(draws.normal()),
    )


def ordered(values: NDArray[np.float64], field: Field, *, rising: bool) -> NDArray[np.float64]:
    if not rising or field.direction == "free":
        return values
    up = np.sort(values[:-1])
    return np.append(up if field.direction == "up" else up[::-1], values.min() - 0.1)


def pair_of(
    first: int, second: int, axes: tuple[Axis, ...], draws: np.random.Generator
) -> PairTable:
    both = (axes[first], axes[second])
    return PairTable(
        fields=(first, second),
        axes=both,
        values=draws.normal(size=(both[0].cells, both[1].cells)),
    )


def small_leads(n: int, seed: int) -> Leads:
    return make_leads(n, schema=small_schema(outcome=False), seed=seed)


def allowed(field: Field, now: Value) -> list[Value]:
    """Return what the rules let the field become, said another way than the product says it."""
    if field.name == "source":
        return [one for one in ("Event", "Referral", "Web") if one != now]
    assert now is None or isinstance(now, float)
    missing = now is None or math.isnan(now)
    number = math.nan if now is None else now
    if field.name == "visits":
        return [float(v) for v in range(6) if (v > 0 if missing else v > number)]
    if field.name == "days_since":
        return [float(v) for v in range(5) if (v < 4 if missing else v < number)]
    if field.name == "rooms":
        return [float(v) for v in (1, 2, 3) if (v > 1 if missing else v != number)]
    return [1.0] if missing or number == 0 else []


def cost(field: Field, now: Value, to: Value) -> float:
    if isinstance(to, str):
        return 1.0
    assert to is not None
    start = {"days_since": 4.0, "rooms": 1.0}.get(field.name, 0.0)
    known = isinstance(now, float) and not math.isnan(now)
    span = {"visits": 5.0, "days_since": 4.0, "rooms": 2.0, "asked": 1.0}[field.name]
    return abs(to - (float(now) if known and now is not None else start)) / span


def changed(leads: Leads, row: int, changes: Sequence[Mapping[str, Value]]) -> Leads:
    taken = leads.take(np.full(len(changes), row))
    columns = {name: column.copy() for name, column in taken.columns.items()}
    for at, one in enumerate(changes):
        for name, value in one.items():
            columns[name][at] = value
    return Leads(columns=columns, ids=taken.ids, n=taken.n)


def by_trying(model: Model, leads: Leads, row: int) -> tuple[list[tuple[set[str], float]], float]:
    """Return the smallest changes of a lead, and the best score, by scoring every change."""
    fields = [one for one in FIELDS if one.actionable]
    now = {one.name: leads.columns[one.name][row] for one in fields}
    choices = [[None, *allowed(one, now[one.name])] for one in fields]
    trials = [
        {one.name: to for one, to in zip(fields, values, strict=True) if to is not None}
        for values in product(*choices)
    ]
    tier = score_leads(model, leads.take(slice(row, row + 1))).tier[0]
    scores = score_leads(model, changed(leads, row, trials))
    least: dict[frozenset[str], float] = {}
    for trial, then in zip(trials, scores.tier, strict=True):
        if then > tier:
            size = sum(
                cost(one, now[one.name], trial[one.name]) for one in fields if one.name in trial
            )
            key = frozenset(trial)
            least[key] = min(size, least.get(key, math.inf))
    minimal = [key for key in least if not any(other < key for other in least)]
    ordered_ = sorted(
        ((set(key), least[key]) for key in minimal), key=lambda one: (len(one[0]), one[1])
    )
    return ordered_, float(scores.score.max())


def same_as_trying(model: Model, leads: Leads, row: int, told: WhatIf, most: int) -> None:
    expected, best = by_trying(model, leads, row)
    found = [({one.field for one in advice.changes}, advice.size) for advice in told.advice]
    assert [len(fields) for fields, _ in found] == [len(fields) for fields, _ in expected[:most]]
    assert [size for _, size in found] == pytest.approx([size for _, size in expected[:most]])
    for fields, size in found:
        assert any(fields == known and size == pytest.approx(at) for known, at in expected)
    if not expected and told.next_tier:
        assert told.best_score == best


def to_value(change: Change) -> Value:
    return change.to if isinstance(change.to, str) or change.to is None else float(change.to)


def reaches(model: Model, leads: Leads, told: tuple[WhatIf, ...]) -> int:
    """Assert that each advice, once followed, is worth what it says; return how many there are."""
    count = 0
    scores = score_leads(model, leads)
    for row, one in enumerate(told):
        for advice in one.advice:
            count += 1
            to = {change.field: to_value(change) for change in advice.changes}
            again = score_leads(model, changed(leads, row, [to]))
            assert again.tier[0] > scores.tier[row]
            assert again.tier_names[again.tier[0]] == advice.tier
            assert again.score[0] == advice.score
            told_too = again.probabilities[0].tolist()
            assert list(advice.probabilities.values()) == (
                told_too[1:] if again.outcome else told_too
            )
    return count


@given(seed=st.integers(0, 10_000), outcome=st.booleans(), rising=st.booleans())
@settings(max_examples=25, deadline=None)
def test_nothing_smaller_reaches_the_next_tier(seed: int, outcome: bool, rising: bool) -> None:
    model = small_model(seed, outcome=outcome, rising=rising)
    leads = small_leads(6, seed + 1)
    for row, told in enumerate(what_if(model, leads)):
        if told.next_tier:
            same_as_trying(model, leads, row, told, 3)


@given(seed=st.integers(0, 10_000), outcome=st.booleans())
@settings(max_examples=8, deadline=None)
def test_on_curves_of_few_steps_nothing_smaller_does_either(seed: int, outcome: bool) -> None:
    model = small_model(seed, outcome=outcome, rising=False, kind="curves")
    leads = small_leads(5, seed + 1)
    for row, told in enumerate(what_if(model, leads, most=2)):
        if told.next_tier:
            same_as_trying(model, leads, row, told, 2)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_margin_that_equals_the_cut_is_decided_as_scoring_does(seed: int) -> None:
    """Steps give equal margins, and an operating point may well be one of them."""
    model = small_model(seed, outcome=True, rising=False)
    leads = small_leads(5, seed + 1)
    margins = score_leads(model, changed(leads, 0, trials_of(leads))).margin
    at = sorted(np.random.default_rng(seed).choice(margins, 2))
    model = replace(model, operating_point={"tiers": ["Low", "Medium", "High"], "cuts": at})
    for row, told in enumerate(what_if(model, leads)):
        if told.next_tier:
            same_as_trying(model, leads, row, told, 3)


def trials_of(leads: Leads) -> list[Mapping[str, Value]]:
    fields = [one for one in FIELDS if one.actionable]
    choices = [
        allowed(one, leads.columns[one.name][0]) or [leads.columns[one.name][0]] for one in fields
    ]
    names = [one.name for one in fields]
    return [dict(zip(names, values, strict=True)) for values in product(*choices)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_told_reaches_the_tier_and_breaks_no_rule(kind: EngineKind, seed: int) -> None:
    model = make_model(engine=kind, seed=seed)
    leads = make_leads(12 if kind == "trees" else 60, seed=seed + 5)
    told = what_if(model, leads)
    assert reaches(model, leads, told) > 0
    fields = {one.name: one for one in model.schema.features}
    for row, one in enumerate(told):
        assert len(one.advice) <= 3
        for change in (each for advice in one.advice for each in advice.changes):
            field, now = fields[change.field], leads.columns[change.field][row]
            assert field.actionable
            assert isinstance(change.to, int)
            low, high = field.range or (0, 1)
            assert low <= change.to <= high
            # all of the investor's actionable fields only rise
            assert np.isnan(now) or change.to > now


@pytest.mark.parametrize("kind", ["tables", "curves"])
def test_a_lead_alone_is_told_what_it_is_told_among_others(kind: EngineKind) -> None:
    model, leads = make_model(engine=kind, seed=3), make_leads(40, seed=4)
    order = np.random.default_rng(0).permutation(leads.n)
    whole = what_if(model, leads)
    assert what_if(model, leads.take(order)) == tuple(whole[at] for at in order)
    alone = [what_if(model, leads.take(slice(row, row + 1)))[0] for row in range(leads.n)]
    assert alone == list(whole)


def test_fewer_alternatives_are_the_first_of_more() -> None:
    model, leads = make_model(seed=3), make_leads(40, seed=4)
    for few, many in zip(what_if(model, leads, most=1), what_if(model, leads, most=4), strict=True):
        assert few.advice == many.advice[:1]
        sets = [frozenset(one.field for one in advice.changes) for advice in many.advice]
        assert not any(one < other for one in sets for other in sets)


def one_field(field: Field, edges: list[float], values: list[float], *, cut: float = 0.5) -> Model:
    """Return a model in which one field alone counts; leads are High from the margin `cut` on."""
    schema = Schema(
        name="one",
        fields=(
            field,
            Field(name="other", type="number"),
            Field(name="won", type="integer", role="label"),
        ),
        label=Label(field="won", classes=("0", "1"), positive="1"),
    )
    axes = (Axis(edges=np.array(edges, dtype=np.float32)), Axis(edges=np.array([1], np.float32)))
    engine = StepTables(base=0.0, axes=axes, values=(np.array([*values, 0.0]), np.zeros(3)))
    point = {"tiers": ["Low", "Medium", "High"], "cuts": ["-inf", cut]}
    return replace(make_model(schema=schema, operating_point=point), engine=engine, doubt=None)


def told_of(model: Model, **values: object) -> WhatIf:
    return what_if(model, conform_lead(values, model.schema).leads)[0]


def test_advice_reads_as_people_say_it() -> None:
    income = Field(
        name="budget",
        type="integer",
        direction="up",
        range=(0, 500_000),
        unit="USD a year",
        actionable=True,
    )
    told = told_of(one_field(income, [119_873.5], [0.0, 1.0]), budget=95_000)
    [change] = told.advice[0].changes
    assert (change.field, change.value, change.to) == ("budget", 95_000, 119_874)
    assert told.advice[0].words == (
        "Budget of at least 120,000 USD a year (now 95,000) would make it High"
    )
    assert told.advice[0].size == pytest.approx((119_874 - 95_000) / 500_000)
    assert told.to_json()["advice"] == [one.to_json() for one in told.advice]


def test_a_value_that_may_be_overdone_is_not_called_at_least() -> None:
    views = Field(name="views", type="integer", range=(0, 20), actionable=True)
    told = told_of(one_field(views, [5, 9], [0.0, 1.0, 0.0]), views=2)
    assert told.advice[0].changes[0].words == "views of 5 (now 2)"


def test_a_number_moves_in_decimal_steps() -> None:
    rate = Field(name="rate", type="number", range=(0, 2), direction="down", actionable=True)
    told = told_of(one_field(rate, [0.123456], [1.0, 0.0]), rate=1.5)
    assert told.advice[0].changes[0].to == 0.123
    assert told.advice[0].changes[0].words == "rate of at most 0.123 (now 1.5)"


@given(
    seed=st.integers(0, 10_000),
    way=st.sampled_from(["up", "down", "free"]),
    kind=st.sampled_from(["tables", "curves"]),
)
@settings(max_examples=40, deadline=None)
def test_of_one_field_no_nearer_step_is_enough(
    seed: int, way: Literal["up", "down", "free"], kind: str
) -> None:
    draws = np.random.default_rng(seed)
    field = Field(name="spend", type="number", range=(0, 3), direction=way, actionable=True)
    edges = np.sort(draws.uniform(0, 3, 6)).round(3)
    model = one_field(field, edges.tolist(), draws.normal(size=7).tolist(), cut=0.7)
    if kind == "curves":
        curve = Curve(knots=edges, heights=draws.normal(size=6), missing=0.0)
        flat = Curve(knots=np.array([0.0]), heights=np.zeros(1), missing=0.0)
        model = replace(model, engine=Curves(base=0.0, curves=(curve, flat)))
    now = round(float(draws.uniform(0, 3)), 2)
    told = told_of(model, spend=now)
    steps = np.arange(3001) / 1000
    open_ = {"up": steps > now, "down": steps < now, "free": steps != now}[way]
    leads = conform_lead({"spend": now}, model.schema).leads
    scores = score_leads(model, changed(leads, 0, [{"spend": at} for at in steps.tolist()]))
    enough = steps[open_ & (scores.tier > score_leads(model, leads).tier[0])]
    if told.next_tier and len(enough):
        assert told.advice[0].size == pytest.approx(np.abs(enough - now).min() / 3)
    else:
        assert told.advice == ()


def test_of_one_field_no_nearer_value_is_enough_for_trees() -> None:
    model, leads = make_model(engine="trees", seed=1), make_leads(12, seed=6)
    tiers = score_leads(model, leads).tier
    moves = find_moves(model)
    for row, told in enumerate(what_if(model, leads, most=99)):
        alone = {one.changes[0].field: one for one in told.advice if len(one.changes) == 1}
        for one in moves:
            now = leads.columns[one.field.name][row]
            start = one.low if np.isnan(now) else now
            values = np.arange(start + 1, one.high + 1)
            if not len(values):
                continue
            trials: list[Mapping[str, Value]] = [{one.field.name: at} for at in values.tolist()]
            enough = score_leads(model, changed(leads, row, trials)).tier > tiers[row]
            if told.next_tier and enough.any():
                assert alone[one.field.name].changes[0].to == values[enough.argmax()]
            else:
                assert one.field.name not in alone


@pytest.mark.parametrize(
    ("field", "now"),
    [
        (Field(name="visits", type="integer", theme="engagement", direction="down"), 5),
        (Field(name="visits", type="integer", theme="engagement"), 5),
        (Field(name="calls", type="integer", window="30d"), 5),
        (Field(name="asked", type="flag"), 1),
        (Field(name="age", type="integer", role="audit", waiver="a test"), 5),
        (Field(name="age", type="integer"), 5),
        (Field(name="calls", type="integer", role="sales", waiver="a test"), 5),
        (Field(name="seen", type="time"), "2026-01-01"),
    ],
    ids=lambda one: one.name if isinstance(one, Field) else "",
)
def test_what_cannot_be_is_never_advised(field: Field, now: object) -> None:
    """A visit cannot be undone, nobody grows younger, and more calls make no better lead."""
    own = replace(field, actionable=True)
    told = told_of(one_field(own, [0.5], [1.0, 0.0]), **{field.name: now})
    assert told.tier == "Medium"
    assert told.advice == ()
    assert told.reason


def test_a_time_since_something_may_fall() -> None:
    field = Field(
        name="days_since_visit",
        type="integer",
        theme="engagement",
        direction="down",
        range=(0, 60),
        actionable=True,
    )
    told = told_of(one_field(field, [8.0], [1.0, 0.0]), days_since_visit=30)
    assert told.advice[0].changes[0].words == "days since visit of at most 7 (now 30)"


def test_no_change_leaves_the_range_or_the_limits() -> None:
    views = Field(name="views", type="integer", range=(0, 20), direction="up", actionable=True)
    model = one_field(views, [10, 30], [0.0, 0.4, 1.0])
    told = told_of(model, views=2)
    assert told.advice == ()
    assert told.next_tier == "High"
    assert told.reason == "no change of what can be changed is enough"
    assert (
        told.best_score
        == score_leads(model, conform_lead({"views": 10}, model.schema).leads).score[0]
    )


def test_who_is_at_the_top_or_has_no_score_is_told_why() -> None:
    views = Field(name="views", type="integer", range=(0, 20), direction="up", actionable=True)
    model = one_field(views, [10], [0.0, 1.0])
    assert told_of(model, views=12).reason == "High is the highest tier"
    empty = told_of(model)
    assert (empty.tier, empty.next_tier, empty.reason) == ("Unscored", None, "it has no score")


def test_a_schema_without_actionable_fields_gives_no_advice() -> None:
    views = Field(name="views", type="integer", range=(0, 20), direction="up")
    told = told_of(one_field(views, [10], [0.0, 1.0]), views=2)
    assert "actionable" in told.reason
    assert told.next_tier == "High"


def test_a_missing_value_counts_as_the_far_end_of_its_range() -> None:
    views = Field(name="views", type="integer", range=(0, 20), direction="up", actionable=True)
    told = told_of(one_field(views, [10], [-1.0, 1.0]), other=0)
    [change] = told.advice[0].changes
    assert (change.value, change.to) == (None, 10)
    assert change.words == "views of at least 10 (not given now)"
    assert told.advice[0].size == 0.5


def test_only_so_many_fields_are_tried_together() -> None:
    fields = tuple(
        Field(name=f"f{at}", type="integer", range=(0, 3), direction="up", actionable=True)
        for at in range(15)
    )
    schema = replace(investor(), fields=(*fields, investor().fields[-1]))
    schema = replace(schema, label=None)
    model = make_model(schema=replace(schema, fields=fields), seed=1)
    assert len(find_moves(model)) == 12


def test_the_shipped_schema_advises_on_what_a_lead_does_and_says() -> None:
    assert [one.field.name for one in find_moves(make_model())] == [
        "website_visits",
        "email_opens",
        "property_views",
        "time_on_site_minutes",
        "inquiry_submitted",
        "financing_pre_approved",
        "budget_disclosed",
        "location_preference_set",
    ]
    assert make_lead()["income"]


def test_at_least_one_alternative_is_asked_for() -> None:
    with pytest.raises(BadRequest, match="0 alternatives"):
        what_if(make_model(), make_leads(1), most=0)


def test_no_leads_are_told_nothing() -> None:
    assert what_if(make_model(), make_leads(0)) == ()
