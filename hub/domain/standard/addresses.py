"""Addresses cut into labelled pieces that together are the text again: street, lane, number, RT, RW, the rest.

Source: notations of FORMATS (ALAMAT, RT, RW; Regsosek r106, r107) and DOMAIN §4. Bandung has about 6 RT in an RW
and 10 RW in a kelurahan (DOMAIN §1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hub.domain.standard.areas import one_slip_apart
from hub.domain.standard.text import known

_NUMBER = re.compile(r"(?:R\s?[TW]\s?[.:/]?\s*)?([0-9]{1,3})").fullmatch


def text(value: str) -> str | None:
    """The address text in upper case with single blanks; None when the cell holds none."""
    return known(value)


@lru_cache(maxsize=1 << 12)
def rt_or_rw(value: str) -> str | None:
    """The number of an RT or RW as three digits, from `3`, `03`, `003`, `RT 03`, `RW.5`; else None."""
    found = _NUMBER(known(value) or "")
    return _three_digits(found[1]) if found else None


def _three_digits(number: str) -> str | None:
    return number.zfill(3) if int(number) else None


HIGHEST_RT = 20
"""Above it a number is hardly an RT: an RW has about six."""


def looks_swapped(rt: str | None, rw: str | None) -> bool:
    """Whether RT and RW seem to have changed places: an RT above 20 beside an RW that could be one."""
    return bool(rt and rw) and int(rt or 0) > HIGHEST_RT >= int(rw or 0)


class Part(StrEnum):
    """What a piece of an address is."""

    TYPE = "type"
    STREET = "street"
    LANE_TYPE = "lane_type"
    LANE = "lane"
    BLOCK = "block"
    NUMBER = "number"
    RT = "rt"
    RW = "rw"
    REST = "rest"


class Piece(NamedTuple):
    """A stretch of the text as written, with the blanks and signs after it, and what was read from it."""

    part: Part
    written: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart. All fields None or empty when the cell held none."""

    street_type: str | None = None
    """JL, GG, KP, KOMP, PERUM, RUSUN, ASR or DUSUN; `JL. GG. KUJANG` is a GG."""
    street: str | None = None
    """Its name as written; also a hamlet's or a place's that stands alone."""
    lane_type: str | None = None
    lane: str | None = None
    """The smaller road within it (`JL. CICADAS GG. MASJID`)."""
    block: str | None = None
    number: str | None = None
    """`51`, `59B`, `106/21C`."""
    rt: str | None = None
    rw: str | None = None
    """Three digits each; None for 0."""
    rest: str | None = None
    """What else stands there, such as the kelurahan or a second number."""
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    """Joined by `written` they are the tidied text."""

    @property
    def street_key(self) -> str | None:
        """The name of the smallest road without blanks, signs and spelling habits; its type is not part of it.

        Registers drop the larger road and the type (`GG. KELAPA`, `JL. GG. KELAPA`, `JL. JAMIKA GG KELAPA`).
        """
        name = self.street if self.street_type == "GG" and self.street else self.lane or self.street
        return (_squeezed(name) or None) if name else None


_TYPE_WORDS = {
    "JL": "JL JLN JALAN JLAN",
    "GG": "GG GANG GNG GANK",
    "KP": "KP KPG KMP KAMP KAMPUNG",
    "KOMP": "KOMP KOMPL KOMPLEK KOMPLEKS KOMPLEX KMPLK",
    "PERUM": "PERUM PERUMAHAN PERUMNAS PRM",
    "RUSUN": "RUSUN RUSUNAWA RUSUNAMI",
    "ASR": "ASR ASRAMA",
    "DUSUN": "DUSUN DSN",
}
_TYPES = {word: kind for kind, words in _TYPE_WORDS.items() for word in words.split()}
_MISSPELT_TYPES = ("JALAN", "KAMPUNG", "KOMPLEK", "KOMPLEKS", "PERUMAHAN", "RUSUNAWA")
_NOT_A_TYPE = frozenset({"JALAK", "JALIN", "JALU"})
"""A slip away from JALAN, and streets themselves (Jl. Jalak Harupat)."""

