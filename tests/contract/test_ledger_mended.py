"""What went wrong in the ledger once."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, text, update

from hub.domain.errors import HubError, LedgerFault, SetupError
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.engine import database_errors, writing
from hub.ledger.entries import Appended
from hub.ledger.rows import EntryRow, FactRow, KeyRow, NodeRow, table
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys, Vault
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import (
    SEEDS,
    agency,
    commit,
    everything,
    open_ledger,
    pend,
    record,
    together,
    unguarded,
)

_ENTRY, _FACT, _KEY, _NODE = table(EntryRow), table(FactRow), table(KeyRow), table(NodeRow)


def test_a_row_can_not_be_replaced(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    Story(ledger).tell()
    before = everything(ledger)
    for name in ("entry", "fact", "node", "checkpoint"):
        with pytest.raises(SetupError), database_errors(), writing(ledger.engine) as connection:
            connection.execute(text(f"INSERT OR REPLACE INTO {name} SELECT * FROM {name} LIMIT 1"))
    assert everything(ledger) == before
    ledger.close()


def test_many_entries_gone_are_a_fault_and_no_endless_loop(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ledger.proofs._STRIDE", 3)
    for _ in range(8):
        commit(ledger, agency())
    with unguarded(ledger) as connection:
        connection.execute(delete(_ENTRY).where(_ENTRY.c.log == "changes", _ENTRY.c.seq <= 4))
    found: list[HubError] = []

    def sign() -> None:
        try:
            ledger.proofs.checkpoint(Log.CHANGES)
        except HubError as error:
            found.append(error)

    thread = threading.Thread(target=sign, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(found[0], LedgerFault)


def test_a_ledger_cut_short_while_it_runs_is_a_fault_when_it_signs(ledger: Ledger) -> None:
    for _ in range(4):
        commit(ledger, agency())
    ledger.proofs.checkpoint(Log.CHANGES)
    with unguarded(ledger) as connection:
        for rows in (_ENTRY, _FACT):
            connection.execute(delete(rows).where(rows.c.log == "changes", rows.c.seq > 2))
    with pytest.raises(LedgerFault):
        ledger.proofs.checkpoint(Log.CHANGES)


def test_a_missing_node_stops_an_append(ledger: Ledger) -> None:
    for _ in range(4):
        commit(ledger, agency())
    with unguarded(ledger) as connection:
        connection.execute(delete(_NODE))
    with pytest.raises(LedgerFault):
        commit(ledger, agency())


def test_a_subject_can_be_read_and_verified_when_something_is_said_after_an_erasure(ledger: Ledger) -> None:
    subject = new_id()
    commit(ledger, record(subject))
    with writing(ledger.engine) as connection:
        connection.execute(delete(_KEY).where(_KEY.c.owner == subject))
    with suppress(HubError):  # to refuse is as good
        commit(ledger, record(subject, name="BARU"))
    assert ledger.facts_of(subject)[0].payload is None
    assert verify(ledger).ok


def test_the_master_key_can_be_changed(ledger: Ledger, url: str) -> None:
    """Keys are wrapped anew and digests of requests encrypted anew: nothing that is hashed changes."""
    commit(ledger, record())
    new = AESGCM(bytes(32))
    with writing(ledger.engine) as connection:
        for row in connection.execute(select(_KEY)).all():
            nonce, key = os.urandom(12), ledger.vault.unwrap(row.owner, row.retention, row.wrapped)
            wrapped = nonce + new.encrypt(nonce, key, f"{row.owner}|{row.retention}".encode())
            connection.execute(update(_KEY).where(_KEY.c.owner == row.owner).values(wrapped=wrapped))
        rotated = LedgerKeys.from_seeds(SEEDS[0], bytes(32), SEEDS[2])
        for row in connection.execute(select(_ENTRY)).all():
            bound_to = (row.log, row.actor, row.request)
            digest = ledger.vault.open_body(row.body, *bound_to)
            body = Vault(rotated).seal_body(digest, *bound_to)
            connection.execute(update(_ENTRY).where(_ENTRY.c.seq == row.seq).values(body=body))
    later = open_ledger(url, rotated)
    report = verify(later)
    later.close()
    assert report.ok, report.fault


def test_a_fact_id_that_stands_already_takes_nobody_else_with_it(ledger: Ledger) -> None:
    draft = agency()
    commit(ledger, draft)
    again = Draft(draft.id, draft.kind, new_id(), draft.refs, draft.clear)
    found = together(ledger, [pend(ledger, again), pend(ledger, agency())])
    assert isinstance(found[1], Appended)


def test_a_ledger_that_is_never_idle_is_signed_too(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ledger.writer._BUSY_SECONDS", 0.5)
    until = time.monotonic() + 2
    while time.monotonic() < until:
        commit(ledger, agency())
        time.sleep(0.05)
    assert ledger.proofs.newest(Log.CHANGES) is not None
