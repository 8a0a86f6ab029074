"""A live service is killed: writers that remember what was acknowledged, and the count.

`benchmarks/kills.py` does this a hundred times on each database, `test_kills.py` a few times.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any  # Any: what the service answers, read part by part

import numpy as np

from leadscore import Client
from leadscore.client.exchange import Patience
from leadscore.errors import LeadscoreError, Unavailable
from leadscore.testing.makers import make_lead
from tests.service.process import ONCE, Service, wait_until

__all__ = ["Count", "Writer", "count", "kill_often", "make_leads", "writing"]

LEADS = 24
WRITERS = 4
STUBBORN = Patience(attempts=60, first_wait=0.05, longest_wait=1.0, timeout=20.0)


@dataclass
class Writer:
    """A caller that writes one call after another and remembers what was acknowledged.

    Parameters
    ----------
    name : str
        What its ids begin with.
    patience : Patience
        Whether it tries again.
    """

    name: str
    patience: Patience
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    unavailable: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def run(self, url: str, key: str, over: threading.Event) -> None:
        """Write until it is over."""
        with Client(url, key, patience=self.patience) as client:
            number = 0
            while not over.is_set():
                self._write(client, number)
                number += 1

    def _write(self, client: Client, number: int) -> None:
        ids = [f"{self.name}-{number}-{one}" for one in range(3 if number % 7 == 0 else 1)]
        self.sent |= set(ids)
        began = time.perf_counter()
        try:
            _call(client, number, ids)
        except Unavailable as error:
            self.unavailable[str(error).partition(":")[0]] += 1
            time.sleep(0.02)
        except LeadscoreError as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
        else:
            self.acknowledged |= set(ids)
        self.waits.append(time.perf_counter() - began)


def _call(client: Client, number: int, ids: list[str]) -> None:
    """Make one of several kinds of write about a lead that other writers write about too."""
    lead_id = f"L{number % LEADS}"
    match number % 7:
        case 0:
            view = {"type": "track", "userId": lead_id, "event": "property_view"}
            client.batch([{**view, "messageId": one} for one in ids])
        case 1:
            client.identify(lead_id, {"income": 90_000 + number % 1_000}, message_id=ids[0])
        case 2:
            client.log_outcome(lead_id, "contacted", outcome_id=ids[0])
        case _:
            client.track(lead_id, "property_view", message_id=ids[0])


def make_leads(service: Service, key: str) -> Writer:
    """Make the leads known that all writers write about; return what was written."""
    first = Writer("first", STUBBORN)
    with Client(service.url, key, patience=first.patience) as client:
        for at in range(LEADS):
            client.identify(f"L{at}", make_lead(), message_id=f"first-{at}")
            first.sent.add(f"first-{at}")
    first.acknowledged |= first.sent
    return first


@contextmanager
def writing(service: Service, key: str, *, name: str = "w") -> Iterator[list[Writer]]:
    """Write from several threads meanwhile; every other writer never tries again."""
    over = threading.Event()
    writers = [Writer(f"{name}{at}", ONCE if at % 2 else STUBBORN) for at in range(WRITERS)]
    threads = [threading.Thread(target=one.run, args=(service.url, key, over)) for one in writers]
    for one in threads:
        one.start()
    try:
        yield writers
    finally:
        over.set()
        for one in threads:
            one.join()


def kill_often(service: Service, times: int, *, seed: int, writers: list[Writer]) -> list[float]:
    """Kill the service at random moments and start it anew; return how long starts took."""
    draws, starts = np.random.default_rng(seed), list[float]()
    for _ in range(times):
        _wait_for_more(writers)
        time.sleep(float(draws.uniform(0.0, 0.6)))
        service.kill()
        starts.append(service.start())
    return starts


def _wait_for_more(writers: list[Writer]) -> None:
    """Wait until one more write is acknowledged."""
    before = sum(len(one.acknowledged) for one in writers)
    wait_until(lambda: sum(len(one.acknowledged) for one in writers) > before)


@dataclass(frozen=True, kw_only=True)
class Count:
    """What is in the database beside what the writers know.

    Parameters
    ----------
    acknowledged, stored : int
        How many writes were acknowledged, and how many are there.
    lost, doubled, foreign : tuple of str
        Ids that were acknowledged and are not there, that are there twice, that nobody sent.
    half : tuple of str
        What was written without what belongs to it.
    """

    acknowledged: int
    stored: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    foreign: tuple[str, ...]
    half: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.lost or self.doubled or self.foreign or self.half)


def count(service: Service, key: str, writers: list[Writer]) -> Count:
    """Read back all that is held of every lead and compare."""
    stored, half = Counter[str](), list[str]()
    with Client(service.url, key, patience=STUBBORN) as client:
        for at in range(LEADS):
            held: Any = client.export_lead(f"L{at}")
            stored.update(one["message_id"] for one in held["events"])
            stored.update(one["id"] for one in held["outcomes"])
            half += _half(held, client.get_lead(f"L{at}"))
            half += _replayed(client, held)
    acknowledged = set[str]().union(*(one.acknowledged for one in writers))
    sent = set[str]().union(*(one.sent for one in writers))
    return Count(
        acknowledged=len(acknowledged),
        stored=len(stored),
        lost=tuple(sorted(acknowledged - set(stored))),
        doubled=tuple(one for one, times in stored.items() if times > 1),
        foreign=tuple(sorted(set(stored) - sent)),
        half=tuple(half),
    )


def _half(held: Any, lead: Any) -> Iterator[str]:
    """Yield where a lead has one part of a write without the others."""
    views = 18 + sum(one["name"] == "property_view" for one in held["events"])
    counted = lead["fields"]["property_views"]
    if counted != views:
        yield f"{held['lead_id']}: {counted} counted of {views} events"
    scored = held["scores"][-1]["fields"]
    if any(scored[name] != lead["fields"].get(name) for name in scored):
        yield f"{held['lead_id']}: its last score is not of what is known: {scored}"
    if (lead["standing"]["state"] == "contacted") is not bool(held["outcomes"]):
        yield f"{held['lead_id']}: {lead['standing']} after {len(held['outcomes'])} outcomes"
    if not held["tasks"]:
        yield f"{held['lead_id']}: scored, and not in the worklist"


def _replayed(client: Client, held: Any) -> Iterator[str]:
    answer = client.replay(held["scores"][-1]["score_id"])
    if not answer["same"]:
        yield f"{held['lead_id']}: its score does not come out again: {answer['differs']}"
