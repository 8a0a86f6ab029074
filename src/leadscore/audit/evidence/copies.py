"""Near-copies of the label, values that only one kind of lead has, and columns too good by far."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.evidence.charge import Charge, percent
from leadscore.audit.findings import Evidence
from leadscore.audit.lone import Lone

__all__ = ["dominates", "near_copy", "only_for_some"]

#: A near-copy finds both kinds of lead but for this share of each, in the mean.
_WRONG = 0.06
#: A part of the values that one kind of lead has this much more often than the other.
_TIMES, _SOME = 20.0, 0.3
#: From here on one kind never has it: steep honest signs do not get there.
_NEVER, _MANY, _MUCH_MORE = 100.0, 0.5, 0.08
#: A column that alone outdoes all honest ones together: by this AUC, and by this much.
_ASKED, _MORE = 0.77, 0.01
#: A column that others can nearly make up for does not give anything away.
_WITHIN = 0.03


def near_copy(said: Lone) -> Iterator[Charge]:
    """Yield the charge that the column nearly is the label under another name."""
    better, rest = _tail_shares(said)
    gap = float((better - rest).max())
    wrong = (1 - gap) / 2
    if wrong > _WRONG:
        return
    yield Charge(
        evidence=Evidence(
            kind="near_copy",
            value=1 - wrong,
            words=f"tells leads with {said.cut.top} from the rest, {percent(1 - wrong)} of the "
            "time (mean of both kinds, on rows that it was not learned from)",
        ),
        verdict="leak",
        why=f"nearly a copy of {said.cut.top}",
    )


def only_for_some(said: Lone, rest_auc: float) -> Iterator[Charge]:
    """Yield the charge that many leads of one kind have values that the others never have."""
    if said.auc < rest_auc - _WITHIN or not said.telling:
        return
    better, rest = _tail_shares(said)
    for many, few, whose in ((better, rest, "with"), (1 - rest, 1 - better, "without")):
        fewest = np.maximum(few, 0.5 / max(_size(said, whose), 1))
        apart = many >= _TIMES * fewest
        if not apart.any():
            continue
        at = int(np.argmax(np.where(apart, many, 0)))
        if many[at] < _SOME:
            continue
        never = bool(((many >= _MANY) & (many >= _NEVER * fewest)).any())
        yield Charge(
            evidence=Evidence(
                kind="only_for_some",
                value=float(many[at]),
                words=f"{percent(many[at])} of the leads {whose} {said.cut.top} have values that "
                f"{percent(few[at])} of the others have",
            ),
            verdict="leak" if never and said.auc >= rest_auc + _MUCH_MORE else "ask",
            why=f"has values that almost only leads {whose} {said.cut.top} have",
        )


def dominates(said: Lone, rest_auc: float) -> Iterator[Charge]:
    """Yield the charge that the column by itself outdoes all others together.

    What is known before the sale is many weak signs; one strong sign beside them was probably
    written by someone who knew. Since strength alone proves nothing, that is a question only.
    """
    auc = said.auc - said.error
    if said.auc < _ASKED or not said.telling or auc < rest_auc + _MORE:
        return
    yield Charge(
        evidence=Evidence(
            kind="dominates",
            value=said.auc - rest_auc,
            words=f"AUC {said.auc:.3f} by itself; all columns that are not suspected like it, "
            f"together: {rest_auc:.3f}",
        ),
        verdict="ask",
        why="says more by itself than all other columns together",
    )


def _tail_shares(said: Lone) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each threshold on the scores, which share of both kinds is at or above it."""
    _, place = np.unique(-said.scores, return_inverse=True)
    better = np.cumsum(np.bincount(place, weights=said.cut.better))
    rest = np.cumsum(np.bincount(place, weights=~said.cut.better))
    return better / better[-1], rest / rest[-1]


def _size(said: Lone, whose: str) -> int:
    """Return how many leads there are of the kind that should not have the values."""
    return int((~said.cut.better if whose == "with" else said.cut.better).sum())
