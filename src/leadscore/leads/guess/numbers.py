"""Numbers in columns of an unknown file: decimal mark, sign, usual span, mere counters."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.leads.amounts import read_amount
from leadscore.leads.guess.profile import Profile

__all__ = ["decimal_mark", "is_counter", "one_sign", "usual_span"]

#: The usual span leaves out one lead in a thousand at each end.
_ENDS = (0.001, 0.999)
#: A span below this, or above its inverse, is left as it is.
_TINY = 1e-12
#: Fewer rows cannot show that whole numbers count the rows.
_FEWEST = 20
#: What marks thousands whatever the decimal mark is.
_BLANK = "['’ \u00a0\u2009\u202f]"
#: As many distinct values show whether a column is one of amounts.
_FEW = 200


def decimal_mark(profiles: Iterable[Profile]) -> str:
    """Return the decimal mark of most columns that have one: "." or ",".

    A mark before exactly three digits may as well mark thousands: a column of nothing but those
    has no say, unless a currency says that it is money, which has no three decimals.
    """
    commas = dots = 0
    for one in profiles:
        bare, money = _bare(one)
        commas += _has_mark(bare, ",", ".", money=money)
        dots += _has_mark(bare, ".", ",", money=money)
    return "," if commas > dots else "."


def one_sign(one: Profile, decimal: str) -> str | None:
    """Return the sign of the column's amounts, empty where they have none.

    Returns
    -------
    str, optional
        None where the amounts cannot be told: they have different signs, some but not all are
        percent (0.5 and 50% may be one share), or a text among them is a number by the other mark.
    """
    amounts = one.amounts(decimal)
    if not amounts:
        return ""
    signs = {found.sign for found in amounts.values() if found.sign}
    plain = np.isfinite(one.numbers(decimal))
    unsigned = plain & (one.numbers(decimal) != 0)
    unsigned[[at for at, found in amounts.items() if found.sign]] = False
    if len(signs) > 1 or (signs == {"%"} and unsigned.any()):
        return None
    other = "," if decimal == "." else "."
    odd = replace(one, texts=one.texts[~plain], counts=one.counts[~plain])
    return None if odd.are_numbers(other).any() else "".join(signs)


def _bare(one: Profile) -> tuple[Profile, bool]:
    """Return the column without signs, if most values are amounts, and whether it is money."""
    few = one.texts.iloc[:_FEW].tolist()
    either = [read_amount(text, ".") or read_amount(text, ",") for text in few]
    if 2 * sum(found is not None and bool(found.sign) for found in either) < max(len(few), 1):
        return one, False
    texts = one.texts.str.replace(r"^[^0-9+-]+|[^0-9]+$", "", regex=True)
    signs = {found.sign for found in either if found}
    return replace(one, texts=texts.astype("str")), "%" not in signs


def _has_mark(one: Profile, mark: str, other: str, *, money: bool) -> bool:
    if not one.distinct:
        return False
    group, three = r"[+-]?[1-9][0-9]{0,2}", "[0-9]{3}"
    whole = rf"(?:[+-]?[0-9]+|{group}(?:{_BLANK}{three})+)"
    others = rf"{group}(?:[{other}]{three})+"
    marked = _are(one.texts, rf"(?:{whole}|{others})[{mark}][0-9]+")
    grouped = _are(one.texts, others if money else rf"{group}(?:[{other}]{three}){{2,}}")
    sure = (marked & ~_are(one.texts, rf"{group}[{mark}]{three}")) | grouped
    plain = _are(one.texts, whole)
    return bool(sure.any()) and one.share(marked | grouped | plain) > 0.5


def _are(texts: pd.Series, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(texts.str.fullmatch(pattern).to_numpy(dtype=bool), dtype=np.bool_)


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
