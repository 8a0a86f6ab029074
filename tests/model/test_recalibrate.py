"""Recalibration mends what moved, leaves what did not, and never changes the order."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.model.calibrate import fit_steps
from leadscore.model.calibration import Calibration
from leadscore.model.link import log_losses, sigmoid
from leadscore.model.recalibrate import recalibrate, shifted
from leadscore.model.recent import recent_outcomes

Floats = NDArray[np.float64]
TRUE = Calibration(kind="line", cuts=np.array([0.0]))
THREE = Calibration(kind="line", cuts=np.array([-0.5, 1.5]))


def _leads(n: int, *, seed: int, move: float = 0.0, tilt: float = 1.0) -> tuple[Floats, Floats]:
    """Return margins and P(converted): right by `TRUE` where nothing moved."""
    margin = np.random.default_rng(seed).normal(-1.5, 1.2, n)
    return margin, sigmoid(tilt * margin + move)


def _drawn(truth: NDArray[np.floating], *, seed: int) -> NDArray[np.intp]:
    return (np.random.default_rng(seed + 1000).random(len(truth)) < truth).astype(np.intp)


def _excess(curve: Calibration, margin: Floats, truth: Floats) -> float:
    """Return the expected log loss beyond the truth's own."""
    told = curve.probabilities(margin)[:, 1]
    loss = -(truth * np.log(told) + (1 - truth) * np.log(1 - told))
    own = -(truth * np.log(truth) + (1 - truth) * np.log(1 - truth))
    return float((loss - own).mean())


def _gains(n: int, *, move: float, tilt: float = 1.0, seeds: int = 20) -> Floats:
    """Return, for each seed, how much excess loss a recalibration on n outcomes takes away."""
    found = []
    for seed in range(seeds):
        margin, truth = _leads(n, seed=seed, move=move, tilt=tilt)
        labels = _drawn(truth, seed=seed)
        curve = recalibrate(margin, labels, classes=2, previous=TRUE).calibration
        ahead, right = _leads(2000, seed=seed + 500, move=move, tilt=tilt)
        found.append(_excess(TRUE, ahead, right) - _excess(curve, ahead, right))
    return np.array(found)


@pytest.mark.parametrize("n", [60, 300, 2000])
def test_a_stationary_world_gets_no_worse_than_noise(n: int) -> None:
    # a fit of two numbers costs about 1 / n in log loss even where nothing moved
    assert _gains(n, move=0.0).mean() > -1.0 / n


@pytest.mark.parametrize(("n", "move", "share"), [(300, 1.0, 0.6), (2000, 1.0, 0.9)])
def test_a_base_rate_that_jumped_is_mended(n: int, move: float, share: float) -> None:
    margin, truth = _leads(20_000, seed=0, move=move)
    lost = _excess(TRUE, margin, truth)
    gains = _gains(n, move=move)
    assert gains.mean() > share * lost
    assert (gains > 0).all()


def test_a_slope_is_mended_too() -> None:
    gains = _gains(3000, move=0.3, tilt=0.5, seeds=10)
    margin, truth = _leads(20_000, seed=0, move=0.3, tilt=0.5)
    assert gains.mean() > 0.9 * _excess(TRUE, margin, truth)


def test_few_outcomes_move_the_intercept_alone_and_little() -> None:
    margin, truth = _leads(60, seed=1, move=2.0)
    found = recalibrate(margin, _drawn(truth, seed=1), classes=2, previous=TRUE)
    assert found.record.method == "shift"
    assert found.calibration.slope == TRUE.slope
    assert -2.0 < found.calibration.cuts[0] < 0.0


def test_more_outcomes_are_followed_further() -> None:
    moved = []
    for n in (20, 200, 2000, 20_000):
        margin, truth = _leads(n, seed=2, move=1.0)
        moved.append(-shifted(margin, _drawn(truth, seed=2), previous=TRUE).cuts[0])
    assert moved == sorted(moved)
    assert moved[-1] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("n", [0, 1, 19])
def test_with_next_to_nothing_the_previous_one_stays(n: int) -> None:
    margin, truth = _leads(n, seed=3, move=2.0)
    found = recalibrate(margin, _drawn(truth, seed=3), classes=2, previous=TRUE)
    assert found.calibration is TRUE
    assert found.record.method == "none"


def test_a_bent_curve_is_met_by_a_bending_method() -> None:
    rng = np.random.default_rng(4)
    margin = rng.normal(0, 2, 12_000)
    truth = 0.02 + 0.5 * (margin > 1)
    labels = _drawn(truth, seed=4)
    found = recalibrate(margin, labels, classes=2, previous=TRUE)
    assert found.record.method == "isotonic"
    told = found.calibration.probabilities(margin)[:, 1]
    assert np.abs(told - truth).mean() < 0.03


