"""Choosing and fitting a calibration on margins of leads that the model has not seen."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from leadscore.model.calibration import Calibration
from leadscore.model.link import log_losses, starting_cuts

__all__ = ["cross_calibrated", "fit_line", "fit_steps"]

Floats = NDArray[np.float64]
_Fit = Callable[..., Calibration]
_FOLDS = 5
_KNOTS = 512
_REACH = 0.15 * np.linspace(-2.0, 2.0, 17)
_NEARNESS = np.exp(-0.5 * np.linspace(-2.0, 2.0, 17) ** 2)
_NEARNESS /= _NEARNESS.sum()


def cross_calibrated(
    margin: Floats, labels: NDArray[np.intp], *, classes: int
) -> tuple[Calibration, Floats]:
    """Return the calibration that serves unseen leads best, and honest probabilities.

    A line, or steps where they earn it: steps bend to any shape but cost data, and are taken
    only where their cross-validated log loss beats the line's by more than one standard error.
    The probabilities, shape (n, `classes`), are each from a curve fitted to the other folds.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        Margins from models that did not see these leads.
    labels : ndarray of shape (n,)
        Their classes, 0 to `classes` - 1.
    classes : int
        The number of classes.
    """
    # One thread: on a busy machine more threads make the search for a line ten times slower.
    with threadpool_limits(1, user_api="blas"):
        line, steps = (_held_out(fit, margin, labels, classes) for fit in (fit_line, fit_steps))
        gain = log_losses(labels, line) - log_losses(labels, steps)
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            return fit_steps(margin, labels, classes=classes), steps
        return fit_line(margin, labels, classes=classes), line


def fit_line(margin: Floats, labels: NDArray[np.intp], *, classes: int) -> Calibration:
    """Return one slope and the cut points by maximum likelihood."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only fitting needs it

    cuts = starting_cuts(labels, classes)
    start = np.concatenate([[0.0], cuts[:1], np.log(np.diff(cuts))])

    def loss(weights: Floats) -> float:
        curve = _line(weights, len(labels))
        return float(log_losses(labels, curve.probabilities(margin)).mean())

    best = minimize(loss, start, method="L-BFGS-B")
    return _line(best.x, len(labels))


def fit_steps(margin: Floats, labels: NDArray[np.intp], *, classes: int) -> Calibration:
    """Return an isotonic curve for each cut between classes, its steps rounded.

    Where a step falls is chance; a mean over a reach of 0.15 (one standard deviation, in units of
    the margin) took 0.001 off the log loss of twenty known worlds and moved no calibration.
    """
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - only fitting needs it

    least = 0.5 / len(labels)
    at = np.unique(np.quantile(margin, np.linspace(0, 1, _KNOTS)))
    heights = []
    for cut in range(classes - 1):
        curve = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip")
        curve.fit(margin, (labels > cut).astype(np.float64))
        near = curve.predict((at[:, None] + _REACH).ravel()).reshape(len(at), -1)
        heights.append(near @ _NEARNESS)
    return Calibration(
        kind="steps",
        cuts=np.array([], dtype=np.float64),
        knots=(at,) * (classes - 1),
        heights=tuple(heights),
        floor=least,
    )


def _line(weights: Floats, n: int) -> Calibration:
    gaps = np.exp(weights[2:])
    cuts = np.cumsum(np.append(weights[1:2], gaps))
    return Calibration(kind="line", slope=float(np.exp(weights[0])), cuts=cuts, floor=0.05 / n)


def _held_out(fit: _Fit, margin: Floats, labels: NDArray[np.intp], classes: int) -> Floats:
    fold = np.arange(len(labels)) % min(_FOLDS, len(labels))
    found = np.empty((len(labels), classes))
    for one in np.unique(fold):
        held = fold == one
        curve = fit(margin[~held], labels[~held], classes=classes)
        found[held] = curve.probabilities(margin[held])
    return found
