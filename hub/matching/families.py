"""What pairs say of families: who stands there twice, who has a better partner there, and which pairs to add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import pyarrow as pa

from hub.matching.clusters import Pair

LARGEST_UNIT = 30
"""Members above which a unit is an institution, or a key that went wrong: it vouches for nobody."""


class Families:
    """The units of some rows. A *member* is a person there: the first of the rows by which the unit lists them."""

    def __init__(self, units: Sequence[int]) -> None:
        self._units = units
        self._rows: dict[int, list[int]] = defaultdict(list)
        for row, unit in enumerate(units):
            self._rows[unit].append(row)
        self._member = list(range(len(units)))

    def within(self, pair: Pair) -> bool:
        """Whether both rows stand in one unit."""
        return self._units[pair[0]] == self._units[pair[1]]

    def list_twice(self, weights: Mapping[Pair, float], least: float) -> None:
        """Take rows of one unit that are as like as that for one member, listed twice."""
        self._member = list(range(len(self._units)))
        for pair in sorted(pair for pair, weight in weights.items() if weight >= least and self.within(pair)):
            kept, gone = sorted(self._member[row] for row in pair)
            for row in self._rows[self._units[pair[0]]]:
                if self._member[row] == gone:
                    self._member[row] = kept

    def best(self, weights: Mapping[Pair, float]) -> set[Pair]:
        """The pairs between units of which neither member has a better partner in the other's unit, nor an equal one."""
        members: dict[Pair, float] = {}
        for pair, weight in weights.items():
            if not self.within(pair):
                between = self._members(pair)
                members[between] = max(weight, members.get(between, weight))
        mutual = _mutual(members, self._units)
        return {pair for pair in weights if not self.within(pair) and self._members(pair) in mutual}

    def bonds(self, weights: Mapping[Pair, float], least: float) -> set[Pair]:
        """Pairs of members that are best for each other and strong: by these two families are known to meet."""
        return {self._members(pair) for pair in self.best(weights) if weights[pair] >= least}

    def told(self, bonds: Iterable[Pair]) -> pa.Table:
        """What bonds say, row by row: `clan`, and `kin`, the numbers of the bonds that other members of its unit have.

        Two rows of two units share exactly the bonds between these units that neither of them takes part in.
        A clan is all units that bonds join, also by way of others.
        """
        ordered = sorted(bonds)
        of_unit: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, pair in enumerate(ordered):
            for member in pair:
                of_unit[self._units[member]].append((number, member))
        clan = self._clans(ordered)
        kin = [
            [number for number, member in of_unit.get(unit, ()) if member != self._member[row]]
            if len(self._rows[unit]) <= LARGEST_UNIT
            else []
            for row, unit in enumerate(self._units)
        ]
        return pa.table(
            {
                "unique_id": pa.array(range(len(kin)), pa.int32()),
                "clan": pa.array([clan[unit] for unit in self._units], pa.int32()),
                "kin": pa.array(kin, pa.list_(pa.int32())),
            }
        )

    def _clans(self, bonds: Iterable[Pair]) -> dict[int, int]:
        above = {unit: unit for unit in self._rows}

        def top(unit: int) -> int:
            while above[unit] != unit:
                above[unit] = above[above[unit]]
                unit = above[unit]
            return unit

        for left, right in bonds:
            one, other = sorted((top(self._units[left]), top(self._units[right])))
            above[other] = one
        return {unit: top(unit) for unit in self._rows}

    def grown(self, bonds: Iterable[Pair]) -> Iterator[Pair]:
        """All pairs between two units that a bond joins, and within each of them."""
        joined = {(self._units[left], self._units[right]) for left, right in bonds}
        for one, other in sorted(joined | {(each, each) for pair in joined for each in pair}):
            if max(len(self._rows[one]), len(self._rows[other])) <= LARGEST_UNIT:
                for left, right in product(self._rows[one], self._rows[other]):
                    if left != right:
                        yield min(left, right), max(left, right)

    def _members(self, pair: Pair) -> Pair:
        left, right = self._member[pair[0]], self._member[pair[1]]
        return min(left, right), max(left, right)


def _mutual(weights: Mapping[Pair, float], units: Sequence[int]) -> set[Pair]:
    best: dict[Pair, tuple[float, int]] = {}
    for (left, right), weight in weights.items():
        for one, other in ((left, right), (right, left)):
            known, times = best.get((one, units[other]), (float("-inf"), 0))
            if weight >= known:
                best[one, units[other]] = weight, times + 1 if weight == known else 1
    return {
        (left, right)
        for (left, right), weight in weights.items()
        if best[left, units[right]] == (weight, 1) == best[right, units[left]]
    }
