import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from leadscore.audit.columns import read_columns
from leadscore.audit.lone import auc_of, bins_of, cuts_of, folds_of, lone, standard_error
from leadscore.audit.worth import Bench
from leadscore.leads.schema import Field, Schema

SCHEMA = Schema(name="test", fields=(Field(name="other", type="number"),))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2))
def test_auc_is_the_usual_one(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in rows])
    better = np.array([flag for _, flag in rows])
    if better.all() or not better.any():
        return
    assert auc_of(scores, better) == pytest.approx(roc_auc_score(better, scores))


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=1), st.integers(2, 12))
def test_bins_keep_the_order_and_missing_values_apart(values: list[int | None], most: int) -> None:
    numbers = np.array([np.nan if one is None else float(one) for one in values])
    codes = bins_of(numbers, most)
    there = np.isfinite(numbers)
    order = np.argsort(numbers[there])
    assert (np.diff(codes[there][order]) >= 0).all()
    assert not set(codes[there].tolist()) & set(codes[~there].tolist())
    for value in set(numbers[there].tolist()):
        assert len(set(codes[numbers == value].tolist())) == 1


def test_a_column_of_noise_says_nothing_by_its_own_standard_error() -> None:
    told = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        labels = rng.integers(2, size=400)
        frame = pd.DataFrame({"n": rng.random(400).astype(str), "c": rng.choice(list("abcd"), 400)})
        (cut,) = cuts_of(labels, ("0", "1"), "y", fewest=10)
        folds = folds_of(labels, None, rng)
        told += sum(lone(one, cut, folds).telling for one in read_columns(frame, SCHEMA))
    assert told == 0
    assert standard_error(np.arange(400) < 200) == pytest.approx(0.0289, abs=1e-3)


def test_what_a_bench_measures_is_what_the_columns_add() -> None:
    rng = np.random.default_rng(1)
    one, other, noise = rng.normal(size=(3, 4_000))
    labels = (one + other + rng.logistic(size=4_000) > 0).astype(np.int64)
    frame = pd.DataFrame({"one": one, "other": other, "noise": noise, "twin": one})
    (cut,) = cuts_of(labels, ("0", "1"), "y", fewest=10)
    folds = folds_of(labels, None, rng)
    said = {each.name: lone(each, cut, folds) for each in read_columns(frame, SCHEMA)}
    bench = Bench(said, cut, folds)
    every = bench.auc(only=said)
    assert every == pytest.approx(roc_auc_score(labels, one + other), abs=0.015)
    assert bench.auc(only=["one", "other"]) == pytest.approx(every, abs=0.003)
    assert bench.auc(only=["other", "noise"]) < every - 0.05
    assert bench.auc(only=[]) == 0.5
    assert bench.same_story("one", "twin")
    assert not bench.same_story("one", "other")


def test_tiers_are_cut_from_the_top() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    cuts = cuts_of(labels, ("Low", "Medium", "High"), "tier", fewest=10)
    assert [cut.top for cut in cuts] == ["tier = High", "tier = Medium or better"]
    assert [int(cut.better.sum()) for cut in cuts] == [20, 50]
    assert cuts_of(labels, ("Low", "Medium", "High"), "tier", fewest=21)[0].better.sum() == 50
