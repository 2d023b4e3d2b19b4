"""Programme lists described by mappings, and their rows as entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.intake.layout import Context, Fate, RowReader
from hub.intake.programme_lists import ProgrammeList, programme_lists, same_period
from hub.intake.programme_mapping import load, read, shipped
from hub.intake.refusals import Refusal
from hub.reference.areas import area_index

PKH = {
    "NO_PESERTA": "PKH-000001",
    "NIK": "3273124309680008",
    "NO_KK": "3273120901210001",
    "NAMA_KEPALA_KELUARGA": "PIPIT FAUZIAH",
    "ALAMAT": "GG. TEGALLEGA NO 87B",
    "KELURAHAN": "GUMURUH",
    "KECAMATAN": "BATUNUNGGAL",
    "PERIODE": "2024-2",
    "KOMPONEN": "BALITA",
    "NOMINAL": "Rp 500.000,00",
}
PBI = {
    "NO_KARTU": "1979133141",
    "NIK": "3273122405160001",
    "NAMA": "MUHAMMAD RAHMAT",
    "TGL_LAHIR": "24-05-2016",
    "JK": "L",
    "KELURAHAN": "GUMURUH",
    "KECAMATAN": "BATUNUNGGAL",
    "SEGMEN": "PBI APBN",
    "STATUS": "NONAKTIF",
}
RUTILAHU = {
    "NO": "RTLH-00001",
    "NIK": "3273127112730001",
    "NAMA_PENERIMA": "DIAH AMRANI",
    "ALAMAT": "GG. H. KURDI NO 29",
    "RT": "05",
    "RW": "02",
    "KELURAHAN": "GUMURUH",
    "KECAMATAN": "BATUNUNGGAL",
    "TAHUN": "2023",
    "NILAI": "25000000",
    "SUMBER_DANA": "APBD KOTA",
}
MAPPING = """
[programme]
code = "beras"
name = "Beras lansia"
unit = "PERSON"
[agency]
code = "dinsos"
name = "Dinas Sosial"
[key]
columns = ["RT", "NO"]
[status]
column = "KET"
active = ["Terima"]
ended = ["Stop"]
[columns]
name = "NAMA"
rt = "RT"
[aside]
PARAF = "signature of the receiver"
[spellings]
NAMA = ["NAMA LANSIA"]
[optional]
columns = ["PARAF"]
"""


def bound(mapping: str, row: dict[str, str], period: str | None = None) -> tuple[RowReader, list[str]]:
    adapter = ProgrammeList(shipped()[mapping] if mapping in shipped() else read(mapping, "beras.toml"))
    layout = adapter.layouts[0]
    return adapter.bind(layout, layout.bind(row), Context("2024-06-30", area_index(), period=period)), list(
        row.values()
    )


def taken(mapping: str, row: dict[str, str], period: str | None = None) -> Incoming:
    reader, values = bound(mapping, row, period)
    found = reader.record(values)
    assert isinstance(found, Incoming)
    assert reader.dwelling(values) is None
    assert reader.head(values) is None
    return found


def refused(mapping: str, row: dict[str, str], period: str | None = None) -> Refusal:
    reader, values = bound(mapping, row, period)
    found = reader.record(values)
    assert isinstance(found, Refusal)
    return found


def test_a_row_of_pkh_is_an_entry_of_its_period() -> None:
    entry = taken("pkh", PKH)
    assert (entry.unit, entry.row_key, entry.identity) == ("entry", "PKH-000001", "PKH-000001|2024-2")
    told = entry.standardised
    assert (told["nik"], told["kk"], told["name"], told["period"]) == (
        "3273124309680008", "3273120901210001", "PIPIT FAUZIAH", "2024-2",
    )  # fmt: skip
    assert (told["area"], told["street"], told["number"]) == ("3273121001", "TEGALLEGA", "87B")
    assert told["assessed"] == {"aid_component": "BALITA", "aid_amount": "500000"}
    assert "status" not in told


def test_a_row_of_pbi_jkn_has_a_card_and_a_status() -> None:
    entry = taken("pbi_jkn", PBI)
    assert (entry.row_key, entry.identity) == ("0001979133141", "0001979133141")
    told = entry.standardised
    assert (told["status"], told["sex"], told["born_on"]) == ("ENDED", "MALE", "2016-05-24")
    assert told["assessed"] == {"aid_segment": "PBI APBN"}
    assert taken("pbi_jkn", {**PBI, "STATUS": "aktif"}).standardised["status"] == "ACTIVE"
    assert "code_unknown:STATUS" in taken("pbi_jkn", {**PBI, "STATUS": "?!x"}).standardised["flags"]


def test_a_row_of_rutilahu_is_a_house_of_its_year() -> None:
    told = taken("rutilahu", RUTILAHU, "2023").standardised
    assert (told["rt"], told["rw"], told["period"]) == ("005", "002", "2023")
    assert told["assessed"] == {"aid_amount": "25000000", "fund_source": "APBD KOTA"}


@pytest.mark.parametrize(("mapping", "row"), [("pkh", PKH), ("pbi_jkn", PBI), ("rutilahu", RUTILAHU)])
def test_every_column_is_in_the_entry_as_given(mapping: str, row: dict[str, str]) -> None:
    row = {**row, "CATATAN": " x "}
    assert taken(mapping, row).original == row


def test_a_row_of_another_period_comes_along_with_its_own() -> None:
    for asked in ("2024/02", "2024-1", "2024"):
        assert taken("pkh", PKH, asked).standardised["period"] == "2024-2"


def test_a_file_without_a_row_of_the_period_is_refused_whole() -> None:
    adapter = ProgrammeList(shipped()["pkh"])
    columns = adapter.layouts[0].bind(PKH)
    for period in ("2024-2", "2024", "2024/02"):
        adapter.refuse_without_period(columns, period, [list(PKH.values())])
    with pytest.raises(InvalidInput, match="period 2024-3") as caught:
        adapter.refuse_without_period(columns, "2024-3", [list(PKH.values())] * 2)
    assert caught.value.advice == "Periods in the file: 2024-2."


def test_a_list_that_names_no_period_is_taken_as_told() -> None:
    adapter = ProgrammeList(shipped()["pbi_jkn"])
    adapter.refuse_without_period(adapter.layouts[0].bind(PBI), "2024-1", [])
    assert "period" not in taken("pbi_jkn", PBI, "2024-1").standardised


@pytest.mark.parametrize(
    ("one", "other"),
    [("2024-2", "2024/02"), ("2024", " 2024 "), ("Tahap 2", "TAHAP-2"), ("JUNI 2024", "juni  2024")],
)
def test_a_period_is_the_same_in_any_writing(one: str, other: str) -> None:
    assert same_period(one) == same_period(other)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"NAMA_KEPALA_KELUARGA": "", "NIK": "-"}, "no_name_no_nik"),
        ({"KELURAHAN": "XXXX"}, "impossible_area"),
        ({"NO_PESERTA": " "}, "bad_key"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(changed: dict[str, str], reason: str) -> None:
    assert refused("pkh", {**PKH, **changed}).reason == reason


def test_a_card_number_that_is_none_is_a_bad_key() -> None:
    assert refused("pbi_jkn", {**PBI, "NO_KARTU": "1,97E+09"}).reason == "bad_key"


def test_a_list_that_the_hub_does_not_know_needs_a_mapping_only(tmp_path: Path) -> None:
    (tmp_path / "beras.toml").write_text(MAPPING, encoding="utf-8")
    mapped = load(tmp_path / "beras.toml")
    assert (mapped.code, mapped.agency, mapped.unit, mapped.period) == ("beras", "dinsos", "PERSON", None)
    entry = taken(MAPPING, {"NO": "7", "Nama Lansia": "OMAH", "RT": "3", "KET": "terima"})
    assert (entry.row_key, entry.identity) == ("3-7", "3-7")
    assert (entry.standardised["name"], entry.standardised["status"]) == ("OMAH", "ACTIVE")
    assert "area" not in entry.standardised


def test_the_layout_of_a_mapping_tells_what_becomes_of_each_column() -> None:
    fates = {
        each.name: (each.fate, each.of, each.optional)
        for each in ProgrammeList(read(MAPPING, "x")).layouts[0].columns
    }
    assert fates == {
        "RT": (Fate.EVIDENCE, "address: RT", False),
        "NO": (Fate.EVIDENCE, "key of the entry", False),
        "NAMA": (Fate.EVIDENCE, "name", False),
        "KET": (Fate.EVIDENCE, "status of the enrolment", False),
        "PARAF": (Fate.ASIDE, "signature of the receiver", True),
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('code = "beras"', 'code = "Beras!"', r"\[programme\] code"),
        ('unit = "PERSON"', 'unit = "RT"', r"\[programme\] unit"),
        ('unit = "PERSON"', "unit = 3", r"\[programme\] unit must be a text"),
        ('unit = "PERSON"', 'unit = "PERSON"\nneeds = ["Beras Putih"]', r"\[programme\] needs"),
        ('name = "Dinas Sosial"', "", r"\[agency\] name is missing"),
        ('columns = ["RT", "NO"]', "", r"\[key\] columns is missing"),
        ('columns = ["RT", "NO"]', 'columns = ["RT", "NO"]\ndigits = 3', r"\[key\] digits"),
        ('columns = ["RT", "NO"]', 'columns = ["NO"]\ndigits = "x"', r"\[key\] digits must be"),
        ('active = ["Terima"]', "", r"\[status\] active is missing"),
        ('active = ["Terima"]', 'active = "Terima"', r"\[status\] active must be a list"),
        ('name = "NAMA"', "", r"\[columns\] name is missing"),
        ('name = "NAMA"', 'nmae = "NAMA"', r"\[columns\] nmae is unknown"),
        ('rt = "RT"', 'rt = "NAMA"', r"\[columns\] name names NAMA"),
        ('NAMA = ["NAMA LANSIA"]', 'NAMEN = ["X"]', r"\[spellings\] NAMEN"),
        ('columns = ["PARAF"]', 'columns = ["NO"]', r"\[optional\] NO"),
        ("[agency]", "[opd]", r"\[opd\] is unknown"),
        ("[agency]", "[agency", "is no TOML"),
    ],
)
def test_a_bad_mapping_is_refused_with_table_and_key(old: str, new: str, fault: str) -> None:
    assert old in MAPPING
    with pytest.raises(InvalidInput, match=fault):
        read(MAPPING.replace(old, new), "beras.toml")


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no file x\.toml"):
        load(tmp_path / "x.toml")
    (tmp_path / "y.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="can't be read"):
        load(tmp_path / "y.toml")


def test_three_lists_come_with_the_hub() -> None:
    assert [(each.register, each.mapped.agency, each.mapped.unit) for each in programme_lists()] == [
        ("pbi_jkn", "dinkes", "PERSON"), ("pkh", "dinsos", "FAMILY_CARD"), ("rutilahu", "dpkp", "HOUSEHOLD"),
    ]  # fmt: skip
