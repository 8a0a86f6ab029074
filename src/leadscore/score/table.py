"""The scored file: scores as columns that a table can take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.score.reasons import NO_REASON, top_reasons
from leadscore.score.scores import Scores
from leadscore.score.tiers import UNSCORED
from leadscore.score.words import reason_words

__all__ = ["FileLayout", "is_coded", "scored_columns"]

Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """What a scored file has beyond the scores.

    Parameters
    ----------
    reasons : int
        How many reasons a lead gets.
    words : bool
        Whether each reason also comes as a sentence, in ``reason_1_words`` ….
    first_row : int
        The first lead's place in the whole file, from 0.
    """

    reasons: int = 3
    words: bool = False
    first_row: int = 0


def scored_columns(
    model: Model,
    leads: Leads,
    scores: Scores,
    *,
    layout: FileLayout = FileLayout(),
) -> Columns:
    """Return the columns of a scored file, in order.

    The id columns (without any: ``row``), then ``score``, ``tier``, ``confidence``, a probability
    for each class (``p_low`` …) or the one ``probability``, ``expected_conversion``, the themes,
    ``reason_1``, ``effect_1`` …, ``notes``, ``model`` and ``as_of``. Numbers are float32, NaN
    where there is none; texts are ``str`` or None.

    Parameters
    ----------
    model : Model
        The model that gave the scores.
    leads : Leads
        The leads that were scored.
    scores : Scores
        Their scores.
    layout : FileLayout
        How many reasons, with or without sentences.
    """
    said: Columns = {
        "score": _float32(scores.score),
        "tier": _tiers(scores),
        "confidence": _float32(scores.confidence),
        **_probabilities(scores),
        "expected_conversion": _float32(scores.expected_conversion),
        **{name: _float32(sums) for name, sums in scores.themes.items()},
        **_reasons(model, leads, scores, layout),
        "notes": scores.notes.short(),
        "model": _same(f"{model.name}@{model.version}", scores.n),
        "as_of": _same(scores.as_of, scores.n),
    }
    return {**_ids(leads, layout.first_row, set(said)), **said}


def is_coded(name: str) -> bool:
    """Tell whether a column has few distinct texts, so that a file may keep them as codes.

    Examples
    --------
    >>> [name for name in ("tier", "reason_1", "reason_1_words", "notes") if is_coded(name)]
    ['tier', 'reason_1']
    """
    reason = name.startswith("reason_") and name.removeprefix("reason_").isdigit()
    return reason or name in ("tier", "model", "as_of")


def _ids(leads: Leads, first_row: int, ours: set[str]) -> Columns:
    if not leads.ids:
        return {"row": np.arange(first_row, first_row + leads.n, dtype=np.int64)}
    taken = ours | set(leads.ids)
    return {
        _free(name, taken) if name in ours else name: column for name, column in leads.ids.items()
    }


def _free(name: str, taken: set[str]) -> str:
    """Return a name that says that it is the input's, for one that a column of ours has."""
    while name in taken:
        name = f"input_{name}"
    return name


def _tiers(scores: Scores) -> NDArray[np.object_]:
    # place -1, a lead without a score, is the last
    return np.array([*scores.tier_names, UNSCORED], dtype=object)[scores.tier]


def _probabilities(scores: Scores) -> Columns:
    if scores.outcome:
        return {"probability": _float32(scores.probabilities[:, 1])}
    found: Columns = {}
    for place, name in enumerate(scores.class_names):
        column = _free_class("p_" + "_".join(name.lower().split()), found)
        found[column] = _float32(scores.probabilities[:, place])
    return found


def _free_class(column: str, taken: Columns) -> str:
    """Return the column's name, numbered where two classes differ in their case alone."""
    others = sum(name == column or name.startswith(f"{column}__") for name in taken)
    return f"{column}__{others + 1}" if others else column


def _reasons(model: Model, leads: Leads, scores: Scores, layout: FileLayout) -> Columns:
    # place -1, no reason, is the last
    names = np.array([*scores.fields, None], dtype=object)
    found: Columns = {}
    for rank, place in enumerate(top_reasons(scores.effects, layout.reasons).T, start=1):
        effect = scores.effects[np.arange(scores.n), np.maximum(place, 0)]
        found[f"reason_{rank}"] = names[place]
        found[f"effect_{rank}"] = _float32(np.where(place == NO_REASON, np.nan, effect))
        if layout.words:
            found[f"reason_{rank}_words"] = _sentences(model, leads, place, effect)
    return found


def _sentences(
    model: Model, leads: Leads, place: NDArray[np.intp], effect: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return one reason of each lead in words."""
    fields = [(one, leads.columns[one.name]) for one in model.schema.features]
    texts = np.full(len(place), None, dtype=object)
    for row in np.flatnonzero(place != NO_REASON):
        field, column = fields[place[row]]
        texts[row] = reason_words(field, column[row], float(effect[row]))
    return texts


def _same(text: str, n: int) -> NDArray[np.object_]:
    return np.full(n, text, dtype=object)


def _float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)
