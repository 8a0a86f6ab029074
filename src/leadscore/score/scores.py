"""Scores: all that a model says of leads, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.score.notes import Notes, find_notes
from leadscore.score.numbers import numbers_of, theme_places

__all__ = ["Scores", "score_leads"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a model says of n leads. A lead without a score has NaN, and tier -1.

    Parameters
    ----------
    n : int
        The number of leads.
    fields : tuple of str
        The model's fields in order.
    class_names : tuple of str
        The label's classes, lowest first; of an outcome the other one and then the positive.
    tier_names : tuple of str
        The tiers, lowest first.
    outcome : bool
        Whether the model predicts an outcome and not a tier.
    margin : ndarray of shape (n,)
        The latent score: the base plus all effects.
    score : ndarray of shape (n,)
        The margin's percentile among the reference leads, 0-100, to one decimal.
    tier : ndarray of int, shape (n,)
        The stated tier's place in `tier_names`.
    confidence : ndarray of shape (n,)
        The probability of the stated tier, 0-1; NaN for outcome models.
    probabilities : ndarray of shape (n, K)
        The probability of each class, 0-1.
    expected_conversion : ndarray of shape (n,)
        The share of such leads that should convert, 0-1; NaN where tiers do not say.
    base : float
        The margin of the average reference lead.
    effects : ndarray of shape (n, fields)
        Each field's effect on the margin.
    themes : mapping of str to ndarray of shape (n,)
        For each theme of the model's fields the sum of their effects.
    notes : Notes
        What was missing, unusual or unknown.
    sets : ndarray of bool, shape (n, K)
        Which classes cannot be ruled out: sets that hold the true class in nine of ten leads of
        each class. False throughout where the model keeps no such sets.
    unscored : ndarray of bool, shape (n,)
        The leads without a score.
    encoded : ndarray of float32, shape (n, fields)
        The leads as the model sees them.
    as_of : str
        The moment that the scores are for; empty where none was given.
    """

    n: int
    fields: tuple[str, ...]
    class_names: tuple[str, ...]
    tier_names: tuple[str, ...]
    outcome: bool
    margin: Floats
    score: Floats
    tier: NDArray[np.intp]
    confidence: Floats
    probabilities: Floats
    expected_conversion: Floats
    base: float
    effects: Floats
    themes: Mapping[str, Floats]
    notes: Notes
    sets: Mask
    unscored: Mask
    encoded: NDArray[np.float32]
    as_of: str

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> "Scores":
        """Return the scores of the leads at `rows`, in that order."""
        return Scores(
            n=len(np.arange(self.n)[rows]),
            fields=self.fields,
            class_names=self.class_names,
            tier_names=self.tier_names,
            outcome=self.outcome,
            margin=self.margin[rows],
            score=self.score[rows],
            tier=self.tier[rows],
            confidence=self.confidence[rows],
            probabilities=self.probabilities[rows],
            expected_conversion=self.expected_conversion[rows],
            base=self.base,
            effects=self.effects[rows],
            themes={name: sums[rows] for name, sums in self.themes.items()},
            notes=self.notes.take(rows),
            sets=self.sets[rows],
            unscored=self.unscored[rows],
            encoded=self.encoded[rows],
            as_of=self.as_of,
        )


def score_leads(
    model: Model, leads: Leads, *, as_of: str = "", refused: Mask | None = None
) -> Scores:
    """Score leads; what one lead gets depends on that lead and the model alone.

    A lead with none of the model's fields has no score, and neither has one of which too much is
    missing or far outside what the model has seen; their notes say why.

    Parameters
    ----------
    model : Model
        The model.
    leads : Leads
        The leads, conformed to the model's schema.
    as_of : str
        The moment that the scores are for, carried along; never read from the clock.
    refused : ndarray of bool of shape (n,), optional
        The leads that may not be scored, since a value is not allowed.
    """
    encoded, unseen = model.encoder.encode_noting(leads)
    known = None if model.doubt is None else model.doubt.known
    notes = find_notes(
        leads,
        model.schema,
        model.encoder,
        refused=refused,
        known=known,
        encoded=encoded,
        unseen=unseen,
    )
    unscored = _either(notes, leads.n)
    numbers = numbers_of(model, encoded)
    numbers.blank(unscored)
    return Scores(
        n=leads.n,
        fields=model.encoder.fields,
        class_names=model.schema.label.names if model.schema.label else (),
        tier_names=tuple(one.name for one in model.schema.tiers),
        outcome=model.outcome,
        margin=numbers.margin,
        score=numbers.score,
        tier=numbers.tier,
        confidence=numbers.confidence,
        probabilities=numbers.probabilities,
        expected_conversion=numbers.expected_conversion,
        base=model.engine.base,
        effects=numbers.effects,
        themes=dict(zip(theme_places(model.schema), numbers.themes.T, strict=True)),
        notes=notes,
        sets=numbers.sets,
        unscored=unscored,
        encoded=encoded,
        as_of=as_of,
    )


def _either(notes: Notes, n: int) -> Mask:
    masks = [mask for (field, _), mask in notes.found.items() if not field]
    return np.asarray(np.logical_or.reduce([np.zeros(n, dtype=bool), *masks]))
