"""Numbers as whole numbers of the same order, and thresholds moved to before the scaling."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["before_scaling", "keys", "values"]

Floats = NDArray[np.float64]
Keys = NDArray[np.int32]
_MAGNITUDE = np.int32(0x7FFFFFFF)


def keys(x: NDArray[np.float32]) -> Keys:
    """Return whole numbers that are in order just as the values `x` are; both zeros give 0.

    What a missing value gives means nothing.
    """
    # adding zero makes the negative zero a positive one
    bits = (x + np.float32(0)).view(np.int32)
    return np.asarray(bits ^ ((bits >> 31) & _MAGNITUDE), np.int32)


def values(found: Keys) -> NDArray[np.float32]:
    """Return the values that `keys` was given."""
    bits = np.asarray(found ^ ((found >> 31) & _MAGNITUDE), np.int32)
    return bits.view(np.float32) + np.float32(0)


def before_scaling(thresholds: NDArray[np.float32], mean: Floats, scale: Floats) -> Keys:
    """Return for each threshold the least value that does not lie below it once scaled.

    A tree that was fitted on standardised columns asks whether a scaled and rounded value is less
    than its threshold. Scaling never turns the order of two values round, so there is one value
    from which on the answer is no. It is searched among all float32 there are: the answer is the
    same for each of them, which a threshold that is merely scaled back does not promise.

    Parameters
    ----------
    thresholds : ndarray of float32 of shape (n,)
        The thresholds, finite.
    mean, scale : ndarray of shape (n,)
        The mean and the scale, above 0, of each threshold's column.

    Returns
    -------
    ndarray of int32 of shape (n,)
        The values as `keys`.
    """
    ends = keys(np.array([-np.inf, np.inf], np.float32)).astype(np.int64)
    below, beyond = np.full(len(thresholds), ends[0]), np.full(len(thresholds), ends[1])
    for _ in range(32):
        middle = (below + beyond) // 2
        left = _scaled(values(middle.astype(np.int32)), mean, scale) < thresholds
        below = np.where(left, middle, below)
        beyond = np.where(left, beyond, middle)
    return beyond.astype(np.int32)


def _scaled(x: NDArray[np.float32], mean: Floats, scale: Floats) -> NDArray[np.float32]:
    # the largest values run over, to an infinity that is on the right side
    with np.errstate(over="ignore"):
        return ((x.astype(np.float64) - mean) / scale).astype(np.float32)
