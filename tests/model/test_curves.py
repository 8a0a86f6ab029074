from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.model.curves import Curve, Curves
from leadscore.model.design import Design, fit_design, tents
from tests.model.known import Matrix, draw_labels, make_matrix

Floats = NDArray[np.float64]
CATEGORIES = (3,)


@cache
def fitted(levels: int) -> tuple[Matrix, Design, Floats, Curves]:
    x = make_matrix(500, levels=levels)
    rng = np.random.default_rng(0)
    design, _ = fit_design(x, draw_labels(x), CATEGORIES, rng)
    weights = rng.normal(size=len(design.owners))
    return x, design, weights, design.curves(weights, 0.7, x)


def by_hand(value: float, knots: Floats, place: int) -> float:
    """The height at `value` of the line through 1 at one knot and 0 at the others."""
    heights = np.zeros(len(knots))
    heights[place] = 1.0
    return float(np.interp(value, knots, heights))


@given(value=st.floats(-20, 20))
def test_each_column_is_one_at_its_own_knot_and_falls_to_zero_at_its_neighbours(
    value: float,
) -> None:
    knots = np.array([-3.0, -1.0, 0.5, 4.0])
    [found] = tents(np.array([value]), knots)
    assert found == pytest.approx([by_hand(value, knots, place) for place in range(4)])
    assert found.sum() == pytest.approx(1)


def test_a_missing_value_has_no_columns() -> None:
    assert np.isnan(tents(np.array([np.nan]), np.array([0.0, 1.0]))).all()
    assert np.isnan(tents(np.array([np.nan]), np.array([0.0]))).all()


def test_knots_rise_and_span_the_values() -> None:
    x, design, _, _ = fitted(4)
    for field in (0, 1, 2):
        knots = design.knots[field]
        assert np.all(np.diff(knots) > 0)
        assert knots[0] == np.nanmin(x[:, field])
        assert knots[-1] == np.nanmax(x[:, field])


def test_a_few_distinct_values_are_the_knots() -> None:
    _, design, _, _ = fitted(4)
    assert design.knots[2].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("levels", [4, 30])
def test_the_curves_say_what_the_columns_say(levels: int) -> None:
    _, design, weights, curves = fitted(levels)
    x = make_matrix(400, seed=9, levels=levels + 3, gaps=0.3)
    x[:5] *= 1e6
    x[5] = np.nan
    x[:5, 3] = 1
    margin = curves.base + curves.effects(x).sum(axis=1)
    assert margin == pytest.approx(0.7 + design.transform(x) @ weights, abs=1e-8)


@pytest.mark.parametrize("levels", [4, 30])
def test_the_mean_effect_over_the_reference_leads_is_zero(levels: int) -> None:
    x, _, _, curves = fitted(levels)
    assert curves.effects(x).mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_a_curve_is_flat_beyond_the_leads_it_has_seen() -> None:
    x, _, _, curves = fitted(4)
    far = x[:2].copy()
    near = x[:2].copy()
    near[:, 1] = [np.nanmin(x[:, 1]), np.nanmax(x[:, 1])]
    far[:, 1] = [-1e9, 1e9]
    assert curves.effects(far)[:, 1].tolist() == curves.effects(near)[:, 1].tolist()


def test_a_missing_value_has_an_effect_of_its_own() -> None:
    x, _, _, curves = fitted(4)
    nothing = np.full((1, x.shape[1]), np.nan, np.float32)
    assert curves.effects(nothing)[0].tolist() == [curve.missing for curve in curves.curves]


def test_a_field_that_is_always_missing_does_nothing() -> None:
    x = make_matrix(100)
    x[:, 1] = np.nan
    design, columns = fit_design(x, draw_labels(x), CATEGORIES, np.random.default_rng(0))
    assert np.all(np.isfinite(columns))
    curves = design.curves(np.ones(len(design.owners)), 0.0, x)
    assert curves.effects(x)[:, 1].tolist() == [0.0] * 100
    assert np.isfinite(curves.effects(make_matrix(50, seed=3))).all()


def test_a_constant_field_does_nothing() -> None:
    x = make_matrix(100, gaps=0)
    x[:, 1] = 7.0
    design, columns = fit_design(x, draw_labels(x), CATEGORIES, np.random.default_rng(0))
    assert np.all(np.isfinite(columns))
    curves = design.curves(np.ones(len(design.owners)), 0.0, x)
    other = x.copy()
    other[:, 1] = 99.0
    assert curves.effects(other)[:, 1] == pytest.approx(0, abs=1e-12)


def test_columns_are_centred() -> None:
    x = make_matrix(500)
    _, columns = fit_design(x, draw_labels(x), CATEGORIES, np.random.default_rng(0))
    assert columns.mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_a_column_of_label_means_is_scaled_and_no_other_is() -> None:
    x = make_matrix(500, levels=30)
    design, _ = fit_design(x, draw_labels(x), CATEGORIES, np.random.default_rng(0))
    [mean] = np.flatnonzero(design.scales != 1)
    assert design.owners[mean] == 3


def test_curves_come_back_from_their_arrays_as_they_were() -> None:
    x, _, _, curves = fitted(30)
    again = Curves.from_arrays(curves.to_arrays())
    assert again.effects(x).tobytes() == curves.effects(x).tobytes()
    assert again.base == curves.base
    assert again.kind == "curves"


def test_an_array_that_is_missing_is_named() -> None:
    arrays = dict(fitted(4)[3].to_arrays())
    del arrays["field1.heights"]
    with pytest.raises(KeyError, match=r"field1\.heights"):
        Curves.from_arrays(arrays)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("field0.heights", np.zeros(3)),
        ("field0.heights", np.zeros(0)),
        ("field0.missing", np.zeros(0)),
        ("field0.knots", np.arange(8.0)[::-1]),
        ("field0.knots", np.append(np.arange(7.0), np.nan)),
        ("field0.knots", np.zeros((2, 4))),
        ("field3.heights", np.zeros(0)),
        ("base", np.zeros(0)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name: str, value: Floats) -> None:
    arrays = {**fitted(4)[3].to_arrays(), name: value}
    with pytest.raises((ValueError, LookupError)):
        Curves.from_arrays(arrays)


def test_a_level_past_the_list_is_missing() -> None:
    curve = Curve(knots=np.array([]), heights=np.array([1.5, 2.5]), missing=-9.0)
    assert curve.effects(np.array([0, 1, 2, np.nan], np.float32)).tolist() == [1.5, 2.5, -9, -9]
