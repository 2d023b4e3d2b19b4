"""Ids are promises: which id a group of records goes by, and where the ids lead that nobody goes by any more.

Of those that become one, the one with most records keeps its id (then the older, then the smaller id), and the others
point to it for ever. Persons and households both hold records, and both go by this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from hub.domain.errors import VersionConflict
from hub.domain.facts import Subject


class Kept:
    """Groups of records with the ids they go by."""

    def __init__(
        self,
        groups: Sequence[Sequence[str]],
        owners: Mapping[str, Subject | None],
        new_id: Callable[[], str],
        fixed: Mapping[int, Subject] = MappingProxyType({}),
    ) -> None:
        """`owners`: record → who has it now; `fixed`: number of a group → whose id it keeps, whatever its records.

        Raises VersionConflict when one of them lies partly outside the groups.
        """
        self.standing = {owner.id: owner for owner in owners.values() if owner is not None}
        self.standing |= {each.id: each for each in fixed.values()}
        if not all(owners.keys() >= set(each.state["records"]) for each in self.standing.values()):
            raise VersionConflict("Others were formed meanwhile.", "Match anew.")
        self.ids = self._keepers(groups, owners, new_id, {at: each.id for at, each in fixed.items()})
        """Id of each group, in the order of the groups."""
        self.home = {record: id_ for id_, group in zip(self.ids, groups, strict=True) for record in group}
        """Record → id that it goes by from now on."""
        self._absorbed: dict[str, list[Subject]] = defaultdict(list)
        for each in self.standing.values():
            if each.id not in self.ids:
                self._absorbed[self._goes_to(each)].append(each)

    def absorbed(self, id_: str) -> list[Subject]:
        """Those who are no more, and whose ids lead to this one."""
        return self._absorbed.get(id_, [])

    def _keepers(
        self,
        groups: Sequence[Sequence[str]],
        owners: Mapping[str, Subject | None],
        new_id: Callable[[], str],
        taken: dict[int, str],
    ) -> list[str]:
        """Who stands keeps its id in the group with most of its records."""
        claims: list[tuple[int, str, int]] = []
        for index, group in enumerate(groups):
            counts = Counter(owner.id for each in group if (owner := owners[each]) is not None)
            claims += [(-count, holder, index) for holder, count in counts.items()]
        # Ids are UUIDv7: the smaller one is the older one.
        claims.sort(key=lambda each: (each[0], -len(self.standing[each[1]].state["records"]), each))
        for _, holder, index in claims:
            if index not in taken and holder not in taken.values():
                taken[index] = holder
        return [taken.get(index) or new_id() for index in range(len(groups))]

    def _goes_to(self, gone: Subject) -> str:
        """Where most records of one that is no more went; of equals to the smaller id."""
        counts = Counter(self.home[each] for each in gone.state["records"])
        return min(counts, key=lambda each: (-counts[each], each))
