"""What is personal can't be read where it is kept, opens with its key alone, and is gone when its key is gone."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select, update

from hub.domain.errors import HubError, LedgerFault
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.engine import writing
from hub.ledger.rows import FactRow, KeyRow, LookupRow, table
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys, commitment
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import (
    KK,
    NAME,
    NIK,
    PERSONAL,
    SEEDS,
    agency,
    commit,
    everything,
    open_ledger,
    pend,
    record,
)

_FACT, _KEY, _LOOKUP = table(FactRow), table(KeyRow), table(LookupRow)

SEALED = {
    "ActorRegistered": ("subject", "audit"),
    "RoleGranted": ("fact", "audit"),
    "ActorSuspended": ("fact", "audit"),
    "RecordTaken": ("subject", "working"),
    "PersonCorrected": ("subject", "working"),
    "ReleaseAbandoned": ("fact", "working"),
    "EnrolmentProposed": ("fact", "working"),
    "EnrolmentEnded": ("fact", "working"),
}
"""Whose key seals the payload of each kind: part of the format."""


def _forms(value: str) -> Iterator[bytes]:
    """How a value might stand somewhere: as it is, encoded, or as a hash that can be guessed."""
    plain = value.encode()
    yield from (plain, plain.hex().encode(), plain.hex().upper().encode(), base64.b64encode(plain))
    yield value.encode("utf-16-le")
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain)
        yield from (digest.digest(), digest.hexdigest().encode())


FORMS = [form for value in (*PERSONAL, KK) for form in _forms(value)]


def _shown(where: bytes) -> list[bytes]:
    return [form for form in FORMS if form in where]


def _cells(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    for name, rows in everything(ledger).items():
        for row in rows:
            for cell in row:
                yield name, cell if isinstance(cell, bytes) else str(cell).encode()


# -- where it is kept -------------------------------------------------------------------------------------------


def test_no_column_of_any_table_shows_anything_personal(ledger: Ledger) -> None:
    Story(ledger).tell()
    for name, cell in _cells(ledger):
        assert not _shown(cell), name


def test_the_files_of_an_sqlite_ledger_show_nothing_personal(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    Story(ledger).tell()
    assert file.with_name("ledger.db-wal").stat().st_size > 0
    for each in tmp_path.iterdir():
        assert not _shown(each.read_bytes()), each.name
    ledger.close()
    assert b"AgencyDefined" in file.read_bytes()
    for each in tmp_path.iterdir():
        assert not _shown(each.read_bytes()), each.name


def _spoil(ledger: Ledger) -> None:
    with writing(ledger.engine) as connection:
        connection.execute(update(_FACT).where(_FACT.c.sealed.is_not(None)).values(sealed=b"x" * 90))


def _mishaps(ledger: Ledger, url: str) -> Iterator[Callable[[], object]]:
    """Everything that goes wrong with personal values in hand."""
    subject, draft = new_id(), record()
    taken = commit(ledger, record(subject), draft, request="r", body=NAME.encode())
    yield lambda: commit(ledger, record(), request="r", body=NIK.encode())
    stale = ledger.history()
    yield lambda: commit(ledger, record(subject), history=stale)
    yield lambda: commit(ledger, draft, history=ledger.history())  # its id stands already
    again = Draft(draft.id, draft.kind, new_id(), draft.refs, draft.clear, draft.payload)
    yield lambda: commit(ledger, again)
    for value in (0.5, "e\u0301" + NAME, {NAME: object()}, "\ud800" + NAME):
        said = Draft(new_id(), "PersonCorrected", subject, (), {"fields": []}, {"name": NAME, "value": value})
        yield partial(pend, ledger, said)
    stranger = open_ledger(url, LedgerKeys.from_seeds(SEEDS[0], bytes(32), SEEDS[2]))
    yield lambda: stranger.entry(Log.CHANGES, taken.seq)
    yield lambda: stranger.replayed(Log.CHANGES, "a", "r", b"") or commit(stranger, record(subject))
    stranger.engine.dispose()
    _spoil(ledger)
    yield lambda: ledger.facts_of(subject)
    yield lambda: ledger.payloads([draft.id])


def test_no_error_and_no_log_line_shows_anything_personal(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    ledger = open_ledger(url)
    Story(ledger).tell()
    told: list[str] = []
    for mishap in _mishaps(ledger, url):
        with pytest.raises(HubError) as raised:
            mishap()
        told += [str(raised.value), repr(raised.value)]
        told += [line for line in traceback.format_exception(raised.value) if "raise HubError" not in line]
    told.append(repr(verify(ledger)))
    ledger.close()
    logged = "".join(record.getMessage() for record in caplog.records)
    assert "INSERT INTO fact" in logged  # SQLAlchemy does log statements here, with their parameters
    shown = capfd.readouterr()
    for text in (*told, logged, shown.out, shown.err):
        assert not _shown(text.encode("utf-8", "replace")), text[:2000]


# -- keys -------------------------------------------------------------------------------------------------------


def test_each_payload_is_sealed_under_the_key_that_its_kind_names(ledger: Ledger) -> None:
    Story(ledger).tell()
    with ledger.reading() as connection:
        facts = connection.execute(select(_FACT).where(_FACT.c.sealed.is_not(None))).all()
        keys = {(row.owner, row.retention) for row in connection.execute(select(_KEY))}
    assert {fact.kind for fact in facts} == set(SEALED)
    for fact in facts:
        owner, retention = SEALED[fact.kind]
        assert (fact.owner, fact.retention) == (fact.subject if owner == "subject" else fact.id, retention)
    assert keys == {(fact.owner, fact.retention) for fact in facts}
    assert len(keys) < len(facts)  # a person's two records are under one key


def test_a_payload_opens_under_its_own_master_key_only(ledger: Ledger, url: str) -> None:
    draft = record()
    commit(ledger, draft)
    assert ledger.payloads([draft.id]) == {draft.id: draft.payload}
    assert ledger.find("nik", NIK) == (draft.subject,)
    stranger = open_ledger(url, LedgerKeys.from_seeds(SEEDS[0], bytes(32), bytes(32)))
    with pytest.raises(LedgerFault):
        stranger.payloads([draft.id])
    assert stranger.find("nik", NIK) == ()
    fault = verify(stranger).fault
    assert fault is not None
    assert (fault.log, fault.seq) == ("changes", 1)
    stranger.close()


def _reseal(ledger: Ledger) -> None:
    """Encrypt every payload anew under fresh keys, salts kept: with the hub's own connection, triggers in place."""
    master = AESGCM(SEEDS[1])
    with writing(ledger.engine) as connection:
        for row in connection.execute(select(_KEY)).all():
            old, new = ledger.vault.unwrap(row.owner, row.retention, row.wrapped), os.urandom(32)
            mine = (_FACT.c.owner == row.owner) & (_FACT.c.retention == row.retention)
            for fact in connection.execute(select(_FACT).where(mine)).all():
                salt, payload = ledger.vault.open(old, fact.id, fact.sealed)
                nonce = os.urandom(12)
                sealed = nonce + AESGCM(new).encrypt(nonce, salt + payload, fact.id.encode())
                connection.execute(update(_FACT).where(_FACT.c.id == fact.id).values(sealed=sealed))
            nonce = os.urandom(12)
            wrapped = nonce + master.encrypt(nonce, new, f"{row.owner}|{row.retention}".encode())
            its = (_KEY.c.owner == row.owner) & (_KEY.c.retention == row.retention)
            connection.execute(update(_KEY).where(its).values(wrapped=wrapped))


