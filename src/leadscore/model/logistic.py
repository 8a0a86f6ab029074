"""The simple recipe: ordered logistic regression on splines."""

from collections.abc import Sequence
from typing import Any, Self  # Any: scikit-learn's own signatures are untyped

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from leadscore.model.design import fit_design
from leadscore.model.estimator import MarginClassifier
from leadscore.model.link import class_probabilities, log_losses
from leadscore.model.ridge import fit_ridge

__all__ = ["OrdinalSplines"]

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Labels = NDArray[np.intp]
Split = tuple[Labels, Labels]
_CHOOSE_ON = 20_000


class OrdinalSplines(MarginClassifier):
    """Ordered logistic regression on splines of straight pieces, with a ridge.

    Parameters
    ----------
    order : sequence, optional
        The classes in order, lowest first; sorted where not given.
    categorical : sequence of int
        The places of the fields that hold category codes.
    ridges : sequence of float
        The penalties to choose from, by log loss on validation.
    folds : int
        How many parts the validation has.
    random_state : int
        Seed of the folds.

    Attributes
    ----------
    ridge_ : float
        The penalty chosen.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 2))
    >>> y = (X[:, 0] + rng.normal(size=300) > 0).astype(int)
    >>> OrdinalSplines().fit(X, y).predict_proba(X[:1]).shape
    (1, 2)
    """

    def __init__(
        self,
        *,
        order: Sequence[Any] | None = None,
        categorical: Sequence[int] = (),
        ridges: Sequence[float] = (0.3, 1.0, 3.0, 10.0, 30.0),
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.order = order
        self.categorical = categorical
        self.ridges = ridges
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        folds: Labels | None = None,
        validation: Sequence[Split] | None = None,
    ) -> Self:
        """Fit to encoded leads.

        Parameters
        ----------
        X : array of shape (n, fields)
            Encoded leads; NaN where missing.
        y : array of shape (n,)
            Their classes.
        folds : ndarray of shape (n,), optional
            Each lead's fold, where groups must stay together; at random where not given.
        validation : sequence of (train rows, test rows), optional
            Where the penalty is chosen; the folds where not given.
        """
        x, labels = self._start(X, y)
        # One thread: on a busy machine more threads make these small products ten times slower,
        # and their sums would depend on the number of cores.
        with threadpool_limits(1, user_api="blas"):
            return self._fit(x, labels, folds, validation)

    def _fit(
        self,
        x: Matrix,
        labels: Labels,
        folds: Labels | None,
        validation: Sequence[Split] | None,
    ) -> Self:
        rng = np.random.default_rng(self.random_state)
        fold = self._folds(labels, folds, rng)
        by_fold = [
            (np.flatnonzero(fold != one), np.flatnonzero(fold == one))
            for one in range(fold.max() + 1)
        ]
        self.ridge_ = self._choose(x, labels, validation or by_fold)
        margin = np.empty(len(x))
        for train, test in by_fold:
            [(margin[test], _)] = self._margins(x, labels, (train, test), [self.ridge_])
        design, columns = fit_design(x, labels, tuple(self.categorical), rng)
        weights, cuts = fit_ridge(columns, labels, classes=len(self.classes_), ridge=self.ridge_)
        self.engine_ = design.curves(weights, -float(cuts.mean()), x)
        self._calibrate(margin, labels)
        return self

    def _choose(self, x: Matrix, labels: Labels, splits: Sequence[Split]) -> float:
        rng = np.random.default_rng(self.random_state)
        total = np.zeros(len(self.ridges))
        for train, test in splits:
            if len(train) > _CHOOSE_ON:
                train = np.sort(rng.choice(train, _CHOOSE_ON, replace=False))
            for place, (margin, cuts) in enumerate(
                self._margins(x, labels, (train, test), self.ridges)
            ):
                probabilities = class_probabilities(margin, cuts - cuts.mean())
                total[place] += log_losses(labels[test], probabilities).sum()
        return float(self.ridges[int(np.argmin(total))])

    def _margins(
        self, x: Matrix, labels: Labels, split: Split, ridges: Sequence[float]
    ) -> list[tuple[Floats, Floats]]:
        """Return, for each penalty, the test leads' margins less the mean cut, and the cuts."""
        train, test = split
        rng = np.random.default_rng(self.random_state)
        design, columns = fit_design(x[train], labels[train], tuple(self.categorical), rng)
        held = design.transform(x[test])
        found = {}
        start = None
        for ridge in sorted(ridges, reverse=True):
            start = fit_ridge(
                columns, labels[train], classes=len(self.classes_), ridge=ridge, start=start
            )
            weights, cuts = start
            found[ridge] = (held @ weights - cuts.mean(), cuts)
        return [found[ridge] for ridge in ridges]
