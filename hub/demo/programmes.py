"""Writes the programme lists of the agencies of a made-up city: PKH, PBI-JKN, Rutilahu.

Layouts: FORMATS, section programme lists. Some of those on a list are dead, have left, are well off or listed twice.
"""

from __future__ import annotations

from typing import TextIO

from hub.demo import people
from hub.demo.chance import choice, seeded
from hub.demo.damage import Clerk
from hub.demo.living import disabled, pregnant, receives
from hub.demo.people import AS_OF, Dwelling, Family, Person, view
from hub.demo.shares import scaled
from hub.demo.tables import Sheet, Task
from hub.demo.town import Town

PKH_FILE, PBI_FILE, RUTILAHU_FILE = "pkh.csv", "pbi_jkn.csv", "rutilahu.csv"
PKH_COLUMNS = (
    "NO_PESERTA", "NIK", "NO_KK", "NAMA_KEPALA_KELUARGA", "ALAMAT", "KELURAHAN", "KECAMATAN", "PERIODE",
    "KOMPONEN", "NOMINAL",
)  # fmt: skip
PBI_COLUMNS = ("NO_KARTU", "NIK", "NAMA", "TGL_LAHIR", "JK", "KELURAHAN", "KECAMATAN", "SEGMEN", "STATUS")
RUTILAHU_COLUMNS = (
    "NO", "NIK", "NAMA_PENERIMA", "ALAMAT", "RT", "RW", "KELURAHAN", "KECAMATAN", "TAHUN", "NILAI",
    "SUMBER_DANA",
)  # fmt: skip
_AMOUNTS = {
    "BALITA": 750_000, "IBU HAMIL": 750_000, "SD": 225_000, "SMP": 375_000, "SMA": 500_000,
    "DISABILITAS": 600_000, "LANSIA": 600_000,
}  # fmt: skip
_FUNDS = ("APBD KOTA", "APBD KOTA", "APBD KOTA", "APBD PROVINSI", "BAZNAS", "CSR")
_GONE_KEPT = 0.4
_TWICE = 0.002


