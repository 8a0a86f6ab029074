"""Too few outcomes are told with what they are worth; groups that a split would tear are named."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from leadscore.audit.findings import Quality
from leadscore.audit.quality_label import (
    auc_doubt,
    outcomes,
    straddling_groups,
)
from leadscore.errors import BadRequest
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Leads
from leadscore.model.train import fit_model

OUTCOME = Schema(
    name="s",
    fields=(Field(name="x", type="number"),),
    label=Label(field="won", classes=("no", "yes"), positive="yes"),
)


def told(*counts: int, unknown: int = 0, schema: Schema = OUTCOME) -> dict[str, Quality]:
    labels = np.repeat(np.arange(-1, len(counts)), [unknown, *counts])
    return {one.kind: one for one in outcomes(labels, schema)}


def test_enough_outcomes_are_not_worth_a_word() -> None:
    assert told(1000, 200) == {}


def test_few_outcomes_train_and_are_said_to_be_few() -> None:
    found = told(5000, 40)["few_outcomes"]
    assert "Only 40 leads are 'yes' in won: it trains, but that is little" in found.words
    assert f"±{auc_doubt(40, 5000):.2f}" in found.words


def test_too_few_outcomes_do_not_train() -> None:
    found = told(5000, 39)["too_few"]
    assert found.words == (
        "Only 39 leads are 'yes' in won: too few to train, which takes 40 of each class."
    )
    assert told(0, 0)["too_few"].value == 0


def test_the_bound_is_the_one_of_training() -> None:
    """`fit_model` refuses what the audit calls too few, and takes what it calls few."""
    leads = Leads(columns={"x": np.arange(80.0)}, ids={}, n=80)
    fit_model(leads, np.repeat([0, 1], 40), OUTCOME, recipe="logistic")
    with pytest.raises(BadRequest, match="yes 39"):
        fit_model(leads, np.repeat([0, 1], [41, 39]), OUTCOME, recipe="logistic")


def test_of_tiers_the_rarest_class_counts() -> None:
    tiers = Schema(name="s", fields=(), label=Label(field="tier", classes=("Low", "Mid", "High")))
    assert "'Mid'" in told(900, 50, 300, schema=tiers)["few_outcomes"].words


def test_open_leads_are_counted() -> None:
    found = told(700, 200, unknown=100)["unlabelled"]
    assert found.value == pytest.approx(0.1)
    assert found.words.startswith("100 of 1,000 leads (10.0%) have no label yet (won is empty)")


def test_a_file_without_a_label_is_told_so() -> None:
    (found,) = outcomes(None, OUTCOME)
    assert found.kind == "no_label"
    assert found.words.startswith("The file has no won, so its columns cannot be judged")
    (found,) = outcomes(None, Schema(name="s", fields=()))
    assert found.words.startswith("No label is known")


@pytest.mark.parametrize(("rare", "rest"), [(40, 40), (40, 500), (120, 300)])
def test_the_doubt_is_that_of_repeated_samples(rare: int, rest: int) -> None:
    rng = np.random.default_rng(0)
    better = np.arange(rare + rest) < rare
    # normal scores this far apart have an AUC of 0.75
    scores = rng.normal(size=(4000, rare + rest)) + 0.954 * better
    ranks = rankdata(scores, axis=1)[:, :rare].sum(axis=1)
    found = (ranks - rare * (rare + 1) / 2) / (rare * rest)
    assert np.mean(found) == pytest.approx(0.75, abs=0.01)
    # the formula is for exponential scores, and a little wide for normal ones
    assert 0.95 < auc_doubt(rare, rest) / (1.96 * np.std(found)) < 1.2


def test_people_of_one_company_straddle_a_split() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "company": [f"c{one}" for one in rng.integers(0, 300, 900)],
            "company_size": rng.choice(["small", "large"], 900),
            "lead_id": [f"L{at}" for at in range(900)],
            "region": rng.choice(["north", "south"], 900),
            "won": "no",
        }
    )
    (found,) = straddling_groups(frame, OUTCOME)
    assert found.fields == ("company",)
    assert found.value == pytest.approx(0.95, abs=0.03)
    assert 'role = "group"' in found.words
    group = Field(name="company", type="category", role="group")
    kept = Schema(name="s", fields=(*OUTCOME.fields, group), label=OUTCOME.label)
    assert list(straddling_groups(frame, kept)) == []


def test_a_company_that_nearly_everyone_is_of_is_no_group() -> None:
    frame = pd.DataFrame({"account": ["ours"] * 500 + ["theirs"] * 500})
    assert list(straddling_groups(frame, OUTCOME)) == []
