from functools import cache
from typing import Any  # Any: whatever the constructor takes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from leadscore.model.estimator import BadLabels
from leadscore.model.link import class_probabilities
from leadscore.model.member import member_parts
from leadscore.model.ordinal import OrdinalBoosting
from leadscore.model.tables import StepTables
from tests.model.known import CUTS, Matrix, draw_labels, make_matrix, true_margin

CLASSES = ("cold", "warm", "hot")


def quick(**given: Any) -> OrdinalBoosting:
    """A recipe for tests: fewer folds and rounds than a user's."""
    return OrdinalBoosting(**{"folds": 3, "repeats": 1, "rounds": 80, **given})


@cache
def fitted(deepest: int = 2) -> tuple[Matrix, NDArray[np.intp], OrdinalBoosting]:
    x = make_matrix(800)
    labels = draw_labels(x)
    model = quick(deepest=deepest, directions=(1, 1, 0, 0), categorical=(3,))
    return x, labels, model.fit(x, labels)


def tables_of(model: OrdinalBoosting) -> StepTables:
    assert isinstance(model.engine_, StepTables)
    return model.engine_


def bytes_of(model: OrdinalBoosting) -> dict[str, bytes]:
    parts = {name: array.tobytes() for name, array in tables_of(model).to_arrays().items()}
    return {**parts, **member_parts(model.members_)}


values = st.one_of(st.just(np.nan), st.floats(-5, 80, width=32))
some_leads = arrays(np.float32, (5, 4), elements=values)


@pytest.mark.parametrize("field", [0, 1])
@given(leads=some_leads, low=st.floats(-1e6, 1e6), rise=st.floats(0, 1e6))
def test_raising_a_field_that_points_up_never_lowers_the_score(
    field: int, leads: Matrix, low: float, rise: float
) -> None:
    _, _, model = fitted()
    leads[:, 3] = np.abs(leads[:, 3]) // 20
    before, after = leads.copy(), leads.copy()
    before[:, field], after[:, field] = low, np.float32(low) + np.float32(rise)
    assert np.all(model.margin(after) >= model.margin(before) - 1e-9)
    high = [model.predict_proba(x)[:, -1] for x in (before, after)]
    assert np.all(high[1] >= high[0] - 1e-9)


def test_a_field_that_points_down_never_raises_the_score() -> None:
    x = make_matrix(500, gaps=0)
    model = quick(directions=(-1, 0, 0, 0), deepest=2).fit(x, draw_labels(x))
    line = np.repeat(x[:1], 50, axis=0)
    line[:, 0] = np.linspace(-4, 4, 50)
    assert np.all(np.diff(model.margin(line)) <= 1e-12)


def test_deeper_trees_keep_the_directions_too() -> None:
    x = make_matrix(600, gaps=0)
    labels = (np.sin(x[:, 0]) * x[:, 1] * (x[:, 2] - 0.5) > 0).astype(np.intp)
    model = quick(directions=(0, 1, 0, 0), deepest=4).fit(x, labels)
    assert model.engine_.kind == "trees"
    line = np.repeat(x[:1], 50, axis=0)
    line[:, 1] = np.linspace(0, 80, 50)
    assert np.all(np.diff(model.margin(line)) >= -1e-5)


def test_base_and_effects_are_the_margin() -> None:
    x, _, model = fitted()
    assert model.engine_.base + model.effects(x).sum(axis=1) == pytest.approx(model.margin(x))


def test_equal_seeds_give_equal_bytes_on_any_number_of_threads() -> None:
    x, labels, model = fitted()
    again = quick(deepest=2, directions=(1, 1, 0, 0), categorical=(3,), n_jobs=2).fit(x, labels)
    assert bytes_of(again) == bytes_of(model)
    assert again.calibration_.to_json() == model.calibration_.to_json()
    assert again.held_out_margin_.tobytes() == model.held_out_margin_.tobytes()


def test_another_seed_gives_another_model() -> None:
    x, labels, model = fitted()
    other = quick(deepest=2, directions=(1, 1, 0, 0), categorical=(3,), random_state=1)
    assert bytes_of(other.fit(x, labels)) != bytes_of(model)