class ProgrammesWriter:
    """Writes the three lists: feed it all kelurahan on their last day, then `finish`."""

    def __init__(self, pkh: TextIO, pbi: TextIO, rutilahu: TextIO, task: Task) -> None:
        self._rng = seeded("programmes", task.seed)
        self._truth = task.truth
        self._clerk = Clerk(self._rng, scaled(task.shares, numbers=0.5, names=0.6))
        self._pkh = Sheet(pkh, PKH_COLUMNS)
        self._pbi = Sheet(pbi, PBI_COLUMNS, ";")
        self._rutilahu = Sheet(rutilahu, RUTILAHU_COLUMNS)
        self._offset = int(self._rng.random() * 2_000_000_000)
        self._everywhere: Family | None = None

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each file."""
        return {PKH_FILE: self._pkh.rows, PBI_FILE: self._pbi.rows, RUTILAHU_FILE: self._rutilahu.rows}

    def town(self, town: Town) -> None:
        """List the families and persons of a kelurahan."""
        for family in town.families:
            if family.story == people.EVERYWHERE:
                self._everywhere = family
            self._family_programmes(family)
            insured = receives(family, "pbi") or bool(family.story)
            for person in family.members:
                if insured and self._keeps(person):
                    self._insure(person)

    def finish(self) -> None:
        """Put the family that is listed everywhere on a list that would have no rows: no agency delivers such."""
        assert self._everywhere is not None, "the first kelurahan tells its story"
        head = self._everywhere.members[0]
        if not self._pkh.rows:
            # Without a reason left: lists are slow to see that a child has finished school.
            self._pay_pkh(head, self._component(self._everywhere) or "SMA", again=False)
        if not self._rutilahu.rows:
            self._repair(head)

    def _keeps(self, person: Person) -> bool:
        if person.here:
            return bool(person.home.story) or self._rng.random() < 0.97
        return bool(person.home.story) or self._rng.random() < _GONE_KEPT

    def _family_programmes(self, family: Family) -> None:
        head = _head(family)
        if head is None or not self._keeps(head):
            return
        if receives(family, "pkh") and (component := self._component(family)):
            self._pay_pkh(head, component, again=False)
            if self._rng.random() < _TWICE * 5:
                self._pay_pkh(head, component, again=True)
        if receives(family, "rutilahu") and head.here:
            self._repair(head)

    def _component(self, family: Family) -> str:
        """One of the reasons why PKH pays this family, if there is one."""
        persons = family.present or family.members
        reasons = [found for person in persons if (found := _reason(person))]
        return choice(self._rng, reasons) if reasons else ""

    def _pay_pkh(self, head: Person, component: str, *, again: bool) -> None:
        clerk, home = self._clerk, head.home
        nik, name = self._identity(head)
        key = f"PKH-{self._pkh.line:06}"
        stage = "2024-2" if self._rng.random() < 0.88 else "2024-1"
        self._pkh.put([
            key, nik, clerk.kk(view(home), home.legal.place), name,
            clerk.street(home.legal.street), *self._area(home.legal), stage, component, _AMOUNTS[component],
        ])  # fmt: skip
        self._truth.enrolment("pkh", key, head, again=again)

    def _insure(self, person: Person) -> None:
        again = person.home.story == people.EVERYWHERE and person is person.home.members[0]
        for number in range(1 + (again or self._rng.random() < _TWICE)):
            self._insure_once(person, again=number > 0)

    def _insure_once(self, person: Person, *, again: bool) -> None:
        key = f"{(self._pbi.line * 389_171_003 + self._offset) % 2_000_000_000:013}"
        nik, name = self._identity(person)
        born = self._clerk.born(person, AS_OF)
        written = f"{born.day:02}-{born.month:02}-{born.year}" if born else ""
        payer = "PBI APBN" if person.home.traits[32] < 200 else "PBI APBD"
        active = "AKTIF" if self._rng.random() < 0.96 else "NONAKTIF"
        area = self._area(person.home.legal)
        self._pbi.put([key, nik, name, written, self._clerk.sex(person.sex), *area, payer, active])
        self._truth.enrolment("pbi_jkn", key, person, again=again)

    def _repair(self, head: Person) -> None:
        rng, legal = self._rng, head.home.legal
        key = f"RTLH-{self._rutilahu.line:05}"
        nik, name = self._identity(head)
        self._rutilahu.put([
            key, nik, name, self._clerk.street(legal.street), f"{legal.rt:02}", f"{legal.rw:02}",
            *self._area(legal), 2019 + int(rng.random() * 5), choice(rng, (15, 20, 25, 30)) * 1_000_000,
            choice(rng, _FUNDS),
        ])  # fmt: skip
        self._truth.enrolment("rutilahu", key, head, again=False)

    def _identity(self, person: Person) -> tuple[str, str]:
        nik = self._clerk.nik(person, person.home.legal, person, AS_OF)
        return nik, self._clerk.name(person, AS_OF) or person.name

    def _area(self, legal: Dwelling) -> list[str]:
        return [self._clerk.kelurahan(legal.place), legal.place.kecamatan]


def _head(family: Family) -> Person | None:
    """The head, or who was the last one."""
    heads = [person for person in family.members if person.relation == people.HEAD]
    return next((person for person in heads if person.here), heads[0] if heads else None)


def _reason(person: Person) -> str:
    age = person.age(AS_OF)
    if disabled(person) == 1:
        return "DISABILITAS"
    if pregnant(person, AS_OF):
        return "IBU HAMIL"
    bounds = ((6, "BALITA"), (12, "SD"), (15, "SMP"), (18, "SMA"), (60, ""), (200, "LANSIA"))
    return next(name for below, name in bounds if age <= below)
