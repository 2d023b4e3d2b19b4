"""Every column of every register is accounted for; a heading is recognised; answers are read as text."""

from __future__ import annotations

import pytest

from graph_schema.notation import Sensitivity
from hub.commands.intake import Incoming
from hub.domain.measures import MEASURES, measured_by
from hub.intake import columns, dtks
from hub.intake.answers import Answer, Block, bits, coded, month, number, one_of, rupiah
from hub.intake.layout import Context, Fate
from hub.intake.regsosek_columns import FAMILIES, FAMILY_BLOCKS, PERSON_BLOCKS, PERSONS
from hub.reference.areas import area_index

LAYOUTS = tuple(columns.every_layout())
DTKS = {
    "ID_DTKS": "327323000420060201",
    "PROVINSI": "JAWA BARAT",
    "KABUPATEN/KOTA": "KOTA BANDUNG",
    "KECAMATAN": "COBLONG",
    "DESA/KELURAHAN": "SADANG SERAGN",
    "ALAMAT": "JL. CICADAS NO 3",
    "DUSUN": "-",
    "RT": "RT 04",
    "RW": "9",
    "NOMOR KK": "3273 0208 1212 0034",
    "NOMOR NIK": "'3273 0213 0358 0004",
    "NAMA": "H. AGUS  SETIAWAN (ALM)",
    "TANGGAL LAHIR": "13 MARET 1958",
    "TEMPAT LAHIR": "KAB GARUT",
    "JENIS KELAMIN": "L",
    "PEKERJAAN": "Buruh",
    "NAMA IBU KANDUNG": "SANTIKA",
    "HUBUNGAN KELUARGA": "KEPALA KELUARGA",
    "KETERANGAN PADAN": "PADAN",
    "BANSOS BPNT": "YA",
    "BANSOS PKH": "TIDAK",
    "BANSOS BPNT-PPKM": "?",
    "PBI JKN": "YA",
}


def test_the_page_of_columns_is_fresh() -> None:
    assert columns.PAGE.read_text(encoding="utf-8") == columns.page(), "run python -m hub.intake.columns"


def test_no_two_columns_of_a_layout_share_a_name() -> None:
    for _, layout in LAYOUTS:
        bound = layout.bind([each.name for each in layout.columns])
        assert (len(bound.at), bound.unknown) == (len(layout.columns), {})
        for each in layout.columns:
            for spelling in each.spellings:
                assert layout.bind([spelling if one is each else one.name for one in layout.columns])


def test_every_column_says_what_it_is_of_and_names_a_record() -> None:
    for _, layout in LAYOUTS:
        for each in layout.columns:
            assert each.of.strip(), each.name
            assert each.unit in ("person", "dwelling", "head", "entry")
        named = {each.name for each in layout.columns}
        assert {*layout.identifiers, *([layout.code_column] if layout.code_column else [])} <= named


def test_measures_and_layouts_tell_the_same() -> None:
    asked = {
        (register, column)
        for each in MEASURES.values()
        for register, found in each.asked.items()
        for column in found
    }
    assessed = {
        (register, each.name): each.of for register, layout in LAYOUTS for each in layout.columns
        if each.fate is Fate.ASSESSED
    }  # fmt: skip
    lists = {register for register, layout in LAYOUTS if layout.columns[0].unit == "entry"}
    assert {each for each in asked if each[0] != "programme"} == {
        each for each in assessed if each[0] not in lists
    }
    for (register, column), measure in assessed.items():
        assert measure in MEASURES
        assert register in lists or measured_by(register)[column] == measure
    assert {of for (register, _), of in assessed.items() if register in lists} == set(
        measured_by("programme").values()
    )


def test_a_measure_has_a_class_and_words_for_people() -> None:
    for each in MEASURES.values():
        assert each.sensitivity in (Sensitivity.WELFARE, Sensitivity.HEALTH, Sensitivity.DEMOGRAPHIC)
        assert each.description[0].isupper()
    health = {name for name, each in MEASURES.items() if each.sensitivity is Sensitivity.HEALTH}
    assert {
        "chronic_disease",
        "pregnant",
        "nutrition",
        "stunting_risk",
        "sadness",
        "difficulty_sight",
    } <= health


def test_every_answer_of_the_questionnaire_is_read_in_one_block() -> None:
    for layout, blocks in ((FAMILIES, FAMILY_BLOCKS), (PERSONS, PERSON_BLOCKS)):
        read = [column for block in blocks for column in block]
        assessed = [each.name for each in layout.columns if each.fate is Fate.ASSESSED]
        assert sorted(read) == sorted(assessed)


