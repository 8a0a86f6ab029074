"""What to time, on what, and what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadscore.errors import BadRequest
from leadscore.flows.bench.scene import LEARNED
from leadscore.flows.bench.timing import Broken, Part, Timed

__all__ = ["PARTS", "Bench", "BenchWish", "Machine", "chosen_parts"]

#: What can be timed.
PARTS: tuple[Part, ...] = ("one", "batch", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchWish:
    """What to time.

    Parameters
    ----------
    leads : int
        How many leads a batch and a file have.
    rounds : int
        How many rounds; of each way the median counts.
    parts : tuple of {"one", "batch", "file"}
        What to time.
    learned : int
        How many leads the models learn from.
    model : str
        A saved model in place of the default recipe's; empty for none.
    """

    leads: int = 100_000
    rounds: int = 5
    parts: tuple[Part, ...] = PARTS
    learned: int = LEARNED
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What everything is timed on.

    Parameters
    ----------
    cpu : str
        What the processor calls itself.
    cores : int
        How many of them there are.
    system, python : str
        The operating system, and the version of Python.
    """

    cpu: str
    cores: int
    system: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What everything took.

    Parameters
    ----------
    wish : BenchWish
        What was to be timed.
    machine : Machine
        On what.
    versions : mapping of str to str
        The libraries that took part.
    timed : tuple of Timed
        What each way took.
    absent : mapping of str to str
        What is not installed, and the line that installs it.
    broken : tuple of Broken
        The peers that are installed and did not work.
    """

    wish: BenchWish
    machine: Machine
    versions: Mapping[str, str]
    timed: tuple[Timed, ...]
    absent: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()

    def of(self, part: Part) -> tuple[Timed, ...]:
        """Return what the ways of a part took."""
        return tuple(one for one in self.timed if one.way.part == part)


def chosen_parts(names: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts of these names in order; all of them where there is no name.

    Raises
    ------
    BadRequest
        If there is no such part.

    Examples
    --------
    >>> chosen_parts(["batch", "one"])
    ('one', 'batch')
    """
    if strange := [name for name in names if name not in PARTS]:
        raise BadRequest(f"There is no part {strange[0]!r} to time.", allowed=", ".join(PARTS))
    return tuple(part for part in PARTS if part in names) or PARTS
