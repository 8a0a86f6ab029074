from typing import Any  # Any: whatever a recipe takes

import numpy as np
import pytest
from numpy.typing import NDArray

from leadscore.model.auto import AutoRecipe
from leadscore.model.estimator import MarginClassifier
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.ordinal import OrdinalBoosting
from leadscore.model.rehearse import Rehearsal, last_part, recipe_name, rehearse
from leadscore.model.seed import SeedRecipe
from tests.model.known import Matrix

Labels = NDArray[np.intp]
N = 400
TIMES = np.arange(float(N))
RNG = np.random.default_rng


def leads() -> tuple[Matrix, Labels]:
    rng = RNG(0)
    x = rng.normal(size=(N, 3)).astype(np.float32)
    return x, (x[:, 0] + rng.logistic(size=N) > 0).astype(np.intp)


def quick(name: str) -> MarginClassifier:
    few: dict[str, Any] = {"folds": 2, "repeats": 1, "rounds": 20}
    match name:
        case "auto":
            return AutoRecipe(**few)
        case "ordinal":
            return OrdinalBoosting(**few, deepest=1)
        case "logistic":
            return OrdinalSplines()
        case _:
            return SeedRecipe()


def heard(shipped: str, labels: Labels, *, times: NDArray[np.float64] | None) -> Rehearsal:
    x, _ = leads()
    estimator = quick(shipped)
    told = {"times": times} if shipped == "auto" else {}
    estimator.fit(x, labels, **told)
    split = last_part(labels, times=times, groups=None, rng=RNG(0))
    names = ("ordinal", "logistic", "seed")
    return rehearse(estimator, labels, split=split, rivals={one: (quick(one), x) for one in names})


def test_the_leads_to_be_judged_on_come_last() -> None:
    _, labels = leads()
    split = last_part(labels, times=TIMES[::-1].copy(), groups=None, rng=RNG(0))
    assert split.kind == "forward"
    assert split.ahead.tolist() == list(range(80))
    assert sorted([*split.past, *split.ahead]) == list(range(N))


def test_leads_of_one_moment_are_parted_at_random_and_it_says_so() -> None:
    _, labels = leads()
    split = last_part(labels, times=np.zeros(N), groups=None, rng=RNG(0))
    assert split.kind == "random"
    assert sorted([*split.past, *split.ahead]) == list(range(N))


def test_groups_stay_whole() -> None:
    _, labels = leads()
    groups = np.arange(N) // 10 % 5
    split = last_part(labels, times=None, groups=groups, rng=RNG(0))
    assert split.kind == "group"
    assert not set(groups[split.past]) & set(groups[split.ahead])


@pytest.mark.parametrize("shipped", ["auto", "ordinal", "logistic", "seed"])
@pytest.mark.parametrize("times", [None, TIMES])
def test_every_recipe_speaks_of_the_same_leads(
    shipped: str, times: NDArray[np.float64] | None
) -> None:
    _, labels = leads()
    found = heard(shipped, labels, times=times)
    assert set(found.told) == {"ordinal", "logistic", "seed"}
    assert {len(one) for one in found.told.values()} == {len(found.split.ahead)}
    assert all(np.allclose(one.sum(axis=1), 1) for one in found.told.values())
    assert set(found.split.ahead.tolist()) <= set(found.rows.tolist())
    assert len(found.probabilities) == len(found.rows)


@pytest.mark.parametrize("shipped", ["auto", "logistic", "seed"])
def test_what_was_said_of_later_leads_does_not_depend_on_what_came_of_them(shipped: str) -> None:
    _, labels = leads()
    turned = labels.copy()
    turned[320:] = 1 - turned[320:]
    here, there = (heard(shipped, one, times=TIMES) for one in (labels, turned))
    for name in here.told:
        assert here.told[name].tobytes() == there.told[name].tobytes()


def test_a_recipe_is_named_after_what_it_came_to() -> None:
    x, labels = leads()
    auto = AutoRecipe(folds=2, repeats=1, rounds=20).fit(x, labels)
    assert recipe_name(auto) == auto.choice_.chosen
    assert [recipe_name(quick(one)) for one in ("ordinal", "logistic", "seed")] == [
        "ordinal",
        "logistic",
        "seed",
    ]


def test_only_the_rivals_learn_from_a_part_and_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadscore.model.rehearse._MOST", 200)
    _, labels = leads()
    found = heard("logistic", labels, times=TIMES)
    assert found.learned_from == {"ordinal": 200, "logistic": 320, "seed": 200}
