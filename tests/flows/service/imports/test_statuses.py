"""What a CRM's status says came of a lead; where nobody can tell, it says nothing."""

import pytest

from leadscore.flows.service.imports.statuses import outcome_of, says_nothing

WON = ["Closed - Converted", "Closed Won", "Customer", "won", "1", "TRUE", "yes", "Kunde"]
LOST = [
    *("Closed - Not Converted", "Closed Lost", "Unqualified", "Disqualified", "Not Interested"),
    *("Bad Timing", "Junk", "Former customer", "Lost", "verloren"),
]
QUALIFIED = ["Qualified", "Sales Qualified Lead", "SQL", "Opportunity"]
CONTACTED = ["Working - Contacted", "Contacted", "Connected"]
NOTHING = [
    *("New", "Open - Not Contacted", "Open", "In Progress", "Attempted to Contact", "Subscriber"),
    *("Lead", "Marketing Qualified Lead", "MQL", "Evangelist", "Contact in Future", "Nurturing"),
    *("0", "false", "No", ""),
]


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        (WON, "converted"),
        (LOST, "lost"),
        (QUALIFIED, "qualified"),
        (CONTACTED, "contacted"),
        (NOTHING, None),
    ],
)
def test_statuses_of_usual_exports(statuses: list[str], kind: str | None) -> None:
    assert {status: outcome_of(status) for status in statuses} == dict.fromkeys(statuses, kind)


def test_a_plain_no_is_not_worth_a_word() -> None:
    assert [says_nothing(one) for one in ("0", "No", " ", "New")] == [True, True, True, False]
