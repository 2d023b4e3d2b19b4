"""`verify`: hash every stored byte anew, compare every column, open every payload, fold every state."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, func, select

from hub.domain.errors import HubError, LedgerFault
from hub.domain.facts import Fact
from hub.domain.kinds import FOLDS, KINDS, Log, key_owner
from hub.ledger import canon, tree
from hub.ledger.entries import ENTRY_V, LARGEST_LEAF, LEAF_FIELDS
from hub.ledger.note import Checkpoint
from hub.ledger.refold import FOLDS_NAME
from hub.ledger.rows import (
    CheckpointRow,
    DerivedRow,
    EntryRow,
    FactRow,
    KeyRow,
    LookupRow,
    NodeRow,
    SubjectRow,
    table,
)
from hub.ledger.seal import FACT_V, FACTS, fact_from
from hub.ledger.store import Ledger
from hub.ledger.vault import commitment

_ENTRY, _FACT, _KEY, _NODE = table(EntryRow), table(FactRow), table(KeyRow), table(NodeRow)
_CHECKPOINT, _SUBJECT, _LOOKUP = table(CheckpointRow), table(SubjectRow), table(LookupRow)
_DERIVED = table(DerivedRow)
_STRIDE = 2000
_FACT_FIELDS = ("kind", "kind_v", "id", "subject", "subject_version")
_FACT_KEYS = frozenset({"v", *_FACT_FIELDS, "refs", "clear", "c"})

Progress = Callable[[str, int, int], None]
"""Told now and then: log, entries checked, entries in all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing found wrong: in which log, at which entry (None: outside of entries), and what."""

    log: str
    seq: int | None
    what: str


@dataclass(slots=True)
class Report:
    """What `verify` looked at, and the fault that stopped it."""

    entries: dict[str, int] = field(default_factory=dict)
    facts: int = 0
    payloads_opened: int = 0
    payloads_erased: int = 0
    """Payloads that can't be opened any more, because their keys are gone: erased, and no fault."""
    checkpoints: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


