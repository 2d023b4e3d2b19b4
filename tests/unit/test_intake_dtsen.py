"""Rows of DTSEN, whose files differ in their columns, as dwellings, heads and persons."""

from __future__ import annotations

import pytest

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.intake.dtsen import Dtsen
from hub.intake.dtsen_columns import FAMILIES, PERSONS
from hub.intake.layout import Context, Layout, RowReader
from hub.intake.refusals import Refusal
from hub.reference.areas import area_index

FAMILY = {
    "nomor_kartu_keluarga": "3273020812120034",
    "kode_kelurahan_desa": "3273230004",
    "kelurahan_desa": "SADANG SERANG",
    "kecamatan": "COBLONG",
    "kabupaten_kota": "KOTA BANDUNG",
    "alamat": "GG. KELAPA NO 12 RT 04/09",
    "nama_anggota_keluarga": "AGUS",
    "jumlah_anggota_keluarga": "3",
    "status_kepemilikan_rumah": "1",
    "jenis_lantai_terluas": "Keramik/granit/marmer/ubin/tegel/teraso",
    "fasilitas_bab": "77",
    "aset_bergerak_lemari_es": "TRUE",
    "jumlah_ternak_sapi": "0",
    "pbi_nas": "2",
    "desil_nasional": "3",
    "is_siks_ng": "1",
}
SCREEN = {
    "id_keluarga": "K-000123",
    "id_wilayah": "3273021003",
    "no_kk": "3273020812120034",
    "nama_kepala_keluarga": "AGUS",
    "nik": "3273021303580004",
    "alamat": "GG. KELAPA",
    "rt": "4",
    "rw": "9",
    "kelurahan": "SADANG SERANG",
    "kecamatan": "COBLONG",
    "kabupaten": "KOTA BANDUNG",
    "provinsi": "JAWA BARAT",
    "desil_nasional": "3",
    "percentile_nasional": "27",
    "peringkat_nasional": "12345678",
}
PERSON = {
    "nomor_induk_kependudukan": "3273021303580004",
    "nomor_kartu_keluarga": "3273020812120034",
    "nama": "AGUS",
    "jenis_kelamin": "1",
    "tanggal_lahir": "1958-03-13",
    "status_kawin": "2",
    "status_hubungan_keluarga": "1",
    "kode_kelurahan_desa_ktp": "3273230004",
    "kelurahan_desa_ktp": "SADANG SERANG",
    "kecamatan_ktp": "COBLONG",
    "ijazah_tertinggi_yang_dimiliki": "8",
    "status_bekerja": "1",
    "status_dalam_pekerjaan_utama": "4",
    "penglihatan": "4",
    "penyakit_kronis": "Tidak ada",
}


def bound(layout: Layout, row: dict[str, str], system: str | None = "BPS") -> tuple[RowReader, list[str]]:
    context = Context("2026-03-31", area_index(), system)
    return Dtsen().bind(layout, layout.bind(row), context), list(row.values())


def taken(layout: Layout, row: dict[str, str], system: str | None = "BPS") -> Incoming:
    reader, values = bound(layout, row, system)
    found = reader.record(values)
    assert isinstance(found, Incoming)
    return found


def test_a_family_row_is_a_dwelling_known_by_its_card() -> None:
    dwelling = taken(FAMILIES, FAMILY)
    told = dwelling.standardised
    assert (dwelling.unit, dwelling.row_key, dwelling.identity) == (
        "dwelling",
        "3273020812120034",
        "3273020812120034",
    )
    assert (told["kk"], told["rt"], told["rw"], told["street"]) == (
        "3273020812120034",
        "004",
        "009",
        "KELAPA",
    )
    assert (told["area"], told["area_kind"]) == ("3273021003", "code_and_name")
    assert told["assessed"] == {
        "member_count": "3", "decile": "3", "home_ownership": "Milik sendiri",
        "floor_material": "Keramik/granit/marmer/ubin/tegel/teraso", "toilet": "77", "asset_refrigerator": "Ya",
        "cattle": "0", "received_pbi": "Tidak", "from_siks_ng": "Ya",
    }  # fmt: skip
    assert told["flags"] == ["code_unknown:fasilitas_bab"]


def test_the_code_system_is_what_the_file_was_found_to_have() -> None:
    row = {**FAMILY, "kelurahan_desa": "", "kecamatan": "", "kode_kelurahan_desa": "3273111001"}
    assert taken(FAMILIES, row, "KEMENDAGRI").standardised["area"] == "3273111001"
    assert taken(FAMILIES, row, "BPS").standardised["area"] == "3273281004"


