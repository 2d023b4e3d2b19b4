"""Writes the DTKS file of a made-up city, in the layout of the SIKS-NG export.

Layout: FORMATS, section DTKS (`|`, all values quoted, CRLF, ASCII; 17, 22 or 23 columns). The unit is the ruta:
a dwelling, with all its KK. Many families stand in it as they were years ago, the dead and gone among them.
"""

from __future__ import annotations

from datetime import date
from typing import TextIO

from hub.demo import people
from hub.demo.chance import choice, seeded
from hub.demo.damage import Clerk
from hub.demo.dtks_spoiled import SPOILS
from hub.demo.living import receives, work
from hub.demo.people import AS_OF, Family, Member, Person, Place, View
from hub.demo.shares import scaled
from hub.demo.tables import Layout, Listing, Sheet, Task
from hub.demo.town import Town

FILE = "dtks_siks_ng.csv"
REGISTER = "dtks"
COLUMNS = (
    "ID_DTKS", "PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELURAHAN", "ALAMAT", "DUSUN", "RT", "RW",
    "NOMOR KK", "NOMOR NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN", "PEKERJAAN",
    "NAMA IBU KANDUNG", "HUBUNGAN KELUARGA", "KETERANGAN PADAN", "BANSOS BPNT", "BANSOS PKH",
    "BANSOS BPNT-PPKM", "PBI JKN",
)  # fmt: skip
_OPTIONAL = {17: (*COLUMNS[-5:], "PEKERJAAN"), 22: ("PEKERJAAN",), 23: ()}
_COVERAGE = (0.8, 0.78, 0.77, 0.75, 0.44, 0.22, 0.14, 0.05, 0.03, 0.01)
"""Share of the families of each decile that DTKS lists."""
_RT_RW = (("{:03}", "{:03}"), ("{:02}", "{:02}"), ("{}", "{}"), ("RT {:02}", "RW {:02}"))
_WORK = {
    "none": "BELUM/TIDAK BEKERJA", "home": "MENGURUS RUMAH TANGGA", "pupil": "PELAJAR/MAHASISWA",
    "casual": "BURUH HARIAN LEPAS", "employee": "KARYAWAN SWASTA", "own": "WIRASWASTA", "trader": "PEDAGANG",
    "driver": "SOPIR", "maid": "PEMBANTU RUMAH TANGGA", "civil": "PEGAWAI NEGERI SIPIL (PNS)",
    "pension": "PENSIUNAN",
}  # fmt: skip
_MONTHS = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER",
    "NOVEMBER", "DESEMBER",
)  # fmt: skip
_EPOCH = date(1899, 12, 30).toordinal()
_ODD_NOTATION = 0.02
_IMPOSSIBLE_DAY = 0.001
_GONE_KEPT, _GONE_FAMILIES_KEPT = 0.95, 0.7
"""Share of those who died or left that a stale household still names, and of families of whom nobody is left."""
Row = dict[str, str]


