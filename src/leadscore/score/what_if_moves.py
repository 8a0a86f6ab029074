"""Moves: what each actionable field of a lead may become, and how far away that is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.guess.names import protected
from leadscore.leads.schema import Field
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.model.curves import Curves
from leadscore.model.encode import OTHER
from leadscore.model.tables import StepTables
from leadscore.model.trees import Trees

__all__ = ["MOST_FIELDS", "Moves", "find_moves", "is_counted"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: So many actionable fields are tried together: those that move the margin most.
MOST_FIELDS = 12
#: So many values of a field on a curve; between two of them it is straight.
_ON_A_CURVE = 128
#: A number moves in decimal steps, of which its usual span has at least so many.
_STEPS = 1000
#: These say that a number is a time since something, which may fall without anything undone.
_SINCE = frozenset(["since", "ago", "recency"])
_NUMERIC = ("integer", "number")
#: A quotient that falls short of a whole number by less than this is that number.
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What one actionable field may become, whatever it is now.

    Parameters
    ----------
    place : int
        The field's place among the model's.
    field : Field
        The field.
    values : ndarray of shape (m,)
        The values worth trying: of all that make no difference to the model, the nearest. A
        category's are the codes of its levels.
    rises : ndarray of bool, shape (m,)
        Which of them are for a lead whose value is lower; the others are for one above them.
    levels : tuple of str
        A category's levels; empty for a number or a flag.
    low, high : float
        The usual span, which a change does not leave.
    step : float
        What a number is a multiple of.
    """

    place: int
    field: Field
    values: Floats
    rises: Mask
    levels: tuple[str, ...]
    low: float
    high: float
    step: float

    @property
    def span(self) -> float:
        """The length of the usual span, which a change is measured by; 1 for a category."""
        return 1.0 if self.levels or self.high <= self.low else self.high - self.low

    def costs(self, leads: Leads, encoded: NDArray[np.float32]) -> Floats:
        """Return how far each value is from each lead's, shape (n, m); inf where not allowed.

        A missing number counts as the end of its span that the move leads away from, and to be
        given that very end is no change.
        """
        if self.levels:
            now = encoded[:, self.place].astype(np.float64)[:, None]
            return np.where(now == self.values, np.inf, 1.0)
        now = np.asarray(leads.columns[self.field.name], np.float64)[:, None]
        missing = np.isnan(now)
        ahead = np.where(self.rises, self.values > now, self.values < now)
        # with both ways open a missing number is told upwards alone
        told = self.rises if self.rises.any() else ~self.rises
        far = self.distance(now, self.values)
        return np.where(np.where(missing, told & (far > 0), ahead), far, np.inf)

    def distance(self, now: Floats, to: Floats) -> Floats:
        """Return how far numbers `to` are from `now`, in the usual span."""
        start = np.where(np.isnan(now), self.low if self.rises.any() else self.high, now)
        return np.abs(to - start) / self.span

    def at_step(self, count: Floats) -> Floats:
        """Return the numbers that are so many steps from zero."""
        return _rounded(count * self.step, self.step)


def find_moves(model: Model) -> tuple[Moves, ...]:
    """Return the moves of the model's actionable fields, in their order.

    A field of direction up only rises, one of direction down only falls; what counts something that
    has happened never falls, and a flag of no direction is only set. Numbers stay within their
    usual span: `range`, else that of the reference leads, else that of the model's own thresholds;
    and within `limits`. Times and texts are never advised on, nor are the roles audit and sales and
    what is protected by its name: nobody can change an age, and a seller who calls more often makes
    no better lead.
    """
    found = [
        one
        for place, field in enumerate(model.schema.features)
        if field.actionable and field.role == "feature" and not protected(field.name)
        if (one := _moves(model, place, field)) is not None
    ]
    if len(found) > MOST_FIELDS:
        weights = [_weight(model, one) for one in found]
        kept = sorted(np.argsort([-one for one in weights], kind="stable")[:MOST_FIELDS].tolist())
        found = [found[at] for at in kept]
    return tuple(found)


def is_counted(field: Field) -> bool:
    """Tell whether a field counts or sums what has happened, and so cannot fall.

    Examples
    --------
    >>> is_counted(Field(name="visits", type="integer", theme="engagement"))
    True
    >>> is_counted(Field(name="days_since_visit", type="integer", theme="engagement"))
    False
    """
    words = set(f"{field.name} {field.words}".casefold().replace("_", " ").split())
    if field.window or field.half_life:
        return True
    return field.theme in ("engagement", "sales") and not words & _SINCE


def _moves(model: Model, place: int, field: Field) -> Moves | None:
    if field.type == "category":
        return _levels(model, place, field)
    up, down = _ways(field)
    low, high = _ends(model, place, field)
    if field.type not in (*_NUMERIC, "flag") or not (up or down) or not low <= high:
        return None
    step = _step(field, high - low)
    rising, falling = _stops(model, place, step, (low, high))
    values = [rising if up else rising[:0], falling if down else falling[:0]]
    if not sum(map(len, values)):
        return None
    return Moves(
        place=place,
        field=field,
        values=np.concatenate(values),
        rises=np.repeat([True, False], [len(one) for one in values]),
        levels=(),
        low=low,
        high=high,
        step=step,
    )


def _levels(model: Model, place: int, field: Field) -> Moves | None:
    levels = model.encoder.levels[field.name]
    known = [
        code
        for code, level in enumerate(levels)
        if level != OTHER and (not field.values or level in field.values)
    ]
    if not known:
        return None
    return Moves(
        place=place,
        field=field,
        values=np.array(known, dtype=np.float64),
        rises=np.ones(len(known), dtype=bool),
        levels=levels,
        low=0.0,
        high=0.0,
        step=1.0,
    )


