"""Writes the DTSEN files of a made-up city: families of the KK, matched with the civil registry.

Layout: DOMAIN §3d, file v3 (`|`, no quotes, latin-1, LF, a few broken lines); columns named there only as groups are
spelt out here. Codes are those of Regsosek, areas those of BPS. Key of a person's row is the NIK, of a family's the
KK number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TextIO

from hub.demo.chance import choice, seeded
from hub.demo.damage import Clerk
from hub.demo.living import home, receives
from hub.demo.people import AS_OF, Dwelling, Family, Member, Person
from hub.demo.regsosek_columns import FAMILY_COLUMNS as FAMILY_QUESTIONS
from hub.demo.regsosek_columns import PERSON_COLUMNS as PERSON_QUESTIONS
from hub.demo.regsosek_family import blocks
from hub.demo.regsosek_person import RELATION, answers
from hub.demo.shares import scaled
from hub.demo.tables import Layout, Listing, Sheet, Spoil, Task
from hub.demo.town import Town

REGISTER = "dtsen"
FAMILIES, PERSONS = "dtsen_keluarga.csv", "dtsen_anggota.csv"
_GOODS = (
    "tabung_gas", "lemari_es", "ac", "pemanas_air", "telepon_rumah", "tv_datar", "emas_perhiasan", "komputer",
    "sepeda", "sepeda_motor", "mobil", "perahu", "kapal_perahu_motor", "smartphone",
)  # fmt: skip
_ANIMALS = ("sapi", "kerbau", "kuda", "babi", "kambing_domba")
_LEVELS = ("provinsi", "kabupaten_kota", "kecamatan", "kelurahan_desa")
FAMILY_COLUMNS = (
    "nomor_kartu_keluarga", "nama_anggota_keluarga", "jumlah_anggota_keluarga", "alamat",
    *(f"{part}_{level}" for level in _LEVELS for part in ("kode", "nama")), "luas_lantai",
    "jenis_lantai_terluas", "jenis_dinding_terluas", "jenis_atap_terluas", "status_kepemilikan_rumah",
    "fasilitas_bab", "jenis_kloset", "pembuangan_akhir_tinja", "sumber_air_minum_utama",
    "sumber_penerangan_utama", "bahan_bakar_utama_memasak", "daya_terpasang", "id_pelanggan_pln",
    *(f"aset_bergerak_{each}" for each in _GOODS), "aset_tidak_bergerak_lahan_lain",
    "aset_tidak_bergerak_rumah_lain", *(f"jumlah_ternak_{each}" for each in _ANIMALS), "pbi_nas", "pbi_pemda",
    "desil_nasional", "is_gc_kemensos", "is_pbi_se", "is_siks_ng",
)  # fmt: skip
_QUESTIONS = {
    "partisipasi_sekolah": "r412", "jenjang_tertinggi": "r413", "kelas_tertinggi": "r414",
    "ijazah_tertinggi": "r415", "status_bekerja": "r416a", "status_dalam_pekerjaan_utama": "r418",
    "lapangan_usaha_utama": "r417", "kepemilikan_usaha": "r420a", "jumlah_usaha": "r420b",
    "lapangan_usaha_usaha_utama": "r421", "omzet_usaha_utama": "r425", "kondisi_gizi": "r427",
    "penyakit_kronis": "r430", "kesulitan_melihat": "r428a", "kesulitan_mendengar": "r428b",
    "kesulitan_berjalan": "r428c", "kesulitan_tangan_jari": "r428d", "kesulitan_belajar": "r428e",
    "kesulitan_perilaku": "r428f", "kesulitan_berbicara": "r428g", "kesulitan_mengurus_diri": "r428h",
    "kesulitan_mengingat": "r428i", "kesedihan_depresi": "r428j",
}  # fmt: skip
"""Columns of the person file that ask what Regsosek asks."""
PERSON_COLUMNS = (
    "nomor_induk_kependudukan", "nomor_kartu_keluarga", "nama", "jenis_kelamin", "tanggal_lahir",
    "status_kawin", "status_hubungan_keluarga", "alamat_ktp", "dusun_ktp", "rt_ktp", "rw_ktp",
    *(f"{part}_{level}_ktp" for level in _LEVELS for part in ("kode", "nama")), *_QUESTIONS, "pbi_nas",
    "pbi_pemda", "id_pelanggan_pln",
)  # fmt: skip
_FIRST_ANSWER = PERSON_QUESTIONS.index("r408")
_ANSWERS = tuple(PERSON_QUESTIONS.index(question) - _FIRST_ANSWER for question in _QUESTIONS.values())
_FIRST_BLOCK = FAMILY_QUESTIONS.index("r301a")
_OWNED = slice(FAMILY_QUESTIONS.index("r502a") - _FIRST_BLOCK, FAMILY_QUESTIONS.index("r505") - _FIRST_BLOCK)
_COVERAGE = 0.96
_DECILE_ERRORS = (-2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 4)
"""A rank jumps by four now and then."""


class DtsenWriter:
    """Writes families and persons: feed it all kelurahan on their last day, then `finish`."""

    def __init__(self, families: TextIO, persons: TextIO, task: Task) -> None:
        self._rng = seeded("dtsen", task.seed)
        self._truth = task.truth
        self._clerk = Clerk(self._rng, scaled(task.shares, numbers=0.0, names=0.3))
        self._families = Sheet(families, FAMILY_COLUMNS, "|")
        layout = Layout(REGISTER, PERSONS, lambda values: values[0], SPOILS)
        sheet = Sheet(persons, PERSON_COLUMNS, "|")
        self.listing = Listing(layout, sheet, task.truth, self._rng, task.shares.refused)
        self._spoiled = 0

    def town(self, town: Town) -> None:
        """List the families of a kelurahan, with those who died lately and those who left unreported."""
        for seen in town.now.values():
            if seen.family.story or self._rng.random() < _COVERAGE:
                self._family(seen.family)
                self.listing.end_family(self._rekeyed)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each file."""
        return {FAMILIES: self._families.rows, PERSONS: self.listing.rows + self.listing.refused}

    def finish(self) -> None:
        """Write what every city has by construction and this one still lacks."""
        self.listing.finish(self._rekeyed)

    def _family(self, family: Family) -> None:
        members = [person for person in family.members if person.here or self._rng.random() < 0.2]
        meter = "" if family.traits[33] < 60 else f"53{int(self._rng.random() * 10_000_000_000):010}"
        payer = ("1", "2") if family.traits[32] < 200 else ("2", "1")
        insured = payer if receives(family, "pbi") else ("2", "2")
        street = self._street(family.legal)
        names = [self._person(person, street, insured, meter) for person in members]
        lives = home(family)
        decile = min(10, max(1, family.decile + choice(self._rng, _DECILE_ERRORS)))
        self._families.put([
            family.kk, names[0], str(len(members)), street, *_area(family.dwelling), lives.floor_area,
            lives.floor, lives.wall, lives.roof, lives.owned, lives.toilet, lives.closet, lives.disposal,
            lives.water, lives.light, lives.fuel, lives.power, meter, *blocks(family)[_OWNED], *insured,
            str(decile), str(int(self._rng.random() < 0.05)), str(int(insured[0] == "1")),
            str(int(family.decile < 5)),
        ])  # fmt: skip
        self._truth.unit(REGISTER, family.kk, members)

    def _street(self, legal: Dwelling) -> str:
        """With what only latin-1 can say, now and then: a half number or a blank that does not break."""
        street, chance = self._clerk.street(legal.street), self._rng.random()
        if chance < 0.02 and street[-1].isdigit():
            return f"{street}½"
        return street.replace(" ", "\xa0", 1) if chance > 0.98 else street

    def _person(self, person: Person, street: str, insured: tuple[str, str], meter: str) -> str:
        """Write a person's row; returns the name as written."""
        family, born = person.home, self._clerk.born(person, AS_OF)
        name = self._clerk.name(person, AS_OF) or person.name
        legal, member = family.legal, Member(person, person.relation, person.marital)
        given = answers(member, person.sex, person.age(AS_OF))
        values = [
            person.nik, family.kk, name, "1" if person.sex == "L" else "2", born.isoformat() if born else "",
            str(person.marital), RELATION.get(person.relation, "8"), street, "", str(legal.rt), str(legal.rw),
            *_area(legal), *(given[at] for at in _ANSWERS), *insured, meter,
        ]  # fmt: skip
        self.listing.put(values, person, nik_right=True)
        return name

    def _rekeyed(self, values: list[str]) -> list[str]:
        """Serials from 9000 on are never issued to anybody."""
        self._spoiled += 1
        return [f"{values[0][:12]}{9000 + self._spoiled % 1000}", *values[1:]]


def _area(where: Dwelling) -> list[str]:
    code = where.place.bps_code
    return [
        "32", "JAWA BARAT", "3273", "KOTA BANDUNG", code[:7], where.place.kecamatan, code, where.place.name,
    ]  # fmt: skip


def _nobody(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return ["", values[1], "", *values[3:]]


def _nowhere(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    at = columns.index("kode_kecamatan_ktp")
    return [*values[:at], "9999999", "XXXX", "9999999999", "XXXX", *values[at + 4 :]]


def _one_column_more(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    at = columns.index("alamat_ktp")
    return [*values[: at + 1], "RT 01", *values[at + 1 :]]


SPOILS: Mapping[str, Spoil] = MappingProxyType({
    "no_name_no_nik": _nobody,
    "impossible_area": _nowhere,
    "broken_columns": _one_column_more,
})  # fmt: skip
