"""Rows of the civil registry's extract as persons and legal addresses."""

from __future__ import annotations

import pytest

from hub.commands.intake import Incoming
from hub.intake.dukcapil import EXTRACT, Dukcapil
from hub.intake.layout import Context, RowReader
from hub.intake.refusals import Refusal
from hub.reference.areas import area_index

ROW = {
    "NIK": "3273125611770011",
    "NO_KK": "3273020102160018",
    "NAMA_LGKP": "NENENG DEWI",
    "JENIS_KLMIN": "2",
    "TMPT_LHR": "BANDUNG",
    "TGL_LHR": "1977-11-16",
    "STAT_HBKEL": "3",
    "STAT_KWN": "2",
    "NAMA_LGKP_IBU": "AMINAH",
    "ALAMAT": "GG. KELAPA NO.175",
    "NO_RT": "3",
    "NO_RW": "5",
    "KODE_WILAYAH": "3273021003",
    "STATUS_DASAR": "1",
}


def bound(row: dict[str, str]) -> tuple[RowReader, list[str]]:
    context = Context("2024-05-31", area_index())
    return Dukcapil().bind(EXTRACT, EXTRACT.bind(row), context), list(row.values())


def read(row: dict[str, str]) -> tuple[Incoming, Incoming]:
    reader, values = bound(row)
    person, dwelling = reader.record(values), reader.dwelling(values)
    assert isinstance(person, Incoming)
    assert dwelling is not None
    assert reader.head(values) is None
    return person, dwelling


def test_a_row_is_a_person_and_the_address_of_the_card() -> None:
    person, dwelling = read(ROW)
    told = dict(person.standardised)
    assert (person.unit, person.row_key, person.identity) == ("person", ROW["NIK"], ROW["NIK"])
    assert told.pop("name_sound")
    assert told == {
        "nik": "3273125611770011", "nik_kind": "OK", "kk": "3273020102160018", "kk_kind": "OK",
        "name": "NENENG DEWI", "name_key": "NENENG DEWI", "mother_name": "AMINAH", "sex": "FEMALE",
        "birthplace": "BANDUNG", "relation_to_head": "ISTRI", "marital_status": "KAWIN", "born_on": "1977-11-16",
        "born_kind": "exact", "area": "3273021003", "area_kind": "code", "presence": "PRESENT", "alive": True,
    }  # fmt: skip
    assert person.dwelling == dwelling.identity
    assert dwelling.row_key == "3273020102160018"
    address = dwelling.standardised
    assert (address["street"], address["number"], address["rt"], address["rw"]) == (
        "KELAPA",
        "175",
        "003",
        "005",
    )
    assert ROW["NIK"] not in str(dwelling)


@pytest.mark.parametrize(
    ("code", "presence", "alive"),
    [("2", "DEAD", False), ("3", "MOVED_OUT", True), ("4", "NOT_FOUND", None), ("9", "UNKNOWN", None)],
)
def test_the_status_says_who_is_there(code: str, presence: str, alive: bool | None) -> None:
    told = read({**ROW, "STATUS_DASAR": code})[0].standardised
    assert (told["presence"], told.get("alive")) == (presence, alive)


@pytest.mark.parametrize("column", ["JENIS_KLMIN", "STAT_HBKEL", "STAT_KWN", "STATUS_DASAR"])
def test_an_unknown_code_is_flagged(column: str) -> None:
    assert read({**ROW, column: "77"})[0].standardised["flags"] == [f"code_unknown:{column}"]


def test_persons_of_one_card_share_its_address() -> None:
    other = {**ROW, "NIK": "3273020308030001", "NAMA_LGKP": "ASEP"}
    assert read(ROW)[0].dwelling == read(other)[0].dwelling
    assert read(ROW)[0].dwelling != read({**ROW, "NO_RT": "4"})[0].dwelling


def test_those_without_a_card_do_not_share_an_address() -> None:
    row = {**ROW, "NO_KK": "-"}
    other = {**row, "NIK": "3273020308030001"}
    assert read(row)[0].dwelling != read(other)[0].dwelling


def test_every_column_is_in_exactly_one_record_as_given() -> None:
    row = {**ROW, "AGAMA": " x "}
    person, dwelling = read(row)
    assert sorted([*person.original.items(), *dwelling.original.items()]) == sorted(row.items())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"NAMA_LGKP": "", "NIK": ""}, "no_name_no_nik"),
        ({"NIK": "-"}, "bad_key"),
        ({"NIK": "327302030803000"}, "bad_key"),
        ({"KODE_WILAYAH": "3205010001"}, "impossible_area"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(changed: dict[str, str], reason: str) -> None:
    reader, values = bound({**ROW, **changed})
    found = reader.record(values)
    assert isinstance(found, Refusal)
    assert found.reason == reason
