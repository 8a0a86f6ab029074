"""Noise is not called drift; a real change is, with its periods."""

import numpy as np
import pytest

from leadscore.audit.quality_time import drift, label_rates, rate_moves, stability
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Column, Leads

DAY = 86_400.0
START = 19_723 * DAY  # 2024-01-01


def make(
    columns: dict[str, Column], *, label: Label | None = None, timed: bool = False
) -> tuple[Leads, Schema]:
    fields = [
        Field(name=name, type="category" if column.dtype == object else "number")
        for name, column in columns.items()
        if name != "created"
    ]
    if timed:
        fields.append(Field(name="created", type="time", role="time"))
    n = len(next(iter(columns.values())))
    schema = Schema(
        name="s",
        fields=tuple(fields),
        label=label or Label(field="won", classes=("no", "yes"), positive="yes", horizon_days=90),
    )
    return Leads(columns=columns, ids={}, n=n), schema


def make_columns(n: int, *, seed: int) -> dict[str, Column]:
    rng = np.random.default_rng(seed)
    gaps = rng.normal(size=n)
    gaps[rng.random(n) < 0.3] = np.nan
    return {
        "wide": rng.lognormal(10, 1, n),
        "few": rng.poisson(1, n).astype(np.float64),
        "gaps": gaps,
        "kind": rng.choice(np.array(["a", "b", "c", None], dtype=object), n),
        "many": np.array([f"v{one}" for one in rng.zipf(1.6, n) % 500], dtype=object),
    }


def test_noise_alone_is_drift_in_no_more_than_one_file_in_a_thousand() -> None:
    said = [
        one
        for seed in range(300)
        for one in drift(*make(make_columns((300, 400, 900)[seed % 3], seed=seed)))
    ]
    assert len(said) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_field_that_moves_is_named_and_the_others_are_not(seed: int) -> None:
    columns = make_columns(1500, seed=seed)
    late = np.arange(1500) >= 900
    columns["wide"] = columns["wide"] * np.where(late, 2.0, 1.0)
    columns["gaps"] = np.where(late & (np.arange(1500) % 2 == 0), np.nan, columns["gaps"])
    (found,) = drift(*make(columns))
    assert set(found.fields) == {"wide", "gaps"}
    assert found.value is not None
    assert found.value > 0.1
    assert "in the order of rows" in found.words


def test_a_field_of_the_calendar_is_no_drift() -> None:
    season = np.repeat(np.array(["spring", "summer", "autumn"], dtype=object), 400)
    assert list(drift(*make({"season": season, "x": np.zeros(1200)}))) == []
    assert [one.fields for one in drift(*make({"kind": season}))] == [("kind",)]


def test_with_a_time_the_order_of_rows_does_not_matter() -> None:
    columns = make_columns(1500, seed=1)
    columns["wide"] = columns["wide"] * np.where(np.arange(1500) >= 900, 2.0, 1.0)
    columns["created"] = START + DAY * np.arange(1500.0)
    mixed = np.random.default_rng(0).permutation(1500)
    leads, schema = make(columns, timed=True)
    (found,) = drift(leads, schema)
    assert tuple(drift(leads.take(mixed), schema)) == (found,)
    assert "in time" in found.words


def test_stability_is_zero_for_equal_parts_and_symmetric() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=500), rng.normal(1, 1, 500)
    assert stability(one, one)[0] == pytest.approx(0.0, abs=1e-12)
    assert stability(one, two)[0] == pytest.approx(stability(two, one)[0])
    # two normal distributions one standard deviation apart: the full index is 1
    assert stability(one, two)[0] == pytest.approx(0.95, abs=0.2)


def test_rates_are_by_the_calendar_with_exact_intervals() -> None:
    rng = np.random.default_rng(0)
    created = START + DAY * rng.uniform(0, 366, 2400)
    leads, schema = make({"created": created, "x": rng.normal(size=2400)}, timed=True)
    labels = (rng.random(2400) < 0.2).astype(np.int64)
    labels[:100] = -1
    rates = label_rates(leads, schema, labels)
    assert rates is not None
    assert rates.by == "month"
    assert [one.name for one in rates.periods][:2] == ["2024-01", "2024-02"]
    assert sum(one.n for one in rates.periods) == 2300
    assert all(one.low < one.rate < one.high for one in rates.periods)


@pytest.mark.parametrize(
    ("days", "by", "first"),
    [(3, "day", "2024-01-01"), (60, "week", "2024-01-01"), (1500, "quarter", "2024 Q1")],
)
def test_the_period_suits_the_span(days: float, by: str, first: str) -> None:
    created = START + DAY * days * np.arange(3000) / 3000
    leads, schema = make({"created": created, "x": created}, timed=True)
    rates = label_rates(leads, schema, np.zeros(3000, dtype=np.int64))
    assert rates is not None
    assert (rates.by, rates.periods[0].name) == (by, first)


def test_without_a_time_the_rows_are_cut_into_parts() -> None:
    leads, schema = make({"x": np.zeros(250)})
    rates = label_rates(leads, schema, np.arange(250) % 2)
    assert rates is not None
    assert (rates.by, len(rates.periods)) == ("part", 5)
    assert label_rates(*make({"x": np.zeros(99)}), np.zeros(99, dtype=np.int64)) is None


def test_a_rate_that_stands_still_is_not_said_to_move() -> None:
    leads, schema = make({"x": np.zeros(2000)})
    said = [
        one
        for seed in range(300)
        for one in rate_moves(
            label_rates(leads, schema, np.random.default_rng(seed).binomial(1, 0.2, 2000)), "won"
        )
    ]
    assert len(said) <= 2


def test_a_rate_that_moves_is_said_with_where() -> None:
    leads, schema = make({"x": np.zeros(2000)})
    chance = np.where(np.arange(2000) < 1000, 0.1, 0.3)
    labels = np.random.default_rng(0).binomial(1, chance)
    (found,) = rate_moves(label_rates(leads, schema, labels), "won")
    assert found.kind == "label_rate"
    assert "over the rows" in found.words
    assert "of 10)" in found.words


def test_a_rate_that_falls_at_the_end_asks_for_open_leads() -> None:
    created = START + DAY * np.linspace(0, 365, 2400)
    leads, schema = make({"created": created, "x": created}, timed=True)
    chance = np.where(np.arange(2400) < 2200, 0.3, 0.05)
    labels = np.random.default_rng(0).binomial(1, chance)
    (found,) = rate_moves(label_rates(leads, schema, labels), "won")
    assert "still open?" in found.words


def test_of_tiers_the_rate_is_that_of_the_best_one() -> None:
    leads, schema = make(
        {"x": np.zeros(300)}, label=Label(field="tier", classes=("Low", "Medium", "High"))
    )
    rates = label_rates(leads, schema, np.repeat([0, 1, 2], 100))
    assert rates is not None
    assert [one.rate for one in rates.periods] == [0, 0, 0, 0, 1, 1]
