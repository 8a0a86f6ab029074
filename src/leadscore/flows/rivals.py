"""What a model is compared with: the other recipes, and what a team could do without any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import UserError
from leadscore.flows.labelled import Labelled, class_names
from leadscore.flows.ports import Teller
from leadscore.measure.baselines import (
    Ranked,
    Training,
    Unavailable,
    newest_first,
    points_rule,
    random_forest,
    random_order,
)
from leadscore.measure.metrics import Number, draws_for, evaluate, rank_metrics
from leadscore.measure.report import Comparison
from leadscore.model.bundle import Model
from leadscore.model.train import RecipeName, fit_model
from leadscore.score.scores import score_leads

__all__ = ["Rival", "baselines", "compared", "other_recipes"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One order of the tested leads, and its probabilities where it has any.

    Parameters
    ----------
    name : str
        Its name for people.
    kind : {"recipe", "baseline"}
        What it is.
    scores : ndarray of shape (n,), optional
        Larger is called earlier; None where there is no such order, and `reason` says why.
    probabilities : ndarray of shape (n, K), optional
        The stated probabilities.
    shipped : bool
        Whether it is the model that is evaluated.
    reason : str
        What to say of it.
    """

    name: str
    kind: Literal["recipe", "baseline"]
    scores: Floats | None = None
    probabilities: Floats | None = None
    shipped: bool = False
    reason: str = ""


def other_recipes(
    model: Model, test: Labelled, train: Labelled, *, jobs: int, tell: Teller
) -> tuple[Rival, ...]:
    """Fit the recipes that `model` is not of to its training leads, and score the tested ones."""
    names: tuple[RecipeName, ...] = ("ordinal", "logistic", "seed")
    found = []
    for name in names:
        if name == model.recipe:
            continue
        tell(f"Training {name} beside it")
        found.append(_fitted(name, model, test, train, jobs))
    return tuple(found)


def baselines(  # noqa: PLR0913  -- two inputs, and how to go about it
    model: Model,
    test: Labelled,
    train: Labelled | None,
    *,
    seed: int,
    tell: Teller,
    forest: bool = True,
) -> tuple[Rival, ...]:
    """Return what can be done without a model.

    Parameters
    ----------
    model : Model
        The model, for its encoder and schema.
    test : Labelled
        The leads to put in order.
    train : Labelled, optional
        The leads to learn from; without them there are no probabilities and no random forest.
    seed : int
        Seed of the random order and the forest.
    tell : Teller
        Who is told what is being done.
    forest : bool
        Whether a random forest is asked as well: the dearest of them.
    """
    tell("Asking what could be done without a model")
    x, n = model.encoder.encode(test.leads), test.leads.n
    known = None if train is None else _training(model, train)
    found = [
        random_order(n, seed=seed, train=known),
        newest_first(n, times=_times(model, test), order=model.schema.order),
        points_rule(x, model.schema.features, train=known),
    ]
    if known is not None and forest:
        found.append(random_forest(x, known, seed=seed))
    return tuple(_baseline(one) for one in found)


def compared(rivals: tuple[Rival, ...], test: Labelled, model: Model) -> tuple[Comparison, ...]:
    """Return each rival's figures on the tested leads, the lowest log loss first."""
    measure = _measurer(test, model)
    rows = [
        Comparison(
            name=one.name,
            kind=one.kind,
            metrics=measure(one),
            shipped=one.shipped,
            reason=one.reason,
        )
        for one in rivals
    ]
    return tuple(sorted(rows, key=_by_loss_then_lift))


def _fitted(name: RecipeName, model: Model, test: Labelled, train: Labelled, jobs: int) -> Rival:
    seed = model.card.get("seed")
    try:
        fitted = fit_model(
            train.leads,
            train.labels,
            model.schema,
            recipe=name,
            seed=seed if isinstance(seed, int) else 0,
            n_jobs=jobs,
        )
    except UserError as error:
        return Rival(name=name, kind="recipe", reason=error.message)
    told = score_leads(fitted.model, test.leads)
    return Rival(name=name, kind="recipe", scores=told.margin, probabilities=told.probabilities)


def _training(model: Model, train: Labelled) -> Training:
    return Training(
        x=model.encoder.encode(train.leads),
        labels=train.labels,
        k=len(class_names(model.schema)),
    )


def _times(model: Model, test: Labelled) -> Floats | None:
    dated = model.schema.with_role("time")
    return np.asarray(test.leads.columns[dated[0].name], np.float64) if dated else None


def _baseline(found: Ranked | Unavailable) -> Rival:
    if isinstance(found, Unavailable):
        return Rival(name=found.name, kind="baseline", reason=found.reason)
    return Rival(
        name=found.name,
        kind="baseline",
        scores=found.scores,
        probabilities=found.probabilities,
    )


def _measurer(test: Labelled, model: Model) -> Callable[[Rival], Mapping[str, Number]]:
    classes = class_names(model.schema)
    boot = draws_for(len(test.labels))

    def measure(one: Rival) -> Mapping[str, Number]:
        if one.scores is None:
            return {}
        if one.probabilities is None:
            ranked = rank_metrics(test.labels == len(classes) - 1, one.scores, boot=boot)
            return {"auc": ranked["auc"], "lift_10": ranked["lift_10"]}
        found = evaluate(test.labels, one.probabilities, classes=classes, boot=boot)
        return {
            "log_loss": found["log_loss"],
            "accuracy": found["accuracy"],
            "ece": found["ece"],
            "auc": found["auc"],
            "lift_10": found["lift_10"],
        }

    return measure


def _by_loss_then_lift(one: Comparison) -> tuple[float, float]:
    loss, lift = (one.metrics.get(key, _NONE)["value"] for key in ("log_loss", "lift_10"))
    return (np.inf if loss is None else loss, np.inf if lift is None else -lift)


_NONE: Number = {"value": None, "low": None, "high": None}
