"""What a measure is, and the ground it is taken on: a folder, servers of its own, rounds in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr

from hub.domain.ids import new_id
from hub.graph import embedded
from hub.graph.connect import GraphAddress, Progress, SyncDriver, silent, sync_driver
from hub.graph.migrate import migrate
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys
from hub.settings import Settings
from tests import postgres

ORIGIN = "hub.ukur"
_HEAP_MB = 1024

# In parts, since a whole city in one transaction would not fit into the heap.
_EMPTY = """
MATCH (n) WHERE NOT n:SchemaVersion
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `limit` is what bounds `ours` in the same run, in the same unit.

    Either is None where there is nothing to measure; the note then says why.
    """

    what: str
    ours: float | None
    unit: str
    beside: str = ""
    limit: float | None = None
    note: str = ""
    failed: bool = False

    @property
    def ratio(self) -> float | None:
        """How much of the limit is reached: 1 is as fast as it."""
        return self.ours / self.limit if self.ours is not None and self.limit else None

    def as_dict(self) -> dict[str, Any]:
        """The row as plain values, for `--json`."""
        return {
            "what": self.what, "ours": self.ours, "unit": self.unit, "beside": self.beside, "limit": self.limit,
            "ratio": self.ratio, "note": self.note, "failed": self.failed,
        }  # fmt: skip


class Ground:
    """Where benchmarks run: a folder to themselves, and servers that start when one is first asked for."""

    def __init__(self, folder: Path, *, quick: bool, progress: Progress = silent) -> None:
        self.folder = folder
        self.quick = quick
        self._progress = progress
        self._servers = self._settings(folder / "servers")

    def close(self) -> None:
        """Stop what was started."""
        try:
            embedded.down(self._servers)
        finally:
            postgres.stop(self.folder)

    @cached_property
    def graph(self) -> GraphAddress:
        """A Neo4j of this run alone, brought to today's schema."""
        address = embedded.up(self._servers, self._progress)
        with sync_driver(address) as driver:
            migrate(driver, address.database)
        return address

    @cached_property
    def postgres(self) -> str | None:
        """Address of a PostgreSQL of this run alone that syncs each commit to disk; None where none is installed."""
        binaries = postgres.binaries()
        if binaries is None:
            return None
        self._progress("Starting PostgreSQL", 0, None)
        self.folder.chmod(0o711)  # PostgreSQL's own user must get through
        url = postgres.start(self.folder, binaries)
        postgres.sync_to_disk(url)
        return url

    def fresh(self, name: str) -> Path:
        """An empty folder that is used once."""
        made = self.folder / f"{name}-{new_id()}"
        made.mkdir()
        return made

    def settings(self) -> Settings:
        """Settings of an empty hub on this run's Neo4j, which is emptied."""
        address = self.graph
        with self.driver() as driver:
            empty(driver, address.database)
        return self._settings(self.fresh("hub"), address)

    @contextmanager
    def driver(self) -> Iterator[SyncDriver]:
        """A blocking driver to this run's Neo4j."""
        with sync_driver(self.graph) as driver:
            yield driver

    @contextmanager
    def ledger(self, url: str | None = None) -> Iterator[Ledger]:
        """An empty ledger, in SQLite unless an address is given."""
        ledger = Ledger(
            url or f"sqlite:///{self.fresh('ledger') / 'ledger.db'}", LedgerKeys.generate(), ORIGIN
        )
        try:
            yield ledger
        finally:
            ledger.close()

    def _settings(self, home: Path, graph: GraphAddress | None = None) -> Settings:
        # All places are named, so that what the environment says never leads to data that count.
        return Settings(
            home=home,
            ledger_url=None,
            origin=ORIGIN,
            neo4j_uri=graph.uri if graph else None,
            neo4j_user=graph.user if graph else "neo4j",
            neo4j_password=graph.password if graph else None,
            neo4j_database=graph.database if graph else "neo4j",
            neo4j_heap_mb=_HEAP_MB,
        )


def without_graph(settings: Settings) -> Settings:
    """The same hub while its Neo4j is down: nothing listens on port 9."""
    return settings.model_copy(
        update={"neo4j_uri": "bolt://127.0.0.1:9", "neo4j_password": SecretStr("none")}
    )


def empty(driver: SyncDriver, database: str) -> None:
    """Take all nodes and relationships away; constraints, indexes and their version stay."""
    with driver.session(database=database) as session:
        session.run(_EMPTY).consume()


def seconds(work: Callable[[], object]) -> float:
    """How long one piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turn(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The median of what each work measures, run in turn so that a busy machine slows all of them alike."""
    measured = [[work() for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*measured, strict=True)]
