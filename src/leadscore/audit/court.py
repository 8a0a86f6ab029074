"""A court for every column, on one question: was it known when the lead was to be scored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.columns import Column, read_columns
from leadscore.audit.evidence.charge import Charge
from leadscore.audit.evidence.copies import dominates, near_copy, only_for_some
from leadscore.audit.evidence.dates import clock_of, late
from leadscore.audit.evidence.filled import filled_after, filled_once_known
from leadscore.audit.evidence.groups import group_average, own_rate
from leadscore.audit.evidence.marked import marked_after, one_sided
from leadscore.audit.evidence.names import hint_of
from leadscore.audit.evidence.order import ordered_id
from leadscore.audit.findings import Finding, Verdict, Worth, worst
from leadscore.audit.lone import Cut, Lone, cuts_of, folds_of, lone
from leadscore.audit.verdict import charge_of_name, finding, verdict_of
from leadscore.audit.worth import Bench
from leadscore.leads.guess.names import theme_of
from leadscore.leads.schema import Schema

__all__ = ["Trial", "hear", "judge"]

_MOST_KNOWN, _MOST_OPEN = 20_000, 5_000
#: Fewer outcomes of a kind cannot be told from chance.
_FEWEST = 10
#: From here on a column is strong, and strong columns that say the same may all be leaks.
_STRONG, _ACCOMPLICE = 0.79, 0.74
_WORTH_ASKING = 0.7
_ROUNDS = 3
_ORDER: tuple[Verdict, ...] = ("leak", "ask", "clean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The findings, and what a plain model makes of the columns.

    Parameters
    ----------
    findings : tuple of Finding
        One for every column but the label, the gravest first.
    auc_all : float, optional
        AUC of a plain model on every column that the schema scores; for tiers, of the best one.
    auc_kept : float, optional
        The same without those that were called a leak.
    """

    findings: tuple[Finding, ...]
    auc_all: float | None
    auc_kept: float | None


def judge(
    frame: pd.DataFrame, schema: Schema, labels: NDArray[np.int64], *, seed: int = 0
) -> tuple[Finding, ...]:
    """Return a finding for every column but the label, the gravest first.

    Parameters
    ----------
    frame : pandas.DataFrame of n rows
        All text as CSV files are read, or typed as Parquet files are.
    schema : Schema
        The roles; columns that it does not name are judged as well.
    labels : ndarray of int64 of shape (n,)
        Each row's class; -1 where unknown.
    seed : int
        Decides the folds and, in files of more than 20,000 rows, the sample.
    """
    return hear(frame, schema, labels, seed=seed).findings


def hear(frame: pd.DataFrame, schema: Schema, labels: NDArray[np.int64], *, seed: int = 0) -> Trial:
    """Return the findings on every column, as `judge` does, and the AUC with and without leaks.

    Parameters
    ----------
    frame, schema, labels, seed
        As for `judge`.
    """
    case = _Case(frame, schema, labels, np.random.default_rng(seed))
    alone = {one.name: list(case.charges(one)) for one in case.columns}
    charges = dict(alone)
    for _ in range(_ROUNDS):
        before = {name: verdict_of(each) for name, each in charges.items()}
        suspects = {name for name, verdict in before.items() if verdict != "clean"}
        for one in case.columns:
            charges[one.name] = [
                *alone[one.name],
                *case.charges_beside(one, suspects, verdict_of(alone[one.name])),
            ]
        if before == {name: verdict_of(each) for name, each in charges.items()}:
            break
    return case.trial(charges)


