"""A piece of leads, scored: all that can be done in any thread, and in any order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadscore.errors import Fault
from leadscore.leads.arrow import arrow_array, arrow_texts
from leadscore.leads.table import Conformed
from leadscore.score.coded import Coded
from leadscore.score.scores import Scores, score_leads
from leadscore.score.table import FileLayout, Said, file_columns, is_coded, with_ids

if TYPE_CHECKING:
    import pandas as pd

    from leadscore.model.bundle import Model

__all__ = ["OnError", "ScoreWish", "Scored", "Tally", "placed", "score_piece"]

OnError = Literal["refuse", "skip", "unscored"]


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
class Tally:
    """What became of some leads.

    Parameters
    ----------
    leads : int
        How many there were.
    skipped : int
        How many were left out for their faults.
    unscored : int
        How many have no score, for faults or since too little is known of them.
    tiers : tuple of int
        How many are in each tier, the lowest first.
    faults : tuple of Fault
        Every fault; their rows count from the file's first.
    """

    leads: int
    skipped: int = 0
    unscored: int = 0
    tiers: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()

    def to_text(self) -> str:
        """Return the tally as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Tally":
        """Return the tally that `to_text` wrote."""
        raw = json.loads(text)
        faults = tuple(Fault(**one) for one in raw.pop("faults"))
        return cls(**{**raw, "tiers": tuple(raw["tiers"]), "faults": faults})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Scored leads, as the columns of a file.

    Parameters
    ----------
    said : mapping of str to column
        What is said of the leads.
    kept : ndarray of int of shape (m,)
        The rows that are written, of those that came.
    rows : ndarray of int64 of shape (m,)
        Their places in the whole file, from 0.
    tally : Tally
        What became of those that came.
    """

    said: Mapping[str, Said]
    kept: NDArray[np.intp]
    rows: NDArray[np.int64]
    tally: Tally

    def frame(self, ids: Mapping[str, NDArray[np.object_]]) -> "pd.DataFrame":
        """Return the columns as a frame, the ids of all that came before them."""
        import pandas as pd  # noqa: PLC0415

        kept = {name: column[self.kept] for name, column in ids.items()}
        columns: dict[str, object] = {}
        for name, column in with_ids(self.said, kept, self.rows).items():
            texts = column.texts() if isinstance(column, Coded) else column
            columns[name] = pd.Categorical(texts) if is_coded(name) else texts
        return pd.DataFrame(columns)

    def table(self, ids: Mapping[str, pa.Array]) -> pa.Table:
        """Return the columns as an Arrow table, the ids of all that came before them."""
        whole = not self.tally.skipped
        kept = {
            name: column if whole else column.take(arrow_array(self.kept))
            for name, column in ids.items()
        }
        columns = with_ids(self.said, kept, self.rows)
        return pa.Table.from_arrays(
            [_array(name, column) for name, column in columns.items()], names=list(columns)
        )


def score_piece(model: "Model", found: Conformed, wish: ScoreWish, *, first: int = 0) -> Scored:
    """Score a piece of leads.

    Parameters
    ----------
    model : Model
        The model.
    found : Conformed
        The leads, conformed to the model's schema, and their faults.
    wish : ScoreWish
        How to score.
    first : int
        The piece's first row in the whole file.
    """
    skip = wish.on_error == "skip" and bool(found.bad_rows.any())
    kept = np.flatnonzero(~found.bad_rows) if skip else np.arange(found.leads.n)
    leads = found.leads.take(kept) if skip else found.leads
    refused = None if skip else found.bad_rows
    scores = score_leads(model, leads, as_of=wish.as_of, refused=refused)
    layout = FileLayout(reasons=wish.reasons, words=wish.words)
    return Scored(
        said=file_columns(model, leads, scores, layout=layout),
        kept=kept,
        rows=first + kept.astype(np.int64),
        tally=_tally(found, scores, first),
    )


def _tally(found: Conformed, scores: Scores, first: int) -> Tally:
    drawn = np.bincount(scores.tier[scores.tier >= 0], minlength=len(scores.tier_names))
    return Tally(
        leads=found.leads.n,
        skipped=found.leads.n - scores.n,
        unscored=int(scores.unscored.sum()),
        tiers=tuple(drawn.tolist()),
        faults=placed(found.faults, first),
    )


def placed(faults: Sequence[Fault], first: int) -> tuple[Fault, ...]:
    """Return a piece's faults, whose rows then count from the file's first."""
    return tuple(
        fault if fault.row is None else replace(fault, row=fault.row + first) for fault in faults
    )


def _array(name: str, column: Said | pa.Array | NDArray[np.int64]) -> pa.Array:
    if isinstance(column, Coded):
        codes = arrow_array(column.codes, column.codes < 0)
        coded = pa.DictionaryArray.from_arrays(codes, arrow_texts(column.words))
        return coded if is_coded(name) else coded.dictionary_decode()
    if isinstance(column, pa.Array):
        return column
    if column.dtype == object:
        return arrow_texts(column.tolist())
    return arrow_array(column, np.isnan(column) if column.dtype.kind == "f" else None)