def test_the_screen_has_other_columns_and_a_key_of_its_own() -> None:
    dwelling = taken(FAMILIES, SCREEN, "KEMENDAGRI")
    assert (dwelling.row_key, dwelling.standardised["rt"]) == ("K-000123", "004")
    assert dwelling.standardised["assessed"] == {
        "decile": "3",
        "percentile": "27",
        "rank_national": "12345678",
    }
    reader, values = bound(FAMILIES, SCREEN)
    head = reader.head(values)
    assert head is not None
    assert (head.row_key, head.standardised["nik"], head.dwelling) == (
        "K-000123-head",
        "3273021303580004",
        "K-000123",
    )


def test_a_person_row_is_a_person_who_names_the_family() -> None:
    person = taken(PERSONS, PERSON)
    told = dict(person.standardised)
    assert (person.unit, person.row_key, person.dwelling) == (
        "person",
        "3273021303580004",
        "3273020812120034",
    )
    assert told.pop("name_sound")
    assert told == {
        "nik": "3273021303580004", "nik_kind": "OK", "kk": "3273020812120034", "kk_kind": "OK", "name": "AGUS",
        "name_key": "AGUS", "sex": "MALE", "marital_status": "KAWIN", "born_on": "1958-03-13", "born_kind": "exact",
        "relation_to_head": "KEPALA KELUARGA", "area": "3273021003", "area_kind": "code_and_name", "education": "SMP",
        "occupation": "BURUH/KARYAWAN/PEGAWAI SWASTA",
        "assessed": {
            "working": "Ya", "difficulty_sight": "Tidak mengalami kesulitan", "chronic_disease": "Tidak Ada",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "relation"),
    [
        ("2", "SUAMI"),
        ("Istri/suami", "SUAMI"),
        ("ANAK", "ANAK"),
        ("famili lain", "FAMILI LAIN"),
        ("99", None),
    ],
)
def test_relations_come_as_codes_or_words(given: str, relation: str | None) -> None:
    told = taken(PERSONS, {**PERSON, "status_hubungan_keluarga": given}).standardised
    assert told.get("relation_to_head") == relation
    assert ("code_unknown:status_hubungan_keluarga" in told.get("flags", ())) == (relation is None)


def test_a_card_of_another_city_is_a_flag() -> None:
    row = {
        **PERSON,
        "kode_kelurahan_desa_ktp": "3205010001",
        "kelurahan_desa_ktp": "X",
        "kecamatan_ktp": "GARUT KOTA",
    }
    told = taken(PERSONS, row).standardised
    assert "area" not in told
    assert told["flags"] == ["ktp_elsewhere"]


def test_a_person_without_a_usable_card_names_no_dwelling() -> None:
    assert taken(PERSONS, {**PERSON, "nomor_kartu_keluarga": "-"}).dwelling is None


@pytest.mark.parametrize(
    ("layout", "row", "reason"),
    [
        (PERSONS, {**PERSON, "nama": "", "nomor_induk_kependudukan": ""}, "no_name_no_nik"),
        (PERSONS, {**PERSON, "nomor_induk_kependudukan": "3.27E+15"}, "bad_key"),
        (FAMILIES, {**FAMILY, "nomor_kartu_keluarga": "0"}, "bad_key"),
        (FAMILIES, {**FAMILY, "kelurahan_desa": "X", "kode_kelurahan_desa": "999"}, "impossible_area"),
        (FAMILIES, {**SCREEN, "id_keluarga": ""}, "bad_key"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(layout: Layout, row: dict[str, str], reason: str) -> None:
    reader, values = bound(layout, row)
    found = reader.record(values)
    assert isinstance(found, Refusal)
    assert found.reason == reason


@pytest.mark.parametrize(("layout", "row"), [(FAMILIES, FAMILY), (FAMILIES, SCREEN), (PERSONS, PERSON)])
def test_every_column_is_in_exactly_one_record_as_given(layout: Layout, row: dict[str, str]) -> None:
    row = {**row, "kolom_versi_4": " x "}
    reader, values = bound(layout, row)
    records = [each for each in (reader.record(values), reader.dwelling(values), reader.head(values)) if each]
    held = [cell for each in records if isinstance(each, Incoming) for cell in each.original.values()]
    assert sorted(held) == sorted(row.values())


def test_a_file_without_deciles_is_no_family_file() -> None:
    with pytest.raises(InvalidInput, match="desil_nasional"):
        FAMILIES.bind([each for each in FAMILY if each != "desil_nasional"])
