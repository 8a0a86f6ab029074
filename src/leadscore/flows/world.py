"""Make a world and write it: one file, or a folder for the market world."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.ports import Files, Progress, TableWriter, Teller, no_news
from leadscore.world.limits import BayesLimits, TruthSums
from leadscore.world.market import Market, MarketSummary, market, market_toml
from leadscore.world.rule import TIERS
from leadscore.world.seed import NOISE, WorldBlock, blocks

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "METADATA_KEY",
    "PRESETS",
    "MarketWish",
    "WorldSummary",
    "make_market",
    "make_world",
    "refuse_preset",
    "world_columns",
    "write_market",
]

#: The kinds of worlds; `market` is a folder, the others are one file.
PRESETS = (*NOISE, "market")

#: Where a Parquet file's metadata hold the summary of its world, as JSON.
METADATA_KEY = "leadscore.world"


#: Rows that are written at once.
_PIECE = 500_000
_ONE_FILE = (".csv", ".csv.gz", ".parquet", ".pq")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketWish:
    """Which market world.

    Parameters
    ----------
    seed : int
        Which one, 0 or more.
    leaks : int or sequence of str
        How many kinds of leaks to draw and plant, or which ones.
    drift : bool
        Whether the world changes half way.
    force : bool
        Whether a folder that leadscore made earlier may be replaced.
    """

    seed: int = 42
    leaks: int | Sequence[str] = 0
    drift: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSummary:
    """What a world holds and the best that any model can reach in it.

    Parameters
    ----------
    preset : str
        The kind of world.
    seed : int
        Which one.
    leads : int
        The number of leads.
    tiers : mapping of str to int
        How many leads were drawn in each tier.
    bayes : BayesLimits
        The Bayes limits of exactly these leads.
    """

    preset: str
    seed: int
    leads: int
    tiers: Mapping[str, int]
    bayes: BayesLimits


def make_world(
    n: int,
    *,
    preset: str,
    seed: int,
    writer: TableWriter,
    progress: Progress | None = None,
) -> WorldSummary:
    """Make a world of `n` leads and write it, block by block, in constant memory.

    The file has `lead_id`, the twelve fields, `tier`, and `true_low`, `true_medium`, `true_high`;
    its metadata have the summary as JSON.

    Parameters
    ----------
    n : int
        How many leads, at least 1.
    preset : str
        ``seed`` or ``noisy``.
    seed : int
        Which world, 0 or more.
    writer : TableWriter
        Where the leads go; it is closed here.
    progress : Progress, optional
        Who is told how many leads are written.

    Returns
    -------
    WorldSummary
        What was written.

    Raises
    ------
    BadRequest
        If there is no such preset, or a number is out of range.
    """
    sums, drawn = TruthSums.none(), np.zeros(len(TIERS), dtype=np.int64)
    for block in blocks(n, preset=preset, seed=seed):
        writer.write(world_columns(block))
        sums += TruthSums.of(block.truth)
        drawn += np.bincount(block.tier, minlength=len(TIERS))
        if progress:
            progress(sums.n)
    tiers = dict(zip(TIERS, drawn.tolist(), strict=True))
    summary = WorldSummary(preset=preset, seed=seed, leads=n, tiers=tiers, bayes=sums.limits())
    writer.close({METADATA_KEY: json.dumps(asdict(summary))})
    return summary


def world_columns(block: WorldBlock) -> dict[str, NDArray[np.generic]]:
    """Return the block as the columns of a world file, in their order."""
    truth = {f"true_{tier.lower()}": block.truth[:, place] for place, tier in enumerate(TIERS)}
    tiers = np.array(TIERS, dtype=object)[block.tier]
    return {"lead_id": block.lead_id, **block.columns, "tier": tiers, **truth}


def refuse_preset(preset: str) -> None:
    """Refuse a preset that is none of `PRESETS`.

    Raises
    ------
    BadRequest
        If there is no such preset.
    """
    if preset not in PRESETS:
        raise BadRequest(f"There is no world {preset!r}.", allowed=", ".join(PRESETS))


def make_market(
    n: int,
    *,
    out: str,
    files: Files,
    wish: MarketWish | None = None,
    tell: Teller = no_news,
) -> MarketSummary:
    """Make a market world of `n` leads and write it to a folder; see `write_market`.

    Parameters
    ----------
    n : int
        How many leads, at least 1.
    out : str
        The folder.
    files : Files
        Who writes.
    wish : MarketWish, optional
        Which market world.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    BadRequest
        If `out` is no folder's name, or the world cannot be made.
    Exists
        If something stands at `out` that may not be replaced.
    """
    if out == "-" or out.lower().endswith(_ONE_FILE):
        raise BadRequest(f"A market world does not fit into {out!r}.", allowed="a folder's name")
    asked = wish or MarketWish()
    files.refuse_existing(out, force=asked.force)
    tell("Making leads, events and outcomes")
    world = market(n, seed=asked.seed, leaks=asked.leaks, drift=asked.drift)
    tell("Writing them")
    write_market(world, out=out, files=files)
    return world.summary


def write_market(world: Market, *, out: str, files: Files) -> None:
    """Write a market world to a new folder.

    It gets ``leads.parquet``, ``events.parquet``, ``outcomes.parquet``, ``truth.parquet``,
    ``schema.toml`` for the leads, and ``truth.json`` with the summary: the planted leaks, the
    drift, the Bayes figures. Nothing in the leads file itself tells of them.

    Parameters
    ----------
    world : Market
        The world.
    out : str
        The folder; one that leadscore made earlier is replaced.
    files : Files
        Who writes.
    """
    summary = json.dumps({"preset": "market", **asdict(world.summary)}, indent=2)
    files.own_folder(out)
    tables = ("leads", "events", "outcomes", "truth")
    for name in tables:
        told = {METADATA_KEY: summary} if name == "truth" else {}
        _write_table(getattr(world, name), files=files, path=f"{out}/{name}.parquet", told=told)
    files.write_text(f"{out}/schema.toml", market_toml(), force=False)
    files.write_text(f"{out}/truth.json", summary + "\n", force=False)


def _write_table(
    columns: Mapping[str, NDArray[np.generic]],
    *,
    files: Files,
    path: str,
    told: Mapping[str, str],
) -> None:
    frame = _typed(columns)
    with files.writer(path, force=False) as writer:
        for start in range(0, max(len(frame), 1), _PIECE):
            writer.write(frame.iloc[start : start + _PIECE])
        writer.close(told)


def _typed(columns: Mapping[str, NDArray[np.generic]]) -> "pd.DataFrame":
    """Return the columns as a frame; whole numbers stay whole where some are missing."""
    import pandas as pd  # noqa: PLC0415

    made = {name: pd.Series(column) for name, column in columns.items()}
    for name, column in made.items():
        if column.dtype.kind == "f" and (column.dropna() % 1 == 0).all():
            made[name] = column.astype("Int64")
    return pd.DataFrame(made)
