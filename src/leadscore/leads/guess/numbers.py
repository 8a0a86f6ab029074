"""Numbers in columns of an unknown file: their decimal mark, their usual span, mere counters."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.guess.profile import Profile

__all__ = ["decimal_mark", "is_counter", "usual_span"]

#: The usual span leaves out one lead in a thousand at each end.
_ENDS = (0.001, 0.999)
#: A span below this, or above its inverse, is left as it is.
_TINY = 1e-12
#: Fewer rows cannot show that whole numbers count the rows.
_FEWEST = 20


def decimal_mark(profiles: Iterable[Profile]) -> str:
    """Return the decimal mark of most columns that have one: "." or ",".

    A mark before exactly three digits may as well mark thousands: a column of nothing but those
    has no say.
    """
    commas = dots = 0
    for one in profiles:
        commas += _has_mark(one, ",")
        dots += _has_mark(one, ".")
    return "," if commas > dots else "."


def _has_mark(one: Profile, mark: str) -> bool:
    if not one.distinct:
        return False
    whole = r"[+-]?[0-9]+"
    marked = one.texts.str.fullmatch(rf"{whole}[{mark}][0-9]+").to_numpy(dtype=bool)
    plain = one.texts.str.fullmatch(whole).to_numpy(dtype=bool)
    thousands = one.texts.str.fullmatch(rf"[+-]?[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}}")
    sure = marked & ~thousands.to_numpy(dtype=bool)
    return bool(sure.any()) and one.share(marked | plain) > 0.5


def usual_span(numbers: NDArray[np.float64], counts: NDArray[np.int64]) -> tuple[float, float]:
    """Return the span that all but one lead in a thousand at each end are in, rounded outwards.

    The ends are rounded to two digits of the span; those of whole numbers stay whole.

    Examples
    --------
    >>> usual_span(np.array([0.123, 99.876]), np.array([5, 5]))
    (0.0, 100.0)
    """
    order = np.argsort(numbers)
    values, total = numbers[order], np.cumsum(counts[order])
    low, high = (
        float(values[np.searchsorted(total, share * total[-1], side="left")]) for share in _ENDS
    )
    if not _TINY < high - low < 1 / _TINY:
        return low, high
    power = math.floor(math.log10(high - low)) - 1
    if (np.floor(numbers) == numbers).all():
        power = max(power, 0)
    step = 10.0**power
    places = max(-power, 0)
    return (
        round(math.floor(low / step) * step, places),
        round(math.ceil(high / step) * step, places),
    )


def is_counter(one: Profile, decimal: str) -> bool:
    """Tell whether whole numbers merely count the rows, whatever the column is called.

    They do where each is there once and they have no gaps, in whatever order, or where they rise
    from row to row, nearly always by the same step. (Incomes can be nearly unique as well.)
    """
    if one.filled < max(_FEWEST, one.rows) or one.distinct < one.filled:
        return False
    numbers = one.numbers(decimal)
    if numbers.max() - numbers.min() == len(numbers) - 1:
        return True
    steps = np.diff(numbers)
    return bool((steps > 0).all()) and float((steps == np.median(steps)).mean()) >= 0.95
