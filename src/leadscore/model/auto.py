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
Split = tuple[Labels, Labels]
_WITHIN = 0.005
#: Up to so many leads, boosting's own held-out figures flatter it by more than `_WITHIN`: each of
#: its models stopped where the very leads that it left out were told best (0.014 nats at 300
#: leads, 0.007 at 500). Both recipes are then judged on leads that neither saw in any way.
_FEW_ROWS = 2_000


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
    judged_rows_ : ndarray of shape (m,)
        The leads on which the recipes were judged.
    judged_probabilities_ : dict of str to ndarray of shape (m, K)
        What each recipe said of them before it had seen them.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(2)
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
        parts = blocks or self._parts(labels, folds)
        if parts:
            told = self._judge(x, labels, parts, folds)
            self.judged_rows_ = np.concatenate([ahead for _, ahead in parts])
        else:
            fits = {name: fit(x, labels, folds) for name, fit in self._candidates([]).items()}
            told = {name: fit.held_out_probabilities_ for name, fit in fits.items()}
            self.judged_rows_ = np.arange(len(x))
        self.judged_probabilities_ = told
        seen = labels[self.judged_rows_]
        losses = {name: log_losses(seen, shares) for name, shares in told.items()}
        split = "forward" if blocks else "folds" if folds is None else "groups"
        self.choice_ = _choose(losses, split)
        chosen = self.choice_.chosen
        again = self._candidates(blocks)[chosen]
        self.estimator_ = again(x, labels, folds) if parts else fits[chosen]
        self._take_over()
        return self

    def _blocks(self, labels: Labels, times: NDArray[np.float64]) -> list[Split]:
        return [block for block in forward_blocks(times) if self._has_all(labels[block[0]])]

    def _parts(self, labels: Labels, folds: Labels | None) -> list[Split]:
        """Return the folds of a small file; none where what is left lacks a class."""
        if len(labels) > _FEW_ROWS:
            return []
        fold = self._folds(labels, folds, np.random.default_rng(self.random_state))
        parts = [
            (np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in np.unique(fold)
        ]
        return parts if all(self._has_all(labels[rest]) for rest, _ in parts) else []

    def _has_all(self, labels: Labels) -> bool:
        return len(set(labels.tolist())) == len(self.classes_)

    def _candidates(self, blocks: list[Split], *, repeats: int = 0) -> dict[str, Any]:
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

    def _judge(
        self, x: Any, labels: Labels, parts: list[Split], folds: Labels | None
    ) -> dict[str, NDArray[np.float64]]:
        """Return what each recipe says of each part's leads, having seen the others alone."""
        told: dict[str, list[NDArray[np.float64]]] = {"logistic": [], "ordinal": []}
        for seen, ahead in parts:
            # One draw of the folds tells the recipes apart; more are for the model that is kept.
            for name, fit in self._candidates([], repeats=1).items():
                fitted = fit(x[seen], labels[seen], _left(folds, seen))
                told[name].append(fitted.predict_proba(x[ahead]))
        return {name: np.concatenate(shares) for name, shares in told.items()}

    def _take_over(self) -> None:
        chosen = self.estimator_
        self.engine_ = chosen.engine_
        self.calibration_ = chosen.calibration_
        self.held_out_rows_ = chosen.held_out_rows_
        self.held_out_margin_ = chosen.held_out_margin_
        self.held_out_probabilities_ = chosen.held_out_probabilities_


def _left(folds: Labels | None, rows: Labels) -> Labels | None:
    """Return the folds of `rows`, numbered anew; None where these are all of one fold."""
    if folds is None:
        return None
    names, fold = np.unique(folds[rows], return_inverse=True)
    return fold.astype(np.intp) if len(names) > 1 else None


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
