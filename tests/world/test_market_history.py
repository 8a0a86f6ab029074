"""One definition of a counter: what the market world counts is what its events' history gives."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from leadscore.leads.event import Event, Scalar
from leadscore.leads.history import fields_at
from leadscore.leads.moment import DAY, SECOND
from leadscore.leads.outcome import Outcome, OutcomeKind, label_at
from leadscore.world.market import Columns, Market, market, market_schema

WORLD = market(800, seed=11)
SCHEMA = market_schema()
COUNTERS = [field.name for field in SCHEMA.fields if field.event]
STATED = [
    field.name for field in SCHEMA.fields if field.held and not field.event and field.role != "time"
]


def micros(moments: np.ndarray[tuple[int], np.dtype[np.generic]]) -> list[int]:
    return (moments.astype("M8[s]").astype(np.int64) * SECOND).tolist()


def histories(world: Market) -> dict[str, list[Event]]:
    """Return each lead's tracked events, as the world's file of events has them."""
    found: dict[str, list[Event]] = defaultdict(list)
    columns = (world.events[name].tolist() for name in ("lead_id", "kind", "value"))
    rows = zip(*columns, micros(world.events["occurred_at"]), strict=True)
    for row, (lead_id, kind, minutes, at) in enumerate(rows):
        values: dict[str, Scalar] = {} if np.isnan(minutes) else {"minutes": minutes}
        found[lead_id].append(tracked(lead_id, kind, at, values=values, row=row))
    return found


def tracked(lead_id: str, name: str, at: int, *, values: dict[str, Scalar], row: int) -> Event:
    return Event(
        message_id=f"m{row}",
        lead_id=lead_id,
        kind="tracked",
        name=name,
        values=values,
        occurred_at=at,
        received_at=at,
    )


def rows(columns: Columns) -> list[dict[str, Scalar]]:
    frame = pd.DataFrame(dict(columns)).astype(object)
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def test_counters_are_what_the_history_gives_for_every_lead() -> None:
    events = histories(WORLD)
    moments = zip(micros(WORLD.leads["created_at"]), micros(WORLD.leads["as_of"]), strict=True)
    for shown, (created, as_of) in zip(rows(WORLD.leads), moments, strict=True):
        lead_id = str(shown["lead_id"])
        # the world watches its leads from their arrival on, whether or not they do anything
        arrived = tracked(lead_id, "arrived", created, values={}, row=-1)
        found = fields_at([arrived, *events[lead_id]], SCHEMA, as_of)
        assert found == {name: shown[name] for name in COUNTERS}


def test_a_lead_without_any_event_is_not_watched() -> None:
    events = histories(WORLD)
    as_of = dict(zip(WORLD.leads["lead_id"].tolist(), micros(WORLD.leads["as_of"]), strict=True))
    silent = [
        lead_id
        for lead_id, moment in as_of.items()
        if not any(one.occurred_at <= moment for one in events[lead_id])
    ]
    assert all(fields_at(events[one], SCHEMA, as_of[one]) == {} for one in silent)
    assert len(silent) < 8


def test_a_whole_row_comes_back_from_what_was_said_and_what_happened() -> None:
    events = histories(WORLD)
    moments = zip(micros(WORLD.leads["created_at"]), micros(WORLD.leads["as_of"]), strict=True)
    for shown, (created, as_of) in zip(rows(WORLD.leads), moments, strict=True):
        lead_id = str(shown["lead_id"])
        said = Event(
            message_id="said",
            lead_id=lead_id,
            kind="stated",
            name="import",
            values={name: shown[name] for name in STATED},
            occurred_at=created,
            received_at=created,
        )
        arrived = tracked(lead_id, "arrived", created, values={}, row=-1)
        found = fields_at([*events[lead_id], said, arrived], SCHEMA, as_of)
        wanted = {name: shown[name] for name in (*STATED, *COUNTERS)}
        assert found == {name: value for name, value in wanted.items() if value is not None}


@pytest.mark.parametrize("days", [0, 45])
def test_labels_are_what_the_outcomes_give_for_every_lead(days: int) -> None:
    end = int(np.datetime64(WORLD.summary.end, "s").astype(np.int64)) * SECOND
    horizon = WORLD.summary.horizon_days
    outcomes = defaultdict(list)
    closed = micros(WORLD.outcomes["occurred_at"])
    for place, (row, at) in enumerate(zip(rows(WORLD.outcomes), closed, strict=True)):
        kind: OutcomeKind = "converted" if row["kind"] == "converted" else "lost"
        one = Outcome(
            id=f"o{place}",
            lead_id=str(row["lead_id"]),
            kind=kind,
            occurred_at=at,
            recorded_at=at,
        )
        outcomes[one.lead_id].append(one)
    for shown, created in zip(rows(WORLD.leads), micros(WORLD.leads["created_at"]), strict=True):
        label = label_at(outcomes[str(shown["lead_id"])], created, horizon, as_of=end - days * DAY)
        ripe = created + horizon * DAY <= end - days * DAY
        assert label == (shown["converted"] if ripe else None)