def verify(ledger: Ledger, progress: Progress = lambda log, done, total: None) -> Report:
    """Check a whole ledger; stops at the first fault. Needs the key file, since it opens payloads."""
    report = Report()
    auditor = _Auditor(ledger, report, progress)
    try:
        marks = {log: ledger.proofs.mark(log) for log in Log}  # first: the log may grow meanwhile
        with ledger.reading() as connection:
            _stand_still(connection)
            for log in Log:
                auditor.log(connection, log, marks[log])
            auditor.outside(connection)
    except LedgerFault as error:
        report.fault = Fault(auditor.at_log, auditor.at_seq, error.message)
    except (HubError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        report.fault = Fault(auditor.at_log, auditor.at_seq, f"unreadable: {type(error).__name__}")
    return report


def _stand_still(connection: Connection) -> None:
    """Read one state of the database throughout: entries that are appended meanwhile are no fault."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise LedgerFault(what)


class _Auditor:
    """Walks a ledger once, in order, and remembers where it is."""

    def __init__(self, ledger: Ledger, report: Report, progress: Progress) -> None:
        self._ledger = ledger
        self._report = report
        self._progress = progress
        self._states: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self._versions: dict[str, int] = {}
        self._lookups: dict[tuple[str, bytes, str], None] = {}
        self._sealing: set[tuple[str, str]] = set()
        self._erased: set[str] = set()
        self.at_log = ""
        self.at_seq: int | None = None

    def log(self, connection: Connection, log: Log, mark: Checkpoint | None) -> None:
        """Check entries, facts, nodes and checkpoints of one log, also the checkpoint that is kept elsewhere."""
        self.at_log, self.at_seq = log.value, None
        notes = self._notes(connection, log)
        nodes: list[tuple[int, int, bytes]] = []
        frontier, before = tree.Frontier(), ""
        total = self._ledger.size(log)
        with closing(self._entries(connection, log)) as entries:
            for row, facts in entries:
                self.at_seq = frontier.size + 1
                _demand(row.seq == self.at_seq, "an entry is missing, or stands twice")
                self._entry(row, before)
                self._facts(row, facts)
                before = row.at
                nodes += frontier.append(row.leaf_hash)
                self._checkpoint(log, frontier, notes)
                if mark is not None and mark.size == frontier.size:
                    _demand(mark.root == frontier.root(), "the entries are not those that were signed")
                if frontier.size % _STRIDE == 0:
                    self._compare_nodes(connection, log, nodes)
                    nodes = []
                    self._progress(log.value, frontier.size, total)
        self.at_seq = None
        self._compare_nodes(connection, log, nodes)
        self._count(connection, _NODE, log, frontier.size - frontier.size.bit_count(), "nodes of the tree")
        _demand(
            not notes,
            f"a checkpoint of {min(notes, default=0)} entries was signed, but they are not all there",
        )
        if mark is not None:
            _demand(
                mark.size <= frontier.size, f"{mark.size} entries were signed, but they are not all there"
            )
        self._report.entries[log.value] = frontier.size
        self._report.roots[log.value] = frontier.root().hex()
        self._progress(log.value, frontier.size, total)

    def outside(self, connection: Connection) -> None:
        """Check what stands beside the logs: states, look-ups, keys, facts of no entry."""
        self.at_log, self.at_seq = "", None
        facts = connection.execute(select(func.count()).select_from(_FACT)).scalar()
        _demand(facts == self._report.facts, "there are facts that belong to no entry")
        entries = connection.execute(select(func.count()).select_from(_ENTRY)).scalar()
        _demand(entries == sum(self._report.entries.values()), "there are entries that belong to no log")
        notes = connection.execute(select(func.count()).select_from(_CHECKPOINT)).scalar()
        _demand(notes == self._report.checkpoints, "there are checkpoints that belong to no log")
        nodes = connection.execute(select(func.count()).select_from(_NODE)).scalar()
        wanted = sum(size - size.bit_count() for size in self._report.entries.values())
        _demand(nodes == wanted, "there are nodes that belong to no log")
        derived = [tuple(row) for row in connection.execute(select(_DERIVED))]
        _demand(derived == [(FOLDS_NAME, FOLDS)], "it is not told by which folds its states were written")
        with closing(_stream(connection, select(_SUBJECT))) as rows:
            self._subjects(rows)
        with closing(_stream(connection, select(_LOOKUP))) as rows:
            self._look_ups(rows)
        with closing(_stream(connection, select(_KEY))) as rows:
            for row in rows:
                self._ledger.vault.unwrap(row.owner, row.retention, row.wrapped)
                _demand((row.owner, row.retention) in self._sealing, "a key seals nothing")

    def _subjects(self, rows: Iterator[Any]) -> None:
        for row in rows:
            type_, version, state = self._states.pop(row.id, ("", 0, {}))
            same = (type_, version, canon.pack(state)) == (row.type, row.version, row.state)
            _demand(same, f"the state of subject {row.id} is not what its facts add up to")
        _demand(not self._states, "the state of a subject is missing")

    def _look_ups(self, rows: Iterator[Any]) -> None:
        for row in rows:
            known = self._lookups.pop((row.space, row.key, row.subject), 1) is None
            # What followed from an erased payload can't be computed anew: it may have stayed, or gone with it.
            _demand(known or row.subject in self._erased, f"a look-up in {row.space} follows from no fact")
        _demand(not self._lookups, "a look-up is missing")

    def _entries(self, connection: Connection, log: Log) -> Generator[tuple[Any, list[Any]], None, None]:
        after = 0
        while True:
            query = (
                select(_ENTRY).where(_ENTRY.c.log == log.value, _ENTRY.c.seq > after).order_by(_ENTRY.c.seq)
            )
            rows = connection.execute(query.limit(_STRIDE)).all()
            if not rows:
                return
            with closing(_facts_of(connection, log, after, rows[-1].seq)) as facts:
                held = next(facts, None)
                for row in rows:
                    mine: list[Any] = []
                    while held is not None and held[0] <= row.seq:
                        mine += held[1]
                        held = next(facts, None)
                    yield row, mine
            after = rows[-1].seq

    def _entry(self, row: Any, before: str) -> None:
        _demand(tree.leaf_hash(row.data) == row.leaf_hash, "its bytes do not hash to its leaf")
        _demand(canon.is_canonical(row.data) and len(row.data) < LARGEST_LEAF, "its bytes are not canonical")
        leaf = canon.decode(row.data)
        _demand(
            tuple(sorted(leaf)) == tuple(sorted(LEAF_FIELDS)) and leaf["v"] == ENTRY_V, "it is no Entry v1"
        )
        for name in LEAF_FIELDS[1:-1]:
            _demand(leaf[name] == getattr(row, name), f"its column {name} is not what was hashed")
        _demand(leaf["facts_root"] == row.facts_root.hex(), "its column facts_root is not what was hashed")
        _demand(row.at >= before, "it is older than the entry before it")
        self._ledger.vault.open_body(row.body, row.log, row.actor, row.request)

    def _facts(self, entry: Any, rows: list[Any]) -> None:
        _demand([row.pos for row in rows] == list(range(entry.n)), "facts are missing, or stand twice")
        root = tree.root_of(tree.leaf_hash(row.data) for row in rows)
        _demand(root == entry.facts_root, "the bytes of a fact are not what was hashed")
        for row in rows:
            fact = self._fact(row)
            kind = KINDS[fact.kind]
            version = self._versions.get(fact.subject, 0) + 1
            _demand(fact.version == version, f"fact {fact.pos} skips a version of its subject")
            self._versions[fact.subject] = version
            if kind.log is Log.CHANGES:
                _, _, state = self._states.get(fact.subject, (kind.type, 0, {}))
                self._states[fact.subject] = (kind.type, version, kind.fold(state, fact))
            for space, value in kind.lookups(fact):
                self._lookups[(space, self._ledger.vault.look_up(space, value), fact.subject)] = None
        self._report.facts += len(rows)

    def _fact(self, row: Any) -> Fact:
        body = canon.decode(row.data)
        _demand(canon.is_canonical(row.data), f"fact {row.pos} is not canonical")
        _demand(body.keys() == _FACT_KEYS and body["v"] == FACT_V, f"fact {row.pos} is no Fact v1")
        for name in _FACT_FIELDS:
            _demand(
                body[name] == getattr(row, name),
                f"the column {name} of fact {row.pos} is not what was hashed",
            )
        _demand(
            (body["c"] is None) == (row.sealed is None), f"the payload of fact {row.pos} is missing or extra"
        )
        if row.sealed is None:
            _demand(
                row.owner is None and row.retention is None, f"fact {row.pos} has an owner but no payload"
            )
            return fact_from(row, None)
        owner, retention = key_owner(row.kind, row.id, row.subject)
        _demand(
            (owner, retention.value) == (row.owner, row.retention), f"fact {row.pos} names another key owner"
        )
        self._sealing.add((owner, retention.value))
        return fact_from(row, self._payload(row, body["c"]))

    def _payload(self, row: Any, committed: str) -> Mapping[str, Any] | None:
        if row.wrapped is None:
            self._report.payloads_erased += 1
            self._erased.add(row.subject)
            return None
        key = self._ledger.vault.unwrap(row.owner, row.retention, row.wrapped)
        salt, payload = self._ledger.vault.open(key, row.id, row.sealed)
        _demand(
            commitment(salt, payload).hex() == committed,
            f"the payload of fact {row.pos} is not the committed one",
        )
        self._report.payloads_opened += 1
        opened: Mapping[str, Any] = canon.decode(payload)
        return opened

    def _notes(self, connection: Connection, log: Log) -> dict[int, Any]:
        query = select(_CHECKPOINT).where(_CHECKPOINT.c.log == log.value)
        return {row.size: row for row in connection.execute(query)}

    def _checkpoint(self, log: Log, frontier: tree.Frontier, notes: dict[int, Any]) -> None:
        row = notes.pop(frontier.size, None)
        if row is None:
            return
        signed = self._ledger.proofs.signers[log].verifier.open(row.note)
        _demand(signed.size == row.size and signed.root == row.root, "its checkpoint contradicts its columns")
        _demand(signed.root == frontier.root(), "the entries do not hash to the root that was signed")
        self._report.checkpoints += 1

    def _compare_nodes(self, connection: Connection, log: Log, nodes: list[tuple[int, int, bytes]]) -> None:
        wanted = {(level, index): made for level, index, made in nodes}
        by_level: dict[int, list[int]] = {}
        for level, index in wanted:
            by_level.setdefault(level, []).append(index)
        for level, indexes in by_level.items():
            query = select(_NODE.c.idx, _NODE.c.hash).where(
                _NODE.c.log == log.value,
                _NODE.c.level == level,
                _NODE.c.idx.between(min(indexes), max(indexes)),
            )
            for row in connection.execute(query):
                if (level, row.idx) in wanted:
                    _demand(wanted.pop((level, row.idx)) == row.hash, "a stored node of the tree is wrong")
        _demand(not wanted, "a stored node of the tree is missing")

    def _count(self, connection: Connection, rows: Any, log: Log, wanted: int, what: str) -> None:
        found = connection.execute(
            select(func.count()).select_from(rows).where(rows.c.log == log.value)
        ).scalar()
        _demand(found == wanted, f"there are {what} too many")


def _stream(connection: Connection, query: Select[Any]) -> Generator[Any, None, None]:
    """Rows a few at a time, so that memory stays flat; to be closed, since a fault may stop it midway."""
    with connection.execute(query, execution_options={"yield_per": _STRIDE}) as rows:
        yield from rows


def _facts_of(
    connection: Connection, log: Log, after: int, upto: int
) -> Generator[tuple[int, list[Any]], None, None]:
    """Facts with their wrapped keys, by entry."""
    query = FACTS.where(_FACT.c.log == log.value, _FACT.c.seq > after, _FACT.c.seq <= upto).order_by(
        _FACT.c.seq, _FACT.c.pos
    )
    with closing(_stream(connection, query)) as rows:
        for seq, facts in groupby(rows, key=lambda row: int(row.seq)):
            yield seq, list(facts)