class _Case:
    """The file as the court reads it: columns, splits of the label, lone scores, plain models."""

    def __init__(
        self,
        frame: pd.DataFrame,
        schema: Schema,
        labels: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        known = _some(np.flatnonzero(labels >= 0), _MOST_KNOWN, rng)
        still_open = _some(np.flatnonzero(labels < 0), _MOST_OPEN, rng)
        rows = np.concatenate([known, still_open])
        every = read_columns(frame.iloc[rows], schema)
        self.scored = {one.name for one in schema.features}
        found = labels[known]
        label = schema.label
        self.cuts = cuts_of(
            found, label.names if label else (), label.field if label else "", fewest=_FEWEST
        )
        # without outcomes only names can tell, of columns as they are
        judged = np.arange(len(known) if self.cuts else len(rows))
        self.columns = tuple(one.take(judged) for one in every)
        rest = np.arange(len(known), len(rows))
        self._open = {one.name: one.take(rest) for one in every}
        self._rows = known.astype(np.float64)
        self._folds = folds_of(labels[rows[judged]], _groups(self.columns, schema), rng)
        self._clock = clock_of(self.columns)
        self._said = [self._each(cut) for cut in self.cuts]
        self._bench = [
            Bench(said, cut, self._folds) for said, cut in zip(self._said, self.cuts, strict=True)
        ]

    def _each(self, cut: Cut) -> dict[str, Lone]:
        clock = self._clock
        return {
            one.name: lone(
                one,
                cut,
                self._folds,
                (clock.moments,) if clock and one.name != clock.name else (),
            )
            for one in self.columns
        }

    def said(self, name: str) -> tuple[Lone, Bench] | None:
        """Return what the column says where it says most, and the plain model of that split."""
        if not self.cuts:
            return None
        at = max(range(len(self.cuts)), key=lambda at: self._said[at][name].auc)
        return self._said[at][name], self._bench[at]

    def charges(self, column: Column) -> Iterator[Charge]:
        """Yield the charges that need no other column's verdict."""
        spoken = self.said(column.name)
        if spoken is None or column.constant:
            return
        said = spoken[0]
        yield from near_copy(said)
        yield from filled_after(column, self.cuts)
        yield from filled_once_known(column, self._open[column.name])
        yield from marked_after(column, self.cuts)
        yield from one_sided(column, self.cuts)
        yield from late(column, said, self._clock)
        yield from ordered_id(column, said, *self._order())
        yield from group_average(column, said, self.columns)
        yield from own_rate(column, said)

    def charges_beside(
        self, column: Column, suspects: set[str], charged: Verdict
    ) -> Iterator[Charge]:
        """Yield the charges that depend on what the other columns say and are suspected of."""
        spoken = self.said(column.name)
        found: list[Charge] = []
        gain = 0.0
        if spoken is not None and spoken[0].auc >= _WORTH_ASKING and not column.constant:
            said, bench = spoken
            others = self._honest(column.name, suspects, said, bench)
            gain = bench.auc(only=[*others, column.name]) - bench.auc(only=others)
            rest = bench.auc(only=others)
            strength = [*only_for_some(said, rest), *dominates(said, rest)]
            fact = theme_of(column.name) == "fit"
            found = [replace(one, verdict="ask") for one in strength] if fact else strength
        yield from found
        hint = None if column.constant or column.role == "time" else hint_of(column.name)
        if hint is None or (column.role == "sales" and column.name not in self.scored):
            return
        named = charge_of_name(
            hint,
            spoken[0] if spoken else None,
            gain=gain,
            charged=worst([charged, verdict_of(found)]),
        )
        if named:
            yield named

    def trial(self, charges: dict[str, list[Charge]]) -> Trial:
        """Return the findings by the charges."""
        verdicts = {name: verdict_of(each) for name, each in charges.items()}
        suspects = [name for name, verdict in verdicts.items() if verdict != "clean"]
        found = []
        for one in self.columns:
            spoken = self.said(one.name)
            beside: tuple[str, ...] = ()
            worth = None
            if spoken is not None and one.name in suspects:
                beside, worth = self._worth(one.name, suspects, spoken[1])
            found.append(
                finding(
                    one.name,
                    one.role,
                    scored=one.name in self.scored,
                    charges=charges[one.name],
                    said=spoken[0] if spoken else None,
                    worth=worth,
                    beside=beside,
                )
            )
        found.sort(key=lambda one: (_ORDER.index(one.verdict), -_buys(one)))
        leaks = {name for name, verdict in verdicts.items() if verdict == "leak"}
        bench = self._bench[0] if self._bench else None
        return Trial(
            findings=tuple(found),
            auc_all=bench.auc(only=self.scored) if bench else None,
            auc_kept=bench.auc(only=self.scored - leaks) if bench else None,
        )

    def _honest(self, name: str, suspects: set[str], said: Lone, bench: Bench) -> list[str]:
        """Return the scored columns that do not look like this one's accomplices."""
        others = [one for one in sorted(self.scored - suspects - {name}) if one in bench.aucs]
        if said.auc < _STRONG:
            return others
        return [
            one
            for one in others
            if bench.aucs[one] < _ACCOMPLICE or not bench.same_story(name, one)
        ]

    def _worth(self, name: str, suspects: list[str], bench: Bench) -> tuple[tuple[str, ...], Worth]:
        """Return the suspects that say the same, and AUC with and without all of those."""
        same = [one for one in suspects if one != name and bench.same_story(name, one)]
        together = {name, *same}
        worth = Worth(
            auc_with=bench.auc(only=self.scored | together),
            auc_without=bench.auc(only=self.scored - together),
        )
        return tuple(same), worth

    def _order(self) -> tuple[NDArray[np.float64], str]:
        if self._clock is not None:
            return self._clock.moments, self._clock.name
        return self._rows, "the order of rows"


def _some(rows: NDArray[np.intp], most: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _groups(columns: tuple[Column, ...], schema: Schema) -> NDArray[np.object_] | None:
    names = {one.name for one in schema.with_role("group")}
    for one in columns:
        if one.name in names:
            alone = np.arange(len(one.codes)) + len(one.texts)
            return np.where(one.codes < 0, alone, one.codes).astype(object)
    return None


def _buys(one: Finding) -> float:
    return one.worth.auc_with - one.worth.auc_without if one.worth else 0.0
