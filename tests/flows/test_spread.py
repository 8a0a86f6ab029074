"""Work on several threads comes back in order, and is not taken up before there is room."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.flows.spread import cores, threads


@given(st.integers(1, 4), st.lists(st.integers()))
def test_results_come_in_order(count: int, over: list[int]) -> None:
    assert list(threads(count)(lambda one: -one, over)) == [-one for one in over]


def test_things_are_done_at_the_same_time() -> None:
    met = threading.Barrier(3, timeout=60)
    assert list(threads(3)(lambda one: (met.wait(), one)[1], [1, 2, 3])) == [1, 2, 3]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_is_taken_than_there_is_room_for(count: int) -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for one in range(20):
            taken.append(one)
            yield one

    results = threads(count)(lambda one: one, source())
    for done in range(1, 10):
        next(results)
        assert len(taken) <= done + count


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_comes_through(count: int) -> None:
    results = threads(count)(lambda one: 1 // one, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_there_is_a_core() -> None:
    assert cores() >= 1
