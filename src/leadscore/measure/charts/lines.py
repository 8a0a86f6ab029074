"""Two curves: whether the probabilities can be trusted, and what the order finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.measure.charts.formats import count, percent
from leadscore.measure.charts.scale import Scale, nice_span, nice_ticks
from leadscore.measure.charts.svg import (
    LINE,
    WIDTH,
    circle,
    clip,
    header,
    line,
    path,
    picture,
    rect,
    text,
    text_width,
)
from leadscore.measure.curves import Gains, ReliabilityBin

__all__ = ["GainsLine", "gains_chart", "gains_title", "reliability_chart", "reliability_title"]

#: Room for the numbers of the upright axis, and at the right for half of "100 %".
LEFT, RIGHT = 52, 24

#: Dashes that tell the other curves apart without colour.
DASHES = ("", "6 4", "2 3", "10 3 2 3", "1 5")


@dataclass(frozen=True, slots=True, kw_only=True)
class GainsLine:
    """A curve and its name; `main` for the one that the chart is about."""

    name: str
    gains: Gains
    main: bool = False


@dataclass(frozen=True, slots=True)
class _Plot:
    """The two scales of a plot."""

    x: Scale
    y: Scale

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.x.at(x), self.y.at(y)


def reliability_chart(
    bins: Sequence[ReliabilityBin], *, title: str, said: str = "it said", came: str = "came true"
) -> str:
    """Draw what was said against what came true, with exact intervals and a count below.

    Parameters
    ----------
    bins : sequence of ReliabilityBin
        The groups of leads; at least one.
    title : str
        The chart's point.
    said, came : str
        The names of the two axes.
    """
    top = header(title, axis=f"{came}, %")
    plot = _square(_reach(bins), top.bottom)
    foot = plot.y.start + 8
    return picture(
        [
            *top.parts,
            *_percent_axes(plot, below=f"{said}, %", gap=64),
            line(
                plot.point(plot.x.low, plot.x.low),
                plot.point(plot.x.high, plot.x.high),
                class_="dash",
            ),
            *_histogram(bins, plot, foot),
            *(part for one in bins for part in _interval_dot(one, plot)),
        ],
        height=foot + 56 + 2 * LINE + 8,
        title=title,
        desc=_reliability_words(bins, said, came),
    )


def gains_chart(lines: Sequence[GainsLine], *, title: str, mark: float = 0.1) -> str:
    """Draw the share of positives found against the share of leads called.

    Parameters
    ----------
    lines : sequence of GainsLine
        The curves; the main one last drawn, so on top. A random order is always drawn.
    title : str
        The chart's point.
    mark : float
        The share of leads called at which the curves are read off, in 0-1.
    """
    top = header(title, axis="found, %")
    plot = _square((0.0, 1.0), top.bottom)
    ordered = sorted(lines, key=lambda one: one.main)
    dashes = _dashes(lines)
    below = plot.y.start + 3 * LINE + 12
    rows = [
        part
        for i, one in enumerate(lines)
        for part in _key(one, dashes[one.name], mark, below + LINE * (i + 1))
    ]
    return picture(
        [
            *top.parts,
            *_percent_axes(plot, below="leads called, best first, %", gap=0),
            line(plot.point(0, 0), plot.point(1, 1), class_="dash"),
            line(plot.point(mark, 0), plot.point(mark, 1), class_="axis"),
            *(_curve(one, plot, dashes[one.name]) for one in ordered),
            *(_read_off(one, plot, mark) for one in ordered),
            text(
                WIDTH,
                below,
                f"found in the first {percent(mark, digits=0)}",
                anchor="end",
                class_="soft",
            ),
            *rows,
            *_random_key(mark, below + LINE * (len(lines) + 1)),
        ],
        height=below + LINE * (len(lines) + 1) + 10,
        title=title,
        desc=_gains_words(lines, mark),
    )


def reliability_title(
    bins: Sequence[ReliabilityBin], *, said: str = "it said", came: str = "came true"
) -> str:
    """Say what came true in the group that is most surely off; where none is, in the best group."""
    off = [one for one in bins if not one.low <= one.predicted <= one.high]
    one = max(off, key=lambda one: abs(one.predicted - one.observed)) if off else bins[-1]
    digits = 1 if max(one.predicted, one.observed) < 0.1 else 0
    share, true = (percent(one, digits=digits) for one in (one.predicted, one.observed))
    return f"When {said} {share}, {true} {came}"


def gains_title(lines: Sequence[GainsLine], *, target: str, mark: float = 0.1) -> str:
    """Say what share the first calls find, by the main curve and by the best other one."""
    main = next((one for one in lines if one.main), lines[0])
    others = [one for one in lines if one is not main]
    words = (
        f"The first {percent(mark, digits=0)} of calls find "
        f"{percent(main.gains.at(mark), digits=0)} of the {target}"
    )
    if not others:
        return words
    best = max(others, key=lambda one: one.gains.at(mark))
    return f"{words}; by {best.name} {percent(best.gains.at(mark), digits=0)}"


def _reach(bins: Sequence[ReliabilityBin]) -> tuple[float, float]:
    low, high = nice_span(
        min(min(one.start, one.low) for one in bins), max(max(one.end, one.high) for one in bins)
    )
    # A confidence of three classes is above one third: the empty part says nothing.
    return (low if low >= 0.25 else 0.0), min(high, 1.0)


def _square(reach: tuple[float, float], top: float) -> _Plot:
    low, high = reach
    bottom = top + 300
    return _Plot(
        Scale(low=low, high=high, start=LEFT, end=WIDTH - RIGHT),
        Scale(low=low, high=high, start=bottom, end=top + 8),
    )


def _percent_axes(plot: _Plot, *, below: str, gap: float) -> list[str]:
    ticks = nice_ticks(plot.x.low, plot.x.high)
    digits = 0 if all(abs(100 * one - round(100 * one)) < 1e-6 for one in ticks) else 1
    foot = plot.y.start + gap
    parts = []
    for one in ticks:
        words = f"{100 * one:.{digits}f}"
        parts += [
            line(plot.point(plot.x.low, one), plot.point(plot.x.high, one), class_="grid"),
            text(LEFT - 8, plot.y.at(one) + 5, words, anchor="end", class_="soft"),
            text(plot.x.at(one), foot + LINE, words, anchor="middle", class_="soft"),
        ]
    parts.append(text(WIDTH - RIGHT, foot + 2 * LINE, below, anchor="end", class_="soft"))
    return parts


def _interval_dot(one: ReliabilityBin, plot: _Plot) -> list[str]:
    x = plot.x.at(one.predicted)
    note = (
        f"said {percent(one.predicted)}, came true {percent(one.observed)} "
        f"({percent(one.low)} to {percent(one.high)}), {count(one.n)} leads"
    )
    return [
        line((x, plot.y.at(one.low)), (x, plot.y.at(one.high)), class_="whisker"),
        circle(plot.point(one.predicted, one.observed), 4.5, class_="dot", note=note),
    ]


def _histogram(bins: Sequence[ReliabilityBin], plot: _Plot, top: float) -> list[str]:
    room = 44.0
    spans = [
        (plot.x.at(one.start), max(plot.x.at(one.end), plot.x.at(one.start) + 2)) for one in bins
    ]
    # An area stands for a number of leads: narrow groups of many leads are high.
    dense = [one.n / (end - start) for one, (start, end) in zip(bins, spans, strict=True)]
    parts = [line((LEFT, top + room), (WIDTH - RIGHT, top + room), class_="grid")]
    for (start, end), height in zip(spans, dense, strict=True):
        tall = max(room * height / max(dense), 1.0)
        parts.append(rect((start, top + room - tall), (end - start, tall), class_="count"))
    parts.append(text(LEFT - 8, top + room, "leads", anchor="end", class_="soft"))
    return parts


def _reliability_words(bins: Sequence[ReliabilityBin], said: str, came: str) -> str:
    return "; ".join(
        f"{said} {percent(one.predicted)}: {percent(one.observed)} {came} "
        f"({percent(one.low)} to {percent(one.high)}, {count(one.n)} leads)"
        for one in bins
    )


def _dashes(lines: Sequence[GainsLine]) -> dict[str, str]:
    others = [one.name for one in lines if not one.main]
    patterns = {name: DASHES[i % len(DASHES)] for i, name in enumerate(others)}
    return {one.name: patterns.get(one.name, "") for one in lines}


def _curve(one: GainsLine, plot: _Plot, dash: str) -> str:
    points = [plot.point(x, y) for x, y in zip(one.gains.called, one.gains.found, strict=True)]
    return path(points, class_="main" if one.main else "other", dash=dash)


def _read_off(one: GainsLine, plot: _Plot, mark: float) -> str:
    found = one.gains.at(mark)
    note = f"{one.name}: {percent(found)} found in the first {percent(mark, digits=0)}"
    class_ = "dot" if one.main else "dot-other"
    return circle(plot.point(mark, found), 4.5 if one.main else 3.5, class_=class_, note=note)


def _key(one: GainsLine, dash: str, mark: float, y: float) -> list[str]:
    sample = path(
        [(LEFT, y - 5), (LEFT + 36, y - 5)], class_="main" if one.main else "other", dash=dash
    )
    words = percent(one.gains.at(mark))
    class_ = "strong" if one.main else ""
    room = WIDTH - LEFT - 48 - text_width(words) - 12
    return [
        sample,
        text(LEFT + 48, y, clip(one.name, room), class_=class_),
        text(WIDTH, y, words, anchor="end", class_=class_),
    ]


def _random_key(mark: float, y: float) -> list[str]:
    return [
        line((LEFT, y - 5), (LEFT + 36, y - 5), class_="dash"),
        text(LEFT + 48, y, "random", class_="soft"),
        text(WIDTH, y, percent(mark), anchor="end", class_="soft"),
    ]


def _gains_words(lines: Sequence[GainsLine], mark: float) -> str:
    found = "; ".join(f"{one.name} {percent(one.gains.at(mark))}" for one in lines)
    return f"Found by calling the first {percent(mark, digits=0)}: {found}; random {percent(mark)}."
