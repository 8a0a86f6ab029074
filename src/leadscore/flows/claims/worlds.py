"""What one world says to each claim: models fitted and measured on it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import investor
from leadscore.leads.table import Leads
from leadscore.measure.baselines import Training, random_forest
from leadscore.measure.metrics import Metrics, evaluate
from leadscore.model.bundle import Model
from leadscore.model.train import Fitted, RecipeName, fit_model
from leadscore.model.trees import Trees
from leadscore.score.scores import score_leads
from leadscore.world.limits import bayes_limits
from leadscore.world.rule import TIERS
from leadscore.world.scenarios import SCENARIOS, scenario_leads
from leadscore.world.seed import generate, to_leads

__all__ = ["PARAMETERS", "WorldFigures", "WorldTask", "measure_world"]

Floats = NDArray[np.float64]

#: The specification's XGBoost, which S10 compares with and without SMOTE.
PARAMETERS = {
    "n_estimators": 300,
    "max_depth": 6,
    "learning_rate": 0.05,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "min_child_weight": 3,
    "gamma": 0.1,
    "eval_metric": "mlogloss",
    "random_state": 42,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldTask:
    """Which world to measure.

    Parameters
    ----------
    preset : str
        ``seed`` or ``noisy``.
    seed : int
        Which one.
    leads : int
        How many leads it has; a fifth of them is kept for testing.
    """

    preset: str
    seed: int
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldFigures:
    """What came out in one world.

    Parameters
    ----------
    task : WorldTask
        Which world.
    figures : mapping of str to float
        The figures, by the keys that claims name.
    scenarios : mapping of str to ndarray of shape (9, 3)
        For each recipe, the probabilities of Low, Medium and High of the nine scenarios; empty
        for a noisy world.
    """

    task: WorldTask
    figures: Mapping[str, float]
    scenarios: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """A world's leads as numbers, the tested ones apart: all twelve fields, as specified."""

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    test: NDArray[np.intp]

    @property
    def train(self) -> NDArray[np.intp]:
        return np.setdiff1d(np.arange(len(self.labels)), self.test)


def measure_world(task: WorldTask) -> WorldFigures:
    """Fit every model that a claim is about to one world, and measure them.

    Parameters
    ----------
    task : WorldTask
        Which world.
    """
    world = generate(task.leads, preset=task.preset, seed=task.seed)
    leads = to_leads(world)
    seed = _fit(leads, world.tier, "seed")
    split = _Split(x=seed.model.encoder.encode(leads), labels=world.tier, test=seed.held_out)
    limits = bayes_limits(world.truth)
    figures = {
        **{f"mix.{tier}": float((world.tier == at).mean()) for at, tier in enumerate(TIERS)},
        "bayes.accuracy": limits.accuracy,
        "bayes.log_loss": limits.log_loss,
        **_figures("seed", seed.labels, seed.probabilities),
        **_figures("plain", split.labels[split.test], _plain(split)),
        **_figures("forest", split.labels[split.test], _forest(split)),
        **_figures("regression", split.labels[split.test], _regression(split)),
    }
    if task.preset == "noisy":
        return WorldFigures(
            task=task, figures={f"noisy.{key}": one for key, one in figures.items()}, scenarios={}
        )
    ordinal = _fit(leads, world.tier, "ordinal")
    figures |= _figures("ordinal", ordinal.labels, ordinal.probabilities)
    figures |= _importance(seed.model)
    scenarios = {name: _told(fit.model) for name, fit in (("seed", seed), ("ordinal", ordinal))}
    return WorldFigures(task=task, figures=figures | _right_tiers(scenarios), scenarios=scenarios)


def _fit(leads: Leads, labels: NDArray[np.int64], recipe: RecipeName) -> Fitted:
    return fit_model(leads, labels, investor(), recipe=recipe)


def _figures(name: str, labels: NDArray[np.int64], told: Floats) -> dict[str, float]:
    found: Metrics = evaluate(labels, told, classes=TIERS, boot=0)
    flat = {
        "accuracy": found["accuracy"],
        "macro_recall": found["macro_recall"],
        "macro_precision": found["macro_precision"],
        "weighted_f1": found["weighted_f1"],
        "log_loss": found["log_loss"],
        "ece": found["ece"],
        **{f"recall.{tier}": number for tier, number in found["recall"].items()},
        **{f"precision.{tier}": number for tier, number in found["precision"].items()},
        **{f"f1.{tier}": number for tier, number in found["f1"].items()},
    }
    return {
        f"{name}.{key}": np.nan if number["value"] is None else number["value"]
        for key, number in flat.items()
    }


def _forest(split: _Split) -> Floats:
    train = Training(x=split.x[split.train], labels=split.labels[split.train], k=len(TIERS))
    told = random_forest(split.x[split.test], train, seed=0).probabilities
    return np.empty((0, len(TIERS))) if told is None else told


def _regression(split: _Split) -> Floats:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    pipe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    pipe.fit(split.x[split.train].astype(np.float64), split.labels[split.train])
    told: Floats = pipe.predict_proba(split.x[split.test].astype(np.float64))
    return told


def _plain(split: _Split) -> Floats:
    """Return what the specified XGBoost says without SMOTE and without weights."""
    from xgboost import XGBClassifier  # noqa: PLC0415

    model = XGBClassifier(**PARAMETERS, n_jobs=1).fit(
        split.x[split.train], split.labels[split.train]
    )
    told = np.asarray(model.predict_proba(split.x[split.test]), np.float64)
    return np.asarray(told / told.sum(axis=1, keepdims=True))


def _importance(model: Model) -> dict[str, float]:
    """Return XGBoost's own importance, by gain: the sum over all fields is 1."""
    if not isinstance(model.engine, Trees):
        return {}
    gains = model.engine.members[0].booster.get_score(importance_type="gain")
    size = {f"f{at}": name for at, name in enumerate(model.encoder.fields)}
    numbers = {size[key]: float(np.asarray(value)) for key, value in gains.items()}
    total = sum(numbers.values())
    return {f"importance.{name}": value / total for name, value in numbers.items()}


def _told(model: Model) -> Floats:
    return score_leads(model, scenario_leads()).probabilities


def _right_tiers(scenarios: Mapping[str, Floats]) -> dict[str, float]:
    tiers = np.array([one.tier_index for one in SCENARIOS])
    return {
        f"{name}.scenarios": float((told.argmax(axis=1) == tiers).sum())
        for name, told in scenarios.items()
    }
