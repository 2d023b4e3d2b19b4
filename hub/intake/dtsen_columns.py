"""Columns of DTSEN files, whose versions differ: few are required, and how each answer is read.

Sources: DOMAIN §3d (screens of SIKS-NG, files of BPS to agencies, the API's columns); answers are those of
Regsosek, as codes or as their labels, and the file's own words are kept where they are neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.domain.measures import MEASURES, measured_by
from hub.domain.standard import codes
from hub.intake.answers import YES_NO, Answer, Read, coded, decile, golden, number, words
from hub.intake.layout import Column, Fate, Layout
from hub.intake.regsosek_columns import questions

_MEASURES = measured_by("dtsen")
_yes_no = coded(
    {**YES_NO, "1": "Ya", "2": "Tidak", "0": "Tidak", **dict.fromkeys(("TRUE", "True", "true"), "Ya")}
    | dict.fromkeys(("FALSE", "False", "false"), "Tidak")
)
_FLAGS = ("is_gc_kemensos", "is_pbi_se", "is_siks_ng")
"""Version 3: where the row came from."""
HOUSING = (
    "status_kepemilikan_rumah", "luas_lantai", "jenis_lantai_terluas", "jenis_dinding_terluas", "jenis_atap_terluas",
    "sumber_air_minum_utama", "sumber_penerangan_utama", "daya_terpasang", "bahan_bakar_utama_memasak",
    "fasilitas_bab", "jenis_kloset", "pembuangan_akhir_tinja",
)  # fmt: skip
ASSETS = (
    "kepemilikan_aset",
    *(f"aset_bergerak_{each}" for each in (
        "tabung_gas", "lemari_es", "ac", "pemanas_air", "telepon_rumah", "tv_datar", "emas_perhiasan",
        "komputer_laptop_tablet", "sepeda", "sepeda_motor", "mobil", "perahu", "kapal_perahu_motor", "smartphone",
    )),
    "aset_tidak_bergerak_lahan_lainnya", "aset_tidak_bergerak_rumah_lainnya",
)  # fmt: skip
ANIMALS = tuple(f"jumlah_ternak_{each}" for each in ("sapi", "kerbau", "kuda", "babi", "kambing_domba"))
RANKS = (
    "desil_nasional", "desil_provinsi", "desil_kabupaten_kota", "percentile_nasional", "peringkat_nasional",
    "peringkat_provinsi", "peringkat_kab_kota",
)  # fmt: skip
PBI = ("pbi_nas", "pbi_pemda")
SCHOOL = (
    "partisipasi_sekolah", "jenjang_tertinggi_yang_diduduki", "kelas_tertinggi_yang_diduduki", "pendidikan_akhir_ktp",
)  # fmt: skip
WORK = (
    "status_bekerja", "lapangan_usaha_dari_pekerjaan_utama", "kepemilikan_usaha", "jumlah_usaha",
    "lapangan_usaha_dari_usaha_utama", "jumlah_pekerja_yang_dibayar_dari_usaha_utama",
    "jumlah_pekerja_yang_tidak_dibayar_dari_usaha_utama", "omzet_usaha_utama", "pekerjaan_ktp",
)  # fmt: skip
HEALTH = (
    "kondisi_gizi", "penglihatan", "pendengaran", "berjalan_atau_naik_tangga", "menggunakan_tangan_jari",
    "belajar_kemampuan_intelektual", "pengendalian_perilaku", "berbicara_komunikasi", "mengurus_diri",
    "mengingat_berkonsentrasi", "kesedihan_depresi", "penyakit_kronis",
)  # fmt: skip
_GOLDEN = {
    "ijazah_tertinggi_yang_dimiliki": ("education", "r415", codes.education),
    "status_dalam_pekerjaan_utama": ("occupation", "r418", codes.occupation),
    "pekerjaan_utama": ("occupation", None, codes.occupation),
}
GOLDEN = tuple(_GOLDEN)
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "nomor_kartu_keluarga": ("no_kk", "nokk"),
    "nomor_induk_kependudukan": ("nik",),
    "nama_anggota_keluarga": ("nama_kepala_keluarga",),
    "status_hubungan_keluarga": ("hub_kepala_keluarga",),
    "provinsi": ("nama_provinsi",),
    "kabupaten_kota": ("nama_kabupaten_kota", "kabupaten"),
    "kecamatan": ("nama_kecamatan",),
    "kelurahan_desa": ("nama_kelurahan_desa", "kelurahan"),
    "kode_kelurahan_desa": ("id_wilayah",),
    "jenjang_tertinggi_yang_diduduki": ("jenjang_tertinggi",),
    "kelas_tertinggi_yang_diduduki": ("kelas_tertinggi",),
    "ijazah_tertinggi_yang_dimiliki": ("ijazah_tertinggi",),
    "lapangan_usaha_dari_pekerjaan_utama": ("lapangan_usaha_pekerjaan_utama",),
    "lapangan_usaha_dari_usaha_utama": ("lapangan_usaha_utama",),
    "aset_bergerak_tv_datar": ("aset_bergerak_televisi",),
}


def _reader(column: str) -> Read:
    """How an answer is read: by the codes of the same question of Regsosek, where there is one."""
    if column.startswith("desil_"):
        return decile
    if column in (*PBI, *_FLAGS, *ASSETS, "status_bekerja", "kepemilikan_usaha"):
        return _yes_no
    if column.startswith(("jumlah_", "percentile_", "peringkat_", "luas_")):
        return number
    if column in _GOLDEN:
        _, alike, standardise = _GOLDEN[column]
        return golden(_alike(alike), standardise)
    return _alike(next(iter(MEASURES[_MEASURES[column]].asked.get("regsosek", ())), None))


def _alike(question: str | None) -> Read:
    """The answers of a question of Regsosek where it has codes, else any words."""
    codes_of = questions().get(question or "")
    return _kept(coded(codes_of[1])) if codes_of else words


def _kept(read: Read) -> Read:
    """An answer in other words than Regsosek's is kept; only a number that is no code is a fault."""

    def kept(text: str) -> tuple[str, str]:
        value, fault = read(text)
        return (value, fault) if not fault or text.isdigit() else words(text)

    return kept


