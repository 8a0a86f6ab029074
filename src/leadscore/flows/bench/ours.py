"""The product's own ways to score."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from leadscore.flows.bench.scene import Engines
from leadscore.flows.bench.timing import Part, Way
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.model.trees import Trees
from leadscore.score.one import LeadScorer
from leadscore.score.reasons import top_reasons
from leadscore.score.scores import score_leads

__all__ = ["NAMES", "next_of", "our_ways"]

_Item = TypeVar("_Item")
_Call = Callable[[int], object]

#: What a person calls the product's ways.
NAMES = {
    "default": "default recipe",
    "seed": "seed recipe, probabilities",
    "seed margin": "seed recipe, margin",
    "seed explained": "seed recipe",
    "seed effects": "seed recipe, effects",
}
_SAYS_WHY = frozenset(["default", "seed explained", "seed effects"])
_REASONS = 3
#: So many leads make a batch where each takes some hundredths of a millisecond.
_FEW = 10_000


def our_ways(engines: Engines, parts: Sequence[Part]) -> tuple[Way, ...]:
    """Return the product's ways of the `parts`, files aside.

    A lead that is explained has its score, tier, probabilities, every effect, and its top three
    reasons, as values; the others have what their names say.
    """
    makers = {"one": _one, "batch": _batch}
    return tuple(way for part, make in makers.items() if part in parts for way in make(engines))


def next_of(items: Sequence[_Item], work: Callable[[_Item], object]) -> _Call:
    """Return a call that does `work` on the item of its number, and after the last on the first."""
    count = len(items)
    return lambda number: work(items[number % count])


def _one(engines: Engines) -> tuple[Way, ...]:
    calls: dict[str, _Call] = {
        "default": next_of(engines.records, LeadScorer(engines.default).score),
        "seed explained": next_of(engines.records, LeadScorer(engines.seed).score),
    }
    if isinstance(trees := engines.seed.engine, Trees):
        few = engines.leads.take(slice(0, len(engines.records)))
        rows = engines.seed.encoder.encode(few)
        single = [rows[place : place + 1] for place in range(len(rows))]
        calls["seed"] = next_of(single, trees.probabilities)
        calls["seed margin"] = next_of(single, trees.margin)
    return tuple(_way(key, "one", 1, call) for key, call in calls.items())


def _batch(engines: Engines) -> tuple[Way, ...]:
    leads = engines.leads
    few = leads.take(slice(0, _FEW))
    calls: dict[str, tuple[Leads, _Call]] = {
        "default": (leads, lambda _: _explain(engines.default, leads)),
        "seed explained": (few, lambda _: _explain(engines.seed, few)),
    }
    if isinstance(trees := engines.seed.engine, Trees):
        rows = engines.seed.encoder.encode(leads)
        calls["seed"] = leads, lambda _: trees.probabilities(rows)
        calls["seed margin"] = leads, lambda _: trees.margin(rows)
        calls["seed effects"] = few, lambda _: trees.effects(rows[:_FEW])
    return tuple(_way(key, "batch", which.n, call) for key, (which, call) in calls.items())


def _explain(model: Model, leads: Leads) -> object:
    scores = score_leads(model, leads)
    return scores, top_reasons(scores.effects, _REASONS)


def _way(key: str, part: Part, leads: int, call: _Call) -> Way:
    return Way(
        key=key,
        name=NAMES[key],
        part=part,
        explained=key in _SAYS_WHY,
        leads=leads,
        call=call,
        ours=True,
    )
