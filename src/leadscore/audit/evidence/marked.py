"""Marked after the outcome: a value other than the usual one, that only one kind of lead ever has.

Systems write 0, "No" or "None" where others leave a field empty, and change it once they know.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.audit.evidence.charge import Charge, percent
from leadscore.audit.findings import Evidence, Verdict
from leadscore.audit.lone import Cut

__all__ = ["marked_after", "one_sided"]

#: The usual value is that of at least so many rows, missing ones aside.
_USUAL = 0.5
#: Where so many leads of the other kind were due and none is there, that is no chance; honest
#: values that hardly ever go with one kind of lead let one through of so many.
_DUE, _SURELY_DUE = 30.0, 100.0
#: A single value is looked at where so many of one kind have it, in columns of few values.
_SOME, _FEW_VALUES = 0.3, 50


def marked_after(column: Column, cuts: tuple[Cut, ...]) -> Iterator[Charge]:
    """Yield the charge that the column leaves its usual value for one kind of lead alone.

    That it does so for the better ones alone is more than a question; for the others it may be a
    rule, as that who asked not to be called is not called.
    """
    usual = _usual(column)
    if usual is None:
        return
    marked = column.filled & (column.codes != usual)
    for cut in cuts:
        due = float(marked.sum()) * float((~cut.better).mean())
        if due >= _DUE and not (marked & ~cut.better).any():
            verdict: Verdict = "leak" if due >= _SURELY_DUE else "ask"
            yield _charge(column.texts[usual], marked, cut, "with", verdict)
            return
        due = float(marked.sum()) * float(cut.better.mean())
        if due >= _SURELY_DUE and not (marked & cut.better).any():
            yield _charge(column.texts[usual], marked, cut, "without", "ask")
            return


def one_sided(column: Column, cuts: tuple[Cut, ...]) -> Iterator[Charge]:
    """Yield the charge that many leads of one kind have a value that no other lead has."""
    if len(column.texts) > _FEW_VALUES or column.numbers is not None:
        return
    filled = column.codes[column.filled]
    for cut in cuts:
        better = cut.better[column.filled]
        for side, whose in ((cut.better, "with"), (~cut.better, "without")):
            ours = better if whose == "with" else ~better
            count = np.bincount(filled, minlength=len(column.texts))
            own = np.bincount(filled[ours], minlength=len(column.texts))
            due = count * float((~side).mean())
            pure = (own == count) & (due >= _SURELY_DUE) & (own >= _SOME * side.sum())
            if pure.any():
                at = int(np.argmax(np.where(pure, own, 0)))
                share = own[at] / int(side.sum())
                yield Charge(
                    evidence=Evidence(
                        kind="one_sided",
                        value=float(share),
                        words=f"{percent(share)} of the leads {whose} {cut.top} have the value "
                        f"{column.texts[at]!r}, and none of the others",
                    ),
                    verdict="ask",
                    why=f"has a value that only leads {whose} {cut.top} have",
                )
                return


def _usual(column: Column) -> int | None:
    """Return the place of the value that most rows have; None where there is no such value."""
    if column.seconds is not None or len(column.texts) < 2:
        return None
    counts = np.bincount(column.codes[column.filled], minlength=len(column.texts))
    at = int(np.argmax(counts))
    return at if counts[at] >= _USUAL * counts.sum() else None


def _charge(
    usual: str, marked: NDArray[np.bool_], cut: Cut, whose: str, verdict: Verdict
) -> Charge:
    side = cut.better if whose == "with" else ~cut.better
    share = float(marked[side].mean())
    return Charge(
        evidence=Evidence(
            kind="marked_after",
            value=share,
            words=f"other than {usual!r} for {percent(share)} of the leads {whose} {cut.top}, "
            "and for none of the rest",
        ),
        verdict=verdict,
        why=f"changed only for leads {whose} {cut.top}",
    )
