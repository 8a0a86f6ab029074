"""How one field moves the score: a curve over its values, or a bar for each."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from leadscore.measure.charts.formats import compact, count, decimal, signed
from leadscore.measure.charts.scale import Scale, nice_span, nice_ticks
from leadscore.measure.charts.svg import (
    LINE,
    WIDTH,
    clip,
    element,
    header,
    line,
    path,
    picture,
    rect,
    text,
    text_width,
)
from leadscore.measure.shapes import Shape, ShapeBar, ShapePoint

__all__ = ["shape_chart", "shape_title"]

LEFT, RIGHT, ROW, NAMES = 60, 28, 28, 170


def shape_chart(shape: Shape, *, title: str) -> str:
    """Draw a field's effect on the margin: higher is likelier.

    Parameters
    ----------
    shape : Shape
        The field's effects by value.
    title : str
        The chart's point.
    """
    return _curve_chart(shape, title) if len(shape.points) > 1 else _bar_chart(shape, title)


def shape_title(shape: Shape) -> str:
    """Say which way the score goes with the field."""
    if len(shape.points) > 1:
        return f"Score {_bound_way(shape)}"
    if len(shape.bars) < 2:
        return f"Score by {shape.words}"
    best = max(shape.bars, key=lambda one: one.effect)
    worst = min(shape.bars, key=lambda one: one.effect)
    name = shape.words[:1].upper() + shape.words[1:]
    if len(shape.bars) == 2:
        more = decimal(best.effect - worst.effect, digits=2)
        return f"{name}: {best.words} scores {more} higher than {worst.words}"
    return f"{name}: {best.words} scores highest, {worst.words} lowest"


def _bound_way(shape: Shape) -> str:
    """Return the way of the model; the mean over leads that differ in all else may waver."""
    shown = _way(shape.points)
    bound = {"up": "rises with", "down": "falls with"}.get(shape.direction, shown)
    if bound == shown or shown == "does not move with":
        return f"{shown} {shape.words}"
    return f"{bound} {shape.words}, all else equal"


def _way(points: Sequence[ShapePoint]) -> str:
    effects = [one.effect for one in points]
    span = max(effects) - min(effects)
    if span < 1e-9:
        return "does not move with"
    # A dip of less than a twentieth of the whole movement is not worth a word.
    steps = [b - a for a, b in pairwise(effects)]
    up = sum(step for step in steps if step > 0)
    down = -sum(step for step in steps if step < 0)
    if down <= span / 20:
        return "rises with"
    return "falls with" if up <= span / 20 else "rises and falls with"


def _curve_chart(shape: Shape, title: str) -> str:
    top = header(title, axis="effect on the score’s margin")
    points = shape.points
    low, high = nice_span(
        min(0.0, *(one.low for one in points)), max(0.0, *(one.high for one in points)), most=7
    )
    y = Scale(low=low, high=high, start=top.bottom + 180, end=top.bottom + 8)
    x = Scale(low=points[0].value, high=points[-1].value, start=LEFT, end=WIDTH - RIGHT)
    foot = y.start + 40
    unit = f"{shape.words}, {shape.unit}" if shape.unit else shape.words
    parts = [
        *top.parts,
        *_upright(y),
        *_counts(points, x, foot),
        *_values(x, foot),
        _band(points, x, y, steps=shape.steps),
        path(
            _through([(one.value, one.effect) for one in points], x, y, steps=shape.steps),
            class_="main",
        ),
    ]
    note = (
        f"missing: {signed(shape.bars[0].effect)} ({count(shape.bars[0].n)} leads)"
        if shape.bars
        else ""
    )
    room = WIDTH - RIGHT - LEFT - (text_width(note) + 16 if note else 0)
    parts.append(
        text(WIDTH - RIGHT, foot + 2 * LINE, clip(unit, room), anchor="end", class_="soft")
    )
    if note:
        parts.append(text(LEFT, foot + 2 * LINE, note, class_="soft"))
    return picture(
        parts, height=foot + 2 * LINE + 8, title=title, desc=_curve_words(points, unit, note)
    )


def _bar_chart(shape: Shape, title: str) -> str:
    bars = list(shape.bars) + [
        ShapeBar(words=compact(one.value), n=one.n, effect=one.effect) for one in shape.points
    ]
    top = header(title)
    left = min(max((text_width(one.words) for one in bars), default=0.0) + 20, NAMES)
    effects = [0.0, *(one.effect for one in bars)]
    # Room on both sides for the effect's number at the end of its bar.
    scale = Scale(low=min(effects), high=max(effects), start=left + 56, end=WIDTH - 136)
    parts = [*top.parts]
    y = top.bottom + LINE
    parts.append(text(WIDTH, y, "leads", anchor="end", class_="soft"))
    parts.append(text(scale.at(0), y, "effect on the margin", anchor=_side(scale), class_="soft"))
    bottom = y + 8 + ROW * len(bars)
    for i, one in enumerate(bars):
        parts += _bar(one, scale, y + 8 + ROW * i, left)
    parts.append(line((scale.at(0), y + 8), (scale.at(0), bottom), class_="axis"))
    desc = "; ".join(f"{one.words} {signed(one.effect)} ({count(one.n)} leads)" for one in bars)
    return picture(parts, height=bottom + 4, title=title, desc=desc)


def _side(scale: Scale) -> str:
    middle = (scale.start + scale.end) / 2
    return "start" if scale.at(0) < middle else "end"


def _bar(one: ShapeBar, scale: Scale, y: float, left: float) -> list[str]:
    zero, tip = scale.at(0), scale.at(one.effect)
    up = one.effect >= 0
    return [
        text(left - 12, y + 15, clip(one.words, left - 12), anchor="end"),
        rect(
            (min(zero, tip), y + 1), (max(abs(tip - zero), 1.0), 18), class_="up" if up else "down"
        ),
        text(tip + (6 if up else -6), y + 15, signed(one.effect), anchor="start" if up else "end"),
        text(WIDTH, y + 15, count(one.n), anchor="end", class_="soft"),
    ]


def _upright(y: Scale) -> list[str]:
    parts = []
    for one in nice_ticks(y.low, y.high, most=7):
        at = y.at(one)
        class_ = "grid" if one else "axis"
        parts += [
            line((LEFT, at), (WIDTH - RIGHT, at), class_=class_),
            text(
                LEFT - 8,
                at + 5,
                compact(one) if not one else _plus(one),
                anchor="end",
                class_="soft",
            ),
        ]
    return parts


def _plus(value: float) -> str:
    return f"+{compact(value)}" if value > 0 else compact(value)


def _counts(points: Sequence[ShapePoint], x: Scale, foot: float) -> list[str]:
    most = max(one.n for one in points)
    gap = median(x.at(b.value) - x.at(a.value) for a, b in pairwise(points))
    wide = min(max(0.75 * gap, 2.0), 16.0)
    parts = [line((x.start, foot), (x.end, foot), class_="grid")]
    for one in points:
        tall = max(28.0 * one.n / most, 1.0)
        corner = (x.at(one.value) - wide / 2, foot - tall)
        parts.append(rect(corner, (wide, tall), class_="count"))
    parts.append(text(LEFT - 16, foot, "leads", anchor="end", class_="soft"))
    return parts


def _values(x: Scale, foot: float) -> list[str]:
    return [
        text(x.at(one), foot + LINE, compact(one), anchor="middle", class_="soft")
        for one in nice_ticks(x.low, x.high, most=6)
    ]


def _band(points: Sequence[ShapePoint], x: Scale, y: Scale, *, steps: bool) -> str:
    upper = _through([(one.value, one.high) for one in points], x, y, steps=steps)
    lower = _through([(one.value, one.low) for one in points], x, y, steps=steps)
    round_trip = [*upper, *lower[::-1]]
    corners = " ".join(f"{px:.2f},{py:.2f}" for px, py in round_trip)
    return element("polygon", points=corners, class_="band")


def _through(
    values: Sequence[tuple[float, float]], x: Scale, y: Scale, *, steps: bool
) -> list[tuple[float, float]]:
    if not steps:
        return [(x.at(a), y.at(b)) for a, b in values]
    # Between two neighbours the jump is drawn half way.
    edges = [(a[0] + b[0]) / 2 for a, b in pairwise(values)]
    starts, ends = [values[0][0], *edges], [*edges, values[-1][0]]
    return [
        (x.at(at), y.at(effect))
        for (_, effect), start, end in zip(values, starts, ends, strict=True)
        for at in (start, end)
    ]


def _curve_words(points: Sequence[ShapePoint], unit: str, note: str) -> str:
    step = max(1, (len(points) - 1) // 6)
    few = [*points[:-1:step], points[-1]]
    said = "; ".join(f"{compact(one.value)}: {signed(one.effect)}" for one in few)
    return f"{unit}: {said}" + (f"; {note}" if note else "")
