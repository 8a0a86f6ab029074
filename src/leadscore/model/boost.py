"""Boosting one latent score: main effects first, then pairs for what is left, then deeper."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.model.link import class_probabilities, gradient, log_losses, next_cuts, starting_cuts

if TYPE_CHECKING:
    from xgboost import Booster, QuantileDMatrix

__all__ = ["Stage", "Staged", "boost"]

_CHECK_EVERY = 20
_CUTS_EVERY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stretch of boosting: trees of one depth at one rate.

    Parameters
    ----------
    depth : int
        The depth of its trees.
    rate : float
        The learning rate.
    rounds : int
        The most rounds it may take.
    patience : int
        How many rounds without a better validation loss end it.
    params : mapping
        Further parameters of XGBoost for its trees.
    """

    depth: int
    rate: float
    rounds: int
    patience: int
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A booster, and where each stage ended best.

    Parameters
    ----------
    booster : xgboost.Booster
        The trees of all stages, in order.
    rounds : tuple of int
        For each stage: how many of the trees to use when stopping after it.
    cuts : tuple of ndarray
        For each stage: the cut points that belong to those trees.
    """

    booster: "Booster"
    rounds: tuple[int, ...]
    cuts: tuple[NDArray[np.float64], ...]


@dataclass(slots=True, kw_only=True)
class _Best:
    loss: float
    rounds: int
    cuts: NDArray[np.float64]


def boost(
    data: tuple["QuantileDMatrix", "QuantileDMatrix"],
    labels: tuple[NDArray[np.intp], NDArray[np.intp]],
    *,
    classes: int,
    stages: tuple[Stage, ...],
    params: Mapping[str, object],
) -> Staged:
    """Fit trees to the training leads, each stage stopped where the held-out loss is lowest.

    Every stage goes on from the best point of the one before, so that pairs of fields only
    explain what single fields leave over.

    Parameters
    ----------
    data : tuple of QuantileDMatrix
        The training and the held-out leads.
    labels : tuple of ndarray
        The class of each training and of each held-out lead, 0 to `classes` - 1.
    classes : int
        The number of classes.
    stages : tuple of Stage
        The stages, shallow first.
    params : mapping
        Further parameters of XGBoost.
    """
    import xgboost  # noqa: PLC0415 - a second to import, and only fitting needs it

    fixed = {"base_score": 0.0, "disable_default_eval_metric": 1, **params}
    booster = xgboost.Booster(fixed, list(data))
    cuts = starting_cuts(labels[0], classes)
    start = log_losses(labels[1], class_probabilities(np.zeros(len(labels[1])), cuts)).mean()
    best = _Best(loss=float(start), rounds=0, cuts=cuts)
    ends: list[_Best] = []
    for stage in stages:
        if booster.num_boosted_rounds() > best.rounds:
            booster = booster[: best.rounds] if best.rounds else xgboost.Booster(fixed, [data[0]])
            booster.set_param(fixed)
        booster.set_param({"max_depth": stage.depth, "learning_rate": stage.rate, **stage.params})
        _run(booster, stage, data, labels, best)
        ends.append(replace(best))
    return Staged(
        booster=booster[: best.rounds] if best.rounds else booster,
        rounds=tuple(end.rounds for end in ends),
        cuts=tuple(end.cuts for end in ends),
    )


def _run(
    booster: "Booster",
    stage: Stage,
    data: tuple["QuantileDMatrix", "QuantileDMatrix"],
    labels: tuple[NDArray[np.intp], NDArray[np.intp]],
    best: _Best,
) -> None:
    begin, cuts = best.rounds, best.cuts
    for done in range(begin, begin + stage.rounds):
        margin = booster.predict(data[0], output_margin=True)
        if done % _CUTS_EVERY == 0 and done:
            cuts = next_cuts(margin, cuts, labels[0])
        first, second = gradient(margin, cuts, labels[0])
        booster.boost(data[0], iteration=done, grad=first, hess=second)
        last = done + 1 == begin + stage.rounds
        if last or (done + 1 - begin) % _CHECK_EVERY == 0:
            held = class_probabilities(booster.predict(data[1], output_margin=True), cuts)
            loss = float(log_losses(labels[1], held).mean())
            if loss < best.loss - 1e-6:
                best.loss, best.rounds, best.cuts = loss, done + 1, cuts
            elif done + 1 - max(best.rounds, begin) >= stage.patience:
                break
