"""The specified recipe, to the letter: scaler, SMOTE, balanced weights, XGBoost."""

from collections.abc import Sequence
from typing import Any, Self  # Any: scikit-learn's own signatures are untyped

import numpy as np
from numpy.typing import NDArray

from leadscore.model.calibration import Calibration
from leadscore.model.estimator import MarginClassifier
from leadscore.model.expand import fit_transform
from leadscore.model.member import Member
from leadscore.model.split import stratified_split
from leadscore.model.trees import Trees

__all__ = ["SeedRecipe"]

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Labels = NDArray[np.intp]
#: The specification's parameters.
_PARAMETERS = {
    "n_estimators": 300,
    "max_depth": 6,
    "learning_rate": 0.05,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "min_child_weight": 3,
    "gamma": 0.1,
    "eval_metric": "mlogloss",
    "random_state": 42,
}
_NEIGHBOURS = 5
_TEST_SHARE = 0.2


class SeedRecipe(MarginClassifier):
    """The specification's recipe: StandardScaler, SMOTE, balanced weights, XGBoost.

    SMOTE sees the scaled training part only. Where the specification is silent: a class with too
    few leads for five neighbours takes as many as it has; values may be missing, and a lead that
    SMOTE makes misses what the nearer of its two parents misses; categories become columns as
    in the other recipes. A fifth of the leads is held out once, to say how good the recipe
    is, before it is fitted to all of them.

    Parameters
    ----------
    order : sequence, optional
        The classes in order, lowest first; sorted where not given.
    categorical : sequence of int
        The places of the fields that hold category codes.
    smote : bool
        Whether to resample; without it the recipe is otherwise the same.
    random_state : int
        Seed of the held-out part; SMOTE and XGBoost have the specification's own.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2))
    >>> y = (X[:, 0] > 0).astype(int)
    >>> SeedRecipe().fit(X, y).predict(X[:1]).shape
    (1,)
    """

    engine_: Trees

    def __init__(
        self,
        *,
        order: Sequence[Any] | None = None,
        categorical: Sequence[int] = (),
        smote: bool = True,
        random_state: int = 0,
    ) -> None:
        self.order = order
        self.categorical = categorical
        self.smote = smote
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to encoded leads `X`, shape (n, fields), and classes `y`, shape (n,)."""
        x, labels = self._start(X, y)
        rng = np.random.default_rng(self.random_state)
        self._rehearse(x, labels, stratified_split(labels, _TEST_SHARE, rng))
        self.engine_ = self._engine(x, labels)
        self.members_ = self.engine_.members
        return self

    def rehearse(self, X: Any, y: Any, *, split: tuple[Labels, Labels]) -> Floats:
        """Return P(class) for the rows of the second part of `split`, learned from the first."""
        x, labels = self._start(X, y)
        return self._rehearse(x, labels, split)

    def _rehearse(self, x: Matrix, labels: Labels, split: tuple[Labels, Labels]) -> Floats:
        train, test = split
        held = self._engine(x[train], labels[train])
        # Two classes: XGBoost's own sigmoid. More: its own softmax, which no line can say.
        self.calibration_ = Calibration(kind="line", cuts=np.zeros(len(self.classes_) - 1))
        self.held_out_rows_ = test
        self.held_out_margin_ = held.margin(x[test])
        self.held_out_probabilities_ = self._probabilities(held, x[test])
        return self.held_out_probabilities_

    def predict_proba(self, X: Any) -> Floats:
        """Return P(class) for each lead, shape (n, K), as XGBoost states it."""
        x = self._checked(X)
        return self._probabilities(self.engine_, x)

    def _probabilities(self, engine: Trees, x: Matrix) -> Floats:
        own = engine.probabilities(x)
        if own is not None:
            return own
        return self.calibration_.probabilities(engine.margin(x))

    def _engine(self, x: Matrix, labels: Labels) -> Trees:
        from xgboost import XGBClassifier  # noqa: PLC0415 - a second to import

        rng = np.random.default_rng(self.random_state)
        expansion, columns = fit_transform(x, labels, tuple(self.categorical), rng)
        scaling, scaled = _standardised(columns.astype(np.float64))
        present, codes = np.unique(labels, return_inverse=True)
        if self.smote:
            scaled, codes = _resampled(scaled, codes)
        booster = XGBClassifier(**_PARAMETERS, n_jobs=1).fit(
            scaled, codes, sample_weight=_balanced(codes)
        )
        member = Member(
            booster=booster.get_booster(),
            expansion=expansion,
            centre=0.0,
            classes=len(present) if len(present) > 2 else 1,
            scaling=scaling,
        )
        return Trees.centred([member], fields=x.shape[1])


def _standardised(columns: Floats) -> tuple[Floats, Floats]:
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - only fitting needs it

    with np.errstate(invalid="ignore"):
        scaler = StandardScaler().fit(columns)
    # A column that is always missing has no mean and no scale.
    never = np.isnan(columns).all(axis=0)
    scaling = np.stack([np.where(never, 0.0, scaler.mean_), np.where(never, 1.0, scaler.scale_)])
    return scaling, (columns - scaling[0]) / scaling[1]


def _resampled(scaled: Floats, codes: Labels) -> tuple[Floats, Labels]:
    from imblearn.over_sampling import SMOTE  # noqa: PLC0415 - only fitting needs it

    neighbours = min(_NEIGHBOURS, int(np.bincount(codes).min()) - 1)
    if neighbours < 1:
        return scaled, codes
    # Whether a value is missing is mixed as the values are: were made leads never to miss any,
    # a missing value would say "not made", and so "of the largest class".
    missing = np.isnan(scaled)
    gappy = np.flatnonzero(missing.any(axis=0))
    mixed, more = SMOTE(random_state=42, k_neighbors=neighbours).fit_resample(
        np.hstack([np.where(missing, 0.0, scaled), missing[:, gappy]]), codes
    )
    filled, gaps = np.split(mixed, [scaled.shape[1]], axis=1)
    filled[:, gappy] = np.where(gaps > 0.5, np.nan, filled[:, gappy])
    return filled, more


def _balanced(codes: Labels) -> Floats:
    counts = np.bincount(codes)
    return np.asarray(len(codes) / (len(counts) * counts[codes]))
