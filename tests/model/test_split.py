from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leadscore.model.split import (
    folds_at_random,
    folds_by_group,
    forward_blocks,
    stratified_split,
)

Labels = NDArray[np.intp]

some_labels = arrays(np.intp, st.integers(2, 120), elements=st.integers(0, 3))
some_times = arrays(
    np.float64, st.integers(1, 80), elements=st.sampled_from([-np.inf, 0.0, 1.0, 2.0, 5.0, 9.0])
)


@given(labels=some_labels, folds=st.integers(2, 6), seed=st.integers(0, 99))
def test_random_folds_are_balanced_as_a_whole_and_in_each_class(
    labels: Labels, folds: int, seed: int
) -> None:
    fold = folds_at_random(labels, folds, np.random.default_rng(seed))
    assert np.ptp(np.bincount(fold, minlength=folds)) <= 1
    for one in np.unique(labels):
        assert np.ptp(np.bincount(fold[labels == one], minlength=folds)) <= 1


def test_equal_seeds_draw_equal_folds_and_others_do_not() -> None:
    labels = np.repeat([0, 1], 50)
    draws = [folds_at_random(labels, 5, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


@given(
    groups=st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=80),
    folds=st.integers(2, 5),
)
def test_no_group_is_in_two_folds(groups: list[str], folds: int) -> None:
    named = np.array(groups, dtype=object)
    fold = folds_by_group(named, folds, np.random.default_rng(0))
    assert all(len(set(fold[named == one])) == 1 for one in set(groups))
    assert set(fold) <= set(range(folds))


@given(sizes=st.lists(st.integers(1, 12), min_size=10, max_size=40))
def test_folds_by_group_differ_by_no_more_than_the_largest_group(sizes: list[int]) -> None:
    groups = np.repeat([f"g{i}" for i in range(len(sizes))], sizes).astype(object)
    fold = folds_by_group(groups, 4, np.random.default_rng(0))
    assert np.ptp(np.bincount(fold, minlength=4)) <= max(sizes)


def test_the_order_of_the_rows_does_not_change_which_groups_share_a_fold() -> None:
    groups = np.repeat([f"g{i}" for i in range(12)], range(1, 13)).astype(object)
    shuffled = np.random.default_rng(5).permutation(len(groups))
    there = folds_by_group(groups, 3, np.random.default_rng(0))
    here = folds_by_group(groups[shuffled], 3, np.random.default_rng(0))
    assert np.array_equal(there[shuffled], here)


@given(times=some_times)
def test_nothing_trains_on_its_future_or_on_its_own_moment(times: NDArray[np.float64]) -> None:
    for past, ahead in forward_blocks(times):
        assert len(past)
        assert len(ahead)
        assert times[past].max() < times[ahead].min()


@given(times=some_times)
def test_blocks_follow_one_another_to_the_last_lead(times: NDArray[np.float64]) -> None:
    blocks = list(forward_blocks(times))
    for (past, ahead), (later, _) in pairwise(blocks):
        assert sorted([*past, *ahead]) == later.tolist()
    if blocks:
        assert sorted([*blocks[-1][0], *blocks[-1][1]]) == list(range(len(times)))


def test_blocks_begin_at_the_given_shares() -> None:
    blocks = list(forward_blocks(np.arange(100.0)[::-1].copy()))
    assert [len(past) for past, _ in blocks] == [40, 60, 80]
    assert blocks[0][1].tolist() == list(range(40, 60))


def test_leads_of_one_moment_make_no_block() -> None:
    assert list(forward_blocks(np.ones(50))) == []


def test_the_blocks_do_not_depend_on_the_order_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    times = rng.integers(0, 30, 90).astype(np.float64)
    order = rng.permutation(90)
    for (past, ahead), (past_too, ahead_too) in zip(
        forward_blocks(times), forward_blocks(times[order]), strict=True
    ):
        assert set(order[past_too]) == set(past)
        assert set(order[ahead_too]) == set(ahead)


@given(labels=some_labels, seed=st.integers(0, 99))
def test_a_stratified_split_parts_every_class_and_loses_no_lead(labels: Labels, seed: int) -> None:
    train, test = stratified_split(labels, 0.2, np.random.default_rng(seed))
    assert sorted([*train, *test]) == list(range(len(labels)))
    for one in np.unique(labels):
        assert (labels[test] == one).sum() == round(0.2 * (labels == one).sum())
        assert (labels[train] == one).sum() >= 1


def test_a_stratified_split_takes_other_rows_for_another_seed() -> None:
    labels = np.repeat([0, 1], 100)
    tests = [stratified_split(labels, 0.2, np.random.default_rng(seed))[1] for seed in (0, 1)]
    assert len(tests[0]) == 40
    assert tests[0].tolist() != tests[1].tolist()
