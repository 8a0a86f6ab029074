"""Dates that lie after the moment that a lead is scored at."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.audit.evidence.charge import Charge, percent
from leadscore.audit.findings import Evidence
from leadscore.audit.lone import Lone
from leadscore.leads.guess.names import words_of

__all__ = ["Clock", "clock_of", "late"]

_DAY = 86_400.0
#: Columns that hold the moment a lead is scored at.
_AS_OF = frozenset(["as of", "asof", "snapshot", "snapshot at", "snapshot date", "scored at"])
#: Columns that hold when a lead came in.
_CAME_IN = re.compile(
    r"\b(creat(e|ed|ion)(date|at|on|time)?|add(ed)?|received|entered|submitted|submission|arrived|"
    r"arrival|registered|registration|signup|sign up|first contact|first seen|inquiry|enquiry) "
    r"?(date|at|on|time|datetime|timestamp)?\b"
)
#: So many of the filled dates must be late before it is no slip of the pen.
_SOME_LATE, _FEWEST = 0.02, 5
#: How well a late date must tell the kinds of lead apart, by AUC.
_ASKED, _SURE = 0.62, 0.8


class Clock:
    """The moments that dates are read against.

    Parameters
    ----------
    name : str
        The column that they are from.
    moments : ndarray of float64 of shape (n,)
        Seconds since 1970-01-01 UTC, NaN where missing.
    final : bool
        Whether nothing after them can be known: ``as_of``, and not when the lead came in.
    """

    def __init__(self, name: str, moments: NDArray[np.float64], *, final: bool) -> None:
        self.name = name
        self.moments = moments
        self.final = final


def clock_of(columns: tuple[Column, ...]) -> Clock | None:
    """Return the moments of scoring, else those when the leads came in; None where neither is."""
    dated = [one for one in columns if one.seconds is not None]
    for one in dated:
        if _joined(one.name) in _AS_OF and one.seconds is not None:
            return Clock(one.name, one.seconds, final=True)
    by_role = [one for one in dated if one.role == "time"]
    by_name = [one for one in dated if _came_in(one.name)]
    for one in [*by_role, *by_name]:
        if one.seconds is not None:
            return Clock(one.name, one.seconds, final=False)
    return None


def late(column: Column, said: Lone, clock: Clock | None) -> Iterator[Charge]:
    """Yield the charge that the column holds dates from after the moment of scoring."""
    if clock is None or column.seconds is None or column.name == clock.name:
        return
    if column.role == "time" or _joined(column.name) in _AS_OF or _came_in(column.name):
        return
    gaps = column.seconds - clock.moments
    after = gaps > (0 if clock.final else _DAY)
    there = np.isfinite(gaps)
    share = float(after.sum()) / max(int(there.sum()), 1)
    if after.sum() < _FEWEST or share < _SOME_LATE:
        return
    tells = said.auc if said.telling else 0.5
    if tells < _ASKED and not clock.final:
        return
    yield Charge(
        evidence=Evidence(
            kind="late",
            value=share,
            words=f"{percent(share)} of its dates lie after {clock.name}; AUC {said.auc:.3f} by "
            "itself",
        ),
        verdict="leak" if tells >= (_ASKED if clock.final else _SURE) else "ask",
        why=f"holds dates from after {clock.name}",
    )


def _joined(name: str) -> str:
    return " ".join(words_of(name))


def _came_in(name: str) -> bool:
    return _CAME_IN.search(_joined(name)) is not None
