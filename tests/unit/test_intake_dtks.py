"""Rows of DTKS as persons and dwellings."""

from __future__ import annotations

import pytest

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.intake.dtks import EXPORT, Dtks
from hub.intake.layout import Context, RowReader
from hub.intake.refusals import ADVICE, Refusal
from hub.reference.areas import area_index

ROW = {
    "ID_DTKS": "327323000420060201",
    "PROVINSI": "JAWA BARAT",
    "KABUPATEN/KOTA": "KOTA BANDUNG",
    "KECAMATAN": "COBLONG",
    "DESA/KELURAHAN": "SADANG SERAGN",
    "ALAMAT": "JL. CICADAS NO 3",
    "DUSUN": "-",
    "RT": "RT 04",
    "RW": "9",
    "NOMOR KK": "3273020812120034",
    "NOMOR NIK": "'3273 0213 0358 0004",
    "NAMA": "H. AGUS  SETIAWAN",
    "TANGGAL LAHIR": "13 MARET 1958",
    "TEMPAT LAHIR": "KAB GARUT",
    "JENIS KELAMIN": "L",
    "NAMA IBU KANDUNG": "SANTIKA",
    "HUBUNGAN KELUARGA": "KEPALA KELUARGA",
    "KETERANGAN PADAN": "PADAN",
    "BANSOS BPNT": "TIDAK",
    "BANSOS PKH": "TIDAK",
    "BANSOS BPNT-PPKM": "TIDAK",
    "PBI JKN": "YA",
}
AS_OF = "2024-05-31"


def read(row: dict[str, str]) -> tuple[Incoming, Incoming]:
    rows = bound(tuple(row))
    person, dwelling = rows.record(list(row.values())), rows.dwelling(list(row.values()))
    assert isinstance(person, Incoming)
    assert dwelling is not None
    assert rows.head(list(row.values())) is None
    return person, dwelling


def bound(heading: tuple[str, ...]) -> RowReader:
    return Dtks().bind(EXPORT, EXPORT.bind(heading), Context(AS_OF, area_index()))


def refused(**changed: str) -> Refusal:
    row = {
        **ROW,
        **{name.replace("_", " ") if name != "ID_DTKS" else name: value for name, value in changed.items()},
    }
    found = bound(tuple(row)).record(list(row.values()))
    assert isinstance(found, Refusal)
    assert found.reason in ADVICE
    return found


def test_a_row_becomes_a_person_and_a_dwelling() -> None:
    person, dwelling = read(ROW)
    assert (person.unit, person.row_key, person.identity) == ("person", ROW["ID_DTKS"], ROW["ID_DTKS"])
    assert person.standardised == {
        "nik": "3273021303580004",
        "nik_kind": "OK",
        "kk": "3273020812120034",
        "kk_kind": "OK",
        "name": "H. AGUS SETIAWAN",
        "name_key": "AGUS SETIAWAN",
        "born_on": "1958-03-13",
        "born_kind": "exact",
        "birthplace": "KAB. GARUT",
        "sex": "MALE",
        "mother_name": "SANTIKA",
        "relation_to_head": "KEPALA KELUARGA",
        "padan": "PADAN",
        "name_sound": "AGUS SETIAWAN",
        "assessed": {
            "received_bpnt": "Tidak", "received_pkh": "Tidak", "received_bpnt_ppkm": "Tidak", "received_pbi": "Ya",
        },
        "flags": ["nik_repaired"],
    }  # fmt: skip
    assert (dwelling.unit, dwelling.row_key) == ("dwelling", ROW["ID_DTKS"][:16])
    assert dwelling.standardised == {
        "text": "JL. CICADAS NO 3", "rt": "004", "rw": "009", "area": "3273021003", "area_kind": "misspelt",
        "street_type": "JL", "street": "CICADAS", "number": "3", "street_key": "CICADAS",
    }  # fmt: skip
    assert person.dwelling == dwelling.identity


