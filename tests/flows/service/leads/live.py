"""A live service in miniature: a model with counters, the moment, and what is said of leads."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any  # Any: JSON as a caller would write it

from leadscore.flows.service.context import Caller, Champion, Context
from leadscore.flows.service.leads.intake import Taken, take_events
from leadscore.flows.service.ports import Store
from leadscore.leads.event_reader import Call
from leadscore.leads.moment import DAY
from leadscore.leads.schema import Field, Label, Schema
from leadscore.score.one_record import RecordScorer
from leadscore.testing.models import make_model

__all__ = ["DIGEST", "NOW", "SCHEMA", "at", "champion", "champion_of", "take", "track"]

#: 2026-03-09T00:00:00Z, a Monday.
NOW = 20_521 * DAY
DIGEST = "d" * 64

SCHEMA = Schema(
    name="live",
    fields=(
        Field(name="income", type="integer", theme="fit", range=(0, 300_000), limits=(0, 10**9)),
        Field(name="source", type="category", theme="other"),
        Field(name="views", type="integer", theme="engagement", range=(0, 20), event="view"),
        Field(
            name="minutes",
            type="number",
            theme="engagement",
            range=(0, 60),
            limits=(0, 1_000),
            event="visit",
            adds="minutes",
            half_life="7d",
        ),
        Field(
            name="week", type="integer", theme="engagement", range=(0, 9), event="view", window="7d"
        ),
        Field(name="asked", type="flag", theme="intent", event="inquiry"),
        Field(name="age", type="integer", role="audit", limits=(0, 120)),
        Field(name="note", type="text", role="group"),
        Field(name="tier", type="text", role="label"),
    ),
    label=Label(field="tier", classes=("Low", "Medium", "High")),
)


def champion_of(schema: Schema, *, seed: int = 0, digest: str = DIGEST) -> Champion:
    """Return a model for the schema, live."""
    model = replace(make_model(schema=schema, seed=seed), digest=digest)
    return Champion(model=model, records=RecordScorer(model))


@cache
def champion(seed: int = 0, digest: str = DIGEST) -> Champion:
    """Return the usual model, live."""
    return champion_of(SCHEMA, seed=seed, digest=digest)


def at(now: int = NOW, *, live: Champion | None = None, **said: Any) -> Context:
    """Return a context at a moment."""
    caller = Caller(actor="k1", role="service")
    return Context(now=now, caller=caller, **{"champion": live or champion(), **said})


def track(lead_id: str = "L1", event: str = "view", **said: Any) -> dict[str, Any]:
    """Return a message of Segment's, ready for a batch."""
    return {"type": "track", "userId": lead_id, "event": event, **said}


def take(
    store: Store, raw: Mapping[str, Any], call: Call = "track", *, now: int = NOW, key: str = ""
) -> Taken:
    """Take a request in a transaction of its own."""
    with store.begin(write=True) as work:
        return take_events(work, at(now), raw, call=call, key=key)
