"""Writes the DTKS file of a made-up city, in the layout of the SIKS-NG export.

Layout: FORMATS, section DTKS (`|`, all values quoted, CRLF, ASCII; 17, 22 or 23 columns).
"""

from __future__ import annotations

from random import Random
from typing import TextIO

from hub.demo.damage import Clerk, Shares
from hub.demo.dtks_spoiled import SPOILS
from hub.demo.grow import choice
from hub.demo.people import Dwelling, Family, Person
from hub.demo.truth import Truth

FILE = "dtks_siks_ng.csv"
REGISTER = "dtks"
COLUMNS = (
    "ID_DTKS", "PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELURAHAN", "ALAMAT", "DUSUN", "RT", "RW",
    "NOMOR KK", "NOMOR NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN", "PEKERJAAN",
    "NAMA IBU KANDUNG", "HUBUNGAN KELUARGA", "KETERANGAN PADAN", "BANSOS BPNT", "BANSOS PKH",
    "BANSOS BPNT-PPKM", "PBI JKN",
)  # fmt: skip
_OPTIONAL = {17: (*COLUMNS[-5:], "PEKERJAAN"), 22: ("PEKERJAAN",), 23: ()}
_COVERAGE = (0.85, 0.8, 0.75, 0.6, 0.3, 0.1, 0.04, 0.02, 0.01, 0.0)
"""Share of the families of each decile that DTKS lists."""
_RT_RW = (("{:03}", "{:03}"), ("{:02}", "{:02}"), ("{}", "{}"), ("RT {:02}", "RW {:02}"))
_FAMILIES_BETWEEN_SPOILS = 3
Row = dict[str, str]