_MARK = re.compile(
    rf"""
    (?P<pair> (?<![A-Z]) RT (?:\s*/\s*RW)? [\s.:/-]*
              (?P<pair_rt>[0-9]{{1,3}}) \s*/\s* (?P<pair_rw>[0-9]{{1,3}}) (?![0-9A-Z/]) )
  | (?P<rt> (?<![A-Z]) RT [\s.:/-]* (?P<rt_number>[0-9]{{1,3}}) (?![0-9A-QS-Z]) )
  | (?P<rw> (?<![A-Z]) RW [\s.:/-]* (?P<rw_number>[0-9]{{1,3}}) (?![0-9A-Z]) )
  | (?P<number> \bNO(?:MOR|MER)? [\s.:]*
                (?P<number_name>[0-9]{{1,4}}[A-Z]?(?:[/-](?:[0-9]{{1,4}}[A-Z]?|[A-Z]))*) \b )
  | (?P<block> \bBL(?:O[CK]|K)\b [\s.:]* (?!NO\b|R[TW]\b)
               (?P<block_name>[A-Z]{{1,2}}(?:[\s.-]?[0-9]{{1,3}}[A-Z]?)?|[0-9]{{1,3}}[A-Z]?) \b )
  | (?P<tail> \b(?:KEL|KELURAHAN|KEC|KECAMATAN|DESA|KOTA\sBANDUNG)\b )
  | (?P<type> \b(?P<type_name>{"|".join(_TYPES)})\b )
  | (?P<bare> (?<![\w./-]) (?P<bare_name>[0-9]{{1,4}}[A-Z]?(?:/[0-9]{{1,4}}[A-Z]?)?) (?![\w/-]) )
    """,
    re.VERBOSE,
)
_FIRST_WORD = re.compile(r"([A-Z]+)\b\W*(?=\w)").match
_SIGNS = re.compile(r"\W*")
_PAIR = re.compile(r"([0-9]{1,3})/([0-9]{1,3})").fullmatch
_has_word = re.compile(r"\w").search


@lru_cache(maxsize=1 << 12)
def parse(value: str) -> Address:
    """An address as written in a register, taken apart. What fits no part is kept in `rest`."""
    tidied = known(value)
    if tidied is None:
        return Address()
    pieces = _Cutter(tidied).cut()
    found: dict[Part, str] = {}
    for piece in pieces:
        if piece.value is not None:
            before = found.get(piece.part) if piece.part is Part.REST else None
            found[piece.part] = f"{before} {piece.value}" if before else piece.value
    return Address(
        street_type=found.get(Part.TYPE),
        street=found.get(Part.STREET),
        lane_type=found.get(Part.LANE_TYPE),
        lane=found.get(Part.LANE),
        block=found.get(Part.BLOCK),
        number=found.get(Part.NUMBER),
        rt=found.get(Part.RT),
        rw=found.get(Part.RW),
        rest=found.get(Part.REST),
        pieces=pieces,
    )


