"""The proof that one record stands in the ledger, at growing sizes."""

from __future__ import annotations

from random import Random
from statistics import median
from typing import Any

from sqlalchemy import Engine, insert

from hub.domain.kinds import Log
from hub.ledger import tree
from hub.ledger.engine import open_engine, writing
from hub.ledger.note import Signer
from hub.ledger.proofs import Proofs
from hub.ledger.rows import EntryRow, NodeRow, table
from hub.ledger.vault import LedgerKeys
from tests.benchmarks.material import entry_row
from tests.benchmarks.measure import ORIGIN, Ground, Row, seconds

_STRIDE = 20_000


def proof(ground: Ground) -> list[Row]:
    """Milliseconds from asking for the proof of an entry until it was verified against the root."""
    sizes = (10_000,) if ground.quick else (10_000, 1_000_000)
    return [_row(ground, size) for size in sizes]


def _row(ground: Ground, size: int) -> Row:
    engine = open_engine(f"sqlite:///{ground.fresh('proof') / 'ledger.db'}")
    try:
        leaves, root = _grow(engine, size)
        proofs = Proofs(engine, {log: Signer(ORIGIN, LedgerKeys.generate().signing) for log in Log})
        draw = Random(7)
        taken = sorted(_prove(proofs, draw.randrange(size), leaves, root) for _ in range(300))
    finally:
        engine.dispose()
    note = f"p99 {taken[-3] * 1000:.2f} ms; only leaves and nodes are there; goal 5 ms at 10 million"
    return Row(f"proof of one entry in {size:,}", median(taken) * 1000, "ms", note=note)


def _prove(proofs: Proofs, index: int, leaves: list[bytes], root: bytes) -> float:
    size = len(leaves)

    def prove() -> None:
        path = proofs.inclusion(Log.CHANGES, index + 1, size)
        tree.verify_inclusion(index, size, leaves[index], path, root)

    return seconds(prove)


def _grow(engine: Engine, size: int) -> tuple[list[bytes], bytes]:
    """A log of that many entries, of which only what proofs need is real; its leaf hashes and its root."""
    leaves = [tree.leaf_hash(b"%d" % index) for index in range(size)]
    frontier, like = tree.Frontier(), entry_row(0, b"")
    for begin in range(0, size, _STRIDE):
        entries: list[dict[str, Any]] = []
        nodes: list[dict[str, Any]] = []
        for index, each in enumerate(leaves[begin : begin + _STRIDE], begin):
            entries.append({**like, "seq": index + 1, "request": str(index), "leaf_hash": each})
            nodes += [
                {"log": "changes", "level": level, "idx": place, "hash": made}
                for level, place, made in frontier.append(each)
            ]
        with writing(engine) as connection:
            connection.execute(insert(table(EntryRow)), entries)
            connection.execute(insert(table(NodeRow)), nodes)
    return leaves, frontier.root()
