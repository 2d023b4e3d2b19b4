"""The one writer thread of a process: drains its queue into group commits."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

from sqlalchemy import Engine

from hub.domain.errors import Conflict, HubError, Unavailable
from hub.domain.kinds import Log
from hub.faults import reach
from hub.ledger.batch import Batch
from hub.ledger.engine import database_errors, writing
from hub.ledger.entries import Appended, Pending
from hub.ledger.vault import Vault

_MOST_ENTRIES = 256
_MOST_FACTS = 8000
"""A group ends here, so that a bulk load does not keep single changes waiting."""
_IDLE_SECONDS = 1.0
_BUSY_SECONDS = 60.0
"""A ledger that is never idle is signed this often all the same."""

Job = tuple[Pending, "Future[Appended]"]


class Writer:
    """Appends entries in groups; `on_commit` hears of each log and its new size, `on_idle` of quiet moments."""

    def __init__(
        self, engine: Engine, vault: Vault, on_commit: Callable[[Log, int], None], on_idle: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._on_commit = on_commit
        self._on_idle = on_idle
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def put(self, pending: Pending) -> Future[Appended]:
        """Queue an entry. The future holds where it stands once it is durable, or the HubError that refused it."""
        future: Future[Appended] = Future()
        if self._closed.is_set():
            future.set_exception(Unavailable("The ledger is closing.", "Try again with the same request id."))
        else:
            self._queue.put((pending, future))
        return future

    def close(self) -> None:
        """Write what is queued, then stop."""
        self._closed.set()
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        running, idle, signed = True, False, time.monotonic()
        while running:
            try:
                job = self._queue.get() if idle else self._queue.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                idle, signed = True, time.monotonic()
                self._on_idle()
                continue
            idle, running = False, job is not None
            if job is not None:
                running = self._commit(self._drain(job))
            if time.monotonic() - signed > _BUSY_SECONDS:
                self._on_idle()
                signed = time.monotonic()

    def _drain(self, first: Job) -> list[Job | None]:
        group: list[Job | None] = [first]
        facts = len(first[0].sealed.facts)
        while len(group) < _MOST_ENTRIES and facts < _MOST_FACTS:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            group.append(job)
            if job is None:
                break
            facts += len(job[0].sealed.facts)
        return group

    def _commit(self, group: list[Job | None]) -> bool:
        """Append a group; returns whether the writer goes on."""
        # A change whose asker has gone is not written; once it runs, going does not stop it any more.
        jobs = [job for job in group if job is not None and job[1].set_running_or_notify_cancel()]
        try:
            outcomes = self._outcomes([pending for pending, _ in jobs]) if jobs else []
        except Exception as error:
            for _, future in jobs:
                future.set_exception(error)
            return None not in group
        # Listeners first: whoever is told that rights were taken must not find them in a cache.
        self._tell(jobs, outcomes)
        for (_, future), outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, HubError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        return None not in group

    def _outcomes(self, group: list[Pending]) -> list[Appended | HubError]:
        """Write a group; one that can't stand must not take the others with it."""
        try:
            return self._write(group)
        except Conflict as error:
            if len(group) == 1:
                return [error]
            return [outcome for each in group for outcome in self._outcomes([each])]

    def _write(self, group: list[Pending]) -> list[Appended | HubError]:
        with database_errors(), writing(self._engine) as connection:
            batch = Batch(connection, self._vault, datetime.now(UTC))
            batch.look(group)
            outcomes = [batch.add(pending) for pending in group]
            batch.flush()
            reach("append.inserted")
        reach("append.committed")
        return outcomes

    def _tell(self, jobs: list[Job], outcomes: list[Appended | HubError]) -> None:
        grown: dict[Log, int] = {}
        for (pending, _), outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Appended) and not outcome.repeated:
                grown[pending.log] = outcome.seq
        for log, size in grown.items():
            self._on_commit(log, size)
