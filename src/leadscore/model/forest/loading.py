"""Which loops run: numba's where it is installed, else numpy's. The numbers are the same."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any  # Any: numba has no types

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest import loops, vectors

__all__ = ["PLAIN", "Loops", "compiled", "loops_for"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
#: Up to so many leads numpy has told before numba is even imported.
_FEW = 4_000


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops that `leadscore.model.forest.run` calls, as `leadscore.model.forest.loops` says."""

    add_up: Callable[[Singles, loops.Found, loops.Open, loops.Told], None]
    look_up: Callable[[Singles, loops.Found, NDArray[np.uint8], loops.Groups, Floats], None]
    walk: Callable[[Singles, loops.Seen, loops.Nodes, loops.Told], None]
    explain: Callable[[Singles, loops.Seen, loops.Asked, loops.Groups, Floats], None]
    spread: Callable[[Singles, loops.Seen, loops.Spread, Floats], None]


#: What runs where numba is not installed.
PLAIN = Loops(
    add_up=vectors.add_up,
    look_up=vectors.look_up,
    walk=vectors.walk,
    explain=vectors.explain,
    spread=vectors.spread,
)


def loops_for(leads: int) -> Loops:
    """Return the loops for so many leads at a time.

    A file of few leads does not wait for numba to be loaded. A single lead does: where one is
    scored, many more will follow one by one.
    """
    if 1 < leads < _FEW and "loops" not in vars(_INSTALLED):
        return PLAIN
    return _INSTALLED.loops


def compiled() -> bool:
    """Whether numba runs the loops."""
    return _INSTALLED.loops is not PLAIN


class _Installed:
    """What is installed."""

    @cached_property
    def loops(self) -> Loops:
        try:
            import numba.extending  # noqa: PLC0415 - optional, and half a second to import
        except ImportError:
            return PLAIN
        for name in loops.CALLED:
            numba.extending.register_jitable(getattr(loops, name))
        return Loops(*(_fast(numba, getattr(loops, name)) for name in Loops.__slots__))


_INSTALLED = _Installed()


def _fast(numba: Any, loop: Callable[..., None]) -> Callable[..., None]:
    found: Callable[..., None]
    try:
        found = numba.njit(loop, cache=True, nogil=True)
    except RuntimeError:
        # Nowhere to keep what is compiled: each process then compiles anew.
        found = numba.njit(loop, nogil=True)
    return found
