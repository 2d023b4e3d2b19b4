"""`hub intake`: take the files of a register in, or give up a release that was begun."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bootstrap import OpenHub, open_hub
from hub.cli import settings
from hub.cli.following import following_apart
from hub.cli.output import Report, emit, fault_told, raise_fault, watching
from hub.commands.access import DefineAgency
from hub.commands.confirming import REGISTRY
from hub.commands.forming import FORMING
from hub.commands.intake import AbandonRelease
from hub.commands.programmes import DefineProgramme
from hub.domain.errors import HubError, InvalidInput, NotFound
from hub.intake.programme_lists import ProgrammeList
from hub.intake.programme_mapping import Mapped, load
from hub.intake.registers import PROGRAMMES, REGISTERS, adapter_of
from hub.intake.release import Delivery, IntakeResult, Progress, take_in
from hub.intake.sheet import inspect
from hub.matching.form import form_persons
from hub.questions.model import Releases
from hub.settings import Settings

app = typer.Typer(no_args_is_help=True)
_LARGE = 1 << 20
"""Bytes of files from which on a process of its own for the graph saves more time than its start takes."""

Files = Annotated[list[Path], typer.Argument(help="All files of the release, as they were delivered.")]
Label = Annotated[str, typer.Option("--release", help="Label of the delivery, e.g. 2024-05; used once.")]
AsOf = Annotated[str, typer.Option("--as-of", help="The day the register describes, YYYY-MM-DD.")]
CodeSystem = Annotated[
    str | None,
    typer.Option(help="KEMENDAGRI or BPS: whose codes of areas the files hold, where it can't be told."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _register_command(register: str) -> Callable[..., None]:
    titles = [layout.title for layout in REGISTERS[register].layouts]

    def command(
        files: Files, release: Label, as_of: AsOf, code_system: CodeSystem = None, json: AsJson = False
    ) -> None:
        delivery = Delivery(register, tuple(files), release, as_of, code_system=code_system)
        _run(delivery, json=json)

    command.__doc__ = (
        f"Take in {' and '.join(titles)}, and form persons. After a stop, run it again: it goes on.\n\n"
        "Files taken in before change nothing."
    )
    return command


for _register in REGISTERS:
    app.command(_register)(_register_command(_register))


@app.command()
def programme(  # noqa: PLR0913, PLR0917  # each is an option of the command line
    code: Annotated[
        str, typer.Argument(help=f"The programme: {', '.join(PROGRAMMES)}, or that of --mapping.")
    ],
    file: Annotated[Path, typer.Argument(help="The agency's list as it was delivered.")],
    period: Annotated[str, typer.Option(help="The period that the list is of, e.g. 2024 or 2024-2.")],
    release: Annotated[
        str | None, typer.Option(help="Label of the delivery, used once; the period by default.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it describes; that of its first run by default.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A TOML file that describes another list (see hub/intake/programmes).")
    ] = None,
    json: AsJson = False,
) -> None:
    """Take in the list of an agency's programme. Another list needs a mapping, not code.

    The programme and its agency are defined by the mapping, unless they stand already.
    """
    described = ProgrammeList(load(mapping)) if mapping else None
    if described is not None and described.register != code:
        raise InvalidInput(f"The mapping describes {described.register}, not {code}.", "Name that programme.")
    label = period if release is None else release
    delivery = Delivery(code, (file,), label, as_of, period=period, described=described)
    adapter_of(code, described)
    _run(delivery, json=json)


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


def _run(delivery: Delivery, *, json: bool) -> None:
    result, fault = asyncio.run(_take(delivery, json=json))
    told = {**result.as_dict(), "graph": {"follows": fault is None, "fault": fault_told(fault)}}
    emit(told, json, lambda out: _print(out, result))
    raise_fault(fault, "The rows stand in the ledger")


async def _take(delivery: Delivery, *, json: bool) -> tuple[IntakeResult, HubError | None]:
    chosen = settings()
    for file in delivery.files:  # a file that can't be read is told before any server is started
        await asyncio.to_thread(inspect, file)
    with watching("rows", quiet=json) as report:
        async with open_hub(chosen, report) as opened:
            result = await take_in_and_form(opened, delivery, report)
            return result, await opened.graph_fault()


async def take_in_and_form(opened: OpenHub, delivery: Delivery, report: Report) -> IntakeResult:
    """Take a release in, form its persons, and wait until the graph shows them."""
    large = sum(file.stat().st_size for file in delivery.files) > _LARGE
    async with following_apart(opened) if large else nullcontext():
        result = await _taken_and_formed(opened, delivery, report)
        await opened.shown(report)
    return result


async def _taken_and_formed(opened: OpenHub, delivery: Delivery, report: Report) -> IntakeResult:
    adapter = adapter_of(delivery.register, delivery.described)
    if isinstance(adapter, ProgrammeList):
        await _define(opened, adapter.mapped)
    result = await take_in(
        opened.doors,
        opened.steward,
        delivery,
        reports=opened.settings.reports,
        progress=lambda now: report(_stage(now), now.rows, now.total),
    )
    if delivery.register in FORMING or delivery.register == REGISTRY:
        await _form(opened, result, report)
    return result


async def _form(opened: OpenHub, result: IntakeResult, report: Report) -> None:
    await form_persons(
        opened.doors,
        opened.matcher,
        result.release_id,
        lambda done: report("Forming persons", done, result.accepted + result.repeated),
    )


async def _define(opened: OpenHub, mapped: Mapped) -> None:
    """The programme of a list, and its agency, where they are not defined yet."""
    system = opened.actor("sistem", "pendirian")
    if not opened.ledger.find("agency", mapped.agency):
        await opened.doors.submit(system, DefineAgency(mapped.agency, mapped.agency_name), wait=False)
    if not opened.ledger.find("programme", mapped.code):
        command = DefineProgramme(
            mapped.code, mapped.name, mapped.agency, mapped.unit, mapped.funded_by, mapped.needs
        )
        await opened.doors.submit(system, command, wait=False)


def _stage(now: Progress) -> str:
    """What is under way; speed and time left only for people, since elsewhere each new text is a line."""
    stage = f"Taking in {now.file}"
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
    for each in result.files:
        if each.code_system:
            out.print(f"{each.file}: codes of areas are those of {each.code_system}", markup=False)
        if each.unknown_columns:
            columns = ", ".join(each.unknown_columns)
            out.print(f"{each.file}: columns unknown to the layout, kept as given: {columns}", markup=False)
        for warning in each.warnings:
            out.print(f"{each.file}: {warning}", markup=False)
    if result.report:
        out.print(f"Refused rows, with what to do about each: {result.report}", markup=False)
