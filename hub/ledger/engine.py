"""Opening the ledger's database: SQLite in WAL mode or PostgreSQL, tables that only grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlmodel import SQLModel

from hub.domain.errors import Conflict, SetupError, Unavailable
from hub.ledger.rows import APPEND_ONLY

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=60000",
    "cache_size=-65536",
    "recursive_triggers=ON",  # else INSERT OR REPLACE deletes without asking the triggers
)
_LOCK = 0x68756231  # any constant: the key of the advisory lock that PostgreSQL writers share


def open_engine(url: str) -> Engine:
    """An engine on the ledger's database, with tables and triggers in place.

    Raises SetupError for an address that can't be used and Unavailable for a server that does not answer.
    """
    address = _address(url)
    engine = create_engine(
        address, pool_pre_ping=address.get_backend_name() != "sqlite", pool_size=8, max_overflow=24
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    with database_errors(), writing(engine) as connection:
        SQLModel.metadata.create_all(connection)
        _forbid_changes(connection)
    return engine


def _address(url: str) -> URL:
    """The address with its driver, and with its folder in place. Raises SetupError when it can't be used."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise SetupError("HUB_LEDGER_URL is not a database address.", "E.g. postgresql+psycopg://…") from None
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise SetupError("The ledger lives in SQLite or PostgreSQL.", "Set HUB_LEDGER_URL accordingly.")
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return address


def holds_entries(url: str) -> bool:
    """Whether the database at this address holds a ledger with entries. Raises as `open_engine` does."""
    engine = create_engine(_address(url))
    try:
        with database_errors(), engine.connect() as connection:
            return inspect(connection).has_table("entry") and bool(
                connection.exec_driver_sql("SELECT 1 FROM entry LIMIT 1").first()
            )
    finally:
        engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that excludes every other writer, also those of other processes."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


@contextmanager
def database_errors() -> Iterator[None]:
    """Translate what the database reports into the hub's own errors; no value of a row is repeated."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else "no reason given"
        if "append-only" in reason or "permission denied" in reason:
            raise SetupError("The ledger's database refused to change what stands.", reason) from None
        if isinstance(error, IntegrityError):
            raise Conflict("Something with this id stands in the ledger already.", "Send it anew.") from None
        raise Unavailable(
            "The ledger's database could not do its work.",
            f"{type(error.orig).__name__}: check its disk and that it runs, then try again with the same request id.",
        ) from None


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `writing`, with the lock taken at once
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _forbid_changes(connection: Connection) -> None:
    for row, free in APPEND_ONLY:
        name = str(row.__tablename__)
        fixed = [column.name for column in SQLModel.metadata.tables[name].columns if column.name not in free]
        if connection.dialect.name == "sqlite":
            _sqlite_triggers(connection, name, fixed)
        else:
            _postgres_triggers(connection, name, fixed)


def _sqlite_triggers(connection: Connection, table: str, fixed: list[str]) -> None:
    columns = ", ".join(f'"{name}"' for name in fixed)
    for action, when in (("update", f"UPDATE OF {columns}"), ("delete", "DELETE")):
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{action} BEFORE {when} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
        )


def _postgres_triggers(connection: Connection, table: str, fixed: list[str]) -> None:
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only: %%', TG_TABLE_NAME; END $$"
    )
    columns = ", ".join(f'"{name}"' for name in fixed)
    for action, when, each in (
        ("update", f"UPDATE OF {columns}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {table}_no_{action} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION ledger_append_only()"
        )
    connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")
    free = [c.name for c in SQLModel.metadata.tables[table].columns if c.name not in fixed]
    if free:
        connection.exec_driver_sql(f"GRANT UPDATE ({', '.join(free)}) ON {table} TO CURRENT_USER")
