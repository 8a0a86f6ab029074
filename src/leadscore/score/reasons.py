"""Reasons: the fields that moved a score most."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_REASON", "top_reasons"]

#: Stands where a lead has fewer reasons than were asked for.
NO_REASON = -1


def top_reasons(effects: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return the fields with the largest effects, up or down, shape (n, most).

    Parameters
    ----------
    effects : ndarray of shape (n, fields)
        The effects on the margin; NaN for a lead without a score.
    most : int
        How many to name.

    Returns
    -------
    ndarray of shape (n, most)
        Places of fields, largest effect first, equal ones in the fields' order; fields without an
        effect are left out, and -1 fills what is left.

    Examples
    --------
    >>> top_reasons(np.array([[0.5, -1.0, 0.0]]), 3)
    array([[ 1,  0, -1]])
    """
    size = np.nan_to_num(np.abs(effects), nan=0.0)
    order = np.argsort(-size, axis=1, kind="stable")[:, :most]
    found = np.where(np.take_along_axis(size, order, axis=1) > 0, order, NO_REASON)
    missing = max(0, most - effects.shape[1])
    return np.pad(found, ((0, 0), (0, missing)), constant_values=NO_REASON)
