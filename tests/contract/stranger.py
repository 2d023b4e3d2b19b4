"""A verifier by somebody who has read hub/docs/ledger-format.md and nothing else: imports nothing of the hub."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_FIELDS = (
    "seq", "at", "actor", "agency", "action", "purpose", "basis", "policy_version", "request", "n", "facts_root",
)  # fmt: skip
FACT_FIELDS = ("kind", "kind_v", "id", "subject", "subject_version", "refs", "clear", "c")


class Wrong(Exception):
    """What does not hold."""


def demand(holds: bool, what: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(what)


# -- canonical JSON ---------------------------------------------------------------------------------------------


def read(data: bytes, what: str) -> dict[str, Any]:
    """The object that canonical bytes hold."""
    try:
        value = json.loads(data, parse_float=_no_float, parse_constant=_no_float)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError, TypeError):
        raise Wrong(f"{what} is not JSON") from None
    demand(again == data and isinstance(value, dict), f"{what} is not canonical")
    return dict(value)


def read_entry(data: bytes) -> dict[str, Any]:
    """The members of a leaf."""
    leaf = read(data, "an entry")
    demand(leaf.keys() == {"v", *ENTRY_FIELDS} and leaf["v"] == 1, "this is no Entry v1")
    demand(len(data) < 1024, "the leaf is too long")
    return leaf


def read_fact(data: bytes) -> dict[str, Any]:
    """The members of a fact."""
    body = read(data, "a fact")
    demand(body.keys() == {"v", *FACT_FIELDS} and body["v"] == 1, "this is no Fact v1")
    return body


def _no_float(text: str) -> None:
    raise Wrong(f"{text} is no integer")


# -- the tree ---------------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: list[bytes]) -> bytes:
    """Root over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(root(leaves[:split]), root(leaves[split:]))


