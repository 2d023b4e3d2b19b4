"""Evidence: one file that proves an entry, and of its facts those enclosed, to somebody who has nothing of the hub.

hub/docs/ledger-format.md describes it. `check` needs no database and no secret: the file, and the verifier key.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import select

from hub.domain.errors import HubError, InvalidInput, LedgerFault, NotFound
from hub.domain.facts import Fact
from hub.domain.kinds import Log
from hub.ledger import canon, tree
from hub.ledger.entries import LEAF_FIELDS
from hub.ledger.note import Checkpoint, Verifier
from hub.ledger.rows import EntryRow, FactRow, table
from hub.ledger.seal import FACTS, fact_from
from hub.ledger.store import Ledger
from hub.ledger.vault import SALT_SIZE, commitment

FORMAT = "hub-evidence/1"
MOST_FACTS = 100
LARGEST = 16 << 20
_FACT_FIELDS = ("v", "kind", "kind_v", "id", "subject", "subject_version", "refs", "clear", "c")
_PROOF_HEAD = "c2sp.org/tlog-proof@v1"
_ENTRY, _FACT = table(EntryRow), table(FactRow)
Opens = Callable[[Fact], tuple[bool, bool]]
"""Whether what a fact says may be enclosed, and whether its payload may."""


# -- making it ---------------------------------------------------------------------------------------------------


def evidence_of(ledger: Ledger, seq: int, places: Sequence[int] | None, opens: Opens) -> dict[str, Any]:
    """The members of an evidence file for an entry of the changes, but for its proof.

    Raises NotFound for an entry or a fact that is not there, InvalidInput for too many facts.
    """
    with ledger.reading() as reading:
        entry = (_ENTRY.c.log == Log.CHANGES.value, _ENTRY.c.seq == seq)
        data = reading.execute(select(_ENTRY.c.data).where(*entry)).scalar_one()
        query = FACTS.where(_FACT.c.log == Log.CHANGES.value, _FACT.c.seq == seq).order_by(_FACT.c.pos)
        rows = reading.execute(query).all()
    wanted = range(len(rows)) if places is None else sorted(set(places))
    if not all(0 <= each < len(rows) for each in wanted):
        raise NotFound("The entry has no such fact.", f"It has {len(rows)}, numbered from 0.")
    if len(wanted) > MOST_FACTS:
        raise InvalidInput(f"The entry has {len(rows)} facts.", "Name those that are to be enclosed.")
    hashes = [tree.leaf_hash(each.data) for each in rows]
    facts = [_enclosed(ledger, rows[each], hashes, opens) for each in wanted]
    return {
        "format": FORMAT, "vkey": ledger.proofs.signers[Log.CHANGES].verifier.vkey, "entry": data.decode(),
        "facts": [each for each in facts if each is not None],
    }  # fmt: skip


def _enclosed(ledger: Ledger, row: Any, hashes: list[bytes], opens: Opens) -> dict[str, Any] | None:
    shown, opened = opens(fact_from(row, None))
    if not shown:
        return None
    ranges = tree.inclusion_ranges(row.pos, len(hashes))
    found = {
        "index": row.pos, "fact": row.data.decode(),
        "path": [tree.root_of(hashes[begin:end]).hex() for begin, end in ranges],
    }  # fmt: skip
    if opened and row.sealed is not None and row.wrapped is not None:
        key = ledger.vault.unwrap(row.owner, row.retention, row.wrapped)
        salt, payload = ledger.vault.open(key, row.id, row.sealed)
        found |= {"salt": salt.hex(), "payload": payload.decode()}
    return found


# -- checking it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProvedFact:
    """A fact that stands in the proved entry."""

    index: int
    fact: Mapping[str, Any]
    payload: Mapping[str, Any] | None
    """None where it is not enclosed, or there is none."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What an evidence file proves, if the key is that of the hub."""

    entry: Mapping[str, Any]
    facts: tuple[ProvedFact, ...]
    checkpoint: Checkpoint
    vkey: str
    """The key under which it was signed."""
    given: bool
    """Whether that key came from elsewhere, and not only with the file."""


def check(data: bytes, vkey: str | None = None) -> Proved:
    """Check an evidence file, against a key from elsewhere if one is given.

    Raises LedgerFault, which says what does not hold, for every file that does not prove what it claims.
    """
    try:
        return _checked(_read(data), vkey)
    except LedgerFault:
        raise
    except (HubError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("it is not written as the hub writes it")


def _checked(file: Mapping[str, Any], vkey: str | None) -> Proved:
    if vkey is not None and vkey.strip() != file["vkey"]:
        _refuse("it names another verifier key than the one given")
    data = file["entry"].encode()
    entry = _object(data, LEAF_FIELDS)
    checkpoint = _entry_proved(file["entry_proof"], entry["seq"], tree.leaf_hash(data), file["vkey"])
    root = _hash(entry["facts_root"])
    facts = tuple(_fact_proved(each, entry["n"], root) for each in file["facts"])
    if [each.index for each in facts] != sorted({each.index for each in facts}):
        _refuse("its facts are not in order")
    return Proved(entry, facts, checkpoint, file["vkey"], vkey is not None)


def _read(data: bytes) -> Mapping[str, Any]:
    if len(data) > LARGEST or not data.endswith(b"\n"):
        _refuse("it is cut off, or no evidence at all")
    file = _object(data[:-1], ("format", "vkey", "entry", "entry_proof", "facts"))
    if file["format"] != FORMAT:
        _refuse("its format is not known to this version")
    return file


def _entry_proved(proof: str, seq: int, leaf: bytes, vkey: str) -> Checkpoint:
    """The checkpoint in which the entry stands."""
    head, _, note = proof.partition("\n\n")
    first, index, *path = head.split("\n")
    if first != _PROOF_HEAD or index != f"index {seq - 1}":
        _refuse("its proof is about another entry")
    checkpoint = Verifier.from_vkey(vkey).open(note)
    tree.verify_inclusion(seq - 1, checkpoint.size, leaf, [_base64(each) for each in path], checkpoint.root)
    if note != f"{_text(checkpoint)}\n{note.split(chr(10))[4]}\n":
        _refuse("its checkpoint has other lines than those that were signed")
    return checkpoint


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def _fact_proved(given: Mapping[str, Any], count: int, root: bytes) -> ProvedFact:
    opened = {"salt", "payload"} & given.keys()
    if given.keys() != {"index", "fact", "path", *opened} or len(opened) == 1:
        _refuse("a fact has other members than it should")
    data = given["fact"].encode()
    fact = _object(data, _FACT_FIELDS)
    path = [_hash(each) for each in given["path"]]
    tree.verify_inclusion(given["index"], count, tree.leaf_hash(data), path, root)
    payload = None
    if opened:
        salt, said = _hash(given["salt"]), given["payload"].encode()
        if len(salt) != SALT_SIZE or commitment(salt, said).hex() != fact["c"]:
            _refuse("a payload is not the one that was committed to")
        payload = canon.decode(said)
    return ProvedFact(given["index"], fact, payload)


def _object(data: bytes, names: Sequence[str]) -> dict[str, Any]:
    found = canon.decode(data)
    if not canon.is_canonical(data) or not isinstance(found, dict) or found.keys() != set(names):
        _refuse("it is not written as the hub writes it")
    return found


def _hash(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        _refuse("a hash is not written plainly")
    return raw


def _base64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        _refuse("a hash is not written plainly")
    return raw


def _refuse(what: str) -> NoReturn:
    raise LedgerFault(
        f"This evidence proves nothing: {what}.",
        "Ask for the file again, and for the key from another source.",
    )
