"""The specified world: investor leads, their tiers, and the true probability of each tier.

Leads are drawn in blocks of 65,536, each from a stream of its own that follows from the seed and
the block's number. A block is always drawn whole and then cut, so memory does not grow with the
number of leads and a smaller world is the beginning of a larger one.

Inside a block the order of draws is part of the format: age, income, credit_score, website_visits,
email_opens, property_views, contact_attempts, time_on_site_minutes, inquiry_submitted,
financing_pre_approved, budget_disclosed, location_preference_set, noise. Both presets thus hold the
same leads for the same seed; they differ in the noise, and so in the tiers and the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.table import Leads
from leadscore.world.rule import Columns, tier_index, tier_points, true_probabilities

__all__ = ["BLOCK", "FIELDS", "NOISE", "WorldBlock", "blocks", "generate", "to_leads"]

#: Leads in a block.
BLOCK = 65_536

#: The presets: the largest noise of each, in points.
NOISE = {"seed": 1, "noisy": 3}

#: The twelve fields, in the order of a world file.
FIELDS = (
    "age",
    "income",
    "credit_score",
    "website_visits",
    "email_opens",
    "property_views",
    "contact_attempts",
    "time_on_site_minutes",
    "inquiry_submitted",
    "financing_pre_approved",
    "budget_disclosed",
    "location_preference_set",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldBlock:
    """Leads of a world that follow one another.

    Parameters
    ----------
    start : int
        The place of the first lead in the world, 0-based.
    columns : mapping of str to ndarray of shape (n,)
        The twelve fields, whole numbers.
    tier : ndarray of shape (n,)
        Each lead's tier: 0 Low, 1 Medium, 2 High.
    truth : ndarray of shape (n, 3)
        The exact probabilities of Low, Medium and High.
    """

    start: int
    columns: Columns
    tier: NDArray[np.int64]
    truth: NDArray[np.float64]

    @property
    def n(self) -> int:
        """The number of leads."""
        return len(self.tier)

    @property
    def lead_id(self) -> NDArray[np.object_]:
        """The leads' ids, as text: ``lead-0000001`` is the world's first."""
        numbers = range(self.start + 1, self.start + self.n + 1)
        return np.array([f"lead-{number:07d}" for number in numbers], dtype=object)

    def take(self, rows: slice) -> "WorldBlock":
        """Return the leads of `rows`, a slice with a step of 1."""
        return WorldBlock(
            start=self.start + rows.indices(self.n)[0],
            columns={name: column[rows] for name, column in self.columns.items()},
            tier=self.tier[rows],
            truth=self.truth[rows],
        )


def blocks(n: int, *, preset: str = "seed", seed: int = 42) -> Iterator[WorldBlock]:
    """Make a world of `n` leads, one block after the other, in constant memory.

    Parameters
    ----------
    n : int
        How many leads, at least 1.
    preset : str
        ``seed`` (noise of ±1 point) or ``noisy`` (±3).
    seed : int
        Which world, 0 or more; the same seed gives the same leads, whatever `n` is.

    Returns
    -------
    iterator of WorldBlock
        Blocks of 65,536 leads, the last one shorter.

    Raises
    ------
    BadRequest
        If there is no such preset, or a number is out of range.

    Examples
    --------
    >>> [block.n for block in blocks(100_000)]
    [65536, 34464]
    """
    _check(n, preset=preset, seed=seed)
    starts = range(0, n, BLOCK)
    return (
        _draw(start, noise=NOISE[preset], seed=seed).take(slice(0, n - start)) for start in starts
    )


def generate(n: int, *, preset: str = "seed", seed: int = 42) -> WorldBlock:
    """Make a world of `n` leads in one piece, in memory.

    Parameters and errors are those of `blocks`.

    Examples
    --------
    >>> world = generate(1000, seed=7)
    >>> world.columns["income"].shape, world.truth.shape
    ((1000,), (1000, 3))
    """
    parts = list(blocks(n, preset=preset, seed=seed))
    return WorldBlock(
        start=0,
        columns={name: np.concatenate([part.columns[name] for part in parts]) for name in FIELDS},
        tier=np.concatenate([part.tier for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
    )


def to_leads(block: WorldBlock) -> Leads:
    """Return the block's leads as the steps read them, without tiers and truth."""
    columns = {name: block.columns[name].astype(np.float64) for name in FIELDS}
    return Leads(columns=columns, ids={"lead_id": block.lead_id}, n=block.n)


def _check(n: int, *, preset: str, seed: int) -> None:
    if preset not in NOISE:
        raise BadRequest(f"There is no world {preset!r}.", allowed=", ".join(NOISE))
    if n < 1:
        raise BadRequest(f"A world of {n:,} leads was asked for.", allowed="1 lead or more")
    if seed < 0:
        raise BadRequest(f"The seed is {seed}.", allowed="0 or more")


def _draw(start: int, *, noise: int, seed: int) -> WorldBlock:
    """Draw the whole block that begins at `start`."""
    stream = np.random.SeedSequence(seed, spawn_key=(start // BLOCK,))
    rng = np.random.Generator(np.random.PCG64(stream))
    columns = _draw_fields(rng)
    points = tier_points(columns) + rng.integers(-noise, noise, size=BLOCK, endpoint=True)
    truth = true_probabilities(columns, noise=noise)
    return WorldBlock(start=start, columns=columns, tier=tier_index(points), truth=truth)


def _draw_fields(rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    """Draw the twelve fields, in their order."""
    age = rng.integers(22, 70, size=BLOCK)
    income = rng.integers(30_000, 500_000, size=BLOCK)
    credit = rng.integers(300, 850, size=BLOCK)
    i, c = income / 500_000, credit / 850
    e = (i + c) / 2
    counts = [rng.poisson(mean * e) for mean in (30, 20, 15, 5, 60)]
    chances = (0.2 + 0.3 * c, 0.3 + 0.3 * c, 0.3 + 0.2 * i, 0.4 + 0.2 * e)
    flags = [(rng.random(BLOCK) < chance).astype(np.int64) for chance in chances]
    return dict(zip(FIELDS, [age, income, credit, *counts, *flags], strict=True))