class DtksWriter:
    """Decides who is listed and writes the rows: feed it all kelurahan on their last day, then `finish`."""

    def __init__(self, stream: TextIO, task: Task, width: int = 22) -> None:
        self._rng = seeded("dtks", task.seed)
        self._truth = task.truth
        self._shares = scaled(task.shares, names=0.65)
        self._clerk = Clerk(self._rng, self._shares)
        self._columns = [column for column in COLUMNS if column not in _OPTIONAL[width]]
        layout = Layout(REGISTER, FILE, lambda values: values[0], SPOILS)
        sheet = Sheet(stream, self._columns, "|", quote_all=True)
        self.listing = Listing(layout, sheet, task.truth, self._rng, self._shares.refused)
        self._offset = int(self._rng.random() * 1_000_000)
        self._households = self._in_ruta = 0
        self._ruta = ""
        self._in_unit: list[Person] = []
        self._listed: set[str] = set()
        self._rt_rw: dict[str, tuple[str, str]] = {}
        self._notations: dict[str, int] = {}
        self._twice_owed = True
        self._mekarmulya = ""
        self._places: list[Place] = []

    def town(self, town: Town) -> None:
        """List the families of a kelurahan, dwelling by dwelling."""
        self._places, self._listed = town.places, set()
        homes: dict[str, list[View]] = {}
        for family in town.families:
            seen = self._as_seen(town, family)
            if seen is not None:
                homes.setdefault(seen.dwelling.id, []).append(seen)
        for views in homes.values():
            self._household(views)
            if self._rng.random() < self._shares.dup_family:
                self._listed = set()
                self._household(views)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of its file."""
        return {FILE: self.listing.rows + self.listing.refused}

    def finish(self) -> None:
        """Write what every city has by construction and this one still lacks."""
        self.listing.finish(self._rekeyed)

    def _as_seen(self, town: Town, family: Family) -> View | None:
        """A family as DTKS knows it: as it is, as it was, or not at all."""
        rng, fresh = self._rng, town.now.get(family.id)
        if family.story:
            return town.then[0][family.id] if family.story == people.MOURNING else fresh
        covered = rng.random() < _COVERAGE[family.decile - 1]
        if self._mekarmulya and not covered:
            return None
        if fresh is None or rng.random() < self._shares.stale:
            fresh = self._as_it_was(town, family.id, gone=fresh is None) or fresh
        if not self._mekarmulya and fresh is not None and _is_mekar_jaya(fresh):
            self._mekarmulya = family.id
            return fresh
        return fresh if covered else None

    def _as_it_was(self, town: Town, family_id: str, *, gone: bool) -> View | None:
        """A family on an earlier day; one that is gone, as it was last seen."""
        if not gone:
            return choice(self._rng, town.then[:-1]).get(family_id)
        if self._rng.random() >= _GONE_FAMILIES_KEPT:
            return None
        return next((then[family_id] for then in reversed(town.then) if family_id in then), None)

    def _household(self, views: list[View]) -> None:
        """The families of a dwelling as one ruta, now and then taken apart."""
        rng = self._rng
        for number, seen in enumerate(views):
            if number == 0 or rng.random() < self._shares.split:
                self._close()
                self._ruta = f"{seen.legal.place.bps_code}{self._fresh_serial()}"
            self._family(seen)
        self._close()
        self.listing.end_family(self._rekeyed)

    def _close(self) -> None:
        if self._in_unit:
            self._truth.unit(REGISTER, self._ruta, self._in_unit)
        self._in_ruta, self._in_unit = 0, []

    def _family(self, seen: View) -> None:
        shared = self._shared_values(seen)
        owed = seen.family.id == self._mekarmulya
        if owed:
            shared |= {"KECAMATAN": seen.legal.place.kecamatan, "DESA/KELURAHAN": "MEKARMULYA"}
        for member in seen.members:
            if owed or seen.family.story or self._keeps(member.person):
                self._list(seen, member, shared)

    def _keeps(self, person: Person) -> bool:
        if person.id in self._listed and self._rng.random() < 0.9:
            return False
        gone = not person.here and self._rng.random() >= _GONE_KEPT
        return not gone and not self._clerk.forgets()

    def _shared_values(self, seen: View) -> Row:
        """What all rows of a family have in common, as this register's clerk wrote it."""
        rng, family = self._rng, seen.family
        place = self._clerk.area(seen.legal.place, self._places)
        rt, rw = self._rt_and_rw(seen)
        return {
            "PROVINSI": "JAWA BARAT",
            "KABUPATEN/KOTA": "KOTA BANDUNG",
            "KECAMATAN": place.kecamatan,
            "DESA/KELURAHAN": self._clerk.kelurahan(place),
            "ALAMAT": self._clerk.street(seen.legal.street),
            "DUSUN": choice(rng, ("", "", "-", "0")),
            "RT": rt,
            "RW": rw,
            "NOMOR KK": self._clerk.kk(seen, place),
            "BANSOS BPNT": _yes(receives(family, "sembako")),
            "BANSOS PKH": _yes(receives(family, "pkh")),
            "BANSOS BPNT-PPKM": _yes(receives(family, "ppkm")),
            "PBI JKN": _yes(receives(family, "pbi")),
        }

    def _rt_and_rw(self, seen: View) -> tuple[str, str]:
        rng, legal = self._rng, seen.legal
        rt_style, rw_style = self._rt_rw.setdefault(legal.place.code, choice(rng, _RT_RW))
        rt, rw = rt_style.format(legal.rt), rw_style.format(legal.rw)
        chance = rng.random()
        if chance < 0.02:
            return rw_style.format(legal.rw), rt_style.format(legal.rt)
        return (rt, rw) if chance > 0.04 else choice(rng, (("", ""), ("0", "0"), ("-", "-")))

    def _list(self, seen: View, member: Member, shared: Row) -> None:
        rng, clerk, person = self._rng, self._clerk, member.person
        nik = clerk.nik(person, seen.legal, seen.members[0].person, AS_OF)
        name = clerk.name(person, AS_OF)
        agreed = nik == person.nik and name == person.name
        row = {
            **shared,
            "ID_DTKS": self._next_key(),
            "NOMOR NIK": nik,
            "NAMA": name or ("" if nik == person.nik else person.name),
            "TANGGAL LAHIR": self._born(person, seen.legal.place),
            "TEMPAT LAHIR": clerk.birthplace(person.birthplace),
            "JENIS KELAMIN": clerk.sex(person.sex),
            "PEKERJAAN": _WORK[work(person, seen.family.decile, person.age(AS_OF))],
            "NAMA IBU KANDUNG": clerk.mother(person.mother_name),
            "HUBUNGAN KELUARGA": member.relation,
            "KETERANGAN PADAN": "BELUM PADAN" if rng.random() < 0.02 else "PADAN" if agreed else "TIDAK PADAN",
        }  # fmt: skip
        self._write(row, person)
        self._in_unit.append(person)
        if (self._twice_owed and agreed and nik == person.nik) or rng.random() < self._shares.dup_person:
            self._again(row, person, seen)

    def _write(self, row: Row, person: Person) -> None:
        self._listed.add(person.id)
        values = [row[column] for column in self._columns]
        self.listing.put(values, person, nik_right=row["NOMOR NIK"] == person.nik)

    def _again(self, row: Row, person: Person, seen: View) -> None:
        """The same person once more, in a household of the register's own making."""
        ruta = f"{row['ID_DTKS'][:10]}{self._fresh_serial()}"
        nik = person.nik if self._twice_owed else self._clerk.nik(person, seen.legal, person, AS_OF)
        name = self._clerk.name(person, AS_OF) or person.name
        self._write({**row, "ID_DTKS": f"{ruta}01", "NOMOR NIK": nik, "NAMA": name}, person)
        self._truth.unit(REGISTER, ruta, [person])
        self._twice_owed = False

    def _next_key(self) -> str:
        self._in_ruta += 1
        return f"{self._ruta}{self._in_ruta:02}"

    def _fresh_serial(self) -> str:
        """Six digits that look random; each is met once in a million."""
        self._households += 1
        return f"{(self._households * 389_171 + self._offset) % 1_000_000:06}"

    def _rekeyed(self, values: list[str]) -> list[str]:
        return [f"{values[0][:10]}{self._fresh_serial()}01", *values[1:]]

    def _born(self, person: Person, place: Place) -> str:
        """A birth date in the notation usual in that kelurahan, now and then in another."""
        rng, day = self._rng, self._clerk.born(person, AS_OF)
        if day is None:
            return ""
        chance = rng.random()
        if chance < _ODD_NOTATION:
            return _odd_notation(day, int(chance / _ODD_NOTATION * 3))
        if chance > 1 - _IMPOSSIBLE_DAY:
            return f"31-02-{day.year}"
        habit = self._notations.setdefault(place.code, int(rng.random() * 3))
        year, month, number = f"{day.year}", f"{day.month:02}", f"{day.day:02}"
        if habit == 0:
            return f"{number}-{month}-{year}"
        return f"{year}-{month}-{number}" if habit == 1 else f"{number}/{month}/{year}"


def _odd_notation(day: date, kind: int) -> str:
    if kind == 0:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    if kind == 1:
        return f"{day.day:02}-{day.month:02}-{day.year % 100:02}"
    return str(day.toordinal() - _EPOCH)


def _is_mekar_jaya(seen: View) -> bool:
    """Whether the papers of a family name, to this day, the kelurahan that was called MEKARMULYA."""
    return seen.legal is seen.family.legal and seen.legal.place.former_name == "MEKARMULYA"


def _yes(value: bool) -> str:
    return "YA" if value else "TIDAK"
