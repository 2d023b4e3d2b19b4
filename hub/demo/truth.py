"""The answers that go with a made-up city, so that intake and matching can be measured (FORMATS)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hub.demo.people import Family, Person

if TYPE_CHECKING:
    from _csv import Writer

HEADINGS = {
    "persons.csv": ("register", "row_key", "person_id"),
    "dukcapil.csv": ("register", "row_key", "person_id"),
    "households.csv": ("register", "row_key", "household_id", "kk_family_id", "members"),
    "enrolments.csv": ("programme", "row_key", "person_id", "household_id", "kk_family_id", "note"),
    "refused.csv": ("register", "file", "line", "row_key", "reason"),
    "population.csv": (
        "person_id", "nik", "name", "sex", "birth_date", "birth_place", "mother_name", "mother_id",
        "father_id", "household_id", "kk_family_id", "kk", "marital", "kelurahan_domicile",
        "kelurahan_legal", "decile", "status", "death_date", "twin",
    ),
}  # fmt: skip
_WELL_OFF = 7
"""From this decile on, nobody is meant to get a programme for the poor."""


class Truth:
    """Writes the truth files while registers are written."""

    def __init__(self, writers: Mapping[str, Writer]) -> None:
        self._writers = writers
        self.people = self.families = 0

    def family(self, family: Family) -> None:
        """Everybody of a family, listed anywhere or not."""
        self.families += bool(family.members)
        self.people += len(family.members)
        rows = (_population(family, person) for person in family.members)
        self._writers["population.csv"].writerows(rows)

    def row(self, register: str, row_key: str, person: Person) -> None:
        """Whom a row of a register is about."""
        self._writers["persons.csv"].writerow((register, row_key, person.id))

    def civil_row(self, row_key: str, person: Person) -> None:
        """Whom a row of the civil registry is about."""
        self._writers["dukcapil.csv"].writerow(("dukcapil", row_key, person.id))

    def unit(self, register: str, row_key: str, persons: Sequence[Person]) -> None:
        """Where the persons listed as one household or family live on the day reached, and in which KK."""
        homes = Counter((person.home.dwelling.id, person.home.id) for person in persons)
        rows = ((register, row_key, *home, members) for home, members in homes.items())
        self._writers["households.csv"].writerows(rows)

    def enrolment(self, programme: str, row_key: str, person: Person, *, again: bool) -> None:
        """Whom a programme pays, and whether it should."""
        home = person.home
        note = _note(person, again=again)
        row = (programme, row_key, person.id, home.dwelling.id, home.id, note)
        self._writers["enrolments.csv"].writerow(row)

    def refused(self, register: str, file: str, line: int, row_key: str, reason: str) -> None:
        """A row that has to be refused; `row_key` is empty where the columns are broken."""
        self._writers["refused.csv"].writerow((register, file, line, row_key, reason))


def _note(person: Person, *, again: bool) -> str:
    if again:
        return "duplicate"
    if person.status != "resident":
        return person.status
    return "well_off" if person.home.decile >= _WELL_OFF else "ok"


def _population(family: Family, person: Person) -> tuple[str | int, ...]:
    return (
        person.id,
        person.nik,
        person.name,
        1 if person.sex == "L" else 2,
        person.born.isoformat(),
        person.birthplace,
        person.mother_name,
        person.mother_id,
        person.father_id,
        family.dwelling.id,
        family.id,
        family.kk,
        person.marital,
        family.dwelling.place.code,
        family.legal.place.code,
        family.decile,
        person.status,
        person.died.isoformat() if person.died else "",
        int(person.twin),
    )


@contextmanager
def truth_files(folder: Path) -> Iterator[Truth]:
    """Open the truth files of a city for writing."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {}
        for name, heading in HEADINGS.items():
            stream = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(stream, lineterminator="\n")
            writers[name].writerow(heading)
        yield Truth(writers)
