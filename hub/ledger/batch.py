"""One group commit: entries that are checked, numbered, hashed into the tree and written together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Select, and_, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from hub.domain.days import written
from hub.domain.errors import HubError, LedgerFault, RequestConflict, VersionConflict
from hub.ledger import tree
from hub.ledger.entries import Appended, Pending, leaf, leaf_bytes
from hub.ledger.rows import EntryRow, FactRow, KeyRow, LookupRow, NodeRow, SubjectRow, table
from hub.ledger.vault import Vault

Row = dict[str, Any]
_ENTRY, _FACT, _NODE, _SUBJECT = table(EntryRow), table(FactRow), table(NodeRow), table(SubjectRow)
_LOOKUP = table(LookupRow)
_STRIDE = 1000

VERSIONS = select(_SUBJECT.c.id, _SUBJECT.c.version).where(
    _SUBJECT.c.id.in_(bindparam("ids", expanding=True))
)
FOUND = (
    select(_LOOKUP.c.key, _LOOKUP.c.subject)
    .where(_LOOKUP.c.space == bindparam("space"), _LOOKUP.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(_LOOKUP.c.subject)
)
_HEAD = (
    select(_ENTRY.c.seq, _ENTRY.c.at)
    .where(_ENTRY.c.log == bindparam("log"))
    .order_by(_ENTRY.c.seq.desc())
    .limit(1)
)
_REQUEST = select(_ENTRY).where(
    _ENTRY.c.log == bindparam("log"),
    _ENTRY.c.actor == bindparam("actor"),
    _ENTRY.c.request == bindparam("request"),
)
_LEAVES = select(_ENTRY.c.seq, _ENTRY.c.leaf_hash).where(
    _ENTRY.c.log == bindparam("log"), _ENTRY.c.seq.in_(bindparam("seqs", expanding=True))
)
_SUBJECTS_OF = (
    select(_FACT.c.subject, _FACT.c.subject_version)
    .where(_FACT.c.log == bindparam("log"), _FACT.c.seq == bindparam("seq"))
    .order_by(_FACT.c.pos)
)


@cache
def _nodes(number: int) -> Select[tuple[int, int, bytes]]:
    """Reads so many nodes by the primary key. SQLite would scan the log for (level, idx) IN (…)."""
    each = (
        and_(
            _NODE.c.log == bindparam("log"),
            _NODE.c.level == bindparam(f"l{at}"),
            _NODE.c.idx == bindparam(f"i{at}"),
        )
        for at in range(number)
    )
    return select(_NODE.c.level, _NODE.c.idx, _NODE.c.hash).where(or_(*each))


@cache
def _insert(kind: type[SQLModel], dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """The statement that writes rows of a kind, as text; states are written over, look-ups kept.

    With the order of its columns where it takes them by position. A text goes to the driver as it is, which
    for a thousand rows is several times as fast as to have each row's values bound.
    """
    statement: Any = insert(table(kind))
    if kind in (SubjectRow, LookupRow):
        statement = (sqlite if dialect.name == "sqlite" else postgresql).insert(table(kind))
    if kind is LookupRow:
        statement = statement.on_conflict_do_nothing()
    elif kind is SubjectRow:
        new = statement.excluded
        changed = {"version": new.version, "state": new.state}
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup) if compiled.positional else None


def strides(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in lists short enough for one statement."""
    everything = list(values)
    for begin in range(0, len(everything), _STRIDE):
        yield everything[begin : begin + _STRIDE]


def read_nodes(connection: Connection, log: str) -> Callable[[set[tree.Node]], dict[tree.Node, bytes]]:
    """A reader of stored nodes of a log, for hub.ledger.tree."""

    def read(nodes: set[tree.Node]) -> dict[tree.Node, bytes]:
        leaves = [index + 1 for level, index in nodes if level == 0]
        inner = [node for node in nodes if node[0] > 0]
        found: dict[tree.Node, bytes] = {}
        if leaves:
            rows = connection.execute(_LEAVES, {"log": log, "seqs": leaves})
            found.update({(0, row.seq - 1): row.leaf_hash for row in rows})
        if inner:
            places = {
                f"{name}{at}": part
                for at, node in enumerate(inner)
                for name, part in zip("li", node, strict=True)
            }
            rows = connection.execute(_nodes(len(inner)), {"log": log, **places})
            found.update({(row.level, row.idx): row.hash for row in rows})
        for level, index in nodes:
            stored = found.get((level, index))
            if not isinstance(stored, bytes) or len(stored) != tree.HASH_SIZE:
                raise LedgerFault(f"A node of the tree of {log} is missing: level {level}, index {index}.")
        return found

    return read


def frontier_at(connection: Connection, log: str, size: int) -> tree.Frontier:
    """The right edge of a log's tree at a size, from stored nodes."""
    nodes = tree.perfect_nodes(0, size)
    stored = read_nodes(connection, log)(set(nodes))
    return tree.Frontier(size, [stored[node] for node in nodes])


def earlier(
    connection: Connection, vault: Vault, request: tuple[str, str, str], body: bytes
) -> Appended | None:
    """What (log, actor, request id) was answered before, or None. Raises RequestConflict when the body differs."""
    log, actor, request_id = request
    row = connection.execute(_REQUEST, {"log": log, "actor": actor, "request": request_id}).first()
    if row is None:
        return None
    facts = connection.execute(_SUBJECTS_OF, {"log": log, "seq": row.seq}).all()
    subject = facts[0].subject if facts else None
    version = max((each.subject_version for each in facts if each.subject == subject), default=None)
    appended = Appended(row.seq, row.leaf_hash, row.at, subject, version, repeated=True)
    return _same((vault.open_body(row.body, log, actor, request_id), appended), body)


