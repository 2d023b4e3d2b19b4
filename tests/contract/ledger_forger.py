"""Somebody with the database file in their hands: changes rows behind the hub's back, and can put them back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.ledger.audit import Fault, verify
from tests.contract.ledger_worlds import TABLES, open_ledger

COLUMNS = {each.name: [column.name for column in each.columns] for each in TABLES}
KEYS = {each.name: [column.name for column in each.primary_key] for each in TABLES}


class Forger:
    """Somebody with the database file in their hands, triggers gone; `ledger` is the hub's own view of it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ledger = open_ledger(f"sqlite:///{file}")
        self.raw = sqlite3.connect(file, isolation_level=None)
        self.raw.execute("PRAGMA synchronous=OFF")
        self.unguard()

    def unguard(self) -> None:
        """Take the triggers away; whoever opens the ledger puts them back."""
        for (name,) in self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.raw.execute(f"DROP TRIGGER {name}")

    def close(self) -> None:
        """Let go of the file."""
        self.raw.close()
        self.ledger.close()

    def fault(self) -> Fault | None:
        """What `verify` finds."""
        return verify(self.ledger).fault

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """Row id and columns of every row."""
        return self.raw.execute(f"SELECT rowid, * FROM {name} ORDER BY rowid").fetchall()

    def contents(self, name: str) -> set[tuple[Any, ...]]:
        """The rows whatever their order and row ids."""
        return {row[1:] for row in self.rows(name)}

    @contextmanager
    def trying(self, name: str) -> Iterator[None]:
        """What is done to one table within is put back afterwards, however it ends."""
        before = self.rows(name)
        try:
            yield
        finally:
            marks = ", ".join("?" * (len(COLUMNS[name]) + 1))
            columns = ", ".join(f'"{each}"' for each in ("rowid", *COLUMNS[name]))
            self.raw.execute("BEGIN")
            self.raw.execute(f"DELETE FROM {name}")
            self.raw.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", before)
            self.raw.execute("COMMIT")

    def put(self, name: str, row: int, /, **values: Any) -> None:
        """Overwrite columns of one row."""
        sets = ", ".join(f'"{column}" = ?' for column in values)
        self.raw.execute(f"UPDATE {name} SET {sets} WHERE rowid = ?", [*values.values(), row])

    def add(self, name: str, row: dict[str, Any]) -> int:
        """Write a row; returns its row id."""
        columns, marks = ", ".join(f'"{each}"' for each in row), ", ".join("?" * len(row))
        made = self.raw.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", list(row.values()))
        return int(made.lastrowid or 0)

    def remove(self, name: str, row: int) -> None:
        """Delete one row."""
        self.raw.execute(f"DELETE FROM {name} WHERE rowid = ?", [row])
