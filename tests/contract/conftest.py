"""Both databases that a ledger may live in: whatever is claimed of one is claimed of the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.ledger.store import Ledger
from tests.contract.ledger_worlds import open_ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, first in SQLite, then in PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("fresh_postgres"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger, closed afterwards."""
    opened = open_ledger(url)
    yield opened
    opened.close()
