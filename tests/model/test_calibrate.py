from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.model.calibrate import cross_calibrated, fit_line, fit_steps
from leadscore.model.calibration import Calibration
from leadscore.model.link import class_probabilities, log_losses

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
World = Callable[[int], tuple[Floats, Floats, Labels]]


def draw(shares: Floats, *, seed: int) -> Labels:
    draws = np.random.default_rng(seed).random((len(shares), 1))
    found = (draws > np.cumsum(shares, axis=1)).sum(axis=1)
    return np.asarray(np.minimum(found, shares.shape[1] - 1), np.intp)


def logistic_world(n: int, *, seed: int = 0) -> tuple[Floats, Floats, Labels]:
    """Margins whose truth is a line of slope 1.7 with cuts at -1 and 2."""
    margin = np.random.default_rng(seed).normal(size=n)
    truth = class_probabilities(1.7 * margin, np.array([-1.0, 2.0]))
    return margin, truth, draw(truth, seed=seed + 1)


def bent_world(n: int, *, seed: int = 0) -> tuple[Floats, Floats, Labels]:
    """Margins whose truth is a staircase that no sigmoid can follow."""
    margin = np.random.default_rng(seed).uniform(-4, 4, size=n)
    above = np.select([margin < -2, margin < 0, margin < 2], [0.05, 0.1, 0.8], 0.85)
    truth = np.stack([1 - above, above], axis=1)
    return margin, truth, draw(truth, seed=seed + 1)


def test_a_line_finds_a_known_slope_and_its_cuts() -> None:
    margin, _, labels = logistic_world(20_000)
    found = fit_line(margin, labels, classes=3)
    assert found.slope == pytest.approx(1.7, abs=0.08)
    assert found.cuts == pytest.approx([-1, 2], abs=0.08)


def test_a_line_serves_a_line_and_steps_serve_a_staircase() -> None:
    straight, _ = cross_calibrated(*logistic_world(3000)[::2], classes=3)
    bent, _ = cross_calibrated(*bent_world(3000)[::2], classes=2)
    assert (straight.kind, bent.kind) == ("line", "steps")


def test_steps_beat_the_line_on_a_bent_link() -> None:
    margin, _, labels = bent_world(3000)
    ahead, truth, drawn = bent_world(3000, seed=50)
    losses = [
        log_losses(drawn, fit(margin, labels, classes=2).probabilities(ahead)).mean()
        for fit in (fit_line, fit_steps)
    ]
    assert losses[1] < losses[0] - 0.02
    assert losses[1] < log_losses(drawn, truth).mean() + 0.02


@pytest.mark.parametrize("world", [logistic_world, bent_world])
def test_a_leads_own_label_never_changes_the_probabilities_it_is_given(world: World) -> None:
    margin, truth, labels = world(300)
    classes = truth.shape[1]
    _, before = cross_calibrated(margin, labels, classes=classes)
    for row in (0, 77, 299):
        other = labels.copy()
        other[row] = (other[row] + 1) % classes
        _, after = cross_calibrated(margin, other, classes=classes)
        assert after[row].tolist() == before[row].tolist()


@given(
    margin=arrays(np.float64, 60, elements=st.floats(-30, 30)),
    labels=arrays(np.intp, 60, elements=st.integers(0, 3)),
)
def test_steps_never_cross_and_keep_their_floor(margin: Floats, labels: Labels) -> None:
    curve = fit_steps(margin, labels, classes=4)
    at = np.sort(np.concatenate([margin, np.linspace(-40, 40, 50)]))
    shares = curve.probabilities(at)
    above = 1 - np.cumsum(shares, axis=1)[:, :-1]
    assert shares.sum(axis=1) == pytest.approx(1)
    assert np.all(np.diff(above, axis=1) <= 1e-12)
    assert np.all(np.diff(above, axis=0) >= -1e-9)
    assert shares.min() >= curve.floor - 1e-12
    assert curve.floor > 0


LINE = fit_line(*logistic_world(200)[::2], classes=3)


@given(margin=arrays(np.float64, 8, elements=st.floats(-1e6, 1e6)))
def test_a_line_rises_keeps_its_floor_and_sums_to_one(margin: Floats) -> None:
    shares = LINE.probabilities(np.sort(margin))
    assert shares.sum(axis=1) == pytest.approx(1)
    assert np.all(np.diff(shares[:, 0]) <= 1e-12)
    assert np.all(np.diff(shares[:, 2]) >= -1e-12)
    assert shares.min() > 0


@pytest.mark.parametrize("labels", [[0] * 20, [1] * 20, [0, 2] * 10, [2] * 19 + [0]])
def test_classes_that_are_absent_or_parted_give_finite_probabilities(labels: list[int]) -> None:
    margin = np.where(np.array(labels) > 0, 3.0, -3.0) + np.linspace(0, 1, 20)
    curve, honest = cross_calibrated(margin, np.array(labels, np.intp), classes=3)
    for shares in (honest, curve.probabilities(np.linspace(-99, 99, 30))):
        assert np.all(np.isfinite(shares))
        assert shares.min() > 0


def test_equal_margins_are_given_the_class_shares() -> None:
    labels = np.array([0] * 30 + [1] * 10, np.intp)
    for fit in (fit_line, fit_steps):
        [found] = fit(np.zeros(40), labels, classes=2).probabilities(np.zeros(1))
        assert found == pytest.approx([0.75, 0.25], abs=0.02)


@pytest.mark.parametrize("fit", [fit_line, fit_steps])
def test_a_calibration_comes_back_from_json_as_it_was(fit: object) -> None:
    margin, _, labels = logistic_world(300)
    assert callable(fit)
    curve = fit(margin, labels, classes=3)
    again = Calibration.from_json(curve.to_json())
    at = np.linspace(-9, 9, 60)
    assert again.probabilities(at).tobytes() == curve.probabilities(at).tobytes()
    assert again.to_json() == curve.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "wave"},
        {"knots": [[0.0, 1.0]], "heights": [[0.5]]},
        {"knots": [[1.0, 0.0]], "heights": [[0.1, 0.5]]},
        {"knots": [[]], "heights": [[]]},
        {"knots": [[0.0, 1.0]], "heights": []},
        {"knots": "knots"},
        {"cuts": "high"},
        {"slope": [[]]},
    ],
)
def test_a_calibration_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    good = {"kind": "steps", "slope": 1.0, "cuts": [], "floor": 0.0}
    raw = {**good, "knots": [[0.0, 1.0]], "heights": [[0.1, 0.5]], **change}
    with pytest.raises((TypeError, ValueError)):
        Calibration.from_json(raw)
