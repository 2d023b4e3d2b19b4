"""Row keys: which of them were met before."""

from __future__ import annotations

import stat
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hub.intake.keyset import KeySet


def test_tells_keys_met_in_an_earlier_call_and_in_the_same(tmp_path: Path) -> None:
    with KeySet(tmp_path) as keys:
        assert keys.add_many(["a", "b", "a"]) == {2}
        assert keys.add_many(["c", "b", "c", "b"]) == {1, 2, 3}
        assert keys.add_many([]) == set()


def test_keys_that_differ_only_in_case_blanks_or_signs_differ(tmp_path: Path) -> None:
    with KeySet(tmp_path) as keys:
        assert keys.add_many(["a", "A", "a ", "", "a\0", "a\0b", "\u00e9", "e\u0301"]) == set()


def test_the_file_is_its_owners_and_goes_when_it_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with KeySet(folder) as keys:
        keys.add_many(["a"])
        modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
        assert modes == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_two_sets_in_one_folder_know_nothing_of_each_other(tmp_path: Path) -> None:
    with KeySet(tmp_path) as first, KeySet(tmp_path) as second:
        first.add_many(["a"])
        assert second.add_many(["a"]) == set()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(calls=some.lists(some.lists(some.text("ab1", max_size=3), max_size=8), max_size=6))
def test_agrees_with_a_set_in_memory(tmp_path: Path, calls: list[list[str]]) -> None:
    seen: set[str] = set()
    with KeySet(tmp_path) as keys:
        for call in calls:
            expected = set()
            for at, key in enumerate(call):
                if key in seen:
                    expected.add(at)
                seen.add(key)
            assert keys.add_many(call) == expected
