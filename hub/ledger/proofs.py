"""Checkpoints and proofs of a ledger: read back before signing, refuse to go on when something is missing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import groupby

from sqlalchemy import Connection, Engine, bindparam, func, insert, select

from hub.domain.errors import InvalidInput, LedgerFault
from hub.domain.kinds import Log
from hub.ledger import tree
from hub.ledger.batch import frontier_at, read_nodes
from hub.ledger.engine import database_errors, writing
from hub.ledger.note import Checkpoint, Signer
from hub.ledger.rows import CheckpointRow, EntryRow, FactRow, table

_ENTRY, _FACT, _CHECKPOINT = table(EntryRow), table(FactRow), table(CheckpointRow)
_STRIDE = 500
_LEAVES = (
    select(_ENTRY.c.seq, _ENTRY.c.data, _ENTRY.c.facts_root)
    .where(
        _ENTRY.c.log == bindparam("log"), _ENTRY.c.seq > bindparam("after"), _ENTRY.c.seq <= bindparam("upto")
    )
    .order_by(_ENTRY.c.seq)
)
_FACT_BYTES = (
    select(_FACT.c.seq, _FACT.c.data)
    .where(
        _FACT.c.log == bindparam("log"), _FACT.c.seq > bindparam("after"), _FACT.c.seq <= bindparam("upto")
    )
    .order_by(_FACT.c.seq, _FACT.c.pos)
)


def size_of(connection: Connection, log: Log) -> int:
    """Number of entries of a log."""
    return connection.execute(select(func.max(_ENTRY.c.seq)).where(_ENTRY.c.log == log.value)).scalar() or 0


class Proofs:
    """Signs and proves the two logs of a ledger."""

    def __init__(self, engine: Engine, signers: Mapping[Log, Signer]) -> None:
        self._engine = engine
        self.signers = signers
        self._signing = threading.Lock()

    def refuse_when_shortened(self) -> None:
        """Raise LedgerFault when a log holds fewer entries than its newest checkpoint says."""
        for log in Log:
            last, size = self.newest(log), self.size(log)
            if last is not None and size < last.size:
                raise LedgerFault(
                    f"The log {log.value} holds {size} entries, but {last.size} were signed.",
                    "Entries were removed, or an older copy was put back. Restore the newest copy and start again.",
                )

    def size(self, log: Log) -> int:
        """Number of entries."""
        with database_errors(), self._engine.connect() as connection:
            return size_of(connection, log)

    def newest(self, log: Log, size: int | None = None) -> Checkpoint | None:
        """The newest signed checkpoint; with `size`, the oldest one of at least that many entries."""
        query = select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.log == log.value)
        if size is None:
            query = query.order_by(_CHECKPOINT.c.size.desc())
        else:
            query = query.where(_CHECKPOINT.c.size >= size).order_by(_CHECKPOINT.c.size)
        with database_errors(), self._engine.connect() as connection:
            note = connection.execute(query.limit(1)).scalar()
        return self.signers[log].verifier.open(str(note)) if note is not None else None

    def checkpoint(self, log: Log) -> Checkpoint | None:
        """Sign a log as it stands, after reading back what came since the last checkpoint; None when it is empty.

        Raises LedgerFault when what is read back does not hash to what was stored: then nothing is signed.
        """
        with self._signing, database_errors():
            last, size = self.newest(log), self.size(log)
            if last is not None and size < last.size:
                raise LedgerFault(f"The log {log.value} holds {size} entries, but {last.size} were signed.")
            if size == 0 or (last is not None and last.size == size):
                return last
            root = self._read_back(log, last, size)
            return self._keep(log, self.signers[log].sign(size, root))

    def inclusion(self, log: Log, seq: int, size: int) -> list[bytes]:
        """The audit path of entry `seq` (from 1) in the tree of `size` entries, leaf upwards."""
        return self._path(log, size, tree.inclusion_ranges(seq - 1, size))

    def consistency(self, log: Log, size1: int, size2: int) -> list[bytes]:
        """The proof that the tree of `size1` entries is the beginning of that of `size2`."""
        return self._path(log, size2, tree.consistency_ranges(size1, size2))

    def root(self, log: Log, size: int) -> bytes:
        """Root of the tree of the first `size` entries, from stored nodes."""
        with database_errors(), self._engine.connect() as connection:
            return frontier_at(connection, log.value, size).root()

    def _path(self, log: Log, size: int, ranges: list[tuple[int, int]]) -> list[bytes]:
        with database_errors(), self._engine.connect() as connection:
            held = size_of(connection, log)
            if size > held:
                raise InvalidInput(f"The log holds {held} entries, not {size}.", "Ask for a smaller tree.")
            return tree.read_ranges(ranges, read_nodes(connection, log.value))

    def _read_back(self, log: Log, last: Checkpoint | None, size: int) -> bytes:
        with self._engine.connect() as connection:
            frontier = frontier_at(connection, log.value, last.size if last else 0)
            if last is not None and frontier.root() != last.root:
                raise LedgerFault(
                    f"The tree of {log.value} does not grow from its checkpoint of {last.size}."
                )
            while frontier.size < size:
                window = {
                    "log": log.value,
                    "after": frontier.size,
                    "upto": min(size, frontier.size + _STRIDE),
                }
                self._read_window(connection, window, frontier)
                if frontier.size != window["upto"]:
                    raise LedgerFault(
                        f"Entry {frontier.size + 1} of {log.value} is missing; nothing is signed."
                    )
            if frontier.root() != frontier_at(connection, log.value, size).root():
                raise LedgerFault(f"What stands in {log.value} does not hash to the nodes of its tree.")
        return frontier.root()

    def _read_window(
        self, connection: Connection, window: Mapping[str, str | int], frontier: tree.Frontier
    ) -> None:
        rows = connection.execute(_FACT_BYTES, window)
        roots = {
            seq: tree.root_of(tree.leaf_hash(row.data) for row in facts)
            for seq, facts in groupby(rows, key=lambda row: row.seq)
        }
        for entry in connection.execute(_LEAVES, window):
            if entry.seq != frontier.size + 1 or roots.get(entry.seq, tree.EMPTY_ROOT) != entry.facts_root:
                raise LedgerFault(f"Entry {entry.seq} is not what was appended; nothing is signed.")
            frontier.append(tree.leaf_hash(entry.data))

    def _keep(self, log: Log, signed: Checkpoint) -> Checkpoint:
        """Store a checkpoint, unless another process stored one of the same size meanwhile."""
        with writing(self._engine) as connection:
            where = (_CHECKPOINT.c.log == log.value, _CHECKPOINT.c.size == signed.size)
            note = connection.execute(select(_CHECKPOINT.c.note).where(*where)).scalar()
            if note is not None:
                return self.signers[log].verifier.open(str(note))
            row = {"log": log.value, "size": signed.size, "root": signed.root, "note": signed.note}
            connection.execute(insert(_CHECKPOINT), row)
        return signed
