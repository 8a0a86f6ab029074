"""A small schema with every kind of counter, and histories drawn for it."""

from hypothesis import strategies as st

from leadscore.leads.event import Event, Scalar
from leadscore.leads.moment import DAY, HOUR
from leadscore.leads.schema import Field, Schema

__all__ = ["COUNTERS", "LAST", "SCHEMA", "events", "said", "tracked"]

SCHEMA = Schema(
    name="histories",
    fields=(
        Field(name="source", type="category"),
        Field(name="budget", type="number"),
        Field(name="views", type="integer", event="view"),
        Field(name="minutes", type="number", event="visit", adds="minutes"),
        Field(name="lately", type="integer", event="view", window="2d"),
        Field(name="fading", type="number", event="view", half_life="1d"),
        Field(name="fading_lately", type="number", event="visit", window="2d", half_life="12h"),
        Field(name="asked", type="flag", event="ask"),
        Field(name="note", type="text", role="ignore"),
    ),
)
COUNTERS = tuple(field.name for field in SCHEMA.fields if field.event)
LAST = 6 * DAY


def tracked(name: str, at: int, *, message_id: str = "", minutes: Scalar = None) -> Event:
    return Event(
        message_id=message_id or f"{name} {at}",
        lead_id="L1",
        kind="tracked",
        name=name,
        values={} if minutes is None else {"minutes": minutes},
        occurred_at=at,
        received_at=at,
    )


def said(
    at: int, *, message_id: str = "", received_at: int | None = None, **values: Scalar
) -> Event:
    return Event(
        message_id=message_id or f"said {at}",
        lead_id="L1",
        kind="stated",
        name="identify",
        values=values,
        occurred_at=at,
        received_at=at if received_at is None else received_at,
    )


_STATED: dict[str, st.SearchStrategy[Scalar]] = {
    "source": st.sampled_from(["Web", "Fair", None]),
    "budget": st.sampled_from([0.5, 100, None]),
    "views": st.sampled_from([0, 5, None]),
    "minutes": st.sampled_from([0, 7.25, None]),
    "lately": st.sampled_from([0, 2]),
    "fading": st.sampled_from([0.0, 2.5]),
    "asked": st.sampled_from([0, 1, None]),
    "note": st.just("x"),
}


@st.composite
def events(draw: st.DrawFn, *, kinds: tuple[str, ...] = ("stated", "tracked")) -> list[Event]:
    """Draw a history: hourly moments, so that some things happen at once, and any arrival."""
    found = []
    for place in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(kinds))
        name = draw(st.sampled_from(["view", "visit", "ask", "other"]))
        amounts = st.sampled_from([None, 0.1, 0.2, 3, -1, "2.5", "a lot", True])
        properties = {"minutes": draw(amounts)} if name == "visit" else {}
        stated = draw(st.fixed_dictionaries({}, optional=_STATED))
        found.append(
            Event(
                message_id=f"m{place}",
                lead_id="L1",
                kind="stated" if kind == "stated" else "tracked",
                name="identify" if kind == "stated" else name,
                values=stated if kind == "stated" else properties,
                occurred_at=draw(st.integers(0, LAST // HOUR)) * HOUR,
                received_at=draw(st.integers(0, 2 * LAST)),
            )
        )
    return found
