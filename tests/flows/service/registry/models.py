"""Models for the registry, and who adds them."""

from collections.abc import Mapping
from functools import cache

from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.models import add_model
from leadscore.flows.service.registry.promotion import promote
from leadscore.model.bundle import dump_model, load_model
from leadscore.testing.models import make_model, outcome_schema

__all__ = ["add", "asked", "digest_of", "parts_of", "put_live"]


@cache
def parts_of(seed: int = 0, *, outcome: bool = False) -> Mapping[str, bytes]:
    """Return the parts of a small model; each seed is another one."""
    return dump_model(make_model(seed=seed, schema=outcome_schema() if outcome else None))


@cache
def digest_of(seed: int = 0, *, outcome: bool = False) -> str:
    """Return such a model's digest."""
    return load_model(parts_of(seed, outcome=outcome)).digest


def asked(now: int = 1_000_000, *, actor: str = "k1") -> Context:
    """Return a context in which somebody asks."""
    return Context(now=now, caller=Caller(actor=actor, role="admin"))


def add(store: Store, *seeds: int) -> None:
    """Keep models."""
    for seed in seeds:
        with store.begin(write=True) as work:
            add_model(work, asked(1_000_000 + seed), parts_of(seed), note="a try")


def put_live(store: Store, seed: int, *, now: int = 2_000_000, reason: str = "") -> None:
    """Add a model and promote it."""
    add(store, seed)
    with store.begin(write=True) as work:
        promote(work, asked(now), digest_of(seed), reason=reason)
