"""Templates of the package, as pages of HTML and as Markdown; every word given is escaped."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leadscore.measure.charts.formats import count, decimal, percent, percent_range, times
from leadscore.measure.charts.svg import CHART_CSS
from leadscore.measure.curves import ReliabilityBin
from leadscore.measure.figures import Kind
from leadscore.measure.metrics import Number

__all__ = ["drawn", "factor", "html_page", "markdown_page", "reach", "span", "written"]

WRITE: Mapping[Kind, Callable[[float], str]] = {
    "percent": percent,
    "times": times,
    "decimal": decimal,
}
#: What Markdown would read as its own; an underscore inside a word is none of it.
_MARKS = re.compile(r"[\\`*\[\]<|]|(?<!\w)_|_(?!\w)|^[#>+-](?=\s)")


def html_page(template: str, **values: object) -> str:
    """Return the page of `template`; its style is inside, and it fetches nothing.

    Parameters
    ----------
    template : str
        The template's file name.
    **values
        What it names; ``css`` is given to every page.
    """
    # The style is ours, from the package; every word of the values is escaped.
    css = Markup(_text("page.css") + CHART_CSS)  # noqa: S704 package data
    return _html().get_template(template).render(css=css, **values)


def markdown_page(template: str, **values: object) -> str:
    """Return the Markdown of `template`; what Markdown would read as its own marks is escaped."""
    return _markdown().get_template(template).render(**values)


def drawn(chart: str) -> Markup:
    """Return a chart as markup: the chart modules escape every word that they draw."""
    return Markup(chart)  # noqa: S704 made by leadscore.measure.charts


def written(value: float | None, kind: Kind) -> str:
    """Return a figure as its kind is written, a dash where it is undefined."""
    return "–" if value is None else WRITE[kind](value)


def span(number: Number, kind: Kind) -> str:
    """Return a figure's interval as its kind is written."""
    low, high = number["low"], number["high"]
    if low is None or high is None:
        return "no interval"
    if kind == "percent":
        return percent_range(low, high)
    write, unit = WRITE[kind], "\u00a0×"
    return f"{write(low).removesuffix(unit)}–{write(high)}"


def factor(number: Number) -> str:
    """Return a ratio to two places; the bound alone where nothing bounds it from above."""
    return "–" if number["value"] is None else decimal(number["value"], digits=2)


def reach(number: Number) -> str:
    """Return a ratio's interval to two places.

    Examples
    --------
    >>> reach({"value": None, "low": 1.5, "high": None})
    '1.50 or more'
    """
    low, high = number["low"], number["high"]
    if low is None:
        return "no interval"
    if high is None:
        return f"{decimal(low, digits=2)} or more"
    return f"{decimal(low, digits=2)}–{decimal(high, digits=2)}"


def _bounds(one: ReliabilityBin) -> str:
    return percent_range(one.low, one.high)


def _tier(name: str) -> str:
    return name.lower() if name in ("Low", "Medium", "High") else ""


def _text(name: str) -> str:
    return files("leadscore.measure").joinpath("templates", name).read_text("utf-8")


def _plain(value: object) -> str:
    words = " ".join(str(value).splitlines())
    return _MARKS.sub(lambda mark: "&lt;" if mark[0] == "<" else f"\\{mark[0]}", words)


@cache
def _html() -> Environment:
    return _with_filters(
        Environment(
            loader=FunctionLoader(_text),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )


@cache
def _markdown() -> Environment:
    return _with_filters(
        Environment(
            loader=FunctionLoader(_text),
            autoescape=False,  # noqa: S701 it is no HTML; `finalize` escapes for Markdown
            finalize=_plain,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
    )


def _with_filters(environment: Environment) -> Environment:
    environment.filters.update(
        written=written,
        span=span,
        bounds=_bounds,
        count=count,
        tier=_tier,
        factor=factor,
        reach=reach,
    )
    return environment
