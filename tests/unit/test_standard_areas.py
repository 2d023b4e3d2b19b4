"""Kelurahan by name within their kecamatan."""

from __future__ import annotations

import pytest

from hub.domain.standard.areas import BPS, KEMENDAGRI, AreaIndex, AreaKind, bps_code, one_slip_apart
from hub.reference.areas import area_index, areas

INDEX = area_index()
NAMES = {area["code"]: area["name"] for area in areas()}


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


def test_every_kelurahan_is_found_by_its_code_in_each_system() -> None:
    for area in areas():
        if area["level"] == "KELURAHAN":
            for system, code in ((KEMENDAGRI, area["code"]), (BPS, area["bps_code"])):
                if code:
                    found = INDEX.by_code(system, code)
                    assert found is not None
                    assert (found.code, found.kind) == (area["code"], AreaKind.CODE)


def test_the_same_digits_are_two_places_in_two_systems() -> None:
    ours, theirs = INDEX.by_code(KEMENDAGRI, "3273111001"), INDEX.by_code(BPS, "3273111001")
    assert ours is not None
    assert theirs is not None
    assert (ours.code, theirs.code) == ("3273111001", "3273281004")


@pytest.mark.parametrize("code", ["32.73.02.1003", " 3273021003 ", "'3273021003", "3273 02 1003"])
def test_dots_and_blanks_of_a_code_do_not_count(code: str) -> None:
    assert INDEX.by_code(KEMENDAGRI, code) == INDEX.by_code(KEMENDAGRI, "3273021003")


@pytest.mark.parametrize(
    ("bps", "name"),
    [
        ("3273260003", "Ledeng"),
        ("3273050003", "Nyengseret"),
        ("3273060006", "Pungkur"),
        ("3273160001", "Gumuruh"),
        ("3273080002", "Mengger"),
    ],
)
def test_a_kelurahan_without_bps_code_has_the_number_left_out_in_its_kecamatan(bps: str, name: str) -> None:
    found = INDEX.by_code(BPS, bps)
    assert found is not None
    assert (NAMES[found.code], found.kind) == (name, AreaKind.MISSING_CODE)


def test_a_number_left_out_stays_unknown_when_two_kelurahan_could_have_it() -> None:
    def area(code: str, level: str, parent: str | None, bps: str | None) -> dict[str, object]:
        return {
            "code": code,
            "name": code,
            "level": level,
            "parent": parent,
            "former_names": [],
            "bps_code": bps,
        }

    kecamatan = area("11", "KECAMATAN", None, "3273990")
    two_without = AreaIndex([
        kecamatan, area("111", "KELURAHAN", "11", "3273990001"), area("112", "KELURAHAN", "11", None),
        area("113", "KELURAHAN", "11", None),
    ])  # fmt: skip
    assert two_without.by_code(BPS, "3273990002") is None
    no_gap_rule = AreaIndex([
        kecamatan, area("111", "KELURAHAN", "11", "3273990005"), area("112", "KELURAHAN", "11", None)
    ])  # fmt: skip
    assert no_gap_rule.by_code(BPS, "3273990001") is None


@pytest.mark.parametrize("code", ["9999999999", "999", "XXXX", "", "-", "3273", "3273029999", "327302"])
def test_a_code_of_no_kelurahan_stays_unknown(code: str) -> None:
    assert INDEX.by_code(KEMENDAGRI, code) is None
    assert INDEX.by_code(BPS, code) is None
    assert INDEX.resolve(code, KEMENDAGRI, "TIDAK DIKETAHUI", "XXXX") is None
    assert INDEX.resolve(code, BPS, "", "") is None


def test_an_unknown_code_system_knows_no_code() -> None:
    assert INDEX.by_code("DAGRI", "3273021003") is None


@pytest.mark.parametrize(
    ("code", "system", "names", "found", "kind"),
    [
        ("3273021003", KEMENDAGRI, ("COBLONG", "SADANGSERANG"), "3273021003", AreaKind.CODE_AND_NAME),
        ("3273021003", KEMENDAGRI, ("COBLONG", "SADANG SERAGN"), "3273021003", AreaKind.CODE_AND_NAME),
        ("3273160001", BPS, ("BATUNUNGGAL", "GUMURUH"), "3273121001", AreaKind.CODE_AND_NAME),
        ("3273021003", KEMENDAGRI, ("", ""), "3273021003", AreaKind.CODE),
        ("3273021003", KEMENDAGRI, ("COBLONG", "SDNG SRNG"), "3273021003", AreaKind.CODE),
        ("3273160001", BPS, ("", ""), "3273121001", AreaKind.MISSING_CODE),
        ("", KEMENDAGRI, ("COBLONG", "SADANG SERANG"), "3273021003", AreaKind.NAME),
        ("-", KEMENDAGRI, ("RANCASARI", "MEKARMULYA"), "3273231004", AreaKind.FORMER_NAME),
        ("3273230004", KEMENDAGRI, ("COBLONG", "SADANG SERANG"), "3273021003", AreaKind.OTHER_SYSTEM),
        ("3273021003", BPS, ("COBLONG", "SADANG SERANG"), "3273021003", AreaKind.OTHER_SYSTEM),
        ("3273111001", KEMENDAGRI, ("PANYILEUKAN", "MEKAR MULYA"), "3273281004", AreaKind.OTHER_SYSTEM),
        ("3273111001", KEMENDAGRI, ("REGOL", "CIGERELENG"), "3273111001", AreaKind.CODE_AND_NAME),
        ("3273021004", KEMENDAGRI, ("COBLONG", "SADANG SERANG"), "3273021003", AreaKind.CODE_DIFFERS),
        ("9999999999", KEMENDAGRI, ("COBLONG", "SADANG SERANG"), "3273021003", AreaKind.CODE_DIFFERS),
        ("3273281004", KEMENDAGRI, ("RANCASARI", "MEKARMULYA"), "3273231004", AreaKind.CODE_DIFFERS),
        ("3273281004", KEMENDAGRI, ("PANYILEUKAN", "MEKARMULYA"), "3273281004", AreaKind.CODE_AND_NAME),
    ],
)
def test_code_and_names_together_find_a_kelurahan(
    code: str, system: str, names: tuple[str, str], found: str, kind: AreaKind
) -> None:
    area = INDEX.resolve(code, system, *names, "KOTA BANDUNG")
    assert area is not None
    assert (area.code, area.kind) == (found, kind)


def test_a_code_alone_is_never_read_in_the_other_system() -> None:
    assert INDEX.resolve("3273230004", KEMENDAGRI, "", "") is None


def test_another_city_outweighs_a_code_of_ours() -> None:
    assert INDEX.resolve("3273021003", KEMENDAGRI, "COBLONG", "DAGO", "KAB. GARUT") is None
    assert INDEX.resolve("3273021003", KEMENDAGRI, "", "", "KAB. GARUT") is None


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("32", "73", "230", "004"), "3273230004"),
        (("32", "73", "020", "004"), "3273020004"),
        (("32", "73", "20", "4"), "3273020004"),
        (("32", "73", "2300", "004"), None),
        (("32", "73", "", "004"), None),
        (("32", "73", "XX", "004"), None),
    ],
)
def test_a_bps_code_is_put_together_from_its_parts(
    parts: tuple[str, str, str, str], code: str | None
) -> None:
    assert bps_code(*parts) == code
