"""The run of a release: open it, take the rows of its files in chunks, close it; repeatable without harm."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from hub.commands.intake import CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.domain.errors import InvalidInput
from hub.domain.facts import Actor, Json, Receipt
from hub.intake.keyset import KeySet
from hub.intake.layout import Adapter, Context
from hub.intake.probe import rounded_runs
from hub.intake.programme_lists import ProgrammeList
from hub.intake.refusals import Refusal, Report, forget_old
from hub.intake.registers import adapter_of
from hub.intake.rows import read
from hub.intake.sources import Source, digest_of, open_sources
from hub.ledger.canon import normal
from hub.questions.model import Releases
from hub.reference.areas import area_index
from hub.service import Doors

CHUNK_ROWS = 1000
"""Rows of the file in one entry of the ledger."""
_REQUESTS = uuid.UUID("5a0c1c3e-8d0e-5b43-9c39-6f1f3f3c7d10")
"""Namespace of intake's request ids; changing it would make a resumed run take its chunks twice."""
_LABEL = re.compile(r"[\w][\w .:/+-]{0,59}").fullmatch


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be taken in: the files of one release of a register."""

    register: str
    """Code of the register, or of the programme whose list it is."""
    files: tuple[Path, ...]
    label: str
    as_of: str
    """ISO day that the register describes."""
    period: str | None = None
    """Of a programme list: the period that its rows must name."""
    code_system: str | None = None
    """KEMENDAGRI or BPS, where the files' codes of areas can't be told apart."""
    described: ProgrammeList | None = None
    """A list of a programme that the hub does not ship a mapping for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    file: str
    rows: int
    total: int
    """Lines of all files, about their rows."""
    refused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file of a release was found to be."""

    file: str
    layout: str
    code_system: str | None
    """KEMENDAGRI or BPS, where it has codes of areas."""
    unknown_columns: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of a run; the counts accepted, repeated and refused are those of the release."""

    register: str
    files: tuple[FileResult, ...]
    release_id: str
    label: str
    accepted: int
    repeated: int
    refused: int
    refused_by_reason: Mapping[str, int]
    rows: int
    """Rows read in this run, accepted or not."""
    seconds: float
    rows_per_second: int
    report: Path | None
    nothing_changed: bool

    def as_dict(self) -> dict[str, Json]:
        """The result as plain values, for `--json`."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "files": [{name: getattr(each, name) for name in each.__slots__} for each in self.files],
            "refused_by_reason": dict(self.refused_by_reason),
            "report": str(self.report) if self.report else None,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    file: str
    records: tuple[Incoming, ...]
    beside: tuple[Incoming, ...]
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One release on its way in."""

    hub: Doors
    actor: Actor
    delivery: Delivery
    sources: tuple[Source, ...]
    digest: str

    @property
    def lines(self) -> int:
        """Lines of all files."""
        return sum(each.sheet.lines for each in self.sources)

    def request(self, part: str) -> str:
        """The same id for the same part of the same files: a run after a killed one finds its receipts."""
        register, label = self.delivery.register, self.delivery.label
        return str(uuid.uuid5(_REQUESTS, f"{self.digest}|{register}|{label}|{part}"))

    async def submit(self, command: Any, part: str, *, wait: bool = False) -> Receipt:
        return await self.hub.submit(self.actor, command, request=self.request(part), wait=wait)

    async def standing(self) -> Mapping[str, Json] | None:
        """What the hub knows of this release, or None."""
        answer = await self.hub.ask(self.actor, Releases(self.delivery.register, self.delivery.label))
        return next(iter(answer.data), None)


async def take_in(
    hub: Doors,
    actor: Actor,
    delivery: Delivery,
    *,
    reports: Path,
    progress: Callable[[Progress], None],
) -> IntakeResult:
    """Take in the files of one release.

    A run that was killed is resumed by running it again; files that were taken in change nothing.
    Raises InvalidInput, before anything is written, for a file, label or date that can't be used, and for a
    label that stands for another file.
    """
    started = time.monotonic()
    adapter = adapter_of(delivery.register, delivery.described)
    _check(delivery.label, delivery.as_of)
    sources = await asyncio.to_thread(_sources, adapter, delivery)
    run = _Run(hub, actor, delivery, sources, digest_of(sources))
    forget_old(reports)
    report = Report(reports, _report_name(run))
    standing = await run.standing()
    if standing is not None:
        _refuse_other_release(run, standing)
        if standing["status"] == "CLOSED":
            kept = report.path if report.path.exists() else None
            return _result(run, report, standing, (0, time.monotonic() - started, kept, True))
    release = standing["id"] if standing else await _open(run)
    try:
        with KeySet() as keys:
            chunks = _chunks(run.sources, keys, report)
            rows = await _take_chunks(run, release, chunks, report, progress)
        await run.submit(CloseRelease(release), "close", wait=True)
        kept = report.finish()
    finally:
        report.close()
    closed = await run.standing() or {"id": release}
    return _result(run, report, closed, (rows, time.monotonic() - started, kept, False))