def test_payloads_encrypted_anew_keep_every_proof(ledger: Ledger) -> None:
    Story(ledger).tell()
    before, report = everything(ledger), verify(ledger)
    entries = {log: ledger.entries(log, 0, 100) for log in Log}
    paths = [ledger.proofs.inclusion(Log.CHANGES, seq, 17) for seq in range(1, 18)]
    _reseal(ledger)
    after = everything(ledger)
    assert {name for name in after if after[name] != before[name]} == {"fact", "payload_key"}
    sealed = [column.name for column in _FACT.columns].index("sealed")
    for old, new in zip(before["fact"], after["fact"], strict=True):
        assert (old[:sealed], old[sealed + 1 :]) == (new[:sealed], new[sealed + 1 :])
        assert old[sealed] is None or old[sealed] != new[sealed]
    assert {log: ledger.entries(log, 0, 100) for log in Log} == entries
    assert [ledger.proofs.inclusion(Log.CHANGES, seq, 17) for seq in range(1, 18)] == paths
    assert verify(ledger) == report
    commit(ledger, agency())
    assert ledger.proofs.checkpoint(Log.CHANGES) is not None
    assert verify(ledger).ok


# -- erasure ----------------------------------------------------------------------------------------------------


def _erase(ledger: Ledger, owner: str) -> None:
    with writing(ledger.engine) as connection:
        connection.execute(delete(_KEY).where(_KEY.c.owner == owner))


