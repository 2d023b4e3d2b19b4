"""The servers that tests run against: real ones, started when a test first asks, gone when the session ends.

Neo4j Community has one database to a server, so each pytest-xdist worker has an embedded server of its own;
tests of one worker run one after the other and may share it. PostgreSQL has databases enough: all workers
share one cluster. Every server lives in one folder that the controlling process makes and, however the
session ends, clears.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import Driver

from hub.graph import embedded
from hub.graph.connect import GraphAddress, sync_driver
from hub.graph.migrate import migrate
from hub.settings import Settings
from tests import postgres
from tests.worlds import wipe

_FOLDER = "HUB_TEST_SERVERS"
HEAP_MB = 384


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this session's servers, and keep the developer's own hub out of the tests."""
    for name in [name for name in os.environ if name.startswith("HUB_") and name != _FOLDER]:
        del os.environ[name]
    if hasattr(config, "workerinput"):
        return
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="hub-tests-")
    Path(os.environ[_FOLDER]).chmod(0o711)  # PostgreSQL's own user must get through
    atexit.register(_stop_all)
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=143))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started, once no worker runs any more."""
    if not hasattr(config, "workerinput"):
        _stop_all()


def _stop_all() -> None:
    folder = Path(os.environ.get(_FOLDER, "/nonexistent"))
    if not folder.is_dir():
        return
    for home in folder.glob("hub-*"):
        embedded.down(Settings(home=home))
    postgres.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Path:
    """Folder of this session's servers: that of a hub's home in it called `hub-…` is stopped at the end."""
    return Path(os.environ[_FOLDER])


@pytest.fixture(scope="session")
def graph_address(servers: Path, worker_id: str) -> GraphAddress:
    """This worker's own Neo4j, started on first use and brought to today's schema."""
    address = embedded.up(Settings(home=servers / f"hub-{worker_id}", neo4j_heap_mb=HEAP_MB))
    with sync_driver(address) as driver:
        migrate(driver, address.database)
    return address


@pytest.fixture(scope="session")
def graph_driver(graph_address: GraphAddress) -> Iterator[Driver]:
    """A blocking driver to it."""
    with sync_driver(graph_address) as driver:
        yield driver


@pytest.fixture
def clean_graph(graph_address: GraphAddress, graph_driver: Driver) -> GraphAddress:
    """This worker's Neo4j without nodes and relationships; constraints, indexes and their version stay."""
    wipe(graph_driver, graph_address.database)
    return graph_address


@pytest.fixture
def settings(tmp_path: Path, clean_graph: GraphAddress) -> Settings:
    """Settings of a fresh hub: an empty home, an SQLite ledger in it, and this worker's emptied Neo4j."""
    return Settings(
        home=tmp_path / "hub",
        neo4j_uri=clean_graph.uri,
        neo4j_user=clean_graph.user,
        neo4j_password=clean_graph.password,
        neo4j_database=clean_graph.database,
    )


@pytest.fixture(scope="session")
def postgres_url(servers: Path) -> str:
    """SQLAlchemy address of the session's PostgreSQL, database `postgres`. Skips where none is installed."""
    binaries = postgres.binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail(postgres.ADVICE)
        pytest.skip(postgres.ADVICE)
    return postgres.start(servers, binaries)


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """SQLAlchemy address of an empty database that this test has for itself."""
    with postgres.database(postgres_url) as url:
        yield url
