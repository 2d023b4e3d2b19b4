"""Workbooks: what openpyxl writes is read as a register means it, and what is no single table is refused."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hub.domain.errors import InvalidInput
from hub.intake.refusals import Refusal
from hub.intake.rows import LONGEST_FIELD, read
from hub.intake.sheet import inspect
from hub.intake.workbook_parts import SharedTexts, date_text, number_text, shows_date
from tests.unit.test_intake_rows import MEASURE

HEADING = ["ID", "NAMA", "LAHIR"]


def saved(folder: Path, *sheets: Sequence[Sequence[Any]], name: str = "book.bin") -> Path:
    """A workbook with those sheets, each a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Lembar {number}")
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def rows(file: Path) -> list[tuple[int, list[str] | Refusal]]:
    return list(read(inspect(file)))


def rewritten(file: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same workbook with the bytes of its parts changed."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))
    return file


def sharing(file: Path) -> Path:
    """The same workbook with its texts in one table, as Excel writes them; openpyxl writes them into the cells."""
    texts: list[bytes] = []

    def share(found: re.Match[bytes]) -> bytes:
        texts.append(b"<si>" + found[1] + b"</si>")
        return b't="s"><v>%d</v>' % (len(texts) - 1)

    def change(name: str, content: bytes) -> bytes:
        if "worksheets/" in name:
            return re.sub(rb't="inlineStr"><is>(.*?)</is>', share, content, flags=re.DOTALL)
        relation = (
            b'<Relationship Id="texts" Type="http://x/sharedStrings" Target="shared.xml"/></Relationships>'
        )
        return (
            content.replace(b"</Relationships>", relation) if name.endswith("workbook.xml.rels") else content
        )

    rewritten(file, change)
    with zipfile.ZipFile(file, "a") as archive:
        table = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>' % b"".join(
            texts
        )
        archive.writestr("xl/shared.xml", table)
    return file


def test_cells_become_text_as_a_register_means_them(tmp_path: Path) -> None:
    given = [
        "0012", 12, 12.0, 0.5, True, False, "#N/A", None, " A ", date(1972, 7, 6),
        datetime(2024, 5, 31, 13, 5), time(7, 30), 327301123456789, "3273011234567891",
    ]  # fmt: skip
    told = [
        "0012", "12", "12", "0.5", "TRUE", "FALSE", "#N/A", "", " A ", "1972-07-06",
        "2024-05-31 13:05:00", "07:30:00", "327301123456789", "3273011234567891",
    ]  # fmt: skip
    file = saved(tmp_path, [[f"K{index}" for index in range(len(given))], given])
    assert rows(file) == [(2, told)]
    assert rows(sharing(file)) == [(2, told)]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("25708", "25708"), ("25708.0", "25708"), ("1E3", "1000"), ("1.1000000000000001", "1.1"), ("1E-5", "0.00001"),
        ("3.27301123456789E+15", "3.27301123456789E+15"), ("3273011234567890", "3273011234567890"),
        ("9871011234567893", "9871011234567893"), ("-2.50", "-2.5"),
    ],
)  # fmt: skip
def test_a_number_beyond_fifteen_digits_is_told_as_the_file_has_it(kept: str, told: str) -> None:
    assert number_text(kept) == told


@pytest.mark.parametrize(
    ("kept", "since_1904", "told"),
    [
        ("26486", False, "1972-07-06"), ("25024", True, "1972-07-06"), ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"), ("60", False, "60"), ("61", False, "1900-03-01"), ("0", False, "0"),
        ("-3", False, "-3"), ("9999999", False, "9999999"), ("26486.999999999", False, "1972-07-07"),
        ("3.27301123456789E+15", False, "3.27301123456789E+15"),
    ],
)  # fmt: skip
def test_a_number_that_is_no_day_is_not_made_one(kept: str, since_1904: bool, told: str) -> None:
    assert date_text(kept, since_1904=since_1904) == told


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "d/m/yy h:mm", "[$-421]dd mmmm yyyy;@", "h:mm AM/PM"])
def test_formats_of_days_and_times_are_known(code: str) -> None:
    assert shows_date(code)


@pytest.mark.parametrize(
    "code", ["General", "0", '0 "hari"', "[Red]0.00", "[h]:mm:ss", "0.00E+00", "#,##0\\ \\d", "@"]
)
def test_formats_of_numbers_are_no_days(code: str) -> None:
    assert not shows_date(code)


def test_formulas_whose_value_was_not_saved_are_counted(tmp_path: Path) -> None:
    file = saved(tmp_path, [HEADING, ["1", "=A2", "x"], ["2", "=UPPER(A3)", "=1+1"]])
    assert inspect(file).unvalued == 3
    assert rows(file) == [(2, ["1", "", "x"]), (3, ["2", "", ""])]

    def valued(name: str, content: bytes) -> bytes:
        return content.replace(b"<f>A2</f><v></v>", b"<f>A2</f><v>7</v>").replace(
            b"<f>A2</f><v />", b"<f>A2</f><v>7</v>"
        )

    assert inspect(rewritten(file, valued)).unvalued == 2
    assert rows(file)[0] == (2, ["1", "7", "x"])
    assert inspect(saved(tmp_path, [HEADING, ["1", "", "x"]])).unvalued == 0


def test_a_formula_that_gave_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    file = saved(tmp_path, [HEADING, ["1", '=""', "x"]])
    rewritten(file, lambda name, content: content.replace(b'<c r="B2"', b'<c r="B2" t="str"'))
    assert inspect(file).unvalued == 0


