"""NIK and KK numbers as registers hold them."""

from __future__ import annotations

import pytest

from hub.domain.standard.identifiers import IdKind, identifier, nik_flags, nik_signs

GOOD = "3273021303580004"


@pytest.mark.parametrize(
    "written",
    [
        GOOD,
        f"'{GOOD}",
        f" {GOOD} ",
        "3273 0213 0358 0004",
        "327302.130358.0004",
        "\u2019" + GOOD,
        f"{GOOD}\u00a0",
    ],
)
def test_recoverable_damage_is_repaired(written: str) -> None:
    found = identifier(written)
    assert (found.kind, found.digits, found.repaired) == (IdKind.OK, GOOD, written != GOOD)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("", IdKind.MISSING),
        ("   ", IdKind.MISSING),
        ("-", IdKind.PLACEHOLDER),
        ("0", IdKind.PLACEHOLDER),
        ("TIDAK ADA", IdKind.PLACEHOLDER),
        ("tidak ada", IdKind.PLACEHOLDER),
        ("0" * 16, IdKind.PLACEHOLDER),
        ("9" * 16, IdKind.PLACEHOLDER),
        ("0327302100333296", IdKind.TEMPORARY),
        ("328234205870002", IdKind.FIFTEEN_DIGITS),
        ("3.27E+15", IdKind.SCIENTIFIC),
        ("3,27301E+15", IdKind.SCIENTIFIC),
        ("3.27e15", IdKind.SCIENTIFIC),
        ("3273021303580000", IdKind.ZEROED),
        ("32730213035800041", IdKind.MALFORMED),
        ("3273O21303580004", IdKind.MALFORMED),
        ("3" + "\u0663" * 15, IdKind.MALFORMED),
        ("ASEP", IdKind.MALFORMED),
    ],
)
def test_a_number_that_is_not_usable_says_why_and_gives_no_digits(written: str, kind: IdKind) -> None:
    found = identifier(written)
    assert (found.kind, found.digits) == (kind, None)


def test_a_nik_tells_region_birth_and_sex() -> None:
    man, woman = nik_signs(GOOD), nik_signs("3273025303580004")
    assert (man.region, man.region_known, man.sex, man.born) == ("327302", True, "MALE", "58-03-13")
    assert (woman.sex, woman.born) == ("FEMALE", "58-03-13")


def test_what_speaks_against_a_nik_is_a_flag_and_not_an_error() -> None:
    assert nik_flags(GOOD, "MALE", "1958-03-13") == []
    assert nik_flags(GOOD, None, None) == []
    assert nik_flags(GOOD, "FEMALE", "1958-03-13") == ["nik_sex_differs"]
    assert nik_flags(GOOD, "MALE", "1958-03-14") == ["nik_birth_differs"]
    assert nik_flags("3273023002580004", "MALE", "1958-03-02") == ["nik_birth_impossible"]
    assert nik_flags("9973021303580004", "MALE", "1958-03-13") == ["nik_region_unknown"]


def test_29_february_of_a_leap_year_in_either_century_is_a_day() -> None:
    assert nik_signs("3273022902000004").born == "00-02-29"
    assert nik_signs("3273022902010004").born is None
