"""The card says all that it is given, the unflattering too, in HTML and in Markdown."""

from dataclasses import replace

import pytest

from leadscore.measure.card import Card, CardField, FigureSet, Suspect
from leadscore.measure.card_page import card_html, card_md
from leadscore.measure.curves import reliability
from leadscore.measure.figures import Figure
from leadscore.measure.metrics import Number
from leadscore.measure.report import Comparison, Headline
from leadscore.measure.warn import Warn
from tests.measure.known_groups import make_fairness, make_groups, make_treated
from tests.measure.test_pages import read

QUESTIONS = (
    "What is it for, and what not?",
    "What did it learn from?",
    "How good is it?",
    "What stands beside it?",
    "May one learn from this file?",
    "Are people treated alike?",
    "What does it not know?",
    "How was it made?",
)
HALF = Number(value=0.5, low=0.4, high=0.6)


def make_card() -> Card:
    treated = make_treated(600, seed=0)
    return Card(
        title="<mine>@1",
        headline=Headline(number="1.1 ×", sentence="Hardly better than chance."),
        target="buyers",
        uses=("Ordering leads.",),
        misuses=("Deciding who gets credit.",),
        data=(("Leads with a label", "600"), ("Fingerprint", "abc")),
        classes=(("no", 500, 5 / 6), ("yes", 100, 1 / 6)),
        fields=(
            CardField(name="income", words="annual income", type="number", role="feature",
                      direction="up", span="1 to 2 USD", scored=True),
            CardField(name="age", words="age", type="integer", role="audit", direction="free",
                      span="", scored=True, waiver="the <lawyer> agreed"),
        ),
        sets=(
            FigureSet(name="At random", words="That flatters.", n=600,
                      figures=(Figure(name="AUC", meaning="ranking", number=HALF,
                                      kind="decimal"),)),
        ),
        reliability=reliability(treated.hits, treated.said),
        came="converted",
        ece=HALF,
        ece_floor=HALF,
        comparison=(
            Comparison(name="logistic", kind="recipe", metrics={"auc": HALF}),
            Comparison(name="ordinal", kind="recipe", metrics={"auc": HALF}, shipped=True),
        ),
        simpler="Logistic is better.",
        audited=True,
        suspects=(Suspect(field="stage", verdict="leak", done="not scored",
                          why="It is a | near <copy>.", worth="AUC 0.9 with"),),
        quality=("3 leads are there twice.",),
        fairness=make_fairness(treated, make_groups(600, seed=0)),
        unknown=("Sets hold 90 %.",),
        limits=("Probabilities go stale.",),
        warnings=(Warn(words="It is <off>.", advice="Wait."),),
        made=(("Seed", "0"),),
    )  # fmt: skip


@pytest.mark.parametrize("write", [card_html, card_md])
def test_both_answer_the_questions_in_order(write: object) -> None:
    assert callable(write)
    text = write(make_card())
    places = [text.index(one) for one in QUESTIONS]
    assert places == sorted(places)


@pytest.mark.parametrize("write", [card_html, card_md])
@pytest.mark.parametrize(
    "words",
    [
        "Hardly better than chance.",
        "That flatters.",
        "Logistic is better.",
        "3 leads are there twice.",
        "Sets hold 90 %.",
        "AUC 0.9 with",
        "1607.4(D)",
        "Probabilities go stale.",
    ],
)
def test_both_say_what_they_are_given(write: object, words: str) -> None:
    assert callable(write)
    assert words in write(make_card())


def test_the_page_is_self_contained_and_escaped() -> None:
    page = card_html(make_card())
    reader = read(page)
    assert reader.links == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    # the reliability, and the groups of one protected field
    assert reader.tags.count("svg") == 2
    for words in ("&lt;mine&gt;", "the &lt;lawyer&gt; agreed", "near &lt;copy&gt;", "&lt;off&gt;"):
        assert words in page
    assert "<copy>" not in page


def test_markdown_is_escaped_and_its_tables_are_whole() -> None:
    text = card_md(make_card())
    assert r"It is a \| near &lt;copy>." in text
    assert "- **age** (audit): the &lt;lawyer> agreed" in text
    table: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            table.append(line.replace(r"\|", ""))
        elif table:
            assert len({row.count("|") for row in table}) == 1, table[0]
            assert set(table[1]) <= set("|-:")
            table = []


def test_what_is_not_there_is_said_to_be_not_there() -> None:
    bare = replace(
        make_card(), fairness=None, audited=False, suspects=(), comparison=(), simpler="",
        reliability=(), ece=None, ece_floor=None, warnings=(), quality=(), fields=(),
    )  # fmt: skip
    for text in (card_html(bare), card_md(bare)):
        assert "was not audited" in text
        assert "That was not checked" in text
        assert "Nothing was compared with it." in text
        assert "None: no field is scored against its role" in text
    clean = replace(bare, audited=True)
    assert "found no column that gives the outcome away" in card_md(clean)


def test_equal_cards_give_equal_bytes() -> None:
    assert card_html(make_card()) == card_html(make_card())
    assert card_md(make_card()) == card_md(make_card())
