"""Sets of classes that hold the true one in nine of ten leads, for every class by itself.

Each class has a threshold of its own, taken from leads of that class which the model had not seen
(conformal prediction with classes as categories: Vovk, Gammerman and Shafer 2005, Algorithmic
Learning in a Random World, "Mondrian"; least ambiguous sets: Sadinle, Lei and Wasserman 2019,
Journal of the American Statistical Association 114; why a class needs its own: Romano, Sesia and
Candès 2020, Classification with Valid and Adaptive Coverage). The held-out probabilities come from
models that each left a fold out (cross-conformal: Vovk 2015, Annals of Mathematics and Artificial
Intelligence 74), so every lead is both learned from and used here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVEL", "ClassSets", "fit_sets"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

#: The share of the leads of each class whose set holds their class.
LEVEL = 0.9
#: With fewer leads of a class nothing can be said of it, and no lead is told that it is not in it.
_FEWEST = 10
#: The decimals of a probability that count, as in scores.
_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSets:
    """From class probabilities to the classes that cannot be ruled out.

    A class is in a lead's set where its probability is no less than the class's threshold. With
    three classes or more the most probable one is in as well, and so are those that lie between
    two that are in. With two classes that rule would not do: where one is rare, the common one is
    nearly always the more probable, and would be in the set of nearly all its leads instead of
    nine in ten; the more probable one is in only where the set would be empty.

    Parameters
    ----------
    level : float
        The share of the leads of each class whose set holds their class, 0-1.
    least : ndarray of shape (K,)
        For each class the least probability with which it is in the set, 0-1.
    """

    level: float
    least: Floats

    def holding(self, probabilities: Floats, stated: Places | None = None) -> Mask:
        """Return which classes are in each lead's set, shape (n, K); never none, never a gap.

        Parameters
        ----------
        probabilities : ndarray of shape (n, K)
            P(class) of each lead.
        stated : ndarray of shape (n,), optional
            The class that each lead was said to be in; it is in its set with three classes or
            more. The most probable one where not given.
        """
        # class by class: a column is one stretch of memory, a row of three is hardly any
        held = [probabilities[:, one] >= least for one, least in enumerate(self.least)]
        likely = np.argmax(probabilities, axis=1)
        if len(held) == 2:
            empty = ~(held[0] | held[1])
            return np.stack([one | (empty & (likely == at)) for at, one in enumerate(held)], axis=1)
        for at, one in enumerate(held):
            one |= likely == at
            if stated is not None:
                one |= stated == at
        return _without_gaps(held)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the thresholds as named arrays, for a bundle."""
        return {"level": np.array([self.level]), "least": self.least}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "ClassSets":
        """Return what `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If a threshold is not a probability.
        """
        level = float(np.asarray(arrays["level"], np.float64)[0])
        least = np.asarray(arrays["least"], np.float64)
        inside = np.all((least >= 0) & (least <= 1)) and 0 < level < 1
        if least.ndim != 1 or len(least) < 2 or not inside:
            raise ValueError("a threshold is not a probability")
        return cls(level=level, least=least)


def fit_sets(
    probabilities: Floats, labels: NDArray[np.integer], *, level: float = LEVEL
) -> ClassSets:
    """Return the thresholds that held-out leads ask for.

    How ill a class fits a lead is one less its probability, and nothing where it is the lead's
    most probable class (of three or more). The threshold is the ``ceil((n + 1) * level)``-th
    least ill fit among the n leads of the class.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K)
        P(class) of leads, from models that had not seen them.
    labels : ndarray of shape (n,)
        Their classes, 0 to K - 1.
    level : float
        The share of the leads of each class whose set is to hold their class, 0-1.

    Examples
    --------
    >>> told = np.tile([0.7, 0.3], (40, 1))
    >>> fit_sets(told, np.arange(40) % 2).least
    array([0.7, 0.3])
    """
    told = np.round(probabilities, _DECIMALS)
    classes = told.shape[1]
    own = told[np.arange(len(told)), labels]
    if classes > 2:
        # what is stated is in the set whatever its probability
        own = np.where(np.argmax(told, axis=1) == labels, 1.0, own)
    least = [_threshold(own[labels == one], level) for one in range(classes)]
    return ClassSets(level=level, least=np.array(least, dtype=np.float64))


def _threshold(own: Floats, level: float) -> float:
    # less a hair: 0.9 times ten is nine, and not a bit more
    rank = math.ceil((len(own) + 1) * level - 1e-9)
    if len(own) < _FEWEST or rank > len(own):
        return 0.0
    return float(np.sort(own)[len(own) - rank])


def _without_gaps(held: list[Mask]) -> Mask:
    """Return sets as a matrix, with every class in that lies between two that are in."""
    up = list(accumulate(held, np.logical_or))
    down = list(accumulate(held[::-1], np.logical_or))[::-1]
    return np.stack([low & high for low, high in zip(up, down, strict=True)], axis=1)
