"""Coded values as words."""

from __future__ import annotations

import pytest

from hub.domain.standard import codes


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


def test_relation_codes_of_the_civil_registry_and_of_regsosek_differ() -> None:
    assert [codes.relation_by_shdk(str(code)) for code in range(1, 12)] == [
        "KEPALA KELUARGA", "SUAMI", "ISTRI", "ANAK", "MENANTU", "CUCU", "ORANG TUA", "MERTUA", "FAMILI LAIN",
        "PEMBANTU", "LAINNYA",
    ]  # fmt: skip
    assert [codes.relation_by_r409(str(code), "FEMALE") for code in range(1, 9)] == [
        "KEPALA KELUARGA", "ISTRI", "ANAK", "MENANTU", "CUCU", "ORANG TUA/MERTUA", "PEMBANTU", "LAINNYA",
    ]  # fmt: skip
    for code in ("", "0", "12", "X", "-1"):
        assert codes.relation_by_shdk(code) is None
        assert codes.relation_by_r409(code, "MALE") is None
    assert codes.relation_by_shdk("ORANGTUA") == "ORANG TUA"
    assert codes.relation_by_shdk("04") == "ANAK"


def test_a_spouse_is_husband_or_wife_by_sex_and_else_stays_either() -> None:
    assert codes.relation_by_r409("2", "MALE") == "SUAMI"
    assert codes.relation_by_r409("2", "FEMALE") == "ISTRI"
    assert codes.relation_by_r409("2", None) == "SUAMI/ISTRI"


@pytest.mark.parametrize(
    ("written", "status"),
    [("Belum Kawin", "BELUM KAWIN"), ("KAWIN", "KAWIN"), ("Kawin/nikah", "KAWIN"), ("Cerai hidup", "CERAI HIDUP"),
     ("CERAI  MATI", "CERAI MATI"), ("KAWIN BELUM TERCATAT", "KAWIN"), ("1", "BELUM KAWIN"), ("2", "KAWIN"),
     ("3", "CERAI HIDUP"), ("4", "CERAI MATI"), ("5", None), ("0", None), ("JANDA", None), ("", None)],
)  # fmt: skip
def test_marital_status_is_one_of_four_labels(written: str, status: str | None) -> None:
    assert codes.marital(written) == status


def test_presence_is_a_word_of_the_api_and_says_whether_somebody_lives() -> None:
    found = {code: codes.presence_by_r404(code) for code in ("1", "2", "3", "4", "5", "6", "7", "")}
    assert found == {
        "1": "PRESENT", "2": "DEAD", "3": "MOVED_OUT", "4": "ABROAD", "5": "PRESENT", "6": "NOT_FOUND",
        "7": None, "": None,
    }  # fmt: skip
    assert [codes.alive(found[code]) for code in "123456"] == [True, False, True, True, True, None]
    status = {code: codes.presence_by_status(code) for code in ("1", "2", "3", "4", "6", "9", "MATI", "5")}
    assert status == {
        "1": "PRESENT", "2": "DEAD", "3": "MOVED_OUT", "4": "NOT_FOUND", "6": "UNKNOWN", "9": "UNKNOWN",
        "MATI": "DEAD", "5": None,
    }  # fmt: skip
    assert codes.alive(None) is None
    assert codes.alive("UNKNOWN") is None


@pytest.mark.parametrize(
    ("written", "said"),
    [("Ya", True), ("YA ", True), ("y", True), ("1", True), ("Tidak", False), ("T", False), ("2", False),
     ("0", None), ("", None), ("Ya, dengan Septic Tank", None)],
)  # fmt: skip
def test_yes_and_no_are_read_from_words_and_codes(written: str, said: bool | None) -> None:
    assert codes.yes(written) is said


def test_occupation_and_education_are_labels_without_blanks_around_a_slash() -> None:
    assert codes.occupation("Tidak/belum bekerja") == "TIDAK/BELUM BEKERJA"
    assert codes.occupation("BELUM / TIDAK BEKERJA") == "TIDAK/BELUM BEKERJA"
    assert codes.occupation("PNS/TNI/Polri") == "PNS/TNI/POLRI"
    assert (
        codes.education("TAMAT SD / SEDERAJAT")
        == codes.education("Tamat SD/sederajat")
        == "TAMAT SD/SEDERAJAT"
    )
    assert codes.education("TIDAK / BELUM SEKOLAH") == "TIDAK/BELUM SEKOLAH"
    assert codes.occupation("-") is None
    assert codes.education("") is None
