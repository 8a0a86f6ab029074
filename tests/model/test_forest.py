"""A forest says what XGBoost says: the same branches, the same margins, the same effects."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from threading import Barrier
from types import SimpleNamespace
from typing import Any  # Any: what stands for a booster, and for numba's loops

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.model.expand import fit_expansion
from leadscore.model.forest import loading, rows
from leadscore.model.forest import run as running
from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.bounds import before_scaling, keys, values
from leadscore.model.forest.grow import grow
from leadscore.model.forest.loading import PLAIN, compiled
from leadscore.model.forest.run import Run
from leadscore.model.member import Member
from leadscore.model.trees import Trees
from tests.model.known import Matrix, draw_labels, make_matrix

FIELDS = 4
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
#: What is missing, next to nothing, or as far out as XGBoost takes once it is scaled.
EXTREMES = np.array([np.nan, 0.0, -0.0, 1e-45, -1e-45, 1e36, -1e36, 1e6, 99.0], np.float32)


def fit_member(kind: str, *, rounds: int = 12, seed: int = 0) -> Member:
    x = make_matrix(1500, seed=seed)
    labels = draw_labels(x, seed=seed + 1)
    expansion = fit_expansion(x, labels, (3,))
    columns = expansion.transform(x).astype(np.float64)
    scaling = np.stack([np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)])
    scaled = kind == "classes"
    params: dict[str, object] = {
        "classes": {"objective": "multi:softprob", "num_class": 3, "max_depth": 6},
        "binary": {"objective": "binary:logistic", "max_depth": 5},
        "deep": {"objective": "reg:squarederror", "max_depth": 10, "min_child_weight": 2},
        "stump": {"objective": "reg:squarederror", "max_depth": 1, "gamma": 40.0},
    }[kind]
    target = {"binary": labels > 0, "deep": labels * columns[:, 1]}.get(kind, labels)
    matrix = xgboost.DMatrix(
        (columns - scaling[0]) / scaling[1] if scaled else columns,
        label=np.nan_to_num(target),
        nthread=1,
    )
    return Member(
        booster=xgboost.train({**params, "nthread": 1, "seed": seed}, matrix, rounds),
        expansion=expansion,
        centre=0.25 * seed,
        classes=3 if scaled else 1,
        scaling=scaling if scaled else None,
    )


@cache
def members_of(kind: str) -> tuple[Member, ...]:
    if kind == "bag":
        return tuple(fit_member("binary", seed=seed) for seed in range(3))
    return (fit_member(kind),)


@cache
def run_of(kind: str, way: str = "rows") -> Run:
    run = Run(grow(members_of(kind)), FIELDS)
    with pytest.MonkeyPatch.context() as patch:
        if way == "nodes":
            patch.setattr(rows, "fits", lambda *_: False)
        # which way it goes is settled once
        assert (run._open is None, run._steps is None) == {
            ("rows", True): (True, False),
            ("rows", False): (False, False),
            ("nodes", True): (True, True),
            ("nodes", False): (True, True),
        }[way, kind == "deep"]
    return run


def leads(n: int, *, seed: int = 7) -> Matrix:
    """Ordinary leads, of which a part has extreme values."""
    rng = np.random.default_rng(seed)
    x = make_matrix(n, seed=seed, gaps=0.15, levels=7)
    x[:, :3] = np.where(rng.random((n, 3)) < 0.1, rng.choice(EXTREMES, (n, 3)), x[:, :3])
    return x


def told_by_xgboost(
    members: tuple[Member, ...], x: Matrix, **how: bool
) -> list[NDArray[np.float32]]:
    found = []
    for one in members:
        matrix = xgboost.DMatrix(one.columns(x), nthread=1)
        found.append(one.booster.predict(matrix, **how))
    return found


KINDS = ["classes", "binary", "bag", "deep", "stump"]
WAYS = [*((kind, "rows") for kind in KINDS), ("classes", "nodes"), ("bag", "nodes")]


def use(patch: pytest.MonkeyPatch, engine: str) -> None:
    if engine == "numba":
        pytest.importorskip("numba")
        assert compiled()
    own = PLAIN if engine == "numpy" else loading.loops_for(1)
    patch.setattr(loading, "loops_for", lambda _: own)


@pytest.fixture(params=["numpy", "numba"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, request.param)


@pytest.mark.parametrize(("kind", "way"), WAYS)
@pytest.mark.usefixtures("engine")
def test_margins_and_effects_are_xgboosts(kind: str, way: str) -> None:
    members, run = members_of(kind), run_of(kind, way)
    x = leads(300)
    margin = run.told(x)[:, 0]
    effects = run.effects(x)
    wanted, total = np.zeros((len(x), FIELDS + 1)), np.zeros(len(x))
    outputs = told_by_xgboost(members, x, output_margin=True)
    parts = told_by_xgboost(members, x, pred_contribs=True)
    for one, output, found in zip(members, outputs, parts, strict=True):
        total += (output[:, -1] - output[:, 0] if one.classes > 1 else output) - one.centre
        part = found[:, -1] - found[:, 0] if one.classes > 1 else found
        wanted[:, -1] += part[:, -1] - one.centre
        for place, source in enumerate(one.expansion.sources):
            wanted[:, source] += part[:, place]
    size = max(1.0, float(np.abs(wanted).max()))
    assert np.abs(margin - total / len(members)).max() < 1e-5 * size
    assert np.abs(effects - wanted[:, :-1] / len(members)).max() < 1e-5 * size
    assert abs(run.base - wanted[0, -1] / len(members)) < 1e-5 * size
    assert np.abs(run.base + effects.sum(axis=1) - margin).max() < 1e-7 * size


@pytest.mark.parametrize("way", ["rows", "nodes"])
@pytest.mark.usefixtures("engine")
def test_the_sums_of_classes_are_xgboosts_to_the_last_bit(way: str) -> None:
    x = leads(20_000)
    [wanted] = told_by_xgboost(members_of("classes"), x, output_margin=True)
    told = run_of("classes", way).told(x)
    assert told[:, 1:4].astype(np.float32).tobytes() == wanted.tobytes()
    raised = np.exp(told[:, 1:4] - told[:, 1:4].max(axis=1, keepdims=True))
    assert np.allclose(told[:, 4:], raised / raised.sum(axis=1, keepdims=True), rtol=1e-15, atol=0)


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_one_lead_and_many_numpy_and_numba_give_the_same_bits(kind: str, way: str) -> None:
    run, x = run_of(kind, way), leads(1100)

    def told(engine: str) -> list[bytes]:
        with pytest.MonkeyPatch.context() as patch:
            use(patch, engine)
            alone = [(run.told(x[[at]]), run.effects(x[[at]])) for at in range(30)]
            few = run.effects(x[:9])
            whole = (run.told(x), run.effects(x))
        for parts, all_of_it in zip(zip(*alone, strict=True), whole, strict=True):
            assert np.concatenate(parts).tobytes() == np.asarray(all_of_it)[:30].tobytes()
        assert few.tobytes() == whole[1][:9].tobytes()
        return [np.asarray(one).tobytes() for one in whole]

    assert told("numpy") == told("numba")


@pytest.mark.parametrize("kind", ["classes", "bag"])
def test_by_rows_and_by_nodes_a_lead_has_the_same_bits(kind: str) -> None:
    x = leads(300)
    by_rows, by_nodes = run_of(kind), run_of(kind, "nodes")
    assert by_rows.effects(x).tobytes() == by_nodes.effects(x).tobytes()
    assert by_rows.told(x).tobytes() == by_nodes.told(x).tobytes()


def test_many_leads_are_walked_past_a_large_table_to_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, "numba")
    x, run = leads(300), run_of("bag")
    by_rows = run.told(x)
    monkeypatch.setattr(running, "_NEAR", 0)
    assert run.told(x).tobytes() == by_rows.tobytes()


@pytest.mark.usefixtures("engine")
def test_fields_may_come_in_any_order_and_categories_between_numbers() -> None:
    x, labels = make_matrix(600, seed=3), draw_labels(make_matrix(600, seed=3), seed=4)
    x = np.ascontiguousarray(x[:, [3, 0, 1, 2]])
    expansion = fit_expansion(x, labels, (0,))
    data = xgboost.DMatrix(expansion.transform(x), label=labels, nthread=1)
    booster = xgboost.train({"max_depth": 4, "nthread": 1}, data, 9)
    member = Member(booster=booster, expansion=expansion, centre=0.0)
    # what no encoder gives is as missing as what is
    odd = np.array([[-1, 1, 1, 1], [99, 1, 1, 1], [np.inf, 1, 1, 1], [np.nan, 1, 1, 1]], np.float32)
    engine = Trees.centred([member], fields=FIELDS)
    margin = booster.predict(data, output_margin=True)
    assert np.abs(engine.margin(x) - margin).max() < 1e-5
    assert np.abs(engine.base + engine.effects(x).sum(axis=1) - margin).max() < 1e-5
    assert len(np.unique(engine.margin(odd))) == 1
    assert len(np.unique(engine.effects(odd), axis=0)) == 1


def test_members_that_know_other_categories_are_each_asked_by_their_own() -> None:
    members = []
    for levels in (3, 6):
        x = make_matrix(600, seed=levels, levels=levels)
        expansion = fit_expansion(x, draw_labels(x), (3,))
        data = xgboost.DMatrix(expansion.transform(x), label=draw_labels(x), nthread=1)
        booster = xgboost.train({"max_depth": 4, "nthread": 1}, data, 9)
        members.append(Member(booster=booster, expansion=expansion, centre=0.0))
    x = make_matrix(500, seed=9, gaps=0.2, levels=8)
    wanted = np.mean(told_by_xgboost(tuple(members), x, output_margin=True), axis=0)
    assert np.abs(Trees.centred(members, fields=FIELDS).margin(x) - wanted).max() < 1e-5


@pytest.mark.parametrize("shape", [(2, FIELDS - 1), (2, FIELDS + 1), (FIELDS,)])
def test_leads_of_another_width_are_refused(shape: tuple[int, ...]) -> None:
    run = run_of("stump")
    with pytest.raises(ValueError, match="for a model of 4 fields"):
        run.told(np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="for a model of 4 fields"):
        run.effects(np.zeros(shape, np.float32))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("engine")
def test_no_leads_at_all_are_scored(kind: str) -> None:
    run = run_of(kind)
    none = np.empty((0, FIELDS), np.float32)
    assert run.told(none).shape[0] == 0
    assert run.effects(none).shape == (0, FIELDS)


@given(x=FLOATS, threshold=FLOATS, mean=FLOATS, scale=st.floats(1e-30, 1e30))
def test_an_edge_parts_the_values_just_as_scaling_and_comparing_does(
    x: float, threshold: float, mean: float, scale: float
) -> None:
    means, scales = np.array([mean], np.float64), np.array([scale], np.float64)
    [key] = before_scaling(np.array([threshold], np.float32), means, scales)
    near = np.arange(int(key) - 3, int(key) + 4)
    ends = keys(np.array([-np.inf, np.inf], np.float32)).astype(np.int64)
    tried = values(near[(near >= ends[0]) & (near <= ends[1])].astype(np.int32))
    tried = np.append(tried, np.float32(x))
    with np.errstate(over="ignore"):
        scaled = ((tried.astype(np.float64) - means) / scales).astype(np.float32)
    edge = values(np.array([key], np.int32))
    assert np.array_equal(tried < edge, scaled < np.float32(threshold))


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=2))
def test_keys_are_in_the_order_of_their_values(numbers: list[float]) -> None:
    x = np.array(numbers, np.float32)
    assert np.array_equal(values(keys(x)), x)
    assert np.array_equal(keys(x)[:-1] < keys(x)[1:], x[:-1] < x[1:])


def test_columns_that_members_share_are_kept_once() -> None:
    run = run_of("bag")
    assert len(run.forest.sources) == len(members_of("bag")[0].expansion.sources)
    assert int(run.forest.members[0]) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_forest_comes_back_from_its_arrays_as_it_was(kind: str) -> None:
    run = run_of(kind)
    again = Run(Forest.from_arrays(run.forest.to_arrays(), fields=FIELDS), FIELDS)
    x = leads(50)
    assert again.effects(x).tobytes() == run.effects(x).tobytes()
    assert again.told(x).tobytes() == run.told(x).tobytes()


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("sources", 0, FIELDS, "of no field"),
        ("sources", 1, 0, "two columns"),
        ("sources", 3, 0, "a category"),
        ("starts", 0, 1, "beginning"),
        ("starts", -1, 99, "do not end"),
        ("codes", 0, np.nan, "no value"),
        ("roots", 0, 1, "no trees"),
        ("roots", -1, 10**6, "no root or end"),
        ("roots", -1, 40_000, "do not end"),
        ("outputs", 0, 3, "no class"),
        ("signs", 0, 2, "more than it is"),
        ("columns", 0, 30_000, "no column"),
        ("columns", 0, -1, "has children"),
        ("edges", 0, np.nan, "no edge"),
        ("missing_left", 0, 7, "missing values"),
        ("children", 0, 0, "its own child"),
        ("children", 0, 10**6, "another tree"),
        ("children", 0, 2, "no parent"),
        ("leaves", 0, np.inf, "no value"),
        ("leaves", 0, 3e38, "too large"),
        ("leaves", 0, 1.0, "a leaf as well"),
        ("covers", 0, -1.0, "cover"),
        ("origins", 0, np.nan, "nowhere"),
        ("offset", 0, np.inf, "offset"),
        ("origins", 0, 3e38, "nowhere"),
        ("members", 0, 0, "members"),
    ],
)
def test_arrays_of_no_forest_are_refused(name: str, place: int, value: float, words: str) -> None:
    arrays = {key: one.copy() for key, one in run_of("classes").forest.to_arrays().items()}
    arrays[name][place] = value
    with pytest.raises(ValueError, match=words):
        Forest.from_arrays(arrays, fields=FIELDS)


SMALL = ["small", "small classes"]


@cache
def small_arrays(kind: str) -> dict[str, NDArray[np.generic]]:
    members = (fit_member("classes" if kind == "small classes" else "deep", rounds=3),)
    return grow(members).to_arrays()


@pytest.mark.parametrize("way", ["rows", "nodes"])
@pytest.mark.parametrize("kind", SMALL)
@given(data=st.data())
def test_damaged_arrays_never_lead_out_of_the_forest(
    kind: str, way: str, data: st.DataObject
) -> None:
    pytest.importorskip("numba")
    arrays = {key: one.copy() for key, one in small_arrays(kind).items()}
    for _ in range(data.draw(st.integers(1, 3))):
        one = arrays[data.draw(st.sampled_from(sorted(arrays)))]
        at = data.draw(st.integers(0, len(one) - 1))
        drawn = data.draw(st.binary(min_size=one.itemsize, max_size=one.itemsize))
        near = data.draw(st.integers(-2, 2))
        with np.errstate(all="ignore"):
            one[at] = one[at] + one.dtype.type(near) if near else np.frombuffer(drawn, one.dtype)[0]
    try:
        forest = Forest.from_arrays(arrays, fields=FIELDS)
    except ValueError:
        return
    with pytest.MonkeyPatch.context() as patch:
        if way == "nodes":
            patch.setattr(rows, "fits", lambda *_: False)
        run, x = Run(forest, FIELDS), leads(5)
        for engine in ("numba", "numpy"):
            use(patch, engine)
            assert np.isfinite(run.told(x)).all()
            assert np.isfinite(run.effects(x)).all()


def test_an_array_of_another_type_or_none_is_refused() -> None:
    arrays = run_of("binary").forest.to_arrays()
    with pytest.raises(ValueError, match="roots is of another type"):
        Forest.from_arrays({**arrays, "roots": arrays["roots"].astype(np.float32)}, fields=FIELDS)
    del arrays["roots"]
    with pytest.raises(KeyError):
        Forest.from_arrays(arrays, fields=FIELDS)


@pytest.mark.parametrize("children", [(0, 0), (1, 0)])
def test_a_tree_that_is_none_is_refused(children: tuple[int, int]) -> None:
    """XGBoost's own file may come from a stranger too, in a bundle of format 1 or 2."""
    [member] = members_of("stump")
    told = json.loads(bytes(member.booster.save_raw("json")))
    [tree, *_] = told["learner"]["gradient_booster"]["model"]["trees"]
    assert tree["left_children"] == [1, -1, -1]
    tree["left_children"][0], tree["right_children"][0] = children
    booster: Any = SimpleNamespace(save_raw=lambda _: json.dumps(told).encode())
    with pytest.raises(ValueError, match=r"parent|its own child"):
        Trees.centred([replace(member, booster=booster)], fields=FIELDS)


