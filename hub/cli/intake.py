"""`hub intake`: take a register file in, or give up a release that was begun."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bootstrap import OpenHub, open_hub
from hub.cli import settings
from hub.cli.output import Report, emit, watching
from hub.commands.intake import AbandonRelease
from hub.domain.errors import NotFound
from hub.domain.kinds import Log
from hub.intake.release import IntakeResult, Progress, take_in
from hub.intake.sheet import inspect
from hub.matching.form import form_persons
from hub.questions.model import Releases
from hub.reference.areas import area_index
from hub.settings import Settings

app = typer.Typer(no_args_is_help=True)

Label = Annotated[str, typer.Option("--release", help="Label of the delivery, e.g. 2024-05. One file each.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def dtks(
    file: Annotated[Path, typer.Argument(help="The SIKS-NG export as it was delivered.")],
    release: Label,
    as_of: Annotated[str, typer.Option("--as-of", help="The day the register describes, YYYY-MM-DD.")],
    json: AsJson = False,
) -> None:
    """Take in a DTKS file and form persons of it. After a stop, run it again: it goes on.

    A file taken in before changes nothing.
    """
    result = asyncio.run(_take("dtks", file, release, as_of, json=json))
    emit(result.as_dict(), json, lambda out: _print(out, result))


@app.command()
def abandon(
    register: Annotated[str, typer.Argument(help="The register, e.g. dtks.")],
    release: Label,
    reason: Annotated[str, typer.Option(help="Why it is given up; kept in the ledger.")],
    json: AsJson = False,
) -> None:
    """Give up a release before it is closed. Its records are never matched and its label is used up."""
    told = asyncio.run(_abandon(settings(), register, release, reason))
    emit(told, json, lambda out: out.print(f"Release {release} of {register} is abandoned."))


async def _take(adapter: str, file: Path, label: str, as_of: str, *, json: bool) -> IntakeResult:
    chosen = settings()
    await asyncio.to_thread(inspect, file)  # a file that can't be read is told before any server is started
    with watching("rows", quiet=json) as report:
        async with open_hub(chosen, report) as opened:
            return await take_in_and_form(opened, File(adapter, file, label, as_of), report)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a register, and what it is taken in as."""

    adapter: str
    path: Path
    label: str
    as_of: str


async def take_in_and_form(opened: OpenHub, file: File, report: Report) -> IntakeResult:
    """Take a file in, form the persons of its release, and wait until the graph shows them."""
    result = await take_in(
        opened.doors,
        opened.steward,
        file.adapter,
        file.path,
        file.label,
        file.as_of,
        reports=opened.settings.reports,
        areas=area_index(),
        progress=lambda now: report(_stage(file.path, now), now.rows, now.total),
    )
    await form_persons(
        opened.doors,
        opened.matcher,
        result.release_id,
        lambda done: report("Forming persons", done, result.accepted),
    )
    size = opened.ledger.size(Log.CHANGES)
    while opened.projector.progress.seq < size and opened.projector.progress.stopped_by is None:
        report("Copying into the graph", opened.projector.progress.seq, size)
        await asyncio.to_thread(opened.projector.wait_for, size, 0.5)
    return result


def _stage(file: Path, now: Progress) -> str:
    """What is under way; speed and time left only for people, since elsewhere each new text is a line."""
    stage = f"Taking in {file.name}"
    if not sys.stderr.isatty() or not now.seconds or not now.rows:
        return stage
    left = max(0, now.total - now.rows) * now.seconds / now.rows
    return f"{stage} ({now.rows / now.seconds:,.0f} rows/s, {left:.0f} s left)"


async def _abandon(chosen: Settings, register: str, label: str, reason: str) -> dict[str, Any]:
    async with open_hub(chosen) as opened:
        found = (await opened.doors.ask(opened.steward, Releases(register, label))).data
        if not found:
            raise NotFound(f"{register} has no release {label}.", "Check register and label.")
        receipt = await opened.doors.submit(opened.steward, AbandonRelease(found[0]["id"], reason))
        return {"register": register, "label": label, "release_id": found[0]["id"], "seq": receipt.seq}


def _print(out: Console, result: IntakeResult) -> None:
    if result.nothing_changed:
        out.print(f"Release {result.label} of {result.register} holds this file already: nothing changed.")
    out.print(
        f"{result.accepted:,} rows accepted, {result.repeated:,} repeated, {result.refused:,} refused "
        f"in {result.seconds:.1f} s ({result.rows_per_second:,} rows/s)"
    )
    for reason, rows in sorted(result.refused_by_reason.items()):
        out.print(f"  {reason}: {rows:,}")
    if result.unknown_columns:
        columns = ", ".join(result.unknown_columns)
        out.print(f"Columns unknown to the layout, kept as given: {columns}", markup=False)
    if result.report:
        out.print(f"Refused rows, with what to do about each: {result.report}", markup=False)
