import numpy as np
import pytest
import xgboost
from numpy.typing import NDArray

from leadscore.model.expand import fit_expansion
from leadscore.model.member import Member, member_parts
from leadscore.model.seed import SeedRecipe
from leadscore.model.trees import Trees
from tests.model.known import Matrix, draw_labels, make_matrix


def fit_member(x: Matrix, labels: NDArray[np.intp], *, seed: int = 0) -> Member:
    expansion = fit_expansion(x, labels, (3,))
    matrix = xgboost.DMatrix(expansion.transform(x), label=labels > 0, nthread=1)
    params = {"max_depth": 5, "objective": "binary:logistic", "nthread": 1, "seed": seed}
    booster = xgboost.train({**params, "subsample": 0.8}, matrix, num_boost_round=20)
    return Member(booster=booster, expansion=expansion, centre=0.3)


def own_margin(member: Member, x: Matrix) -> NDArray[np.float64]:
    matrix = xgboost.DMatrix(member.columns(x), nthread=1)
    found = member.booster.predict(matrix, output_margin=True)
    return np.asarray(found, np.float64) - member.centre


def test_base_and_effects_add_up_to_the_mean_of_the_members_margins() -> None:
    x = make_matrix(400)
    members = [fit_member(x, draw_labels(x), seed=seed) for seed in range(3)]
    engine = Trees.centred(members, fields=4)
    ahead = make_matrix(200, seed=8, gaps=0.4, levels=7)
    margin = engine.base + engine.effects(ahead).sum(axis=1)
    wanted = np.mean([own_margin(one, ahead) for one in members], axis=0)
    assert margin == pytest.approx(wanted, abs=1e-5)


def test_the_engine_comes_back_from_its_parts_as_it_was() -> None:
    x = make_matrix(200)
    member = fit_member(x, draw_labels(x))
    parts = member_parts([member])
    again = Trees.from_parts(parts, fields=4)
    assert again.effects(x).tobytes() == Trees.centred([member], fields=4).effects(x).tobytes()
    assert member_parts(again.members) == parts


@pytest.mark.parametrize("part", ["member0.json", "member0.ubj"])
def test_broken_parts_are_refused(part: str) -> None:
    x = make_matrix(60)
    parts = member_parts([fit_member(x, draw_labels(x))])
    with pytest.raises(ValueError, match=r"."):
        Trees.from_parts({**parts, part: b"nonsense"}, fields=4)
    with pytest.raises((KeyError, ValueError)):
        Trees.from_parts({name: one for name, one in parts.items() if name != part}, fields=4)


def test_two_classes_and_bags_have_no_probabilities_of_their_own() -> None:
    x = make_matrix(60)
    member = fit_member(x, draw_labels(x))
    for members in ([member], [member, member]):
        engine = Trees.centred(members, fields=4)
        assert engine.probabilities(x) is None
        assert engine.told(x)[1] is None


def test_margin_and_probabilities_come_on_one_way_through_the_trees() -> None:
    x, labels = make_matrix(300), draw_labels(make_matrix(300))
    engine = SeedRecipe(smote=False).fit(x, labels).engine_
    ahead = make_matrix(60, seed=8)
    margin, probabilities = engine.told(ahead)
    own = engine.probabilities(ahead)
    assert own is not None
    assert probabilities is not None
    assert margin.tobytes() == engine.margin(ahead).tobytes()
    assert probabilities.tobytes() == own.tobytes()
    assert np.abs(probabilities.sum(axis=1) - 1).max() < 1e-15
    alone = [engine.told(ahead[[at]]) for at in range(len(ahead))]
    assert np.concatenate([one for one, _ in alone]).tobytes() == margin.tobytes()
    assert np.concatenate([one for _, one in alone if one is not None]).tobytes() == own.tobytes()
