"""Ways to score a file: ours, the usual loop, and the least that any way must do.

The last two do not go through the store: they stand for code that is not ours.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.flows.bench.scene import Scene
from leadscore.flows.bench.timing import Way
from leadscore.flows.bench.usual import Usual
from leadscore.flows.ports import Files, Teller, no_news
from leadscore.flows.score import ScoreWish, score_file
from leadscore.flows.world import make_world

__all__ = ["Ready", "file_ways", "floor", "ready_table", "usual_loop"]

#: Leads in a piece; with more, the usual loop is no faster and takes more memory.
_PIECE = 100_000
_ID = "lead_id"
_SEED = 7
#: Leads of the file that fills caches, and whose scores are the floor's ready table.
_WARM = 200_000
_NAMES = {
    "default": "default recipe",
    "usual loop": "the usual loop",
    "floor": "reading, writing a ready table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Rows of a scored file in memory, ready to be written again.

    Parameters
    ----------
    table : pyarrow.Table
        The rows.
    options : dict
        How the scored file keeps its columns, as ``pyarrow.parquet.ParquetWriter`` takes it.
    """

    table: pa.Table
    options: dict[str, object]


def file_ways(
    scene: Scene, leads: int, *, files: Files, folder: str, tell: Teller = no_news
) -> tuple[Way, ...]:
    """Make a Parquet file of `leads` leads, and return the ways to score it.

    Parameters
    ----------
    scene : Scene
        The models.
    leads : int
        How many leads the file has.
    files : Files
        Who reads and writes.
    folder : str
        Where everything goes; whoever gave it removes it.
    tell : Teller
        Who is told what is being done.
    """
    model, usual = f"{folder}/model", scene.usual
    files.write_model(model, scene.engines.default, force=True)
    source, few = f"{folder}/leads.parquet", f"{folder}/few.parquet"
    tell(f"Making a file of {leads:,} leads")
    for path, count in ((source, leads), (few, min(leads, _WARM))):
        with files.writer(path, force=True) as writer:
            make_world(count, preset="seed", seed=_SEED, writer=writer)

    def ours(path: str, to: str) -> object:
        return score_file(model, path, f"{folder}/{to}", ScoreWish(force=True), files=files)

    tell(f"Scoring {min(leads, _WARM):,} of them, to warm up")
    ours(few, "few.scored.parquet")
    ready = ready_table(f"{folder}/few.scored.parquet")
    columns = ("lead_id", *scene.engines.default.encoder.fields)
    return (
        _way("default", leads, lambda _: ours(source, "ours.parquet")),
        _way("usual loop", leads, lambda _: usual_loop(source, f"{folder}/usual.parquet", usual)),
        _way(
            "floor",
            leads,
            lambda _: floor(source, f"{folder}/floor.parquet", ready, columns=columns),
        ),
    )


def usual_loop(source: str, target: str, usual: Usual, *, rows: int = _PIECE) -> int:
    """Score a Parquet file the usual way, without reasons; return the number of leads.

    Piece by piece: a frame, the scaler, ``predict``, ``predict_proba``, and a frame that is
    written.

    Parameters
    ----------
    source, target : str
        The leads, and where the scores go; what is there is replaced.
    usual : Usual
        The specified model.
    rows : int
        Leads in a piece.
    """
    done = 0
    writer = None
    try:
        for batch in _batches(source, [_ID, *usual.fields], rows):
            table = pa.Table.from_pandas(_scored(batch.to_pandas(), usual), preserve_index=False)
            writer = writer or pq.ParquetWriter(target, table.schema)
            writer.write_table(table)
            done += len(batch)
    finally:
        if writer is not None:
            writer.close()
    return done


def ready_table(scored: str) -> Ready:
    """Return the first piece of a scored Parquet file, read before any clock runs."""
    file = pq.ParquetFile(scored)
    table = file.read_row_group(0).replace_schema_metadata(None)
    group = file.metadata.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    file.close()
    coded = [one.path_in_schema for one in columns if "RLE_DICTIONARY" in one.encodings]
    packed = {one.path_in_schema: one.compression for one in columns}
    plain = {name: "NONE" if one == "UNCOMPRESSED" else one for name, one in packed.items()}
    return Ready(table=table, options={"use_dictionary": coded or False, "compression": plain})


def floor(source: str, target: str, ready: Ready, *, columns: tuple[str, ...]) -> int:
    """Read the leads and write a ready table of as many rows; return their number.

    No way to score a file can take less than this.

    Parameters
    ----------
    source, target : str
        The leads, and where the table goes; what is there is replaced.
    ready : Ready
        Rows of a scored file.
    columns : tuple of str
        The columns to read: those that scoring needs.
    """
    left = sum(len(batch) for batch in _batches(source, list(columns), len(ready.table)))
    done = left
    with pq.ParquetWriter(target, ready.table.schema, **ready.options) as writer:
        while left > 0:
            writer.write_table(ready.table.slice(0, min(left, len(ready.table))))
            left -= len(ready.table)
    return done


def _batches(source: str, columns: list[str], rows: int) -> Iterator[pa.RecordBatch]:
    file = pq.ParquetFile(source)
    try:
        yield from file.iter_batches(batch_size=rows, columns=columns)
    finally:
        file.close()


def _scored(frame: pd.DataFrame, usual: Usual) -> pd.DataFrame:
    places, told = usual.many(frame[list(usual.fields)])
    told = told.astype(np.float32)
    scored = pd.DataFrame({_ID: frame[_ID]})
    scored["tier"] = np.array(usual.tiers, dtype=object)[np.asarray(places)]
    scored["confidence"] = told.max(axis=1)
    for place, tier in enumerate(usual.tiers):
        scored[f"p_{tier.lower()}"] = told[:, place]
    return scored


def _way(key: str, leads: int, call: Callable[[int], object]) -> Way:
    return Way(
        key=key,
        name=_NAMES[key],
        part="file",
        explained=key == "default",
        leads=leads,
        call=call,
        ours=key == "default",
        warm=_nothing,
    )


def _nothing() -> None:
    """Warm nothing up: that is done, on fewer leads."""
