"""The files of a release as chunks of records, each of which becomes one entry; refused rows go to the report."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from operator import itemgetter

from hub.commands.intake import Incoming
from hub.intake.keyset import KeySet
from hub.intake.probe import rounded_runs
from hub.intake.refusals import Refusal, Report
from hub.intake.rows import read
from hub.intake.sources import Source
from hub.ledger.canon import normal

CHUNK_ROWS = 1000
"""Rows of the file in one entry of the ledger."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a file: what becomes one entry of the ledger."""

    number: int
    file: str
    records: tuple[Incoming, ...]
    beside: tuple[Incoming, ...]
    rows: int
    refused: int


def chunks_of(sources: Sequence[Source], keys: KeySet, report: Report) -> Iterator[Chunk]:
    """Stretches of the files as records; refused rows go to the report. Equal for equal files."""
    numbers = count()
    for source in sources:
        rows = read(source.sheet)
        while stretch := list(islice(rows, CHUNK_ROWS)):
            yield _Stretch(source, report).chunk(next(numbers), stretch, keys)


class _Stretch:
    """Reads one stretch of a file."""

    def __init__(self, source: Source, report: Report) -> None:
        self._source = source
        self._report = report
        self._records: list[Incoming] = []
        self._beside: dict[tuple[str, str], Incoming] = {}
        self._refused: list[tuple[int, Refusal]] = []

    def chunk(self, number: int, rows: list[tuple[int, list[str] | Refusal]], keys: KeySet) -> Chunk:
        """The records of the rows, and what the rows say besides."""
        rounded = _rounded(self._source, rows)
        taken: list[tuple[int, list[str], Incoming]] = []
        for index, (line, values) in enumerate(rows):
            if isinstance(values, Refusal):
                self._refuse(line, values)
                continue
            cells = _composed(values)
            found = self._source.reader.record(cells, rounded.get(index, ()))
            if isinstance(found, Refusal):
                self._refuse(line, found)
            else:
                taken.append((index, cells, found))
        again = keys.add_many([f"{found.unit} {found.identity}" for _, _, found in taken])
        for position, (index, values, found) in enumerate(taken):
            if position in again:
                self._refuse(rows[index][0], Refusal("duplicate_key", self._source.layout.key, found.row_key))
            else:
                self._keep(values, found, rounded.get(index, ()))
        file, refused = self._source.sheet.path.name, len(rows) - len(self._records)
        for line, refusal in sorted(self._refused, key=itemgetter(0)):
            self._report.add(file, line, refusal)
        beside = tuple(self._beside.values())
        return Chunk(number, file, tuple(self._records), beside, len(rows), refused)

    def _keep(self, values: list[str], found: Incoming, rounded: Container[int]) -> None:
        self._records.append(found)
        reader = self._source.reader
        if found.dwelling is not None and ("dwelling", found.dwelling) not in self._beside:
            dwelling = reader.dwelling(values)
            if dwelling is not None:
                self._beside["dwelling", dwelling.identity] = dwelling
        if found.unit == "dwelling":
            head = reader.head(values, rounded)
            if head is not None:
                self._beside["head", head.identity] = head

    def _refuse(self, line: int, refusal: Refusal) -> None:
        self._refused.append((line, refusal))


def _composed(values: list[str]) -> list[str]:
    """The cells in Unicode's normal form C, in which alone the ledger keeps text."""
    return values if all(map(str.isascii, values)) else [normal(each) for each in values]


def _rounded(source: Source, rows: list[tuple[int, list[str] | Refusal]]) -> Mapping[int, frozenset[int]]:
    """Row of the stretch → positions of identifiers that a spreadsheet rounded there."""
    found: dict[int, set[int]] = {}
    for at in source.identifiers:
        values = ["" if isinstance(row, Refusal) else row[at] for _, row in rows]
        for index in rounded_runs(values):
            found.setdefault(index, set()).add(at)
    return {index: frozenset(positions) for index, positions in found.items()}
