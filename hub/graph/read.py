"""The reading half of the graph: one statement at a time, in read mode, with a limit of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import neo4j

from hub.graph.connect import graph_errors

_HEAD = "MATCH (h:LedgerHead {id: 'changes'}) RETURN h.seq AS seq"


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

    async def head(self) -> int:
        """The ledger entry up to which the graph has been written; 0 for none."""
        rows = await self.run(_HEAD, {})
        return int(rows[0]["seq"] or 0) if rows else 0
