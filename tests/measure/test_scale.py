"""Ticks are few, round and even; places keep the values' order."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leadscore.measure.charts.scale import Scale, nice_span, nice_ticks

spans = st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@given(spans, st.integers(3, 10))
def test_ticks_are_few_even_and_inside(span: tuple[float, float], most: int) -> None:
    low, high = span
    ticks = nice_ticks(low, high, most=most)
    assert len(ticks) <= most
    slack = (high - low) * 1e-6
    assert all(low - slack <= one <= high + slack for one in ticks)
    gaps = [b - a for a, b in pairwise(ticks)]
    assert all(math.isclose(gap, gaps[0], rel_tol=1e-6) for gap in gaps)


@given(spans)
def test_a_nice_span_holds_the_span(span: tuple[float, float]) -> None:
    low, high = nice_span(*span)
    slack = (span[1] - span[0]) * 1e-6
    assert low <= span[0] + slack
    assert high >= span[1] - slack


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_a_scale_keeps_order_and_stays_inside(a: float, b: float) -> None:
    scale = Scale(low=-50, high=50, start=10, end=90)
    assert (scale.at(a) <= scale.at(b)) or a > b
    assert 10 <= scale.at(a) <= 90


def test_equal_ends_are_the_middle() -> None:
    assert Scale(low=1, high=1, start=0, end=10).at(1) == 5
    assert nice_ticks(1, 1) == (1,)
    assert nice_span(1, 1) == (0.5, 1.5)
