"""Score a file of leads, piece by piece, in memory that does not grow with the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.errors import BadRequest, Fault
from leadscore.flows.labelled import refuse_faults
from leadscore.flows.ports import Files, Progress, Table, TableWriter
from leadscore.leads.conform import conform
from leadscore.leads.schema import Schema
from leadscore.leads.table import Conformed
from leadscore.score.scores import Scores, score_leads
from leadscore.score.table import FileLayout, is_coded, scored_columns

if TYPE_CHECKING:
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

OnError = Literal["refuse", "skip", "unscored"]

#: Leads in a piece.
_PIECE = 50_000

#: A file that is refused is not looked at any further beyond so many faults.
_ENOUGH_FAULTS = 100_000

_NEXT = (
    "Mend the values named above; or score the other leads with --on-error skip, or unscored to "
    "keep a row for each."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWish:
    """How to score a file.

    Parameters
    ----------
    reasons : int
        How many reasons a lead gets, 0 or more.
    on_error : str
        What to do with faults: ``refuse`` the file, ``skip`` their leads, or leave them
        ``unscored``.
    words : bool
        Whether reasons come as sentences as well.
    as_of : str
        The moment that the scores are of; it is written down as it is.
    force : bool
        Whether what is at the output may be replaced.
    """

    reasons: int = 3
    on_error: str = "refuse"
    words: bool = False
    as_of: str = ""
    force: bool = False


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
    """

    leads: int
    scored: int
    skipped: int
    unscored: int
    tiers: dict[str, int]
    rejects: str
    faults: tuple[Fault, ...]
    absent: dict[str, str]


def score_file(  # noqa: PLR0913  -- model, input, output, and who helps
    model_path: str,
    path: str,
    out: str,
    wish: ScoreWish,
    *,
    files: Files,
    progress: Progress | None = None,
) -> ScoredFile:
    """Score the leads at `path` and write them to `out`; nothing half-written ever stays.

    Parameters
    ----------
    model_path, path, out : str
        The saved model, the leads, the scored file; ``-`` is stdin or stdout.
    wish : ScoreWish
        How to score.
    files : Files
        Who reads and writes.
    progress : Progress, optional
        Who is told how many leads are done.

    Raises
    ------
    BadInput
        With every fault of the whole file, where faults refuse it.
    UserError
        If the wish or the paths do not fit.
    """
    on_error = _checked(wish)
    files.refuse_existing(out, force=wish.force)
    rejects = "" if on_error == "refuse" else rejects_path(out)
    if rejects:
        files.refuse_existing(rejects, force=wish.force)
    model = files.read_model(model_path)
    run = _Run(model, wish, on_error, progress)
    with files.table(path) as table:
        if out == "-" and on_error == "refuse":
            # what went out to stdout cannot be taken back
            run.check(table)
        with files.writer(out, force=wish.force) as writer:
            run.score(table, writer)
            if rejects:
                with files.writer(rejects, force=wish.force) as kept:
                    kept.write(_rejected(table.with_lines(tuple(run.faults))))
            writer.close({"leadscore.model": f"{model.name}@{model.version} {model.digest}"})
    return run.told(rejects)


def score_frame(model: "Model", frame: pd.DataFrame, wish: ScoreWish) -> pd.DataFrame:
    """Score the rows of `frame`; the result has its index.

    Raises
    ------
    BadInput
        With every fault, where faults refuse the frame.
    """
    run = _Run(model, wish, _checked(wish), None)
    scored, kept = run.piece(conform(frame, run.schema), 0)
    refuse_faults(tuple(run.faults) if wish.on_error == "refuse" else ())
    return scored.set_index(frame.index[kept])


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


def _checked(wish: ScoreWish) -> OnError:
    if wish.reasons < 0:
        raise BadRequest(f"{wish.reasons} reasons were asked for.", allowed="0 or more")
    for one in get_args(OnError):
        if wish.on_error == one:
            found: OnError = one
            return found
    raise BadRequest(
        f"There is no way {wish.on_error!r} to deal with faults (--on-error).",
        allowed=", ".join(get_args(OnError)),
    )