def test_rows_in_another_order_give_nearly_the_same_model() -> None:
    """Folds are drawn by row, so the bytes differ; what is said of a lead hardly does."""
    x, labels, model = fitted()
    order = np.random.default_rng(3).permutation(len(x))
    again = quick(deepest=2, directions=(1, 1, 0, 0), categorical=(3,))
    again.fit(x[order], labels[order])
    apart = np.abs(again.predict_proba(x) - model.predict_proba(x)).sum(axis=1) / 2
    assert apart.mean() < 0.06


def test_rows_in_another_order_are_scored_the_same() -> None:
    x, _, model = fitted()
    order = np.random.default_rng(3).permutation(len(x))
    assert model.predict_proba(x[order]).tobytes() == model.predict_proba(x)[order].tobytes()


def test_probabilities_are_honest_in_a_known_world() -> None:
    x = make_matrix(3000, gaps=0.05)
    model = quick(deepest=2, categorical=(3,), rounds=200).fit(x, draw_labels(x))
    ahead = make_matrix(3000, seed=77, gaps=0.05)
    truth = class_probabilities(true_margin(ahead), CUTS)
    told = model.predict_proba(ahead)
    assert (np.abs(told - truth).sum(axis=1) / 2).mean() < 0.06
    assert told.mean(axis=0) == pytest.approx(truth.mean(axis=0), abs=0.03)


def test_held_out_margins_have_not_seen_their_own_labels() -> None:
    x = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 2, 500)
    model = quick(rounds=60).fit(x, labels)
    assert roc_auc_score(labels, model.held_out_margin_) == pytest.approx(0.5, abs=0.08)


def members_differ_by(model: OrdinalBoosting, x: Matrix, folds: NDArray[np.intp]) -> float:
    """Return how far members are from the held-out margins that they are credited with."""
    apart = []
    for fold, member in enumerate(model.members_):
        columns = member.columns(x[folds == fold])
        found = member.booster.inplace_predict(columns, predict_type="margin") - member.centre
        apart.append(np.abs(found - model.held_out_margin_[folds == fold]).max())
    return float(max(apart))


@pytest.mark.parametrize("deepest", [1, 2, 4])
def test_each_member_gives_the_held_out_margins_that_it_is_credited_with(deepest: int) -> None:
    x, labels, _ = fitted()
    folds = np.arange(len(x)) % 3
    model = quick(deepest=deepest, categorical=(3,)).fit(x, labels, folds=folds)
    assert members_differ_by(model, x, folds) < 1e-5


def test_a_member_that_learned_only_chance_keeps_no_trees() -> None:
    """Slicing a booster to no rounds keeps them all; such members once said anything."""
    kept = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        x, labels = rng.normal(size=(400, 3)).astype(np.float32), rng.integers(0, 2, 400)
        folds = np.arange(400) % 3
        model = quick(deepest=1, rounds=200).fit(x, labels, folds=folds)
        assert members_differ_by(model, x, folds) < 1e-5
        kept += [one.booster.num_boosted_rounds() for one in model.members_]
    assert 0 in kept


