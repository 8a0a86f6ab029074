"""Trees and tables without XGBoost against XGBoost: the same answers, and at what cost.

    OMP_NUM_THREADS=1 python benchmarks/forest.py time
    OMP_NUM_THREADS=1 python benchmarks/forest.py margins|effects|deep|tables [LEADS]

All models are trained on 10,000 leads of the seed world. LEADS is a million unless said otherwise.
Of the values that are compared, one in twenty is missing, extreme, or an edge of the trees or the
next number below one.

time     What a lead costs, alone and in a batch. Every call has another lead, and the ways take
         turns, so that each finds the memory as the others left it.
margins  The specified recipe: margins, sums of classes and tiers, against scaler and XGBoost.
effects  Its effects, against pred_contribs. For a million leads XGBoost takes some 80 minutes.
deep     A bag of models of depth 5, as the default recipe may choose: margins, and of one lead in
         a hundred the effects.
tables   Step tables of depth 1 and 2: margins.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
import xgboost
from numpy.typing import NDArray

from leadscore.model.bag import Plan, fit_fold
from leadscore.model.boost import Stage
from leadscore.model.compile import compile_tables
from leadscore.model.forest import loading
from leadscore.model.forest.run import Run
from leadscore.model.member import Member
from leadscore.model.seed import SeedRecipe
from leadscore.model.split import folds_at_random
from leadscore.model.trees import Trees
from leadscore.world.seed import generate

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Way = Callable[[int], object]
_Name = TypeVar("_Name")

FIELDS = 12
EXTREMES = np.array([np.nan, 0.0, -1.0, 1e9, -1e9, 1e30, -1e30, 1e-30], np.float32)
ODD = 0.05
TURNS = 500
BATCH, BATCHES = 10_000, 7
PIECE = 20_000


def matrix(leads: int, seed: int) -> Matrix:
    """Return leads of the seed world, numbers alone."""
    columns = generate(leads, seed=seed).columns.values()
    return np.stack([np.asarray(one, np.float32) for one in columns], axis=1)


def training() -> tuple[Matrix, NDArray[np.intp]]:
    """Return the leads that every model learns from, and their classes, 0 the lowest."""
    return matrix(10_000, seed=42), generate(10_000, seed=42).tier


def pieces(leads: int, size: int, edges: Sequence[Matrix]) -> Iterator[Matrix]:
    """Yield leads, some values missing, extreme, on an edge of their column or just below it."""
    for first in range(0, leads, size):
        rng = np.random.default_rng(first)
        x = matrix(min(size, leads - first), seed=1000 + first)
        for place, own in enumerate(edges):
            odd = np.concatenate([EXTREMES, own, np.nextafter(own, np.float32(-np.inf))])
            # the extremes as often as the edges
            chances = np.where(np.arange(len(odd)) < len(EXTREMES), len(odd), len(EXTREMES))
            drawn = np.flatnonzero(rng.random(len(x)) < ODD)
            x[drawn, place] = rng.choice(odd, len(drawn), p=chances / chances.sum())
        yield x
        print(f"{first + len(x):,} leads", end="\r", file=sys.stderr, flush=True)


def margins_of(members: Sequence[Member], x: Matrix) -> Floats:
    """Return the mean of what XGBoost says, each less its zero point."""
    total = np.zeros(len(x))
    for one in members:
        data = xgboost.DMatrix(one.columns(x), nthread=1)
        told = one.booster.predict(data, output_margin=True).astype(np.float64)
        total += (told[:, -1] - told[:, 0] if one.classes > 1 else told) - one.centre
    return total / len(members)


def leaves_of(members: Sequence[Member], x: Matrix) -> Floats:
    """Return the mean of the sums of the leaves that XGBoost finds, added in float64.

    XGBoost itself adds in float32, which a thousand trees round by a hundred thousandth.
    """
    total = np.zeros(len(x))
    for one in members:
        told = json.loads(bytes(one.booster.save_raw("json")))["learner"]
        trees = told["gradient_booster"]["model"]["trees"]
        values = [np.array(tree["split_conditions"], np.float32) for tree in trees]
        places = one.booster.predict(xgboost.DMatrix(one.columns(x), nthread=1), pred_leaf=True)
        for own, place in zip(values, places.astype(np.intp).T, strict=True):
            total += own[place]
        [origin] = json.loads(told["learner_model_param"]["base_score"])
        total += np.float64(np.float32(origin)) - one.centre
    return total / len(members)


def effects_of(members: Sequence[Member], x: Matrix) -> Floats:
    """Return the mean of XGBoost's own effects, summed over the columns of a field."""
    total = np.zeros(x.shape)
    for one in members:
        data = xgboost.DMatrix(one.columns(x), nthread=1)
        told = one.booster.predict(data, pred_contribs=True).astype(np.float64)
        told = told[:, -1] - told[:, 0] if one.classes > 1 else told
        np.add.at(total.T, one.expansion.sources, told[:, :-1].T)
    return total / len(members)


