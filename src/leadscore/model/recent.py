"""How far back to look: which recent outcomes still speak for the next leads."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.calibration import Calibration
from leadscore.model.link import log_losses
from leadscore.model.recalibrate import shifted

__all__ = ["recent_outcomes"]

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
#: How many steps back a window may reach, beside all there is.
_REACHES = (1, 2, 4, 8, 16)
#: Over how many of the latest steps the windows are compared.
_JUDGED = 4
_FEWEST_JUDGED = 50


def recent_outcomes(  # noqa: PLR0913 - leads with their outcomes and times, and the pace
    margin: Floats,
    labels: Labels,
    *,
    times: Floats,
    previous: Calibration,
    step: float,
    lag: float = 0.0,
) -> NDArray[np.intp]:
    """Return the rows to recalibrate on: the longest window that forgets soon enough.

    Each window is tried on the latest four steps as if they were still to come: `previous` is
    moved to the outcomes that would have been ripe, and judged by log loss on the step. The
    longest window wins whose loss is within one standard error of the best one's: a stationary
    world is remembered whole, after a jump only what came since counts.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        Margins of leads that the model has not learned from.
    labels : ndarray of shape (n,)
        Their ripe outcomes.
    times : ndarray of shape (n,)
        When they came.
    previous : Calibration
        The calibration in use.
    step : float
        The time between two recalibrations, in the units of `times`.
    lag : float
        How long an outcome takes to be ripe.
    """
    if not len(times):
        return np.array([], dtype=np.intp)
    end = float(times.max())
    starts = end - step * np.arange(1, _JUDGED + 1)
    told: dict[float, list[Floats]] = {}
    for start in starts:
        ahead = (times > start) & (times <= start + step)
        known = times <= start - lag
        if not known.any() or not ahead.any():
            break
        for reach in (*_REACHES, np.inf):
            used = known & (times > start - lag - reach * step)
            curve = shifted(margin[used], labels[used], previous=previous)
            told.setdefault(reach, []).append(
                log_losses(labels[ahead], curve.probabilities(margin[ahead]))
            )
    reach = _longest({one: np.concatenate(parts) for one, parts in told.items()})
    return np.flatnonzero(times > end - reach * step)


def _longest(losses: dict[float, Floats]) -> float:
    """Return the longest reach that is not surely worse than the best one."""
    if not losses or len(next(iter(losses.values()))) < _FEWEST_JUDGED:
        return float("inf")
    best = min(losses.values(), key=lambda one: float(one.mean()))
    for reach, one in sorted(losses.items(), reverse=True):
        worse = one - best
        if worse.mean() <= worse.std() / np.sqrt(len(worse)):
            return reach
    return float("inf")