def _same(known: tuple[bytes, Appended], body: bytes) -> Appended:
    if known[0] != body:
        raise RequestConflict("This request id was used for another request.", "Use a fresh UUID.")
    return known[1]


class _Tail:
    """Where a log ends while a batch is made: read from the database under the lock, never from memory."""

    def __init__(self, connection: Connection, log: str) -> None:
        head = connection.execute(_HEAD, {"log": log}).first()
        self.seq: int = head.seq if head else 0
        self.at: str = head.at if head else ""
        self.frontier = frontier_at(connection, log, self.seq)


class Batch:
    """Collects the rows of a group; `flush` writes them. One instance a transaction."""

    def __init__(self, connection: Connection, vault: Vault, now: datetime) -> None:
        self._connection = connection
        self._vault = vault
        self._now = written(now)
        self._tails: dict[str, _Tail] = {}
        self._versions: dict[str, int] = {}
        self._found: dict[tuple[str, bytes], set[str]] = {}
        self._requests: dict[tuple[str, str, str], tuple[bytes, Appended]] = {}
        self._rows: dict[type[SQLModel], list[Row]] = {
            kind: [] for kind in (EntryRow, FactRow, KeyRow, NodeRow, SubjectRow, LookupRow)
        }

    def look(self, group: Sequence[Pending]) -> None:
        """Read what all decisions of the group looked at, as it stands now under the lock."""
        wanted = {each for pending in group for each in pending.reads.versions}
        for ids in strides(wanted):
            self._versions.update(
                (row.id, row.version) for row in self._connection.execute(VERSIONS, {"ids": ids}).all()
            )
        spaces: dict[str, set[bytes]] = {}
        for pending in group:
            for space, key in pending.reads.finds:
                spaces.setdefault(space, set()).add(key)
        for space, keys in spaces.items():
            for some in strides(keys):
                for key, subject in self._connection.execute(FOUND, {"space": space, "keys": some}).all():
                    self._found.setdefault((space, key), set()).add(subject)

    def add(self, pending: Pending) -> Appended | HubError:
        """Check one entry and collect its rows, or say why it can't stand."""
        try:
            return self._earlier(pending) or self._collect(pending)
        except HubError as error:
            return error

    def flush(self) -> None:
        """Write all collected rows."""
        subjects = self._rows[SubjectRow]
        self._rows[SubjectRow] = list({row["id"]: row for row in subjects}.values())
        for kind, rows in self._rows.items():
            if rows:
                self._write(kind, rows)

    def _write(self, kind: type[SQLModel], rows: list[Row]) -> None:
        text, order = _insert(kind, self._connection.dialect)
        values = rows if order is None else list(map(itemgetter(*order), rows))
        self._connection.exec_driver_sql(text, values)

    def _earlier(self, pending: Pending) -> Appended | None:
        log, actor, request = pending.log.value, pending.warrant.actor, pending.request
        known = self._requests.get((log, actor, request))
        if known is None:
            return earlier(self._connection, self._vault, (log, actor, request), pending.body)
        return _same(known, pending.body)

    def _demand_unchanged(self, pending: Pending) -> None:
        for subject, version in pending.reads.versions.items():
            if self._versions.get(subject, 0) != version:
                raise VersionConflict(
                    "Somebody changed this at the same time.", "Look at it as it is now and try again."
                )
        for wanted, seen in pending.reads.finds.items():
            if self._found.get(wanted, set()) != set(seen):
                raise VersionConflict(
                    "Somebody added the same at the same time.", "Look again and try again."
                )

    def _collect(self, pending: Pending) -> Appended:
        self._demand_unchanged(pending)
        log, sealed, rows = pending.log.value, pending.sealed, self._rows
        tail = self._tails.get(log) or self._tails.setdefault(log, _Tail(self._connection, log))
        seq, at = tail.seq + 1, max(self._now, tail.at)
        fields = leaf(pending, seq, at)
        data = leaf_bytes(fields)
        hashed = tree.leaf_hash(data)
        tail.seq, tail.at = seq, at
        rows[NodeRow] += [
            {"log": log, "level": level, "idx": index, "hash": made}
            for level, index, made in tail.frontier.append(hashed)
        ]
        del fields["v"]
        actor, request = pending.warrant.actor, pending.request
        body = self._vault.seal_body(pending.body, log, actor, request)
        rows[EntryRow].append(
            {
                **fields,
                "log": log,
                "data": data,
                "leaf_hash": hashed,
                "facts_root": sealed.facts_root,
                "body": body,
            }
        )
        rows[FactRow] += [{**row, "log": log, "seq": seq} for row in sealed.facts]
        rows[KeyRow] += sealed.keys
        rows[LookupRow] += sealed.lookups
        rows[SubjectRow] += sealed.subjects
        self._remember(pending)
        appended = Appended(seq, hashed, at, sealed.subject, sealed.version)
        repeated = Appended(seq, hashed, at, sealed.subject, sealed.version, repeated=True)
        self._requests[(log, actor, request)] = (pending.body, repeated)
        return appended

    def _remember(self, pending: Pending) -> None:
        """Later entries of the same group see what this one says."""
        for row in pending.sealed.subjects:
            self._versions[row["id"]] = row["version"]
        for row in pending.sealed.lookups:
            self._found.setdefault((row["space"], row["key"]), set()).add(row["subject"])
