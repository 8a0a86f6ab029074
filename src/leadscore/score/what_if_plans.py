"""Plans: the searches put together, whatever the model scores with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.model.curves import Curves
from leadscore.model.tables import StepTables
from leadscore.score.scores import Scores
from leadscore.score.what_if_best import find_best
from leadscore.score.what_if_gains import find_gains
from leadscore.score.what_if_moves import Moves
from leadscore.score.what_if_reach import find_reach, stated_at
from leadscore.score.what_if_search import Task, find_ways
from leadscore.score.what_if_trees import search_trees

__all__ = ["Plan", "Plans", "find_plans"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: So many leads are searched at once.
_AT_ONCE = 2000
#: A quotient that falls short of a whole number by less than this is that number.
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One change of a lead.

    Parameters
    ----------
    values : mapping of int to float
        What fields become, by their place among the moves; of a category the level's code.
    size : float
        The total change, in the fields' usual spans; NaN where that is not asked for.
    """

    values: Mapping[int, float]
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """The changes of many leads.

    Parameters
    ----------
    ways : mapping of int to list of Plan
        By row: what reaches the next tier, smallest first.
    best : mapping of int to Plan
        By row, where nothing does: what raises the margin most.
    """

    ways: dict[int, list[Plan]] = field(default_factory=dict)
    best: dict[int, Plan] = field(default_factory=dict)


def find_plans(
    model: Model, leads: Leads, scores: Scores, moves: Sequence[Moves], *, most: int
) -> Plans:
    """Return the changes that reach the next tier, and the best where none does.

    Parameters
    ----------
    model : Model
        The model.
    leads : Leads
        The leads.
    scores : Scores
        Their scores; those without one, and those in the highest tier, have no plans.
    moves : sequence of Moves
        What may change; none, and nobody has plans.
    most : int
        How many changes for each.
    """
    plans = Plans()
    for tier in range(len(scores.tier_names) - 1 if moves else 0):
        of_tier = np.flatnonzero(~scores.unscored & (scores.tier == tier))
        for start in range(0, len(of_tier), _AT_ONCE):
            rows = of_tier[start : start + _AT_ONCE]
            task = Task(
                model=model,
                moves=tuple(moves),
                leads=leads.take(rows),
                encoded=scores.encoded[rows],
                margin=scores.margin[rows],
                tier=tier + 1,
                most=most,
            )
            ways, best = _searched(task)
            for row, found in zip(rows.tolist(), ways, strict=True):
                plans.ways[row] = found
            for at, plan in best.items():
                plans.best[int(rows[at])] = plan
    return plans


def _searched(task: Task) -> tuple[list[list[Plan]], dict[int, Plan]]:
    """Return each lead's changes, and the best of those that have none."""
    engine = task.model.engine
    if isinstance(engine, StepTables | Curves):
        gains = find_gains(engine, task.moves, task.leads, encoded=task.encoded, margin=task.margin)
        ways = find_ways(gains, task, find_reach(task.model, task.tier))
        without = np.array([at for at, found in enumerate(ways) if not found], dtype=np.intp)
        best = find_best(gains, without)
    else:
        ways, best = search_trees(task)
    plans = [[_plan(task.moves, way.chosen, way.cost) for way in found] for found in ways]
    if isinstance(engine, Curves):
        plans = _drawn_back(task, plans)
    return plans, {at: _plan(task.moves, chosen) for at, chosen in best.items()}


def _plan(moves: Sequence[Moves], chosen: Mapping[int, int], size: float = math.nan) -> Plan:
    values = {place: float(moves[place].values[value]) for place, value in chosen.items()}
    return Plan(values=values, size=size)


def _drawn_back(task: Task, plans: list[list[Plan]]) -> list[list[Plan]]:
    """Return the plans with each number drawn back as far as the tier is still reached.

    On a curve only every so many steps were tried; between two of those it is straight, and so
    halving finds the last step that is enough.
    """
    flat = [(at, plan) for at, found in enumerate(plans) for plan in found]
    if not flat:
        return plans
    rows = np.array([at for at, _ in flat], dtype=np.intp)
    values = np.full((len(flat), len(task.moves)), np.nan)
    for at, (_, plan) in enumerate(flat):
        values[at, list(plan.values)] = list(plan.values.values())
    for place, one in enumerate(task.moves):
        if not one.levels:
            _draw_back(task, rows, values, place)
    drawn: list[list[Plan]] = [[] for _ in plans]
    for at, (row, plan) in enumerate(flat):
        kept = {place: float(values[at, place]) for place in plan.values}
        drawn[row].append(Plan(values=kept, size=_size(task, row, kept)))
    return [sorted(found, key=lambda one: (len(one.values), one.size)) for found in drawn]


def _draw_back(task: Task, rows: Places, values: Floats, place: int) -> None:
    """Halve the way from the value tried before, which was not enough, to the one that was."""
    one = task.moves[place]
    changed = np.flatnonzero(~np.isnan(values[:, place]))
    high = np.rint(values[changed, place] / one.step)
    low = np.array(
        [_before(task, int(rows[at]), place, float(values[at, place])) for at in changed]
    )
    while np.any(open_ := np.abs(high - low) > 1):
        middle = np.where(open_, np.rint((low + high) / 2), high)
        trial = values[changed].copy()
        trial[:, place] = one.at_step(middle)
        enough = stated_at(task.model, _changed(task, rows[changed], trial)) >= task.tier
        high = np.where(open_ & enough, middle, high)
        low = np.where(open_ & ~enough, middle, low)
    values[changed, place] = one.at_step(high)


def _before(task: Task, row: int, place: int, value: float) -> float:
    """Return, in steps, the value tried before, or else the lead's own; `value`'s for a missing."""
    one = task.moves[place]
    now = float(np.asarray(task.leads.columns[one.field.name], np.float64)[row])
    rising = value > now if not np.isnan(now) else bool(one.rises.any())
    tried = one.values[one.rises == rising]
    nearer = tried[tried < value] if rising else tried[tried > value]
    found = [] if not len(nearer) else [float(nearer.max() if rising else nearer.min())]
    if not np.isnan(now):
        found.append(now)
    if not found:
        return float(np.rint(value / one.step))
    # the nearest to the value; a lead's own may lie between two steps
    nearest = (max if rising else min)(found)
    return float(
        (np.floor if rising else np.ceil)(nearest / one.step + (_NEARLY if rising else -_NEARLY))
    )


def _changed(task: Task, rows: Places, values: Floats) -> NDArray[np.float32]:
    x = task.encoded[rows].copy()
    for place, one in enumerate(task.moves):
        x[:, one.place] = np.where(np.isnan(values[:, place]), x[:, one.place], values[:, place])
    return x


def _size(task: Task, row: int, values: Mapping[int, float]) -> float:
    total = 0.0
    for place, value in values.items():
        one = task.moves[place]
        if one.levels:
            total += 1.0
        else:
            now = np.asarray(task.leads.columns[one.field.name], np.float64)[row : row + 1]
            total += float(one.distance(now, np.array([value]))[0])
    return total
