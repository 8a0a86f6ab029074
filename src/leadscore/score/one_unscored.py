"""Why one lead has no score, as its record says it."""

from collections.abc import Iterable

import numpy as np

from leadscore.model.bundle import Model
from leadscore.score.doubt_words import unknown_words
from leadscore.score.notes import EMPTY_WORDS
from leadscore.score.one_cells import Cells
from leadscore.score.one_input import OneInput, OneNote
from leadscore.score.record import Json, ScoreRecord
from leadscore.score.tiers import UNSCORED

__all__ = ["OneUnscored", "notes_json"]

_NOTHING = ("score", "tier", "tier_set", "outcome_set", "confidence", "probabilities")
_NOTHING_MORE = ("expected_conversion", "themes", "base", "reasons", "similar")


class OneUnscored:
    """What a record says of a lead of which too little is known.

    Parameters
    ----------
    model : Model
        The model.
    cells : Cells
        The cells of its fields.
    """

    def __init__(self, model: Model, cells: Cells) -> None:
        self._missing = cells.missing
        self._place = {
            one.first + at: place
            for place, one in enumerate(cells.fields)
            for at in range(len(one.column))
        }
        self._words = [one.field.words for one in cells.fields]
        weights = np.zeros(len(cells.fields)) if model.doubt is None else model.doubt.known.weight
        self._weights: list[float] = weights.tolist()
        # those that carry most come first
        self._order: list[int] = np.argsort(-weights, kind="stable").tolist()

    def told(self, read: OneInput) -> ScoreRecord:
        """Return that part of the record."""
        nothing: ScoreRecord = dict.fromkeys((*_NOTHING, *_NOTHING_MORE))
        return {
            **nothing,
            "tier": UNSCORED,
            "tier_set": [UNSCORED],
            "notes": self._notes(read),
            "action": None,
        }

    def _notes(self, read: OneInput) -> list[Json]:
        if self._missing.issuperset(read.odd) and len(read.odd) == len(read.kept):
            # that all of them are missing is said once
            others = (one for one in read.notes if one.kind != "missing")
            return [_note("empty", EMPTY_WORDS), *notes_json(others)]
        return [_note("unknown", self._why(read.odd)), *notes_json(read.notes)]

    def _why(self, odd: list[int]) -> str:
        places = {self._place[cell] for cell in odd}
        share = 0.0
        for cell in odd:
            share += self._weights[self._place[cell]]
        return unknown_words(
            [self._words[place] for place in self._order if place in places],
            missing=sum(cell in self._missing for cell in odd),
            share=share,
            fields=len(self._words),
        )


def notes_json(notes: Iterable[OneNote]) -> list[Json]:
    """Return notes as a record has them."""
    return [{"field": one.field, "kind": one.kind, "words": one.words} for one in notes]


def _note(kind: str, words: str) -> Json:
    return {"field": None, "kind": kind, "words": words}
