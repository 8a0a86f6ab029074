"""A change of score is shared among what changed: to the last point, and in words."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.event import Event, Scalar
from leadscore.leads.moment import DAY
from leadscore.leads.schema import Field, Schema
from leadscore.leads.stated import read_stated
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.model.reference import Reference
from leadscore.score.change import Change, Scored, explain_change
from leadscore.score.change_words import since_words
from leadscore.score.record import Json, score_record
from leadscore.score.scores import score_leads
from leadscore.score.words import plain_value
from leadscore.testing.models import make_leads, make_model, outcome_schema
from tests.leads.histories import tracked

SCHEMA = Schema(
    name="change",
    fields=(
        Field(name="income", type="integer", unit="USD a year", phrase="annual income"),
        Field(name="source", type="category"),
        Field(name="views", type="integer", event="property_view", phrase="properties viewed"),
        Field(
            name="minutes",
            type="number",
            event="visit",
            adds="minutes",
            unit="minutes",
            phrase="time on the website",
        ),
        Field(name="visits", type="number", event="visit", half_life="7d"),
        Field(name="opens", type="integer", event="mail_open", window="30d"),
        Field(name="approved", type="flag", event="approval", phrase="pre-approval"),
    ),
)
#: A model whose score is its margin, so that a point of effect is a point of score.
STRAIGHT = replace(
    make_model(schema=SCHEMA),
    reference=Reference(
        margins=np.linspace(0.05, 99.95, 1000),
        n=1000,
        likeness=np.array([]),
        intervals=np.empty((0, 2)),
    ),
    digest="straight",
)
MODELS = [make_model(schema=outcome_schema()), make_model(doubt=True, seed=3)]


def scored(score: float | None, effects: dict[str, float] | None = None, **more: object) -> Scored:
    """Return a score of `STRAIGHT` with these effects, whose base makes up the rest."""
    told = effects or {}
    base = (score or 0.0) - sum(told.values())
    reasons: list[Json] = [{"field": name, "effect": one} for name, one in told.items()]
    record: dict[str, Json] = {
        "score": score,
        "base": base,
        "themes": {"fit": sum(told.values())},
        "reasons": reasons,
        "model": {"digest": str(more.pop("digest", "straight"))},
    }
    at = more.pop("at", 0)
    active_at = more.pop("active_at", None)
    assert isinstance(at, int)
    assert active_at is None or isinstance(active_at, int)
    fields: dict[str, Scalar] = dict(read_stated(more, SCHEMA).values)
    return Scored(record=record, fields=fields, at=at, active_at=active_at)


def explained(before: Scored, after: Scored, *events: Event) -> Change:
    return explain_change(before, after, model=STRAIGHT, events=events)


def words(before: Scored, after: Scored, *events: Event) -> str:
    return explained(before, after, *events).words("since Tuesday")


# ------------------------------------------------------------------ laws


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Model, Scored, Scored]:
    model = draw(st.sampled_from(MODELS))
    leads = make_leads(40, schema=model.schema, seed=draw(st.integers(0, 3)))
    found = []
    for row in (draw(st.integers(0, 39)), draw(st.integers(0, 39))):
        fields: dict[str, Scalar] = {
            field.name: plain_value(field, leads.columns[field.name][row])
            for field in model.schema.features
        }
        one = conform_lead(fields, model.schema).leads
        record = score_record(model, one, score_leads(model, one), 0)
        found.append(Scored(record=record, fields=fields, at=DAY))
    return model, found[0], found[1]


@given(pairs())
def test_points_add_up_to_the_whole_change(pair: tuple[Model, Scored, Scored]) -> None:
    model, before, after = pair
    change = explain_change(before, after, model=model)
    if change.points is None:
        assert change.parts == ()
    else:
        assert math.fsum(one.points for one in change.parts) == pytest.approx(
            change.points, abs=1e-9
        )
        assert all(abs(one.points) <= 100 for one in change.parts)
        sizes = [abs(one.points) for one in change.parts]
        assert sizes == sorted(sizes, reverse=True)


@given(pairs())
def test_the_way_back_costs_what_the_way_there_brought(pair: tuple[Model, Scored, Scored]) -> None:
    model, before, after = pair
    there = explain_change(before, after, model=model)
    back = explain_change(after, before, model=model)
    points = {one.fields: one.points for one in back.parts}
    for one in there.parts:
        # the rounding of a margin may cross one step of the score
        assert points[one.fields] == pytest.approx(-one.points, abs=0.5)


@given(pairs())
def test_a_change_names_the_fields_that_changed(pair: tuple[Model, Scored, Scored]) -> None:
    model, before, after = pair
    change = explain_change(before, after, model=model)
    names = {name for one in change.parts for name in one.fields}
    changed = {name for name in before.fields if before.fields[name] != after.fields[name]}
    if change.points is not None:
        assert names == changed


def test_the_same_score_again_is_no_change() -> None:
    one = scored(60.0, {"income": 5.0}, income=5)
    assert explained(one, one) == Change(before=60.0, after=60.0)
    assert words(one, one) == "unchanged since Tuesday"


# ------------------------------------------------------------------ points


def test_a_straight_score_gives_each_effect_its_own_points() -> None:
    before = scored(50.0, {"income": 1.0, "source": 2.0}, income=1, source="Web")
    after = scored(58.0, {"income": 4.0, "source": 7.0}, income=2, source="Fair")
    assert {one.fields: one.points for one in explained(before, after).parts} == {
        ("source",): pytest.approx(5.0),
        ("income",): pytest.approx(3.0),
    }


def test_opposite_changes_keep_their_signs_where_the_whole_hardly_moves() -> None:
    before = scored(50.0, {"income": 0.0, "source": 9.0}, income=1, source="Web")
    after = scored(50.0, {"income": 9.0}, income=2, source="Fair")
    change = explained(before, after)
    assert [round(one.points, 6) for one in change.parts] == [9.0, -9.0]
    assert change.words() == (
        "unchanged: annual income up from 1 to 2 USD a year (+9), source now Fair (−9)"
    )


def test_an_effect_that_differs_though_its_field_did_not_goes_to_those_that_did() -> None:
    before = scored(
        50.0, {"income": 1.0, "source": 1.0, "views": 1.0}, income=1, source="Web", views=1
    )
    after = scored(
        57.0, {"income": 2.0, "source": 4.0, "views": 4.0}, income=1, source="Fair", views=4
    )
    assert {one.fields: round(one.points, 6) for one in explained(before, after).parts} == {
        ("source",): 3.5,
        ("views",): 3.5,
    }


def test_effects_that_were_cut_off_are_still_accounted_for() -> None:
    before = scored(50.0, {"views": 1.0}, views=1)
    after = scored(58.0, {"views": 9.0}, views=4)
    before.record["reasons"] = after.record["reasons"] = []
    assert words(before, after) == "up 8 since Tuesday: 3 property views (+8)"


def test_a_change_that_no_field_tells_is_said_as_other() -> None:
    before, after = scored(50.0, {"income": 1.0}), scored(52.0, {"income": 3.0})
    assert words(before, after) == "up 2 since Tuesday: other (+2)"


def test_another_model_is_a_change_of_its_own() -> None:
    before = scored(50.0, {"income": 1.0}, income=1, digest="old")
    after = scored(47.0, {"income": 3.0}, income=2)
    change = explained(before, after)
    assert [(one.kind, one.points) for one in change.parts] == [("model", -3.0)]
    assert change.words() == "down 3: another model (−3)"


def test_scores_of_a_model_that_is_not_at_hand_are_refused() -> None:
    one = scored(50.0, digest="old")
    with pytest.raises(ValueError, match="another than the one given"):
        explained(one, one)


def test_a_lead_without_a_score_has_no_points() -> None:
    none, some = scored(None), scored(71.4)
    none.record["themes"] = none.record["reasons"] = none.record["base"] = None
    assert (explained(none, some).points, words(none, some)) == (None, "first scored: 71")
    assert words(some, none) == "not scored any more"


# ------------------------------------------------------------------ words


def test_the_change_reads_as_people_would_say_it() -> None:
    before = scored(60.0, {"views": 1.0, "visits": 6.0}, views=12, visits=4.0, at=0, approved=0)
    after = scored(
        72.0,
        {"views": 10.0, "visits": 4.0, "approved": 5.0},
        views=15,
        visits=2.2,
        approved=1,
        at=7 * DAY,
        active_at=DAY,
    )
    since = since_words(dt.date(2026, 3, 3), dt.date(2026, 3, 9))
    assert explained(before, after).words(since) == (
        "up 12 since Tuesday: 3 property views (+9), pre-approval (+5), 6 days idle (−2)"
    )


def test_counters_that_fade_together_are_idle_once() -> None:
    before = scored(60.0, {"visits": 6.0, "opens": 3.0}, visits=4.0, opens=3)
    after = scored(55.0, {"visits": 4.0}, visits=2.2, opens=0, at=2 * DAY, active_at=0)
    change = explained(before, after)
    assert [(one.kind, one.fields) for one in change.parts] == [("idle", ("visits", "opens"))]
    assert change.words() == "down 5: 2 days idle (−5)"


def test_a_counter_that_fades_while_more_happens_tells_what_happened() -> None:
    before = scored(60.0, {"visits": 6.0}, visits=4.0)
    after = scored(61.0, {"visits": 7.0}, visits=4.5, at=DAY, active_at=DAY)
    visits = [tracked("visit", at) for at in (1, 2)]
    later, other = tracked("visit", 2 * DAY), tracked("mail_open", 3)
    assert words(before, after, *visits, later, other) == "up 1 since Tuesday: 2 visits (+1)"


def test_fading_counters_that_were_stated_are_said_as_numbers() -> None:
    before, after = scored(60.0, {}, visits=4.0), scored(61.0, {"visits": 1.0}, visits=6.0)
    assert words(before, after) == "up 1 since Tuesday: visits up from 4 to 6 (+1)"


def test_what_is_added_up_is_said_with_its_unit() -> None:
    before = scored(60.0, {"minutes": 6.0}, minutes=4.0)
    after = scored(63.0, {"minutes": 9.0}, minutes=18.0)
    assert words(before, after) == "up 3 since Tuesday: time on the website up 14 minutes (+3)"
    first = scored(60.0, {}, income=5)
    assert words(first, scored(61.0, {"views": 1.0}, income=5, views=1)) == (
        "up 1 since Tuesday: 1 property view (+1)"
    )


def test_a_counter_that_adds_up_and_fades_says_what_was_added() -> None:
    fading = replace(SCHEMA.field("minutes"), half_life="7d")
    model = replace(STRAIGHT, schema=replace(SCHEMA, fields=(fading,)))
    before = scored(60.0, {"minutes": 6.0}, minutes=4.0)
    after = scored(63.0, {"minutes": 9.0}, minutes=17.5, at=DAY)
    visits = [tracked("visit", 1, minutes=10), tracked("visit", 2, minutes=4.5)]
    assert explain_change(before, after, model=model, events=visits).words() == (
        "up 3: time on the website up 14.5 minutes (+3)"
    )


def test_a_counter_that_was_stated_lower_is_said_as_a_number() -> None:
    before, after = scored(60.0, {}, views=9), scored(58.0, {"views": -2.0}, views=4)
    assert words(before, after) == "down 2 since Tuesday: properties viewed down from 9 to 4 (−2)"
