"""Each kind of evidence on columns made for it, and on honest ones that look like it."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from leadscore.audit.court import hear
from tests.audit.trials import as_texts, codes_of, kinds, plain_schema, verdicts

N = 3_000
Flags = NDArray[np.bool_]


def outcomes(seed: int, base: float = 0.15) -> tuple[np.random.Generator, Flags]:
    rng = np.random.default_rng(seed)
    return rng, rng.random(N) < base


def day(moments: NDArray[np.float64]) -> list[str]:
    return [str(one) for one in pd.to_datetime(moments.astype(np.int64), unit="s")]


def verdict_on(won: Flags, **columns: object) -> tuple[str, set[str]]:
    """Return the verdict on the last column, and the kinds of evidence."""
    frame = as_texts({**columns, "y": won.astype(np.int64)})
    schema = plain_schema(frame)
    trial = hear(frame, schema, codes_of(frame, schema))
    name = [*columns][-1]
    return verdicts(trial)[name], kinds(trial, name)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("winners", "losers", "verdict"),
    [
        (0.9, 0.01, "leak"),
        (0.6, 0.02, "leak"),
        (0.01, 0.9, "leak"),
        (0.8, 0.25, "ask"),
        (0.3, 0.2, "clean"),
        (0.2, 0.015, "clean"),  # as those who had bought before
        (0.9, 0.6, "clean"),
    ],
)
def test_filled_for_one_kind_of_lead(
    seed: int, winners: float, losers: float, verdict: str
) -> None:
    rng, won = outcomes(seed)
    there = rng.random(N) < np.where(won, winners, losers)
    cells = np.where(there, rng.choice(["p", "q", "r"], size=N), "")
    got, kinds_of = verdict_on(won, field_7=cells)
    assert got == verdict
    assert ("filled_after" in kinds_of) == (verdict != "clean")


def test_filled_for_a_few_winners_and_no_loser_at_all() -> None:
    rng, won = outcomes(0)
    some = won & (rng.random(N) < 0.15)
    assert verdict_on(won, extra=np.where(some, 1.0, np.nan))[0] == "leak"


def test_filled_only_once_the_outcome_is_known() -> None:
    rng, won = outcomes(1)
    known = rng.random(N) < 0.8
    frame = as_texts({"x": np.where(known, rng.integers(9, size=N), np.nan), "z": rng.random(N)})
    frame["y"] = np.where(known, won.astype(np.int64).astype(str), "")
    schema = plain_schema(frame)
    trial = hear(frame, schema, codes_of(frame, schema))
    assert verdicts(trial) == {"x": "leak", "z": "clean"}
    assert "filled_once_known" in kinds(trial, "x")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wrong", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("form", ["words", "number", "text", "date"])
def test_a_near_copy_in_whatever_form(seed: int, wrong: float, form: str) -> None:
    rng, won = outcomes(seed)
    said = won ^ (rng.random(N) < wrong)
    cells = {
        "words": np.where(said, rng.choice(["B4", "B5"], size=N), rng.choice(["A1", "A2"], size=N)),
        "number": said + rng.normal(0, 0.1, size=N),
        "text": np.array([f"{'WON' if one else 'OFF'}-{at}" for at, one in enumerate(said)]),
        "date": np.array(day(1.7e9 + 4e7 * said + 1e7 * rng.random(N))),
    }[form]
    got, kinds_of = verdict_on(won, z=rng.random(N), field_3=cells)
    assert got == "leak"
    assert "near_copy" in kinds_of


@pytest.mark.parametrize("seed", range(4))
def test_dates_after_the_moment_of_scoring(seed: int) -> None:
    rng, won = outcomes(seed, base=0.3)
    came = 1.7e9 + np.sort(rng.random(N)) * 3e7
    wait = rng.exponential(np.where(won, 40, 8) * 86_400.0)
    columns = {"created_at": day(came), "moment_1": day(came + wait)}
    got, kinds_of = verdict_on(won, **columns)
    assert got != "clean"
    assert "late" in kinds_of
    same = rng.exponential(8 * 86_400.0, size=N)
    assert verdict_on(won, created_at=day(came), seen=day(came + same))[0] == "clean"
    assert verdict_on(won, created_at=day(came), seen=day(came - same))[0] == "clean"
    later = {"created_at": day(came), "as_of": day(came + 3 * 86_400), "seen": day(came + same)}
    assert verdict_on(won, **later)[0] == "ask"


@pytest.mark.parametrize("seed", range(3))
def test_an_id_that_tells_the_outcome(seed: int) -> None:
    rng, won = outcomes(seed)
    place = np.argsort(np.argsort(rng.random(N) + 0.4 * won))
    for cells in (place, [f"R-{one:08d}" for one in place.tolist()]):
        got, kinds_of = verdict_on(won, record_no=cells)
        assert got != "clean"
        assert "ordered_id" in kinds_of
    honest = rng.permutation(N)
    assert verdict_on(won, record_no=honest)[0] == "clean"


def test_an_id_that_runs_with_the_rows_is_asked_about_where_it_is_scored() -> None:
    rng = np.random.default_rng(0)
    won = rng.random(N) < np.linspace(0.05, 0.4, N)
    got, kinds_of = verdict_on(won, number=np.arange(N) + 7)
    assert got == "ask"
    assert "ordered_id" in kinds_of


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["mean", "percent", "others"])
def test_the_average_outcome_of_a_group(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    agency = rng.integers(60, size=N)
    effect = rng.normal(size=60)
    won = rng.random(N) < 1 / (1 + np.exp(1.5 - effect[agency]))
    size = np.bincount(agency, minlength=60)
    total = np.bincount(agency, weights=won, minlength=60)
    cells = {
        "mean": np.round(total / size, 3)[agency],
        "percent": np.round(100 * total / size)[agency],
        "others": (total[agency] - won) / (size[agency] - 1),
    }[kind]
    agencies = [f"a{one}" for one in agency]
    got, kinds_of = verdict_on(won, agency=agencies, avg_b=cells)
    assert got == "leak"
    assert "group_average" in kinds_of
    known_before = effect[agency] + 0.3 * rng.normal(size=60)[agency]
    assert verdict_on(won, agency=agencies, rank_b=np.round(known_before, 2))[0] == "clean"


@pytest.mark.parametrize("seed", range(3))
def test_the_rate_of_small_lots_that_are_not_in_the_file(seed: int) -> None:
    rng, won = outcomes(seed)
    lot = rng.permutation(N) // 6
    rate = (np.bincount(lot, weights=won) / np.bincount(lot))[lot]
    for cells in (np.round(rate, 2), np.round(100 * rate)):
        got, kinds_of = verdict_on(won, ratio_2=cells)
        assert got == "leak"
        assert "own_rate" in kinds_of


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wrong", [0.05, 0.1, 0.15])
def test_a_rating_in_hindsight_under_any_name(seed: int, wrong: float) -> None:
    rng, won = outcomes(seed)
    keen = rng.normal(size=N) + 0.7 * won
    good = won ^ (rng.random(N) < wrong)
    stars = np.where(good, rng.choice([4, 5], size=N), rng.choice([1, 2, 3], size=N))
    assert verdict_on(won, keen=keen.round(2), rank_x=stars)[0] != "clean"


@pytest.mark.parametrize("seed", range(4))
def test_a_counter_that_went_on_after_the_sale(seed: int) -> None:
    rng, won = outcomes(seed)
    visits = rng.poisson(3, size=N)
    went_on = visits + rng.poisson(8, size=N) * won
    assert verdict_on(won, visits=visits, count_b=went_on)[0] != "clean"


@pytest.mark.parametrize("name", ["credit_score", "metric_4"])
def test_strength_alone_is_at_most_a_question(name: str) -> None:
    rng = np.random.default_rng(0)
    credit = rng.integers(300, 850, size=N)
    won = (credit - 575) / 90 + rng.logistic(size=N) > 1.5
    assert verdict_on(won, **{"other": rng.random(N), name: credit})[0] != "leak"
