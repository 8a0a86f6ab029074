from functools import cache

import numpy as np
import pytest
import xgboost
from numpy.typing import NDArray

from leadscore.model.member import member_parts
from leadscore.model.seed import SeedRecipe
from tests.model.known import Matrix, draw_labels, make_matrix


@cache
def fitted(*, smote: bool = True) -> tuple[Matrix, NDArray[np.intp], SeedRecipe]:
    x = make_matrix(300)
    labels = draw_labels(x)
    return x, labels, SeedRecipe(categorical=(3,), smote=smote).fit(x, labels)


def own_margins(model: SeedRecipe, x: Matrix) -> NDArray[np.float64]:
    [member] = model.members_
    matrix = xgboost.DMatrix(member.columns(x), nthread=1)
    return np.asarray(member.booster.predict(matrix, output_margin=True), np.float64)


def test_the_trees_are_the_specifications() -> None:
    _, _, model = fitted()
    [member] = model.members_
    assert member.booster.num_boosted_rounds() == 300
    assert len(member.booster.get_dump()) == 900


def test_the_margin_is_high_less_low_and_the_effects_add_up_to_it() -> None:
    x, _, model = fitted()
    ahead = make_matrix(100, seed=5)
    found = own_margins(model, ahead)
    assert model.margin(ahead) == pytest.approx(found[:, -1] - found[:, 0], abs=1e-4)
    total = model.engine_.base + model.effects(ahead).sum(axis=1)
    assert total == pytest.approx(model.margin(ahead), abs=1e-9)
    assert model.effects(x).shape == (300, 4)


def test_the_probabilities_are_xgboosts_own() -> None:
    ahead = make_matrix(100, seed=5)
    _, _, model = fitted()
    margins = own_margins(model, ahead)
    shares = np.exp(margins - margins.max(axis=1, keepdims=True))
    wanted = shares / shares.sum(axis=1, keepdims=True)
    assert model.predict_proba(ahead) == pytest.approx(wanted, abs=1e-5)


def test_with_two_classes_the_calibration_is_xgboosts_own_sigmoid() -> None:
    """The bundle keeps margin and calibration alone: they must say what the recipe says."""
    x = make_matrix(300)
    labels = (draw_labels(x) > 1).astype(np.intp)
    model = SeedRecipe(categorical=(3,)).fit(x, labels)
    wanted = 1 / (1 + np.exp(-own_margins(model, x)))
    assert model.predict_proba(x)[:, 1] == pytest.approx(wanted, abs=1e-5)
    kept = model.calibration_.probabilities(model.margin(x))
    # float32 sums of leaves and of contributions differ in their last bits
    assert kept == pytest.approx(model.predict_proba(x), abs=1e-6)


def test_a_fifth_of_every_class_is_held_out() -> None:
    _, labels, model = fitted()
    held = model.held_out_rows_
    assert len(np.unique(held)) == len(held)
    counts = np.bincount(labels[held])
    assert counts.tolist() == [round(0.2 * n) for n in np.bincount(labels)]
    assert model.held_out_margin_.shape == held.shape
    assert model.held_out_probabilities_.shape == (len(held), 3)


def test_what_is_held_out_is_never_scaled_resampled_or_learned() -> None:
    """Were the other held-out leads part of any of it, this one's margin would move."""
    x, labels, model = fitted()
    one, *others = model.held_out_rows_.tolist()
    strange = x.copy()
    strange[others] = 1000 * make_matrix(len(others), seed=99)
    strange[others, 3] = 0
    again = SeedRecipe(categorical=(3,)).fit(strange, labels)
    assert again.held_out_rows_.tolist() == [one, *others]
    assert again.held_out_margin_[0] == model.held_out_margin_[0]
    assert again.margin(x[[one]])[0] != model.margin(x[[one]])[0]


def test_smote_changes_the_model() -> None:
    x, _, model = fitted()
    _, _, plain = fitted(smote=False)
    assert member_parts(plain.members_) != member_parts(model.members_)
    assert plain.predict_proba(x) != pytest.approx(model.predict_proba(x), abs=1e-3)


def test_a_class_of_few_leads_takes_the_neighbours_that_it_has() -> None:
    x = make_matrix(120, gaps=0)
    labels = np.zeros(120, np.intp)
    labels[:4] = 1
    told = SeedRecipe().fit(x, labels).predict_proba(x)
    assert told[:4, 1].min() > told[4:, 1].mean()


def test_a_class_of_one_lead_is_not_resampled() -> None:
    x = make_matrix(60, gaps=0)
    labels = np.zeros(60, np.intp)
    labels[0] = 1
    assert SeedRecipe().fit(x, labels).predict_proba(x).shape == (60, 2)


def test_missing_values_and_unknown_codes_are_scored() -> None:
    _, _, model = fitted()
    leads = np.full((2, 4), np.nan, np.float32)
    leads[1, 3] = 99
    told = model.predict_proba(leads)
    assert np.all(np.isfinite(told))
    assert told[0].tolist() == told[1].tolist()


def test_a_field_that_is_always_missing_changes_nothing() -> None:
    x, labels, _ = fitted()
    empty = x.copy()
    empty[:, 1] = np.nan
    model = SeedRecipe().fit(empty, labels)
    assert not model.effects(empty)[:, 1].any()


def test_a_value_that_is_missing_by_chance_does_not_mark_the_leads_that_smote_made() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 2)).astype(np.float32)
    labels = (rng.random(1500) < 0.1).astype(np.intp)
    x[rng.random(1500) < 0.3, 1] = np.nan
    model = SeedRecipe().fit(x, labels)
    gap = np.isnan(x[:, 1])
    told = model.predict_proba(x)[:, 1]
    assert told[gap].mean() == pytest.approx(told[~gap].mean(), abs=0.12)


def test_equal_seeds_give_equal_bytes() -> None:
    x, labels, model = fitted()
    again = SeedRecipe(categorical=(3,)).fit(x, labels)
    assert member_parts(again.members_) == member_parts(model.members_)


def test_the_class_order_is_a_parameter() -> None:
    x, labels, model = fitted()
    names = ("cold", "warm", "hot")
    again = SeedRecipe(categorical=(3,), order=names).fit(x, np.array(names)[labels])
    assert again.predict_proba(x).tobytes() == model.predict_proba(x).tobytes()
