"""Rows of Regsosek as dwellings, heads and persons, and the checks of its questionnaire."""

from __future__ import annotations

import pytest

from hub.commands.intake import Incoming
from hub.intake.layout import Context, Layout, RowReader
from hub.intake.refusals import Refusal
from hub.intake.regsosek import Regsosek
from hub.intake.regsosek_columns import AID, FAMILIES, HOUSING, PERSONS, questions
from hub.reference.areas import area_index

KEY = {
    "id_keluarga": "3273230004002600004", "r101": "32", "r102": "73", "r103": "230", "r104": "004", "r105": "0026",
    "r105a": "00",
}  # fmt: skip
FAMILY: dict[str, str] = {
    **KEY, "r106": "RT 03 RW 01 SADANG", "r107": "JL. CICADAS NO. 6", "r108": "AGUS", "r109": "007", "r110": "004",
    "r111": "3", "r112": "3", "r113": "64536713", "r114": "3273032608120014", "r115": "2", "r201": "02/11/2022",
    "r202": "P0004", "r203": "04/11/2022", "r204": "K000", "r205": "1",
    **dict.fromkeys(HOUSING, ""),
    "r301a": "1", "r301b": "5", "r302": "46", "r303": "2", "r304": "1", "r305": "4", "r306a": "4", "r306b": "3",
    "r307a": "1", "r307b1": "2", "r308": "4", "r309a": "1", "r309b": "1", "r310": "1",
    **{f"r501{letter}{part}": ("2" if not part else "") for letter in AID for part in ("", "_bulan", "_tahun")},
    "r501a": "1", "r501a_bulan": "6", "r501a_tahun": "2022",
    **{f"r502{letter}": "2" for letter in "abcdefghijklmn"}, "r502b": "1", "r503a": "2", "r503b": "2",
    **{f"r504{letter}": "0" for letter in "abcde"}, "r504e": "3", "r505": "0", "r506": "4",
}  # fmt: skip
PERSON: dict[str, str] = {
    **KEY, "r110": "004", "r401": "1", "r402": "AGUS", "r403": "3273032209670004", "r404": "1", "r405": "1",
    "r406": "22/09/1967", "r407": "55", "r408": "2", "r409": "1", "r410": "", "r411": "5", "r412": "3", "r413": "8",
    "r414": "8", "r415": "8", "r416a": "1", "r416b": "48", "r417": "12", "r418": "1", "r419": "3", "r420a": "1",
    "r420b": "1", "r421": "12", "r422": "2", "r423": "0", "r424": "4", "r425": "3", "r426": "13", "r427": "",
    **{f"r428{letter}": "4" for letter in "abcdefghij"}, "r428b": "2", "r429": "1", "r430": "6",
    "r431a": "3", "r431b": "2", "r431c": "2", "r431d": "2", "r431e": "2", "r431f": "99",
}  # fmt: skip


def bound(layout: Layout, row: dict[str, str]) -> tuple[RowReader, list[str]]:
    context = Context("2022-11-14", area_index())
    return Regsosek().bind(layout, layout.bind(row), context), list(row.values())


def taken(layout: Layout, row: dict[str, str]) -> Incoming:
    reader, values = bound(layout, row)
    found = reader.record(values)
    assert isinstance(found, Incoming)
    return found


def flags(layout: Layout, row: dict[str, str]) -> list[str]:
    found: list[str] = taken(layout, row).standardised.get("flags", [])
    return found


def test_a_family_row_is_a_dwelling_with_its_card_and_place() -> None:
    dwelling = taken(FAMILIES, FAMILY)
    told = dwelling.standardised
    assert (dwelling.unit, dwelling.row_key, dwelling.identity) == (
        "dwelling",
        KEY["id_keluarga"],
        KEY["id_keluarga"],
    )
    assert (told["kk"], told["kk_kind"]) == ("3273032608120014", "OK")
    assert (told["text"], told["rt"], told["rw"]) == ("JL. CICADAS NO. 6", "003", "001")
    assert (told["area"], told["area_kind"]) == ("3273021003", "code")
    assert (told["sls"], told["building"]) == ("3273230004002600", "3273230004002600-007")
    assert "flags" not in told


def test_families_of_one_building_share_its_name() -> None:
    other = {**FAMILY, "id_keluarga": "3273230004002600005", "r110": "005"}
    assert taken(FAMILIES, other).standardised["building"] == taken(FAMILIES, FAMILY).standardised["building"]


