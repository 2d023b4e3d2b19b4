"""Whole files: what can be read, and what is refused before anything is written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hub.domain.errors import InvalidInput
from hub.intake.refusals import Refusal
from hub.intake.rows import LONGEST_FIELD, read
from hub.intake.sheet import inspect

TEXT = "ID|NAMA|ALAMAT\n1|ÉNI|GG. MAWAR\n2|ASEP|JL. DAGO\n"


SEPARATORS = ["|", ";", ",", "\t"]


def write(folder: Path, content: bytes) -> Path:
    file = folder / "file.csv"
    file.write_bytes(content)
    return file


def rows(folder: Path, content: bytes) -> list[tuple[int, list[str] | Refusal]]:
    return list(read(inspect(write(folder, content))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", ["|", ";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_finds_out_encoding_separator_and_line_ends(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    found = rows(tmp_path, TEXT.replace("|", separator).replace("\n", end).encode(encoding))
    assert found == [(2, ["1", "ÉNI", "GG. MAWAR"]), (3, ["2", "ASEP", "JL. DAGO"])]


def test_windows_quotes_are_read_as_windows_text(tmp_path: Path) -> None:
    found = rows(tmp_path, "A|B\nNUR\u2019AENI|1\n".encode("cp1252"))
    assert found == [(2, ["NUR\u2019AENI", "1"])]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    content = TEXT.encode()
    assert inspect(write(tmp_path, content)).digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (b"A|B|C\n", "no rows"),
        (b"A|B|C", "no rows"),
        (b"one word\nanother\n", "no table"),
        (b"PK\x03\x04" + b"x" * 100, "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (bytes(range(256)) * 20, "binary"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00" * 400, "not text"),
        (b"A\x00|\x00B\x00\n\x00" + b"\x00\xd8x\x00" * 300, "not text"),
        (b"A|B\n1|2\n" + bytes(range(128, 160)) * 90 + b"\n", "wrongly encoded"),
        (b"A|B\n1|2\n3|\x004\n", "binary"),
        ("A|B\n1|\u00c9\n".encode() + "2|\u00c9\n".encode("latin-1"), "wrongly encoded"),
        (b"A|B\n1|\x81\n", "wrongly encoded"),
        ("A|B\n1|2\n".encode("utf-32"), "UTF-32"),
        (b"\xff\xfeA\x00|\x00B\x00\n\x001", "wrongly encoded"),
        (b'"A"|"B"\r\n"1"|"2"\r\n"3"|"4', "cut off"),
        (b"A|B|C\n1|2|3\n4|5", "cut off"),
        (b'A|B\n1|"2', "cut off"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_error(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        inspect(write(tmp_path, content))
    assert caught.value.advice


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no file"):
        inspect(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidInput, match="no regular file"):
        inspect(tmp_path)


def test_a_last_line_without_end_is_whole_when_its_columns_are(tmp_path: Path) -> None:
    assert rows(tmp_path, b"A|B\n1|2\n3|4") == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_wrong_number_of_columns_is_refused_with_its_line(tmp_path: Path) -> None:
    found = rows(tmp_path, b"A|B|C\n1|2|3\n4|5\n6|7|8|9\n\n10|11|12\n")
    assert [line for line, _ in found] == [2, 3, 4, 6]
    assert [values.reason for _, values in found if isinstance(values, Refusal)] == ["broken_columns"] * 2


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    found = rows(tmp_path, b'A|B\n1|"ASEP\n2|UDIN\n3|AB"DUL\n4|"X" Y\n5|Z\n')
    assert [line for line, _ in found] == [2, 3, 4, 5, 6]
    assert isinstance(found[0][1], Refusal)
    assert found[1][1] == ["2", "UDIN"]
    assert found[2][1] == ["3", 'AB"DUL']
    assert found[4][1] == ["5", "Z"]


def test_a_quoted_value_may_hold_separators_quotes_and_line_ends(tmp_path: Path) -> None:
    found = rows(tmp_path, b'A;B\r\n"1;x";"say ""a"""\r\n"GG. MAWAR\r\nNO 3";"2"\r\n"3";"4"\r\n')
    assert found == [(2, ["1;x", 'say "a"']), (3, ["GG. MAWAR\r\nNO 3", "2"]), (5, ["3", "4"])]


@pytest.mark.parametrize("size", [LONGEST_FIELD + 1, 200_000, 10_000_000])
def test_a_field_without_end_is_a_refused_row(tmp_path: Path, size: int) -> None:
    found = rows(tmp_path, b"A|B|C\n1|" + b"x" * size + b"|3\n4|5|6\n")
    assert found[0] == (2, Refusal("field_too_long", "B", f"{size} characters"))
    assert found[1] == (3, ["4", "5", "6"])


def test_a_field_without_end_in_quotes_is_a_refused_row(tmp_path: Path) -> None:
    found = rows(tmp_path, b'"A"|"B"\n"1"|"' + b"x" * 300_000 + b'"\n"4"|"5"\n')
    assert isinstance(found[0][1], Refusal)
    assert found[1] == (3, ["4", "5"])


def test_a_program_is_called_not_text() -> None:
    with pytest.raises(InvalidInput, match="not text"):
        inspect(Path("/bin/ls").resolve())


def test_a_heading_in_quotes_may_span_lines(tmp_path: Path) -> None:
    content = b'"A";"NAMA\nLENGKAP";C\r\n1;ASEP;3\r\n'
    sheet = inspect(write(tmp_path, content))
    assert (sheet.heading, sheet.heading_line) == (("A", "NAMA LENGKAP", "C"), 2)
    assert list(read(sheet)) == [(3, ["1", "ASEP", "3"])]


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.encode())
    sheet = inspect(file)
    file.write_bytes(TEXT.encode() + b"3|X|Y\n")
    with pytest.raises(InvalidInput, match="changed"):
        list(read(sheet))


def test_a_separator_line_of_a_spreadsheet_is_passed_over(tmp_path: Path) -> None:
    assert rows(tmp_path, b"sep=;\nA;B\n1;2\n") == [(3, ["1", "2"])]
