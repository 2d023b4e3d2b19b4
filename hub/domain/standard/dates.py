"""Birth dates in the notations of Indonesian registers; what is impossible is flagged, never guessed.

Sources: notations of FORMATS (DTKS, common rules) and DOMAIN §4; a serial counts days since 1899-12-30.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from hub.domain.standard.text import known


class BornKind(StrEnum):
    """How a birth date came to be known."""

    EXACT = "exact"
    DEFAULT_DAY = "default_day"
    """01-01, 30-06, 01-07 or 31-12: these stand for an unknown day."""
    TWO_DIGIT_YEAR = "two_digit_year"
    """The century was chosen by age."""
    SERIAL = "serial"
    """A spreadsheet's day number."""
    MISSING = "missing"
    IMPOSSIBLE = "impossible"
    """No real day, after the register's date, or older than anybody."""


FLAGGED = frozenset({BornKind.TWO_DIGIT_YEAR, BornKind.SERIAL, BornKind.IMPOSSIBLE})
"""Kinds that a person should look at when in doubt."""


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date as standardised: ISO when known."""

    on: str | None
    kind: BornKind
    default_day: bool = False


OLDEST_YEARS = 120
_DEFAULT_DAYS = frozenset({(1, 1), (6, 30), (7, 1), (12, 31)})
_EPOCH = date(1899, 12, 30)
_TIME = r"(?:[ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)?"
_USUAL = re.compile(r"([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})").fullmatch
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_DAY_FIRST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME, re.ASCII).fullmatch
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})" + _TIME, re.ASCII).fullmatch
_IN_WORDS = re.compile(r"(\d{1,2})[-/., ]*([A-Z]{3,9})\.?[-/., ]*(\d{4}|\d{2})" + _TIME, re.ASCII).fullmatch
_SERIAL = re.compile(r"[0-9]{5}(?:[.,]0+)?").fullmatch
_ZEROES = re.compile(r"[0\-/.: ]+").fullmatch
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "JAN JANUARI JANUARY",
            "FEB PEB FEBRUARI PEBRUARI FEBRUARY",
            "MAR MRT MARET MARCH",
            "APR APRIL",
            "MEI MAY",
            "JUN JUNI JUNE",
            "JUL JULI JULY",
            "AGU AGS AGT AGUST AGUSTUS AUG AUGUST",
            "SEP SEPT SEPTEMBER",
            "OKT OKTOBER OCT OCTOBER",
            "NOV NOP NOVEMBER NOPEMBER",
            "DES DESEMBER DEC DECEMBER",
        ),
        start=1,
    )
    for name in names.split()
}
_MISSING = Born(None, BornKind.MISSING)
_IMPOSSIBLE = Born(None, BornKind.IMPOSSIBLE)


def born(value: str, as_of: str) -> Born:
    """A birth date as written in a register that describes the ISO day `as_of`.

    Day stands before month in every Indonesian notation, so 05-25-1980 is impossible, not the 25th of May.
    """
    if found := _USUAL(value):
        day, month, year = found.groups()
        return _of_iso(f"{year}-{month}-{day}", as_of)
    if _ISO(value):
        return _of_iso(value, as_of)
    return _unusual(value, as_of)


@lru_cache(maxsize=1 << 16)
def _of_iso(day: str, as_of: str) -> Born:
    """Some forty thousand days cover everybody, whatever the notation."""
    year, month, number = day.split("-")
    if _ZEROES(day):
        return _MISSING
    return _of_parts(year, int(month), int(number), date.fromisoformat(as_of))


@lru_cache(maxsize=1 << 12)
def _unusual(value: str, as_of: str) -> Born:
    text = known(value)
    if text is None or _ZEROES(text):
        return _MISSING
    last = date.fromisoformat(as_of)
    if _SERIAL(text):
        return _within(_EPOCH + timedelta(days=int(text[:5])), BornKind.SERIAL, last)
    if found := _YEAR_FIRST(text):
        year, _, month, day = found.groups()
        return _of_parts(year, int(month), int(day), last)
    if found := _DAY_FIRST(text):
        day, _, month, year = found.groups()
        return _of_parts(year, int(month), int(day), last)
    if (found := _IN_WORDS(text)) and found[2] in _MONTHS:
        return _of_parts(found[3], _MONTHS[found[2]], int(found[1]), last)
    return _IMPOSSIBLE


def _of_parts(year: str, month: int, day: int, last: date) -> Born:
    if len(year) == 4:
        return _within(_real(int(year), month, day), BornKind.EXACT, last)
    for century in (2000, 1900):  # the younger age first: nobody is older than a hundred by a two-digit year
        candidate = _real(century + int(year), month, day)
        if candidate and candidate <= last:
            return _within(candidate, BornKind.TWO_DIGIT_YEAR, last)
    return _IMPOSSIBLE


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _within(day: date | None, kind: BornKind, last: date) -> Born:
    if day is None or day > last or last.year - day.year > OLDEST_YEARS:
        return _IMPOSSIBLE
    default = (day.month, day.day) in _DEFAULT_DAYS
    return Born(
        day.isoformat(), BornKind.DEFAULT_DAY if default and kind is BornKind.EXACT else kind, default
    )
