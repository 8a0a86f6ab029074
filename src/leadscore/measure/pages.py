"""The report as one self-contained page: style and charts inside, no script, no fetch."""

from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from leadscore.measure.charts.bars import (
    Interval,
    importance_chart,
    importance_title,
    interval_chart,
    interval_title,
)
from leadscore.measure.charts.confusion import confusion_chart, confusion_title
from leadscore.measure.charts.formats import decimal, times
from leadscore.measure.charts.lines import (
    gains_chart,
    gains_title,
    reliability_chart,
    reliability_title,
)
from leadscore.measure.charts.shape import shape_chart, shape_title
from leadscore.measure.fairness.findings import FOUR_FIFTHS
from leadscore.measure.fairness.record import Fairness, GroupRow
from leadscore.measure.figures import Kind
from leadscore.measure.rendering import drawn, html_page
from leadscore.measure.report import Report
from leadscore.measure.terms import terms

__all__ = ["COLUMNS", "ratio_charts", "report_html"]

#: The comparison's columns: the metric, its heading, how it is written.
COLUMNS: tuple[tuple[str, str, Kind], ...] = (
    ("log_loss", "Log loss", "decimal"),
    ("accuracy", "Accuracy", "percent"),
    ("auc", "AUC", "decimal"),
    ("lift_10", "Lift at 10\u00a0%", "times"),
    ("ece", "ECE", "decimal"),
)


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
    return html_page(
        "report.html.j2",
        report=report,
        charts=_charts(report),
        columns=COLUMNS,
        terms=terms(one.name for one in report.comparison),
        fairness_charts=ratio_charts(report.fairness),
    )


def ratio_charts(fairness: Fairness | None) -> tuple[Markup, ...]:
    """Return for each protected field its groups' ratios as a chart; empty where there is none.

    Parameters
    ----------
    fairness : Fairness, optional
        What was found.
    """
    if fairness is None:
        return ()
    return tuple(_ratio_chart(one.groups, fairness.top) for one in fairness.fields)


def _ratio_chart(rows: tuple[GroupRow, ...], top: str) -> Markup:
    base = next(row for row in rows if row.reference)
    shown = [
        Interval(name=row.name, value=value, low=low, high=high)
        for row in rows
        for value, low, high in [tuple(row.top_ratio[key] for key in ("value", "low", "high"))]
        if value is not None and low is not None and high is not None
    ]
    if not shown:
        return Markup()
    words = partial(decimal, digits=2)
    return drawn(
        interval_chart(
            shown,
            title=f"How often {top} is stated, against {base.name}",
            words=words,
            axis="1 is as often; dashed: four fifths as often",
            best=FOUR_FIFTHS,
        )
    )


def _charts(report: Report) -> _Charts:
    return _Charts(
        gains=_gains(report),
        confusion=_confusion(report),
        reliability=_reliability(report),
        log_loss=_log_loss(report),
        lift=_lift(report),
        importance=_importance(report),
        shapes=tuple(drawn(shape_chart(one, title=shape_title(one))) for one in report.shapes),
    )


def _gains(report: Report) -> Markup:
    if not report.gains:
        return Markup()
    title = gains_title(report.gains, target=report.target)
    return drawn(gains_chart(report.gains, title=title))


def _confusion(report: Report) -> Markup:
    if not report.confusion:
        return Markup()
    names = [one.name for one in report.classes]
    title = confusion_title(report.confusion, classes=names)
    return drawn(confusion_chart(report.confusion, classes=names, title=title))


def _reliability(report: Report) -> Markup:
    bins = report.reliability
    if not bins:
        return Markup()
    title = reliability_title(bins, said=report.said, came=report.came)
    return drawn(reliability_chart(bins, title=title, said=report.said, came=report.came))


def _importance(report: Report) -> Markup:
    if not report.importance:
        return Markup()
    return drawn(importance_chart(report.importance, title=importance_title(report.importance)))


def _log_loss(report: Report) -> Markup:
    rows = _intervals(report, "log_loss")
    if len(rows) < 2:
        return Markup()
    best = "" if report.bayes_log_loss is None else "; dashed: best possible"
    return drawn(
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
    return drawn(interval_chart(rows, title=title, words=times, axis=axis))


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
