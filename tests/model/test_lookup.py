"""What is looked up is what is worked out the plain way, to the last bit."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.model.calibration import Calibration
from leadscore.model.curves import Curve, Curves
from leadscore.model.lookup import places as looking
from leadscore.model.lookup.lines import Line
from leadscore.model.lookup.places import Places, blocks
from leadscore.model.reference import Reference
from leadscore.model.tables import Axis, PairTable, StepTables

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]

#: Ordinary numbers, neighbours of one another, next to nothing, and as large as they get.
SINGLES = st.one_of(
    st.integers(-3, 30).map(float),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e-45, -1e-45, 3.4028235e38, -3.4028235e38]),
)
MARGINS = st.one_of(st.integers(-3, 30).map(float), st.floats(-40, 40))
EXTREMES = [np.nan, 0.0, -0.0, 1e-45, -1e-45, 3e38, -3e38, np.inf, -np.inf]


def around(edges: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the edges, what lies next to them on both sides, and extremes."""
    far = np.array(EXTREMES, edges.dtype)
    with np.errstate(over="ignore"):
        up, down = (np.nextafter(edges, edges.dtype.type(to)) for to in (np.inf, -np.inf))
    return np.concatenate([edges, up, down, far])


def plainly_placed(edges: NDArray[np.floating], values: NDArray[np.floating]) -> NDArray[np.intp]:
    found = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), len(edges) + 1, found)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(drawn=st.lists(SINGLES, max_size=60), seed=st.integers(0, 9))
def test_a_place_is_the_number_of_edges_that_a_value_has_reached(
    dtype: type[np.floating], drawn: list[float], seed: int
) -> None:
    edges = np.sort(np.array(drawn, dtype))
    values = np.random.default_rng(seed).permutation(around(edges))
    assert Places(edges).find(values).tolist() == plainly_placed(edges, values).tolist()


@pytest.mark.parametrize(
    "edges",
    [
        np.exp(np.linspace(-80, 80, 500)),
        np.concatenate([np.linspace(0, 1, 300), np.linspace(1e6, 1e6 + 1, 300)]),
        1e308 * np.linspace(-1, 1, 9),
        np.linspace(0, 1e-310, 9),
        np.repeat([1.0, 2.0, 5.0], 700),
        np.zeros(9),
        np.random.default_rng(0).normal(size=20_000),
    ],
    ids=["many orders", "two heaps", "all there is", "next to nothing", "repeated", "one", "many"],
)
def test_edges_however_they_lie_are_told_apart(edges: Floats) -> None:
    edges = np.sort(edges)
    values = np.concatenate([around(edges), np.random.default_rng(1).uniform(-3, 3, 5000)])
    assert Places(edges).find(values).tolist() == plainly_placed(edges, values).tolist()


@given(
    drawn=st.lists(st.tuples(MARGINS, st.floats(-5, 5)), min_size=1, max_size=60),
    more=arrays(np.float64, 20, elements=MARGINS),
)
def test_a_line_is_what_numpy_draws(drawn: list[tuple[float, float]], more: Floats) -> None:
    knots, heights = np.array(sorted(drawn)).T
    values = np.concatenate([knots, more, EXTREMES[1:]])
    found = Line(knots, heights).at(np.append(values, np.nan))
    # numpy may round once where this rounds twice, on processors that offer it
    assert found[:-1] == pytest.approx(np.interp(values, knots, heights), abs=1e-14)
    assert np.isnan(found[-1])


def test_a_step_between_neighbouring_numbers_is_no_fault() -> None:
    line = Line(np.array([0.0, 5e-324, 1.0]), np.array([0.0, 1.0, 1.0]))
    assert line.at(np.array([-1.0, 0.0, 5e-324, 0.5])).tolist() == [0, 0, 1, 1]


def test_blocks_are_all_leads_once_and_none_is_an_empty_one() -> None:
    for n in (1, looking.BLOCK, 3 * looking.BLOCK + 1):
        assert np.concatenate([np.arange(n)[one] for one in blocks(n)]).tolist() == list(range(n))
    assert list(blocks(0)) == [slice(0, 0)]


def plain_effects(tables: StepTables, x: Matrix) -> Floats:
    """Look each value up in each table by itself, and add in the tables' order."""
    effects = np.empty(x.shape)
    for place, (axis, values) in enumerate(zip(tables.axes, tables.values, strict=True)):
        effects[:, place] = values[axis.places(x[:, place])]
    for pair in tables.pairs:
        first, second = pair.fields
        cells = (pair.axes[0].places(x[:, first]), pair.axes[1].places(x[:, second]))
        for place in pair.fields:
            effects[:, place] += 0.5 * pair.values[cells]
    return effects


