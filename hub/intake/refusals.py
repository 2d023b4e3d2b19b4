"""Why a row is not taken, in words for the people who can mend it, and the report that lists them."""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: a reason of ADVICE, the column and the value it is about."""

    reason: str
    column: str = ""
    value: str = ""


class Report:
    """Lists refused rows in a CSV of the hub's own folder, readable by its owner only.

    The file appears under its name when the report is finished, and not at all when nothing was refused.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.csv"
        self.counts: Counter[str] = Counter()
        self._unfinished = folder / f"{name}.part"
        self._stream: TextIOWrapper | None = None
        self._writer: Writer | None = None

    def add(self, source: str, line: int, refusal: Refusal) -> None:
        """List one row by its line number in a file."""
        if self._writer is None:
            self._writer = self._open()
        self.counts[refusal.reason] += 1
        value = harmless(refusal.value[:_LONGEST_VALUE])
        self._writer.writerow((source, line, refusal.column, value, refusal.reason, ADVICE[refusal.reason]))

    def _open(self) -> Writer:
        self._unfinished.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._unfinished.unlink(missing_ok=True)  # left by a killed run; a link is not followed
        handle = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._stream = os.fdopen(handle, "w", encoding="utf-8", newline="")
        writer = csv.writer(self._stream, lineterminator="\n")
        writer.writerow(_HEADING)
        return writer

    def finish(self) -> Path | None:
        """Put the report in its place; None when nothing was refused."""
        if self._stream is None:
            return None
        self._stream.close()
        return self._unfinished.replace(self.path)

    def close(self) -> None:
        """Let go of the file; what was not finished is removed."""
        if self._stream is not None:
            self._stream.close()
            self._unfinished.unlink(missing_ok=True)


def forget_old(folder: Path) -> None:
    """Remove reports that are older than REPORT_DAYS: they hold values of people as given."""
    until = time.time() - REPORT_DAYS * 86_400
    for each in folder.glob("*.csv"):
        if each.stat().st_mtime < until:
            each.unlink(missing_ok=True)


def harmless(value: str) -> str:
    """The value with an apostrophe before what a spreadsheet would run as a formula."""
    runs = value[:1] in {"=", "+", "@", "\t", "\r"} or (value[:1] == "-" and len(value) > 1)
    return f"'{value}" if runs else value
