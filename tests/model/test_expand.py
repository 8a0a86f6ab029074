import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from leadscore.model.expand import fit_expansion, fit_transform

Matrix = NDArray[np.float32]


def make_codes(levels: int, n: int, *, seed: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    return rng.integers(0, levels, (n, 1)).astype(np.float32)


def coin(n: int, *, seed: int) -> NDArray[np.intp]:
    return np.random.default_rng(seed).integers(0, 2, n).astype(np.intp)


def test_a_number_stays_one_column() -> None:
    x = np.array([[1.5], [np.nan], [-2.0]], np.float32)
    found = fit_expansion(x, np.array([0, 1, 0]), ()).transform(x)
    assert np.array_equal(found, x, equal_nan=True)
    assert found.dtype == np.float32


def test_a_small_category_becomes_indicators() -> None:
    x = np.array([[0], [1], [2], [np.nan]], np.float32)
    expansion = fit_expansion(x, np.array([0, 1, 0, 1]), (0,))
    found = expansion.transform(x)
    assert np.array_equal(found[:3], np.eye(3))
    assert np.isnan(found[3]).all()
    assert expansion.means == ()


def test_a_code_past_the_list_is_missing() -> None:
    x = make_codes(3, 50)
    expansion = fit_expansion(x, coin(50, seed=1), (0,))
    assert np.isnan(expansion.transform(np.array([[3.0]], np.float32))).all()


def test_columns_say_which_field_they_come_from() -> None:
    x = np.hstack([make_codes(3, 60), np.ones((60, 1), np.float32), make_codes(20, 60, seed=2)])
    expansion = fit_expansion(x, coin(60, seed=1), (0, 2))
    assert expansion.sources.tolist() == [0, 0, 0, 1, 2]
    assert expansion.means == (4,)


def test_a_large_category_becomes_its_label_means_drawn_to_the_overall_mean() -> None:
    x = np.repeat(np.arange(20, dtype=np.float32), 10)[:, None]
    labels = (x[:, 0] < 5).astype(np.intp)
    found = fit_expansion(x, labels, (0,)).transform(x)
    # Ten leads of the level itself, and ten leads' weight of the overall mean of 0.25.
    assert found[0, 0] == pytest.approx((10 * 1 + 10 * 0.25) / 20)
    assert found[-1, 0] == pytest.approx((10 * 0 + 10 * 0.25) / 20)


def test_a_category_of_chance_tells_nothing_of_the_training_labels() -> None:
    rates = []
    for seed in range(8):
        x, labels = make_codes(400, 2000, seed=seed), coin(2000, seed=seed + 100)
        expansion, columns = fit_transform(x, labels, (0,), np.random.default_rng(seed))
        naive = roc_auc_score(labels, expansion.transform(x)[:, 0])
        assert naive > 0.7, "the label means of the leads themselves would give them away"
        rates.append(roc_auc_score(labels, columns[:, 0]))
    assert np.mean(rates) == pytest.approx(0.5, abs=0.03)


def test_a_category_that_means_something_still_does_out_of_fold() -> None:
    x = make_codes(50, 3000)
    labels = (np.random.default_rng(1).random(3000) < x[:, 0] / 50).astype(np.intp)
    _, columns = fit_transform(x, labels, (0,), np.random.default_rng(0))
    assert roc_auc_score(labels, columns[:, 0]) > 0.75


def test_changing_a_leads_own_label_never_changes_its_own_column() -> None:
    x, labels = make_codes(40, 300), coin(300, seed=4)
    _, before = fit_transform(x, labels, (0,), np.random.default_rng(0))
    for row in range(0, 300, 30):
        other = labels.copy()
        other[row] = 1 - other[row]
        _, after = fit_transform(x, other, (0,), np.random.default_rng(0))
        assert after[row, 0] == before[row, 0]


def test_missing_codes_stay_missing_out_of_fold_too() -> None:
    x = make_codes(30, 200)
    x[::7] = np.nan
    _, columns = fit_transform(x, coin(200, seed=1), (0,), np.random.default_rng(0))
    assert np.array_equal(np.isnan(columns), np.isnan(x))


def test_a_category_without_any_value_is_a_column_without_any_value() -> None:
    x = np.full((10, 1), np.nan, np.float32)
    found = fit_expansion(x, coin(10, seed=0), (0,)).transform(x)
    assert found.shape == (10, 1)
    assert np.isnan(found).all()
