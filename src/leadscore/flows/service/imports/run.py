"""Importing leads: rows come in piece by piece, each piece one transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

from leadscore.errors import BadRequest, Fault, TooLarge
from leadscore.flows.ports import Progress
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.imports.columns import Columns, plan_columns
from leadscore.flows.service.imports.piece import Came, look_up, take_in
from leadscore.flows.service.imports.read import RowReader, RowSaid
from leadscore.flows.service.imports.report import ImportReport
from leadscore.flows.service.imports.statuses import says_nothing
from leadscore.flows.service.ports import Store

__all__ = ["ImportWish", "Rows", "import_rows"]

#: How many rows a transaction takes in: it holds SQLite's only lock for some 50 ms then.
_PIECE = 50
_MOST_FAULTS = 1_000
_MOST_STATUSES = 50
_DATES = ("", "d/m/y", "m/d/y")


class Rows(Protocol):
    """Rows to import, from a file or a query."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""

    def rows(self) -> Iterator[Mapping[str, object]]:
        """Yield the rows, each by its columns' names; from the first on each time."""

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Return the faults, whose rows count from the first, with the file's lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """How rows are to be imported.

    Parameters
    ----------
    mapping : mapping of str to str
        By column what it is, where its header alone does not tell; see
        `leadscore.flows.service.imports.columns.plan_columns`.
    dates : {"", "d/m/y", "m/d/y"}
        How dates with slashes or dashes are written, apart from the schema's own fields.
    dry_run : bool
        Whether to say what would be done, and write nothing.
    most : int, optional
        How many rows are taken at most; any number where None.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    dry_run: bool = False
    most: int | None = None


def import_rows(
    store: Store,
    context: Context,
    rows: Rows,
    *,
    wish: ImportWish | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring in what rows say of leads, and score the leads.

    A row says what is so now, unless a column says when it was so: what differs from what was
    stated last is kept, and an empty cell says nothing. So the same rows again change nothing, and
    an import that was killed is simply run again. Rows with faults are left out, each fault is
    named, and the others come in. Of leads and e-mail addresses that were erased nothing comes in.

    Parameters
    ----------
    store : Store
        The memory; a transaction for every 50 rows.
    context : Context
        When, who, and the model whose fields are read.
    rows : Rows
        The rows.
    wish : ImportWish, optional
        How.
    progress : Progress, optional
        Is told how many rows are done.

    Raises
    ------
    NoModel
        If none is live: then there is no schema.
    BadRequest
        If the mapping does not fit the table, or no column has the leads' ids.
    TooLarge
        If there are more rows than `wish` takes; nothing came in then.
    """
    wish = wish or ImportWish()
    if wish.dates not in _DATES:
        raise BadRequest(f"Got dates as {wish.dates!r}.", allowed="d/m/y or m/d/y")
    schema = context.live.model.schema
    columns = plan_columns(rows.names(), schema, mapping=wish.mapping)
    _refuse_too_many(rows, wish.most)
    tally = _Tally(wish=wish, columns=columns)
    reader = RowReader(columns, schema, dates=wish.dates)
    numbered = enumerate(rows.rows())
    while some := list(islice(numbered, _PIECE)):
        said = tally.readable([reader.read(raw, row) for row, raw in some])
        # moments rise with the rows: of two about one lead the last one holds
        moment = replace(context, now=context.now + some[0][0])
        tally.count(_take(store, moment, said, tally))
        if progress is not None:
            progress(tally.rows)
    report = tally.report(rows)
    if not wish.dry_run:
        _tell_trail(store, context, report)
    return report


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was counted so far."""

    wish: ImportWish
    columns: Columns
    rows: int = 0
    refused: int = 0
    outcomes: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    #: The leads that a dry run would have made known by now.
    made: set[str] = field(default_factory=set)

    def readable(self, read: list[RowSaid | tuple[Fault, ...]]) -> list[RowSaid]:
        """Return the rows without faults, and note those of the others."""
        said = [one for one in read if isinstance(one, RowSaid)]
        self.rows += len(read)
        self.refused += len(read) - len(said)
        for one in read:
            if not isinstance(one, RowSaid):
                self.faults += one[: _MOST_FAULTS - len(self.faults)]
        for text in (text for one in said for text in one.statuses if not says_nothing(text)):
            if text in self.statuses or len(self.statuses) < _MOST_STATUSES:
                self.statuses[text] += 1
        return said

    def count(self, came: Came) -> None:
        """Count what became of some rows."""
        self.fates.update(came.fates)
        self.outcomes += came.outcomes

    def report(self, rows: Rows) -> ImportReport:
        """Return what was counted."""
        return ImportReport(
            dry_run=self.wish.dry_run,
            rows=self.rows,
            new=self.fates["new"],
            updated=self.fates["updated"],
            unchanged=self.fates["unchanged"],
            erased=self.fates["erased"],
            refused=self.refused,
            outcomes=self.outcomes,
            columns=self.columns.targets,
            ignored=self.columns.ignored,
            statuses=dict(self.statuses.most_common()),
            faults=rows.with_lines(tuple(self.faults)),
        )


def _take(store: Store, context: Context, said: list[RowSaid], tally: _Tally) -> Came:
    if tally.wish.dry_run:
        with store.begin(write=False) as work:
            return look_up(work, context, said, made=tally.made)
    with store.begin(write=True) as work:
        return take_in(work, context, said)


def _refuse_too_many(rows: Rows, most: int | None) -> None:
    if most is not None and any(at >= most for at, _ in enumerate(rows.rows())):
        raise TooLarge(
            f"The table has more than {most:,} rows.",
            next_step="Import it in parts, or on the server: leadscore import.",
        )


def _tell_trail(store: Store, context: Context, report: ImportReport) -> None:
    with store.begin(write=True) as work:
        note(
            work,
            context,
            "lead.import",
            rows=report.rows,
            new=report.new,
            updated=report.updated,
            outcomes=report.outcomes,
        )
