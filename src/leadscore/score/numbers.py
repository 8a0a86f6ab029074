"""All that a model says of encoded leads in numbers, some thousand leads at a time."""

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Schema, Theme
from leadscore.model.bundle import Model
from leadscore.model.lookup.places import blocks
from leadscore.score.tiers import TierRule, stated_by, tier_rule

__all__ = ["Numbers", "numbers_of", "theme_places"]

Floats = NDArray[np.float64]
Columns = list[Floats]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Decimals of a probability: the next ones differ from processor to processor.
_DECIMALS = 12
#: What stands in an array where a lead has no score, by the array's kind.
_NOTHING = {"f": np.nan, "i": -1, "b": False}


class Numbers(NamedTuple):
    """What a model says of n leads; `leadscore.score.scores.Scores` says what each array is.

    The columns of ``themes`` are those of `theme_places`.
    """

    margin: Floats
    score: Floats
    tier: Places
    confidence: Floats
    probabilities: Floats
    expected_conversion: Floats
    effects: Floats
    themes: Floats
    sets: Mask

    def blank(self, rows: Mask) -> None:
        """Take away what is said of the leads at `rows`: they have no score."""
        if rows.any():
            for one in self:
                one[rows] = _NOTHING[one.dtype.kind]


def numbers_of(model: Model, encoded: NDArray[np.float32]) -> Numbers:
    """Return what a model says of encoded leads, shape (n, fields).

    What is worked out for some thousand leads stays in the processor's cache until it is used.
    """
    teller = _Teller(
        model=model,
        rule=tier_rule(model),
        middles=_middles(model.schema),
        themes=tuple(theme_places(model.schema).values()),
    )
    parts = list(blocks(len(encoded)))
    if len(parts) == 1:
        return teller.tell(encoded)
    shapes = teller.tell(encoded[:0])
    found = Numbers._make(np.empty((len(encoded), *one.shape[1:]), one.dtype) for one in shapes)
    for block in parts:
        for whole, part in zip(found, teller.tell(encoded[block]), strict=True):
            whole[block] = part
    return found


def theme_places(schema: Schema) -> dict[str, tuple[int, ...]]:
    """Return the themes of the model's fields, and the places of the fields of each."""
    themes = [one.theme for one in schema.features]
    return {
        name: tuple(place for place, theme in enumerate(themes) if theme == name)
        for name in get_args(Theme)
        if name in themes
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """A model, and what of it is the same for all leads.

    The rule is that of the tiers, and the middles are those of what each tier converts.
    """

    model: Model
    rule: TierRule | None
    middles: list[float]
    themes: tuple[tuple[int, ...], ...]

    def tell(self, x: NDArray[np.float32]) -> Numbers:
        model = self.model
        effects = model.engine.effects(x)
        # a field's effects in one stretch of memory: adding them takes a quarter of the time
        columns = list(np.ascontiguousarray(effects.T))
        margin = model.engine.base + _sum(columns, len(x))
        told = np.round(model.probabilities(x, margin), _DECIMALS)
        tier = stated_by(self.rule, margin, told)
        themes = [_sum([columns[place] for place in places], len(x)) for places in self.themes]
        return Numbers(
            margin=margin,
            score=np.round(model.reference.percentile(margin), 1),
            tier=tier,
            confidence=self._confidence(told, tier),
            probabilities=told,
            expected_conversion=self._expected(told),
            effects=effects,
            themes=np.stack(themes, axis=1),
            sets=self._sets(told, tier),
        )

    def _confidence(self, told: Floats, tier: Places) -> Floats:
        if self.model.outcome:
            return np.full(len(told), np.nan)
        return np.asarray(told[np.arange(len(told)), tier])

    def _expected(self, told: Floats) -> Floats:
        """Return the expected conversion: P(positive), or that of each tier by its probability."""
        if self.model.outcome:
            return told[:, 1].copy()
        columns = zip(told.T, self.middles, strict=True)
        return _sum([share * middle for share, middle in columns], len(told))

    def _sets(self, told: Floats, tier: Places) -> Mask:
        """Return the classes that cannot be ruled out; a stated class is among them."""
        if self.model.doubt is None:
            return np.zeros(told.shape, dtype=bool)
        return self.model.doubt.sets.holding(told, None if self.model.outcome else tier)


def _middles(schema: Schema) -> list[float]:
    spans = [tier.conversion for tier in schema.tiers]
    return [np.nan if span is None else (span[0] + span[1]) / 2 for span in spans]


def _sum(columns: Columns, n: int) -> Floats:
    """Add columns one after the other: numpy's own sum adds in an order that the shape decides."""
    total = np.zeros(n)
    for one in columns:
        total += one
    return total
