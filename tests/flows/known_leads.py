"""Dated leads with two protected fields, and a model that learned from some of them."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from leadscore.flows.fingerprint import fingerprint
from leadscore.flows.labelled import labelled
from leadscore.leads.schema import Schema, parse_schema
from leadscore.model.bundle import Model
from leadscore.model.train import fit_model

SCHEMA = """
name = "dated"
[label]
field = "converted"
classes = ["0", "1"]
positive = "1"
horizon_days = 30
[[field]]
name = "converted"
type = "integer"
role = "label"
[[field]]
name = "created_at"
type = "time"
role = "time"
[[field]]
name = "visits"
type = "integer"
[[field]]
name = "budget"
type = "number"
range = [0, 10]
unit = "kUSD"
[[field]]
name = "source"
type = "category"
[[field]]
name = "gender"
type = "category"
role = "audit"
[[field]]
name = "age"
type = "integer"
role = "audit"
"""


def schema_of(*, waiver: str = "") -> Schema:
    """Return the schema; a waiver makes the age a feature."""
    return parse_schema(SCHEMA + (f'waiver = "{waiver}"\n' if waiver else ""))


def make_frame(n: int, *, seed: int, first_day: int = 0) -> pd.DataFrame:
    """Return leads as a CSV file has them; men have the larger budgets, age decides nothing."""
    rng = np.random.default_rng(seed)
    man = rng.random(n) < 0.5
    visits = rng.poisson(5, n)
    budget = np.round(rng.gamma(3, 1, n) + 1.5 * man, 2)
    chance = 1 / (1 + np.exp(4 - 0.3 * visits - 0.4 * budget))
    start = np.datetime64("2024-01-01") + first_day
    return pd.DataFrame(
        {
            "created_at": (start + np.sort(rng.integers(0, 300, n))).astype(str),
            "visits": visits.astype(str),
            "budget": budget.astype(str),
            "source": rng.choice(["web", "fair", "friend"], n),
            "gender": np.where(man, "man", "woman"),
            "age": rng.integers(22, 70, n).astype(str),
            "converted": (rng.random(n) < chance).astype(int).astype(str),
        },
        dtype="str",
    )


@cache
def make_model(*, waiver: str = "", n: int = 900) -> Model:
    """Return a logistic model of the leads of seed 1."""
    schema = schema_of(waiver=waiver)
    data = labelled(make_frame(n, seed=1), schema)
    model = fit_model(data.leads, data.labels, schema, recipe="logistic").model
    digest = fingerprint(data.leads, data.labels)
    return replace(model, card={**model.card, "fingerprint": digest})