def test_a_heading_is_recognised_by_the_layout_it_fits() -> None:
    for register, layout in LAYOUTS:
        assert columns.recognise([each.name for each in layout.columns]) == (register, layout.name)
        required = [each.name for each in layout.columns if not each.optional]
        assert columns.recognise(["catatan", *required]) == (register, layout.name)


@pytest.mark.parametrize("heading", [(), ("a", "b"), ("NIK", "NAMA", "ALAMAT")])
def test_a_heading_of_no_register_is_not_guessed(heading: tuple[str, ...]) -> None:
    assert columns.recognise(heading) is None


def test_a_heading_that_lacks_a_column_is_still_recognised() -> None:
    assert columns.recognise([each.name for each in PERSONS.columns[3:]]) == ("regsosek", "regsosek_individu")


def dtks_records(row: dict[str, str]) -> tuple[Incoming, Incoming]:
    layout = dtks.EXPORT
    reader = dtks.Dtks().bind(layout, layout.bind(row), Context("2024-05-31", area_index()))
    person, dwelling = reader.record(list(row.values())), reader.dwelling(list(row.values()))
    assert isinstance(person, Incoming)
    assert dwelling is not None
    return person, dwelling


def test_dtks_assesses_aid_as_well() -> None:
    told = dtks_records(DTKS)[0].standardised
    assert told["assessed"] == {
        "received_bpnt": "Ya", "received_pkh": "Tidak", "received_bpnt_ppkm": "?", "received_pbi": "Ya",
    }  # fmt: skip
    assert (told["occupation"], "code_unknown:BANSOS BPNT-PPKM" in told["flags"]) == ("BURUH", True)


@pytest.mark.parametrize(
    ("given", "value", "fault"),
    [("2", "Dua", ""), ("02", "Dua", ""), (" DUA", "Dua", ""), ("dua ", "Dua", ""), ("0", "Nol", ""), ("00", "Nol", ""),
     ("3", "3", "code_unknown"), ("> 10", "> 10", ""), ("10", "10", "code_unknown")],
)  # fmt: skip
def test_a_code_is_read_as_its_label(given: str, value: str, fault: str) -> None:
    read = coded({"0": "Nol", "1": "< 10", "2": "Dua", "4": "> 10"})
    assert read(given) == (value, fault)


@pytest.mark.parametrize(
    ("given", "value", "fault"),
    [("0", "Tidak", ""), ("3", "Satu; Dua", ""), ("4", "4", "code_unknown"), ("5", "5", "code_unknown"),
     ("99", "Lain", ""), ("101", "Dua; Lain", ""), ("x", "x", "code_unknown")],
)  # fmt: skip
def test_a_sum_of_bits_is_read_as_its_labels(given: str, value: str, fault: str) -> None:
    assert bits({"0": "Tidak", "1": "Satu", "2": "Dua", "99": "Lain"})(given) == (value, fault)


@pytest.mark.parametrize(
    ("given", "value"),
    [("007", "7"), ("12.0", "12"), ("12,00", "12"), ("0", "0"), ("1.500", None), ("-1", None)],
)
def test_a_number_is_read_as_its_digits_and_never_guessed(given: str, value: str | None) -> None:
    assert number(given) == ((value, "") if value is not None else (given, "number_unknown"))


@pytest.mark.parametrize(
    ("given", "value"),
    [("500000", "500000"), ("Rp 1.500.000,00", "1500000"), ("Rp500.000,-", "500000"), ("1,5 jt", None)],
)
def test_an_amount_is_read_with_its_points(given: str, value: str | None) -> None:
    assert rupiah(given) == ((value, "") if value else (given, "number_unknown"))


@pytest.mark.parametrize(
    ("given", "value", "fault"),
    [(("6", "2022"), "2022-06", ""), (("", "2022"), "2022", ""), (("13", "2022"), "13/2022", "date_unknown"),
     (("6", ""), "6", "date_unknown"), (("6", "22"), "6/22", "date_unknown")],
)  # fmt: skip
def test_a_month_is_read_with_its_year(given: tuple[str, str], value: str, fault: str) -> None:
    assert month(*given) == (value, fault)


def test_one_of_several_columns_is_read_as_its_label() -> None:
    read = one_of(("muda", "tua"))
    assert read("Ya", "Tidak") == ("muda", "")
    assert read("Tidak", "Tidak") == ("Tidak/Tidak", "code_unknown")


def test_blank_answers_say_nothing_and_columns_that_are_not_there_are_passed_over() -> None:
    block = Block(
        {"a": 0, "b": 1},
        (Answer("x", ("a",), number), Answer("y", ("c",), number), Answer("z", ("b",), number)),
    )
    assessed: dict[str, str] = {}
    flags: list[str] = []
    block.read([" ", "q"], assessed, flags)
    assert (assessed, flags) == ({"z": "q"}, ["number_unknown:b"])
