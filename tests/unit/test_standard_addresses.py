"""Addresses as registers hold them, and RT/RW."""

from __future__ import annotations

import pytest

from hub.domain.standard.addresses import Address, looks_swapped, parse, rt_or_rw, text


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", "003"), ("03", "003"), ("003", "003"), ("RT 03", "003"), ("RT.3", "003"), ("rw 12", "012"),
        ("RT03", "003"), (" 4 ", "004"), ("0", None), ("000", None), ("", None), ("-", None), ("RT 0", None),
        ("1234", None), ("003/005", None), ("LIMA", None),
    ],
)  # fmt: skip
def test_rt_and_rw_become_three_digits(written: str, number: str | None) -> None:
    assert rt_or_rw(written) == number


def test_an_address_is_trimmed_and_upper() -> None:
    assert text("  gg. mawar   no 3 ") == "GG. MAWAR NO 3"
    assert text("-") is None


def parts(address: Address) -> str:
    """The parts that there are, in one line."""
    names = ("street_type", "street", "lane_type", "lane", "block", "number", "rt", "rw", "rest")
    values = ((name, getattr(address, name)) for name in names)
    return " · ".join(f"{name} {value}" for name, value in values if value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("JL. CIKUTRA NO 12 RT 03/RW 05", "street_type JL · street CIKUTRA · number 12 · rt 003 · rw 005"),
        ("GG. H. ALPI 003/005", "street_type GG · street H. ALPI · rt 003 · rw 005"),
        ("KP. CISARANTEN RT.3 RW.5 KEL. CISARANTEN", "street_type KP · street CISARANTEN · rt 003 · rw 005 · "
         "rest KEL. CISARANTEN"),
        ("GG. KELAPA NO.175/112D", "street_type GG · street KELAPA · number 175/112D"),
        ("JL. PUNGKUR NO. 106/21C", "street_type JL · street PUNGKUR · number 106/21C"),
        ("JL ELANG 139B", "street_type JL · street ELANG · number 139B"),
        ("JL. CICADAS GG. MASJID NO 3", "street_type JL · street CICADAS · lane_type GG · lane MASJID · number 3"),
        ("JL. GG. KUJANG NO 124", "street_type GG · street KUJANG · number 124"),
        ("KOMP. PERMATA BIRU BLOK A5 NO 15", "street_type KOMP · street PERMATA BIRU · block A5 · number 15"),
        ("RUSUNAWA CINGISED BLOK C 5 LT 3", "street_type RUSUN · street CINGISED · block C 5 · rest LT 3"),
        ("GG. CIBANTENG NO 161B 003/008", "street_type GG · street CIBANTENG · number 161B · rt 003 · rw 008"),
        ("GG MADRASAH RT01/07", "street_type GG · street MADRASAH · rt 001 · rw 007"),
        ("JLN. JATIHANDAP NO 29 RT 04/011", "street_type JL · street JATIHANDAP · number 29 · rt 004 · rw 011"),
        ("JL. ELANG RT 03", "street_type JL · street ELANG · rt 003"),
        ("RT.01/RW.02", "rt 001 · rw 002"),
        ("RT 001 RW 002", "rt 001 · rw 002"),
        ("RT/RW 003/005", "rt 003 · rw 005"),
        ("RT03RW05", "rt 003 · rw 005"),
        ("4/12", "rt 004 · rw 012"),
        ("RT 0 RW 0", ""),
        ("RT 04 RW 01 BABAKAN CIPARAY", "rt 004 · rw 001 · rest BABAKAN CIPARAY"),
        ("JAAN PADASUKA GG MEKAR NO. 21", "street_type JL · street PADASUKA · lane_type GG · lane MEKAR · number 21"),
        ("JLN ELANG NO 19", "street_type JL · street ELANG · number 19"),
        ("KAMP. CIMINCRANG NO 122", "street_type KP · street CIMINCRANG · number 122"),
        ("KMP TANJAKAN", "street_type KP · street TANJAKAN"),
        ("KAMPNUG TANJAKAN", "street_type KP · street TANJAKAN"),
        ("GUMURUH", "street GUMURUH"),
        ("jl. dago  no.3", "street_type JL · street DAGO · number 3"),
        ("-", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(written: str, expected: str) -> None:
    assert parts(parse(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("JL. 17 AGUSTUS", "street_type JL · street 17 AGUSTUS"),
        ("JL. 17 AGUSTUS 5", "street_type JL · street 17 AGUSTUS · number 5"),
        ("JL. KOTA BARU NO 3", "street_type JL · street KOTA BARU · number 3"),
        ("JALAK HARUPAT", "street JALAK HARUPAT"),
        ("JL ELANG 12/4", "street_type JL · street ELANG · number 12/4"),
        ("BLOK NO 3", "street BLOK · number 3"),
        ("JL X NO 1 NO 2 RT 1 RT 2", "street_type JL · street X · number 1 · rt 001 · rest NO 2 RT 2"),
        ("JL. DAGO NO. 12 A", "street_type JL · street DAGO · number 12 · rest A"),
        ("RT LIMA", "street RT LIMA"),
        ("RT 1234", "street RT · number 1234"),
    ],
)
def test_what_may_mean_something_else_is_not_taken_for_a_part(written: str, expected: str) -> None:
    assert parts(parse(written)) == expected


@pytest.mark.parametrize(
    "spellings",
    [
        ("GG. KELAPA", "JL. GG. KELAPA NO 3", "JL. JAMIKA GG KELAPA", "GANG KELAPA RT 03", "KELAPA"),
        ("GG. PAK OYON", "GG PA OYON NO. 24A", "GG. BAPA OYON"),
        ("GG. BBK CIAMIS", "GG BABAKAN CIAMIS"),
        ("GG. H. ALPI", "GG HAJI ALPI", "JL. SARIJADI GG. H.ALPI"),
        ("JL. SUKA SARI", "JALAN SUKASARI"),
    ],
)
def test_one_street_has_one_key_however_it_is_written(spellings: tuple[str, ...]) -> None:
    keys = {parse(each).street_key for each in spellings}
    assert len(keys) == 1
    assert None not in keys


def test_streets_with_other_names_have_other_keys_and_no_street_has_none() -> None:
    assert parse("JL. CICADAS").street_key != parse("JL. CICADAS GG. MASJID").street_key
    assert parse("GG. MASJID JL. CICADAS").street_key == "MASJID"
    assert parse("RT 01 RW 02").street_key is None


def test_an_rt_too_high_beside_an_rw_that_could_be_one_looks_swapped() -> None:
    assert looks_swapped("022", "003")
    assert not looks_swapped("003", "022")
    assert not looks_swapped("022", "021")
    assert not looks_swapped("012", "003")
    assert not looks_swapped("022", None)
    assert not looks_swapped(None, "003")
