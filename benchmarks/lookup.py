"""What an explained score costs in batches, stage by stage, beside XGBoost's unexplained one.

    OMP_NUM_THREADS=1 python benchmarks/lookup.py [LEADS] [BUNDLE]

LEADS of the seed world (200,000 unless said otherwise), in pieces of 50,000 as files are scored, go
through the model in BUNDLE; without one the default recipe is trained on 10,000 leads. Explained
means everything that scores hold, and the top three reasons. XGBoost is the specified recipe's
classifier on leads that are scaled already. Both run on one core and take turns.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import xgboost

import leadscore
from leadscore.leads.conform import conform
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.model.seed import SeedRecipe
from leadscore.score.notes import find_notes
from leadscore.score.reasons import top_reasons
from leadscore.score.scores import score_leads
from leadscore.world.seed import generate

PIECE = 50_000
TURNS = 7

Way = Callable[[], object]


def frame(leads: int, seed: int) -> pd.DataFrame:
    """Return leads of the seed world, and their tiers."""
    world = generate(leads, seed=seed)
    tiers = np.array(["Low", "Medium", "High"], dtype=object)[world.tier]
    return pd.DataFrame({**world.columns, "tier": tiers})


def matrix(leads: int, seed: int) -> np.ndarray:
    """Return leads of the seed world, numbers alone."""
    columns = generate(leads, seed=seed).columns.values()
    return np.stack([np.asarray(one, np.float32) for one in columns], axis=1)


def specified(leads: int) -> Way:
    """Return the specified recipe's unexplained scoring of a piece of leads."""
    [member] = SeedRecipe().fit(matrix(10_000, 42), generate(10_000, seed=42).tier).members_
    classifier = xgboost.XGBClassifier(n_jobs=1)
    classifier.load_model(bytearray(member.booster.save_raw()))
    classifier.get_booster().set_param({"nthread": 1})
    scaled = member.columns(matrix(leads, 1))
    return lambda: classifier.predict_proba(scaled)


def stages(model: Model, leads: Leads) -> dict[str, Way]:
    """Return what scoring does with a piece of leads, and its parts."""
    encoder, doubt = model.encoder, model.doubt
    encoded, unseen = encoder.encode_noting(leads)
    known = None if doubt is None else doubt.known
    scores = score_leads(model, leads)
    parts: dict[str, Way] = {
        "encode": lambda: encoder.encode_noting(leads),
        "notes and doubt": lambda: find_notes(
            leads, model.schema, encoder, known=known, encoded=encoded, unseen=unseen
        ),
        "effects": lambda: model.engine.effects(encoded),
        "probabilities": lambda: model.probabilities(encoded, scores.margin),
        "percentile": lambda: model.reference.percentile(scores.margin),
        "top three reasons": lambda: top_reasons(scores.effects, 3),
        "short notes": scores.notes.short,
    }
    if doubt is not None:
        parts["sets"] = lambda: doubt.sets.holding(scores.probabilities, scores.tier)
    return parts


def explained(model: Model, leads: Leads) -> Way:
    """Return the explained scoring of a piece of leads."""
    return lambda: top_reasons(score_leads(model, leads).effects, 3)


def medians(ways: Mapping[str, Way], leads: int) -> dict[str, float]:
    """Return each way's median nanoseconds a lead; they take turns, so that noise meets all."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if turn:  # the first one fills caches
                found[name].append((time.perf_counter() - started) / leads * 1e9)
    return {name: statistics.median(one) for name, one in found.items()}


def main() -> None:
    """Score, time, compare."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    if len(sys.argv) > 2:
        model = leadscore.open_model(sys.argv[2])
    else:
        model = leadscore.train_model(frame(10_000, 42), schema="investor", recipe="ordinal")
    size = min(count, PIECE)
    leads = conform(frame(count, 1), model.schema).leads
    pieces = [leads.take(slice(at, at + size)) for at in range(0, count - size + 1, size)]
    usual = specified(size)
    print(f"numpy {np.__version__}; xgboost {xgboost.__version__}; the model: {model.engine.kind}")
    rounds = [medians({"usual": usual, "ours": explained(model, one)}, size) for one in pieces]
    for name, words in (("usual", "xgboost, unexplained"), ("ours", "leadscore, explained")):
        print(f"{words:<22} {statistics.mean(one[name] for one in rounds):>9.1f} ns a lead")
    for name, one in medians(stages(model, pieces[0]), size).items():
        print(f"  {name:<20} {one:>9.1f}")
    times = statistics.mean(one["usual"] / one["ours"] for one in rounds)
    print(f"{times:.1f} × as fast, explained, as XGBoost is unexplained")


if __name__ == "__main__":
    main()
