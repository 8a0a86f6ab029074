"""Gains: what each move adds to the margin of each lead, alone and together with others.

The margin of step tables and of curves is a sum of functions of one field and of two. So is what
several moves add to it: what each adds alone, and for each two fields with a table of their own
what they add beyond that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.curves import Curves
from leadscore.model.tables import PairTable, StepTables
from leadscore.score.what_if_moves import Moves

__all__ = ["Gains", "Joint", "Option", "find_gains", "holds_beyond", "is_steady"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Additive = StepTables | Curves
#: Tables are sums: what is never a step back may look like one by a last bit.
_BACK = -1e-9
#: So many numbers are held at once.
_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What one field's moves do to n leads.

    Parameters
    ----------
    gain : ndarray of shape (n, m)
        What each value adds to the margin while nothing else changes.
    cost : ndarray of shape (n, m)
        How far each value is away, in the field's usual span; inf where it is not allowed.
    top : ndarray of int, shape (n,)
        For a steady field the furthest value allowed, -1 where there is none.
    steady : bool
        Whether going further never lowers the margin, whatever the other fields are.
    """

    gain: Floats
    cost: Floats
    top: Places
    steady: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The part of a pair table that two moves can reach.

    Parameters
    ----------
    both : ndarray of shape (values of the first, values of the second)
        The joint effect once both have moved.
    first, second : ndarray of shape (n, values)
        That once the first alone, the second alone has moved.
    none : ndarray of shape (n,)
        That of the lead as it is.
    """

    both: Floats
    first: Floats
    second: Floats
    none: Floats

    def beyond(self, rows: Places, chosen: Places) -> Floats:
        """Return what each value of the second adds beyond its gain, once the first has moved."""
        moved = self.both[chosen] - self.first[rows, chosen][:, None]
        return np.asarray(moved - self.second[rows] + self.none[rows][:, None])

    def plus(self, other: "Joint | None") -> "Joint":
        """Return both together: two fields may have more than one table."""
        if other is None:
            return self
        return Joint(
            both=self.both + other.both,
            first=self.first + other.first,
            second=self.second + other.second,
            none=self.none + other.none,
        )

    def most(self, first: Mask, second: Mask) -> Floats:
        """Return the most that two allowed moves add beyond what each adds alone, shape (n,)."""
        most = np.empty(len(self.none))
        part = max(1, _AT_ONCE // max(1, self.both.size))
        for start in range(0, len(most), part):
            rows = slice(start, start + part)
            added = self.both - self.first[rows][:, :, None] - self.second[rows][:, None, :]
            allowed = first[rows][:, :, None] & second[rows][:, None, :]
            found = np.where(allowed, added, -np.inf).max(axis=(1, 2), initial=-np.inf)
            most[rows] = found + self.none[rows]
        return most

    def turned(self) -> "Joint":
        """Return the same with the two fields changed about."""
        return Joint(
            both=np.ascontiguousarray(self.both.T),
            first=self.second,
            second=self.first,
            none=self.none,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What moves do to n leads.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        The leads' margins as they are.
    options : tuple of Option
        One a field.
    joints : mapping of (int, int) to Joint
        For two fields with a table of their own, both ways about.
    most : mapping of (int, int) to ndarray of shape (n,)
        For two such fields that are not steady: the most that both together add beyond what each
        adds alone.
    """

    margin: Floats
    options: tuple[Option, ...]
    joints: Mapping[tuple[int, int], Joint]
    most: Mapping[tuple[int, int], Floats]


def find_gains(
    engine: Additive,
    moves: Sequence[Moves],
    leads: Leads,
    *,
    encoded: NDArray[np.float32],
    margin: Floats,
) -> Gains:
    """Return what `moves` do to leads.

    Parameters
    ----------
    engine : StepTables or Curves
        The score.
    moves : sequence of Moves
        One a field.
    leads : Leads
        The leads.
    encoded : ndarray of float32, shape (n, fields)
        The leads as the model sees them.
    margin : ndarray of shape (n,)
        Their margins.
    """
    gains = [_alone(engine, one, encoded) for one in moves]
    at = {one.place: place for place, one in enumerate(moves)}
    joints: dict[tuple[int, int], Joint] = {}
    for pair in engine.pairs if isinstance(engine, StepTables) else ():
        joint = _joint(pair, moves, at, encoded)
        places = (at.get(pair.fields[0]), at.get(pair.fields[1]))
        for place, one in zip(places, (joint, joint.turned()), strict=True):
            if place is not None:
                gains[place] += one.first - one.none[:, None]
        if places[0] is not None and places[1] is not None:
            joint = joint.plus(joints.get((places[0], places[1])))
            joints[places[0], places[1]] = joint
            joints[places[1], places[0]] = joint.turned()
    options = tuple(
        _option(engine, one, gain, one.costs(leads, encoded))
        for one, gain in zip(moves, gains, strict=True)
    )
    return Gains(margin=margin, options=options, joints=joints, most=_most(options, joints))


