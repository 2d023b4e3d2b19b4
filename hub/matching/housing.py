"""Households after persons: read who stands where, see who lives together, write what is different."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.commands.arranging import in_order
from hub.commands.households import FormHouseholds, HouseholdGroup, household_state
from hub.domain.facts import Actor, Json
from hub.domain.standard.codes import HEAD
from hub.matching.batches import batched
from hub.matching.households import Arranged, Home, Stay, homes
from hub.matching.reading import Progress, pages
from hub.questions.model import HouseholdsKnown, Stays
from hub.service import Doors


@dataclass(frozen=True, slots=True)
class Housed:
    """What forming households did."""

    households: int
    """Households that there are now."""
    written: int
    """Those of them that are new or other than before."""


@dataclass(slots=True)
class _Town:
    """Who stands where, and the households as they are."""

    stays: list[Stay] = field(default_factory=list)
    persons: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    households: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)
    """Person of whom people said where they live → who they are by now, where that is another one."""

    def arranged(self) -> list[Arranged]:
        """What people decided, of the persons that there are now."""
        return [self._arranged(each) for _, each in sorted(self.households.items()) if each["arranged"]]

    def _arranged(self, state: Mapping[str, Json]) -> Arranged:
        members, former, placed, left = (
            tuple({self.now(person): (self.now(person), *days) for person, *days in state[name]}.values())
            for name in ("members", "former", "placed", "left")
        )
        head = state["head"] and self.now(state["head"])
        return Arranged(state["id"], tuple(state["records"]), members, former, placed, left, head)

    def now(self, person: str) -> str:
        """Who somebody is by now."""
        return self.became.get(person, person)


async def house(hub: Doors, matcher: Actor, progress: Progress) -> Housed:
    """Form all households anew and write what is different. A run that was stopped is made good by the next one."""
    town = await _read(hub, matcher, progress)
    groups = await asyncio.to_thread(_groups, town)
    held = [tuple(_held(town, group)) for group in groups]
    owner_of = {
        each: household for household, state in town.households.items() for each in _things(town, state)
    }
    batches = batched(held, owner_of, _unlike(town, groups, held, owner_of))
    written = 0
    for done, batch in enumerate(batches):
        progress("Writing households", done, len(batches))
        await hub.submit(matcher, FormHouseholds(tuple(groups[at] for at in batch)), wait=False)
        written += len(batch)
    return Housed(len(groups), written)


async def _read(hub: Doors, matcher: Actor, progress: Progress) -> _Town:
    town = _Town()
    async for page in pages(hub, matcher, Stays):
        town.stays += [Stay(**row) for row in page["rows"]]
        town.persons |= page["persons"]
        progress("Reading dwellings", len(town.stays), None)
    async for page in pages(hub, matcher, HouseholdsKnown):
        town.households |= {each["id"]: each for each in page["households"]}
        town.became |= page["became"]
    return town


def _groups(town: _Town) -> list[HouseholdGroup]:
    areas = {person: known["area"] for person, known in town.persons.items()}
    return [_group(town, each) for each in homes(town.stays, areas, town.arranged())]


def _group(town: _Town, home: Home) -> HouseholdGroup:
    head, said = _head(town, home), home.arranged
    if said is None:
        return HouseholdGroup(home.units, home.members, home.former, head)
    members = in_order(dict(home.members), head)
    return HouseholdGroup(home.units, members, home.former, head, said.household, said.placed, said.left)


def _head(town: _Town, home: Home) -> str | None:
    """The member whom a person named head, else whom the newest words call so; nobody who has died."""
    named = home.arranged.head if home.arranged else None
    if named in dict(home.members) and named and town.persons[named]["alive"] is not False:
        return named
    known = ((person, town.persons[person]) for person, _ in home.members)
    return next((p for p, said in known if said["relation"] == HEAD and said["alive"] is not False), None)


def _unlike(
    town: _Town,
    groups: Sequence[HouseholdGroup],
    held: Sequence[tuple[str, ...]],
    owner_of: Mapping[str, str],
) -> Iterator[int]:
    """Numbers of the groups that are no household as it stands."""
    for number, group in enumerate(groups):
        owners = {owner_of.get(each) for each in held[number]}
        standing: Mapping[str, Any] = town.households.get(group.household or next(iter(owners)) or "", {})
        said = household_state(group, [town.persons[person] for person, _ in group.members], standing)
        if len(owners) != 1 or any(standing.get(name) != value for name, value in said.items()):
            yield number


def _held(town: _Town, group: HouseholdGroup) -> Iterator[str]:
    """What a group has in common with others: what it holds, and held where a person arranged it."""
    yield from group.records
    yield from (person for person, _ in group.members)
    if group.household is not None:
        yield from _things(town, town.households[group.household])


def _things(town: _Town, household: Mapping[str, Json]) -> Iterator[str]:
    yield from household["records"]
    yield from (person for person, _ in household["members"])
    if household["arranged"]:
        yield household["id"]
        for name in ("members", "placed", "left"):
            yield from (town.now(person) for person, _ in household[name])
