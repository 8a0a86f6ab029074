"""The page is whole, escaped, self-contained, and leaves out what it has no data for."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from leadscore.leads.schema import Field
from leadscore.measure.charts.lines import GainsLine
from leadscore.measure.curves import gains, reliability
from leadscore.measure.figures import class_rows, confusion_rows, summary_figures
from leadscore.measure.metrics import Number, ece_floor, evaluate, rank_metrics
from leadscore.measure.pages import report_html
from leadscore.measure.report import (
    Comparison,
    Report,
    lift_headline,
)
from leadscore.measure.shapes import importance, shape
from leadscore.measure.warn import Warn
from tests.measure.known_groups import make_fairness, make_groups, make_treated

CLASSES = ("no", "converted")
QUESTIONS = (
    "Is it any good?",
    "Can the probabilities be trusted?",
    "Which recipe, against what?",
    "What does it look at?",
    "What could fool it?",
    "How was this measured?",
)


def make_report() -> Report:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2))
    p = 1 / (1 + np.exp(-x.sum(axis=1)))
    labels = (rng.random(600) < p).astype(np.int64)
    both = np.column_stack([1 - p, p])
    metrics = evaluate(labels, both, classes=CLASSES, boot=20)
    fields = (Field(name="a", type="number"), Field(name="b", type="number", phrase="<b> & co"))
    mine = {"log_loss": metrics["log_loss"], "auc": metrics["auc"], "lift_10": metrics["lift_10"]}
    newest = rank_metrics(labels, np.arange(600), boot=20)
    return Report(
        title="Leads <of> today",
        headline=lift_headline(metrics["lift_10"]["value"] or 0.0),
        target="buyers",
        figures=summary_figures(metrics, target="buyers", outcome=True),
        split="Forward in time.",
        facts=(("Digest", "abc123"),),
        classes=class_rows(metrics, labels, classes=CLASSES),
        confusion=confusion_rows(labels, both),
        reliability=reliability(labels, p),
        ece=metrics["ece"],
        ece_floor=ece_floor(both),
        comparison=(
            Comparison(name="ordinal", kind="recipe", metrics=mine, shipped=True),
            Comparison(name="logistic", kind="recipe", metrics=mine),
            Comparison(name="newest first", kind="baseline", metrics={"auc": newest["auc"]}),
            Comparison(name="seed", kind="recipe", metrics={}, reason="needs <twelve> fields"),
        ),
        gains=(GainsLine(name="ordinal", gains=gains(labels, p), main=True),),
        importance=importance(x, fields),
        shapes=tuple(shape(field, x[:, j], x[:, j]) for j, field in enumerate(fields)),
        warnings=(Warn(words="It is <off>.", advice="Do this."),),
        left_out=("Fairness: no audit field.",),
    )


def make_fair_report() -> Report:
    found = make_fairness(make_treated(600, seed=0), make_groups(600, seed=0))
    bad = replace(found, absent=("<age>",))
    return replace(make_report(), fairness=bad, doubt=("Sets <hold>.",), simpler="So <simple>.")


class Reader(HTMLParser):
    """Collects tags, and the words outside of style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        del attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert not reader.open
    return reader


def test_it_answers_the_questions_in_order() -> None:
    words = "".join(read(report_html(make_report())).words)
    places = [words.index(one) for one in QUESTIONS]
    assert places == sorted(places)


def test_it_is_self_contained() -> None:
    page = report_html(make_report())
    reader = read(page)
    assert reader.links == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert "url(" not in page
    assert "@import" not in page
    assert page.count("http") == page.count('xmlns="http') + page.count("http-equiv")


def test_every_word_from_outside_is_escaped() -> None:
    page = report_html(make_report())
    assert "Leads &lt;of&gt; today" in page
    assert "needs &lt;twelve&gt; fields" in page
    assert "It is &lt;off&gt;." in page
    assert "&lt;b&gt; &amp; co" in page
    assert "<b>" not in page


def test_charts_are_drawn_and_not_escaped() -> None:
    reader = read(report_html(make_report()))
    # gains, confusion, reliability, log loss, lift, importance and two shapes
    assert reader.tags.count("svg") == 8


def test_a_warning_stands_at_the_top_and_with_its_advice() -> None:
    words = "".join(read(report_html(make_report())).words)
    assert words.index("It is <off>.") < words.index(QUESTIONS[0])
    assert words.index("Do this.") > words.index(QUESTIONS[4])


def test_what_has_no_data_is_left_out() -> None:
    full = make_report()
    bare = Report(
        title=full.title,
        headline=full.headline,
        target=full.target,
        figures=full.figures,
        split=full.split,
        facts=full.facts,
    )
    reader = read(report_html(bare))
    words = "".join(reader.words)
    assert "svg" not in reader.tags
    assert "Which recipe" not in words
    assert "Nothing was found." in words


def test_undefined_figures_are_dashes() -> None:
    full = make_report()
    nothing: Number = {"value": None, "low": None, "high": None}
    figure = replace(full.figures[0], number=nothing)
    words = "".join(read(report_html(replace(full, figures=(figure,)))).words)
    assert "no interval" in words
    assert "–" in words


def test_figures_without_draws_have_no_interval_and_still_a_chart() -> None:
    full = make_report()
    metrics: dict[str, Number] = {"log_loss": {"value": 0.5, "low": None, "high": None}}
    rows = tuple(
        Comparison(name=name, kind="recipe", metrics=metrics, shipped=name == "a") for name in "ab"
    )
    page = report_html(replace(full, comparison=rows, bayes_log_loss=0.4))
    assert "dashed: best possible" in page
    assert "what the true probabilities reach" in page


def test_equal_reports_give_equal_bytes() -> None:
    assert report_html(make_report()) == report_html(make_report())


def test_groups_doubt_and_simplicity_have_their_places() -> None:
    page = report_html(make_fair_report())
    words = "".join(read(page).words)
    assert "Are people treated alike?" in words
    assert "Does it know what it does not know?" in words
    for escaped in ("&lt;age&gt;", "Sets &lt;hold&gt;.", "So &lt;simple&gt;."):
        assert escaped in page
    assert "Are people treated alike?" not in report_html(make_report())
