"""Made leads whose truth is known, for the tests of the model."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.link import class_probabilities

__all__ = ["CUTS", "Matrix", "draw_labels", "make_matrix", "true_margin"]

Matrix = NDArray[np.float32]

#: The cut points of the three true classes.
CUTS = np.array([-1.0, 2.0])


def make_matrix(n: int, *, seed: int = 0, gaps: float = 0.1, levels: int = 4) -> Matrix:
    """Two numbers, a flag and a category of `levels` codes; a share `gaps` of each is missing."""
    rng = np.random.default_rng(seed)
    x = np.stack(
        [
            rng.normal(size=n),
            rng.gamma(2.0, 10.0, size=n),
            rng.integers(0, 2, size=n),
            rng.integers(0, levels, size=n),
        ],
        axis=1,
    ).astype(np.float32)
    x[rng.random(x.shape) < gaps] = np.nan
    return x


def true_margin(x: Matrix) -> NDArray[np.float64]:
    """Return a margin that rises in the first field and bends, jumps and pairs in the others."""
    a, b, flag, code = np.nan_to_num(x.astype(np.float64)).T
    return np.asarray(1.5 * a + np.sqrt(b) * 0.5 - 2.0 + flag * (a > 0) + 0.8 * (code == 1))


def draw_labels(x: Matrix, *, seed: int = 1, cuts: NDArray[np.float64] = CUTS) -> NDArray[np.intp]:
    """Return one class for each lead, drawn from its true probabilities."""
    chances = class_probabilities(true_margin(x), cuts)
    draws = np.random.default_rng(seed).random((len(x), 1))
    found = (draws > np.cumsum(chances, axis=1)).sum(axis=1)
    return np.asarray(np.minimum(found, len(cuts)), np.intp)
