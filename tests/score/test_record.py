"""The score record: the keys of the contract, JSON throughout, everything accounted for."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from leadscore.leads.schema import Schema, investor, tiers_for
from leadscore.leads.table import Leads
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model, dump_model, load_model
from leadscore.model.engine import EngineKind
from leadscore.score.record import ScoreRecord, score_record
from leadscore.score.scores import score_leads
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model, outcome_schema

KEYS = [
    "lead_id",
    "score",
    "tier",
    "tier_set",
    "outcome_set",
    "confidence",
    "probabilities",
    "expected_conversion",
    "themes",
    "base",
    "reasons",
    "similar",
    "notes",
    "action",
    "model",
    "as_of",
    "score_id",
]
REASON = ["field", "value", "phrase", "effect", "rate", "n"]


def saved(schema: Schema | None = None, engine: EngineKind = "tables") -> Model:
    return load_model(dump_model(make_model(schema=schema, engine=engine)))


TIER, OUTCOME = saved(), saved(outcome_schema())
LEAD: dict[str, object] = {
    "source": "Web",
    "visits": 12,
    "spend": 80.5,
    "asked": "yes",
    "last_seen": "2025-03-01",
}


def record(model: Model, lead: dict[str, object], *, as_of: str = "") -> ScoreRecord:
    leads = conform_lead(lead, model.schema).leads
    return score_record(model, leads, score_leads(model, leads, as_of=as_of), 0)


def table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return [table(one) for one in value]


def number(value: object) -> float:
    assert isinstance(value, float | int)
    assert not isinstance(value, bool)
    return value


@pytest.mark.parametrize("model", [TIER, OUTCOME], ids=["tier", "outcome"])
@pytest.mark.parametrize("lead", [make_lead(lead_id="L1") | LEAD, {}], ids=["scored", "unscored"])
def test_the_record_has_the_contracts_keys_and_is_json(
    model: Model, lead: dict[str, object]
) -> None:
    found = record(model, lead)
    assert list(found) == KEYS
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_tier_record() -> None:
    found = record(TIER, make_lead(lead_id="L1"), as_of="2026-01-31")
    told = table(found["probabilities"])
    assert list(told) == ["Low", "Medium", "High"]
    assert sum(map(number, told.values())) == pytest.approx(1)
    assert found["confidence"] == told[str(found["tier"])]
    assert found["tier_set"] == [found["tier"]]
    assert list(table(found["themes"])) == ["fit", "engagement", "intent"]
    assert (found["lead_id"], found["as_of"]) == ("L1", "2026-01-31")
    assert found["similar"] is None
    assert {(one["rate"], one["n"]) for one in rows(found["reasons"])} == {(None, None)}
    assert found["model"] == {"name": "made", "version": "1", "digest": TIER.digest}


def test_an_outcome_record() -> None:
    found = record(OUTCOME, LEAD)
    assert table(found["probabilities"]) == {"converted": found["expected_conversion"]}
    assert found["confidence"] is None
    similar = table(found["similar"])
    assert list(similar) == ["n", "converted", "low", "high"]
    rate = number(similar["converted"]) / number(similar["n"])
    assert 0 <= number(similar["low"]) < rate < number(similar["high"]) <= 1
    for one in rows(found["reasons"]):
        assert list(one) == REASON
        assert 0 <= number(one["rate"]) <= 1
        assert number(one["n"]) > 0


def test_rates_are_of_reference_leads_with_such_a_value() -> None:
    found = {str(one["field"]): one for one in rows(record(OUTCOME, LEAD)["reasons"])}
    reference = OUTCOME.reference
    place = OUTCOME.encoder.fields.index("source")
    level = OUTCOME.encoder.levels["source"].index("Web")
    seen = reference.fields[place]
    assert found["source"]["n"] == seen.n[level]
    assert found["source"]["rate"] == seen.converted[level] / seen.n[level]


def test_a_value_that_no_reference_lead_had_has_no_rate() -> None:
    place = OUTCOME.encoder.fields.index("source")
    reference = OUTCOME.reference
    seen = replace(reference.fields[place], n=np.zeros(5, int), converted=np.zeros(5, int))
    fields = (*reference.fields[:place], seen, *reference.fields[place + 1 :])
    model = replace(OUTCOME, reference=replace(reference, fields=fields))
    one = next(one for one in rows(record(model, LEAD)["reasons"]) if one["field"] == "source")
    assert (one["rate"], one["n"]) == (None, 0)


@pytest.mark.parametrize("engine", ["tables", "curves", "trees"])
def test_base_and_effects_make_the_margin_and_the_themes(engine: EngineKind) -> None:
    model = saved(engine=engine)
    leads = make_leads(20)
    scores = score_leads(model, leads)
    for row in range(leads.n):
        found = score_record(model, leads, scores, row)
        effects = [number(one["effect"]) for one in rows(found["reasons"])]
        base, themes = number(found["base"]), table(found["themes"])
        assert base + sum(effects) == pytest.approx(scores.margin[row], rel=1e-6)
        assert base + sum(map(number, themes.values())) == pytest.approx(
            scores.margin[row], rel=1e-6
        )
        assert [abs(one) for one in effects] == sorted(map(abs, effects), reverse=True)


def test_a_reason_says_what_and_how_much() -> None:
    found = {str(one["field"]): one for one in rows(record(TIER, make_lead())["reasons"])}
    income = found["income"]
    assert income["value"] == 220_000
    assert re.fullmatch(r"annual income 220,000 USD a year: [+−]\d+\.\d+", str(income["phrase"]))


def test_as_many_reasons_as_asked_for() -> None:
    leads = conform_lead(make_lead(), TIER.schema).leads
    scores = score_leads(TIER, leads)
    every = rows(score_record(TIER, leads, scores, 0)["reasons"])
    assert rows(score_record(TIER, leads, scores, 0, reasons=3)["reasons"]) == every[:3]
    assert score_record(TIER, leads, scores, 0, reasons=0)["reasons"] == []


def test_an_unscored_record_says_why_and_nothing_else() -> None:
    found = record(TIER, {"lead_id": "L9", "age": 30})
    assert (found["lead_id"], found["tier"], found["tier_set"]) == ("L9", "Unscored", ["Unscored"])
    for key in ("score", "confidence", "probabilities", "expected_conversion", "themes", "base"):
        assert found[key] is None
    assert (found["reasons"], found["similar"], found["action"]) == (None, None, None)
    assert found["notes"] == [
        {
            "field": None,
            "kind": "empty",
            "words": "not scored: none of the model's fields is given",
        }
    ]


def test_the_action_is_the_stated_tiers() -> None:
    model = replace(TIER, operating_point={"tiers": ["Low", "Medium", "High"], "cuts": [-99, -98]})
    assert record(model, make_lead())["action"] == {
        "name": "call",
        "due_hours": 24,
        "text": "Call within 24 hours",
    }


def test_a_tier_of_which_nobody_said_what_to_do_has_an_empty_action() -> None:
    schema = investor()
    label = schema.label
    assert label
    own = replace(
        schema,
        label=replace(label, classes=("Cold", "Warm", "Hot")),
        tiers=tiers_for(("Cold", "Warm", "Hot")),
    )
    found = record(make_model(schema=own), make_lead())
    assert found["action"] == {"name": "", "due_hours": None, "text": ""}
    assert found["expected_conversion"] is None


def test_a_record_is_the_same_alone_and_among_others() -> None:
    leads = make_leads(10)
    whole = score_leads(TIER, leads)
    for row in range(10):
        alone = leads.take(slice(row, row + 1))
        assert score_record(TIER, leads, whole, row) == score_record(
            TIER, alone, score_leads(TIER, alone), 0
        )


def test_the_score_id_tells_input_model_and_moment_apart() -> None:
    lead = make_lead(lead_id="L1")
    ids = [
        record(TIER, lead)["score_id"],
        record(TIER, {**lead, "income": 220_001})["score_id"],
        record(TIER, {**lead, "lead_id": "L2"})["score_id"],
        record(TIER, lead, as_of="2026-01-31")["score_id"],
        record(saved(engine="curves"), lead)["score_id"],
    ]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{64}", str(one)) for one in ids)


def test_the_score_id_does_not_depend_on_how_the_same_input_came() -> None:
    lead = make_lead(lead_id="L1", age=None)
    same: list[dict[str, object]] = [
        lead,
        dict(reversed(list(lead.items()))),
        {**lead, "income": "220000"},
        {**lead, "inquiry_submitted": True},
        {key: value for key, value in lead.items() if key != "age"},
        {**lead, "shoe_size": 44},
    ]
    assert len({str(record(TIER, one)["score_id"]) for one in same}) == 1


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({}, None),
        ({"lead_id": ""}, None),
        ({"crm": "A", "lead_id": "B"}, "B"),
        ({"crm": "A", "other": "B"}, "A"),
    ],
)
def test_the_lead_id_is_the_inputs(ids: dict[str, str], expected: str | None) -> None:
    leads = conform_lead(make_lead(), TIER.schema).leads
    named = Leads(
        columns=leads.columns,
        ids={name: np.array([text], dtype=object) for name, text in ids.items()},
        n=1,
    )
    assert score_record(TIER, named, score_leads(TIER, named), 0)["lead_id"] == expected
