"""Coded values and RT/RW."""

from __future__ import annotations

import pytest

from hub.domain.standard import addresses, codes


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", "003"), ("03", "003"), ("003", "003"), ("RT 03", "003"), ("RT.3", "003"), ("rw 12", "012"),
        ("RT03", "003"), (" 4 ", "004"), ("0", None), ("000", None), ("", None), ("-", None), ("RT 0", None),
        ("1234", None), ("003/005", None), ("LIMA", None),
    ],
)  # fmt: skip
def test_rt_and_rw_become_three_digits(written: str, number: str | None) -> None:
    assert addresses.rt_or_rw(written) == number


def test_an_address_is_trimmed_and_upper() -> None:
    assert addresses.text("  gg. mawar   no 3 ") == "GG. MAWAR NO 3"
    assert addresses.text("-") is None


@pytest.mark.parametrize(
    ("written", "sex"),
    [("L", "MALE"), ("P", "FEMALE"), ("Laki-laki", "MALE"), ("PEREMPUAN", "FEMALE"), ("1", "MALE"),
    ("2", "FEMALE"),
     ("", None), ("X", None)],
)  # fmt: skip
def test_sex_is_read_from_letters_words_and_codes(written: str, sex: str | None) -> None:
    assert codes.sex(written) == sex


@pytest.mark.parametrize(
    ("written", "relation"),
    [("kepala keluarga", "KEPALA KELUARGA"), ("ORANGTUA", "ORANG TUA"), ("Isteri", "ISTRI"),
    ("ANAK ", "ANAK"),
     ("FAMILI LAIN", "FAMILI LAIN"), ("TETANGGA", None), ("", None)],
)  # fmt: skip
def test_relation_is_a_label_of_the_civil_registry(written: str, relation: str | None) -> None:
    assert codes.relation(written) == relation


def test_padan_is_one_of_three_words() -> None:
    assert codes.padan("tidak padan") == "TIDAK PADAN"
    assert codes.padan("YA") is None


@pytest.mark.parametrize(
    ("written", "place"),
    [("KABUPATEN GARUT", "KAB. GARUT"), ("Kab Garut", "KAB. GARUT"), ("KAB. GARUT", "KAB. GARUT"),
     ("KODYA BANDUNG", "KOTA BANDUNG"), ("BANDUNG", "BANDUNG"), ("KABANJAHE", "KABANJAHE"), ("-", None)],
)  # fmt: skip
def test_a_birthplace_keeps_what_it_says(written: str, place: str | None) -> None:
    assert codes.birthplace(written) == place
