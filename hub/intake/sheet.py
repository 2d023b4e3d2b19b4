"""What a file is before any row is read: its digest, encoding, separator and heading, or why it is no table.

Everything that makes a whole file unusable is found here, so that nothing is written for such a file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hub.domain.errors import InvalidInput
from hub.intake.archives import GET_IT_AGAIN, SAVE_AS_TEXT, ZIP_STARTS, Source, only, sources
from hub.intake.workbook import Grid, inspect_workbook

SEPARATORS = ("|", ";", ",", "\t")
LONGEST_LINE = 1 << 24
"""Bytes without a line end above which a file is no table."""
MOST_LINES = 20
"""Lines that one quoted cell may span."""
_BLOCK = 1 << 20
_PEEK = 1 << 16
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26})
_NOT_C1 = bytes(set(range(256)) - set(range(0x80, 0xA0)))
_BYTE_KINDS = b" " * 128 + b"c" * 64 + b"xx" + b"2" * 30 + b"3" * 16 + b"x" * 16
"""Of each byte, whether UTF-8 has it as ASCII, continuation, or first of two or three."""
_NOT_IN_CP1252 = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
_RARE = 20
"""One line end in so many may differ from the others; it is then no line end but a broken row."""
_OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one locked with a password",
    b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x1f\x8b": "an archive in an archive",
}
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Text:
    """How a text table is written."""

    encoding: str
    separator: str
    line_end: str | None
    """The end of all lines but a few, which are then broken rows; None where several ends are common."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that can be read row by row."""

    source: Source
    digest: str
    """SHA-256 of the file's bytes as it was given, hex."""
    form: Text | Grid
    heading: tuple[str, ...]
    heading_line: int
    lines: int
    """Lines or rows of the table: about the number of rows, for showing progress."""
    stamp: tuple[int, int]
    """Size and time of change, to notice a file that changes while it is read."""
    unvalued: int = 0
    """Cells of a workbook with a formula whose value was not saved: they are read as empty."""

    @property
    def path(self) -> Path:
        """The file that was given."""
        return self.source.path

    def unchanged(self) -> bool:
        """Whether the file still has the size and time it was inspected with."""
        try:
            return _stamp(self.path) == self.stamp
        except FileNotFoundError:
            return False


def open_text(source: Source, encoding: str) -> TextIO:
    """The table as text, line ends untouched."""
    return io.TextIOWrapper(source.open(), encoding, newline="")


def _stamp(path: Path) -> tuple[int, int]:
    """Raises InvalidInput for what is no file: a pipe or a device would be read without end."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(
            f"{path.name} is no regular file.", "Give the file itself, not a folder, a pipe or a device."
        )
    return status.st_size, status.st_mtime_ns


def inspect(path: Path) -> Sheet:
    """Look at the whole file, in flat memory: a text table or a workbook, as it is or in a gzip or zip archive.

    Raises InvalidInput when it is missing, empty, binary, wrongly encoded, cut off, damaged, or not one table.
    """
    try:
        return _inspect(path)
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {path.name}.", "Check the path.") from None
    except OSError as error:
        raise InvalidInput(
            f"{path.name} can't be read: {error.strerror}.",
            "Check that you may read it.",
        ) from None


def _inspect(path: Path) -> Sheet:
    stamp = _stamp(path)
    with path.open("rb") as file:
        found = sources(path, file.read(_PEEK))
    tables = found if len(found) == 1 else [each for each in found if _begins_as_table(each)]
    source = only(path, tables)
    start = _start(source)
    if not start.strip():
        raise InvalidInput(f"{source.name} is empty.", GET_IT_AGAIN)
    _refuse_other_files(source.name, start)
    if start.startswith(ZIP_STARTS):
        return _inspect_workbook(source, stamp)
    return _inspect_text(source, start, stamp)


def _start(source: Source) -> bytes:
    with source.open() as file:
        return file.read(_PEEK)


def _begins_as_table(source: Source) -> bool:
    """Whether one of several files in an archive may be the table, by how it begins."""
    start = _start(source)
    if start.startswith(ZIP_STARTS):
        return True
    text = start.decode(_unicode_of(start), errors="replace")
    first = next(filter(str.strip, text.splitlines()), "")
    other = start.startswith(tuple(_OTHER_FILES)) or _is_binary(text.encode())
    return not other and len(cells(first, _separator(first))) > 1


def _inspect_workbook(source: Source, stamp: tuple[int, int]) -> Sheet:
    digest = _digest(source.path)
    with source.open_seekable() as file:
        table = inspect_workbook(source.name, file)
    return Sheet(
        source, digest, table.grid, table.heading, table.heading_row, table.rows, stamp, table.unvalued
    )


def _inspect_text(source: Source, start: bytes, stamp: tuple[int, int]) -> Sheet:
    digest, encoding = _digest(source.path), _unicode_of(start)
    scan = _scan(source, encoding)
    if not scan.decodes:
        encoding = _eight_bit(source)
    separator, heading, heading_line = _heading(source, encoding)
    _refuse_cut_off(source.name, scan.tail(encoding), separator, len(heading))
    form = Text(encoding, separator, scan.usual_end())
    return Sheet(source, digest, form, heading, heading_line, scan.lines, stamp)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_other_files(name: str, start: bytes) -> None:
    for magic, what in _OTHER_FILES.items():
        if start.startswith(magic):
            raise InvalidInput(f"{name} is {what}, not a table that can be read.", SAVE_AS_TEXT)
    if start.startswith(_UTF32):
        raise InvalidInput(f"{name} is encoded as UTF-32.", "Save it as UTF-8.")


def _unicode_of(start: bytes) -> str:
    """UTF-16 by its mark or by zeros in every other byte, else UTF-8 until proved wrong."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[:2000:2].count(0), start[1:2000:2].count(0)
    many, few = len(start[:2000]) * 0.4, len(start[:2000]) * 0.05
    if max(even, odd) > many and min(even, odd) < few:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _blocks(source: Source) -> Iterator[bytes]:
    with source.open() as file:
        while block := file.read(_BLOCK):
            yield block


