"""What changes from the file's first leads to its last: the fields, and how many convert."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, chdtrc, chdtri

from leadscore.audit.findings import Quality
from leadscore.leads.guess.names import words_of
from leadscore.leads.schema import Schema
from leadscore.leads.table import Column, Leads

__all__ = [
    "LabelRates",
    "RatePeriod",
    "drift",
    "label_rates",
    "lead_times",
    "rate_moves",
    "stability",
]

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

#: A PSI (population stability index) from 0.1 on is worth a look, from 0.25 on a large change.
NOTABLE = 0.1
#: How rarely noise alone may make a file be called drifting, over all of its fields.
CHANCE = 0.001
#: Values are sorted into this many bins, categories into their most frequent ones.
_BINS, _CATEGORIES = 10, 20
#: Bins with fewer leads of both parts together are put together.
_FEWEST = 20
#: Parts with fewer leads than this are not compared.
_SMALLEST_PART = 100
#: The label's rate moves if its standard deviation between periods is this share of the mean rate.
_MOVES = 0.1
#: A period should have this many leads, and a chart at most this many periods.
_IN_PERIOD, _PERIODS, _PARTS = 50, 26, 10
_DAY = 86_400
#: Fields that are read off the calendar differ between parts of a year, and that is no news.
_CALENDAR = frozenset(["season", "year", "quarter", "month", "week", "weekday", "day", "hour"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePeriod:
    """How many leads of a period are of the best class, with the exact 95 % interval of the rate.

    Parameters
    ----------
    name : str
        The period: ``2025-03``, or ``1`` for the first part of a file in the order of its rows.
    n, positives : int
        Its leads with a known label, and those of the best class.
    rate, low, high : float
        The rate and its interval, in 0-1.
    """

    name: str
    n: int
    positives: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRates:
    """The label's rate, period by period.

    Parameters
    ----------
    by : str
        What the periods are: ``day``, ``week``, ``month``, ``quarter``, ``year``, or ``part`` of
        the rows or of times that are no dates.
    periods : tuple of RatePeriod
        The periods that have leads, in order.
    """

    by: str
    periods: tuple[RatePeriod, ...]


def stability(first: Column, last: Column) -> tuple[float, int]:
    """Return the population stability index between two parts of a column, and its bins.

    Parameters
    ----------
    first, last : ndarray of shape (n,) and (m,)
        The parts; missing is a value like any other.

    Returns
    -------
    psi : float
        The sum over bins of (q - p) log(q / p), 0 for equal parts.
    bins : int
        How many bins were compared.
    """
    codes = _binned(np.concatenate([first, last]))
    size = int(codes.max()) + 1
    p, q = (
        np.bincount(part, minlength=size).astype(np.float64)
        for part in (codes[: len(first)], codes[len(first) :])
    )
    kept = p + q >= _FEWEST
    p, q = (np.append(one[kept], one[~kept].sum()) for one in (p, q))
    filled = p + q > 0
    # half a lead in each bin keeps a bin that one part lacks finite
    p, q = p[filled] + 0.5, q[filled] + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum()), len(p)


def drift(leads: Leads, schema: Schema) -> Iterator[Quality]:
    """Yield, in one, the fields that are distributed otherwise in the file's last third.

    Fields of the calendar aside, a field is named where its PSI is notable and beyond what noise
    reaches once in a thousand files: between equal distributions PSI is (1/n + 1/m) times a
    chi-square.

    Parameters
    ----------
    leads : Leads
        The leads, in time order or not.
    schema : Schema
        Their schema.
    """
    order, how = _order(leads, schema)
    part = len(order) // 3
    names = [one.name for one in schema.fields if one.role in ("feature", "audit", "sales")]
    names = [name for name in names if name in leads.columns and schema.field(name).type != "time"]
    names = [name for name in names if not _CALENDAR & set(words_of(name))]
    if part < _SMALLEST_PART or not names:
        return
    found: dict[str, float] = {}
    for name in names:
        column = leads.columns[name]
        psi, bins = stability(column[order[:part]], column[order[-part:]])
        noise = 2 / part * chdtri(max(bins - 1, 1), CHANCE / len(names))
        if psi >= max(NOTABLE, noise):
            found[name] = psi
    if found:
        worst = sorted(found, key=lambda name: (-found[name], name))
        told = ", ".join(f"{name} (PSI {found[name]:.2f})" for name in worst[:5])
        more = f" and {len(worst) - 5} more" if len(worst) > 5 else ""
        words = f"Not distributed in the last third ({how}) as in the first: {told}{more}."
        yield Quality(kind="drift", fields=tuple(worst), value=found[worst[0]], words=words)


def label_rates(leads: Leads, schema: Schema, labels: _Ints) -> LabelRates | None:
    """Return the label's rate over time, or over the rows where the schema has no time.

    Parameters
    ----------
    leads : Leads
        The leads.
    schema : Schema
        Their schema, with a label.
    labels : ndarray of int64 of shape (n,)
        Their classes, -1 where unknown, which are left out.

    Returns
    -------
    LabelRates, optional
        None where there are too few leads for two periods.
    """
    top = 1 if schema.label is None or schema.label.outcome else len(schema.label.classes) - 1
    times = lead_times(leads, schema)
    known = labels >= 0 if times is None else (labels >= 0) & np.isfinite(times)
    hits = labels[known] == top
    if len(hits) < 2 * _IN_PERIOD:
        return None
    dated = times is not None and schema.with_role("time")[0].type == "time"
    by, names, codes = _periods(None if times is None else times[known], len(hits), dated=dated)
    if len(names) < 2:
        return None
    n = np.bincount(codes, minlength=len(names))
    positives = np.bincount(codes, weights=hits, minlength=len(names)).astype(np.int64)
    return LabelRates(by=by, periods=tuple(map(_period, names, n.tolist(), positives.tolist())))


def rate_moves(rates: LabelRates | None, field: str) -> Iterator[Quality]:
    """Yield that the label's rate moves, where it does so by more than chance and by enough.

    Parameters
    ----------
    rates : LabelRates, optional
        What `label_rates` found.
    field : str
        The label's column.
    """
    if rates is None:
        return
    n = np.array([one.n for one in rates.periods], dtype=np.float64)
    hits = np.array([one.positives for one in rates.periods], dtype=np.float64)
    mean = hits.sum() / n.sum()
    if not 0 < mean < 1:
        return
    chi = float(((hits - n * mean) ** 2 / (n * mean * (1 - mean))).sum())
    noise = mean * (1 - mean) * (len(n) - 1) / n.sum()
    spread = max(0.0, float((n * (hits / n - mean) ** 2).sum() / n.sum()) - noise) ** 0.5
    if chdtrc(len(n) - 1, chi) >= CHANCE or spread < _MOVES * min(mean, 1 - mean):
        return
    low, high = _ends(rates)
    words = (
        f"{field}: the rate moves over {_where(rates.by)}, from {low.rate:.1%} "
        f"({_named(low, rates)}) to {high.rate:.1%} ({_named(high, rates)})"
        f"{_falling(rates, mean)}."
    )
    yield Quality(kind="label_rate", fields=(field,), value=high.rate - low.rate, words=words)


def lead_times(leads: Leads, schema: Schema) -> _Floats | None:
    """Return when each lead came in, in seconds or as numbers; None where that is not known.

    Parameters
    ----------
    leads : Leads
        The leads.
    schema : Schema
        Their schema.
    """
    for one in schema.with_role("time"):
        column = leads.columns.get(one.name)
        if column is not None and np.isfinite(column.astype(np.float64)).mean() > 0.5:
            return column.astype(np.float64)
    return None


def _order(leads: Leads, schema: Schema) -> tuple[NDArray[np.intp], str]:
    times = lead_times(leads, schema)
    if times is None:
        return np.arange(leads.n), "in the order of rows"
    order = np.argsort(times, kind="stable")
    return order[: int(np.isfinite(times).sum())], "in time"


def _binned(column: Column) -> _Ints:
    """Return each value's bin; missing has one of its own."""
    if column.dtype == object:
        return _common(column)
    values = column.astype(np.float64)
    there = np.isfinite(values)
    cuts = np.quantile(values[there], np.arange(1, _BINS) / _BINS) if there.any() else np.empty(0)
    edges = np.unique(cuts)
    codes = np.searchsorted(edges, values, side="right").astype(np.int64)
    codes[~there] = len(edges) + 1
    return codes