def answers(columns: Iterable[str]) -> tuple[Answer, ...]:
    """The answers of these columns; the later of two that tell one golden attribute wins."""
    return tuple(
        Answer(_GOLDEN[each][0] if each in _GOLDEN else _MEASURES[each], (each,), _reader(each))
        for each in columns
    )


def _column(name: str, fate: Fate, of: str, unit: str = "person", *, optional: bool = True) -> Column:
    return Column(name, fate, of, unit, optional, _SPELLINGS.get(name, ()))


def _assessed(columns: Iterable[str], unit: str) -> tuple[Column, ...]:
    return tuple(_column(each, Fate.ASSESSED, _MEASURES[each], unit) for each in columns)


def _where(ending: str, unit: str, fate: Fate) -> tuple[Column, ...]:
    """The columns that say where: of the dwelling, or of the KTP (`_ktp`)."""
    area = "area" if fate is Fate.GOLDEN else "area of the KTP"
    aside = "the kelurahan's code says it"
    return (
        _column(f"kode_provinsi{ending}", Fate.ASIDE, aside, unit),
        _column(f"provinsi{ending}", Fate.ASIDE, "the kabupaten or kota says it", unit),
        _column(f"kode_kabupaten_kota{ending}", Fate.ASIDE, aside, unit),
        _column(f"kabupaten_kota{ending}", Fate.EVIDENCE, area, unit),
        _column(f"kode_kecamatan{ending}", Fate.ASIDE, aside, unit),
        _column(f"kecamatan{ending}", fate, area, unit),
        _column(f"kode_kelurahan_desa{ending}", fate, area, unit),
        _column(f"kelurahan_desa{ending}", fate, area, unit),
    )


