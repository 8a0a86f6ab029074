"""Rows come in piece by piece: the same again change nothing, and what was erased stays out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.errors import BadRequest, NoModel, TooLarge, Unavailable
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.imports.report import ImportReport
from leadscore.flows.service.imports.run import ImportWish, import_rows
from leadscore.flows.service.ports import Store, Work
from leadscore.leads.moment import DAY, moment_text
from tests.databases import open_store
from tests.flows.service.imports.rows import MadeRows, bring, contact_of, fields_of
from tests.flows.service.leads.live import NOW, at, take, track

ROW: Mapping[str, object] = {"Lead ID": "L1", "Income": "90,000", "Email": "a@example.com"}


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.new, report.updated, report.unchanged, report.erased, report.refused)


def kinds(store: Store, lead_id: str) -> list[str]:
    with store.begin(write=False) as work:
        return [one.kind for one in work.outcomes.of(lead_id)]


def test_a_row_becomes_a_lead_with_fields_a_contact_and_a_score(store: Store) -> None:
    report = bring(store, ROW)
    assert counts(report) == (1, 0, 0, 0, 0)
    assert dict(report.columns) == {"Lead ID": "lead_id", "Income": "income", "Email": "email"}
    assert fields_of(store, "L1") == {"income": 90_000}
    assert contact_of(store, "L1") == {"email": "a@example.com"}
    with store.begin(write=False) as work:
        score = work.scores.latest("L1")
        [event] = work.events.of("L1")
        assert score is not None
        assert score.cause == event.message_id
        assert work.tasks.of("L1")


def test_the_same_rows_again_change_nothing(store: Store) -> None:
    rows = [{"lead_id": f"L{n}", "income": n, "email": f"{n}@x.com"} for n in range(120)]
    assert counts(bring(store, *rows)) == (120, 0, 0, 0, 0)
    assert counts(bring(store, *rows, now=NOW + DAY)) == (0, 0, 120, 0, 0)
    with store.begin(write=False) as work:
        found = work.events.of_many([f"L{n}" for n in range(120)])
    assert {len(events) for events in found.values()} == {1}


def test_a_value_that_comes_back_is_taken_again(store: Store) -> None:
    for days, income in enumerate((1, 2, 1)):
        report = bring(store, {"lead_id": "L1", "income": income}, now=NOW + days * DAY)
        assert report.unchanged == 0
    assert fields_of(store, "L1", now=NOW + 3 * DAY) == {"income": 1}


def test_an_empty_cell_says_nothing(store: Store) -> None:
    bring(store, ROW)
    row = {"lead_id": "L1", "income": "", "email": None, "source": "Web"}
    assert counts(bring(store, row, now=NOW + 1)) == (0, 1, 0, 0, 0)
    assert fields_of(store, "L1", now=NOW + 1) == {"income": 90_000, "source": "Web"}
    assert contact_of(store, "L1") == {"email": "a@example.com"}


def test_of_two_rows_about_a_lead_the_last_one_holds_however_often(store: Store) -> None:
    rows = [
        {"lead_id": "L1", "income": 1, "source": "Web"},
        {"lead_id": "L2", "income": 5},
        {"lead_id": "L1", "income": 2},
    ]
    assert counts(bring(store, *rows)) == (2, 0, 1, 0, 0)
    assert fields_of(store, "L1") == {"income": 2, "source": "Web"}
    assert counts(bring(store, *rows, now=NOW + 1)) == (0, 0, 3, 0, 0)
    assert fields_of(store, "L1", now=NOW + 1) == {"income": 2, "source": "Web"}


def test_a_counter_that_is_said_again_keeps_what_was_tracked_since(store: Store) -> None:
    row = {"lead_id": "L1", "views": 4}
    bring(store, row)
    take(store, track(), now=NOW + 5)
    bring(store, row, now=NOW + 9)
    assert fields_of(store, "L1", now=NOW + 9)["views"] == 5


def test_a_row_may_say_when_it_was_so(store: Store) -> None:
    old = {"lead_id": "L1", "income": 1, "as of": moment_text(NOW - 9 * DAY)}
    wish = ImportWish(mapping={"as of": "said_at"})
    bring(store, {"lead_id": "L1", "income": 7})
    assert counts(bring(store, old, now=NOW + 1, wish=wish)) == (0, 1, 0, 0, 0)
    assert counts(bring(store, old, now=NOW + 2, wish=wish)) == (0, 0, 1, 0, 0)
    assert fields_of(store, "L1", now=NOW + 2) == {"income": 7}
    assert fields_of(store, "L1", now=NOW - DAY) == {"income": 1}


def test_rows_with_faults_stay_out_and_each_fault_is_named(store: Store) -> None:
    rows: list[dict[str, object]] = [
        {"lead_id": "", "income": "much", "email": "a\0b"},
        {"lead_id": "L2", "income": 5},
        {"lead_id": "x" * 201, "income": -1},
    ]
    report = bring(store, *rows)
    assert counts(report) == (1, 0, 0, 0, 2)
    assert [(one.line, one.field) for one in report.faults] == [
        (2, "income"),
        (2, "email"),
        (2, "lead_id"),
        (4, "income"),
        (4, "lead_id"),
    ]
    assert "a\0b" not in report.faults[1].words()
    assert report.to_json()["errors"]


def test_a_dry_run_says_the_same_and_writes_nothing(store: Store) -> None:
    bring(store, {"lead_id": "L0", "income": 1})
    rows: list[dict[str, object]] = [
        {"lead_id": "L0", "income": 1, "status": ""},
        {"lead_id": "L1", "income": 5, "status": "Closed - Converted"},
        {"lead_id": "L2", "income": "?", "status": "Nurturing"},
        {"lead_id": "L1", "income": 6, "status": ""},
    ]
    dry = bring(store, *rows, now=NOW + 1, wish=ImportWish(dry_run=True))
    with store.begin(write=False) as work:
        assert work.leads.count() == 1
        assert [line.action for line in work.trail.page(most=9)] == ["lead.import"]
    wet = bring(store, *rows, now=NOW + 1)
    assert {**dry.to_json(), "dry_run": False} == wet.to_json()
    assert counts(wet) == (1, 0, 2, 0, 1)
    assert wet.outcomes == 1
    assert wet.statuses == {}


def test_erased_leads_and_addresses_stay_out(store: Store) -> None:
    bring(store, ROW)
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
        work.leads.erase("L9", at=NOW)
    rows = [ROW, {**ROW, "Lead ID": "L2"}, {"Lead ID": "L9"}, {"Lead ID": "L3", "Income": 1}]
    for wish in (ImportWish(dry_run=True), ImportWish()):
        assert counts(bring(store, *rows, now=NOW + 1, wish=wish)) == (1, 0, 0, 3, 0)
    with store.begin(write=False) as work:
        assert [one.lead_id for one in work.leads.page(most=9)] == ["L3"]


def test_a_lead_that_objected_is_kept_and_not_scored(store: Store) -> None:
    bring(store, ROW)
    with store.begin(write=True) as work:
        work.leads.set_objection("L1", at=NOW)
    bring(store, {**ROW, "Income": 5}, now=NOW + 1)
    with store.begin(write=False) as work:
        score = work.scores.latest("L1")
    assert score is not None
    assert (score.tier, score.score) == ("Unscored", None)


def test_statuses_become_outcomes_once(store: Store) -> None:
    won = {"lead_id": "L1", "Lead Status": "Closed - Converted", "Amount": "9,500"}
    row = {**won, "Converted Date": "2026-03-01", "income": 5}
    lost = {"lead_id": "L2", "Lead Status": "Unqualified", "Lost Reason": "no budget", "income": 5}
    open_ = {"lead_id": "L3", "Lead Status": "New", "income": 5}
    report = bring(store, row, lost, open_)
    assert (report.outcomes, dict(report.statuses)) == (2, {"New": 1})
    assert bring(store, row, lost, open_, now=NOW + DAY).outcomes == 0
    with store.begin(write=False) as work:
        [first] = work.outcomes.of("L1")
        [second] = work.outcomes.of("L2")
    assert (first.kind, first.value, moment_text(first.occurred_at)[:10]) == (
        "converted",
        9_500.0,
        "2026-03-01",
    )
    assert (second.kind, second.reason, second.occurred_at) == ("lost", "no budget", NOW)
    assert kinds(store, "L3") == []


def test_a_lead_that_came_further_is_told_and_one_that_went_back_is_not(store: Store) -> None:
    way = ["Contacted", "SQL", "Contacted", "Customer", "Qualified", "Lost", "Contacted"]
    for days, status in enumerate(way):
        bring(store, {"lead_id": "L1", "stage": status}, now=NOW + days * DAY)
    assert kinds(store, "L1") == ["contacted", "qualified", "converted", "lost", "contacted"]


def test_a_close_that_is_still_to_come_is_of_now(store: Store) -> None:
    row = {"lead_id": "L1", "Deal Stage": "Closed Won", "Close Date": "2099-01-01"}
    bring(store, row)
    with store.begin(write=False) as work:
        [outcome] = work.outcomes.of("L1")
    assert outcome.occurred_at == NOW


def test_dates_with_slashes_are_read_as_the_caller_says(store: Store) -> None:
    row = {"lead_id": "L1", "Status": "Won", "Closed Date": "3/1/2026"}
    assert "--dates" in bring(store, row).faults[0].allowed
    bring(store, row, wish=ImportWish(dates="m/d/y"))
    with store.begin(write=False) as work:
        [outcome] = work.outcomes.of("L1")
    assert moment_text(outcome.occurred_at) == "2026-03-01T00:00:00Z"
    with pytest.raises(BadRequest, match="d/m/y or m/d/y"):
        bring(store, row, wish=ImportWish(dates="y/m/d"))


def test_too_many_rows_are_refused_before_the_first_comes_in(store: Store) -> None:
    rows = [{"lead_id": f"L{n}"} for n in range(4)]
    with pytest.raises(TooLarge, match="more than 3 rows"):
        bring(store, *rows, wish=ImportWish(most=3))
    with store.begin(write=False) as work:
        assert work.leads.count() == 0
    assert bring(store, *rows, wish=ImportWish(most=4)).new == 4


def test_without_a_model_nothing_is_imported(store: Store) -> None:
    context = Context(now=NOW, caller=Caller(actor="cli", role="admin"))
    with pytest.raises(NoModel):
        import_rows(store, context, MadeRows(ROW))


def test_who_watches_is_told_how_far_it_is(store: Store) -> None:
    told: list[int] = []
    rows = MadeRows(*({"lead_id": f"L{n}"} for n in range(120)))
    import_rows(store, at(), rows, progress=told.append)
    assert told == [50, 100, 120]


def test_an_import_that_was_ended_is_simply_run_again(store: Store) -> None:
    rows = [{"lead_id": f"L{n % 130}", "income": n, "status": "Won"} for n in range(180)]
    with pytest.raises(Unavailable):
        import_rows(Ending(store, after=2), at(), MadeRows(*rows))
    with store.begin(write=False) as work:
        assert work.leads.count() == 100
    report = bring(store, *rows, now=NOW + 1)
    # of the last 50 rows those about leads that were there say something new
    assert (report.new, report.refused, report.rows) == (30, 0, 180)
    for n in (0, 49, 50, 99, 129):
        assert fields_of(store, f"L{n}", now=NOW + 999) == {"income": n + 130 if n < 50 else n}
        assert kinds(store, f"L{n}") == ["converted"]


def test_an_import_leaves_one_line_with_counts_alone(store: Store) -> None:
    bring(store, ROW)
    with store.begin(write=False) as work:
        lines = read_trail(work)["lines"]
    assert isinstance(lines, list)
    [line] = lines
    assert (line["action"], line["lead_id"]) == ("lead.import", None)
    assert line["details"] == {"rows": 1, "new": 1, "updated": 0, "outcomes": 0}


said = st.fixed_dictionaries(
    {"lead_id": st.sampled_from(["L1", "L2", "L3"])},
    optional={
        "income": st.sampled_from(["", 1, 2]),
        "source": st.sampled_from(["", "Web", "Fair"]),
        "status": st.sampled_from(["", "Contacted", "Won", "Lost"]),
    },
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
# the database is the same one for all examples; each begins by wiping it
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(said, max_size=12))
def test_any_rows_twice_are_as_good_as_once(
    database_url: str, rows: list[dict[str, object]]
) -> None:
    store = open_store(database_url)
    try:
        wipe(store)
        rows = [{"lead_id": "L0"}, *rows]
        first = bring(store, *rows)
        assert sum(counts(first)) == first.rows == len(rows)
        once = [fields_of(store, f"L{n}", now=NOW + 1) for n in (1, 2, 3)]
        told: dict[str, dict[str, object]] = {"L1": {}, "L2": {}, "L3": {}, "L0": {}}
        for row in rows:
            for name in ("income", "source"):
                if row.get(name, "") != "":
                    told[str(row["lead_id"])][name] = row[name]
        assert once == [told["L1"], told["L2"], told["L3"]]
        assert bring(store, *rows, now=NOW + DAY).unchanged == len(rows)
        assert once == [fields_of(store, f"L{n}", now=NOW + DAY) for n in (1, 2, 3)]
    finally:
        store.close()


class Ending:
    """A store whose database goes away after some transactions."""

    def __init__(self, store: Store, *, after: int) -> None:
        self._store, self._left = store, after

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Work]:
        with self._store.begin(write=write) as work:
            yield work
            self._left -= 1
            if self._left < 0:
                raise Unavailable("The database cannot be used now.")

    def prepare(self) -> None:
        self._store.prepare()

    def ready(self) -> None:
        self._store.ready()

    def close(self) -> None:
        self._store.close()


def wipe(store: Store) -> None:
    """Forget the leads of the last example, and let them come again."""
    with store.begin(write=True) as work:
        for one in work.leads.page(most=99):
            work.leads.erase(one.lead_id, at=NOW)
            work.leads.readmit(lead_id=one.lead_id)
