"""Single durable appends, by one writer and by sixteen, beside bare one-row commits with the same fsync."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import count

from sqlalchemy import insert

from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.ledger.engine import open_engine
from hub.ledger.rows import EntryRow, table
from tests import postgres
from tests.benchmarks.material import entry_row, pend
from tests.benchmarks.measure import Ground, Row, in_turn, seconds

Database = Callable[[], AbstractContextManager[str]]
ROUNDS = 5
MOST_WRITERS = 16
BARE = "Core insert of one row, same fsync"
_ENTRY = table(EntryRow)


def commits_on_sqlite(ground: Ground) -> list[Row]:
    """Appends a second of one fact each, with its payload, each durable before its writer goes on."""
    return _rows(ground, "SQLite", lambda: nullcontext(_sqlite(ground)))


def commits_on_postgresql(ground: Ground) -> list[Row]:
    """The same on a server that syncs each commit to disk."""
    url = ground.postgres
    return _rows(ground, "PostgreSQL", None if url is None else lambda: postgres.database(url))


def _rows(ground: Ground, name: str, database: Database | None) -> list[Row]:
    return [_row(ground, name, database, writers) for writers in (1, MOST_WRITERS)]


def _row(ground: Ground, name: str, database: Database | None, writers: int) -> Row:
    what = f"single appends on {name}, {writers} writer{'' if writers == 1 else 's'}"
    if database is None:
        return Row(what, None, "commits/s", BARE, note=postgres.ADVICE)
    each = (64 if ground.quick else 512) // (1 if writers == 1 else 4)
    ours, bare = in_turn(
        2 if ground.quick else ROUNDS,
        lambda: _appended(ground, database, each, writers),
        lambda: _inserted(database, each, writers),
    )
    goal = "goal 0.5x" if writers == 1 else "goal 2,000/s"
    return Row(what, ours, "commits/s", BARE, bare, goal)


def _sqlite(ground: Ground) -> str:
    return f"sqlite:///{ground.fresh('commits') / 'ledger.db'}"


def _appended(ground: Ground, database: Database, each: int, writers: int) -> float:
    with database() as url, ground.ledger(url) as ledger:
        return _commits(each, writers, lambda writer: ledger.append(pend(ledger, [_draft()])).result())


def _draft() -> Draft:
    clear = {"status": "PROPOSED", "agency": "dinsos"}
    payload = {"reason": "Usulan RT 03, belum menerima bantuan lain."}
    refs = (("person", new_id()), ("programme", new_id()))
    return Draft(new_id(), "EnrolmentProposed", new_id(), refs, clear, payload)


def _inserted(database: Database, each: int, writers: int) -> float:
    """Rows as long as those of entries, one connection a writer; SQLite is opened as the ledger opens it."""
    numbers = count()
    with database() as url, ExitStack() as stack:
        engine = open_engine(url)
        stack.callback(engine.dispose)
        connections = [stack.enter_context(engine.connect()) for _ in range(writers)]

        def one(writer: int) -> None:
            connections[writer].execute(insert(_ENTRY), entry_row(next(numbers), b"x" * 32))
            connections[writer].commit()

        return _commits(each, writers, one)


def _commits(each: int, writers: int, commit: Callable[[int], object]) -> float:
    """Commits a second when each of some threads makes a number of them."""
    with ThreadPoolExecutor(writers) as pool:

        def by_all(number: int) -> None:
            list(pool.map(lambda writer: [commit(writer) for _ in range(number)], range(writers)))

        by_all(4)  # warms up, and opens connections
        return each * writers / seconds(lambda: by_all(each))
