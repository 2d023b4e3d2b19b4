"""Rows of P3KE as dwellings, heads and persons."""

from __future__ import annotations

import pytest

from hub.commands.intake import Incoming
from hub.intake.layout import Context, Layout, RowReader
from hub.intake.p3ke import FAMILIES, PERSONS, P3ke
from hub.intake.refusals import Refusal
from hub.reference.areas import area_index

WHERE = {
    "ID Keluarga P3KE": "127668644",
    "Provinsi": "JAWA BARAT",
    "Kabupaten/Kota": "KOTA BANDUNG",
    "Kecamatan": "COBLONG",
    "Desa": "SADANGSERSNG",
    "Kode Kemendagri": "3273021003",
    "Desil Kesejahteraan": "4",
    "Alamat": "GG KELAPA NO 12",
}
AID = {
    "Penerima BPNT": "Ya",
    "Penerima BPUM": "Tidak",
    "Penerima BST": "Tidak",
    "Penerima PKH": "Tidak",
    "Penerima SEMBAKO": "Ya",
    "Resiko Stunting": "",
}
FAMILY = {
    **WHERE,
    "Kepala Keluarga": "DEDE NINGSIH",
    "NIK": "3205286212800003",
    "Padan Dukcapil": "Ya",
    "Jenis Kelamin": "Perempuan",
    "Tanggal Lahir": "22/12/1980 0:00:00",
    "Pekerjaan": "Pedagang",
    "Pendidikan": "Tamat SD/sederajat",
    "Kepemilikan Rumah": "Milik Sendiri",
    "Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya": "Tidak",
    "Jenis Atap": "BETON",
    "Jenis Dinding": "Batu kali",
    "Jenis Lantai": "Semen",
    "Sumber Penerangan": "Listrik Pribadi > 900 Watt",
    "Bahan Bakar Memasak": "Listrik/Gas",
    "Sumber Air Minum": "Sumur Bor",
    "Fasilitas Buang Air Besar": "Ya, dengan Septic Tank",
    **AID,
}
PERSON = {
    **WHERE,
    "ID Individu": "2",
    "Nama": "FERRY KAMAL",
    "NIK": "3273021609000004",
    "Padan Dukcapil": "Tidak",
    "Jenis Kelamin": "Laki-laki",
    "Hubungan dengan Kepala Keluarga": "Anak",
    "Tanggal Lahir": "16/09/2000 0:00:00",
    "Status Kawin": "Belum Kawin",
    "Pekerjaan": "Pegawai Swasta",
    "Pendidikan": "Tamat SMP/sederajat",
    "Usia dibawah 7": "Tidak",
    "Usia 7-12": "Tidak",
    "Usia 13-15": "Tidak",
    "Usia 16-18": "Tidak",
    "Usia 19-21": "Ya",
    "Usia 22-59": "Tidak",
    "Usia 60 tahun keatas": "Tidak",
    **AID,
    "Resiko Stunting": "1",
}


def bound(layout: Layout, row: dict[str, str], system: str | None = None) -> tuple[RowReader, list[str]]:
    context = Context("2021-10-31", area_index(), system)
    return P3ke().bind(layout, layout.bind(row), context), list(row.values())


def taken(layout: Layout, row: dict[str, str]) -> Incoming:
    reader, values = bound(layout, row)
    found = reader.record(values)
    assert isinstance(found, Incoming)
    return found


def refused(layout: Layout, row: dict[str, str]) -> Refusal:
    reader, values = bound(layout, row)
    found = reader.record(values)
    assert isinstance(found, Refusal)
    return found


def test_a_family_row_is_a_dwelling_with_its_housing_and_aid() -> None:
    dwelling = taken(FAMILIES, FAMILY)
    assert (dwelling.unit, dwelling.row_key, dwelling.identity) == ("dwelling", "127668644", "127668644")
    told = dict(dwelling.standardised)
    assert told["assessed"] == {
        "decile": "4", "home_ownership": "Milik Sendiri", "savings": "Tidak", "roof_material": "Beton",
        "wall_material": "Batu kali", "floor_material": "Semen", "lighting": "Listrik Pribadi > 900 Watt",
        "cooking_fuel": "Listrik/Gas", "drinking_water": "Sumur Bor", "toilet": "Ya, dengan Septic Tank",
        "received_bpnt": "Ya", "received_bpum": "Tidak", "received_bst": "Tidak", "received_pkh": "Tidak",
        "received_sembako": "Ya",
    }  # fmt: skip
    assert told["flags"] == ["code_unknown:Jenis Dinding"]
    assert (told["text"], told["street"], told["number"]) == ("GG KELAPA NO 12", "KELAPA", "12")
    assert (told["area"], told["area_kind"]) == ("3273021003", "code_and_name")


def test_what_a_family_row_says_of_its_head_is_a_record_apart() -> None:
    reader, values = bound(FAMILIES, FAMILY)
    head = reader.head(values)
    assert head is not None
    assert (head.unit, head.row_key, head.dwelling) == ("head", "127668644-head", "127668644")
    told = head.standardised
    assert (told["name"], told["nik"], told["born_on"]) == ("DEDE NINGSIH", "3205286212800003", "1980-12-22")
    assert (told["occupation"], told["education"], told["padan"]) == (
        "PEDAGANG",
        "TAMAT SD/SEDERAJAT",
        "PADAN",
    )
    dwelling = taken(FAMILIES, FAMILY)
    assert "3205286212800003" not in str(dwelling)
    assert "DEDE" not in str(dwelling)


