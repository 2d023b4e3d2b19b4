"""Coded values of the registers, read into one set of words each.

Sources: SHDK labels of the civil registry (relation to the head of the KK); FORMATS (DTKS) for sex and PADAN.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hub.domain.standard.text import known, tidy

_SEX = {
    "MALE": ("L", "LK", "LAKI-LAKI", "LAKI LAKI", "LAKI - LAKI", "LAKILAKI", "LAKI", "PRIA", "1"),
    "FEMALE": ("P", "PR", "PEREMPUAN", "WANITA", "2"),
}
_SEX_OF = {word: sex for sex, words in _SEX.items() for word in words}

_RELATIONS = (
    "KEPALA KELUARGA",
    "SUAMI",
    "ISTRI",
    "ANAK",
    "MENANTU",
    "CUCU",
    "ORANG TUA",
    "MERTUA",
    "FAMILI LAIN",
    "PEMBANTU",
    "LAINNYA",
)
_RELATION_OF = {relation.replace(" ", ""): relation for relation in _RELATIONS} | {
    "KK": "KEPALA KELUARGA",
    "KEPALAKEL": "KEPALA KELUARGA",
    "ISTERI": "ISTRI",
    "FAMILILAINNYA": "FAMILI LAIN",
    "LAINLAIN": "LAINNYA",
}
_PADAN = ("PADAN", "TIDAK PADAN", "BELUM PADAN")
_KABUPATEN = re.compile(r"(?:KABUPATEN|KAB)\b\.?\s*(?=\w)")
_KOTA = re.compile(r"(?:KOTAMADYA|KODYA)\b\.?\s*(?=\w)")


@lru_cache(maxsize=256)
def sex(value: str) -> str | None:
    """MALE or FEMALE from `L`/`P`, the words, or the codes 1/2; None when it says neither."""
    return _SEX_OF.get(tidy(value))


@lru_cache(maxsize=1024)
def relation(value: str) -> str | None:
    """The SHDK label in upper case with single blanks (`KEPALA KELUARGA`); None when it is none of them."""
    return _RELATION_OF.get(re.sub(r"[^A-Z]", "", tidy(value)))


@lru_cache(maxsize=256)
def padan(value: str) -> str | None:
    """What the register says of its match with the civil registry: PADAN, TIDAK PADAN or BELUM PADAN."""
    tidied = tidy(value)
    return tidied if tidied in _PADAN else None


@lru_cache(maxsize=1 << 14)
def birthplace(value: str) -> str | None:
    """The place as written, with `KABUPATEN X` and `KAB X` as `KAB. X` and `KODYA X` as `KOTA X`.

    Nothing is looked up: BANDUNG, KOTA BANDUNG and KAB. BANDUNG stay three, since the first may mean either.
    """
    found = known(value)
    if found is None:
        return None
    return _KOTA.sub("KOTA ", _KABUPATEN.sub("KAB. ", found, count=1), count=1)