def _ways(field: Field) -> tuple[bool, bool]:
    """Return whether a field may rise, and whether it may fall."""
    if is_counted(field):
        return field.direction != "down", False
    if field.type == "flag":
        return field.direction != "down", field.direction == "down"
    return field.direction != "down", field.direction != "up"


def _ends(model: Model, place: int, field: Field) -> tuple[float, float]:
    if field.type == "flag":
        return 0.0, 1.0
    low, high = field.range or _seen(model, place)
    least, most = field.limits or (-math.inf, math.inf)
    low, high = max(low, least), min(high, most)
    if field.type == "integer" and np.isfinite([low, high]).all():
        return float(math.ceil(low)), float(math.floor(high))
    return low, high


def _seen(model: Model, place: int) -> tuple[float, float]:
    """Return the span of a number that the schema gives no range for; low > high for none."""
    if model.doubt is not None:
        low, high = model.doubt.known.low[place], model.doubt.known.high[place]
        if high > low:
            # both ends are one reference span further out
            return float(low + (high - low) / 3), float(high - (high - low) / 3)
    edges = _edges(model, place)
    return (float(edges[0]), float(edges[-1])) if len(edges) else (math.inf, -math.inf)


def _step(field: Field, span: float) -> float:
    if field.type != "number":
        return 1.0
    return float(10.0 ** math.floor(math.log10(span / _STEPS))) if span > 0 else 1.0


def _stops(
    model: Model, place: int, step: float, ends: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the values worth rising to and those worth falling to, each rising."""
    edges = _edges(model, place)
    if isinstance(model.engine, Curves):
        both = _grid(edges, step, ends)
        return both, both
    # the first step from either end as well: what is missing counts as the end itself
    first = np.array([0.0, 1.0]) + math.ceil(ends[0] / step - _NEARLY)
    last = np.array([-1.0, 0.0]) + math.floor(ends[1] / step + _NEARLY)
    found = (
        np.concatenate([_rounded(first * step, step), _at_least(edges, step)]),
        np.concatenate([_below(edges, step), _rounded(last * step, step)]),
    )
    rising, falling = (np.unique(one[(one >= ends[0]) & (one <= ends[1])]) for one in found)
    return rising, falling


def _grid(knots: NDArray[np.float32], step: float, ends: tuple[float, float]) -> Floats:
    """Return even steps through the span, and the steps on both sides of each knot in it."""
    low, high = math.ceil(ends[0] / step - _NEARLY), math.floor(ends[1] / step + _NEARLY)
    if high - low < _ON_A_CURVE:
        return _rounded(np.arange(low, high + 1, dtype=np.float64) * step, step)
    even = np.rint(np.linspace(low, high, _ON_A_CURVE))
    exact = knots.astype(np.float64)
    inside = np.asarray(exact[(exact > ends[0]) & (exact < ends[1])] / step)
    found = np.concatenate([even, np.floor(inside), np.ceil(inside)])
    return _rounded(np.unique(np.clip(found, low, high)) * step, step)


def _at_least(edges: NDArray[np.float32], step: float) -> Floats:
    """Return the least multiples of `step` that the model, in float32, sees at or above edges."""
    count = np.ceil(edges.astype(np.float64) / step)
    found, nearer = _rounded(count * step, step), _rounded((count - 1) * step, step)
    return np.where(nearer.astype(np.float32) >= edges, nearer, found)


def _below(edges: NDArray[np.float32], step: float) -> Floats:
    """Return the largest multiple of `step` that the model, in float32, sees below each edge."""
    under = np.nextafter(edges, np.float32(-np.inf)).astype(np.float64)
    count = np.floor(under / step)
    found, nearer = _rounded(count * step, step), _rounded((count + 1) * step, step)
    return np.where(nearer.astype(np.float32) < edges, nearer, found)


def _rounded(values: Floats, step: float) -> Floats:
    # 3 * 0.1 is not 0.3
    return np.round(values, max(0, round(-math.log10(step))))


def _edges(model: Model, place: int) -> NDArray[np.float32]:
    """Return where the model's margin changes with a number, rising; for a curve its knots."""
    engine = model.engine
    if isinstance(engine, StepTables):
        parts = [engine.axes[place].edges]
        for pair in engine.pairs:
            parts += [a.edges for at, a in zip(pair.fields, pair.axes, strict=True) if at == place]
        return np.unique(np.concatenate(parts))
    if isinstance(engine, Curves):
        return engine.curves[place].knots.astype(np.float32)
    return engine.edges(place) if isinstance(engine, Trees) else np.array([], np.float32)


def _weight(model: Model, one: Moves) -> float:
    """Return how far the field can move the margin, whatever the others are."""
    engine = model.engine
    seen = one.values.astype(np.float32)
    if isinstance(engine, Curves):
        return float(np.ptp(engine.curves[one.place].effects(seen)))
    if not isinstance(engine, StepTables):
        return 0.0
    weight = float(np.ptp(engine.values[one.place][engine.axes[one.place].places(seen)]))
    for pair in engine.pairs:
        if one.place in pair.fields:
            at = pair.fields.index(one.place)
            rows = np.moveaxis(pair.values, at, 0)[pair.axes[at].places(seen)]
            weight += float(np.ptp(rows, axis=0).max())
    return weight
