"""Which units of the registers are one household, and who lives there: from who stands in them, nothing else.

A unit is a dwelling as one register tells it: DTKS's rumah tangga, P3KE's family by residence, Regsosek's and DTSEN's
family of a KK. Units are never equal to a household; a household is what several of them have in common.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Stay:
    """A person stands in a unit: the words of one row of a register."""

    person: str
    unit: str
    """Id of the dwelling's record."""
    register: str
    row_key: str
    """Key of the person's row."""
    from_on: str
    """Day of the first release with these words."""
    held_on: str
    """Day of the newest release with these words."""
    confirmed: bool = False
    """Whether the civil registry confirmed the row."""

    @property
    def rank(self) -> tuple[str, bool, str, str, str]:
        """Higher tells where the person lives, as in survivorship; of one row's words the later ones."""
        return self.held_on, self.confirmed, self.register, self.row_key, self.from_on


@dataclass(frozen=True, slots=True)
class Home:
    """Units that are one household, and who lives there by them."""

    units: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    """(person, day of the first register that put them there), those first of whom is told newest."""
    former: tuple[tuple[str, str, str], ...]
    """(person, first day, last day on which a register put them there) of those who live elsewhere by now."""


def homes(stays: Iterable[Stay], areas: Mapping[str, str | None]) -> list[Home]:
    """Every unit in exactly one household, every person living in exactly one, in whatever order stays come.

    Two units are one household when more than half of the persons of the smaller one stand in both, unless their
    persons live in two kelurahan by now. Exactly half would join the household where somebody grew up with the couple
    that they are one of by now. A person lives where the newest words put them. `areas`: person → kelurahan.
    """
    of_unit: dict[str, list[Stay]] = defaultdict(list)
    of_person: dict[str, list[Stay]] = defaultdict(list)
    for each in stays:
        of_unit[each.unit].append(each)
        of_person[each.person].append(each)
    part_of = _united(of_unit, of_person, areas)
    newest = {person: max(told, key=lambda each: each.rank) for person, told in of_person.items()}
    living = {person: part_of[stay.unit] for person, stay in newest.items()}
    part_of = _with_deserted(part_of, of_unit, living)
    units: dict[str, list[str]] = defaultdict(list)
    for unit, part in part_of.items():
        units[part].append(unit)
    return [_home(tuple(sorted(each)), part, of_unit, (living, newest)) for part, each in units.items()]


def _united(
    of_unit: Mapping[str, list[Stay]], of_person: Mapping[str, list[Stay]], areas: Mapping[str, str | None]
) -> dict[str, str]:
    """Unit → name of the household that it is of."""
    persons = {unit: {each.person for each in told} for unit, told in of_unit.items()}
    lies_in = {unit: _area(persons[unit], areas) for unit in of_unit}
    common: Counter[tuple[str, str]] = Counter()
    for told in of_person.values():
        common.update(combinations(sorted({each.unit for each in told}), 2))
    leader = {unit: unit for unit in of_unit}

    def find(unit: str) -> str:
        while leader[unit] != unit:
            leader[unit] = unit = leader[leader[unit]]
        return unit

    for (one, other), number in common.items():
        apart = lies_in[one] and lies_in[other] and lies_in[one] != lies_in[other]
        if 2 * number > min(len(persons[one]), len(persons[other])) and not apart:
            leader[find(one)] = find(other)
    return {unit: find(unit) for unit in of_unit}


def _area(persons: Iterable[str], areas: Mapping[str, str | None]) -> str | None:
    """The kelurahan where most of these live; of equals the smaller code."""
    counts = Counter(area for each in persons if (area := areas.get(each)))
    return min(counts, key=lambda each: (-counts[each], each), default=None)


def _with_deserted(
    part_of: Mapping[str, str], of_unit: Mapping[str, list[Stay]], living: Mapping[str, str]
) -> dict[str, str]:
    """Units where nobody lives any more go to the household of most who stood in them."""
    inhabited = set(living.values())
    # By what registers call their rows, since ids tell the order in which files were taken in.
    name: dict[str, tuple[str, str]] = {}
    for unit, part in part_of.items():
        smallest = min((each.register, each.row_key) for each in of_unit[unit])
        name[part] = min(name.get(part, smallest), smallest)
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, part in part_of.items():
        if part not in inhabited:
            went[part].update(living[each.person] for each in of_unit[unit])
    to = {part: min(found, key=lambda each: (-found[each], name[each])) for part, found in went.items()}
    return {unit: to.get(part, part) for unit, part in part_of.items()}


def _home(
    units: tuple[str, ...],
    part: str,
    of_unit: Mapping[str, list[Stay]],
    now: tuple[Mapping[str, str], Mapping[str, Stay]],
) -> Home:
    living, newest = now
    told: dict[str, list[Stay]] = defaultdict(list)
    for unit in units:
        for each in of_unit[unit]:
            told[each.person].append(each)
    first = {person: min(each.from_on for each in found) for person, found in told.items()}
    members = sorted((p for p in told if living[p] == part), key=lambda p: newest[p].rank, reverse=True)
    former = sorted(p for p in told if living[p] != part)
    return Home(
        units,
        tuple((person, first[person]) for person in members),
        tuple((person, first[person], max(each.held_on for each in told[person])) for person in former),
    )
