"""What converts in each tier, against what the schema expects of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Tier
from leadscore.measure.charts.formats import percent_range
from leadscore.measure.fairness.shares import share
from leadscore.measure.metrics import Number

__all__ = ["TierRate", "tier_rates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRate:
    """One tier: its leads, and what share of them converted.

    Parameters
    ----------
    tier : str
        The tier's name.
    n : int
        The leads that are stated it.
    part : float
        Their share of all leads, in 0-1.
    converted : int
        How many of them converted.
    rate : Number
        The share of them that did, with its exact 95 % interval; undefined where `n` is 0.
    expected : tuple of float, optional
        What the schema expects, low and high end, in 0-1; None where it does not say.
    """

    tier: str
    n: int
    part: float
    converted: int
    rate: Number
    expected: tuple[float, float] | None

    @property
    def expected_words(self) -> str:
        """What the schema expects, for people; a dash where it does not say."""
        return "–" if self.expected is None else percent_range(*self.expected, digits=0)

    @property
    def verdict(self) -> str:
        """Whether the whole interval lies beside what is expected; empty where it does not."""
        low, high = self.rate["low"], self.rate["high"]
        if self.expected is None or low is None or high is None:
            return ""
        if high < self.expected[0]:
            return "fewer than expected"
        return "more than expected" if low > self.expected[1] else ""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "tier": self.tier,
            "n": self.n,
            "converted": self.converted,
            "rate": dict(self.rate),
            "expected": None if self.expected is None else list(self.expected),
        }


def tier_rates(
    tier: NDArray[np.intp], hits: NDArray[np.bool_], *, tiers: Sequence[Tier]
) -> tuple[TierRate, ...]:
    """Return what converts in each tier, lowest first.

    Parameters
    ----------
    tier : ndarray of int, shape (n,)
        The place in `tiers` of each lead's stated tier; n is 1 or more.
    hits : ndarray of bool, shape (n,)
        Whether the lead converted.
    tiers : sequence of Tier
        The schema's tiers, lowest first.
    """
    sizes = np.bincount(tier, minlength=len(tiers))
    converted = np.bincount(tier[hits], minlength=len(tiers))
    return tuple(
        TierRate(
            tier=one.name,
            n=int(n),
            part=float(n / len(tier)),
            converted=int(k),
            rate=share(int(k), int(n)),
            expected=one.conversion,
        )
        for one, n, k in zip(tiers, sizes, converted, strict=True)
    )
