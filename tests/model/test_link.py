import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from leadscore.model.link import (
    class_probabilities,
    cumulative_to_classes,
    gradient,
    log_losses,
    next_cuts,
    sigmoid,
    starting_cuts,
)

Floats = NDArray[np.float64]

margins = arrays(np.float64, st.integers(1, 30), elements=st.floats(-40, 40))
gaps = st.lists(st.floats(0.01, 5), min_size=0, max_size=4)


def make_cuts(first: float, rest: list[float]) -> Floats:
    return np.cumsum([first, *rest])


def test_the_sigmoid_has_its_ends_and_its_middle_without_overflow() -> None:
    assert sigmoid(np.array([-np.inf, -1e6, 0.0, 1e6, np.inf])).tolist() == [0, 0, 0.5, 1, 1]


def test_the_sigmoid_keeps_its_inputs_type() -> None:
    assert sigmoid(np.zeros(2, np.float32)).dtype == np.float32


@given(margin=margins, first=st.floats(-5, 5), rest=gaps)
def test_probabilities_are_a_distribution(margin: Floats, first: float, rest: list[float]) -> None:
    found = class_probabilities(margin, make_cuts(first, rest))
    assert found.shape == (len(margin), len(rest) + 2)
    assert np.all(found >= 0)
    assert found.sum(axis=1) == pytest.approx(1)


@given(margin=margins, first=st.floats(-5, 5), rest=gaps)
def test_a_higher_margin_never_makes_a_lower_class_likelier(
    margin: Floats, first: float, rest: list[float]
) -> None:
    found = class_probabilities(np.sort(margin), make_cuts(first, rest))
    at_most = np.cumsum(found, axis=1)
    assert np.all(np.diff(at_most, axis=0) <= 1e-12)


def test_a_curve_that_crosses_gives_no_negative_probability() -> None:
    assert cumulative_to_classes(np.array([[0.3, 0.4]])).min() == 0


def test_starting_cuts_give_the_class_shares() -> None:
    labels = np.repeat([0, 1, 2], [600, 300, 100])
    cuts = starting_cuts(labels, 3)
    found = class_probabilities(np.zeros(1), cuts)[0]
    assert found == pytest.approx([0.6, 0.3, 0.1], abs=2e-3)


def test_starting_cuts_rise_where_a_class_is_absent() -> None:
    cuts = starting_cuts(np.array([0, 0, 3]), 4)
    assert np.all(np.isfinite(cuts))
    assert np.all(np.diff(cuts) > 0)


@given(
    margin=arrays(np.float64, 12, elements=st.floats(-8, 8)),
    labels=arrays(np.intp, 12, elements=st.integers(0, 2)),
)
def test_the_gradient_is_the_slope_of_the_loss(margin: Floats, labels: NDArray[np.intp]) -> None:
    cuts, by = np.array([-1.0, 1.5]), 1e-5

    def loss(at: Floats) -> Floats:
        return log_losses(labels, class_probabilities(at, cuts))

    first, second = gradient(margin, cuts, labels)
    up, down = gradient(margin + by, cuts, labels)[0], gradient(margin - by, cuts, labels)[0]
    assert first == pytest.approx((loss(margin + by) - loss(margin - by)) / (2 * by), abs=1e-4)
    assert second == pytest.approx((up - down) / (2 * by), abs=1e-6)
    assert np.all(second >= 0)


@given(
    margin=arrays(np.float64, 40, elements=st.floats(-6, 6)),
    labels=arrays(np.intp, 40, elements=st.integers(0, 3)),
)
def test_cuts_never_cross(margin: Floats, labels: NDArray[np.intp]) -> None:
    cuts = starting_cuts(labels, 4)
    for _ in range(10):
        cuts = next_cuts(margin, cuts, labels)
        assert np.all(np.isfinite(cuts))
        assert np.all(np.diff(cuts) > 0)


@given(seed=st.integers(0, 1000), spread=st.floats(0, 4))
def test_moving_the_cuts_ends_where_no_cut_can_be_moved_to_gain(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    margin = spread * rng.normal(size=400)
    labels = np.digitize(margin + rng.logistic(size=400), [-1.0, 2.0]).astype(np.intp)

    def loss(at: Floats) -> float:
        return float(log_losses(labels, class_probabilities(margin, at)).mean())

    begin = starting_cuts(labels, 3)
    cuts = begin
    for _ in range(25):
        cuts = next_cuts(margin, cuts, labels)
    assert loss(cuts) <= loss(begin) + 1e-12
    for move in ([0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]):
        assert loss(cuts) <= loss(cuts + np.array(move))


def test_two_classes_are_ordinary_logistic_regression() -> None:
    rng = np.random.default_rng(3)
    margin = rng.normal(size=500)
    labels = (margin + rng.logistic(size=500) > 0.7).astype(np.intp)
    cuts = np.zeros(1)
    for _ in range(20):
        cuts = next_cuts(margin, cuts, labels)
    # A column of ones with a free weight, and the margin itself held at slope one.
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(margin[:, None], labels)
    slope, cut = plain.coef_[0, 0], -plain.intercept_[0]
    other = np.array([cut])
    for _ in range(20):
        other = next_cuts(slope * margin, other, labels)
    assert other[0] == pytest.approx(cut, abs=1e-5)
    ours = class_probabilities(slope * margin, other)
    assert ours == pytest.approx(plain.predict_proba(margin[:, None]), abs=1e-5)