def test_answers_are_labels_numbers_and_months() -> None:
    assessed = taken(FAMILIES, FAMILY).standardised["assessed"]
    expected = {
        "member_count": "3", "card_match": "Keluarga pecahan", "home_ownership": "Milik sendiri",
        "land_proof": "Surat bukti lainnya (Girik, Letter C, dll)", "floor_area": "46", "floor_material": "Keramik",
        "power_meter_1": "900 watt", "cooking_fuel": "Gas elpiji 3 kg", "received_sembako": "Ya",
        "received_sembako_last": "2022-06", "received_pkh": "Tidak", "asset_refrigerator": "Ya", "goats": "3",
        "internet": "Tidak menggunakan internet", "account": "Tidak",
    }  # fmt: skip
    assert expected.items() <= assessed.items()
    assert "received_pkh_last" not in assessed
    assert "power_meter_2" not in assessed


def test_the_head_is_a_name_apart_from_the_dwelling() -> None:
    reader, values = bound(FAMILIES, FAMILY)
    head = reader.head(values)
    assert head is not None
    assert (head.row_key, head.dwelling) == (f"{KEY['id_keluarga']}-head", KEY["id_keluarga"])
    assert head.original == {"r108": "AGUS"}
    assert "r108" not in taken(FAMILIES, FAMILY).original


def test_a_person_row_is_a_person_who_names_the_family() -> None:
    person = taken(PERSONS, PERSON)
    key = f"{KEY['id_keluarga']}-1"
    assert (person.unit, person.row_key, person.identity, person.dwelling) == (
        "person",
        key,
        key,
        KEY["id_keluarga"],
    )
    told = dict(person.standardised)
    assessed = told.pop("assessed")
    assert told.pop("name_sound")
    assert told == {
        "nik": "3273032209670004", "nik_kind": "OK", "name": "AGUS", "name_key": "AGUS", "sex": "MALE",
        "marital_status": "KAWIN", "born_on": "1967-09-22", "born_kind": "exact", "area": "3273021003",
        "area_kind": "code", "education": "SMP", "occupation": "BERUSAHA SENDIRI", "presence": "PRESENT", "alive": True,
        "relation_to_head": "KEPALA KELUARGA",
    }  # fmt: skip
    expected = {
        "papers": "Akta Kelahiran; KTP", "work_hours": "48", "business_paid_workers": "2",
        "business_internet": "Sebagai sarana komunikasi; Sebagai Pemasaran/Iklan; Sebagai Sarana Penjualan Produk/Output",
        "difficulty_hearing": "Ya, banyak kesulitan dan membutuhkan bantuan",
        "chronic_disease": "Diabetes (kencing manis)", "health_insurance": "PBI/JKN; JKN Mandiri",
        "work_insurance": "Tidak tahu", "age": "55",
    }  # fmt: skip
    assert expected.items() <= assessed.items()


def test_a_person_tells_no_dwelling_and_is_taken_without_the_family_row() -> None:
    reader, values = bound(PERSONS, PERSON)
    assert isinstance(reader.record(values), Incoming)
    assert reader.dwelling(values) is None
    assert reader.head(values) is None


@pytest.mark.parametrize(("layout", "row"), [(FAMILIES, FAMILY), (PERSONS, PERSON)])
def test_every_column_is_in_exactly_one_record_as_given(layout: Layout, row: dict[str, str]) -> None:
    row = {**row, "catatan": " x "}
    reader, values = bound(layout, row)
    records = [each for each in (reader.record(values), reader.dwelling(values), reader.head(values)) if each]
    held = [
        (name, cell) for each in records if isinstance(each, Incoming) for name, cell in each.original.items()
    ]
    assert sorted(held) == sorted(row.items())


@pytest.mark.parametrize(
    ("code", "sex", "relation"),
    [
        ("2", "1", "SUAMI"),
        ("2", "2", "ISTRI"),
        ("3", "1", "ANAK"),
        ("7", "2", "PEMBANTU"),
        ("8", "1", "LAINNYA"),
    ],
)
def test_relations_have_their_own_codes(code: str, sex: str, relation: str) -> None:
    assert taken(PERSONS, {**PERSON, "r409": code, "r405": sex}).standardised["relation_to_head"] == relation


@pytest.mark.parametrize(
    ("code", "presence", "alive"),
    [("2", "DEAD", False), ("3", "MOVED_OUT", True), ("4", "ABROAD", True), ("5", "PRESENT", True),
     ("6", "NOT_FOUND", None)],
)  # fmt: skip
def test_what_the_visit_found_is_kept(code: str, presence: str, alive: bool | None) -> None:
    told = taken(PERSONS, {**PERSON, "r404": code}).standardised
    assert (told["presence"], told.get("alive")) == (presence, alive)


