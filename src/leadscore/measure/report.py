"""What a report says, as plain data, and the sentences that are made from figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from leadscore.measure.charts.formats import count, percent, times
from leadscore.measure.charts.lines import GainsLine
from leadscore.measure.curves import ReliabilityBin, reliability, stated_confidence
from leadscore.measure.fairness.record import Fairness
from leadscore.measure.figures import ClassRow, Figure
from leadscore.measure.gaps import GAP, worth_a_word
from leadscore.measure.metrics import Number, ece_floor
from leadscore.measure.shapes import Importance, Shape
from leadscore.measure.tier_rates import TierRate
from leadscore.measure.warn import Warn
from leadscore.measure.weighted import BINS, bin_gaps

__all__ = [
    "Comparison",
    "Headline",
    "Report",
    "calibration_warning",
    "leak_note",
    "lift_headline",
]

#: Above this AUC one asks about a leak; the specified world itself reaches it, so it is no verdict.
LEAK_AUC = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One sentence and one number that a director understands.

    Parameters
    ----------
    number : str
        The number, with its unit.
    sentence : str
        The sentence that it stands in.
    """

    number: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One recipe or baseline beside the others.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"recipe", "baseline"}
        Which of the two it is.
    metrics : mapping of str to Number
        Any of `log_loss`, `accuracy`, `auc`, `lift_10`, `ece`; what it cannot have is left out.
    shipped : bool
        Whether this is the model that the report is about.
    reason : str
        Why figures are left out, or why it was chosen; empty for nothing to say.
    """

    name: str
    kind: Literal["recipe", "baseline"]
    metrics: Mapping[str, Number]
    shipped: bool = False
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "shipped": self.shipped,
            "reason": self.reason,
            "metrics": dict(self.metrics),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the report page says; empty parts are left out of the page.

    Parameters
    ----------
    title : str
        The page's title, for example ``bank: will they subscribe?``.
    headline : Headline
        The answer in one sentence and one number.
    target : str
        What is to be found, in the plural, for example ``buyers`` or ``High leads``.
    figures : tuple of Figure
        The summary (see `summary_figures`).
    classes : tuple of ClassRow
        Quality by class (see `class_rows`), lowest first.
    confusion : tuple of tuple of int
        Counts by true class and stated class; the order of `classes`.
    reliability : tuple of ReliabilityBin
        What was said against what came true.
    said, came : str
        The words of the reliability chart's axes.
    ece, ece_floor : Number, optional
        The calibration error and what it would be if the probabilities were exactly true.
    comparison : tuple of Comparison
        Recipes and baselines, the best first.
    bayes_log_loss : float, optional
        The best log loss that any model can reach.
    gains : tuple of GainsLine
        The gains curves of the model and of others.
    importance : tuple of Importance
        Shares by field, largest first.
    shapes : tuple of Shape
        The fields to draw, the most important first.
    warnings : tuple of Warn
        What could fool the reader.
    split : str
        How the tested leads were kept apart, in words: at random, forward in time, a given file.
    facts : tuple of (str, str)
        How it was measured: rows, fingerprint, model, version, digest, seed, in that order.
    left_out : tuple of str
        What is not shown, and why.
    simpler : str
        Whether something simpler would have done, in words.
    doubt : tuple of str
        How often its sets of tiers, or of outcomes, hold the truth, in words.
    fairness : Fairness, optional
        How groups of people are treated.
    tiers : tuple of TierRate
        What converts in each tier, lowest first; empty where tiers are the label.
    compared_on : int
        How many leads the comparison is on; 0 for not known.
    """

    title: str
    headline: Headline
    target: str
    figures: tuple[Figure, ...]
    split: str
    facts: tuple[tuple[str, str], ...]
    classes: tuple[ClassRow, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    said: str = "it said"
    came: str = "came true"
    ece: Number | None = None
    ece_floor: Number | None = None
    comparison: tuple[Comparison, ...] = ()
    bayes_log_loss: float | None = None
    gains: tuple[GainsLine, ...] = ()
    importance: tuple[Importance, ...] = ()
    shapes: tuple[Shape, ...] = ()
    warnings: tuple[Warn, ...] = ()
    left_out: tuple[str, ...] = ()
    simpler: str = ""
    doubt: tuple[str, ...] = ()
    fairness: Fairness | None = None
    tiers: tuple[TierRate, ...] = ()
    compared_on: int = 0


def lift_headline(
    lift: float, *, target: str = "buyers", beside: tuple[str, float] | None = None
) -> Headline:
    """Say what calling the top tenth brings.

    Parameters
    ----------
    lift : float
        The model's lift at 10 %.
    target : str
        What is to be found, in the plural.
    beside : tuple of str and float, optional
        Another order's name and its lift.

    Examples
    --------
    >>> print(lift_headline(2.41, beside=("newest first", 1.3)).sentence.replace("\u00a0", " "))
    Calling the top 10 % finds 2.4 × as many buyers as calling at random; newest first finds 1.3 ×.
    """
    top = percent(0.1, digits=0)
    words = f"Calling the top {top} finds {times(lift)} as many {target} as calling at random"
    other = "" if beside is None else f"; {beside[0]} finds {times(beside[1])}"
    return Headline(number=times(lift), sentence=f"{words}{other}.")


def calibration_warning(
    labels: ArrayLike, probabilities: ArrayLike, *, top: int = -1, seed: int = 0
) -> Warn | None:
    """Warn where probabilities are off by more than chance explains and by enough to matter.

    Parameters
    ----------
    labels : array-like of int, shape (n,)
        Class indices.
    probabilities : array-like of float, shape (n, k)
        The stated probabilities.
    top : int
        The positive class of two.
    seed : int
        The seed of the noise floor's draws.

    Returns
    -------
    Warn or None
        The mean is off where it lies outside the exact 95 % interval of what came true, and by
        enough to be `worth_a_word`. Single probabilities are off where the ECE lies above 97.5 %
        of the draws of what true ones would give, and by 0.01 above their mean, and one of ten
        groups of leads is off as the mean would be. Smaller gaps are too small to act on, however
        sure one can be of them on a million leads.
    """
    p = np.asarray(probabilities, np.float64)
    hits, said = stated_confidence(labels, p, top=top)
    outcome = p.shape[1] == 2
    overall = reliability(hits, said, bins=1)[0]
    if _off(overall):
        return _warn(overall, outcome=outcome, where=False)
    bins = np.minimum((said * BINS).astype(np.intp), BINS - 1)
    ece = bin_gaps(bins, said - hits) / len(said)
    floor = ece_floor(p, top=top, seed=seed)
    if floor["value"] is None or floor["high"] is None:
        return None
    if ece <= floor["high"] or ece - floor["value"] < GAP:
        return None
    groups = [one for one in reliability(hits, said, bins=10) if _off(one)]
    if not groups:
        return None
    return _warn(max(groups, key=lambda one: one.n * _gap(one)), outcome=outcome, where=True)


def leak_note(auc: Number, *, worlds: bool = False) -> Warn | None:
    """Ask about a leak where the ranking is better than leads usually allow.

    Parameters
    ----------
    auc : Number
        The AUC, as `evaluate` gives it.
    worlds : bool
        Whether the leads come from a world that is known to be that easy.
    """
    if auc["value"] is None or auc["value"] <= LEAK_AUC or worlds:
        return None
    return Warn(
        words=f"AUC is {auc['value']:.3f}: does a field know the outcome?",
        advice=(
            "Before contact 0.60 to 0.80 is usual. Look at the most important fields: was any of "
            "them written by the seller, or after the outcome? Leave such a field out and compare."
        ),
    )


def _gap(one: ReliabilityBin) -> float:
    return abs(one.predicted - one.observed)


def _off(one: ReliabilityBin) -> bool:
    surely = not one.low <= one.predicted <= one.high
    return surely and worth_a_word(one.predicted, one.observed)


def _warn(one: ReliabilityBin, *, outcome: bool, where: bool) -> Warn:
    digits = 1 if max(one.predicted, one.observed) < 0.1 or _gap(one) < GAP else 0
    said, came = percent(one.predicted, digits=digits), percent(one.observed, digits=digits)
    verb = "came true" if outcome else "were right"
    words = (
        f"where it said {said}, {came} {verb} ({count(one.n)} leads)"
        if where
        else f"it said {said}, {came} {verb}"
    )
    return Warn(
        words=f"The probabilities are off: {words}.",
        advice=(
            "Do not plan with these probabilities: recalibrate them, or train on more recent "
            "outcomes."
        ),
    )
