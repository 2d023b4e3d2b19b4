"""The files of a release before a row is taken: put in order, told apart, refused when they can't be right."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import openpyxl
import pytest

from hub.demo.city import CityFiles, write_registers
from hub.domain.errors import InvalidInput
from hub.intake.layout import Context
from hub.intake.registers import ADAPTERS, PROGRAMMES, REGISTERS, adapter_of
from hub.intake.sources import Source, digest_of, open_sources
from hub.reference.areas import area_index

Row = dict[str, str]
LEMBANG = {"KABUPATEN/KOTA": "KAB. BANDUNG BARAT", "KECAMATAN": "LEMBANG", "DESA/KELURAHAN": "CIKOLE"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), 260, 2)


def opened(
    register: str, *paths: Path, system: str | None = None, period: str | None = None
) -> tuple[Source, ...]:
    context = Context("2024-05-31", area_index(), system, period)
    return open_sources(adapter_of(register), paths, context)


def rows_of(path: Path, separator: str) -> list[Row]:
    with path.open(encoding="latin-1", newline="") as stream:
        heading, *rows = list(csv.reader(stream, delimiter=separator))
    return [dict(zip(heading, row, strict=True)) for row in rows if len(row) == len(heading)]


def written(path: Path, rows: list[Row], separator: str = "|") -> Path:
    with path.open("w", encoding="latin-1", newline="") as stream:
        writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
    return path


# ------------------------------------------------------------------------------------------ order and digest


@pytest.mark.parametrize("register", ["p3ke", "regsosek", "dtsen"])
def test_the_files_of_a_release_are_read_families_first_however_they_are_named(
    city: CityFiles, register: str
) -> None:
    paths: tuple[Path, ...] = {"p3ke": city.p3ke, "regsosek": city.regsosek, "dtsen": city.dtsen}[register]
    found = [opened(register, *order) for order in permutations(paths)]
    assert [each.sheet.path for each in found[0]] == list(paths)
    assert [each.layout.name for each in found[0]] == [each.name for each in REGISTERS[register].layouts]
    assert digest_of(found[0]) == digest_of(found[1])


def test_the_digest_is_that_of_the_only_file_or_of_the_digests_one_a_line(city: CityFiles) -> None:
    assert digest_of(opened("dtks", city.dtks)) == hashlib.sha256(city.dtks.read_bytes()).hexdigest()
    lines = "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}\n" for each in city.p3ke)
    assert digest_of(opened("p3ke", *city.p3ke)) == hashlib.sha256(lines.encode()).hexdigest()


def test_the_positions_of_numbers_are_those_of_the_file(city: CityFiles) -> None:
    (source,) = opened("dtks", city.dtks)
    assert {source.sheet.heading[at] for at in source.identifiers} == {"NOMOR NIK", "NOMOR KK"}


# --------------------------------------------------------------------------------------- which files they are


def test_a_missing_file_is_named(city: CityFiles) -> None:
    for register, paths in (("p3ke", city.p3ke), ("regsosek", city.regsosek), ("dtsen", city.dtsen)):
        for given, missing in zip(paths, REGISTERS[register].layouts[::-1], strict=True):
            with pytest.raises(InvalidInput, match=f"(?i){missing.title} is missing") as caught:
                opened(register, given)
            assert "name all of them in one command" in caught.value.advice


def test_two_files_of_one_kind_are_refused_also_when_they_are_not_the_same(
    city: CityFiles, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(city.dtks.read_bytes() + b"\n")
    for second in (city.dtks, other):
        with pytest.raises(InvalidInput, match="are both the SIKS-NG export of DTKS"):
            opened("dtks", city.dtks, second)


@pytest.mark.parametrize("register", ADAPTERS)
def test_a_file_of_any_other_register_is_told_by_its_name(city: CityFiles, register: str) -> None:
    given = {**city.programmes, "dtks": city.dtks, "p3ke": city.p3ke[1], "regsosek": city.regsosek[0],
             "dtsen": city.dtsen[1], "dukcapil": city.dukcapil}  # fmt: skip
    for other, path in given.items():
        if other != register:
            with pytest.raises(InvalidInput, match=f"not of {register}") as caught:
                opened(register, path)
            assert f"Take it in as {other}," in caught.value.advice


def test_a_file_of_no_register_is_told_which_columns_it_lacks(tmp_path: Path) -> None:
    path = written(tmp_path / "notes.csv", [{"what": "milk", "how many": "2"}])
    with pytest.raises(InvalidInput, match=r"its heading lacks .* and 11 more") as caught:
        opened("dtks", path)
    assert "heading line" in caught.value.advice


def test_a_column_that_stands_there_twice_is_refused_and_an_unknown_one_reported(
    city: CityFiles, tmp_path: Path
) -> None:
    rows = [{**row, "CATATAN": "x"} for row in rows_of(city.dtks, "|")]
    (source,) = opened("dtks", written(tmp_path / "more.csv", rows))
    assert list(source.columns.unknown) == ["CATATAN"]
    twice = written(tmp_path / "twice.csv", [{**row, "nama": "x"} for row in rows])
    with pytest.raises(InvalidInput, match="NAMA stands in the heading twice"):
        opened("dtks", twice)


def test_an_unknown_register_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        adapter_of("sembako")
    assert set(caught.value.advice.removeprefix("Known: ").removesuffix(".").split(", ")) == set(ADAPTERS)


# ------------------------------------------------------------------------------------- which city, which codes


@pytest.mark.parametrize(
    ("register", "systems"),
    [
        ("p3ke", ("KEMENDAGRI", "KEMENDAGRI")), ("dtsen", ("BPS", "BPS")), ("dukcapil", ("KEMENDAGRI",)),
        ("dtks", (None,)),
    ],
)  # fmt: skip
def test_the_code_system_is_found_by_looking(
    city: CityFiles, register: str, systems: tuple[str | None, ...]
) -> None:
    paths = {"p3ke": city.p3ke, "dtsen": city.dtsen, "dukcapil": (city.dukcapil,), "dtks": (city.dtks,)}
    assert tuple(each.code_system for each in opened(register, *paths[register])) == systems


def test_codes_that_tell_nothing_need_a_word_of_the_user(city: CityFiles, tmp_path: Path) -> None:
    rows = [{**row, "KODE_WILAYAH": ""} for row in rows_of(city.dukcapil, ",")]
    path = written(tmp_path / "dukcapil.csv", rows, ",")
    with pytest.raises(InvalidInput, match="can't be told") as caught:
        opened("dukcapil", path)
    assert "--code-system" in caught.value.advice


def sound(row: Row) -> bool:
    return (
        len(row["ID_DTKS"]) == 18
        and row["KECAMATAN"] != "XXXX"
        and bool(row["NAMA"])
        and len(row["ALAMAT"]) < 99
    )


def elsewhere(city: CityFiles, path: Path, there: int, here: int) -> Path:
    rows = [row for row in rows_of(city.dtks, "|") if sound(row)][: there + here]
    assert len(rows) == there + here
    return written(path, [{**row, **(LEMBANG if at < there else {})} for at, row in enumerate(rows)])


@pytest.mark.parametrize(("there", "here"), [(20, 0), (90, 10), (21, 4), (41, 10)])
def test_a_file_most_of_whose_rows_lie_elsewhere_is_another_citys(
    city: CityFiles, tmp_path: Path, there: int, here: int
) -> None:
    path = elsewhere(city, tmp_path / "dtks.csv", there, here)
    with pytest.raises(InvalidInput, match=f"{there} of its first {there + here} rows") as caught:
        opened("dtks", path)
    assert caught.value.advice == "Give this city's file."


@pytest.mark.parametrize(("there", "here"), [(19, 0), (80, 20), (1, 50)])
def test_a_short_file_or_one_with_rows_of_this_city_is_read_row_by_row(
    city: CityFiles, tmp_path: Path, there: int, here: int
) -> None:
    assert opened("dtks", elsewhere(city, tmp_path / "dtks.csv", there, here))


# ------------------------------------------------------------------------------------- periods and spreadsheets


def test_a_list_must_have_a_row_of_the_period_and_says_which_it_has(city: CityFiles) -> None:
    assert PROGRAMMES["pkh"].register == "pkh"
    for period in ("2024", "2024-2", "2024/02", " 2024 - 2 "):
        assert opened("pkh", city.programmes["pkh"], period=period)
    for period in ("2019", "2024-3", "202"):
        with pytest.raises(InvalidInput, match="No row of this list") as caught:
            opened("pkh", city.programmes["pkh"], period=period)
        assert "2024-2" in caught.value.advice


def _rounded(number: str) -> str:
    return f"{number[:-1]}0"


def _scientific(number: str) -> str:
    return f"{number[0]}.{number[1:3]}E+15"


@pytest.mark.parametrize(("harm", "told"), [(_rounded, "rounded"), (_scientific, "3.27E+15")])
def test_what_a_spreadsheet_did_to_a_column_is_told_before_it_is_taken(
    city: CityFiles, tmp_path: Path, harm: Callable[[str], str], told: str
) -> None:
    assert opened("dtks", city.dtks)[0].warnings == ()
    rows = [{**row, "NOMOR NIK": harm(row["NOMOR NIK"] or "-")} for row in rows_of(city.dtks, "|")]
    (warning,) = opened("dtks", written(tmp_path / "dtks.csv", rows))[0].warnings
    assert warning.startswith("NOMOR NIK: ")
    assert told in warning
    assert "formatted as text" in warning


def test_formulas_without_their_values_are_told_with_their_number(city: CityFiles, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for at, row in enumerate(rows_of(city.dtks, "|")[:3]):
        if not at:
            book.active.append(list(row))
        book.active.append([*list(row.values())[:-1], "=1+1"])
    book.save(tmp_path / "dtks.xlsx")
    (warning,) = opened("dtks", tmp_path / "dtks.xlsx")[0].warnings
    assert warning.startswith("3 cells hold a formula")
    assert "save it" in warning
