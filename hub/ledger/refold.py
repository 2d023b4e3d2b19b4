"""Folding anew: states and look-ups that an older version of the hub wrote are computed again from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, delete, insert, select

from hub.domain.errors import SetupError
from hub.domain.facts import Fact
from hub.domain.kinds import FOLDS, KINDS, Log
from hub.ledger import canon
from hub.ledger.engine import database_errors, writing
from hub.ledger.rows import DerivedRow, FactRow, LookupRow, SubjectRow, table
from hub.ledger.seal import FACTS, open_fact
from hub.ledger.vault import Vault

_FACT, _DERIVED = table(FactRow), table(DerivedRow)
FOLDS_NAME = "folds"
"""Row of the table `derived` that tells the version of the folds."""
_STRIDE = 2_000
_log = structlog.get_logger(__name__)


def refold(engine: Engine, vault: Vault) -> bool:
    """Bring the tables `subject` and `lookup` to what today's folds give; whether they were of an older version.

    Flat in memory: facts are read subject by subject. Raises SetupError for a ledger of a newer version.
    """
    with database_errors(), writing(engine) as connection:
        version = connection.execute(select(_DERIVED.c.version).where(_DERIVED.c.name == FOLDS_NAME)).scalar()
        if version == FOLDS:
            return False
        if version is not None and version > FOLDS:
            raise SetupError(
                "A newer version of the hub wrote this ledger.", "Use that version or a later one."
            )
        _write(connection, vault)
        connection.execute(delete(_DERIVED))
        connection.execute(insert(_DERIVED), {"name": FOLDS_NAME, "version": FOLDS})
    return True


def _write(connection: Connection, vault: Vault) -> None:
    for rows in (SubjectRow, LookupRow):
        connection.execute(delete(table(rows)))
    states: list[dict[str, Any]] = []
    lookups: dict[tuple[str, bytes, str], None] = {}
    count = 0
    for count, facts in enumerate(_by_subject(connection, vault), start=1):
        if KINDS[facts[0].kind].log is Log.CHANGES:
            states.append(_state(facts))
        for fact in facts:
            for space, value in KINDS[fact.kind].lookups(fact):
                lookups[space, vault.look_up(space, value), fact.subject] = None
        if count % _STRIDE == 0:
            _flush(connection, states, lookups)
    _flush(connection, states, lookups)
    if count:
        _log.warning("states folded anew", subjects=count, folds=FOLDS)


def _by_subject(connection: Connection, vault: Vault) -> Iterator[list[Fact]]:
    query = FACTS.order_by(_FACT.c.subject, _FACT.c.subject_version)
    after: tuple[str, int] | None = None
    held: list[Fact] = []
    while True:
        # By pages, since rows are written in between: a cursor would be cut off by that.
        page = query.limit(_STRIDE)
        if after is not None:
            subject, version = after
            later = (_FACT.c.subject > subject) | (
                (_FACT.c.subject == subject) & (_FACT.c.subject_version > version)
            )
            page = page.where(later)
        rows = connection.execute(page).all()
        for subject, each in groupby(rows, key=lambda row: str(row.subject)):
            if held and held[0].subject != subject:
                yield held
                held = []
            held += [open_fact(row, vault) for row in each]
        if len(rows) < _STRIDE:
            break
        after = rows[-1].subject, rows[-1].subject_version
    if held:
        yield held


def _state(facts: list[Fact]) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for fact in facts:
        state = KINDS[fact.kind].fold(state, fact)
    last = facts[-1]
    return {
        "id": last.subject, "type": KINDS[last.kind].type, "version": last.version, "state": canon.pack(state),
    }  # fmt: skip


def _flush(
    connection: Connection, states: list[dict[str, Any]], lookups: dict[tuple[str, bytes, str], None]
) -> None:
    found = [{"space": space, "key": key, "subject": subject} for space, key, subject in lookups]
    for rows, values in ((SubjectRow, states), (LookupRow, found)):
        if values:
            connection.execute(insert(table(rows)), values)
    states.clear()
    lookups.clear()
