"""`hub account`, `hub grant` and `hub revoke`: who works with the hub, and in which roles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from hub.bootstrap import ADMIN, OpenHub, open_hub
from hub.cli import settings
from hub.cli.output import emit, watching
from hub.commands.access import GrantRole, RegisterActor, SuspendActor
from hub.commands.standings import ResumeActor, RevokeGrant
from hub.domain.errors import InvalidInput, NotFound
from hub.questions.model import Actors, Page

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="Log-in name of the account.")]
Reason = Annotated[str, typer.Option(help="Why, e.g. the letter of appointment; it stands in the ledger.")]
Who = Annotated[str, typer.Option("--as", help="Local account that does it.")]


@app.command("add")
def add(
    name: Name,
    agency: Annotated[str | None, typer.Option(help="Code of the agency they work for.")] = None,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Register somebody who works with the hub. Rights come with `hub grant`."""
    _submit(who, RegisterActor(name, agency), json, f"{name} is registered.")


@app.command("list")
def list_accounts(who: Who = ADMIN, json: AsJson = False) -> None:
    """List accounts with their grants."""
    found = _with_hub(json, lambda opened: _actors(opened, who))
    emit(found, json, lambda out: _print_actors(out, found))


@app.command()
def suspend(name: Name, reason: Reason, who: Who = ADMIN, json: AsJson = False) -> None:
    """Take all rights from an account, at once."""
    _submit(who, SuspendActor(name, reason), json, f"{name} is suspended.")


@app.command()
def resume(name: Name, reason: Reason, who: Who = ADMIN, json: AsJson = False) -> None:
    """Take a suspension back."""
    _submit(who, ResumeActor(name, reason), json, f"{name} is no longer suspended.")


def grant(  # noqa: PLR0913  # the options of one command, all by name
    *,
    name: Name,
    role: Annotated[str, typer.Argument(help="Code of the role, e.g. petugas_kelurahan.")],
    reason: Reason,
    agency: Annotated[str | None, typer.Option(help="Code of the agency within which it holds.")] = None,
    territory: Annotated[
        str | None, typer.Option(help="Kemendagri code of the area within which it holds.")
    ] = None,
    starts_on: Annotated[str | None, typer.Option("--from", help="First day; today unless given.")] = None,
    ends_on: Annotated[str | None, typer.Option("--to", help="Last day; open unless given.")] = None,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Give an account a role: at an agency, within a territory, from a day to a day."""
    place = territory and territory.replace(".", "")
    command = GrantRole(name, role, reason, agency, place, starts_on, ends_on)
    _submit(who, command, json, f"{name} is {role}.")


def revoke(
    name: Name,
    role: Annotated[str, typer.Argument(help="Code of the role, or the id of one grant.")],
    reason: Reason,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """End a grant of an account at once."""

    async def work(opened: OpenHub) -> dict[str, Any]:
        return await _sent(opened, who, RevokeGrant(_grant_of(opened, name, role), reason))

    found = _with_hub(json, work)
    emit(found, json, lambda out: out.print(f"{name} is {role} no longer."))


def _grant_of(opened: OpenHub, name: str, role: str) -> str:
    """The one grant that is meant. Raises NotFound and InvalidInput."""
    standing = [each for each in opened.grants(name) if "revoked_on" not in each]
    found = [each["grant"] for each in standing if role in (each["role"], each["grant"])]
    if not found:
        raise NotFound(f"{name} holds no grant of {role}.", "`hub account list` tells the grants.")
    if len(found) > 1:
        raise InvalidInput(
            f"{name} holds {len(found)} grants of {role}.", f"Give the id of one: {', '.join(found)}."
        )
    return str(found[0])


def _submit(who: str, command: Any, json: bool, said: str) -> None:
    found = _with_hub(json, lambda opened: _sent(opened, who, command))
    emit(found, json, lambda out: out.print(said if found["changed"] else f"{said} Nothing was changed."))


async def _sent(opened: OpenHub, who: str, command: Any) -> dict[str, Any]:
    receipt = await opened.hub.submit(opened.actor(who), command, wait=False)
    return {
        "seq": receipt.seq, "actor": receipt.subject, "version": receipt.version,
        "changed": not receipt.repeated,
    }  # fmt: skip


async def _actors(opened: OpenHub, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = Page(first=100)
    while True:
        answer = (await opened.hub.ask(opened.actor(who), Actors(page))).data
        found += [edge["node"] for edge in answer["edges"]]
        if not answer["page_info"]["has_next_page"]:
            return found
        page = Page(first=100, after=answer["page_info"]["end_cursor"])


def _with_hub(json: bool, work: Callable[[OpenHub], Awaitable[T]]) -> T:
    async def run() -> T:
        with watching(quiet=json) as report:
            async with open_hub(settings(), report, founding=False) as opened:
                return await work(opened)

    return asyncio.run(run())


def _print_actors(out: Console, actors: list[dict[str, Any]]) -> None:
    for each in actors:
        state = "  suspended" if each["suspended"] else "  machine" if each["machine"] else ""
        out.print(f"{each['name']:<20} {each['agency'] or '-':<16} {each['id']}{state}", markup=False)
        for one in each["grants"]:
            place = " ".join(filter(None, (one["agency"], one["territory"])))
            days = f"{one['starts_on']} to {one['ends_on'] or '…'}"
            ended = f"  revoked {one['revoked_on']}" if one["revoked_on"] else ""
            out.print(f"    {one['role']:<18} {place:<24} {days}  {one['id']}{ended}", markup=False)
