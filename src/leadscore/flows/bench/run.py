"""Run the bench: make every way ready, time them in turns, and keep what each took."""

import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from leadscore import __version__
from leadscore.errors import BadRequest
from leadscore.flows.bench.apart import Apart, without_numba
from leadscore.flows.bench.files import file_ways
from leadscore.flows.bench.ours import our_ways
from leadscore.flows.bench.peers.peer import Installed, Peer, installed_version, set_up
from leadscore.flows.bench.peers.roster import PEERS
from leadscore.flows.bench.record import Bench, BenchWish, Machine
from leadscore.flows.bench.scene import SINGLE, Scene, make_scene
from leadscore.flows.bench.timing import Broken, Clock, Part, Timed, time_ways
from leadscore.flows.ports import Files, Teller, no_news

__all__ = ["Around", "run_bench"]

#: The libraries whose versions are told wherever they are installed.
_LIBRARIES = (
    "numpy",
    "numba",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "xgboost",
    "xgboost-cpu",
)
_NUMBA = "numba"
#: What a person calls the product with its extra, and what installs that.
_FAST = {"numba, which the product is faster with": "pip install 'leadscore[fast]'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the bench needs from outside.

    Parameters
    ----------
    files : Files
        Who reads and writes.
    folder : str
        An empty folder that is removed afterwards.
    clock : Clock
        Who tells seconds.
    machine : Machine
        What everything runs on.
    peers : tuple of Peer
        Beside what the product is timed.
    installed : callable
        Who knows versions.
    apart : callable
        Who runs the product without numba.
    tell : Teller
        Who is told what is being done.
    """

    files: Files
    folder: str
    clock: Clock
    machine: Machine
    peers: tuple[Peer, ...] = PEERS
    installed: Installed = installed_version
    apart: Apart = without_numba
    tell: Teller = no_news


def run_bench(wish: BenchWish, around: Around) -> Bench:
    """Time the product beside its peers, in one run.

    Parameters
    ----------
    wish : BenchWish
        What to time.
    around : Around
        What it needs from outside.

    Raises
    ------
    BadRequest
        If a number is out of range, or the model does not fit made-up leads.
    """
    _check(wish)
    model = around.files.read_model(wish.model) if wish.model else None
    scene = make_scene(
        wish.leads if "batch" in wish.parts else SINGLE,
        learned=wish.learned,
        model=model,
        jobs=around.machine.cores,
        tell=around.tell,
    )
    memory = tuple(part for part in wish.parts if part != "file")
    timed, broken = _in_memory(scene, wish, memory, around) if memory else ((), ())
    if "file" in wish.parts:
        more, worse = _in_files(scene, wish, around)
        timed, broken = timed + more, broken + worse
    return Bench(
        wish=wish,
        machine=around.machine,
        versions=_versions(around),
        timed=timed,
        absent=_absent(around) if memory else {},
        broken=broken,
    )


def _check(wish: BenchWish) -> None:
    if wish.leads < 1 or wish.rounds < 1:
        raise BadRequest(
            f"{wish.leads:,} leads in {wish.rounds} rounds were asked for.", allowed="1 or more"
        )


def _in_memory(
    scene: Scene, wish: BenchWish, parts: Sequence[Part], around: Around
) -> tuple[tuple[Timed, ...], tuple[Broken, ...]]:
    """Time single leads and batches: every way on one thread."""
    here = [one for one in around.peers if not _missing(one, around)]
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # what a peer warns of is no news about the product
        warnings.simplefilter("ignore")
        theirs, unready = set_up(here, scene, parts, tell=around.tell)
        stack.enter_context(threadpool_limits(1))
        ways = [*our_ways(scene.engines, parts), *theirs]
        if around.installed(_NUMBA):
            around.tell("Starting the product again without numba")
            ways += stack.enter_context(around.apart(scene.engines, parts))
        timed, broken = time_ways(ways, rounds=wish.rounds, clock=around.clock, tell=around.tell)
    return timed, unready + broken


def _in_files(
    scene: Scene, wish: BenchWish, around: Around
) -> tuple[tuple[Timed, ...], tuple[Broken, ...]]:
    """Time files: every way on as many cores as it can use."""
    scene.usual.threads(around.machine.cores)
    try:
        ways = file_ways(
            scene, wish.leads, files=around.files, folder=around.folder, tell=around.tell
        )
        return time_ways(ways, rounds=wish.rounds, clock=around.clock, turn=0.0, tell=around.tell)
    finally:
        scene.usual.threads(1)


def _missing(peer: Peer, around: Around) -> tuple[str, ...]:
    return tuple(one for one in peer.needs if not around.installed(one))


def _absent(around: Around) -> dict[str, str]:
    found = {} if around.installed(_NUMBA) else dict(_FAST)
    for peer in around.peers:
        if missing := _missing(peer, around):
            found[peer.name] = f"pip install {' '.join(missing)}"
    return found


def _versions(around: Around) -> dict[str, str]:
    names = dict.fromkeys([*_LIBRARIES, *(one for peer in around.peers for one in peer.needs)])
    told = {name: around.installed(name) for name in names}
    return {"leadscore": __version__} | {name: one for name, one in told.items() if one}
