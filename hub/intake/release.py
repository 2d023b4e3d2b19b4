"""The run of a release: open it, take the rows of its file in chunks, close it; repeatable without harm."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hub.commands.intake import CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.domain.errors import InvalidInput
from hub.domain.facts import Actor, Json, Receipt
from hub.domain.standard.areas import AreaIndex
from hub.intake.adapters import Adapter, RowReader
from hub.intake.dtks import Dtks
from hub.intake.refusals import Refusal, Report
from hub.intake.rows import read
from hub.intake.sheet import Sheet, inspect
from hub.questions.model import Releases
from hub.service import Doors

ADAPTERS: Mapping[str, Adapter] = MappingProxyType({"dtks": Dtks()})
CHUNK_ROWS = 1000
"""Rows of the file in one entry of the ledger."""
_REQUESTS = uuid.UUID("5a0c1c3e-8d0e-5b43-9c39-6f1f3f3c7d10")
"""Namespace of intake's request ids; changing it would make a resumed run take its chunks twice."""
_LABEL = re.compile(r"[\w][\w .:/+-]{0,59}").fullmatch


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    rows: int
    total: int
    """Lines of the file, about its rows."""
    refused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of a run; the counts accepted, repeated and refused are those of the release."""

    register: str
    file: Path
    release_id: str
    label: str
    accepted: int
    repeated: int
    refused: int
    refused_by_reason: Mapping[str, int]
    unknown_columns: tuple[str, ...]
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
            "refused_by_reason": dict(self.refused_by_reason),
            "unknown_columns": list(self.unknown_columns),
            "file": str(self.file),
            "report": str(self.report) if self.report else None,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    records: tuple[Incoming, ...]
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way in."""

    hub: Doors
    actor: Actor
    sheet: Sheet
    register: str
    label: str
    as_of: str

    def request(self, part: str) -> str:
        """The same id for the same part of the same file: a run after a killed one finds its receipts."""
        return str(uuid.uuid5(_REQUESTS, f"{self.sheet.digest}|{self.register}|{self.label}|{part}"))

    async def submit(self, command: Any, part: str, *, wait: bool = False) -> Receipt:
        return await self.hub.submit(self.actor, command, request=self.request(part), wait=wait)

    async def standing(self) -> Mapping[str, Json] | None:
        """What the hub knows of this release, or None."""
        answer = await self.hub.ask(self.actor, Releases(self.register, self.label))
        return next(iter(answer.data), None)


async def take_in(  # noqa: PLR0913, PLR0917 - the whole errand of one file, agreed with its callers
    hub: Doors,
    actor: Actor,
    adapter_name: str,
    file: Path,
    label: str,
    as_of: str,
    *,
    reports: Path,
    areas: AreaIndex,
    progress: Callable[[Progress], None],
) -> IntakeResult:
    """Take in one register file as the release `label`, which describes the ISO day `as_of`.

    A run that was killed is resumed by running it again; a file that was taken in changes nothing.
    Raises InvalidInput, before anything is written, for a file, label or date that can't be used, and for a
    label that stands for another file.
    """
    started = time.monotonic()
    adapter = _adapter(adapter_name)
    _check(label, as_of)
    sheet = await asyncio.to_thread(inspect, file)
    reader = adapter.bind(sheet.heading, as_of, areas)
    run = _Run(hub, actor, sheet, adapter.register, label, as_of)
    report = Report(reports, _report_name(run), file.name)
    standing = await run.standing()
    if standing is not None:
        _refuse_other_release(run, standing)
        if standing["status"] == "CLOSED":
            kept = report.path if report.path.exists() else None
            return _result(run, reader, report, standing, (0, time.monotonic() - started, kept, True))
    release = standing["id"] if standing else await _open(run)
    try:
        rows = await _take_chunks(run, release, _chunks(sheet, reader, report), report, progress)
        await run.submit(CloseRelease(release), "close", wait=True)
        kept = report.finish()
    finally:
        report.close()
    closed = await run.standing() or {"id": release}
    return _result(run, reader, report, closed, (rows, time.monotonic() - started, kept, False))


def _adapter(name: str) -> Adapter:
    try:
        return ADAPTERS[name]
    except KeyError:
        raise InvalidInput(
            f"There is no register {name}.", f"Known: {', '.join(sorted(ADAPTERS))}."
        ) from None


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
    slug = re.sub(r"[^A-Za-z0-9.-]+", "_", run.label)
    return f"{run.register}-{slug}-{run.sheet.digest[:12]}"


def _refuse_other_release(run: _Run, standing: Mapping[str, Json]) -> None:
    """A label stands for one file and one date; what it stands for is never changed silently."""
    status, label = standing["status"], f"The release {run.label} of {run.register}"
    if status == "ABANDONED":
        raise InvalidInput(f"{label} was abandoned.", "Use another label.")
    if standing["digest"] != run.sheet.digest:
        advice = "Abandon it first, or use another label." if status == "OPEN" else "Use another label."
        raise InvalidInput(f"{label} is {status.lower()} with another file.", advice)
    if str(standing["as_of"]) != run.as_of:
        raise InvalidInput(
            f"{label} describes {standing['as_of']}, not {run.as_of}.",
            "Give that date, or use another label.",
        )


async def _open(run: _Run) -> str:
    command = OpenRelease(run.register, run.label, run.as_of, run.sheet.digest)
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
        command = TakeRecords(release, chunk.number, chunk.records, chunk.refused)
        submitted = run.submit(command, f"chunk {chunk.number}")
        following = asyncio.to_thread(next, chunks, None)
        # Both are awaited to their end, so that no thread is left inside the iterator when one of them fails.
        receipt, parsed = await asyncio.gather(submitted, following, return_exceptions=True)
        if isinstance(receipt, BaseException):
            raise receipt
        if isinstance(parsed, BaseException):
            raise parsed
        rows += chunk.rows
        progress(Progress(rows, run.sheet.lines, report.counts.total(), time.monotonic() - started))
        chunk = parsed
    return rows


def _chunks(sheet: Sheet, reader: RowReader, report: Report) -> Iterator[_Chunk]:
    """Stretches of the file as records; refused rows go to the report. Equal for equal files."""
    rows = read(sheet)
    for number in count():
        persons: list[Incoming] = []
        dwellings: dict[str, Incoming] = {}
        taken = 0
        for line, values in islice(rows, CHUNK_ROWS):
            taken += 1
            if isinstance(values, Refusal):
                report.add(line, values)
                continue
            person = reader.person(values)
            if isinstance(person, Refusal):
                report.add(line, person)
                continue
            persons.append(person)
            if person.dwelling is not None and person.dwelling not in dwellings:
                dwellings[person.dwelling] = reader.dwelling(values)
        if not taken:
            return
        yield _Chunk(number, (*dwellings.values(), *persons), taken, taken - len(persons))


def _result(
    run: _Run,
    reader: RowReader,
    report: Report,
    standing: Mapping[str, Json],
    done: tuple[int, float, Path | None, bool],
) -> IntakeResult:
    rows, seconds, kept, unchanged = done
    return IntakeResult(
        register=run.register,
        file=run.sheet.path,
        release_id=standing["id"],
        label=run.label,
        accepted=standing.get("accepted", rows - report.counts.total()),
        repeated=standing.get("repeated", 0),
        refused=standing.get("refused", report.counts.total()),
        refused_by_reason=dict(report.counts),
        unknown_columns=reader.unknown_columns,
        rows=rows,
        seconds=seconds,
        rows_per_second=round(rows / seconds) if seconds > 0 else 0,
        report=kept,
        nothing_changed=unchanged,
    )