def edges_of(engine: Trees) -> list[Matrix]:
    """Return the edges of each field."""
    return [engine.edges(place) for place in range(engine.fields)]


def compare_margins(leads: int) -> None:
    """Print how far apart the specified recipe's margins, sums and tiers are."""
    recipe = SeedRecipe().fit(*training())
    [member], engine = recipe.members_, recipe.engine_
    run = Run(engine.forest, engine.fields)
    apart, flips, bits = 0.0, 0, 0
    for x in pieces(leads, 5 * PIECE, edges_of(engine)):
        data = xgboost.DMatrix(member.columns(x), nthread=1)
        told = member.booster.predict(data, output_margin=True)
        wanted = told[:, -1].astype(np.float64) - told[:, 0]
        apart = max(apart, float(np.abs(engine.margin(x) - wanted).max()))
        bits += int((run.told(x)[:, 1:4] != told).sum())
        usual = member.booster.predict(data).argmax(axis=1)
        flips += int((recipe.predict_proba(x).argmax(axis=1) != usual).sum())
    print(f"seed, {leads:,} leads: margins within {apart:.1e}")
    print(f"tiers that flip: {flips}; sums of classes that differ in a bit: {bits}")


def compare_effects(leads: int) -> None:
    """Print how far apart the specified recipe's effects are."""
    recipe = SeedRecipe().fit(*training())
    engine, away, apart, done = recipe.engine_, 0.0, 0.0, 0
    for x in pieces(leads, PIECE, edges_of(engine)):
        effects = engine.effects(x)
        away = max(away, float(np.abs(effects - effects_of(recipe.members_, x)).max()))
        total = engine.base + effects.sum(axis=1)
        apart = max(apart, float(np.abs(total - margins_of(recipe.members_, x)).max()))
        done += len(x)
        print(
            f"seed, {done:,} leads: effects within {away:.1e}, base and effects within {apart:.1e}"
        )


