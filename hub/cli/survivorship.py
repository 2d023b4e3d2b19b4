"""`hub survivorship`: by which rules golden values are chosen, and other rules put in force."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.bootstrap import STEWARD, open_hub
from hub.cli import settings
from hub.cli.doors import asked
from hub.cli.files import read_text
from hub.cli.output import Report, emit, fault_told, raise_fault, watching
from hub.commands.survivorship import SetSurvivorshipRules, rules_set
from hub.domain.errors import HubError
from hub.domain.facts import Receipt
from hub.domain.survivorship import Rules, rules_from_toml, rules_of
from hub.matching.survive import Survived, survive
from hub.questions.model import SurvivorshipInForce

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def show(json: AsJson = False) -> None:
    """Print the survivorship rules in force, as a file that `hub survivorship set` takes."""
    told = asked(STEWARD, SurvivorshipInForce(), quiet=json)
    emit(told, json, lambda out: out.print(_file(told), end="", markup=False))


@app.command("set")
def set_rules(
    file: Annotated[Path, typer.Argument(help="The rules, as `hub survivorship show` prints them.")],
    reason: Annotated[str | None, typer.Option(help="Why; kept in the ledger.")] = None,
    json: AsJson = False,
) -> None:
    """Put survivorship rules in force and choose everybody's values by them. Only what is different is written."""
    command = rules_set(rules_from_toml(read_text(file)), reason)
    with watching("rows", quiet=json) as report:
        receipt, found, fault = asyncio.run(_set(command, report))
    told = {
        "rules_changed": not receipt.repeated, **asdict(found),
        "graph": {"follows": fault is None, "fault": fault_told(fault)},
    }  # fmt: skip
    said = "were in force already" if receipt.repeated else "are in force"
    text = (
        f"Survivorship rules {found.edition} {said}; {found.persons:,} persons looked at, "
        f"{found.changed:,} chosen anew"
    )
    emit(told, json, lambda out: out.print(text))
    raise_fault(fault, "The values stand in the ledger")


def _file(told: dict[str, Any]) -> str:
    edition = f"Edition {told['edition']}" if told["edition"] else "As they come with the hub"
    return f"# {edition}, digest {told['digest'][:12]}\n{_rules(told).as_toml()}"


def _rules(told: dict[str, Any]) -> Rules:
    return rules_of(
        {"trust": told["trust"], "fields": {each["field"]: each["criteria"] for each in told["fields"]}}
    )


async def _set(command: SetSurvivorshipRules, report: Report) -> tuple[Receipt, Survived, HubError | None]:
    async with open_hub(settings(), report, founding=False) as opened:
        receipt = await opened.doors.submit(opened.steward, command, wait=False)
        found = await survive(opened.doors, opened.matcher, report)
        await opened.shown(report)
        return receipt, found, await opened.graph_fault()
