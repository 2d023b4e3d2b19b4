"""One person by NIK through the whole API, beside a bare handler that runs the same Cypher, both over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.applications import Starlette

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, OpenHub, open_hub
from hub.cli.asgi import post as ask
from hub.cli.intake import take_in_and_form
from hub.commands.access import GrantRole, RegisterActor
from hub.demo.city import write_city
from hub.graph.connect import async_driver, silent
from hub.graph.read import GraphReader
from hub.intake.release import Delivery
from hub.service import Hub
from hub.settings import Settings
from tests.benchmarks.load import CONNECTIONS, Load, answer, load, post
from tests.benchmarks.material import SEED
from tests.benchmarks.measure import Ground, Row
from tests.benchmarks.processes import serving

QUERY = "query ($nik: String!) { personByNik(nik: $nik) { id name nik sex bornOn motherName } }"
LIVING = """
MATCH (p:Person) WHERE p.nik IS NOT NULL AND p.kelurahan IS NOT NULL
WITH p.kelurahan AS kelurahan, collect(p.nik) AS niks ORDER BY size(niks) DESC, kelurahan LIMIT 1
RETURN kelurahan, niks
"""


HAND_WRITTEN = """
MATCH (p:Person {nik: $nik}) WHERE p.kelurahan = $t0
RETURN {id: p.id, name: p.name, nik: CASE WHEN p.nik IS NULL THEN null ELSE '****************' END,
        sex: p.sex, bornOn: toString(p.born_on), motherName: null} AS node
"""


def points(ground: Ground) -> list[Row]:
    """Requests a second by an officer who sees one kelurahan and not every field, each answer recorded."""
    case = asyncio.run(_prepared(ground))
    statements = {"compiled": case.statement, "hand": HAND_WRITTEN}
    bare = orjson.dumps({"statements": statements, "params": case.scoped})
    log = ground.fresh("servers")
    with (
        serving(case.settings, log / "hub.log", "-m", "hub", "serve", "--port", "0", "--json") as hub,
        serving(case.settings, log / "unrecorded.log", "-m", "tests.benchmarks.unrecorded") as unrecorded,
        serving(case.settings, log / "bare.log", "-m", "tests.benchmarks.bare", given=bare) as handler,
    ):
        urls = (hub, unrecorded, f"{handler}/compiled", f"{handler}/hand")
        return _rows(*_loaded(case, urls, ground))


def _loaded(case: _Case, urls: Sequence[str], ground: Ground) -> list[Load]:
    """How each server bears the same requests: rounds in turn, of which the middle one by rate counts."""
    requests = {url: [_request(case, url, nik) for nik in case.niks] for url in urls}
    for url in urls:
        _demand_same(case, url, requests[url][0])
    rounds = [
        [load(url, (requests[url] * -(-number // len(case.niks)))[:number]) for url in urls]
        for number in ([100, 200] if ground.quick else [1_000, *[2_000] * 5])
    ]
    columns = zip(*rounds[1:], strict=True)  # the first one warms up
    return [sorted(column, key=lambda each: each.rate)[len(column) // 2] for column in columns]


def _request(case: _Case, url: str, nik: str) -> bytes:
    body = orjson.dumps({"query": QUERY, "variables": {"nik": nik}})
    return post(url, body, {"Authorization": f"Bearer {case.token}"})


def _demand_same(case: _Case, url: str, request: bytes) -> None:
    """Whoever answers something else is not measured beside the hub."""
    got = orjson.loads(answer(url, request))
    rows = got if isinstance(got, list) else [{"node": got["data"]["personByNik"]}]
    (person,) = (each["node"] for each in rows if each.get("head") is None)
    assert person == case.person, (url, got)


def _rows(hub: Load, unrecorded: Load, compiled: Load, hand: Load) -> list[Row]:
    def spread(each: Load) -> str:
        return f"p50 {each.p50:.1f} p99 {each.p99:.1f} ms"

    api = "point query through the API"
    note = f"goal 0.6x; {spread(hub)} beside {spread(compiled)}; {CONNECTIONS} connections"
    return [
        Row(api, hub.rate, "requests/s", "bare Starlette + async driver, same Cypher", compiled.rate, note),
        Row(api, hub.rate, "requests/s", "the same, answers not recorded", unrecorded.rate, "goal 0.95x"),
        Row("bare handler, Cypher compiled with the policy", compiled.rate, "requests/s",
            "bare handler, Cypher written by hand", hand.rate, "goal 0.9x"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    """A hub with a person to ask as, and what the graph is asked on the way."""

    settings: Settings
    token: str
    niks: Sequence[str]
    statement: str
    scoped: Mapping[str, str]
    """Parameters of the statement that come from the scope and not from the request."""
    person: Mapping[str, Any]
    """What the first NIK is answered with."""


class Overhearing(GraphReader):
    """Remembers the last statement and what came of it."""

    statement: str = ""
    params: Mapping[str, Any] = {}

    async def run(self, statement: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a statement as the hub does."""
        self.statement, self.params = statement, params
        return await super().run(statement, params)


@dataclass(frozen=True, slots=True)
class Counter:
    """A hub that an officer of one kelurahan asks, and what the graph is asked on the way."""

    settings: Settings
    app: Starlette
    reader: Overhearing
    token: str
    niks: Sequence[str]
    """Of those who live in the kelurahan."""


@asynccontextmanager
async def counter(ground: Ground) -> AsyncIterator[Counter]:
    """A city, and an officer of its largest kelurahan."""
    settings = ground.settings()
    city = write_city(ground.fresh("city"), 3_000, SEED)
    async with open_hub(settings) as opened, async_driver(ground.graph) as driver:
        await take_in_and_form(opened, Delivery("dtks", (city.dtks,), "ukur", city.as_of), silent)
        found, _, _ = await driver.execute_query(LIVING, database_=ground.graph.database)
        token = await officer(opened, str(found[0]["kelurahan"]))
        reader = Overhearing(driver, ground.graph.database, settings.query_timeout)
        app = create_app(Hub(opened.ledger, reader, opened.projector, bytes(32), 2.0), settings)
        yield Counter(settings, app, reader, token, list(map(str, found[0]["niks"])))


async def _prepared(ground: Ground) -> _Case:
    """The statement that the officer's question becomes."""
    async with counter(ground) as here:
        reader, niks = here.reader, here.niks
        variables = {"nik": niks[0]}
        told = await ask(here.app, "/graphql", {"query": QUERY, "variables": variables}, here.token)
    scoped = {name: str(value) for name, value in reader.params.items() if name not in ("nik", "today")}
    assert "$today" not in reader.statement
    return _Case(here.settings, here.token, niks, reader.statement, scoped, told["data"]["personByNik"])


async def officer(opened: OpenHub, kelurahan: str) -> str:
    """The token of an officer who sees one kelurahan."""
    admin = opened.actor(ADMIN)
    await opened.hub.submit(admin, RegisterActor("lurah", None), wait=False)
    await opened.hub.submit(admin, GrantRole("lurah", "petugas_kelurahan", "Ukur.", None, kelurahan))
    return issue(opened.settings, opened.actor("lurah").id, 600)
