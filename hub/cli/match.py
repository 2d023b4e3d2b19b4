"""`hub match`: write down which rows are one person, and hold that against the truth of a made-up city."""

from __future__ import annotations

import asyncio
import csv
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.bootstrap import open_hub
from hub.cli import settings
from hub.cli.output import Report, emit, watching
from hub.domain.errors import InvalidInput
from hub.matching.evaluate import Evaluation, Quality, Row, evaluate, read_partition
from hub.matching.partition import partition

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The CSV to write: register, row_key, cluster_id.")],
    json: AsJson = False,
) -> None:
    """Write which rows of the registers are one person. The file is readable by its owner only; the look is recorded."""
    with watching("rows", quiet=json) as report:
        rows = asyncio.run(_partition(report))
    _write(file, rows)
    told = {"file": str(file), "rows": len(rows), "persons": len(set(rows.values()))}
    said = f"{told['rows']:,} rows of {told['persons']:,} persons written to {file}"
    emit(told, json, lambda out: out.print(said, markup=False))


@app.command("evaluate")
def evaluate_partition(
    truth: Annotated[
        Path,
        typer.Argument(
            help="The truth: register, row_key, person_id. `hub city` writes it as truth/persons.csv."
        ),
    ],
    json: AsJson = False,
) -> None:
    """Hold the persons formed against the truth: pairs right and wrong, across registers and within, and B-cubed.

    Only registers that have been taken in are looked at.
    """
    there = read_partition(truth)
    with watching("rows", quiet=json) as report:
        rows = asyncio.run(_partition(report))
    taken = {register for register, _ in rows}
    found = evaluate(rows, {row: person for row, person in there.items() if row[0] in taken})
    left = sorted({register for register, _ in there} - taken)
    told = {**found.as_dict(), "registers": sorted(taken), "registers_not_taken_in": left}
    emit(told, json, lambda out: _print(out, found, left))


async def _partition(report: Report) -> dict[Row, str]:
    async with open_hub(settings(), report) as opened:
        return await partition(
            opened.doors, opened.steward, lambda done: report("Reading persons and their rows", done, None)
        )


def _write(file: Path, rows: dict[Row, str]) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("register", "row_key", "cluster_id"))
            writer.writerows((*row, person) for row, person in sorted(rows.items()))
    except OSError as error:
        raise InvalidInput(f"{file} can't be written: {error.strerror}.", "Give another path.") from None


def _print(out: Console, found: Evaluation, left: list[str]) -> None:
    def line(name: str, quality: Quality) -> str:
        return (
            f"{name:<18}{quality.precision:>10.4f}{quality.recall:>10.4f}{quality.f1:>10.4f}"
            f"{quality.right:>12,}{quality.found:>12,}{quality.true:>12,}"
        )

    out.print(f"{'pairs':<18}{'precision':>10}{'recall':>10}{'F1':>10}{'right':>12}{'found':>12}{'true':>12}")
    for name, quality in (
        ("all", found.all),
        ("across registers", found.across),
        ("within a register", found.within),
    ):
        out.print(line(name, quality))
    out.print(f"{'B-cubed':<18}{found.b_cubed_precision:>10.4f}{found.b_cubed_recall:>10.4f}")
    out.print(
        f"{found.rows:,} rows, {found.clusters:,} clusters of {found.persons:,} persons; {found.over_merged:,} "
        f"clusters hold more than one person, {found.split:,} persons are split; {found.missing:,} rows are missing"
    )
    if left:
        out.print(f"Not taken in, so left out: {', '.join(left)}")
