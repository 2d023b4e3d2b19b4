"""The page on the ledger's format is enough: a verifier written from it alone accepts and refuses what it must."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hub.domain.kinds import Log
from hub.ledger.proof_answers import inclusion_proof
from hub.ledger.vault import LedgerKeys
from tests.contract import stranger
from tests.contract.ledger_forger import COLUMNS, KEYS, Forger
from tests.contract.ledger_worlds import ORIGIN, TABLES, agency, commit, open_ledger
from tests.contract.test_ledger_fixture import EXPECTED, FOLDER

PAGE = (Path(__file__).parents[2] / "hub" / "docs" / "ledger-format.md").read_text(encoding="utf-8")
VKEYS = {log: known["vkey"] for log, known in EXPECTED["logs"].items()}
FOUND = {log: (known["size"], known["root"]) for log, known in EXPECTED["logs"].items()}
HIDDEN = {("entry", "body"), ("fact", "owner"), ("fact", "retention")}
"""Columns of the public tables that only the key file can check, as the page says."""
PUBLIC = [
    (name, column) for name in ("entry", "fact", "node", "checkpoint") for column in COLUMNS[name]
    if (name, column) not in HIDDEN
]  # fmt: skip
BLOCKS = dict(re.findall(r"^```(?:json|text) (\w+)\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL))
"""The worked example on the page, by name."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forger]:
    """A forger on a copy of the fixture, who puts everything back."""
    forger = Forger(Path(shutil.copy(FOLDER / "ledger.db", tmp_path_factory.mktemp("copy"))))
    yield forger
    forger.close()


def _refused(forger: Forger) -> bool:
    try:
        stranger.check_ledger(str(forger.file), VKEYS)
    except stranger.Wrong:
        return True
    return False


# -- the verifier -----------------------------------------------------------------------------------------------


def test_the_stranger_knows_nothing_of_the_hub() -> None:
    assert stranger.__file__ is not None
    nodes = list(ast.walk(ast.parse(Path(stranger.__file__).read_text())))
    direct = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert direct == {"base64", "hashlib", "json", "sqlite3"}
    assert {each.partition(".")[0] for each in parts} == {
        "__future__", "collections", "contextlib", "cryptography", "typing",
    }  # fmt: skip


def test_the_stranger_accepts_the_fixture(shared: Forger) -> None:
    assert stranger.check_ledger(str(shared.file), VKEYS) == FOUND


def test_the_stranger_accepts_what_is_written_today(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for number in range(33):
        commit(ledger, *(agency() for _ in range(number % 4)))
    proofs = [inclusion_proof(ledger, seq, None)["file"] for seq in range(1, 34)]
    data = [each.data for each in ledger.entries(Log.CHANGES, 0, 100)]
    ledger.close()
    found = stranger.check_ledger(str(tmp_path / "ledger.db"), VKEYS)
    assert found["changes"][0] == 33
    for seq, (proof, entry) in enumerate(zip(proofs, data, strict=True), 1):
        assert stranger.check_proof(proof, entry, VKEYS["changes"]) == seq


@pytest.mark.parametrize(("name", "column"), PUBLIC, ids=lambda each: each)
def test_the_stranger_finds_a_change_in_every_public_column(shared: Forger, name: str, column: str) -> None:
    rows = shared.rows(name)
    at = COLUMNS[name].index(column) + 1
    tried = 0
    for row in rows:
        for value in _others(row[at], column):
            try:
                with shared.trying(name):
                    shared.put(name, row[0], **{column: value})
                    refused = _refused(shared)
            except sqlite3.IntegrityError:
                continue
            assert refused, (row[0], value)
            tried += 1
    assert tried
    assert not _refused(shared)


def _others(value: Any, column: str) -> list[Any]:
    if column == "sealed":
        return [b"x" if value is None else None]
    if value is None:
        return ["x", ""]
    if isinstance(value, int):
        return [value + 1, value ^ 1 << 20]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 128]), value[:-1], b""]
    return [value[:-1] + chr(ord(value[-1]) ^ 1), chr(ord(value[0]) ^ 1) + value[1:], value + "x", ""]


@pytest.mark.parametrize("name", ["entry", "fact", "node"])
def test_the_stranger_misses_no_row(shared: Forger, name: str) -> None:
    for row in shared.rows(name):
        with shared.trying(name):
            shared.remove(name, row[0])
            refused = _refused(shared)
        assert refused, row[0]
    beyond: dict[type, Any] = {str: "beyond", int: 10**9}
    for one, other in pairwise(shared.rows(name)):
        first, second = (
            {key: row[COLUMNS[name].index(key) + 1] for key in KEYS[name]} for row in (one, other)
        )
        with shared.trying(name):
            shared.put(name, one[0], **{key: beyond[type(value)] for key, value in first.items()})
            shared.put(name, other[0], **first)
            shared.put(name, one[0], **second)
            refused = _refused(shared)
        assert refused, (one[0], other[0])
    assert not _refused(shared)


