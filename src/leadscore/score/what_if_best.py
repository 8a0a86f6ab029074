"""The best that can be made of a lead: exact, by branch and bound."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from leadscore.score.what_if_gains import Gains
from leadscore.score.what_if_states import States, conditional, start_from

__all__ = ["find_best"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: So many leads are searched at once.
_AT_ONCE = 200
#: How often a lead's fields are gone through to start well.
_ROUNDS = 2
#: Two sums of the same numbers differ by less than this.
_NEAR = 1e-9


def find_best(gains: Gains, rows: Places) -> dict[int, dict[int, int]]:
    """Return what raises each lead's margin most: its row, and the value of each field to change.

    Fields and values are places among the moves and their values; no field where none helps.
    """
    found: dict[int, dict[int, int]] = {}
    for first in range(0, len(rows), _AT_ONCE):
        states = _best(gains, rows[first : first + _AT_ONCE])
        for row, values in zip(states.row.tolist(), states.values.tolist(), strict=True):
            chosen = zip(states.fields, values, strict=True)
            found[row] = {field: value for field, value in chosen if value >= 0}
    return found


def _best(gains: Gains, rows: Places) -> States:
    states = start_from(rows)
    places = range(len(gains.options))
    for one in (place for place in places if gains.options[place].steady):
        # going all the way never lowers the margin, whatever the others do
        states = _set(gains, states, one, gains.options[one].top[states.row])
    free = [place for place in places if not gains.options[place].steady]
    # the fields of most values last, when little is left to be tried
    free.sort(key=lambda place: (gains.options[place].gain.shape[1], place))
    alone = {one: _most_of(gains, states, one, len(gains.margin)) for one in free}
    climbed = _climbed(gains, states, free)
    floor = np.full(len(gains.margin), np.inf)
    floor[climbed.row] = climbed.gain + _NEAR
    for at, one in enumerate(free):
        rest = free[at + 1 :]
        states = _with_and_without(gains, states, one)
        # the bound that costs little first: few states are left for the better one
        states = states.take(_most_alone(gains, states, rest, alone) > floor[states.row])
        states = states.take(_most_left(gains, states, rest) > floor[states.row])
    return _first_best(climbed, states)


def _set(gains: Gains, states: States, field: int, value: Places) -> States:
    """Return the states with one value of `field` each; -1 leaves it as it is."""
    gain = conditional(gains, states, field)[np.arange(len(value)), value]
    return states.moved(field, value, np.where(value < 0, 0.0, gain), np.zeros(len(value)))


def _allowed_gain(gains: Gains, states: States, field: int) -> Floats:
    allowed = np.isfinite(gains.options[field].cost[states.row])
    return np.where(allowed, conditional(gains, states, field), -np.inf)


def _climbed(gains: Gains, states: States, free: Sequence[int]) -> States:
    """Return, for each lead, what some rounds of changing one field after the other lead to."""
    chosen = {one: np.full(len(states.row), -1) for one in free}
    for one in [*free] * _ROUNDS:
        others = states
        for other in free:
            if other != one:
                others = _set(gains, others, other, chosen[other])
        gain = _allowed_gain(gains, others, one)
        chosen[one] = np.where(gain.max(axis=1) > 0, gain.argmax(axis=1), -1)
    for one in free:
        states = _set(gains, states, one, chosen[one])
    return states


def _with_and_without(gains: Gains, states: States, field: int) -> States:
    """Return the states with every value of `field` that is allowed, and without a change of it."""
    gain = _allowed_gain(gains, states, field)
    stays = np.zeros((len(gain), 1))
    at, value = np.nonzero(np.concatenate([stays, gain], axis=1) > -np.inf)
    added = np.where(value > 0, gain[at, value - 1], 0.0)
    return states.take(at).moved(field, value - 1, added, np.zeros(len(at)))


def _most_of(gains: Gains, states: States, field: int, n: int) -> Floats:
    """Return the most that `field` adds to each lead, by row, once the steady ones have moved."""
    most = np.zeros(n)
    most[states.row] = np.maximum(_allowed_gain(gains, states, field).max(axis=1), 0.0)
    return most


def _most_alone(
    gains: Gains, states: States, rest: Sequence[int], alone: Mapping[int, Floats]
) -> Floats:
    """Return no less than the most that a state can gain in all, from what was found before."""
    most = states.gain + _joint(gains, states.row, [*combinations(rest, 2)])
    for one in rest:
        most = most + alone[one][states.row]
    return most + _joint(gains, states.row, [*product(states.fields, rest)])


def _most_left(gains: Gains, states: States, rest: Sequence[int]) -> Floats:
    """Return no less than the most that a state can gain in all, but nearer to it."""
    most = states.gain + _joint(gains, states.row, [*combinations(rest, 2)])
    for one in rest:
        most = most + np.maximum(_allowed_gain(gains, states, one).max(axis=1), 0.0)
    return most


def _joint(gains: Gains, rows: Places, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Return the most that pairs of fields add beyond what each field adds alone."""
    total = np.zeros(len(rows))
    for pair in pairs:
        if pair in gains.most:
            total += np.maximum(gains.most[pair][rows], 0.0)
    return total


def _first_best(climbed: States, states: States) -> States:
    """Return of each lead what gains most; what cannot beat the climb is no longer there."""
    order = np.lexsort((-states.gain, states.row))
    found, first = np.unique(states.row[order], return_index=True)
    best = states.take(order[first])
    kept = climbed.take(~np.isin(climbed.row, found))
    return States(
        row=np.concatenate([best.row, kept.row]),
        fields=climbed.fields,
        values=np.concatenate([best.values, kept.values]),
        gain=np.concatenate([best.gain, kept.gain]),
        cost=np.concatenate([best.cost, kept.cost]),
    )
