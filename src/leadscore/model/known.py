"""What the model has seen of each field, and how much of a score rests on what it has not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Schema
from leadscore.model.engine import Engine
from leadscore.model.lookup.places import blocks

__all__ = ["Known", "Unknown", "fit_known"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float32]

#: Where the reference span of a number begins and ends, as shares of the reference leads.
_SPAN = (0.005, 0.995)
#: The share of the reference leads that is no less unknown than what counts as usual.
_USUAL = 0.995
#: Reference leads whose effects say how far a field can move a score. Deep trees take milliseconds
#: for one, and 200 of them gave the same shares as 1,500 did, within 0.01.
_SAMPLE, _DEEP_SAMPLE = 20_000, 200
#: Of the fields that can be strange more than half, and of all the model's so many.
_MOST, _MANY = 0.5, 1 / 3
#: Half is not more than half, whatever the last bits of a sum say.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What the model cannot know of n leads.

    Parameters
    ----------
    fields : ndarray of bool, shape (n, fields)
        Which fields are missing, far outside what was seen, or of an unseen category.
    missing : ndarray of bool, shape (n, fields)
        Which of them are missing.
    share : ndarray of shape (n,)
        The share of the score's range, 0-1, that these fields carry.
    too_much : ndarray of bool, shape (n,)
        The leads for which that is too much for a score.
    """

    fields: Mask
    missing: Mask
    share: Floats
    too_much: Mask

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> "Unknown":
        """Return what is unknown of the leads at `rows`, in that order."""
        return Unknown(
            fields=self.fields[rows],
            missing=self.missing[rows],
            share=self.share[rows],
            too_much=self.too_much[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the reference leads had in each field.

    Every field is judged by itself, never together with others: an unusual combination of usual
    values is scored.

    Parameters
    ----------
    low, high : ndarray of shape (fields,)
        Beyond these a number is far outside: one reference span beyond the reference span (the
        middle 99 %). NaN where nothing is far: categories, flags, fields of one value, and those
        whose limits allow nothing so far.
    weight : ndarray of shape (fields,)
        The share of the score's range that each field carries, 0-1: the largest less the least
        effect that the field had on a reference lead. The sum is one.
    missing : ndarray of shape (fields,)
        The share of the reference leads, 0-1, in which the field was missing.
    strange : ndarray of bool, shape (fields,)
        Which fields can be far outside or of an unseen category.
    usual_share : float
        The unknown share that one in 200 reference leads exceeds: where much is missing as a rule,
        that much missing is nothing new.
    usual_strange : int
        The number of strange fields that one in 200 reference leads exceeds.
    """

    low: Floats
    high: Floats
    weight: Floats
    missing: Floats
    strange: Mask
    usual_share: float
    usual_strange: int

    def unknown(self, x: Matrix, unseen: Mapping[int, Mask]) -> Unknown:
        """Return what is unknown of encoded leads.

        Too much is unknown where more than half of the score's range rests on unknown fields, and
        where more than half of the fields that can be strange are, which must be a third of all.
        What is usual among the reference leads is never too much.

        Parameters
        ----------
        x : ndarray of float32, shape (n, fields)
            The encoded leads.
        unseen : mapping of int to ndarray of bool, shape (n,)
            For the place of each category field, which leads have an unseen value.
        """
        missing, fields = np.isnan(x), np.zeros(x.shape, dtype=bool)
        share, count = np.zeros(len(x)), np.zeros(len(x), dtype=np.int64)
        for block in blocks(len(x)):
            columns = np.ascontiguousarray(x[block].T)
            # field by field: one order of adding, whatever the number of leads
            for place, weight in enumerate(self.weight):
                values = columns[place]
                far = (values < self.low[place]) | (values > self.high[place])
                strange = unseen[place][block] if place in unseen else far
                either = strange | np.isnan(values)
                if either.any():
                    share[block] += weight * either
                    fields[block, place] = either
                if strange.any():
                    count[block] += strange
                    missing[block, place] &= ~strange
        return Unknown(
            fields=fields,
            missing=missing,
            share=share,
            too_much=self.too_much(share, count),
        )

    def too_much(self, share: Floats, count: NDArray[np.int64]) -> Mask:
        """Tell of which leads too much is unknown for a score.

        Parameters
        ----------
        share : ndarray of shape (n,)
            The share of the score's range, 0-1, that rests on unknown fields.
        count : ndarray of int, shape (n,)
            How many fields are strange.
        """
        many = (count > _MOST * self.strange.sum()) & (count >= _MANY * len(self.weight))
        much = (share > _MOST + _HAIR) & (share > self.usual_share)
        return np.asarray(much | (many & (count > self.usual_strange)))

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return it as named arrays, for a bundle."""
        return {
            "low": self.low,
            "high": self.high,
            "weight": self.weight,
            "missing": self.missing,
            "strange": self.strange.astype(np.int64),
            "usual_share": np.array([self.usual_share]),
            "usual_strange": np.array([self.usual_strange], dtype=np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Known":
        """Return what `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If the arrays do not fit together.
        """
        floats = [np.asarray(arrays[one], np.float64) for one in _PER_FIELD]
        strange = np.asarray(arrays["strange"], np.int64)
        low, high, weight, missing = floats
        if any(one.shape != low.shape or one.ndim != 1 for one in (*floats, strange)):
            raise ValueError("its arrays are for another number of fields each")
        shares = np.concatenate([weight, missing])
        if np.any(high < low) or not np.all((shares >= 0) & (shares <= 1)):
            raise ValueError("a span ends before it begins, or a share is not in 0-1")
        return cls(
            low=low,
            high=high,
            weight=weight,
            missing=missing,
            strange=strange != 0,
            usual_share=float(np.asarray(arrays["usual_share"], np.float64)[0]),
            usual_strange=int(np.asarray(arrays["usual_strange"], np.int64)[0]),
        )


def fit_known(x: Matrix, unseen: Mapping[int, Mask], *, engine: Engine, schema: Schema) -> Known:
    """Return what the reference leads had in each field.

    Parameters
    ----------
    x : ndarray of float32, shape (n, fields)
        The encoded reference leads.
    unseen : mapping of int to ndarray of bool, shape (n,)
        For the place of each category field, which of them have a value too rare for a level.
    engine : Engine
        It says how far each field moves a score.
    schema : Schema
        It knows which of its features are numbers.
    """
    far = np.full((x.shape[1], 2), np.nan)
    for place, one in enumerate(schema.features):
        if one.type in ("integer", "number", "time"):
            far[place] = _far(x[:, place], one.limits)
    strange = ~np.isnan(far[:, 0])
    strange[list(unseen)] = True
    first = Known(
        low=far[:, 0],
        high=far[:, 1],
        weight=_weight(engine, x),
        missing=np.isnan(x).mean(axis=0),
        strange=strange,
        usual_share=0.0,
        usual_strange=0,
    )
    return _with_usual(first, x, unseen)


_PER_FIELD = ("low", "high", "weight", "missing")


def _far(values: Matrix, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return beyond which values a number is far outside; NaN where no value can be.

    None can where the reference leads have one value at most, and where all that is far is a fault.
    """
    known = values[~np.isnan(values)].astype(np.float64)
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, _SPAN)
    if high == low:
        # nearly always one value: the span is that of the rest
        low, high = known.min(), known.max()
    least, most = low - (high - low), high + (high - low)
    faulty = limits is not None and least <= limits[0] and most >= limits[1]
    return (np.nan, np.nan) if faulty or high == low else (least, most)


def _weight(engine: Engine, x: Matrix) -> Floats:
    most = _DEEP_SAMPLE if engine.kind == "trees" else _SAMPLE
    rows = np.unique(np.linspace(0, len(x) - 1, min(most, len(x))).astype(np.intp))
    reach = np.ptp(engine.effects(x[rows]), axis=0)
    total = reach.sum()
    # of a score that nothing moves, every field carries the same
    return np.asarray(reach / total if total > 0 else np.full(len(reach), 1 / len(reach)))


def _with_usual(first: Known, x: Matrix, unseen: Mapping[int, Mask]) -> Known:
    found = first.unknown(x, unseen)
    strange = (found.fields & ~found.missing).sum(axis=1)
    share, count = (np.quantile(one, _USUAL, method="higher") for one in (found.share, strange))
    return replace(first, usual_share=float(share), usual_strange=int(count))
