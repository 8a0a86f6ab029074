"""The effects of one lead: looked up in tables, read off curves, or asked of deep trees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # Any: each engine keeps its own for a cell

import numpy as np
from numpy.typing import NDArray

from leadscore.model.curves import Curve, Curves
from leadscore.model.engine import Engine
from leadscore.model.tables import StepTables
from leadscore.model.trees import Trees
from leadscore.score.one_fields import least_rounded
from leadscore.score.one_pieces import Piece, height_at, pieces_of

__all__ = ["OneEffects", "Reading", "edges_of", "one_effects"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
#: Each scored field's number (of a category its code; NaN where missing), what is kept for its
#: cell, and the odd cells among them.
Reading = tuple[list[float], list[Any], list[int]]
_Told = tuple[list[float], Floats | None]


class OneEffects(Protocol):
    """From a reading to effects, with what is kept for each cell."""

    @property
    def kept(self) -> Sequence[Any]:
        """What a reading is to have for each cell."""

    def told(self, reading: Reading) -> _Told:
        """Return each field's effect, and P(class), shape (1, K), where the engine has its own."""


def edges_of(engine: Engine, place: int) -> Floats:
    """Return the numbers from which on the engine sees the field at `place` otherwise."""
    bounds: list[NDArray[np.floating]] = [np.empty(0, np.float32)]
    if isinstance(engine, StepTables):
        bounds.append(engine.axes[place].edges)
        bounds += [engine.pairs[at].axes[side].edges for at, side in _sides(engine, place)]
    if isinstance(engine, Curves):
        bounds = [engine.curves[place].knots]
    return least_rounded(np.concatenate(bounds))


def one_effects(engine: Engine, encoded: Sequence[Singles]) -> OneEffects:
    """Return the engine in a form that is cheap for one lead.

    Parameters
    ----------
    engine : Engine
        The engine.
    encoded : sequence of ndarray of float32
        For each field an encoded value of each of its cells.
    """
    if isinstance(engine, StepTables):
        return _looked_up(engine, encoded)
    if isinstance(engine, Curves):
        both = zip(engine.curves, encoded, strict=True)
        return _Drawn([piece for curve, x in both for piece in _pieces(curve, x)])
    return _Asked([()] * sum(map(len, encoded)), engine)


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """Step tables: for each cell its effect and its place, which is one for cells alike to pairs.

    Of each pair, the two fields and half their joint effect by their places.
    """

    kept: list[tuple[float, int]]
    pairs: list[tuple[int, int, list[list[float]]]]

    def told(self, reading: Reading) -> _Told:
        _, kept, _ = reading
        found, places = zip(*kept, strict=True)
        effects = list(found)
        for first, second, halves in self.pairs:
            half = halves[places[first]][places[second]]
            effects[first] += half
            effects[second] += half
        return effects, None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Curves: for each cell the piece that it is on."""

    kept: list[Piece]

    def told(self, reading: Reading) -> _Told:
        numbers, pieces, _ = reading
        rounded: list[float] = np.array(numbers, np.float32).tolist()
        return list(map(height_at, rounded, pieces)), None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Any other engine, asked about one encoded lead."""

    kept: list[tuple[()]]
    engine: Engine

    def told(self, reading: Reading) -> _Told:
        x = np.array([reading[0]], np.float32)
        own = self.engine.probabilities(x) if isinstance(self.engine, Trees) else None
        effects: list[float] = self.engine.effects(x)[0].tolist()
        return effects, own


def _looked_up(tables: StepTables, encoded: Sequence[Singles]) -> _LookedUp:
    kept: list[tuple[float, int]] = []
    # which cell of the pair each place is
    own: dict[tuple[int, int], NDArray[np.intp]] = {}
    for place, x in enumerate(encoded):
        sides = _sides(tables, place)
        rows = [np.zeros(len(x), np.intp)]
        rows += [tables.pairs[at].axes[side].places(x) for at, side in sides]
        kinds, kind = np.unique(np.stack(rows), axis=1, return_inverse=True)
        own |= dict(zip(sides, kinds[1:], strict=True))
        effects = tables.values[place][tables.axes[place].places(x)]
        kept += zip(effects.tolist(), kind.tolist(), strict=True)
    pairs = [
        (*pair.fields, (0.5 * pair.values[np.ix_(own[at, 0], own[at, 1])]).tolist())
        for at, pair in enumerate(tables.pairs)
    ]
    return _LookedUp(kept, pairs)


def _sides(tables: StepTables, place: int) -> list[tuple[int, int]]:
    """Return the pairs that a field is in, and on which side."""
    return [
        (at, side)
        for at, pair in enumerate(tables.pairs)
        for side, field in enumerate(pair.fields)
        if field == place
    ]


def _pieces(curve: Curve, x: Singles) -> list[Piece]:
    level = [(0.0, 0.0, effect) for effect in curve.effects(x).tolist()]
    if not len(curve.knots):
        return level
    pieces = pieces_of(x.astype(np.float64), curve.knots, curve.heights)
    return [
        flat if missing else piece
        for piece, flat, missing in zip(pieces, level, np.isnan(x).tolist(), strict=True)
    ]
