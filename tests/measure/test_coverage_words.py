"""What sets promise and what they keep stand side by side."""

from leadscore.measure.coverage import Coverage
from leadscore.measure.coverage_words import coverage_words
from leadscore.measure.metrics import Number


def make_coverage(high: float) -> Coverage:
    return {
        "coverage": Number(value=0.9, low=0.88, high=0.92),
        "coverage_by_class": {
            "Low": Number(value=0.95, low=0.93, high=0.97),
            "High": Number(value=high, low=high - 0.05, high=high + 0.05),
            "None": Number(value=None, low=None, high=None),
        },
        "set_size": Number(value=1.2, low=1.1, high=1.3),
    }


def test_a_class_that_gets_less_than_promised_is_named() -> None:
    words = " ".join(coverage_words(make_coverage(0.8), level=0.9, what="tiers"))
    plain = words.replace("\u00a0", " ")
    assert "High: 80.0 % (75.0–85.0 %), fewer than promised" in plain
    assert "Low: 95.0 % (93.0–97.0 %), more than promised" in plain
    assert "it did for 90.0 % (88.0–92.0 %)." in plain
    assert "None" not in plain
    assert "1.20 tiers on average" in plain


def test_what_is_kept_has_no_remark() -> None:
    words = " ".join(coverage_words(make_coverage(0.9), level=0.9, what="outcomes"))
    assert "fewer" not in words
    assert "outcomes" in words
