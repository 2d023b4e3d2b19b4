"""The projector: copies what the ledger says into the graph, once and in order, as the one that holds the lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import structlog
from neo4j import Driver, ManagedTransaction, Session

from hub.domain.errors import HubError, SetupError, Unavailable
from hub.domain.facts import Fact, Json
from hub.faults import reach
from hub.graph.apply import apply
from hub.graph.connect import graph_errors
from hub.graph.ops import COPIERS, Op

_LEASE_SECONDS = 10.0
_LEASE_MS = int(_LEASE_SECONDS * 1000)
_POLL_SECONDS = 0.25
_BACKOFF_SECONDS = 2.0

_EMPTIED_AT_ONCE = 10_000
# Where a head is looked at and then changed it is written first: only that locks it, so that nobody changes it between.
_TAKE_LEASE = """
MERGE (h:LedgerHead {id: 'changes'}) ON CREATE SET h.seq = 0, h.whole_at = $size SET h.id = 'changes'
WITH h WHERE coalesce(h.ledger, $ledger) = $ledger AND h.seq <= $size
WITH h WHERE coalesce(h.lease_until, 0) < timestamp() OR h.holder = $holder
SET h.ledger = $ledger, h.holder = $holder, h.lease_until = timestamp() + $lease,
  h.whole_at = CASE WHEN h.whole_at > h.seq THEN h.whole_at END
RETURN h.seq AS seq, coalesce(h.emptying, false) AS emptying
"""
_ADVANCE = """
MATCH (h:LedgerHead {id: 'changes'}) SET h.id = 'changes'
WITH h WHERE h.seq = $after AND h.holder = $holder
SET h.seq = $upto, h.lease_until = timestamp() + $lease
RETURN coalesce(h.whole_at <= $upto, false) AS whole
"""
# Not with the last entries: Neo4j shows the nodes of a commit a little earlier than its indexes find them.
_MAKE_WHOLE = """
MATCH (h:LedgerHead {id: 'changes'}) SET h.id = 'changes'
WITH h WHERE h.whole_at <= h.seq
REMOVE h.whole_at
"""
_HAND_OVER = """
MATCH (h:LedgerHead {id: 'changes'}) SET h.id = 'changes'
WITH h WHERE h.holder = $holder
SET h.holder = $to, h.lease_until = timestamp() + $lease
RETURN h.holder AS holder
"""
_RELEASE_LEASE = "MATCH (h:LedgerHead {id: 'changes', holder: $holder}) REMOVE h.holder, h.lease_until"
_HEAD = "MATCH (h:LedgerHead {id: 'changes'}) RETURN h.seq AS seq, h.ledger AS ledger"
_BEGIN_ANEW = """
MERGE (h:LedgerHead {id: 'changes'})
SET h = {id: 'changes', seq: 0, whole_at: $size, build: randomUUID(), emptying: true, ledger: $ledger,
  holder: $holder, lease_until: timestamp() + $lease}
"""
_EMPTY = """
MATCH (h:LedgerHead {id: 'changes'}) SET h.id = 'changes'
WITH h WHERE h.holder = $holder
SET h.lease_until = timestamp() + $lease
WITH h
CALL (h) {
  MATCH (n) WHERE n <> h WITH n LIMIT $most DETACH DELETE n RETURN count(*) AS gone
}
SET h.emptying = CASE WHEN gone = $most THEN true END
RETURN coalesce(h.emptying, false) AS emptying
"""

_log = structlog.get_logger(__name__)


Batch = tuple[int, list[Op]]
"""The entry up to which it goes, and what it does."""


class Source(Protocol):
    """Where the projector reads what happened."""

    def changes(self, after: int) -> list[tuple[int, tuple[Fact, ...]]]:
        """The next entries after a sequence number, with their facts; empty at the end."""

    def payloads(self, ids: Iterable[str]) -> Mapping[str, Json]:
        """Payloads of facts by id."""

    def identity(self) -> tuple[str, int]:
        """What tells this ledger from others (blank while it is empty), and its number of entries."""


@dataclass(slots=True)
class Progress:
    """How far the graph is, and what holds it up."""

    seq: int = 0
    size: int = 0
    """Entries that the ledger was last seen to hold."""
    emptying: bool = False
    """Whether what stands in the graph is being removed, so that it can be built anew."""
    stopped_by: str | None = None
    """Why the graph does not follow: the fact that can't be copied, or the server that is down."""
    foreign: bool = False
    """Whether the graph is a copy of another ledger, or of a later state of this one: it answers nothing."""
    fault: HubError | None = None
    """The error that `stopped_by` tells, with its advice."""

    def refuse_foreign(self) -> None:
        """Raises Unavailable where the graph is not a copy of this ledger."""
        if self.foreign:
            raise Unavailable(self.stopped_by or "", "Run `hub graph rebuild` or give the hub its own.")


