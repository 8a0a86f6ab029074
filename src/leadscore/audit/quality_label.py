"""Whether the outcomes are enough to learn from, and whether a split would be honest."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.findings import Quality
from leadscore.leads.guess.names import looks_like_id, words_of
from leadscore.leads.schema import Schema
from leadscore.model.split import FEWEST

__all__ = ["auc_doubt", "outcomes", "straddling_groups"]

#: With fewer than this the audit says how little that is.
_FEW = 200
#: The doubt is told for a model that ranks as lead models usually do.
_USUAL_AUC = 0.75

_TOGETHER = frozenset(
    ["company", "account", "household", "customer", "client", "person", "organization", "firm"]
)
_NOT_KEYS = frozenset(
    ["type", "size", "age", "name", "source", "count", "number", "visits", "revenue", "status"]
) | frozenset(["date", "day", "time", "at", "since"])
#: A column groups leads where at least this share of them shares its value, and groups are small.
_SHARED, _LARGEST_MEAN = 0.02, 20.0


def outcomes(labels: NDArray[np.int64] | None, schema: Schema) -> Iterator[Quality]:
    """Yield how many leads have no outcome, and whether those that have one are few.

    Parameters
    ----------
    labels : ndarray of int64 of shape (n,), optional
        The classes, -1 where unknown; None where the file has no label.
    schema : Schema
        The schema.
    """
    if schema.label is None or labels is None:
        lacks = f"The file has no {schema.label.field}" if schema.label else "No label is known"
        words = f"{lacks}, so its columns cannot be judged; name the label's with --label."
        yield Quality(kind="no_label", fields=(), value=None, words=words)
        return
    field = schema.label.field
    unknown = int((labels < 0).sum())
    if unknown:
        words = (
            f"{unknown:,} of {len(labels):,} leads ({unknown / len(labels):.1%}) have no label yet "
            f"({field} is {_nothing(schema)}): they are open, not lost, and not learned from."
        )
        yield Quality(kind="unlabelled", fields=(field,), value=unknown / len(labels), words=words)
    yield from _few(labels[labels >= 0], schema.label.names, field)


def auc_doubt(rare: int, rest: int, auc: float = _USUAL_AUC) -> float:
    """Return half of the 95 % interval of an AUC that is measured on so many leads.

    By Hanley and McNeil, "The meaning and use of the area under a ROC curve" (Radiology, 1982).

    Parameters
    ----------
    rare, rest : int
        How many leads of each side; one or more.
    auc : float
        The AUC, in 0-1.

    Examples
    --------
    >>> round(auc_doubt(40, 40), 2)
    0.11
    """
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (rare - 1) * (one - auc**2) + (rest - 1) * (two - auc**2)
    return 1.96 * math.sqrt((auc * (1 - auc) + spread) / (rare * rest))


def straddling_groups(frame: pd.DataFrame, schema: Schema) -> Iterator[Quality]:
    """Yield columns whose leads belong together and which no role says so of.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file.
    schema : Schema
        Its schema; where it has a group, splits keep to it and nothing is said.
    """
    if schema.with_role("group"):
        return
    label = schema.label.field if schema.label else ""
    for name in map(str, frame.columns):
        if name == label or not _groups(name):
            continue
        known = frame[name].dropna()
        counts = known[known.astype(str).str.strip() != ""].value_counts()
        shared = counts[counts > 1]
        share = float(shared.sum()) / max(len(frame), 1)
        if len(shared) and share >= _SHARED and counts.mean() <= _LARGEST_MEAN:
            words = (
                f"{share:.1%} of the leads share their {name} with another lead, up to "
                f"{shared.max():,} of them: a random split would test on who it learned from. "
                f'role = "group" keeps them together.'
            )
            yield Quality(kind="straddling_groups", fields=(name,), value=share, words=words)


def _nothing(schema: Schema) -> str:
    return "empty, or one of its placeholders" if schema.label_placeholders else "empty"


def _groups(name: str) -> bool:
    words = frozenset(words_of(name))
    return looks_like_id(name) or bool(words & _TOGETHER and not words & _NOT_KEYS)


def _few(known: NDArray[np.int64], names: tuple[str, ...], field: str) -> Iterator[Quality]:
    counts = np.bincount(known, minlength=len(names))
    least = int(counts.argmin())
    n, name = int(counts[least]), names[least]
    if n >= _FEW:
        return
    if n < FEWEST:
        words = (
            f"Only {n:,} leads are {name!r} in {field}: too few to train, which takes "
            f"{FEWEST} of each class."
        )
        yield Quality(kind="too_few", fields=(field,), value=float(n), words=words)
        return
    doubt = auc_doubt(n, len(known) - n)
    words = (
        f"Only {n:,} leads are {name!r} in {field}: it trains, but that is little; an AUC measured "
        f"on all of them is known to ±{doubt:.2f} (95 %), and weak fields look like chance."
    )
    yield Quality(kind="few_outcomes", fields=(field,), value=float(n), words=words)
