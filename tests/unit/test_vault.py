"""Payloads and their keys: open only where they belong, and every changed bit shows."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import LedgerFault, SetupError
from hub.ledger.vault import LedgerKeys, Vault, commitment

KEYS = LedgerKeys.from_seeds(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
OWNER, FACT = "0192aaaa-0000-7000-8000-000000000001", "0192aaaa-0000-7000-8000-000000000002"
PAYLOAD = b'{"name":"DADANG SURYANA"}'


def _flips(data: bytes) -> list[bytes]:
    """The data with each of its bits changed, one at a time, and cut or lengthened at either end."""
    number, size = int.from_bytes(data), len(data)
    flipped = [(number ^ 1 << bit).to_bytes(size) for bit in range(8 * size)]
    return [
        *flipped,
        b"",
        data[:1],
        data[:8],
        data[:12],
        data[:27],
        data[1:],
        data[:-1],
        data + b"\0",
        b"\0" + data,
    ]


def test_a_commitment_is_the_hash_of_prefix_salt_and_payload() -> None:
    salt = bytes(range(32))
    assert commitment(salt, PAYLOAD) == hashlib.sha256(b"hub/payload/v1\x00" + salt + PAYLOAD).digest()


def test_what_is_sealed_opens_and_fits_its_commitment() -> None:
    vault = Vault(KEYS)
    key, wrapped = vault.new_key(OWNER, "working")
    committed, sealed = vault.seal(key, FACT, PAYLOAD)
    assert vault.unwrap(OWNER, "working", wrapped) == key
    salt, payload = vault.open(key, FACT, sealed)
    assert payload == PAYLOAD
    assert commitment(salt, payload) == committed
    assert len(salt) == 32
    assert PAYLOAD not in sealed


def test_the_same_payload_never_looks_the_same_twice() -> None:
    vault = Vault(KEYS)
    key, _ = vault.new_key(OWNER, "working")
    sealed = [vault.seal(key, FACT, PAYLOAD) for _ in range(50)]
    assert len({each for each, _ in sealed}) == len({each[:12] for _, each in sealed}) == 50
    assert len({vault.new_key(OWNER, "working") for _ in range(50)}) == 50


def test_every_changed_bit_of_a_sealed_payload_shows() -> None:
    vault = Vault(KEYS)
    key, _ = vault.new_key(OWNER, "working")
    for wrong in _flips(vault.seal(key, FACT, PAYLOAD)[1]):
        with pytest.raises(LedgerFault):
            vault.open(key, FACT, wrong)


def test_every_changed_bit_of_a_wrapped_key_shows() -> None:
    vault = Vault(KEYS)
    for wrong in _flips(vault.new_key(OWNER, "working")[1]):
        with pytest.raises(LedgerFault):
            vault.unwrap(OWNER, "working", wrong)


def test_every_changed_bit_of_a_sealed_request_digest_shows() -> None:
    vault = Vault(KEYS)
    for wrong in _flips(vault.seal_body(b"d" * 32, "changes", OWNER, FACT)):
        with pytest.raises(LedgerFault):
            vault.open_body(wrong, "changes", OWNER, FACT)


def test_nothing_opens_in_another_place_than_its_own() -> None:
    vault = Vault(KEYS)
    key, wrapped = vault.new_key(OWNER, "working")
    _, sealed = vault.seal(key, FACT, PAYLOAD)
    body = vault.seal_body(b"d" * 32, "changes", OWNER, FACT)
    with pytest.raises(LedgerFault):
        vault.open(key, OWNER, sealed)
    with pytest.raises(LedgerFault):
        vault.open(vault.new_key(OWNER, "working")[0], FACT, sealed)
    for owner, retention in ((FACT, "working"), (OWNER, "audit")):
        with pytest.raises(LedgerFault):
            vault.unwrap(owner, retention, wrapped)
    for log, actor, request in (
        ("disclosures", OWNER, FACT),
        ("changes", FACT, FACT),
        ("changes", OWNER, OWNER),
    ):
        with pytest.raises(LedgerFault):
            vault.open_body(body, log, actor, request)
    with pytest.raises(LedgerFault):  # a request digest and a wrapped key are under different keys
        vault.open_body(wrapped, "changes", OWNER, FACT)


def test_another_master_key_opens_nothing() -> None:
    vault, other = Vault(KEYS), Vault(LedgerKeys.from_seeds(b"\x01" * 32, b"\x09" * 32, b"\x03" * 32))
    _, wrapped = vault.new_key(OWNER, "working")
    with pytest.raises(LedgerFault):
        other.unwrap(OWNER, "working", wrapped)
    with pytest.raises(LedgerFault):
        other.open_body(vault.seal_body(b"d" * 32, "changes", OWNER, FACT), "changes", OWNER, FACT)


def test_a_fault_names_neither_owner_nor_payload() -> None:
    vault = Vault(KEYS)
    key, _ = vault.new_key(OWNER, "working")
    with pytest.raises(LedgerFault) as raised:
        vault.open(key, FACT, vault.seal(key, FACT, PAYLOAD)[1][:-1])
    assert "DADANG" not in str(raised.value)
    assert raised.value.advice
    assert raised.value.__cause__ is None


def test_a_look_up_is_sixteen_bytes_of_a_keyed_hash_of_space_and_value() -> None:
    vault = Vault(KEYS)
    made = vault.look_up("nik", "3273010203040506")
    assert made == hmac.digest(b"\x03" * 32, b"nik\x003273010203040506", "sha256")[:16]
    assert made != vault.look_up("kk", "3273010203040506")
    assert made != hashlib.sha256(b"nik\x003273010203040506").digest()[:16]
    other = Vault(LedgerKeys.from_seeds(b"\x01" * 32, b"\x02" * 32, b"\x09" * 32))
    assert made != other.look_up("nik", "3273010203040506")
    assert vault.digest(b"x") == hmac.digest(b"\x03" * 32, b"record\x00x", "sha256").hex()


def test_a_key_file_reads_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "ledger.json"
    KEYS.save(file)
    read = LedgerKeys.load(file)
    assert (read.master, read.lookup) == (KEYS.master, KEYS.lookup)
    assert read.signing.private_bytes_raw() == KEYS.signing.private_bytes_raw()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    KEYS.save(file)
    before = file.read_bytes()
    LedgerKeys.generate().save(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_fresh_keys_are_all_different() -> None:
    one, other = LedgerKeys.generate(), LedgerKeys.generate()
    secrets = {
        each for keys in (one, other) for each in (keys.signing.private_bytes_raw(), keys.master, keys.lookup)
    }
    assert len(secrets) == 6
    assert {len(each) for each in secrets} == {32}


def test_a_missing_key_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as raised:
        LedgerKeys.load(tmp_path / "ledger.json")
    assert raised.value.advice
    assert not list(tmp_path.iterdir())


def _spoiled() -> list[Any]:
    good = {"signing": "01" * 32, "master": "02" * 32, "lookup": "03" * 32}
    lengths = [{**good, name: "ab" * size} for name in good for size in (0, 1, 16, 24, 31, 33, 64)]
    missing = [{name: value for name, value in good.items() if name != each} for each in good]
    wrong: tuple[Any, ...] = (None, 5, [], "zz" * 32, "é" * 64, "02" * 32 + " x")
    others = [{**good, name: value} for name in good for value in wrong]
    return [*lengths, *missing, *others, [], None, 5, "text", {}, [good]]


_SPOILED = [*(json.dumps(each).encode() for each in _spoiled()), b"", b"{", b"\xff\xfe", bytes(200)]


@pytest.mark.parametrize("content", _SPOILED, ids=range(len(_SPOILED)))
def test_a_damaged_key_file_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ledger.json"
    file.write_bytes(content)
    with pytest.raises(SetupError) as raised:
        LedgerKeys.load(file)
    assert raised.value.advice
    assert "0202" not in str(raised.value)
    assert file.read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_key_file_that_may_not_be_read_is_a_set_up_error(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    KEYS.save(file)
    file.chmod(0)
    with pytest.raises(SetupError):
        LedgerKeys.load(file)


def test_a_folder_where_the_key_file_should_be_is_a_set_up_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        LedgerKeys.load(tmp_path)
