"""SVG elements as escaped text, and the one style that all charts share."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = [
    "CHART_CSS",
    "LINE",
    "WIDTH",
    "Header",
    "circle",
    "clip",
    "element",
    "header",
    "line",
    "path",
    "picture",
    "rect",
    "standalone",
    "text",
    "text_width",
    "wrap",
]

#: Every chart is this wide: half a desktop page, and still legible at a phone's width.
WIDTH = 480

#: The distance between lines of text.
LINE = 20

#: The size of all text in charts, in pixels.
SIZE = 14

#: Custom properties carry the colours, so that a page's theme reaches into its charts. The tier
#: colours are Okabe and Ito's, told apart by people who do not see red and green.
CHART_CSS = """\
.chart { --bg: #ffffff; --ink: #1d2126; --soft: #5b646e; --line: #dfe3e6; --accent: #1767ad;
  --wash: #1767ad; --up: #1767ad; --down: #b4510a; --low: #3a93cf; --medium: #c58a00;
  --high: #cc5200; display: block; width: 100%; max-width: 480px; height: auto; }
@media (prefers-color-scheme: dark) { .chart { --bg: #14171a; --ink: #e8eaec; --soft: #9da6af;
  --line: #30363c; --accent: #6cb2f0; --wash: #4b97dc; --up: #6cb2f0; --down: #f09a5b;
  --low: #56b4e9; --medium: #e6ac2f; --high: #f0803c; } }
@media print { .chart { --bg: #ffffff; --ink: #1d2126; --soft: #5b646e; --line: #dfe3e6;
  --accent: #1767ad; --wash: #1767ad; --up: #1767ad; --down: #b4510a; --low: #3a93cf;
  --medium: #c58a00; --high: #cc5200; } }
.chart text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  sans-serif; font-variant-numeric: tabular-nums; fill: var(--ink); }
.chart .head { font-weight: 600; }
.chart .soft { fill: var(--soft); }
.chart .strong { font-weight: 600; }
.chart .grid { stroke: var(--line); stroke-width: 1; fill: none; }
.chart .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
.chart .dash { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; fill: none; }
.chart .main { stroke: var(--accent); stroke-width: 2.5; fill: none; stroke-linejoin: round; }
.chart .other { stroke: var(--soft); stroke-width: 1.5; fill: none; stroke-linejoin: round; }
.chart .whisker { stroke: var(--accent); stroke-width: 1.5; fill: none; }
.chart .whisker-other { stroke: var(--soft); stroke-width: 1.5; fill: none; }
.chart .dot { fill: var(--accent); }
.chart .dot-other { fill: var(--bg); stroke: var(--soft); stroke-width: 1.5; }
.chart .bar { fill: var(--accent); }
.chart .total { fill: var(--soft); }
.chart .count { fill: var(--soft); opacity: 0.35; }
.chart .up { fill: var(--up); }
.chart .down { fill: var(--down); }
.chart .band { fill: var(--wash); opacity: 0.16; }
.chart .cell { fill: var(--wash); }
.chart .tier-low { fill: var(--low); }
.chart .tier-medium { fill: var(--medium); }
.chart .tier-high { fill: var(--high); }
"""

#: Widths of letters as shares of the font size, by the widest of the usual system fonts (DejaVu
#: Sans): a label may be cut a little early, but never by the chart's edge.
NARROW, WIDE = frozenset("iljtfrI.,:;|!'()[] \u00a0"), frozenset("mwMW%@—×…")


@dataclass(frozen=True, slots=True)
class Header:
    """A chart's title, drawn, and where the space below it begins."""

    parts: tuple[str, ...]
    bottom: float


def element(name: str, *children: str, **attributes: str | float) -> str:
    """Return one element; `children` are markup, attribute values are escaped.

    An underscore in an attribute's name is a hyphen, one at its end is dropped (``class_``).
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{words}>{''.join(children)}</{name}>" if children else f"<{name}{words}/>"


def text(x: float, y: float, words: str, *, class_: str = "", anchor: str = "start") -> str:
    """Return a line of text; `anchor` is start, middle or end."""
    held = "" if anchor == "start" else anchor
    return element("text", escape(words), x=x, y=y, class_=class_, text_anchor=held)


def line(start: tuple[float, float], end: tuple[float, float], *, class_: str) -> str:
    """Return a straight line."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=class_)


def rect(corner: tuple[float, float], size: tuple[float, float], *, class_: str) -> str:
    """Return a rectangle from its upper left corner."""
    return element("rect", x=corner[0], y=corner[1], width=size[0], height=size[1], class_=class_)


def circle(centre: tuple[float, float], radius: float, *, class_: str, note: str = "") -> str:
    """Return a dot; `note` is shown when one points at it."""
    inside = (element("title", escape(note)),) if note else ()
    return element("circle", *inside, cx=centre[0], cy=centre[1], r=radius, class_=class_)


def path(points: Sequence[tuple[float, float]], *, class_: str, dash: str = "") -> str:
    """Return straight lines through `points`."""
    steps = " ".join(
        f"{'L' if i else 'M'}{_value(x)} {_value(y)}" for i, (x, y) in enumerate(points)
    )
    return element("path", d=steps, class_=class_, stroke_dasharray=dash)


def picture(body: Sequence[str], *, height: float, title: str, desc: str) -> str:
    """Return a whole chart: its title and description for those who do not see it, then `body`."""
    return element(
        "svg",
        element("title", escape(title)),
        element("desc", escape(desc)),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        role="img",
        viewBox=f"0 0 {WIDTH} {_value(height)}",
        width=WIDTH,
        height=height,
    )


def standalone(chart: str) -> str:
    """Return `chart` with its style inside, to stand in a file of its own."""
    begin = chart.index("<title>")
    return f"{chart[:begin]}<style>{CHART_CSS}</style>{chart[begin:]}"


def header(title: str, *, axis: str = "") -> Header:
    """Draw the title, wrapped, and under it what the upright axis counts."""
    lines = wrap(title, WIDTH, factor=1.1)
    parts = [text(0, 15 + LINE * i, one, class_="head") for i, one in enumerate(lines)]
    bottom = LINE * len(lines) + 4
    if axis:
        parts.append(text(0, bottom + 15, axis, class_="soft"))
        bottom += LINE + 8
    return Header(tuple(parts), bottom)


def text_width(words: str) -> float:
    """Return about how many pixels wide `words` will be."""
    return sum(map(_letter, words)) * SIZE


def wrap(words: str, width: float, *, factor: float = 1.0) -> list[str]:
    """Break `words` into lines of at most `width` pixels; a longer word stands alone."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer) * factor > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def clip(words: str, width: float) -> str:
    """Return `words`, cut with an ellipsis where they would be wider than `width` pixels."""
    if text_width(words) <= width:
        return words
    while words and text_width(words + "…") > width:
        words = words[:-1]
    return words.rstrip() + "…"


def _letter(letter: str) -> float:
    if letter in NARROW:
        return 0.37
    if letter in WIDE:
        return 0.97
    return 0.72 if letter.isupper() else 0.625


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return escape(value)
    # Adding 0.0 makes a plain zero of a minus zero.
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
