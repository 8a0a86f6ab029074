"""What one column says about the outcome by itself, on rows that it was not learned from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.model.split import folds_at_random, folds_by_group

__all__ = [
    "FOLDS",
    "Cut",
    "Lone",
    "auc_of",
    "bins_of",
    "cuts_of",
    "folds_of",
    "lone",
    "numbers_within",
    "standard_error",
]

FOLDS = 5
#: A rate is drawn to the base rate as if by this many leads more.
_PRIOR = 8.0
_MOST_BINS, _LEAST_BINS = 40, 4
#: A bin should see this many leads of the rarer kind.
_RARE_IN_BIN = 6.0
#: Texts of more distinct values than this, mostly different ones, are read by shape and words.
_MANY = 200
_OFTEN = 0.5
_MOST_CUTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One way to split the labels in two: the leads that did better, and the rest.

    Parameters
    ----------
    top : str
        What the better ones are called, for example ``converted = 1``.
    better : ndarray of bool of shape (n,)
        Which leads they are.
    """

    top: str
    better: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """What one column says by itself.

    Parameters
    ----------
    auc : float
        AUC of its scores, 0.5 where it says nothing.
    error : float
        The standard error of an AUC of a column that says nothing.
    scores : ndarray of float64 of shape (n,)
        Log odds against the base rate, learned from the other folds.
    cut : Cut
        The split of the labels that it is about.
    """

    auc: float
    error: float
    scores: NDArray[np.float64]
    cut: Cut

    @property
    def telling(self) -> bool:
        """Whether the column says more than chance would, with room for a hundred columns."""
        return self.auc - 0.5 > 4 * self.error


