"""Brings a database to today's schema, one numbered migration after the other, each once."""

from __future__ import annotations

from neo4j import Driver
from structlog import get_logger

from graph_schema import MIGRATIONS
from hub.domain.errors import SetupError
from hub.graph.connect import graph_errors

_NUMBER = "MATCH (v:SchemaVersion {id: 'graph'}) RETURN v.number AS number"
# Two processes may come here at once: the statements may be run twice, and the number never goes back.
_APPLIED = """
MERGE (v:SchemaVersion {id: 'graph'})
SET v.number = CASE WHEN coalesce(v.number, 0) < $number THEN $number ELSE v.number END
"""
_ONLINE = "CALL db.awaitIndexes($seconds)"
_INDEX_SECONDS = 600
"""An index over millions of nodes takes minutes to fill; a query before that would scan them all."""

_log = get_logger(__name__)


def migrate(driver: Driver, database: str) -> list[int]:
    """Apply the migrations that this database has not seen; returns their numbers, none when it is current.

    Returns once all indexes are online. Raises SetupError when the database is newer than this program,
    Unavailable when Neo4j is down.
    """
    with graph_errors():
        current = _number(driver, database)
        if current > MIGRATIONS[-1].number:
            raise SetupError(
                f"The graph has schema {current}; this version of the hub knows {MIGRATIONS[-1].number}.",
                "Use the newer version of the hub, or rebuild the graph with `hub graph rebuild`.",
            )
        outstanding = [step for step in MIGRATIONS if step.number > current]
        for step in outstanding:
            for statement in step.statements:
                # A change of schema can't share a transaction with data, nor be parameterised.
                driver.execute_query(statement, database_=database)
            driver.execute_query(_APPLIED, number=step.number, database_=database)
            _log.info("graph migrated", number=step.number, title=step.title)
        driver.execute_query(_ONLINE, seconds=_INDEX_SECONDS, database_=database)
        return [step.number for step in outstanding]


def _number(driver: Driver, database: str) -> int:
    records, _, _ = driver.execute_query(_NUMBER, database_=database)
    return int(records[0]["number"]) if records else 0
