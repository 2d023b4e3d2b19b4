"""`hub token`: a token for a local account, good for some minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from hub.api.identity import issue
from hub.bootstrap import open_ledger
from hub.cli import settings
from hub.cli.output import emit
from hub.domain.errors import Forbidden, NotFound


def token(
    name: Annotated[str, typer.Argument(help="Log-in name of the account.")],
    minutes: Annotated[int | None, typer.Option(help="Minutes that it is good for.", min=1)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print a token for a local account. Whoever can read the hub's key file can make one for anybody."""
    chosen = settings()
    minutes = minutes or chosen.token_minutes
    ledger = open_ledger(chosen)
    try:
        actor = next(iter(ledger.find("actor", name)), None)
        state = ledger.subjects([actor])[actor].state if actor is not None else {}
    finally:
        ledger.close()
    if actor is None:
        raise NotFound(
            "There is no such account.", "Check its spelling; `hub init` makes the first accounts."
        )
    if state["machine"]:
        raise Forbidden("Nobody logs in as a machine.", "Use an account of a person.")
    if state.get("suspended"):
        raise Forbidden("This account is suspended.", "Use another, or ask a policy admin for one.")
    made = issue(chosen, actor, minutes)
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    found = {"token": made, "actor": actor, "expires_at": ends.isoformat(timespec="seconds")}
    emit(found, json, lambda out: out.print(made))
