"""Birth dates in the notations of the registers."""

from __future__ import annotations

import pytest

from hub.domain.standard.dates import BornKind, Notation, age_on, born, day

AS_OF = "2024-05-31"


@pytest.mark.parametrize(
    "written",
    [
        "13-03-1958", "1958-03-13", "13/03/1958", "13/03/1958 0:00:00", "1958-03-13 00:00:00",
        "13 MARET 1958",
        "13 Maret 1958", "13 MAR 1958", "13-Mar-1958", "13.03.1958", " 13-03-1958 ", "13/3/1958",
        "1958/03/13",
    ],
)  # fmt: skip
def test_reads_the_notations_of_a_day(written: str) -> None:
    found = born(written, AS_OF)
    assert (found.on, found.kind, found.default_day) == ("1958-03-13", BornKind.EXACT, False)


@pytest.mark.parametrize(
    ("written", "day"), [("17 AGUSTUS 1990", "08-17"), ("17 AGT 1990", "08-17"),
    ("17 PEBRUARI 1990", "02-17"),
                         ("17 NOPEMBER 1990", "11-17"), ("17 OKT 1990", "10-17"), ("17 DES 1990", "12-17")]
)  # fmt: skip
def test_reads_month_names_and_their_old_and_short_forms(written: str, day: str) -> None:
    assert born(written, AS_OF).on == f"1990-{day}"


def test_a_spreadsheet_serial_counts_days() -> None:
    found = born("25708", AS_OF)
    assert (found.on, found.kind) == ("1970-05-20", BornKind.SERIAL)


@pytest.mark.parametrize(
    ("written", "on"), [("05-06-70", "1970-06-05"), ("05-06-23", "2023-06-05"), ("05-06-24", "1924-06-05")]
)
def test_the_century_of_a_two_digit_year_is_chosen_by_age(written: str, on: str) -> None:
    found = born(written, AS_OF)
    assert (found.on, found.kind) == (on, BornKind.TWO_DIGIT_YEAR)


@pytest.mark.parametrize("written", ["01-01-1960", "31-12-1960", "01-07-1960", "30-06-1960"])
def test_days_that_stand_for_an_unknown_day_are_marked(written: str) -> None:
    found = born(written, AS_OF)
    assert (found.kind, found.default_day, found.on is not None) == (BornKind.DEFAULT_DAY, True, True)


@pytest.mark.parametrize(
    "written",
    ["30-02-1980", "31-04-1980", "05-25-1980", "13-13-1980", "2024-06-01", "01-06-2025",
    "1880-05-05", "99999",
     "LUPA", "12-1980", "1980"],
)  # fmt: skip
def test_an_impossible_day_is_flagged_and_not_guessed(written: str) -> None:
    found = born(written, AS_OF)
    assert (found.on, found.kind) == (None, BornKind.IMPOSSIBLE)


@pytest.mark.parametrize("written", ["", " ", "-", "0", "00-00-0000", "0000-00-00", "00/00/0000 0:00:00"])
def test_an_unknown_day_is_missing(written: str) -> None:
    assert born(written, AS_OF).kind is BornKind.MISSING


@pytest.mark.parametrize(
    ("written", "notation"),
    [
        ("13-03-1958", Notation.DMY_DASH),
        ("13/03/1958", Notation.DMY_SLASH),
        ("13.03.1958", Notation.DMY_DOT),
        ("13 03 1958", Notation.DMY_DOT),
        ("1958-03-13", Notation.YMD),
        ("1958/03/13", Notation.YMD),
        ("13 MARET 1958", Notation.WORDS),
        ("13-03-58", Notation.TWO_DIGIT),
        ("13/03/1958 0:00:00", Notation.TIMESTAMP),
        ("1958-03-13 00:00:00", Notation.TIMESTAMP),
        ("1958-03-13T00:00:00", Notation.TIMESTAMP),
        ("25708", Notation.SERIAL),
        ("03-13-1958", Notation.MONTH_FIRST),
        ("03/13/58", Notation.MONTH_FIRST),
        ("31-02-1958", Notation.DMY_DASH),
        ("02-31-1958", Notation.DMY_DASH),
        ("13 FOO 1958", Notation.NONE),
        ("LUPA", Notation.NONE),
        ("", Notation.NONE),
    ],
)
def test_the_notation_is_told_also_of_a_day_that_is_impossible(written: str, notation: Notation) -> None:
    assert born(written, AS_OF).notation is notation


@pytest.mark.parametrize(
    ("written", "swapped"),
    [
        ("05-06-1970", "1970-06-05"),
        ("1970-06-05", "1970-06-05"),
        ("05/06/1970 0:00:00", "1970-06-05"),
        ("05-06-70", "1970-06-05"),
    ],
)
def test_day_and_month_up_to_12_may_have_changed_places(written: str, swapped: str) -> None:
    found = born(written, AS_OF)
    other = found.swapped
    assert {found.on, other} == {swapped, "1970-05-06"}


def test_a_day_has_no_other_reading_where_that_is_no_other_possible_day() -> None:
    for written in ("13-06-1970", "06-06-1970", "5 JUNI 1970", "LUPA", ""):
        assert born(written, AS_OF).swapped is None
    assert born("11-02-2024", AS_OF).swapped is None  # 2 November lies after the register


def test_the_month_comes_first_only_when_the_file_does_so() -> None:
    assert born("05-25-1980", AS_OF).on is None
    assert born("05-25-1980", AS_OF, month_first=True).on == "1980-05-25"
    assert born("05-06-1980", AS_OF, month_first=True).on == "1980-05-06"
    assert born("05-06-1980", AS_OF, month_first=True).notation is Notation.MONTH_FIRST
    assert born("05/06/80", AS_OF, month_first=True).on == "1980-05-06"
    assert born("1980-05-06", AS_OF, month_first=True).on == "1980-05-06"
    assert born("25-05-1980", AS_OF, month_first=True).kind is BornKind.IMPOSSIBLE


def test_age_counts_full_years() -> None:
    assert age_on("1958-03-13", "2024-03-12") == 65
    assert age_on("1958-03-13", "2024-03-13") == 66
    assert age_on("2000-02-29", "2023-02-28") == 22
    assert age_on("2000-02-29", "2023-03-01") == 23
    assert age_on("2024-03-13", "2024-03-12") == -1


@pytest.mark.parametrize(
    ("written", "on"),
    [("02/11/2022", "2022-11-02"), ("27 Oktober 2022", "2022-10-27"), ("01-06-2024", None), ("-", None)],
)
def test_any_past_day_is_read_like_a_birth_date(written: str, on: str | None) -> None:
    assert day(written, AS_OF) == on
