"""What if, on trees too deep for tables: nothing but trying helps.

Of one field every value is tried, of two up to eight values each and of three up to four, and
what is found is drawn back field by field as far as it goes. So what is told reaches the tier, of
one field it is the smallest change, and of more a smaller one may exist.
"""

from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from leadscore.model.bundle import Model
from leadscore.model.trees import Trees
from leadscore.score.tiers import stated_tiers
from leadscore.score.what_if_search import Task, Way, smallest

__all__ = ["MOST_TOGETHER", "search_trees"]

Floats = NDArray[np.float64]
#: How many values of a field are tried, by the number of fields that change.
_VALUES = {1: 1_000_000, 2: 8, 3: 4}
#: More fields than these are never changed at once.
MOST_TOGETHER = max(_VALUES)
#: How often the fields are gone through to find the best score.
_ROUNDS = 2


def search_trees(task: Task) -> tuple[list[list[Way]], dict[int, dict[int, int]]]:
    """Return each lead's changes that reach the tier, and the best of those that have none."""
    costs = [one.costs(task.leads, task.encoded) for one in task.moves]
    found: list[list[Way]] = []
    best: dict[int, dict[int, int]] = {}
    for row in range(task.leads.n):
        lead = _Lead(task, row, [cost[row] for cost in costs])
        ways = lead.ways()
        found.append(ways)
        if not ways:
            best[row] = lead.best()
    return found, best


class _Lead:
    """One lead, and the values that its fields may take."""

    def __init__(self, task: Task, row: int, costs: list[Floats]) -> None:
        self._task = task
        self._x = task.encoded[row]
        self._costs = costs
        # nearest first
        self._values = [np.argsort(one, kind="stable")[: np.isfinite(one).sum()] for one in costs]

    def ways(self) -> list[Way]:
        found: list[Way] = []
        for size, most in _VALUES.items():
            sets = [
                fields
                for fields in combinations(range(len(self._values)), size)
                if not any(set(one.chosen) < set(fields) for one in found)
            ]
            found += [self._way(self._drawn_back(one)) for one in self._cheapest(sets, most)]
            if len(found) >= self._task.most:
                break
        return smallest(found, self._task.most)

    def best(self) -> dict[int, int]:
        chosen: dict[int, int] = {}
        for _ in range(_ROUNDS):
            for field, values in enumerate(self._values):
                trials = [chosen, *({**chosen, field: int(value)} for value in values)]
                margin, _ = self._told(trials)
                chosen = trials[int(np.argmax(margin))]
        return chosen

    def _cheapest(self, sets: list[tuple[int, ...]], most: int) -> list[dict[int, int]]:
        """Return, for each set of fields that reaches the tier, the cheapest of what is tried."""
        trials: list[dict[int, int]] = []
        for fields in sets:
            thinned = [_thinned(self._values[one], most).tolist() for one in fields]
            trials += [dict(zip(fields, values, strict=True)) for values in product(*thinned)]
        if not trials:
            return []
        _, tiers = self._told(trials)
        enough = [trials[at] for at in np.flatnonzero(tiers >= self._task.tier)]
        # the last one stands, and that is the cheapest
        enough.sort(key=self._cost, reverse=True)
        return list({tuple(one): one for one in enough}.values())

    def _drawn_back(self, chosen: dict[int, int]) -> dict[int, int]:
        if len(chosen) == 1:
            return chosen
        for field in sorted(chosen, key=lambda one: -self._costs[one][chosen[one]]):
            cost = self._costs[field]
            nearer = [int(one) for one in self._values[field] if cost[one] < cost[chosen[field]]]
            chosen = self._enough([{**chosen, field: one} for one in nearer]) or chosen
        return chosen

    def _enough(self, trials: list[dict[int, int]]) -> dict[int, int] | None:
        """Return the first of the trials that reaches the tier."""
        if not trials:
            return None
        _, tiers = self._told(trials)
        reached = np.flatnonzero(tiers >= self._task.tier)
        return trials[reached[0]] if len(reached) else None

    def _told(self, trials: list[dict[int, int]]) -> tuple[Floats, NDArray[np.intp]]:
        x = np.repeat(self._x[None, :], len(trials), axis=0)
        for at, trial in enumerate(trials):
            for field, value in trial.items():
                x[at, self._task.moves[field].place] = self._task.moves[field].values[value]
        return _stated(self._task.model, x)

    def _cost(self, trial: dict[int, int]) -> float:
        return float(sum(self._costs[field][value] for field, value in sorted(trial.items())))

    def _way(self, chosen: dict[int, int]) -> Way:
        return Way(chosen=dict(sorted(chosen.items())), cost=self._cost(chosen))


def _thinned(values: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return so many of the values, evenly, the furthest among them."""
    if len(values) <= most:
        return values
    return values[np.rint(np.linspace(0, len(values) - 1, most + 1)[1:]).astype(np.intp)]


def _stated(model: Model, x: NDArray[np.float32]) -> tuple[Floats, NDArray[np.intp]]:
    engine = model.engine
    assert isinstance(engine, Trees)  # noqa: S101 - the only caller has made sure
    margin = engine.margin(x)
    return margin, stated_tiers(model, margin, np.round(model.probabilities(x, margin), 12))
