"""Reads a table row by row; what can't be a row is named instead of guessed.

Stretches of lines without a doubt are split at once; a line with an odd quote is looked at by itself, so that a
stray quote costs its own line and can't swallow the rest of the register.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from hub.domain.errors import InvalidInput
from hub.intake.refusals import Refusal
from hub.intake.sheet import MOST_LINES, Sheet, Text, cells, open_text
from hub.intake.workbook import Grid, read_workbook

LONGEST_FIELD = 2000
"""Characters; the longest address met has fewer than 200."""
_STRETCH = 1 << 17
"""Characters read at once."""
_CUT = Refusal("broken_columns", value="a line end inside the row")

_Row = tuple[int, list[str] | Refusal]


def read(sheet: Sheet) -> Iterator[_Row]:
    """Line number (the heading's is usually 1) and values of each row, or the refusal of a line that is none.

    Blank lines are passed over. Raises InvalidInput when the file changes underway.
    """
    try:
        yield from (
            _text_rows(sheet, sheet.form) if isinstance(sheet.form, Text) else _grid_rows(sheet, sheet.form)
        )
    except (UnicodeDecodeError, FileNotFoundError):
        raise _changed(sheet) from None
    except InvalidInput:
        if sheet.unchanged():
            raise
    if not sheet.unchanged():
        raise _changed(sheet)


def _changed(sheet: Sheet) -> InvalidInput:
    return InvalidInput(
        f"{sheet.path.name} was changed while it was read.",
        "Abandon this release and take in a finished copy of the file.",
    )


def _grid_rows(sheet: Sheet, grid: Grid) -> Iterator[_Row]:
    with sheet.source.open_seekable() as file:
        for number, values in read_workbook(sheet.source.name, file, grid):
            if number > sheet.heading_line:
                yield number, _fitted(sheet, values)


def _fitted(sheet: Sheet, values: list[str]) -> list[str] | Refusal:
    """A row of a spreadsheet, which does not tell of blank cells at its end."""
    width = len(sheet.heading)
    if any(map(str.strip, values[width:])):
        return _miscounted(values, width)
    if max(map(len, values)) > LONGEST_FIELD and (fault := _too_long(sheet, values)):
        return fault
    return values[:width] + [""] * (width - len(values))


def _text_rows(sheet: Sheet, form: Text) -> Iterator[_Row]:
    with open_text(sheet.source, form.encoding) as stream:
        for _ in range(sheet.heading_line):
            stream.readline()
        lines = _Lines(stream, sheet.heading_line + 1, form.line_end)
        width, separator = len(sheet.heading), form.separator
        while lines.more():
            number = lines.number
            for values in _split(lines.take_plain(), separator):
                if len(values) == width:
                    yield number, values
                elif any(value.strip(" \t\x1a") for value in values) or (values[1:] and separator != "\t"):
                    yield number, _miscounted(values, width)
                number += 1
            if lines.more():
                yield from _doubtful(sheet, lines, separator)


class _Lines:
    """Lines of a text with their numbers; those that can't be split without a second look are known."""

    def __init__(self, stream: TextIO, first: int, end: str | None) -> None:
        self.number = first
        """Number of the next line."""
        self._stream = stream
        self._end = end
        self._lines: list[str] = []
        self._at = 0
        self._doubtful: list[int] = []
        """Positions of doubtful lines, the next one last."""

    def more(self) -> bool:
        """Whether there is a line left."""
        return self._at < len(self._lines) or self._fill()

    def _fill(self) -> bool:
        added = self._stream.readlines(_STRETCH)
        self._lines = self._lines[self._at :] + added
        self._at = 0
        self._doubtful = [at for at, line in enumerate(self._lines) if self._is_doubtful(line)]
        self._doubtful.reverse()
        return bool(added)

    def _is_doubtful(self, line: str) -> bool:
        return bool(line.count('"') & 1) or len(line) > LONGEST_FIELD or self.is_cut(line)

    def is_cut(self, line: str) -> bool:
        """Whether a line ends in another way than the lines of this text do."""
        return self._end is not None and line.endswith(("\r", "\n")) and not line.endswith(self._end)

    def take_plain(self) -> list[str]:
        """The lines up to the next doubtful one, as far as they were read."""
        while self._doubtful and self._doubtful[-1] < self._at:
            self._doubtful.pop()
        begin, self._at = self._at, self._doubtful[-1] if self._doubtful else len(self._lines)
        self.number += self._at - begin
        return self._lines[begin : self._at]

    def take(self) -> str:
        """The next line with its end, or an empty text after the last one."""
        if not self.more():
            return ""
        self._at += 1
        self.number += 1
        return self._lines[self._at - 1]

    def ahead(self, index: int) -> str:
        """A line further on, without moving."""
        while len(self._lines) <= self._at + index:
            if not self._fill():
                return ""
        return self._lines[self._at + index]


def _split(lines: list[str], separator: str) -> list[list[str]]:
    """The cells of each line.

    A quote in the middle of a cell may pair with one at the start of another and leave a row open; then there
    are fewer rows than lines, and each line is split by itself.
    """
    if lines:
        lines[-1] = lines[-1].rstrip("\r\n")
    rows = list(csv.reader(lines, delimiter=separator))
    return rows if len(rows) == len(lines) else [cells(line, separator) for line in lines]


def _miscounted(values: list[str], width: int) -> Refusal:
    return Refusal("broken_columns", value=f"{len(values)} columns, heading {width}")


def _doubtful(sheet: Sheet, lines: _Lines, separator: str) -> Iterator[_Row]:
    """What becomes of a line that is too long, has an odd quote or ends as no other line does."""
    number, line = lines.number, lines.take()
    if len(line) > LONGEST_FIELD and (fault := _too_long(sheet, cells(line, separator))):
        yield number, fault
    elif line.count('"') % 2:
        yield number, _unbalanced(sheet, lines, line, separator)
    elif not lines.is_cut(line):
        values = cells(line, separator)
        yield number, values if len(values) == len(sheet.heading) else _miscounted(values, len(sheet.heading))
    elif line.strip():
        yield number, _CUT
        if lines.ahead(0).strip() and not lines.is_cut(lines.ahead(0)):
            yield lines.number, _CUT
            lines.take()


def _too_long(sheet: Sheet, values: list[str]) -> Refusal | None:
    """The first cell that is too long; a line may be long without one."""
    long = next((index for index, value in enumerate(values) if len(value) > LONGEST_FIELD), None)
    if long is None:
        return None
    column = sheet.heading[long] if len(values) == len(sheet.heading) else ""
    return Refusal("field_too_long", column, f"{len(values[long])} characters")


def _unbalanced(sheet: Sheet, lines: _Lines, line: str, separator: str) -> list[str] | Refusal:
    """A line with an odd number of quotes: one stray quote inside a cell, or a cell that spans lines."""
    record, width = line, len(sheet.heading)
    for extra in range(MOST_LINES):
        if (values := _strict(record, separator, width)) is not None:
            for _ in range(extra):
                lines.take()
            return values
        following = lines.ahead(extra)
        if not following or len(record) + len(following) > LONGEST_FIELD * 2:
            break
        record += following
    return _miscounted(cells(line, separator), width)


def _strict(record: str, separator: str, width: int) -> list[str] | None:
    """The values when the text is exactly one well-quoted row of the right width."""
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 and len(rows[0]) == width else None
