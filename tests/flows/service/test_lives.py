"""Whatever happens to leads, in whatever order: the service knows what a plain list would say.

Events, outcomes and their corrections, objections, erasures, calls and the passing of time are
tried at random against a model of a few dictionaries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any  # Any: JSON as a reader sees it

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadscore.errors import Conflict, Gone, LeadscoreError, NotFound
from leadscore.flows.service.context import Context
from leadscore.flows.service.leads.intake import take_events
from leadscore.flows.service.leads.records import get_lead, put_lead
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.rights.erase import erase_lead
from leadscore.flows.service.rights.export import export_lead
from leadscore.flows.service.rights.objection import set_objection
from leadscore.flows.service.work.clock import settle_tasks
from leadscore.flows.service.work.moves import Said, make_move
from leadscore.flows.service.work.outcomes import log_outcome
from leadscore.flows.service.work.worklist import Wanted, read_worklist
from leadscore.leads.moment import HOUR, MINUTE, moment_text
from leadscore.worklist.task import Task
from tests.databases import open_store
from tests.flows.service.leads.live import NOW, SCHEMA
from tests.flows.service.work.scene import by
from tests.postgres import Postgres

TIERS = [one.name for one in SCHEMA.tiers]
#: What an outcome makes of where a lead stands: where it is not here, its own kind.
STAYS = {("qualified", "contacted"), ("converted", "contacted"), ("converted", "qualified")}

leads = st.sampled_from(["a", "b", "c"])
people = st.sampled_from(["ann", "bob"])


@dataclass
class Lead:
    """What a plain list says of a lead."""

    known: bool = False
    erased: bool = False
    objects: bool = False
    income: int | None = None
    views: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    #: The task: none; open, claimed, snoozed; done by a person, or closed by what became of it.
    task: str = "none"
    owner: str = ""
    until: int = 0

    @property
    def scored(self) -> bool:
        return not self.objects and (self.income is not None or bool(self.views))

    @property
    def stands(self) -> str:
        state = "open"
        for kind in self.outcomes.values():
            state = state if (state, kind) in STAYS else kind
        return state

    @property
    def closed(self) -> bool:
        return self.stands in ("converted", "lost")

    def follow(self) -> None:
        """Have a task if one is wanted; what was done by a person is done."""
        if self.closed or self.objects:
            if self.task not in ("none", "done"):
                self.task, self.owner = "closed", ""
        elif self.scored and self.task in ("none", "closed"):
            self.task, self.owner = "open", ""


class Lives(RuleBasedStateMachine):
    """A service beside its plain model."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.now = NOW
        self.names = count()
        self.leads: dict[str, Lead] = {}

    def teardown(self) -> None:
        self.store.close()

    def lead(self, lead_id: str) -> Lead:
        return self.leads.setdefault(lead_id, Lead())

    def do(
        self, use: Callable[[Work, Context], Any], *, actor: str = "ann", role: Any = "admin"
    ) -> Any:
        """Do something in a transaction of its own, a minute after what came before."""
        self.now += MINUTE
        with self.store.begin(write=True) as work:
            return use(work, by(actor, role, now=self.now))

    def name(self) -> str:
        return f"n{next(self.names)}"

    @rule(lead_id=leads, repeats=st.integers(1, 3))
    def looks(self, lead_id: str, repeats: int) -> None:
        lead, name = self.lead(lead_id), self.name()
        raw = {"userId": lead_id, "event": "view", "messageId": name}
        for turn in range(repeats):
            taken = self.refused(lead, lambda w, c: take_events(w, c, raw, call="track"))
            assert lead.erased or (taken.accepted, taken.repeated) == (not turn, bool(turn))
        if not lead.erased:
            lead.known = True
            lead.views.append(name)
            lead.follow()

    @rule(lead_id=leads, income=st.none() | st.sampled_from([20_000, 150_000, 290_000]))
    def says(self, lead_id: str, income: int | None) -> None:
        lead = self.lead(lead_id)
        body = {"fields": {"income": income}}
        self.refused(lead, lambda w, c: put_lead(w, c, lead_id, body))
        if not lead.erased:
            lead.known, lead.income = True, income
            lead.follow()

    @rule(lead_id=leads, kind=st.sampled_from(["contacted", "qualified", "converted", "lost"]))
    def becomes(self, lead_id: str, kind: str) -> None:
        lead, name = self.lead(lead_id), self.name()
        body = {"lead_id": lead_id, "kind": kind, "id": name}
        self.refused(lead, lambda w, c: log_outcome(w, c, body))
        if lead.known and not lead.erased:
            lead.outcomes[name] = kind
            lead.follow()

    @rule(lead_id=leads, place=st.integers(0, 9), kind=st.sampled_from(["withdrawn", "lost"]))
    def was_not_so(self, lead_id: str, place: int, kind: str) -> None:
        lead = self.lead(lead_id)
        if not lead.outcomes or lead.erased:
            return
        wrong = list(lead.outcomes)[place % len(lead.outcomes)]
        with self.store.begin(write=False) as work:
            moment = next(one.occurred_at for one in work.outcomes.of(lead_id) if one.id == wrong)
        body = {
            "lead_id": lead_id,
            "kind": kind,
            "corrects": wrong,
            "id": self.name(),
            "occurred_at": moment_text(moment),
        }
        self.refused(lead, lambda w, c: log_outcome(w, c, body))
        lead.outcomes[wrong] = kind
        if kind == "withdrawn":
            del lead.outcomes[wrong]
        lead.follow()

    @rule(lead_id=leads, objects=st.booleans())
    def objects(self, lead_id: str, *, objects: bool) -> None:
        lead = self.lead(lead_id)
        self.refused(lead, lambda w, c: set_objection(w, c, lead_id, objects=objects))
        if lead.known and not lead.erased:
            lead.objects = objects
            lead.follow()

    @rule(lead_id=leads, luck=st.integers(0, 3))
    def is_erased(self, lead_id: str, luck: int) -> None:
        if luck:
            # rarely: nothing else happens to an erased lead
            return
        self.do(lambda w, c: erase_lead(w, c, lead_id))
        self.leads[lead_id] = Lead(erased=True)

    @rule(lead_id=leads, actor=people, name=st.sampled_from(["claim", "release", "complete"]))
    def is_worked_on(self, lead_id: str, actor: str, name: Any) -> None:
        lead = self.lead(lead_id)
        if lead.task == "none":
            return
        free = lead.task == "claimed" and (lead.owner == actor or self.now + MINUTE >= lead.until)
        allowed = lead.task in ("open", "snoozed") and name != "release"
        self.moves(lead_id, actor, name, allowed=allowed or free)
        if allowed or free:
            lead.task = {"claim": "claimed", "release": "open", "complete": "done"}[name]
            lead.owner = actor if name == "claim" else ""
            lead.until = self.now + 30 * MINUTE

    @rule(lead_id=leads, minutes=st.integers(1, 300))
    def sleeps(self, lead_id: str, minutes: int) -> None:
        lead = self.lead(lead_id)
        if lead.task in ("open", "snoozed"):
            self.moves(lead_id, "ann", "snooze", allowed=True, minutes=minutes)
            lead.task, lead.owner, lead.until = "snoozed", "", self.now + minutes * MINUTE

    @rule(lead_id=leads)
    def is_reopened(self, lead_id: str) -> None:
        lead = self.lead(lead_id)
        if lead.task in ("done", "closed"):
            allowed = not lead.closed and not lead.objects
            self.moves(lead_id, "ann", "reopen", allowed=allowed)
            lead.task = "open" if allowed else lead.task

    @rule(hours=st.integers(1, 3))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        self.do(lambda w, c: settle_tasks(w, c))
        for lead in self.leads.values():
            if lead.task in ("claimed", "snoozed") and lead.until <= self.now:
                lead.task, lead.owner = "open", ""

    @precondition(lambda self: self.leads)
    @invariant()
    def what_is_known_is_what_was_said(self) -> None:
        with self.store.begin(write=False) as work:
            context = by("boss", "admin", now=self.now)
            for lead_id, lead in self.leads.items():
                if lead.known:
                    agrees(work, context, lead_id, lead)
                else:
                    with pytest.raises(Gone if lead.erased else NotFound):
                        export_lead(work, context, lead_id)

    @invariant()
    def the_worklist_has_whom_to_call(self) -> None:
        with self.store.begin(write=False) as work:
            page: Any = read_worklist(work, by("boss", "manager", now=self.now), Wanted(most=99))
        found = {one["lead_id"]: one["task"] for one in page["items"]}
        wanted = {
            lead_id: lead
            for lead_id, lead in self.leads.items()
            if lead.task in ("open", "claimed", "snoozed")
        }
        assert page["total"] == len(page["items"]) == len(found)
        assert set(found) == set(wanted)
        for lead_id, lead in wanted.items():
            told = (found[lead_id]["state"], found[lead_id]["owner"] or "")
            assert told == (lead.task, lead.owner)

    def refused(self, lead: Lead, use: Callable[[Work, Context], Any]) -> Any:
        """Do it, or see it refused since the lead was erased or is not known."""
        try:
            done = self.do(use)
        except Gone:
            assert lead.erased
            return None
        except NotFound:
            assert not lead.known
            assert not lead.erased
            return None
        assert not lead.erased
        self.begin_wave(done)
        return done

    def begin_wave(self, _done: Any) -> None:
        """Take it down where a lead's tier rose, so that it is to be called again."""
        with self.store.begin(write=False) as work:
            for lead_id, lead in self.leads.items():
                tasks = [one.task for one in work.tasks.of(lead_id)]
                if lead.task == "done" and tasks and tasks[0].state == "open":
                    assert rose(tasks)
                    lead.task, lead.owner = "open", ""

    def moves(self, lead_id: str, actor: str, name: Any, *, allowed: bool, **said: Any) -> None:
        with self.store.begin(write=False) as work:
            task_id = work.tasks.of(lead_id)[0].task.id

        def use(work: Work, context: Context) -> Any:
            return make_move(work, context, task_id, name, Said(**said))

        problem: LeadscoreError | None = None
        try:
            self.do(use, actor=actor, role="rep")
        except Conflict as error:
            problem = error
        assert (problem is None) is allowed, problem


