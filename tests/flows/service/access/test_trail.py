"""The audit log, page by page."""

from leadscore.flows.service.access.trail import note, read_trail
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store
from tests.store.sql.makers import hold

CONTEXT = Context(now=1, caller=Caller(actor="k1", role="admin"))


def test_lines_are_read_page_by_page_the_last_one_first(store: Store) -> None:
    with store.begin(write=True) as work:
        for number in range(5):
            note(work, CONTEXT, "model.promote", about=f"d{number}", count=number)
        seen, before = [], None
        while True:
            page = read_trail(work, before=before, most=2)
            lines, after = page["lines"], page["next"]
            assert isinstance(lines, list)
            seen += [(one["about"], one["details"]) for one in lines]
            if after is None:
                break
            assert isinstance(after, int)
            before = after
    assert seen == [(f"d{number}", {"count": number}) for number in (4, 3, 2, 1, 0)]


def test_what_was_done_with_an_erased_lead_is_found_by_its_id_and_names_it_not(
    store: Store,
) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        note(work, CONTEXT, "lead.export", lead_id="L1")
        work.leads.erase("L1", at=2)
        lines = read_trail(work, lead_id="L1")["lines"]
    assert isinstance(lines, list)
    assert [(one["action"], one["lead_id"]) for one in lines] == [("lead.export", None)]
    assert "L1" not in str(lines)
