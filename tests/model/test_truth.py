"""How near the recipes come to the true probabilities of the specified world."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import investor
from leadscore.model.encode import fit_encoder
from leadscore.model.estimator import MarginClassifier
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.ordinal import OrdinalBoosting
from leadscore.world.seed import generate, to_leads

LEARNED = 4000
DIRECTIONS = tuple({"up": 1, "down": -1, "free": 0}[one.direction] for one in investor().features)

# A user's recipe takes more models and rounds; these are enough to tell right from wrong.
BOOSTING = OrdinalBoosting(directions=DIRECTIONS, repeats=1, folds=4, deepest=2, rounds=600)
SPLINES = OrdinalSplines(folds=4)


def distance(recipe: MarginClassifier, seed: int) -> float:
    """Return the mean total variation distance to the truth of leads that come after."""
    world = generate(2 * LEARNED, seed=seed)
    leads = to_leads(world)
    encoder = fit_encoder(leads.take(slice(0, LEARNED)), investor())
    x = encoder.encode(leads)
    told = recipe.fit(x[:LEARNED], world.tier[:LEARNED]).predict_proba(x[LEARNED:])
    return float(np.abs(told - world.truth[LEARNED:]).sum(axis=1).mean() / 2)


@cache
def distances() -> NDArray[np.float64]:
    return np.array([[distance(one, seed) for one in (BOOSTING, SPLINES)] for seed in (1, 2, 3)])


def test_boosting_is_near_the_truth_in_the_mean_of_three_worlds() -> None:
    found = distances()[:, 0]
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert found.mean() + 2 * error < 0.06


def test_boosting_is_nearer_to_the_truth_than_splines_by_more_than_chance() -> None:
    gain = distances()[:, 1] - distances()[:, 0]
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    assert gain.mean() - 2 * error > 0.01
