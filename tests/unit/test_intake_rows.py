"""Rows of text tables: whatever a csv writer wrote is read back; whatever is broken is refused where it stands."""

from __future__ import annotations

import codecs
import csv
import io
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hub.domain.errors import InvalidInput
from hub.intake.refusals import Refusal
from hub.intake.rows import read
from hub.intake.sheet import inspect

ANY_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be")
PLAIN = "ABZ 09.'\"|;,\t\n-"
LETTERS = {"latin-1": PLAIN + "\u00c9\u00e9", "cp1252": PLAIN + "\u2019\u2013"}
"""Of both together some words are UTF-8 as well, so that nobody can tell."""


def rows(folder: Path, content: bytes) -> list[tuple[int, list[str] | Refusal]]:
    file = folder / "file.csv"
    file.write_bytes(content)
    return list(read(inspect(file)))


@some.composite
def tables(draw: some.DrawFn) -> tuple[list[list[str]], str]:
    """Rows of equal width in letters of an encoding, and that encoding."""
    encoding = draw(some.sampled_from(ENCODINGS))
    letters = LETTERS.get(encoding, "".join(LETTERS.values()))
    width = draw(some.integers(2, 5))
    row = some.lists(some.text(letters, max_size=12), min_size=width, max_size=width)
    return draw(some.lists(row, min_size=1, max_size=8)), encoding


@ANY_FOLDER
@given(
    table=tables(),
    separator=some.sampled_from("|;,\t"),
    end=some.sampled_from(["\n", "\r\n", "\r"]),
    all_quoted=some.booleans(),
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, table: tuple[list[list[str]], str], separator: str, end: str, all_quoted: bool
) -> None:
    written, encoding = table
    filled = [row for row in written if any(map(str.strip, row))]
    if not filled:
        return
    stream = io.StringIO(newline="")
    # What may hold a line end is quoted: Python 3.11 quotes only the characters of its own line end.
    quoting: Any = csv.QUOTE_ALL if all_quoted or end != "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow([f"K{index}" for index in range(len(filled[0]))])
    writer.writerows(filled)
    found = rows(tmp_path, stream.getvalue().encode(encoding))
    assert [values for _, values in found] == filled


@ANY_FOLDER
@given(content=some.binary(max_size=400))
def test_no_bytes_make_it_crash(tmp_path: Path, content: bytes) -> None:
    starts = (b"", b"A|B\n", b"PK\x03\x04", b"\x1f\x8b\x08\x00", codecs.BOM_UTF16_LE, codecs.BOM_UTF8)
    for start in starts:
        with suppress(InvalidInput):
            found = rows(tmp_path, start + content)
            assert all(isinstance(values, list | Refusal) for _, values in found)


@ANY_FOLDER
@given(pieces=some.lists(some.sampled_from(['"', "|", "x", "\n", "\r\n", '""', '"x"', " "]), max_size=60))
def test_a_row_has_as_many_values_as_the_heading_or_is_refused(tmp_path: Path, pieces: list[str]) -> None:
    found = rows(tmp_path, ("A|B\n1|2\n" + "".join(pieces) + "\n3|4\n").encode())
    assert found[0] == (2, ["1", "2"])
    assert all(isinstance(values, Refusal) or len(values) == 2 for _, values in found)
    lines = [line for line, _ in found]
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_line_feed_inside_a_cell_costs_both_halves(tmp_path: Path, encoding: str) -> None:
    text = "A|B|C\r\n" + "1|\u00c9|3\r\n" * 98 + "4|JL.\nDAGO|6\r\n" + "7|8|LAST\nCELL\r\n" + "9|9|9\r\n"
    found = rows(tmp_path, text.encode(encoding))
    assert [line for line, values in found if isinstance(values, Refusal)] == [100, 101, 102, 103]
    assert {values.reason for _, values in found if isinstance(values, Refusal)} == {"broken_columns"}
    assert found[-1] == (104, ["9", "9", "9"])


def test_a_line_feed_in_a_file_of_line_feeds_is_told_by_the_columns(tmp_path: Path) -> None:
    found = rows(tmp_path, b"A|B|C\n1|2|3\n4|JL.\nDAGO|6\n7|8|9\n")
    assert [line for line, values in found if isinstance(values, Refusal)] == [3, 4]


def test_line_feeds_in_quoted_cells_of_a_windows_file_belong_to_them(tmp_path: Path) -> None:
    text = "A;B\r\n" + "1;2\r\n" * 50 + '"GG. MAWAR\nNO 3";"2"\r\n3;4\r\n'
    found = rows(tmp_path, text.encode())
    assert found[-2:] == [(52, ["GG. MAWAR\nNO 3", "2"]), (54, ["3", "4"])]


def test_quotes_that_pair_across_cells_do_not_swallow_the_next_line(tmp_path: Path) -> None:
    found = rows(tmp_path, b'A|B\n1|2\nx"|"y\n3|4\nx"|"y\n5|6\n')
    assert found == [(2, ["1", "2"]), (3, ['x"', "y"]), (4, ["3", "4"]), (5, ['x"', "y"]), (6, ["5", "6"])]


def test_files_of_two_line_ends_are_read_whole(tmp_path: Path) -> None:
    found = rows(tmp_path, b"A|B\n" + b"1|2\n" * 50 + b"1|2\r\n" * 50)
    assert [values for _, values in found] == [["1", "2"]] * 100


MEASURE = """
import re, sys
from pathlib import Path
from hub.intake.rows import read
from hub.intake.sheet import inspect

def peak():
    # getrusage would tell the peak of the parent, which holds more.
    return int(re.findall(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[0]) * 1024

before = peak()
rows = sum(1 for _ in read(inspect(Path(sys.argv[1]))))
print(rows, peak() - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file, rows = tmp_path / "large.csv", 200_000
    line = '"327325000261269701"|"' + "X" * 120 + '"|"GG. SALUYU \u00c9"\r\n'
    with file.open("w", encoding="latin-1", newline="") as stream:
        stream.write('"A"|"B"|"C"\r\n')
        for _ in range(rows // 1000):
            stream.write(line * 1000)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURE), str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    read_rows, grown = map(int, done.stdout.split())
    assert read_rows == rows
    assert grown < min(24 << 20, file.stat().st_size)
