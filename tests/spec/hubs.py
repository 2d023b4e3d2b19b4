"""An opened hub over a small made-up town: real ledger, real graph, accounts of all roles, and what it holds."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from neo4j import Driver

from hub.bootstrap import ADMIN, STEWARD, OpenHub, open_hub
from hub.cli.intake import take_in_and_form
from hub.commands.access import DefineAgency, GrantRole, RegisterActor
from hub.commands.programmes import DefineProgramme, Enrol, ProposeEnrolment
from hub.demo.city import CityFiles, write_city
from hub.domain.errors import HubError
from hub.domain.facts import Actor, Receipt
from hub.domain.kinds import Log
from hub.domain.selection import Selection, pick
from hub.graph.connect import GraphAddress
from hub.intake.release import Delivery
from hub.questions.model import Page, Persons
from hub.settings import Settings
from tests.worlds import wipe

T = TypeVar("T")
PERSONS, SEED, LABEL = 260, 11, "kota-1"
AGENCIES = ("dinsos", "dinkes", "inspektorat")
ACCOUNTS = (
    ("sari", "petugas_opd", "dinsos"), ("dedi", "petugas_opd", "dinkes"), ("irma", "pemeriksa", "inspektorat"),
    ("lina", "petugas_kelurahan", None), ("beni", "petugas_kelurahan", None),
)  # fmt: skip
"""Besides `operator` (walidata) and `admin` (admin_kebijakan); lina and beni work in two kelurahan."""
PATIENCE = 20.0
_BARE = (pick("id"), pick("nik"), pick("born_on"), pick("name"), pick("area", pick("code")))
_NODES = "MATCH (n) RETURN labels(n) AS labels, properties(n) AS p"
_TIES = (
    "MATCH (a)-[r]->(b) RETURN labels(a)[0] + a.id AS a, type(r) AS type, properties(r) AS p, "
    "labels(b)[0] + b.id AS b"
)
_LEASE = {"holder", "lease_until", "build"}


@dataclass(frozen=True, slots=True)
class Resident:
    """A golden person as the steward sees them."""

    id: str
    nik: str | None
    born_on: str | None
    name: str | None
    area: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a hub holds: entries of both logs, nodes and relationships of the graph."""

    changes: int
    disclosures: int
    nodes: Counter[str]
    ties: Counter[str]


@dataclass
class Town:
    """The hub, driven from plain tests: every call runs to its end on one loop."""

    opened: OpenHub
    driver: Driver
    runner: asyncio.Runner
    files: CityFiles | None = None
    residents: list[Resident] = field(default_factory=list)
    _unused: deque[Resident] = field(default_factory=deque)

    @property
    def settings(self) -> Settings:
        return self.opened.settings

    @property
    def territories(self) -> tuple[str, str]:
        """The two kelurahan with most residents: lina's and beni's."""
        first, second = Counter(each.area for each in self.residents).most_common(2)
        return first[0], second[0]

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asked)

    def who(self, name: str, purpose: str | None = None) -> Actor:
        return self.opened.actor(name, purpose)

    def submit(self, name: str, command: Any, **rest: Any) -> Receipt:
        return self.run(self.opened.hub.submit(self.who(name), command, **rest))

    def ask(self, name: str, question: Any, purpose: str | None = None) -> Any:
        return self.run(self.opened.hub.ask(self.who(name, purpose), question)).data

    def settle(self) -> None:
        """Wait until the graph shows everything."""
        assert self.opened.projector.wait_for(self.opened.ledger.size(Log.CHANGES), PATIENCE)

    def holds(self) -> Contents:
        self.settle()
        ledger = self.opened.ledger
        nodes, ties = graph_contents(self.driver, self.settings.neo4j_database)
        return Contents(ledger.size(Log.CHANGES), ledger.size(Log.DISCLOSURES), nodes, ties)

    @contextmanager
    def refuses(
        self, kind: type[HubError], match: str | None = None
    ) -> Iterator[pytest.ExceptionInfo[HubError]]:
        """What is done inside is refused, and neither ledger nor graph is any different afterwards."""
        before = self.holds()
        with pytest.raises(kind, match=match) as caught:
            yield caught
        assert type(caught.value) is kind
        assert caught.value.advice
        assert self.holds() == before

    # -- telling what happened before ------------------------------------------------------------------

    def somebody(self, area: str | None = None) -> Resident:
        """A resident with NIK and birth date whom no other test has used, of a kelurahan if one is given."""
        found = next(each for each in self._unused if area in (None, each.area))
        self._unused.remove(found)
        return found

    def programme(self, code: str, agency: str = "dinsos", **rest: Any) -> str:
        self.submit(STEWARD, DefineProgramme(code, f"Program {code}", agency, **rest))
        return code

    def propose(self, officer: str, programme: str, person: Resident) -> str:
        """A proposal by NIK and birth date; returns the enrolment's id."""
        command = ProposeEnrolment(programme, nik=person.nik, born_on=person.born_on)
        return str(self.submit(officer, command).subject)

    def enrol(self, officer: str, programme: str, person: Resident, starts_on: str | None = None) -> str:
        """A proposal that the steward accepts; returns the enrolment's id."""
        enrolment = self.propose(officer, programme, person)
        self.submit(STEWARD, Enrol(enrolment, starts_on))
        return enrolment

    def register(self, name: str, role: str, agency: str | None = None, territory: str | None = None) -> str:
        """An account with one grant; returns its id."""
        self.submit(ADMIN, RegisterActor(name, agency), wait=False)
        return str(self.submit(ADMIN, GrantRole(name, role, "SK 1/2026", agency, territory)).subject)

    def everybody(
        self, name: str, selection: Selection, area: str | None = None, size: int = 100
    ) -> list[Any]:
        """All persons that somebody sees, page by page."""
        found: list[Any] = []
        page = Page(first=size)
        while True:
            answer = self.ask(name, Persons(connection(selection), area, page))
            found += [edge["node"] for edge in answer["edges"]]
            if not answer["page_info"]["has_next_page"]:
                return found
            page = Page(first=size, after=answer["page_info"]["end_cursor"])

    def take_in(self, files: CityFiles, label: str = LABEL, *, settle: bool = True) -> None:
        """Take the register in and form its persons; `settle`: until the graph shows them."""
        self.files = files
        file = Delivery("dtks", (files.dtks,), label, files.as_of)
        self.run(take_in_and_form(self.opened, file, lambda stage, done, total: None))
        if settle:
            self.settle()

    def meet(self) -> None:
        """Learn who lives here, as the steward sees it."""
        self.residents = [
            Resident(each["id"], each["nik"], each["born_on"], each["name"], each["area"]["code"])
            for each in self.everybody(STEWARD, _BARE)
        ]
        self._unused = deque(each for each in self.residents if each.nik and each.born_on)


