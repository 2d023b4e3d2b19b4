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
from hub.ledger.marks import Marks
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

    def __init__(self, engine: Engine, signers: Mapping[Log, Signer], marks: Marks | None = None) -> None:
        self._engine = engine
        self.signers = signers
        self._marks = marks
        self._signing = threading.Lock()

    def refuse_when_altered(self) -> None:
        """Raise LedgerFault when a log is not a continuation of its newest checkpoint, kept in it or beside the keys."""
        for log in Log:
            kept = (
                self.mark(log),
                self.newest(log),
            )  # before the size: a log that grows meanwhile is no fault
            size = self.size(log)
            for each in kept:
                if each is not None:
                    self._demand_continued(log, each, size)

    def mark(self, log: Log) -> Checkpoint | None:
        """The checkpoint kept beside the keys."""
        note = self._marks.note(log) if self._marks is not None else None
        return self.signers[log].verifier.open(note) if note is not None else None

    def _demand_continued(self, log: Log, signed: Checkpoint, size: int) -> None:
        if size < signed.size:
            raise LedgerFault(
                f"The log {log.value} holds {size} entries, but {signed.size} were signed.",
                "Entries were removed, or an older copy was put back. Restore the newest copy and start again"
                f"{self._forgetting(log)}.",
            )
        if self.root(log, signed.size) != signed.root:
            raise LedgerFault(
                f"The first {signed.size} entries of {log.value} are not those that were signed.",
                "Keep this copy as evidence, and restore the newest whole one.",
            )

    def _forgetting(self, log: Log) -> str:
        if self._marks is None:
            return ""
        return (
            f"; only if what is lost is known and there is no newer copy, move {self._marks.path(log)} away"
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
            mark, row = self.mark(log), self.newest(log)
            last = max(
                (each for each in (row, mark) if each is not None), key=lambda each: each.size, default=None
            )
            size = self.size(log)
            if last is not None:
                self._demand_continued(log, last, size)
            if size == 0:
                return None
            if last is not None and last.size == size:
                kept = last == row and (last == mark or self._marks is None)
                return last if kept else self._keep(log, last)
            root = self._read_back(log, last.size if last else 0, size)
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

    def _read_back(self, log: Log, signed: int, size: int) -> bytes:
        """Root over `size` entries, of which those after the first `signed` are hashed anew."""
        with self._engine.connect() as connection:
            frontier = frontier_at(connection, log.value, signed)
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
        """Keep a checkpoint in the ledger and beside the keys, unless another process kept one of its size meanwhile.

        The mark is written under the ledger's lock, so that of two processes the later size stays.
        """
        with writing(self._engine) as connection:
            where = (_CHECKPOINT.c.log == log.value, _CHECKPOINT.c.size == signed.size)
            note = connection.execute(select(_CHECKPOINT.c.note).where(*where)).scalar()
            if note is not None:
                signed = self.signers[log].verifier.open(str(note))
            else:
                row = {"log": log.value, "size": signed.size, "root": signed.root, "note": signed.note}
                connection.execute(insert(_CHECKPOINT), row)
            mark = self.mark(log)
            if self._marks is not None and (mark is None or mark.size < signed.size):
                self._marks.keep(log, signed.note)
        return signed
