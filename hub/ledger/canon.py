"""Canonical JSON: the one byte string that stands for a value (RFC 8785 restricted to what needs no floats)."""

from __future__ import annotations

import unicodedata
from typing import Any

import orjson

from hub.domain.errors import InvalidInput

_LARGEST = 2**53 - 1


def encode(value: Any) -> bytes:
    """The canonical bytes of a value made of dicts with ASCII keys, lists, tuples, NFC strings, integers
    below 2^53, booleans and None.

    Equals RFC 8785 for these values. Raises InvalidInput for anything else, floats above all: a probability
    is written in parts per million.
    """
    _check(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode(data: bytes) -> Any:
    """The value that canonical bytes stand for. Raises InvalidInput when they are not JSON."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("These bytes are not JSON.", str(error)) from None


def is_canonical(data: bytes) -> bool:
    """Whether bytes are exactly what `encode` gives for the value they hold."""
    try:
        return encode(decode(data)) == data
    except InvalidInput:
        return False


def normal(text: str) -> str:
    """A string in the form that the ledger accepts (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _check(value: Any) -> None:
    """Refuse what has no single canonical form. Ordered by how often each type occurs."""
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _check_text(value)
    elif kind is dict:
        for key, each in value.items():
            if type(key) is not str or not key.isascii():
                raise InvalidInput(f"The key {key!r} is not ASCII text.")
            _check(each)
    elif kind is list or kind is tuple:
        for each in value:
            _check(each)
    elif value is None or kind is bool:
        return
    elif kind is int:
        if not -_LARGEST <= value <= _LARGEST:
            raise InvalidInput("An integer of 2^53 or more has no canonical form.", "Write it as text.")
    elif isinstance(value, str):
        _check_text(str(value))
    else:
        raise InvalidInput(
            f"A {kind.__name__} has no canonical form.", "Use integers (parts per million), text, lists, dicts."
        )


def _check_text(value: str) -> None:
    if not unicodedata.is_normalized("NFC", value):
        raise InvalidInput("A text is not in Unicode's normal form C.", "Normalise it first.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidInput("A text holds half of a surrogate pair.", "The source's encoding was misread.")
