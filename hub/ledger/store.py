"""The ledger: appends entries, reads them back, signs what it holds, proves it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select

from hub.domain.errors import Conflict, HubError, LedgerFault, NotFound
from hub.domain.facts import Draft, Fact, Json, Subject
from hub.domain.kinds import Log, key_owner
from hub.ledger import canon
from hub.ledger.batch import FOUND, earlier, strides
from hub.ledger.engine import database_errors, open_engine
from hub.ledger.entries import Appended, Pending, ReadSet, Warrant
from hub.ledger.history import LedgerHistory
from hub.ledger.marks import Marks
from hub.ledger.note import Signer
from hub.ledger.proofs import Proofs, size_of
from hub.ledger.refold import refold
from hub.ledger.rows import EntryRow, FactRow, KeyRow, SubjectRow, table
from hub.ledger.seal import FACTS, Sealer, fact_from, open_fact
from hub.ledger.vault import LedgerKeys, Vault
from hub.ledger.writer import Writer

_log = structlog.get_logger(__name__)
_ENTRY, _FACT, _KEY = table(EntryRow), table(FactRow), table(KeyRow)
_SUBJECT = table(SubjectRow)

_RANGE = FACTS.where(
    _FACT.c.log == bindparam("log"), _FACT.c.seq > bindparam("after"), _FACT.c.seq <= bindparam("upto")
).order_by(_FACT.c.seq, _FACT.c.pos)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry read back, with its facts and their opened payloads."""

    log: Log
    seq: int
    at: str
    actor: str
    agency: str | None
    action: str
    purpose: str
    basis: str
    policy_version: int
    request: str
    leaf_hash: bytes
    data: bytes
    facts: tuple[Fact, ...]


