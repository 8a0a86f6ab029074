"""``leadscore explain`` says what would raise a lead, and what does not matter."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leadscore.model.curves import Curve, Curves
from leadscore.store.bundles import write_bundle
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_model
from tests.cli.conftest import Made, Run

WEAK = make_lead(
    lead_id="L8",
    income=60_000,
    credit_score=600,
    website_visits=5,
    email_opens=2,
    property_views=3,
    time_on_site_minutes=10,
    financing_pre_approved=0,
    inquiry_submitted=0,
)


def test_it_says_what_would_raise_a_lead(made: Made, run: Run) -> None:
    said = run("explain", made.model, "-", stdin=json.dumps(WEAK))
    assert said.code == 0, said.err
    assert "What would raise it:\n" in said.out
    assert "would make it Medium (score " in said.out


def test_json_has_every_change(made: Made, run: Run) -> None:
    record = run("explain", made.model, "-", "--json", stdin=json.dumps(WEAK)).json
    told = record["what_if"]
    assert isinstance(told, dict)
    assert (told["tier"], told["next_tier"], told["reason"]) == ("Low", "Medium", None)
    lead = {**WEAK, **{one["field"]: one["to"] for one in told["advice"][0]["changes"]}}
    again = run("explain", made.model, "-", "--json", stdin=json.dumps(lead)).json
    assert again["tier"] == told["advice"][0]["tier"]
    assert again["score"] == told["advice"][0]["score"]


def test_the_highest_tier_and_a_lead_without_a_score_have_nothing_to_reach(
    made: Made, run: Run
) -> None:
    top = run("explain", made.model, made.lead, "--json").json["what_if"]
    assert isinstance(top, dict)
    assert (top["advice"], top["reason"]) == ([], "High is the highest tier")
    assert "What would raise it" not in run("explain", made.model, made.lead).out


@pytest.fixture
def flat(here: Path) -> Path:
    """Return a saved model to which income alone matters."""
    model = make_model(engine="curves")
    nothing = Curve(knots=np.array([0.0, 1.0]), heights=np.zeros(2), missing=0.0)
    little = Curve(knots=np.array([0.0, 1.0]), heights=np.full(2, 0.0004), missing=0.0)
    income = Curve(knots=np.array([0.0, 5e5]), heights=np.array([-1.0, 1.0]), missing=0.0)
    rest = (nothing,) * (len(model.schema.features) - 2)
    curves = Curves(base=0.0, curves=(income, little, *rest))
    write_bundle(here / "flat", replace(model, engine=curves))
    return here / "flat"


def test_fields_without_an_effect_are_counted_and_not_listed(flat: Path, run: Run) -> None:
    said = run("explain", flat, "-", stdin=json.dumps(WEAK))
    assert said.code == 0, said.err
    assert "+0.000" not in said.out
    assert "  annual income 60,000 USD a year: −0.8\n  9 other fields: no effect\n" in said.out
    assert "What would raise it to Medium: no change of what can be changed is enough; " in said.out
