"""Writes the Regsosek files of a made-up city: the census of families of October and November 2022.

Layout: FORMATS, section Regsosek (`,`, quotes where needed, UTF-8, LF). The unit is the family of a KK where it
lives (115 = 0); a KK with a married child in it may be taken as a main family (1) and one split off it (2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple, TextIO

from hub.demo.chance import choice, seeded
from hub.demo.couples import couples_apart
from hub.demo.damage import Clerk
from hub.demo.people import REGSOSEK_DAY, Dwelling, Member, Person, View, years
from hub.demo.regsosek_columns import FAMILY_COLUMNS, PERSON_COLUMNS
from hub.demo.regsosek_family import BLOCKS_III_AND_V, blocks
from hub.demo.regsosek_person import FROM_MARITAL_ON, answers
from hub.demo.shares import scaled
from hub.demo.tables import Layout, Listing, Sheet, Spoil, Task
from hub.demo.town import Town

REGISTER = "regsosek"
FAMILIES, PERSONS = "regsosek_keluarga.csv", "regsosek_individu.csv"
_COVERAGE = (0.97, 0.97, 0.96, 0.96, 0.96, 0.95, 0.95, 0.95, 0.94, 0.94)
_FIRST_DAY = date(2022, 10, 15)
_DAYS = 31
_KK_TAKEN_APART = 0.3
_SLS_NAMES = (
    "RT {rt:02} RW {rw:02} {name}",
    "RT {rt:03}/RW {rw:03}",
    "RT.{rt:02}/RW.{rw:02}",
    "RT {rt} RW {rw}",
)
_PRESENT = ("1", "5")
_GONE_TOLD = 0.6
"""Share of those who died or left since the last register that the family still names."""


class Unit(NamedTuple):
    """A family as the officer takes it."""

    seen: View
    members: Sequence[Member]
    kk_code: str
    told: Mapping[str, str]
    """Question 404 for those of whom it is not 1, by person."""


class RegsosekWriter:
    """Decides who is found at home and writes the rows: feed it all kelurahan as of 2022, then `finish`."""

    def __init__(self, families: TextIO, persons: TextIO, task: Task) -> None:
        self._rng = seeded("regsosek", task.seed)
        self._truth = task.truth
        self._shares = scaled(task.shares, names=0.85)
        self._clerk = Clerk(self._rng, self._shares)
        self._families = Sheet(families, FAMILY_COLUMNS)
        layout = Layout(REGISTER, PERSONS, lambda values: f"{values[0]}-{values[8]}", SPOILS)
        sheet = Sheet(persons, PERSON_COLUMNS)
        self.listing = Listing(layout, sheet, task.truth, self._rng, self._shares.refused)
        self._count = self._spoiled = 0
        self._numbers: dict[str, list[int]] = {}
        self._buildings: dict[str, str] = {}
        self._iso: dict[str, bool] = {}

    def town(self, town: Town) -> None:
        """Visit the families of a kelurahan."""
        self._buildings = {}
        for seen in town.now.values():
            family = seen.family
            if family.story or self._rng.random() < _COVERAGE[family.decile - 1]:
                for unit in self._units(seen, town):
                    self._visit(unit)
                    if self._rng.random() < self._shares.dup_family:
                        self._visit(unit)
                self.listing.end_family(self._rekeyed)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each file."""
        return {FAMILIES: self._families.rows, PERSONS: self.listing.rows + self.listing.refused}

    def finish(self) -> None:
        """Write what every city has by construction and this one still lacks."""
        self.listing.finish(self._rekeyed)

    def _units(self, seen: View, town: Town) -> list[Unit]:
        known = town.before.get(seen.family.id)
        told = {} if seen.family.story else self._told(seen, known)
        before = known.members if known else ()
        gone = [member for member in before if member.person.id in told and not member.person.here]
        parts = couples_apart(seen)
        if len(parts) == 1 or self._rng.random() > _KK_TAKEN_APART:
            return [Unit(seen, (*seen.members, *gone), "0", told)]
        first, *others = parts
        main = Unit(seen, (*first, *gone), "1", told)
        return [main, *(Unit(seen, part, "2", told) for part in others)]

    def _told(self, seen: View, known: View | None) -> dict[str, str]:
        """Who is dead, gone, new, or was not found, of those who live in the family or did in 2021."""
        rng, told = self._rng, dict[str, str]()
        before = {member.person.id for member in known.members} if known else set[str]()
        for member in seen.members:
            if known and member.person.id not in before and rng.random() < 0.8:
                told[member.person.id] = "5"
            elif rng.random() < 0.0025:
                told[member.person.id] = "6"
        for member in known.members if known else ():
            person = member.person
            if person.family is seen.family and not person.here and rng.random() < _GONE_TOLD:
                told[person.id] = "2" if person.died else choice(rng, ("3", "3", "3", "4"))
        return told

    def _visit(self, unit: Unit) -> None:
        where = unit.seen.dwelling
        place, number = self._place(where)
        key = "".join((*place, number))
        listed: list[Person] = []
        names: list[str] = []
        moved = self._rng.random() < 0.002 and not unit.seen.family.story
        for at, member in enumerate(unit.members):
            times = 1 + (self._rng.random() < self._shares.dup_person)
            if at and not unit.seen.family.story and self._clerk.forgets():
                continue
            for _ in range(times):
                listed.append(member.person)
                start = [key, *place, number, str(len(listed))]
                names.append(self._person(start, unit, member))
        count = sum(unit.told.get(each.id, "1") in _PRESENT for each in listed)
        self._families.put([
            key, *place, *self._block_i(unit, number, names[0], count), *self._block_ii(moved=moved),
            *(("",) * BLOCKS_III_AND_V if moved else blocks(unit.seen.family)),
        ])  # fmt: skip
        self._truth.unit(REGISTER, key, listed)

    def _place(self, where: Dwelling) -> tuple[tuple[str, ...], str]:
        """r101 to r105a, and the next family number in that SLS."""
        code = where.place.bps_code
        sls = f"{(where.rw - 1) * 8 + where.rt:04}"
        count = self._numbers.setdefault(code + sls, [0, 0])
        count[0] += 1
        if where.id not in self._buildings:
            count[1] += 1
            self._buildings[where.id] = f"{count[1]:03}"
        return (code[:2], code[2:4], code[4:7], code[7:], sls, "00"), f"{count[0]:03}"

    def _block_i(self, unit: Unit, number: str, head: str, count: int) -> list[str]:
        where, decile = unit.seen.dwelling, unit.seen.family.decile
        name = _SLS_NAMES[int(where.place.code) % len(_SLS_NAMES)]
        return [
            name.format(rt=where.rt, rw=where.rw, name=where.place.name),
            self._clerk.street(where.street),
            head,
            self._buildings[where.id],
            number,
            "1" if decile == 1 else "2" if decile <= 3 else "3",
            str(count),
            f"{10_000_000 + int(self._rng.random() * 90_000_000)}",
            self._clerk.kk(unit.seen, where.place),
            unit.kk_code,
        ]

    def _block_ii(self, *, moved: bool) -> list[str]:
        rng = self._rng
        visited = _FIRST_DAY + timedelta(days=int(rng.random() * _DAYS))
        checked = visited + timedelta(days=1 + int(rng.random() * 3))
        result = "5" if moved else "2" if rng.random() < 0.1 else "1"
        officer, checker = f"P{int(rng.random() * 22):04}", f"K{int(rng.random() * 3):03}"
        return [f"{visited:%d/%m/%Y}", officer, f"{checked:%d/%m/%Y}", checker, result]

    def _person(self, start: list[str], unit: Unit, member: Member) -> str:
        """Write a person's row; returns the name as written."""
        clerk, person = self._clerk, member.person
        where = unit.seen.dwelling
        nik = clerk.nik(person, where, unit.members[0].person, REGSOSEK_DAY)
        name = clerk.name(person, REGSOSEK_DAY) or ("" if nik == person.nik else person.name)
        born, sex = clerk.born(person, REGSOSEK_DAY), clerk.sex(person.sex)
        age = years(born or person.born, REGSOSEK_DAY)
        presence = unit.told.get(person.id, "1")
        rest = answers(member, sex, age) if presence in _PRESENT else ("",) * FROM_MARITAL_ON
        values = [
            *start, name, nik, presence, "1" if sex == "L" else "2", self._born(born, where.place.code),
            str(age), *rest,
        ]  # fmt: skip
        self.listing.put(values, person, nik_right=nik == person.nik)
        return name

    def _born(self, day: date | None, kelurahan: str) -> str:
        if day is None:
            return ""
        chance = self._rng.random()
        iso = self._iso.setdefault(kelurahan, chance < 0.5)
        if chance < 0.01:
            return f"{day.day:02}-{day.month:02}-{day.year}"
        return day.isoformat() if iso else f"{day.day:02}/{day.month:02}/{day.year}"

    def _rekeyed(self, values: list[str]) -> list[str]:
        """Numbers from 40 on are never used by a family."""
        self._spoiled += 1
        return [*values[:8], str(40 + self._spoiled % 60), *values[9:]]


def _nobody(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return [*values[:9], "", "", *values[11:]]


def _nowhere(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return [f"3273999999{values[0][10:]}", "32", "73", "999", "999", *values[5:]]


def _one_column_more(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return [*values[:-1], "", *values[-1:]]


SPOILS: Mapping[str, Spoil] = MappingProxyType({
    "no_name_no_nik": _nobody,
    "impossible_area": _nowhere,
    "broken_columns": _one_column_more,
})  # fmt: skip
