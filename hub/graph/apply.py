"""Ops as a handful of batched Cypher statements inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from neo4j import ManagedTransaction, Transaction

from hub.graph.ops import Add, Drop, Op, Put, Tie

Tx = ManagedTransaction | Transaction


class Folded:
    """A batch of ops reduced to what is left to do: one put a node, one tie a node and type.

    Within a batch the last word counts, so folding keeps the outcome and lets each statement serve many facts.
    """

    def __init__(self, ops: Iterable[Op]) -> None:
        self.puts: dict[tuple[str, str], tuple[dict[str, Any], bool]] = {}
        self.marks: dict[tuple[str, str], dict[str, None]] = {}
        self.ties: dict[tuple[str, str, str], Tie] = {}
        self.adds: dict[Add, None] = {}
        self.drops: dict[str, dict[str, None]] = {}
        for op in ops:
            if isinstance(op, Put):
                self._put(op)
            elif isinstance(op, Add):
                self.adds[op] = None
            elif isinstance(op, Drop):
                self.drops.setdefault(op.label, {})[op.id] = None
            else:
                before = self.ties.get((op.label, op.id, op.type))
                fresh = op.fresh if before is None else before.fresh
                self.ties[(op.label, op.id, op.type)] = op if op.fresh == fresh else replace(op, fresh=fresh)

    def _put(self, op: Put) -> None:
        properties, _ = self.puts.setdefault((op.label, op.id), ({}, op.fresh))
        properties.update(op.properties)
        for mark in op.marks:
            self.marks.setdefault((op.label, mark), {})[op.id] = None


def apply(tx: Tx, ops: Iterable[Op]) -> None:
    """Carry out ops: nodes, marks, relationships, then what goes. Labels and types come from our own tables."""
    folded = Folded(ops)
    _put_nodes(tx, folded)
    for (label, mark), ids in folded.marks.items():
        tx.run(f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) SET n:`{mark}`", ids=list(ids)).consume()
    _tie_nodes(tx, folded)
    for label, dropped in folded.drops.items():
        tx.run(f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) DETACH DELETE n", ids=list(dropped)).consume()


def _put_nodes(tx: Tx, folded: Folded) -> None:
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for (label, subject), (properties, fresh) in folded.puts.items():
        row = {"id": subject, "p": {**properties, "id": subject} if fresh else properties}
        groups.setdefault((label, fresh), []).append(row)
    for (label, fresh), rows in groups.items():
        if fresh:
            tx.run(f"UNWIND $rows AS row CREATE (n:{label}) SET n = row.p", rows=rows).consume()
        else:
            query = f"UNWIND $rows AS row MATCH (n:{label} {{id: row.id}}) SET n += row.p"
            tx.run(query, rows=rows).consume()


def _tie_nodes(tx: Tx, folded: Folded) -> None:
    stale: dict[tuple[str, str, bool], list[str]] = {}
    pairs: dict[tuple[str, str, str, str, bool, bool], list[list[Any]]] = {}
    more: dict[tuple[str, str, str, bool, tuple[str, ...]], list[list[str]]] = {}
    for tie in folded.ties.values():
        if not tie.fresh:
            stale.setdefault((tie.label, tie.type, tie.inward), []).append(tie.id)
        kind = (tie.label, tie.type, tie.target, tie.target_key, tie.inward, bool(tie.bears))
        pairs.setdefault(kind, []).extend([tie.id, each, bears] for each, bears in tie.ends)
    for add in folded.adds:
        names = tuple(name for name, _ in add.properties)
        rows = more.setdefault((add.label, add.type, add.target, add.fresh, names), [])
        rows.append([add.id, add.to, *(value for _, value in add.properties)])
    for (label, type_, inward), ids in stale.items():
        arrow = _arrow(f"r:{type_}", inward)
        tx.run(f"UNWIND $ids AS id MATCH (:{label} {{id: id}}){arrow}() DELETE r", ids=ids).consume()
    for (label, type_, target, key, inward, bears), ends in pairs.items():
        if ends:
            made = f"CREATE (a){_arrow(f'r:{type_}', inward)}(b){' SET r = row[2]' if bears else ''}"
            tx.run(_tie_statement(label, target, key, made), rows=ends).consume()
    for (label, type_, target, fresh, names), rows in more.items():
        said = ", ".join(f"{name}: row[{at}]" for at, name in enumerate(names, start=2))
        arrow = _arrow(f":{type_} {{{said}}}" if said else f":{type_}")
        made = f"{'CREATE' if fresh else 'MERGE'} (a){arrow}(b)"
        tx.run(_tie_statement(label, target, "id", made), rows=rows).consume()


def _arrow(said: str, inward: bool = False) -> str:
    return f"<-[{said}]-" if inward else f"-[{said}]->"


def _tie_statement(label: str, target: str, key: str, made: str) -> str:
    # The indexes are named, or a plan that was made while the graph was all but empty scans each label for each row.
    return (
        f"UNWIND $rows AS row MATCH (a:{label} {{id: row[0]}}) USING INDEX a:{label}(id) "
        f"MATCH (b:{target} {{{key}: row[1]}}) USING INDEX b:{target}({key}) {made}"
    )