class _Run:
    """One file's way through the model, and what was counted on it."""

    def __init__(
        self, model: "Model", wish: ScoreWish, on_error: OnError, progress: Progress | None
    ) -> None:
        self.schema = _without_label(model.schema)
        self.faults: list[Fault] = []
        self._model = model
        self._wish = wish
        self._on_error = on_error
        self._progress = progress
        self._counts = {"leads": 0, "skipped": 0, "unscored": 0}
        self._absent: dict[str, str] = {}
        self._tiers = dict.fromkeys((tier.name for tier in model.schema.tiers), 0)

    def check(self, table: Table) -> None:
        """Refuse a table with faults, all of them named."""
        first = 0
        for frame in table.chunks(_PIECE):
            self._note(conform(frame, self.schema), first)
            first += len(frame)
            if len(self.faults) > _ENOUGH_FAULTS:
                break
        refuse_faults(tuple(self.faults), table, next_step=_NEXT)

    def score(self, table: Table, writer: TableWriter) -> None:
        """Write the scores of a table; once it is refused, only look for further faults."""
        first = 0
        for frame in table.chunks(_PIECE):
            found = conform(frame, self.schema)
            self._absent = absent_fields(self.schema, [str(name) for name in frame.columns])
            if self._on_error == "refuse" and (self.faults or found.faults):
                self._note(found, first)
            else:
                writer.write(self.piece(found, first)[0])
            first += len(frame)
            if self._progress:
                self._progress(first)
            if self._on_error == "refuse" and len(self.faults) > _ENOUGH_FAULTS:
                break
        if self._on_error == "refuse":
            refuse_faults(tuple(self.faults), table, next_step=_NEXT)

    def piece(self, found: Conformed, first: int) -> tuple[pd.DataFrame, NDArray[np.intp]]:
        """Return the scores of a piece whose first lead is the file's `first`, and its rows."""
        self._note(found, first)
        skip = self._on_error == "skip" and bool(found.bad_rows.any())
        rows = np.flatnonzero(~found.bad_rows) if skip else np.arange(found.leads.n)
        leads = found.leads.take(rows) if skip else found.leads
        refused = None if skip else found.bad_rows
        scores = score_leads(self._model, leads, as_of=self._wish.as_of, refused=refused)
        self._count(found, scores)
        layout = FileLayout(reasons=self._wish.reasons, words=self._wish.words, first_row=first)
        columns = scored_columns(self._model, leads, scores, layout=layout)
        if skip and not leads.ids:
            columns["row"] = first + rows
        # few distinct texts: as codes they take a twentieth of the room
        coded = {
            name: pd.Categorical(column) if is_coded(name) else column
            for name, column in columns.items()
        }
        return pd.DataFrame(coded), rows

    def told(self, rejects: str) -> ScoredFile:
        """Return what became of the file."""
        counts = self._counts
        return ScoredFile(
            **counts,
            scored=counts["leads"] - counts["skipped"] - counts["unscored"],
            tiers=self._tiers,
            rejects=rejects,
            faults=tuple(self.faults),
            absent=self._absent,
        )

    def _note(self, found: Conformed, first: int) -> None:
        self.faults += [
            fault if fault.row is None else replace(fault, row=fault.row + first)
            for fault in found.faults
        ]

    def _count(self, found: Conformed, scores: Scores) -> None:
        self._counts["leads"] += found.leads.n
        self._counts["skipped"] += found.leads.n - scores.n
        self._counts["unscored"] += int(scores.unscored.sum())
        drawn = np.bincount(scores.tier[scores.tier >= 0], minlength=len(self._tiers))
        for name, n in zip(self._tiers, drawn.tolist(), strict=True):
            self._tiers[name] += n


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
