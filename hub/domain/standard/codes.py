"""Coded values of the registers, read into one set of words each: Indonesian labels, as the civil registry has.

Sources: SIAK codes (SHDK, marital status, status dasar); FORMATS for labels of P3KE and DTKS; questionnaire
REGSOSEK22-K, r404, r408, r409.
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

HEAD = "KEPALA KELUARGA"
RELATIONS = (
    HEAD,
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
"""In the order of their SHDK codes, 1 to 11."""
_RELATION_BY_SHDK = {str(code): label for code, label in enumerate(RELATIONS, start=1)}
SPOUSE = "SUAMI/ISTRI"
PARENT = "ORANG TUA/MERTUA"
"""What Regsosek asks as one and the row does not tell apart."""
_RELATION_OF = {relation.replace(" ", ""): relation for relation in RELATIONS} | {
    "KK": "KEPALA KELUARGA",
    "KEPALAKEL": "KEPALA KELUARGA",
    "ISTERI": "ISTRI",
    "FAMILILAINNYA": "FAMILI LAIN",
    "LAINLAIN": "LAINNYA",
}
_R409 = {
    "1": "KEPALA KELUARGA", "3": "ANAK", "4": "MENANTU", "5": "CUCU", "6": PARENT, "7": "PEMBANTU",
    "8": "LAINNYA",
}  # fmt: skip
_SPOUSE_OF = {"MALE": "SUAMI", "FEMALE": "ISTRI"}
MARITAL = ("BELUM KAWIN", "KAWIN", "CERAI HIDUP", "CERAI MATI")
"""In the order of their codes, 1 to 4: SIAK and Regsosek agree."""
_MARITAL_BY_CODE = {str(code): label for code, label in enumerate(MARITAL, start=1)}
_MARITAL_OF = {label.replace(" ", ""): label for label in MARITAL} | {
    "BELUMNIKAH": "BELUM KAWIN",
    "TIDAKKAWIN": "BELUM KAWIN",
    "NIKAH": "KAWIN",
    "KAWINNIKAH": "KAWIN",
    "KAWINTERCATAT": "KAWIN",
    "KAWINBELUMTERCATAT": "KAWIN",
    "KAWINTIDAKTERCATAT": "KAWIN",
    "CERAIHIDUPTERCATAT": "CERAI HIDUP",
    "CERAIHIDUPBELUMTERCATAT": "CERAI HIDUP",
}
_PRESENCE_BY_R404 = {
    "1": "PRESENT", "2": "DEAD", "3": "MOVED_OUT", "4": "ABROAD", "5": "PRESENT", "6": "NOT_FOUND",
}  # fmt: skip
_PRESENCE_BY_STATUS = {
    "1": "PRESENT", "2": "DEAD", "3": "MOVED_OUT", "4": "NOT_FOUND", "6": "UNKNOWN", "9": "UNKNOWN",
    "HIDUP": "PRESENT", "MATI": "DEAD", "PINDAH": "MOVED_OUT", "HILANG": "NOT_FOUND", "PERGI": "UNKNOWN",
    "TIDAK VALID": "UNKNOWN",
}  # fmt: skip
_YES = {"YA": True, "Y": True, "1": True, "TIDAK": False, "TDK": False, "T": False, "2": False}
_OCCUPATION_OF = {"BELUM/TIDAK BEKERJA": "TIDAK/BELUM BEKERJA"}
_EDUCATION_OF = {"BELUM/TIDAK SEKOLAH": "TIDAK/BELUM SEKOLAH"}
_PADAN = ("PADAN", "TIDAK PADAN", "BELUM PADAN")
_KABUPATEN = re.compile(r"(?:KABUPATEN|KAB)\b\.?\s*(?=\w)")
_KOTA = re.compile(r"(?:KOTAMADYA|KODYA)\b\.?\s*(?=\w)")
_NOT_LETTERS = re.compile(r"[^A-Z]")
_SLASH = re.compile(r"\s*/\s*")


@lru_cache(maxsize=256)
def sex(value: str) -> str | None:
    """MALE or FEMALE from `L`/`P`, the words, or the codes 1/2; None when it says neither."""
    return _SEX_OF.get(tidy(value))


@lru_cache(maxsize=1024)
def relation(value: str) -> str | None:
    """The SHDK label in upper case with single blanks (`KEPALA KELUARGA`); None when it is none of them.

    DTKS writes these labels; P3KE four of them, with LAINNYA for all that are not head, wife or child.
    """
    return _RELATION_OF.get(_NOT_LETTERS.sub("", tidy(value)))


@lru_cache(maxsize=256)
def relation_by_shdk(code: str) -> str | None:
    """The SHDK label of a code 1 to 11 of the civil registry, or of the label itself."""
    return _RELATION_BY_SHDK.get(_number(code)) or relation(code)


@lru_cache(maxsize=256)
def relation_by_r409(code: str, sex: str | None) -> str | None:
    """The SHDK label of a Regsosek code 1 to 8. `sex`: MALE, FEMALE or None.

    2 (wife/husband) is SUAMI or ISTRI by sex; without it, SUAMI/ISTRI. 6 (parent/parent-in-law) stays ORANG
    TUA/MERTUA: sex does not tell. 8 (other) is LAINNYA, which here takes in what SHDK calls FAMILI LAIN.
    """
    number = _number(code)
    return _SPOUSE_OF.get(sex or "", SPOUSE) if number == "2" else _R409.get(number)


@lru_cache(maxsize=256)
def marital(value: str) -> str | None:
    """BELUM KAWIN, KAWIN, CERAI HIDUP or CERAI MATI from the label or the codes 1 to 4.

    JANDA and DUDA stay unknown: they don't say how the marriage ended.
    """
    return _MARITAL_BY_CODE.get(_number(value)) or _MARITAL_OF.get(_NOT_LETTERS.sub("", tidy(value)))


@lru_cache(maxsize=256)
def presence_by_r404(code: str) -> str | None:
    """The finding of a Regsosek visit in the words of the API (enum Presence); None when not asked.

    3 is "moved to another region (daerah) in Indonesia": MOVED_OUT, although whether the region is outside the
    city was not asked; a register that finds the person within it knows better. 5 (new member) lives here.
    """
    return _PRESENCE_BY_R404.get(_number(code))


@lru_cache(maxsize=256)
def presence_by_status(code: str) -> str | None:
    """The status dasar of the civil registry (1 alive, 2 dead, 3 moved away, 4 lost, 6 left, 9 invalid) likewise.

    PRESENT means registered as living here, not seen.
    """
    return _PRESENCE_BY_STATUS.get(_number(code))


def alive(presence: str | None) -> bool | None:
    """Whether somebody with that presence lives; None for NOT_FOUND, UNKNOWN and None."""
    if presence == "DEAD":
        return False
    return True if presence in ("PRESENT", "MOVED_WITHIN", "MOVED_OUT", "ABROAD") else None


@lru_cache(maxsize=256)
def yes(value: str) -> bool | None:
    """True for `Ya`, `Y`, 1; False for `Tidak`, `T`, 2; None for anything else, also 0."""
    return _YES.get(tidy(value))


@lru_cache(maxsize=1024)
def occupation(value: str) -> str | None:
    """The occupation's label in upper case; BELUM/TIDAK BEKERJA (SIAK) as P3KE's TIDAK/BELUM BEKERJA."""
    return _label(value, _OCCUPATION_OF)


@lru_cache(maxsize=1024)
def education(value: str) -> str | None:
    """The education's label in upper case (`TAMAT SD/SEDERAJAT`)."""
    return _label(value, _EDUCATION_OF)


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


def _number(code: str) -> str:
    """A code without leading zeros, as some exports pad it."""
    return tidy(code).lstrip("0")


def _label(value: str, same: dict[str, str]) -> str | None:
    found = known(value)
    if found is None:
        return None
    label = _SLASH.sub("/", found)
    return same.get(label, label)
