"""The product's ways in a process of their own that cannot load numba."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any  # Any: what another process answers

from threadpoolctl import threadpool_limits

from leadscore.flows.bench.ours import our_ways
from leadscore.flows.bench.scene import Engines
from leadscore.flows.bench.timing import Part, Way
from leadscore.leads.table import Leads
from leadscore.model.bundle import dump_model, load_model

__all__ = ["PLAIN", "Apart", "without_numba"]

#: What the key and the name of a way end in that runs without numba.
PLAIN = ", no numba"

#: Someone who gives the product's ways as they are without numba, while a context lasts.
Apart = Callable[[Engines, Sequence[Part]], AbstractContextManager[tuple[Way, ...]]]

#: Single leads that one word to the other process is about: a word costs as much as a lead.
_SINGLE = 100

_Bundle = dict[str, bytes]
_Records = tuple[Mapping[str, object], ...]


@contextmanager
def without_numba(engines: Engines, parts: Sequence[Part]) -> Iterator[tuple[Way, ...]]:
    """Give the product's ways as they are without numba, while the context lasts.

    A call waits for the other process, so that both take turns and never run at once.

    Parameters
    ----------
    engines : Engines
        What the ways score.
    parts : sequence of {"one", "batch"}
        Of which parts.
    """
    context = get_context("spawn")
    here, there = context.Pipe()
    bundles = (dump_model(engines.default), dump_model(engines.seed))
    told = (bundles, engines.leads, engines.records, tuple(parts))
    process = context.Process(target=_serve, args=(there, *told), daemon=True)
    process.start()
    there.close()
    try:
        ways: Sequence[Way] = _answer(here)
        yield tuple(replace(way, call=partial(_ask, here, place)) for place, way in enumerate(ways))
    finally:
        here.close()
        process.join()


def _ask(here: Connection, place: int, number: int) -> None:
    here.send((place, number))
    _answer(here)


def _answer(here: Connection) -> Any:
    try:
        return here.recv()
    except EOFError as error:
        raise RuntimeError("the process without numba ended before it answered") from error


def _serve(
    there: Connection,
    bundles: tuple[_Bundle, _Bundle],
    leads: Leads,
    records: _Records,
    parts: tuple[Part, ...],
) -> None:
    """Do what the other process asks for until it hangs up."""
    sys.modules["numba"] = None  # type: ignore[assignment]  # this makes its import fail
    default, seed = map(load_model, bundles)
    engines = Engines(default=default, seed=seed, leads=leads, records=records)
    ways = [_many(way) for way in our_ways(engines, parts)]
    there.send([replace(way, call=_nothing) for way in ways])
    with threadpool_limits(1):
        while True:
            try:
                place, number = there.recv()
            except EOFError:
                return
            ways[place].call(number)
            there.send(None)


def _many(way: Way) -> Way:
    """Return the way under its name here, single leads a hundred at a call."""
    named = replace(way, key=way.key + PLAIN, name=way.name + PLAIN)
    if way.part != "one":
        return named

    def call(number: int) -> None:
        for place in range(_SINGLE):
            way.call(number * _SINGLE + place)

    return replace(named, call=call, leads=_SINGLE)


def _nothing(number: int) -> None:
    """Stand for a call that stays in the other process."""
