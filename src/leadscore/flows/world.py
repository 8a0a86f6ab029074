"""Make a world and write it to a file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.flows.ports import Progress, TableWriter
from leadscore.world.limits import BayesLimits, TruthSums
from leadscore.world.rule import TIERS
from leadscore.world.seed import WorldBlock, blocks

__all__ = ["METADATA_KEY", "WorldSummary", "make_world", "world_columns"]

#: Where a Parquet file's metadata hold the summary of its world, as JSON.
METADATA_KEY = "leadscore.world"


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
