"""`hub demo`: the main job on a fresh machine, with a made-up city."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, nullcontext
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from starlette.types import ASGIApp

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, OpenHub, open_hub, stoppable
from hub.cli import called, settings
from hub.cli.asgi import post
from hub.cli.city import WRITING
from hub.cli.demo_officer import officers_questions, print_questions
from hub.cli.intake import take_in_and_form
from hub.cli.match import adopted_and_matched
from hub.cli.output import Report, emit, raise_fault, watching
from hub.cli.serve import Host, Port, listen_as_told, run_app, url_of
from hub.commands.access import DefineAgency, GrantRole, RegisterActor
from hub.commands.programmes import DefineProgramme, Enrol, ProposeEnrolment
from hub.demo.city import CityFiles, write_registers
from hub.demo.people import P3KE_DAY, REGSOSEK_DAY
from hub.demo.story import ACCOUNTS, AGENCIES, CONDITIONS, PROGRAMMES, TERRITORY, Account
from hub.domain.selection import pick
from hub.intake.release import Delivery, IntakeResult
from hub.matching.run import RunResult
from hub.questions.model import Enrolments, Page, Persons
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class City:
    """Which made-up city: its size and its seed."""

    persons: int
    seed: int

    @property
    def label(self) -> str:
        """The label of its release."""
        return f"demo-{self.persons}-{self.seed}"


def demo(  # noqa: PLR0913, PLR0917  # each is an option of the command line
    persons: Annotated[
        int, typer.Option(min=200, max=3_000_000, help="How many people live in the city.")
    ] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 7,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API afterwards.")] = True,
    host: Host = None,
    port: Port = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Start everything, take in a made-up city's registers, match them, and serve the answers.

    A second start keeps the data and takes seconds.
    """
    chosen = settings()
    # Before anything is done, so that a port that is taken is told at once.
    with listen_as_told(chosen, host, port) if serve else nullcontext() as listener:
        asyncio.run(_demo(chosen, City(persons, seed), listener, json=json))


async def _demo(chosen: Settings, city: City, listener: socket.socket | None, *, json: bool) -> None:
    async with AsyncExitStack() as stack:
        with watching("rows", quiet=json) as report:
            opened = await stack.enter_async_context(open_hub(chosen, report))
            raise_fault(await opened.graph_fault(), "The ledger stands")
            taken = await _take_in(opened, city, report)
            matched = await _matched(opened, taken, report)
            territory = await _staff(opened, report)
            await _enrol(opened, territory)
            app = create_app(opened.hub, chosen)
            answers = [await _first_answer(app, opened, each, territory) for each in ACCOUNTS]
            tokens = {each["account"]: str(each["token"]) for each in answers}
            officer = await officers_questions(app, opened, tokens)
        address = None if listener is None else f"{url_of(listener)}/graphql"
        told = {
            "intake": [_told(each) for each in taken], "matching": matched and asdict(matched),
            "accounts": answers, "officer": [{"question": q, "answer": lines} for q, lines in officer],
            "address": address,
        }  # fmt: skip
        emit(told, json, lambda out: _print(out, told))
        if listener is not None:
            await run_app(
                app,
                listener,
                lambda: None if json else print(f"Serving {address}, stop with Ctrl-C", flush=True),
            )


async def _take_in(opened: OpenHub, city: City, report: Report) -> list[IntakeResult]:
    """Write the city's files, take them in and form persons, as far as that was not done before."""
    folder = opened.settings.home / "demo" / city.label
    files = await stoppable(
        lambda told: write_registers(
            folder, city.persons, city.seed, told=lambda done, total: told(WRITING, done, total)
        ),
        report,
    )
    return [await take_in_and_form(opened, each, report) for each in deliveries(files, city.label)]


async def _matched(opened: OpenHub, taken: list[IntakeResult], report: Report) -> RunResult | None:
    """Find whose rows are one person's, unless nothing came since that was done."""
    if all(each.nothing_changed for each in taken) and opened.ledger.find("model", "running"):
        return None
    return await adopted_and_matched(opened, report)


def deliveries(files: CityFiles, label: str) -> list[Delivery]:
    """Every register of the city at its own day, then the lists of the programmes."""
    registers = (
        ("p3ke", files.p3ke, P3KE_DAY.isoformat()),
        ("regsosek", files.regsosek, REGSOSEK_DAY.isoformat()),
        ("dtks", (files.dtks,), files.as_of),
        ("dukcapil", (files.dukcapil,), files.as_of),
        ("dtsen", files.dtsen, files.as_of),
    )
    lists = (Delivery(code, (file,), label, files.as_of) for code, file in files.programmes.items())
    return [*(Delivery(register, paths, label, day) for register, paths, day in registers), *lists]


