"""What flows ask of a store about leads: their history, their scores, their tasks.

Who writes about a lead holds it first (`Leads.hold`): all else here refuses leads that are not
known, and takes it that nobody else writes about them meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from leadscore.flows.service.lead_rows import (
    Erased,
    LeadRow,
    MoveRow,
    Receipt,
    ScoreRow,
    WorklistQuery,
    WorkRow,
)
from leadscore.leads.event import Contact, Event
from leadscore.leads.outcome import Outcome
from leadscore.worklist.task import Task

__all__ = ["Contacts", "Events", "Leads", "Outcomes", "Scores", "Tasks", "Worklist"]


class Leads(Protocol):
    """That leads are known, whether they objected, and that they are forgotten."""

    def hold(self, lead_ids: Collection[str], *, at: int) -> Mapping[str, LeadRow]:
        """Keep others from writing about the leads until the transaction ends; return them.

        Leads that are not known are made, `at` being when they were first heard of. Erased ones are
        neither made nor returned: what is missing from the answer is to be refused. Hold all the
        leads of a transaction at once, or two may wait for each other, and one is then refused.
        """

    def get(self, lead_id: str) -> LeadRow | None:
        """Return the lead; None where it is not known."""

    def page(self, *, after: str = "", most: int) -> list[LeadRow]:
        """Return up to `most` leads by rising id, from the one after `after` on."""

    def count(self) -> int:
        """Return how many leads there are."""

    def set_objection(self, lead_id: str, *, at: int | None) -> bool:
        """Note since when the lead may not be profiled, or (None) that it may.

        Returns
        -------
        bool
            Whether there is such a lead.
        """

    def erase(self, lead_id: str, *, at: int) -> Erased:
        """Remove all that is known of the lead, and leave what stops it from coming back.

        That are salted hashes of its id and of its e-mail address. The models that learned from it
        are marked. A lead that is not known can be erased too: then it never comes in.
        """

    def barred(self, lead_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that were erased."""

    def barred_emails(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of the e-mail addresses that belonged to erased leads."""

    def readmit(self, *, lead_id: str | None = None, email: str | None = None) -> bool:
        """Let an erased id or address come back; tell whether either was barred."""


class Contacts(Protocol):
    """Whom to reach: personal data, one row a lead."""

    def put(self, said: Collection[Contact]) -> None:
        """Keep each part that was said, unless a later one is known."""

    def get(self, lead_id: str) -> Contact | None:
        """Return whom to reach; None where nothing was said."""

    def of(self, lead_ids: Collection[str]) -> Mapping[str, Contact]:
        """Return whom to reach, lead by lead, where something was said."""

    def sharing(self, lead_id: str) -> list[str]:
        """Return the other leads that have this one's e-mail address, by rising id."""


class Events(Protocol):
    """What was said of leads and what they did: appended to, never changed."""

    def add(self, said: Sequence[Event]) -> Receipt:
        """Keep events; a message id that is there already changes nothing."""

    def get(self, message_id: str) -> Event | None:
        """Return the event of a message; None where there is none."""

    def of(self, lead_id: str) -> list[Event]:
        """Return a lead's events in their order (`Event.order`)."""

    def of_many(self, lead_ids: Collection[str]) -> Mapping[str, list[Event]]:
        """Return the events of each of the leads in their order, an empty list where none."""

    def leads_before(self, moment: int, *, after: str = "", most: int) -> list[str]:
        """Return up to `most` leads that have tracked events from before a moment.

        They come by rising id, from the one after `after` on.
        """

    def remove(self, message_ids: Collection[str]) -> int:
        """Remove events; return how many there were."""


class Scores(Protocol):
    """The scores that were given, each as it was."""

    def add(self, given: Collection[ScoreRow]) -> None:
        """Keep scores; one whose id is there already is the same one."""

    def get(self, score_id: str) -> ScoreRow | None:
        """Return a score by its id; None where it is not kept."""

    def latest(self, lead_id: str) -> ScoreRow | None:
        """Return the lead's last score; None where it has none."""

    def latest_of(self, lead_ids: Collection[str]) -> Mapping[str, ScoreRow]:
        """Return the last score of each of the leads that has one."""

    def of(self, lead_id: str, *, since: int | None = None, most: int) -> list[ScoreRow]:
        """Return up to `most` of the lead's scores, the last one first."""

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` scores given before a moment; each lead keeps its last one."""


class Outcomes(Protocol):
    """What became of leads: appended to, never changed."""

    def add(self, said: Sequence[Outcome]) -> Receipt:
        """Keep outcomes; an id that is there already changes nothing."""

    def of(self, lead_id: str) -> list[Outcome]:
        """Return what became of a lead, in the order in which it occurred."""

    def of_many(self, lead_ids: Collection[str]) -> Mapping[str, list[Outcome]]:
        """Return what became of each of the leads, an empty list where nothing did."""


class Tasks(Protocol):
    """Leads to call: a task for a lead and a wave."""

    def add(self, made: Sequence[WorkRow]) -> frozenset[str]:
        """Keep new tasks; return the ids of those whose id, and lead and wave, were not there."""

    def get(self, task_id: str) -> WorkRow | None:
        """Return a task; None where there is none."""

    def of(self, lead_id: str) -> list[WorkRow]:
        """Return a lead's tasks, the last one first."""

    def last_of(self, lead_ids: Collection[str]) -> Mapping[str, WorkRow]:
        """Return the last task of each of the leads that has one, done or not."""

    def replace(self, before: Task, after: Task, move: MoveRow) -> bool:
        """Put a task in the state that `leadscore.worklist.task.move` gave, and note the move.

        Returns
        -------
        bool
            Whether it was done: False where the task is not as it was in `before` any more, because
            somebody else was quicker. It needs no lead to be held: of two moves at once one wins.
        """

    def appraise(self, rows: Collection[WorkRow]) -> None:
        """Change the tiers of tasks, when they are due, and what their places depend on.

        Their states, and what a person said of them, stay as they are by now.
        """

    def moves(self, task_id: str) -> list[MoveRow]:
        """Return the moves that were made with a task, in their order."""

    def elapsed(self, *, now: int, most: int) -> list[Task]:
        """Return tasks whose claim or sleep is over, for the clock's own move."""

    def take_due(self, *, now: int, most: int) -> list[Task]:
        """Return tasks that are due and not done, each once: whoever asks next gets others."""


class Worklist(Protocol):
    """The order to call in, among any number of tasks."""

    def page(self, query: WorklistQuery) -> list[WorkRow]:
        """Return the tasks to do first, in the order of `leadscore.worklist.rank.order`."""

    def count(self, query: WorklistQuery) -> int:
        """Return how many tasks there are to do, all pages together."""
