"""Finding where graph and ledger differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from neo4j import Driver
from neo4j.time import Date

from graph_schema import NODES
from graph_schema.ddl import constraints, indexes, text_indexes
from hub.domain.facts import Fact
from hub.graph.connect import graph_errors
from hub.graph.ops import Add, Drop, Op, Put, Tie
from hub.graph.project import Source, ops_of

_OWN = ("LedgerHead", "SchemaVersion")
"""Labels of the hub's own bookkeeping, which no fact speaks of."""
_LABELS = tuple(node.label for node in NODES if node.label not in _OWN)
_NODES = (
    "MATCH (n) WHERE NOT (labels(n) = ['LedgerHead'] AND n.id = 'changes') "
    "AND NOT (labels(n) = ['SchemaVersion'] AND n.id = 'graph') RETURN labels(n) AS labels, properties(n) AS p"
)
_INDEXES = """
SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint, state, type
WHERE state = 'ONLINE' AND properties IS NOT NULL
RETURN labelsOrTypes[0] AS label, properties,
  CASE WHEN type = 'FULLTEXT' THEN 'full-text index' WHEN owningConstraint IS NULL THEN 'index'
    ELSE 'unique constraint' END AS kind
"""
_TIES = "MATCH (a)-[r]->(b) RETURN labels(a) AS labels, a.id AS id, type(r) AS type, b.id AS to, properties(r) AS p"

Key = tuple[str, str]
_Edge = tuple[str, str, str, str, tuple[tuple[str, str], ...]]
"""Label, id, type, id of the target, properties."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which graph and ledger disagree; no value is repeated, since it may be personal."""

    label: str
    subject: str
    what: str


class ExpectedGraph:
    """The graph that facts add up to, in memory."""

    def __init__(self) -> None:
        self.nodes: dict[Key, dict[str, Any]] = {}
        self.marks: dict[Key, set[str]] = {}
        self.ties: dict[tuple[str, str, str], Tie] = {}
        self.adds: set[Add] = set()

    def apply(self, ops: Iterable[Op]) -> None:
        """Carry out ops as Neo4j would."""
        for op in ops:
            key = (op.label, op.id)
            if isinstance(op, Put):
                node = self.nodes.setdefault(key, {"id": op.id})
                node.update(op.properties)
                self.marks.setdefault(key, set()).update(op.marks)
            elif isinstance(op, Add):
                self.adds.add(op)
            elif isinstance(op, Drop):
                self.nodes.pop(key, None)
                self.marks.pop(key, None)
            else:
                self.ties[(*key, op.type)] = op

    def properties(self, key: Key) -> dict[str, Any]:
        """The properties a node should have; what is None is not there."""
        return {name: value for name, value in self.nodes[key].items() if value is not None}

    def relationships(self) -> set[_Edge]:
        """Every relationship that should be there."""
        by_code = {(label, node.get("code")): subject for (label, subject), node in self.nodes.items()}
        found: set[_Edge] = {
            (add.label, add.id, add.type, add.to, add.properties)
            for add in self.adds
            if (add.label, add.id) in self.nodes and (add.target, add.to) in self.nodes
        }
        for tie in self.ties.values():
            for each, bears in tie.ends if (tie.label, tie.id) in self.nodes else ():
                to = each if tie.target_key == "id" else by_code.get((tie.target, each))
                if to is not None and (tie.target, to) in self.nodes:
                    said = tuple(sorted((name, str(value)) for name, value in bears.items()))
                    here, there = (tie.label, tie.id), (tie.target, to)
                    (label, start), (_, end) = (there, here) if tie.inward else (here, there)
                    found.add((label, start, tie.type, end, said))
        return found


def expected(source: Source, upto: int) -> ExpectedGraph:
    """The graph that the first `upto` entries add up to."""
    graph, after = ExpectedGraph(), 0
    while after < upto:
        batch = [each for each in source.changes(after) if each[0] <= upto]
        if not batch:
            break
        facts: Iterator[Fact] = (fact for _, each in batch for fact in each)
        graph.apply(ops_of(facts, source.payloads))
        after = batch[-1][0]
    return graph


def differences(driver: Driver, database: str, source: Source) -> tuple[int, list[Difference]]:
    """Entry up to which the graph was compared, and every difference found: schema, nodes, relationships."""
    with graph_errors(), driver.session(database=database) as session:
        head = session.run("MATCH (h:LedgerHead {id: 'changes'}) RETURN h.seq AS seq").single()
        seq = int(head["seq"]) if head else 0
        graph = expected(source, seq)
        found = list(_schema_differences(session.run(_INDEXES)))
        found += _node_differences(graph, session.run(_NODES))
        found += _tie_differences(graph, session.run(_TIES))
    return seq, found


def _schema_differences(rows: Iterable[Any]) -> Iterator[Difference]:
    """Constraints and indexes that are not there: without the one nodes may be doubled, without the other all is slow."""
    standing = {(row["label"], tuple(row["properties"]), row["kind"]) for row in rows}
    wanted = [(each.label, each.properties, "unique constraint") for each in constraints()]
    wanted += [(each.label, each.properties, "index") for each in indexes()]
    wanted += [(each.label, (each.column,), "full-text index") for each in text_indexes()]
    for label, properties, kind in wanted:
        if (label, properties, kind) not in standing:
            yield Difference(label, "", f"lacks the {kind} on {', '.join(properties)}")


def _node_differences(graph: ExpectedGraph, rows: Iterable[Any]) -> Iterator[Difference]:
    missing = set(graph.nodes)
    for row in rows:
        label = next((each for each in row["labels"] if each in _LABELS), "/".join(row["labels"]))
        key = (label, str(row["p"].get("id")))
        if key not in graph.nodes:
            yield Difference(*key, "stands in the graph, but the ledger does not know it")
            continue
        if key not in missing:
            yield Difference(*key, "stands in the graph twice")
            continue
        missing.discard(key)
        yield from _property_differences(graph, key, row["p"])
        if set(row["labels"]) - {label} != graph.marks.get(key, set()):
            yield Difference(*key, "bears other labels than the ledger says")
    for key in sorted(missing):
        yield Difference(*key, "is missing from the graph")


def _property_differences(graph: ExpectedGraph, key: Key, actual: dict[str, Any]) -> Iterator[Difference]:
    wanted = graph.properties(key)
    for name in sorted(wanted.keys() | actual.keys()):
        given = actual.get(name)
        given = given.to_native() if isinstance(given, Date) else given
        if type(wanted.get(name)) is not type(given) or wanted.get(name) != given:
            yield Difference(*key, f"differs in {name}")


def _tie_differences(graph: ExpectedGraph, rows: Iterable[Any]) -> list[Difference]:
    wanted, actual, twice = graph.relationships(), set(), []
    for row in rows:
        label = next((each for each in row["labels"] if each in _LABELS), "/".join(row["labels"]))
        bears = tuple(sorted((name, str(value)) for name, value in row["p"].items()))
        tie = (label, str(row["id"]), str(row["type"]), str(row["to"]), bears)
        if tie in actual:
            twice.append(Difference(label, tie[1], f"{tie[2]} to {tie[3]} stands twice"))
        actual.add(tie)
    return [
        *twice,
        *(Difference(each[0], each[1], f"lacks {each[2]} to {each[3]}") for each in sorted(wanted - actual)),
        *(
            Difference(each[0], each[1], f"has {each[2]} to {each[3]} too many")
            for each in sorted(actual - wanted)
        ),
    ]
