"""Every chart is well-formed, escaped, described, deterministic, and keeps inside its frame."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from leadscore.leads.schema import Direction, Field
from leadscore.measure.charts.bars import (
    Interval,
    Step,
    importance_chart,
    importance_title,
    interval_chart,
    interval_title,
    waterfall_chart,
)
from leadscore.measure.charts.confusion import confusion_chart, confusion_title
from leadscore.measure.charts.lines import (
    GainsLine,
    gains_chart,
    gains_title,
    reliability_chart,
    reliability_title,
)
from leadscore.measure.charts.shape import shape_chart, shape_title
from leadscore.measure.charts.svg import (
    CHART_CSS,
    WIDTH,
    clip,
    element,
    standalone,
    text_width,
    wrap,
)
from leadscore.measure.curves import ReliabilityBin, gains, reliability
from leadscore.measure.shapes import Importance, Shape, shape

NASTY = 'A <script>alert("1")</script> & a name that is much longer than any chart is wide, really'
SVG = "{http://www.w3.org/2000/svg}"


def make_bins(n: int = 400) -> tuple[ReliabilityBin, ...]:
    rng = np.random.default_rng(0)
    p = rng.random(n) * 0.4
    return reliability(rng.random(n) < p, p)


def make_lines() -> list[GainsLine]:
    rng = np.random.default_rng(0)
    hits = rng.random(300) < 0.3
    good, poor = hits + rng.random(300), rng.random(300)
    return [
        GainsLine(name="ordinal", gains=gains(hits, good), main=True),
        GainsLine(name=NASTY, gains=gains(hits, poor)),
    ]


def make_shape(kind: str) -> Shape:
    rng = np.random.default_rng(0)
    n = 500
    if kind == "category":
        values = rng.choice(np.array([*"abcdefghijklmnop", None, NASTY], object), n)
        return shape(Field(name=NASTY, type="category"), values, rng.normal(size=n))
    if kind == "flag":
        flags = (rng.random(n) < 0.3).astype(float)
        return shape(Field(name="asked", type="flag"), flags, flags - 0.3)
    x = rng.lognormal(10, 1, n)
    x[:20] = np.nan
    field = Field(name="income", type="number", unit=NASTY)
    if kind == "steps":
        return shape(field, x, np.where(x > 2e4, 1.0, -1.0))
    if kind == "constant":
        return shape(field, np.full(n, 7.0), np.full(n, 0.5))
    return shape(field, x, np.log(np.where(np.isnan(x), 1, x)) - 10)


def make_intervals() -> list[Interval]:
    return [
        Interval(name="ordinal", value=0.27, low=0.25, high=0.29, main=True),
        Interval(name=NASTY, value=0.3, low=0.28, high=0.33),
    ]


CHARTS: dict[str, Callable[[], str]] = {
    "reliability": lambda: reliability_chart(make_bins(), title=NASTY, said=NASTY[:30]),
    "reliability of few": lambda: reliability_chart(make_bins(3), title="few"),
    "gains": lambda: gains_chart(make_lines(), title=NASTY),
    "confusion of two": lambda: confusion_chart([[5, 1], [0, 0]], classes=["no", "yes"], title="t"),
    "confusion of five": lambda: confusion_chart(
        (np.arange(25).reshape(5, 5) * 99_999).tolist(), classes=[NASTY] * 5, title=NASTY
    ),
    "importance": lambda: importance_chart(
        [Importance(field=str(i), words=NASTY[i:], share=0.05) for i in range(20)], title="t"
    ),
    "importance of nothing": lambda: importance_chart(
        [Importance(field="a", words="a", share=0.0)], title="t"
    ),
    "waterfall": lambda: waterfall_chart(
        [Step(words=NASTY, effect=(-1) ** i * (20 - i)) for i in range(14)], base=-1234.5, title="t"
    ),
    "waterfall of nothing": lambda: waterfall_chart([], base=0.0, title="t"),
    "intervals": lambda: interval_chart(make_intervals(), title="t", axis="axis", best=0.2),
    "intervals of one point": lambda: interval_chart(
        [Interval(name="a", value=0.0, low=0.0, high=0.0)], title="t"
    ),
    **{
        f"shape of {kind}": lambda kind=kind: shape_chart(make_shape(kind), title=NASTY)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        for kind in ("category", "flag", "number", "steps", "constant")
    },
}


@pytest.fixture(params=list(CHARTS))
def chart(request: pytest.FixtureRequest) -> str:
    return CHARTS[request.param]()


def parse(chart: str) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314 our own output


def test_it_is_described_for_those_who_do_not_see_it(chart: str) -> None:
    root = parse(chart)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text is not None


def test_it_runs_and_fetches_nothing(chart: str) -> None:
    assert "<script" not in chart
    assert chart.count("http") == chart.count('xmlns="http')
    assert "url(" not in chart


def test_its_words_keep_inside_the_frame(chart: str) -> None:
    root = parse(chart)
    height = float(root.get("height", "0"))
    for one in root.iter(f"{SVG}text"):
        words, x, y = one.text or "", float(one.get("x", "nan")), float(one.get("y", "nan"))
        wide = text_width(words)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[
            one.get("text-anchor", "start")
        ]
        assert left >= -1, words
        assert left + wide <= WIDTH + 12, words
        assert 10 <= y <= height, words


def test_it_has_no_number_that_is_none(chart: str) -> None:
    assert "nan" not in chart
    assert "inf" not in chart.replace("information", "")


def test_the_same_data_give_the_same_bytes() -> None:
    for make in CHARTS.values():
        assert make() == make()


def test_a_chart_alone_brings_its_style() -> None:
    chart = standalone(CHARTS["gains"]())
    assert CHART_CSS.splitlines()[0] in chart
    parse(chart)


def test_every_class_that_charts_use_has_a_style() -> None:
    used = {
        name
        for make in CHARTS.values()
        for one in parse(make()).iter()
        for name in one.get("class", "").split()
    }
    assert all(f".{name} " in CHART_CSS for name in used), used


def test_attributes_are_escaped() -> None:
    assert element("a", b_='"<') == '<a b="&quot;&lt;"/>'


def test_long_words_are_cut_and_wrapped() -> None:
    assert clip("short", 100) == "short"
    assert clip("a very long label indeed", 60).endswith("…")
    assert text_width(clip("a very long label indeed", 60)) <= 60
    assert wrap("one two three", text_width("one two")) == ["one two", "three"]


def test_the_reliability_title_tells_of_the_worst_group() -> None:
    bins = [
        ReliabilityBin(n=9, predicted=0.3, observed=0.29, low=0.2, high=0.4, start=0.3, end=0.3),
        ReliabilityBin(n=9, predicted=0.5, observed=0.9, low=0.8, high=1.0, start=0.5, end=0.5),
        ReliabilityBin(n=9, predicted=0.9, observed=0.91, low=0.8, high=1.0, start=0.9, end=0.9),
    ]
    assert reliability_title(bins) == "When it said 50\u00a0%, 90\u00a0% came true"
    assert reliability_title(bins[:1]) == "When it said 30\u00a0%, 29\u00a0% came true"


def test_the_gains_title_names_the_best_of_the_others() -> None:
    title = gains_title(make_lines(), target="buyers").replace("\u00a0", " ")
    assert title.startswith("The first 10 % of calls find ")
    assert f"of the buyers; by {NASTY}" in title
    assert "by" not in gains_title(make_lines()[:1], target="leads")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            [[8, 2], [1, 3]],
            "It finds 75\u00a0% of those that are yes; when it says yes, 60\u00a0% are",
        ),
        ([[8, 2], [0, 0]], "No lead is yes"),
        ([[8, 0], [3, 0]], "No lead was said to be yes"),
    ],
)
def test_the_confusion_title_tells_of_the_top_class(counts: list[list[int]], words: str) -> None:
    assert confusion_title(counts, classes=["no", "yes"]) == words


def test_the_importance_title_sums_the_first_three() -> None:
    items = [Importance(field=one, words=one, share=0.25) for one in "abcd"]
    assert importance_title(items) == "75\u00a0% of what moves a score: a, b and c"
    assert importance_title(items[:1]) == "25\u00a0% of what moves a score: a"


def test_the_interval_title_admits_a_better_recipe() -> None:
    rows = make_intervals()
    assert interval_title(rows, figure="log loss") == "ordinal has the lowest log loss, 0.270"
    worse = interval_title(rows, figure="lift", higher=True)
    assert worse.endswith("has the highest lift, 0.300; the shipped ordinal has 0.270")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("number", "Score rises with income"),
        ("steps", "Score rises with income"),
        ("constant", "Score by income"),
        ("flag", "Asked: yes scores 1.00 higher than no"),
    ],
)
def test_the_shape_title_says_the_way(kind: str, words: str) -> None:
    assert shape_title(make_shape(kind)) == words


def test_a_wavy_shape_rises_and_falls() -> None:
    x = np.linspace(0, 10, 500)
    field = Field(name="age", type="number")
    assert shape_title(shape(field, x, np.sin(x))) == "Score rises and falls with age"
    assert shape_title(shape(field, x, -x)) == "Score falls with age"
    assert shape_title(shape(field, x, 0 * x)) == "Score does not move with age"


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        ("up", "Score rises with age, all else equal"),
        ("down", "Score falls with age, all else equal"),
        ("free", "Score rises and falls with age"),
    ],
)
def test_a_model_bound_to_a_direction_is_said_to_keep_it(direction: Direction, words: str) -> None:
    x = np.linspace(0, 10, 500)
    field = Field(name="age", type="number", direction=direction)
    assert shape_title(shape(field, x, np.sin(x), bound=True)) == words
    assert shape_title(shape(field, x, np.sin(x))) == "Score rises and falls with age"
    assert shape_title(shape(field, x, 0 * x, bound=True)) == "Score does not move with age"
