"""From drafts to sealed facts: versions, canonical bytes, commitments, folded states and look-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from hub.domain.facts import Draft, Fact, Subject
from hub.domain.kinds import KINDS, Log, key_owner
from hub.ledger import canon, tree
from hub.ledger.rows import FactRow, KeyRow, table
from hub.ledger.vault import Vault

FACT_V = 1
_FACT, _KEY = table(FactRow), table(KeyRow)
FACTS = select(_FACT, _KEY.c.wrapped).join(
    _KEY, (_KEY.c.owner == _FACT.c.owner) & (_KEY.c.retention == _FACT.c.retention), isouter=True
)
"""Facts as stored, each with its wrapped key; `wrapped` is None where there is none, or none any more."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The facts of one entry, ready to be written; rows lack only `log` and `seq`."""

    subject: str | None
    version: int | None
    facts_root: bytes
    facts: list[Row] = field(default_factory=list)
    keys: list[Row] = field(default_factory=list)
    subjects: list[Row] = field(default_factory=list)
    lookups: list[Row] = field(default_factory=list)
    created: frozenset[str] = frozenset()
    """Subjects that this entry is the first to mention."""


class Sealer:
    """Seals the drafts of one decision. Pure but for the random salts, nonces and keys."""

    def __init__(
        self, vault: Vault, known: Mapping[str, Subject], keys: Mapping[tuple[str, str], bytes]
    ) -> None:
        self._vault = vault
        self._subjects: dict[str, tuple[str, int, dict[str, Any]]] = {
            each.id: (each.type, each.version, dict(each.state)) for each in known.values()
        }
        self._known = frozenset(known)
        self._keys = dict(keys)
        self._new_keys: list[Row] = []

    def seal(self, drafts: Sequence[Draft]) -> Sealed:
        """Seal drafts in order; the first fact's subject is what the change is about."""
        rows: list[Row] = []
        lookups: dict[tuple[str, bytes, str], None] = {}
        touched: dict[str, str] = {}
        for pos, draft in enumerate(drafts):
            row, fact = self._one(pos, draft)
            rows.append(row)
            touched[draft.subject] = draft.kind
            for space, value in KINDS[draft.kind].lookups(fact):
                lookups[(space, self._vault.look_up(space, value), draft.subject)] = None
        first = drafts[0].subject if drafts else None
        return Sealed(
            subject=first,
            version=self._subjects[first][1] if first else None,
            facts_root=tree.root_of(tree.leaf_hash(row["data"]) for row in rows),
            facts=rows,
            keys=self._new_keys,
            subjects=[
                self._subject_row(each) for each, kind in touched.items() if KINDS[kind].log is Log.CHANGES
            ],
            lookups=[{"space": space, "key": key, "subject": to} for space, key, to in lookups],
            created=frozenset(touched) - self._known,
        )

    def _one(self, pos: int, draft: Draft) -> tuple[Row, Fact]:
        kind = KINDS[draft.kind]
        _, version, state = self._subjects.get(draft.subject, (kind.type, 0, {}))
        fact = Fact(0, pos, draft.id, draft.kind, kind.version, draft.subject, version + 1,
                    draft.refs, draft.clear, draft.payload)  # fmt: skip
        self._subjects[draft.subject] = (kind.type, version + 1, kind.fold(state, fact))
        body: Row = {
            "v": FACT_V, "kind": draft.kind, "kind_v": kind.version, "id": draft.id, "subject": draft.subject,
            "subject_version": version + 1, "refs": draft.refs, "clear": draft.clear, "c": None,
        }  # fmt: skip
        row: Row = {
            "pos": pos, "id": draft.id, "kind": draft.kind, "kind_v": kind.version, "subject": draft.subject,
            "subject_version": version + 1, "owner": None, "retention": None, "sealed": None,
        }  # fmt: skip
        if draft.payload is not None:
            owner, retention = key_owner(draft.kind, draft.id, draft.subject)
            commitment, row["sealed"] = self._vault.seal(
                self._key(owner, retention.value), draft.id, canon.encode(draft.payload)
            )
            row["owner"], row["retention"] = owner, retention.value
            body["c"] = commitment.hex()
        row["data"] = canon.encode(body)
        return row, fact

    def _key(self, owner: str, retention: str) -> bytes:
        key = self._keys.get((owner, retention))
        if key is None:
            key, wrapped = self._vault.new_key(owner, retention)
            self._keys[(owner, retention)] = key
            self._new_keys.append({"owner": owner, "retention": retention, "wrapped": wrapped})
        return key

    def _subject_row(self, subject: str) -> Row:
        type_, version, state = self._subjects[subject]
        return {"id": subject, "type": type_, "version": version, "state": canon.pack(state)}


def fact_from(row: Any, payload: Mapping[str, Any] | None, at: str = "") -> Fact:
    """A fact from its row (columns data, seq, pos), its opened payload and the instant of its entry."""
    body = canon.decode(row.data)
    return Fact(
        row.seq, row.pos, body["id"], body["kind"], body["kind_v"], body["subject"], body["subject_version"],
        tuple(map(tuple, body["refs"])), body["clear"], payload, row.sealed is not None, at,
    )  # fmt: skip


def open_fact(row: Any, vault: Vault, at: str = "") -> Fact:
    """A fact from its row of FACTS, with its payload unless its key is gone. Raises LedgerFault."""
    payload = None
    if row.sealed is not None and row.wrapped is not None:
        key = vault.unwrap(row.owner, row.retention, row.wrapped)
        payload = canon.decode(vault.open(key, row.id, row.sealed)[1])
    return fact_from(row, payload, at)