def test_a_destroyed_key_erases_its_payloads_and_nothing_else(ledger: Ledger) -> None:
    story = Story(ledger)
    story.tell()
    before = verify(ledger)
    facts = {fact.id: fact for entry in ledger.entries(Log.CHANGES, 0, 100) for fact in entry.facts}
    _erase(ledger, story["man"])
    erased = {fact.id for fact in facts.values() if fact.subject == story["man"] and fact.sealed}
    assert len(erased) == 2
    for entry in ledger.entries(Log.CHANGES, 0, 100):
        for fact in entry.facts:
            assert fact.sealed == facts[fact.id].sealed
            assert fact.payload == (None if fact.id in erased else facts[fact.id].payload)
    report = verify(ledger)
    assert report.ok, report.fault
    assert (report.payloads_erased, report.payloads_opened) == (2, before.payloads_opened - 2)
    assert report.roots == before.roots
    assert commit(ledger, agency()).seq == 18
    assert ledger.proofs.checkpoint(Log.CHANGES) is not None
    assert verify(ledger).ok


def test_look_ups_of_an_erased_subject_may_go_or_stay(ledger: Ledger) -> None:
    erased, standing = new_id(), new_id()
    commit(ledger, record(erased), record(standing, nik="3273010101900001"))
    _erase(ledger, erased)
    assert ledger.find("nik", NIK) == (erased,)
    assert verify(ledger).ok
    with writing(ledger.engine) as connection:
        connection.execute(delete(_LOOKUP).where(_LOOKUP.c.subject == erased))
    assert verify(ledger).ok
    with writing(ledger.engine) as connection:
        connection.execute(delete(_LOOKUP).where(_LOOKUP.c.subject == standing))
    fault = verify(ledger).fault
    assert fault is not None
    assert fault.what == "a look-up is missing"


def test_a_look_up_of_nobody_erased_is_a_fault_as_ever(ledger: Ledger) -> None:
    erased, standing = new_id(), new_id()
    commit(ledger, record(erased), record(standing, nik="3273010101900001"))
    _erase(ledger, erased)
    with writing(ledger.engine) as connection:
        row = {"space": "nik", "key": ledger.vault.look_up("nik", NIK), "subject": standing}
        connection.execute(insert(_LOOKUP).values(row))
    fault = verify(ledger).fault
    assert fault is not None
    assert fault.what == "a look-up in nik follows from no fact"


def test_a_commitment_says_nothing_without_its_salt_and_all_with_it(ledger: Ledger) -> None:
    """The same words of two people are committed to differently, so nobody can compare or guess."""
    one, other = record(), record()
    entry = ledger.entry(Log.CHANGES, commit(ledger, one, other).seq)
    with ledger.reading() as connection:
        rows = connection.execute(select(_FACT, _KEY.c.wrapped).where(_FACT.c.owner == _KEY.c.owner)).all()
    committed = {row.id: row.data.partition(b'"c":"')[2][:64].decode() for row in rows}
    assert len(set(committed.values())) == len(entry.facts) == 2
    for row in rows:
        key = ledger.vault.unwrap(row.owner, row.retention, row.wrapped)
        salt, payload = ledger.vault.open(key, row.id, row.sealed)
        assert commitment(salt, payload).hex() == committed[row.id]
        assert len(salt) == 32
        assert hashlib.sha256(payload).hexdigest() != committed[row.id]