class Ledger:
    """One ledger of two logs in one database. Thread-safe; several processes may share the database."""

    def __init__(self, url: str, keys: LedgerKeys, origin: str, marks: Marks | None = None) -> None:
        """Open the ledger at a database address, making its tables. `marks`: what is kept outside of the database.

        Raises LedgerFault when a log is not a continuation of what was signed.
        """
        self.engine = open_engine(url)
        self.vault = Vault(keys)
        signers = {log: Signer(f"{origin}/{log.value}", keys.signing) for log in Log}
        self.proofs = Proofs(self.engine, signers, marks)
        try:
            self.proofs.refuse_when_altered()
            refold(self.engine, self.vault)
        except BaseException:
            self.engine.dispose()
            raise
        self._listeners: list[Callable[[Log, int], None]] = []
        self._writer: Writer | None = None
        self._starting = threading.Lock()
        self.fault: LedgerFault | None = None
        """What was found wrong when reading back before signing; from then on nothing is appended."""

    def close(self) -> None:
        """Write what is queued, sign what was written, and let go of the database."""
        if self._writer is not None:
            self._writer.close()
            self._sign_all()
        self.engine.dispose()

    # -- writing -------------------------------------------------------------------------------------------

    def history(self) -> LedgerHistory:
        """A fresh History for one decision."""
        return LedgerHistory(self)

    def prepare(
        self,
        log: Log,
        warrant: Warrant,
        request: tuple[str, bytes],
        drafts: Sequence[Draft],
        history: LedgerHistory,
    ) -> Pending:
        """Seal the drafts of a decision into an entry that can be appended. `request` is its id and body digest."""
        known = history.known()
        sealed = Sealer(self.vault, known, self._keys_for(drafts, known)).seal(drafts)
        reads = history.read_set()
        versions = {**reads.versions, **{each: known[each].version if each in known else 0
                                         for each in sealed.created if log is Log.CHANGES}}  # fmt: skip
        return Pending(log, warrant, request[0], request[1], sealed, ReadSet(versions, reads.finds))

    def disclosure(self, warrant: Warrant, draft: Draft, versions: Mapping[str, int]) -> Pending:
        """Seal the record of an answer, bound to the versions of the rights it was given under."""
        sealed = Sealer(self.vault, {}, {}).seal((draft,))
        request = draft.id  # nobody repeats a disclosure: its own id serves
        return Pending(Log.DISCLOSURES, warrant, request, b"\0" * 32, sealed, ReadSet(versions))

    def append(self, pending: Pending) -> Future[Appended]:
        """Append an entry; the future is done when it is durable, or holds why it was refused.

        Raises LedgerFault once the ledger was found altered.
        """
        if self.fault is not None:
            raise self.fault
        if self._writer is None:
            with self._starting:
                self._writer = self._writer or Writer(self.engine, self.vault, self._tell, self._sign_all)
        return self._writer.put(pending)

    def replayed(self, log: Log, actor: str, request: str, body: bytes) -> Appended | None:
        """The earlier outcome of a request id, or None. Raises RequestConflict when its body was another."""
        with self.reading() as connection:
            return earlier(connection, self.vault, (log.value, actor, request), body)

    def last_about(self, subject: str | None) -> Appended:
        """Where the ledger last spoke of a subject: the receipt of a change that changes nothing."""
        facts = self.facts_of(subject) if subject else []
        if not facts:
            return Appended(0, b"", "", subject, None, repeated=True)
        last = facts[-1]
        entry = self.entry(Log.CHANGES, last.seq, opened=False)
        return Appended(entry.seq, entry.leaf_hash, entry.at, subject, last.version, repeated=True)

    def on_append(self, listener: Callable[[Log, int], None]) -> None:
        """Have a function called, in the writer's thread, with each log and its new size."""
        self._listeners.append(listener)

    # -- reading -------------------------------------------------------------------------------------------

    def size(self, log: Log) -> int:
        """Number of entries."""
        with self.reading() as connection:
            return size_of(connection, log)

    def entries(
        self, log: Log, after: int, limit: int, facts: int = 20_000, *, opened: bool = True
    ) -> list[Entry]:
        """Up to `limit` entries after a sequence number, in order, with facts; fewer when they hold many facts.

        `opened`: with their payloads.
        """
        with self.reading() as connection:
            query = select(_ENTRY).where(_ENTRY.c.log == log.value, _ENTRY.c.seq > after)
            rows = connection.execute(query.order_by(_ENTRY.c.seq).limit(limit)).all()
            taken, count = 0, 0
            while taken < len(rows) and (taken == 0 or count + rows[taken].n <= facts):
                count += rows[taken].n
                taken += 1
            rows = rows[:taken]
            upto = rows[-1].seq if rows else after
            at = {row.seq: row.at for row in rows}
            by_seq: dict[int, list[Fact]] = {}
            for row in connection.execute(_RANGE, {"log": log.value, "after": after, "upto": upto}):
                by_seq.setdefault(row.seq, []).append(
                    open_fact(row, self.vault, at[row.seq]) if opened else fact_from(row, None, at[row.seq])
                )
        return [_entry(log, row, tuple(by_seq.get(row.seq, ()))) for row in rows]

    def entry(self, log: Log, seq: int, *, opened: bool = True) -> Entry:
        """One entry. Raises NotFound."""
        found = self.entries(log, seq - 1, 1, opened=opened) if 0 < seq < 2**63 else []
        if not found or found[0].seq != seq:
            raise NotFound(f"There is no entry {seq}.", f"The ledger holds entries 1 to {self.size(log)}.")
        return found[0]

    def entry_alone(self, log: Log, seq: int) -> Entry:
        """One entry without its facts, of which it may have thousands. Raises NotFound."""
        with self.reading() as connection:
            row = connection.execute(
                select(_ENTRY).where(_ENTRY.c.log == log.value, _ENTRY.c.seq == seq)
            ).first()
        if row is None:
            raise NotFound(f"There is no entry {seq}.", f"The ledger holds entries 1 to {self.size(log)}.")
        return _entry(log, row, ())

    def subjects(self, ids: Iterable[str]) -> dict[str, Subject]:
        """States of subjects that exist, by id."""
        found: dict[str, Subject] = {}
        with self.reading() as connection:
            for some in strides(ids):
                for row in connection.execute(select(_SUBJECT).where(_SUBJECT.c.id.in_(some))).all():
                    found[row.id] = Subject(row.id, row.type, row.version, canon.decode(row.state))
        return found

    def find_many(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
        """The subjects that look-ups name, oldest first; empty for those that name none."""
        spaces: dict[str, dict[bytes, str]] = {}
        for space, value in wanted:
            spaces.setdefault(space, {})[self.vault.look_up(space, value)] = value
        found: dict[tuple[str, str], list[str]] = {
            (space, value): [] for space, keys in spaces.items() for value in keys.values()
        }
        with self.reading() as connection:
            for space, keys in spaces.items():
                for some in strides(keys):
                    for key, subject in connection.execute(FOUND, {"space": space, "keys": some}).all():
                        found[(space, keys[key])].append(subject)
        return {each: tuple(subjects) for each, subjects in found.items()}

    def find(self, space: str, value: str) -> tuple[str, ...]:
        """The subjects that one look-up names."""
        return self.find_many([(space, value)])[(space, value)]

    def facts(self, ids: Iterable[str]) -> dict[str, Fact]:
        """Facts by id, payloads opened."""
        found: dict[str, Fact] = {}
        with self.reading() as connection:
            for some in strides(ids):
                for row in connection.execute(FACTS.where(_FACT.c.id.in_(some))).all():
                    found[row.id] = open_fact(row, self.vault)
        return found

    def instants(self, ids: Iterable[str]) -> dict[str, str]:
        """When the entries of facts were recorded, by fact id."""
        found: dict[str, str] = {}
        entry = _ENTRY.join(_FACT, (_FACT.c.log == _ENTRY.c.log) & (_FACT.c.seq == _ENTRY.c.seq))
        with self.reading() as connection:
            for some in strides(ids):
                query = select(_FACT.c.id, _ENTRY.c.at).select_from(entry).where(_FACT.c.id.in_(some))
                found.update((row.id, row.at) for row in connection.execute(query))
        return found

    def payloads(self, ids: Iterable[str]) -> dict[str, Json]:
        """Opened payloads by fact id."""
        return {each: fact.payload for each, fact in self.facts(ids).items()}

    def facts_of(self, subject: str) -> list[Fact]:
        """All facts about one subject in order, payloads opened."""
        with self.reading() as connection:
            query = FACTS.where(_FACT.c.subject == subject).order_by(_FACT.c.seq, _FACT.c.pos)
            return [open_fact(row, self.vault) for row in connection.execute(query)]

    def former(self, facts: Iterable[Fact]) -> dict[str, Fact]:
        """For each fact the one of the same kind that last spoke of its subject before it, by the later one's id."""
        found: dict[str, Fact] = {}
        for fact in facts:
            query = (
                FACTS.where(_FACT.c.subject == fact.subject, _FACT.c.kind == fact.kind)
                .where(_FACT.c.subject_version < fact.version)
                .order_by(_FACT.c.subject_version.desc())
                .limit(1)
            )
            with self.reading() as connection:
                row = connection.execute(query).first()
            if row is not None:
                found[fact.id] = open_fact(row, self.vault)
        return found

    def leaf_hash(self, log: Log, seq: int) -> bytes:
        """The stored leaf hash of one entry."""
        with self.reading() as connection:
            query = select(_ENTRY.c.leaf_hash).where(_ENTRY.c.log == log.value, _ENTRY.c.seq == seq)
            return bytes(connection.execute(query).scalar_one())

    # -- inside --------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading only."""
        with database_errors(), self.engine.connect() as connection:
            yield connection

    def _keys_for(
        self, drafts: Sequence[Draft], known: Mapping[str, Subject]
    ) -> dict[tuple[str, str], bytes]:
        """Keys that owners known before already have."""
        owners = {
            key_owner(draft.kind, draft.id, draft.subject)[0]
            for draft in drafts
            if draft.payload is not None and draft.subject in known
        }
        keys: dict[tuple[str, str], bytes] = {}
        if not owners:
            return keys
        with self.reading() as connection:
            for some in strides(owners):
                for row in connection.execute(select(_KEY).where(_KEY.c.owner.in_(some))):
                    keys[(row.owner, row.retention)] = self.vault.unwrap(
                        row.owner, row.retention, row.wrapped
                    )
            self._refuse_erased(connection, owners - {owner for owner, _ in keys})
        return keys

    def _refuse_erased(self, connection: Connection, keyless: set[str]) -> None:
        """A key that was destroyed is never replaced: a second one would seem to belong to what was erased."""
        for some in strides(keyless):
            sealed = select(_FACT.c.id).where(_FACT.c.subject.in_(some), _FACT.c.owner.in_(some)).limit(1)
            if connection.execute(sealed).first() is not None:
                raise Conflict(
                    "The personal values of this subject were erased; nothing personal can be added.",
                    "Register it anew if it is to be known again.",
                )

    def _tell(self, log: Log, size: int) -> None:
        for listener in self._listeners:
            listener(log, size)

    def _sign_all(self) -> None:
        """Sign both logs in a quiet moment. A database that is busy or away is asked again at the next one."""
        try:
            for log in Log:
                self.proofs.checkpoint(log)
        except LedgerFault as error:
            self.fault = error
            _log.error("nothing is signed any more", reason=error.message)
        except HubError as error:
            _log.warning("not signed yet", reason=error.message)


def _entry(log: Log, row: Any, facts: tuple[Fact, ...]) -> Entry:
    return Entry(
        log, row.seq, row.at, row.actor, row.agency, row.action, row.purpose, row.basis, row.policy_version,
        row.request, row.leaf_hash, row.data, facts,
    )  # fmt: skip
