"""Canonical JSON: the one byte string that stands for a value (RFC 8785 restricted to what needs no floats)."""

from __future__ import annotations

import unicodedata
from typing import Any

import orjson

from hub.domain.errors import InvalidInput

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def encode(value: Any) -> bytes:
    """The canonical bytes of a value made of dicts with ASCII keys, lists, tuples, NFC strings, integers
    below 2^53, booleans and None.

    Equals RFC 8785 for these values. Raises InvalidInput for anything else, floats above all: a probability
    is written in parts per million.
    """
    try:
        _check_types(value)
        data = orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError) as error:
        raise InvalidInput("A value has no canonical form.", str(error)) from None
    if not data.isascii():
        _check_text(value)
    return data


def pack(value: Any) -> bytes:
    """The same bytes for a value whose parts have all been through `encode` already, without looking at them again."""
    return orjson.dumps(value, option=_OPTIONS)


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


_PLAIN = frozenset({str, bool, type(None), int})
"""Integers among them: orjson itself refuses those of 2^53 and more."""


def _check_types(value: Any) -> None:
    """Refuse what has no single canonical form. Looks at sets of types first: most values are plain text."""
    kind = type(value)
    if kind is dict:
        items = value.values()
    elif kind is list or kind is tuple:
        items = value
    else:
        _check_scalar(value)
        return
    if not _PLAIN.issuperset(map(type, items)):
        for each in items:
            if type(each) not in _PLAIN:
                _check_types(each)


def _check_scalar(value: Any) -> None:
    if type(value) not in _PLAIN and not isinstance(value, str):
        raise InvalidInput(
            f"A {type(value).__name__} has no canonical form.",
            "Use integers (parts per million), text, lists, dicts.",
        )


def _check_text(value: Any) -> None:
    """Refuse text in another normal form, and keys that are not ASCII."""
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise InvalidInput("A text is not in Unicode's normal form C.", "Normalise it first.")
    elif isinstance(value, dict):
        for key, each in value.items():
            if not key.isascii():
                raise InvalidInput(f"The key {key!r} is not ASCII text.")
            _check_text(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _check_text(each)
