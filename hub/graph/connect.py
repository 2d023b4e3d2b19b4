"""How the hub reaches Neo4j: addresses, drivers, and the one place where driver errors become the hub's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from neo4j import AsyncDriver, AsyncGraphDatabase, Driver, GraphDatabase
from neo4j.exceptions import (
    ClientError,
    ConfigurationError,
    ConnectionPoolError,
    DatabaseError,
    DriverError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from pydantic import SecretStr

from hub import __version__
from hub.domain.errors import HubError, SetupError, Unavailable
from hub.settings import Settings

SyncDriver = Driver
"""A blocking driver, for parts that may not import neo4j themselves."""
Progress = Callable[[str, int, int | None], None]
"""Told again and again what is under way: the stage, bytes so far, bytes in all (None where not known)."""

PATIENCE = 3.0
"""Seconds after which a server that does not answer counts as down."""

_CONFIG: dict[str, Any] = {
    "connection_timeout": PATIENCE,
    "connection_acquisition_timeout": PATIENCE + 1,  # also a new connection must fit in
    # The driver tries again after 1 and after 2 s more, but not once this limit is over.
    "max_transaction_retry_time": PATIENCE - 1,
    "max_connection_pool_size": 100,
    "liveness_check_timeout": 30.0,  # a server restarted meanwhile is noticed before a query is sent
    "notifications_min_severity": "OFF",
    "telemetry_disabled": True,
    "user_agent": f"hub/{__version__}",
}
_VERSION = (
    "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
)
_DOWN_ADVICE = "See whether it runs (`hub status`) and start the embedded one with `hub up`; then try again."
_LOGIN_ADVICE = (
    "Check HUB_NEO4J_USER and HUB_NEO4J_PASSWORD. The embedded server's password stands in keys/neo4j.json "
    "under HUB_HOME."
)
_TOO_LONG = "Neo.ClientError.Transaction.TransactionTimedOut"
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"
_SECURITY = "Neo.ClientError.Security."


# Without a handler of its own the driver's warnings would land on stderr; its errors reach us as exceptions.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class GraphAddress:
    """Where a Neo4j server listens, who the hub is there, and which database it uses."""

    uri: str
    user: str
    password: SecretStr
    database: str

    @property
    def auth(self) -> tuple[str, str]:
        """User and password in clear, for the driver only."""
        return self.user, self.password.get_secret_value()


def silent(stage: str, done: int, total: int | None) -> None:
    """The progress of those who do not look."""


def address_of(settings: Settings, progress: Progress = silent) -> GraphAddress:
    """The server that the settings name, else the embedded one, which is started when it is not up.

    Raises SetupError or Unavailable when there is no server.
    """
    if settings.neo4j_uri is not None:
        return _external(settings.neo4j_uri, settings)
    from hub.graph import embedded  # noqa: PLC0415 - it imports this module, and is needed on this road only

    return embedded.up(settings, progress)


def sync_driver(address: GraphAddress) -> Driver:
    """A blocking driver, connected on first use, closed by the caller. SetupError on a malformed address."""
    with graph_errors():
        return GraphDatabase.driver(address.uri, auth=address.auth, **_CONFIG)


def async_driver(address: GraphAddress) -> AsyncDriver:
    """The same for an event loop: to be made, used and closed within one."""
    with graph_errors():
        return AsyncGraphDatabase.driver(address.uri, auth=address.auth, **_CONFIG)


def sync_ping(driver: Driver, database: str) -> str:
    """The server's version, e.g. `2026.08.1`, when the database answers; else Unavailable or SetupError."""
    with graph_errors():
        records, _, _ = driver.execute_query(_VERSION, database_=database)
        return str(records[0]["version"])


async def async_ping(driver: AsyncDriver, database: str) -> str:
    """The same for an event loop; a server that hangs counts as down after a few seconds."""
    with graph_errors():
        async with asyncio.timeout(PATIENCE + 1):
            records, _, _ = await driver.execute_query(_VERSION, database_=database)
        return str(records[0]["version"])


@contextmanager
def graph_errors() -> Iterator[None]:
    """Around any use of the driver, awaited or not: its errors come out as Unavailable or SetupError.

    Errors that only a fault of ours can cause (a malformed statement, a broken constraint) stay as they are.
    """
    try:
        yield
    except (DriverError, ClientError, DatabaseError, TransientError, TimeoutError, ConnectionError) as error:
        translated = _translate(error)
        if translated is None:
            raise
        raise translated from error


def _translate(error: Exception) -> HubError | None:
    if isinstance(error, ClientError):
        return _refused(error.code or "")
    if isinstance(error, ConfigurationError):
        return SetupError(
            f"The address of Neo4j can't be used: {error}.", "Check HUB_NEO4J_URI, e.g. bolt://host:7687."
        )
    if isinstance(error, ServiceUnavailable | SessionExpired | ConnectionError):
        return Unavailable("Neo4j can't be reached.", _DOWN_ADVICE)
    if isinstance(error, TimeoutError | ConnectionPoolError):
        return Unavailable(
            "Neo4j did not answer in time.", "Try again; if it stays so, look at its load and its log."
        )
    if isinstance(error, TransientError | DatabaseError):
        return Unavailable(
            f"Neo4j could not carry this out now ({error.code}).",
            "Try again; if it stays so, look at its log.",
        )
    return None


def _refused(code: str) -> HubError | None:
    if code.startswith(_SECURITY):
        return SetupError(
            f"Neo4j refused the hub's user name or password ({code.removeprefix(_SECURITY)}).", _LOGIN_ADVICE
        )
    if code.startswith(_TOO_LONG):
        return Unavailable(
            "Neo4j took longer than the time allowed.", "Ask for less at once, or raise HUB_QUERY_TIMEOUT."
        )
    if code == _NO_DATABASE:
        return SetupError("The Neo4j server has no such database.", "Check HUB_NEO4J_DATABASE.")
    return None


def _external(uri: str, settings: Settings) -> GraphAddress:
    if settings.neo4j_password is None:
        raise SetupError(
            "HUB_NEO4J_URI is set, but no password.", "Set HUB_NEO4J_PASSWORD, and HUB_NEO4J_USER if needed."
        )
    return GraphAddress(uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_database)
