"""Mending a calibration on recent outcomes: as much as they can carry, and no more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from leadscore.errors import BadRequest
from leadscore.model.calibrate import fit_steps
from leadscore.model.calibration import Calibration
from leadscore.model.link import gradient, log_losses, sigmoid

__all__ = ["Method", "Recalibrated", "Recalibration", "recalibrate", "shifted"]

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Method = Literal["none", "shift", "platt", "beta", "isotonic"]
_Fit = Callable[[Floats, Labels, Calibration], Calibration]

_FEWEST_LEADS = 20
#: How many leads of the rarest class a method needs before it is tried.
_FEWEST: Mapping[Method, int] = {"shift": 0, "platt": 50, "beta": 200, "isotonic": 500}
_FOLDS = 5
_BINS = 15
#: What is expected before any outcome is seen, as standard deviations on the log-odds scale: how
#: far the base rate moves, how the slope (its logarithm) does, and single cuts beside the rest.
_MOVES, _TILTS, _PARTS = 0.3, 0.3, 0.3
_SURE = 1e-9
_STEPS = 50
_KNOTS = 256
#: How much of a rising line an isotonic curve gets, so that it never ties what was ordered.
_RISE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """What a recalibration was made of, and what it did on leads that it had not seen.

    Parameters
    ----------
    method : Method
        What was chosen; ``none`` where the previous calibration stayed.
    n : int
        How many outcomes it learned from.
    positives : int
        How many of them are of the last class.
    window : tuple of float, optional
        When the first and the last of these leads came, in the caller's units.
    log_loss_before, log_loss_after : float, optional
        Mean log loss of the previous calibration, and of the new one on folds that its fit did
        not see; None without outcomes.
    ece_before, ece_after : float, optional
        The calibration error of both, in 15 bins.
    """

    method: Method
    n: int
    positives: int
    window: tuple[float, float] | None
    log_loss_before: float | None
    log_loss_after: float | None
    ece_before: float | None
    ece_after: float | None

    def to_json(self) -> dict[str, object]:
        """Return the record as JSON values."""
        return {
            "method": self.method,
            "n": self.n,
            "positives": self.positives,
            "window": None if self.window is None else list(self.window),
            "log_loss": {"before": self.log_loss_before, "after": self.log_loss_after},
            "ece": {"before": self.ece_before, "after": self.ece_after},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibrated:
    """A calibration and the record of how it came about."""

    calibration: Calibration
    record: Recalibration


def recalibrate(
    margin: Floats,
    labels: Labels,
    *,
    classes: int,
    previous: Calibration,
    times: Floats | None = None,
) -> Recalibrated:
    """Return a calibration mended on recent outcomes; it keeps the order of the margins.

    Tried are, simplest first: the previous calibration; a shift of it on the log-odds scale,
    shrunk to none the fewer the outcomes; a shift and a slope (Platt 1999; a cut of its own for
    each of more than two classes); beta calibration (Kull, Silva Filho and Flach 2017; two
    classes); isotonic regression. A method needs enough leads of the rarest class (50, 200 and
    500 for the last three), and is taken only where its log loss on folds that it did not see
    beats the simpler choice: the shift at all, the others by more than one standard error.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        Margins of leads that the model has not learned from.
    labels : ndarray of shape (n,)
        Their classes, 0 to `classes` - 1; only outcomes that are ripe.
    classes : int
        The number of classes, in order.
    previous : Calibration
        The calibration in use.
    times : ndarray of shape (n,), optional
        When the leads came, for the record.

    Raises
    ------
    BadRequest
        If the lengths differ, or a label is no class.
    """
    margin, labels = np.asarray(margin, np.float64), np.asarray(labels, np.intp)
    _check(margin, labels, classes)
    # One thread: these sums are short, and their last bits would depend on the machine.
    with threadpool_limits(1, user_api="blas"):
        method, told = _chosen(margin, labels, classes, previous)
        mended = previous if method == "none" else _FITS[method](margin, labels, previous)
    before = previous.probabilities(margin) if len(margin) else None
    record = Recalibration(
        method=method,
        n=len(labels),
        positives=int((labels == classes - 1).sum()),
        window=_window(times),
        log_loss_before=_mean_loss(labels, before),
        log_loss_after=_mean_loss(labels, told),
        ece_before=_ece(labels, before),
        ece_after=_ece(labels, told),
    )
    return Recalibrated(calibration=mended, record=record)


def shifted(margin: Floats, labels: Labels, *, previous: Calibration) -> Calibration:
    """Return `previous` moved to the base rate of these outcomes, shrunk the fewer they are.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        Margins of leads that the model has not learned from.
    labels : ndarray of shape (n,)
        Their classes.
    previous : Calibration
        The calibration to move.
    """
    if not len(labels):
        return previous
    if previous.kind == "steps" and len(previous.heights) > 1:
        return _moved(previous, _most_likely(margin, labels, previous, 1))
    latent, cuts = previous.slope * margin, previous.cuts
    if previous.kind == "steps":
        latent, cuts = _log_odds(previous.probabilities(margin)[:, 1]), np.zeros(1)
    return _moved(previous, np.array([_best_shift(latent, cuts, labels)]))


def _check(margin: Floats, labels: Labels, classes: int) -> None:
    if margin.shape != labels.shape or margin.ndim != 1:
        raise BadRequest(
            f"Got margins of shape {margin.shape} and labels of shape {labels.shape}.",
            allowed="one label for each margin",
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise BadRequest(
            f"The labels run from {labels.min()} to {labels.max()}.",
            allowed=f"classes 0 to {classes - 1}",
            next_step="Leave out leads whose outcome is not ripe.",
        )


def _chosen(
    margin: Floats, labels: Labels, classes: int, previous: Calibration
) -> tuple[Method, Floats | None]:
    """Return the method, and the probabilities it gives to leads outside its fit."""
    if not len(labels):
        return "none", None
    best: Method = "none"
    told = previous.probabilities(margin)
    for method in _affordable(labels, classes):
        tried = _held_out(_FITS[method], margin, labels, previous)
        gain = log_losses(labels, told) - log_losses(labels, tried)
        needed = 0.0 if method == "shift" else gain.std() / np.sqrt(len(gain))
        if gain.mean() > needed:
            best, told = method, tried
    return best, told


def _affordable(labels: Labels, classes: int) -> list[Method]:
    rarest = int(np.bincount(labels, minlength=classes).min())
    if len(labels) < _FEWEST_LEADS:
        return []
    tried: list[Method] = [method for method, least in _FEWEST.items() if rarest >= least]
    return [method for method in tried if method != "beta" or classes == 2]


def _held_out(fit: _Fit, margin: Floats, labels: Labels, previous: Calibration) -> Floats:
    fold = np.arange(len(labels)) % _FOLDS
    found = []
    for one in range(_FOLDS):
        curve = fit(margin[fold != one], labels[fold != one], previous)
        found.append((fold == one, curve.probabilities(margin[fold == one])))
    told = np.empty((len(labels), found[0][1].shape[1]))
    for held, part in found:
        told[held] = part
    return told


def _shift(margin: Floats, labels: Labels, previous: Calibration) -> Calibration:
    return shifted(margin, labels, previous=previous)


def _platt(margin: Floats, labels: Labels, previous: Calibration) -> Calibration:
    cuts = previous.probabilities(margin[:1]).shape[1] - 1
    return _moved(previous, _most_likely(margin, labels, previous, 2 if cuts == 1 else 2 + cuts))


def _most_likely(margin: Floats, labels: Labels, previous: Calibration, size: int) -> Floats:
    """Return the move that is most probable given the outcomes: shift, slope, one for each cut."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only fitting needs it

    spread = np.array([_MOVES, _TILTS, *[_PARTS] * (size - 2)])[:size]

    def loss(move: Floats) -> float:
        told = _moved(previous, move).probabilities(margin)
        return float(log_losses(labels, told).sum() + 0.5 * ((move / spread) ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(size), method="L-BFGS-B").x)


