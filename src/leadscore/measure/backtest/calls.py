"""Whom a team calls: each day the best of those who came and of those who still wait."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.backtest.timeline import Timeline

__all__ = ["NEVER", "Arrivals", "Policy", "Team", "replay"]

Floats = NDArray[np.float64]

#: The day of a lead that is never called.
NEVER = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A way to choose whom to call.

    Parameters
    ----------
    key : str
        Its name in JSON.
    name : str
        Its name for people.
    kind : {"model", "variant", "recipe", "baseline"}
        What it is: the model that is judged, a variant of it, another recipe, or none.
    scores : tuple of ndarray of shape (n,)
        Larger is called earlier: one array for all periods, or one for each. Empty where there
        is no such order, and `reason` says why.
    probabilities : ndarray of shape (n, K), optional
        What it said of each lead when the lead came.
    reason : str
        What to say of it.
    """

    key: str
    name: str
    kind: Literal["model", "variant", "recipe", "baseline"]
    scores: tuple[Floats, ...] = ()
    probabilities: Floats | None = None
    reason: str = ""

    def scores_in(self, period: int) -> Floats:
        """Return the scores that are in use in a period."""
        return self.scores[period if len(self.scores) > 1 else 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How many leads are called a day, and how many days a lead waits, the first included."""

    calls: int
    queue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The m leads that are replayed.

    Parameters
    ----------
    rows : ndarray of shape (m,)
        Their rows among all leads.
    labels : ndarray of shape (m,)
        Their classes; the last one counts as converted.
    period, week : ndarray of shape (m,)
        The period and the week that each came in.
    classes : int
        The number of classes.
    """

    rows: NDArray[np.intp]
    labels: NDArray[np.int64]
    period: NDArray[np.intp]
    week: NDArray[np.intp]
    classes: int

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Whether each lead converted."""
        return np.asarray(self.labels == self.classes - 1)


def replay(
    policy: Policy,
    timeline: Timeline,
    team: Team,
    *,
    candidates: NDArray[np.bool_],
    ties: Floats,
) -> NDArray[np.int64]:
    """Return the day on which each lead is called, shape (n,); `NEVER` where it is not.

    Each day the leads that came that day and those that still wait are ranked, and the best
    are called, as many as the team can. A lead is called once at most.

    Parameters
    ----------
    policy : Policy
        How leads are ranked.
    timeline : Timeline
        When they came.
    team : Team
        Calls a day, and how long a lead waits.
    candidates : ndarray of bool of shape (n,)
        The leads that may be called.
    ties : ndarray of shape (n,)
        Who goes first among equals: the smaller.
    """
    rows = np.flatnonzero(candidates)
    rows = rows[np.lexsort((ties[rows], timeline.day[rows]))]
    days = timeline.day[rows]
    called = np.full(len(candidates), NEVER, np.int64)
    for day in range(timeline.first, timeline.last + 1):
        oldest, newest = np.searchsorted(days, [day - team.queue_days, day], side="right")
        waiting = rows[oldest:newest]
        waiting = waiting[called[waiting] == NEVER]
        scores = policy.scores_in(timeline.period_of(day))[waiting]
        best = np.lexsort((ties[waiting], -scores))[: team.calls]
        called[waiting[best]] = day
    return called
