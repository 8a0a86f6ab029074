"""The sentences say what the figures say, and warnings fire when they should and not before."""

import numpy as np
import pytest
from numpy.typing import NDArray

from leadscore.measure.figures import class_rows, confusion_rows, summary_figures
from leadscore.measure.metrics import Number, evaluate
from leadscore.measure.report import (
    calibration_warning,
    leak_note,
    lift_headline,
)


def make_outcome(
    n: int, *, seed: int = 0, shift: float = 0.0, bend: float = 1.0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Make outcomes whose stated probabilities are bent and shifted on the logit scale."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(0, 1.5, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    stated = 1 / (1 + np.exp(-(bend * margin + shift)))
    return labels, np.column_stack([1 - stated, stated])


def number(value: float | None) -> Number:
    return {"value": value, "low": value, "high": value}


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_the_headline_is_a_number_and_its_sentence() -> None:
    headline = lift_headline(2.41, beside=("newest first", 1.3))
    assert plain(headline.number) == "2.4 ×"
    assert plain(headline.sentence) == (
        "Calling the top 10 % finds 2.4 × as many buyers as calling at random; "
        "newest first finds 1.3 ×."
    )


def test_the_headline_stands_alone_without_another_order() -> None:
    assert plain(lift_headline(1.0, target="High leads").sentence).endswith("calling at random.")


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("n", [100, 3000])
def test_true_probabilities_are_rarely_warned_of(seed: int, n: int) -> None:
    fired = [
        calibration_warning(*make_outcome(n, seed=100 * seed + i)) is not None for i in range(10)
    ]
    assert sum(fired) <= 3


def test_a_shift_is_warned_of_by_the_means() -> None:
    labels, p = make_outcome(4000, shift=-1.0)
    warning = calibration_warning(labels, p)
    assert warning is not None
    said, came = p[:, 1].mean(), labels.mean()
    assert plain(warning.words) == (
        f"The probabilities are off: it said {100 * said:.0f} %, {100 * came:.0f} % came true."
    )
    assert warning.advice


def test_a_gap_within_a_tenth_is_no_warning_and_a_larger_one_advises_to_recalibrate() -> None:
    labels = (np.arange(50_000) < 6500).astype(np.int64)

    def told(p: float) -> NDArray[np.float64]:
        return np.tile([1 - p, p], (50_000, 1))

    assert calibration_warning(labels, told(0.14)) is None
    warning = calibration_warning(labels, told(0.16))
    assert warning is not None
    assert "recalibrate" in warning.advice
    assert "order" not in warning.advice


def test_too_much_confidence_is_warned_of_where_it_hurts() -> None:
    warning = calibration_warning(*make_outcome(4000, bend=3.0))
    assert warning is not None
    assert "where it said" in warning.words
    assert "leads)" in warning.words


def test_a_tiny_gap_on_many_leads_is_no_warning() -> None:
    assert calibration_warning(*make_outcome(200_000, shift=0.02)) is None


def test_a_small_rate_off_by_a_fifth_is_a_warning_with_a_decimal() -> None:
    labels = (np.arange(100_000) < 1800).astype(np.int64)
    p = np.tile([0.985, 0.015], (100_000, 1))
    warning = calibration_warning(labels, p)
    assert warning is not None
    assert "1.5\u00a0%, 1.8\u00a0% came true" in warning.words


def test_tiers_are_judged_by_the_stated_ones_confidence() -> None:
    labels = np.tile([0, 1, 2, 2], 500)
    p = np.tile([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.05, 0.05, 0.9], [0.9, 0.1, 0]], (500, 1))
    warning = calibration_warning(labels, p)
    assert warning is not None
    assert "it said 90\u00a0%, 75\u00a0% were right" in warning.words


@pytest.mark.parametrize(("auc", "asked"), [(0.94, False), (0.96, True), (None, False)])
def test_a_ranking_too_good_asks_about_a_leak(auc: float | None, *, asked: bool) -> None:
    assert (leak_note(number(auc)) is not None) == asked


def test_a_known_easy_world_is_not_asked_about_a_leak() -> None:
    assert leak_note(number(0.99), worlds=True) is None


def test_class_rows_count_the_leads() -> None:
    labels, p = make_outcome(200)
    metrics = evaluate(labels, p, classes=["no", "yes"], boot=0)
    rows = class_rows(metrics, labels, classes=["no", "yes"])
    assert [one.name for one in rows] == ["no", "yes"]
    assert [one.n for one in rows] == np.bincount(labels).tolist()
    assert rows[1].recall == metrics["recall"]["yes"]
    assert sum(map(sum, confusion_rows(labels, p))) == 200


def test_an_outcome_opens_with_what_ranking_brings() -> None:
    labels, p = make_outcome(200)
    metrics = evaluate(labels, p, classes=["no", "yes"], boot=0)
    figures = summary_figures(metrics, target="buyers", outcome=True)
    assert [one.name for one in figures][:2] == ["Lift at 10 %", "AUC"]
    assert figures[0].number == metrics["lift_10"]
    assert "buyers" in figures[0].meaning
    assert all(one.best is None for one in figures)
    assert "Accuracy" not in [one.name for one in figures]


def test_a_world_shows_the_best_possible_and_the_distance() -> None:
    labels, p = make_outcome(200)
    metrics = evaluate(labels, p, classes=["no", "yes"], truth=p, boot=0)
    figures = summary_figures(metrics, target="High leads", outcome=False)
    assert figures[0].name == "Accuracy"
    assert figures[0].best == metrics["accuracy"]["value"]
    assert figures[-1].name == "Distance to truth"
