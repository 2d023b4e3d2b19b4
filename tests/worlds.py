"""Small made-up graphs for tests of what is seen, and how they are put into a real Neo4j."""

from __future__ import annotations

from datetime import date
from typing import Any

from neo4j import Driver

from graph_schema import find_property, visibility_label, visibility_until
from hub.domain.standard.names import name_key
from hub.domain.standard.searching import search_key
from hub.domain.standard.text import tidy
from tests.oracle import World

CITY, KECAMATAN, KELURAHAN, OTHER = "3273", "327301", "3273011001", "3273021001"
# In parts, since a whole city in one transaction would not fit into the heap of the servers that tests start.
_WIPE = "MATCH (n) WHERE NOT n:SchemaVersion CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"


def identifier(number: int) -> str:
    """A UUID that sorts by its number."""
    return f"018f0000-0000-7000-8000-{number:012x}"


def backbone() -> World:
    """Areas of one city, two agencies with a programme each, two finished releases and a newer one under way."""
    world = World()
    for number, (code, level, bps) in enumerate(
        [(CITY, "CITY", "3273"), (KECAMATAN, "KECAMATAN", "3273070"), (KELURAHAN, "KELURAHAN", None),
         (OTHER, "KELURAHAN", "3273080001")]
    ):  # fmt: skip
        world.add(
            "Area",
            identifier(number),
            system="KEMENDAGRI",
            code=code,
            name=f"W{code}",
            level=level,
            bps_code=bps,
        )
    world.join(identifier(1), "PART_OF", identifier(0))
    world.join(identifier(2), "PART_OF", identifier(1))
    for number, code in enumerate(("dinsos", "disdik")):
        agency = world.add("Agency", identifier(10 + number), code=code, name=code.upper())
        programme = world.add(
            "Programme", identifier(20 + number), version=1, code=f"P-{code}", name=f"Program {code}",
            unit="PERSON", funded_by=None, needs=["pangan"], quota=3, agency=code,
        )  # fmt: skip
        world.join(programme, "RUN_BY", agency)
    for number, (as_of, status) in enumerate(
        (("2024-01-31", "CLOSED"), ("2024-06-30", "CLOSED"), ("2024-12-31", "OPEN"))
    ):
        world.add(
            "Release", identifier(30 + number), register="dtks", label=as_of[:7], as_of=as_of, status=status,
            accepted=3, repeated=0, refused=1, digest="ab",
        )  # fmt: skip
    return world


def wipe(driver: Driver, database: str) -> None:
    """Leave nothing in the graph but its schema, as if no hub had ever used it."""
    with driver.session(database=database) as session:
        session.run(_WIPE).consume()


def pour(world: World, driver: Driver, database: str) -> None:
    """Replace everything in the graph by this world."""
    wipe(driver, database)
    with driver.session(database=database) as session, session.begin_transaction() as tx:
        labels: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for node in world.nodes.values():
            names, properties = _stored(node)
            labels.setdefault(names, []).append(properties)
        for names, rows in labels.items():
            tx.run(f"UNWIND $rows AS row CREATE (n:{':'.join(names)}) SET n = row", rows=rows).consume()
        for kind in sorted({kind for _, kind, *_ in world.edges}):
            rows = [{"a": a, "b": b, "p": bears} for a, name, b, bears in world.edges if name == kind]
            tx.run(
                "UNWIND $rows AS row MATCH (a {id: row.a}), (b {id: row.b}) "
                f"CREATE (a)-[r:{kind}]->(b) SET r = row.p",
                rows=rows,
            ).consume()
        tx.commit()


def _stored(node: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    label, until = node[":"], node.get("vis", {})
    properties = {
        name: date.fromisoformat(value) if value and find_property(label, name).type == "DATE" else value
        for name, value in node.items()
        if name not in {":", "vis"}
    }
    if label == "Person":
        key = name_key(tidy(node.get("name") or ""))
        properties |= {
            "search_key": search_key(key),
            "born_key": f"{node.get('born_on') or '~'} {node['id']}",
        }
    if label == "Household":
        properties["area_key"] = f"{node.get('kelurahan') or '~'} {node['id']}"
    properties |= {
        visibility_until(agency): last and date.fromisoformat(last) for agency, last in until.items()
    }
    return (label, *(visibility_label(agency) for agency in sorted(until))), properties
