"""What a model looks at: how much each field moves scores, and which way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Direction, Field

__all__ = ["Importance", "Shape", "ShapeBar", "ShapePoint", "importance", "shape"]

Floats = NDArray[np.float64]

#: At most this many points along a number's curve, and bars of a category.
PLACES, BARS = 60, 12

#: A curve shows the middle 99 % of the leads, so that one income of a billion does not squeeze all
#: others into a line.
SHOWN = (0.005, 0.995)

#: A field whose effects take at most this many values is drawn as steps.
STEPS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much of the movement of the scores a field accounts for.

    Parameters
    ----------
    field : str
        The field's name.
    words : str
        Its name for people.
    share : float
        The field's share of all mean absolute effects, in 0-1.
    """

    field: str
    words: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapePoint:
    """A value of a number, its leads, and their effect on the margin: mean and the middle 80 %."""

    value: float
    n: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeBar:
    """A category (or flag, or "missing"), how many leads have it, and its mean effect."""

    words: str
    n: int
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one field moves the margin.

    Parameters
    ----------
    field : str
        The field's name.
    words : str
        Its name for people.
    unit : str
        The unit of its values, for people; empty for none.
    points : tuple of ShapePoint
        For numbers: the curve, by rising value, of the middle 99 %. Empty for categories.
    steps : bool
        Whether the curve is flat between jumps.
    bars : tuple of ShapeBar
        For categories and flags: the commonest values, the best first. For numbers: one bar for
        "missing", where any is.
    direction : {"up", "down", "free"}
        Which way the model is bound to go with the field, all other fields equal.
    """

    field: str
    words: str
    unit: str
    points: tuple[ShapePoint, ...]
    steps: bool
    bars: tuple[ShapeBar, ...]
    direction: Direction = "free"


def importance(effects: Floats, fields: Sequence[Field]) -> tuple[Importance, ...]:
    """Return each field's share of all mean absolute effects, largest first.

    Parameters
    ----------
    effects : ndarray of shape (n, p)
        The effects on the margin; column j is ``fields[j]``.
    fields : sequence of Field
        The model's fields.
    """
    size = np.abs(effects).mean(axis=0)
    shares = size / size.sum() if size.sum() > 0 else size
    order = np.argsort(-shares, kind="stable")
    return tuple(
        Importance(field=fields[j].name, words=fields[j].words, share=float(shares[j]))
        for j in order
    )


def shape(
    field: Field,
    values: NDArray[np.float64] | NDArray[np.object_],
    effects: Floats,
    *,
    bound: bool = False,
) -> Shape:
    """Summarise one field's effects by its value.

    Parameters
    ----------
    field : Field
        The field; numbers, integers and times make a curve, all others bars.
    values : ndarray of shape (n,)
        The column of `Leads`: float with NaN, or text with ``None``, where missing.
    effects : ndarray of shape (n,)
        The field's effect on each lead's margin.
    bound : bool
        Whether the model keeps to the field's direction.
    """
    direction: Direction = field.direction if bound else "free"
    if field.type in ("integer", "number", "time"):
        return _curve(field, np.asarray(values, np.float64), effects, direction)
    words = _flag_words(values) if field.type == "flag" else values.astype(object)
    return Shape(
        field=field.name,
        words=field.words,
        unit=field.unit,
        points=(),
        steps=False,
        bars=_bars(words, effects),
        direction=direction,
    )


def _curve(field: Field, values: Floats, effects: Floats, direction: Direction) -> Shape:
    known = np.isfinite(values)
    x, y = _shown(values[known], effects[known])
    points = _points(x, y)
    missing = effects[~known]
    return Shape(
        field=field.name,
        words=field.words,
        unit=field.unit,
        points=points,
        steps=len(np.unique(np.round(y, 9))) <= STEPS,
        bars=(_bar("missing", missing),) if len(missing) else (),
        direction=direction,
    )


def _shown(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if not len(x):
        return x, y
    low, high = np.quantile(x, SHOWN, method="nearest")
    inside = (x >= low) & (x <= high)
    return x[inside], y[inside]


def _points(x: Floats, y: Floats) -> tuple[ShapePoint, ...]:
    if not len(x):
        return ()
    edges = np.unique(x)
    if len(edges) > PLACES:
        edges = np.linspace(edges[0], edges[-1], PLACES + 1)[:-1]
    group = np.searchsorted(edges, x, side="right")
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return tuple(_point(x[part], y[part]) for part in parts)


def _point(x: Floats, y: Floats) -> ShapePoint:
    low, high = np.percentile(y, (10, 90))
    return ShapePoint(
        value=float(x.mean()),
        n=len(x),
        effect=float(y.mean()),
        low=float(low),
        high=float(high),
    )


def _flag_words(values: NDArray[np.float64] | NDArray[np.object_]) -> NDArray[np.object_]:
    flags = np.asarray(values, np.float64)
    words = np.where(flags > 0, "yes", "no").astype(object)
    words[np.isnan(flags)] = None
    return words


def _bars(words: NDArray[np.object_], effects: Floats) -> tuple[ShapeBar, ...]:
    missing = np.array([one is None for one in words], bool)
    kinds, place, counts = np.unique(
        words[~missing].astype(str), return_inverse=True, return_counts=True
    )
    known = effects[~missing]
    common = np.argsort(-counts, kind="stable")[:BARS]
    bars = [_bar(str(kinds[j]), known[place == j]) for j in common]
    bars.sort(key=lambda one: -one.effect)
    if len(kinds) > BARS:
        rest = ~np.isin(place, common)
        bars.append(_bar(f"{len(kinds) - BARS:,} others", known[rest]))
    if missing.any():
        bars.append(_bar("missing", effects[missing]))
    return tuple(bars)


def _bar(words: str, effects: Floats) -> ShapeBar:
    return ShapeBar(words=words, n=len(effects), effect=float(effects.mean()))
