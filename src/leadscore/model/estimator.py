"""What the recipes share as scikit-learn estimators: a margin, ordered classes, honesty."""

from typing import Any  # Any: scikit-learn's own signatures are untyped

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from leadscore.errors import BadRequest
from leadscore.model.calibrate import cross_calibrated
from leadscore.model.calibration import Calibration
from leadscore.model.engine import Engine
from leadscore.model.split import folds_at_random
from leadscore.model.trees import Trees

__all__ = ["BadLabels", "MarginClassifier"]

Matrix = NDArray[np.float32]


class MarginClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """A classifier of ordered classes with one margin.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The classes in order, lowest first.
    engine_ : Engine
        The fitted score.
    calibration_ : Calibration
        From margin to probabilities.
    held_out_rows_ : ndarray of shape (m,)
        The training leads that some fitted model did not see.
    held_out_margin_ : ndarray of shape (m,)
        Their margins from the models that did not see them.
    held_out_probabilities_ : ndarray of shape (m, K)
        Their probabilities from models and calibrations that did not see them.
    """

    classes_: NDArray[Any]
    engine_: Engine
    calibration_: Calibration
    held_out_rows_: NDArray[np.intp]
    held_out_margin_: NDArray[np.float64]
    held_out_probabilities_: NDArray[np.float64]
    n_features_in_: int
    order: Any
    folds: int

    def __sklearn_tags__(self) -> Any:
        """Say that missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def margin(self, X: Any) -> NDArray[np.float64]:
        """Return each lead's margin, shape (n,): the latent score before calibration."""
        effects = self.effects(X)
        return np.asarray(self.engine_.base + effects.sum(axis=1))

    def effects(self, X: Any) -> NDArray[np.float64]:
        """Return each field's effect on each lead's margin, shape (n, fields)."""
        x = self._checked(X)
        return self.engine_.effects(x)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return P(class) for each lead, shape (n, K), in the order of ``classes_``."""
        x, engine = self._checked(X), self.engine_
        margin = engine.margin(x) if isinstance(engine, Trees) else self.margin(x)
        return self.calibration_.probabilities(margin)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return each lead's most probable class; of equal ones the lower."""
        best = np.argmax(self.predict_proba(X), axis=1)
        return np.asarray(self.classes_[best])

    def _checked(self, X: Any) -> Matrix:
        check_is_fitted(self)
        x: Matrix = validate_data(
            self, X, reset=False, dtype=np.float32, ensure_all_finite="allow-nan"
        )
        return x

    def _start(self, X: Any, y: Any) -> tuple[Matrix, NDArray[np.intp]]:
        x, y = validate_data(
            self, X, y, dtype=np.float32, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        check_classification_targets(y)
        self.classes_ = _ordered(y, self.order)
        if len(self.classes_) < 2:
            raise BadLabels(f"The labels hold one class only, {self.classes_.tolist()}.")
        place = {one: k for k, one in enumerate(self.classes_.tolist())}
        return x, np.array([place[one] for one in y.tolist()], dtype=np.intp)

    def _folds(
        self, labels: NDArray[np.intp], given: NDArray[np.intp] | None, rng: np.random.Generator
    ) -> NDArray[np.intp]:
        if given is not None:
            return np.unique(given, return_inverse=True)[1]
        return folds_at_random(labels, min(self.folds, len(labels)), rng)

    def _calibrate(self, margin: NDArray[np.float64], labels: NDArray[np.intp]) -> None:
        """Learn the calibration from held-out margins of all training leads."""
        self.held_out_rows_ = np.arange(len(labels))
        self.held_out_margin_ = margin
        self.calibration_, self.held_out_probabilities_ = cross_calibrated(
            margin, labels, classes=len(self.classes_)
        )


class BadLabels(BadRequest, ValueError):
    """The labels cannot be learned from; a ``ValueError`` as scikit-learn expects."""


def _ordered(y: NDArray[Any], order: Any) -> NDArray[Any]:
    found = np.unique(y)
    if order is None:
        return found
    unknown = [one for one in found.tolist() if one not in list(order)]
    if unknown:
        raise BadLabels(
            f"The labels hold {unknown}, which the class order lacks.",
            allowed=", ".join(str(one) for one in order),
        )
    return np.array([one for one in order if one in found.tolist()])
