"""How often a search for a damaged name has the right person among its first five, and how long it takes."""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import policies
from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.demo import slips
from hub.demo.city import write_city
from hub.domain.facts import Grant, Standing
from hub.domain.ids import new_id
from hub.domain.selection import pick
from hub.domain.standard.names import name_key
from hub.domain.standard.searching import search_key
from hub.domain.standard.text import tidy
from hub.graph.connect import async_driver
from hub.graph.read import GraphReader
from hub.graph.select import prepare
from hub.questions.model import PersonsByName
from tests.benchmarks.material import SEED
from tests.benchmarks.measure import Ground, Row

DAMAGES: Mapping[str, slips.NameSlip] = {
    "as written": lambda rng, name, sex: name, "respelt": slips.respelt, "mistyped": slips.mistyped,
    "a word missing": slips.dropped, "initials": slips.initialled, "run together": slips.joined,
    "swapped": slips.swapped, "words added": slips.added, "titled": slips.titled,
}  # fmt: skip
FIRST = 5
_MAKE = """
UNWIND $rows AS row CREATE (p:Person) SET p = row, p.born_on = date(row.born_on)
"""
_SELECTION = (pick("edges", pick("node", pick("id"), pick("name"))),)


@dataclass(frozen=True, slots=True)
class Resident:
    """Whom to look for, and where."""

    id: str
    name: str
    sex: str
    born_on: str
    kelurahan: str


def searches(ground: Ground) -> list[Row]:
    """Rows by where the search looks: the kelurahan, the kecamatan, the city with the birth date."""
    settings = ground.settings()
    city = write_city(ground.fresh("city"), 2_000 if ground.quick else 20_000, SEED)
    residents = list(_residents(city.truth / "population.csv"))
    with ground.driver() as driver:
        for at in range(0, len(residents), 5_000):
            rows = [_node(each) for each in residents[at : at + 5_000]]
            driver.execute_query(_MAKE, rows=rows, database_=ground.graph.database)
        driver.execute_query("MERGE (h:LedgerHead {id: 'changes'}) SET h.seq = 1")
        driver.execute_query("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    sample = Random(SEED).sample(residents, 40 if ground.quick else 400)  # no secret
    return asyncio.run(_asked(ground, settings.query_timeout, sample))


async def _asked(ground: Ground, timeout: float, sample: list[Resident]) -> list[Row]:
    scope = _steward()
    rows, missed = [], dict.fromkeys(DAMAGES, 0)
    async with async_driver(ground.graph) as driver:
        reader = GraphReader(driver, ground.graph.database, timeout)
        for where in ("kelurahan", "kecamatan", "birth date"):
            found, times = 0, []
            for kind, damage in DAMAGES.items():
                rng = Random(SEED)  # no secret
                for each in sample:
                    begun = time.perf_counter()
                    hit = await _finds(reader, scope, each, (damage(rng, each.name, each.sex), where))
                    times.append(1_000 * (time.perf_counter() - begun))
                    found += hit
                    missed[kind] += not hit
            asked = len(sample) * len(DAMAGES)
            times.sort()
            spread = f"p50 {times[asked // 2]:.1f}, p95 {times[asked * 19 // 20]:.1f} ms"
            note = f"of {asked:,} damaged names, {where} known; {spread}"
            rows.append(
                Row(f"search, right person in the first {FIRST}", 100 * found / asked, "%", note=note)
            )
    worst = ", ".join(f"{kind} {100 * n / (3 * len(sample)):.1f} %" for kind, n in missed.items())
    return [*rows, Row("search, missed by kind of damage", None, "", note=worst)]


async def _finds(reader: GraphReader, scope: Scope, who: Resident, asked: tuple[str, str]) -> bool:
    text, where = asked
    area = {"kelurahan": who.kelurahan, "kecamatan": who.kelurahan[:6]}.get(where)
    question = PersonsByName(text, _SELECTION, area, None if area else who.born_on)
    prepared = prepare(question, scope, bytes(32))
    data: Any = prepared.view((await reader.answer(prepared)).rows).data
    return who.id in [edge["node"]["id"] for edge in data["edges"]][:FIRST]


def _residents(file: Path) -> Iterator[Resident]:
    with file.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            sex = {"1": "L", "2": "P"}[row["sex"]]
            yield Resident(new_id(), row["name"], sex, row["birth_date"], row["kelurahan_legal"])


def _node(each: Resident) -> dict[str, Any]:
    key = name_key(tidy(each.name))
    return {
        "id": each.id, "name": each.name, "name_key": key, "sort_key": f"{key} {each.id}",
        "search_key": search_key(key), "kelurahan": each.kelurahan, "born_on": each.born_on,
    }  # fmt: skip


def _steward() -> Scope:
    grants = (Grant("g", "walidata", "diskominfo", None, "2020-01-01", None),)
    policy = Policy.load(policies.rules(), 1)
    return policy.scope(
        Standing("a", "n", 1, "diskominfo", False, grants),
        None,
        date.today().isoformat(),
    )
