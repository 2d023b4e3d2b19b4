"""`hub init`: a hub that stands."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from hub.api.identity import Tokens
from hub.bootstrap import ADMIN, STEWARD, open_hub
from hub.cli import called, settings
from hub.cli.output import Report, emit, fault_told, raise_fault, watching
from hub.domain.errors import HubError
from hub.domain.kinds import Log

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def init(json: AsJson = False) -> None:
    """Make the ledger, its keys and the first accounts, and start the graph. Doing it again changes nothing."""
    with watching(quiet=json) as report:
        found, fault = asyncio.run(_init(report))
    emit(found, json, lambda out: out.print(_said(found)))
    raise_fault(fault, "The ledger stands")


async def _init(report: Report) -> tuple[dict[str, Any], HubError | None]:
    async with open_hub(settings(), report) as opened:
        Tokens.of(opened.settings)  # its key is made now, so that a copy of the folder holds it
        running = opened.ledger.subjects(opened.ledger.find("policy", "running"))
        fault = await opened.graph_fault()
        return {
            "home": str(opened.settings.home.absolute()),
            "keys": str(opened.settings.keys.absolute()),
            "entries": opened.ledger.size(Log.CHANGES),
            "policy_version": next(iter(running.values())).state["version"],
            "accounts": [STEWARD, ADMIN],
            "graph": {"follows": fault is None, "fault": fault_told(fault)},
        }, fault


def _said(found: dict[str, Any]) -> str:
    stands = "The hub" if found["graph"]["follows"] else "The ledger"
    return (
        f"{stands} stands: {found['entries']} entries, policy version {found['policy_version']}, "
        f"home {found['home']}\nAccounts: {STEWARD} (data steward), {ADMIN} (policy admin). "
        f"`{called()} token {STEWARD}` prints a token.\nKeep a copy of {found['keys']} in a safe place: "
        "without it nothing personal can be opened again."
    )
