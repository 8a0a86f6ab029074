"""One explained lead in process, beside what is usual: at what cost.

    OMP_NUM_THREADS=1 python benchmarks/one_lead.py [numpy]

The default and the specified recipe are trained on 10,000 leads of the seed world. Then leads of
another such world are scored one by one, each from a mapping as JSON has it, in turns with what is
usual: a DataFrame of one row, StandardScaler, XGBClassifier's predict and predict_proba, and for
an explanation pred_contribs, with the very trees of the specified recipe. With ``numpy`` all runs
as though numba were not installed.
"""

import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from itertools import cycle, islice

import numpy as np
import pandas as pd
import xgboost
from sklearn.preprocessing import StandardScaler

from leadscore.library import lead_scorer, train_model
from leadscore.model.bundle import Model
from leadscore.model.forest.run import compiled
from leadscore.model.member import read_members
from leadscore.model.trees import Trees
from leadscore.world.seed import generate

TURNS = 100
#: How many leads a way gets at each turn: so many that each turn takes some milliseconds.
MANY, SOME, FEW, ONE = 200, 20, 10, 1
LIBRARIES = ("numpy", "pandas", "scikit-learn", "xgboost-cpu", "numba")

Lead = Mapping[str, object]
Way = tuple[Callable[[Lead], object], int]


def frame(leads: int, seed: int) -> pd.DataFrame:
    """Return leads of the seed world, with their tier."""
    world = generate(leads, seed=seed)
    names = np.array(["Low", "Medium", "High"])
    return pd.DataFrame(dict(world.columns)).assign(tier=names[world.tier])


def usual_ways(model: Model, train: pd.DataFrame) -> dict[str, Way]:
    """Return what is usual, with the trees of a model of the specified recipe."""
    [member] = read_members(model.members)
    scaler = StandardScaler().fit(train)
    classifier = xgboost.XGBClassifier(n_jobs=1)
    classifier.load_model(bytearray(member.booster.save_raw()))
    booster = classifier.get_booster()
    booster.set_param({"nthread": 1})
    row = np.float32(scaler.transform(train[:1]))

    def usual(lead: Lead) -> np.ndarray:
        scaled = scaler.transform(pd.DataFrame([lead]))
        classifier.predict(scaled)
        classifier.predict_proba(scaled)
        return scaled

    def explained(lead: Lead) -> object:
        return booster.predict(xgboost.DMatrix(usual(lead), nthread=1), pred_contribs=True)

    return {
        "usual": (usual, ONE),
        "usual and pred_contribs": (explained, ONE),
        "inplace_predict": (lambda _: booster.inplace_predict(row), FEW),
        "pred_contribs": (
            lambda _: booster.predict(xgboost.DMatrix(row, nthread=1), pred_contribs=True),
            ONE,
        ),
    }


def own_ways(default: Model, specified: Model) -> dict[str, Way]:
    """Return what this product does."""
    engine = specified.engine
    assert isinstance(engine, Trees)
    row = np.zeros((1, len(specified.encoder.fields)), np.float32)
    return {
        "default, explained": (lead_scorer(default).score, MANY),
        "specified, explained": (lead_scorer(specified).score, SOME),
        "specified, margin alone": (lambda _: engine.margin(row), MANY),
    }


def medians(ways: Mapping[str, Way], leads: list[Lead]) -> dict[str, float]:
    """Return the median microseconds of each way for a lead; they take turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    queues = {name: cycle(leads) for name in ways}
    for name, (way, _) in ways.items():
        way(next(queues[name]))  # compiles, or fills a cache
    for _ in range(TURNS):
        for name, (way, count) in ways.items():
            some = list(islice(queues[name], count))
            started = time.perf_counter()
            for lead in some:
                way(lead)
            found[name].append((time.perf_counter() - started) / count * 1e6)
    return {name: float(np.median(one)) for name, one in found.items()}


def main() -> None:
    """Train, time, print."""
    if sys.argv[1:] == ["numpy"]:
        sys.modules["numba"] = None  # then it is as though it were not there
    train = frame(10_000, seed=42)
    features = train.drop(columns="tier")
    default, specified = (
        train_model(train, schema="investor", recipe=recipe) for recipe in ("ordinal", "seed")
    )
    leads: list[Lead] = frame(TURNS * MANY, seed=7).drop(columns="tier").to_dict("records")
    found = medians(usual_ways(specified, features) | own_ways(default, specified), leads)
    print(", ".join(f"{one} {version(one)}" for one in LIBRARIES), f"numba used: {compiled()}")
    for name, each in found.items():
        print(f"{name:<26}{each:>10.2f} us a lead")
    for own, peer, bar in (
        ("default, explained", "usual", 60),
        ("default, explained", "usual and pred_contribs", 500),
        ("specified, explained", "pred_contribs", 30),
        ("specified, margin alone", "inplace_predict", 25),
    ):
        print(f"{own:<24}{found[peer] / found[own]:>7.1f} × {peer} (wanted: {bar})")


if __name__ == "__main__":
    main()
