"""The vault: payloads encrypted beside the tree, one key for each (owner, retention class)."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hub.domain.errors import LedgerFault, SetupError
from hub.keyfile import write_once

_KEY_SIZE = 32
SALT_SIZE = 32
_NONCE_SIZE = 12
_COMMITMENT_PREFIX = b"hub/payload/v1\x00"


def commitment(salt: bytes, payload: bytes) -> bytes:
    """What stands in a fact for its payload: SHA-256 over prefix, 32 random bytes and the payload's bytes."""
    return hashlib.sha256(_COMMITMENT_PREFIX + salt + payload).digest()


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The three secrets of a ledger: they never stand in it, in a log or in an error."""

    signing: Ed25519PrivateKey
    master: bytes
    lookup: bytes

    @classmethod
    def generate(cls) -> LedgerKeys:
        """Fresh secrets."""
        return cls(Ed25519PrivateKey.generate(), os.urandom(32), os.urandom(32))

    @classmethod
    def from_seeds(cls, signing: bytes, master: bytes, lookup: bytes) -> LedgerKeys:
        """Keys from their 32-byte forms. Raises ValueError for any other length."""
        if {len(signing), len(master), len(lookup)} != {_KEY_SIZE}:
            raise ValueError("A key of a ledger is 32 bytes.")
        return cls(Ed25519PrivateKey.from_private_bytes(signing), master, lookup)

    @classmethod
    def load(cls, file: Path) -> LedgerKeys:
        """Read a key file. Raises SetupError when it is missing or damaged."""
        try:
            values = orjson.loads(file.read_bytes())
            return cls.from_seeds(*(bytes.fromhex(values[name]) for name in ("signing", "master", "lookup")))
        except FileNotFoundError:
            raise SetupError(
                f"The ledger's key file {file.name} is missing.",
                "Put it back from your safe copy: without it nothing personal can be opened or signed.",
            ) from None
        except (ValueError, KeyError, TypeError, OSError):
            raise SetupError(
                f"The ledger's key file {file.name} is damaged.", "Put it back from your copy."
            ) from None

    def save(self, file: Path) -> None:
        """Write a key file that only its owner may read. Never overwrites one: whoever was first counts."""
        values = {
            "signing": self.signing.private_bytes_raw().hex(),
            "master": self.master.hex(),
            "lookup": self.lookup.hex(),
        }
        write_once(file, orjson.dumps(values))


class Vault:
    """Seals and opens payloads, wraps their keys, and hides what look-ups search for."""

    def __init__(self, keys: LedgerKeys) -> None:
        self._wrapping = AESGCM(keys.master)
        self._bodies = AESGCM(HKDFExpand(SHA256(), 32, b"hub/request-body/v1").derive(keys.master))
        self._lookup = keys.lookup
        # A value is looked up when it is found, when its reading is declared, and when it is written.
        self.look_up = lru_cache(maxsize=1 << 15)(self._look_up)

    def new_key(self, owner: str, retention: str) -> tuple[bytes, bytes]:
        """A fresh payload key and its wrapped form, which is bound to owner and retention class."""
        raw = os.urandom(32 + _NONCE_SIZE)
        key, nonce = raw[:32], raw[32:]
        return key, nonce + self._wrapping.encrypt(nonce, key, f"{owner}|{retention}".encode())

    def unwrap(self, owner: str, retention: str, wrapped: bytes) -> bytes:
        """The payload key. Raises LedgerFault when the wrapped form was altered."""
        return _decrypt(self._wrapping, wrapped, f"{owner}|{retention}".encode(), "payload key")

    def seal(self, key: bytes, fact_id: str, payload: bytes) -> tuple[bytes, bytes]:
        """Commitment and encrypted form (nonce, then salt and payload) of a fact's payload."""
        raw = os.urandom(SALT_SIZE + _NONCE_SIZE)
        salt, nonce = raw[:SALT_SIZE], raw[SALT_SIZE:]
        sealed = nonce + AESGCM(key).encrypt(nonce, salt + payload, fact_id.encode())
        return commitment(salt, payload), sealed

    def open(self, key: bytes, fact_id: str, sealed: bytes) -> tuple[bytes, bytes]:
        """Salt and payload bytes. Raises LedgerFault when the sealed form was altered."""
        raw = _decrypt(AESGCM(key), sealed, fact_id.encode(), "payload")
        return raw[:SALT_SIZE], raw[SALT_SIZE:]

    def seal_body(self, digest: bytes, log: str, actor: str, request: str) -> bytes:
        """The digest of a request's body, hidden and bound to its request id."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._bodies.encrypt(nonce, digest, f"{log}|{actor}|{request}".encode())

    def open_body(self, sealed: bytes, log: str, actor: str, request: str) -> bytes:
        """The digest of a request's body. Raises LedgerFault when its sealed form was altered."""
        return _decrypt(self._bodies, sealed, f"{log}|{actor}|{request}".encode(), "request digest")

    def _look_up(self, space: str, value: str) -> bytes:
        """The keyed hash under which a look-up value is found again (16 bytes of HMAC-SHA-256)."""
        return hmac.digest(self._lookup, f"{space}\x00{value}".encode(), "sha256")[:16]

    def digest(self, data: bytes) -> str:
        """The keyed hash by which a repeated record is recognised (hex)."""
        return hmac.digest(self._lookup, b"record\x00" + data, "sha256").hex()


def _decrypt(cipher: AESGCM, sealed: bytes, bound_to: bytes, what: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], bound_to)
    except (InvalidTag, ValueError):
        raise LedgerFault(
            f"A {what} does not open.", "It was altered, or this key file belongs to another ledger."
        ) from None
