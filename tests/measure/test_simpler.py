"""Something simpler that does as well is seen, and so is an order that beats nothing."""

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.metrics import Number
from leadscore.measure.simpler import (
    Simpler,
    no_better_than,
    simpler_does,
    simpler_ones,
    simpler_words,
)

Floats = NDArray[np.float64]


def make_told(n: int, *, seed: int = 0) -> tuple[NDArray[np.int64], Floats]:
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, n)
    return (rng.random(n) < p).astype(np.int64), p


def both(p: Floats) -> Floats:
    return np.column_stack([1 - p, p])


def test_the_truth_beats_what_is_less_simple_and_wrong() -> None:
    labels, p = make_told(2000)
    told = {"logistic": both(p), "ordinal": both(np.sqrt(p)), "seed": both(np.sqrt(p))}
    found = simpler_ones(labels, told, shipped="ordinal", boot=200)
    assert [(one.name, one.verdict) for one in found] == [("logistic", "better")]
    assert "Logistic, which is simpler than ordinal, is better" in simpler_words(
        found, shipped="ordinal"
    )


def test_equals_tie_and_the_wrong_is_worse() -> None:
    labels, p = make_told(2000)
    told = {"points rule": both(np.sqrt(p)), "logistic": both(p), "ordinal": both(p)}
    found = simpler_ones(labels, told, shipped="ordinal", boot=200)
    assert [(one.name, one.verdict) for one in found] == [
        ("points rule", "worse"),
        ("logistic", "as good"),
    ]
    words = simpler_words(found, shipped="ordinal")
    assert "does as well as far as one can tell" in words
    assert "oints rule" not in words


def test_noise_around_the_truth_is_a_tie_in_most_worlds() -> None:
    ties = 0
    for seed in range(40):
        labels, p = make_told(500, seed=seed)
        rng = np.random.default_rng([seed, 1])
        noisy = [np.clip(p + rng.normal(0, 0.01, 500), 0.001, 0.999) for _ in range(2)]
        told = {"logistic": both(noisy[0]), "ordinal": both(noisy[1])}
        ties += simpler_ones(labels, told, shipped="ordinal", boot=200)[0].verdict == "as good"
    assert ties >= 35


def test_nothing_is_simpler_than_the_simplest_or_known_of_a_stranger() -> None:
    labels, p = make_told(50)
    assert simpler_ones(labels, {"points rule": both(p)}, shipped="points rule") == ()
    assert simpler_ones(labels, {"mine": both(p)}, shipped="mine") == ()
    assert simpler_words((), shipped="mine") == ""


def test_where_all_are_worse_the_words_say_so() -> None:
    labels, p = make_told(2000)
    told = {"points rule": both(np.sqrt(p)), "logistic": both(np.sqrt(p)), "ordinal": both(p)}
    found = simpler_ones(labels, told, shipped="ordinal", boot=100)
    words = simpler_words(found, shipped="ordinal")
    assert (
        words == "Neither points rule nor logistic does as well as ordinal, which is less simple."
    )
    alone = simpler_words(found[1:], shipped="ordinal")
    assert alone == "The simpler logistic does not do as well as ordinal, which is less simple."


def test_a_line_names_what_would_have_done() -> None:
    none = Number(value=0.0, low=0.0, high=0.0)
    better = Simpler(name="points rule", verdict="better", difference=none)
    same = Simpler(name="logistic", verdict="as good", difference=none)
    worse = Simpler(name="ordinal", verdict="worse", difference=none)
    assert simpler_does((better, same, worse)) == (
        "Simpler and better: points rule; simpler and as good, as far as one can tell: logistic."
    )
    assert simpler_does((worse,)) == ""


def test_an_order_that_beats_nothing_is_named() -> None:
    mine = Number(value=0.6, low=0.52, high=0.68)
    others = {
        "newest first": Number(value=0.55, low=0.5, high=0.6),
        "random": Number(value=0.5, low=0.45, high=0.55),
        "empty": Number(value=None, low=None, high=None),
    }
    assert no_better_than(mine, others) == ("newest first",)
    assert no_better_than(Number(value=0.6, low=None, high=None), others) == ()