_COMMON = (
    Column("id", Fate.ASIDE, "row number of the export", optional=True),
    Column("periode", Fate.EVIDENCE, "period of the release", optional=True, spellings=("periode_data",)),
)
FAMILIES = Layout(
    "dtsen_keluarga",
    "the family file of DTSEN",
    (
        *(Column(each.name, each.fate, each.of, "dwelling", True, each.spellings) for each in _COMMON),
        _column("id_keluarga", Fate.EVIDENCE, "key of the family", "dwelling"),
        _column("nomor_kartu_keluarga", Fate.GOLDEN, "kk", "dwelling", optional=False),
        *_where("", "dwelling", Fate.GOLDEN),
        _column("alamat", Fate.GOLDEN, "address", "dwelling", optional=False),
        _column("rt", Fate.GOLDEN, "address: RT", "dwelling"),
        _column("rw", Fate.GOLDEN, "address: RW", "dwelling"),
        _column("nama_anggota_keluarga", Fate.EVIDENCE, "head of the family", "head", optional=False),
        _column("nomor_induk_kependudukan", Fate.EVIDENCE, "head of the family", "head"),
        _column("id_pelanggan_pln", Fate.EVIDENCE, "dwelling: electricity connection", "dwelling"),
        _column("desil_nasional", Fate.ASSESSED, "decile", "dwelling", optional=False),
        *_assessed(
            ("jumlah_anggota_keluarga", *RANKS[1:], *HOUSING, *ASSETS, *ANIMALS, *PBI, *_FLAGS), "dwelling"
        ),
    ),
    code_column="kode_kelurahan_desa",
    key="nomor_kartu_keluarga",
    identifiers=("nomor_kartu_keluarga", "nomor_induk_kependudukan"),
)
PERSONS = Layout(
    "dtsen_individu",
    "the person file of DTSEN",
    (
        *_COMMON,
        _column("idsemesta", Fate.EVIDENCE, "key of the person"),
        _column("id_keluarga", Fate.EVIDENCE, "key of the family"),
        _column("nomor_induk_kependudukan", Fate.GOLDEN, "nik", optional=False),
        _column("nomor_kartu_keluarga", Fate.GOLDEN, "kk", optional=False),
        _column("nama", Fate.GOLDEN, "name", optional=False),
        _column("jenis_kelamin", Fate.GOLDEN, "sex"),
        _column("tanggal_lahir", Fate.GOLDEN, "born_on"),
        _column("status_kawin", Fate.GOLDEN, "marital_status"),
        _column("status_hubungan_keluarga", Fate.GOLDEN, "relation_to_head", optional=False),
        _column("alamat_ktp", Fate.EVIDENCE, "address of the KTP"),
        _column("dusun_ktp", Fate.ASIDE, "the city has no dusun"),
        _column("rt_ktp", Fate.EVIDENCE, "address of the KTP"),
        _column("rw_ktp", Fate.EVIDENCE, "address of the KTP"),
        *_where("_ktp", "person", Fate.EVIDENCE),
        *(_column(each, Fate.GOLDEN, _GOLDEN[each][0]) for each in GOLDEN),
        _column("id_pelanggan_pln", Fate.EVIDENCE, "dwelling: electricity connection"),
        *_assessed((*SCHOOL, *WORK, *HEALTH, *PBI, *_FLAGS), "person"),
    ),
    code_column="kode_kelurahan_desa_ktp",
    key="nomor_induk_kependudukan",
    identifiers=("nomor_induk_kependudukan", "nomor_kartu_keluarga"),
)
FAMILY_BLOCKS = (
    ("jumlah_anggota_keluarga", *RANKS[:3]), RANKS[3:], HOUSING[:1] + HOUSING[2:6], HOUSING[6:], ("luas_lantai",),
    ASSETS[:9], ASSETS[9:], ANIMALS, (*PBI, *_FLAGS),
)  # fmt: skip
"""Columns that are read together: small blocks repeat more often."""
PERSON_BLOCKS = (SCHOOL, WORK, HEALTH, (*PBI, *_FLAGS))
