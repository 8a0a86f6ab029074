"""Sets of classes: every class is held as often as promised, whatever the probabilities are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from leadscore.model.conformal import ClassSets, fit_sets

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


def drawn(n: int, classes: int, seed: int, *, told: str = "true") -> tuple[Floats, Labels]:
    """Return probabilities and labels; what is told may be true, too sure of itself, or made up."""
    rng = np.random.default_rng(seed)
    margin = 2 * rng.normal(size=n)
    above = 1 / (1 + np.exp(np.linspace(-1, 3, classes - 1) - margin[:, None]))
    edges = np.hstack([np.ones((n, 1)), above, np.zeros((n, 1))])
    truth = edges[:, :-1] - edges[:, 1:]
    labels = (rng.random((n, 1)) > truth.cumsum(axis=1)).sum(axis=1).clip(max=classes - 1)
    said = {"true": truth, "sure": truth**3, "made up": rng.random((n, classes))}[told]
    return said / said.sum(axis=1, keepdims=True), labels


@st.composite
def cases(draw: st.DrawFn) -> tuple[Floats, Labels, int]:
    classes = draw(st.integers(2, 6))
    told = draw(st.sampled_from(["true", "sure", "made up"]))
    seed = draw(st.integers(0, 999))
    probabilities, labels = drawn(draw(st.integers(2, 120)), classes, seed, told=told)
    # ties, as steps make them
    return np.round(probabilities, draw(st.sampled_from([1, 12]))), labels, classes


@given(cases())
def test_no_set_is_empty_or_has_a_gap(case: tuple[Floats, Labels, int]) -> None:
    probabilities, labels, _ = case
    sets = fit_sets(probabilities, labels).holding(probabilities)
    assert sets.any(axis=1).all()
    assert ((np.diff(sets.astype(int), axis=1) == 1).sum(axis=1) + sets[:, 0] == 1).all()


@given(case=cases(), data=st.data())
def test_what_is_stated_is_in_the_set_of_three_classes_or_more(
    case: tuple[Floats, Labels, int], data: st.DataObject
) -> None:
    probabilities, labels, classes = case
    rows = np.arange(len(labels))
    fitted = fit_sets(probabilities, labels)
    likely = fitted.holding(probabilities)[rows, probabilities.argmax(axis=1)]
    stated = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=1)))
    stated = np.resize(stated, len(labels))
    said = fitted.holding(probabilities, stated)[rows, stated]
    assert classes == 2 or (likely.all() and said.all())


@given(case=cases(), levels=st.tuples(st.floats(0.5, 0.99), st.floats(0.5, 0.99)))
def test_a_higher_level_takes_no_class_out(
    case: tuple[Floats, Labels, int], levels: tuple[float, float]
) -> None:
    probabilities, labels, classes = case
    low, high = (
        fit_sets(probabilities, labels, level=one).holding(probabilities) for one in sorted(levels)
    )
    if classes == 2:
        # a set that would be empty holds the likelier class, and may later hold the other instead
        low &= probabilities >= fit_sets(probabilities, labels, level=min(levels)).least
    assert not (low & ~high).any()


@given(case=cases(), data=st.data())
def test_the_order_of_leads_and_the_batch_change_nothing(
    case: tuple[Floats, Labels, int], data: st.DataObject
) -> None:
    probabilities, labels, _ = case
    order = np.array(data.draw(st.permutations(range(len(labels)))))
    fitted = fit_sets(probabilities, labels)
    again = fit_sets(probabilities[order], labels[order])
    assert again.least.tolist() == fitted.least.tolist()
    whole = fitted.holding(probabilities)
    assert fitted.holding(probabilities[order]).tolist() == whole[order].tolist()
    for row in range(min(len(labels), 5)):
        assert fitted.holding(probabilities[row : row + 1]).tolist() == [whole[row].tolist()]


@given(cases())
def test_the_leads_that_were_fitted_are_held(case: tuple[Floats, Labels, int]) -> None:
    probabilities, labels, classes = case
    hit = fit_sets(probabilities, labels).holding(probabilities)[np.arange(len(labels)), labels]
    for one in range(classes):
        n = int((labels == one).sum())
        assert hit[labels == one].sum() >= min(n, np.floor((n + 1) * 0.9))


@pytest.mark.parametrize("told", ["true", "sure", "made up"])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_each_class_is_held_as_promised_over_many_draws(classes: int, told: str) -> None:
    held, of_class = np.zeros(classes), np.zeros(classes)
    for seed in range(40):
        probabilities, labels = drawn(1600, classes, seed, told=told)
        fitted = fit_sets(probabilities[:800], labels[:800])
        hit = fitted.holding(probabilities[800:])[np.arange(800), labels[800:]]
        of_class += np.bincount(labels[800:], minlength=classes)
        held += np.bincount(labels[800:][hit], minlength=classes)
    # twice the variance of a binomial: the thresholds are drawn as well
    error = 4 * np.sqrt(2 * 0.09 / of_class)
    assert (held / of_class >= 0.9 - error).all()
    # what is stated, or lies between, may add to the sets of three classes and more
    if classes == 2:
        assert (held / of_class <= 0.9 + error + 40 / of_class).all()


def test_one_draws_coverage_lies_where_the_theory_says() -> None:
    """Vovk 2012: given the fitted leads, the coverage is Beta distributed; here by its tails."""
    found = []
    for seed in range(200):
        probabilities, labels = drawn(600, 2, seed)
        fitted = fit_sets(probabilities[:300], labels[:300])
        of_one = labels[300:] == 1
        hit = fitted.holding(probabilities[300:])[of_one, 1]
        low, high = binom.ppf([0.001, 0.999], int(of_one.sum()), [0.82, 0.97])
        found.append(low <= hit.sum() <= high)
    assert np.mean(found) > 0.99


@pytest.mark.parametrize(("n", "always"), [(0, True), (9, True), (10, False), (200, False)])
def test_too_few_leads_of_a_class_leave_it_in_every_set(n: int, always: bool) -> None:
    rng = np.random.default_rng(0)
    labels = np.array([0] * 100 + [1] * 100 + [2] * n)
    probabilities = rng.dirichlet([1, 1, 1], len(labels))
    assert bool(fit_sets(probabilities, labels).least[2] == 0.0) is always


def test_the_threshold_is_the_finite_sample_quantile() -> None:
    own = np.arange(1, 21) / 100
    probabilities = np.stack([1 - own, own], axis=1)
    fitted = fit_sets(probabilities, np.ones(20, dtype=np.int64))
    # ceil(21 * 0.9) = 19 of the 20 must be in
    assert fitted.least[1] == pytest.approx(0.02)


def test_a_rare_class_of_two_does_not_drag_the_common_one_along() -> None:
    probabilities, labels = drawn(20_000, 2, 0)
    rare = np.stack([1 - 0.3 * probabilities[:, 1], 0.3 * probabilities[:, 1]], axis=1)
    labels = (np.random.default_rng(1).random(20_000) < rare[:, 1]).astype(np.int64)
    sets = fit_sets(rare[:10_000], labels[:10_000]).holding(rare[10_000:])
    hit = sets[np.arange(10_000), labels[10_000:]]
    assert hit.mean() == pytest.approx(0.9, abs=0.015)
    assert hit[labels[10_000:] == 1].mean() == pytest.approx(0.9, abs=0.03)


def test_sets_come_back_from_arrays() -> None:
    fitted = fit_sets(*drawn(200, 3, 0))
    again = ClassSets.from_arrays(fitted.to_arrays())
    assert (again.level, again.least.tolist()) == (fitted.level, fitted.least.tolist())


@pytest.mark.parametrize(
    ("name", "values"),
    [("least", [0.5]), ("least", [0.5, 1.5]), ("least", [0.5, np.nan]), ("level", [1.0])],
)
def test_thresholds_that_are_none_are_refused(name: str, values: list[float]) -> None:
    arrays = {**fit_sets(*drawn(200, 2, 0)).to_arrays(), name: np.array(values)}
    with pytest.raises(ValueError, match="not a probability"):
        ClassSets.from_arrays(arrays)
