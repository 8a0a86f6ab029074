import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from leadscore.model.link import class_probabilities, gradient, log_losses
from leadscore.model.ridge import fit_ridge

Floats = NDArray[np.float64]


def make_problem(
    n: int, *, seed: int, cuts: tuple[float, ...] = (0.5,)
) -> tuple[Floats, NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 4))
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    latent = columns @ [2.0, -1.0, 0.5, 0.0] + rng.logistic(size=n)
    return columns, np.digitize(latent, cuts).astype(np.intp)


@pytest.mark.parametrize(
    ("n", "seed", "ridge", "cut"),
    [(300, 0, 1.0, 0.0), (300, 1, 0.01, 2.0), (2000, 2, 10.0, 3.0), (100, 3, 100.0, -1.0)],
)
def test_two_classes_are_scikit_learns_logistic_regression(
    n: int, seed: int, ridge: float, cut: float
) -> None:
    columns, labels = make_problem(n, seed=seed, cuts=(cut,))
    weights, cuts = fit_ridge(columns, labels, classes=2, ridge=ridge)
    theirs = LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=5000).fit(columns, labels)
    assert weights == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert cuts == pytest.approx(-theirs.intercept_, abs=1e-4)


@pytest.mark.parametrize("cuts", [(0.0,), (-1.0, 2.0), (-2.0, 0.0, 1.0)])
@pytest.mark.parametrize("ridge", [0.1, 10.0])
def test_at_the_solution_no_move_gains(cuts: tuple[float, ...], ridge: float) -> None:
    columns, labels = make_problem(600, seed=5, cuts=cuts)
    weights, found = fit_ridge(columns, labels, classes=len(cuts) + 1, ridge=ridge)

    def loss(at: Floats, between: Floats) -> float:
        losses = log_losses(labels, class_probabilities(columns @ at, between))
        return float(losses.sum() + 0.5 * ridge * at @ at)

    by, here = 1e-4, loss(weights, found)
    pull = columns.T @ gradient(columns @ weights, found, labels)[0] + ridge * weights
    assert pull / len(columns) == pytest.approx(0, abs=1e-4)
    for move in np.eye(len(found)) * by:
        slope = (loss(weights, found + move) - loss(weights, found - move)) / (2 * by)
        assert slope / len(columns) == pytest.approx(0, abs=1e-4)
    assert here <= loss(weights * 1.01, found)


def test_a_larger_penalty_makes_smaller_weights() -> None:
    columns, labels = make_problem(400, seed=1, cuts=(-1.0, 1.0))
    sizes = [
        float(np.linalg.norm(fit_ridge(columns, labels, classes=3, ridge=ridge)[0]))
        for ridge in (0.1, 10.0, 1000.0)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_where_it_begins_does_not_matter() -> None:
    columns, labels = make_problem(400, seed=2, cuts=(-1.0, 1.0))
    begin = fit_ridge(columns, labels, classes=3, ridge=1000.0)
    cold = fit_ridge(columns, labels, classes=3, ridge=1.0)
    warm = fit_ridge(columns, labels, classes=3, ridge=1.0, start=begin)
    assert warm[0] == pytest.approx(cold[0], abs=1e-4)
    assert warm[1] == pytest.approx(cold[1], abs=1e-4)


def test_parted_classes_end_in_finite_weights() -> None:
    columns, _ = make_problem(100, seed=3)
    labels = (columns[:, 0] > 0).astype(np.intp)
    weights, cuts = fit_ridge(columns, labels, classes=2, ridge=1.0)
    assert np.all(np.isfinite([*weights, *cuts]))
    assert np.mean((columns @ weights > cuts[0]) == (labels == 1)) > 0.97


def test_a_class_that_is_absent_is_given_next_to_nothing() -> None:
    columns, labels = make_problem(300, seed=4)
    weights, cuts = fit_ridge(columns, labels * 2, classes=3, ridge=1.0)
    shares = class_probabilities(columns @ weights, cuts)
    assert shares[:, 1].max() < 0.02
