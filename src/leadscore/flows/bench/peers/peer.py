"""A peer: another library, what it needs, and its ways to score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from leadscore.flows.bench.ours import next_of
from leadscore.flows.bench.scene import SINGLE, Scene, Singles
from leadscore.flows.bench.timing import Broken, Part, Way, one_line
from leadscore.flows.ports import Teller, no_news

__all__ = ["Asked", "Installed", "Peer", "installed_version", "matrix_ways", "set_up"]

#: Someone who tells a distribution's version; empty where it is not installed.
Installed = Callable[[str], str]

#: So many leads are enough in a batch where each takes a millisecond or more.
_FEW = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another library that scores leads.

    Parameters
    ----------
    name : str
        What a person calls it.
    setup : callable
        Makes it ready to score a scene, and returns its ways.
    needs : tuple of str
        The distributions that it needs, beside the product's own.
    """

    name: str
    setup: Callable[[Scene], tuple[Way, ...]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that a peer says of leads which it is given as a matrix.

    Parameters
    ----------
    key, name : str
        As a way has them.
    call : callable
        Takes leads of shape (n, fields).
    why : bool
        Whether it explains.
    slow : bool
        Whether a lead takes a millisecond or more, so that few are enough.
    """

    key: str
    name: str
    call: Callable[[Singles], object]
    why: bool = False
    slow: bool = False


def matrix_ways(x: Singles, *asked: Asked) -> tuple[Way, ...]:
    """Return the ways to ask for the leads `x`: one by one, and all together."""
    single = [x[place : place + 1] for place in range(min(SINGLE, len(x)))]
    return tuple(way for one in asked for way in (_one(one, single), _batch(one, x)))


def _one(asked: Asked, single: Sequence[Singles]) -> Way:
    return Way(
        key=asked.key,
        name=asked.name,
        part="one",
        explained=asked.why,
        leads=1,
        call=next_of(single, asked.call),
    )


def _batch(asked: Asked, x: Singles) -> Way:
    rows = x[:_FEW] if asked.slow else x
    return Way(
        key=asked.key,
        name=asked.name,
        part="batch",
        explained=asked.why,
        leads=len(rows),
        call=lambda _: asked.call(rows),
    )


def installed_version(distribution: str) -> str:
    """Return the version of an installed distribution, or nothing.

    Examples
    --------
    >>> installed_version("no-such-thing")
    ''
    """
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def set_up(
    peers: Sequence[Peer],
    scene: Scene,
    parts: Sequence[Part],
    *,
    tell: Teller = no_news,
) -> tuple[tuple[Way, ...], tuple[Broken, ...]]:
    """Return the ways of the peers in the `parts`, and the peers that could not be made ready.

    Parameters
    ----------
    peers : sequence of Peer
        The peers; what they need is installed.
    scene : Scene
        What they are to score.
    parts : sequence of {"one", "batch", "file"}
        Whose ways are wanted.
    tell : Teller
        Who is told what is being done.
    """
    ways: list[Way] = []
    broken = []
    for peer in peers:
        tell(f"Making {peer.name} ready")
        try:
            ways += peer.setup(scene)
        except Exception as error:  # another library may raise anything, and must not end the run
            broken.append(Broken(name=peer.name, error=one_line(error)))
    return tuple(way for way in ways if way.part in parts), tuple(broken)
