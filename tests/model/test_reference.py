"""The reference leads: percentiles, and what came of leads that are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import binomtest

from leadscore.model.reference import Reference
from leadscore.model.remember import fit_reference

N = 1000
DRAWS = np.random.default_rng(0)
MARGIN = DRAWS.normal(size=N)
CONVERTED = DRAWS.random(N) < 0.5 + 0.4 * np.tanh(MARGIN)
#: A number with gaps, a category of three levels of which one is never seen, nothing at all.
X = np.column_stack([MARGIN, DRAWS.integers(0, 2, N), np.full(N, np.nan)]).astype(np.float32)
X[:100, 0] = np.nan


def outcome_reference() -> Reference:
    return fit_reference(MARGIN, X, converted=CONVERTED, levels=(0, 3, 0))


@given(arrays(np.float64, st.integers(1, 3000), elements=st.floats(-50, 50)))
def test_a_percentile_rises_with_the_margin_from_0_to_100(margin: NDArray[np.float64]) -> None:
    reference = fit_reference(margin, np.empty((len(margin), 0), np.float32))
    found = reference.percentile(np.sort(margin))
    assert np.all(np.diff(found) >= 0)
    assert np.all((found >= 0) & (found <= 100))
    assert reference.percentile(np.array([-99.0, 99.0])).tolist() == [0.0, 100.0]


def test_the_percentile_is_the_share_of_reference_leads_below() -> None:
    reference = fit_reference(MARGIN, X)
    for margin in (-1.0, 0.0, 1.5):
        below = 100 * np.mean(margin > MARGIN)
        assert reference.percentile(np.array([margin]))[0] == pytest.approx(below, abs=0.1)


def test_equal_leads_in_the_middle_score_50() -> None:
    reference = fit_reference(np.zeros(10), np.empty((10, 0), np.float32))
    assert reference.percentile(np.zeros(1)).tolist() == [50.0]


def test_a_large_reference_is_kept_in_quantiles() -> None:
    reference = fit_reference(np.arange(100_000.0), np.empty((100_000, 0), np.float32))
    assert (reference.n, len(reference.margins)) == (100_000, 2001)
    assert reference.percentile(np.array([25_000.0]))[0] == pytest.approx(25, abs=0.05)
    assert reference.margin_at(0.25) == pytest.approx(25_000, rel=0.001)


def test_without_outcomes_nothing_is_known_of_what_came() -> None:
    reference = fit_reference(MARGIN, X)
    assert (reference.similar, reference.fields, reference.axes) == (None, (), ())


def test_leads_alike_in_margin_are_counted_together() -> None:
    reference = outcome_reference()
    assert reference.similar is not None
    group = reference.group_of(MARGIN)
    for one in range(len(reference.likeness) + 1):
        assert reference.similar.n[one] == np.sum(group == one)
        assert reference.similar.converted[one] == np.sum(CONVERTED[group == one])
    assert reference.similar.n.sum() == N
    assert np.ptp(reference.similar.n) <= 1


def test_no_group_of_leads_alike_is_empty() -> None:
    margin = np.repeat([0.0, 1.0, 2.0], [900, 50, 50])
    reference = fit_reference(margin, X, converted=CONVERTED, levels=(0, 3, 0))
    assert reference.similar is not None
    assert reference.similar.n.tolist() == [1000] or min(reference.similar.n) > 0


def test_intervals_are_exact() -> None:
    reference = outcome_reference()
    assert reference.similar is not None
    for (low, high), k, n in zip(
        reference.intervals, reference.similar.converted, reference.similar.n, strict=True
    ):
        exact = binomtest(int(k), int(n)).proportion_ci(0.95, method="exact")
        assert (low, high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize(("converted", "low", "high"), [(False, 0.0, 0.0183), (True, 0.9817, 1.0)])
def test_intervals_of_groups_all_alike_reach_the_end(
    converted: bool, low: float, high: float
) -> None:
    reference = fit_reference(
        np.zeros(200), np.zeros((200, 1), np.float32), converted=np.full(200, converted)
    )
    assert reference.intervals[0] == pytest.approx([low, high], abs=0.0001)


@pytest.mark.parametrize("field", [0, 1, 2])
def test_leads_alike_in_a_field_are_counted_together(field: int) -> None:
    reference = outcome_reference()
    seen, cells = reference.fields[field], reference.cell_of(field, X[:, field])
    for cell in range(len(seen.n)):
        assert seen.n[cell] == np.sum(cells == cell)
        assert seen.converted[cell] == np.sum(CONVERTED[cells == cell])


def test_missing_values_have_a_group_of_their_own() -> None:
    reference = outcome_reference()
    assert reference.fields[0].n[-1] == 100
    assert reference.fields[2].n.tolist() == [0, N]


def test_a_group_without_leads_has_no_rate() -> None:
    rates = outcome_reference().fields[1].rates(np.array([0, 2]))
    assert not np.isnan(rates[0])
    assert np.isnan(rates[1])


def test_a_numbers_groups_are_tenths_of_the_leads() -> None:
    found = outcome_reference().fields[0].n[:-1]
    assert len(found) == 10
    assert np.all(np.abs(found - 90) <= 1)


@pytest.mark.parametrize("values", [[5.0] * N, [0.0] * 990 + [1.0] * 10], ids=["one", "two"])
def test_few_distinct_values_are_a_group_each(values: list[float]) -> None:
    x = np.array(values, np.float32)[:, None]
    reference = fit_reference(MARGIN, x, converted=CONVERTED)
    counts = np.unique(x, return_counts=True)[1]
    assert reference.fields[0].n.tolist() == [*counts.tolist(), 0]


def test_a_value_that_many_leads_have_is_a_group_alone() -> None:
    x = np.maximum(np.arange(N) - 900, 0).astype(np.float32)[:, None]
    reference = fit_reference(MARGIN, x, converted=CONVERTED)
    assert reference.fields[0].n.tolist() == [901, 99, 0]


def test_a_reference_is_the_same_after_a_round_through_arrays() -> None:
    for reference in (outcome_reference(), fit_reference(MARGIN, X)):
        arrays_ = reference.to_arrays()
        again = Reference.from_arrays(arrays_).to_arrays()
        assert list(again) == list(arrays_)
        assert all(np.array_equal(again[name], arrays_[name]) for name in arrays_)