def _common(column: Column) -> _Ints:
    texts = np.array(["" if one is None else f"={one}" for one in column.tolist()])
    distinct, codes, counts = np.unique(texts, return_inverse=True, return_counts=True)
    place = np.full(len(distinct), _CATEGORIES, dtype=np.int64)
    most = np.argsort(-counts, kind="stable")[:_CATEGORIES]
    place[most] = np.arange(len(most))
    return place[codes]


def _periods(times: _Floats | None, n: int, *, dated: bool) -> tuple[str, list[str], _Ints]:
    """Return what the periods are, their names, and the period of each lead."""
    if times is not None and dated:
        return _calendar(times)
    ranks = np.arange(n) if times is None else np.unique(times, return_inverse=True)[1]
    order = np.argsort(np.argsort(ranks, kind="stable"), kind="stable")
    parts = min(_PARTS, n // _IN_PERIOD)
    codes = (order * parts // n).astype(np.int64)
    return "part", [str(one + 1) for one in range(parts)], codes


def _calendar(times: _Floats) -> tuple[str, list[str], _Ints]:
    days = np.floor(times / _DAY).astype(np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    kinds: Mapping[str, _Ints] = {
        "day": days,
        # day 0 was a Thursday: weeks begin on Mondays
        "week": (days + 3) // 7,
        "month": months,
        "quarter": months // 3,
        "year": months // 12,
    }
    by = next(
        (by for by, of in kinds.items() if _suits(of)), "year" if np.ptp(months) >= 12 else "month"
    )
    distinct, codes = np.unique(kinds[by], return_inverse=True)
    return by, [_period_name(by, int(one)) for one in distinct], codes.astype(np.int64)


def _suits(periods: _Ints) -> bool:
    count = int(np.ptp(periods)) + 1
    return 2 <= count <= _PERIODS and len(periods) >= count * _IN_PERIOD


def _period_name(by: str, at: int) -> str:
    match by:
        case "day":
            return str(np.datetime64(at, "D"))
        case "week":
            return str(np.datetime64(at * 7 - 3, "D"))
        case "month":
            return str(np.datetime64(at, "M"))
        case "quarter":
            return f"{1970 + at // 4} Q{at % 4 + 1}"
        case _:
            return str(1970 + at)


def _period(name: str, n: int, hits: int) -> RatePeriod:
    return RatePeriod(
        name=name,
        n=n,
        positives=hits,
        rate=hits / max(n, 1),
        low=float(betaincinv(hits, n - hits + 1, 0.025)) if hits else 0.0,
        high=float(betaincinv(hits + 1, n - hits, 0.975)) if hits < n else 1.0,
    )


def _ends(rates: LabelRates) -> tuple[RatePeriod, RatePeriod]:
    """Return the lowest and the highest period, by the ends of their intervals."""
    low = min(rates.periods, key=lambda one: one.high)
    return low, max(rates.periods, key=lambda one: one.low)


def _where(by: str) -> str:
    return "the rows" if by == "part" else "time"


def _named(one: RatePeriod, rates: LabelRates) -> str:
    if rates.by == "part":
        return f"part {one.name} of {len(rates.periods)}"
    return f"week of {one.name}" if rates.by == "week" else one.name


def _falling(rates: LabelRates, mean: float) -> str:
    """Ask whether open leads count as lost, where the end is surely and far below the rest."""
    last = rates.periods[-1]
    if rates.by == "part" or last.high >= 0.7 * mean:
        return ""
    return "; it is lowest at the end: are leads counted as lost there that are still open?"