def test_a_group_is_never_told_apart_by_models_that_have_seen_it() -> None:
    """Every group has its own coin: known, it gives the label away; left out, it says nothing."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(60), 10)
    labels = rng.integers(0, 2, 60)[group]
    x = np.stack([rng.normal(size=60)[group], rng.normal(size=600)], axis=1).astype(np.float32)
    by_group = quick(rounds=100).fit(x, labels, folds=group % 3)
    at_random = quick(rounds=100).fit(x, labels)
    assert roc_auc_score(labels, at_random.held_out_margin_) > 0.8
    assert roc_auc_score(labels, by_group.held_out_margin_) < 0.65


def test_missing_values_are_used_and_not_filled_in() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2)).astype(np.float32)
    labels = rng.integers(0, 2, 600)
    x[labels == 1, 0] = np.where(rng.random(int(labels.sum())) < 0.8, np.nan, 0.0)
    model = quick(rounds=60).fit(x, labels)
    told = model.predict_proba(np.array([[np.nan, 0.0], [1.0, 0.0]], np.float32))[:, 1]
    assert told[0] > 0.9
    assert told[1] < 0.5


def test_a_lead_with_nothing_known_is_scored() -> None:
    _, _, model = fitted()
    told = model.predict_proba(np.full((1, 4), np.nan, np.float32))
    assert np.all(np.isfinite(told))


def test_a_thousand_levels_are_learned_without_learning_chance() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 1000, 6000)
    chance = np.where(code % 3 == 0, 0.9, 0.1)
    x = np.stack([code, rng.integers(0, 1000, 6000)], axis=1).astype(np.float32)
    labels = (rng.random(6000) < chance).astype(np.intp)
    model = quick(categorical=(0, 1), rounds=60).fit(x, labels)
    assert roc_auc_score(labels, model.held_out_margin_) > 0.8
    spread = model.effects(x).std(axis=0)
    assert spread[1] < 0.15 * spread[0]


def test_a_level_past_the_list_is_scored_as_missing() -> None:
    x, _, model = fitted()
    leads = np.repeat(x[:5], 2, axis=0)
    leads[::2, 3], leads[1::2, 3] = 99, np.nan
    told = model.predict_proba(leads)
    assert told[::2].tolist() == told[1::2].tolist()


@pytest.mark.parametrize("cuts", [(0.5,), (-1.0, 2.0), (-2.0, 0.5, 2.5)])
def test_any_number_of_ordered_classes(cuts: tuple[float, ...]) -> None:
    x = make_matrix(600)
    labels = draw_labels(x, cuts=np.array(cuts))
    model = quick(deepest=2).fit(x, labels)
    told = model.predict_proba(x)
    assert told.shape == (600, len(cuts) + 1)
    expected = told @ np.arange(len(cuts) + 1)
    assert np.corrcoef(expected, labels)[0, 1] > 0.5


def test_the_class_order_is_a_parameter() -> None:
    x, labels, model = fitted()
    named = np.array(CLASSES)[labels]
    again = quick(deepest=2, directions=(1, 1, 0, 0), categorical=(3,), order=CLASSES)
    again.fit(x, named)
    assert again.classes_.tolist() == list(CLASSES)
    assert again.predict_proba(x).tobytes() == model.predict_proba(x).tobytes()
    assert set(again.predict(x)) <= set(CLASSES)


def test_classes_are_sorted_where_no_order_is_given() -> None:
    x, labels, _ = fitted()
    model = quick(deepest=1, rounds=20).fit(x, np.array(CLASSES)[labels])
    assert model.classes_.tolist() == sorted(CLASSES)


def test_a_label_that_the_order_lacks_is_named() -> None:
    x, labels, _ = fitted()
    with pytest.raises(BadLabels, match=r"\['hot'\].*cold, warm"):
        quick(order=("cold", "warm")).fit(x, np.array(CLASSES)[labels])


def test_labels_of_one_class_are_refused() -> None:
    x, _, _ = fitted()
    with pytest.raises(BadLabels, match="one class only"):
        quick().fit(x, np.zeros(len(x)))


def test_depth_one_has_no_pairs_and_depth_two_may() -> None:
    x, labels, _ = fitted()
    assert tables_of(quick(deepest=1).fit(x, labels)).pairs == ()
    either = ((x[:, 0] > 0) ^ (x[:, 2] > 0.5)).astype(np.intp)
    model = quick(deepest=2, rounds=200).fit(np.nan_to_num(x), either)
    assert {pair.fields for pair in tables_of(model).pairs} >= {(0, 2)}
    assert roc_auc_score(either, model.held_out_margin_) > 0.8


def test_fewer_rounds_than_one_check_are_still_judged() -> None:
    x, labels, _ = fitted()
    model = quick(deepest=1, rounds=7).fit(x, labels)
    assert [one.booster.num_boosted_rounds() for one in model.members_] == [7, 7, 7]
