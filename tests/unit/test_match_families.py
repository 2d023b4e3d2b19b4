"""What is computed on whole columns is what loops over pairs say."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.matching.families import Families, components
from hub.matching.pairs import Groups, Pair, Pairs, columns, packed, unpacked

ROWS = 9
UNITS = st.lists(st.integers(0, 4), min_size=ROWS, max_size=ROWS)
WEIGHTS = st.dictionaries(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(-2, 3).map(float),
)


def pairs_of(weights: dict[Pair, float]) -> Pairs:
    ordered = sorted(weights.items())
    left, right = columns(pair for pair, _ in ordered)
    return Pairs(left, right, np.array([weight for _, weight in ordered], float))


def best_by_looping(units: list[int], weights: dict[Pair, float]) -> set[Pair]:
    """Pairs between two units of which neither row has a partner as good in the unit of the other."""
    apart = {pair: weight for pair, weight in weights.items() if units[pair[0]] != units[pair[1]]}

    def rivals(row: int, partner: int) -> list[float]:
        return [
            weight
            for pair, weight in apart.items()
            if row in pair and partner not in pair and units[sum(pair) - row] == units[partner]
        ]

    return {
        (left, right)
        for (left, right), weight in apart.items()
        if all(each < weight for each in (*rivals(left, right), *rivals(right, left)))
    }


@given(UNITS, WEIGHTS)
def test_the_best_partner_in_another_unit(units: list[int], weights: dict[Pair, float]) -> None:
    pairs = pairs_of(weights)
    best = Families(np.array(units)).best(pairs)
    assert dict(pairs.where(best)).keys() == best_by_looping(units, weights)


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3))))
def test_products_of_groups(group: list[int], wanted: list[tuple[int, int]]) -> None:
    members = [[at for at, each in enumerate(group) if each == number] for number in range(4)]
    one, other = columns(wanted)
    found = Groups.of(np.array(group, np.int64), 4).product(one, other)
    expected = [pair for a, b in wanted for pair in product(members[a], members[b])]
    assert list(zip(*(each.tolist() for each in found), strict=True)) == expected


@given(WEIGHTS)
def test_components_are_named_by_their_first(weights: dict[Pair, float]) -> None:
    pairs = pairs_of(weights)
    found = components(pairs.left, pairs.right, ROWS).tolist()
    reached = {each: {each} for each in range(ROWS)}
    for _ in range(ROWS):
        for left, right in weights:
            reached[left] = reached[right] = reached[left] | reached[right]
            for each in reached[left]:
                reached[each] = reached[left]
    assert found == [min(reached[each]) for each in range(ROWS)]


@given(WEIGHTS)
def test_packed_pairs_come_back_in_order(weights: dict[Pair, float]) -> None:
    pairs = pairs_of(weights)
    packs = packed(pairs.right, pairs.left, ROWS)
    assert packs.tolist() == sorted(packs.tolist())
    left, right = unpacked(packs, ROWS)
    assert (left.tolist(), right.tolist()) == (pairs.left.tolist(), pairs.right.tolist())


def test_who_is_listed_twice_is_no_rival_of_themselves() -> None:
    """Rows 0 and 1 of one unit fit row 2 of another equally well: as two members neither is best, as one both are."""
    families = Families(np.array([0, 0, 1]))
    pairs = pairs_of({(0, 1): 5.0, (0, 2): 2.0, (1, 2): 2.0})
    assert not families.best(pairs).any()
    families.list_twice(pairs, least=3.0)
    assert dict(pairs.where(families.best(pairs))).keys() == {(0, 2), (1, 2)}
    left, right = families.bonds(pairs, least=2.0)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2)]
