"""What was found about a protected field, in plain words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from leadscore.measure.charts.formats import SPACE, count, decimal, percent, signed
from leadscore.measure.fairness.rates import ENOUGH
from leadscore.measure.fairness.record import FieldFairness, FourFifths, GroupRow
from leadscore.measure.gaps import worth_a_word
from leadscore.measure.metrics import Number

__all__ = ["FOUR_FIFTHS", "Said", "findings", "plus_minus", "surely_below"]

#: The yardstick of 29 CFR 1607.4(D).
FOUR_FIFTHS = 0.8
#: With fewer leads of the target a group's recall has its interval and no verdict.
ENOUGH_POSITIVES = 30
#: An AUC, or a rank correlation, from which on a proxy is called strong.
_STRONG = {"AUC": 0.75, "rank correlation": 0.5}
#: Said of a ratio whose interval leaves out 1.
_REAL = "a difference that chance does not explain"
_NOTHING = {"AUC": 0.5, "rank correlation": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words that findings use.

    Parameters
    ----------
    top : str
        The top tier's name.
    target : str
        What is to be found, in the plural.
    """

    top: str
    target: str


def findings(found: FieldFairness, sure: tuple[GroupRow, ...], said: Said) -> tuple[str, ...]:
    """Return the sentences for one protected field.

    Parameters
    ----------
    found : FieldFairness
        Its figures.
    sure : tuple of GroupRow
        Its groups, with intervals that hold for all comparisons of the page together.
    said : Said
        The words.
    """
    return (
        *_scored(found),
        *_rates(found, sure, said),
        _calibrated(sure),
        _recalled(sure, said),
        *_told(found),
        *_bought(found),
    )


def plus_minus(number: Number, *, digits: int = 2) -> str:
    """Return a figure and its interval, for example ``0.64 (0.58 to 0.71)``."""
    value, low, high = number["value"], number["low"], number["high"]
    if value is None:
        return "undefined"
    words = decimal(value, digits=digits)
    if low is None:
        return words
    if high is None:
        return f"{words} (at least {decimal(low, digits=digits)})"
    return f"{words} ({decimal(low, digits=digits)} to {decimal(high, digits=digits)})"


def surely_below(ratio: Number) -> bool:
    """Return whether the whole interval of a ratio lies below four fifths."""
    return ratio["high"] is not None and ratio["high"] < FOUR_FIFTHS


def _scored(found: FieldFairness) -> Iterator[str]:
    n, changed = found.flips.n, found.flips.changed
    if found.scored:
        why = f" The waiver says: {found.waiver}." if found.waiver else " No waiver says why."
        yield (
            f"The model scores {found.words}.{why} With another group's usual value in its place "
            f"{count(changed)} of {count(n)} leads ({percent(changed / max(n, 1))}) change tier."
        )
    elif not changed:
        yield (
            f"The model does not score {found.words}: with another value in its place not one of "
            f"{count(n)} leads changes tier."
        )
    else:
        yield (
            f"The model is said not to score {found.words}, yet {count(changed)} of {count(n)} "
            "leads change tier when its value changes: this must not be."
        )


def _rates(found: FieldFairness, sure: tuple[GroupRow, ...], said: Said) -> Iterator[str]:
    pair = found.four_fifths
    few = [row.name for row in found.groups if row.n < ENOUGH]
    if few:
        yield f"Too few leads for a verdict (under {ENOUGH}): {', '.join(few)}."
    if pair is None:
        yield f"Fewer than two groups have {ENOUGH} leads: nothing can be said of their rates."
        return
    if pair.ratio["value"] is None:
        yield f"No group has a lead that is stated {said.top}, so their rates cannot be compared."
        return
    rows = {row.name: row for row in sure}
    lowest, highest = rows[pair.lowest], rows[pair.highest]
    yield (
        f"{said.top} is stated for {_per_cent(lowest.top)} in the group {lowest.name} and for "
        f"{_per_cent(highest.top)} in the group {highest.name}: {plus_minus(pair.ratio)} times as "
        f"often, {_verdict(pair.ratio)}"
    )
    yield (
        f"In the group {lowest.name} {_per_cent(lowest.came)} are {said.target}, in the group "
        f"{highest.name} {_per_cent(highest.came)}: {_context(pair)}"
    )


def _verdict(ratio: Number) -> str:
    value, low, high = ratio["value"], ratio["low"], ratio["high"]
    # the whole interval below 1: the difference itself is beyond chance
    real = high is not None and high < 1
    if surely_below(ratio):
        return "surely below four fifths."
    if value is not None and value < FOUR_FIFTHS:
        return (
            f"{_REAL}; whether it is below four fifths is not sure."
            if real
            else "below four fifths on these leads, but chance alone may explain that."
        )
    if low is not None and low >= FOUR_FIFTHS:
        return "at least four fifths."
    known = "four fifths or more on these leads, though that is not sure."
    return f"{_REAL}; {known}" if real else known


