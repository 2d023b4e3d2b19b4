"""Kelurahan by name within their kecamatan."""

from __future__ import annotations

import pytest

from hub.domain.standard.areas import AreaIndex, AreaKind, one_slip_apart
from hub.reference.areas import area_index, areas

INDEX = area_index()


@pytest.mark.parametrize(
    ("kecamatan", "kelurahan", "code", "kind"),
    [
        ("COBLONG", "SADANG SERANG", "3273021003", AreaKind.NAME),
        ("COBLONG", "SADANGSERANG", "3273021003", AreaKind.NAME),
        ("Coblong ", "Sadang Serang ", "3273021003", AreaKind.NAME),
        ("KEC. COBLONG", "KEL. DAGO", "3273021004", AreaKind.NAME),
        ("COBLONG", "SADANG SERAGN", "3273021003", AreaKind.MISSPELT),
        ("COBLON", "SADANG SERANG", "3273021003", AreaKind.MISSPELT),
        ("CICENDO", "HUSEN SASTRANEGARA", "3273061001", AreaKind.FORMER_NAME),
        ("UJUNG BERUNG", "PASIR WANGI", "3273261005", AreaKind.NAME),
        ("RANCASARI", "MEKARMULYA", "3273231004", AreaKind.FORMER_NAME),
        ("RANCASARI", "MEKAR JAYA", "3273231004", AreaKind.NAME),
        ("PANYILEUKAN", "MEKAR MULYA", "3273281004", AreaKind.NAME),
        ("PANYILEUKAN", "MEKARMULYA", "3273281004", AreaKind.NAME),
        ("BANDUNG KIDUL", "BATUNUNGGAL", "3273211001", AreaKind.NAME),
        ("BABAKAN CIPARAY", "BABAKAN CIPARAY", "3273031001", AreaKind.NAME),
    ],
)
def test_finds_a_kelurahan(kecamatan: str, kelurahan: str, code: str, kind: AreaKind) -> None:
    found = INDEX.kelurahan(kecamatan, kelurahan)
    assert found is not None
    assert (found.code, found.kind) == (code, kind)


@pytest.mark.parametrize(
    ("kecamatan", "kelurahan"),
    [
        ("BATUNUNGGAL", "BATUNUNGGAL"),
        ("COBLONG", "MEKAR JAYA"),
        ("XXXX", "TIDAK ADA"),
        ("", ""),
        ("COBLONG", ""),
        ("COBLONG", "DAG0"),
        ("COBLONG", "9999999999"),
        ("COBLONG", "SADANG SERNGA"),
    ],
)
def test_what_is_not_in_that_kecamatan_stays_unknown(kecamatan: str, kelurahan: str) -> None:
    assert INDEX.kelurahan(kecamatan, kelurahan) is None


def test_a_place_of_another_city_is_not_ours() -> None:
    assert INDEX.kelurahan("COBLONG", "DAGO", "KAB. GARUT") is None
    for city in ("KOTA BANDUNG", "BANDUNG", "Kota Bandung", ""):
        assert INDEX.kelurahan("COBLONG", "DAGO", city) is not None


def test_a_misspelling_that_fits_two_names_stays_unknown() -> None:
    def area(code: str, name: str, level: str, parent: str | None) -> dict[str, object]:
        return {"code": code, "name": name, "level": level, "parent": parent, "former_names": []}

    index = AreaIndex([
        area("11", "Satu", "KECAMATAN", None),
        area("111", "Cibaduyut A", "KELURAHAN", "11"),
        area("112", "Cibaduyut B", "KELURAHAN", "11"),
    ])  # fmt: skip
    assert index.kelurahan("Satu", "Cibaduyut C") is None
    assert index.kelurahan("Satu", "Cibaduyut A") is not None


def test_every_area_is_found_by_each_of_its_names() -> None:
    listed = {area["code"]: area for area in areas()}
    for area in listed.values():
        if area["level"] == "KELURAHAN":
            kecamatan = listed[area["parent"]]
            for district in (kecamatan["name"], *kecamatan["former_names"]):
                for name in (area["name"], *area["former_names"]):
                    found = INDEX.kelurahan(district, name)
                    assert found is not None
                    assert found.code == area["code"]


@pytest.mark.parametrize(
    ("left", "right", "close"),
    [
        ("DAGO", "DAG", True), ("DAGO", "DAGOO", True), ("DAGO", "DAGA", True), ("DAGO", "DAOG", True),
        ("DAGO", "DAGO", False), ("DAGO", "ADOG", False), ("DAGO", "DA", False), ("", "D", True),
    ],
)  # fmt: skip
def test_one_slip_is_one_letter(left: str, right: str, close: bool) -> None:
    assert one_slip_apart(left, right) is close
    assert one_slip_apart(right, left) is close
