"""The newest leads are asked about where they count as lost, and not by chance alone."""

import numpy as np
import pandas as pd
import pytest

from leadscore.audit.quality_open import open_as_lost, unripe
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Leads

DAY = 86_400.0
CREATED = Field(name="created", type="time", role="time")


def timed(created: np.ndarray) -> tuple[Leads, Schema]:
    label = Label(field="won", classes=("no", "yes"), positive="yes", horizon_days=90)
    leads = Leads(columns={"created": created}, ids={}, n=len(created))
    return leads, Schema(name="s", fields=(CREATED,), label=label)


def year_of_leads(late: float, *, seed: int) -> tuple[Leads, Schema, np.ndarray]:
    """Return 10 leads a day for a year, 30 % converted, and of the last 90 days' a share `late`."""
    leads, schema = timed(DAY * np.repeat(np.arange(365.0), 10))
    chance = np.where(np.arange(3650) < 2750, 0.3, late)
    return leads, schema, np.random.default_rng(seed).binomial(1, chance)


def test_lost_leads_whose_horizon_may_not_have_passed_are_counted() -> None:
    leads, schema, labels = year_of_leads(0.1, seed=0)
    (found,) = unripe(leads, schema, labels)
    assert found.value == (labels[-900:] == 0).sum()
    assert "less than 90 days" in found.words
    assert f"{labels[-900:].mean():.1%} of that time converted" in found.words
    assert "If the file was exported on the day of its last lead" in found.words
    # some may be lost early, and for good
    labels[-900:] = np.where(labels[-900:] == 1, 1, -1)
    assert list(unripe(leads, schema, labels)) == []


def test_ripe_leads_of_a_split_by_time_are_said_to_be_unripe_by_chance_alone() -> None:
    said = sum(len(list(unripe(*year_of_leads(0.3, seed=seed)))) for seed in range(400))
    # 2.5 % of 400 are 10; more than 19 would be so by chance once in 200 tests
    assert said <= 19
    assert all(list(unripe(*year_of_leads(0.15, seed=seed))) for seed in range(20))


def test_without_leads_before_the_last_horizon_nothing_is_said_to_be_unripe() -> None:
    leads, schema = timed(DAY * np.arange(60.0))
    assert list(unripe(leads, schema, np.zeros(60, dtype=np.int64))) == []


STAGES = ("Working", "Spam", "Lost", "Won")
STAGED = Schema(
    name="s",
    fields=(Field(name="created", type="time", role="time"),),
    label=Label(field="stage", classes=STAGES, positive="Won"),
)


def staged(*, seed: int, still: float) -> tuple[pd.DataFrame, Leads, Schema, np.ndarray]:
    """Return 1,000 leads in time, of whose newest tenth a share `still` is being worked on."""
    rng = np.random.default_rng(seed)
    stage = rng.choice(STAGES, 1000, p=[0.1, 0.2, 0.4, 0.3])
    late = np.arange(1000) >= 900
    stage[~late & (stage == "Working")] = "Lost" if still else "Working"
    stage[late & (rng.random(1000) < still)] = "Working"
    labels = (stage == "Won").astype(np.int64)
    leads = Leads(columns={"created": np.arange(1000.0)}, ids={}, n=1000)
    return pd.DataFrame({"stage": stage}), leads, STAGED, labels


@pytest.mark.parametrize("seed", range(5))
def test_a_value_of_the_newest_leads_that_counts_as_lost_is_asked_about(seed: int) -> None:
    frame, leads, schema, labels = staged(seed=seed, still=0.7)
    (found,) = open_as_lost(frame, leads, schema, labels)
    assert found.kind == "open_as_lost"
    assert found.value == (frame["stage"] == "Working").sum()
    assert "'Working'" in found.words
    assert 'placeholders = ["Working"]' in found.words
    assert "'Spam'" not in found.words
    # where it is a placeholder already, its labels are unknown
    labels[frame["stage"] == "Working"] = -1
    assert list(open_as_lost(frame, leads, schema, labels)) == []


def test_values_that_are_there_at_any_time_are_not_asked_about() -> None:
    said = [one for seed in range(100) for one in open_as_lost(*staged(seed=seed, still=0.0))]
    assert said == []


def test_without_a_time_or_an_order_nothing_is_said_of_the_newest() -> None:
    frame, leads, schema, labels = staged(seed=0, still=0.7)
    bare = Schema(name="s", fields=(), label=schema.label)
    assert list(open_as_lost(frame, leads, bare, labels)) == []
    rows = Schema(name="s", fields=(), label=schema.label, order="rows")
    assert len(list(open_as_lost(frame, leads, rows, labels))) == 1