def test_another_kind_of_booster_is_refused() -> None:
    x = make_matrix(50, gaps=0)
    expansion = fit_expansion(x, draw_labels(x), ())
    matrix = xgboost.DMatrix(x, label=draw_labels(x), nthread=1)
    booster = xgboost.train({"booster": "gblinear", "nthread": 1}, matrix, 2)
    with pytest.raises(ValueError, match="gblinear"):
        grow([Member(booster=booster, expansion=expansion, centre=0.0)])


@pytest.mark.usefixtures("engine")
def test_boosting_that_learned_nothing_says_nothing() -> None:
    x = make_matrix(50)
    expansion = fit_expansion(x, draw_labels(x), ())
    booster = xgboost.train(
        {"base_score": 0.5, "nthread": 1}, xgboost.DMatrix(x, label=draw_labels(x), nthread=1), 0
    )
    run = Run(grow([Member(booster=booster, expansion=expansion, centre=0.2)]), FIELDS)
    assert run.told(x)[:, 0] == pytest.approx(0.3)
    assert run.base == pytest.approx(0.3)
    assert not run.effects(x).any()


def test_without_numba_numpy_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert loading._Installed().loops is PLAIN


def test_a_file_of_few_leads_does_not_wait_for_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(loading, "_INSTALLED", loading._Installed())
    assert loading.loops_for(20) is PLAIN
    assert loading.loops_for(1) is not PLAIN
    # once it is there it tells few as well
    assert loading.loops_for(20) is not PLAIN


@pytest.mark.parametrize("leads", [0, 1, 10_000])
def test_lone_leads_and_many_are_told_by_numba(monkeypatch: pytest.MonkeyPatch, leads: int) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(loading, "_INSTALLED", loading._Installed())
    assert loading.loops_for(leads) is not PLAIN


def test_where_nothing_can_be_kept_each_process_compiles_anew() -> None:
    asked: list[bool] = []

    def njit(loop: object, *, nogil: bool, cache: bool = False) -> object:
        assert nogil
        asked.append(cache)
        if cache:
            raise RuntimeError("no locator available")
        return loop

    assert loading._fast(SimpleNamespace(njit=njit), np.sum) is np.sum
    assert asked == [True, False]


def test_threads_that_ask_first_together_get_the_same_bits() -> None:
    engine, x = Trees.from_arrays(small_arrays("small"), fields=FIELDS), leads(20)
    begin = Barrier(4)

    def told() -> bytes:
        begin.wait()
        return engine.effects(x).tobytes()

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(told) for _ in range(4)]
        assert len({one.result() for one in found}) == 1
