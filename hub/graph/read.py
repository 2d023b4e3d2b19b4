"""The reading half of the graph: one statement at a time, in read mode, with a limit of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import neo4j

from hub.domain.errors import Unavailable
from hub.graph.connect import graph_errors
from hub.graph.select import HEAD, Prepared

_READINGS = 4


class Head(NamedTuple):
    """How far the graph has been written, and how far it has to be before it may be read."""

    seq: int
    whole_at: int
    build: str | None
    """Names this building of the graph: emptied and built anew, it comes to the same entry again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows of a compiled statement."""

    rows: list[dict[str, Any]]
    seq: int
    """Every part of the entries up to this one is in them."""
    moved: bool
    """Whether parts of later entries may be in them too."""


class GraphReader:
    """Runs compiled statements. The server refuses to write and cancels what takes longer than `timeout`."""

    def __init__(self, driver: neo4j.AsyncDriver, database: str, timeout: float) -> None:
        self._driver = driver
        self._database = database
        self._timeout = timeout

    async def run(self, statement: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All rows of a statement by column. Unavailable when the server is gone or the time is up."""
        query = neo4j.Query(statement, timeout=self._timeout)
        with graph_errors():
            async with self._driver.session(
                database=self._database, default_access_mode=neo4j.READ_ACCESS, fetch_size=-1
            ) as session:
                result = await session.run(query, dict(params))
                return [dict(record) async for record in result]

    async def answer(self, prepared: Prepared) -> Reading:
        """The rows of a question, and the entry that they are as of. Unavailable while the graph is being built.

        Read again when an entry came in between, so that no answer shows a part of one; where entries come faster
        than it can be read, it is as of the earliest of them, and says so. What was read of two buildings is never
        an answer.
        """
        for left in reversed(range(_READINGS)):
            rows = await self.run(prepared.statement, prepared.params)
            heads = [Head(*row["head"]) for row in rows if row["head"] is not None]
            whole(heads[0] if heads else None)
            before, after = heads[0], heads[-1]
            if before == after or (left == 0 and before.build == after.build):
                return Reading([row for row in rows if row["head"] is None], before.seq, before != after)
        raise Unavailable("The graph was built anew while it was read.", "Ask again.")

    async def head(self) -> Head | None:
        """How far the graph has been written; None where nothing ever was."""
        rows = await self.run(HEAD, {})
        return Head(*rows[0]["head"]) if rows else None


def whole(head: Head | None) -> None:
    """Unavailable for a graph that does not show yet what the ledger held when it was begun."""
    if head is None or head.whole_at:
        shown = f"{head.seq} of {head.whole_at} entries" if head else "nothing"
        raise Unavailable(
            f"The graph is being built, and shows {shown}.", "Ask again when it is whole; `/readyz` tells."
        )
