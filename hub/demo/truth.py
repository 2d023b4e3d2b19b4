"""The answers that go with a made-up city, so that intake and matching can be measured (FORMATS)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hub.demo.people import Family, Person

if TYPE_CHECKING:
    from _csv import Writer

HEADINGS = {
    "persons.csv": ("register", "row_key", "person_id"),
    "refused.csv": ("register", "file", "line", "row_key", "reason"),
    "population.csv": (
        "person_id", "nik", "name", "sex", "birth_date", "birth_place", "mother_name", "mother_id",
        "father_id", "household_id", "kk_family_id", "kk", "marital", "kelurahan_domicile",
        "kelurahan_legal", "decile", "status", "death_date", "twin",
    ),
}  # fmt: skip


class Truth:
    """Writes the truth files while registers are written."""

    def __init__(self, persons: Writer, refused: Writer, population: Writer) -> None:
        self._persons = persons
        self._refused = refused
        self._population = population
        self.people = 0
        self.refusals = 0

    def family(self, family: Family) -> None:
        """Everybody of a family, listed anywhere or not."""
        self.people += len(family.members)
        self._population.writerows(_population(family, person) for person in family.members)

    def row(self, register: str, row_key: str, person: Person) -> None:
        """Whom a row of a register is about."""
        self._persons.writerow((register, row_key, person.id))

    def refused(self, register: str, file: str, line: int, row_key: str, reason: str) -> None:
        """A row that has to be refused; `row_key` is empty where the columns are broken."""
        self.refusals += 1
        self._refused.writerow((register, file, line, row_key, reason))


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
        writers = []
        for name, heading in HEADINGS.items():
            stream = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(heading)
            writers.append(writer)
        yield Truth(*writers)
