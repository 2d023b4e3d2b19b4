"""The run of a release: open it, take the rows of its files in chunks, close it; repeatable without harm."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hub.commands.intake import CloseRelease, OpenRelease, TakeRecords
from hub.domain.days import local_day
from hub.domain.errors import InvalidInput
from hub.domain.facts import Actor, Json, Receipt
from hub.intake.chunks import Chunk, chunks_of
from hub.intake.keyset import KeySet
from hub.intake.layout import Adapter, Context
from hub.intake.probe import CODE_SYSTEMS
from hub.intake.programme_lists import ProgrammeList
from hub.intake.refusals import Report, forget_old
from hub.intake.registers import adapter_of
from hub.intake.sources import Source, digest_of, open_sources
from hub.questions.model import Releases
from hub.reference.areas import area_index
from hub.service import Doors

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
    as_of: str | None = None
    """ISO day that the register describes; None for today, or, of a release that stands, the day it was begun with."""
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
class _Run:
    """One release on its way in."""

    hub: Doors
    actor: Actor
    delivery: Delivery
    as_of: str
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
        return await _standing(self.hub, self.actor, self.delivery)


async def _standing(hub: Doors, actor: Actor, delivery: Delivery) -> Mapping[str, Json] | None:
    answer = await hub.ask(actor, Releases(delivery.register, delivery.label))
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
    _check(delivery)
    standing = await _standing(hub, actor, delivery)
    as_of = delivery.as_of or (str(standing["as_of"]) if standing else local_day(datetime.now(UTC)))
    sources = await asyncio.to_thread(_sources, adapter, delivery, as_of)
    run = _Run(hub, actor, delivery, as_of, sources, digest_of(sources))
    forget_old(reports)
    report = Report(reports, _report_name(run))
    if standing is not None:
        _refuse_other_release(run, standing)
        if standing["status"] == "CLOSED":
            kept = await asyncio.to_thread(_recalled, run, report) if standing["refused"] else None
            return _result(run, report, standing, (0, time.monotonic() - started, kept, True))
    release = standing["id"] if standing else await _open(run)
    try:
        with KeySet() as keys:
            chunks = chunks_of(run.sources, keys, report)
            rows = await _take_chunks(run, release, chunks, report, progress)
        await run.submit(CloseRelease(release), "close", wait=True)
        kept = report.finish()
    finally:
        report.close()
    closed = await run.standing() or {"id": release}
    return _result(run, report, closed, (rows, time.monotonic() - started, kept, False))


def _recalled(run: _Run, report: Report) -> Path | None:
    """The report of a closed release; it is written anew where the run that closed it came no further."""
    if (found := report.recall()) is not None:
        return found
    try:
        with KeySet() as keys:
            for _ in chunks_of(run.sources, keys, report):
                pass
        return report.finish()
    finally:
        report.close()


def _sources(adapter: Adapter, delivery: Delivery, as_of: str) -> tuple[Source, ...]:
    context = Context(as_of, area_index(), delivery.code_system, delivery.period)
    return open_sources(adapter, delivery.files, context)


def _check(delivery: Delivery) -> None:
    if delivery.as_of is not None:
        _check_day(delivery.as_of)
    if delivery.code_system not in (None, *CODE_SYSTEMS):
        raise InvalidInput(
            f"There is no code system {delivery.code_system!r}.", f"Give {' or '.join(CODE_SYSTEMS)}."
        )
    if not _LABEL(delivery.label):
        raise InvalidInput(
            "The release label can't be used.",
            "Give 1 to 60 letters, digits, blanks or . : / + - as in 2024-05.",
        )


def _check_day(as_of: str) -> None:
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise InvalidInput(f"{as_of} is no date.", "Give the register's date as YYYY-MM-DD.") from None
    if day.isoformat() != as_of or as_of > local_day(datetime.now(UTC)):
        raise InvalidInput(f"{as_of} can't be the date of a register.", "Give a past day as YYYY-MM-DD.")


def _report_name(run: _Run) -> str:
    """Of its own for each register, label and file, though labels may differ in signs that no file name can hold."""
    slug = re.sub(r"[^A-Za-z0-9.-]+", "_", run.delivery.label)
    return f"{run.delivery.register}-{slug}-{run.request('report')[:8]}"


def _refuse_other_release(run: _Run, standing: Mapping[str, Json]) -> None:
    """A label stands for one file and one date; what it stands for is never changed silently."""
    delivery, again = run.delivery, "Give another label with --release."
    status, label = standing["status"], f"The release {delivery.label} of {delivery.register}"
    if status == "ABANDONED":
        raise InvalidInput(f"{label} was abandoned.", again)
    if standing["digest"] != run.digest:
        advice = f"Abandon it first. {again}" if status == "OPEN" else again
        raise InvalidInput(f"{label} is {status.lower()} with another file.", advice)
    if str(standing["as_of"]) != run.as_of:
        raise InvalidInput(
            f"{label} describes {standing['as_of']}, not {run.as_of}.",
            f"Give that date, if the file is of that day. {again}",
        )


async def _open(run: _Run) -> str:
    delivery = run.delivery
    command = OpenRelease(delivery.register, delivery.label, run.as_of, run.digest)
    receipt = await run.submit(command, "open")
    if receipt.subject is None:
        raise InvalidInput(
            "The hub opened no release.", "Ask `hub ledger verify` whether the ledger is whole."
        )
    return receipt.subject


async def _take_chunks(
    run: _Run,
    release: str,
    chunks: Iterator[Chunk],
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
