"""What pairs say of families: who stands there twice, who has a better partner there, and which pairs to add."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from hub.matching.pairs import Groups, Mask, Numbers, Pairs, Weights, packed, unpacked

LARGEST_UNIT = 30
"""Members above which a unit is an institution, or a key that went wrong: it vouches for nobody."""


class Families:
    """The units of some rows. A *member* is a person there: the first of the rows by which the unit lists them."""

    def __init__(self, units: Numbers) -> None:
        self._units = units
        self._number = len(units)
        self._unit_count = int(units.max()) + 1 if len(units) else 0
        self._rows = Groups.of(units, self._unit_count)
        self._member = np.arange(self._number)

    def within(self, pairs: Pairs) -> Mask:
        """Which pairs stand in one unit."""
        within: Mask = self._units[pairs.left] == self._units[pairs.right]
        return within

    def list_twice(self, pairs: Pairs, least: float) -> None:
        """Take rows of one unit that are as like as that for one member, listed twice."""
        self._member = np.arange(self._number)
        alike = pairs.where(self.within(pairs) & (pairs.weight >= least))
        for left, right in zip(alike.left, alike.right, strict=True):
            kept, gone = sorted((self._member[left], self._member[right]))
            rows = self._of_unit(self._units[left])
            self._member[rows[self._member[rows] == gone]] = kept

    def best(self, pairs: Pairs) -> Mask:
        """Which pairs are between units and of two members who have no better partner in the other's unit, nor an
        equal one.
        """
        apart = ~self.within(pairs)
        packs, of = np.unique(self._members(pairs)[apart], return_inverse=True)
        weight = _greatest(of, pairs.weight[apart], len(packs))
        best = np.zeros(len(pairs), bool)
        best[apart] = self._mutual(*unpacked(packs, self._number), weight)[of]
        return best

    def _mutual(self, left: Numbers, right: Numbers, weight: Weights) -> Mask:
        one, other, twice = np.append(left, right), np.append(right, left), np.append(weight, weight)
        sides, of = np.unique(one * self._unit_count + self._units[other], return_inverse=True)
        first = twice == _greatest(of, twice, len(sides))[of]
        alone: Mask = first & (np.bincount(of[first], minlength=len(sides))[of] == 1)
        return alone[: len(left)] & alone[len(left) :]

    def bonds(self, pairs: Pairs, least: float) -> tuple[Numbers, Numbers]:
        """Pairs of members that are best for each other and strong: by these two families are known to meet."""
        strong = pairs.where(self.best(pairs) & (pairs.weight >= least))
        return unpacked(np.unique(self._members(strong)), self._number)

    def told(self, left: Numbers, right: Numbers) -> pa.Table:
        """What bonds say, row by row: `clan`, and `kin`, the numbers of the bonds that other members of its unit have.

        Two rows of two units share exactly the bonds between these units that neither of them takes part in.
        A clan is all units that bonds join, also by way of others.
        """
        of_unit: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            for member in pair:
                of_unit[int(self._units[member])].append((number, member))
        kin: list[list[int]] = [[]] * self._number
        for unit, bonds in of_unit.items():
            if self._rows.size[unit] <= LARGEST_UNIT:
                for row in self._of_unit(unit).tolist():
                    kin[row] = [number for number, member in bonds if member != self._member[row]]
        clan = components(self._units[left], self._units[right], self._unit_count)
        return pa.table(
            {
                "unique_id": pa.array(np.arange(self._number), pa.int32()),
                "clan": pa.array(clan[self._units], pa.int32()),
                "kin": pa.array(kin, pa.list_(pa.int32())),
            }
        )

    def grown(self, left: Numbers, right: Numbers) -> Numbers:
        """All pairs between two units that a bond joins, and within each of them, packed."""
        joined = np.unique(self._units[left] * self._unit_count + self._units[right])
        one, other = np.divmod(joined, self._unit_count)
        each = np.unique(np.append(one, other))
        one, other = np.append(one, each), np.append(other, each)
        small = np.maximum(self._rows.size[one], self._rows.size[other]) <= LARGEST_UNIT
        rows, beside = self._rows.product(one[small], other[small])
        two = rows != beside
        return packed(rows[two], beside[two], self._number)

    def _of_unit(self, unit: int) -> Numbers:
        begin = self._rows.start[unit]
        return self._rows.order[begin : begin + self._rows.size[unit]]

    def _members(self, pairs: Pairs) -> Numbers:
        return packed(self._member[pairs.left], self._member[pairs.right], self._number)


def components(left: Numbers, right: Numbers, number: int) -> Numbers:
    """For each of so many things the first one that pairs join it to, also by way of others."""
    above = list(range(number))

    def top(each: int) -> int:
        while above[each] != each:
            above[each] = above[above[each]]
            each = above[each]
        return each

    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        first, second = sorted((top(one), top(other)))
        above[second] = first
    return np.array([top(each) for each in range(number)], np.int64)


def _greatest(of: Numbers, weight: Weights, number: int) -> Weights:
    """The greatest weight of each of so many groups, none of them empty."""
    found = np.full(number, -np.inf)
    np.maximum.at(found, of, weight)
    return found
