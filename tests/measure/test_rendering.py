"""What is given to a template is escaped, whatever it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.measure.metrics import Number
from leadscore.measure.rendering import _plain, factor, reach, span, written


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("credit_score", "credit_score"),
        ("_hidden_", r"\_hidden\_"),
        ("a|b", r"a\|b"),
        ("<script>", "&lt;script>"),
        ("[x](y) *z* `q`", r"\[x\](y) \*z\* \`q\`"),
        ("# title", r"\# title"),
        ("two\nlines", "two lines"),
        (3, "3"),
    ],
)
def test_words_stay_words_in_markdown(given: object, wanted: str) -> None:
    assert _plain(given) == wanted


@given(st.text())
def test_no_word_opens_a_tag_or_a_cell(words: str) -> None:
    found = _plain(words)
    assert "<" not in found
    assert "\n" not in found
    assert found.replace("\\\\", "").count("|") == found.replace("\\\\", "").count("\\|")


def test_figures_and_ratios_are_written_or_dashed() -> None:
    nothing = Number(value=None, low=None, high=None)
    assert written(None, "percent") == factor(nothing) == "–"
    assert span(nothing, "decimal") == reach(nothing) == "no interval"
    assert factor(Number(value=0.8123, low=0.7, high=1.0)) == "0.81"
    assert reach(Number(value=0.8, low=0.7, high=1.0)) == "0.70–1.00"
    assert span(Number(value=2.0, low=1.0, high=3.0), "times") == "1.0–3.0\u00a0×"
