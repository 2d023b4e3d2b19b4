"""Reads a text table row by row; what can't be a row is named instead of guessed.

Lines are read one by one, not through one csv reader over the file, so that a stray quote costs its own line
and can't swallow the rest of the register.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from hub.domain.errors import InvalidInput
from hub.intake.refusals import Refusal
from hub.intake.sheet import Sheet, cells

LONGEST_FIELD = 2000
"""Characters; the longest address met has fewer than 200."""
MOST_LINES = 20
"""Lines that one quoted cell may span."""


def read(sheet: Sheet) -> Iterator[tuple[int, list[str] | Refusal]]:
    """Line number (the heading's is usually 1) and values of each row, or the refusal of a line that is none.

    Blank lines are passed over. Raises InvalidInput when the file changes underway.
    """
    try:
        with sheet.open() as stream:
            for _ in range(sheet.heading_line):
                stream.readline()
            yield from _rows(sheet, _Lines(stream, sheet.heading_line + 1))
    except (UnicodeDecodeError, FileNotFoundError):
        _refuse_changed(sheet)
    if not sheet.unchanged():
        _refuse_changed(sheet)


def _refuse_changed(sheet: Sheet) -> None:
    raise InvalidInput(
        f"{sheet.path.name} was changed while it was read.",
        "Abandon this release and take in a finished copy of the file.",
    )


class _Lines:
    """Lines of a file with their numbers, of which some may be looked at ahead."""

    def __init__(self, stream: TextIO, first: int) -> None:
        self._stream = stream
        self._ahead: deque[str] = deque()
        self.number = first

    def next(self) -> str:
        """The next line with its end, or an empty text after the last one."""
        self.number += 1
        return self._ahead.popleft() if self._ahead else self._stream.readline()

    def ahead(self, index: int) -> str:
        """A line further on, without moving."""
        while len(self._ahead) <= index:
            self._ahead.append(self._stream.readline())
        return self._ahead[index]


def _rows(sheet: Sheet, lines: _Lines) -> Iterator[tuple[int, list[str] | Refusal]]:
    width, separator, reader = len(sheet.heading), sheet.separator, csv.reader
    number = lines.number
    while line := lines.next():
        if len(line) > LONGEST_FIELD and (fault := _too_long(sheet, line)):
            yield number, fault
        elif line.count('"') % 2:
            yield number, _unbalanced(sheet, lines, line)
        else:
            values = next(reader((line.rstrip("\r\n"),), delimiter=separator), [])
            if len(values) == width:
                yield number, values
            elif line.strip("\r\n\x1a \t"):
                yield number, _miscounted(values, width)
        number = lines.number


def _miscounted(values: list[str], width: int) -> Refusal:
    return Refusal("broken_columns", value=f"{len(values)} columns, heading {width}")


def _too_long(sheet: Sheet, line: str) -> Refusal | None:
    """The first cell that is too long; a line may be long without one."""
    values = cells(line, sheet.separator)
    long = next((index for index, value in enumerate(values) if len(value) > LONGEST_FIELD), None)
    if long is None:
        return None
    column = sheet.heading[long] if len(values) == len(sheet.heading) else ""
    return Refusal("field_too_long", column, f"{len(values[long])} characters")


def _unbalanced(sheet: Sheet, lines: _Lines, line: str) -> list[str] | Refusal:
    """A line with an odd number of quotes: one stray quote inside a cell, or a cell that spans lines."""
    record = line
    for extra in range(MOST_LINES):
        if (values := _strict(sheet, record)) is not None:
            for _ in range(extra):
                lines.next()
            return values
        following = lines.ahead(extra)
        if not following or len(record) + len(following) > LONGEST_FIELD * 2:
            break
        record += following
    return _miscounted(cells(line, sheet.separator), len(sheet.heading))


def _strict(sheet: Sheet, record: str) -> list[str] | None:
    """The values when the text is exactly one well-quoted row of the right width."""
    try:
        rows: list[list[str]] = list(
            csv.reader(record.splitlines(keepends=True), delimiter=sheet.separator, strict=True)
        )
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 and len(rows[0]) == len(sheet.heading) else None