def _best_shift(latent: Floats, cuts: Floats, labels: Labels) -> float:
    """Return the most probable shift by Newton's method: the search for one number, but faster."""
    shift, pull = 0.0, _MOVES**-2
    for _ in range(_STEPS):
        first, curvature = gradient(latent + shift, cuts, labels)
        step = (float(first.sum()) + pull * shift) / (float(curvature.sum()) + pull)
        shift -= min(max(step, -1.0), 1.0)
        if abs(step) < _SURE:
            break
    return shift


def _moved(previous: Calibration, move: Floats) -> Calibration:
    """Return `previous` after log-odds = slope · log-odds + shift, for P(above each cut)."""
    slope = float(np.exp(move[1])) if len(move) > 1 else 1.0
    shift = move[0] + (move[2:] if len(move) > 2 else 0.0)
    if previous.kind == "line":
        cuts = np.maximum.accumulate(slope * previous.cuts - shift)
        return replace(previous, slope=slope * previous.slope, cuts=cuts)
    shifts = np.broadcast_to(shift, len(previous.heights))
    heights = tuple(
        sigmoid(slope * _log_odds(height) + one)
        for height, one in zip(previous.heights, shifts, strict=True)
    )
    return replace(previous, heights=heights)


def _beta(margin: Floats, labels: Labels, previous: Calibration) -> Calibration:
    from scipy.optimize import minimize  # noqa: PLC0415 - only fitting needs it

    spread = np.array([_MOVES, _TILTS, _TILTS])

    def bent(weights: Floats, odds: Floats) -> Floats:
        low, high = np.exp(weights[1:])
        return np.asarray(
            sigmoid(weights[0] - low * np.logaddexp(0, -odds) + high * np.logaddexp(0, odds))
        )

    odds = _log_odds(previous.probabilities(margin)[:, 1])

    def loss(weights: Floats) -> float:
        above = bent(weights, odds)
        told = log_losses(labels, np.stack([1 - above, above], axis=1))
        return float(told.sum() + 0.5 * ((weights / spread) ** 2).sum())

    best = minimize(loss, np.zeros(3), method="L-BFGS-B").x
    at = _knots(margin)
    height = bent(best, _log_odds(previous.probabilities(at)[:, 1]))
    return Calibration(
        kind="steps", cuts=np.array([]), knots=(at,), heights=(height,), floor=previous.floor
    )


