"""Remembers which row keys of a file were met, in memory that does not grow with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

_SETTINGS = (
    "PRAGMA journal_mode = OFF",  # the file lives no longer than the run: there is nothing to go back to
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -16000",  # kB
)
_CREATE = "CREATE TABLE met (key TEXT PRIMARY KEY, call INTEGER NOT NULL) WITHOUT ROWID"
_ADD = "INSERT OR IGNORE INTO met VALUES (?, ?)"
_ASK = "SELECT 1 FROM met WHERE key = ? AND call < ?"


class KeySet:
    """The keys met so far, in a nameless temporary file of SQLite's own that goes with the process.

    Not for several threads at once, though a later call may come from another one than an earlier.
    """

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._call = 0
        for statement in (*_SETTINGS, _CREATE):
            self._store.execute(statement)

    def __enter__(self) -> KeySet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_many(self, keys: Sequence[str]) -> set[int]:
        """Add keys; returns the positions of those that were met before, in this call or an earlier one."""
        first: dict[str, int] = {}
        met = {at for at, key in enumerate(keys) if first.setdefault(key, at) != at}
        self._call += 1
        held = self._store.total_changes
        self._store.execute("BEGIN")
        self._store.executemany(_ADD, ((key, self._call) for key in first))
        self._store.execute("COMMIT")
        if self._store.total_changes - held < len(first):
            met |= {at for key, at in first.items() if self._holds(key)}
        return met

    def _holds(self, key: str) -> bool:
        return self._store.execute(_ASK, (key, self._call)).fetchone() is not None

    def close(self) -> None:
        """Forget the keys."""
        self._store.close()
