"""What a file is before any row is read: its digest, encoding, separator and heading, or why it is no table.

Everything that makes a whole file unusable is found here, so that nothing is written for such a file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hub.domain.errors import InvalidInput

SEPARATORS = ("|", ";", ",", "\t")
LONGEST_LINE = 1 << 26
"""Bytes without a line end above which a file is no table."""
_BLOCK = 1 << 20
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26})
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_C1 = frozenset(range(0x80, 0xA0))
_NOT_IN_CP1252 = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
_OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_SAVE_AS_TEXT = "Export the register as text (CSV), one row a line with one heading line, and give that file."
_GET_IT_AGAIN = "Get the file again from its source and compare its size."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text table that can be read row by row."""

    path: Path
    digest: str
    """SHA-256 of the file's bytes, hex."""
    encoding: str
    separator: str
    heading: tuple[str, ...]
    heading_line: int
    lines: int
    """Line ends in the file: about the number of rows, for showing progress."""
    stamp: tuple[int, int]
    """Size and time of change, to notice a file that changes while it is read."""

    def open(self) -> TextIO:
        """The file as text, line ends untouched."""
        return self.path.open(encoding=self.encoding, newline="")

    def unchanged(self) -> bool:
        """Whether the file still has the size and time it was inspected with."""
        return _stamp(self.path) == self.stamp


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def inspect(path: Path) -> Sheet:
    """Look at the whole file once, in flat memory.

    Raises InvalidInput when it is missing, empty, binary, wrongly encoded, cut off, or no table.
    """
    try:
        return _inspect(path)
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {path.name}.", "Check the path.") from None
    except OSError as error:
        raise InvalidInput(
            f"{path.name} can't be read: {error.strerror}.",
            "Check that it is a file and that you may read it.",
        ) from None


def _inspect(path: Path) -> Sheet:
    stamp = _stamp(path)
    with path.open("rb") as file:
        start = file.read(_BLOCK)
    if not start.strip():
        raise InvalidInput(f"{path.name} is empty.", _GET_IT_AGAIN)
    _refuse_other_files(path, start)
    encoding = _unicode_of(start)
    digest, lines, decodes = _scan(path, encoding)
    if not decodes:
        encoding = _eight_bit(path, encoding)
    separator, heading, heading_line = _heading(path, encoding)
    sheet = Sheet(path, digest, encoding, separator, heading, heading_line, lines, stamp)
    _refuse_cut_off(sheet)
    return sheet


def _refuse_other_files(path: Path, start: bytes) -> None:
    for magic, what in _OTHER_FILES.items():
        if start.startswith(magic):
            raise InvalidInput(f"{path.name} is {what}, not a text table.", _SAVE_AS_TEXT)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise InvalidInput(f"{path.name} is encoded as UTF-32.", "Save it as UTF-8.")


def _unicode_of(start: bytes) -> str:
    """UTF-16 by its mark or by its zero bytes, else UTF-8 until proved wrong."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[:2000:2].count(0), start[1:2000:2].count(0)
    if max(even, odd) > len(start[:2000]) * 0.4:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _scan(path: Path, encoding: str) -> tuple[str, int, bool]:
    """Digest, number of line ends, and whether the bytes are what `encoding` says."""
    digest, lines, since_end = hashlib.sha256(), 0, 0
    decoder = codecs.getincrementaldecoder(encoding)()
    decodes = True
    for block in _blocks(path):
        digest.update(block)
        if encoding == "utf-8-sig":
            _refuse_binary(path, block)
        ends = max(block.count(b"\n"), block.count(b"\r"))
        since_end = 0 if ends else since_end + len(block)
        if since_end > LONGEST_LINE:
            raise InvalidInput(f"{path.name} has no line ends: it is no table.", _SAVE_AS_TEXT)
        lines += ends
        decodes = decodes and _decodes(decoder, block)
    return digest.hexdigest(), lines, decodes and _decodes(decoder, b"", final=True)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(path: Path, block: bytes) -> None:
    controls = len(block) - len(block.translate(None, _CONTROLS))
    if b"\0" in block or controls > len(block) / 100:
        raise InvalidInput(f"{path.name} is not text: it holds binary bytes.", _SAVE_AS_TEXT)


def _eight_bit(path: Path, encoding: str) -> str:
    """Latin-1 or its Windows relative, when nothing in the file speaks against it."""
    found: set[int] = set()
    mixed = encoding != "utf-8-sig"
    for block in _blocks(path):
        found |= _C1.intersection(block)
        mixed = mixed or _MULTIBYTE.search(block) is not None
    if mixed or found & _NOT_IN_CP1252:
        raise InvalidInput(
            f"{path.name} is wrongly encoded: parts of it are neither UTF-8 nor Latin-1.",
            "Files of two encodings were joined, or bytes were damaged. Export it again as UTF-8.",
        )
    return "cp1252" if found else "latin-1"


def _heading(path: Path, encoding: str) -> tuple[str, tuple[str, ...], int]:
    """Separator, column names and line number of the heading: the first line that is not blank."""
    with path.open(encoding=encoding, newline="") as file:
        for number, line in enumerate(iter(lambda: file.readline(_BLOCK), ""), start=1):
            if line.strip() and not line.lower().startswith("sep="):
                separator = max(SEPARATORS, key=lambda each: len(cells(line, each)))
                heading = tuple(" ".join(cell.split()) for cell in cells(line, separator))
                if len(heading) == 1:
                    break
                if not any(row.strip() for row in iter(lambda: file.readline(_BLOCK), "")):
                    raise InvalidInput(f"{path.name} has a heading but no rows.", _GET_IT_AGAIN)
                return separator, heading, number
    raise InvalidInput(
        f"{path.name} is no table: its first line has no columns.",
        "The first line must be the heading, separated by | ; , or tabs.",
    )


def cells(line: str, separator: str) -> list[str]:
    """The cells of one line; a stray quote is taken as it stands."""
    try:
        return next(csv.reader((line.rstrip("\r\n"),), delimiter=separator), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _refuse_cut_off(sheet: Sheet) -> None:
    """A file whose last line has no end must at least be complete in that line."""
    with sheet.path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _BLOCK) // 4 * 4)  # whole characters of UTF-16
        tail = file.read().decode(sheet.encoding.replace("-sig", ""), errors="replace")
    if tail.endswith(("\n", "\r")):
        return
    last = re.split(r"[\r\n]", tail)[-1]
    if last.strip("\x1a ") and (
        last.count('"') % 2 or len(cells(last, sheet.separator)) < len(sheet.heading)
    ):
        raise InvalidInput(f"{sheet.path.name} is cut off: its last line is unfinished.", _GET_IT_AGAIN)
