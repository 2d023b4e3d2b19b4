"""`hub init` and `hub policy adopt`: a hub that stands, and the rules it works under."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from hub.bootstrap import ADMIN, STEWARD, adopt_policy, open_hub
from hub.cli import settings
from hub.cli.output import Report, emit, watching
from hub.domain.kinds import Log

policy = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def init(json: AsJson = False) -> None:
    """Make the ledger, its keys and the first accounts, and start the graph. Doing it again changes nothing."""
    with watching(quiet=json) as report:
        found = asyncio.run(_init(report))
    emit(
        found,
        json,
        lambda out: out.print(
            f"The hub stands: {found['entries']} entries, policy version {found['policy_version']}, "
            f"home {found['home']}.\nAccounts: {STEWARD} (data steward), {ADMIN} (policy admin). "
            f"Log in with `hub token {STEWARD}`.\nKeep a copy of {found['keys']} in a safe place: "
            "without it nothing personal can be opened again."
        ),
    )


async def _init(report: Report) -> dict[str, Any]:
    async with open_hub(settings(), report) as opened:
        running = opened.ledger.subjects(opened.ledger.find("policy", "running"))
        return {
            "home": str(opened.settings.home.absolute()),
            "keys": str(opened.settings.keys.absolute()),
            "entries": opened.ledger.size(Log.CHANGES),
            "policy_version": next(iter(running.values())).state["version"],
            "accounts": [STEWARD, ADMIN],
        }


@policy.command("adopt")
def adopt(json: AsJson = False) -> None:
    """Put the rules of this version's `policies/` in force; the change stands in the ledger."""
    with watching(quiet=json) as report:
        version = asyncio.run(_adopt(report))
    said = f"Policy version {version} is in force." if version else "These rules are in force already."
    emit({"policy_version": version, "changed": version is not None}, json, lambda out: out.print(said))


async def _adopt(report: Report) -> int | None:
    async with open_hub(settings(), report) as opened:
        return await adopt_policy(opened)
