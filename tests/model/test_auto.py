from functools import cache
from typing import Any  # Any: whatever the constructor takes

import numpy as np
import pytest
from numpy.typing import NDArray

from leadscore.model.auto import AutoRecipe, _choose
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.ordinal import OrdinalBoosting
from tests.model.known import Matrix

Labels = NDArray[np.intp]


def straight_world(n: int = 500) -> tuple[Matrix, Labels]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    return x, (x[:, 0] + rng.logistic(size=n) > 0).astype(np.intp)


def paired_world(n: int = 800) -> tuple[Matrix, Labels]:
    """What counts is whether two fields agree, which no sum of single fields can say."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 2)).astype(np.float32)
    return x, ((x[:, 0] > 0) == (x[:, 1] > 0)).astype(np.intp)


def quick(**given: Any) -> AutoRecipe:
    """A recipe for tests: fewer folds and rounds than a user's."""
    return AutoRecipe(**{"folds": 2, "repeats": 1, "rounds": 40, **given})


@cache
def straight() -> AutoRecipe:
    return quick().fit(*straight_world())


def losses(*, simple: float, gain: float, spread: float) -> dict[str, NDArray[np.float64]]:
    """Losses of 400 leads: boosting's are lower by `gain`, give or take `spread`."""
    swing = spread * np.tile([1.0, -1.0], 200)
    base = np.full(400, simple)
    return {"logistic": base, "ordinal": base - gain + swing}


@pytest.mark.parametrize(
    ("gain", "spread", "chosen"),
    [
        (0.0, 0.0, "logistic"),
        (-0.1, 0.0, "logistic"),
        (0.0024, 0.0, "logistic"),
        (0.0026, 0.0, "ordinal"),
        (0.01, 0.21, "logistic"),
        (0.01, 0.19, "ordinal"),
    ],
)
def test_the_simple_recipe_wins_within_half_a_percent_and_within_one_standard_error(
    gain: float, spread: float, chosen: str
) -> None:
    choice = _choose(losses(simple=0.5, gain=gain, spread=spread), "folds")
    assert choice.chosen == chosen
    assert choice.error == pytest.approx(spread / 20)


def test_a_tie_goes_to_the_simple_recipe() -> None:
    x, labels = straight_world(200)
    model = quick().fit(np.zeros_like(x), labels)
    assert model.choice_.chosen == "logistic"
    assert isinstance(model.estimator_, OrdinalSplines)


def test_boosting_is_taken_where_it_earns_it() -> None:
    model = quick(rounds=120).fit(*paired_world())
    assert model.choice_.chosen == "ordinal"
    assert model.choice_.ordinal < model.choice_.logistic - model.choice_.error
    assert isinstance(model.estimator_, OrdinalBoosting)


def test_the_choice_is_json_and_says_on_what() -> None:
    told = straight().choice_.to_json()
    assert told["validation"] == "folds"
    assert told["n"] == 500
    assert set(told) == {"chosen", "validation", "ordinal", "logistic", "error", "n"}


def test_it_speaks_with_the_chosen_recipes_voice() -> None:
    x, _ = straight_world()
    model = straight()
    assert model.predict_proba(x).tobytes() == model.estimator_.predict_proba(x).tobytes()
    assert model.held_out_margin_ is model.estimator_.held_out_margin_


def test_forward_validation_never_learns_from_later_leads() -> None:
    """The last fifth says the opposite; what is judged before it must not know."""
    x, labels = straight_world()
    turned = labels.copy()
    turned[400:] = 1 - turned[400:]
    times = np.arange(500.0)
    good = quick(rounds=20).fit(x, labels, times=times).choice_
    bad = quick(rounds=20).fit(x, turned, times=times).choice_
    assert good.validation == bad.validation == "forward"
    assert good.n == bad.n == 300
    # Had the later leads been learned from, the turned ones would not come as a surprise.
    assert bad.logistic > good.logistic + 0.1
    assert bad.ordinal > good.ordinal + 0.1


def test_forward_validation_does_not_depend_on_the_order_of_the_rows() -> None:
    x, labels = straight_world(300)
    order = np.random.default_rng(1).permutation(300)
    times = np.arange(300.0)
    here = quick(rounds=20).fit(x, labels, times=times).choice_
    there = quick(rounds=20).fit(x[order], labels[order], times=times[order]).choice_
    assert there.n == here.n
    assert there.logistic == pytest.approx(here.logistic, abs=0.05)


def test_leads_of_one_moment_are_judged_on_folds() -> None:
    x, labels = straight_world(200)
    model = quick(rounds=20).fit(x, labels, times=np.zeros(200))
    assert model.choice_.validation == "folds"


def test_a_class_that_only_comes_late_is_judged_on_folds() -> None:
    x, labels = straight_world(200)
    labels = np.where(np.arange(200) < 170, 0, 1)
    model = quick(rounds=20).fit(x, labels, times=np.arange(200.0))
    assert model.choice_.validation == "folds"


def test_groups_are_left_out_whole() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(60), 8)
    labels = rng.integers(0, 2, 60)[group]
    x = rng.normal(size=60)[group][:, None].astype(np.float32)
    by_group = quick().fit(x, labels, folds=group % 3).choice_
    at_random = quick().fit(x, labels).choice_
    assert by_group.validation == "groups"
    assert at_random.ordinal < np.log(2) - 0.05
    assert by_group.ordinal > np.log(2) - 0.05


def test_equal_seeds_give_equal_choices_on_any_number_of_threads() -> None:
    x, labels = straight_world()
    again = quick(n_jobs=2).fit(x, labels)
    assert again.choice_ == straight().choice_
    assert again.predict_proba(x).tobytes() == straight().predict_proba(x).tobytes()


def test_the_class_order_is_a_parameter() -> None:
    x, labels = straight_world()
    names = np.array(["won", "lost"])[1 - labels]
    model = quick(order=("lost", "won")).fit(x, names)
    assert model.predict_proba(x).tobytes() == straight().predict_proba(x).tobytes()
    assert set(model.predict(x)) == {"won", "lost"}
