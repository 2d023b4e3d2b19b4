"""Signed checkpoints: C2SP tlog-checkpoint in a C2SP signed-note, Ed25519."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.domain.errors import LedgerFault, SetupError

_ED25519 = b"\x01"
_LONGEST_SIZE = 19  # digits of 2^63 - 1
_OTHER_KEY = "It was altered, or the key file belongs to another ledger: put the right one back."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its origin, its number of entries, and the root of its tree."""

    origin: str
    size: int
    root: bytes
    note: str
    """The signed note: text, blank line, signature lines."""


class Signer:
    """Signs the checkpoints of one log under the log's origin as key name."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        if not origin.isprintable() or "+" in origin or len(origin.split()) != 1 or " " in origin:
            raise SetupError(
                "No note can be signed under this name.", "Give HUB_ORIGIN without spaces and plus."
            )
        self.origin = origin
        self._key = key
        self.verifier = Verifier(origin, key.public_key())

    def sign(self, size: int, root: bytes) -> Checkpoint:
        """A signed checkpoint over `size` entries with this root."""
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = base64.b64encode(self.verifier.key_id + self._key.sign(text.encode())).decode()
        return Checkpoint(self.origin, size, root, f"{text}\n— {self.origin} {signature}\n")


class Verifier:
    """Checks notes signed under one key name."""

    def __init__(self, name: str, key: Ed25519PublicKey) -> None:
        self.name = name
        self._key = key
        self._raw = key.public_bytes_raw()
        self.key_id = hashlib.sha256(name.encode() + b"\n" + _ED25519 + self._raw).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key in its C2SP text form: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self._raw).decode()}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """Read a verifier key's text form. Raises LedgerFault when it is none."""
        try:
            name, key_id, encoded = vkey.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            verifier = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except ValueError:
            raise LedgerFault("This is not a verifier key.", "It reads name+8 hex digits+base64.") from None
        if raw[:1] != _ED25519 or verifier.key_id.hex() != key_id:
            raise LedgerFault("This verifier key contradicts itself.", "Copy it again, whole.")
        return verifier

    def open(self, note: str) -> Checkpoint:
        """The checkpoint that a note holds. Raises LedgerFault unless it is well-formed and signed by this key."""
        text, blank, signatures = note.rpartition("\n\n")
        text += "\n"
        lines = text.split("\n")
        if (
            not blank
            or len(lines) < 4
            or not lines[1].isascii()
            or not lines[1].isdigit()
            or len(lines[1]) > _LONGEST_SIZE
        ):
            raise LedgerFault("This is not a checkpoint of this log.", f"Expected one of {self.name}.")
        if lines[0] != self.name:
            raise LedgerFault(
                f"This is a checkpoint of {lines[0][:80]!a}, not of {self.name!r}.",
                "Was HUB_ORIGIN changed? It is the name under which a ledger signs, chosen once.",
            )
        root = _decode(lines[2], 32)
        if str(int(lines[1])) != lines[1]:
            raise LedgerFault("The size in this checkpoint is not written plainly.")
        self._check(text, signatures)
        return Checkpoint(lines[0], int(lines[1]), root, note)

    def _check(self, text: str, signatures: str) -> None:
        for line in signatures.splitlines():
            mark, _, rest = line.partition(" ")
            name, _, encoded = rest.partition(" ")
            if mark != "—" or name != self.name:
                continue
            raw = _decode(encoded, 68)
            if raw[:4] != self.key_id:
                continue
            try:
                self._key.verify(raw[4:], text.encode())
            except InvalidSignature:
                raise LedgerFault("The signature of this checkpoint is wrong.", _OTHER_KEY) from None
            if not signatures.endswith("\n"):
                raise LedgerFault("This note has no end of line after its last signature.")
            return
        raise LedgerFault("This checkpoint carries no signature of this log.", _OTHER_KEY)


def _decode(text: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != length or base64.b64encode(raw).decode() != text:
        raise LedgerFault("A value in this note is not proper base64 of the right length.")
    return raw