@st.composite
def step_tables(draw: st.DrawFn) -> StepTables:
    """Return tables of three numbers and a category, of which some pairs have tables as well."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    levels = draw(st.integers(1, 12))

    def axis(place: int) -> Axis:
        if place == 3:
            return Axis(edges=np.array([], np.float32), levels=levels)
        return Axis(edges=np.unique(np.array(draw(st.lists(SINGLES, max_size=12)), np.float32)))

    axes = tuple(axis(place) for place in range(4))
    fields = draw(st.lists(st.sampled_from([(0, 1), (1, 0), (1, 3), (3, 2), (2, 2)]), max_size=4))
    both = [(one, (axis(one[0]), axis(one[1]))) for one in fields]
    return StepTables(
        base=0.5,
        axes=axes,
        values=tuple(rng.normal(size=one.cells) for one in axes),
        pairs=tuple(
            PairTable(fields=one, axes=own, values=rng.normal(size=tuple(a.cells for a in own)))
            for one, own in both
        ),
    )


def odd_leads(tables: StepTables, n: int, seed: int) -> Matrix:
    """Return leads on, beside and far from the edges, some of whose values are missing."""
    rng = np.random.default_rng(seed)
    edges = [[one.edges] for one in tables.axes]
    for pair in tables.pairs:
        for place, axis in zip(pair.fields, pair.axes, strict=True):
            edges[place].append(axis.edges)
    columns = [rng.choice(around(np.concatenate(one)), n) for one in edges[:3]]
    codes = rng.choice([np.nan, *range(tables.axes[3].levels + 2)], n)
    return np.stack([*columns, codes], axis=1).astype(np.float32)


@given(tables=step_tables(), seed=st.integers(0, 99))
def test_effects_are_those_of_the_plain_way_alone_in_parts_and_in_any_order(
    tables: StepTables, seed: int
) -> None:
    x = odd_leads(tables, 40, seed)
    wanted = plain_effects(tables, x)
    assert tables.effects(x).tobytes() == wanted.tobytes()
    order = np.random.default_rng(seed).permutation(len(x))
    for part in (order[:13], order[13:], order[:1]):
        assert tables.effects(x[part]).tobytes() == wanted[part].tobytes()


def plain_probabilities(calibration: Calibration, margin: Floats) -> Floats:
    if calibration.kind == "line":
        at = calibration.slope * margin[:, None] - calibration.cuts
        above = 0.5 * (1.0 + np.tanh(0.5 * at))
    else:
        curves = zip(calibration.knots, calibration.heights, strict=True)
        above = np.stack([np.interp(margin, *one) for one in curves], axis=1)
        above = np.minimum.accumulate(above, axis=1)
    steps = calibration.floor * np.arange(1, above.shape[1] + 1)
    lifted = np.maximum.accumulate((above + steps)[:, ::-1], axis=1)[:, ::-1] - steps
    kept = np.clip(lifted, steps[::-1], 1.0 - steps)
    ends = [np.ones(len(margin)), *kept.T, np.zeros(len(margin))]
    shares = np.stack([np.maximum(a - b, 0.0) for a, b in pairwise(ends)], axis=1)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    cuts, floor = draw(st.integers(1, 4)), draw(st.sampled_from([0.0, 1e-4]))
    if draw(st.booleans()):
        return Calibration(kind="line", slope=1.7, cuts=np.linspace(-1, 2, cuts), floor=floor)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    knots = [np.sort(rng.normal(size=rng.integers(1, 40))) for _ in range(cuts)]
    heights = tuple(np.sort(rng.random(len(one))) for one in knots)
    return Calibration(
        kind="steps", cuts=np.array([]), knots=tuple(knots), heights=heights, floor=floor
    )


@given(calibration=calibrations(), margin=arrays(np.float64, 30, elements=MARGINS))
def test_probabilities_are_those_of_the_plain_way(calibration: Calibration, margin: Floats) -> None:
    found = calibration.probabilities(margin)
    assert found == pytest.approx(plain_probabilities(calibration, margin), abs=1e-14)
    alone = [calibration.probabilities(margin[at : at + 1]) for at in range(len(margin))]
    assert np.concatenate(alone).tobytes() == found.tobytes()


@given(
    known=st.lists(MARGINS, min_size=1, max_size=80),
    margin=arrays(np.float64, 20, elements=MARGINS),
)
def test_a_percentile_is_the_middle_of_the_reference_leads_that_are_no_more(
    known: list[float], margin: Floats
) -> None:
    margins = np.sort(known)
    reference = Reference(
        margins=margins, n=len(known), likeness=np.zeros(0), intervals=np.zeros((0, 2))
    )
    margin = np.concatenate([margins, margin])
    low, high = (np.searchsorted(margins, margin, side=side) for side in ("left", "right"))
    wanted = 100.0 * 0.5 * (low + high) / len(margins)
    assert reference.percentile(margin).tobytes() == wanted.tobytes()


def drawn(seed: int) -> tuple[Floats, Matrix]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(100, 2)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    return rng.normal(size=100), x


MARGIN, X = drawn(0)
AXIS = Axis(edges=np.linspace(-2, 2, 30, dtype=np.float32))
KNOTS = np.linspace(-2, 2, 40)
SAYERS: dict[str, Callable[[], Floats]] = {
    "tables": lambda: StepTables(base=0.0, axes=(AXIS,) * 2, values=(np.arange(32.0),) * 2).effects(
        X
    ),
    "curves": lambda: Curves(
        base=0.0, curves=(Curve(knots=KNOTS, heights=KNOTS**2, missing=-1.0),) * 2
    ).effects(X),
    "calibration": lambda: Calibration(
        kind="steps", cuts=np.array([]), knots=(KNOTS,), heights=(np.linspace(0, 1, 40),)
    ).probabilities(MARGIN),
    "reference": lambda: Reference(
        margins=KNOTS, n=40, likeness=np.zeros(0), intervals=np.zeros((0, 2))
    ).percentile(MARGIN),
}


@pytest.mark.parametrize("sayer", SAYERS.values(), ids=SAYERS)
def test_how_many_leads_are_worked_on_at_a_time_changes_nothing(
    sayer: Callable[[], Floats], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = sayer()
    for size in (1, 7, 100):
        monkeypatch.setattr(looking, "BLOCK", size)
        assert sayer().tobytes() == wanted.tobytes()
