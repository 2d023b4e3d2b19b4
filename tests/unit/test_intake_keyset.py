"""Row keys: which of them were met before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from hub.intake.keyset import KeySet


def test_tells_keys_met_in_an_earlier_call_and_in_the_same() -> None:
    with KeySet() as keys:
        assert keys.add_many(["a", "b", "a"]) == {2}
        assert keys.add_many(["c", "b", "c", "b"]) == {1, 2, 3}
        assert keys.add_many([]) == set()


def test_keys_that_differ_only_in_case_blanks_or_signs_differ() -> None:
    with KeySet() as keys:
        assert keys.add_many(["a", "A", "a ", "", "a\0", "a\0b", "\u00e9", "e\u0301"]) == set()


def test_two_sets_know_nothing_of_each_other() -> None:
    with KeySet() as first, KeySet() as second:
        first.add_many(["a"])
        assert second.add_many(["a"]) == set()


@settings(deadline=None, max_examples=50)
@given(calls=some.lists(some.lists(some.text("ab1", max_size=3), max_size=8), max_size=6))
def test_agrees_with_a_set_in_memory(calls: list[list[str]]) -> None:
    seen: set[str] = set()
    with KeySet() as keys:
        for call in calls:
            expected = set()
            for at, key in enumerate(call):
                if key in seen:
                    expected.add(at)
                seen.add(key)
            assert keys.add_many(call) == expected
