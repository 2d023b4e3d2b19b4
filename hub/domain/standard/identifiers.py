"""NIK, KK and card numbers: what is wrong with one as written, what can be repaired, what it hints at.

Sources: UU 23/2006 art. 13 (one NIK for life), PP 37/2007 art. 37 (its notation `PPKKCC DDMMYY SSSS`, with 40
added to the day of women; a KK has the day of its registration there, without the 40); kinds of damage as met
in register files (DOMAIN §2, FORMATS common rules).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hub.domain.standard.text import NOTHING


class IdKind(StrEnum):
    """What a NIK or KK number as written in a register is worth."""

    OK = "OK"
    """16 digits, first not 0, serial not 0000: usable."""
    MISSING = "MISSING"
    """An empty cell."""
    PLACEHOLDER = "PLACEHOLDER"
    """A stand-in for "none": `-`, `TIDAK ADA`, all digits equal."""
    TEMPORARY = "TEMPORARY"
    """0 + village code + serial, issued by a village system: only in `local`."""
    FIFTEEN_DIGITS = "FIFTEEN_DIGITS"
    """One digit lost; which one can't be known."""
    SCIENTIFIC = "SCIENTIFIC"
    """`3.27E+15`: a spreadsheet kept three digits."""
    ZEROED = "ZEROED"
    """A spreadsheet turned the sixteenth digit to 0: serial 0000, or a last 0 among rows that all have one."""
    MALFORMED = "MALFORMED"
    """Anything else."""


class Identifier(NamedTuple):
    """A number as standardised: `digits` only when its kind is OK. A tuple, since one is made for every cell."""

    kind: IdKind
    digits: str | None = None
    repaired: bool = False
    """True when blanks, dots or a leading apostrophe were taken out."""
    stem: str | None = None
    """The 15 sure digits of a ZEROED number. Of FIFTEEN_DIGITS any may be the lost one, so none is sure."""
    local: str | None = None
    """The digits of a TEMPORARY number: they mean something only within the system that gave them."""


_GOOD = re.compile(r"[1-9][0-9]{15}").fullmatch
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII).fullmatch
_DIRT = re.compile(r"[\s.'`\"\u2019\u00a0-]+")
_MISSING = Identifier(IdKind.MISSING)


def identifier(value: str, rounded: bool = False) -> Identifier:
    """The kind of a NIK or KK number as written, and its digits when usable.

    Recoverable: a leading apostrophe, and blanks, dots or hyphens between the digits. Nothing is guessed.
    `rounded`: the row lies in a stretch of a list where every number ends in 0, so that a last 0 is no digit.
    """
    if _GOOD(value) and not value.endswith("0000") and value.count(value[0]) < 16:
        if rounded and value[15] == "0":
            return Identifier(IdKind.ZEROED, stem=value[:15])
        return Identifier(IdKind.OK, value)
    return _unusual(value, rounded)


def _unusual(value: str, rounded: bool) -> Identifier:
    text = value.strip()
    if not text:
        return _MISSING
    if _SCIENTIFIC(text):
        return Identifier(IdKind.SCIENTIFIC)
    digits = _DIRT.sub("", text)
    if text.upper() in NOTHING or not digits:
        return Identifier(IdKind.PLACEHOLDER)
    if not (digits.isascii() and digits.isdigit()):
        return Identifier(IdKind.MALFORMED)
    return _of_digits(digits, rounded, repaired=digits != value)


def _of_digits(digits: str, rounded: bool, *, repaired: bool) -> Identifier:
    if digits.count(digits[0]) == len(digits):
        return Identifier(IdKind.PLACEHOLDER)
    if len(digits) == 15:
        return Identifier(IdKind.FIFTEEN_DIGITS)
    if len(digits) != 16:
        return Identifier(IdKind.MALFORMED)
    if digits[0] == "0":
        return Identifier(IdKind.TEMPORARY, local=digits)
    if digits.endswith("0" if rounded else "0000"):
        return Identifier(IdKind.ZEROED, stem=digits[:15])
    return Identifier(IdKind.OK, digits, repaired)