def test_a_title_above_the_heading_and_blank_rows_are_passed_over(tmp_path: Path) -> None:
    sheet: list[list[Any]] = [
        ["DAFTAR PENERIMA"],
        [],
        HEADING,
        ["1", "ASEP", "x"],
        [None, " "],
        ["2", "UDIN"],
    ]
    found = inspect(saved(tmp_path, sheet))
    assert (found.heading, found.heading_line) == (tuple(HEADING), 3)
    assert list(read(found)) == [(4, ["1", "ASEP", "x"]), (6, ["2", "UDIN", ""])]


def test_a_row_wider_than_the_heading_and_a_field_without_end_are_refused(tmp_path: Path) -> None:
    wide, long = ["1", "A", "x", "y"], ["2", "B" * (LONGEST_FIELD + 1), "x"]
    found = rows(saved(tmp_path, [HEADING, wide, long, ["3", "C", "x"]]))
    assert found[0] == (2, Refusal("broken_columns", value="4 columns, heading 3"))
    assert found[1] == (3, Refusal("field_too_long", "NAMA", f"{LONGEST_FIELD + 1} characters"))
    assert found[2] == (4, ["3", "C", "x"])


def test_the_one_sheet_with_rows_is_taken(tmp_path: Path) -> None:
    data = [HEADING, ["1", "ASEP", "x"]]
    assert rows(saved(tmp_path, [], data, [["catatan"]])) == [(2, ["1", "ASEP", "x"])]


@pytest.mark.parametrize(
    ("sheets", "says"),
    [
        ([[HEADING, ["1"]], [HEADING, ["2"]]], "several filled sheets: Lembar 1, Lembar 2"),
        ([[]], "no filled sheet"),
        ([[HEADING]], "no rows"),
        ([[["one"], ["two"]]], "no table"),
    ],
)
def test_a_workbook_without_one_table_is_one_clear_error(tmp_path: Path, sheets: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        inspect(saved(tmp_path, *sheets))
    assert caught.value.advice


def test_texts_in_runs_with_phonetic_hints_and_escapes_are_read(tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        runs = b"<si><r><t>AS</t></r><r><t>EP</t></r><rPh><t>hint</t></rPh></si>"
        return content.replace(b"<si><t>RUNS</t></si>", runs).replace(b"ESCAPED", b"A_x000D_B_xD800_")

    file = rewritten(sharing(saved(tmp_path, [HEADING, ["1", "RUNS", "ESCAPED"]])), change)
    assert rows(file) == [(2, ["1", "ASEP", "A\rB_xD800_"])]


def test_writers_with_prefixes_and_without_places_are_read(tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        if "worksheets/" not in name:
            return content
        bare = re.sub(rb' r="[A-Z]*[0-9]+"', b"", content)
        named = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", bare)
        return named.replace(b"xmlns=", b"xmlns:x=")

    assert rows(rewritten(saved(tmp_path, [HEADING, ["1", 2, "x"]]), change)) == [(2, ["1", "2", "x"])]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("worksheets/", b"</sheetData>", b""),
        ("worksheets/", b'r="A2"', b'r="ZZZZ2"'),
        ("worksheets/", b"<v>3</v>", b"<v>99</v>"),
        ("shared.xml", b"</sst>", b""),
        ("workbook.xml.rels", b"sheet1", b"sheet9"),
        ("worksheets/", b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet"),
    ],
)
def test_a_damaged_workbook_is_one_clear_error(tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(old, new) if part in name else content

    with pytest.raises(InvalidInput, match="damaged"):
        rows(rewritten(sharing(saved(tmp_path, [HEADING, ["1", "ASEP", "x"]])), change))


def test_texts_beyond_the_first_are_kept_on_disk_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SharedTexts, "IN_MEMORY", 5)
    given = [["a", "b"], ["\u00c9NI" * 9, ""], ["c"], ["d", "e"]]
    texts = SharedTexts(iter(given))
    everything = [text for batch in given for text in batch]
    assert [texts[index] for index in (6, 0, 3, 2, 5, 4, 1)] == [
        everything[index] for index in (6, 0, 3, 2, 5, 4, 1)
    ]
    for beyond in (7, -1):
        with pytest.raises(IndexError):
            texts[beyond]
    texts.close()


CELLS = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(10**15), 10**15),
    some.text("ABC 019._x'=\u00c9\u2019", max_size=8).filter(lambda text: not text.startswith("=")),
    some.dates(date(1900, 3, 1), date(2100, 1, 1)),
)


def told(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else str(value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    table=some.lists(some.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), share=some.booleans()
)
def test_what_openpyxl_wrote_is_read_back(tmp_path: Path, table: list[list[Any]], share: bool) -> None:
    expected = [(number, [told(value) for value in row]) for number, row in enumerate(table, start=2)]
    filled = [(number, row) for number, row in expected if any(map(str.strip, row))]
    if filled:
        file = saved(tmp_path, [HEADING, *table])
        assert rows(sharing(file) if share else file) == filled


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(place=some.integers(0, 10**6), byte=some.integers(0, 255))
def test_one_wrong_byte_never_makes_it_crash(tmp_path: Path, place: int, byte: int) -> None:
    whole = saved(tmp_path, [HEADING, ["1", "ASEP", date(2000, 1, 1)]]).read_bytes()
    damaged = bytearray(whole)
    damaged[place % len(whole)] = byte
    file = tmp_path / "damaged"
    file.write_bytes(damaged)
    with suppress(InvalidInput):
        rows(file)


def test_memory_does_not_grow_with_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADING)
    for number in range(15_000):
        sheet.append([number, f"{number} " + "NAMA " * 400, "x"])
    book.save(tmp_path / "large.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURE), str(tmp_path / "large.xlsx")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    read_rows, grown = map(int, done.stdout.split())
    assert read_rows == 15_000
    assert grown < 24 << 20
