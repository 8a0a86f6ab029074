"""Would something simpler have done? The question that a comparison has to answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.charts.formats import decimal
from leadscore.measure.metrics import Number, paired_difference, row_log_loss

__all__ = [
    "Simpler",
    "Simplicity",
    "no_better_than",
    "simpler_does",
    "simpler_ones",
    "simpler_words",
]

Floats = NDArray[np.float64]
Simplicity = Literal["better", "as good", "worse"]

#: From the simplest; what stands before the shipped recipe is simpler than it.
ORDER = ("points rule", "logistic", "ordinal", "seed", "random forest")
#: A difference within this share of the loss is none (the same as where a recipe is chosen).
WITHIN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Simpler:
    """Something simpler than the shipped recipe, on the same leads.

    Parameters
    ----------
    name : str
        What it is.
    verdict : {"better", "as good", "worse"}
        Whether its log loss is lower, the same as far as one can tell, or higher.
    difference : Number
        Its log loss less the shipped one's, lead by lead, in nats.
    """

    name: str
    verdict: Simplicity
    difference: Number


def simpler_ones(
    labels: NDArray[np.int64],
    told: Mapping[str, Floats],
    *,
    shipped: str,
    boot: int = 1000,
    seed: int = 0,
) -> tuple[Simpler, ...]:
    """Compare the shipped recipe with everything simpler, lead by lead.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        Class indices.
    told : mapping of str to ndarray of shape (n, K)
        The probabilities that each recipe and baseline states, the shipped one among them.
    shipped : str
        Its name.
    boot, seed : int
        The bootstrap draws and their seed.

    Returns
    -------
    tuple of Simpler
        Better: the whole 95 % interval of the difference is below 0. As good: the interval holds
        0, or the difference is within half a per cent of the loss.
    """
    if shipped not in ORDER:
        return ()
    mine = row_log_loss(labels, told[shipped])
    found = []
    for name in ORDER[: ORDER.index(shipped)]:
        if name in told:
            losses = row_log_loss(labels, told[name])
            change = paired_difference(losses, mine, boot=boot, seed=seed)
            number = Number(value=change["value"], low=change["low"], high=change["high"])
            verdict = _verdict(number, float(mine.mean()))
            found.append(Simpler(name=name, verdict=verdict, difference=number))
    return tuple(found)


def simpler_words(found: tuple[Simpler, ...], *, shipped: str) -> str:
    """Say in a sentence or two whether something simpler would have done; empty for no rival."""
    if not found:
        return ""
    winners = [one for one in found if one.verdict != "worse"]
    if not winners:
        names = " nor ".join(one.name for one in found)
        said = f"Neither {names} does" if len(found) > 1 else f"The simpler {names} does not do"
        return f"{said} as well as {shipped}, which is less simple."
    return " ".join(_words(one, shipped) for one in winners)


def simpler_does(found: tuple[Simpler, ...]) -> str:
    """Say in a line what simpler thing would have done; empty where nothing would."""
    better = [one.name for one in found if one.verdict == "better"]
    same = [one.name for one in found if one.verdict == "as good"]
    said = [f"simpler and better: {' and '.join(better)}"] if better else []
    if same:
        said.append(f"simpler and as good, as far as one can tell: {' and '.join(same)}")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def no_better_than(mine: Number, others: Mapping[str, Number]) -> tuple[str, ...]:
    """Return the orders that the shipped one does not beat beyond chance.

    Parameters
    ----------
    mine : Number
        The shipped order's AUC.
    others : mapping of str to Number
        The AUC of each other order.
    """
    low = mine["low"]
    if low is None:
        return ()
    return tuple(
        name
        for name, number in others.items()
        if number["value"] is not None and number["value"] >= low
    )


def _verdict(difference: Number, loss: float) -> Simplicity:
    value, low, high = difference["value"], difference["low"], difference["high"]
    if value is None or low is None or high is None:
        return "worse"
    if high < 0:
        return "better"
    return "as good" if low <= 0 or value <= WITHIN * loss else "worse"


def _words(one: Simpler, shipped: str) -> str:
    value, low, high = (one.difference[key] or 0.0 for key in ("value", "low", "high"))
    span = f"{decimal(value, digits=4)} nats, {decimal(low, digits=4)} to {decimal(high, digits=4)}"
    if one.verdict == "better":
        return (
            f"{one.name.capitalize()}, which is simpler than {shipped}, is better: its log loss "
            f"differs by {span}."
        )
    return (
        f"{one.name.capitalize()}, which is simpler than {shipped}, does as well as far as one can "
        f"tell: its log loss differs by {span}."
    )
