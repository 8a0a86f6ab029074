"""Reliability, gains, confusion and thresholds say what the rows say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from leadscore.errors import BadRequest
from leadscore.measure.curves import (
    confusion,
    gains,
    precision_at_recall,
    reliability,
    stated_confidence,
    threshold_at_recall,
)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.integers(1, 300), st.sampled_from(["count", "width"]))
def test_reliability_bins_hold_every_lead_once(seed: int, n: int, by: str) -> None:
    rng = np.random.default_rng(seed)
    p = rng.choice([0.0, 0.1, 0.33, 0.5, 1.0], n) if seed % 2 else rng.random(n)
    hits = rng.random(n) < p
    bins = reliability(hits, p, by="count" if by == "count" else "width")
    assert sum(one.n for one in bins) == n
    assert sum(one.n * one.observed for one in bins) == pytest.approx(hits.sum())
    assert sum(one.n * one.predicted for one in bins) == pytest.approx(p.sum())
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_reliability_intervals_are_exact() -> None:
    bins = reliability(np.array([1, 0, 0, 0, 1, 1]), np.array([0.2] * 4 + [0.9] * 2))
    assert [one.n for one in bins] == [4, 2]
    exact = binomtest(1, 4).proportion_ci(0.95, method="exact")
    assert (bins[0].low, bins[0].high) == pytest.approx((exact.low, exact.high))
    assert bins[1].high == 1.0


def test_equal_counts_are_about_equal() -> None:
    p = np.random.default_rng(0).random(1000)
    assert {one.n for one in reliability(p > 0.5, p)} <= {99, 100, 101}


def test_confidence_of_tiers_is_of_the_stated_one() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3]])
    hits, confidence = stated_confidence(np.array([0, 2]), p)
    assert hits.tolist() == [True, False]
    assert confidence.tolist() == [0.7, 0.5]


def test_confidence_of_an_outcome_is_of_the_positive() -> None:
    hits, confidence = stated_confidence(np.array([0, 1]), np.array([[0.9, 0.1], [0.4, 0.6]]))
    assert hits.tolist() == [False, True]
    assert confidence.tolist() == [0.1, 0.6]


def test_gains_rise_from_nothing_to_all() -> None:
    rng = np.random.default_rng(0)
    curve = gains(rng.random(500) < 0.2, rng.random(500))
    assert curve.found[0] == 0.0
    assert curve.found[-1] == 1.0
    assert list(curve.found) == sorted(curve.found)


def test_gains_of_a_perfect_order_end_at_the_positives_share() -> None:
    curve = gains(np.arange(100) < 20, -np.arange(100))
    assert curve.at(0.1) == pytest.approx(0.5)
    assert curve.at(0.2) == pytest.approx(1.0)


def test_gains_of_ties_are_the_diagonal() -> None:
    curve = gains(np.arange(100) < 20, np.zeros(100))
    assert curve.found == pytest.approx(curve.called)


def test_gains_without_a_positive_are_refused() -> None:
    with pytest.raises(BadRequest, match="positive lead"):
        gains(np.zeros(3), np.arange(3))


def test_confusion_counts_truth_in_rows() -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
    assert confusion(np.array([0, 0, 1]), p).tolist() == [[1, 1], [0, 1]]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1000), st.integers(2, 200), st.floats(0.01, 1.0))
def test_the_threshold_is_the_highest_that_finds_enough(seed: int, n: int, recall: float) -> None:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random(n), 2)
    hits = rng.random(n) < 0.4
    hits[0] = True
    threshold = threshold_at_recall(hits, scores, recall=recall)
    assert (scores[hits] >= threshold).mean() >= recall - 1e-9
    higher = np.unique(scores[scores > threshold])
    if len(higher):
        assert (scores[hits] >= higher[0]).mean() < recall
    precision = precision_at_recall(hits, scores, recall=recall)
    assert precision == hits[scores >= threshold].mean()


def test_a_recall_without_a_positive_is_refused() -> None:
    with pytest.raises(BadRequest, match="positive lead"):
        threshold_at_recall(np.zeros(3), np.arange(3), recall=0.5)