def _context(pair: FourFifths) -> str:
    times, top = pair.came_ratio["value"], pair.ratio["value"]
    if not times or top is None:
        return "what came true gives no ratio to hold against it."
    words = f"{decimal(times, digits=2)} times as many."
    apart, chance = _log_difference(pair.ratio, pair.came_ratio) if top else _from_none(pair)
    if abs(apart) <= chance:
        return f"{words} The tiers follow the outcomes as far as chance allows to tell."
    more = "more" if apart < 0 else "less"
    return f"{words} The tiers part the groups {more} than the outcomes do."


def _from_none(pair: FourFifths) -> tuple[float, float]:
    """Return the same where a group has no lead of the top tier, and its ratio no logarithm."""
    high, low = pair.ratio["high"] or 0.0, pair.came_ratio["low"] or 0.0
    return (-1.0, 0.0) if high < low else (0.0, 0.0)


def _log_difference(one: Number, other: Number) -> tuple[float, float]:
    """Return how far two ratios are apart on the log scale, and how far chance puts them.

    Both are of the same leads and rise together, so chance puts them less far apart than this.
    """
    apart = math.log(one["value"] or 1.0) - math.log(other["value"] or 1.0)
    return apart, math.hypot(_half(one), _half(other))


def _half(ratio: Number) -> float:
    low, high = ratio["low"], ratio["high"]
    return math.log(high / low) / 2 if low and high else math.inf


def _calibrated(sure: tuple[GroupRow, ...]) -> str:
    judged = [row for row in sure if row.n >= ENOUGH]
    off = [row for row in judged if _off(row)]
    if not off:
        return (
            f"In none of {count(len(judged))} groups is what was said off from what came true by "
            "more than chance explains."
        )
    return " ".join(
        f"In the group {row.name} it said {percent(row.said)} on average and "
        f"{_per_cent(row.came)} came true: too {'low' if (row.gap['value'] or 0) > 0 else 'high'}, "
        "by more than chance explains."
        for row in off
    )


def _off(row: GroupRow) -> bool:
    gap, low, high = row.gap["value"], row.gap["low"], row.gap["high"]
    if gap is None or low is None or high is None or low <= 0 <= high:
        return False
    return worth_a_word(row.said, row.came["value"] or 0.0)


def _recalled(sure: tuple[GroupRow, ...], said: Said) -> str:
    judged = [row for row in sure if row.positives >= ENOUGH_POSITIVES]
    base = next((row for row in judged if row.reference), None)
    if base is None or len(judged) < 2:
        return f"Too few {said.target} in the groups to say whether they are found equally often."
    apart = [row for row in judged if row is not base and _apart(row.recall_ratio)]
    if not apart:
        return (
            f"Among the {said.target}, the share that is stated {said.top} differs between the "
            "groups by no more than chance explains."
        )
    return " ".join(
        f"Among the {said.target} in the group {row.name}, {_per_cent(row.recall)} are stated "
        f"{said.top}, in the group {base.name} {_per_cent(base.recall)}: more apart than chance "
        "explains."
        for row in apart
    )


def _apart(number: Number) -> bool:
    low, high = number["low"], number["high"]
    return (low is not None and low > 1) or (high is not None and high < 1)


def _told(found: FieldFairness) -> Iterator[str]:
    proxies = found.proxies
    if proxies is None:
        yield f"Too few leads to say how well the scored fields tell {found.words}."
        return
    tells, nothing = proxies.tells, _NOTHING[proxies.figure]
    whom = f" ({proxies.of} from the rest)" if proxies.of else ""
    figure = f"{proxies.figure} {plus_minus(tells)}{whom}"
    if tells["low"] is None or tells["low"] <= nothing:
        words = f"Together the scored fields do not tell {found.words}: {figure}."
    else:
        strong = (tells["value"] or 0.0) >= _STRONG[proxies.figure]
        much = "tell much of" if strong else "tell something of"
        words = f"Together the scored fields {much} {found.words}: {figure}."
    if proxies.fields:
        named = [
            f"{one.words} {decimal(one.tells['value'] or 0.0, digits=2)}" for one in proxies.fields
        ]
        words += f" By itself: {', '.join(named)}."
    yield words


def _bought(found: FieldFairness) -> Iterator[str]:
    gain = found.bought
    if gain is None:
        yield f"Too few leads to say what scoring {found.words} is worth."
        return
    change, low, high = (gain.difference[key] for key in ("value", "low", "high"))
    if change is None or low is None or high is None:
        return
    verb = "lowers" if found.scored else "would lower"
    span = f"{signed(low, digits=4)} to {signed(high, digits=4)}{SPACE}nats"
    figures = (
        f"log loss {signed(change, digits=4)} ({span}), AUC "
        f"{decimal(gain.auc_with['value'] or 0.0)} with it and "
        f"{decimal(gain.auc_without['value'] or 0.0)} without"
    )
    if high < 0:
        yield f"Scoring {found.words} {verb} the loss: {figures}."
    elif low > 0:
        yield f"Scoring {found.words} buys nothing, it costs: {figures}."
    else:
        yield f"Scoring {found.words} buys nothing that can be told from chance: {figures}."


def _per_cent(number: Number) -> str:
    return "–" if number["value"] is None else percent(number["value"])
