"""A forest says what XGBoost says: the same branches, the same margins, the same effects."""

import sys
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.model.expand import fit_expansion
from leadscore.model.forest import run as running
from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.bounds import before_scaling, keys, values
from leadscore.model.forest.grow import grow
from leadscore.model.forest.run import PLAIN, Run, compiled
from leadscore.model.member import Member
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
def run_of(kind: str) -> tuple[tuple[Member, ...], Run]:
    if kind == "bag":
        members = tuple(fit_member("binary", seed=seed) for seed in range(3))
    else:
        members = (fit_member(kind),)
    return members, Run(grow(members), FIELDS)


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


@pytest.fixture(params=["numpy", "numba"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "numpy":
        monkeypatch.setattr(running, "_loops", lambda: PLAIN)
    else:
        pytest.importorskip("numba")
        assert compiled()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("engine")
def test_margins_and_effects_are_xgboosts(kind: str) -> None:
    members, run = run_of(kind)
    x = leads(20_000 if kind == "classes" else 300)
    margin, _ = run.sums(x)
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
    assert np.abs(run.base + effects.sum(axis=1) - margin).max() < 1e-12 * size


@pytest.mark.usefixtures("engine")
def test_the_sums_of_classes_are_xgboosts_to_the_last_bit() -> None:
    members, run = run_of("classes")
    x = leads(20_000)
    [wanted] = told_by_xgboost(members, x, output_margin=True)
    assert run.sums(x)[1].tobytes() == wanted.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_one_lead_and_many_numpy_and_numba_give_the_same_bits(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    _, run = run_of(kind)
    x = leads(700)

    def told() -> list[bytes]:
        alone = [(*run.sums(x[[at]]), run.effects(x[[at]])) for at in range(30)]
        few = run.effects(x[:9])
        whole = (*run.sums(x), run.effects(x))
        for parts, all_of_it in zip(zip(*alone, strict=True), whole, strict=True):
            assert np.concatenate(parts).tobytes() == np.asarray(all_of_it)[:30].tobytes()
        assert few.tobytes() == whole[2][:9].tobytes()
        return [np.asarray(one).tobytes() for one in whole]

    fast = told()
    monkeypatch.setattr(running, "_loops", lambda: PLAIN)
    assert told() == fast


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("engine")
def test_no_leads_at_all_are_scored(kind: str) -> None:
    _, run = run_of(kind)
    none = np.empty((0, FIELDS), np.float32)
    assert run.sums(none)[0].shape == (0,)
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
    members, run = run_of("bag")
    assert len(run.forest.sources) == len(members[0].expansion.sources)
    assert int(run.forest.members[0]) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_forest_comes_back_from_its_arrays_as_it_was(kind: str) -> None:
    _, run = run_of(kind)
    again = Run(Forest.from_arrays(run.forest.to_arrays(), fields=FIELDS), FIELDS)
    x = leads(50)
    assert again.effects(x).tobytes() == run.effects(x).tobytes()
    assert again.sums(x)[1].tobytes() == run.sums(x)[1].tobytes()


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("sources", 0, FIELDS, "of no field"),
        ("starts", 0, 1, "beginning"),
        ("starts", -1, 99, "do not end"),
        ("codes", 0, np.nan, "no value"),
        ("roots", 0, 1, "no trees"),
        ("roots", -1, 10**6, "do not end"),
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
        ("covers", 0, -1.0, "cover"),
        ("origins", 0, np.nan, "nowhere"),
        ("offset", 0, np.inf, "offset"),
        ("members", 0, 0, "members"),
    ],
)
def test_arrays_of_no_forest_are_refused(name: str, place: int, value: float, words: str) -> None:
    arrays = {key: one.copy() for key, one in run_of("classes")[1].forest.to_arrays().items()}
    arrays[name][place] = value
    with pytest.raises(ValueError, match=words):
        Forest.from_arrays(arrays, fields=FIELDS)


@given(data=st.data())
def test_damaged_arrays_never_lead_out_of_the_forest(data: st.DataObject) -> None:
    arrays = {key: one.copy() for key, one in run_of("binary")[1].forest.to_arrays().items()}
    name = data.draw(st.sampled_from(sorted(arrays)))
    raw = arrays[name].view(np.uint8)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        forest = Forest.from_arrays(arrays, fields=FIELDS)
    except ValueError:
        return
    with np.errstate(all="ignore"):
        assert Run(forest, FIELDS).sums(leads(3))[0].shape == (3,)


def test_an_array_of_another_type_or_none_is_refused() -> None:
    arrays = run_of("binary")[1].forest.to_arrays()
    with pytest.raises(ValueError, match="roots is of another type"):
        Forest.from_arrays({**arrays, "roots": arrays["roots"].astype(np.float32)}, fields=FIELDS)
    del arrays["roots"]
    with pytest.raises(KeyError):
        Forest.from_arrays(arrays, fields=FIELDS)


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
    assert run.sums(x)[0] == pytest.approx(0.3)
    assert run.base == pytest.approx(0.3)
    assert not run.effects(x).any()


def test_without_numba_numpy_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert running._loops.__wrapped__() is PLAIN


def test_where_nothing_can_be_kept_each_process_compiles_anew() -> None:
    asked: list[bool] = []

    def njit(loop: object, *, nogil: bool, cache: bool = False) -> object:
        assert nogil
        asked.append(cache)
        if cache:
            raise RuntimeError("no locator available")
        return loop

    assert running._fast(SimpleNamespace(njit=njit), np.sum) is np.sum
    assert asked == [True, False]
