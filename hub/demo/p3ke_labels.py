"""The words of P3KE's columns, and rows that a reader of it has to refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from hub.demo import people
from hub.demo.living import Home, Schooling, receives
from hub.demo.people import Family, Member, Person
from hub.demo.tables import Spoil

SEX = {"L": "Laki-laki", "P": "Perempuan"}
MARITAL = {1: "Belum Kawin", 2: "Kawin", 3: "Cerai Hidup", 4: "Cerai Mati"}
_WORK = {
    "casual": "Pekerja Lepas", "employee": "Pegawai Swasta", "own": "Wiraswasta", "trader": "Pedagang",
    "civil": "PNS/TNI/Polri", "pension": "Pensiunan", "driver": "Lainnya", "maid": "Lainnya",
}  # fmt: skip
_PUPIL = {
    "3": "Siswa SD/sederajat", "8": "Siswa SMP/sederajat", "13": "Siswa SMA/sederajat",
    "15": "Siswa SMA/sederajat",
}  # fmt: skip
_FINISHED = {
    "3": "Tamat SD/sederajat", "8": "Tamat SMP/sederajat", "13": "Tamat SMA/sederajat",
    "15": "Tamat SMA/sederajat", "18": "Tamat Perguruan Tinggi", "19": "Tamat Perguruan Tinggi",
}  # fmt: skip
_OWNED = {"1": "Milik Sendiri", "2": "Kontrak/Sewa", "3": "Menumpang"}
_ROOF = {"1": "Beton", "2": "Genteng", "3": "Seng", "4": "Asbes", "5": "Kayu/Sirap", "6": "Bambu"}
_WALL = {"1": "Tembok", "3": "Kayu/Papan", "4": "Bambu", "5": "Kayu/Papan", "6": "Bambu"}
_TILES = "Keramik/Granit/Marmer/Ubin/Tegel/Teraso"
_FLOOR = {
    "1": _TILES, "2": _TILES, "4": _TILES, "5": "Kayu/Papan", "6": "Semen", "7": "Bambu", "8": "Tanah",
}  # fmt: skip
_FUEL = {"7": "Minyak Tanah", "9": "Arang/Kayu", "10": "Arang/Kayu", "11": "Lainnya", "12": "Lainnya"}
_WATER = {
    "1": "Air Kemasan/Isi Ulang", "2": "Air Kemasan/Isi Ulang", "3": "Ledeng/PAM", "4": "Sumur Bor",
    "5": "Sumur Terlindung", "6": "Sumur Tidak Terlindung", "7": "Mata Air", "8": "Mata Air",
    "9": "Air Permukaan", "10": "Air Hujan",
}  # fmt: skip


def day(born: date | None) -> str:
    """A birth date with the hour that the export adds."""
    return f"{born.day:02}/{born.month:02}/{born.year} 0:00:00" if born else ""


def work(kind: str) -> str:
    """Pekerjaan."""
    return _WORK.get(kind, "Tidak/belum bekerja")


def schooling(school: Schooling) -> str:
    """Pendidikan."""
    if school.state == "1":
        return "Tidak/belum sekolah"
    if school.state == "2":
        return _PUPIL.get(school.level, "Tamat SMA/sederajat")
    return _FINISHED.get(school.diploma, "Tidak tamat SD/sederajat")


def relation(member: Member, head: Person) -> str:
    """Hubungan dengan Kepala Keluarga: there are four."""
    person = member.person
    if person is head:
        return "Kepala Keluarga"
    if person.spouse is head:
        return "Istri" if person.sex == "P" else "Lainnya"
    child = head.id in (person.mother_id, person.father_id) or member.relation == people.CHILD
    return "Anak" if child else "Lainnya"


def housing(family: Family, lives: Home) -> list[str]:
    """Kepemilikan Rumah to Fasilitas Buang Air Besar."""
    if lives.light in ("1", "2"):
        low = lives.power in ("1", "2")
        light = f"Listrik Pribadi {'s/d' if low else '>'} 900 Watt" if lives.power else "Listrik Bersama"
    else:
        light = "Non-Listrik"
    if lives.toilet in ("1", "5"):
        toilet = "Ya, dengan Septic Tank" if lives.disposal in ("1", "2") else "Ya, tanpa Septic Tank"
    else:
        toilet = "Tidak Ada" if lives.toilet == "6" else "Tidak, Jamban Umum/Bersama"
    return [
        _OWNED.get(lives.owned, "Lainnya"),
        "Ya" if receives(family, "savings") else "Tidak",
        _ROOF.get(lives.roof, "Lainnya"),
        _WALL.get(lives.wall, "Lainnya" if lives.wall == "7" else "Bambu"),
        _FLOOR.get(lives.floor, "Lainnya"),
        light,
        _FUEL.get(lives.fuel, "Listrik/Gas"),
        _WATER.get(lives.water, "Lainnya"),
        toilet,
    ]


def _nobody(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return [*values[:9], "", "", *values[11:]]


def _nowhere(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return [*values[:3], "TIDAK DIKETAHUI", "XXXX", "9999999999", *values[6:]]


def _cut_short(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return values[: columns.index("Status Kawin")]


SPOILS: Mapping[str, Spoil] = MappingProxyType({
    "no_name_no_nik": _nobody,
    "impossible_area": _nowhere,
    "broken_columns": _cut_short,
})  # fmt: skip