def test_a_family_without_name_and_nik_of_its_head_is_a_dwelling_all_the_same() -> None:
    row = {**FAMILY, "Kepala Keluarga": "", "NIK": "-"}
    assert taken(FAMILIES, row).row_key == "127668644"
    reader, values = bound(FAMILIES, row)
    head = reader.head(values)
    assert head is not None
    assert head.original["NIK"] == "-"
    assert "name" not in head.standardised


def test_a_family_row_that_tells_nothing_of_its_head_has_no_record_of_one() -> None:
    row = {**FAMILY, **dict.fromkeys(list(FAMILY)[8:15], " ")}
    reader, values = bound(FAMILIES, row)
    assert isinstance(reader.record(values), Incoming)
    assert reader.head(values) is None


def test_a_person_row_is_a_person_who_names_the_family() -> None:
    person = taken(PERSONS, PERSON)
    assert (person.unit, person.row_key, person.identity) == ("person", "127668644-2", "127668644-2")
    assert person.dwelling == "127668644"
    told = dict(person.standardised)
    assert told.pop("name_sound")
    assert told == {
        "nik": "3273021609000004", "nik_kind": "OK", "name": "FERRY KAMAL", "name_key": "FERRY KAMAL",
        "sex": "MALE", "relation_to_head": "ANAK", "marital_status": "BELUM KAWIN", "padan": "TIDAK PADAN",
        "born_on": "2000-09-16", "born_kind": "exact", "area": "3273021003", "area_kind": "code_and_name",
        "occupation": "PEGAWAI SWASTA", "education": "TAMAT SMP/SEDERAJAT",
        "assessed": {
            "age_group": "19-21", "received_bpnt": "Ya", "received_bpum": "Tidak", "received_bst": "Tidak",
            "received_pkh": "Tidak", "received_sembako": "Ya", "stunting_risk": "1",
        },
    }  # fmt: skip


def test_a_person_row_tells_a_spare_dwelling() -> None:
    reader, values = bound(PERSONS, PERSON)
    dwelling = reader.dwelling(values)
    assert dwelling is not None
    assert (dwelling.row_key, dwelling.identity, dwelling.spare) == ("127668644", "127668644", True)
    assert dwelling.standardised["assessed"] == {"decile": "4"}
    assert not taken(FAMILIES, FAMILY).spare


@pytest.mark.parametrize(("layout", "row"), [(FAMILIES, FAMILY), (PERSONS, PERSON)])
def test_every_column_is_in_exactly_one_record_as_given(layout: Layout, row: dict[str, str]) -> None:
    row = {**row, "Catatan": " x "}
    reader, values = bound(layout, row)
    records = [each for each in (reader.record(values), reader.dwelling(values), reader.head(values)) if each]
    held = [
        (name, cell) for each in records if isinstance(each, Incoming) for name, cell in each.original.items()
    ]
    assert sorted(held) == sorted(row.items())


def test_age_groups_that_contradict_each_other_are_flagged() -> None:
    person = taken(PERSONS, {**PERSON, "Usia 22-59": "Ya"})
    assert person.standardised["assessed"]["age_group"] == "19-21; 22-59"
    assert "code_unknown:Usia dibawah 7" in person.standardised["flags"]


@pytest.mark.parametrize("decile", ["11", "0", "IV"])
def test_a_decile_that_is_none_is_kept_and_flagged(decile: str) -> None:
    dwelling = taken(FAMILIES, {**FAMILY, "Desil Kesejahteraan": decile})
    assert dwelling.standardised["assessed"]["decile"] == decile
    assert "number_unknown:Desil Kesejahteraan" in dwelling.standardised["flags"]


@pytest.mark.parametrize(
    ("layout", "row", "reason"),
    [
        (PERSONS, {**PERSON, "Nama": " ", "NIK": "0"}, "no_name_no_nik"),
        (PERSONS, {**PERSON, "Desa": "XXXX", "Kecamatan": "-", "Kode Kemendagri": "9999999999"}, "impossible_area"),
        (PERSONS, {**PERSON, "ID Individu": ""}, "bad_key"),
        (PERSONS, {**PERSON, "ID Keluarga P3KE": "1.28E+08"}, "bad_key"),
        (FAMILIES, {**FAMILY, "Kabupaten/Kota": "KAB. GARUT"}, "impossible_area"),
        (FAMILIES, {**FAMILY, "ID Keluarga P3KE": "-"}, "bad_key"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused(layout: Layout, row: dict[str, str], reason: str) -> None:
    assert refused(layout, row).reason == reason


def test_a_code_of_the_other_system_is_read_beside_the_names() -> None:
    told = taken(PERSONS, {**PERSON, "Kode Kemendagri": "3273230004"}).standardised
    assert (told["area"], told["area_kind"]) == ("3273021003", "other_system")


def test_a_number_in_a_stretch_that_a_spreadsheet_rounded_is_no_nik() -> None:
    row = {**PERSON, "NIK": "3273021609000010"}
    reader, values = bound(PERSONS, row)
    at = list(row).index("NIK")
    person = reader.record(values, {at})
    assert isinstance(person, Incoming)
    assert person.standardised["nik_kind"] == "ZEROED"
    assert "nik" not in person.standardised
