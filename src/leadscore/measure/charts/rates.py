"""A rate period by period, each with its exact interval."""

from collections.abc import Sequence

from leadscore.audit.quality_time import RatePeriod
from leadscore.measure.charts.formats import count, percent
from leadscore.measure.charts.scale import Scale, nice_span, nice_ticks
from leadscore.measure.charts.svg import (
    LINE,
    WIDTH,
    circle,
    header,
    line,
    picture,
    rect,
    text,
    text_width,
)

__all__ = ["rates_chart"]

LEFT, RIGHT, TALL = 52, 24, 180


def rates_chart(periods: Sequence[RatePeriod], *, title: str, axis: str, below: str) -> str:
    """Draw the rate of each period with its 95 % interval, the mean rate and a count below.

    Parameters
    ----------
    periods : sequence of RatePeriod
        The periods in order; at least one.
    title : str
        The chart's point.
    axis : str
        What the upright axis counts, in per cent.
    below : str
        What the periods are.
    """
    top = header(title, axis=f"{axis}, %")
    _, high = nice_span(0.0, max(one.high for one in periods))
    y = Scale(low=0.0, high=min(high, 1.0), start=top.bottom + TALL, end=top.bottom + 8)
    step = (WIDTH - LEFT - RIGHT) / len(periods)
    places = [LEFT + step * (at + 0.5) for at in range(len(periods))]
    foot = y.start + 44
    mean = sum(one.positives for one in periods) / max(sum(one.n for one in periods), 1)
    parts = [
        *top.parts,
        *_grid(y),
        line((LEFT, y.at(mean)), (WIDTH - RIGHT, y.at(mean)), class_="dash"),
        *(part for x, one in zip(places, periods, strict=True) for part in _dot(x, one, y)),
        *_leads(places, periods, foot, step),
        *_names(places, periods, foot + LINE),
        text(WIDTH - RIGHT, foot + 2 * LINE, below, anchor="end", class_="soft"),
    ]
    return picture(parts, height=foot + 2 * LINE + 8, title=title, desc=_words(periods))


def _grid(y: Scale) -> list[str]:
    parts = []
    for one in nice_ticks(y.low, y.high):
        at = y.at(one)
        digits = 0 if float(100 * one).is_integer() or y.high > 0.05 else 1
        parts += [
            line((LEFT, at), (WIDTH - RIGHT, at), class_="grid" if one else "axis"),
            text(LEFT - 8, at + 5, f"{100 * one:.{digits}f}", anchor="end", class_="soft"),
        ]
    return parts


def _dot(x: float, one: RatePeriod, y: Scale) -> list[str]:
    return [
        line((x, y.at(one.low)), (x, y.at(one.high)), class_="whisker"),
        circle((x, y.at(one.rate)), 3.5, class_="dot", note=_said(one)),
    ]


def _leads(
    places: Sequence[float], periods: Sequence[RatePeriod], foot: float, step: float
) -> list[str]:
    most, wide = max(one.n for one in periods), min(0.7 * step, 16.0)
    parts = [
        line((LEFT, foot), (WIDTH - RIGHT, foot), class_="grid"),
        text(LEFT - 8, foot, "leads", anchor="end", class_="soft"),
    ]
    for x, one in zip(places, periods, strict=True):
        tall = max(28.0 * one.n / max(most, 1), 1.0)
        parts.append(rect((x - wide / 2, foot - tall), (wide, tall), class_="count"))
    return parts


def _names(places: Sequence[float], periods: Sequence[RatePeriod], y: float) -> list[str]:
    """Name as many periods as have room, the first one always."""
    widest = max(text_width(one.name) for one in periods) + 16
    each = max(1, -(-int(widest * len(periods)) // int(WIDTH - LEFT - RIGHT)))
    return [
        text(x, y, one.name, anchor="middle", class_="soft")
        for x, one in list(zip(places, periods, strict=True))[::each]
    ]


def _said(one: RatePeriod) -> str:
    return (
        f"{one.name}: {percent(one.rate)} ({percent(one.low)} to {percent(one.high)}, "
        f"{count(one.n)} leads)"
    )


def _words(periods: Sequence[RatePeriod]) -> str:
    return "; ".join(map(_said, periods))
