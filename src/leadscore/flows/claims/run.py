"""Measure every published figure anew."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.errors import BadRequest
from leadscore.flows.claims.verdicts import Claim, ScenarioClaim, claim_rows, scenario_rows
from leadscore.flows.claims.worlds import WorldFigures, WorldTask, measure_world
from leadscore.flows.ports import Progress

__all__ = ["FEWEST_LEADS", "Claims", "run_claims"]

WorldSpread = Callable[
    [Callable[[WorldTask], WorldFigures], Iterable[WorldTask]], Iterator[WorldFigures]
]

#: With fewer leads, the High tier of a test part is a handful.
FEWEST_LEADS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Every published figure beside what was measured.

    Parameters
    ----------
    worlds, leads : int
        How many worlds of each preset were measured, and of how many leads.
    rows : tuple of Claim
        The figures.
    scenarios : tuple of ScenarioClaim
        The nine scenarios.
    bayes : mapping of str to float
        The best accuracy and log loss of each preset, the mean over its worlds.
    ordinal : mapping of str to float
        Accuracy, log loss and ECE of the recipes `seed` and `ordinal` on the `seed` worlds.
    """

    worlds: int
    leads: int
    rows: tuple[Claim, ...]
    scenarios: tuple[ScenarioClaim, ...]
    bayes: Mapping[str, float]
    ordinal: Mapping[str, float]


def run_claims(
    *,
    worlds: int = 10,
    leads: int = 10_000,
    spread: WorldSpread,
    progress: Progress | None = None,
) -> Claims:
    """Measure each published figure on `worlds` worlds.

    Parameters
    ----------
    worlds : int
        How many worlds of each preset, at least 1.
    leads : int
        How many leads each has.
    spread : callable
        Who measures several worlds at once: a `Spread`.
    progress : Progress, optional
        Who is told how many worlds are done.

    Raises
    ------
    BadRequest
        If a number is out of range.
    """
    _check(worlds, leads)
    tasks = [
        WorldTask(preset=preset, seed=seed, leads=leads)
        for preset in ("seed", "noisy")
        for seed in range(1, worlds + 1)
    ]
    found = []
    for done, one in enumerate(spread(measure_world, tasks), 1):
        found.append(one)
        if progress:
            progress(done)
    return Claims(
        worlds=worlds,
        leads=leads,
        rows=claim_rows(found),
        scenarios=scenario_rows(found),
        bayes={
            f"{preset}.{key}": _mean(found, f"{prefix}bayes.{key}")
            for preset, prefix in (("seed", ""), ("noisy", "noisy."))
            for key in ("accuracy", "log_loss")
        },
        ordinal={
            f"{recipe}.{key}": _mean(found, f"{recipe}.{key}")
            for recipe in ("seed", "ordinal")
            for key in ("accuracy", "log_loss", "ece")
        },
    )


def _check(worlds: int, leads: int) -> None:
    if worlds < 1:
        raise BadRequest(f"{worlds} worlds were asked for.", allowed="1 or more")
    if leads < FEWEST_LEADS:
        raise BadRequest(
            f"Worlds of {leads:,} leads were asked for.", allowed=f"{FEWEST_LEADS:,} leads or more"
        )


def _mean(found: Sequence[WorldFigures], key: str) -> float:
    return float(np.mean([one.figures[key] for one in found if key in one.figures]))
