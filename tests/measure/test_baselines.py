"""The baselines order leads as described, and say when they cannot."""

import numpy as np
import pytest
from numpy.typing import NDArray

from leadscore.leads.schema import Field
from leadscore.measure.baselines import (
    Ranked,
    Training,
    Unavailable,
    newest_first,
    points_rule,
    random_forest,
    random_order,
)

FIELDS = (
    Field(name="income", type="number", direction="up"),
    Field(name="debt", type="number", direction="down"),
    Field(name="asked", type="flag", direction="up"),
    Field(name="source", type="category"),
    Field(name="hour", type="integer"),
)


def make_x(n: int = 400, seed: int = 0) -> NDArray[np.float32]:
    x = np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)
    x[:, 2] = x[:, 2] > 0
    return x


def make_training() -> Training:
    x = make_x(seed=1)
    labels = (x[:, 0] - x[:, 1] - x[:, 4] > 0).astype(np.int64)
    return Training(x=x, labels=labels, k=2)


def test_random_states_the_base_rates() -> None:
    train = make_training()
    ranked = random_order(10, seed=0, train=train)
    assert ranked.probabilities is not None
    assert ranked.probabilities.shape == (10, 2)
    assert ranked.probabilities[0, 1] == pytest.approx(train.labels.mean(), abs=0.01)
    assert len(set(ranked.scores.tolist())) == 10


def test_random_without_training_has_no_probabilities() -> None:
    assert random_order(10, seed=0).probabilities is None


def test_newest_first_follows_the_time_and_calls_the_unknown_last() -> None:
    ranked = newest_first(3, times=np.array([5.0, np.nan, 9.0]))
    assert isinstance(ranked, Ranked)
    assert np.argsort(-ranked.scores).tolist() == [2, 0, 1]


def test_newest_first_follows_the_rows() -> None:
    ranked = newest_first(3, order="rows")
    assert isinstance(ranked, Ranked)
    assert ranked.scores.tolist() == [0, 1, 2]


@pytest.mark.parametrize("times", [None, np.array([np.nan, np.nan])])
def test_newest_first_needs_a_time(times: NDArray[np.float64] | None) -> None:
    assert isinstance(newest_first(2, times=times), Unavailable)


def test_points_follow_the_directions() -> None:
    x = np.array([[9, 0, 1, 5, 0], [0, 9, 0, 5, 0], [5, 5, 1, 5, 0]], np.float32)
    ranked = points_rule(x, FIELDS)
    assert isinstance(ranked, Ranked)
    assert ranked.scores.tolist() == [3, 0, 1]
    assert ranked.probabilities is None


def test_a_missing_value_earns_no_point() -> None:
    x = np.array([[np.nan] * 5, [1, 1, 1, 1, 1], [2, 0, 1, 1, 1]], np.float32)
    ranked = points_rule(x, FIELDS)
    assert isinstance(ranked, Ranked)
    assert ranked.scores[0] == 0


def test_free_fields_take_their_sign_from_training() -> None:
    train = make_training()
    low_hour = np.array([[0, 0, 0, 0, -2]], np.float32)
    high_hour = np.array([[0, 0, 0, 0, 2]], np.float32)
    low, high = (points_rule(x, FIELDS[-1:], train=_last(train)) for x in (
        low_hour[:, -1:], high_hour[:, -1:],
    ))  # fmt: skip
    assert isinstance(low, Ranked)
    assert isinstance(high, Ranked)
    assert (low.scores[0], high.scores[0]) == (1, 0)


def _last(train: Training) -> Training:
    return Training(x=train.x[:, -1:], labels=train.labels, k=2)


def test_points_have_the_rates_of_the_training_part() -> None:
    train = make_training()
    ranked = points_rule(make_x(), FIELDS, train=train)
    assert isinstance(ranked, Ranked)
    assert ranked.probabilities is not None
    np.testing.assert_allclose(ranked.probabilities.sum(axis=1), 1.0)
    best, worst = ranked.scores.argmax(), ranked.scores.argmin()
    assert ranked.probabilities[best, 1] > 0.6 > 0.4 > ranked.probabilities[worst, 1]


def test_points_need_a_field_with_a_direction() -> None:
    assert isinstance(points_rule(make_x()[:, 3:4], FIELDS[3:4]), Unavailable)


def test_an_empty_column_earns_nothing() -> None:
    x = make_x()
    x[:, 0] = np.nan
    ranked = points_rule(x, FIELDS, train=Training(x=x, labels=make_training().labels, k=2))
    assert isinstance(ranked, Ranked)
    assert ranked.scores.max() <= 3


def test_an_empty_free_column_has_no_sign() -> None:
    x = np.full((4, 1), np.nan, np.float32)
    train = Training(x=x, labels=np.array([0, 1, 0, 1]), k=2)
    assert isinstance(points_rule(x, FIELDS[-1:], train=train), Unavailable)


def test_the_forest_learns_with_missing_values() -> None:
    train = make_training()
    train.x[::7, 3] = np.nan
    x = make_x()
    ranked = random_forest(x, train, seed=0, trees=20)
    assert ranked.probabilities is not None
    truth = x[:, 0] - x[:, 1] - x[:, 4] > 0
    assert ranked.scores[truth].mean() > ranked.scores[~truth].mean() + 0.3
    np.testing.assert_array_equal(ranked.scores, ranked.probabilities[:, 1])


def test_a_class_absent_from_training_gets_nothing() -> None:
    train = make_training()
    absent = Training(x=train.x, labels=train.labels, k=3)
    ranked = random_forest(make_x(), absent, seed=0, trees=5)
    assert ranked.probabilities is not None
    assert not ranked.probabilities[:, 2].any()
