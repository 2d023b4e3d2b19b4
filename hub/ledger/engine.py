"""Opening the ledger's database: SQLite in WAL mode or PostgreSQL, tables that only grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlmodel import SQLModel

from hub.domain.errors import Conflict, HubError, LedgerFault, SetupError, Unavailable
from hub.ledger.rows import APPEND_ONLY

_log = structlog.get_logger(__name__)
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=60000",
    "cache_size=-65536",
    "recursive_triggers=ON",  # else INSERT OR REPLACE deletes without asking the triggers
)
_RESTORE = "Keep it as evidence, and put the newest whole copy back."
_URL = "Check HUB_LEDGER_URL."
_LOCK = 0x68756231  # any constant: the key of the advisory lock that PostgreSQL writers share


def open_engine(url: str) -> Engine:
    """An engine on the ledger's database, with tables and triggers in place.

    Raises SetupError for an address that can't be used and Unavailable for a server that does not answer.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite" and address.database:
        _make_folder(Path(address.database).parent)
    engine = create_engine(
        address, pool_pre_ping=address.get_backend_name() != "sqlite", pool_size=8, max_overflow=24
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    with database_errors(), writing(engine) as connection:
        stood = inspect(connection).has_table("entry")
        SQLModel.metadata.create_all(connection)
        gone = _forbid_changes(connection)
    if stood and gone:
        _log.warning("somebody took away what keeps the ledger from being changed; it is back", triggers=gone)
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
    return address


def holds_entries(url: str) -> bool:
    """Whether the database at this address holds a ledger with entries; makes none. Raises as `open_engine` does."""
    address = _address(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return False
    engine = create_engine(address)
    try:
        with database_errors(), engine.connect() as connection:
            return inspect(connection).has_table("entry") and bool(
                connection.exec_driver_sql("SELECT 1 FROM entry LIMIT 1").first()
            )
    finally:
        engine.dispose()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"The folder {folder} can't be made: {error.strerror}.", "Choose another.") from None


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
        raise _translated(error) from None


def _translated(error: DBAPIError) -> HubError:
    reason = str(error.orig).splitlines()[0] if error.orig else "no reason given"
    if "append-only" in reason or "permission denied" in reason:
        return SetupError("The ledger's database refused to change what stands.", reason)
    if isinstance(error, IntegrityError):
        return Conflict("Something with this id stands in the ledger already.", "Send it anew.")
    for said, found, message, advice in _REASONS:
        if said in reason:
            return found(message, advice)
    return Unavailable(
        "The ledger's database could not do its work.",
        f"{type(error.orig).__name__}: look at its log and its disk, then try again; a change may be sent again "
        "with the same request id.",
    )


_REASONS: tuple[tuple[str, type[HubError], str, str], ...] = (
    ("not a database", LedgerFault, "The ledger's file is no database.", _RESTORE),
    ("malformed", LedgerFault, "The ledger's file is damaged.", _RESTORE),
    ("is full", Unavailable, "The disk of the ledger is full.", "Make room and send the change again."),
    ("No space left", Unavailable, "The disk of the ledger is full.", "Make room and send the change again."),
    ("locked", Unavailable, "Another process keeps the ledger locked.", "Wait, or find who holds it."),
    ("readonly", SetupError, "The ledger can't be written.", "Make its file and its folder writable."),
    ("unable to open", SetupError, "The ledger's file can't be opened.", "Check its folder and its owner."),
    (
        "password authentication failed",
        SetupError,
        "The ledger's server refuses this user or password.",
        _URL,
    ),
    ("no password supplied", SetupError, "The ledger's server wants a password.", _URL),
    ("does not exist", SetupError, "The ledger's server has no such database or user.", _URL),
    ("could not translate host", SetupError, "The host of the ledger's server is not known.", _URL),
    ("failed to resolve host", SetupError, "The host of the ledger's server is not known.", _URL),
    ("Connection refused", Unavailable, "The ledger's server does not answer.", f"Start it. {_URL}"),
    ("timeout expired", Unavailable, "The ledger's server does not answer.", f"Start it. {_URL}"),
)
"""What is in the first line of a database's message, and what it means for whoever runs the hub."""


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `writing`, with the lock taken at once
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _forbid_changes(connection: Connection) -> list[str]:
    """Put the triggers in place; returns those that were not, or were switched off."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'append-only: %%', TG_TABLE_NAME; END $$"
        )
    query = _SQLITE_GUARDS if sqlite else _POSTGRES_GUARDS
    held = set(connection.exec_driver_sql(query).scalars())
    gone: list[str] = []
    for row, free in APPEND_ONLY:
        name = str(row.__tablename__)
        fixed = [column.name for column in SQLModel.metadata.tables[name].columns if column.name not in free]
        made = _sqlite_triggers(name, fixed) if sqlite else _postgres_triggers(name, fixed)
        gone += sorted(made.keys() - held)
        for trigger, statement in made.items():
            if trigger not in held:
                connection.exec_driver_sql(
                    f"DROP TRIGGER IF EXISTS {trigger}{'' if sqlite else f' ON {name}'}"
                )
                connection.exec_driver_sql(statement)
        if not sqlite:
            _take_privileges(connection, name, fixed)
    return gone


_SQLITE_GUARDS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
_POSTGRES_GUARDS = (
    "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid "
    "WHERE relnamespace = current_schema()::regnamespace AND tgenabled = 'O' AND NOT tgisinternal"
)


def _sqlite_triggers(table: str, fixed: list[str]) -> dict[str, str]:
    columns = ", ".join(f'"{name}"' for name in fixed)
    return {
        f"{table}_no_{action}": f"CREATE TRIGGER {table}_no_{action} BEFORE {when} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
        for action, when in (("update", f"UPDATE OF {columns}"), ("delete", "DELETE"))
    }


def _postgres_triggers(table: str, fixed: list[str]) -> dict[str, str]:
    columns = ", ".join(f'"{name}"' for name in fixed)
    return {
        f"{table}_no_{action}": f"CREATE TRIGGER {table}_no_{action} BEFORE {when} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION ledger_append_only()"
        for action, when, each in (
            ("update", f"UPDATE OF {columns}", "ROW"),
            ("delete", "DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        )
    }


def _take_privileges(connection: Connection, table: str, fixed: list[str]) -> None:
    connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")
    free = [c.name for c in SQLModel.metadata.tables[table].columns if c.name not in fixed]
    if free:
        connection.exec_driver_sql(f"GRANT UPDATE ({', '.join(free)}) ON {table} TO CURRENT_USER")
