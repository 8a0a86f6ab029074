"""What the live service's memory costs: writes a second, and the worklist at 100,000 leads.

    python benchmarks/store.py --leads 100000
    python benchmarks/store.py --leads 100000 --url postgresql://localhost/scratch

Without a URL on SQLite, in a file of its own. The database that a URL names must be empty, and is
left full. Every write is one transaction, on the disk when it is counted.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import quantiles

import numpy as np

from leadscore.flows.service.lead_rows import ScoreRow, WorklistQuery, WorkRow
from leadscore.flows.service.ports import Store
from leadscore.leads.event import Event
from leadscore.store.sql.opening import open_database, open_store
from leadscore.worklist.rank import Entry
from leadscore.worklist.task import Task

HOUR = 3_600_000_000
NOW = 480_000 * HOUR
BATCH = 1_000
#: A score record has about this many bytes.
RECORD = b"{" + b" " * 3_000 + b"}"
FEATURES: dict[str, str | int | float | bool | None] = {f"field_{at}": at * 1.5 for at in range(12)}


def main() -> None:
    """Fill a database, and print what each kind of work takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--url", default="", help="an empty database; SQLite without")
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"sqlite:///{Path(folder) / 'leadscore.db'}"
        database = open_database(url, timeout=30)
        database.upgrade()
        database.close()
        store = open_store(url, pool=4, timeout=30)
        measure(store, leads=asked.leads, rounds=asked.rounds)
        store.close()


def measure(store: Store, *, leads: int, rounds: int) -> None:
    """Fill the store and print the figures."""
    taken = [timed(partial(fill, store, at)) for at in range(0, leads, BATCH)]
    rate = leads / sum(taken)
    print(f"filled: {leads:,} leads with an event, a score and a task each, {rate:,.0f} a second")
    tell("batch of 1,000 events", [timed(partial(batch, store, at)) for at in range(20)])
    tell("track one event", [timed(partial(track, store, at)) for at in range(rounds)])
    tell("read one task", [timed(partial(read_task, store, at)) for at in range(rounds)])
    for name, query in queries().items():
        tell(name, [timed(partial(page, store, query)) for _ in range(rounds)])
    tell("count of the worklist", [timed(partial(count, store)) for _ in range(20)])
    tell("erase a lead", [timed(partial(erase, store, at)) for at in range(50)])


def fill(store: Store, start: int) -> None:
    """Put a batch of leads in, each with an event, a score and a task."""
    ids = [lead(at) for at in range(start, start + BATCH)]
    with store.begin(write=True) as work:
        work.leads.hold(ids, at=NOW)
        work.events.add([event(f"fill {one}", one) for one in ids])
        work.scores.add([score(f"fill {one}", one) for one in ids])
        work.tasks.add([task(at) for at in range(start, start + BATCH)])


def batch(store: Store, number: int) -> None:
    """Put 1,000 events of known leads in."""
    with store.begin(write=True) as work:
        ids = [lead(at) for at in range(BATCH)]
        work.leads.hold(ids, at=NOW)
        work.events.add([event(f"batch {number} {one}", one) for one in ids])


def track(store: Store, number: int) -> None:
    """Do what one event of a lead makes the service do, but for computing the score."""
    name = lead(number * 37)
    with store.begin(write=True) as work:
        work.leads.hold([name], at=NOW)
        work.events.add([event(f"track {number}", name)])
        work.events.of(name)
        work.scores.latest(name)
        work.scores.add([score(f"track {number}", name)])
        live = work.tasks.live_of([name])[name][0]
        work.tasks.appraise({live.task.id: live.entry})
        work.outbox.add([])


def read_task(store: Store, number: int) -> None:
    """Read a task, as a move does first."""
    with store.begin(write=False) as work:
        assert work.tasks.get(f"task {lead(number * 37)}")


def page(store: Store, query: WorklistQuery) -> None:
    """Read a page of the worklist with whom to reach and the last scores."""
    with store.begin(write=False) as work:
        rows = work.worklist.page(query)
        ids = [one.task.lead_id for one in rows]
        work.contacts.of(ids)
        work.scores.latest_of(ids)


def count(store: Store) -> None:
    """Count the tasks to do."""
    with store.begin(write=False) as work:
        work.worklist.count(WorklistQuery(now=NOW, viewer="ann"))


def erase(store: Store, number: int) -> None:
    """Erase a lead."""
    with store.begin(write=True) as work:
        assert work.leads.erase(lead(number * 41), at=NOW).rows


def queries() -> dict[str, WorklistQuery]:
    """Return the pages that are asked for."""
    return {
        "first page": WorklistQuery(now=NOW, viewer="ann", typical=9_000.0),
        "first page, long before": WorklistQuery(
            now=NOW - 90 * HOUR, viewer="ann", typical=9_000.0
        ),
        "page 20": WorklistQuery(now=NOW, viewer="ann", typical=9_000.0, skip=950),
        "first page of Low": WorklistQuery(now=NOW, viewer="ann", tier="Low"),
    }


def lead(number: int) -> str:
    """Return a lead's id."""
    return f"L{number:07}"


def event(message_id: str, lead_id: str) -> Event:
    """Return an event."""
    return Event(
        message_id=message_id,
        lead_id=lead_id,
        kind="tracked",
        name="property_view",
        values={"property": "P-7", "minutes": 3.5},
        occurred_at=NOW,
        received_at=NOW,
    )


def score(score_id: str, lead_id: str) -> ScoreRow:
    """Return a score."""
    return ScoreRow(
        score_id=score_id,
        lead_id=lead_id,
        scored_at=NOW,
        as_of="",
        cause="",
        digest="d" * 64,
        score=50.0,
        tier="Medium",
        chance=0.2,
        features=FEATURES,
        record=RECORD,
    )


def task(number: int) -> WorkRow:
    """Return a task: chances as skewed as real ones, a tenth with a value, made over 90 hours."""
    draw = np.random.default_rng(number)
    chance = float(draw.beta(0.8, 6))
    tier = "High" if chance > 0.3 else "Medium" if chance > 0.1 else "Low"
    made = NOW - int(draw.integers(0, 90 * HOUR))
    due = made + {"High": 24, "Medium": 48, "Low": 168}[tier] * HOUR
    name = lead(number)
    entry = Entry(
        lead_id=name,
        score=100 * chance,
        chance=chance,
        value=float(draw.lognormal(9, 1)) if number % 10 == 0 else None,
        created_at=made,
        due_at=due,
    )
    kept = Task(
        id=f"task {name}",
        lead_id=name,
        wave="1",
        tier=tier,
        lane="explore" if number % 20 == 0 else "priority",
        created_at=made,
        due_at=due,
    )
    return WorkRow(task=kept, entry=entry)


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def tell(name: str, seconds: list[float]) -> None:
    """Print the middle and the slow end."""
    cuts = quantiles(seconds, n=100)
    middle, slow, slowest = (1_000 * cuts[at - 1] for at in (50, 95, 99))
    print(
        f"{name:26} p50 {middle:7.1f} ms   p95 {slow:7.1f} ms   p99 {slowest:7.1f} ms", flush=True
    )


if __name__ == "__main__":
    main()
