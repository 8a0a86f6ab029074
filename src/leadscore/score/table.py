"""The scored file: scores as columns that a table can take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.score.coded import Coded, code_notes
from leadscore.score.reasons import NO_REASON, top_reasons
from leadscore.score.scores import Scores
from leadscore.score.tiers import UNSCORED
from leadscore.score.words import reason_words

__all__ = ["FileLayout", "Said", "file_columns", "is_coded", "scored_columns", "with_ids"]

#: A column of a scored file: numbers, texts of which few differ, or other texts.
Said = NDArray[np.float32] | Coded | NDArray[np.object_]

_S = TypeVar("_S")
_I = TypeVar("_I")


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
) -> dict[str, NDArray[np.generic]]:
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
    said = file_columns(model, leads, scores, layout=layout)
    rows = layout.first_row + np.arange(scores.n, dtype=np.int64)
    return {
        name: column.texts() if isinstance(column, Coded) else column
        for name, column in with_ids(said, leads.ids, rows).items()
    }


def file_columns(
    model: Model, leads: Leads, scores: Scores, *, layout: FileLayout = FileLayout()
) -> dict[str, Said]:
    """Return the columns of a scored file but for the ids, texts as codes; see `scored_columns`."""
    return {
        "score": _float32(scores.score),
        "tier": _tiers(scores),
        "confidence": _float32(scores.confidence),
        **_probabilities(scores),
        "expected_conversion": _float32(scores.expected_conversion),
        **{name: _float32(sums) for name, sums in scores.themes.items()},
        **_reasons(model, leads, scores, layout),
        "notes": code_notes(scores.notes),
        "model": _same(f"{model.name}@{model.version}", scores.n),
        "as_of": _same(scores.as_of, scores.n),
    }


def with_ids(
    said: Mapping[str, _S], ids: Mapping[str, _I], rows: NDArray[np.int64]
) -> dict[str, _S | _I | NDArray[np.int64]]:
    """Return the columns of a scored file with the ids before them; without any the row.

    Parameters
    ----------
    said : mapping of str to column
        What is said of the leads.
    ids : mapping of str to column
        The input's id columns; one that is called like a column of ours is renamed.
    rows : ndarray of int64 of shape (n,)
        The leads' places in the whole file, from 0.
    """
    if not ids:
        return {"row": rows, **said}
    taken = {*said, *ids}
    own = {_free(name, taken) if name in said else name: column for name, column in ids.items()}
    return {**own, **said}


def is_coded(name: str) -> bool:
    """Tell whether a column has few distinct texts, so that a file may keep them as codes.

    Examples
    --------
    >>> [name for name in ("tier", "reason_1", "reason_1_words", "notes") if is_coded(name)]
    ['tier', 'reason_1']
    """
    reason = name.startswith("reason_") and name.removeprefix("reason_").isdigit()
    return reason or name in ("tier", "model", "as_of")


def _free(name: str, taken: set[str]) -> str:
    """Return a name that says that it is the input's, for one that a column of ours has."""
    while name in taken:
        name = f"input_{name}"
    return name


def _tiers(scores: Scores) -> Coded:
    # place -1, a lead without a score, becomes that of the last word
    codes = np.where(scores.tier < 0, len(scores.tier_names), scores.tier)
    return Coded(codes=codes.astype(np.int32), words=(*scores.tier_names, UNSCORED))


def _probabilities(scores: Scores) -> dict[str, Said]:
    if scores.outcome:
        return {"probability": _float32(scores.probabilities[:, 1])}
    found: dict[str, Said] = {}
    for place, name in enumerate(scores.class_names):
        column = _free_class("p_" + "_".join(name.lower().split()), found)
        found[column] = _float32(scores.probabilities[:, place])
    return found


def _free_class(column: str, taken: Mapping[str, object]) -> str:
    """Return the column's name, numbered where two classes differ in their case alone."""
    others = sum(name == column or name.startswith(f"{column}__") for name in taken)
    return f"{column}__{others + 1}" if others else column


def _reasons(model: Model, leads: Leads, scores: Scores, layout: FileLayout) -> dict[str, Said]:
    places = top_reasons(scores.effects, layout.reasons)
    effects = np.take_along_axis(scores.effects, np.maximum(places, 0), axis=1)
    found: dict[str, Said] = {}
    for rank, (place, effect) in enumerate(zip(places.T, effects.T, strict=True), start=1):
        found[f"reason_{rank}"] = Coded(codes=place.astype(np.int32), words=scores.fields)
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


def _same(text: str, n: int) -> Coded:
    return Coded(codes=np.zeros(n, dtype=np.int32), words=(text,))


def _float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)
