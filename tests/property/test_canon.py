"""Laws of canonical JSON: it is RFC 8785 for all it takes, and takes nothing that has two forms."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.errors import InvalidInput
from hub.ledger import canon

LARGEST = 2**53 - 1
Pair = namedtuple("Pair", "one two")


@dataclass
class Point:
    x: int


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    ONE = 1


def _has_one_form(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TEXT = ANY_TEXT.filter(_has_one_form) | st.sampled_from(
    [
        "",
        "\x00\x1f\x7f",
        '\b\t\n\f\r"\\/',
        "é",
        "𝄞",
        "\U0010ffff",
        "\ufffe\uffff",
        "\u2028\u2029",
        "ﬁ",
        "R. A. Kartini",
    ]
)
KEYS = st.text(st.characters(max_codepoint=127))
SCALARS = st.none() | st.booleans() | TEXT | st.integers(-LARGEST, LARGEST)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.tuples(inner, inner),
    max_leaves=25,
)

WITHOUT_FORM: list[Any] = [
    0.0, 1.0, -0.0, 0.5, 1e300, float("nan"), float("inf"), float("-inf"),
    2**53, -(2**53), 2**63, 2**64, -(2**200), 10**5000,
    b"bytes", bytearray(b"x"), memoryview(b"x"), {1, 2}, frozenset(), iter(()), object(), int, Ellipsis, 1j,
    Point(1), Pair(1, 2), OrderedDict(a=1), MappingProxyType({"a": 1}), range(3), Decimal(1),
    datetime(2024, 5, 6, tzinfo=UTC), datetime(2024, 5, 6), date(2024, 5, 6), time(1, 2), UUID(int=7),
    Level.ONE, orjson.Fragment(b"1.5"),
    "e\u0301", "\u212b", "\uac00\u0323\u0301".join(("", "\u1100\u1161")), "\ud800", "a\udfff", "\udc80\ud83d",
]  # fmt: skip
"""Values with no canonical form, wherever they stand."""

PLACES: list[Callable[[Any], Any]] = [
    lambda value: value,
    lambda value: [value],
    lambda value: [None, "x", 3, value],
    lambda value: (value,),
    lambda value: {"a": value},
    lambda value: {"a": [1, {"b": (value, "ok")}], "é".encode().hex(): "é"},
]


@given(VALUES)
@example({"\x7f": "\x7f", "\x00": "\x00", "b": {"B": 1, "a": -0, "": [[], {}, ()]}})
@example([LARGEST, -LARGEST, 0, True, False, None])
@example({"name": "Siti Nur'aini 𝄞 é", "flags": ["a", "b"], "n": 1})
def test_equals_rfc_8785_and_reads_back(value: Any) -> None:
    data = canon.encode(value)
    assert data == rfc8785.dumps(value)
    assert canon.encode(canon.decode(data)) == data
    assert canon.is_canonical(data)


@given(st.dictionaries(KEYS, SCALARS, min_size=2))
def test_the_order_of_keys_as_given_does_not_show(value: dict[str, Any]) -> None:
    assert canon.encode(dict(reversed(value.items()))) == canon.encode(value)


@given(ANY_TEXT)
def test_text_is_taken_in_normal_form_c_and_no_other(text: str) -> None:
    if _has_one_form(text):
        assert canon.encode([text]) == rfc8785.dumps([text])
    else:
        for value in (text, [text], {"a": {"b": [1, text]}}):
            with pytest.raises(InvalidInput):
                canon.encode(value)
    assert canon.is_canonical(canon.encode(canon.normal(text)))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda key: not key.isascii()))
def test_a_key_that_is_not_ascii_is_refused(key: str) -> None:
    for value in ({key: 1}, [{key: None}], {"a": {"b": ({key: "x"},)}}):
        with pytest.raises(InvalidInput):
            canon.encode(value)


NOT_KEYS: list[Any] = [
    1, 0, None, True, 1.5, b"a", ("a",), Colour.RED, Level.ONE, date(2024, 1, 1), UUID(int=1), "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("key", NOT_KEYS, ids=lambda each: type(each).__name__)
def test_a_key_that_is_not_text_is_refused(key: Any) -> None:
    for value in ({key: 1}, [{key: 1}], {"a": {key: 1, "b": 2}}):
        with pytest.raises(InvalidInput):
            canon.encode(value)


@pytest.mark.parametrize("place", PLACES, ids=range(len(PLACES)))
@pytest.mark.parametrize("value", WITHOUT_FORM, ids=lambda each: type(each).__name__)
def test_what_has_no_single_form_is_refused_wherever_it_stands(
    value: Any, place: Callable[[Any], Any]
) -> None:
    with pytest.raises(InvalidInput):
        canon.encode(place(value))


@given(st.floats(), st.sampled_from(PLACES))
def test_every_float_is_refused(value: float, place: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidInput):
        canon.encode(place(value))


@given(st.integers(min_value=2**53) | st.integers(max_value=-(2**53)), st.sampled_from(PLACES))
def test_every_integer_that_others_would_round_is_refused(value: int, place: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidInput):
        canon.encode(place(value))


@pytest.mark.parametrize("depth", [300, 1000, 5000, 50_000])
def test_nesting_without_end_is_refused_as_bad_input(depth: int) -> None:
    lists: list[Any] = []
    dicts: dict[str, Any] = {}
    for _ in range(depth):
        lists, dicts = [lists], {"a": dicts}
    for value in (lists, dicts):
        with pytest.raises(InvalidInput):
            canon.encode(value)
    assert not canon.is_canonical(b"[" * depth + b"]" * depth)


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(InvalidInput):
        canon.encode(value)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_json_are_refused_or_not_canonical(data: bytes) -> None:
    try:
        canon.decode(data)
    except InvalidInput:
        assert not canon.is_canonical(data)
        return
    assert not canon.is_canonical(data) or canon.encode(canon.decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"{", b'{"a":1} ', b' {"a":1}', b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"-0",
        b"1e2", b"9007199254740992", b'"\\u0041"', b'"\\/"', b'"\\u00e9"', b'"e\xcc\x81"', b'"\xed\xa0\x80"', b'"\xff"',
        b"\xef\xbb\xbf1", b"[1,]", b"NaN", b"nul", '{"é":1}'.encode(), b'"\\u001F"', b"[1]\n", b"01",
    ],
)  # fmt: skip
def test_another_spelling_of_the_same_value_is_not_canonical(data: bytes) -> None:
    assert not canon.is_canonical(data)


@given(VALUES, st.data())
def test_any_changed_bit_of_canonical_bytes_means_another_value_or_none(
    value: Any, data: st.DataObject
) -> None:
    before = canon.encode(value)
    bit = data.draw(st.integers(0, len(before) * 8 - 1))
    after = (int.from_bytes(before) ^ 1 << bit).to_bytes(len(before))
    if canon.is_canonical(after):
        assert canon.encode(canon.decode(after)) == after != before
