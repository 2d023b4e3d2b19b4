"""Cursors of connections: a place in an order, encrypted, good for one kind of question and scope only."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.errors import InvalidInput

_NONCE = 12


def seal_cursor(key: bytes, place: str, bound_to: str) -> str:
    """A URL-safe text that only `key` (16, 24 or 32 bytes) opens, and only with the same `bound_to`."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, place.encode(), bound_to.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def open_cursor(key: bytes, cursor: str, bound_to: str) -> str:
    """The place that was sealed. InvalidInput when the cursor is damaged or of another list or scope."""
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError):
        raise InvalidInput(
            "This cursor is not of this list.",
            "Use cursors only with the list, the order and the rights they came with; else start anew.",
        ) from None
