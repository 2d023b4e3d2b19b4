"""`hub city`: the files of a made-up city, for trying things out and for measuring."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.output import Report, emit, watching
from hub.demo.city import CityFiles, write_registers
from hub.domain.errors import InvalidInput

WRITING = "Writing the made-up city"


def city(
    out: Annotated[Path, typer.Option(help="The folder to write to; made when it is not there.")],
    persons: Annotated[int, typer.Option(min=1, max=3_000_000, help="How many people live there.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    hard: Annotated[bool, typer.Option("--hard", help="More namesakes, moves, gaps and faults.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Write the files of a made-up city, with the truth beside them.

    All registers and programme lists in their real layouts; every name and number is invented.
    """
    with watching("rows", quiet=json) as report:
        files = _written(out, persons, seed, hard, report)
    registers = {name: asdict(each) for name, each in files.registers.items()}
    told = {
        "folder": str(files.folder),
        "persons": files.persons,
        "registers": registers,
        "files": files.rows_of,
    }
    emit(told, json, lambda console: console.print(_said(files), markup=False))


def _written(out: Path, persons: int, seed: int, hard: bool, report: Report) -> CityFiles:
    try:
        return write_registers(
            out, persons, seed, hard=hard, told=lambda done, total: report(WRITING, done, total)
        )
    except OSError as error:
        raise InvalidInput(
            f"{error.filename} can't be written: {error.strerror}.", "Give another --out."
        ) from None


def _said(files: CityFiles) -> str:
    about = {each.file: f", {each.refused} to be refused, {each.nik_ok:.1%} of NIKs right"
             for each in files.registers.values()}  # fmt: skip
    lines = [f"{name:<22}{rows:>9,} rows{about.get(name, '')}" for name, rows in files.rows_of.items()]
    return "\n".join(
        [f"{files.persons:,} persons in {files.folder}, the truth about them in its folder truth", *lines]
    )
