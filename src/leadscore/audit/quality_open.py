"""Leads that count as lost and may still be open: the newest ones."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrc

from leadscore.audit.findings import Quality
from leadscore.audit.quality_time import lead_times
from leadscore.leads.schema import Schema
from leadscore.leads.table import Leads
from leadscore.leads.values import as_text

__all__ = ["open_as_lost", "unripe"]

_DAY = 86_400
#: Some leads are lost early and for good; from this share of the leads on that came in within the
#: horizon, the file counts open ones as lost.
_EARLY = 0.25
#: They surely convert less than the leads before where chance does so as rarely as this.
_FEWER = 0.025
#: A value is concentrated in the newest fifth of the leads where half of its leads are there, and
#: chance does so no more often than this; fewer leads than this show nothing.
_NEWEST, _MOST_NEW, _CHANCE, _FEWEST_NEW = 0.2, 0.5, 0.001, 20


def unripe(leads: Leads, schema: Schema, labels: NDArray[np.int64]) -> Iterator[Quality]:
    """Yield leads that may count as lost although their horizon had not passed at the file's end.

    They are told of where surely fewer of them converted than of the leads of as many days before,
    one-sided 97.5 % by Fisher's exact test: ripe leads that were cut off at a day convert as ever.

    Parameters
    ----------
    leads : Leads
        The leads.
    schema : Schema
        Their schema; without a time and a horizon nothing is said.
    labels : ndarray of int64 of shape (n,)
        Their classes, -1 where unknown.
    """
    times, label = lead_times(leads, schema), schema.label
    if label is None or label.horizon_days is None or not label.outcome or times is None:
        return
    if schema.with_role("time")[0].type != "time":
        return
    span = label.horizon_days * _DAY
    end = np.nanmax(times)
    late = times > end - span
    before = (times > end - 2 * span) & ~late
    n = int((late & (labels == 0)).sum())
    if n <= _EARLY * late.sum() or not _fewer(labels[late], labels[before]):
        return
    words = (
        f"{n:,} leads came in less than {label.horizon_days} days before the file's last one and "
        f"count as {label.names[0]!r}; {_converted(labels[late])} of that time converted, and "
        f"{_converted(labels[before])} of the {label.horizon_days} days before. If the file was "
        "exported on the day of its last lead, their horizon has not passed: leave "
        f"{label.field} empty until it has, or they teach that new leads do not convert."
    )
    yield Quality(kind="unripe", fields=(label.field,), value=float(n), words=words)


def open_as_lost(
    frame: pd.DataFrame, leads: Leads, schema: Schema, labels: NDArray[np.int64]
) -> Iterator[Quality]:
    """Yield, in one, the values that count as not converted and are those of the newest leads.

    Leads are lost at any age; leads that are still open are new ones.

    Parameters
    ----------
    frame : pandas.DataFrame of n rows
        The file.
    leads : Leads
        Its leads.
    schema : Schema
        Its schema; without a time or an order of rows nothing is said.
    labels : ndarray of int64 of shape (n,)
        Their classes, -1 where unknown.
    """
    times = lead_times(leads, schema)
    if times is None and schema.order:
        times = np.arange(leads.n, dtype=np.float64)
    if times is None or schema.label is None or not schema.label.outcome:
        return
    known = (labels >= 0) & np.isfinite(times)
    if not known.any():
        return
    new = times[known] > np.quantile(times[known], 1 - _NEWEST)
    texts = frame[schema.label.field].map(as_text).to_numpy(dtype=object)[known]
    found = _concentrated(pd.Series(texts)[labels[known] == 0], new)
    if found:
        field = schema.label.field
        said = ", ".join(f"{text!r} ({n:,} leads, {share:.0%})" for text, n, share in found)
        quoted = ", ".join(f'"{text}"' for text, _, _ in found)
        words = (
            f"{field}: {said}: so many came in among the newest {new.mean():.0%} of the leads, "
            f"yet they count as not converted. If they are still open: placeholders = [{quoted}] "
            f"of the label, or leave {field} empty."
        )
        n = sum(count for _, count, _ in found)
        yield Quality(kind="open_as_lost", fields=(field,), value=float(n), words=words)


def _fewer(labels: NDArray[np.int64], before: NDArray[np.int64]) -> bool:
    """Tell whether a smaller share converted than before, by more than chance."""
    from scipy.stats import hypergeom  # noqa: PLC0415 - it takes long to load

    known, known_before = int((labels >= 0).sum()), int((before >= 0).sum())
    hits, hits_before = int((labels == 1).sum()), int((before == 1).sum())
    # the chance of so few of the later ones among all that converted
    total, converted = known + known_before, hits + hits_before
    return bool(hypergeom.cdf(hits, total, converted, known) < _FEWER)


def _converted(labels: NDArray[np.int64]) -> str:
    known = labels[labels >= 0]
    return f"{(known == 1).mean():.1%}"


def _concentrated(lost: pd.Series, new: NDArray[np.bool_]) -> list[tuple[str, int, float]]:
    """Return the values that are mostly new, how many leads have each, and their new share."""
    counts = lost.value_counts()
    found = []
    for text, n in counts[counts >= _FEWEST_NEW].items():
        late = int(new[lost.index[lost == text]].sum())
        chance = float(bdtrc(late - 1, n, new.mean())) if late else 1.0
        if late >= _MOST_NEW * n and chance < _CHANCE / len(counts):
            found.append((str(text), int(n), late / n))
    return found
