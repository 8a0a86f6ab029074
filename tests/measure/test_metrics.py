"""Figures agree with scikit-learn, have honest intervals, and say when they are undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as oracle

from leadscore.errors import BadRequest
from leadscore.measure.metrics import (
    Metrics,
    Number,
    ece_floor,
    evaluate,
    paired_difference,
    rank_metrics,
    row_log_loss,
)
from leadscore.measure.weighted import figures, prepare

TIERS = ("Low", "Medium", "High")


def make_sample(
    seed: int, n: int, k: int, *, ties: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Make labels drawn from random probabilities; with ties, only a few distinct ones."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(k, 0.7), n)
    if ties:
        p = p[rng.integers(0, max(1, n // 5), n)]
    labels = (rng.random(n)[:, None] > p.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return labels.astype(np.int64), p


def value(number: Number) -> float:
    assert number["value"] is not None
    return number["value"]


samples = st.builds(
    make_sample,
    seed=st.integers(0, 10_000),
    n=st.integers(30, 200),
    k=st.integers(2, 4),
    ties=st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(samples)
def test_figures_are_scikit_learns(sample: tuple[NDArray[np.int64], NDArray[np.float64]]) -> None:
    labels, p = sample
    k = p.shape[1]
    classes = [str(i) for i in range(k)]
    found = evaluate(labels, p, classes=classes, boot=0)
    stated = p.argmax(axis=1)
    recall, precision, f1 = (
        score(labels, stated, average="macro", labels=range(k), zero_division=0)
        for score in (oracle.recall_score, oracle.precision_score, oracle.f1_score)
    )
    assert f1 == pytest.approx(np.mean([one["value"] or 0 for one in found["f1"].values()]))
    expected = {
        "accuracy": oracle.accuracy_score(labels, stated),
        "macro_recall": recall,
        "macro_precision": precision,
        "weighted_f1": oracle.f1_score(labels, stated, average="weighted", zero_division=0),
        "log_loss": oracle.log_loss(labels, p, labels=range(k)),
        "brier": oracle.brier_score_loss(labels, p, labels=range(k)),
    }
    for name, figure in expected.items():
        number: Number = found[name]  # type: ignore[literal-required]  # the keys stand above
        assert value(number) == pytest.approx(figure, abs=1e-12), name


@settings(deadline=None, max_examples=60)
@given(samples)
def test_ranking_figures_are_scikit_learns(
    sample: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> None:
    labels, p = sample
    hits, scores = labels == p.shape[1] - 1, p[:, -1]
    found = rank_metrics(hits, scores, boot=0)
    if 0 < hits.sum() < len(hits):
        assert value(found["auc"]) == pytest.approx(oracle.roc_auc_score(hits, scores), abs=1e-12)
    if hits.any():
        assert value(found["average_precision"]) == pytest.approx(
            oracle.average_precision_score(hits, scores), abs=1e-12
        )


@settings(deadline=None, max_examples=20)
@given(samples, st.integers(0, 1000))
def test_row_order_changes_nothing(
    sample: tuple[NDArray[np.int64], NDArray[np.float64]], seed: int
) -> None:
    labels, p = sample
    rows = np.random.default_rng(seed).permutation(len(labels))
    classes = [str(i) for i in range(p.shape[1])]
    one = evaluate(labels, p, classes=classes, boot=0)
    other = evaluate(labels[rows], p[rows], classes=classes, boot=0)
    for name in ("accuracy", "log_loss", "ece", "auc", "average_precision", "lift_10"):
        assert other[name]["value"] == pytest.approx(one[name]["value"], abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(20, 80), st.booleans())
def test_weights_mean_repeated_rows(seed: int, n: int, ties: bool) -> None:
    labels, p = make_sample(seed, n, 3, ties=ties)
    weights = np.random.default_rng(seed).integers(0, 4, n)
    if not weights.any():
        return
    rows = np.repeat(np.arange(n), weights)
    weighted = figures(prepare(labels, p, top=2), weights.astype(float))
    repeated = figures(prepare(labels[rows], p[rows], top=2), np.ones(len(rows)))
    np.testing.assert_allclose(weighted, repeated, atol=1e-12)


def test_binary_ece_is_of_the_positive_class_in_fifteen_bins() -> None:
    labels = np.array([0, 1, 1, 0])
    positive = np.array([0.10, 0.12, 0.90, 0.90])
    p = np.stack([1 - positive, positive], axis=1)
    found = evaluate(labels, p, classes=["no", "yes"], positive="yes", boot=0)
    assert value(found["ece"]) == pytest.approx((abs(0.10 + 0.12 - 1) + abs(1.8 - 1)) / 4)


def test_the_positive_class_need_not_be_the_last() -> None:
    labels, p = make_sample(3, 500, 2)
    last = evaluate(labels, p, classes=["no", "yes"], boot=0)
    first = evaluate(1 - labels, p[:, ::-1], classes=["yes", "no"], positive="yes", boot=0)
    for name in ("auc", "average_precision", "lift_10", "ece", "log_loss"):
        assert first[name]["value"] == pytest.approx(last[name]["value"])


def test_a_tie_states_the_lower_class() -> None:
    found = evaluate([0, 1], [[0.5, 0.5], [0.5, 0.5]], classes=["no", "yes"], boot=0)
    assert value(found["recall"]["no"]) == 1.0
    assert value(found["recall"]["yes"]) == 0.0


def test_undefined_figures_are_null_and_means_count_them_as_zero() -> None:
    p = [[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.3, 0.7, 0.0], [0.2, 0.8, 0.0]]
    found = evaluate([0, 0, 1, 1], p, classes=TIERS, boot=20)
    nothing = {"value": None, "low": None, "high": None}
    assert found["precision"]["High"] == nothing
    assert found["recall"]["High"] == nothing
    assert found["f1"]["High"] == nothing
    assert found["auc"] == nothing
    assert found["lift_10"] == nothing
    assert found["tv_to_truth"] == nothing
    assert found["bayes"] == {}
    assert value(found["macro_recall"]) == pytest.approx(2 / 3)


def test_a_perfect_order_lifts_to_the_most_there_is() -> None:
    hits = np.arange(100) < 5
    assert value(rank_metrics(hits, -np.arange(100), boot=0)["lift_10"]) == pytest.approx(10.0)


def test_ties_share_the_lift_alike() -> None:
    hits = np.arange(100) < 5
    assert value(rank_metrics(hits, np.zeros(100), boot=0)["lift_10"]) == pytest.approx(1.0)


def test_truth_is_its_own_best_and_at_no_distance() -> None:
    labels, p = make_sample(1, 2000, 3)
    found = evaluate(labels, p, classes=TIERS, truth=p, boot=20)
    assert value(found["tv_to_truth"]) == 0.0
    assert found["bayes"]["log_loss"] == found["log_loss"]
    assert found["bayes"]["recall.High"] == found["recall"]["High"]


def test_distance_to_truth_is_total_variation() -> None:
    found = evaluate([0], [[0.7, 0.3, 0.0]], classes=TIERS, truth=[[0.5, 0.3, 0.2]], boot=0)
    assert value(found["tv_to_truth"]) == pytest.approx(0.2)


def flat(found: Metrics) -> list[Number]:
    plain = [one for one in found.values() if isinstance(one, dict) and "value" in one]
    return [*plain, *found["recall"].values(), *found["precision"].values()]  # type: ignore[list-item]  # narrowed by its keys


def test_intervals_hold_their_value_and_repeat_with_the_seed() -> None:
    labels, p = make_sample(5, 400, 3)
    found = evaluate(labels, p, classes=TIERS, boot=200, seed=7)
    for number in flat(found):
        if number["value"] is not None:
            assert number["low"] is not None
            assert number["high"] is not None
            assert number["low"] <= number["value"] <= number["high"]
    assert found == evaluate(labels, p, classes=TIERS, boot=200, seed=7)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        positive = np.where(rng.random(300) < 0.5, 0.8, 0.3)
        labels = (rng.random(300) < positive).astype(int)
        p = np.stack([1 - positive, positive], axis=1)
        found = evaluate(labels, p, classes=["no", "yes"], boot=200, seed=seed)["accuracy"]
        assert found["low"] is not None
        assert found["high"] is not None
        inside += found["low"] <= 0.75 <= found["high"]
    assert inside >= 51


def test_true_probabilities_stay_near_the_ece_floor() -> None:
    labels, p = make_sample(2, 3000, 3)
    floor = ece_floor(p)
    ece = value(evaluate(labels, p, classes=TIERS, boot=0)["ece"])
    assert floor["low"] is not None
    assert floor["high"] is not None
    assert floor["low"] * 0.5 < ece < floor["high"] * 1.5


def test_paired_difference_is_narrower_than_the_two_losses_apart() -> None:
    rng = np.random.default_rng(0)
    shared = rng.exponential(1.0, 2000)
    difference = paired_difference(shared + 0.01, shared, boot=200)
    assert difference["value"] == pytest.approx(0.01)
    assert difference["low"] == pytest.approx(0.01)
    assert value(difference["relative"]) == pytest.approx(0.01 / shared.mean())


def test_row_log_loss_averages_to_log_loss() -> None:
    labels, p = make_sample(4, 100, 3)
    found = evaluate(labels, p, classes=TIERS, boot=0)["log_loss"]
    assert row_log_loss(labels, p).mean() == pytest.approx(value(found), abs=1e-12)


@pytest.mark.parametrize(
    ("labels", "probabilities", "positive", "words"),
    [
        ([0, 1], [[0.5, 0.5]], None, "2 labels and probabilities of shape"),
        ([], np.empty((0, 2)), None, "0 labels"),
        ([0, -1], [[0.5, 0.5], [0.5, 0.5]], None, "Leave out leads whose label is unknown"),
        ([0, 1], [[0.5, 0.5], [np.nan, 0.5]], None, "could not be scored"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.5]], "maybe", "'maybe'"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    labels: list[int], probabilities: list[list[float]], positive: str | None, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        evaluate(labels, probabilities, classes=["no", "yes"], positive=positive)
