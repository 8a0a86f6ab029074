"""Period after period: what was said, and what came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadscore.measure.charts.formats import percent
from leadscore.measure.charts.lines import DASHES
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
    text,
)
from leadscore.measure.metrics import Number

__all__ = ["Stretch", "periods_chart", "periods_title"]

_LEFT, _RIGHT, _HIGH = 40, 8, 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One period: its name, the share that came true, and what each line said of it."""

    name: str
    came: Number
    said: Mapping[str, float]


def periods_chart(stretches: Sequence[Stretch], *, title: str, came: str = "came true") -> str:
    """Draw what each line said in every period, and dots with exact intervals for what came true.

    Parameters
    ----------
    stretches : sequence of Stretch
        The periods in time order; at least one. The lines are those of the first.
    title : str
        The chart's point.
    came : str
        What the dots are called.
    """
    top = header(title, axis="share of leads, %")
    highest = max(max(one.came["high"] or 0.0, *one.said.values(), 0.01) for one in stretches)
    _, high = nice_span(0.0, highest)
    bottom = top.bottom + _HIGH
    x = Scale(low=-0.5, high=len(stretches) - 0.5, start=_LEFT, end=WIDTH - _RIGHT)
    y = Scale(low=0.0, high=high, start=bottom, end=top.bottom + 8)
    names = list(stretches[0].said)
    dashes = {name: DASHES[i % len(DASHES)] for i, name in enumerate(names)}
    parts = [*top.parts, *_axes(stretches, x, y)]
    for name in reversed(names):
        points = [(x.at(i), y.at(one.said[name])) for i, one in enumerate(stretches)]
        parts.append(path(points, class_="other", dash=dashes[name]))
    for i, one in enumerate(stretches):
        parts += _came(one, x.at(i), y, came)
    parts += _keys(names, dashes, came, bottom + 2 * LINE)
    return picture(
        parts,
        height=bottom + (3 + len(names)) * LINE + 12,
        title=title,
        desc="; ".join(_words(one, came) for one in stretches),
    )


def periods_title(stretches: Sequence[Stretch], *, key: str, unit: str) -> str:
    """Say in how many periods what was said lies within the interval of what came true."""
    held = sum(
        (one.came["low"] or 0.0) <= one.said[key] <= (one.came["high"] or 1.0) for one in stretches
    )
    every = f"{len(stretches)} {unit}{'s' if len(stretches) > 1 else ''}"
    return f"In {held} of {every} the {key} probabilities are within chance of what came true"


def _axes(stretches: Sequence[Stretch], x: Scale, y: Scale) -> list[str]:
    ticks = nice_ticks(y.low, y.high)
    digits = 0 if all(abs(100 * one - round(100 * one)) < 1e-6 for one in ticks) else 1
    parts = []
    for one in ticks:
        at = y.at(one)
        parts.append(line((x.start, at), (x.end, at), class_="grid"))
        words = f"{100 * one:.{digits}f}"
        parts.append(text(x.start - 8, at + 5, words, anchor="end", class_="soft"))
    foot = y.start + LINE
    parts.append(text(x.start, foot, stretches[0].name, class_="soft"))
    if len(stretches) > 1:
        parts.append(text(x.end, foot, stretches[-1].name, anchor="end", class_="soft"))
    return parts


def _came(one: Stretch, x: float, y: Scale, came: str) -> list[str]:
    value, low, high = one.came["value"], one.came["low"], one.came["high"]
    if value is None or low is None or high is None:
        return []
    return [
        line((x, y.at(low)), (x, y.at(high)), class_="whisker"),
        circle((x, y.at(value)), 4, class_="dot", note=_words(one, came)),
    ]


def _keys(names: Sequence[str], dashes: Mapping[str, str], came: str, top: float) -> list[str]:
    parts = [
        circle((_LEFT + 18, top - 5), 4, class_="dot"),
        text(_LEFT + 48, top, f"{came}, with its 95 % interval"),
    ]
    for i, name in enumerate(names, 1):
        at = top + i * LINE
        sample = [(float(_LEFT), at - 5), (_LEFT + 36.0, at - 5)]
        parts.append(path(sample, class_="other", dash=dashes[name]))
        parts.append(text(_LEFT + 48, at, clip(f"said: {name}", WIDTH - _LEFT - 48)))
    return parts


def _words(one: Stretch, came: str) -> str:
    said = ", ".join(f"{name} said {percent(value)}" for name, value in one.said.items())
    value = one.came["value"]
    return f"{one.name}: {said}; {percent(value or 0.0)} {came}"