def ops_of(facts: Iterable[Fact], payloads: Callable[[Iterable[str]], Mapping[str, Json]]) -> list[Op]:
    """What facts do to the graph, in order."""
    facts = list(facts)
    needed = dict.fromkeys(each for fact in facts for each in COPIERS[fact.kind].needs(fact))
    own = {fact.id: fact.payload or {} for fact in facts if fact.id in needed}
    found = {**payloads(each for each in needed if each not in own), **own}
    return [op for fact in facts for op in COPIERS[fact.kind].ops(fact, lambda fact: found.get(fact) or {})]


class Projector:
    """One thread that follows the ledger. Several processes may run one; the lease lets one of them write."""

    def __init__(
        self, driver: Driver, database: str, source: Source, holder: str, prepare: Callable[[], object]
    ) -> None:
        self._driver = driver
        self._database = database
        self._source = source
        self._holder = holder
        self._prepare = prepare
        self._prepared = False
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._moved = threading.Condition()
        self.progress = Progress()
        self._leased_until = 0.0
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="projector-ahead")
        self._ahead: tuple[int, Future[Batch | None]] | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch under way and give the lease back."""
        self._closed.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def wake(self) -> None:
        """There is something new."""
        self._wake.set()

    def wait_for(self, seq: int, seconds: float) -> bool:
        """Wait until the graph shows entry `seq`; False when it does not in time, or can't."""
        deadline = time.monotonic() + seconds
        with self._moved:
            while self.progress.seq < seq:
                left = deadline - time.monotonic()
                if left <= 0 or self.progress.stopped_by:
                    return False
                self._moved.wait(left)
        return True

    def begin_anew(self) -> None:
        """Have the graph emptied and copied again, whatever stands in it.

        From now on nobody reads it until it shows all that the ledger holds now: what shows less also shows persons
        to agencies that see them no more. Whoever holds the lease goes on with it, should this process die.
        """
        ledger, size = self._source.identity()
        with graph_errors(), self._driver.session(database=self._database) as session:
            session.execute_write(_begin_anew, self._holder, ledger or None, size)
            self._hold()
            self._set(seq=0, emptying=True)
            while self.progress.emptying and not self._closed.is_set():
                self._empty(session)

    def hand_over(self, holder: str) -> bool:
        """Let another process lead from now on, which has to begin within the time of a lease, or this one does again.

        False where this one does not lead.
        """
        with graph_errors(), self._driver.session(database=self._database) as session:
            handed = session.execute_write(_hand_over, self._holder, holder)
        if handed:
            self._leased_until = 0.0
        return handed

    def catch_up(self, told: Callable[[int], None] = lambda seq: None) -> int:
        """Copy all there is, in this thread, telling each head; returns the head reached. Raises what stops it."""
        try:
            while self._step():
                told(self.progress.seq)
        finally:
            self._yield_lead()
        return self.progress.seq

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wake.clear()
            try:
                while not self._closed.is_set() and self._step():
                    self._set(stopped_by=None, fault=None)
                self._set(stopped_by=None, foreign=False, fault=None)
                self._wake.wait(_POLL_SECONDS)
            except HubError as error:
                self._yield_lead()
                self._set(stopped_by=error.message, foreign=isinstance(error, ForeignGraph), fault=error)
                self._closed.wait(_BACKOFF_SECONDS)
            except Exception as error:
                # Never the error's own words: Neo4j repeats values of properties in them.
                fault = Unavailable(f"The graph can't be written ({type(error).__name__}); see the log.")
                self._set(stopped_by=fault.message, fault=fault)
                _log.error("projection stopped", error=type(error).__name__, after=self.progress.seq)
                self._yield_lead()
                self._closed.wait(_BACKOFF_SECONDS)
        self._give_back()

    def _step(self) -> bool:
        """Copy the next entries in one transaction; False when there are none or another holds the lease."""
        if not self._prepared:
            self._prepare()  # the schema stands before the first node; a server that is down is tried again
            self._prepared = True
        with graph_errors(), self._driver.session(database=self._database) as session:
            if time.monotonic() > self._leased_until and not self._lead(session):
                return False
            if self.progress.emptying:
                self._empty(session)
                return True
            after = self.progress.seq
            batch = self._next(after)
            if batch is None:
                return False
            upto, ops = batch
            self._set(size=max(upto, self.progress.size))
            self._ahead = upto, self._pool.submit(self._batch, upto)
            whole = session.execute_write(self._write, after, upto, ops)
            if whole is not None:
                reach("project.committed")
                if whole:
                    session.run(_MAKE_WHOLE).consume()
                self._hold()
                self._set(seq=upto)
            else:
                self._leased_until = 0.0  # another took over while this one was slow
        return True

    def _empty(self, session: Session) -> None:
        """Remove some of what stands in the graph."""
        emptying = session.execute_write(self._remove)
        if emptying is None:
            self._leased_until = 0.0  # another took over; it goes on
            self._set(emptying=False)
            return
        self._hold()
        self._prepared = self._prepared and emptying  # with all else, it is forgotten which schema stands
        self._set(emptying=emptying)

    def _next(self, after: int) -> Batch | None:
        """The next batch: the one that was made while Neo4j wrote the one before it, if it is that one."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == after:
            made = ahead[1].result()
            if made is not None:
                return made
        return self._batch(after)

    def _batch(self, after: int) -> Batch | None:
        entries = self._source.changes(after)
        return (entries[-1][0], self._ops(entries)) if entries else None

    def _lead(self, session: Session) -> bool:
        """Take or renew the lease and learn where the graph is; False while another process holds it."""
        ledger, size = self._source.identity()
        self._set(size=size)
        if not ledger:
            return False  # nothing to copy, and no name to write on the graph
        head = session.execute_write(self._take, ledger, size)
        if head is None:
            shown = session.execute_read(_read_head)
            if shown is None:
                return False  # somebody took it away
            seq, owner = shown
            # Asked again: while we looked, the holder of the lease may have copied an entry newer than `size`.
            _refuse_foreign(owner in (ledger, None), seq <= size or seq <= self._source.identity()[1])
            self._set(seq=seq, emptying=False, foreign=False)
            return False
        seq, emptying = head
        self._set(seq=seq, emptying=emptying, foreign=False)
        self._hold()
        return True

    def _hold(self) -> None:
        self._leased_until = time.monotonic() + _LEASE_SECONDS / 2

    def _ops(self, batch: list[tuple[int, tuple[Fact, ...]]]) -> list[Op]:
        try:
            return ops_of((fact for _, facts in batch for fact in facts), self._source.payloads)
        except (KeyError, ValueError, TypeError) as error:
            for seq, facts in batch:
                for fact in facts:
                    try:
                        ops_of((fact,), self._source.payloads)
                    except (KeyError, ValueError, TypeError):
                        raise Unavailable(
                            f"Fact {fact.pos} of entry {seq} ({fact.kind}) can't be copied."
                        ) from error
            raise

    def _take(self, tx: ManagedTransaction, ledger: str, size: int) -> tuple[int, bool] | None:
        row = tx.run(_TAKE_LEASE, holder=self._holder, lease=_LEASE_MS, ledger=ledger, size=size).single()
        return (int(row["seq"]), bool(row["emptying"])) if row else None

    def _remove(self, tx: ManagedTransaction) -> bool | None:
        row = tx.run(_EMPTY, holder=self._holder, lease=_LEASE_MS, most=_EMPTIED_AT_ONCE).single()
        return bool(row["emptying"]) if row else None

    def _write(self, tx: ManagedTransaction, after: int, upto: int, ops: list[Op]) -> bool | None:
        """The head moves in the transaction of the change: a replay finds it moved and does nothing.

        Whether the graph then shows all that it was begun for; None where another took over.
        """
        moved = tx.run(_ADVANCE, after=after, upto=upto, holder=self._holder, lease=_LEASE_MS).single()
        if moved is None:
            return None
        apply(tx, ops)
        reach("project.written")
        return bool(moved["whole"])

    def _set(self, **changes: int | str | bool | HubError | None) -> None:
        with self._moved:
            for name, value in changes.items():
                setattr(self.progress, name, value)
            self._moved.notify_all()

    def _yield_lead(self) -> None:
        """Who can't go on lets others try: they go on, or find for themselves what is wrong and tell those who wait."""
        if (
            self._leased_until
        ):  # who never led has nothing to give: a further try would only lock an account out
            self._leased_until = 0.0
            self._give_back()

    def _give_back(self) -> None:
        try:
            with graph_errors(), self._driver.session(database=self._database) as session:
                session.run(_RELEASE_LEASE, holder=self._holder).consume()
        except HubError:
            return  # the lease runs out by itself


def _begin_anew(tx: ManagedTransaction, holder: str, ledger: str | None, size: int) -> None:
    tx.run(_BEGIN_ANEW, holder=holder, lease=_LEASE_MS, ledger=ledger, size=size).consume()


def _hand_over(tx: ManagedTransaction, holder: str, to: str) -> bool:
    return tx.run(_HAND_OVER, holder=holder, to=to, lease=_LEASE_MS).single() is not None


def _read_head(tx: ManagedTransaction) -> tuple[int, str | None] | None:
    row = tx.run(_HEAD).single()
    return (int(row["seq"]), row["ledger"]) if row else None


class ForeignGraph(SetupError):
    """The graph is not a copy of this ledger."""


def _refuse_foreign(same: bool, within: bool) -> None:
    if not same:
        raise ForeignGraph(
            "This graph is the copy of another ledger.",
            "Give each hub a database of its own; `hub graph rebuild` makes this one a copy of this ledger.",
        )
    if not within:
        raise ForeignGraph(
            "The graph shows more entries than the ledger holds: an older copy of the ledger was put back.",
            "Restore the newest ledger, or run `hub graph rebuild`.",
        )