@dataclass(slots=True)
class _Scan:
    """What one reading of a text tells."""

    decodes: bool = True
    """Whether the bytes are what they were taken for."""
    lf: int = 0
    cr: int = 0
    crlf: int = 0
    """Pairs, which are also counted one by one."""
    last: tuple[bytes, bytes] = (b"", b"")
    """The two last blocks, in UTF-8 if the text is UTF-16."""

    @property
    def lines(self) -> int:
        """Line ends in the text."""
        return self.lf + self.cr - self.crlf

    def add(self, block: bytes) -> int:
        """Count a block; returns its line ends."""
        lf, cr = block.count(b"\n"), block.count(b"\r")
        if cr:
            self.crlf += block.count(b"\r\n")
        if self.last[1].endswith(b"\r") and block.startswith(b"\n"):
            self.crlf += 1
        self.lf, self.cr, self.last = self.lf + lf, self.cr + cr, (self.last[1], block)
        return lf + cr

    def usual_end(self) -> str | None:
        """The end of all lines but a few; None when all lines end in one way, or many in another."""
        ends = {"\r\n": self.crlf, "\n": self.lf - self.crlf, "\r": self.cr - self.crlf}
        usual = max(ends, key=lambda end: ends[end])
        return usual if 0 < self.lines - ends[usual] <= self.lines / _RARE else None

    def tail(self, encoding: str) -> str:
        """The end of the text."""
        plain = "utf-8" if encoding.startswith("utf") else encoding
        return b"".join(self.last)[-_BLOCK:].decode(plain, errors="replace")


def _scan(source: Source, encoding: str) -> _Scan:
    """Read the whole text once. Raises InvalidInput when it is none."""
    scan, since_end = _Scan(), 0
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    for block in _blocks(source):
        text = _decoded(decoder, block) if scan.decodes else None
        scan.decodes = text is not None
        if wide and text is None:
            raise _wrongly_encoded(source) if encoding == "utf-16" else _not_text(source)
        plain = text.encode() if wide and text is not None else block
        if _is_binary(plain):
            raise _not_text(source)
        since_end = 0 if scan.add(plain) else since_end + len(plain)
        if since_end > LONGEST_LINE:
            raise InvalidInput(f"{source.name} has no line ends: it is no table.", SAVE_AS_TEXT)
    scan.decodes = scan.decodes and _decoded(decoder, b"", final=True) is not None
    if wide and not scan.decodes:
        raise _wrongly_encoded(source)
    return scan


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str | None:
    try:
        return decoder.decode(block, final)
    except UnicodeDecodeError:
        return None


def _is_binary(block: bytes) -> bool:
    controls = len(block) - len(block.translate(None, _CONTROLS))
    return controls > len(block) / 100 or b"\0" in block


def _not_text(source: Source) -> InvalidInput:
    return InvalidInput(f"{source.name} is not text: it holds binary bytes.", SAVE_AS_TEXT)


def _wrongly_encoded(source: Source) -> InvalidInput:
    return InvalidInput(
        f"{source.name} is wrongly encoded: parts of it are not in the encoding of the others.",
        "Files of two encodings were joined, or bytes were damaged. Export it again as UTF-8.",
    )


def _eight_bit(source: Source) -> str:
    """Latin-1 or its Windows relative, when nothing in the text speaks against it."""
    found: set[int] = set()
    for block in _blocks(source):
        kinds = block.translate(_BYTE_KINDS)
        found |= set(block.translate(None, _NOT_C1))
        if b"2c" in kinds or b"3cc" in kinds or found & _NOT_IN_CP1252:
            raise _wrongly_encoded(source)
    return "cp1252" if found else "latin-1"


def _heading(source: Source, encoding: str) -> tuple[str, tuple[str, ...], int]:
    """Separator, column names and last line of the heading: the first line that is not blank.

    A column name in quotes may span lines.
    """
    with open_text(source, encoding) as file:
        lines = enumerate(iter(lambda: file.readline(_BLOCK), ""), start=1)
        for number, line in lines:
            if line.strip() and not line.lower().startswith("sep="):
                last, text = number, line
                while text.count('"') % 2 and last < number + MOST_LINES:
                    last, more = next(lines, (number + MOST_LINES, ""))
                    text += more
                separator = _separator(text)
                heading = tuple(" ".join(cell.split()) for cell in cells(text, separator))
                if len(heading) == 1:
                    break
                if not any(row.strip() for _, row in lines):
                    raise InvalidInput(f"{source.name} has a heading but no rows.", GET_IT_AGAIN)
                return separator, heading, last
    raise InvalidInput(
        f"{source.name} is no table: its first line has no columns.",
        "The first line must be the heading, separated by | ; , or tabs.",
    )


def _separator(heading: str) -> str:
    return max(SEPARATORS, key=lambda each: len(cells(heading, each)))


def cells(line: str, separator: str) -> list[str]:
    """The cells of one line; a stray quote is taken as it stands."""
    try:
        return next(csv.reader((line.rstrip("\r\n"),), delimiter=separator), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _refuse_cut_off(name: str, tail: str, separator: str, width: int) -> None:
    """A text whose last line has no end must at least be complete in that line."""
    last = re.split(r"[\r\n]", tail)[-1]
    if last.strip("\x1a ") and (last.count('"') % 2 or len(cells(last, separator)) < width):
        raise InvalidInput(f"{name} is cut off: its last line is unfinished.", GET_IT_AGAIN)