def agrees(work: Work, context: Context, lead_id: str, lead: Lead) -> None:
    """Compare what is known of a lead with the plain list."""
    found: Any = get_lead(work, context, lead_id)
    told: Any = export_lead(work, context, lead_id)
    assert found["fields"].get("income") == lead.income
    assert (found["fields"].get("views") or 0) == len(lead.views)
    assert found["standing"]["state"] == lead.stands
    assert (found["objected_at"] is not None) is lead.objects
    tier = found["score"]["tier"] if found["score"] else "Unscored"
    assert (tier in TIERS) is lead.scored
    assert [one["message_id"] for one in told["events"] if one["kind"] == "tracked"] == lead.views
    live = [one for one in told["tasks"] if one["state"] != "done"]
    assert len(live) <= 1
    assert not live or live == told["tasks"][-1:]


def rose(tasks: list[Task]) -> bool:
    return TIERS.index(tasks[0].tier) > TIERS.index(tasks[1].tier)


def test_any_life_on_sqlite(migrated: Callable[[str], str], tmp_path: Path) -> None:
    template, runs = Path(migrated("sqlite")), count()

    class OnSqlite(Lives):
        def __init__(self) -> None:
            place = tmp_path / f"{next(runs)}.db"
            place.write_bytes(template.read_bytes())
            super().__init__(open_store(f"sqlite:///{place}"))

    run_state_machine_as_test(OnSqlite, settings=settings(max_examples=20, stateful_step_count=40))


def test_any_life_on_postgresql(migrated: Callable[[str], str], postgres: Postgres) -> None:
    template = migrated("postgresql")

    class OnPostgres(Lives):
        def __init__(self) -> None:
            super().__init__(open_store(postgres.url(postgres.create(like=template))))

    run_state_machine_as_test(OnPostgres, settings=settings(max_examples=4, stateful_step_count=20))
