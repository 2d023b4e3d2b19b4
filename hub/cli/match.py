"""`hub match`: find which rows are one person, write it down, and hold it against the truth of a made-up city."""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import Mapping
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.bootstrap import OpenHub, open_hub
from hub.cli import settings
from hub.cli.files import write_private
from hub.cli.output import Report, emit, fault_told, raise_fault, watching
from hub.commands.matching import AdoptModel
from hub.commands.survivorship import rules_set
from hub.domain.errors import HubError, InvalidInput, NotFound
from hub.domain.facts import Receipt
from hub.domain.survivorship import shipped
from hub.matching.evaluate import (
    Evaluation,
    Partition,
    Quality,
    Row,
    evaluate,
    evaluate_entries,
    read_enrolments,
    read_households,
    read_partition,
)
from hub.matching.frozen import adoption_of
from hub.matching.model import Model, default_model
from hub.matching.partition import enrolled, household_partition, partition
from hub.matching.report import Told, page, read
from hub.matching.run import RunResult, match, trained

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def run(json: AsJson = False) -> None:
    """Match all rows of finished releases anew: what is different becomes persons and
    households, the doubtful waits in the queue.

    A second run over the same rows writes nothing. What stewards judged is never overruled.
    """
    started = time.perf_counter()
    with watching("rows", quiet=json) as report:
        found, fault = asyncio.run(_run(report))
    seconds = time.perf_counter() - started
    told = {
        **asdict(found), "seconds": round(seconds, 2), "rows_per_second": round(found.rows / seconds),
        "graph": {"follows": fault is None, "fault": fault_told(fault)},
    }  # fmt: skip
    emit(told, json, lambda out: _print_run(out, found, seconds))
    raise_fault(fault, "The persons stand in the ledger")


@app.command("train")
def train_model(
    file: Annotated[
        Path, typer.Argument(help="The JSON file to write; `hub match adopt FILE` puts it in force.")
    ],
    json: AsJson = False,
) -> None:
    """Train a model on the rows of finished releases, without the truth. It holds words of names: guard it."""
    with watching("rows", quiet=json) as progress:
        model = asyncio.run(_trained(progress))
    write_private(file, model.as_json().decode())
    told = {"file": str(file), "digest": adoption_of(model).digest}
    emit(told, json, lambda out: out.print(f"Model {told['digest'][:12]} written to {file}", markup=False))


