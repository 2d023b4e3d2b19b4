"""How tests make ledgers: fixed keys, appends in one line."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from hub.domain.errors import HubError
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.engine import writing
from hub.ledger.entries import Appended, Pending, Warrant
from hub.ledger.history import LedgerHistory
from hub.ledger.rows import (
    APPEND_ONLY,
    CheckpointRow,
    DerivedRow,
    EntryRow,
    FactRow,
    KeyRow,
    LookupRow,
    NodeRow,
    SubjectRow,
    table,
)
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys

ROWS = (EntryRow, FactRow, NodeRow, KeyRow, CheckpointRow, SubjectRow, LookupRow, DerivedRow)
TABLES = [table(row) for row in ROWS]
ORIGIN = "hub.kota-uji"
SEEDS = (bytes([17]) * 32, bytes([34]) * 32, bytes([51]) * 32)
"""Made-up secrets: signing, master, lookup."""
ACTOR = "01930000-0000-7000-8000-00000000000a"
OTHER_ACTOR = "01930000-0000-7000-8000-00000000000b"
BASIS = "Peraturan Wali Kota Uji Nomor 1 Tahun 2024 Pasal 5"

NIK, KK = "3273014505850003", "3273012010150007"
NAME, MOTHER, HUSBAND = "SITI ROHAYATI", "ENTIN SUPRIATIN", "UJANG KOSASIH"
STREET = "GG. MELATI III NO. 7"
PERSONAL = (NIK, KK, NAME, MOTHER, HUSBAND, STREET, "sitirohayati.uji", "Salah ketik pada KTP")
"""What the story says about made-up people: none of it may be read in the clear."""


def keys() -> LedgerKeys:
    """The made-up keys of test ledgers."""
    return LedgerKeys.from_seeds(*SEEDS)


def open_ledger(url: str, secrets: LedgerKeys | None = None) -> Ledger:
    """A ledger at this address under the made-up keys."""
    return Ledger(url, secrets or keys(), ORIGIN)


def warrant(actor: str = ACTOR, action: str = "agency:define", agency: str | None = None) -> Warrant:
    """An authority like the door would give."""
    return Warrant(actor, action, "tata_kelola", BASIS, 1, agency)


def agency(subject: str | None = None, code: str = "dinsos", name: str = "Dinas Sosial") -> Draft:
    """A fact without a payload."""
    return Draft(new_id(), "AgencyDefined", subject or new_id(), clear={"code": code, "name": name})


def record(subject: str | None = None, nik: str = NIK, name: str = NAME) -> Draft:
    """A fact with a payload under its subject's key."""
    clear = {"register": "dtks", "unit": "person", "digest": "00" * 32}
    payload = {
        "row_key": nik,
        "identity": nik,
        "original": {"NAMA": name},
        "standardised": {"nik": nik, "name": name},
    }
    return Draft(new_id(), "RecordTaken", subject or new_id(), (("release", new_id()),), clear, payload)


def pend(
    ledger: Ledger,
    *drafts: Draft,
    by: Warrant | None = None,
    request: str | None = None,
    body: bytes = b"",
    history: LedgerHistory | None = None,
) -> Pending:
    """An entry ready to be appended; the subjects it changes are read now, unless a history is given."""
    if history is None:
        history = ledger.history()
        history.prefetch(subjects=[each.subject for each in drafts])
    asked = (request or str(uuid.uuid4()), hashlib.sha256(body).digest())
    return ledger.prepare(Log.CHANGES, by or warrant(), asked, drafts, history)


def commit(ledger: Ledger, *drafts: Draft, **given: Any) -> Appended:
    """Append an entry and wait until it is durable."""
    return ledger.append(pend(ledger, *drafts, **given)).result(30)


def disclose(ledger: Ledger, *seen: str, versions: Mapping[str, int] | None = None) -> Appended:
    """Record that an answer showed these subjects, under rights of these versions."""
    clear = {"question": "PersonByNik", "fields": ["name", "nik"], "withheld": ["mother_name"]}
    draft = Draft(new_id(), "ViewDisclosed", new_id(), tuple(("seen", each) for each in seen), clear)
    pending = ledger.disclosure(warrant(action="person:read"), draft, versions or {})
    return ledger.append(pending).result(30)


def outcome(ledger: Ledger, pending: Pending) -> Appended | HubError:
    """What becomes of an entry."""
    return together(ledger, [pending])[0]


def together(ledger: Ledger, group: Sequence[Pending]) -> list[Appended | HubError]:
    """What becomes of entries that the writer finds in its queue at once, and so commits as one group."""
    with writing(ledger.engine):
        first = ledger.append(pend(ledger, agency(code="first")))
        time.sleep(0.05)  # the writer has taken it out of the queue, and waits for the lock
        futures = [ledger.append(each) for each in group]
    first.result(30)
    errors = [each.exception(30) for each in futures]
    strange = [error for error in errors if error is not None and not isinstance(error, HubError)]
    assert not strange
    return [
        error if isinstance(error, HubError) else future.result()
        for error, future in zip(errors, futures, strict=True)
    ]


def everything(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a ledger, in order."""
    with ledger.reading() as connection:
        return {
            each.name: [tuple(row) for row in connection.execute(select(each).order_by(*each.primary_key))]
            for each in TABLES
        }


@contextmanager
def unguarded(ledger: Ledger) -> Iterator[Connection]:
    """A connection behind the hub's back: nothing keeps it from changing what stands."""
    with writing(ledger.engine) as connection:
        for row, _ in APPEND_ONLY:
            name = str(row.__tablename__)
            if connection.dialect.name == "sqlite":
                for action in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}_no_{action}")
            else:
                connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        yield connection
