"""Events that come one by one, in any order and more than once, score as the whole file does."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any  # Any: JSON as a caller would write it

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.flows.service.leads.intake import take_events
from leadscore.flows.service.leads.scoring import rescore
from leadscore.flows.service.ports import Store
from leadscore.leads.conform import conform
from leadscore.leads.event import Scalar
from leadscore.leads.event_reader import read_events
from leadscore.leads.history import fields_at
from leadscore.leads.moment import HOUR, SECOND, moment_text
from leadscore.score.record import Json, score_record
from leadscore.score.scores import score_leads
from leadscore.world.market import Market, market, market_schema
from tests.flows.service.leads.live import NOW, SCHEMA, at, champion_of, take, track

LEADS = 60
#: What the world says of a lead once; all else it counts.
STATED = ("source", "campaign", "region", "property_type", "season", "age", "income")


@pytest.fixture(scope="module")
def world() -> Market:
    return market(LEADS, seed=5, drift=False)


def messages(world: Market) -> list[dict[str, Any]]:
    """Return all that the world tells, as a website would send it."""
    leads = pd.DataFrame(dict(world.leads))
    names, kinds, moments, minutes = (
        world.events[name].tolist() for name in ("lead_id", "kind", "occurred_at", "value")
    )
    tracked = [
        {
            "type": "track",
            "messageId": f"event {place}",
            "userId": names[place],
            "event": kinds[place],
            "timestamp": stamp(moments[place]),
            "properties": {"minutes": minutes[place]} if minutes[place] == minutes[place] else {},
        }
        for place in range(len(names))
    ]
    stated = [
        {
            "type": "identify",
            "messageId": f"lead {one['lead_id']}",
            "userId": one["lead_id"],
            "timestamp": stamp(one["created_at"]),
            "traits": {name: one[name] for name in STATED if one[name] == one[name]},
        }
        for one in leads.to_dict("records")
    ]
    return tracked + stated


def stamp(moment: Any) -> str:
    return moment_text(int(pd.Timestamp(moment).value // 1_000))


def test_the_market_world_streamed_in_any_order_scores_as_its_file_does(
    store: Store, world: Market
) -> None:
    said, schema = messages(world), market_schema()
    draws = np.random.default_rng(7)
    # every message once, in any order, and a third of them again
    order = [*draws.permutation(len(said)), *draws.permutation(len(said))[: len(said) // 3]]
    draws.shuffle(order)
    now = max(NOW, int(pd.Timestamp(world.summary.end).value // 1_000))
    live = champion_of(schema)
    counts = [0, 0]
    for number, places in enumerate(pieces(order, 200)):
        batch = {"batch": [said[place] for place in places]}
        with store.begin(write=True) as work:
            taken = take_events(work, at(now + number, live=live), batch, call="batch")
        assert taken.faults == ()
        counts[0] += taken.accepted
        counts[1] += taken.repeated
    assert counts == [len(said), len(order) - len(said)]

    as_of = now + HOUR
    names = sorted({str(one["userId"]) for one in said})
    with store.begin(write=True) as work:
        work.scores.expire(before=as_of, most=10**6)
        rows = rescore(work, at(as_of, live=live), names, causes={})
        fields = {name: fields_at(work.events.of(name), schema, as_of) for name in names}
    assert fields == fields_of_file(said, now, as_of)
    assert len(rows) == LEADS
    for name, record in records_of(live.model, fields).items():
        told = json.loads(rows[name].record)
        assert {**told, "as_of": "", "score_id": ""} == {**record, "as_of": "", "score_id": ""}


def fields_of_file(
    said: list[dict[str, Any]], received_at: int, as_of: int
) -> dict[str, dict[str, Scalar]]:
    """Return each lead's fields by its whole history at once, as training has them."""
    schema = market_schema()
    reading = [
        read_events({"batch": one}, call="batch", schema=schema, received_at=received_at)
        for one in pieces(said, 2_000)
    ]
    events = [event for one in reading for event in one.events]
    names = {one.lead_id for one in events}
    return {
        name: fields_at([one for one in events if one.lead_id == name], schema, as_of)
        for name in names
    }


def records_of(
    model: Any, fields: Mapping[str, Mapping[str, Scalar]]
) -> dict[str, dict[str, Json]]:
    """Return the records of many leads, scored together from a frame."""
    frame = pd.DataFrame([{"lead_id": name, **one} for name, one in fields.items()])
    leads = conform(frame, model.schema).leads
    scores = score_leads(model, leads)
    return {
        name: json.loads(json.dumps(score_record(model, leads, scores, row)))
        for row, name in enumerate(fields)
    }


def pieces(whole: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(whole), size):
        yield list(whole[start : start + size])


def test_a_lead_has_at_its_moment_what_the_training_file_says_of_it(world: Market) -> None:
    schema = market_schema()
    said = messages(world)
    counters = {one.name for one in schema.fields if one.event}
    events = [
        event
        for one in pieces(said, 2_000)
        for event in read_events(
            {"batch": one}, call="batch", schema=schema, received_at=NOW
        ).events
    ]
    for row in pd.DataFrame(dict(world.leads)).to_dict("records"):
        own = [one for one in events if one.lead_id == row["lead_id"]]
        fields = fields_at(own, schema, int(pd.Timestamp(row["as_of"]).value // 1_000))
        for name in counters:
            assert fields.get(name, 0) == row[name], (row["lead_id"], name)


tracked = st.builds(
    track,
    event=st.sampled_from(["view", "inquiry", "visit", "other"]),
    properties=st.fixed_dictionaries({}, optional={"minutes": st.floats(0, 50)}),
)
stated = st.builds(
    lambda traits: {"type": "identify", "traits": traits},
    st.fixed_dictionaries(
        {},
        optional={"income": st.none() | st.integers(0, 9), "views": st.integers(0, 9)},
    ),
)
moments = st.lists(st.integers(0, 400 * HOUR), min_size=8, max_size=8, unique=True)
numbers = count()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(tracked | stated, min_size=1, max_size=8), ages=moments, data=st.data())
def test_in_whatever_order_and_how_often_messages_come_the_fields_are_the_same(
    store: Store, said: list[dict[str, Any]], ages: list[int], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(range(len(said))), max_size=8))
    order = data.draw(st.permutations([*range(len(said)), *again]))
    # one database for all the cases of the law: each uses a lead of its own
    lead_id = f"L{next(numbers)}"
    named = [
        {
            **one,
            "userId": lead_id,
            "messageId": f"{lead_id} {place}",
            "timestamp": moment_text(NOW - ages[place]),
        }
        for place, one in enumerate(said)
    ]
    for step, place in enumerate(order):
        take(store, {"batch": [named[place]]}, "batch", now=NOW + step * SECOND)
    whole = read_events({"batch": named}, call="batch", schema=SCHEMA, received_at=NOW).events
    with store.begin(write=False) as work:
        kept, last = work.events.of(lead_id), work.scores.latest(lead_id)
    assert len(kept) == len(said)
    assert last is not None
    fields = fields_at(whole, SCHEMA, last.scored_at)
    assert last.features == fields
    assert fields_at(kept, SCHEMA, NOW) == fields_at(whole, SCHEMA, NOW)
