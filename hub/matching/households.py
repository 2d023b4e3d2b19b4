"""Which units of the registers are one household, and who lives there: from who stands in them, and from what people
decided.

A unit is a dwelling as one register tells it: DTKS's rumah tangga, P3KE's family by residence, Regsosek's and DTSEN's
family of a KK. Units are never equal to a household; a household is what several of them have in common.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    arranged: Arranged | None = None
    """What people decided of it."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """A household of which a person said who lives there."""

    household: str
    units: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    """(person, from which day on) as it stands, also of those whom the machine added since."""
    former: tuple[tuple[str, str, str], ...] = ()
    placed: tuple[tuple[str, str], ...] = ()
    """(person, from which day on) of those whom a person put there."""
    left: tuple[tuple[str, str], ...] = ()
    """(person, from which day on) of those who left it for no other."""
    head: str | None = None


def homes(
    stays: Iterable[Stay], areas: Mapping[str, str | None], arranged: Sequence[Arranged] = ()
) -> list[Home]:
    """Every unit in exactly one household, every person living in exactly one, in whatever order stays come.

    Of arranged households first: see `_by_hand`. Only who left one for no other lives nowhere.

    Two units are one household when more than half of the persons of the smaller one stand in both, unless their
    persons live in two kelurahan by now. Exactly half would join the household where somebody grew up with the couple
    that they are one of by now. A person lives where the newest words put them. `areas`: person → kelurahan.
    """
    of_unit: dict[str, list[Stay]] = defaultdict(list)
    of_person: dict[str, list[Stay]] = defaultdict(list)
    for each in stays:
        of_unit[each.unit].append(each)
        of_person[each.person].append(each)
    newest = {person: max(told, key=lambda each: each.rank) for person, told in of_person.items()}
    decided = _decided(arranged)
    held = _by_hand(of_unit, newest, arranged, decided)
    free = {unit: told for unit, told in of_unit.items() if unit not in held}
    part_of = {**_united(free, of_person, areas), **held}
    living = {person: part_of[stay.unit] for person, stay in newest.items()}
    living |= {person: household for person, (household, lives) in decided.items() if lives}
    # Who lives nowhere is asked for where they were last.
    last = {**living, **{person: household for person, (household, _) in decided.items()}}
    for person, (_, lives) in decided.items():
        if not lives:
            living.pop(person, None)
    part_of = _with_deserted(part_of, of_unit, (living, last), {each.household for each in arranged})
    untold = {each.household: [unit for unit in each.units if unit not in of_unit] for each in arranged}
    units: dict[str, list[str]] = defaultdict(list, untold)
    for unit, part in part_of.items():
        units[part].append(unit)
    by_hand = {each.household: each for each in arranged}
    lived = _Lived(of_unit, living, newest, decided)
    return [
        lived.arranged(tuple(sorted(each)), by_hand[part])
        if part in by_hand
        else lived.home(tuple(sorted(each)), part)
        for part, each in units.items()
    ]


Decided = Mapping[str, tuple[str, bool]]
"""Person → household that the newest decision is about, and whether they live there."""


def _decided(arranged: Iterable[Arranged]) -> Decided:
    """Who became one person may have been decided of twice: the newer day counts, of equals the later household."""
    newest: dict[str, tuple[str, str, bool]] = {}
    for each in arranged:
        for lives, told in ((True, each.placed), (False, each.left)):
            for person, on in told:
                said = (on, each.household, lives)
                newest[person] = max(newest.get(person, said), said)
    return {person: (household, lives) for person, (_, household, lives) in newest.items()}


def _by_hand(
    of_unit: Mapping[str, list[Stay]],
    newest: Mapping[str, Stay],
    arranged: Iterable[Arranged],
    decided: Decided,
) -> dict[str, str]:
    """Unit → arranged household that it is of: it keeps its units, and gets others where it lives.

    It lives where more than half of those whom a unit puts there by the newest words have been placed by hand: the
    unit is of the household of most of them, and who stands in it and was not placed lives there, too.
    """
    held = {unit: each.household for each in arranged for unit in each.units if unit in of_unit}
    for unit, told in of_unit.items():
        persons = {each.person for each in told if newest[each.person].unit == unit}
        placed = Counter(decided[each][0] for each in persons if decided.get(each, ("", False))[1])
        if unit not in held and 2 * placed.total() > len(persons):
            held[unit] = min(placed, key=lambda each: (-placed[each], each))
    return held


def _united(
    of_unit: Mapping[str, list[Stay]], of_person: Mapping[str, list[Stay]], areas: Mapping[str, str | None]
) -> dict[str, str]:
    """Unit → name of the household that it is of."""
    persons = {unit: {each.person for each in told} for unit, told in of_unit.items()}
    lies_in = {unit: _area(persons[unit], areas) for unit in of_unit}
    common: Counter[tuple[str, str]] = Counter()
    for told in of_person.values():
        common.update(combinations(sorted({each.unit for each in told} & persons.keys()), 2))
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
    part_of: Mapping[str, str],
    of_unit: Mapping[str, list[Stay]],
    lived: tuple[Mapping[str, str], Mapping[str, str]],
    arranged: Collection[str],
) -> dict[str, str]:
    """Units where nobody lives any more go to the household of most who stood in them.

    `lived`: person → where they live, and where they live or lived last; `arranged`: households that keep their units.
    """
    living, last = lived
    inhabited = {*living.values(), *arranged}
    # By what registers call their rows, since ids tell the order in which files were taken in.
    name: dict[str, tuple[str, str]] = {}
    for unit, part in part_of.items():
        smallest = min((each.register, each.row_key) for each in of_unit[unit])
        name[part] = min(name.get(part, smallest), smallest)
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, part in part_of.items():
        if part not in inhabited:
            went[part].update(last[each.person] for each in of_unit[unit])
    to = {
        part: min(found, key=lambda each: (-found[each], name.get(each, ("", each))))
        for part, found in went.items()
    }
    return {unit: to.get(part, part) for unit, part in part_of.items()}


@dataclass(frozen=True, slots=True)
class _Lived:
    """Who lives where, and what registers told of it."""

    of_unit: Mapping[str, list[Stay]]
    living: Mapping[str, str]
    newest: Mapping[str, Stay]
    decided: Decided

    def home(self, units: tuple[str, ...], part: str) -> Home:
        """A household as the registers have it."""
        told = self._told(units)
        first = {person: min(each.from_on for each in found) for person, found in told.items()}
        members = [person for person in told if self.living.get(person) == part]
        members.sort(key=lambda person: self.newest[person].rank, reverse=True)
        return Home(units, tuple((person, first[person]) for person in members), self._former(told, part))

    def arranged(self, units: tuple[str, ...], as_was: Arranged) -> Home:
        """A household as people arranged it: days of those who stand there already stay as they are."""
        part, told = as_was.household, self._told(units)
        first = {person: min(each.from_on for each in found) for person, found in told.items()}
        days = {**first, **dict(as_was.placed), **dict(as_was.members)}
        members = sorted((person, days[person]) for person in days if self.living.get(person) == part)
        former = {each[0]: each for each in (*self._former(told, part), *as_was.former)}
        gone = tuple(each for person, each in sorted(former.items()) if self.living.get(person) != part)
        return Home(units, tuple(members), gone, self._said(as_was))

    def _said(self, as_was: Arranged) -> Arranged:
        """The decisions that hold: of somebody decided of twice, the newer one."""
        here = as_was.household
        placed = tuple(sorted(each for each in as_was.placed if self.decided[each[0]] == (here, True)))
        left = tuple(sorted(each for each in as_was.left if self.decided[each[0]] == (here, False)))
        return replace(as_was, placed=placed, left=left)

    def _told(self, units: Iterable[str]) -> dict[str, list[Stay]]:
        told: dict[str, list[Stay]] = defaultdict(list)
        for unit in units:
            for each in self.of_unit.get(unit, ()):
                told[each.person].append(each)
        return told

    def _former(self, told: Mapping[str, list[Stay]], part: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (person, min(each.from_on for each in told[person]), max(each.held_on for each in told[person]))
            for person in sorted(told)
            if self.living.get(person) != part
        )
