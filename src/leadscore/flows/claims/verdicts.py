"""Published beside measured: the mean over worlds, its interval, and a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from leadscore.flows.claims.published import PUBLISHED, TOLERANCE, Kind, Published
from leadscore.flows.claims.worlds import WorldFigures
from leadscore.world.scenarios import SCENARIOS, Scenario, scenario_truth

__all__ = ["Claim", "ScenarioClaim", "Verdict", "claim_rows", "scenario_rows", "verdict"]

Verdict = Literal["reproduces", "nearly", "does not"]

_RIGHT_TIERS = Published(
    claim="S13",
    what="scenarios of nine that get their tier",
    key="seed.scenarios",
    low=9,
    high=9,
    reason="three of the nine have a true probability of 2/3 only, and few leads are like them",
    kind="decimal",
)
_IDLE = (
    "hardly any lead in training is that rich and that idle; the truth is 2/3, so no honest "
    "model can be sure"
)
_EDGE = "the truth is 2/3: an honest confidence lies there, not above"
_SURE = "the truth is 1; how sure a model is of it depends on the world that it learned from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A published figure and what was measured.

    Parameters
    ----------
    claim, what, reason : str
        Which figure, in words, and why it comes out differently; no reason where it reproduces.
    kind : {"share", "decimal"}
        How it is written.
    published : tuple of float
        Its two ends; equal where a single figure was published.
    mean, low, high : float
        The mean over worlds and its 95 % interval; NaN ends for a single world.
    worst, best : float
        The lowest and the highest of the worlds.
    verdict : {"reproduces", "nearly", "does not"}
        Whether the mean is near enough.
    """

    claim: str
    what: str
    kind: Kind
    published: tuple[float, float]
    mean: float
    low: float
    high: float
    worst: float
    best: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioClaim:
    """One of the nine scenarios: published, true, and what the recipes say of it.

    Parameters
    ----------
    number : int
        1 to 9.
    scenario : Scenario
        The lead, its published tier and confidence.
    truth : float
        The exact probability of that tier.
    worlds : int
        How many models of each recipe were asked.
    right : mapping of str to int
        For each recipe, how many of its models state the published tier.
    confidence : mapping of str to float
        For each recipe, the mean probability that it gives to the published tier.
    verdict : {"reproduces", "nearly", "does not"}
        Of the `seed` recipe: whether most models state the tier, with a confidence near enough.
    reason : str
        Why it comes out differently, where it does.
    """

    number: int
    scenario: Scenario
    truth: float
    worlds: int
    right: Mapping[str, int]
    confidence: Mapping[str, float]
    verdict: Verdict
    reason: str


def claim_rows(worlds: Sequence[WorldFigures]) -> tuple[Claim, ...]:
    """Return one row for each published figure.

    Parameters
    ----------
    worlds : sequence of WorldFigures
        At least one world of each preset.
    """
    claims = sorted((*PUBLISHED, _RIGHT_TIERS), key=lambda one: int(one.claim[1:]))
    return tuple(_row(one, worlds) for one in claims)


def scenario_rows(worlds: Sequence[WorldFigures]) -> tuple[ScenarioClaim, ...]:
    """Return one row for each of the nine scenarios."""
    told = [one.scenarios for one in worlds if one.scenarios]
    names = tuple(told[0])
    stacked = {name: np.stack([one[name] for one in told]) for name in names}
    truth = scenario_truth()
    return tuple(
        _scenario(at, {name: each[:, at] for name, each in stacked.items()}, float(truth[at]))
        for at in range(len(SCENARIOS))
    )


def verdict(gap: float) -> Verdict:
    """Return what a distance to the published figure means.

    Examples
    --------
    >>> verdict(0.01), verdict(0.04), verdict(0.3)
    ('reproduces', 'nearly', 'does not')
    """
    # 0.85 - 0.83 is a hair above 0.02 in floating point
    if gap <= TOLERANCE.reproduces + 1e-12:
        return "reproduces"
    return "nearly" if gap <= TOLERANCE.nearly + 1e-12 else "does not"


def _row(one: Published, worlds: Sequence[WorldFigures]) -> Claim:
    noisy = one.key.startswith("noisy.")
    values = np.array(
        [
            world.figures.get(one.key, 0.0)
            for world in worlds
            if (world.task.preset == "noisy") == noisy
        ]
    )
    mean = float(values.mean())
    half = _half_width(values)
    found = verdict(max(one.low - mean, mean - one.high, 0.0))
    return Claim(
        claim=one.claim,
        what=one.what,
        kind=one.kind,
        published=(one.low, one.high),
        mean=mean,
        low=mean - half,
        high=mean + half,
        worst=float(values.min()),
        best=float(values.max()),
        verdict=found,
        reason="" if found == "reproduces" else one.reason or _spread(values, one.kind),
    )


def _spread(values: NDArray[np.float64], kind: Kind) -> str:
    low, high = float(values.min()), float(values.max())
    words = f"{low:.1%} to {high:.1%}" if kind == "share" else f"{low:.3f} to {high:.3f}"
    return f"the worlds run from {words}"


def _half_width(values: NDArray[np.float64]) -> float:
    n = len(values)
    if n < 2:
        return float("nan")
    return float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))


def _scenario(at: int, told: Mapping[str, NDArray[np.float64]], truth: float) -> ScenarioClaim:
    scenario = SCENARIOS[at]
    tier = scenario.tier_index
    right = {name: int((each.argmax(axis=1) == tier).sum()) for name, each in told.items()}
    sure = {name: float(each[:, tier].mean()) for name, each in told.items()}
    worlds = len(next(iter(told.values())))
    found = verdict(abs(sure["seed"] - scenario.confidence))
    if right["seed"] * 2 <= worlds:
        found = "does not"
    return ScenarioClaim(
        number=at + 1,
        scenario=scenario,
        truth=truth,
        worlds=worlds,
        right=right,
        confidence=sure,
        verdict=found,
        reason="" if found == "reproduces" else _why(at, truth),
    )


def _why(at: int, truth: float) -> str:
    if SCENARIOS[at].name == "rich but inactive":
        return _IDLE
    return _EDGE if truth < 1 else _SURE
