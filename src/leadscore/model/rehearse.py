"""What each recipe would have said of leads that came later, or that were kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.auto import AutoRecipe
from leadscore.model.estimator import MarginClassifier
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.seed import SeedRecipe
from leadscore.model.split import forward_blocks, stratified_split

__all__ = ["Rehearsal", "Split", "last_part", "recipe_name", "rehearse"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Matrix = NDArray[np.float32]
_APART = 0.2
#: The recipes beside the chosen one learn from so many leads at most: more would not change who
#: is better, and the specified recipe would take minutes.
_MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Leads to learn from and leads to be judged on.

    Parameters
    ----------
    kind : {"forward", "group", "random"}
        ``forward``: those to be judged on came later; ``group``: they are of other groups;
        ``random``: they were drawn, which flatters where the world changes.
    past : ndarray of shape (a,)
        The rows to learn from.
    ahead : ndarray of shape (b,)
        The rows to be judged on.
    """

    kind: Literal["forward", "group", "random"]
    past: Rows
    ahead: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What recipes said of leads that they had not seen.

    Parameters
    ----------
    split : Split
        What all recipes learned from and are compared on.
    told : mapping of str to ndarray of shape (b, K)
        For each recipe P(class) of the rows ahead.
    rows : ndarray of shape (m,)
        All rows for which the shipped recipe has spoken without having seen them.
    probabilities : ndarray of shape (m, K)
        What it said.
    learned_from : mapping of str to int
        How many leads each recipe learned from: of very many a rival is given a part.
    """

    split: Split
    told: Mapping[str, Floats]
    rows: Rows
    probabilities: Floats
    learned_from: Mapping[str, int]


def last_part(
    labels: Rows, *, times: Floats | None, groups: Rows | None, rng: np.random.Generator
) -> Split:
    """Return the last fifth of the leads in time; else a fifth of the groups; else a random one.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        The leads' classes; the leads to learn from have all of them.
    times : ndarray of shape (n,), optional
        When each lead came.
    groups : ndarray of shape (n,), optional
        The fold of each lead, no group in two folds.
    rng : numpy.random.Generator
        Draws a random part.
    """
    count = len(np.unique(labels))
    if times is not None:
        for past, ahead in forward_blocks(times, (1 - _APART,)):
            if len(np.unique(labels[past])) == count:
                return Split(kind="forward", past=past, ahead=ahead)
    if groups is not None:
        apart = groups == groups.min()
        if len(np.unique(labels[~apart])) == count:
            return Split(kind="group", past=np.flatnonzero(~apart), ahead=np.flatnonzero(apart))
    past, ahead = stratified_split(labels, _APART, rng)
    return Split(kind="random", past=past, ahead=ahead)


def rehearse(
    estimator: MarginClassifier,
    labels: Rows,
    *,
    split: Split,
    rivals: Mapping[str, tuple[MarginClassifier, Matrix]],
) -> Rehearsal:
    """Return what the fitted recipe and its rivals say of leads that they had not seen.

    Parameters
    ----------
    estimator : MarginClassifier
        The recipe that is shipped, fitted to all leads.
    labels : ndarray of shape (n,)
        Their classes.
    split : Split
        What to learn from and what to be judged on.
    rivals : mapping of str to (MarginClassifier, ndarray of shape (n, fields))
        The recipes by name, unfitted, the shipped one among them, and the encoded leads that each
        learns from. A recipe that spoke of the rows ahead when `estimator` was fitted, without
        having seen them, is not fitted again.
    """
    known = _known(estimator, split, len(labels))
    shipped = recipe_name(estimator)
    past = _some(split.past, labels)
    told, learned_from = dict(known), dict.fromkeys(known, len(split.past))
    for name, (one, x) in rivals.items():
        if name not in known:
            rows = split.past if name == shipped else past
            told[name] = _speak(one, x, labels, (rows, split.ahead))
            learned_from[name] = len(rows)
    rows, said = split.ahead, told[shipped]
    if shipped in known:
        rows, each = _spoken(estimator)
        said = each[shipped]
    return Rehearsal(
        split=split, told=told, rows=rows, probabilities=said, learned_from=learned_from
    )


def recipe_name(estimator: MarginClassifier) -> str:
    """Return the name of the recipe that a fitted estimator came to."""
    match estimator:
        case AutoRecipe():
            return estimator.choice_.chosen
        case SeedRecipe():
            return "seed"
        case OrdinalSplines():
            return "logistic"
        case _:
            return "ordinal"


def _known(estimator: MarginClassifier, split: Split, n: int) -> dict[str, Floats]:
    """Return what was said of the rows ahead when the estimator was fitted, as honestly."""
    forward = isinstance(estimator, AutoRecipe) and estimator.choice_.validation == "forward"
    if (split.kind == "forward") != forward:
        return {}
    rows, told = _spoken(estimator)
    place = np.full(n, -1)
    place[rows] = np.arange(len(rows))
    at = place[split.ahead]
    return {} if np.any(at < 0) else {name: shares[at] for name, shares in told.items()}


def _spoken(estimator: MarginClassifier) -> tuple[Rows, Mapping[str, Floats]]:
    if isinstance(estimator, AutoRecipe):
        return estimator.judged_rows_, estimator.judged_probabilities_
    told = {recipe_name(estimator): estimator.held_out_probabilities_}
    return estimator.held_out_rows_, told


def _speak(recipe: MarginClassifier, x: Matrix, labels: Rows, split: tuple[Rows, Rows]) -> Floats:
    if isinstance(recipe, SeedRecipe):
        return recipe.rehearse(x, labels, split=split)
    past, ahead = split
    fitted: MarginClassifier = recipe.fit(x[past], labels[past])
    return fitted.predict_proba(x[ahead])


def _some(rows: Rows, labels: Rows) -> Rows:
    """Return the rows, or `_MOST` of them with every class in its share."""
    if len(rows) <= _MOST:
        return rows
    rng = np.random.default_rng(0)
    _, kept = stratified_split(labels[rows], _MOST / len(rows), rng)
    return rows[kept]
