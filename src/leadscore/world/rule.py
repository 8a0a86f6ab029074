"""The specified rule that turns a lead into a tier, and the exact probabilities it implies."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["TIERS", "Columns", "tier_index", "tier_points", "true_probabilities"]

Columns = Mapping[str, NDArray[np.int64]]

#: The tiers, lowest first; a tier's index is its place here.
TIERS = ("Low", "Medium", "High")

#: The points from which a lead is Medium and High, its noise included.
_CUTS = (9, 14)
#: Each value beyond a threshold is worth one point more.
_INCOME = (80_000, 150_000, 200_000)
_CREDIT = (650, 750, 780)
_ENGAGEMENT = (30, 60)
_FLAGS = {
    "inquiry_submitted": 2,
    "financing_pre_approved": 2,
    "budget_disclosed": 1,
    "location_preference_set": 1,
}


def tier_points(columns: Columns) -> NDArray[np.int64]:
    """Return each lead's points, before the noise.

    Income and credit score give 1-4 points, engagement (visits + opens + 2 · property views) 1-3,
    an inquiry and a pre-approval 2 each, a budget and a location 1 each.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        The fields of the `investor` schema; the ones without points may be absent.

    Returns
    -------
    ndarray of shape (n,)
        Points from 3 to 17.

    Examples
    --------
    >>> names = ["income", "credit_score", "website_visits", "email_opens", "property_views",
    ...          *"inquiry_submitted financing_pre_approved".split(),
    ...          *"budget_disclosed location_preference_set".split()]
    >>> values = [300_000, 800, 1, 0, 1, 0, 0, 0, 0]
    >>> int(tier_points({name: np.array([v]) for name, v in zip(names, values)})[0])
    9
    """
    engagement = columns["website_visits"] + columns["email_opens"] + 2 * columns["property_views"]
    points = (
        _steps(columns["income"], _INCOME)
        + _steps(columns["credit_score"], _CREDIT)
        + _steps(engagement, _ENGAGEMENT)
    )
    for name, worth in _FLAGS.items():
        points = points + worth * columns[name]
    return points


def tier_index(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the tier of each number of points, noise included: 0 Low, 1 Medium, 2 High."""
    return np.searchsorted(np.array(_CUTS), points, side="right").astype(np.int64)


def true_probabilities(columns: Columns, *, noise: int) -> NDArray[np.float64]:
    """Return the exact probability of each tier under the rule.

    The noise is a uniform integer from ``-noise`` to ``noise``, so each probability is a count of
    the ``2 * noise + 1`` values it can take.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        The fields of the `investor` schema.
    noise : int
        The largest noise, at least 0.

    Returns
    -------
    ndarray of shape (n, 3)
        Rows sum to 1; columns are Low, Medium, High.
    """
    outcomes = 2 * noise + 1
    highest = tier_points(columns)[:, None] + noise
    reached = np.clip(highest - np.array(_CUTS) + 1, 0, outcomes)
    medium, high = reached[:, 0], reached[:, 1]
    counts = np.stack([outcomes - medium, medium - high, high], axis=1)
    return np.asarray(counts / outcomes, dtype=np.float64)


def _steps(values: NDArray[np.int64], thresholds: tuple[int, ...]) -> NDArray[np.int64]:
    """Return 1 and one more for each threshold that a value is beyond."""
    return 1 + np.searchsorted(np.array(thresholds), values, side="left").astype(np.int64)
