"""Whether sets hold the truth as often as they promise, in words."""

from leadscore.measure.charts.formats import decimal, percent, percent_range
from leadscore.measure.coverage import Coverage
from leadscore.measure.metrics import Number

__all__ = ["coverage_words"]


def coverage_words(found: Coverage, *, level: float, what: str) -> tuple[str, ...]:
    """Return a sentence on all leads, one on each class, one on the size of the sets.

    Parameters
    ----------
    found : Coverage
        What was measured.
    level : float
        The share that the sets promise, 0-1.
    what : str
        What they hold: ``tiers`` or ``outcomes``.
    """
    promise = percent(level, digits=0)
    classes = "; ".join(
        f"{name}: {_share(number)}{_short(number, level)}"
        for name, number in found["coverage_by_class"].items()
        if number["value"] is not None
    )
    size = found["set_size"]["value"] or 0.0
    return (
        f"Each lead's set of {what} that cannot be ruled out is to hold the true one for {promise} "
        f"of the leads of every class. On these leads it did for {_share(found['coverage'])}"
        f"{_short(found['coverage'], level)}.",
        f"By class: {classes}.",
        f"A set holds {decimal(size, digits=2)} {what} on average; 1 would be no doubt at all.",
    )


def _share(number: Number) -> str:
    value, low, high = number["value"], number["low"], number["high"]
    if value is None:
        return "–"
    if low is None or high is None:
        return percent(value)
    return f"{percent(value)} ({percent_range(low, high)})"


def _short(number: Number, level: float) -> str:
    high, low = number["high"], number["low"]
    if high is not None and high < level:
        return ", fewer than promised"
    return ", more than promised" if low is not None and low > level else ""