def compare_deep(leads: int) -> None:
    """Print how far apart a bag of deep models is."""
    params = {"min_child_weight": 2.0, "gamma": 0.0, "subsample": 0.8, "colsample_bytree": 0.8}
    stage = Stage(depth=5, rate=0.05, rounds=4000, patience=60, params=params)
    members = bag_of([stage])
    engine = Trees.centred(members, fields=FIELDS)
    apart, away = Apart(members), 0.0
    for x in pieces(leads, PIECE, edges_of(engine)):
        apart.add(x, engine.margin(x))
        few = x[: max(1, len(x) // 100)]
        away = max(away, float(np.abs(engine.effects(few) - effects_of(members, few)).max()))
    print(f"deep, {engine.forest.trees:,} trees, {leads:,} leads: {apart}")
    print(f"of one lead in a hundred effects within {away:.1e}")


def compare_tables(leads: int) -> None:
    """Print how far step tables are from the boosters that they were made of."""
    params = {"min_child_weight": 10.0, "gamma": 0.5}
    stages = [
        Stage(depth=depth, rate=0.1 / depth, rounds=4000, patience=100, params=params)
        for depth in (1, 2)
    ]
    for most in (1, 2):
        members = bag_of(stages[:most])
        tables = compile_tables(members, training()[0])
        apart = Apart(members)
        for x in pieces(leads, PIECE, [one.edges for one in tables.axes]):
            apart.add(x, tables.base + tables.effects(x).sum(axis=1))
        print(f"tables, {len(tables.pairs)} of pairs, {leads:,} leads: {apart}")


class Apart:
    """How far margins are from XGBoost's own, and from the sum of its leaves."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Compare with the mean of `members`."""
        self._members = members
        self._own = self._leaves = self._size = 0.0

    def add(self, x: Matrix, margin: Floats) -> None:
        """Compare the margins of the leads `x`."""
        own, leaves = margins_of(self._members, x), leaves_of(self._members, x)
        self._own = max(self._own, float(np.abs(margin - own).max()))
        self._leaves = max(self._leaves, float(np.abs(margin - leaves).max()))
        self._size = max(self._size, float(np.abs(own).max()))

    def __str__(self) -> str:
        return (
            f"margins, up to {self._size:.1f}, within {self._own:.1e} of XGBoost's, "
            f"within {self._leaves:.1e} of the sum of its leaves"
        )


def bag_of(stages: Sequence[Stage]) -> list[Member]:
    """Return five models, each of which leaves out a fifth of the leads, after all the stages."""
    x, labels = training()
    plan = Plan(classes=3, tracks=(tuple(stages),), directions=(0,) * FIELDS, categorical=())
    folds = folds_at_random(labels, 5, np.random.default_rng(0))
    return [fit_fold(x, labels, folds == one, plan, one).member(-1) for one in range(5)]


def medians(ways: Mapping[_Name, Way], turns: int) -> dict[_Name, float]:
    """Return the median seconds of each way; at each turn all have another lead."""
    found: dict[_Name, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(0)  # compiles, and makes tables
    for turn in range(turns):
        for name, way in ways.items():
            started = time.perf_counter()
            way(turn)
            found[name].append(time.perf_counter() - started)
    return {name: float(np.median(one)) for name, one in found.items()}


def time_all() -> None:
    """Print what a lead costs in each way, and how many times less than XGBoost asks for."""
    recipe = SeedRecipe().fit(*training())
    [member], engine = recipe.members_, recipe.engine_
    member.booster.set_param({"nthread": 1})
    x = matrix(BATCH + TURNS, seed=7)
    columns = member.columns(x)
    print(f"numba: {loading.compiled()}; numpy {np.__version__}; xgboost {xgboost.__version__}")
    loops = {"numba": loading.loops_for(1), "numpy": loading.PLAIN}
    told = {"margin": engine.margin, "margin, P(class)": engine.told, "effects": engine.effects}
    for count, turns in ((1, TURNS), (BATCH, BATCHES)):
        # in a batch every lead takes pred_contribs as long
        few = min(count, 500)

        def contribs(turn: int, few: int = few) -> object:
            data = xgboost.DMatrix(columns[turn : turn + few], nthread=1)
            return member.booster.predict(data, pred_contribs=True)

        def inplace(turn: int, count: int = count) -> object:
            return member.booster.inplace_predict(columns[turn : turn + count])

        ways = {(name, how): by(loops[how], told[name], x, count) for how in loops for name in told}
        peers = {("inplace_predict", ""): inplace, ("pred_contribs", ""): contribs}
        found = medians({**peers, **ways}, turns)
        for (name, how), seconds in found.items():
            effects = name in ("effects", "pred_contribs")
            peer = found["pred_contribs" if effects else "inplace_predict", ""]
            each = seconds / (few if name == "pred_contribs" else count)
            against = peer / (few if effects else count) / each
            print(f"{count:>7,} {name:<17}{how:<6} {each * 1e6:>9.2f} us a lead {against:>7.1f} ×")


def by(loops: loading.Loops, way: Callable[[Matrix], object], x: Matrix, count: int) -> Way:
    """Return a way to tell `count` leads by certain loops."""

    def told(turn: int) -> object:
        loading.loops_for = lambda _: loops
        return way(x[turn : turn + count])

    return told


def main() -> None:
    """Do what is asked for."""
    asked, *rest = sys.argv[1:] or ["time"]
    leads = int(rest[0]) if rest else 1_000_000
    if asked == "time":
        time_all()
        return
    compare = {
        "margins": compare_margins,
        "effects": compare_effects,
        "deep": compare_deep,
        "tables": compare_tables,
    }
    compare[asked](leads)


if __name__ == "__main__":
    main()