class DtksWriter:
    """Decides who is listed and writes the rows: feed it all families, then `finish`."""

    def __init__(self, stream: TextIO, truth: Truth, seed: int, width: int = 22) -> None:
        self._stream = stream
        self._truth = truth
        self._rng = Random(f"dtks {seed}")  # noqa: S311 - made-up data must be the same for the same seed
        self._shares = Shares()
        self._clerk = Clerk(self._rng, self._shares)
        self._columns = [column for column in COLUMNS if column not in _OPTIONAL[width]]
        self._offset = int(self._rng.random() * 1_000_000)
        self._households = self._families = self._in_ruta = 0
        self._household = self._ruta = ""
        self._rt_rw: dict[str, tuple[str, str]] = {}
        self._owed = [*SPOILS]
        self._twice_owed = self._mekar_jaya_owed = True
        self._sound: tuple[Row, Person] | None = None
        self.rows = 0
        self._line = 0
        self._put(self._columns)

    def family(self, family: Family) -> None:
        """List a family, or not."""
        owed = self._mekar_jaya_owed and family.legal.place.former_name == "MEKARMULYA"
        if not owed and self._rng.random() >= _COVERAGE[family.decile - 1]:
            return
        self._families += 1
        if family.dwelling.id != self._household:  # a family that shares the dwelling shares the household
            self._household = family.dwelling.id
            self._open(family.legal)
        shared = self._shared_values(family)
        if owed:
            self._mekar_jaya_owed = False
            shared["DESA/KELURAHAN"] = "MEKARMULYA"
        for person in family.members:
            if not (person.moved_out and self._rng.random() < 0.3):
                self._list(family, person, shared)
        if self._owed and self._families % _FAMILIES_BETWEEN_SPOILS == 0:
            self._pay()

    def finish(self) -> None:
        """Write what every city has by construction and this one still lacks."""
        while self._sound and (self._owed or self._twice_owed):
            self._pay()

    def _pay(self) -> None:
        """One of the rows that every city has: a person listed twice, then one to refuse for each reason."""
        if self._sound is None:
            return
        row, person = self._sound
        if self._twice_owed:
            self._again(row, person, person.nik)
        elif self._owed:
            self._spoiled(self._owed.pop(0), row)

    def _open(self, legal: Dwelling) -> None:
        self._ruta = f"{legal.place.bps_code}{self._fresh_serial()}"
        self._in_ruta = 0

    def _next_key(self) -> str:
        self._in_ruta += 1
        return f"{self._ruta}{self._in_ruta:02}"

    def _shared_values(self, family: Family) -> Row:
        """What all rows of a family have in common, as this register's clerk wrote it."""
        rng, legal = self._rng, family.legal
        rt_style, rw_style = self._rt_rw.setdefault(legal.place.code, choice(rng, _RT_RW))
        rt, rw = rt_style.format(legal.rt), rw_style.format(legal.rw)
        chance = rng.random()
        if chance < 0.02:
            rt, rw = rw_style.format(legal.rw), rt_style.format(legal.rt)
        elif chance < 0.04:
            rt, rw = choice(rng, (("", ""), ("0", "0"), ("-", "-")))
        bpnt, pkh = rng.random() < 0.35, rng.random() < 0.2
        return {
            "PROVINSI": "JAWA BARAT",
            "KABUPATEN/KOTA": "KOTA BANDUNG",
            "KECAMATAN": legal.place.kecamatan,
            "DESA/KELURAHAN": self._clerk.kelurahan(legal.place),
            "ALAMAT": self._clerk.street(legal.street),
            "RT": rt,
            "RW": rw,
            "NOMOR KK": self._clerk.kk(family.kk, legal.place),
            "BANSOS BPNT": _yes(bpnt),
            "BANSOS PKH": _yes(pkh),
            "BANSOS BPNT-PPKM": _yes(rng.random() < 0.1),
            "PBI JKN": _yes(rng.random() < 0.6),
        }

    def _list(self, family: Family, person: Person, shared: Row) -> None:
        rng, place = self._rng, family.legal.place
        nik, name = self._clerk.nik(person.nik, place), self._clerk.name(person.name)
        agreed = nik == person.nik and name == person.name
        row = {
            **shared,
            "ID_DTKS": self._next_key(),
            "DUSUN": choice(rng, ("", "", "-", "0")),
            "NOMOR NIK": nik,
            "NAMA": name,
            "TANGGAL LAHIR": self._clerk.born(person.born, place),
            "TEMPAT LAHIR": self._clerk.birthplace(person.birthplace),
            "JENIS KELAMIN": person.sex,
            "PEKERJAAN": person.occupation,
            "NAMA IBU KANDUNG": self._clerk.mother(person.mother_name),
            "HUBUNGAN KELUARGA": person.relation,
            "KETERANGAN PADAN": "BELUM PADAN"
            if rng.random() < 0.02
            else "PADAN"
            if agreed
            else "TIDAK PADAN",
        }
        self._write(row, person)
        if agreed and self._sound is None:
            self._sound = row, person
        if rng.random() < self._shares.listed_twice:
            self._again(row, person, self._clerk.nik(person.nik, place))
        if rng.random() < self._shares.row_refused:
            self._spoiled(choice(rng, tuple(SPOILS)), row)

    def _write(self, row: Row, person: Person) -> None:
        self._truth.row(REGISTER, row["ID_DTKS"], person)
        self._put([row[column] for column in self._columns])
        self.rows += 1

    def _put(self, values: list[str]) -> None:
        self._line += 1
        self._stream.write('"' + '"|"'.join(values) + '"\r\n')

    def _again(self, row: Row, person: Person, nik: str) -> None:
        """The same person once more, in a household of the register's own making."""
        key = f"{row['ID_DTKS'][:10]}{self._fresh_serial()}01"
        name = self._clerk.name(person.name)
        self._write({**row, "ID_DTKS": key, "NOMOR NIK": nik, "NAMA": name}, person)
        self._twice_owed = self._twice_owed and not nik == person.nik == row["NOMOR NIK"]

    def _fresh_serial(self) -> str:
        """Six digits that look random; each is met once in a million."""
        self._households += 1
        return f"{(self._households * 389_171 + self._offset) % 1_000_000:06}"

    def _spoiled(self, reason: str, row: Row) -> None:
        """A row that has to be refused for that reason, made from a sound one."""
        fresh = {**row, "ID_DTKS": f"{row['ID_DTKS'][:10]}{self._fresh_serial()}01"}
        values = SPOILS[reason]([fresh[column] for column in self._columns], self._columns, row["ID_DTKS"])
        self._put(values)
        key = "" if reason == "broken_columns" else values[0]
        self._truth.refused(REGISTER, FILE, self._line, key, reason)


def _yes(value: bool) -> str:
    return "YA" if value else "TIDAK"
