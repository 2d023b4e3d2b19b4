"""Why a row is not taken, in words for the people who can mend it, and the report that lists them."""

from __future__ import annotations

import csv
import os
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, mkstemp
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Writer

ADVICE = MappingProxyType({
    "broken_columns": "Give the row as many columns as the heading; look for a stray separator or quote.",
    "field_too_long": "Shorten the value; rows that ran together must be taken apart.",
    "bad_key": "Give the register's own key in full, formatted as text in the spreadsheet.",
    "duplicate_key": "The same key stands on an earlier line: keep the right one of the two rows.",
    "no_name_no_nik": "Give the person's name or NIK.",
    "impossible_area": "Give kecamatan and kelurahan as in the city's list, the one within the other.",
})  # fmt: skip
"""Reason code → what to do about it."""

REPORT_DAYS = 90
"""How long a report is kept; after that its rows are mended or nobody will mend them."""
_HEADING = ("file", "line", "column", "value", "reason", "advice")
_LONGEST_VALUE = 120
_COPY = ".part"
_COPY_SECONDS = 3_600
"""No report takes so long to be copied to its place."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: a reason of ADVICE, the column and the value it is about."""

    reason: str
    column: str = ""
    value: str = ""


class Report:
    """Lists refused rows in a CSV of the hub's own folder, readable by its owner only.

    Until it is finished its lines stand in a nameless file, of which a killed run leaves nothing. It appears under
    its name when it is finished, and not at all when nothing was refused.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.csv"
        self.counts: Counter[str] = Counter()
        self._stream: IO[str] | None = None
        self._writer: Writer | None = None

    def add(self, source: str, line: int, refusal: Refusal) -> None:
        """List one row by its line number in a file."""
        if self._writer is None:
            self._writer = self._open()
        self.counts[refusal.reason] += 1
        value = harmless(refusal.value[:_LONGEST_VALUE])
        self._writer.writerow((source, line, refusal.column, value, refusal.reason, ADVICE[refusal.reason]))

    def _open(self) -> Writer:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._stream = TemporaryFile("w+", encoding="utf-8", newline="", dir=self.path.parent)  # noqa: SIM115 - closed in close()
        writer = csv.writer(self._stream, lineterminator="\n")
        writer.writerow(_HEADING)
        return writer

    def finish(self) -> Path | None:
        """Put the report in its place; None when nothing was refused."""
        if self._stream is None:
            return None
        self._stream.seek(0)
        handle, copy = mkstemp(_COPY, dir=self.path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            shutil.copyfileobj(self._stream, stream)
        return Path(copy).replace(self.path)

    def recall(self) -> Path | None:
        """The report as a former run finished it, with its counts; None when there is none."""
        try:
            with self.path.open(encoding="utf-8", newline="") as stream:
                self.counts = Counter(row["reason"] for row in csv.DictReader(stream))
        except FileNotFoundError:
            return None
        return self.path

    def close(self) -> None:
        """Let go of the lines; what was not finished is gone."""
        if self._stream is not None:
            self._stream.close()


def forget_old(folder: Path) -> None:
    """Remove reports that are older than REPORT_DAYS, and copies left by killed runs: they hold values of people."""
    now = time.time()
    for pattern, seconds in (("*.csv", REPORT_DAYS * 86_400), (f"*{_COPY}", _COPY_SECONDS)):
        for each in folder.glob(pattern):
            with suppress(FileNotFoundError):  # another run may be faster
                if each.stat().st_mtime < now - seconds:
                    each.unlink()


def harmless(value: str) -> str:
    """The value with an apostrophe before what a spreadsheet would run as a formula."""
    runs = value[:1] in {"=", "+", "@", "\t", "\r"} or (value[:1] == "-" and len(value) > 1)
    return f"'{value}" if runs else value
