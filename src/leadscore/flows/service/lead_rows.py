"""What is known of leads, row by row: frozen values that flows make and read."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.leads.event import Scalar
from leadscore.worklist.lane import Lane
from leadscore.worklist.rank import Entry
from leadscore.worklist.task import Move, Task, TaskState

__all__ = [
    "Erased",
    "LeadRow",
    "MoveRow",
    "Receipt",
    "ScoreRow",
    "WorkRow",
    "WorklistQuery",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead that is known.

    Parameters
    ----------
    lead_id : str
        The lead.
    created_at : int
        When it was first heard of, in microseconds since 1970-01-01 UTC, as are all moments here.
    objected_at : int, optional
        Since when it may not be profiled; None where it may.
    """

    lead_id: str
    created_at: int
    objected_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of rows that carry their own ids.

    Parameters
    ----------
    new : frozenset of str
        The ids that were stored now.
    repeated : frozenset of str
        The ids that were there already, with the same content: nothing changed.
    conflicts : frozenset of str
        The ids that were there already with other content: nothing changed, and the caller should
        be told.
    """

    new: frozenset[str]
    repeated: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure removed.

    Parameters
    ----------
    rows : mapping of str to int
        How many rows of each kind; empty where nothing was known of the lead.
    models : tuple of str
        The digests of the models that learned from the lead, which are marked now.
    """

    rows: Mapping[str, int]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """A score as it was given, with all that giving it again needs.

    Parameters
    ----------
    score_id : str
        The record's.
    lead_id : str, optional
        The lead; None of a score that was kept without one.
    scored_at : int
        When it was given.
    as_of : str
        The moment that it is for, as in the record; empty where it had none.
    cause : str
        What it was given for: a message id, an outcome id, a promotion.
    digest : str
        The model's.
    score, chance : float, optional
        The score, and the chance of converting; None where it is unscored.
    tier : str
        The tier, ``Unscored`` among them.
    features : mapping of str to JSON value
        The fields as they were.
    record : bytes
        The score record as canonical JSON.
    """

    score_id: str
    lead_id: str | None
    scored_at: int
    as_of: str
    cause: str
    digest: str
    score: float | None
    tier: str
    chance: float | None
    features: Mapping[str, Scalar]
    record: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """A task and what its place in the worklist depends on.

    Parameters
    ----------
    task : Task
        The task.
    entry : Entry
        Its lead's score, chance and value as they were last, or as an override has them.
    """

    task: Task
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """A move that was made with a task.

    Parameters
    ----------
    task_id : str
        The task.
    name : Move
        The move.
    actor : str
        Who made it; empty where the clock did.
    at : int
        When.
    before, after : TaskState
        The task's state before and after it.
    reason : str
        Why, where that was said.
    """

    task_id: str
    name: Move
    actor: str
    at: int
    before: TaskState
    after: TaskState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistQuery:
    """Which part of the worklist is wanted.

    Parameters
    ----------
    now : int
        The moment.
    viewer : str, optional
        Who asks: then tasks that others hold and tasks that sleep are left out. None sees all that
        are not done.
    typical : float
        What a conversion brings where that is not known of a lead.
    owner : str, optional
        Only tasks that this one claimed.
    lane : {"priority", "explore"}, optional
        Only this lane.
    tier : str, optional
        Only this tier: the lead's, or the one that an override says.
    most : int
        How many tasks.
    skip : int
        How many of the first to leave out.
    """

    now: int
    viewer: str | None = None
    owner: str | None = None
    typical: float = 1.0
    lane: Lane | None = None
    tier: str | None = None
    most: int = 50
    skip: int = 0
