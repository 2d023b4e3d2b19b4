"""What the parts of a workbook hold: shared texts, rows of cells, and numbers and dates as text."""

from __future__ import annotations

import os
import re
import struct
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from xml.parsers import expat

MOST_COLUMNS = 16_384
KEPT_DIGITS = 1e15
"""From here on a spreadsheet does not keep every digit."""
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE).search
_WHOLE = re.compile(r"-?[0-9]+").fullmatch
_ESCAPED = re.compile(r"_x((?!0000|[Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_PLACE = struct.Struct("<2Q")
_DAY_COUNT = 2_958_466
"""Days up to the end of the year 9999, the last that a spreadsheet knows."""

Attributes = dict[str, str]
Row = tuple[int, list[str]]
"""Number of the row in its sheet, from 1, and its cells as text; blank cells at the end may be missing."""


def new_parser() -> expat.XMLParserType:
    """A parser for a part; it raises ValueError for what no spreadsheet writes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    return parser


def _refuse_declarations(*_: object) -> None:
    """No workbook declares entities, but a file made to do harm may."""
    raise ValueError("a document type in a workbook")


class SharedTexts:
    """The texts that cells point to by number, on disk but for the first ones; read only as far as asked.

    A spreadsheet lists them in the order of their first cell, so the first ones are also the commonest.
    """

    IN_MEMORY = 1 << 22
    """Characters held before the rest goes to disk."""

    def __init__(self, batches: Iterator[list[str]]) -> None:
        self._batches = batches
        self._first: list[str] = []
        self._held = self._on_disk = self._end = 0
        self._texts = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close(); nameless, nothing is left
        self._places = tempfile.TemporaryFile()  # noqa: SIM115 - likewise

    def close(self) -> None:
        """Let go of the texts."""
        self._texts.close()
        self._places.close()

    def __getitem__(self, index: int) -> str:
        if index < 0:
            raise IndexError(index)
        while index >= len(self._first) + self._on_disk:
            self._take(next(self._batches, None))
        if index < len(self._first):
            return self._first[index]
        at = _PLACE.size * (index - len(self._first))
        begin, end = _PLACE.unpack(os.pread(self._places.fileno(), _PLACE.size, at))
        return os.pread(self._texts.fileno(), end - begin, begin).decode()

    def _take(self, batch: list[str] | None) -> None:
        if batch is None:
            raise IndexError("a text that the workbook does not hold")
        if not self._on_disk and self._held < self.IN_MEMORY:
            self._first += batch
            self._held += sum(map(len, batch))
            return
        encoded = [text.encode() for text in batch]
        ends = list(accumulate(map(len, encoded), initial=self._end))
        os.pwrite(self._texts.fileno(), b"".join(encoded), self._end)
        places = b"".join(map(_PLACE.pack, ends, ends[1:]))
        os.pwrite(self._places.fileno(), places, _PLACE.size * self._on_disk)
        self._on_disk += len(batch)
        self._end = ends[-1]


class Collector:
    """Handlers of a parser; the prefix that a writer gave its elements is learnt from the first one."""

    def __init__(self) -> None:
        self.parser = new_parser()
        self.parser.StartElementHandler = self._root
        self._pieces: list[str] = []
        self._aside = False
        """Whether inside a phonetic hint, which is no part of a text."""

    def _root(self, tag: str, _: Attributes) -> None:
        prefix = tag[: tag.find(":") + 1]
        names = ("row", "c", "v", "t", "si", "rPh", "f")
        self._row, self._cell, self._value, self._text, self._item, self._hint, self._formula = (
            prefix + each for each in names
        )
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, given: Attributes) -> None:
        raise NotImplementedError

    def _end(self, tag: str) -> None:
        raise NotImplementedError


class TextCollector(Collector):
    """Collects shared texts."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def _start(self, tag: str, given: Attributes) -> None:
        if tag == self._text and not self._aside:
            self.parser.CharacterDataHandler = self._pieces.append
        elif tag == self._item:
            self._pieces.clear()
        elif tag == self._hint:
            self._aside = True

    def _end(self, tag: str) -> None:
        if tag == self._text:
            self.parser.CharacterDataHandler = None
        elif tag == self._item:
            self.done.append(_unescaped("".join(self._pieces)))
        elif tag == self._hint:
            self._aside = False


class RowCollector(Collector):
    """Collects the rows of a sheet."""

    def __init__(self, texts: SharedTexts | tuple[str, ...], number: Callable[[str, str], str]) -> None:
        super().__init__()
        self.done: list[Row] = []
        self.unvalued = 0
        """Cells met so far with a formula whose value was not saved."""
        self._texts = texts
        self._number = number
        self._columns: dict[str, int] = {}
        self._cells: list[str] = []
        self._row_number = self._column = 0
        self._kind = self._style = ""
        self._computed = False

    def _start(self, tag: str, given: Attributes) -> None:
        if tag == self._cell:
            self._kind, self._style = given.get("t", "n"), given.get("s", "0")
            self._computed = False
            place = given.get("r")
            if place is None:
                self._column += 1
            else:
                letters = place.rstrip("0123456789")
                self._column = self._columns.get(letters) or self._column_of(letters)
        elif tag == self._value or (tag == self._text and not self._aside):
            self.parser.CharacterDataHandler = self._pieces.append
        elif tag == self._row:
            self._row_number = int(given.get("r", self._row_number + 1))
            self._cells, self._column = [], 0
        elif tag == self._hint:
            self._aside = True
        elif tag == self._formula:
            self._computed = True

    def _end(self, tag: str) -> None:
        if tag == self._cell:
            if self._pieces:
                self._put(self._as_text("".join(self._pieces)))
                self._pieces.clear()
            elif self._computed and self._kind != "str":  # a formula may well give an empty text
                self.unvalued += 1
        elif tag in {self._value, self._text}:
            self.parser.CharacterDataHandler = None
        elif tag == self._row:
            self.done.append((self._row_number, self._cells))
        elif tag == self._hint:
            self._aside = False

    def _put(self, text: str) -> None:
        missing = self._column - len(self._cells) - 1
        if missing < 0:
            raise ValueError("two cells at one place")
        self._cells += [""] * missing
        self._cells.append(text)

    def _column_of(self, letters: str) -> int:
        """Column number, from 1, of letters such as AB."""
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - ord("A") + 1
        if not 1 <= number <= MOST_COLUMNS:
            raise ValueError("a cell beyond the last column")
        self._columns[letters] = number
        return number

    def _as_text(self, kept: str) -> str:
        match self._kind:
            case "s":
                return self._texts[int(kept)]
            case "n":
                return self._number(self._style, kept)
            case "b":
                return "TRUE" if kept in {"1", "true"} else "FALSE"
            case "d":
                return kept.removesuffix("Z").removesuffix("T00:00:00")
            case _:
                return _unescaped(kept)


def _unescaped(text: str) -> str:
    """Characters that XML can't hold stand in a workbook as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def shows_date(format_code: str) -> bool:
    """Whether a number format shows a day or a time of day; a count of hours such as `[h]:mm` is a number."""
    shown = _NOT_SHOWN.sub("", format_code.partition(";")[0]).lower()
    return not _ELAPSED(format_code) and any(letter in shown for letter in "ymdhs")


@lru_cache(maxsize=1 << 14)  # a column of codes repeats a few numbers
def number_text(kept: str) -> str:
    """A number as a register means it: whole ones without `.0`; one of more than 15 digits as the file has it.

    What a spreadsheet did to a NIK that was typed as a number stays visible and is not undone by a guess.
    """
    if _WHOLE(kept):
        return kept
    value = float(kept)
    if not abs(value) < KEPT_DIGITS:
        return kept
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


@lru_cache(maxsize=1 << 15)  # a century has 36,525 days
def date_text(kept: str, *, since_1904: bool) -> str:
    """A count of days as an ISO date, with the time unless it is midnight; a number that is no day as it is.

    Day 60 of the usual count is 29 February 1900, which never was; below it the count starts a day later.
    """
    days, seconds = divmod(round(float(kept) * 86_400), 86_400)
    unreal = days == 60 and not since_1904
    if not 0 <= days < _DAY_COUNT or unreal or not (days or seconds):
        return number_text(kept)
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if days < 60 else 30)
    moment = start + timedelta(days=days, seconds=seconds)
    if not days:
        return moment.time().isoformat()
    return moment.isoformat(sep=" ") if seconds else moment.date().isoformat()