async def _first_answer(app: ASGIApp, opened: OpenHub, account: Account, territory: str) -> dict[str, Any]:
    token = issue(opened.settings, opened.actor(account.name).id, opened.settings.token_minutes)
    query = account.question.replace(TERRITORY, territory)
    answer = await post(app, "/graphql", {"query": query}, token)
    return {
        "account": account.name, "role": account.role, "title": account.title, "token": token,
        "question": query, "answer": answer.get("data") or answer.get("errors"),
    }  # fmt: skip


def _told(result: IntakeResult) -> dict[str, Any]:
    names = ("register", "label", "accepted", "repeated", "refused", "nothing_changed")
    return {**{name: getattr(result, name) for name in names}, "report": str(result.report or "")}


def _print(out: Console, told: dict[str, Any]) -> None:
    for each in told["intake"]:
        why = f"  why: {each['report']}" if each["report"] else ""
        rows = f"{each['accepted']:>7,} rows accepted, {each['refused']:,} refused"
        out.print(f"{each['register']:<9}{rows}{why}", markup=False)
    if told["matching"]:
        found, entries = told["matching"], told["matching"]["entries"]
        out.print(
            f"matched  {found['rows']:>7,} rows of {found['persons']:,} persons in {found['households']:,} households; "
            f"{found['queued']:,} pairs wait for a steward"
        )
        out.print(
            f"enrolled {entries['enrolled']:>7,} entries of programme lists, "
            f"{entries['doubtful'] + entries['unmatched']:,} name nobody who is sure"
        )
    for each in told["accounts"]:
        out.print(f"\n[bold]{each['account']}[/bold]  {each['title']}")
        out.print(f"  token     {each['token']}")
        out.print(f"  question  {' '.join(each['question'].split())}", markup=False)
        out.print(f"  answer    {orjson.dumps(each['answer']).decode()}", markup=False)
    print_questions(out, [(each["question"], each["answer"]) for each in told["officer"]])
    if told["address"] is None:
        out.print(f"\nNothing is served: `{called()} serve` serves these answers.", markup=False)
        return
    out.print(
        f'\nAsk yourself: curl -s {told["address"]} -H "Authorization: Bearer $({called()} token sari.dinsos)" '
        "-H 'Content-Type: application/json' -d '{\"query\": \"{ viewer { name } }\"}'",
        markup=False,
    )


async def _staff(opened: OpenHub, report: Report) -> str:
    """Agencies, programmes and accounts of the story; returns the kelurahan of its officer."""
    report("Setting up agencies and accounts", 0, None)
    system, admin = opened.actor("sistem", "pendirian"), opened.actor(ADMIN)
    territory = _territory(opened) or await _some_kelurahan(opened)
    for code, name in AGENCIES:
        await opened.hub.submit(system, DefineAgency(code, name), wait=False)
    for code, name, agency, needs, funded_by in PROGRAMMES:
        conditions = CONDITIONS.get(code, {})
        command = DefineProgramme(code, name, agency, "PERSON", funded_by, needs, **conditions)
        await opened.hub.submit(opened.steward, command, wait=False)
    for each in ACCOUNTS:
        if opened.grants(each.name):
            continue
        if opened.actor_id(each.name) is None:
            await opened.hub.submit(admin, RegisterActor(each.name, each.agency), wait=False)
        where = territory if each.in_territory else None
        grant = GrantRole(each.name, each.role, "Akun peragaan.", each.agency, where)
        await opened.hub.submit(admin, grant, wait=False)
    return territory


def _territory(opened: OpenHub) -> str | None:
    """The kelurahan that the officer was given at the first start, whatever was taken in since."""
    officers = (each.name for each in ACCOUNTS if each.in_territory)
    return next((str(grant["territory"]) for name in officers for grant in opened.grants(name)), None)


async def _some_kelurahan(opened: OpenHub) -> str:
    """The kelurahan of the first person by name."""
    question = Persons((pick("edges", pick("node", pick("area", pick("code")))),), page=Page(first=20))
    edges = (await opened.hub.ask(opened.steward, question)).data["edges"]
    return next(str(edge["node"]["area"]["code"]) for edge in edges if edge["node"]["area"])


async def _enrol(opened: OpenHub, territory: str) -> None:
    """A few persons of the territory proposed by Dinsos and accepted by the steward, once."""
    held = Enrolments(
        (pick("edges", pick("node", pick("status"))),), programme="permakanan", page=Page(first=1)
    )
    if (await opened.hub.ask(opened.steward, held)).data["edges"]:
        return
    officer = opened.actor("sari.dinsos")
    question = Persons(
        (pick("edges", pick("node", pick("nik"), pick("born_on"))),), territory, Page(first=12)
    )
    for edge in (await opened.hub.ask(opened.steward, question)).data["edges"][::2]:
        node = edge["node"]
        if node["nik"] is not None and node["born_on"] is not None:
            proposal = ProposeEnrolment("permakanan", None, node["nik"], str(node["born_on"]))
            proposed = await opened.hub.submit(officer, proposal, wait=False)
            await opened.hub.submit(opened.steward, Enrol(str(proposed.subject), "2024-06-01"), wait=False)
