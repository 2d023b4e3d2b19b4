"""NIK and KK numbers as registers hold them."""

from __future__ import annotations

import pytest

from hub.domain.standard.identifiers import (
    IdKind,
    card_number,
    id_parts,
    identifier,
    kk_signs,
    nik_flags,
    nik_signs,
)

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


def test_in_a_rounded_stretch_a_last_0_is_no_digit_and_fifteen_are_sure() -> None:
    written = "3273021303580010"
    assert identifier(written).digits == written
    for each in (written, f"'{written}", "3273 0213 0358 0010"):
        found = identifier(each, rounded=True)
        assert (found.kind, found.digits, found.stem) == (IdKind.ZEROED, None, written[:15])


def test_in_a_rounded_stretch_a_number_with_another_last_digit_was_not_rounded() -> None:
    assert identifier(GOOD, rounded=True) == identifier(GOOD)
    assert identifier(f" {GOOD}", rounded=True) == identifier(f" {GOOD}")


def test_only_a_zeroed_number_has_a_stem() -> None:
    assert identifier("3273021303580000").stem == "327302130358000"
    assert identifier("328234205870002").stem is None  # any of the digits may be the lost one
    assert identifier("3.27E+15").stem is None
    assert identifier(GOOD).stem is None


def test_a_temporary_number_is_kept_as_local_and_never_as_digits() -> None:
    found = identifier("0327302100333296")
    assert (found.kind, found.digits, found.local) == (IdKind.TEMPORARY, None, "0327302100333296")
    assert identifier(GOOD).local is None


def test_a_number_and_a_stem_are_compared_part_by_part() -> None:
    assert id_parts(GOOD) == ("327302", "130358", "0004")
    assert id_parts(GOOD[:15]) == ("327302", "130358", "000")


def test_a_kk_tells_the_office_and_the_day_of_registration() -> None:
    signs = kk_signs("3273020812120034")
    assert (signs.region, signs.region_known, signs.registered) == ("327302", True, "12-12-08")
    assert kk_signs("9973024812120034").registered is None  # the 40 of women is a NIK's
    assert not kk_signs("9973024812120034").region_known


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0001979133141", "0001979133141"),
        ("1979133141", "0001979133141"),
        ("'0001979133141", "0001979133141"),
        ("0001 9791 33141", "0001979133141"),
        ("1979133141.0", None),
        ("00019791331411", None),
        ("1.97E+09", None),
        ("0000000000000", None),
        ("", None),
        ("-", None),
        ("PBI", None),
    ],
)
def test_a_card_number_gets_its_lost_leading_zeros_back(written: str, number: str | None) -> None:
    assert card_number(written) == number


def test_a_card_number_may_have_another_length() -> None:
    assert card_number("12", digits=4) == "0012"
