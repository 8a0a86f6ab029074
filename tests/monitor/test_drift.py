"""How far recent leads are from a model's own: nothing for the same, more for others."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.event import Scalar
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.monitor.drift import FEWEST, field_drift, share_drift
from leadscore.score.one_record import RecordScorer
from leadscore.testing.models import make_leads, make_model, outcome_schema

TIER, OUTCOME = make_model(doubt=True), make_model(schema=outcome_schema(), doubt=True)
COUNTS = st.lists(st.integers(0, 1_000), min_size=2, max_size=8)


def recent(model: Model, n: int, *, seed: int) -> list[dict[str, Scalar]]:
    """Return leads as they were read."""
    scorer, leads = RecordScorer(model), make_leads(n, schema=model.schema, seed=seed)
    return [scorer.input(_as_json(leads, row, model)) for row in range(n)]


def _as_json(leads: Leads, row: int, model: Model) -> dict[str, object]:
    """Return a lead as JSON has it, within the limits."""
    lead: dict[str, object] = {}
    for name, column in leads.columns.items():
        value, field = column.tolist()[row], model.schema.field(name)
        if isinstance(value, float) and not math.isnan(value):
            low, high = field.limits or (-math.inf, math.inf)
            value = min(max(value, low), high)
            value = str(np.datetime64(int(value), "s")) if field.type == "time" else value
        lead[name] = value
    return lead


@given(first=COUNTS, second=COUNTS)
def test_the_distance_is_a_distance(first: list[int], second: list[int]) -> None:
    size = min(len(first), len(second))
    one, other = np.array(first[:size]), np.array(second[:size])
    told = share_drift(one, other)
    assert 0 <= told <= 1
    assert told == pytest.approx(share_drift(other, one))
    assert share_drift(one, one * 3) == pytest.approx(0, abs=1e-12)


def test_cells_of_which_each_has_leads_of_one_alone_are_as_far_as_can_be() -> None:
    assert share_drift(np.array([3, 0, 5]), np.array([0, 9, 0])) == pytest.approx(1)


@pytest.mark.parametrize("model", [TIER, OUTCOME], ids=["tier", "outcome"])
def test_leads_like_the_reference_are_near_and_others_are_far(model: Model) -> None:
    names = {*model.encoder.fields, "score"}
    even = np.linspace(0, 100, 500).tolist()
    near = field_drift(model, recent(model, 500, seed=9), even)
    assert set(near) == names
    assert max(near.values()) < 0.05
    first, *others = model.encoder.fields
    without = [{**one} for one in recent(model, 500, seed=9)]
    for one in without:
        one.pop(first, None)
    far = field_drift(model, without, [99.0] * 500)
    assert far[first] > 0.3
    assert far["score"] > 0.5
    assert {name: far[name] for name in others} == {name: near[name] for name in others}


def test_a_value_that_the_reference_seldom_had_shows_where_outcomes_are_kept() -> None:
    leads = [{**one, "visits": 50} for one in recent(OUTCOME, 300, seed=9)]
    assert field_drift(OUTCOME, leads, [])["visits"] > 0.2


def test_of_few_leads_nothing_is_said() -> None:
    few = recent(TIER, FEWEST - 1, seed=9)
    assert field_drift(TIER, few, [50.0] * (FEWEST - 1)) == {}


def test_a_model_that_keeps_nothing_of_its_leads_has_the_score_alone() -> None:
    model = make_model()
    assert set(field_drift(model, recent(model, 200, seed=9), [50.0] * 200)) == {"score"}