def is_steady(engine: Additive, one: Moves) -> bool:
    """Tell whether going further in the field's only way never lowers the margin.

    Nor may the furthest value be worse than none given.
    """
    if one.levels or one.rises.all() == (~one.rises).all():
        return False
    way = _way(engine, one, rising=bool(one.rises.all()))
    before, after = np.append(way[:-1], np.float32(np.nan)), np.append(way[1:], way[-1:])
    return bool(np.all(_least_gain(engine, one, before, after) >= _BACK))


def holds_beyond(engine: Additive, one: Moves, value: float, *, rising: bool) -> bool:
    """Tell whether every number beyond `value` is worth as much, whatever the other fields are.

    Then "at least" is true of it, and "at most" where the field falls.
    """
    way = _way(engine, one, rising=rising)
    now = np.float32(value)
    beyond = way[way > now] if rising else way[way < now]
    return bool(np.all(_least_gain(engine, one, np.full_like(beyond, now), beyond) >= _BACK))


def _least_gain(
    engine: Additive, one: Moves, before: NDArray[np.float32], after: NDArray[np.float32]
) -> Floats:
    """Return the least that each step of a field adds to the margin, whatever the others are."""
    total = _alone_at(engine, one, after) - _alone_at(engine, one, before)
    for pair in engine.pairs if isinstance(engine, StepTables) else ():
        if one.place in pair.fields:
            at = pair.fields.index(one.place)
            rows, places = np.moveaxis(pair.values, at, 0), pair.axes[at].places
            total += (rows[places(after)] - rows[places(before)]).min(axis=1)
    return total


def _way(engine: Additive, one: Moves, *, rising: bool) -> NDArray[np.float32]:
    """Return a value of each cell of all the field's tables together, or each knot, in order."""
    if isinstance(engine, Curves):
        found = engine.curves[one.place].knots.astype(np.float32)
    else:
        edges = [engine.axes[one.place].edges]
        for pair in engine.pairs:
            both = zip(pair.fields, pair.axes, strict=True)
            edges += [axis.edges for place, axis in both if place == one.place]
        cells = np.append(np.unique(np.concatenate(edges)), np.float32(np.inf))
        found = np.nextafter(cells, np.float32(-np.inf))
    return found if rising else found[::-1]


def _most(
    options: Sequence[Option], joints: Mapping[tuple[int, int], Joint]
) -> dict[tuple[int, int], Floats]:
    return {
        (first, second): joint.most(
            np.isfinite(options[first].cost), np.isfinite(options[second].cost)
        )
        for (first, second), joint in joints.items()
        if not options[first].steady and not options[second].steady
    }


def _option(engine: Additive, one: Moves, gain: Floats, cost: Floats) -> Option:
    reached = np.where(np.isfinite(cost), cost, -1.0)
    top = np.where(reached.max(axis=1) < 0, -1, reached.argmax(axis=1))
    return Option(gain=gain, cost=cost, top=top, steady=is_steady(engine, one))


def _alone(engine: Additive, one: Moves, encoded: NDArray[np.float32]) -> Floats:
    then = _alone_at(engine, one, one.values.astype(np.float32))
    return np.asarray(then - _alone_at(engine, one, encoded[:, one.place])[:, None])


def _alone_at(engine: Additive, one: Moves, values: NDArray[np.float32]) -> Floats:
    if isinstance(engine, Curves):
        return engine.curves[one.place].effects(values)
    return np.asarray(engine.values[one.place][engine.axes[one.place].places(values)])


def _joint(
    pair: PairTable, moves: Sequence[Moves], at: Mapping[int, int], encoded: NDArray[np.float32]
) -> Joint:
    now = [
        axis.places(encoded[:, place]) for place, axis in zip(pair.fields, pair.axes, strict=True)
    ]
    then = [
        axis.places(moves[at[place]].values.astype(np.float32))
        if place in at
        else np.zeros(0, dtype=np.intp)
        for place, axis in zip(pair.fields, pair.axes, strict=True)
    ]
    return Joint(
        both=pair.values[np.ix_(then[0], then[1])],
        first=pair.values[then[0][None, :], now[1][:, None]],
        second=pair.values[now[0][:, None], then[1][None, :]],
        none=pair.values[now[0], now[1]],
    )
