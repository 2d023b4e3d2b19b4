"""Opens a file that came packed: the one table in a gzip or zip archive, as a stream, never unpacked whole.

What an archive claims is not believed: what comes out is counted, and damage is told as one clear error.
"""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from hub.domain.errors import InvalidInput

HIGHEST_RATIO = 200
"""Bytes that one packed byte may become; registers come to 5 to 20."""
FREE_SIZE = 1 << 26
"""Unpacked bytes up to which the ratio does not matter."""
LARGEST_SIZE = 1 << 36
"""Unpacked bytes above which nothing is a register of a city."""
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_START = b"\x1f\x8b"
WORKBOOK_PART = "xl/workbook.xml"
_BUFFER = 1 << 18
_DAMAGE = (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError, NotImplementedError, RuntimeError)
_JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_DOCUMENTS = {
    "xl/workbook.bin": "a binary Excel workbook (xlsb)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "content.xml": "an OpenDocument file",
}
SAVE_AS_TEXT = "Export the register as text (CSV), one row a line with one heading line, and give that file."
GET_IT_AGAIN = "Get the file again from its source and compare its size."
_UNPACK = "Unpack it and give the register's own file."


class Packing(Enum):
    """How the bytes of a table lie in the file that was given."""

    NONE = "as they are"
    GZIP = "gzip"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes of a table are: a file, or a member of an archive."""

    path: Path
    packing: Packing = Packing.NONE
    member: str = ""

    @property
    def name(self) -> str:
        """What to call it in an error."""
        return f"{self.path.name} ({self.member})" if self.member else self.path.name

    def open(self) -> BinaryIO:
        """The table's bytes from the first on; they may only be read forward when packed.

        Reading raises InvalidInput where the archive is damaged or unpacks without end.
        """
        if self.packing is Packing.NONE:
            return self.path.open("rb")
        return io.BufferedReader(_Unpacked(self), _BUFFER)

    def open_seekable(self) -> BinaryIO:
        """The same for a reader that jumps about: a packed one goes to a nameless file on disk."""
        if self.packing is Packing.NONE:
            return self.path.open("rb")
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        with self.open() as packed:
            shutil.copyfileobj(packed, copy, _BUFFER)
        copy.seek(0)
        return cast("BinaryIO", copy)


class _Unpacked(io.RawIOBase):
    """The bytes that come out of an archive, counted."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._name = source.path.name
        self._what = f"{source.packing.value} archive"
        self._packed_size = source.path.stat().st_size
        self._size = 0
        with damage_told(self._name, self._what):
            if source.packing is Packing.GZIP:
                self._archive: zipfile.ZipFile | None = None
                self._stream: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(source.path))
            else:
                self._archive = zipfile.ZipFile(source.path)
                self._stream = self._archive.open(source.member)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # only BufferedReader calls it
        with damage_told(self._name, self._what):
            block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        self._size += len(block)
        refuse_bomb(self._name, self._packed_size, self._size)
        return len(block)

    def close(self) -> None:
        if not self.closed and hasattr(self, "_stream"):
            self._stream.close()
            if self._archive is not None:
                self._archive.close()
        super().close()


@contextmanager
def damage_told(name: str, what: str) -> Iterator[None]:
    """What the unpacking libraries raise, as one error for people."""
    try:
        yield
    except _DAMAGE as error:
        raise InvalidInput(f"{name} is a damaged {what}: {_reason(error)}.", GET_IT_AGAIN) from None


def _reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it is cut off"
    if isinstance(error, NotImplementedError):
        return "it is packed in a way that can't be read here"
    return "its bytes are not what they were"


def refuse_bomb(name: str, packed: int, unpacked: int) -> None:
    """Stop before an archive that unpacks to a thousand times its size fills a disk or a night."""
    if unpacked > LARGEST_SIZE or (unpacked > FREE_SIZE and unpacked > packed * HIGHEST_RATIO):
        raise InvalidInput(
            f"{name} unpacks to more than {HIGHEST_RATIO} times its size: it can't be a register.",
            GET_IT_AGAIN,
        )


def sources(path: Path, start: bytes) -> list[Source]:
    """What may be the table in a file that begins with `start`: itself, or what is packed in it.

    Raises InvalidInput for an archive that is damaged, locked, empty or a bomb.
    """
    if start.startswith(GZIP_START):
        return [Source(path, Packing.GZIP)]
    if not start.startswith(ZIP_STARTS):
        return [Source(path)]
    with path.open("rb") as file:
        names = file_names(path.name, file)
    if WORKBOOK_PART in names:
        return [Source(path)]
    members = [name for name in names if not name.endswith("/") and not _is_junk(name)]
    if not members:
        raise InvalidInput(f"{path.name} holds no file.", GET_IT_AGAIN)
    return [Source(path, Packing.ZIP, name) for name in members]


def file_names(name: str, file: BinaryIO) -> list[str]:
    """Members of a zip archive whose claims can be true.

    Raises InvalidInput when it is damaged, locked, a bomb, or a document of another kind.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (*_DAMAGE, ValueError, OSError):
        raise InvalidInput(f"{name} is a damaged zip archive or Excel workbook.", GET_IT_AGAIN) from None
    refuse_bomb(name, size, sum(each.file_size for each in members))
    names = [each.filename for each in members]
    for part, what in _DOCUMENTS.items():
        if part in names:
            raise InvalidInput(f"{name} is {what}, not a table that can be read.", SAVE_AS_TEXT)
    if any(each.flag_bits & 1 for each in members):
        raise InvalidInput(f"{name} is locked with a password.", _UNPACK)
    return names


def _is_junk(name: str) -> bool:
    """What operating systems put into archives beside the files that people meant."""
    parts = PurePosixPath(name).parts
    return any(part in _JUNK or part.startswith(".") for part in parts)


def only(path: Path, found: list[Source]) -> Source:
    """The one table among the members of an archive. Raises InvalidInput for none or several."""
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(f"{path.name} holds no table.", _UNPACK)
    names = ", ".join(each.member for each in found[:8])
    raise InvalidInput(
        f"{path.name} holds several tables: {names}.", "Unpack it and give one file at a time."
    )
