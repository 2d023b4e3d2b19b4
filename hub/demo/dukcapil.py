"""Writes the extract of the civil registry of a made-up city: what is on paper in May 2024, without slips.

Layout: FORMATS, section Dukcapil (`,`, quotes where needed, UTF-8, LF). A few residents are not in it.
"""

from __future__ import annotations

from typing import TextIO

from hub.demo import people
from hub.demo.chance import seeded
from hub.demo.people import Family, Person
from hub.demo.tables import Sheet, Task
from hub.demo.town import Town

FILE = "dukcapil.csv"
COLUMNS = (
    "NIK", "NO_KK", "NAMA_LGKP", "JENIS_KLMIN", "TMPT_LHR", "TGL_LHR", "STAT_HBKEL", "STAT_KWN",
    "NAMA_LGKP_IBU", "ALAMAT", "NO_RT", "NO_RW", "KODE_WILAYAH", "STATUS_DASAR",
)  # fmt: skip
RELATION = {
    people.HEAD: "1", "SUAMI": "2", people.WIFE: "3", people.CHILD: "4", people.IN_LAW: "5",
    people.GRANDCHILD: "6", people.PARENT: "7", people.PARENT_IN_LAW: "8", people.KIN: "9",
}  # fmt: skip
_STATUS = {"resident": "1", "dead": "2", "moved_out": "3"}
_COVERAGE = {"resident": 0.968, "dead": 0.73, "moved_out": 0.96}
"""Share of the persons in the extract; many deaths are never reported."""


class DukcapilWriter:
    """Writes who is in the extract: feed it all kelurahan on their last day."""

    def __init__(self, stream: TextIO, task: Task) -> None:
        self._rng = seeded("dukcapil", task.seed)
        self._truth = task.truth
        self._sheet = Sheet(stream, COLUMNS)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of its file."""
        return {FILE: self._sheet.rows}

    def town(self, town: Town) -> None:
        """List the persons of a kelurahan."""
        for family in town.families:
            for person in family.members:
                if family.story == people.EVERYWHERE or self._rng.random() < _COVERAGE[person.status]:
                    self._row(family, person)

    def _row(self, family: Family, person: Person) -> None:
        legal = family.legal
        self._truth.civil_row(person.nik, person)
        self._sheet.put((
            person.nik, family.kk, person.name, "1" if person.sex == "L" else "2", person.birthplace,
            person.born.isoformat(), RELATION[person.relation], person.marital, person.mother_name,
            legal.street.replace("NO. ", "NO."), legal.rt, legal.rw, legal.place.code, _STATUS[person.status],
        ))  # fmt: skip
