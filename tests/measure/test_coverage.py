"""Coverage: figures that counting gives as well, and intervals that hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.measure.coverage import coverage

CLASSES = ("Low", "Medium", "High")


def drawn(n: int, seed: int, *, held: float = 0.9) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    sets = rng.random((n, 3)) < 0.3
    sets[np.arange(n), labels] = rng.random(n) < held
    return labels, sets


@given(n=st.integers(1, 60), seed=st.integers(0, 999))
def test_the_figures_are_what_counting_gives(n: int, seed: int) -> None:
    labels, sets = drawn(n, seed)
    found = coverage(labels, sets, classes=CLASSES, boot=50)
    hit = sets[np.arange(n), labels]
    assert found["coverage"]["value"] == pytest.approx(hit.mean())
    assert found["set_size"]["value"] == pytest.approx(sets.sum(axis=1).mean())
    for place, name in enumerate(CLASSES):
        of_class = hit[labels == place]
        value = found["coverage_by_class"][name]["value"]
        assert value == pytest.approx(of_class.mean()) if len(of_class) else value is None
    turned = np.random.default_rng(seed).permutation(n)
    assert coverage(labels[turned], sets[turned], classes=CLASSES, boot=50) == found


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    inside = 0
    for seed in range(200):
        number = coverage(*drawn(400, seed), classes=CLASSES, boot=200)["coverage"]
        low, high = number["low"], number["high"]
        assert low is not None
        assert high is not None
        inside += low <= 0.9 <= high
    assert 180 <= inside <= 199


def test_without_draws_there_are_no_intervals() -> None:
    found = coverage([0, 1], np.eye(3, dtype=bool)[:2], classes=CLASSES, boot=0)
    assert found["coverage"] == {"value": 1.0, "low": None, "high": None}
    assert found["coverage_by_class"]["High"] == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize(
    ("labels", "shape", "words"),
    [([], (0, 3), "0 labels"), ([0, 1], (2, 2), r"shape \(2, 2\)"), ([-1], (1, 3), "from -1")],
)
def test_what_does_not_fit_is_refused_in_words(
    labels: list[int], shape: tuple[int, int], words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        coverage(labels, np.ones(shape, dtype=bool), classes=CLASSES)
