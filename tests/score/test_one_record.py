"""One lead's record by itself: what `score_record` says of it, key by key and bit by bit."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, BadRequest, Fault
from leadscore.leads.schema import Field, investor
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model, dump_model, load_model
from leadscore.model.engine import EngineKind
from leadscore.score.one_record import RecordScorer
from leadscore.score.record import score_record
from leadscore.score.scores import score_leads
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model
from tests.score.test_one import VARIANTS, as_json, every_model, model_of, values_of

IDS: list[object] = ["L1", " L2 ", "", None, 17, 17.0, 'ü\u2028"\\', "\x00"]
Said = str | tuple[Fault, ...]


def text(value: object) -> str:
    """Return JSON in which equal bits are equal texts, and the order of the keys counts."""
    return json.dumps(value, allow_nan=False)


def told(model: Model, lead: Mapping[str, object], *, as_of: str, reasons: int | None) -> Said:
    """Return what `score_record` says of a lead, or the lead's faults."""
    found = conform_lead(lead, model.schema)
    label = model.schema.label.field if model.schema.label else ""
    faults = tuple(one for one in found.faults if one.field != label)
    scores = score_leads(model, found.leads, as_of=as_of)
    return faults or text(score_record(model, found.leads, scores, 0, reasons=reasons))


def said(
    scorer: RecordScorer, lead: Mapping[str, object], *, as_of: str, reasons: int | None
) -> Said:
    """Return what the scorer says of a lead, or the lead's faults."""
    try:
        return text(scorer.record(lead, as_of=as_of, reasons=reasons))
    except BadInput as error:
        return error.faults


SCORERS: dict[tuple[str, EngineKind, str], RecordScorer] = {}


def scorer_of(label: str, kind: EngineKind, variant: str) -> RecordScorer:
    key = (label, kind, variant)
    if key not in SCORERS:
        SCORERS[key] = RecordScorer(model_of(*key))
    return SCORERS[key]


@every_model
@given(data=st.data())
def test_any_lead_has_the_record_that_a_batch_gives_it(
    label: str, kind: EngineKind, data: st.DataObject
) -> None:
    variant, row = data.draw(st.sampled_from(VARIANTS)), data.draw(st.integers(0, 49))
    model = model_of(label, kind, variant)
    lead = as_json(make_leads(50, schema=model.schema, seed=11), row, model.schema)
    lead["lead_id"] = data.draw(st.sampled_from(IDS))
    names = [one.name for one in model.schema.fields]
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3)):
        lead[name] = data.draw(values_of(label, kind, variant, name))
    for name in data.draw(st.sets(st.sampled_from([*names, "lead_id"]), max_size=3)):
        lead.pop(name, None)
    as_of = data.draw(st.sampled_from(["", "2026-01-31T09:00:00Z", 'a "b"\n']))
    reasons = data.draw(st.sampled_from([None, 0, 3]))
    scorer = scorer_of(label, kind, variant)
    wanted = told(model, lead, as_of=as_of, reasons=reasons)
    assert said(scorer, lead, as_of=as_of, reasons=reasons) == wanted


@pytest.mark.parametrize("variant", VARIANTS)
@every_model
def test_the_record_of_what_was_read_is_the_record_of_the_lead(
    label: str, kind: EngineKind, variant: str
) -> None:
    model, scorer = model_of(label, kind, variant), scorer_of(label, kind, variant)
    drawn, told_once = make_leads(40, schema=model.schema, seed=12), 0
    for row in range(drawn.n):
        lead = as_json(drawn, row, model.schema)
        try:
            record, kept = scorer.told(lead)
        except BadInput:
            continue
        told_once += 1
        assert kept == scorer.input(lead)
        assert None not in kept.values()
        if kept.keys() & {one.name for one in model.schema.features}:
            assert text(scorer.record(kept, lead_id="x")) == text(record)
    assert told_once > 10


def test_a_saved_model_gives_its_digest_in_the_record() -> None:
    model = load_model(dump_model(make_model(doubt=True)))
    lead = make_lead(lead_id="L1")
    found = RecordScorer(model).record(lead)
    assert text(found) == told(model, lead, as_of="", reasons=None)
    assert found["model"] == {"name": "made", "version": "1", "digest": model.digest}


def test_the_callers_id_stands_before_the_leads_own() -> None:
    scorer = scorer_of("tier", "tables", "plain")
    lead = make_lead(lead_id="L1")
    assert scorer.record(lead)["lead_id"] == "L1"
    found = scorer.record(lead, lead_id="L2")
    assert text(found) == text(scorer.record({**lead, "lead_id": "L2"}))
    assert scorer.record(lead, lead_id="")["lead_id"] is None


@given(given_ids=st.dictionaries(st.sampled_from(["lead_id", "crm", "mail"]), st.sampled_from(IDS)))
def test_the_id_is_the_schemas_and_lead_id_first(given_ids: dict[str, object]) -> None:
    for names in (["crm", "lead_id"], ["crm", "mail"], ["lead_id"]):
        fields = [Field(name=one, type="text", role="id") for one in names]
        own = [one for one in investor().fields if one.role != "id"]
        model = make_model(schema=replace(investor(), fields=(*fields, *own)))
        lead = make_lead() | given_ids
        if "lead_id" not in given_ids:
            lead.pop("lead_id", None)
        wanted = told(model, lead, as_of="", reasons=None)
        assert said(RecordScorer(model), lead, as_of="", reasons=None) == wanted


def test_a_lead_of_which_too_little_is_known_has_the_reason_in_its_record() -> None:
    scorer = scorer_of("tier", "tables", "plain")
    record = scorer.record({"income": None, "lead_id": "L1"}, as_of="now")
    assert (record["tier"], record["score"], record["reasons"]) == ("Unscored", None, None)
    assert (record["lead_id"], record["as_of"]) == ("L1", "now")
    named = scorer.record({"income": None}, lead_id="L2")
    assert named["lead_id"] == "L2"


def test_a_record_is_the_callers_own() -> None:
    for label in ("tier", "outcome"):
        scorer, model = scorer_of(label, "tables", "plain"), model_of(label, "tables", "plain")
        lead = as_json(make_leads(1, schema=model.schema), 0, model.schema)
        first = scorer.record(lead)
        kept = text(first)
        for one in ("action", "model", "similar", "themes", "probabilities"):
            part = first[one]
            if isinstance(part, dict):
                part.clear()
        first.clear()
        assert text(scorer.record(lead)) == kept


def test_all_faults_are_told_at_once() -> None:
    scorer = scorer_of("tier", "tables", "plain")
    with pytest.raises(BadInput) as found:
        scorer.record(make_lead(income="a lot", credit_score=9000, age=-1, tier="Best"))
    assert {one.field for one in found.value.faults} == {"income", "credit_score", "age"}
    for ask in (scorer.record, scorer.input):
        with pytest.raises(BadInput, match="none of the model's fields"):
            ask({"age": 40})
        with pytest.raises(BadRequest, match="The lead is a list"):
            ask([1])  # type: ignore[arg-type]  # a caller without types


def test_numbers_as_numpy_has_them_are_read_as_json_has_them() -> None:
    scorer = scorer_of("tier", "tables", "plain")
    lead = make_lead(income=np.int64(90_000), website_visits=np.float32(3))
    assert scorer.input(lead)["income"] == 90_000
    assert text(scorer.input(lead)["website_visits"]) == "3"
