"""What an outsider is handed: evidence for one fact, and the sums by which a ledger is recognised again."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from hub.domain.kinds import Log
from hub.ledger import canon, tree
from hub.ledger.proof_answers import inclusion_proof
from hub.ledger.rows import EntryRow, FactRow, KeyRow, SubjectRow, table
from hub.ledger.store import Ledger

_ENTRY, _FACT, _KEY, _SUBJECT = table(EntryRow), table(FactRow), table(KeyRow), table(SubjectRow)


def evidence_of(ledger: Ledger, fact_id: str) -> dict[str, Any]:
    """Evidence for one fact of the log of changes that has a payload, as hub/docs/ledger-format.md lays it out."""
    with ledger.reading() as connection:
        row = connection.execute(select(_FACT).where(_FACT.c.id == fact_id)).one()
        of_entry = (_FACT.c.log == row.log) & (_FACT.c.seq == row.seq)
        facts = connection.execute(select(_FACT.c.data).where(of_entry).order_by(_FACT.c.pos)).scalars().all()
        entry = (_ENTRY.c.log == row.log) & (_ENTRY.c.seq == row.seq)
        data = connection.execute(select(_ENTRY.c.data).where(entry)).scalar_one()
        its = (_KEY.c.owner == row.owner) & (_KEY.c.retention == row.retention)
        wrapped = connection.execute(select(_KEY.c.wrapped).where(its)).scalar_one()
    key = ledger.vault.unwrap(row.owner, row.retention, wrapped)
    salt, payload = ledger.vault.open(key, row.id, row.sealed)
    hashes = [tree.leaf_hash(each) for each in facts]
    path = [
        tree.root_of(hashes[begin:end]) for begin, end in tree.inclusion_ranges(row.pos, len(hashes))
    ]  # fmt: skip
    return {
        "salt": salt.hex(),
        "payload": payload.decode(),
        "fact": row.data.decode(),
        "fact_index": row.pos,
        "fact_path": [each.hex() for each in path],
        "entry": data.decode(),
        "entry_proof": inclusion_proof(ledger, row.seq, None)["file"],
    }


def sums(ledger: Ledger) -> dict[str, Any]:
    """Sizes, roots, leaf hashes and verifier keys of both logs; digests of all states and all opened payloads."""
    logs = {}
    payloads: list[list[Any]] = []
    for log in Log:
        entries = ledger.entries(log, 0, 10_000)
        logs[log.value] = {
            "vkey": ledger.proofs.signers[log].verifier.vkey,
            "size": len(entries),
            "root": ledger.proofs.root(log, len(entries)).hex(),
            "leaf_hashes": [each.leaf_hash.hex() for each in entries],
        }
        payloads += [[fact.id, fact.payload] for entry in entries for fact in entry.facts if fact.sealed]
    with ledger.reading() as connection:
        ids = connection.execute(select(_SUBJECT.c.id)).scalars().all()
    states = [[each.id, each.type, each.version, each.state] for each in ledger.subjects(ids).values()]
    return {"logs": logs, "states": digest_of(states), "payloads": digest_of(payloads)}


def digest_of(rows: list[list[Any]]) -> str:
    """SHA-256 (hex) over the canonical JSON of rows in the order of their ids, which stand first."""
    return hashlib.sha256(canon.encode(sorted(rows, key=lambda row: str(row[0])))).hexdigest()
