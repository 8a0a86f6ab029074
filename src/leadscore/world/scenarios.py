"""The nine leads that were published with their tier and their confidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads
from leadscore.world.rule import TIERS, true_probabilities
from leadscore.world.seed import FIELDS

__all__ = ["SCENARIOS", "Scenario", "scenario_leads", "scenario_truth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A published lead: who it is, its tier, and how sure of it the publication was.

    Parameters
    ----------
    name : str
        What the lead is called.
    values : tuple of int
        Its twelve fields, in the order of `leadscore.world.seed.FIELDS`.
    tier : str
        The published tier.
    confidence : float
        The published confidence, in 0-1.
    """

    name: str
    values: tuple[int, ...]
    tier: str
    confidence: float

    @property
    def lead(self) -> dict[str, int]:
        """The lead, by field."""
        return dict(zip(FIELDS, self.values, strict=True))

    @property
    def tier_index(self) -> int:
        """The published tier's place: 0 Low, 1 Medium, 2 High."""
        return TIERS.index(self.tier)


def _scenario(name: str, values: tuple[int, ...], tier: str, confidence: float) -> Scenario:
    return Scenario(name=name, values=values, tier=tier, confidence=confidence)


#: In the published order, 1 to 9.
SCENARIOS = (
    _scenario(
        "ultra high value", (45, 350_000, 820, 35, 20, 22, 8, 120, 1, 1, 1, 1), "High", 0.998
    ),
    _scenario(
        "standard high value", (42, 220_000, 780, 25, 15, 18, 5, 90, 1, 1, 1, 1), "High", 0.991
    ),
    _scenario("good medium", (35, 110_000, 720, 15, 8, 10, 3, 50, 1, 0, 1, 1), "Medium", 0.989),
    _scenario("browsing medium", (38, 95_000, 690, 10, 6, 8, 2, 40, 0, 1, 1, 1), "Medium", 0.720),
    _scenario("young, low value", (24, 42_000, 590, 3, 1, 2, 0, 10, 0, 0, 0, 0), "Low", 1.0),
    _scenario("poor credit", (32, 65_000, 520, 5, 2, 3, 1, 15, 0, 0, 0, 0), "Low", 1.0),
    _scenario("rich but inactive", (55, 300_000, 800, 1, 0, 1, 0, 5, 0, 0, 0, 0), "Medium", 0.534),
    _scenario(
        "engaged, poor credit", (29, 55_000, 600, 30, 18, 20, 7, 100, 1, 0, 1, 1), "Medium", 0.833
    ),
    _scenario(
        "borderline everything", (40, 90_000, 680, 12, 7, 9, 2, 45, 0, 1, 0, 1), "Medium", 0.820
    ),
)


def scenario_leads() -> Leads:
    """Return the nine leads, in their order; a lead's id is its scenario's name."""
    columns = {name: column.astype(np.float64) for name, column in _columns().items()}
    names = np.array([scenario.name for scenario in SCENARIOS], dtype=object)
    return Leads(columns=columns, ids={"lead_id": names}, n=len(SCENARIOS))


def scenario_truth(*, noise: int = 1) -> NDArray[np.float64]:
    """Return the exact probability of each scenario's published tier, shape (9,).

    Examples
    --------
    >>> scenario_truth().round(3).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.667, 0.667, 0.667]
    """
    truth = true_probabilities(_columns(), noise=noise)
    return truth[np.arange(len(SCENARIOS)), [scenario.tier_index for scenario in SCENARIOS]]


def _columns() -> dict[str, NDArray[np.int64]]:
    """Return the nine leads as columns of whole numbers."""
    rows = np.array([scenario.values for scenario in SCENARIOS], dtype=np.int64)
    return {name: rows[:, place] for place, name in enumerate(FIELDS)}
