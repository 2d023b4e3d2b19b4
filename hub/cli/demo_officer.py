"""What an officer asks first, answered by the made-up city: who is helped already, across programmes, and overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from rich.console import Console
from starlette.types import ASGIApp

from hub.bootstrap import OpenHub
from hub.cli.asgi import post
from hub.domain.selection import pick
from hub.questions.model import Enrolments, Page

OFFICER, STEWARD = "sari.dinsos", "operator"
_WIDTH = 98
_CHECK = """query($nik: String, $bornOn: Date!) { checkPerson(nik: $nik, bornOn: $bornOn) {
    known possibleDuplicate eligibleFor { code } enrolments { programme { code agency { code } } status from } } }"""
_ACROSS = """{ persons(first: 100) { edges { node {
    name enrolments { programme { code } status from } } } } }"""
_OVERLAPS = """{ overlaps(first: 100) { totalCount edges { node { severity rule { code says }
    person { name } household { id } enrolments { programme { code } status } } } } }"""
_SOMEBODY = (
    pick("person", pick("nik"), pick("born_on"), pick("enrolments", pick("programme", pick("code")), pick("status"))),
)  # fmt: skip


async def officers_questions(
    app: ASGIApp, opened: OpenHub, tokens: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """Questions in words, each with its answer in lines. `tokens`: by account."""

    async def asked(query: str, name: str = OFFICER, **variables: Any) -> Any:
        answer = await post(app, "/graphql", {"query": query, "variables": variables}, tokens[name])
        return answer.get("data") or answer.get("errors")

    told = []
    somebody = await _somebody(opened)
    if somebody is not None:
        found = (await asked(_CHECK, nik=somebody["nik"], bornOn=somebody["born_on"]))["checkPerson"]
        question = (
            f"is somebody helped already?  checkPerson(nik: {somebody['nik']}, bornOn: {somebody['born_on']})"
        )
        told.append((question, _checked(found)))
    persons = [edge["node"] for edge in (await asked(_ACROSS))["persons"]["edges"]]
    most = sorted(persons, key=lambda each: (-len(each["enrolments"]), str(each["name"])))[:2]
    told.append(("what else do the persons get whom my agency helps?", [_person(each) for each in most]))
    for name, whose in ((OFFICER, "of whom my agency helps"), (STEWARD, "in the whole city, asks operator")):
        found = (await asked(_OVERLAPS, name))["overlaps"]
        told.append(
            (f"which enrolments do not go together, {whose}?  {found['totalCount']}", _overlaps(found))
        )
    return told


async def _somebody(opened: OpenHub) -> dict[str, Any] | None:
    """Whoever of the PBI list has most enrolments, and none of the officer's own."""
    question = Enrolments(
        (pick("edges", pick("node", *_SOMEBODY)),), programme="pbi_jkn", status="ENROLLED", page=Page(first=100)
    )  # fmt: skip
    edges = (await opened.hub.ask(opened.steward, question)).data["edges"]
    persons = [edge["node"]["person"] for edge in edges]
    fit = [
        each for each in persons
        if each and each["nik"] and each["born_on"]
        and all(held["programme"]["code"] != "permakanan" for held in each["enrolments"])
    ]  # fmt: skip
    return min(fit, key=lambda each: (-len(each["enrolments"]), each["nik"]), default=None)


def _checked(found: Mapping[str, Any]) -> list[str]:
    held = [
        f"{each['programme']['code']} ({each['programme']['agency']['code']}) {each['status']}"
        for each in found["enrolments"]
    ]
    entitled = ", ".join(each["code"] for each in found["eligibleFor"]) or "nothing that states conditions"
    double = "perhaps double" if found["possibleDuplicate"] else "not double"
    return [f"{'known' if found['known'] else 'unknown'}, {double}: {'; '.join(held) or 'in no programme'}",
            f"eligible for {entitled}"]  # fmt: skip


def _person(found: Mapping[str, Any]) -> str:
    held = (
        f"{each['programme']['code']} {each['status']}" + (f" from {each['from']}" if each["from"] else "")
        for each in found["enrolments"]
    )
    return f"{found['name']}: {'; '.join(held)}"


def _overlaps(found: Mapping[str, Any]) -> list[str]:
    """One overlap of each rule, with how many the rule has among those shown."""
    nodes = [edge["node"] for edge in found["edges"]]
    lines = []
    for code in dict.fromkeys(each["rule"]["code"] for each in nodes):
        some = [each for each in nodes if each["rule"]["code"] == code]
        first = some[0]
        whose = first["person"]["name"] if first["person"] else "a household"
        held = " + ".join(each["programme"]["code"] for each in first["enrolments"])
        lines.append(f"{first['severity']} {code}, {len(some)}: {whose} in {held}")
    return lines or ["none"]


def print_questions(out: Console, told: list[tuple[str, list[str]]]) -> None:
    """The questions and their answers, a line each."""
    out.print(f"\n[bold]{OFFICER}[/bold]  asks first")
    for question, lines in told:
        out.print(f"  {question}", markup=False, highlight=False)
        for line in lines:
            indented = fill(line, _WIDTH, initial_indent="    ", subsequent_indent="      ")
            out.print(indented, markup=False, highlight=False)
