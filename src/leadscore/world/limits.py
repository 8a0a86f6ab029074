"""The Bayes limit: the best that any model can reach in a world, given its leads.

Someone who knows the true probabilities states the likeliest tier and those probabilities. The
figures here are that person's expected ones over the noise, given the leads: no draw of tiers
enters them, so a single test part lies a little above or below.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.world.rule import TIERS

__all__ = ["BayesLimits", "TruthSums", "bayes_limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesLimits:
    """The best figures that any model can reach.

    Parameters
    ----------
    accuracy : float
        The mean of the largest probability.
    log_loss : float
        The mean entropy, in nats.
    brier : float
        The mean of the sum over tiers of p (1 - p).
    ece : float
        Always 0: the true probabilities are calibrated. A finite test part shows more than 0
        (about 0.006 on 2,000 leads), which is the noise of the measurement.
    recall : mapping of str to float
        For each tier, the share of its leads that are stated as such; None where it has none.
    mix : mapping of str to float
        The expected share of each tier.
    """

    accuracy: float
    log_loss: float
    brier: float
    ece: float
    recall: Mapping[str, float | None]
    mix: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthSums:
    """What the limits are computed from; sums of parts add up to the sums of the whole.

    Parameters
    ----------
    n : int
        The number of leads.
    entropy : float
        The sum of the entropies, in nats.
    spread : float
        The sum of p (1 - p) over leads and tiers.
    mass : ndarray of shape (3,)
        The sum of the probabilities of each tier.
    hits : ndarray of shape (3,)
        The same, over the leads that are stated as that tier.
    """

    n: int
    entropy: float
    spread: float
    mass: NDArray[np.float64]
    hits: NDArray[np.float64]

    @classmethod
    def none(cls) -> "TruthSums":
        """Return the sums of no leads at all."""
        return cls.of(np.empty((0, len(TIERS))))

    @classmethod
    def of(cls, truth: NDArray[np.float64]) -> "TruthSums":
        """Sum up the true probabilities `truth`, of shape (n, 3)."""
        stated = truth.argmax(axis=1)
        logs = np.log(truth, where=truth > 0, out=np.zeros_like(truth))
        return cls(
            n=len(truth),
            entropy=float(-(truth * logs).sum()),
            spread=float((truth * (1 - truth)).sum()),
            mass=truth.sum(axis=0),
            hits=np.array([truth[stated == one, one].sum() for one in range(truth.shape[1])]),
        )

    def __add__(self, other: "TruthSums") -> "TruthSums":
        return TruthSums(
            n=self.n + other.n,
            entropy=self.entropy + other.entropy,
            spread=self.spread + other.spread,
            mass=self.mass + other.mass,
            hits=self.hits + other.hits,
        )

    def limits(self) -> BayesLimits:
        """Return the limits of the leads summed up, at least one."""
        return BayesLimits(
            accuracy=float(self.hits.sum() / self.n),
            log_loss=self.entropy / self.n,
            brier=self.spread / self.n,
            ece=0.0,
            recall={
                tier: float(hits / mass) if mass else None
                for tier, hits, mass in zip(TIERS, self.hits, self.mass, strict=True)
            },
            mix=dict(zip(TIERS, (self.mass / self.n).tolist(), strict=True)),
        )


def bayes_limits(truth: NDArray[np.float64]) -> BayesLimits:
    """Return the Bayes limits of leads whose true probabilities are known.

    Parameters
    ----------
    truth : ndarray of shape (n, 3)
        The probabilities of Low, Medium and High, n at least 1.

    Examples
    --------
    >>> limits = bayes_limits(np.array([[1, 0, 0], [0, 2 / 3, 1 / 3]]))
    >>> round(limits.accuracy, 3), round(limits.log_loss, 3)
    (0.833, 0.318)
    """
    return TruthSums.of(truth).limits()
