"""What a made-up person, family and dwelling are, whatever registers list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

AS_OF = date(2024, 5, 31)
"""The day whose state the city has."""


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


@dataclass(slots=True)
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
    marital: int
    occupation: str
    mother_id: str = ""
    father_id: str = ""
    died: date | None = None
    moved_out: bool = False
    twin: bool = False

    @property
    def status(self) -> str:
        """resident, dead or moved_out on the city's day."""
        return "dead" if self.died else "moved_out" if self.moved_out else "resident"


@dataclass(slots=True)
class Family:
    """The persons of one KK. `legal` is the dwelling on their papers; they may live elsewhere."""

    id: str
    kk: str
    dwelling: Dwelling
    legal: Dwelling
    decile: int
    members: list[Person]


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
        number = int(stem) * 10_000 + 1 + int(self._rng.random() ** 3 * 9)
        while number in self._issued or number % 10 == 0:
            number += 1
        self._issued.add(number)
        return str(number)
