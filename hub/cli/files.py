"""Files that commands read and write: what holds personal data is readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from hub.domain.errors import InvalidInput


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read. Raises InvalidInput when it can't be written."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise InvalidInput(f"{file} can't be written: {error.strerror}.", "Give another path.") from None


def read_file(file: Path) -> bytes:
    """All bytes of a file. Raises InvalidInput when it can't be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}.", "Check the path.") from None


def read_text(file: Path) -> str:
    """The text of a file. Raises InvalidInput when it can't be read, or is not UTF-8."""
    try:
        return read_file(file).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not UTF-8.", "Save it in that encoding.") from None
