"""Bars and dots with names beside them: importance, one lead's waterfall, recipes compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadscore.measure.charts.formats import decimal, percent, signed
from leadscore.measure.charts.scale import Scale, nice_ticks
from leadscore.measure.charts.svg import (
    LINE,
    WIDTH,
    circle,
    clip,
    header,
    line,
    picture,
    rect,
    text,
    text_width,
)
from leadscore.measure.shapes import Importance

__all__ = [
    "Interval",
    "Step",
    "importance_chart",
    "importance_title",
    "interval_chart",
    "interval_title",
    "waterfall_chart",
]

#: The height of a row, and the widest that names may be.
ROW, NAMES = 28, 190


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar of a waterfall: what it is and what it adds to the margin."""

    words: str
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One row of a dot plot: a figure with its interval; `main` for the one that is shipped."""

    name: str
    value: float
    low: float
    high: float
    main: bool = False


def importance_chart(items: Sequence[Importance], *, title: str, most: int = 15) -> str:
    """Draw each field's share of the movement of the scores.

    Parameters
    ----------
    items : sequence of Importance
        Largest first; at least one.
    title : str
        The chart's point.
    most : int
        How many rows; the rest become one row.
    """
    shown = [(one.words, one.share) for one in items[:most]]
    if len(items) > most:
        rest = sum(one.share for one in items[most:])
        shown.append((f"{len(items) - most:,} others", rest))
    top = header(title)
    left = _names_width([words for words, _ in shown])
    scale = Scale(low=0, high=max(share for _, share in shown) or 1.0, start=left, end=WIDTH - 64)
    parts = list(top.parts)
    for i, (words, share) in enumerate(shown):
        y = top.bottom + 8 + ROW * i
        parts += [
            text(left - 12, y + 15, clip(words, left - 12), anchor="end"),
            rect((left, y + 1), (max(scale.at(share) - left, 1.0), 18), class_="bar"),
            text(WIDTH, y + 15, percent(share), anchor="end"),
        ]
    desc = "; ".join(f"{words} {percent(share)}" for words, share in shown)
    return picture(parts, height=top.bottom + 8 + ROW * len(shown), title=title, desc=desc)


def waterfall_chart(
    steps: Sequence[Step], *, base: float, title: str, most: int = 10, digits: int = 2
) -> str:
    """Draw how one lead's margin comes about, from the average lead to this one.

    Parameters
    ----------
    steps : sequence of Step
        The fields' effects, largest first.
    base : float
        The average lead's margin.
    title : str
        The chart's point.
    most : int
        How many steps; the rest become one.
    digits : int
        Places of the numbers.
    """
    shown = list(steps[:most])
    if len(steps) > most:
        rest = sum(one.effect for one in steps[most:])
        shown.append(Step(words=f"{len(steps) - most:,} others", effect=rest))
    ends = _running(base, shown)
    top = header(title)
    left = _names_width(["average lead", *(one.words for one in shown)])
    low, high = min(ends), max(ends)
    scale = Scale(low=low, high=high, start=left + 4, end=WIDTH - 68)
    parts = [*top.parts, *_level("average lead", base, (scale, top.bottom + 8), digits)]
    for i, one in enumerate(shown):
        y = top.bottom + 8 + ROW * (i + 1)
        parts += _step(one, (ends[i], ends[i + 1]), (scale, y), digits)
    last = top.bottom + 8 + ROW * (len(shown) + 1)
    parts += _level("this lead", ends[-1], (scale, last), digits)
    said = "; ".join(f"{one.words} {signed(one.effect, digits=digits)}" for one in shown)
    desc = (
        f"average lead {decimal(base, digits=digits)}; {said}; "
        f"this lead {decimal(ends[-1], digits=digits)}"
    )
    return picture(parts, height=last + ROW, title=title, desc=desc)


def interval_chart(
    rows: Sequence[Interval],
    *,
    title: str,
    words: Callable[[float], str] = decimal,
    axis: str = "",
    best: float | None = None,
) -> str:
    """Draw figures with their 95 % intervals beneath each other.

    Parameters
    ----------
    rows : sequence of Interval
        The figures; at least one.
    title : str
        The chart's point.
    words : callable
        How a figure is written.
    axis : str
        What the figures are, and which way is better.
    best : float, optional
        The best that any model can reach, drawn as a line.
    """
    top = header(title)
    left = _names_width([one.name for one in rows])
    low, high = _span(rows, best)
    scale = Scale(low=low, high=high, start=left, end=WIDTH - 64)
    start, end = top.bottom + 4, top.bottom + 8 + ROW * len(rows)
    parts = [*top.parts, *_ticks(scale, (start, end), words)]
    if best is not None:
        parts.append(line((scale.at(best), start), (scale.at(best), end), class_="dash"))
    for i, one in enumerate(rows):
        parts += _interval(one, scale, top.bottom + 8 + ROW * i, words)
    bottom = end + LINE
    if axis:
        bottom += LINE
        parts.append(text(WIDTH, bottom, axis, anchor="end", class_="soft"))
    desc = "; ".join(
        f"{one.name} {words(one.value)} ({words(one.low)} to {words(one.high)})" for one in rows
    )
    return picture(parts, height=bottom + 8, title=title, desc=desc)


def importance_title(items: Sequence[Importance]) -> str:
    """Say how much the first three fields account for."""
    first = items[:3]
    share = percent(sum(one.share for one in first), digits=0)
    names = [one.words for one in first]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{share} of what moves a score: {listed}"


def interval_title(
    rows: Sequence[Interval],
    *,
    figure: str,
    words: Callable[[float], str] = decimal,
    higher: bool = False,
) -> str:
    """Say which row is best, and whether that is the shipped one.

    Parameters
    ----------
    rows : sequence of Interval
        The figures; at least one.
    figure : str
        The figure's name in a sentence.
    words : callable
        How a figure is written.
    higher : bool
        Whether higher is better.
    """
    best = (max if higher else min)(rows, key=lambda one: one.value)
    kind = "highest" if higher else "lowest"
    words_best = f"{best.name} has the {kind} {figure}, {words(best.value)}"
    shipped = next((one for one in rows if one.main), best)
    if shipped is best:
        return words_best
    return f"{words_best}; the shipped {shipped.name} has {words(shipped.value)}"


def _names_width(names: Sequence[str]) -> float:
    return min(max(map(text_width, names)) + 20, NAMES)


def _running(base: float, steps: Sequence[Step]) -> list[float]:
    ends = [base]
    for one in steps:
        ends.append(ends[-1] + one.effect)
    return ends


def _level(words: str, value: float, place: tuple[Scale, float], digits: int) -> list[str]:
    scale, y = place
    x = scale.at(value)
    return [
        text(scale.start - 16, y + 15, words, anchor="end", class_="strong"),
        rect((x - 1.5, y - 1), (3, 22), class_="total"),
        text(WIDTH, y + 15, decimal(value, digits=digits), anchor="end", class_="strong"),
    ]


def _step(
    one: Step, ends: tuple[float, float], place: tuple[Scale, float], digits: int
) -> list[str]:
    scale, y = place
    begin, end = sorted((scale.at(ends[0]), scale.at(ends[1])))
    finish = scale.at(ends[1])
    return [
        text(scale.start - 16, y + 15, clip(one.words, scale.start - 16), anchor="end"),
        rect(
            (begin, y + 1), (max(end - begin, 1.0), 18), class_="up" if one.effect >= 0 else "down"
        ),
        line((finish, y + 19), (finish, y + ROW + 1), class_="axis"),
        text(WIDTH, y + 15, signed(one.effect, digits=digits), anchor="end"),
    ]


def _span(rows: Sequence[Interval], best: float | None) -> tuple[float, float]:
    marks = [one.low for one in rows] + [one.high for one in rows]
    marks += [] if best is None else [best]
    low, high = min(marks), max(marks)
    room = (high - low) * 0.04 or max(abs(high) * 0.05, 0.01)
    return low - room, high + room


def _ticks(scale: Scale, ends: tuple[float, float], words: Callable[[float], str]) -> list[str]:
    parts = []
    for one in nice_ticks(scale.low, scale.high, most=5):
        x = scale.at(one)
        parts += [
            line((x, ends[0]), (x, ends[1]), class_="grid"),
            text(x, ends[1] + LINE - 2, words(one), anchor="middle", class_="soft"),
        ]
    return parts


def _interval(one: Interval, scale: Scale, y: float, words: Callable[[float], str]) -> list[str]:
    kind = "" if one.main else "-other"
    middle = y + 10
    note = f"{one.name}: {words(one.value)} ({words(one.low)} to {words(one.high)})"
    class_ = "strong" if one.main else ""
    left = scale.start
    return [
        text(left - 12, y + 15, clip(one.name, left - 12), anchor="end", class_=class_),
        line((scale.at(one.low), middle), (scale.at(one.high), middle), class_=f"whisker{kind}"),
        circle((scale.at(one.value), middle), 4.5, class_=f"dot{kind}", note=note),
        text(WIDTH, y + 15, words(one.value), anchor="end", class_=class_),
    ]
