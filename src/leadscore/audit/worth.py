"""What columns are worth together: AUC of a plain additive model, with and without some."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.lone import FOLDS, Cut, Lone, auc_of

__all__ = ["Bench"]

_MOST_ROWS = 10_000
_MOST_COLUMNS = 60
_RIDGE = 1.0
_STEPS = 12
#: How much two copies of the label agree, against what the label alone would bring about.
_AGREE, _AGREE_AT_ALL = 0.5, 0.05


class Bench:
    """A plain model that is fitted again for any set of columns.

    It is a ridge logistic regression on the columns' lone log odds, each learned on other folds,
    fitted and judged fold by fold: additive, as most of the signal in lead data is.

    Parameters
    ----------
    columns : mapping of str to Lone
        What each column says by itself.
    cut : Cut
        The split of the labels that it is about.
    folds : ndarray of intp of shape (n,)
        Each row's fold.
    """

    def __init__(self, columns: Mapping[str, Lone], cut: Cut, folds: NDArray[np.intp]) -> None:
        ranked = sorted(columns, key=lambda name: -columns[name].auc)[:_MOST_COLUMNS]
        every = max(-(-len(folds) // _MOST_ROWS), 1)
        rows = slice(None, None, every)
        self.aucs = {name: columns[name].auc for name in ranked}
        self._place = {name: at for at, name in enumerate(ranked)}
        found = np.array([columns[name].scores[rows] for name in ranked]).reshape(len(ranked), -1)
        self._scores = found.T
        self._better = cut.better[rows]
        self._folds = folds[rows]
        self._known: dict[frozenset[int], float] = {}

    def auc(self, *, only: Iterable[str]) -> float:
        """Return the AUC of the model of these columns; 0.5 where there are none."""
        kept = frozenset(self._place[name] for name in only if name in self._place)
        if kept not in self._known:
            self._known[kept] = self._measure(sorted(kept))
        return self._known[kept]

    def alike(self, one: str, other: str) -> float:
        """Return the correlation of what two columns say, or one and the label ("")."""
        if not {one, other} <= self._place.keys() | {""}:
            return 0.0
        pair = [
            self._scores[:, self._place[name]] if name else self._better.astype(np.float64)
            for name in (one, other)
        ]
        if pair[0].std() == 0 or pair[1].std() == 0:
            return 0.0
        return float(np.corrcoef(pair)[0, 1])

    def same_story(self, one: str, other: str) -> bool:
        """Tell whether two columns agree at least half as much as two copies of the label would.

        Copies with errors of their own agree because both follow the label: their correlation is
        the product of theirs with the label. Signs that complete each other hardly agree.
        """
        follow = self.alike(one, "") * self.alike(other, "")
        return follow > 0 and self.alike(one, other) >= max(_AGREE * follow, _AGREE_AT_ALL)

    def _measure(self, kept: list[int]) -> float:
        if not kept:
            return 0.5
        X = self._scores[:, kept]
        X = np.column_stack([np.ones(len(X)), X])
        found = np.zeros(len(X))
        for fold in range(FOLDS):
            test = self._folds == fold
            weights = _fit(X[~test], self._better[~test])
            # one slope for all folds would be as good; intercepts differ, so rank within reach
            found[test] = X[test] @ weights
        return auc_of(found, self._better)


def _fit(X: NDArray[np.float64], better: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of a ridge logistic regression, by Newton's method."""
    weights = np.zeros(X.shape[1])
    ridge = np.full(X.shape[1], _RIDGE)
    ridge[0] = 1e-6
    for _ in range(_STEPS):
        odds = np.clip(X @ weights, -30, 30)
        rate = 1 / (1 + np.exp(-odds))
        slope = X.T @ (better - rate) - ridge * weights
        bend = (X * (rate * (1 - rate))[:, None]).T @ X + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-4:
            break
    return weights
