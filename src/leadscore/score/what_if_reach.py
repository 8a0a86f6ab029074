"""Reach: which margins, and which leads, are in a tier or above it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.bundle import Model
from leadscore.model.calibration import Calibration
from leadscore.score.tiers import stated_tiers, tier_rule

__all__ = ["Reach", "find_reach", "stated_at"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Decimals of a probability, as scores have them.
_DECIMALS = 12
#: A margin that was summed up in another order differs by less than this.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The margins of a tier and all above it, and how to be sure of one lead.

    Parameters
    ----------
    model : Model
        The model.
    tier : int
        The tier's place among the schema's.
    bounds : ndarray
        The margins where it begins, ends, begins again …, rising; one margin as a rule, none where
        no margin reaches it.
    """

    model: Model
    tier: int
    bounds: Floats

    @property
    def least(self) -> float:
        """The margin below which nothing reaches the tier, give or take rounding."""
        return float(self.bounds[0]) - _NEAR if len(self.bounds) else np.inf

    def holds(self, margin: Floats) -> Mask:
        """Tell which margins reach the tier; those that `is_near` says may be wrong."""
        return np.asarray(np.searchsorted(self.bounds, margin, side="right") % 2 == 1)

    def is_near(self, margin: Floats) -> Mask:
        """Tell which margins are so near a bound that only the model itself can decide."""
        return np.asarray(
            np.logical_or.reduce(
                [np.zeros(margin.shape, bool), *(abs(margin - one) <= _NEAR for one in self.bounds)]
            )
        )

    def sure(self, encoded: NDArray[np.float32]) -> Mask:
        """Tell which encoded leads reach the tier, as scoring them does."""
        return stated_at(self.model, encoded) >= self.tier


def stated_at(model: Model, encoded: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the tier of encoded leads to the bit as `score_leads` states it, shape (n,)."""
    effects = model.engine.effects(encoded)
    total = np.zeros(len(effects))
    for place in range(effects.shape[1]):
        total += effects[:, place]
    margin = model.engine.base + total
    return stated_tiers(model, margin, np.round(model.probabilities(encoded, margin), _DECIMALS))


def find_reach(model: Model, tier: int) -> Reach:
    """Return which margins reach `tier` or more, for a model whose tiers hang on the margin alone.

    That is the tier's cut; where the most probable class is stated, the margins between which
    the calibration makes it one of the upper classes.
    """
    rule = tier_rule(model)
    if rule is not None:
        cut = rule.cuts[tier - 1]
        # from minus infinity on: every lead is there already
        return Reach(model=model, tier=tier, bounds=np.array([cut] if cut < np.inf else []))
    at = _samples(model)
    inside = _stated(model, at) >= tier
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    bounds = [_turn(model, tier, at[place], at[place + 1]) for place in turns]
    start = [-np.inf] if inside[0] else []
    return Reach(model=model, tier=tier, bounds=np.array(start + bounds, dtype=np.float64))


def _stated(model: Model, margin: Floats) -> NDArray[np.intp]:
    told = np.round(model.calibration.probabilities(margin), _DECIMALS)
    return np.asarray(np.argmax(told, axis=1))


def _samples(model: Model) -> Floats:
    """Return margins between which the stated class changes once at most."""
    calibration, seen = model.calibration, model.reference.margins
    if calibration.kind == "steps":
        knots = np.unique(np.concatenate([*calibration.knots, seen[:1], seen[-1:]]))
        straight = np.union1d(knots, _zeros(knots, _kinks(calibration, knots)))
        shares = calibration.probabilities(straight)
        turns = np.union1d(straight, _zeros(straight, _gaps(shares)))
        return np.union1d(turns, (turns[1:] + turns[:-1]) / 2)
    width = 40.0 / max(abs(calibration.slope), 1e-6)
    cuts = calibration.cuts / calibration.slope if calibration.slope else np.zeros(1)
    inside = np.linspace(cuts.min() - 1, cuts.max() + 1, 201)
    return np.unique(np.concatenate([cuts - width, inside, cuts + width]))


def _kinks(calibration: Calibration, at: Floats) -> Floats:
    """Return what is zero wherever the shares may bend between knots, shape (n, bends).

    They bend where two curves cross, or come within some floors of one another, of 0 or of 1.
    """
    curves = zip(calibration.knots, calibration.heights, strict=True)
    lines = [np.zeros(len(at)), np.ones(len(at)), *(np.interp(at, *curve) for curve in curves)]
    floors = calibration.floor * np.arange(-len(lines), len(lines) + 1)
    gaps = _gaps(np.stack(lines, axis=1))
    return np.asarray((gaps[:, :, None] - floors).reshape(len(at), -1))


def _gaps(values: Floats) -> Floats:
    """Return each column less each later one, shape (n, pairs)."""
    first, second = np.triu_indices(values.shape[1], 1)
    return np.asarray(values[:, first] - values[:, second])


def _zeros(at: Floats, values: Floats) -> Floats:
    """Return where a column of `values`, straight between the points `at`, changes its sign."""
    low, high = values[:-1], values[1:]
    place, column = np.nonzero(low * high < 0)
    share = low[place, column] / (low[place, column] - high[place, column])
    return np.asarray(at[place] + share * (at[place + 1] - at[place]))


def _turn(model: Model, tier: int, low: float, high: float) -> float:
    """Return the first margin, to the bit, on `high`'s side of the turn between the two."""
    beyond = _stated(model, np.array([high]))[0] >= tier
    while low < (middle := low + (high - low) / 2) < high:
        if (_stated(model, np.array([middle]))[0] >= tier) == beyond:
            high = middle
        else:
            low = middle
    return high