_open: list[Town] = []


def connection(selection: Selection) -> Selection:
    edges = pick("edges", pick("cursor"), pick("node", *selection))
    return (edges, pick("page_info", pick("has_next_page"), pick("end_cursor")), pick("total_count"))


def graph_contents(driver: Driver, database: str) -> tuple[Counter[str], Counter[str]]:
    """Every node and every relationship as text, without the projector's lease and the building's name."""
    with driver.session(database=database) as session:
        nodes = Counter(
            repr((sorted(row["labels"]), sorted((k, str(v)) for k, v in row["p"].items() if k not in _LEASE)))
            for row in session.run(_NODES)
        )
        ties = Counter(repr((row["a"], row["type"], row["p"], row["b"])) for row in session.run(_TIES))
    return nodes, ties


def settings_of(home: Path, address: GraphAddress, driver: Driver, **rest: Any) -> Settings:
    """Settings of a fresh hub on this worker's Neo4j, which is emptied; hubs still open on it stop following."""
    for town in _open:
        town.opened.projector.close()  # it would copy its ledger again, or take the lease first
    wipe(driver, address.database)
    return Settings(
        home=home,
        neo4j_uri=address.uri,
        neo4j_user=address.user,
        neo4j_password=address.password,
        neo4j_database=address.database,
        **{"projection_wait": PATIENCE, "query_timeout": PATIENCE, **rest},
    )


@contextmanager
def open_town(settings: Settings, driver: Driver) -> Iterator[Town]:
    """The hub of these settings, without anybody in it yet."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opened = runner.run(stack.enter_async_context(open_hub(settings)))
        town = Town(opened, driver, runner)
        _open.append(town)
        try:
            yield town
        finally:
            _open.remove(town)
            runner.run(stack.aclose())


@contextmanager
def open_city(settings: Settings, driver: Driver) -> Iterator[Town]:
    """The hub with a register taken in, its persons formed, and officers of all roles at work."""
    with open_town(settings, driver) as town:
        for code in AGENCIES:
            town.submit(ADMIN, DefineAgency(code, f"Dinas {code}"), wait=False)
        town.take_in(write_city(settings.home / "city", PERSONS, SEED))
        town.meet()
        places = dict(zip(("lina", "beni"), town.territories, strict=True))
        for name, role, agency in ACCOUNTS:
            town.register(name, role, agency, places.get(name))
        yield town