def cuts_of(
    labels: NDArray[np.int64], names: tuple[str, ...], field: str, *, fewest: int
) -> tuple[Cut, ...]:
    """Return the splits of the labels that have `fewest` leads or more on both sides."""
    found = []
    for at in range(1, len(names)):
        better = labels >= at
        rest = " or better" if at < len(names) - 1 else ""
        if min(better.sum(), (~better).sum()) >= fewest:
            found.append(Cut(top=f"{field} = {names[at]}{rest}", better=better))
    step = max(len(found) // _MOST_CUTS, 1)
    return tuple(found[::-1][::step][:_MOST_CUTS])


def folds_of(
    labels: NDArray[np.int64], groups: NDArray[np.object_] | None, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return each row's fold; a group is never in two."""
    if groups is not None:
        return folds_by_group(groups, FOLDS, rng)
    return folds_at_random(labels.astype(np.intp), FOLDS, rng)


def auc_of(scores: NDArray[np.float64], better: NDArray[np.bool_]) -> float:
    """Return the chance that a better lead scores above another; ties count a half.

    Examples
    --------
    >>> auc_of(np.array([1.0, 2.0, 2.0]), np.array([False, False, True]))
    0.75
    """
    _, place = np.unique(scores, return_inverse=True)
    good = np.bincount(place, weights=better)
    bad = np.bincount(place) - good
    below = np.cumsum(bad) - bad
    return float((good * (below + bad / 2)).sum() / (good.sum() * bad.sum()))


def standard_error(better: NDArray[np.bool_]) -> float:
    """Return the standard error of the AUC of scores that say nothing about `better`."""
    good = int(better.sum())
    return float(np.sqrt((1 / good + 1 / (len(better) - good)) / 12))


def lone(
    column: Column,
    cut: Cut,
    folds: NDArray[np.intp],
    references: tuple[NDArray[np.float64], ...] = (),
) -> Lone:
    """Return what the column says by itself, by the reading that says most.

    Parameters
    ----------
    column : Column
        The column, rows with a known label alone.
    cut : Cut
        The split of the labels.
    folds : ndarray of intp of shape (n,)
        Each row's fold.
    references : tuple of ndarray of float64 of shape (n,)
        Moments that a date is also read against: as time since then.
    """
    rare = min(cut.better.sum(), (~cut.better).sum())
    most = int(np.clip(rare / _RARE_IN_BIN, _LEAST_BINS, _MOST_BINS))
    best, scores = 0.5, np.zeros(len(folds))
    for codes in _readings(column, most, references):
        found = _log_odds(codes, cut.better, folds)
        auc = auc_of(found, cut.better)
        if auc > best:
            best, scores = auc, found
    return Lone(auc=best, error=standard_error(cut.better), scores=scores, cut=cut)


def bins_of(values: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return each value's bin, of about equal numbers of rows; the last bin is for NaN.

    A value that is there often has a bin of its own.
    """
    there = np.isfinite(values)
    distinct, counts = np.unique(values[there], return_counts=True)
    if len(distinct) > most:
        upto = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        bin_of = np.floor(upto * most).astype(np.intp)
        heavy = counts > counts.sum() / most
        # each frequent value starts a bin, and so does what follows it
        steps = np.zeros(len(distinct), dtype=np.intp)
        steps[1:] = (np.diff(bin_of) > 0) | heavy[1:] | heavy[:-1]
        bin_of = np.cumsum(steps)
    else:
        bin_of = np.arange(len(distinct), dtype=np.intp)
    last = int(bin_of[-1]) + 1 if len(bin_of) else 0
    codes = np.full(len(values), last, dtype=np.intp)
    codes[there] = bin_of[np.searchsorted(distinct, values[there])]
    return codes


def _readings(
    column: Column, most: int, references: tuple[NDArray[np.float64], ...]
) -> Iterator[NDArray[np.intp]]:
    """Yield the ways to read the column, each as small whole numbers."""
    if column.constant:
        return
    if column.seconds is not None:
        yield bins_of(column.seconds, most)
        for moment in references:
            yield bins_of(column.seconds - moment, most)
    elif column.numbers is not None:
        yield bins_of(column.numbers, most)
    elif len(column.texts) > _MANY and column.uniqueness > _OFTEN:
        yield _mapped(column, [_shape(text) for text in column.texts])
        yield bins_of(numbers_within(column), most)
    else:
        yield np.where(column.codes < 0, len(column.texts), column.codes)


def numbers_within(column: Column) -> NDArray[np.float64]:
    """Return the last run of digits in each text as a number, NaN where there is none."""
    runs = [re.findall(r"[0-9]+", text) for text in column.texts]
    found = [float(run[-1][:15]) if run else np.nan for run in runs]
    return np.array([*found, np.nan])[column.codes]


def _shape(text: str) -> str:
    """Return a text with runs of digits and letters reduced, but its first letters kept."""
    head = re.match(r"[A-Za-z]{0,12}", text)
    start = head[0].lower() if head else ""
    tail = re.sub(r"[^\W\d_]+", "a", text[len(start) :])
    return f"{start}|{re.sub(r'[0-9]+', '9', tail)[:12]}"


def _mapped(column: Column, kinds: list[str]) -> NDArray[np.intp]:
    _, place = np.unique(np.array([*kinds, ""], dtype=object).astype(str), return_inverse=True)
    return np.asarray(place[column.codes], dtype=np.intp)


def _log_odds(
    codes: NDArray[np.intp], better: NDArray[np.bool_], folds: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return each row's log odds by its code, learned from the other folds and shrunk."""
    width = int(codes.max()) + 1
    at = folds * width + codes
    good = np.bincount(at, weights=better, minlength=FOLDS * width).reshape(FOLDS, width)
    every = np.bincount(at, minlength=FOLDS * width).reshape(FOLDS, width)
    good, every = good.sum(axis=0) - good, every.sum(axis=0) - every
    base = (good.sum(axis=1) + 0.5) / (every.sum(axis=1) + 1)
    rate = (good + _PRIOR * base[:, None]) / (every + _PRIOR)
    odds = np.log(rate / (1 - rate)) - np.log(base / (1 - base))[:, None]
    return np.asarray(odds.reshape(-1)[at], dtype=np.float64)
