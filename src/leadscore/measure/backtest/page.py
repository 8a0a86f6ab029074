"""The backtest as one page."""

from markupsafe import Markup

from leadscore.measure.backtest.result import Backtest, PolicyFigures, not_beaten
from leadscore.measure.charts.bars import Interval, interval_chart
from leadscore.measure.charts.formats import times
from leadscore.measure.charts.periods import Stretch, periods_chart, periods_title
from leadscore.measure.figures import Kind
from leadscore.measure.rendering import drawn, html_page

__all__ = ["backtest_html"]

#: The table's columns: the figure, its heading, how it is written.
COLUMNS: tuple[tuple[str, str, Kind | None], ...] = (
    ("conversions", "Reached", None),
    ("lift", "Lift", "times"),
    ("precision", "Of those called", "percent"),
    ("auc", "AUC", "decimal"),
    ("auc_within", "AUC within", "decimal"),
    ("log_loss", "Log loss", "decimal"),
    ("ece", "ECE", "decimal"),
)

#: Whose stated probabilities the chart follows.
LINES = ("model", "recalibrated", "retrained")

_SHORT = {"model": "frozen", "recalibrated": "recalibrated", "retrained": "retrained"}


def backtest_html(found: Backtest) -> str:
    """Return the backtest as one HTML page.

    Parameters
    ----------
    found : Backtest
        What it says. Equal backtests give equal bytes.
    """
    return html_page(
        "backtest.html.j2",
        found=found,
        columns=COLUMNS,
        shown=[one for one in found.policies if one.figures and not _is_model(one)],
        missing=[one for one in found.policies if not one.figures],
        unbeaten=not_beaten(found.policies),
        lift_chart=_lift(found),
        periods_chart=_periods(found),
        lines=[(key, _SHORT[key]) for key in LINES if key in found.periods[0].said],
    )


def _is_model(one: PolicyFigures) -> bool:
    """Tell whether the row only repeats the model's under its recipe's name."""
    return one.kind == "recipe" and one.reason == "the model"


def _lift(found: Backtest) -> Markup:
    rows = []
    for one in found.policies:
        if not one.figures or _is_model(one):
            continue
        lift = one.figures["lift"]
        value = lift["value"]
        if value is None:
            continue
        low = value if lift["low"] is None else lift["low"]
        high = value if lift["high"] is None else lift["high"]
        rows.append(
            Interval(name=one.name, value=value, low=low, high=high, main=one.kind == "model")
        )
    title = _lift_title(rows)
    axis = f"lift at {found.calls_per_day:,} calls a day; higher is better"
    return drawn(interval_chart(rows, title=title, words=times, axis=axis))


def _lift_title(rows: list[Interval]) -> str:
    mine = next(one for one in rows if one.main)
    best = max((one for one in rows if not one.main), key=lambda one: one.value)
    return (
        f"The model's lift is {times(mine.value)}; of the rest {best.name} has {times(best.value)}"
    )


def _periods(found: Backtest) -> Markup:
    stretches = [
        Stretch(
            name=one.name,
            came=one.came,
            said={_SHORT[key]: one.said[key] for key in LINES if key in one.said},
        )
        for one in found.periods
    ]
    title = periods_title(stretches, key="recalibrated", unit=found.unit)
    return drawn(periods_chart(stretches, title=title))
