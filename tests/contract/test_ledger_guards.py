"""What stands can't be changed: the database refuses, and what was changed all the same is never signed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Executable, delete, func, inspect, select, text, update
from sqlmodel import Session, SQLModel

from hub.domain.errors import LedgerFault, SetupError
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.engine import database_errors, writing
from hub.ledger.rows import APPEND_ONLY, CheckpointRow, EntryRow, FactRow, NodeRow, table
from hub.ledger.store import Ledger
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import (
    agency,
    commit,
    disclose,
    everything,
    open_ledger,
    pend,
    record,
    unguarded,
)

_ENTRY, _FACT, _NODE, _CHECKPOINT = (table(each) for each in (EntryRow, FactRow, NodeRow, CheckpointRow))


# -- append-only by the database --------------------------------------------------------------------------------


def _changes() -> Iterator[tuple[str, Executable]]:
    """Every way to change what stands that the hub's own connection has, by name."""
    for row, free in APPEND_ONLY:
        rows = table(row)
        for column in (each for each in rows.columns if each.name not in free):
            yield f"UPDATE {rows.name}.{column.name}", update(rows).values({column.name: column})
        yield f"DELETE {rows.name}", delete(rows)


def _refused(ledger: Ledger, change: Executable) -> None:
    with pytest.raises(SetupError) as raised, database_errors(), writing(ledger.engine) as connection:
        connection.execute(change)
    assert "append-only" in raised.value.advice or "permission denied" in raised.value.advice


def test_no_column_can_be_rewritten_and_no_row_deleted(ledger: Ledger) -> None:
    Story(ledger).tell()
    before = everything(ledger)
    for name, change in _changes():
        _refused(ledger, change)
        assert everything(ledger) == before, name
    assert verify(ledger).ok


def test_the_orm_is_refused_too(ledger: Ledger) -> None:
    Story(ledger).tell()
    before = everything(ledger)
    changed: dict[type[SQLModel], tuple[str, object]] = {
        EntryRow: ("purpose", "lain"), FactRow: ("kind", "lain"), NodeRow: ("hash", b"x"),
        CheckpointRow: ("note", "lain"),
    }  # fmt: skip
    for row, (name, value) in changed.items():
        for gone in (False, True):
            with Session(ledger.engine) as session:
                found = session.scalars(select(row).limit(1)).one()
                if gone:
                    session.delete(found)
                else:
                    setattr(found, name, value)
                with pytest.raises(SetupError), database_errors():
                    session.commit()
    assert everything(ledger) == before


def test_no_table_can_be_emptied(ledger: Ledger) -> None:
    if ledger.engine.dialect.name == "sqlite":
        return  # SQLite knows no TRUNCATE
    Story(ledger).tell()
    before = everything(ledger)
    for row, _ in APPEND_ONLY:
        _refused(ledger, text(f"TRUNCATE {row.__tablename__} CASCADE"))
    assert everything(ledger) == before


def test_a_sealed_payload_may_be_rewritten(ledger: Ledger) -> None:
    commit(ledger, record())
    with database_errors(), writing(ledger.engine) as connection:
        assert connection.execute(update(_FACT).values(sealed=_FACT.c.sealed)).rowcount == 1
    assert verify(ledger).ok


def test_the_owner_of_a_postgresql_database_lacks_the_privilege_as_well(fresh_postgres: str) -> None:
    """Whoever drops the triggers is still refused, as long as they are no superuser."""
    name, password = f"u_{secrets.token_hex(6)}", secrets.token_hex(8)
    plain = fresh_postgres.replace("postgresql+psycopg:", "postgresql:")
    address, _, database = plain.rpartition("/")
    with psycopg.connect(plain, autocommit=True) as connection:
        role = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(role))
    ledger = open_ledger(f"postgresql+psycopg://{name}:{password}@{address.rpartition('@')[2]}/{database}")
    Story(ledger).tell()
    with unguarded(ledger):
        pass
    before = everything(ledger)
    for _, change in _changes():
        _refused(ledger, change)
    assert everything(ledger) == before
    assert commit(ledger, agency()).seq == 18
    assert verify(ledger).ok
    ledger.close()


