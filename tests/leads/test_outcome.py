"""Where a lead stands is a fold of its outcomes; a label exists once it is ripe."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.moment import DAY
from leadscore.leads.outcome import (
    Outcome,
    OutcomeKind,
    Standing,
    label_at,
    outcome_faults,
    standing,
)

KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)


def outcome(kind: OutcomeKind, at: int, **more: object) -> Outcome:
    base = Outcome(id=f"{kind} {at}", lead_id="L1", kind=kind, occurred_at=at, recorded_at=at)
    return replace(base, **more)  # type: ignore[arg-type]  # a maker takes any of the fields


@st.composite
def histories(draw: st.DrawFn) -> list[Outcome]:
    found: list[Outcome] = []
    for place in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(KINDS))
        ids = [one.id for one in found]
        corrects = draw(st.sampled_from(["", *ids, "unknown"]))
        if kind == "withdrawn" and not ids:
            continue
        found.append(
            Outcome(
                id=f"o{place}",
                lead_id="L1",
                kind=kind,
                occurred_at=draw(st.integers(0, 5)),
                value=draw(st.none() | st.integers(0, 3)) if kind == "converted" else None,
                reason=draw(st.sampled_from(["", "budget"])) if kind == "lost" else "",
                recorded_at=draw(st.integers(0, 9)),
                corrects=draw(st.sampled_from(ids)) if kind == "withdrawn" else corrects,
            )
        )
    return found


@given(histories(), st.integers(0, 6), st.data())
def test_the_order_of_arrival_changes_nothing(
    said: list[Outcome], as_of: int, data: st.DataObject
) -> None:
    assert standing(data.draw(st.permutations(said)), as_of) == standing(said, as_of)


@given(histories(), st.integers(0, 6))
def test_an_outcome_that_comes_again_changes_nothing(said: list[Outcome], as_of: int) -> None:
    assert standing([*said, *said], as_of) == standing(said, as_of)


@given(histories(), histories(), st.integers(0, 6))
def test_what_occurs_later_changes_nothing(
    said: list[Outcome], more: list[Outcome], as_of: int
) -> None:
    later = [
        replace(one, id=f"later {one.id}", corrects="", occurred_at=as_of + 1 + one.occurred_at)
        for one in more
    ]
    assert standing([*said, *later], as_of) == standing(said, as_of)


@given(histories(), st.integers(0, 6))
def test_a_standing_makes_sense(said: list[Outcome], as_of: int) -> None:
    now = standing(said, as_of)
    assert (now.state == "open") == (now.since is None)
    assert now.since is None or now.since <= as_of
    assert now.value is None or now.state == "converted"
    assert not now.reason or now.state == "lost"
    assert now.contacted_at is not None or now.state in ("open", "lost")


@given(histories(), st.integers(0, 6))
def test_a_correction_that_repeats_what_it_corrects_changes_nothing(
    said: list[Outcome], as_of: int
) -> None:
    for one in said:
        again = replace(one, id="again", recorded_at=one.recorded_at, corrects=one.id)
        if not any(other.corrects == one.id for other in said) and not one.corrects:
            assert standing([*said, again], as_of) == standing(said, as_of)


@pytest.mark.parametrize(
    ("kinds", "state", "since"),
    [
        ((), "open", None),
        (("contacted",), "contacted", 0),
        (("contacted", "contacted"), "contacted", 0),
        (("contacted", "qualified", "contacted"), "qualified", 1),
        (("contacted", "converted", "contacted", "qualified"), "converted", 1),
        (("converted", "converted"), "converted", 0),
        (("converted", "lost"), "lost", 1),
        (("lost", "contacted"), "contacted", 1),
        (("lost", "converted"), "converted", 1),
    ],
)
def test_where_a_lead_stands(kinds: tuple[OutcomeKind, ...], state: str, since: int | None) -> None:
    now = standing([outcome(kind, at) for at, kind in enumerate(kinds)], 9)
    assert (now.state, now.since) == (state, since)


def test_a_standing_carries_the_value_the_reason_and_the_first_talk() -> None:
    said = [
        outcome("lost", 1, reason="budget"),
        outcome("contacted", 2),
        outcome("converted", 3, value=5.0),
        outcome("converted", 4),
        outcome("converted", 5, value=7.0),
    ]
    assert standing(said, 1) == Standing(state="lost", since=1, reason="budget")
    assert standing(said, 4) == Standing(state="converted", since=3, value=5.0, contacted_at=2)
    assert standing(said, 5).value == 7.0


def test_a_correction_stands_in_place_of_what_it_corrects() -> None:
    won = outcome("converted", 3, value=5.0)
    dearer = outcome("converted", 3, id="c1", value=9.0, recorded_at=4, corrects=won.id)
    never = outcome("withdrawn", 3, id="c2", recorded_at=5, corrects="c1")
    assert standing([won, dearer], 3).value == 9.0
    assert standing([never, dearer, won], 9) == Standing()
    late = replace(dearer, id="c3", occurred_at=8, recorded_at=9)
    assert standing([won, late], 7).state == "open"


def test_of_two_corrections_the_one_recorded_last_stands() -> None:
    won = outcome("converted", 1)
    first = outcome("lost", 1, id="c1", recorded_at=5, corrects=won.id)
    second = outcome("qualified", 1, id="c2", recorded_at=6, corrects=won.id)
    assert standing([second, won, first], 9).state == "qualified"


def test_corrections_in_a_circle_end() -> None:
    one = outcome("converted", 1, id="a", corrects="b")
    other = outcome("lost", 2, id="b", corrects="a")
    assert standing([one, other], 9) == standing([other, one], 9)


# ------------------------------------------------------------------ labels


def test_a_label_exists_once_the_horizon_has_passed() -> None:
    won, lost = [outcome("converted", DAY)], [outcome("lost", DAY)]
    for said, label in ((won, 1), (lost, 0), ([], 0)):
        assert label_at(said, 0, 2, as_of=2 * DAY - 1) is None
        assert label_at(said, 0, 2, as_of=2 * DAY) == label


def test_what_comes_after_the_horizon_is_not_in_the_label() -> None:
    late = [outcome("converted", 2 * DAY + 1)]
    assert label_at(late, 0, 2, as_of=9 * DAY) == 0
    fell_through = [outcome("converted", DAY), outcome("lost", 3 * DAY)]
    assert label_at(fell_through, 0, 2, as_of=9 * DAY) == 1


@given(histories(), st.integers(0, 2 * DAY), st.integers(0, 9 * DAY))
def test_a_ripe_label_never_changes(said: list[Outcome], created: int, wait: int) -> None:
    ripe = label_at(said, created, 1, as_of=created + DAY)
    assert label_at(said, created, 1, as_of=created + DAY + wait) == ripe


def test_without_a_horizon_a_closed_lead_has_a_label() -> None:
    assert label_at([outcome("converted", 1)], 0, None, as_of=1) == 1
    assert label_at([outcome("lost", 1)], 0, None, as_of=1) == 0
    assert label_at([outcome("qualified", 1)], 0, None, as_of=1) is None


# ------------------------------------------------------------------ faults


KNOWN = [outcome("contacted", 1, id="o1"), outcome("contacted", 1, id="x1", lead_id="L2")]


@pytest.mark.parametrize(
    ("new", "fields"),
    [
        (outcome("converted", 5, value=0.0), []),
        (outcome("lost", 5, reason="budget"), []),
        (outcome("withdrawn", 5, corrects="o1"), []),
        (outcome("contacted", 5, recorded_at=4), ["occurred_at"]),
        (outcome("converted", 5, value=-1.0), ["value"]),
        (outcome("converted", 5, value=float("inf")), ["value"]),
        (outcome("lost", 5, value=1.0, reason="x" * 1001), ["value", "reason"]),
        (outcome("contacted", 5, reason="asleep"), ["reason"]),
        (outcome("lost", 5, corrects="o9"), ["corrects"]),
        (outcome("lost", 5, corrects="x1"), ["corrects"]),
        (outcome("lost", 5, id="o1", corrects="o1"), ["corrects"]),
        (outcome("withdrawn", 5), ["kind"]),
    ],
)
def test_what_is_wrong_with_an_outcome_is_said_at_once(new: Outcome, fields: list[str]) -> None:
    assert [fault.field for fault in outcome_faults(new, KNOWN)] == fields
