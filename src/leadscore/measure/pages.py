"""The report as one self-contained page: style and charts inside, no script, no fetch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leadscore.measure.charts.bars import (
    Interval,
    importance_chart,
    importance_title,
    interval_chart,
    interval_title,
)
from leadscore.measure.charts.confusion import confusion_chart, confusion_title
from leadscore.measure.charts.formats import count, decimal, percent, percent_range, times
from leadscore.measure.charts.lines import (
    gains_chart,
    gains_title,
    reliability_chart,
    reliability_title,
)
from leadscore.measure.charts.shape import shape_chart, shape_title
from leadscore.measure.charts.svg import CHART_CSS
from leadscore.measure.curves import ReliabilityBin
from leadscore.measure.metrics import Number
from leadscore.measure.report import Kind, Report

__all__ = ["report_html"]

#: The comparison's columns: the metric, its heading, how it is written.
COLUMNS: tuple[tuple[str, str, Kind], ...] = (
    ("log_loss", "Log loss", "decimal"),
    ("accuracy", "Accuracy", "percent"),
    ("auc", "AUC", "decimal"),
    ("lift_10", "Lift at 10\u00a0%", "times"),
    ("ece", "ECE", "decimal"),
)

WRITE: Mapping[Kind, Callable[[float], str]] = {
    "percent": percent,
    "times": times,
    "decimal": decimal,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charts:
    """The page's charts as markup; empty where the report has no data for one."""

    gains: Markup
    confusion: Markup
    reliability: Markup
    log_loss: Markup
    lift: Markup
    importance: Markup
    shapes: tuple[Markup, ...]


def report_html(report: Report) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    report : Report
        What it says. Equal reports give equal bytes.
    """
    page = _environment().get_template("report.html.j2")
    # The style is ours, from the package; every word of the report is escaped.
    css = Markup(_template("page.css") + CHART_CSS)  # noqa: S704 package data
    return page.render(report=report, charts=_charts(report), columns=COLUMNS, css=css)


def _charts(report: Report) -> _Charts:
    return _Charts(
        gains=_gains(report),
        confusion=_confusion(report),
        reliability=_reliability(report),
        log_loss=_log_loss(report),
        lift=_lift(report),
        importance=_importance(report),
        shapes=tuple(_drawn(shape_chart(one, title=shape_title(one))) for one in report.shapes),
    )


def _drawn(chart: str) -> Markup:
    # The chart modules escape every word that they draw.
    return Markup(chart)  # noqa: S704 made by leadscore.measure.charts


def _gains(report: Report) -> Markup:
    if not report.gains:
        return Markup()
    title = gains_title(report.gains, target=report.target)
    return _drawn(gains_chart(report.gains, title=title))


def _confusion(report: Report) -> Markup:
    if not report.confusion:
        return Markup()
    names = [one.name for one in report.classes]
    title = confusion_title(report.confusion, classes=names)
    return _drawn(confusion_chart(report.confusion, classes=names, title=title))


def _reliability(report: Report) -> Markup:
    bins = report.reliability
    if not bins:
        return Markup()
    title = reliability_title(bins, said=report.said, came=report.came)
    return _drawn(reliability_chart(bins, title=title, said=report.said, came=report.came))


def _importance(report: Report) -> Markup:
    if not report.importance:
        return Markup()
    return _drawn(importance_chart(report.importance, title=importance_title(report.importance)))


def _log_loss(report: Report) -> Markup:
    rows = _intervals(report, "log_loss")
    if len(rows) < 2:
        return Markup()
    best = "" if report.bayes_log_loss is None else "; dashed: best possible"
    return _drawn(
        interval_chart(
            rows,
            title=interval_title(rows, figure="log loss"),
            axis=f"log loss; lower is better{best}",
            best=report.bayes_log_loss,
        )
    )


def _lift(report: Report) -> Markup:
    rows = _intervals(report, "lift_10")
    if len(rows) < 2:
        return Markup()
    title = interval_title(rows, figure="lift", words=times, higher=True)
    axis = "lift at 10 %; higher is better"
    return _drawn(interval_chart(rows, title=title, words=times, axis=axis))


def _intervals(report: Report, metric: str) -> list[Interval]:
    rows = []
    for one in report.comparison:
        number = one.metrics.get(metric)
        if number is None or number["value"] is None:
            continue
        value = number["value"]
        low = value if number["low"] is None else number["low"]
        high = value if number["high"] is None else number["high"]
        rows.append(Interval(name=one.name, value=value, low=low, high=high, main=one.shipped))
    return rows


def _written(value: float | None, kind: Kind) -> str:
    return "–" if value is None else WRITE[kind](value)


def _span(number: Number, kind: Kind) -> str:
    low, high = number["low"], number["high"]
    if low is None or high is None:
        return "no interval"
    if kind == "percent":
        return percent_range(low, high)
    write, unit = WRITE[kind], "\u00a0×"
    return f"{write(low).removesuffix(unit)}–{write(high)}"


def _bounds(one: ReliabilityBin) -> str:
    return percent_range(one.low, one.high)


def _tier(name: str) -> str:
    return name.lower() if name in ("Low", "Medium", "High") else ""


def _template(name: str) -> str:
    return files("leadscore.measure").joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        written=_written, span=_span, bounds=_bounds, count=count, tier=_tier
    )
    return environment