def test_opening_again_changes_nothing_and_puts_the_triggers_back(ledger: Ledger, url: str) -> None:
    Story(ledger).tell()
    with unguarded(ledger) as connection:
        if connection.dialect.name == "postgresql":
            for row, _ in APPEND_ONLY:
                connection.execute(text(f"DROP TRIGGER {row.__tablename__}_no_delete ON {row.__tablename__}"))
    before, tables = everything(ledger), sorted(inspect(ledger.engine).get_table_names())
    open_ledger(url).close()
    assert (everything(ledger), sorted(inspect(ledger.engine).get_table_names())) == (before, tables)
    for _, change in (each for each in _changes() if each[0].startswith("DELETE")):
        _refused(ledger, change)


# -- read back before signing -----------------------------------------------------------------------------------

_FOURTH = (_ENTRY.c.log == "changes", _ENTRY.c.seq == 4)
_ITS_FACT = (_FACT.c.log == "changes", _FACT.c.seq == 4)
_ALTERED: dict[str, Executable] = {
    "a leaf's bytes": update(_ENTRY).where(*_FOURTH).values(data=b"{}"),
    "a fact's bytes": update(_FACT).where(*_ITS_FACT).values(data=b"{}"),
    "a root of facts": update(_ENTRY).where(*_FOURTH).values(facts_root=bytes(32)),
    "a leaf gone": delete(_ENTRY).where(*_FOURTH),
    "a fact gone": delete(_FACT).where(*_ITS_FACT),
    "a node": update(_NODE).where(_NODE.c.level == 2, _NODE.c.idx == 0).values(hash=bytes(32)),
    "a node of what was signed": update(_NODE).where(_NODE.c.level == 1, _NODE.c.idx == 0).values(hash=b"x"),
}


def _signs_nothing(ledger: Ledger, alteration: Executable) -> None:
    with unguarded(ledger) as connection:
        connection.execute(alteration)
        notes = connection.execute(select(func.count()).select_from(_CHECKPOINT)).scalar()
    commit(ledger, agency())  # the writer wakes, and then finds time to sign
    until = time.monotonic() + 20
    while ledger.fault is None:
        assert time.monotonic() < until, "nothing was noticed"
        time.sleep(0.01)
    assert len(everything(ledger)["checkpoint"]) == notes
    with pytest.raises(LedgerFault) as raised:
        ledger.append(pend(ledger, agency()))
    assert raised.value is ledger.fault
    with pytest.raises(LedgerFault):
        ledger.proofs.checkpoint(Log.CHANGES)
    size = ledger.size(Log.CHANGES)
    with pytest.raises(LedgerFault):
        disclose(ledger, new_id())
    assert ledger.size(Log.CHANGES) == size
    assert len(everything(ledger)["checkpoint"]) == notes
    assert not verify(ledger).ok


@pytest.mark.parametrize("what", list(_ALTERED))
def test_nothing_is_signed_once_what_was_stored_reads_otherwise(
    ledger: Ledger, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ledger.writer._IDLE_SECONDS", 3600.0)
    for _ in range(3):
        commit(ledger, agency())
    ledger.proofs.checkpoint(Log.CHANGES)
    for _ in range(4):
        commit(ledger, agency())
    monkeypatch.setattr("hub.ledger.writer._IDLE_SECONDS", 0.01)
    _signs_nothing(ledger, _ALTERED[what])


def test_a_quiet_moment_is_when_a_ledger_signs(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ledger.writer._IDLE_SECONDS", 0.01)
    commit(ledger, agency())
    disclose(ledger, new_id())
    until = time.monotonic() + 20
    while len(everything(ledger)["checkpoint"]) < 2:
        assert time.monotonic() < until, "nothing was signed"
        time.sleep(0.01)
    assert ledger.fault is None
    assert verify(ledger).checkpoints >= 2


@pytest.mark.parametrize("log", list(Log))
def test_a_ledger_shorter_than_its_newest_checkpoint_does_not_open(url: str, log: Log) -> None:
    ledger = open_ledger(url)
    Story(ledger).tell()
    signed = ledger.size(log)
    with unguarded(ledger) as connection:
        connection.execute(delete(_ENTRY).where(_ENTRY.c.log == log.value, _ENTRY.c.seq == signed))
    ledger.engine.dispose()
    with pytest.raises(LedgerFault) as raised:
        open_ledger(url)
    assert f"{log.value} holds {signed - 1} entries, but {signed} were signed" in raised.value.message
    assert raised.value.advice