@pytest.mark.parametrize(
    ("layout", "row", "reason"),
    [
        (PERSONS, {**PERSON, "r402": "", "r403": ""}, "no_name_no_nik"),
        (PERSONS, {**PERSON, "r103": "999", "r104": "999"}, "impossible_area"),
        (PERSONS, {**PERSON, "r401": "-"}, "bad_key"),
        (PERSONS, {**PERSON, "id_keluarga": "3.27323E+18"}, "bad_key"),
        (FAMILIES, {**FAMILY, "r104": "999"}, "impossible_area"),
        (FAMILIES, {**FAMILY, "id_keluarga": ""}, "bad_key"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(layout: Layout, row: dict[str, str], reason: str) -> None:
    reader, values = bound(layout, row)
    found = reader.record(values)
    assert isinstance(found, Refusal)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"r301a": "2"}, "skip:r301b"),
        ({"r306a": "1"}, "skip:r306b"),
        ({"r307a": "4"}, "skip:r307b1"),
        ({"r309a": "6"}, "skip:r309b"),
        ({"r501a": "2"}, "skip:r501a_bulan"),
        ({"r205": "5"}, "skip:r506"),
        ({"r501c": "1"}, "no_desa:r501c"),
        ({"r110": "005"}, "key_differs"),
        ({"r112": "tiga"}, "number_unknown:r112"),
        ({"r303": "77"}, "code_unknown:r303"),
        ({"r501a_bulan": "13"}, "date_unknown:r501a_bulan"),
    ],
)
def test_an_answer_that_breaks_the_family_form_is_flagged(changed: dict[str, str], flag: str) -> None:
    assert flag not in flags(FAMILIES, FAMILY)
    assert flag in flags(FAMILIES, {**FAMILY, **changed})


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"r404": "2"}, "skip:r408"),
        ({"r404": "6"}, "skip:r431f"),
        ({"r410": "2"}, "skip:r410"),
        ({"r412": "1"}, "skip:r413"),
        ({"r416a": "2"}, "skip:r418"),
        ({"r420a": "2"}, "skip:r426"),
        ({"r427": "3"}, "skip:r427"),
        ({"r407": "4", "r406": "2018-01-02"}, "skip:r412"),
        ({"r407": "1", "r406": "2021-01-02"}, "skip:r428a"),
        ({"r407": "44"}, "age_differs"),
        ({"r405": "3"}, "code_unknown:r405"),
        ({"r411": "8"}, "code_unknown:r411"),
        ({"r426": "64"}, "code_unknown:r426"),
        ({"r431a": "16"}, "code_unknown:r431a"),
        ({"r409": "9"}, "code_unknown:r409"),
        ({"r404": "7"}, "code_unknown:r404"),
    ],
)
def test_an_answer_that_breaks_the_person_form_is_flagged(changed: dict[str, str], flag: str) -> None:
    assert flags(PERSONS, PERSON) == []
    assert flag in flags(PERSONS, {**PERSON, **changed})


def test_women_of_10_to_54_are_asked_whether_they_are_pregnant() -> None:
    woman = {**PERSON, "r405": "2", "r403": "", "r410": "1", "r406": "2012-01-02", "r407": "10"}
    assert flags(PERSONS, woman) == []
    assert taken(PERSONS, woman).standardised["assessed"]["pregnant"] == "Ya"
    assert flags(PERSONS, {**woman, "r407": "9"}) == ["skip:r410"]
    assert flags(PERSONS, {**woman, "r406": "1967-01-02", "r407": "55"}) == ["skip:r410"]


def test_an_unknown_age_is_held_against_nobody() -> None:
    assert flags(PERSONS, {**PERSON, "r407": ""}) == []
    assert flags(PERSONS, {**PERSON, "r407": "lima"}) == ["number_unknown:r407"]


def test_a_missing_answer_breaks_no_rule() -> None:
    assert flags(PERSONS, {**PERSON, "r404": "", "r412": "", "r416a": "", "r420a": ""}) == []


def test_zeros_that_a_spreadsheet_took_do_not_change_the_place() -> None:
    row = {**PERSON, "r104": "4", "r105": "26", "r105a": "0", "r110": "4"}
    assert taken(PERSONS, row).standardised["area"] == "3273021003"
    assert flags(PERSONS, row) == []


def test_bits_and_codes_of_the_form_are_all_there() -> None:
    listed = questions()
    assert (len(listed), sum(len(labels) for _, labels in listed.values())) == (80, 423)
    assert {column for column, (kind, _) in listed.items() if kind == "bits"} == {
        "r411",
        "r426",
        "r431a",
        "r431f",
    }
