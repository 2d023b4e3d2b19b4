"""Clusters of rows from evidence about pairs, beside what the rules say of small cases."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from hub.matching.clusters import Evidence, clusters
from hub.matching.pairs import Pair

ROWS = 6
pairs = st.sampled_from(list(combinations(range(ROWS), 2)))
weights = st.dictionaries(pairs, st.integers(-12, 12).map(float), max_size=15)
judged = st.sets(pairs, max_size=4)


def joined(of: list[int]) -> set[Pair]:
    return {(a, b) for a, b in combinations(range(len(of)), 2) if of[a] == of[b]}


def test_a_chain_joins_nobody_whom_its_other_pairs_keep_apart() -> None:
    of = clusters(3, Evidence({(0, 1): 8.0, (1, 2): 6.0, (0, 2): -9.0}), unseen=0)
    assert joined(of) == {(0, 1)}


def test_a_weak_pair_is_carried_by_the_others() -> None:
    of = clusters(3, Evidence({(0, 1): 8.0, (1, 2): 6.0, (0, 2): -2.0}), unseen=0)
    assert joined(of) == {(0, 1), (1, 2), (0, 2)}


def test_a_pair_that_nobody_looked_at_weighs_what_the_caller_says() -> None:
    evidence = Evidence({(0, 1): 8.0, (1, 2): 6.0})
    assert joined(clusters(3, evidence, unseen=-7)) == {(0, 1)}
    assert joined(clusters(3, evidence, unseen=-5)) == {(0, 1), (1, 2), (0, 2)}


def test_a_pair_below_the_threshold_is_not_joined() -> None:
    evidence = Evidence({(0, 1): 2.0})
    assert joined(clusters(2, evidence, unseen=0, upper=2.5)) == set()
    assert joined(clusters(2, evidence, unseen=0, upper=2.0)) == {(0, 1)}


def test_what_people_joined_is_joined_against_all_evidence() -> None:
    assert joined(clusters(2, Evidence({(0, 1): -50.0}, same=[(0, 1)]), unseen=0)) == {(0, 1)}


@given(weights, judged)
def test_rows_known_to_be_two_persons_are_never_one_cluster(
    weight: dict[Pair, float], bars: set[Pair]
) -> None:
    of = clusters(ROWS, Evidence(weight, different=bars), unseen=-1)
    assert not joined(of) & bars


@given(weights, judged, judged)
def test_a_bar_stands_before_a_forced_pair(
    weight: dict[Pair, float], bars: set[Pair], forced: set[Pair]
) -> None:
    of = clusters(ROWS, Evidence(weight, bars, forced), unseen=-1)
    assert not joined(of) & bars


@given(weights)
def test_a_cluster_is_named_by_its_first_row(weight: dict[Pair, float]) -> None:
    of = clusters(ROWS, Evidence(weight), unseen=-1)
    assert all(name == min(row for row in range(ROWS) if of[row] == name) for name in of)
