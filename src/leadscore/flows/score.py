"""Score a file of leads, piece by piece, in memory that does not grow with the file."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest, Fault
from leadscore.flows.ports import (
    Batch,
    Files,
    Headway,
    Packed,
    PieceWriter,
    Spread,
    Table,
    Teller,
    no_news,
)
from leadscore.flows.score_pieces import OnError, ScoreWish, Tally, placed, score_piece
from leadscore.flows.spread import cores, threads
from leadscore.leads.conform_arrow import conform_batch, id_columns
from leadscore.leads.conformed import refuse_columns
from leadscore.leads.schema import Schema
from leadscore.leads.values import LEAD_ID

if TYPE_CHECKING:
    import pandas as pd

    from leadscore.model.bundle import Model

__all__ = [
    "OnError",
    "ScoreWish",
    "ScoredFile",
    "absent_fields",
    "rejects_path",
    "score_file",
    "score_frame",
]

#: Leads in a piece, which is a row group of the scored file. More take more memory and no less
#: time; of fewer the file grows, and what a reader has to know of it.
_PIECE = 1 << 16

#: Pieces scored at once, at most: with more the one thread that writes is what all wait for.
_AT_ONCE = 4

#: A file that is refused is not looked at any further beyond so many faults.
_ENOUGH_FAULTS = 100_000

_NEXT = (
    "Mend the values named above; or score the other leads with --on-error skip, or unscored to "
    "keep a row for each."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFile:
    """What became of a file.

    Parameters
    ----------
    leads : int
        How many leads the file had.
    scored : int
        How many have a score now.
    skipped : int
        How many were left out for their faults.
    unscored : int
        How many are written without a score: for faults, or since too little is known of them.
    tiers : dict of str to int
        How many leads are in each tier.
    rejects : str
        The rejects file; empty where faults refuse the file.
    faults : tuple of Fault
        Every fault, where they did not refuse the file.
    absent : dict of str to str
        The model's fields that are no column of the file, each with the column whose name is
        nearest; empty where none is near.
    resumed : int
        How many of the leads an earlier run had finished that was killed.
    """

    leads: int
    scored: int
    skipped: int
    unscored: int
    tiers: dict[str, int]
    rejects: str
    faults: tuple[Fault, ...]
    absent: dict[str, str]
    resumed: int


def score_file(  # noqa: PLR0913  -- model, input, output, and who helps
    model_path: str,
    path: str,
    out: str,
    wish: ScoreWish,
    *,
    files: Files,
    spread: Spread | None = None,
    headway: Headway | None = None,
    tell: Teller = no_news,
) -> ScoredFile:
    """Score the leads at `path` and write them to `out`; nothing half-written ever stays.

    Killed or interrupted, it leaves the finished pieces beside `out`; the same call then goes on
    behind them, to the same bytes. If anything has changed meanwhile that they depend on, it says
    so and starts anew.

    Parameters
    ----------
    model_path, path, out : str
        The saved model, the leads, the scored file; ``-`` is stdin or stdout.
    wish : ScoreWish
        How to score.
    files : Files
        Who reads and writes.
    spread : Spread, optional
        Who scores several pieces at once; a thread for each core by default.
    headway : Headway, optional
        Who is told how many leads are done, and of how many.
    tell : Teller
        Who is told what becomes of an earlier run's pieces.

    Raises
    ------
    BadInput
        With every fault of the whole file, where faults refuse it.
    UserError
        If the wish or the paths do not fit.
    """
    _check(wish)
    files.refuse_existing(out, force=wish.force)
    rejects = "" if wish.on_error == "refuse" else rejects_path(out)
    if rejects:
        files.refuse_existing(rejects, force=wish.force)
    model = files.read_model(model_path)
    spread = spread or threads(min(cores(), _AT_ONCE))
    metadata = {"leadscore.model": f"{model.name}@{model.version} {model.digest}"}
    with files.table(path) as table:
        run = _Run(model, wish, table, headway)
        if out == "-" and wish.on_error == "refuse":
            # what went out to stdout cannot be taken back
            run.check(spread)
        work = _work(model, table, wish)
        place = files.pieces(out, work=work, metadata=metadata, force=wish.force)
        with place as pieces, _telling(pieces, out, tell):
            run.score(pieces, spread)
            if rejects:
                with files.writer(rejects, force=wish.force) as kept:
                    kept.write(_rejected(table.with_lines(tuple(run.faults))))
            pieces.close()
    return run.told(rejects)


def score_frame(model: "Model", frame: "pd.DataFrame", wish: ScoreWish) -> "pd.DataFrame":
    """Score the rows of `frame`; the result has its index.

    Raises
    ------
    BadInput
        With every fault, where faults refuse the frame.
    """
    from leadscore.leads.conform import conform  # noqa: PLC0415

    _check(wish)
    found = conform(frame, _without_label(model.schema))
    if wish.on_error == "refuse":
        _refuse(found.faults)
    scored = score_piece(model, found, wish)
    return scored.frame(found.leads.ids).set_index(frame.index[scored.kept])


def absent_fields(schema: Schema, columns: list[str]) -> dict[str, str]:
    """Return the scored fields that are no column, each with the nearest spare column's name.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> absent_fields(investor(), [one.name for one in investor().features][1:] + ["Income"])
    {'income': 'Income'}
    """
    fields = [one.name for one in schema.features]
    spare = {_plain(name): name for name in columns if name not in fields}
    near = {
        name: get_close_matches(_plain(name), spare, n=1, cutoff=0.8)
        for name in fields
        if name not in columns
    }
    return {name: spare[found[0]] if found else "" for name, found in near.items()}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def rejects_path(out: str) -> str:
    """Return where the faults of a file go whose scores go to `out`."""
    return "scored.rejects.csv" if out == "-" else f"{out}.rejects.csv"


def _check(wish: ScoreWish) -> None:
    if wish.reasons < 0:
        raise BadRequest(f"{wish.reasons} reasons were asked for.", allowed="0 or more")
    if wish.on_error not in get_args(OnError):
        raise BadRequest(
            f"There is no way {wish.on_error!r} to deal with faults (--on-error).",
            allowed=", ".join(get_args(OnError)),
        )


def _work(model: "Model", table: Table, wish: ScoreWish) -> dict[str, str]:
    """Return all that the scored file depends on, or nothing where that cannot be told."""
    leads = table.identity()
    if not (leads and model.digest):
        return {}
    options = {**asdict(wish), "piece": _PIECE}
    del options["force"]
    return {"the leads": leads, "the model": model.digest, "the options": json.dumps(options)}


@contextmanager
def _telling(pieces: PieceWriter, out: str, tell: Teller) -> Iterator[None]:
    """Say what becomes of finished pieces: those of an earlier run, and of this if interrupted."""
    if pieces.changed:
        changed = " and ".join(pieces.changed)
        tell(
            f"What an earlier run had finished of {out} is of no use, for {changed} changed since."
        )
    if pieces.done:
        tell(f"Going on where an earlier run for {out} was stopped.")
    try:
        yield
    except KeyboardInterrupt:
        if pieces.kept():
            tell(f"Stopped. To go on from here, score to {out} again in the same way.")
        raise


class _Run:
    """One file's way through the model, and what was counted on it."""

    def __init__(
        self, model: "Model", wish: ScoreWish, table: Table, headway: Headway | None
    ) -> None:
        self.faults: list[Fault] = []
        self._model = model
        self._wish = wish
        self._table = table
        self._headway = headway
        self._schema = _without_label(model.schema)
        names = table.names()
        refuse_columns(names, self._schema)
        self._absent = absent_fields(self._schema, list(names))
        self._sum = Tally(leads=0, tiers=(0,) * len(model.schema.tiers))
        self._resumed = 0

    def check(self, spread: Spread) -> None:
        """Refuse a table with faults, all of them named."""
        for faults in spread(self._faults_of, self._pieces(0)):
            self.faults += faults
            if len(self.faults) > _ENOUGH_FAULTS:
                break
        _refuse(tuple(self.faults), self._table)

    def score(self, pieces: PieceWriter, spread: Spread) -> None:
        """Write the scores of the table; once it is refused, only look for further faults."""
        for note in pieces.done:
            self._add(Tally.from_text(note))
        self._resumed = self._sum.leads

        def work(piece: _Piece) -> tuple[Packed | None, Tally, int]:
            packed, tally = self._worked(piece, pieces)
            return packed, tally, piece.batch.total

        for packed, tally, total in spread(work, self._pieces(self._resumed)):
            self._add(tally)
            if packed is not None:
                pieces.add(packed, tally.to_text())
            if self._headway:
                self._headway(self._sum.leads, total)
            if self._refused and len(self.faults) > _ENOUGH_FAULTS:
                break
        if self._refused:
            _refuse(tuple(self.faults), self._table)

    def told(self, rejects: str) -> ScoredFile:
        """Return what became of the file."""
        tally = self._sum
        names = (tier.name for tier in self._model.schema.tiers)
        return ScoredFile(
            leads=tally.leads,
            scored=tally.leads - tally.skipped - tally.unscored,
            skipped=tally.skipped,
            unscored=tally.unscored,
            tiers=dict(zip(names, tally.tiers, strict=True)),
            rejects=rejects,
            faults=tuple(self.faults),
            absent=self._absent,
            resumed=self._resumed,
        )

    @property
    def _refused(self) -> bool:
        return self._wish.on_error == "refuse" and bool(self.faults)

    def _pieces(self, skip: int) -> "Iterator[_Piece]":
        columns = [*(field.name for field in self._schema.fields), LEAD_ID]
        first = skip
        for batch in self._table.batches(_PIECE, columns, skip=skip):
            yield _Piece(batch=batch, first=first)
            first += batch.rows.num_rows

    def _faults_of(self, piece: "_Piece") -> tuple[Fault, ...]:
        return placed(conform_batch(piece.batch.rows, self._schema).faults, piece.first)

    def _worked(self, piece: "_Piece", pieces: PieceWriter) -> tuple[Packed | None, Tally]:
        """Return a piece of the file and what became of its leads; in any thread."""
        rows = piece.batch.rows
        found = conform_batch(rows, self._schema)
        if self._refused or (self._wish.on_error == "refuse" and found.faults):
            return None, Tally(leads=rows.num_rows, faults=placed(found.faults, piece.first))
        scored = score_piece(self._model, found, self._wish, first=piece.first)
        return pieces.pack(scored.table(id_columns(rows, self._schema))), scored.tally

    def _add(self, tally: Tally) -> None:
        so_far = self._sum
        self.faults += tally.faults
        self._sum = Tally(
            leads=so_far.leads + tally.leads,
            skipped=so_far.skipped + tally.skipped,
            unscored=so_far.unscored + tally.unscored,
            tiers=tuple(map(sum, zip(so_far.tiers, tally.tiers, strict=True)))
            if tally.tiers
            else so_far.tiers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Rows of a table, and the first one's place in it."""

    batch: Batch
    first: int


def _refuse(faults: tuple[Fault, ...], table: Table | None = None) -> None:
    if faults:
        from leadscore.flows.labelled import refuse_faults  # noqa: PLC0415

        refuse_faults(faults, table, next_step=_NEXT) if table else refuse_faults(faults)


def _without_label(schema: Schema) -> Schema:
    """Return the schema without its label: what became of a lead is no part of scoring it."""
    fields = tuple(field for field in schema.fields if field.role != "label")
    return replace(schema, label=None, fields=fields)


def _rejected(faults: tuple[Fault, ...]) -> dict[str, NDArray[np.generic]]:
    """Return the rejects file: a row for each fault."""
    return {
        "line": _texts([fault.line for fault in faults]),
        "row": _texts([fault.row for fault in faults]),
        "column": _texts([fault.field for fault in faults]),
        "value": _texts([fault.got for fault in faults]),
        "allowed": _texts([fault.allowed for fault in faults]),
    }


def _texts(values: Sequence[int | str | None]) -> NDArray[np.object_]:
    return np.array(["" if one is None else str(one) for one in values], dtype=object)
