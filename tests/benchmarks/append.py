"""Sealing and appending facts by the thousand, beside a bare insert of the very same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert, select

from hub.domain.facts import Draft
from hub.ledger.engine import open_engine, writing
from hub.ledger.rows import EntryRow, FactRow, KeyRow, LookupRow, NodeRow, SubjectRow, table
from hub.ledger.store import Ledger
from tests.benchmarks.material import facts, pend
from tests.benchmarks.measure import Ground, Row, in_turn, seconds

CHUNK = 1000
TABLES = tuple(table(kind) for kind in (EntryRow, FactRow, KeyRow, NodeRow, SubjectRow, LookupRow))

Chunks = Sequence[Sequence[Draft]]


def append(ground: Ground) -> list[Row]:
    """Facts a second through `Ledger.prepare` and `append`, in entries of 1,000."""
    number = 2_000 if ground.quick else 16_000
    drafts = facts(number)
    chunks = [drafts[begin : begin + CHUNK] for begin in range(0, number, CHUNK)]
    rows = _rows_of(ground, chunks)

    def sealed() -> float:
        with ground.ledger() as ledger:
            return number / seconds(lambda: [pend(ledger, chunk) for chunk in chunks])

    def appended() -> float:
        with ground.ledger() as ledger:
            return number / seconds(lambda: _append(ledger, chunks))

    def inserted() -> float:
        return number / _insert(ground, rows, len(chunks))

    alone, both, bare = in_turn(1 if ground.quick else 5, sealed, appended, inserted)
    return [
        Row(
            "sealing of facts", alone, "facts/s", note="keys, HMAC look-ups, AES-GCM, canonical JSON, hashes"
        ),
        Row("sealing + append", both, "facts/s", "Core insert of the same rows", bare, "goal 60,000 facts/s"),
    ]


def _append(ledger: Ledger, chunks: Chunks) -> None:
    """Seal one entry while the one before it is written, as the intake does."""
    for future in [ledger.append(pend(ledger, chunk)) for chunk in chunks]:
        future.result()


def _rows_of(ground: Ground, chunks: Chunks) -> dict[Table, list[dict[str, Any]]]:
    """Every row that these appends leave in the database; the run serves to warm up, too."""
    with ground.ledger() as ledger:
        _append(ledger, chunks)
        with ledger.reading() as connection:
            return {each: [dict(row._mapping) for row in connection.execute(select(each))] for each in TABLES}


def _insert(ground: Ground, rows: dict[Table, list[dict[str, Any]]], parts: int) -> float:
    """Seconds to insert these rows in as many transactions as there were entries."""
    engine = open_engine(f"sqlite:///{ground.fresh('bare') / 'ledger.db'}")

    def insert_all() -> None:
        for part in range(parts):
            with writing(engine) as connection:
                for into, every in rows.items():
                    if some := every[len(every) * part // parts : len(every) * (part + 1) // parts]:
                        connection.execute(insert(into), some)

    try:
        return seconds(insert_all)
    finally:
        engine.dispose()
