"""Registers of a made-up city as deliveries to a hub: read with the csv module, changed, taken in, stopped half-way."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap import STEWARD, LedgerSource
from hub.cli.intake import take_in_and_form
from hub.cli.match import adopted_and_matched
from hub.commands.intake import AbandonRelease, CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.commands.people import FormPersons
from hub.demo.city import CityFiles
from hub.domain.errors import Unavailable
from hub.domain.facts import Actor, Json, Receipt
from hub.graph.check import differences
from hub.intake.release import Delivery, IntakeResult, take_in
from hub.ledger.audit import verify
from hub.matching.run import RunResult
from hub.questions.model import Answer, ReleaseRecords
from hub.service import Doors
from tests.spec.hubs import Town

PERSONS, SEED, LABEL = 260, 2, "2024-05"
REGISTERS = ("p3ke", "regsosek", "dtks", "dtsen", "dukcapil")
PROGRAMMES = {"pkh": "2024", "pbi_jkn": "2024", "rutilahu": "2023"}
"""Lists of agencies → a period that their rows name."""
FAMILY_KEYS = {"p3ke": "ID Keluarga P3KE", "regsosek": "id_keluarga", "dtsen": "nomor_kartu_keluarga"}
"""Registers of two files → the column by which a family is told."""
_RECORDS = (
    "MATCH (s:SourceRecord {register: $register}) RETURN s.unit AS unit, s.row_key AS key, "
    "[(p:Person)-[:FORMED_FROM]->(s) | p.id] AS persons, [(s)-[:FROM_DWELLING]->(d) | d.row_key] AS dwellings"
)


@dataclass(frozen=True)
class Table:
    """A file as a spreadsheet shows it: rows by their line, the heading on line 1."""

    path: Path
    separator: str
    encoding: str
    heading: tuple[str, ...]
    rows: Mapping[int, list[str]]

    def cell(self, line: int, column: str) -> str:
        return self.rows[line][self.heading.index(column)]

    def dicts(self) -> list[dict[str, str]]:
        return [dict(zip(self.heading, row, strict=False)) for row in self.rows.values()]

    def line_of(self, column: str, value: str) -> int:
        return next(line for line in self.rows if self.cell(line, column) == value)

    def written(self, path: Path, changes: Mapping[int, Mapping[str, str] | list[str] | None]) -> Path:
        """A copy with some lines changed in some columns, replaced, or left out."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=self.encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=self.separator, lineterminator="\n")
            writer.writerow(self.heading)
            for line, row in self.rows.items():
                change = changes.get(line, {})
                if isinstance(change, Mapping):
                    cells = zip(self.heading, row, strict=False) if change else ()
                    writer.writerow([change.get(name, cell) for name, cell in cells] or row)
                elif change is not None:
                    writer.writerow(change)
        return path


def table(path: Path) -> Table:
    """Read with the csv module alone."""
    given = path.read_bytes()
    encoding = "utf-8-sig" if given.startswith(b"\xef\xbb\xbf") else "latin-1"
    first = given.decode(encoding).partition("\n")[0]
    separator = max("|;,", key=first.count)
    with path.open(encoding=encoding, newline="") as stream:
        heading, *rows = list(csv.reader(stream, delimiter=separator))
    return Table(path, separator, encoding, tuple(heading), dict(enumerate(rows, start=2)))


def files_of(city: CityFiles, register: str) -> tuple[Path, ...]:
    found: dict[str, tuple[Path, ...]] = {
        "p3ke": city.p3ke, "regsosek": city.regsosek, "dtsen": city.dtsen, "dtks": (city.dtks,),
        "dukcapil": (city.dukcapil,), **{code: (path,) for code, path in city.programmes.items()},
    }  # fmt: skip
    return found[register]


def delivery(
    city: CityFiles,
    register: str,
    label: str = LABEL,
    *,
    files: Sequence[Path] | None = None,
    as_of: str | None = None,
) -> Delivery:
    """All files of a register, or an agency's list, under a label."""
    paths = tuple(files_of(city, register) if files is None else files)
    return Delivery(register, paths, label, as_of or city.as_of, PROGRAMMES.get(register))


