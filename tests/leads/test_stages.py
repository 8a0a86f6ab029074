"""Open stages are told by their names, and a closed one is never open."""

import pytest

from leadscore.leads.guess.stages import says_closed, still_open


@pytest.mark.parametrize(
    ("stages", "positive", "left"),
    [
        (
            [
                "New",
                "Open",
                "In Progress",
                "Attempted to Contact",
                "Connected",
                "Unqualified",
                "Won",
            ],
            "Won",
            ["Unqualified"],
        ),
        (
            [
                *["Prospecting", "Needs Analysis", "Proposal/Price Quote", "Negotiation/Review"],
                *["Value Proposition", "Id. Decision Makers", "Closed Won", "Closed Lost"],
            ],
            "Closed Won",
            ["Closed Lost"],
        ),
        (
            [
                "Junk Lead",
                "Lost Lead",
                "Not Contacted",
                "Not Qualified",
                "Pre-Qualified",
                "Converted",
            ],
            "Converted",
            ["Junk Lead", "Lost Lead", "Not Qualified"],
        ),
        (["In Bearbeitung", "Offen", "Verloren", "Gewonnen"], "Gewonnen", ["Verloren"]),
        (["En curso", "Perdido", "Ganado"], "Ganado", ["Perdido"]),
        (["Qualified", "Working", "Unqualified"], "Qualified", ["Unqualified"]),
        (["Qualified", "Renewed", "Other"], "Renewed", ["Qualified", "Other"]),
        (["yes", "no", "unknown"], "yes", ["no"]),
    ],
)
def test_what_is_not_open_is_left(stages: list[str], positive: str, left: list[str]) -> None:
    found = still_open(stages, positive)
    assert [one for one in stages if one not in (*found, positive)] == left


@pytest.mark.parametrize(
    "stage",
    [
        *["Closed - Not Converted", "lost", "Disqualified", "Working - Unqualified", "Open - lost"],
        *["Rejected", "junk", "not converted", "Contacted - Not Interested", "New: spam"],
    ],
)
def test_a_closed_sounding_stage_is_never_open(stage: str) -> None:
    assert says_closed(stage)
    assert still_open([stage, "Won", "Lost"], "Won") == []
