"""Writes a made-up city: its registers in their real layouts, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TextIO

from hub.demo import dtks, dtsen, dukcapil, p3ke, programmes, regsosek
from hub.demo.families import City
from hub.demo.people import AS_OF
from hub.demo.shares import SCENARIOS
from hub.demo.tables import Listing, Task
from hub.demo.town import DAYS, Town
from hub.demo.truth import Truth, truth_files
from hub.domain.errors import InvalidInput

Told = Callable[[int, int], None]
"""Told how many kelurahan are written, and how many there are."""
WIDTHS = (17, 22, 23)
ALL = ("p3ke", "regsosek", "dtks", "dukcapil", "programmes", "dtsen")
"""Registers, in the order in which the city's history comes by them."""
_P3KE_STAGE, _REGSOSEK_STAGE, _LAST_STAGE = range(len(DAYS))
_STAGES = {"p3ke": _P3KE_STAGE, "regsosek": _REGSOSEK_STAGE}


@dataclass(frozen=True, slots=True)
class Written:
    """The person file of one register: rows that can be taken, rows to be refused, share of NIKs that are right."""

    file: str
    rows: int
    refused: int
    nik_ok: float


@dataclass(frozen=True, slots=True)
class CityFiles:
    """What was written; the files of registers that were not asked for do not exist."""

    dtks: Path
    """The DTKS export."""
    truth: Path
    """Folder of persons.csv, households.csv, enrolments.csv, refused.csv, population.csv, dukcapil.csv, meta.json."""
    persons: int
    rows: int
    """Rows of DTKS that can be taken."""
    refused: int
    """Rows of DTKS that have to be refused."""
    as_of: str
    """ISO date that DTKS, Dukcapil and the programmes describe."""
    registers: Mapping[str, Written]
    """p3ke, dtks, regsosek and dtsen, as far as asked for."""
    rows_of: Mapping[str, int]
    """Rows of every file by its name, those to be refused among them; none is empty."""

    @property
    def folder(self) -> Path:
        """Where all files are."""
        return self.truth.parent

    @property
    def p3ke(self) -> tuple[Path, Path]:
        """P3KE's family file and person file."""
        return self.folder / p3ke.FAMILIES, self.folder / p3ke.PERSONS

    @property
    def regsosek(self) -> tuple[Path, Path]:
        """Regsosek's family file and person file."""
        return self.folder / regsosek.FAMILIES, self.folder / regsosek.PERSONS

    @property
    def dtsen(self) -> tuple[Path, Path]:
        """DTSEN's family file and person file."""
        return self.folder / dtsen.FAMILIES, self.folder / dtsen.PERSONS

    @property
    def dukcapil(self) -> Path:
        """The extract of the civil registry."""
        return self.folder / dukcapil.FILE

    @property
    def programmes(self) -> dict[str, Path]:
        """The lists of the agencies, by programme: pkh, pbi_jkn, rutilahu."""
        files = (programmes.PKH_FILE, programmes.PBI_FILE, programmes.RUTILAHU_FILE)
        return {file.removesuffix(".csv"): self.folder / file for file in files}


class Register(Protocol):
    """A writer of one register's files."""

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows of each file, by its name."""

    def town(self, town: Town) -> None:
        """Write the rows of a kelurahan."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which city, and what of it is written."""

    persons: int
    seed: int
    width: int
    scenario: str
    registers: Collection[str]

    def check(self) -> None:
        """Raise InvalidInput for what can't be written."""
        if self.width not in WIDTHS:
            raise InvalidInput(f"DTKS has no layout of {self.width} columns.", "Use 17, 22 or 23.")
        if self.persons < 1:
            raise InvalidInput("A city needs persons.", "Give a number of 1 or more.")
        unknown = sorted(set(self.registers) - set(ALL))
        if unknown:
            raise InvalidInput(f"There is no register {unknown[0]}.", f"Use some of {', '.join(ALL)}.")


def write_city(out: Path, persons: int, seed: int, *, width: int = 22) -> CityFiles:
    """Write the DTKS file of a city of at least that many persons; the same arguments give the same bytes.

    Here DTKS is kept up to date: a row's kelurahan is the one on the person's papers. Cities of 200 persons
    or more hold a person listed twice with one valid NIK, a family of Mekar Jaya written as MEKARMULYA, and a
    row to be refused for each reason.

    Raises InvalidInput for an unknown width of DTKS or a city without persons.
    """
    return _write(out, _Plan(persons, seed, width, "settled", ("dtks",)))


def write_registers(  # noqa: PLR0913  # the arguments of `write_city`, and what and how besides
    out: Path,
    persons: int,
    seed: int,
    *,
    hard: bool = False,
    registers: Collection[str] = ALL,
    told: Told = lambda done, total: None,
) -> CityFiles:
    """Write all registers of such a city, or some: their rows are the same whatever else is written.

    `hard` doubles most faults. Beside what `write_city` promises, cities of 200 persons or more hold a row to
    be refused for each reason in P3KE, Regsosek and DTSEN, a P3KE family under a code of BPS, a family listed
    everywhere, a dead man whom only DTKS lists, a programme row about him, and one person twice in a programme.
    Every file has rows, however small the city. `told` may raise to stop the writing.

    Raises InvalidInput for an unknown register or a city without persons.
    """
    return _write(out, _Plan(persons, seed, 22, "hard" if hard else "default", registers), told)