@app.command()
def adopt(
    file: Annotated[
        Path | None, typer.Argument(help="A model; that which comes with the hub by default.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Put a match model in force; the change stands in the ledger. The next `hub match run` goes by it."""
    command = adoption_of(_model(file))
    with watching(quiet=json) as report:
        receipt = asyncio.run(_adopt(report, command))
    told = {"digest": command.digest, "changed": not receipt.repeated}
    said = "was in force already" if receipt.repeated else "is in force"
    emit(told, json, lambda out: out.print(f"Match model {command.digest[:12]} {said}."))


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    truth: Annotated[
        Path | None, typer.Option(help="truth/persons.csv of a made-up city: adds precision against recall.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Write a page with pictures: what weighs how much, how pairs are spread, one doubtful pair step by step."""
    there = read_partition(truth) if truth is not None else None
    with watching("rows", quiet=json) as progress:
        told = asyncio.run(_told(there, progress))
    if told is None:
        raise NotFound("Nothing has been matched yet.", "Run `hub match run` first.")
    write_private(file, page(told))
    found = {"file": str(file), "rows": told.rows, "persons": told.persons, "pairs": len(told.found)}
    emit(found, json, lambda out: out.print(f"Report on {told.rows:,} rows written to {file}", markup=False))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The CSV to write: register, row_key, cluster_id.")],
    json: AsJson = False,
) -> None:
    """Write which rows of the registers are one person. The file is readable by its owner only; the look is recorded."""
    with watching("rows", quiet=json) as report:
        rows = asyncio.run(_partition(report))
    write_private(file, _table(rows))
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
    households: Annotated[
        Path | None,
        typer.Option(
            help="Also the households formed: register, row_key, household_id and so on, as truth/households.csv."
        ),
    ] = None,
    enrolments: Annotated[
        Path | None,
        typer.Option(
            help="Hold enrolments of lists against this truth, too: programme, row_key, person_id. "
            "`hub city` writes it as truth/enrolments.csv."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Hold the persons formed against the truth: pairs right and wrong, across registers and within, and B-cubed.

    Only registers and programmes that have been taken in are looked at.
    """
    there = read_partition(truth)
    units = read_households(households) if households is not None else None
    listed = read_enrolments(enrolments) if enrolments is not None else None
    with watching("rows", quiet=json) as report:
        found_there = asyncio.run(_found(report, housed=units is not None, listed=listed is not None))
    rows, homes, entries = found_there
    taken = {register for register, _ in rows}
    found = evaluate(rows, _of(there, taken))
    left = sorted({register for register, _ in there} - taken)
    told: dict[str, object] = {
        **found.as_dict(), "registers": sorted(taken), "registers_not_taken_in": left,
    }  # fmt: skip
    housed = evaluate(homes, _of(units, taken)) if units is not None else None
    if housed is not None:
        told["households"] = housed.as_dict()
    given = _entries(entries, listed, rows, there) if listed is not None else {}
    if listed is not None:
        told["enrolments"] = {name: each.plain("entries") for name, each in given.items()}
    emit(told, json, lambda out: _print(out, found, left, housed, given))


def _model(file: Path | None) -> Model:
    if file is None:
        return default_model()
    try:
        return Model.from_json(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}.", "Check the path.") from None


async def adopted_and_matched(opened: OpenHub, report: Report) -> RunResult:
    """Match everything, by the model that comes with the hub where none is in force, and wait for the graph."""
    system = opened.actor("sistem", "pendirian")
    if not opened.ledger.find("model", "running"):
        await opened.doors.submit(system, adoption_of(default_model()), wait=False)
    if not opened.ledger.find("survivorship", "running"):
        await opened.doors.submit(system, rules_set(shipped()), wait=False)
    found = await match(opened.doors, opened.matcher, report)
    await opened.shown(report)
    return found


async def _run(report: Report) -> tuple[RunResult, HubError | None]:
    async with open_hub(settings(), report, founding=False) as opened:
        return await adopted_and_matched(opened, report), await opened.graph_fault()


async def _trained(report: Report) -> Model:
    async with open_hub(settings(), report, founding=False) as opened:
        return await trained(opened.doors, opened.matcher, report)


async def _adopt(report: Report, command: AdoptModel) -> Receipt:
    async with open_hub(settings(), report, founding=False) as opened:
        return await opened.doors.submit(opened.steward, command)


def _print_run(out: Console, found: RunResult, seconds: float) -> None:
    out.print(
        f"{found.rows:,} rows of {found.persons:,} persons, in {seconds:.1f} s; {found.changed:,} rows have other "
        f"company than before, {found.findings:,} findings written, {found.queued:,} pairs wait for a steward"
    )
    if found.values.persons:
        out.print(
            f"Survivorship rules {found.values.edition}: {found.values.persons:,} persons looked at, "
            f"{found.values.changed:,} chosen anew"
        )
    entries = found.entries
    out.print(
        f"{found.households:,} households, {found.households_written:,} of them new or other than before"
    )
    out.print(
        f"{entries.enrolled:,} entries of programme lists enrol a person, {entries.doubtful:,} are doubtful, "
        f"{entries.unmatched:,} unmatched; {entries.changed:,} are new or changed"
    )


async def _partition(report: Report) -> dict[Row, str]:
    return (await _found(report))[0]


async def _found(
    report: Report, *, housed: bool = False, listed: bool = False
) -> tuple[dict[Row, str], dict[Row, str], dict[Row, str]]:
    """Whose rows are, of which household units are, and whom entries of lists enrol; the last two where wanted."""

    def read(done: int) -> None:
        report("Reading persons and their rows", done, None)

    async with open_hub(settings(), report, founding=False) as opened:
        doors, steward = opened.doors, opened.steward
        return (
            await partition(doors, steward, read),
            await household_partition(doors, steward, read) if housed else {},
            await enrolled(doors, steward, read) if listed else {},
        )


def _entries(
    found: dict[Row, str], truth: dict[Row, str], rows: dict[Row, str], persons: dict[Row, str]
) -> Mapping[str, Quality]:
    """Only lists that have been taken in are looked at: of one that enrols nobody nothing is known."""
    taken = {programme for programme, _ in found}
    return evaluate_entries(
        found, {entry: person for entry, person in truth.items() if entry[0] in taken}, rows, persons
    )


def _of(truth: dict[Row, str], registers: set[str]) -> dict[Row, str]:
    return {row: cluster for row, cluster in truth.items() if row[0] in registers}


async def _told(truth: Partition | None, progress: Report) -> Told | None:
    async with open_hub(settings(), progress, founding=False) as opened:
        return await read(opened.doors, opened.matcher, truth, progress)


def _table(rows: dict[Row, str]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("register", "row_key", "cluster_id"))
    writer.writerows((*row, person) for row, person in sorted(rows.items()))
    return text.getvalue()


def _print(
    out: Console,
    found: Evaluation,
    left: list[str],
    housed: Evaluation | None,
    entries: Mapping[str, Quality],
) -> None:
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
    if housed is not None:
        out.print(line("households", housed.all))
        out.print(
            f"{housed.rows:,} units of {housed.persons:,} households, {housed.clusters:,} formed; "
            f"{housed.over_merged:,} hold units of more than one, {housed.split:,} are split; {housed.missing:,} "
            f"units are missing"
        )
    if entries:
        out.print(f"{'entries of lists':<18}{'precision':>10}{'recall':>10}{'F1':>10}")
    for name, quality in entries.items():
        out.print(line(name, quality))
    if left:
        out.print(f"Not taken in, so left out: {', '.join(left)}")