class IdParts(NamedTuple):
    """The three parts of a NIK or KK number as written, for comparing part by part."""

    region: str
    """Kemendagri code of 6 digits."""
    day: str
    """6 digits `DDMMYY`: birth (women + 40) in a NIK, registration in a KK."""
    serial: str
    """4 digits; 3 in a stem."""


def id_parts(digits: str) -> IdParts:
    """The parts of a number of kind OK (16 digits) or of a stem (15)."""
    return IdParts(digits[:6], digits[6:12], digits[12:])


_CARD_DIRT = re.compile(r"[\s'`\u2019\u00a0-]+")


def card_number(value: str, digits: int = 13) -> str | None:
    """A card number (PBI-JKN: 13 digits) with the leading zeros that a spreadsheet took; None if it is none.

    Dots are not taken out: after zeros were lost, `1979133141.0` and a number with a digit more look alike.
    """
    bare = _CARD_DIRT.sub("", value)
    if len(bare) > digits or not (bare.isascii() and bare.isdigit()) or not bare.strip("0"):
        return None
    return bare.zfill(digits)


PROVINCES = frozenset(
    str(code)
    for codes in ((11, 20), (21, 22), (31, 37), (51, 55), (61, 66), (71, 77), (81, 83), (91, 97))
    for code in range(*codes)
)
"""Kemendagri province codes that occur in NIKs; 54 (Timor Timur) is retired but stays in old numbers."""


@dataclass(frozen=True, slots=True)
class NikSigns:
    """What a well-formed NIK says of its bearer: evidence, never a rule (it outlives a corrected date)."""

    region: str
    """Kemendagri code (6 digits) of first registration, not of residence."""
    region_known: bool
    """Whether its province exists or existed."""
    sex: str | None
    """MALE, FEMALE, or None when the day fits neither."""
    born: str | None
    """`YY-MM-DD`; None when there is no such day."""


def nik_signs(nik: str) -> NikSigns:
    """The signs in a NIK of kind OK (16 digits)."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    sex = "MALE" if 1 <= day <= 31 else "FEMALE" if 41 <= day <= 71 else None
    real_day = day - 40 if day > 40 else day
    born = f"{year:02}-{month:02}-{real_day:02}" if sex and _is_day(year, month, real_day) else None
    return NikSigns(nik[:6], nik[:2] in PROVINCES, sex, born)


@dataclass(frozen=True, slots=True)
class KkSigns:
    """What a well-formed KK number says of the card: evidence, never a rule."""

    region: str
    """Kemendagri code (6 digits) of the office that issued the card."""
    region_known: bool
    """Whether its province exists or existed."""
    registered: str | None
    """`YY-MM-DD` of registration; None when there is no such day."""


def kk_signs(kk: str) -> KkSigns:
    """The signs in a KK number of kind OK (16 digits)."""
    day, month, year = int(kk[6:8]), int(kk[8:10]), int(kk[10:12])
    registered = f"{year:02}-{month:02}-{day:02}" if _is_day(year, month, day) else None
    return KkSigns(kk[:6], kk[:2] in PROVINCES, registered)


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether a two-digit year has that day in either century."""
    for century in (1900, 2000):
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def nik_flags(nik: str, sex: str | None, born_on: str | None) -> list[str]:
    """Soft signals about a NIK of kind OK beside the sex and ISO birth date of the same row.

    nik_region_unknown · nik_birth_impossible · nik_birth_differs · nik_sex_differs
    """
    flags = [] if nik[:2] in PROVINCES else ["nik_region_unknown"]
    if born_on and sex:  # the common case, without taking the number apart
        day = nik[6:8] if sex == "MALE" else f"{int(nik[6:8]) - 40:02}"
        if day == born_on[8:10] and nik[8:10] == born_on[5:7] and nik[10:12] == born_on[2:4]:
            return flags
    signs = nik_signs(nik)
    if signs.born is None:
        flags.append("nik_birth_impossible")
    elif born_on and signs.born != born_on[2:]:
        flags.append("nik_birth_differs")
    if sex and signs.sex and signs.sex != sex:
        flags.append("nik_sex_differs")
    return flags
