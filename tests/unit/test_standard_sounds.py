"""What sounds alike, and what must not."""

from __future__ import annotations

import pytest

from hub.domain.standard.names import name_key
from hub.domain.standard.sounds import name_sound


def sound(name: str) -> str:
    return name_sound(name_key(name))


@pytest.mark.parametrize(
    "names",
    [
        ("YUSUF", "YUSUP"), ("SAEPUL", "SAEFUL", "SYAIFUL", "SAIFUL"),
        ("ZAENAL", "ZENAL", "JENAL", "JAENAL", "ZAINAL"), ("IRFAN", "IRPAN", "IRVAN"), ("EVI", "EPI"),
        ("SYARIF", "SARIP", "SYARIP", "SARIF"), ("AHMAD", "ACHMAD", "AKHMAD"), ("RAHMAT", "RACHMAT"),
        ("NUR", "NOOR", "NOER"), ("DENI", "DENNY", "DENY"), ("RIZKI", "RIZKY", "RIZQI"),
        ("KOSWARA", "KUSWARA"), ("NURAENI", "NURAINI", "NUR'AENI"), ("DJUNAEDI", "JUNAEDI", "JUNAIDI"),
        ("TJETJEP", "CECEP"), ("SJAMSUDIN", "SYAMSUDIN", "SAMSUDIN"), ("NJOMAN", "NYOMAN"),
        ("SOEPARMAN", "SUPARMAN"), ("FIRMAN", "PIRMAN"), ("FAUZI", "FAUJI", "PAUJI"), ("DESI", "DESSY", "DESY"),
        ("SUPRIYADI", "SUPRIADI"), ("FAUZIAH", "FAUZIYAH"), ("KUSUMA", "KUSUMAH"), ("RAHMA", "RAHMAH"),
        ("AISYAH", "AISAH"), ("RAMDHANI", "RAMDANI"), ("MARTHA", "MARTA"), ("SOFYAN", "SOPIAN"),
        ("CHANDRA", "CANDRA"), ("KHOIRUL", "CHOIRUL"), ("CHRISTINA", "KRISTINA"), ("RYAN", "RIAN", "RIYAN"),
        ("DZIKRI", "ZIKRI"), ("SITI RACHMAWATI", "SITI RAHMAWATI"), ("R\u00c9NI", "RENI"),
        ("MUHAMMAD", "MUHAMAD", "MOHAMAD", "MOCHAMAD", "MOH", "MOCH", "MOHAMMAD", "MOCHAMMAD", "MUH",
         "MUCHAMAD"),
        ("M. YUSUF", "MUH YUSUP", "MOCH. YUSUF", "H. MUHAMMAD YUSUF"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_sound_alike(names: tuple[str, ...]) -> None:
    assert len({sound(name) for name in names}) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("ANI", "YANI", "HANI"), ("ADI", "HADI", "YADI"), ("ANWAR", "YANUAR"), ("DODI", "DUDI"),
        ("IIS", "IS"), ("AAN", "AN"), ("AI", "AYI", "E"), ("AINI", "ENI"), ("PANJI", "PANYI"), ("NANA", "NAN"),
        ("KOSIM", "KUSIM"), ("YUSUF", "JUSUF"), ("IMAN", "IMAM"), ("SITI", "SINTA"), ("Z", "J"),
    ],
)  # fmt: skip
def test_names_that_differ_to_the_ear_stay_apart(names: tuple[str, ...]) -> None:
    assert len({sound(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "names",
    [
        ("IDA", "IDAH"), ("YAYA", "YAYAH", "YAHYA"), ("DEDE", "DEDEH"), ("ELA", "ELAH"), ("PUJI", "FUJI"),
        ("RAMA", "RAHMA"), ("SARI", "SAHRI"), ("VERA", "PERA"),
    ],
)  # fmt: skip
def test_short_names_that_the_rules_alone_would_merge_stay_apart(names: tuple[str, ...]) -> None:
    assert len({sound(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["DADANG", "DEDE", "NANA", "NENENG", "ADE", "DIAN", "EKA", "IIS", "AAN", "LILIS"]
)
def test_reduplicated_and_unisex_names_are_names_like_others(name: str) -> None:
    assert sound(name) == name


def test_an_m_is_muhamad_only_before_a_name() -> None:
    assert sound("M YUSUF") == "MUHAMAD YUSUP"
    assert sound("M") == "M"
    assert sound("YUSUF M") == "YUSUP M"


def test_the_words_keep_their_order_and_their_number() -> None:
    assert sound("SITI NURHALIZA") == "SITI NURHALIJA"
    assert sound("NURHALIZA SITI") == "NURHALIJA SITI"
    assert sound("SITINURHALIZA") == "SITINURHALIJA"