def test_the_stranger_trusts_no_other_key(shared: Forger) -> None:
    raw = b"\x01" + LedgerKeys.generate().signing.public_key().public_bytes_raw()
    for log in VKEYS:
        name = f"{ORIGIN}/{log}"
        key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
        vkeys = VKEYS | {log: f"{name}+{key_id}+{base64.b64encode(raw).decode()}"}
        with pytest.raises(stranger.Wrong, match="nobody signed"):
            stranger.check_ledger(str(shared.file), vkeys)


# -- evidence ---------------------------------------------------------------------------------------------------


def test_the_stranger_accepts_the_evidence_for_one_fact() -> None:
    payload = stranger.check_evidence(EXPECTED["evidence"], VKEYS["changes"])
    assert payload["values"]["born_on"] == "1985-05-15"


def test_the_stranger_refuses_evidence_with_one_character_changed() -> None:
    evidence = EXPECTED["evidence"]
    for name, value in evidence.items():
        for spoiled in _spoiled(value):
            with pytest.raises((stranger.Wrong, ValueError)):
                stranger.check_evidence({**evidence, name: spoiled}, VKEYS["changes"])


def _spoiled(value: Any) -> Iterator[Any]:
    if isinstance(value, int):
        yield from (value + 1, -1)
    elif isinstance(value, list):
        yield from ([], [*value, *value], [each[:-1] + "0" for each in value if each[-1] != "0"])
    else:
        for at in range(0, len(value), 3):
            yield value[:at] + ("1" if value[at] != "1" else "2") + value[at + 1 :]
        yield value[:-1]


# -- the page ---------------------------------------------------------------------------------------------------


def test_the_worked_example_on_the_page_is_the_fixture() -> None:
    evidence = EXPECTED["evidence"]
    assert {name: BLOCKS[name] for name in ("salt", "payload", "fact", "entry")} == {
        name: evidence[name] for name in ("salt", "payload", "fact", "entry")
    }
    assert json.loads(BLOCKS["fact_index"]) == evidence["fact_index"]
    assert json.loads(BLOCKS["fact_path"]) == evidence["fact_path"]
    assert BLOCKS["entry_proof"] + "\n" == evidence["entry_proof"]
    assert BLOCKS["vkey"] == VKEYS["changes"]


def test_the_worked_example_can_be_checked_from_the_page_alone() -> None:
    evidence: dict[str, Any] = {name: BLOCKS[name] for name in ("salt", "payload", "fact", "entry")}
    evidence |= {name: json.loads(BLOCKS[name]) for name in ("fact_index", "fact_path")}
    evidence["entry_proof"] = BLOCKS["entry_proof"] + "\n"
    assert stranger.check_evidence(evidence, BLOCKS["vkey"]) == json.loads(BLOCKS["payload"])


def test_the_steps_of_the_example_give_what_the_page_says() -> None:
    steps = re.findall(r"^(\d)\. .*`([0-9a-f]{64})`", PAGE, re.MULTILINE)
    fact, entry = BLOCKS["fact"].encode(), BLOCKS["entry"].encode()
    salted = b"hub/payload/v1\x00" + bytes.fromhex(BLOCKS["salt"]) + BLOCKS["payload"].encode()
    sibling = bytes.fromhex(json.loads(BLOCKS["fact_path"])[0])
    _, signed = stranger.open_note(BLOCKS["entry_proof"].partition("\n\n")[2] + "\n", BLOCKS["vkey"])
    assert dict(steps) == {
        "1": hashlib.sha256(salted).hexdigest(),
        "2": stranger.leaf_hash(fact).hex(),
        "3": stranger.node_hash(stranger.leaf_hash(fact), sibling).hex(),
        "4": stranger.leaf_hash(entry).hex(),
        "5": signed.hex(),
    }


def test_the_page_names_every_table_and_column() -> None:
    for each in TABLES:
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{each.name}` |"))
        for column in COLUMNS[each.name]:
            assert f"`{column}`" in row, (each.name, column)


def test_the_page_says_what_is_not_protected() -> None:
    limits = PAGE.partition("## What is not protected")[2].partition("\n## ")[0]
    for words in (
        "cut the ledger short",
        "Deleted checkpoints are not missed",
        "kept where they can't reach it",
    ):
        assert words in limits
