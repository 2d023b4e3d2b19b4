"""Packed files: one table is read as if it were not packed; anything else is one clear error."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from hub.domain.errors import InvalidInput
from hub.intake import archives
from hub.intake.rows import read
from hub.intake.sheet import inspect

TEXT = b"ID|NAMA\n1|ASEP\n2|UDIN\n"
ROWS = [(2, ["1", "ASEP"]), (3, ["2", "UDIN"])]


def packed(folder: Path, members: dict[str, bytes], name: str = "data.bin") -> Path:
    file = folder / name
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return file


def workbook(folder: Path) -> bytes:
    book = Workbook()
    for row in (["ID", "NAMA"], [1, "ASEP"], [2, "UDIN"]):
        book.active.append(row)
    book.save(folder / "inner")
    return (folder / "inner").read_bytes()


def test_a_gzip_archive_is_read_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_bytes(gzip.compress(TEXT))
    sheet = inspect(file)
    assert list(read(sheet)) == ROWS
    assert sheet.path == file
    assert sheet.unchanged()


def test_a_zip_archive_of_one_table_is_read(tmp_path: Path) -> None:
    assert list(read(inspect(packed(tmp_path, {"folder/x.dat": TEXT})))) == ROWS


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    inner = workbook(tmp_path)
    assert list(read(inspect(packed(tmp_path, {"x.xlsx": inner})))) == ROWS
    file = tmp_path / "x.gz"
    file.write_bytes(gzip.compress(inner))
    assert list(read(inspect(file))) == ROWS


def test_what_is_no_table_in_an_archive_is_passed_over(tmp_path: Path) -> None:
    beside = {
        "__MACOSX/._data.csv": TEXT, ".DS_Store": TEXT, "letter.pdf": b"%PDF-1.7|a|b\n", "foto.png": b"\x89PNG\0|;,",
        "BACA.txt": b"Data rahasia\njangan disebar\n", "folder/": b"", "data.csv": TEXT,
    }  # fmt: skip
    assert list(read(inspect(packed(tmp_path, beside)))) == ROWS


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "holds no file"),
        ({"a.pdf": b"%PDF-1.7", "b.txt": b"one\n"}, "holds no table"),
        ({"a.csv": TEXT, "b.csv": TEXT}, r"several tables: a\.csv, b\.csv"),
        ({"a.pdf": b"%PDF-1.7"}, "PDF"),
        ({"a.gz": gzip.compress(TEXT)}, "archive in an archive"),
        ({"a.csv": b""}, "empty"),
        ({"word/document.xml": b"<x/>"}, "Word"),
        ({"content.xml": b"<x/>"}, "OpenDocument"),
        ({"xl/workbook.bin": b"x"}, "binary Excel"),
    ],
)
def test_an_archive_without_one_table_is_one_clear_error(
    tmp_path: Path, members: dict[str, bytes], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        inspect(packed(tmp_path, members))
    assert caught.value.advice


def test_a_locked_archive_is_a_clear_error(tmp_path: Path) -> None:
    file = packed(tmp_path, {"a.csv": TEXT})
    content = bytearray(file.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match="password"):
        inspect(file)


def test_damaged_archives_are_clear_errors(tmp_path: Path) -> None:
    whole = packed(tmp_path, {"a.csv": TEXT * 5000}).read_bytes()
    zipped = gzip.compress(TEXT * 5000)
    for content in (
        whole[:-30],
        whole[:60] + bytes(40) + whole[100:],
        zipped[:-20],
        zipped[:40] + b"x" + zipped[41:],
    ):
        file = tmp_path / "damaged"
        file.write_bytes(content)
        with pytest.raises(InvalidInput, match="damaged"):
            inspect(file)


def test_an_archive_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "FREE_SIZE", 1 << 18)
    bomb = b"A|B\n" + b"1|2\n" * 500_000
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(bomb))
    for each in (file, packed(tmp_path, {"a.csv": bomb})):
        with pytest.raises(InvalidInput, match="times its size"):
            inspect(each)


def test_an_archive_that_lies_about_its_size_does_not_get_further(tmp_path: Path) -> None:
    file = packed(tmp_path, {"a.csv": TEXT * 5000})
    content = bytearray(file.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match="damaged"):
        inspect(file)