def _write(out: Path, plan: _Plan, told: Told = lambda done, total: None) -> CityFiles:
    plan.check()
    shares = SCENARIOS[plan.scenario]
    city = City(plan.persons, plan.seed, shares)
    with ExitStack() as stack:
        truth = stack.enter_context(truth_files(out / "truth"))
        desk = _Desk(out, stack, Task(truth, plan.persons, plan.seed, shares), plan.width)
        writers = {name: desk.open(name) for name in ALL if name in plan.registers}
        for number, town in enumerate(city.towns()):
            told(number, len(city.places))
            _write_town(city, town, writers, truth)
        written = _finished(writers)
    _write_meta(out, truth, city, written, plan)
    own = written.get(dtks.REGISTER, Written(dtks.FILE, 0, 0, 0.0))
    rows_of = {file: rows for writer in writers.values() for file, rows in writer.rows.items()}
    return CityFiles(
        dtks=out / dtks.FILE, truth=out / "truth", persons=truth.people, rows=own.rows, refused=own.refused,
        as_of=AS_OF.isoformat(), registers=written, rows_of=rows_of,
    )  # fmt: skip


def _write_town(city: City, town: Town, writers: Mapping[str, Register], truth: Truth) -> None:
    """Each register sees the kelurahan on its own day."""
    for stage in range(len(DAYS)):
        city.live(town, stage)
        for name, writer in writers.items():
            if _STAGES.get(name, _LAST_STAGE) == stage:
                writer.town(town)
    for family in town.families:
        truth.family(family)


class _Desk:
    """Opens the writers of a city's registers."""

    def __init__(self, out: Path, stack: ExitStack, task: Task, width: int) -> None:
        self._out = out
        self._stack = stack
        self._task = task
        self._width = width

    def open(self, register: str) -> Register:
        """The writer of a register, at the beginning of its files."""
        makers: Mapping[str, Callable[[], Register]] = {
            "p3ke": self._p3ke, "regsosek": self._regsosek, "dtks": self._dtks, "dukcapil": self._dukcapil,
            "programmes": self._programmes, "dtsen": self._dtsen,
        }  # fmt: skip
        return makers[register]()

    def _file(self, name: str, encoding: str = "utf-8") -> TextIO:
        return self._stack.enter_context((self._out / name).open("w", encoding=encoding, newline=""))

    def _p3ke(self) -> Register:
        files = self._file(p3ke.FAMILIES), self._file(p3ke.PERSONS)
        return p3ke.P3keWriter(*files, self._task)

    def _regsosek(self) -> Register:
        files = self._file(regsosek.FAMILIES), self._file(regsosek.PERSONS)
        return regsosek.RegsosekWriter(*files, self._task)

    def _dtks(self) -> Register:
        file = self._file(dtks.FILE, "ascii")
        return dtks.DtksWriter(file, self._task, self._width)

    def _dukcapil(self) -> Register:
        return dukcapil.DukcapilWriter(self._file(dukcapil.FILE), self._task)

    def _programmes(self) -> Register:
        pbi = self._file(programmes.PBI_FILE, "utf-8-sig")
        pkh, rutilahu = self._file(programmes.PKH_FILE), self._file(programmes.RUTILAHU_FILE)
        return programmes.ProgrammesWriter(pkh, pbi, rutilahu, self._task)

    def _dtsen(self) -> Register:
        files = self._file(dtsen.FAMILIES, "latin-1"), self._file(dtsen.PERSONS, "latin-1")
        return dtsen.DtsenWriter(*files, self._task)


def _finished(writers: Mapping[str, Register]) -> dict[str, Written]:
    """Let the registers write what they still owe; what their person files hold."""
    written: dict[str, Written] = {}
    for name, writer in writers.items():
        if isinstance(writer, programmes.ProgrammesWriter):
            writer.finish()
        if isinstance(
            writer, p3ke.P3keWriter | regsosek.RegsosekWriter | dtks.DtksWriter | dtsen.DtsenWriter
        ):
            writer.finish()
            written[name] = _written(writer.listing)
    return written


def _written(listing: Listing) -> Written:
    share = listing.right_niks / max(1, listing.rows)
    return Written(listing.file, listing.rows, listing.refused, share)


def _write_meta(out: Path, truth: Truth, city: City, written: Mapping[str, Written], plan: _Plan) -> None:
    """Size and error shares, in `truth/meta.json`."""
    meta = {
        "persons": truth.people,
        "families": truth.families,
        "kelurahan": len(city.places),
        "scenario": plan.scenario,
        "seed": plan.seed,
        "namesakes": city.office.namesakes,
        "twins": city.office.twins,
        "registers": {
            name: {"rows": each.rows + each.refused, "nik_ok": each.nik_ok} for name, each in written.items()
        },
        "knobs": asdict(SCENARIOS[plan.scenario]),
    }
    (out / "truth" / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