def climb(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root that an audit path leads to."""
    demand(0 <= index < size, "there is no such leaf")
    if size == 1:
        demand(not path, "the path is too long")
        return leaf
    demand(bool(path), "the path is too short")
    split = 1 << ((size - 1).bit_length() - 1)
    if index < split:
        return node_hash(climb(index, split, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], climb(index - split, size - split, leaf, path[:-1]))


# -- checkpoints and proofs -------------------------------------------------------------------------------------


def decode(text: str, length: int) -> bytes:
    """Base64 of a known length, written the one proper way."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("a value is not base64") from None
    demand(len(raw) == length and base64.b64encode(raw).decode() == text, "a value is not proper base64")
    return raw


def open_note(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that this key signed."""
    name, key_id, key = vkey.split("+", 2)
    raw = decode(key, 33)
    wanted = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    demand(raw[:1] == b"\x01" and wanted.hex() == key_id, "the verifier key contradicts itself")
    body, blank, signatures = note.rpartition("\n\n")
    lines = body.split("\n")
    demand(bool(blank) and len(lines) >= 3 and lines[0] == name, "this is no checkpoint of this log")
    demand(lines[1].isascii() and lines[1].isdigit() and str(int(lines[1])) == lines[1], "the size is none")
    demand(signatures.endswith("\n"), "a signature line does not end")
    mine = [line for line in signatures[:-1].split("\n") if line.startswith(f"— {name} ")]
    raws = [decode(line.rpartition(" ")[2], 68) for line in mine]
    signed = [each[4:] for each in raws if each[:4] == wanted]
    demand(bool(signed), "nobody signed with this key")
    try:
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[0], f"{body}\n".encode())
    except InvalidSignature:
        raise Wrong("the signature is wrong") from None
    return int(lines[1]), decode(lines[2], 32)


def check_proof(proof: str, entry: bytes, vkey: str) -> int:
    """The number of an entry that a tlog-proof shows to stand in the signed tree."""
    head, blank, note = proof.partition("\n\n")
    kind, *lines = head.split("\n")
    demand(bool(blank) and kind == "c2sp.org/tlog-proof@v1" and bool(lines), "this is no tlog-proof")
    lines = lines[1:] if lines[0].startswith("extra ") else lines
    demand(bool(lines) and lines[0].startswith("index "), "the proof names no index")
    index = int(lines[0].removeprefix("index "))
    size, signed = open_note(note, vkey)
    path = [decode(line, 32) for line in lines[1:]]
    demand(climb(index, size, leaf_hash(entry), path) == signed, "the path leads to another root")
    return index + 1


def check_evidence(evidence: Mapping[str, Any], vkey: str) -> Any:
    """The payload of one fact, shown to have been written in the signed tree."""
    salt, payload = bytes.fromhex(evidence["salt"]), evidence["payload"].encode()
    demand(len(salt) == 32, "the salt is not 32 bytes")
    body = read_fact(evidence["fact"].encode())
    committed = hashlib.sha256(b"hub/payload/v1\x00" + salt + payload).hexdigest()
    demand(committed == body["c"], "the payload is not the committed one")
    entry = evidence["entry"].encode()
    leaf = read_entry(entry)
    path = [bytes.fromhex(each) for each in evidence["fact_path"]]
    top = climb(evidence["fact_index"], leaf["n"], leaf_hash(evidence["fact"].encode()), path)
    demand(top.hex() == leaf["facts_root"], "the fact does not stand in the entry")
    demand(check_proof(evidence["entry_proof"], entry, vkey) == leaf["seq"], "the entry stands elsewhere")
    return read(payload, "the payload")


# -- a whole ledger ---------------------------------------------------------------------------------------------


def check_ledger(file: str, vkeys: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Size and root (hex) of each log of an SQLite ledger, everything checked that needs no secret."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        for name in ("entry", "fact", "node", "checkpoint"):
            logs = {row[0] for row in database.execute(f"SELECT DISTINCT log FROM {name}")}
            demand(logs <= vkeys.keys(), f"{name} names a log that nobody knows")
        return {log: _check_log(database, log, vkey) for log, vkey in vkeys.items()}


def _check_log(database: sqlite3.Connection, log: str, vkey: str) -> tuple[int, str]:
    entries = database.execute("SELECT * FROM entry WHERE log = ? ORDER BY seq", [log]).fetchall()
    facts = database.execute("SELECT * FROM fact WHERE log = ? ORDER BY seq, pos", [log]).fetchall()
    by_entry: dict[int, list[sqlite3.Row]] = {}
    for fact in facts:
        by_entry.setdefault(fact["seq"], []).append(fact)
    versions: dict[str, int] = {}
    before = ""
    for number, entry in enumerate(entries, 1):
        demand(entry["seq"] == number, "an entry is missing")
        _check_entry(entry, by_entry.pop(number, []), versions)
        demand(entry["at"] >= before, "time went back")
        before = entry["at"]
    demand(not by_entry, "there are facts of no entry")
    leaves = [leaf_hash(entry["data"]) for entry in entries]
    _check_nodes(database, log, leaves)
    for row in database.execute("SELECT * FROM checkpoint WHERE log = ?", [log]):
        demand((row["size"], row["root"]) == open_note(row["note"], vkey), "a checkpoint was altered")
        demand(row["size"] <= len(leaves), "entries that were signed are missing")
        demand(root(leaves[: row["size"]]) == row["root"], "the entries are not those that were signed")
    return len(leaves), root(leaves).hex()


def _check_entry(row: sqlite3.Row, facts: list[sqlite3.Row], versions: dict[str, int]) -> None:
    leaf = read_entry(row["data"])
    for name in ENTRY_FIELDS[:-1]:
        same = leaf[name] == row[name] and type(leaf[name]) is type(row[name])
        demand(same, f"the column {name} is not what was hashed")
    demand(leaf_hash(row["data"]) == row["leaf_hash"], "the bytes do not hash to their leaf")
    demand(row["facts_root"] == bytes.fromhex(leaf["facts_root"]), "the column facts_root is another")
    demand([each["pos"] for each in facts] == list(range(leaf["n"])), "facts are missing")
    demand(root([leaf_hash(each["data"]) for each in facts]) == row["facts_root"], "facts were altered")
    for each in facts:
        body = read_fact(each["data"])
        for name in FACT_FIELDS[:5]:
            demand(body[name] == each[name], f"the column {name} is not what was hashed")
        demand((body["c"] is None) == (each["sealed"] is None), "a payload is missing or extra")
        versions[body["subject"]] = versions.get(body["subject"], 0) + 1
        demand(body["subject_version"] == versions[body["subject"]], "a version of a subject is missing")


def _check_nodes(database: sqlite3.Connection, log: str, leaves: list[bytes]) -> None:
    wanted: dict[tuple[int, int], bytes] = {}
    level, row = 0, leaves
    while len(row) > 1:
        level, row = level + 1, [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        wanted |= {(level, at): made for at, made in enumerate(row)}
    query = "SELECT level, idx, hash FROM node WHERE log = ?"
    stored = {(at, index): made for at, index, made in database.execute(query, [log])}
    demand(stored == wanted, "the stored nodes are not those of the tree")
