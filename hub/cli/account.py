"""`hub account`, `hub grant` and `hub revoke`: who works with the hub, and in which roles."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bootstrap import ADMIN, OpenHub
from hub.cli.doors import submitted, with_hub
from hub.cli.output import Report, emit
from hub.commands.access import GrantRole, RegisterActor, SuspendActor
from hub.commands.standings import ResumeActor, RevokeGrant
from hub.domain.errors import InvalidInput, NotFound
from hub.domain.facts import Receipt
from hub.questions.model import Actors, Page

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
    found = with_hub(lambda opened, report: _actors(opened, who), quiet=json)
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

    async def work(opened: OpenHub, report: Report) -> Receipt:
        command = RevokeGrant(_grant_of(opened, name, role), reason)
        return await opened.doors.submit(opened.actor(who), command, wait=False)

    found = _told(with_hub(work, quiet=json))
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
    found = _told(submitted(who, command, quiet=json))
    emit(found, json, lambda out: out.print(said if found["changed"] else f"{said} Nothing was changed."))


def _told(receipt: Receipt) -> dict[str, Any]:
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


def _print_actors(out: Console, actors: list[dict[str, Any]]) -> None:
    for each in actors:
        state = "  suspended" if each["suspended"] else "  machine" if each["machine"] else ""
        out.print(f"{each['name']:<20} {each['agency'] or '-':<16} {each['id']}{state}", markup=False)
        for one in each["grants"]:
            place = " ".join(filter(None, (one["agency"], one["territory"])))
            days = f"{one['starts_on']} to {one['ends_on'] or '…'}"
            ended = f"  revoked {one['revoked_on']}" if one["revoked_on"] else ""
            out.print(f"    {one['role']:<18} {place:<24} {days}  {one['id']}{ended}", markup=False)
