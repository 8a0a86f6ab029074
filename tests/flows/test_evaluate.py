"""An evaluation says how the leads were kept apart, and shows every recipe beside the model."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from leadscore.flows.evaluate import _order, evaluate_frame, training_leads
from leadscore.flows.labelled import labelled
from leadscore.flows.report import Judged, judged_json, report, warnings
from leadscore.measure.pages import report_html
from tests.flows.known_leads import make_frame, make_model


def judge(test: pd.DataFrame) -> Judged:
    model = make_model()
    return evaluate_frame(model, test, train=training_leads(model, make_frame(900, seed=1)))


@pytest.fixture(scope="module")
def forward() -> Judged:
    return judge(make_frame(500, seed=2, first_day=300))


def test_later_leads_are_called_forward_in_time(forward: Judged) -> None:
    assert (forward.order, forward.earlier) == ("forward", 0.0)
    assert "forward in time" in report(forward).split
    assert not any("came before" in one.words for one in warnings(forward))


def test_the_training_file_brings_every_recipe(forward: Judged) -> None:
    names = {one.name for one in forward.comparison}
    assert {"logistic", "ordinal", "seed", "random forest", "points rule"} <= names
    assert [one.name for one in forward.comparison if one.shipped] == ["logistic"]


def test_what_is_simpler_is_compared(forward: Judged) -> None:
    assert [one.name for one in forward.simpler] == ["points rule"]
    assert "points rule" in report(forward).simpler


def test_the_json_has_what_the_page_has(forward: Judged) -> None:
    found = json.loads(json.dumps(judged_json(forward)))
    assert found["split"] == {"order": "forward", "earlier": 0.0}
    assert [one["field"] for one in found["fairness"]["fields"]] == ["gender", "age"]
    assert {"coverage", "coverage_by_class", "set_size"} <= set(found)
    assert found["coverage"]["low"] <= 0.9 <= found["coverage"]["high"] + 0.05
    assert set(found["coverage_by_class"]) == {"0", "1"}


def test_the_tiers_are_told_with_what_converts(forward: Judged) -> None:
    tiers = json.loads(json.dumps(judged_json(forward)))["tiers"]
    assert [one["tier"] for one in tiers] == ["Low", "Medium", "High"]
    assert sum(one["n"] for one in tiers) == forward.test.leads.n
    assert sum(one["converted"] for one in tiers) == int(forward.test.labels.sum())
    assert tiers[2]["expected"] == [0.35, 0.4]
    assert "What converts in each tier?" in report_html(report(forward))


def test_a_waived_leak_is_warned_of(forward: Judged) -> None:
    schema = forward.model.schema
    fields = tuple(
        replace(one, waiver="known") if one.name == "visits" else one for one in schema.fields
    )
    model = replace(
        forward.model,
        schema=replace(schema, fields=fields),
        card={**forward.model.card, "suspects": {"visits": "leak", "budget": "ask"}},
    )
    words = [one.words for one in warnings(replace(forward, model=model))]
    assert "Scored by waiver although the audit calls it a leak: visits." in words


def test_bare_classes_are_words_on_the_page_and_names_in_the_json(forward: Judged) -> None:
    found = report(forward)
    assert [one.name for one in found.classes] == ["not converted", "converted"]
    assert "not converted: " in " ".join(found.doubt)
    assert "random" not in [one.name for one in found.gains]


def test_the_page_has_groups_and_doubt(forward: Judged) -> None:
    page = report_html(report(forward))
    assert "Are people treated alike?" in page
    assert "Does it know what it does not know?" in page
    assert page == report_html(report(forward))


def test_earlier_leads_are_said_to_flatter() -> None:
    model = make_model()
    train = training_leads(model, make_frame(900, seed=1))
    mixed = labelled(make_frame(400, seed=5, first_day=150), model.schema)
    order, earlier = _order(model, mixed, train)
    assert order == "not forward"
    assert earlier == pytest.approx(0.5, abs=0.1)
    assert _order(model, mixed, None) == ("unknown", None)


def test_without_the_training_file_the_order_is_unknown() -> None:
    judged = evaluate_frame(make_model(), make_frame(300, seed=6))
    assert (judged.order, judged.earlier, judged.simpler) == ("unknown", None, ())
    assert any("need the training file" in one for one in judged_json(judged)["left_out"])  # type: ignore[attr-defined]  # JSON values are objects