def test_the_shift_is_the_most_probable_one() -> None:
    margin, truth = _leads(500, seed=9, move=0.8)
    labels = _drawn(truth, seed=9)
    best = shifted(margin, labels, previous=TRUE).cuts[0]

    def minus_log_posterior(cut: float) -> float:
        told = Calibration(kind="line", cuts=np.array([cut])).probabilities(margin)
        return float(log_losses(labels, told).sum() + 0.5 * (cut / 0.3) ** 2)

    near = [minus_log_posterior(best + step) for step in (-0.01, 0.0, 0.01)]
    assert near[1] == min(near)


def test_three_classes_move_together() -> None:
    rng = np.random.default_rng(5)
    margin = rng.normal(0, 1.5, 4000)
    moved = Calibration(kind="line", slope=0.7, cuts=np.array([-1.2, 1.0]))
    truth = moved.probabilities(margin)
    labels = (rng.random(len(margin))[:, None] > truth.cumsum(axis=1)).sum(axis=1).astype(np.intp)
    found = recalibrate(margin, labels, classes=3, previous=THREE)
    assert found.record.method == "platt"
    before, after = (
        np.abs(one.probabilities(margin) - truth).sum(axis=1).mean()
        for one in (THREE, found.calibration)
    )
    assert after < 0.2 * before


def test_steps_can_be_mended_and_kept() -> None:
    margin, truth = _leads(3000, seed=6)
    steps = fit_steps(margin, _drawn(truth, seed=6), classes=2)
    ahead, right = _leads(3000, seed=7, move=1.0)
    found = recalibrate(ahead, _drawn(right, seed=7), classes=2, previous=steps)
    assert _excess(found.calibration, ahead, right) < 0.3 * _excess(steps, ahead, right)
    again = Calibration.from_json(json.loads(json.dumps(found.calibration.to_json())))
    assert (again.probabilities(ahead) == found.calibration.probabilities(ahead)).all()


@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([25, 400, 3000]),
    move=st.floats(-2, 2),
    tilt=st.floats(-0.5, 3),
)
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_margins_stays(seed: int, n: int, move: float, tilt: float) -> None:
    margin, truth = _leads(n, seed=seed, move=move, tilt=tilt)
    found = recalibrate(margin, _drawn(truth, seed=seed), classes=2, previous=TRUE)
    ordered = np.sort(np.unique(np.round(margin, 3)))
    told = found.calibration.probabilities(ordered)[:, 1]
    assert (np.diff(told) > 0).all()
    assert ((told > 0) & (told < 1)).all()


def test_the_record_says_what_was_done() -> None:
    margin, truth = _leads(2000, seed=8, move=1.0)
    labels = _drawn(truth, seed=8)
    times = np.arange(2000.0)
    record = recalibrate(margin, labels, classes=2, previous=TRUE, times=times).record.to_json()
    assert record["n"] == 2000
    assert record["positives"] == labels.sum()
    assert record["window"] == [0.0, 1999.0]
    loss, ece = record["log_loss"], record["ece"]
    assert isinstance(loss, dict)
    assert isinstance(ece, dict)
    assert loss["after"] < loss["before"]
    assert ece["after"] < ece["before"]
    json.dumps(record, allow_nan=False)


def test_labels_that_are_no_class_are_refused() -> None:
    with pytest.raises(BadRequest, match="run from -1"):
        recalibrate(np.zeros(3), np.array([0, -1, 1]), classes=2, previous=TRUE)
    with pytest.raises(BadRequest, match="shape"):
        recalibrate(np.zeros(3), np.array([0, 1]), classes=2, previous=TRUE)


def _world(*, jump_at: float, seed: int) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Return twelve periods of 300 leads whose base rate jumps once."""
    times = np.arange(3600) / 300
    margin, _ = _leads(3600, seed=seed)
    return margin, _drawn(sigmoid(margin + 1.5 * (times >= jump_at)), seed=seed), times


def test_a_stationary_past_is_remembered_whole() -> None:
    kept = []
    for seed in range(10):
        margin, labels, times = _world(jump_at=99, seed=seed)
        kept.append(len(recent_outcomes(margin, labels, times=times, previous=TRUE, step=1.0)))
    assert np.mean(np.array(kept) == 3600) >= 0.7


def test_what_was_before_a_jump_is_forgotten() -> None:
    for seed in range(10):
        margin, labels, times = _world(jump_at=8.0, seed=seed)
        rows = recent_outcomes(margin, labels, times=times, previous=TRUE, step=1.0)
        assert times[rows].min() >= 7.5, seed


def test_no_outcomes_give_no_rows() -> None:
    none = np.array([])
    rows = recent_outcomes(none, none.astype(np.intp), times=none, previous=TRUE, step=1.0)
    assert len(rows) == 0