def _sources(adapter: Adapter, delivery: Delivery) -> tuple[Source, ...]:
    context = Context(delivery.as_of, area_index(), delivery.code_system, delivery.period)
    return open_sources(adapter, delivery.files, context)


def _check(label: str, as_of: str) -> None:
    if not _LABEL(label):
        raise InvalidInput(
            "The release label can't be used.",
            "Give 1 to 60 letters, digits, blanks or . : / + - as in 2024-05.",
        )
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise InvalidInput(f"{as_of} is no date.", "Give the register's date as YYYY-MM-DD.") from None
    if day.isoformat() != as_of or day > date.today():
        raise InvalidInput(f"{as_of} can't be the date of a register.", "Give a past day as YYYY-MM-DD.")


def _report_name(run: _Run) -> str:
    slug = re.sub(r"[^A-Za-z0-9.-]+", "_", run.delivery.label)
    return f"{run.delivery.register}-{slug}-{run.digest[:12]}"


def _refuse_other_release(run: _Run, standing: Mapping[str, Json]) -> None:
    """A label stands for one file and one date; what it stands for is never changed silently."""
    delivery = run.delivery
    status, label = standing["status"], f"The release {delivery.label} of {delivery.register}"
    if status == "ABANDONED":
        raise InvalidInput(f"{label} was abandoned.", "Use another label.")
    if standing["digest"] != run.digest:
        advice = "Abandon it first, or use another label." if status == "OPEN" else "Use another label."
        raise InvalidInput(f"{label} is {status.lower()} with another file.", advice)
    if str(standing["as_of"]) != delivery.as_of:
        raise InvalidInput(
            f"{label} describes {standing['as_of']}, not {delivery.as_of}.",
            "Give that date, or use another label.",
        )


async def _open(run: _Run) -> str:
    delivery = run.delivery
    command = OpenRelease(delivery.register, delivery.label, delivery.as_of, run.digest)
    receipt = await run.submit(command, "open")
    if receipt.subject is None:
        raise InvalidInput(
            "The hub opened no release.", "Ask `hub ledger verify` whether the ledger is whole."
        )
    return receipt.subject


async def _take_chunks(
    run: _Run,
    release: str,
    chunks: Iterator[_Chunk],
    report: Report,
    progress: Callable[[Progress], None],
) -> int:
    """Submit chunk after chunk while a thread parses the next one; returns the number of rows read.

    One chunk is in flight at a time: a later one may repeat dwellings that the former must have made known.
    """
    started, rows = time.monotonic(), 0
    chunk = await asyncio.to_thread(next, chunks, None)
    while chunk is not None:
        command = TakeRecords(release, chunk.number, chunk.records, chunk.beside, chunk.refused)
        submitted = run.submit(command, f"chunk {chunk.number}")
        following = asyncio.to_thread(next, chunks, None)
        # Both are awaited to their end, so that no thread is left inside the iterator when one of them fails.
        receipt, parsed = await asyncio.gather(submitted, following, return_exceptions=True)
        if isinstance(receipt, BaseException):
            raise receipt
        if isinstance(parsed, BaseException):
            raise parsed
        rows += chunk.rows
        progress(Progress(chunk.file, rows, run.lines, report.counts.total(), time.monotonic() - started))
        chunk = parsed
    return rows


def _chunks(sources: Sequence[Source], keys: KeySet, report: Report) -> Iterator[_Chunk]:
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

    def chunk(self, number: int, rows: list[tuple[int, list[str] | Refusal]], keys: KeySet) -> _Chunk:
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
        again = keys.add_many([f"{found.unit} {found.row_key}" for _, _, found in taken])
        for position, (index, values, found) in enumerate(taken):
            if position in again:
                self._refuse(rows[index][0], Refusal("duplicate_key", self._source.layout.key, found.row_key))
            else:
                self._keep(values, found, rounded.get(index, ()))
        file, refused = self._source.sheet.path.name, len(rows) - len(self._records)
        for line, refusal in sorted(self._refused, key=itemgetter(0)):
            self._report.add(file, line, refusal)
        beside = tuple(self._beside.values())
        return _Chunk(number, file, tuple(self._records), beside, len(rows), refused)

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


def _result(
    run: _Run,
    report: Report,
    standing: Mapping[str, Json],
    done: tuple[int, float, Path | None, bool],
) -> IntakeResult:
    rows, seconds, kept, unchanged = done
    return IntakeResult(
        register=run.delivery.register,
        files=tuple(_file_result(each) for each in run.sources),
        release_id=standing["id"],
        label=run.delivery.label,
        accepted=standing.get("accepted", rows - report.counts.total()),
        repeated=standing.get("repeated", 0),
        refused=standing.get("refused", report.counts.total()),
        refused_by_reason=dict(report.counts),
        rows=rows,
        seconds=seconds,
        rows_per_second=round(rows / seconds) if seconds > 0 else 0,
        report=kept,
        nothing_changed=unchanged,
    )


def _file_result(source: Source) -> FileResult:
    return FileResult(
        source.sheet.path.name,
        source.layout.name,
        source.code_system,
        tuple(source.columns.unknown),
        source.warnings,
    )
