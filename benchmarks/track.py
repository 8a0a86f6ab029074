"""From an event to the worklist: what it takes while 200 events a second come in.

    python benchmarks/track.py
    python benchmarks/track.py --url postgresql://localhost/scratch
    python benchmarks/track.py --service http://127.0.0.1:8000 --key lsk_... --url sqlite:///...

Each event is one `track`: it is taken, its lead scored again, and its task put in its new place,
in one transaction that is on the disk at the end. Of one in ten the task is read back then.
Events come at their own pace, whether or not those before them are done, and an event's time counts
from when it was due: so a queue shows. One in twenty is sent twice. At the end every event is
counted in the store: none may be lost and none there twice.

Without `--service` nothing but HTTP is left out, and the database that a URL names must be empty.
With it the URL is that of the service's database. Each run needs a database of its own.
"""

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from leadscore.flows.service.context import Caller, Champion, Context
from leadscore.flows.service.leads.intake import take_events
from leadscore.flows.service.ports import Store
from leadscore.leads.event_reader import Call
from leadscore.library import save_model, train_model
from leadscore.score.one_record import RecordScorer
from leadscore.store.sql.opening import open_database, open_store
from leadscore.testing.makers import make_frame

EVENTS = ("website_visit", "email_open", "property_view", "inquiry_submitted")
#: One in so many events is sent twice.
TWICE = 20
THREADS = 16

Message = dict[str, Any]
Send = Callable[[Call, Message], bool]
Count = Callable[[Sequence[Message]], Counter[str]]


@dataclass(frozen=True)
class Told:
    """What became of one sending: from when it was due to done, and whether it was new."""

    seconds: float
    new: bool


def main() -> None:
    """Send events at a rate, and print how long each took and whether all are there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=200, help="events a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--leads", type=int, default=5_000)
    parser.add_argument("--url", default="", help="the database; SQLite without")
    parser.add_argument("--service", default="", help="a service that runs")
    parser.add_argument("--key", default="", help="its key, of the role admin")
    asked = parser.parse_args()
    messages = made(asked.rate * asked.seconds, leads=asked.leads)
    way = over_http(asked.service, asked.key, asked.url) if asked.service else in_process(asked.url)
    with way as (send, count):
        fill(send, leads=asked.leads)
        told = paced(send, messages, rate=asked.rate)
        tell(told, messages, count(messages))


def made(count: int, *, leads: int) -> list[Message]:
    """Return messages of leads drawn at random, some of them twice, a while apart."""
    draws = np.random.default_rng(11)
    once = [
        {
            "userId": f"lead-{draws.integers(leads):06}",
            "event": EVENTS[draws.integers(len(EVENTS))],
            "messageId": f"bench-{at}",
            "properties": {"minutes": float(draws.integers(1, 9))},
        }
        for at in range(count - count // TWICE)
    ]
    again = [once[at] for at in draws.integers(len(once), size=count // TWICE)]
    places = np.sort(draws.integers(len(once), size=len(again)))
    for place, message in zip(places[::-1], again, strict=True):
        once.insert(int(place), message)
    return once


def fill(send: Send, *, leads: int) -> None:
    """Make a third of the leads known before the clock runs; the others come as they come."""
    frame = make_frame(leads // 3, seed=5).drop(columns="tier").to_dict("records")
    batch = [
        {
            "type": "identify",
            "userId": f"lead-{at:06}",
            "messageId": f"fill-{at}",
            "traits": {str(name): value for name, value in one.items() if name != "lead_id"},
        }
        for at, one in enumerate(frame)
    ]
    for start in range(0, len(batch), 500):
        send("batch", {"batch": batch[start : start + 500]})


def paced(send: Send, messages: Sequence[Message], *, rate: int) -> list[Told]:
    """Send each message when it is due, by whichever thread is free."""
    began = time.perf_counter() + 0.2
    places = iter(range(len(messages)))
    lock = threading.Lock()
    told: list[Told] = []

    def work() -> None:
        while True:
            with lock:
                place = next(places, None)
            if place is None:
                return
            due = began + place / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            new = send("track", messages[place])
            told.append(Told(seconds=time.perf_counter() - due, new=new))

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work) for _ in range(THREADS)]:
            done.result()
    return told


def tell(told: Sequence[Told], messages: Sequence[Message], kept: Counter[str]) -> None:
    """Print the times and what is there, and fail where it is not what was sent."""
    cuts = quantiles([one.seconds for one in told], n=1000)
    middle, slow, slowest = (1_000 * cuts[at - 1] for at in (500, 990, 999))
    sent = Counter(one["userId"] for one in {one["messageId"]: one for one in messages}.values())
    new = sum(one.new for one in told)
    print(
        f"{len(told):,} sent, {new:,} new: p50 {middle:.1f} ms, p99 {slow:.1f} ms, "
        f"p99.9 {slowest:.1f} ms"
    )
    lost, twice = sum((sent - kept).values()), sum((kept - sent).values())
    print(f"lost: {lost}, counted twice: {twice}")
    assert (lost, twice, new) == (0, 0, sum(sent.values()))


@contextmanager
def in_process(url: str) -> Iterator[tuple[Send, Count]]:
    """Do what the service does with a message, without HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        place = url or f"sqlite:///{Path(folder) / 'leadscore.db'}"
        database = open_database(place, timeout=30)
        database.upgrade()
        database.close()
        store = open_store(place, pool=THREADS, timeout=30)
        model = save_model(train_model(make_frame(2_000, seed=3), recipe="ordinal"), f"{folder}/m")
        champion = Champion(model=model, records=RecordScorer(model))
        yield _sender(store, champion), lambda messages: counted(store, messages)
        store.close()


