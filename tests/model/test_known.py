"""What is unknown of a lead: field by field, from that lead alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.leads.schema import Field, Schema
from leadscore.model.curves import Curve, Curves
from leadscore.model.known import Known, fit_known

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

FIELDS = 6


def schema_of(count: int = FIELDS, **about: object) -> Schema:
    fields = tuple(Field(name=f"f{i}", type="number", **about) for i in range(count))  # type: ignore[arg-type]  # one call serves every case
    return Schema(name="test", fields=fields)


def engine_of(heights: list[float]) -> Curves:
    """Return a score in which field i moves from 0 to `heights[i]` over 0-100."""
    curves = tuple(
        Curve(knots=np.array([0.0, 100.0]), heights=np.array([0.0, one]), missing=0.0)
        for one in heights
    )
    return Curves(base=0.0, curves=curves)


def reference(n: int = 1000, count: int = FIELDS, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).uniform(0, 100, (n, count)).astype(np.float32)


def known_of(x: Matrix, heights: list[float] | None = None, **about: object) -> Known:
    count = x.shape[1]
    engine = engine_of(heights or [1.0] * count)
    return fit_known(x, {}, engine=engine, schema=schema_of(count, **about))


def too_much(known: Known, lead: list[float]) -> bool:
    return bool(known.unknown(np.array([lead], np.float32), {}).too_much[0])


KNOWN = known_of(reference(), [0.9, 0.9, 0.9, 1.0, 1.0, 1.0])
FAR, GONE = 1e4, np.nan


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ([50.0] * 6, False),
        ([150.0] * 6, False),
        ([FAR, FAR, FAR, 50, 50, 50], False),
        ([FAR, FAR, FAR, -FAR, 50, 50], True),
        ([GONE, GONE, GONE, 50, 50, 50], False),
        ([GONE, GONE, GONE, GONE, 50, 50], True),
        ([GONE, GONE, FAR, FAR, 50, 50], True),
    ],
)
def test_more_than_half_missing_or_far_is_too_much(lead: list[float], expected: bool) -> None:
    assert too_much(KNOWN, lead) is expected


def test_a_field_counts_by_how_far_it_moves_the_score() -> None:
    known = known_of(reference(), [10.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert known.weight == pytest.approx(np.array([10, 1, 1, 1, 1, 1]) / 15, abs=0.01)
    assert too_much(known, [GONE, 50, 50, 50, 50, 50])
    assert not too_much(known, [50, GONE, GONE, GONE, GONE, GONE])


def test_far_is_one_span_beyond_the_middle_of_the_reference() -> None:
    x = reference(100_000, 1)
    known = known_of(x)
    assert (known.low[0], known.high[0]) == pytest.approx((-98.5, 198.5), abs=1)


def test_values_beyond_the_span_but_within_another_are_never_far() -> None:
    x = reference()
    low, high = np.quantile(x, [0.005, 0.995], axis=0)
    edge = np.stack([low - 0.99 * (high - low), high + 0.99 * (high - low)]).astype(np.float32)
    assert not KNOWN.unknown(edge, {}).fields.any()


def test_a_field_of_one_value_is_never_far_and_one_of_nearly_one_by_its_rest() -> None:
    x = reference()
    x[:, 0] = 3.0
    x[:, 1] = np.where(np.arange(len(x)) < 2, 40.0, 0.0)
    known = known_of(x)
    assert np.isnan(known.low[0])
    assert (known.low[1], known.high[1]) == (-40.0, 80.0)
    assert known.strange.tolist() == [False, True, True, True, True, True]


def test_a_field_whose_limits_allow_nothing_far_cannot_be_strange() -> None:
    assert not known_of(reference(), limits=(0.0, 100.0)).strange.any()
    assert known_of(reference(), limits=(0.0, 1000.0)).strange.all()


def test_a_field_that_is_always_missing_says_nothing() -> None:
    x = reference()
    x[:, 0] = np.nan
    known = known_of(x, [0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert (known.missing[0], known.weight[0], known.strange[0]) == (1.0, 0.0, False)
    assert not known.unknown(x, {}).too_much.any()


def test_a_score_that_nothing_moves_is_carried_by_all_fields_alike() -> None:
    assert known_of(reference(), [0.0] * 6).weight == pytest.approx(1 / 6)


def test_where_much_is_missing_as_a_rule_such_leads_are_scored() -> None:
    x = reference()
    x[:300, :5] = np.nan
    known = known_of(x)
    assert not known.unknown(x, {}).too_much.any()
    assert too_much(known, [GONE] * 6)


def test_where_categories_are_mostly_new_as_a_rule_such_leads_are_scored() -> None:
    x = np.zeros((400, 3), np.float32)
    unseen = {place: np.arange(400) % 3 > 0 for place in range(3)}
    schema = Schema(
        name="texts", fields=tuple(Field(name=f"c{i}", type="category") for i in range(3))
    )
    tables = Curves(
        base=0.0,
        curves=(Curve(knots=np.array([]), heights=np.array([0.0, 1.0]), missing=0.0),) * 3,
    )
    known = fit_known(x, unseen, engine=tables, schema=schema)
    assert not known.unknown(x, unseen).too_much.any()


@pytest.mark.parametrize("seed", range(5))
def test_of_leads_like_the_reference_at_most_one_in_a_hundred_is_too_strange(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 1.5, (6000, FIELDS)).astype(np.float32)
    x[rng.random(x.shape) < 0.3] = np.nan
    known = known_of(x[:3000], [5.0, 3.0, 1.0, 1.0, 1.0, 1.0])
    assert known.unknown(x[3000:], {}).too_much.mean() <= 0.01


@pytest.mark.parametrize("seed", range(5))
def test_leads_with_most_fields_far_outside_are_too_strange(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = known_of(rng.normal(size=(2000, FIELDS)).astype(np.float32), [5, 3, 1, 1, 1, 1])
    leads = rng.normal(size=(500, FIELDS)).astype(np.float32)
    for lead in leads:
        lead[rng.choice(FIELDS, 4, replace=False)] = rng.choice([-1, 1]) * rng.uniform(20, 1e6)
    assert known.unknown(leads, {}).too_much.all()


leads_like = arrays(
    np.float32, (12, FIELDS), elements=st.sampled_from([0.0, 50.0, 170.0, 1e4, -1e4, np.nan])
)


@given(x=leads_like, order=st.permutations(range(12)), cut=st.integers(0, 12))
def test_a_leads_unknown_depends_on_that_lead_alone(x: Matrix, order: list[int], cut: int) -> None:
    whole, rows = KNOWN.unknown(x, {}), np.array(order)
    for part in (rows[:cut], rows[cut:]):
        found, expected = KNOWN.unknown(x[part], {}), whole.take(part)
        for name in ("fields", "missing", "share", "too_much"):
            assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


@given(x=leads_like, order=st.permutations(range(FIELDS)))
def test_the_order_of_the_fields_changes_nothing(x: Matrix, order: list[int]) -> None:
    heights = [4.0, 2.0, 2.0, 1.0, 1.0, 1.0]
    train, places = reference(), np.array(order)
    straight = known_of(train, heights).unknown(x, {})
    turned = known_of(train[:, places], [heights[at] for at in order]).unknown(x[:, places], {})
    assert turned.fields.tolist() == straight.fields[:, places].tolist()
    assert turned.share == pytest.approx(straight.share)
    clear = np.abs(straight.share - 0.5) > 1e-9
    assert turned.too_much[clear].tolist() == straight.too_much[clear].tolist()


@given(x=leads_like, place=st.integers(0, FIELDS - 1))
def test_one_more_unknown_field_never_makes_a_lead_better_known(x: Matrix, place: int) -> None:
    worse = x.copy()
    worse[:, place] = 1e6
    before, after = KNOWN.unknown(x, {}), KNOWN.unknown(worse, {})
    assert np.all(after.share >= before.share)
    assert not (before.too_much & ~after.too_much).any()


def test_it_comes_back_from_arrays() -> None:
    again = Known.from_arrays(KNOWN.to_arrays())
    for name, array in KNOWN.to_arrays().items():
        assert again.to_arrays()[name].tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": KNOWN.weight[:-1]}, "another number"),
        ({"high": KNOWN.low - 1}, "ends before"),
        ({"weight": -KNOWN.weight}, "not in 0-1"),
        ({"missing": np.full(FIELDS, np.nan)}, "not in 0-1"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    change: dict[str, NDArray[np.float64]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Known.from_arrays({**KNOWN.to_arrays(), **change})
