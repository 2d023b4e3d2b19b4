"""Random identifiers (UUIDv7, RFC 9562): time-ordered, never derived from data."""

from __future__ import annotations

import uuid

import uuid_utils

from hub.domain.errors import InvalidInput


def new_id() -> str:
    """A fresh UUIDv7 in its 36-character form."""
    return str(uuid_utils.uuid7())


def as_uuid(value: str, name: str) -> str:
    """The canonical 36-character form of a UUID given by a client.

    Raises InvalidInput with `name` when it is none.
    """
    try:
        return str(uuid.UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise InvalidInput(
            f"{name} is not a UUID.", "Give 32 hexadecimal digits, as in 8-4-4-4-12."
        ) from None
