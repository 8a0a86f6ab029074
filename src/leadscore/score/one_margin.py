"""What one margin means: its percentile, its tier, its probabilities."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leadscore.model.bundle import Model
from leadscore.model.calibration import Calibration
from leadscore.score.one_pieces import Piece, pieces_of
from leadscore.score.tiers import tier_rule

__all__ = ["MarginCells", "margin_cells"]

Floats = NDArray[np.float64]

#: The decimals of a probability that count, as in scores.
_DECIMALS, _SCALE = 12, 1e12
#: Added to a number below 2**51 and taken off again it leaves the nearest whole number, of two the
#: even one, as numpy's `rint` does.
_ROUND = 1.5 * 2.0**52


class _Calibrated(Protocol):
    def probabilities(self, margin: float, cell: int) -> list[float]:
        """Return P(class), to twelve decimals, for a margin and its cell."""


@dataclass(frozen=True, slots=True)
class MarginCells:
    """The cells that margins fall into: those of a cell have one score and one tier.

    Parameters
    ----------
    edges : list of float
        Where each cell but the first begins, rising.
    scores : list of float
        The score in each cell.
    tiers : list of int, optional
        The tier in each cell; None where the most probable class is stated.
    calibrated : object
        Gives the probabilities.
    """

    edges: list[float]
    scores: list[float]
    tiers: list[int] | None
    calibrated: _Calibrated

    def told(self, margin: float, own: Floats | None) -> tuple[float, int, list[float]]:
        """Return a margin's score, tier and P(class).

        Parameters
        ----------
        margin : float
            The margin.
        own : ndarray of shape (1, K), optional
            The engine's own P(class).
        """
        cell = bisect_right(self.edges, margin)
        if own is None:
            told = self.calibrated.probabilities(margin, cell)
        else:
            told = np.round(own[0], _DECIMALS).tolist()
        tier = told.index(max(told)) if self.tiers is None else self.tiers[cell]
        return self.scores[cell], tier, told


def margin_cells(model: Model) -> MarginCells:
    """Return the cells of the model's margins.

    Raises
    ------
    BadBundle
        If the operating point is not one.
    """
    margins, rule = model.reference.margins, tier_rule(model)
    bounds = [margins, np.nextafter(margins, np.inf), *model.calibration.knots]
    if rule is not None:
        bounds.append(rule.cuts[np.isfinite(rule.cuts)])
    edges = np.unique(np.concatenate(bounds))
    starts = np.append(np.nextafter(edges[0], -np.inf), edges)
    return MarginCells(
        edges=edges.tolist(),
        scores=np.round(model.reference.percentile(starts), 1).tolist(),
        tiers=None if rule is None else rule.tiers(starts).tolist(),
        calibrated=_calibrated(model.calibration, starts),
    )


def _calibrated(calibration: Calibration, starts: Floats) -> _Calibrated:
    cuts = len(calibration.knots) if calibration.kind == "steps" else len(calibration.cuts)
    steps = calibration.floor * np.arange(1, cuts + 1)
    bounds = np.stack([steps, steps[::-1], 1.0 - steps], axis=1)[::-1]
    apart = _Apart([(step, low, high) for step, low, high in bounds.tolist()])
    if calibration.kind == "line":
        return _Line(calibration.slope, calibration.cuts.tolist(), apart)
    curves = zip(calibration.knots, calibration.heights, strict=True)
    return _Steps(list(zip(*(pieces_of(starts, *one) for one in curves), strict=True)), apart)


@dataclass(frozen=True, slots=True)
class _Apart:
    """From P(above each cut) to P(class), as `Calibration` does it, without arrays.

    For each cut, the highest first: the floor below it, its least and its most.
    """

    bounds: list[tuple[float, float, float]]

    def classes(self, above: Sequence[float]) -> list[float]:
        """Return P(class), to twelve decimals."""
        shares = []
        most, beyond, total = -inf, 0.0, 0.0
        at = len(above)
        for step, low, high in self.bounds:
            at -= 1
            lifted = above[at] + step
            most = lifted if lifted > most else most
            kept = most - step
            kept = kept if kept > low else low
            kept = kept if kept < high else high
            shares.append(kept - beyond if kept > beyond else 0.0)
            beyond = kept
        shares.append(1.0 - beyond if beyond < 1.0 else 0.0)
        shares.reverse()
        for share in shares:
            total += share
        return [(share / total * _SCALE + _ROUND - _ROUND) / _SCALE for share in shares]


@dataclass(frozen=True, slots=True)
class _Steps:
    pieces: list[tuple[Piece, ...]]
    apart: _Apart

    def probabilities(self, margin: float, cell: int) -> list[float]:
        """Return P(class)."""
        above = []
        least = inf
        for begin, slope, height in self.pieces[cell]:
            one = slope * (margin - begin) + height
            least = one if one < least else least
            above.append(least)
        return self.apart.classes(above)


@dataclass(frozen=True, slots=True)
class _Line:
    slope: float
    cuts: list[float]
    apart: _Apart

    def probabilities(self, margin: float, _: int) -> list[float]:
        """Return P(class)."""
        halves = [0.5 * (self.slope * margin - cut) for cut in self.cuts]
        return self.apart.classes([0.5 * (1.0 + one) for one in np.tanh(halves).tolist()])
