"""What a made-up person, family and dwelling are, whatever registers list them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import NamedTuple

START = date(2019, 1, 1)
"""The day on which the city's history begins."""
P3KE_DAY = date(2021, 9, 1)
REGSOSEK_DAY = date(2022, 11, 1)
AS_OF = date(2024, 5, 31)
"""The day whose state the city has."""

HEAD, WIFE, CHILD, IN_LAW = "KEPALA KELUARGA", "ISTRI", "ANAK", "MENANTU"
GRANDCHILD, PARENT, PARENT_IN_LAW, KIN = "CUCU", "ORANG TUA", "MERTUA", "FAMILI LAIN"
SINGLE, MARRIED, DIVORCED, WIDOWED = 1, 2, 3, 4

EVERYWHERE, MOURNING = "everywhere", "mourning"
"""Stories that every city tells: a family that all registers list, and one whose father died in 2020."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan: Kemendagri and BPS codes of 10 digits, names in upper case, former name if any."""

    code: str
    bps_code: str
    name: str
    kecamatan: str
    kecamatan_code: str
    former_name: str | None


@dataclass(frozen=True, slots=True)
class Dwelling:
    """Where a household lives; several families may share it."""

    id: str
    place: Place
    street: str
    rt: int
    rw: int


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who does not exist. `sex` L or P; `relation` a SHDK label; `marital` 1-4 as in SIAK."""

    id: str
    nik: str
    name: str
    sex: str
    born: date
    birthplace: str
    mother_name: str
    relation: str
    traits: bytes
    """Random bytes from which schooling, work and health follow, alike in every register."""
    known_as: str
    """The name this person gives, mostly the one on paper."""
    says_born: date
    """The birth date this person gives, mostly the one on paper."""
    marital: int = SINGLE
    mother_id: str = ""
    father_id: str = ""
    died: date | None = None
    left: date | None = None
    twin: bool = False
    """The second of twins."""
    spouse: Person | None = None
    family: Family | None = None

    @property
    def status(self) -> str:
        """resident, dead or moved_out on the day reached."""
        return "dead" if self.died else "moved_out" if self.left else "resident"

    @property
    def here(self) -> bool:
        """Whether this person lives in the city on the day reached."""
        return self.died is None and self.left is None

    @property
    def home(self) -> Family:
        """The family of the KK, also after death."""
        assert self.family is not None
        return self.family

    def age(self, day: date) -> int:
        """Completed years on a day."""
        return years(self.born, day)


def years(born: date, day: date) -> int:
    """Completed years from a birth to a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(slots=True, eq=False)
class Family:
    """The persons of one KK. `legal` is the dwelling on their papers; they may live elsewhere."""

    id: str
    kk: str
    dwelling: Dwelling
    legal: Dwelling
    decile: int
    members: list[Person]
    traits: bytes
    """Random bytes from which housing, goods and programmes follow, alike in every register."""
    former_kk: list[str] = field(default_factory=list)
    story: str = ""

    @property
    def present(self) -> list[Person]:
        """Who lives in the city on the day reached."""
        return [person for person in self.members if person.died is None and person.left is None]


def marry(husband: Person, wife: Person) -> None:
    """Make two persons a couple."""
    husband.marital = wife.marital = MARRIED
    husband.spouse, wife.spouse = wife, husband


def join(family: Family, person: Person) -> None:
    """Make a person one of a family, and of no other."""
    if person.family is not None:
        person.family.members.remove(person)
    person.family = family
    family.members.append(person)


class Member(NamedTuple):
    """A person as one of a family on one day."""

    person: Person
    relation: str
    marital: int


class View(NamedTuple):
    """A family on one day."""

    family: Family
    kk: str
    dwelling: Dwelling
    legal: Dwelling
    members: tuple[Member, ...]


def view(family: Family) -> View:
    """A family on the day reached, only those who live in the city, the head first."""
    members = [Member(person, person.relation, person.marital) for person in family.present]
    members.sort(key=_head_first)
    return View(family, family.kk, family.dwelling, family.legal, tuple(members))


def _head_first(member: Member) -> bool:
    return member.relation != HEAD


class Numbers:
    """Issues NIK and KK numbers, each once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._issued: set[int] = set()

    def nik(self, region: str, born: date, sex: str) -> str:
        """A NIK for a person first registered in a region (6 digits)."""
        return self._next(region, born, born.day + (40 if sex == "P" else 0))

    def kk(self, region: str, registered: date) -> str:
        """A KK number issued in a region on a day."""
        return self._next(region, registered, registered.day)

    def _next(self, region: str, day: date, day_number: int) -> str:
        stem = f"{region}{day_number:02}{day.month:02}{day.year % 100:02}"
        chance = self._rng.random()
        number = int(stem) * 10_000 + 1 + int(chance * chance * chance * 9)
        while number in self._issued or number % 10 == 0:
            number += 1
        self._issued.add(number)
        return str(number)