class _Cutter:
    """Cuts one text from left to right; what plain words belong to depends on the last mark before them."""

    def __init__(self, tidied: str) -> None:
        self._text = tidied
        self._at = 0
        self._pieces: list[Piece] = []
        self._open = Part.STREET

    def cut(self) -> tuple[Piece, ...]:
        """The pieces in their order."""
        first = _FIRST_WORD(self._text)
        if first and (kind := _type_of(first[1])):
            self._take(Part.TYPE, first.end(1), kind)
        for mark in _MARK.finditer(self._text, self._at):
            if not self._is_within_words(mark):
                self._words(mark.start())
                self._mark(mark)
        self._words(len(self._text))
        return tuple(self._pieces)

    def _has(self, *parts: Part) -> bool:
        return any(piece.part in parts for piece in self._pieces)

    def _after_signs(self, end: int) -> int:
        found = _SIGNS.match(self._text, end)
        return found.end() if found else end

    def _take(self, part: Part, end: int, value: str | None) -> None:
        """The piece from here to `end`, with the blanks and signs that follow."""
        stop = self._after_signs(end)
        self._pieces.append(Piece(part, self._text[self._at : stop], value))
        self._at = stop

    def _take_once(self, part: Part, end: int, value: str | None) -> None:
        """The same for a part that an address has once: a second one is kept with the rest, as written."""
        if self._has(part):
            part, value = Part.REST, self._text[self._at : end]
        self._take(part, end, value)
        self._open = Part.REST

    def _words(self, end: int) -> None:
        written = self._text[self._at : end]
        if _has_word(written):
            self._take(self._open, end, written.strip(" ,.;:-/"))
        elif written:
            self._take(Part.REST, end, None)

    def _is_within_words(self, mark: re.Match[str]) -> bool:
        """A number without NO counts only at the end of a street: `JL. 17 AGUSTUS` goes on."""
        if mark.lastgroup == "tail":
            return self._open is not Part.REST and not _has_word(self._text[self._at : mark.start()])
        if mark.lastgroup != "bare":
            return False
        end = self._after_signs(mark.end())
        return end < len(self._text) and not _MARK.match(self._text, end)

    def _mark(self, mark: re.Match[str]) -> None:
        kind = str(mark.lastgroup)
        if kind == "pair":
            self._pair(mark["pair_rt"], mark.start("pair_rw"), mark["pair_rw"], mark.end())
        elif kind in ("rt", "rw"):
            self._take_once(Part(kind), mark.end(), _three_digits(mark[f"{kind}_number"]))
        elif kind in ("number", "block"):
            self._take_once(Part(kind), mark.end(), mark[f"{kind}_name"])
        elif kind == "bare":
            self._bare(mark)
        elif kind == "type":
            self._type(mark)
        else:
            self._open = Part.REST

    def _pair(self, rt: str, between: int, rw: str, end: int) -> None:
        if self._has(Part.RT, Part.RW):
            self._take(Part.REST, end, self._text[self._at : end])
        else:
            self._take(Part.RT, between, _three_digits(rt))
            self._take(Part.RW, end, _three_digits(rw))
        self._open = Part.REST

    def _bare(self, mark: re.Match[str]) -> None:
        """`003/005` is RT and RW when it has a leading zero, stands alone, or follows the house number."""
        name = mark["bare_name"]
        pair = _PAIR(name)
        if pair and (name[0] == "0" or "/0" in name or not self._pieces or self._has(Part.NUMBER)):
            self._pair(pair[1], mark.start() + pair.start(2), pair[2], mark.end())
        elif self._open is not Part.REST and self._has(Part.STREET, Part.LANE):
            self._take_once(Part.NUMBER, mark.end(), name)

    def _type(self, mark: re.Match[str]) -> None:
        kind = _TYPES[mark["type_name"]]
        if not self._has(Part.STREET) and self._open is Part.STREET:
            self._take(Part.TYPE, mark.end(), kind)
        elif not self._has(Part.LANE_TYPE):
            self._take(Part.LANE_TYPE, mark.end(), kind)
            self._open = Part.LANE
        else:
            self._open = Part.REST


def _type_of(word: str) -> str | None:
    """The type that a first word is, also with a slip in it: JAAN, KAMPNUG."""
    if word in _TYPES or len(word) < 4 or word in _NOT_A_TYPE:
        return _TYPES.get(word)
    close = (each for each in _MISSPELT_TYPES if each[0] == word[0] and one_slip_apart(word, each))
    return next((_TYPES[each] for each in close), None)


_HABITS = {
    "BBK": "BABAKAN",
    "KBN": "KEBON",
    "KEBUN": "KEBON",
    "HAJI": "H",
    "BAPA": "PA",
    "BAPAK": "PA",
    "PAK": "PA",
}


def _squeezed(name: str) -> str:
    words = re.findall(r"[^\W_]+", name)
    return "".join(_HABITS.get(word, word) for word in words)
