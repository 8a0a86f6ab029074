"""The search for the smallest changes that reach a tier: exact, and for many leads at once.

Sets of fields are tried in the order of their size. A set is a way to the tier if it reaches it and
no part of it does; of its values those of the least total change are taken. Branch and bound: a
part of a set is left as soon as the best that the rest of it could add is not enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.score.what_if_gains import Gains
from leadscore.score.what_if_moves import Moves
from leadscore.score.what_if_reach import Reach
from leadscore.score.what_if_states import States, conditional, start_from

__all__ = ["Task", "Way", "find_ways", "smallest"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: So many numbers are held at once; leads are taken in parts that need no more.
_AT_ONCE = 200_000
#: Two sums of the same numbers differ by less than this.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Leads of one tier, and what may change to bring them to the next.

    Parameters
    ----------
    model : Model
        The model.
    moves : tuple of Moves
        What may change, one a field.
    leads : Leads
        The leads.
    encoded : ndarray of float32, shape (n, fields)
        The leads as the model sees them.
    margin : ndarray of shape (n,)
        Their margins.
    tier : int
        The place of the tier to reach, among the schema's.
    most : int
        How many changes for each lead.
    """

    model: Model
    moves: tuple[Moves, ...]
    leads: Leads
    encoded: NDArray[np.float32]
    margin: Floats
    tier: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One change of a lead.

    Parameters
    ----------
    chosen : mapping of int to int
        The fields that change, as places among the moves, in order; and for each the value, as its
        place among the field's.
    cost : float
        The total change.
    """

    chosen: Mapping[int, int]
    cost: float


def find_ways(gains: Gains, task: Task, reach: Reach) -> list[list[Way]]:
    """Return each lead's smallest changes that reach the tier.

    Parameters
    ----------
    gains : Gains
        What moves do to the leads.
    task : Task
        The leads, and what may change.
    reach : Reach
        The tier.

    Returns
    -------
    list of list of Way
        For each lead: fewest fields first, then the least total change; empty where nothing
        reaches the tier.
    """
    n, judge = len(gains.margin), _Judge(task, reach)
    found: list[list[Way]] = [[] for _ in range(n)]
    done: list[tuple[set[int], Mask]] = []
    pending = np.arange(n)
    for size in range(1, len(gains.options) + 1):
        for fields in combinations(range(len(gains.options)), size):
            reached = np.zeros(n, dtype=bool)
            for row, way in _cheapest(gains, fields, _uncovered(pending, fields, done), judge):
                found[row].append(way)
                reached[row] = True
            if reached.any():
                done.append((set(fields), reached))
        pending = np.array([row for row in pending if len(found[row]) < task.most], dtype=np.intp)
        if not len(pending):
            break
    return [smallest(ways, task.most) for ways in found]


def smallest(ways: Sequence[Way], most: int) -> list[Way]:
    """Return so many ways: of the fewest fields, then of the least total change."""
    return sorted(ways, key=lambda one: (len(one.chosen), one.cost, tuple(one.chosen)))[:most]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Whether changed leads reach the tier; in doubt they are scored."""

    task: Task
    reach: Reach

    def holds(self, states: States, field: int, margin: Floats) -> Mask:
        """Tell which values of `field`, beside those of each state, reach the tier."""
        fine = self.reach.holds(margin)
        at, value = np.nonzero(self.reach.is_near(margin))
        if len(at):
            x, moves = self.task.encoded[states.row[at]], self.task.moves
            for place, one in enumerate(states.fields):
                x[:, moves[one].place] = moves[one].values[states.values[at, place]]
            x[:, moves[field].place] = moves[field].values[value]
            fine[at, value] = self.reach.sure(x)
        return fine


def _uncovered(rows: Places, fields: tuple[int, ...], done: list[tuple[set[int], Mask]]) -> Places:
    """Return the leads that no part of the fields brings to the tier."""
    for part, reached in done:
        if part < set(fields):
            rows = rows[~reached[rows]]
    return rows


def _cheapest(
    gains: Gains, fields: tuple[int, ...], rows: Places, judge: _Judge
) -> Iterator[tuple[int, Way]]:
    """Yield, for each lead that the fields bring to the tier, the cheapest of their values."""
    able = np.ones(len(rows), dtype=bool)
    for one in fields:
        able &= np.isfinite(gains.options[one].cost[rows]).any(axis=1)
    # the field of most values last: it alone is tried as a whole
    order = tuple(sorted(fields, key=lambda one: (gains.options[one].gain.shape[1], one)))
    sizes = [gains.options[one].gain.shape[1] for one in order]
    start = _promising(gains, start_from(rows[able]), order, judge.reach.least)
    part = max(1, _AT_ONCE // max(1, int(np.prod(sizes, dtype=np.float64))))
    for first in range(0, len(start.row), part):
        states = start.take(np.arange(first, min(first + part, len(start.row))))
        for at, one in enumerate(order[:-1]):
            states = _expanded(gains, states, one)
            states = _promising(gains, states, order[at + 1 :], judge.reach.least)
        yield from _chosen(gains, states, order[-1], judge)


def _expanded(gains: Gains, states: States, field: int) -> States:
    """Return the states with every value of `field` that is allowed."""
    cost = gains.options[field].cost[states.row]
    at, value = np.nonzero(np.isfinite(cost))
    gain = conditional(gains, states, field)
    return states.take(at).moved(field, value, gain[at, value], cost[at, value])


def _chosen(gains: Gains, states: States, last: int, judge: _Judge) -> Iterator[tuple[int, Way]]:
    cost = states.cost[:, None] + gains.options[last].cost[states.row]
    margin = gains.margin[states.row][:, None] + states.gain[:, None]
    margin = margin + conditional(gains, states, last)
    allowed = np.isfinite(cost)
    fine = judge.holds(states, last, np.where(allowed, margin, -np.inf)) & allowed
    at, value = np.nonzero(fine)
    if not len(at):
        return
    # of equal cost the one that goes furthest
    order = np.lexsort((-margin[at, value], cost[at, value], states.row[at]))
    at, value = at[order], value[order]
    _, first = np.unique(states.row[at], return_index=True)
    for state, choice in zip(at[first].tolist(), value[first].tolist(), strict=True):
        chosen = dict(zip(states.fields, states.values[state].tolist(), strict=True))
        chosen[last] = choice
        way = Way(chosen=dict(sorted(chosen.items())), cost=float(cost[state, choice]))
        yield int(states.row[state]), way


def _promising(gains: Gains, states: States, rest: tuple[int, ...], least: float) -> States:
    """Return the states from which changing all of `rest` could reach the margin `least`."""
    return states.take(gains.margin[states.row] + _bound(gains, states, rest) >= least)


def _bound(gains: Gains, states: States, rest: Sequence[int]) -> Floats:
    """Return no less than the most that a state can gain in all once each of `rest` has changed."""
    steady = [one for one in rest if gains.options[one].steady]
    for one in steady:
        # going all the way never lowers the margin, whatever the others do
        top = gains.options[one].top[states.row]
        gain = conditional(gains, states, one)[np.arange(len(top)), top]
        states = states.moved(one, top, gain, np.zeros(len(top)))
    bound = states.gain + _NEAR
    free = [one for one in rest if not gains.options[one].steady]
    for one in free:
        allowed = np.isfinite(gains.options[one].cost[states.row])
        bound = bound + np.where(allowed, conditional(gains, states, one), -np.inf).max(axis=1)
    for pair in combinations(free, 2):
        if pair in gains.most:
            bound = bound + gains.most[pair][states.row]
    return bound
