"""Writes the P3KE files of a made-up city: families by residence as surveyed in 2021, whatever the KK said.

Layout: FORMATS, sections P3KE (`,`, quotes where needed, UTF-8, LF). The unit is the BKKBN family: one couple and
their unmarried children; an extended KK gives several, a lone elder in the house is counted with the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from hub.demo import p3ke_labels as labels
from hub.demo.chance import choice, seeded
from hub.demo.couples import couples_apart
from hub.demo.damage import Clerk
from hub.demo.living import age_flags, home, receives, schooling, work
from hub.demo.people import P3KE_DAY, Family, Member, Person, Place, View, years
from hub.demo.shares import scaled
from hub.demo.tables import Layout, Listing, Sheet, Task
from hub.demo.town import Town

REGISTER = "p3ke"
FAMILIES, PERSONS = "p3ke_keluarga.csv", "p3ke_individu.csv"
_AREA = (
    "ID Keluarga P3KE", "Provinsi", "Kabupaten/Kota", "Kecamatan", "Desa", "Kode Kemendagri",
    "Desil Kesejahteraan", "Alamat",
)  # fmt: skip
_AID = (
    "Penerima BPNT", "Penerima BPUM", "Penerima BST", "Penerima PKH", "Penerima SEMBAKO", "Resiko Stunting",
)  # fmt: skip
FAMILY_COLUMNS = (
    *_AREA, "Kepala Keluarga", "NIK", "Padan Dukcapil", "Jenis Kelamin", "Tanggal Lahir", "Pekerjaan",
    "Pendidikan", "Kepemilikan Rumah", "Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya", "Jenis Atap",
    "Jenis Dinding", "Jenis Lantai", "Sumber Penerangan", "Bahan Bakar Memasak", "Sumber Air Minum",
    "Fasilitas Buang Air Besar", *_AID,
)  # fmt: skip
PERSON_COLUMNS = (
    *_AREA, "ID Individu", "Nama", "NIK", "Padan Dukcapil", "Jenis Kelamin",
    "Hubungan dengan Kepala Keluarga", "Tanggal Lahir", "Status Kawin", "Pekerjaan", "Pendidikan",
    "Usia dibawah 7", "Usia 7-12", "Usia 13-15", "Usia 16-18", "Usia 19-21", "Usia 22-59",
    "Usia 60 tahun keatas", *_AID,
)  # fmt: skip
_COVERAGE = (0.7, 0.7, 0.7, 0.5, 0.29, 0.25, 0.12, 0.03, 0.03, 0.0)
"""Share of the families of each decile that P3KE lists."""
_DECILE_ERRORS = (-1, -1, 0, 0, 0, 0, 1, 1, 2)
_LONE_ELDERS_COUNTED_WITH_FAMILY = 0.5
_FEWEST_FOR_MIXED_CODES = 200


class P3keWriter:
    """Decides who is listed and writes the rows: feed it all kelurahan as of 2021, then `finish`."""

    def __init__(self, families: TextIO, persons: TextIO, task: Task) -> None:
        self._rng = seeded("p3ke", task.seed)
        self._truth = task.truth
        self._shares = scaled(task.shares, numbers=1.2, names=0.95)
        self._clerk = Clerk(self._rng, self._shares)
        self._families = Sheet(families, FAMILY_COLUMNS)
        layout = Layout(REGISTER, PERSONS, lambda values: f"{values[0]}-{values[8]}", labels.SPOILS)
        sheet = Sheet(persons, PERSON_COLUMNS)
        self.listing = Listing(layout, sheet, task.truth, self._rng, self._shares.refused)
        self._offset = int(self._rng.random() * 900_000_000)
        self._count = 0
        # In a smaller city one family under BPS codes would leave it open which system the file's codes are of.
        self._mixes_codes = self._other_code_owed = task.persons >= _FEWEST_FOR_MIXED_CODES
        self._places: list[Place] = []

    def town(self, town: Town) -> None:
        """List the families of a kelurahan, dwelling by dwelling."""
        self._places = town.places
        homes: dict[str, list[View]] = {}
        for seen in town.now.values():
            homes.setdefault(seen.dwelling.id, []).append(seen)
        for views in homes.values():
            for unit in _families_by_residence(views, self._rng.random()):
                if _is_listed(unit, self._rng.random()):
                    self._list(unit)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each file."""
        return {FAMILIES: self._families.rows, PERSONS: self.listing.rows + self.listing.refused}

    def finish(self) -> None:
        """Write what every city has by construction and this one still lacks."""
        self.listing.finish(self._rekeyed)

    def _list(self, unit: list[Member]) -> None:
        self._family(unit)
        if self._rng.random() < self._shares.dup_family:
            self._family(unit)
        self.listing.end_family(self._rekeyed)

    def _family(self, unit: list[Member]) -> None:
        rng, head = self._rng, unit[0].person
        story = head.home.story
        area, aid = self._area(head.home), self._aid(unit)
        listed: list[Person] = []
        for number, member in enumerate(unit):
            again = 1 + (rng.random() < self._shares.dup_person)
            if number == 0 or story or not self._clerk.forgets():
                for _ in range(again):
                    listed.append(member.person)
                    self._row(member, unit, [*area, str(len(listed))], aid)
        self._truth.unit(REGISTER, area[0], listed)

    def _row(self, member: Member, unit: list[Member], start: list[str], aid: list[str]) -> None:
        person, head = member.person, unit[0].person
        decile = head.home.decile
        nik, name = self._identity(person, head)
        born = self._clerk.born(person, P3KE_DAY)
        age = years(born or person.born, P3KE_DAY)
        job, school = labels.work(work(person, decile, age)), labels.schooling(schooling(person, decile, age))
        sex, written = labels.SEX[self._clerk.sex(person.sex)], labels.day(born)
        agreed = _yes(nik == person.nik and name == person.name)
        values = [
            *start, name, nik, agreed, sex, labels.relation(member, head), written,
            labels.MARITAL[member.marital], job, school, *map(_yes, age_flags(age)), *aid,
        ]  # fmt: skip
        self.listing.put(values, person, nik_right=nik == person.nik)
        if start[-1] == "1":
            sheet = [*start[:-1], name, nik, agreed, sex, written, job, school]
            self._families.put([*sheet, *labels.housing(head.home, home(head.home)), *aid])

    def _identity(self, person: Person, head: Person) -> tuple[str, str]:
        nik = self._clerk.nik(person, head.home.dwelling, head, P3KE_DAY)
        return nik, self._clerk.name(person, P3KE_DAY) or ("" if nik == person.nik else person.name)

    def _area(self, family: Family) -> list[str]:
        """The columns that all rows of a family share, the key first."""
        rng = self._rng
        place = self._clerk.area(family.dwelling.place, self._places)
        other = rng.random() < self._shares.area_code_other or (self._other_code_owed and self._count > 1)
        other = other and self._mixes_codes
        if other:
            self._other_code_owed = False
        decile = min(9, max(1, family.decile + choice(rng, _DECILE_ERRORS)))
        return [
            self._fresh_id(), "JAWA BARAT", "KOTA BANDUNG", place.kecamatan, self._clerk.kelurahan(place),
            place.bps_code if other else place.code, str(decile), self._address(family, place),
        ]  # fmt: skip

    def _address(self, family: Family, place: Place) -> str:
        """Mostly a street or hamlet, seldom with its number."""
        chance, where = self._rng.random(), family.dwelling
        if chance < 0.02:
            return "-"
        if chance < 0.08:
            return place.name
        if chance < 0.11:
            return f"RT {where.rt:02} RW {where.rw:02}"
        street = where.street if chance > 0.62 else where.street.split(" NO.")[0]
        return self._clerk.street(street)

    def _aid(self, unit: list[Member]) -> list[str]:
        family = unit[0].person.home
        risky = any(each.person.age(P3KE_DAY) < 5 for each in unit) or self._rng.random() < 0.2
        sembako = _yes(receives(family, "sembako"))
        return [
            sembako, _yes(receives(family, "bpum")), _yes(receives(family, "bst")),
            _yes(receives(family, "pkh")), sembako, choice(self._rng, ("1", "2", "2", "2")) if risky else "",
        ]  # fmt: skip

    def _fresh_id(self) -> str:
        self._count += 1
        return str(100_000_000 + (self._count * 389_171 + self._offset) % 900_000_000)

    def _rekeyed(self, values: list[str]) -> list[str]:
        return [self._fresh_id(), *values[1:8], "1", *values[9:]]


def _is_listed(unit: list[Member], chance: float) -> bool:
    family = unit[0].person.home
    return bool(family.story) or chance < _COVERAGE[family.decile - 1]


def _families_by_residence(views: list[View], chance: float) -> Iterator[list[Member]]:
    """The families of a dwelling as BKKBN counts them, the head first."""
    units: list[list[Member]] = []
    for seen in views:
        units += couples_apart(seen)
    lone = next((unit for unit in units if len(unit) == 1 and unit[0].person.age(P3KE_DAY) >= 60), None)
    if lone is not None and len(units) > 1 and chance < _LONE_ELDERS_COUNTED_WITH_FAMILY:
        units.remove(lone)
        units[0] += lone
    yield from units


def _yes(value: bool) -> str:
    return "Ya" if value else "Tidak"
