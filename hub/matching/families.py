"""What pairs say of families: who has a better partner there, which families belong together, which pairs to add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import pyarrow as pa

from hub.matching.clusters import Pair

LARGEST_UNIT = 30
"""Members above which a unit is an institution, or a key that went wrong: it vouches for nobody."""


def mutual_best(weights: Mapping[Pair, float], units: Sequence[int]) -> set[Pair]:
    """The pairs of which neither row has a better partner in the other's unit; of equal ones all fall."""
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for (left, right), weight in weights.items():
        for row, other in ((left, right), (right, left)):
            place = row, units[other]
            known, times = best.get(place, (float("-inf"), 0))
            if weight >= known:
                best[place] = weight, times + 1 if weight == known else 1
    return {
        (left, right)
        for (left, right), weight in weights.items()
        if best[left, units[right]] == (weight, 1) and best[right, units[left]] == (weight, 1)
    }


def members(units: Sequence[int]) -> dict[int, list[int]]:
    """Unit → its rows, in their order."""
    found: dict[int, list[int]] = defaultdict(list)
    for row, unit in enumerate(units):
        found[unit].append(row)
    return dict(found)


def kin(links: Iterable[Pair], units: Sequence[int]) -> pa.Table:
    """For each row the numbers of the links that other members of its unit have.

    Two rows of two units share exactly the links between these units that neither of them takes part in.
    """
    of_unit: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, (left, right) in enumerate(sorted(links)):
        of_unit[units[left]].append((number, left))
        of_unit[units[right]].append((number, right))
    rows, found = [], []
    for unit, present in members(units).items():
        ties = of_unit.get(unit)
        if ties and len(present) <= LARGEST_UNIT:
            for row in present:
                rows.append(row)
                found.append([number for number, member in ties if member != row])
    return pa.table({"unique_id": pa.array(rows, pa.int32()), "kin": pa.array(found, pa.list_(pa.int32()))})


def grown(links: Iterable[Pair], units: Sequence[int]) -> Iterator[Pair]:
    """All pairs between two units that share a link."""
    present = members(units)
    joined = {tuple(sorted((units[left], units[right]))) for left, right in links}
    for one, other in sorted(joined):
        if one != other and max(len(present[one]), len(present[other])) <= LARGEST_UNIT:
            for left, right in product(present[one], present[other]):
                yield (left, right) if left < right else (right, left)