def _sender(store: Store, champion: Champion) -> Send:
    caller = Caller(actor="bench", role="service")

    def send(call: Call, message: Message) -> bool:
        now = time.time_ns() // 1_000
        context = Context(now=now, caller=caller, champion=champion)
        with store.begin(write=True) as work:
            taken = take_events(work, context, message, call=call)
        if taken.accepted and message.get("messageId", "").endswith("7"):
            in_worklist(store, message["userId"], taken.scores[message["userId"]].score)
        return taken.accepted > 0

    return send


def in_worklist(store: Store, lead_id: str, score: float | None) -> None:
    """Read the lead's task back: it is there, at the place of this score or of a later one's."""
    with store.begin(write=False) as work:
        row = work.tasks.last_of([lead_id])[lead_id]
        last = work.scores.latest(lead_id)
    assert last is not None
    assert row.entry.score in (score, last.score)


def counted(store: Store, messages: Sequence[Message]) -> Counter[str]:
    """Return how many of the messages' events each lead has."""
    names = sorted({one["userId"] for one in messages})
    with store.begin(write=False) as work:
        events = work.events.of_many(names)
    own = {name: [one for one in events[name] if one.message_id[:6] == "bench-"] for name in names}
    return Counter({name: len(of) for name, of in own.items()})


@contextmanager
def over_http(service: str, key: str, url: str) -> Iterator[tuple[Send, Count]]:
    """Ask a service that runs, each thread on a connection; its database is counted at the end."""
    place, own = urlsplit(service), threading.local()
    fixed = {"content-type": "application/json"} | (
        {"authorization": f"Bearer {key}"} if key else {}
    )

    def ask(path: str, body: Message) -> Any:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection(place.hostname or "", place.port)
        own.connection.request("POST", path, json.dumps(body), fixed)
        answer = own.connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status < 300, told
        return told

    def send(call: Call, message: Message) -> bool:
        told = ask(f"/v1/{call}", message)
        return bool(told["accepted"])

    store = open_store(url, pool=1, timeout=30)
    yield send, lambda messages: counted(store, messages)
    store.close()


if __name__ == "__main__":
    main()
