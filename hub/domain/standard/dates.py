"""Dates in the notations of Indonesian registers; what is impossible is flagged, never guessed.

Sources: notations of FORMATS (DTKS, common rules) and DOMAIN §4; a serial counts days since 1899-12-30.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

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


class Notation(StrEnum):
    """How a date was written: files mix them, and a habit of one kelurahan is evidence about its rows."""

    DMY_DASH = "dmy_dash"
    DMY_SLASH = "dmy_slash"
    DMY_DOT = "dmy_dot"
    """13.03.1958 or 13 03 1958."""
    YMD = "ymd"
    """Year first, with whatever sign."""
    WORDS = "words"
    """The month in words."""
    TWO_DIGIT = "two_digit"
    TIMESTAMP = "timestamp"
    """With a time of day, as a database writes it: `13/03/1958 0:00:00` (P3KE)."""
    SERIAL = "serial"
    MONTH_FIRST = "month_first"
    """Possible only with the month before the day, or read so because the file does."""
    NONE = "none"
    """Nothing that looks like a date."""


FLAGGED = frozenset({BornKind.TWO_DIGIT_YEAR, BornKind.SERIAL, BornKind.IMPOSSIBLE})
"""Kinds that a person should look at when in doubt."""


class Born(NamedTuple):
    """A birth date as standardised: ISO when known."""

    on: str | None
    kind: BornKind
    default_day: bool = False
    notation: Notation = Notation.NONE
    swapped: str | None = None
    """The other reading (ISO) when day and month may have changed places; None for a month in words."""


OLDEST_YEARS = 120
_DEFAULT_DAYS = frozenset({(1, 1), (6, 30), (7, 1), (12, 31)})
_EPOCH = date(1899, 12, 30)
_TIME = r"([ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)?"
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
_DMY = {"-": Notation.DMY_DASH, "/": Notation.DMY_SLASH}


class _Written(NamedTuple):
    """The parts of a date as written, with the year as text: two digits have no century."""

    year: str
    month: int
    day: int
    notation: Notation


@lru_cache(maxsize=1 << 17)
def born(value: str, as_of: str, month_first: bool = False) -> Born:
    """A birth date as written in a register that describes the ISO day `as_of`.

    Day stands before month in every Indonesian notation, so 05-25-1980 is impossible (with its notation told),
    not the 25th of May. `month_first` says that this file was seen to have the other habit: then all its dates
    in digits that end with the year are read so, and 25-05-1980 is the impossible one.
    Some forty thousand days in three notations cover everybody, so that nearly every cell is answered from memory
    (about 35 MB when all have been seen).
    """
    text = known(value)
    if text is None or _ZEROES(text):
        return _MISSING
    last = date.fromisoformat(as_of)
    if _SERIAL(text):
        return _within(_EPOCH + timedelta(days=int(text[:5])), BornKind.SERIAL, Notation.SERIAL, last)
    written = _parts(text, month_first)
    return _of_parts(written, last) if written else Born(None, BornKind.IMPOSSIBLE)


def day(value: str, as_of: str) -> str | None:
    """Any past date of a register (visit, decision) as ISO; None when unknown, impossible, or after `as_of`."""
    return born(value, as_of).on


def age_on(born_on: str, on: str) -> int:
    """Full years on the ISO day `on`; negative before birth. Born on 29 February: older on 1 March."""
    return int(on[:4]) - int(born_on[:4]) - (on[5:] < born_on[5:])


def _parts(text: str, month_first: bool) -> _Written | None:
    """The parts of a date that has a known notation."""
    if found := _YEAR_FIRST(text):
        year, _, month, day, time = found.groups()
        return _Written(year, int(month), int(day), Notation.TIMESTAMP if time else Notation.YMD)
    if found := _DAY_FIRST(text):
        first, sign, second, year, time = found.groups()
        return _in_digits(int(first), int(second), year, _sign_says(sign, year, time), month_first)
    if (found := _IN_WORDS(text)) and found[2] in _MONTHS:
        return _Written(found[3], _MONTHS[found[2]], int(found[1]), Notation.WORDS)
    return None


def _sign_says(sign: str, year: str, time: str | None) -> Notation:
    if len(year) == 2:
        return Notation.TWO_DIGIT
    return Notation.TIMESTAMP if time else _DMY.get(sign, Notation.DMY_DOT)


def _in_digits(first: int, second: int, year: str, notation: Notation, month_first: bool) -> _Written:
    """Two numbers before a year: which of them is the day."""
    if first <= 12 and (month_first or (second > 12 and _real(2000, first, second))):
        notation = Notation.MONTH_FIRST
    return _Written(year, first, second, notation) if month_first else _Written(year, second, first, notation)


def _of_parts(written: _Written, last: date) -> Born:
    if len(written.year) == 4:
        day = _real(int(written.year), written.month, written.day)
        return _within(day, BornKind.EXACT, written.notation, last)
    for century in (2000, 1900):  # the younger age first: nobody is older than a hundred by a two-digit year
        candidate = _real(century + int(written.year), written.month, written.day)
        if candidate and candidate <= last:
            return _within(candidate, BornKind.TWO_DIGIT_YEAR, written.notation, last)
    return Born(None, BornKind.IMPOSSIBLE, notation=written.notation)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _within(day: date | None, kind: BornKind, notation: Notation, last: date) -> Born:
    if day is None or not _possible(day, last):
        return Born(None, BornKind.IMPOSSIBLE, notation=notation)
    default = (day.month, day.day) in _DEFAULT_DAYS
    if default and kind is BornKind.EXACT:
        kind = BornKind.DEFAULT_DAY
    return Born(day.isoformat(), kind, default, notation, _swapped(day, notation, last))


def _possible(day: date, last: date) -> bool:
    return day <= last and last.year - day.year <= OLDEST_YEARS


def _swapped(day: date, notation: Notation, last: date) -> str | None:
    """The reading with day and month exchanged, when it is another day that is possible too."""
    if notation is Notation.WORDS or day.day > 12 or day.day == day.month:
        return None
    other = date(day.year, day.day, day.month)
    return other.isoformat() if _possible(other, last) else None