def _isotonic(margin: Floats, labels: Labels, previous: Calibration) -> Calibration:
    classes = previous.probabilities(margin[:1]).shape[1]
    curve = fit_steps(margin, labels, classes=classes)
    at = _knots(margin)
    steps, line = (_above(one, at) for one in (curve, _platt(margin, labels, previous)))
    mixed = (1 - _RISE) * steps + _RISE * line
    return replace(curve, knots=(at,) * (classes - 1), heights=tuple(mixed.T))


def _above(curve: Calibration, at: Floats) -> Floats:
    """Return P(above each cut) at margins `at`, shape (n, K - 1)."""
    return np.asarray(1.0 - np.cumsum(curve.probabilities(at), axis=1)[:, :-1])


def _knots(margin: Floats) -> Floats:
    """Return where to keep a curve: close where leads are, and as far again beyond them."""
    low, high = float(margin.min()), float(margin.max())
    reach = max(high - low, 1.0)
    wide = np.linspace(low - reach, high + reach, _KNOTS)
    return np.unique(np.append(wide, np.quantile(margin, np.linspace(0, 1, _KNOTS))))


def _log_odds(share: Floats) -> Floats:
    kept = np.clip(share, _SURE, 1 - _SURE)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def _window(times: Floats | None) -> tuple[float, float] | None:
    if times is None or not len(times):
        return None
    return float(np.min(times)), float(np.max(times))


def _mean_loss(labels: Labels, told: Floats | None) -> float | None:
    return None if told is None else float(log_losses(labels, told).mean())


def _ece(labels: Labels, told: Floats | None) -> float | None:
    """Return the calibration error: of the positive class of two, else of the stated class."""
    if told is None:
        return None
    stated = np.ones(len(told), np.intp) if told.shape[1] == 2 else told.argmax(axis=1)
    said = told[np.arange(len(told)), stated]
    place = np.minimum((said * _BINS).astype(np.intp), _BINS - 1)
    gaps = np.bincount(place, said - (labels == stated), _BINS)
    return float(np.abs(gaps).sum() / len(labels))


_FITS: Mapping[Method, _Fit] = {
    "shift": _shift,
    "platt": _platt,
    "beta": _beta,
    "isotonic": _isotonic,
}
