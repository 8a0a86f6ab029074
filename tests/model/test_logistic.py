from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from leadscore.model.curves import Curves
from leadscore.model.estimator import BadLabels
from leadscore.model.link import class_probabilities
from leadscore.model.logistic import OrdinalSplines
from tests.model.known import CUTS, Matrix, draw_labels, make_matrix, true_margin


@cache
def fitted() -> tuple[Matrix, NDArray[np.intp], OrdinalSplines]:
    x = make_matrix(800)
    labels = draw_labels(x)
    return x, labels, OrdinalSplines(categorical=(3,), folds=3).fit(x, labels)


def bytes_of(model: OrdinalSplines) -> dict[str, bytes]:
    assert isinstance(model.engine_, Curves)
    return {name: array.tobytes() for name, array in model.engine_.to_arrays().items()}


def test_equal_seeds_give_equal_bytes() -> None:
    x, labels, model = fitted()
    again = OrdinalSplines(categorical=(3,), folds=3).fit(x, labels)
    assert bytes_of(again) == bytes_of(model)
    assert again.held_out_margin_.tobytes() == model.held_out_margin_.tobytes()


def test_probabilities_are_honest_in_a_known_world() -> None:
    x = make_matrix(3000, gaps=0.0)
    model = OrdinalSplines(categorical=(3,)).fit(x, draw_labels(x))
    ahead = make_matrix(3000, seed=77, gaps=0.0)
    truth = class_probabilities(true_margin(ahead), CUTS)
    told = model.predict_proba(ahead)
    assert (np.abs(told - truth).sum(axis=1) / 2).mean() < 0.06
    assert told.mean(axis=0) == pytest.approx(truth.mean(axis=0), abs=0.03)


def test_a_bend_is_followed() -> None:
    x = np.random.default_rng(0).uniform(-3, 3, size=(2000, 1)).astype(np.float32)
    chance = np.where(np.abs(x[:, 0]) < 1, 0.9, 0.1)
    labels = (np.random.default_rng(1).random(2000) < chance).astype(np.intp)
    model = OrdinalSplines().fit(x, labels)
    assert roc_auc_score(labels, model.held_out_margin_) > 0.8


def test_the_penalty_is_chosen_on_the_validation_that_is_given() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 30)).astype(np.float32)
    labels = (x[:, 0] + rng.logistic(size=600) > 0).astype(np.intp)
    # In the later half every field but chance says the opposite: nothing is best believed.
    labels[300:] = (-3 * x[300:, 0] + rng.logistic(size=300) > 0).astype(np.intp)
    forward = [(np.arange(300), np.arange(300, 600))]
    doubtful = OrdinalSplines().fit(x, labels, validation=forward)
    assert doubtful.ridge_ == max(OrdinalSplines().ridges)


def test_noise_takes_the_largest_penalty() -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 8)), rng.integers(0, 2, 300)
    model = OrdinalSplines().fit(x, labels)
    assert model.ridge_ == max(model.ridges)
    assert roc_auc_score(labels, model.held_out_margin_) == pytest.approx(0.5, abs=0.12)


def test_a_group_is_never_told_apart_by_models_that_have_seen_it() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(60), 10)
    labels = rng.integers(0, 2, 60)[group]
    x = group[:, None].astype(np.float32)
    by_group = OrdinalSplines(categorical=(0,)).fit(x, labels, folds=group % 3)
    at_random = OrdinalSplines(categorical=(0,)).fit(x, labels)
    assert roc_auc_score(labels, at_random.held_out_margin_) > 0.9
    assert roc_auc_score(labels, by_group.held_out_margin_) < 0.6


def test_missing_values_and_unknown_codes_are_scored() -> None:
    _, _, model = fitted()
    leads = np.full((2, 4), np.nan, np.float32)
    leads[1, 3] = 99
    told = model.predict_proba(leads)
    assert np.all(np.isfinite(told))
    assert told[0].tolist() == told[1].tolist()


def test_a_thousand_levels_are_learned() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 1000, 6000)
    labels = (rng.random(6000) < np.where(code % 3 == 0, 0.9, 0.1)).astype(np.intp)
    x = code[:, None].astype(np.float32)
    model = OrdinalSplines(categorical=(0,)).fit(x, labels)
    assert roc_auc_score(labels, model.held_out_margin_) > 0.8


@pytest.mark.parametrize("cuts", [(0.5,), (-1.0, 2.0), (-2.0, 0.5, 2.5)])
def test_any_number_of_ordered_classes(cuts: tuple[float, ...]) -> None:
    x = make_matrix(500)
    labels = draw_labels(x, cuts=np.array(cuts))
    told = OrdinalSplines(folds=3).fit(x, labels).predict_proba(x)
    assert told.shape == (500, len(cuts) + 1)
    assert np.corrcoef(told @ np.arange(len(cuts) + 1), labels)[0, 1] > 0.5


def test_the_class_order_is_a_parameter() -> None:
    x, labels, model = fitted()
    names = ("cold", "warm", "hot")
    again = OrdinalSplines(categorical=(3,), folds=3, order=names)
    again.fit(x, np.array(names)[labels])
    assert again.predict_proba(x).tobytes() == model.predict_proba(x).tobytes()
    with pytest.raises(BadLabels, match="lacks"):
        OrdinalSplines(order=("cold",)).fit(x, np.array(names)[labels])
