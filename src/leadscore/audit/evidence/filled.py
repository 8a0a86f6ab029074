"""Filled after the outcome: whether a value is there depends on how the lead ended."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.audit.evidence.charge import Charge, percent
from leadscore.audit.findings import Evidence, Verdict, worst
from leadscore.audit.lone import Cut

__all__ = ["filled_after", "filled_once_known"]

#: One kind of lead has it, the other hardly ever: enough by itself.
_HAS, _HARDLY, _APART = 0.5, 0.05, 0.75
#: The same, but less: worth a question.
_HAS_SOME, _NEARLY_NEVER, _WIDE = 0.25, 0.01, 0.5
_FEWEST = 10
#: A column filled for one kind of lead alone, where so many of the other kind were due.
_DUE, _SURELY_DUE = 10.0, 30.0
#: How much more often it must be filled where it is empty for one kind of lead alone.
_EMPTIER = 0.25
#: Open leads that must be there before "filled once the outcome is known" can be said.
_FEWEST_OPEN = 30


def filled_after(column: Column, cuts: tuple[Cut, ...]) -> Iterator[Charge]:
    """Yield the charge that the column is filled for one kind of lead, and not for the other."""
    there = column.filled
    if there.all() or not there.any():
        return
    gaps = [(abs(_share(there, cut.better) - _share(there, ~cut.better)), cut) for cut in cuts]
    gap, cut = max(gaps, key=lambda one: one[0])
    better, rest = _share(there, cut.better), _share(there, ~cut.better)
    verdict = worst([_verdict(there, cut.better), *(_pure(there, one.better) for one in cuts)])
    if verdict == "clean":
        return
    most = f"leads with {cut.top}" if better > rest else f"leads without {cut.top}"
    words = (
        f"filled for {percent(better)} of the leads with {cut.top} and {percent(rest)} of the rest"
    )
    yield Charge(
        evidence=Evidence(kind="filled_after", value=gap, words=words),
        verdict=verdict,
        why=f"filled almost only for {most}",
    )


def filled_once_known(column: Column, open_column: Column | None) -> Iterator[Charge]:
    """Yield the charge that the column is empty as long as the outcome is open."""
    if open_column is None or len(open_column.codes) < _FEWEST_OPEN:
        return
    known, still_open = float(column.filled.mean()), float(open_column.filled.mean())
    if known < _HAS or still_open > _HARDLY:
        return
    yield Charge(
        evidence=Evidence(
            kind="filled_once_known",
            value=known - still_open,
            words=f"filled for {percent(known)} of the leads whose outcome is known, "
            f"for {percent(still_open)} of the open ones",
        ),
        verdict="leak" if known > 0.9 and still_open < 0.01 else "ask",
        why="filled only once the outcome is known",
    )


def _verdict(there: NDArray[np.bool_], better: NDArray[np.bool_]) -> Verdict:
    """Return what the shares are enough for, the smaller one taken at its upper end."""
    shares = sorted((_bounded(there, side), _share(there, side)) for side in (better, ~better))
    few, many = shares[0][0], shares[1][1]
    count = max(int((there & side).sum()) for side in (better, ~better))
    if count < _FEWEST:
        return "clean"
    if many - few >= _APART or (many >= _HAS and few <= _HARDLY):
        return "leak"
    if many - few >= _WIDE or (many >= _HAS_SOME and few <= _NEARLY_NEVER):
        return "ask"
    return "clean"


def _pure(there: NDArray[np.bool_], better: NDArray[np.bool_]) -> Verdict:
    """Return what it is enough for that all filled, or all empty, rows are of one kind."""
    base = float(better.mean())
    for side, share in ((better, base), (~better, 1 - base)):
        if not (there & side).any():
            due = share * float(there.sum())
            return "leak" if due >= _SURELY_DUE else "ask" if due >= _DUE else "clean"
        if not (~there & side).any() and _share(there, ~side) < 1 - _EMPTIER:
            due = share * float((~there).sum())
            return "ask" if due >= _SURELY_DUE else "clean"
    return "clean"


def _share(there: NDArray[np.bool_], side: NDArray[np.bool_]) -> float:
    return float(there[side].mean())


def _bounded(there: NDArray[np.bool_], side: NDArray[np.bool_]) -> float:
    """Return the share, a little larger where few leads are counted."""
    return (float((there & side).sum()) + 0.5) / (float(side.sum()) + 1)
