"""A table of what leads are against what was said of them."""

from collections.abc import Sequence

from leadscore.measure.charts.formats import count, percent
from leadscore.measure.charts.svg import (
    LINE,
    WIDTH,
    clip,
    element,
    header,
    picture,
    text,
    text_width,
)

__all__ = ["confusion_chart", "confusion_title"]

#: The height of a cell, and the widest that the names of the classes may be.
CELL, NAMES = 56, 150


def confusion_chart(counts: Sequence[Sequence[int]], *, classes: Sequence[str], title: str) -> str:
    """Draw counts by true class (rows) and stated class (columns), shaded by share of the row.

    Parameters
    ----------
    counts : sequence of sequence of int
        Row i, column j: leads of class i of which class j was said.
    classes : sequence of str
        The classes in order, lowest first; drawn highest first.
    title : str
        The chart's point.
    """
    top = header(title)
    order = range(len(classes))[::-1]
    left = min(max(map(text_width, classes)) + text_width("is ") + 20, NAMES)
    wide = (WIDTH - left) / len(classes)
    start = top.bottom + LINE + 12
    parts = list(top.parts)
    for column, j in enumerate(order):
        middle = left + wide * (column + 0.5)
        words = clip(f"said {classes[j]}", wide - 8)
        parts.append(text(middle, top.bottom + LINE, words, anchor="middle", class_="soft"))
    for row, i in enumerate(order):
        y = start + CELL * row
        words = clip(f"is {classes[i]}", left - 12)
        parts.append(text(left - 12, y + CELL / 2 + 5, words, anchor="end", class_="soft"))
        for column, j in enumerate(order):
            corner = (left + wide * column, y)
            parts += _cell(counts[i][j], sum(counts[i]), (corner, wide), same=i == j)
    desc = "; ".join(
        f"of {count(sum(counts[i]))} that are {classes[i]}: "
        + ", ".join(f"{count(counts[i][j])} said {classes[j]}" for j in order)
        for i in order
    )
    return picture(parts, height=start + CELL * len(classes) + 4, title=title, desc=desc)


def confusion_title(counts: Sequence[Sequence[int]], *, classes: Sequence[str]) -> str:
    """Say how much of the highest class is found, and how much of what is called so is right."""
    found, there = counts[-1][-1], sum(counts[-1])
    called = sum(row[-1] for row in counts)
    name = classes[-1]
    if not there or not called:
        return f"No lead is {name}" if not there else f"No lead was said to be {name}"
    return (
        f"It finds {percent(found / there, digits=0)} of those that are {name}; "
        f"when it says {name}, {percent(found / called, digits=0)} are"
    )


def _cell(n: int, total: int, place: tuple[tuple[float, float], float], *, same: bool) -> list[str]:
    (x, y), wide = place
    share = n / total if total else 0.0
    middle = x + wide / 2
    box = element(
        "rect",
        x=x + 1,
        y=y + 1,
        width=wide - 2,
        height=CELL - 2,
        class_="cell",
        # Never so dark that the number on it would be hard to read.
        fill_opacity=round(0.03 + 0.42 * share, 3),
    )
    return [
        box,
        text(middle, y + 25, count(n), anchor="middle", class_="strong" if same else ""),
        text(middle, y + 25 + LINE, percent(share), anchor="middle"),
    ]
