"""From a register file to persons that can be read, beside a bare UNWIND of the very same graph."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.bootstrap import open_graph, open_hub
from hub.cli.intake import take_in_and_form
from hub.demo.city import write_city
from hub.graph.connect import SyncDriver, silent
from hub.intake.release import Delivery
from hub.settings import Settings
from tests.benchmarks.material import SEED
from tests.benchmarks.measure import Ground, Row, empty, in_turn, seconds, without_graph

BARE = "driver UNWIND of the same nodes and relationships"
_STRIDE = 5_000
_NODES = """
MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:LedgerHead
RETURN labels(n) AS labels, properties(n) AS properties
"""
_TIES = """
MATCH (a)-[r]->(b) RETURN labels(a)[0] AS label, type(r) AS type, labels(b)[0] AS target, a.id AS a, b.id AS b
"""
_SIZE = """
MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:LedgerHead
RETURN count(n) AS nodes, sum(COUNT { (n)-->() }) AS ties
"""


def intake(ground: Ground) -> list[Row]:
    """Rows of a made-up DTKS file a second, until sealed in the ledger and until the graph shows their persons."""
    city = write_city(ground.fresh("city"), 1_500 if ground.quick else 12_000, SEED)
    file = Delivery("dtks", (city.dtks,), "ukur", city.as_of)
    rows = city.rows + city.refused
    with ground.driver() as driver:
        database = ground.graph.database
        settings = ground.settings()
        asyncio.run(taken_in(settings, file))
        graph = Graph.read(driver, database)

        def sealed() -> float:
            return rows / asyncio.run(taken_in(without_graph(ground.settings()), file))[0]

        def copied() -> float:
            empty(driver, database)
            return rows / _copied(settings)

        def readable() -> float:
            return rows / asyncio.run(taken_in(ground.settings(), file))[0]

        def unwound() -> float:
            empty(driver, database)
            taken = seconds(lambda: graph.write(driver, database))
            assert _size(driver, database) == graph.size
            return rows / taken

        unwound()  # warms up
        first, second, both, bare = in_turn(1 if ground.quick else 3, sealed, copied, readable, unwound)
    note = f"{rows:,} rows, {graph.size[0]:,} nodes, {graph.size[1]:,} relationships"
    return [
        Row("file to sealed facts, persons formed", first, "rows/s", note="Neo4j down"),
        Row("sealed facts to graph", second, "rows/s", BARE, bare),
        Row("file to readable in the graph", both, "rows/s", BARE, bare, f"goal 0.7x; {note}"),
    ]


async def taken_in(settings: Settings, file: Delivery) -> tuple[float, int]:
    """Seconds to take a release in and form its persons, until the graph shows them if there is one; and its rows."""
    async with open_hub(settings) as opened:
        begun = time.perf_counter()
        result = await take_in_and_form(opened, file, silent)
        assert result.accepted > 0, result
        return time.perf_counter() - begun, result.rows


def _copied(settings: Settings) -> float:
    """Seconds for the projector to copy a whole ledger into the emptied graph."""
    with open_graph(settings) as opened:
        return seconds(opened.projector.catch_up)


@dataclass(frozen=True, slots=True)
class Graph:
    """What stands in a graph, ready to be written again."""

    nodes: Mapping[str, Sequence[Mapping[str, Any]]]
    """Labels, as Cypher writes them → properties."""
    ties: Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]
    """(label, type, label of the target) → pairs of ids."""

    @classmethod
    def read(cls, driver: SyncDriver, database: str) -> Graph:
        """All nodes and relationships but the projector's own."""
        nodes: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        ties: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        with driver.session(database=database) as session:
            for each in session.run(_NODES):
                nodes[":".join(each["labels"])].append(each["properties"])
            for each in session.run(_TIES):
                ties[each["label"], each["type"], each["target"]].append((each["a"], each["b"]))
        return cls(nodes, ties)

    @property
    def size(self) -> tuple[int, int]:
        """Number of nodes and of relationships."""
        return sum(map(len, self.nodes.values())), sum(map(len, self.ties.values()))

    def write(self, driver: SyncDriver, database: str) -> None:
        """Create them all, as somebody would who has nothing but the driver."""
        with driver.session(database=database) as session:
            for labels, nodes in self.nodes.items():
                for some in _strides(nodes):
                    session.run(f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row", rows=some).consume()
            for (label, type_, target), pairs in self.ties.items():
                for some in _strides([list(pair) for pair in pairs]):
                    session.run(_tie(label, type_, target), rows=some).consume()


def _tie(label: str, type_: str, target: str) -> str:
    return (
        f"UNWIND $rows AS row MATCH (a:{label} {{id: row[0]}}) MATCH (b:{target} {{id: row[1]}}) "
        f"CREATE (a)-[:{type_}]->(b)"
    )


def _strides(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(rows), _STRIDE):
        yield rows[begin : begin + _STRIDE]


def _size(driver: SyncDriver, database: str) -> tuple[int, int]:
    record = driver.execute_query(_SIZE, database_=database).records[0]
    return int(record["nodes"]), int(record["ties"])
