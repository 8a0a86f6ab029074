"""Trees without XGBoost against XGBoost: the same answers, and at what cost.

    OMP_NUM_THREADS=1 python benchmarks/forest.py [LEADS]

The specified recipe is trained on 10,000 leads of the seed world. On LEADS leads (a million unless
said otherwise), of which some have missing and extreme values, margins and tiers are compared with
scaler and XGBoost; effects on a hundredth of them. Then both are timed in turns, on one core.
"""

import sys
import time
from collections.abc import Callable, Mapping

import numpy as np
import xgboost
from numpy.typing import NDArray

from leadscore.model.forest import run as running
from leadscore.model.forest.run import PLAIN, Run, compiled
from leadscore.model.seed import SeedRecipe
from leadscore.world.seed import generate

EXTREMES = np.array([np.nan, 0.0, -1.0, 1e9, -1e9, 1e30], np.float32)
TURNS = 5
BATCH = 10_000


def matrix(leads: int, seed: int) -> NDArray[np.float32]:
    """Return leads of the seed world, numbers alone."""
    columns = generate(leads, seed=seed).columns.values()
    return np.stack([np.asarray(one, np.float32) for one in columns], axis=1)


def medians(ways: Mapping[str, Callable[[], object]], turns: int, again: int) -> dict[str, float]:
    """Return the median seconds of each way; they take turns, so that noise meets all alike.

    At each turn a way runs `again` times.
    """
    found: dict[str, list[float]] = {}
    for name, way in ways.items():
        way()  # compiles, or fills a cache
        found[name] = []
    for _ in range(turns):
        for name, way in ways.items():
            started = time.perf_counter()
            for _ in range(again):
                way()
            found[name].append((time.perf_counter() - started) / again)
    return {name: float(np.median(one)) for name, one in found.items()}


def compare(recipe: SeedRecipe, run: Run, leads: int) -> None:
    """Print how far apart the two are."""
    [member] = recipe.members_
    rng = np.random.default_rng(0)
    apart, away, flips, bits = 0.0, 0.0, 0, 0
    for seed in range(0, leads, 100_000):
        x = matrix(min(100_000, leads - seed), seed=1000 + seed)
        drawn = rng.random(x.shape) < 0.02
        x[drawn] = rng.choice(EXTREMES, int(drawn.sum()))
        data = xgboost.DMatrix(member.columns(x), nthread=1)
        told = member.booster.predict(data, output_margin=True)
        margin, sums = run.sums(x)
        apart = max(apart, float(np.abs(margin - (told[:, -1] - told[:, 0])).max()))
        bits += int((sums != told).sum())
        usual = member.booster.predict(data).argmax(axis=1)
        flips += int((recipe.predict_proba(x).argmax(axis=1) != usual).sum())
        few = x[: max(1, len(x) // 100)]
        data = xgboost.DMatrix(member.columns(few), nthread=1)
        part = member.booster.predict(data, pred_contribs=True)
        wanted = part[:, -1].astype(np.float64) - part[:, 0]
        away = max(away, float(np.abs(run.effects(few) - wanted[:, :-1]).max()))
    print(f"{leads:,} leads: margins within {apart:.1e}, effects within {away:.1e}")
    print(f"tiers that flip: {flips}; sums that differ in a bit: {bits}")


def time_all(recipe: SeedRecipe, run: Run) -> None:
    """Print what each costs for a lead, alone and in a batch, and how many times less it is."""
    [member] = recipe.members_
    member.booster.set_param({"nthread": 1})
    x = matrix(BATCH, seed=7)
    columns = member.columns(x)
    fast = running._loops()  # noqa: SLF001 -- to time both in one process

    def by(loops: object, way: Callable[[], object]) -> Callable[[], object]:
        def timed() -> object:
            running._loops = lambda: loops  # noqa: SLF001 -- as above
            return way()

        return timed

    for count, turns, again in ((1, TURNS, 100), (BATCH, TURNS, 1)):
        few = min(count, 300)
        inplace = f"inplace_predict {count}"
        contribs = f"pred_contribs {count}"
        ways: dict[str, Callable[[], object]] = {
            inplace: lambda n=count: member.booster.inplace_predict(columns[:n]),
            contribs: lambda n=few: member.booster.predict(
                xgboost.DMatrix(columns[:n], nthread=1), pred_contribs=True
            ),
        }
        for name, loops in (("numba", fast), ("numpy", PLAIN)):
            ways[f"margin {name}"] = by(loops, lambda n=count: run.sums(x[:n]))
            ways[f"effects {name}"] = by(loops, lambda n=count: run.effects(x[:n]))
        found = medians(ways, turns, again)
        each = {name: one / (few if name == contribs else count) for name, one in found.items()}
        for name, one in each.items():
            peer = each[inplace if name.startswith(("margin", "in")) else contribs]
            print(f"{count:>7,} {name:<24} {one * 1e6:>10.2f} us a lead {peer / one:>8.1f} ×")


def main() -> None:
    """Train, compare, time."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    world = generate(10_000, seed=42)
    recipe = SeedRecipe().fit(matrix(10_000, seed=42), world.tier)
    run = Run(recipe.engine_.forest, 12)
    print(f"numba: {compiled()}; numpy {np.__version__}; xgboost {xgboost.__version__}")
    time_all(recipe, run)
    compare(recipe, run, leads)


if __name__ == "__main__":
    main()
