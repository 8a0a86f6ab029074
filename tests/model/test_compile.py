from functools import cache
from typing import cast

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.model.compile import compile_tables
from leadscore.model.expand import fit_expansion
from leadscore.model.member import Member
from leadscore.model.tables import StepTables
from tests.model.known import Matrix, draw_labels, make_matrix

LEVELS = 30
CATEGORIES = (3,)


def fit_member(x: Matrix, labels: NDArray[np.intp], *, depth: int, seed: int) -> Member:
    """Fit a few trees on a part of the leads, so that members know other levels and edges."""
    part = np.random.default_rng(seed).random(len(x)) < 0.7
    expansion = fit_expansion(x[part], labels[part], CATEGORIES)
    matrix = xgboost.DMatrix(expansion.transform(x[part]), label=labels[part] > 0, nthread=1)
    params = {"max_depth": depth, "eta": 0.3, "objective": "binary:logistic", "base_score": 0.5}
    booster = xgboost.train({**params, "nthread": 1, "seed": seed}, matrix, num_boost_round=25)
    return Member(booster=booster, expansion=expansion, centre=0.1 * seed)


@cache
def fitted(depth: int, levels: int) -> tuple[Matrix, tuple[Member, ...], StepTables]:
    x = make_matrix(600, levels=levels)
    labels = draw_labels(x)
    members = tuple(fit_member(x, labels, depth=depth, seed=seed) for seed in range(3))
    return x, members, compile_tables(members, x)


def member_margin(members: tuple[Member, ...], x: Matrix) -> NDArray[np.float64]:
    margins = []
    for member in members:
        matrix = xgboost.DMatrix(member.columns(x), nthread=1)
        margins.append(member.booster.predict(matrix, output_margin=True) - member.centre)
    return np.asarray(np.mean(margins, axis=0, dtype=np.float64))


def table_margin(tables: StepTables, x: Matrix) -> NDArray[np.float64]:
    return np.asarray(tables.base + tables.effects(x).sum(axis=1))


values = st.one_of(
    st.floats(-(2.0**100), 2.0**100, width=32),
    st.floats(-4, 60, width=32),
    st.sampled_from([np.nan, 0.0, -0.0, 1.0, 3.4028234663852886e38, -3.4028234663852886e38]),
)
codes = st.sampled_from([np.nan, *map(float, range(LEVELS + 3))])
some_leads = arrays(np.float32, (20, 3), elements=values)
some_codes = arrays(np.float32, (20, 1), elements=codes)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("levels", [4, LEVELS])
@given(numbers=some_leads, category=some_codes)
def test_the_tables_say_what_the_trees_say(
    depth: int, levels: int, numbers: Matrix, category: Matrix
) -> None:
    _, members, tables = fitted(depth, levels)
    x = np.hstack([numbers, category])
    assert table_margin(tables, x) == pytest.approx(member_margin(members, x), abs=1e-5)


@pytest.mark.parametrize("depth", [1, 2])
def test_the_tables_agree_with_the_trees_on_every_edge(depth: int) -> None:
    x, members, tables = fitted(depth, LEVELS)
    for field, axis in enumerate(tables.axes):
        for edge in axis.edges:
            around = [np.nextafter(edge, -np.inf), edge, np.nextafter(edge, np.inf)]
            leads = x[:3].copy()
            leads[:, field] = around
            found = member_margin(members, leads)
            assert table_margin(tables, leads) == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize("levels", [4, LEVELS])
def test_the_mean_effect_over_the_reference_leads_is_zero(levels: int) -> None:
    x, _, tables = fitted(2, levels)
    assert tables.pairs
    for values, axis, column in zip(tables.values, tables.axes, x.T, strict=True):
        assert values[axis.places(column)].mean() == pytest.approx(0, abs=1e-9)


def test_a_pair_adds_nothing_that_one_of_its_fields_does_alone() -> None:
    x, _, tables = fitted(2, LEVELS)
    for pair in tables.pairs:
        shares = [
            np.bincount(axis.places(x[:, field]), minlength=axis.cells) / len(x)
            for field, axis in zip(pair.fields, pair.axes, strict=True)
        ]
        assert pair.values @ shares[1] == pytest.approx(0, abs=1e-9)
        assert shares[0] @ pair.values == pytest.approx(0, abs=1e-9)


def test_the_base_is_the_mean_margin_where_fields_are_independent() -> None:
    _, members, tables = fitted(1, 4)
    x, _, _ = fitted(1, 4)
    assert tables.base == pytest.approx(member_margin(members, x).mean(), abs=1e-5)


def test_members_without_trees_make_tables_of_zeros() -> None:
    x, (member, *_), _ = fitted(1, 4)
    empty = xgboost.Booster({"num_feature": member.booster.num_features(), "base_score": 0.0})
    bare = Member(booster=empty, expansion=member.expansion, centre=0.5)
    tables = compile_tables([bare, bare], x)
    assert tables.base == -0.5
    assert not tables.effects(x).any()


def test_deeper_trees_are_refused() -> None:
    x, _, _ = fitted(1, 4)
    member = fit_member(x, draw_labels(x), depth=3, seed=0)
    with pytest.raises(ValueError, match="depth 1 or 2"):
        compile_tables([member], x)


def test_tables_come_back_from_their_arrays_as_they_were() -> None:
    x, _, tables = fitted(2, LEVELS)
    again = StepTables.from_arrays(tables.to_arrays())
    assert again.effects(x).tobytes() == tables.effects(x).tobytes()
    assert again.base == tables.base
    assert again.kind == "tables"


def test_one_lead_gets_the_effects_that_it_gets_among_many() -> None:
    x, _, tables = fitted(2, LEVELS)
    alone = np.vstack([tables.effects(x[i : i + 1]) for i in range(50)])
    assert alone.tobytes() == tables.effects(x[:50]).tobytes()


Arrays = dict[str, NDArray[np.generic]]


def broken(name: str, value: object) -> Arrays:
    return {**fitted(2, LEVELS)[2].to_arrays(), name: cast("NDArray[np.generic]", value)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("field0.values", np.zeros(2)),
        ("field0.values", np.zeros((3, 3))),
        ("field0.edges", np.array([1.0, np.nan], np.float32)),
        ("field0.edges", np.array([2.0, 1.0], np.float32)),
        ("field0.edges", np.array([1.0, 1.0], np.float32)),
        ("field3.levels", np.array([-1])),
        ("field3.levels", np.array([1_000_000])),
        ("pair0.values", np.zeros((2, 2))),
        ("pair0.fields", np.array([0, 99])),
        ("pair0.fields", np.array([-1, 0])),
        ("pair0.fields", np.array([0, 1, 2])),
        ("pair0.axis0.edges", np.array([np.inf], np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        StepTables.from_arrays(broken(name, value))


@pytest.mark.parametrize("name", ["base", "field0.edges", "field3.levels", "pair0.fields"])
def test_an_array_that_is_missing_is_named(name: str) -> None:
    arrays = dict(fitted(2, LEVELS)[2].to_arrays())
    del arrays[name]
    with pytest.raises(KeyError, match=name):
        StepTables.from_arrays(arrays)
