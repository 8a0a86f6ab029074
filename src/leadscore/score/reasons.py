"""Reasons: the fields that moved a score most."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.places import blocks

__all__ = ["NO_REASON", "top_reasons"]

Floats = NDArray[np.float64]

#: Stands where a lead has fewer reasons than were asked for.
NO_REASON = -1


def top_reasons(effects: Floats, most: int) -> NDArray[np.intp]:
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
    top = np.full((len(effects), most), NO_REASON, dtype=np.intp)
    for block in blocks(len(effects)):
        size = np.abs(np.ascontiguousarray(effects[block].T))
        # no effect where there is no score
        _write(np.fmax(size, 0.0, out=size), top[block])
    return top


def _write(size: Floats, top: NDArray[np.intp]) -> None:
    """Write the places of the largest sizes of each column; they are taken out one by one."""
    fields, leads = size.shape
    # the earlier a field the larger: of equal ones the first is found
    turns = np.arange(fields, 0, -1, dtype=np.min_scalar_type(fields))[:, None]
    one_field_each = np.arange(leads)
    for rank in range(min(fields, top.shape[1])):
        largest = size.max(axis=0)
        place = fields - ((size == largest) * turns).max(axis=0).astype(np.intp)
        top[:, rank] = np.where(largest > 0, place, NO_REASON)
        size.reshape(-1)[place * leads + one_field_each] = 0.0