def test_every_column_is_in_exactly_one_unit_as_given() -> None:
    person, dwelling = read({**ROW, "CATATAN": " x "})
    assert not set(person.original) & set(dwelling.original)
    assert {**person.original, **dwelling.original} == {**ROW, "CATATAN": " x "}


def test_rows_of_one_dwelling_share_its_identity_and_another_address_is_another_record() -> None:
    first, _ = read(ROW)
    second, _ = read({**ROW, "ID_DTKS": "327323000420060202", "DUSUN": "0", "NAMA": "IIS"})
    moved, _ = read({**ROW, "ALAMAT": "JL. LAIN"})
    assert first.dwelling == second.dwelling
    assert first.dwelling != moved.dwelling


@pytest.mark.parametrize(
    "without", [("KETERANGAN PADAN", "BANSOS BPNT", "BANSOS PKH", "BANSOS BPNT-PPKM", "PBI JKN"), ()]
)
def test_columns_are_read_by_heading_in_any_order(without: tuple[str, ...]) -> None:
    row = {name: value for name, value in reversed(ROW.items()) if name not in without}
    person, dwelling = read(row)
    given, _ = read(ROW)
    assert person.row_key == given.row_key
    assert person.dwelling == given.dwelling
    assert person.standardised["name"] == "H. AGUS SETIAWAN"
    assert ("padan" in person.standardised) == (not without)
    assert dwelling.standardised["rt"] == "004"


def test_a_file_with_occupations_keeps_them() -> None:
    person, _ = read({**ROW, "PEKERJAAN": "BURUH"})
    assert person.original["PEKERJAAN"] == "BURUH"


def test_headings_are_known_in_their_spellings() -> None:
    row = {
        {"ID_DTKS": "IDDTKS", "NOMOR NIK": "nik", "NOMOR KK": "No. KK", "DESA/KELURAHAN": "Kelurahan"}.get(
            name, name
        ): value
        for name, value in ROW.items()
    }
    person, _ = read(row)
    assert person.original == read(ROW)[0].original


def test_unknown_columns_are_told() -> None:
    assert dict(EXPORT.bind((*ROW, "CATATAN", "D\u00e9sa")).unknown) == {"CATATAN": 22, "D\\xe9sa": 23}


def test_a_heading_that_lacks_columns_or_has_one_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="NAMA IBU KANDUNG"):
        EXPORT.bind(tuple(name for name in ROW if name != "NAMA IBU KANDUNG"))
    with pytest.raises(InvalidInput, match="twice"):
        EXPORT.bind((*ROW, "NIK"))


def test_rows_that_can_not_be_taken_say_why_and_where() -> None:
    assert refused(NAMA="-", NOMOR_NIK="0").reason == "no_name_no_nik"
    assert refused(KECAMATAN="XXXX").reason == "impossible_area"
    assert refused(**{"DESA/KELURAHAN": "9999999999"}).column == "DESA/KELURAHAN"
    assert refused(**{"KABUPATEN/KOTA": "KAB. GARUT"}).reason == "impossible_area"
    for key in ("", "32732300042006020", "3.27E+17", "32732300042006020A", "\u0663" * 18):
        assert refused(ID_DTKS=key) == Refusal("bad_key", "ID_DTKS", key)


def test_a_row_without_name_but_with_a_damaged_nik_is_taken() -> None:
    person, _ = read({**ROW, "NAMA": "", "NOMOR NIK": "3.27E+15"})
    assert person.standardised["nik_kind"] == "SCIENTIFIC"
    assert "nik" not in person.standardised
    assert "name" not in person.standardised


def test_an_impossible_birth_date_is_flagged_and_the_row_taken() -> None:
    person, _ = read({**ROW, "TANGGAL LAHIR": "31-02-1980"})
    assert "born_on" not in person.standardised
    assert person.standardised["born_kind"] == "impossible"
    assert "born_impossible" in person.standardised["flags"]
