"""The nine published leads are the ones in the specification, and their truth is the rule's."""

import pytest

from leadscore.world.scenarios import SCENARIOS, scenario_leads, scenario_truth
from leadscore.world.seed import FIELDS

#: The specification's table, row by row as it stands there.
TABLE = """
1 | ultra high value | 45, 350000, 820, 35, 20, 22, 8, 120, 1, 1, 1, 1 | High | 99.8 % | 1
2 | standard high value | 42, 220000, 780, 25, 15, 18, 5, 90, 1, 1, 1, 1 | High | 99.1 % | 1
3 | good medium | 35, 110000, 720, 15, 8, 10, 3, 50, 1, 0, 1, 1 | Medium | 98.9 % | 1
4 | browsing medium | 38, 95000, 690, 10, 6, 8, 2, 40, 0, 1, 1, 1 | Medium | 72.0 % | 1
5 | young, low value | 24, 42000, 590, 3, 1, 2, 0, 10, 0, 0, 0, 0 | Low | 100.0 % | 1
6 | poor credit | 32, 65000, 520, 5, 2, 3, 1, 15, 0, 0, 0, 0 | Low | 100.0 % | 1
7 | rich but inactive | 55, 300000, 800, 1, 0, 1, 0, 5, 0, 0, 0, 0 | Medium | 53.4 % | 2/3
8 | engaged, poor credit | 29, 55000, 600, 30, 18, 20, 7, 100, 1, 0, 1, 1 | Medium | 83.3 % | 2/3
9 | borderline everything | 40, 90000, 680, 12, 7, 9, 2, 45, 0, 1, 0, 1 | Medium | 82.0 % | 2/3
"""
ROWS = [line.split(" | ") for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row[1] for row in ROWS])
def test_a_scenario_is_as_published(row: list[str]) -> None:
    place, name, lead, tier, confidence, truth = row
    scenario = SCENARIOS[int(place) - 1]
    assert (scenario.name, scenario.tier) == (name, tier)
    assert scenario.values == tuple(int(value) for value in lead.split(", "))
    assert scenario.confidence == pytest.approx(float(confidence.removesuffix(" %")) / 100)
    known = {"1": 1.0, "2/3": 2 / 3}[truth]
    assert scenario_truth()[int(place) - 1] == pytest.approx(known)


def test_there_are_nine() -> None:
    assert len(SCENARIOS) == len(ROWS) == 9


def test_the_leads_are_the_scenarios_in_order() -> None:
    leads = scenario_leads()
    for row, scenario in enumerate(SCENARIOS):
        assert {name: leads.columns[name][row] for name in FIELDS} == scenario.lead
        assert leads.ids["lead_id"][row] == scenario.name
