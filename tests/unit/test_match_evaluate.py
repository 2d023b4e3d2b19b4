"""Figures of a partition beside the truth, against counting every pair by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import InvalidInput
from hub.matching.evaluate import (
    Quality,
    Row,
    evaluate,
    evaluate_entries,
    read_enrolments,
    read_households,
    read_partition,
)

rows = st.tuples(st.sampled_from(("dtks", "p3ke", "regsosek")), st.sampled_from("abcdef"))
partitions = st.dictionaries(rows, st.sampled_from("123"), max_size=14)


@given(partitions, partitions)
def test_pairs_are_those_that_counting_finds(found: dict[Row, str], truth: dict[Row, str]) -> None:
    told = evaluate(found, truth)
    for quality, counts in ((told.all, (True, False)), (told.within, (True,)), (told.across, (False,))):
        pairs = [each for each in combinations(truth, 2) if (each[0][0] == each[1][0]) in counts]
        joined = [(a, b) for a, b in pairs if a in found and b in found and found[a] == found[b]]
        same = [(a, b) for a, b in pairs if truth[a] == truth[b]]
        right = set(joined) & set(same)
        assert quality == Quality(len(joined), len(same), len(right))


@given(partitions, partitions)
def test_b_cubed_is_the_mean_over_rows(found: dict[Row, str], truth: dict[Row, str]) -> None:
    def cluster(row: Row) -> set[Row]:
        return {row} if row not in found else {each for each in truth if found.get(each) == found[row]}

    def person(row: Row) -> set[Row]:
        return {each for each in truth if truth[each] == truth[row]}

    told = evaluate(found, truth)
    if truth:
        shares = [len(cluster(row) & person(row)) / len(cluster(row)) for row in truth]
        assert told.b_cubed_precision == pytest.approx(sum(shares) / len(truth))
        shares = [len(cluster(row) & person(row)) / len(person(row)) for row in truth]
        assert told.b_cubed_recall == pytest.approx(sum(shares) / len(truth))


@given(partitions)
def test_the_truth_itself_is_perfect(truth: dict[Row, str]) -> None:
    told = evaluate(truth, truth)
    assert (told.all.precision, told.all.recall, told.all.f1) == (1, 1, 1)
    assert (told.over_merged, told.split, told.missing, told.unknown) == (0, 0, 0, 0)


def test_what_was_joined_too_much_and_what_was_split_is_counted() -> None:
    truth = {("dtks", key): person for key, person in zip("abcd", "1122", strict=True)}
    told = evaluate({**dict.fromkeys([("dtks", "a"), ("dtks", "c")], "x"), ("dtks", "z"): "y"}, truth)
    assert (told.over_merged, told.split, told.missing, told.unknown) == (1, 2, 2, 1)
    assert told.all.f1 == 0


def test_a_partition_is_read_from_a_file_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_text("register,row_key,person_id,more\ndtks,1,P1,x\np3ke,1-1,P1,y\n", encoding="utf-8-sig")
    assert read_partition(file) == {("dtks", "1"): "P1", ("p3ke", "1-1"): "P1"}


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b,c\n", b"register,row_key\n", b"register,row_key,x\ndtks,1\n", b"\xff\xfe\x00",
     b"register,row_key,x\ndtks,1,a\ndtks,1,b\n", b'register,row_key,x\n"dtks,1,a\n'],
)  # fmt: skip
def test_a_file_that_is_no_partition_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "truth.csv"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_partition(file)
    assert caught.value.advice
    with pytest.raises(InvalidInput):
        read_partition(tmp_path / "missing.csv")


_HOUSEHOLDS = "register,row_key,household_id,kk_family_id,members\n"


def test_a_unit_whose_persons_live_in_several_dwellings_is_of_that_where_most_live(tmp_path: Path) -> None:
    file = tmp_path / "households.csv"
    file.write_text(f"{_HOUSEHOLDS}p3ke,1,H1,F1,2\np3ke,1,H2,F2,2\np3ke,1,H2,F3,1\ndtks,2,H1,F1,5\n")
    assert read_households(file) == {("p3ke", "1"): "H2", ("dtks", "2"): "H1"}


@pytest.mark.parametrize("content", ["", "register,row_key,x\n", f"{_HOUSEHOLDS}p3ke,1,H1,F1,many\n"])
def test_a_file_that_tells_no_households_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "households.csv"
    file.write_text(content)
    with pytest.raises(InvalidInput):
        read_households(file)


def test_an_entry_is_right_when_it_went_to_whom_most_rows_of_its_person_are_of() -> None:
    rows = {("dtks", key): person for key, person in zip("abcde", "xxxyz", strict=True)}
    persons = {("dtks", key): person for key, person in zip("abcd", "1123", strict=True)}
    truth = {("pkh", "1"): "1", ("pkh", "2"): "3", ("pkh", "3"): "2", ("rutilahu", "4"): "9"}
    found = {("pkh", "1"): "x", ("pkh", "3"): "x", ("rutilahu", "4"): "z", ("pkh", "5"): "x"}
    told = evaluate_entries(found, truth, rows, persons)
    assert told == {"all": Quality(3, 3, 1), "pkh": Quality(2, 3, 1), "rutilahu": Quality(1, 0, 0)}
    assert told["all"].plain("entries")["entries_right"] == 1


def test_enrolments_are_read_from_the_truth_of_a_city(tmp_path: Path) -> None:
    file = tmp_path / "enrolments.csv"
    file.write_text("programme,row_key,person_id,note\npkh,1,9,ok\n")
    assert read_enrolments(file) == {("pkh", "1"): "9"}
    with pytest.raises(InvalidInput, match="partition"):
        read_partition(file)
    file.write_text("register,row_key,person_id\ndtks,1,9\n")
    with pytest.raises(InvalidInput, match="enrolments"):
        read_enrolments(file)
