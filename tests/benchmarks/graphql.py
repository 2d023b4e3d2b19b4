"""Pages and trees through the whole API beside a bare handler with the same Cypher, and what compiling rights costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import orjson

import policies
from hub.access.policy import Policy
from hub.cli.asgi import post as ask
from hub.domain.facts import Grant, Standing
from hub.settings import Settings
from tests.benchmarks.load import CONNECTIONS, Load, answer, load, post
from tests.benchmarks.measure import Ground, Row
from tests.benchmarks.points import counter
from tests.benchmarks.processes import serving

_NODE = "edges { node { id name nik sex bornOn } }"
_TREE = "edges { node { id name familyCards { id persons { id name address { id rw area { code } } } } } }"
QUERIES: Mapping[str, str] = {
    "page of 50 persons": f"{{ persons(first: 50) {{ {_NODE} }} }}",
    "page of 50 persons with totalCount": f"{{ persons(first: 50) {{ totalCount {_NODE} }} }}",
    "tree four deep below 50 persons": f"{{ persons(first: 50) {{ {_TREE} }} }}",
}
RULES = 1_000


@dataclass(frozen=True, slots=True)
class _Case:
    """A hub, an officer's token, and what the graph is asked for each query."""

    settings: Settings
    token: str
    statements: Mapping[str, str]
    params: Mapping[str, Any]


def graphql(ground: Ground) -> list[Row]:
    """Requests a second by an officer who sees one kelurahan and not every field, each answer recorded."""
    case = asyncio.run(_prepared(ground))
    log = ground.fresh("servers")
    names = {name: f"q{at}" for at, name in enumerate(QUERIES)}
    bare = orjson.dumps(
        {"statements": {names[each]: text for each, text in case.statements.items()}, "params": case.params}
    )
    with (
        serving(case.settings, log / "hub.log", "-m", "hub", "serve", "--port", "0", "--json") as hub,
        serving(case.settings, log / "bare.log", "-m", "tests.benchmarks.bare", given=bare) as handler,
    ):
        rows = [_row(case, each, (hub, f"{handler}/{names[each]}"), ground) for each in QUERIES]
    return [*rows, _compiling()]


def _row(case: _Case, name: str, urls: tuple[str, str], ground: Ground) -> Row:
    """The middle one of rounds in turn; the first warms up."""
    body = orjson.dumps({"query": QUERIES[name], "variables": {}})
    requests = {url: post(url, body, {"Authorization": f"Bearer {case.token}"}) for url in urls}
    told, rows = (orjson.loads(answer(url, requests[url])) for url in urls)
    # Both ask for one row more than the page has, to know whether there is another.
    assert (
        len(told["data"]["persons"]["edges"]) == 50 <= sum(each["place"] is not None for each in rows) <= 51
    )
    number, rounds = (40, 2) if ground.quick else (400, 6)
    loads = [[load(url, [requests[url]] * number) for url in urls] for _ in range(rounds)][1:]
    hub, bare = (
        sorted(column, key=lambda each: each.rate)[len(column) // 2] for column in zip(*loads, strict=True)
    )
    note = f"goal 0.6x; {_spread(hub)} beside {_spread(bare)}; {CONNECTIONS} connections"
    return Row(name, hub.rate, "requests/s", "bare Starlette + async driver, same Cypher", bare.rate, note)


def _spread(each: Load) -> str:
    return f"p50 {each.p50:.1f} p99 {each.p99:.1f} ms"


def _compiling() -> Row:
    """Rights of an officer nobody has asked as before, under many rules."""
    shipped = policies.rules()
    lines = [
        f"petugas_kelurahan, o{n}, person:read, Person, verval, territory, show, allow" for n in range(RULES)
    ]
    missing = RULES - sum(line[:1] not in ("#", "") for line in shipped["policy.csv"].splitlines())
    policy = Policy.load(shipped | {"policy.csv": "\n".join([shipped["policy.csv"], *lines[:missing]])}, 1)
    times = []
    for n in range(21):
        grants = (Grant("g", "petugas_kelurahan", None, f"32730110{n:02}", "2020-01-01", None),)
        begun = time.perf_counter()
        scope = policy.scope(Standing("a", "n", 1, None, False, grants), None, "2026-06-15")
        for label, name in (
            ("Person", "name"),
            ("Person", "nik"),
            ("Enrolment", "status"),
            ("Address", "text"),
        ):
            scope.treatment(label, name)
        times.append(1_000 * (time.perf_counter() - begun))
    note = f"goal 20 ms; longest {max(times):.1f} ms"
    return Row(f"scope compiled from {RULES:,} rules", median(times), "ms", note=note)


async def _prepared(ground: Ground) -> _Case:
    """The statement that each query becomes."""
    statements = {}
    async with counter(ground) as here:
        for name, query in QUERIES.items():
            told = await ask(here.app, "/graphql", {"query": query}, here.token)
            assert len(told["data"]["persons"]["edges"]) == 50, told
            statements[name] = here.reader.statement
            assert "$today" not in here.reader.statement
    params = {name: value for name, value in here.reader.params.items() if name != "today"}
    return _Case(here.settings, here.token, statements, params)
