"""The claims: every published figure with a verdict, on worlds small enough for a test."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest

from leadscore.flows.claims.page import claims_json, claims_markdown
from leadscore.flows.claims.published import PUBLISHED
from leadscore.flows.claims.run import Claims, run_claims
from leadscore.flows.claims.verdicts import verdict
from leadscore.flows.claims.worlds import PARAMETERS, WorldFigures, WorldTask, measure_world
from leadscore.model import seed

KEPT: dict[str, WorldFigures] = {}


def spread(
    work: Callable[[WorldTask], WorldFigures], over: Iterable[WorldTask]
) -> Iterator[WorldFigures]:
    """Measure the first world of each preset; the others are like it, but better by a hundredth."""
    assert work is measure_world
    for task in over:
        if task.preset not in KEPT:
            KEPT[task.preset] = work(task)
        first = KEPT[task.preset]
        better = {key: one + (task.seed - 1) / 100 for key, one in first.figures.items()}
        yield replace(first, task=task, figures=better)


@pytest.fixture(scope="module")
def claims() -> Claims:
    done: list[int] = []
    found = run_claims(worlds=2, leads=1000, spread=spread, progress=done.append)
    assert done == [1, 2, 3, 4]
    return found


def test_every_figure_has_a_row(claims: Claims) -> None:
    assert len(claims.rows) == len(PUBLISHED) + 1
    assert {one.claim for one in claims.rows} == {
        "S6",
        "S8",
        "S9",
        "S10",
        "S11",
        "S12",
        "S13",
        "S14",
    }
    assert len(claims.scenarios) == 9


def test_what_does_not_reproduce_has_a_reason(claims: Claims) -> None:
    assert all(one.reason for one in claims.rows if one.verdict != "reproduces")
    assert all(one.reason for one in claims.scenarios if one.verdict != "reproduces")


def test_an_interval_holds_its_mean(claims: Claims) -> None:
    assert all(one.low <= one.mean <= one.high for one in claims.rows)
    assert all(one.worst <= one.mean <= one.best for one in claims.rows)


def test_the_verdict_is_by_distance() -> None:
    assert [verdict(gap) for gap in (0.0, 0.85 - 0.83, 0.021, 0.05, 0.051)] == [
        "reproduces",
        "reproduces",
        "nearly",
        "nearly",
        "does not",
    ]


def test_the_comparison_without_smote_has_the_specified_parameters() -> None:
    assert vars(seed)["_PARAMETERS"] == PARAMETERS


def test_a_single_world_has_no_interval() -> None:
    found = run_claims(worlds=1, leads=1000, spread=spread)
    assert json.loads(json.dumps(claims_json(found), allow_nan=False))["claims"][0]["low"] is None
    assert "±" not in claims_markdown(found).splitlines()[8]


def test_the_page_has_a_line_for_each(claims: Claims) -> None:
    lines = claims_markdown(claims).splitlines()
    assert sum(line.startswith("| S") for line in lines) == len(claims.rows)
    assert sum(line.startswith(f"| {n} |") for line in lines for n in range(1, 10)) == 9
