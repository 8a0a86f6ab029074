"""Bagging over folds: each fold is left out of one model, which is judged on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.model.boost import Stage, boost
from leadscore.model.expand import Expansion, fit_transform
from leadscore.model.member import Member

if TYPE_CHECKING:
    from xgboost import Booster, QuantileDMatrix

__all__ = ["FoldFit", "Plan", "earned_stage", "fit_fold", "held_out_margins", "with_gaps"]

Matrix = NDArray[np.float32]
Labels = NDArray[np.intp]
_DEEPER_GAIN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one fold's model is fitted.

    Parameters
    ----------
    classes : int
        The number of classes.
    tracks : tuple of tuple of Stage
        Ways to boost, each from the start in stages that go on from one another, shallow first.
    directions : tuple of int
        For each field 1, -1 or 0.
    categorical : tuple of int
        The places of the category fields.
    """

    classes: int
    tracks: tuple[tuple[Stage, ...], ...]
    directions: tuple[int, ...]
    categorical: tuple[int, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages of all tracks, in order."""
        return tuple(stage for track in self.tracks for stage in track)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldFit:
    """A model that did not see one fold, and what it says of it.

    Parameters
    ----------
    ends : tuple of (booster, rounds, cuts)
        For each stage: its trees, how many of them to use, and the cut points.
    expansion : Expansion
        Its columns.
    held : ndarray of shape (h,)
        The rows of the fold.
    margins : ndarray of shape (stages, h)
        The fold's margins after each stage, less the mean cut point.
    """

    ends: tuple[tuple["Booster", int, NDArray[np.float64]], ...]
    expansion: Expansion
    held: Labels
    margins: NDArray[np.float64]

    def member(self, stage: int) -> Member:
        """Return the model as it was after `stage`."""
        booster, rounds, cuts = self.ends[stage]
        return Member(
            booster=booster[:rounds] if rounds else _without_trees(booster),
            expansion=self.expansion,
            centre=float(cuts.mean()),
        )


def fit_fold(x: Matrix, labels: Labels, held: NDArray[np.bool_], plan: Plan, seed: int) -> FoldFit:
    """Fit one model to the rows outside `held`, each stage stopped by the loss on `held`."""
    import xgboost  # noqa: PLC0415 - a second to import, and only fitting needs it

    rng = np.random.default_rng(seed)
    expansion, columns = fit_transform(x[~held], labels[~held], plan.categorical, rng)
    columns, known = with_gaps(columns, labels[~held], expansion, rng)
    train = xgboost.QuantileDMatrix(columns, max_bin=_BINS, nthread=1)
    test = xgboost.QuantileDMatrix(
        expansion.transform(x[held]), ref=train, max_bin=_BINS, nthread=1
    )
    parts = (known, labels[held])
    params = _PARAMS | {"seed": seed, "monotone_constraints": _monotone(expansion, plan)}
    ends = []
    for stages in plan.tracks:
        track = boost((train, test), parts, classes=plan.classes, stages=stages, params=params)
        ends += [(track.booster, *end) for end in zip(track.rounds, track.cuts, strict=True)]
    return FoldFit(
        ends=tuple(ends),
        expansion=expansion,
        held=np.flatnonzero(held),
        margins=np.array([_margin(test, *end) for end in ends], dtype=np.float64),
    )


def with_gaps(
    columns: Matrix, labels: Labels, expansion: Expansion, rng: np.random.Generator
) -> tuple[Matrix, Labels]:
    """Return the leads and copies of some, in which a field that is never missing is missing.

    A tree that never met a missing value sends it anywhere: a lead without its financing answer
    scored like one with financing. The copies, a tenth of the leads at most, teach what is known
    of a lead when a field is not.
    """
    never = [
        field
        for field in np.unique(expansion.sources)
        if not np.isnan(columns[:, expansion.sources == field]).any()
    ]
    if not never:
        return columns, labels
    count = max(int(len(columns) * min(_GAPS, _ALL_GAPS / len(never))), 1)
    parts, known = [columns], [labels]
    for field in never:
        rows = rng.choice(len(columns), min(count, len(columns)), replace=False)
        copies = columns[rows]
        copies[:, expansion.sources == field] = np.nan
        parts.append(copies)
        known.append(labels[rows])
    return np.concatenate(parts), np.concatenate(known)


def held_out_margins(fits: Sequence[FoldFit], rows: int) -> NDArray[np.float64]:
    """Return, after each stage, every row's mean margin from the models that did not see it."""
    total = np.zeros((len(fits[0].ends), rows))
    times = np.zeros(rows)
    for fit in fits:
        total[:, fit.held] += fit.margins
        times[fit.held] += 1
    return total / times


def earned_stage(losses: Sequence[NDArray[np.float64]], stages: tuple[Stage, ...]) -> int:
    """Return the last stage that leads left out have earned.

    Single fields and pairs make tables: pairs stay where they lower the mean loss at all.
    Deeper trees must lower it by more than one standard error and by half a percent.

    Parameters
    ----------
    losses : sequence of ndarray of shape (n,)
        For each stage, the calibrated log loss of every lead that was left out.
    stages : tuple of Stage
        The stages.
    """
    chosen = 0
    for stage in range(1, len(stages)):
        gain = losses[chosen] - losses[stage]
        error = float(gain.std() / np.sqrt(len(gain)))
        deep = stages[stage].depth > 2
        least = max(error, _DEEPER_GAIN * float(losses[chosen].mean())) if deep else 0.0
        if gain.mean() > least:
            chosen = stage
    return chosen


def _without_trees(booster: "Booster") -> "Booster":
    """Return a booster of no trees: slicing to none gives all of them."""
    import xgboost  # noqa: PLC0415 - a second to import, and only fitting needs it

    about = {"num_feature": booster.num_features(), "base_score": 0.0, "nthread": 1}
    return xgboost.Booster(about)


def _margin(
    leads: "QuantileDMatrix", booster: "Booster", rounds: int, cuts: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not rounds:
        return np.full(leads.num_row(), -cuts.mean())
    found = booster.predict(leads, output_margin=True, iteration_range=(0, rounds))
    return np.asarray(np.asarray(found, np.float64) - cuts.mean())


_BINS = 256
_GAPS, _ALL_GAPS = 0.02, 0.1
_PARAMS = {
    "tree_method": "hist",
    "max_bin": _BINS,
    "nthread": 1,
}


def _monotone(expansion: Expansion, plan: Plan) -> tuple[int, ...]:
    return tuple(
        plan.directions[source] if values is None else 0
        for source, values in zip(expansion.sources, expansion.values, strict=True)
    )