def truth(city: CityFiles, name: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of a file of the truth in which these columns say this."""
    with (city.truth / f"{name}.csv").open(newline="") as stream:
        return [row for row in csv.DictReader(stream) if wanted.items() <= row.items()]


def sound(register: str, city: CityFiles) -> set[str]:
    """Row keys of the rows that are to be taken."""
    if register in PROGRAMMES:
        return {row["row_key"] for row in truth(city, "enrolments", programme=register)}
    name = "dukcapil" if register == "dukcapil" else "persons"
    return {row["row_key"] for row in truth(city, name, register=register)}


def taken(town: Town, given: Delivery) -> IntakeResult:
    """As the command does it: taken in, persons formed, shown by the graph."""
    result = town.run(take_in_and_form(town.opened, given, lambda stage, done, total: None))
    town.settle()
    return result


def matched(town: Town) -> RunResult:
    """As the command does it: persons, households and enrolments of lists found anew, shown by the graph."""
    found = town.run(adopted_and_matched(town.opened, lambda stage, done, total: None))
    town.settle()
    return found


def records(town: Town, register: str, unit: str) -> list[dict[str, Any]]:
    """Records of a register in the graph: key, persons who have them, keys of their dwellings."""
    with town.driver.session(database=town.settings.neo4j_database) as session:
        found = [dict(row) for row in session.run(_RECORDS, register=register)]
    return [row for row in found if row["unit"] == unit]


def demand_agreement(town: Town) -> None:
    """Ledger and graph say the same, and the ledger is whole."""
    town.settle()
    source = LedgerSource(town.opened.ledger)
    assert differences(town.driver, town.settings.neo4j_database, source)[1] == []
    assert verify(town.opened.ledger).ok


class Failing:
    """Doors of a hub that fail at a chunk, before it is taken or after."""

    def __init__(self, doors: Doors, at: int, *, after: bool) -> None:
        self._doors, self._at, self._after = doors, at, after

    async def submit(self, actor: Actor, command: Any, **rest: Any) -> Receipt:
        fails = isinstance(command, TakeRecords) and command.chunk == self._at
        fails = fails or (isinstance(command, CloseRelease) and self._at < 0)
        if fails and not self._after:
            raise Unavailable("The hub is gone.", "Try again.")
        receipt = await self._doors.submit(actor, command, **rest)
        if fails:
            raise Unavailable("The reply was lost.", "Try again.")
        return receipt

    async def ask(self, actor: Actor, question: Any) -> Answer:
        return await self._doors.ask(actor, question)


def stopped(town: Town, given: Delivery, at: int, *, after: bool) -> None:
    """An intake that fails at that chunk, or at its close (-1)."""
    doors, reports = Failing(town.opened.doors, at, after=after), town.settings.reports
    with pytest.raises(Unavailable):
        town.run(take_in(doors, town.opened.steward, given, reports=reports, progress=lambda now: None))


# ------------------------------------------------------------------------------- rows without a file

NIK, OTHER_NIK = "3273010101800001", "3273010101800002"


def person(key: str, name: str, nik: str = NIK, *, family: str | None = None, **said: Json) -> Incoming:
    """A person's row; everything said stands in its original as well, so that other words are new words."""
    said = {"nik": nik, "name": name, "name_key": name, **said}
    return Incoming("person", key, key, {"SAID": repr(said)}, said, family)


def dwelling(key: str, street: str, *, spare: bool = False, **said: Json) -> Incoming:
    """A family's row, or, spare, what a person's row tells of it."""
    said = {"text": street, "area": "3273011001", **said}
    return Incoming("dwelling", key, key, {"SAID": repr(said)}, said, spare=spare)


def begun(town: Town, register: str, label: str, as_of: str, *rows: Incoming) -> str:
    """A release with these rows, still open; returns its id. Spare dwellings come beside the others."""
    release = str(town.submit(STEWARD, OpenRelease(register, label, as_of, label)).subject)
    own, beside = [each for each in rows if not each.spare], [each for each in rows if each.spare]
    town.submit(STEWARD, TakeRecords(release, 0, tuple(own), tuple(beside)))
    return release


def given_up(town: Town, register: str, label: str, as_of: str, *rows: Incoming) -> None:
    """A release with these rows that was abandoned."""
    release = begun(town, register, label, as_of, *rows)
    town.submit(STEWARD, AbandonRelease(release, "Berkas salah."))


def finished(town: Town, register: str, label: str, as_of: str, *rows: Incoming) -> None:
    """A release with these rows, closed, and its persons formed."""
    release = begun(town, register, label, as_of, *rows)
    town.submit(STEWARD, CloseRelease(release))
    found = town.run(town.opened.hub.ask(town.opened.matcher, ReleaseRecords(release))).data["records"]
    town.submit("pemadan", FormPersons(tuple(found)))


# ------------------------------------------------------------------------------------------------- mending

_NAME = {"p3ke": "Nama", "regsosek": "r402", "dtks": "NAMA", "dtsen": "nama"}
_KEY = {"dtks": "ID_DTKS", "dtsen": "nomor_induk_kependudukan"}
PLACES: Mapping[str, tuple[str, ...]] = {
    "p3ke": ("Kecamatan", "Desa", "Kode Kemendagri"),
    "regsosek": ("r103", "r104"),
    "dtks": ("KECAMATAN", "DESA/KELURAHAN"),
    "dtsen": (
        "kode_kecamatan_ktp", "nama_kecamatan_ktp", "kode_kelurahan_desa_ktp", "nama_kelurahan_desa_ktp"
    ),
}  # fmt: skip
_UNUSED = {"dtks": "327323000999999901", "dtsen": "3273020101019876"}


def mended(given: Table, register: str, line: int, reason: str) -> Mapping[str, str] | None:
    """What a person would make of a refused row; None leaves it out."""
    name, neighbour = {_NAME[register]: "MADEUP"}, given.rows[2]
    if reason == "impossible_area":
        return {each: neighbour[given.heading.index(each)] for each in PLACES[register]}
    if reason == "no_name_no_nik":
        return name if register != "dtsen" else {**name, _KEY[register]: _UNUSED[register]}
    if reason == "bad_key":
        return {_KEY[register]: _UNUSED[register]}
    if reason == "field_too_long":
        return {"ALAMAT": "GG. BUNTU"}
    return None


def mended_files(files: CityFiles, register: str, folder: Path) -> tuple[list[Path], int]:
    """Copies of a register's files with the refused rows mended or left out, and how many were mended."""
    wanted = truth(files, "refused", register=register)
    paths, count = [], 0
    for path in files_of(files, register):
        given = table(path)
        lines = {int(row["line"]): row["reason"] for row in wanted if row["file"] == path.name}
        changes = {line: mended(given, register, line, reason) for line, reason in lines.items()}
        count += sum(change is not None for change in changes.values())
        paths.append(given.written(folder / path.name, changes))
    return paths, count
