"""The default recipe: one latent score by bagged boosting, ordered cut points, calibrated."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self  # Any: scikit-learn's own signatures are untyped

import numpy as np
from numpy.typing import NDArray

from leadscore.model.bag import FoldFit, Plan, earned_stage, fit_fold, held_out_margins
from leadscore.model.boost import Stage
from leadscore.model.calibrate import cross_calibrated
from leadscore.model.compile import compile_tables
from leadscore.model.estimator import MarginClassifier
from leadscore.model.link import log_losses
from leadscore.model.trees import Trees

__all__ = ["OrdinalBoosting"]

_REPEATS = 2
_FEW_ROWS = 20_000
#: Up to so many leads, how many times the slow learning rate. Slowness guards against chance,
#: of which many leads have less, and at 1,000,000 it would cost half an hour.
_HASTE = ((50_000, 1), (200_000, 2), (math.inf, 4))
_SHALLOW = {"min_child_weight": 10.0, "gamma": 0.5}
_DEEP = {"min_child_weight": 2.0, "gamma": 0.0, "subsample": 0.8, "colsample_bytree": 0.8}


class OrdinalBoosting(MarginClassifier):
    """One latent score by boosted trees with ordered cut points, bagged and calibrated.

    Every fold leaves its leads out of one model; the score is the mean of these models. Each
    model first learns what single fields do, then what pairs add, then what deeper trees add,
    and each step stays only if leads that were left out are predicted better: deeper trees must
    lower the loss by more than one standard error and half a percent. Up to pairs, the score is
    compiled to step tables.

    Parameters
    ----------
    order : sequence, optional
        The classes in order, lowest first; sorted where not given.
    directions : sequence of int, optional
        For each field 1 (a larger value never lowers the score), -1, or 0 (free).
    categorical : sequence of int
        The places of the fields that hold category codes.
    folds : int
        How many models are bagged, each on the other folds.
    repeats : int
        How often the folds are drawn anew, for more models; 0 means 2 up to 20,000 leads and 1
        beyond, where one more draw hardly steadies the mean.
    deepest : int
        The depth of the last stage; 1 or 2 keeps to step tables.
    rounds : int
        The most rounds of one stage.
    random_state : int
        Seed of the folds.
    n_jobs : int
        Models fitted at once; the result does not depend on it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 2))
    >>> y = np.where(X[:, 0] + rng.normal(size=300) > 0, "won", "lost")
    >>> model = OrdinalBoosting(order=("lost", "won"), directions=(1, 0)).fit(X, y)
    >>> model.predict_proba(X[:1]).shape
    (1, 2)
    """

    def __init__(  # noqa: PLR0913 - scikit-learn's constructors list every parameter
        self,
        *,
        order: Sequence[Any] | None = None,
        directions: Sequence[int] | None = None,
        categorical: Sequence[int] = (),
        folds: int = 5,
        repeats: int = 0,
        deepest: int = 5,
        rounds: int = 4000,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.order = order
        self.directions = directions
        self.categorical = categorical
        self.folds = folds
        self.repeats = repeats
        self.deepest = deepest
        self.rounds = rounds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, *, folds: NDArray[np.intp] | None = None) -> Self:
        """Fit to encoded leads.

        Parameters
        ----------
        X : array of shape (n, fields)
            Encoded leads; NaN where missing.
        y : array of shape (n,)
            Their classes.
        folds : ndarray of shape (n,), optional
            Each lead's fold, where groups must stay together; at random where not given.
        """
        x, labels = self._start(X, y)
        plan = self._plan(x)
        fits = self._bag(x, labels, folds, plan)
        margins = held_out_margins(fits, len(x))
        ways = [cross_calibrated(one, labels, classes=plan.classes) for one in margins]
        losses = [log_losses(labels, probabilities) for _, probabilities in ways]
        stage = earned_stage(losses, plan.stages)
        self.depth_ = plan.stages[stage].depth
        self.members_ = tuple(fit.member(stage) for fit in fits)
        self.engine_ = (
            compile_tables(self.members_, x)
            if self.depth_ <= 2
            else Trees.centred(self.members_, fields=x.shape[1])
        )
        self.held_out_rows_ = np.arange(len(x))
        self.held_out_margin_ = margins[stage]
        self.calibration_, self.held_out_probabilities_ = ways[stage]
        return self

    def _bag(
        self,
        x: NDArray[np.float32],
        labels: NDArray[np.intp],
        folds: NDArray[np.intp] | None,
        plan: Plan,
    ) -> list[FoldFit]:
        rng = np.random.default_rng(self.random_state)
        draws = self.repeats or (_REPEATS if len(x) <= _FEW_ROWS else 1)
        # Given folds are the same each time: more draws of them would only repeat the models.
        drawn = [self._folds(labels, folds, rng) for _ in range(1 if folds is not None else draws)]
        parts = [fold == one for fold in drawn for one in range(fold.max() + 1)]
        seeds = [int(seed) for seed in rng.integers(2**31, size=len(parts))]
        with ThreadPoolExecutor(self.n_jobs) as pool:
            jobs = [
                pool.submit(fit_fold, x, labels, held, plan, seed)
                for held, seed in zip(parts, seeds, strict=True)
            ]
            return [job.result() for job in jobs]

    def _plan(self, x: NDArray[np.float32]) -> Plan:
        haste = next(factor for rows, factor in _HASTE if len(x) <= rows)
        tables = tuple(
            Stage(
                depth=depth,
                rate=0.1 * haste / depth,
                rounds=self.rounds // haste,
                patience=100 // haste,
                params=_SHALLOW,
            )
            for depth in (1, 2)
            if depth <= self.deepest
        )
        deep = Stage(
            depth=self.deepest,
            rate=0.05 * haste,
            rounds=self.rounds // haste,
            patience=60 // haste,
            params=_DEEP,
        )
        return Plan(
            classes=len(self.classes_),
            tracks=(tables, (deep,)) if self.deepest > 2 else (tables,),
            directions=tuple(self.directions or (0,) * x.shape[1]),
            categorical=tuple(self.categorical),
        )
