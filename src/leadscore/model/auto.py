"""The recipe that chooses: the simple one, unless boosting predicts unseen leads better."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self  # Any: scikit-learn's own signatures are untyped

import numpy as np
from numpy.typing import NDArray

from leadscore.model.estimator import MarginClassifier
from leadscore.model.link import log_losses
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.ordinal import OrdinalBoosting
from leadscore.model.split import forward_blocks

__all__ = ["AutoRecipe", "Choice"]

Labels = NDArray[np.intp]
_WITHIN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which recipe was chosen, and on what evidence.

    Parameters
    ----------
    chosen : {"ordinal", "logistic"}
        The recipe.
    validation : {"folds", "groups", "forward"}
        How unseen leads were told apart.
    ordinal, logistic : float
        Mean log loss of each recipe on unseen leads.
    error : float
        The standard error of their difference.
    n : int
        The number of unseen leads.
    """

    chosen: str
    validation: str
    ordinal: float
    logistic: float
    error: float
    n: int

    def to_json(self) -> dict[str, object]:
        """Return the choice as JSON values."""
        return asdict(self)


class AutoRecipe(MarginClassifier):
    """Chooses between `OrdinalSplines` and `OrdinalBoosting` by log loss on unseen leads.

    The simpler one, splines, is kept while boosting is better by no more than one standard error
    or by no more than half a percent. Where times are given, the unseen leads come after the
    ones that were learned from.

    Parameters
    ----------
    order : sequence, optional
        The classes in order, lowest first; sorted where not given.
    directions : sequence of int, optional
        For each field 1, -1 or 0, for boosting.
    categorical : sequence of int
        The places of the fields that hold category codes.
    folds : int
        How many parts the leads are cut into.
    repeats : int
        How often boosting draws its folds anew; 0 leaves that to the number of leads.
    rounds : int
        The most rounds of one stage of boosting.
    random_state : int
        Seed of the folds.
    n_jobs : int
        Models fitted at once; the result does not depend on it.

    Attributes
    ----------
    choice_ : Choice
        What was chosen and why.
    estimator_ : OrdinalSplines or OrdinalBoosting
        The chosen recipe, fitted to all leads.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 2))
    >>> y = (X[:, 0] + rng.normal(size=300) > 0).astype(int)
    >>> AutoRecipe().fit(X, y).choice_.chosen
    'logistic'
    """

    def __init__(  # noqa: PLR0913 - scikit-learn's constructors list every parameter
        self,
        *,
        order: Sequence[Any] | None = None,
        directions: Sequence[int] | None = None,
        categorical: Sequence[int] = (),
        folds: int = 5,
        repeats: int = 0,
        rounds: int = 4000,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.order = order
        self.directions = directions
        self.categorical = categorical
        self.folds = folds
        self.repeats = repeats
        self.rounds = rounds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        folds: Labels | None = None,
        times: NDArray[np.float64] | None = None,
    ) -> Self:
        """Fit to encoded leads.

        Parameters
        ----------
        X : array of shape (n, fields)
            Encoded leads; NaN where missing.
        y : array of shape (n,)
            Their classes.
        folds : ndarray of shape (n,), optional
            Each lead's fold, where groups must stay together.
        times : ndarray of shape (n,), optional
            When each lead came; the recipes are then judged forward in time, on the blocks
            before which every class was seen. Without any such block they are judged on folds,
            and the choice says so.
        """
        x, labels = self._start(X, y)
        blocks = [] if times is None else self._blocks(labels, times)
        if blocks:
            losses = self._forward(x, labels, blocks)
            self.choice_ = _choose(losses, "forward")
            self.estimator_ = self._candidates(blocks)[self.choice_.chosen](x, labels, folds)
        else:
            fits = {name: fit(x, labels, folds) for name, fit in self._candidates([]).items()}
            losses = {
                name: log_losses(labels, fit.held_out_probabilities_) for name, fit in fits.items()
            }
            self.choice_ = _choose(losses, "folds" if folds is None else "groups")
            self.estimator_ = fits[self.choice_.chosen]
        self._take_over()
        return self

    def _blocks(self, labels: Labels, times: NDArray[np.float64]) -> list[tuple[Labels, Labels]]:
        count = len(self.classes_)
        return [block for block in forward_blocks(times) if len(set(labels[block[0]])) == count]

    def _candidates(
        self, blocks: list[tuple[Labels, Labels]], *, repeats: int = 0
    ) -> dict[str, Any]:
        def logistic(x: Any, y: Any, folds: Labels | None) -> OrdinalSplines:
            recipe = OrdinalSplines(
                categorical=self.categorical, folds=self.folds, random_state=self.random_state
            )
            return recipe.fit(x, y, folds=folds, validation=blocks or None)

        def ordinal(x: Any, y: Any, folds: Labels | None) -> OrdinalBoosting:
            recipe = OrdinalBoosting(
                directions=self.directions,
                categorical=self.categorical,
                folds=self.folds,
                repeats=repeats or self.repeats,
                rounds=self.rounds,
                random_state=self.random_state,
                n_jobs=self.n_jobs,
            )
            return recipe.fit(x, y, folds=folds)

        return {"logistic": logistic, "ordinal": ordinal}

    def _forward(
        self, x: Any, labels: Labels, blocks: list[tuple[Labels, Labels]]
    ) -> dict[str, NDArray[np.float64]]:
        losses: dict[str, list[NDArray[np.float64]]] = {"logistic": [], "ordinal": []}
        for past, ahead in blocks:
            # One draw of the folds tells the recipes apart; more are for the model that is kept.
            for name, fit in self._candidates([], repeats=1).items():
                told = fit(x[past], labels[past], None).predict_proba(x[ahead])
                losses[name].append(log_losses(labels[ahead], told))
        return {name: np.concatenate(parts) for name, parts in losses.items()}

    def _take_over(self) -> None:
        chosen = self.estimator_
        self.engine_ = chosen.engine_
        self.calibration_ = chosen.calibration_
        self.held_out_rows_ = chosen.held_out_rows_
        self.held_out_margin_ = chosen.held_out_margin_
        self.held_out_probabilities_ = chosen.held_out_probabilities_


def _choose(losses: dict[str, NDArray[np.float64]], validation: str) -> Choice:
    gain = losses["logistic"] - losses["ordinal"]
    error = float(gain.std() / np.sqrt(len(gain)))
    simple = float(losses["logistic"].mean())
    earned = gain.mean() > error and gain.mean() > _WITHIN * simple
    return Choice(
        chosen="ordinal" if earned else "logistic",
        validation=validation,
        ordinal=float(losses["ordinal"].mean()),
        logistic=simple,
        error=error,
        n=len(gain),
    )
