"""The registers of the made-up city differ as the real ones do: in units, dates, coverage and care."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from hub.cli.demo import deliveries
from hub.commands.intake import Incoming
from hub.demo.city import CityFiles, write_city, write_registers
from hub.demo.families import places
from hub.intake.layout import Context
from hub.intake.registers import adapter_of
from hub.intake.release import Delivery
from hub.intake.rows import read
from hub.intake.sources import Source, open_sources
from hub.reference.areas import area_index

Row = dict[str, str]
PRESENT = ("1", "5")


def rows(file: Path, separator: str = ",") -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream, delimiter=separator) if None not in row]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), 5000, 9)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("hard"), 5000, 9, hard=True)


@pytest.fixture(scope="module")
def answers(city: CityFiles) -> list[Row]:
    """Regsosek's persons, without the rows to be refused."""
    return [row for row in rows(city.regsosek[1]) if int(row["r401"]) < 40]


def test_niks_are_as_often_right_as_published(city: CityFiles) -> None:
    bands = {"p3ke": (0.81, 0.87), "dtks": (0.83, 0.89), "regsosek": (0.84, 0.89), "dtsen": (1.0, 1.0)}
    for register, (low, high) in bands.items():
        assert low <= city.registers[register].nik_ok <= high


def test_registers_are_as_large_as_in_the_sample(city: CityFiles) -> None:
    bands = {"p3ke": (0.27, 0.36), "dtks": (0.32, 0.42), "regsosek": (0.84, 0.92), "dtsen": (0.85, 0.97)}
    for register, (low, high) in bands.items():
        assert low < city.registers[register].rows / city.persons < high
    assert 0.94 < len(rows(city.dukcapil)) / city.persons < 0.98


def accepted(source: Source) -> int:
    """Rows of a file that its adapter can use; a key that comes twice counts twice."""
    found = (source.reader.record(row, ()) for _, row in read(source.sheet) if isinstance(row, list))
    return sum(isinstance(each, Incoming) for each in found)


def sources(delivery: Delivery) -> tuple[Source, ...]:
    adapter = adapter_of(delivery.register)
    return open_sources(adapter, delivery.files, Context(delivery.as_of or "", area_index()))


@pytest.mark.parametrize("hard", [False, True], ids=["default", "hard"])
@pytest.mark.parametrize("persons", [1, 20, 200, 400, 800])
def test_every_file_of_a_small_city_has_rows_that_its_adapter_takes(
    tmp_path: Path, persons: int, hard: bool
) -> None:
    for seed in range(6):
        found = write_registers(tmp_path / str(seed), persons, seed, hard=hard)
        read_from = [each for delivery in deliveries(found, "kecil") for each in sources(delivery)]
        assert {each.sheet.path.name for each in read_from} == set(found.rows_of)
        for source in read_from:
            rows = sum(1 for _ in read(source.sheet))
            assert found.rows_of[source.sheet.path.name] == rows > 0
            assert accepted(source) > 0


def test_names_and_dates_have_their_share_of_faults(city: CityFiles) -> None:
    people = {row["person_id"]: row for row in rows(city.truth / "population.csv")}
    told = {row["row_key"]: people[row["person_id"]] for row in rows(city.truth / "persons.csv")}
    listed = [(row, told[row["ID_DTKS"]]) for row in rows(city.dtks, "|") if row["ID_DTKS"] in told]
    assert 0.7 < sum(row["NAMA"] == person["name"] for row, person in listed) / len(listed) < 0.82
    assert 0.7 < sum(row["NOMOR KK"] == person["kk"] for row, person in listed) / len(listed) < 0.85
    gone = Counter(person["status"] for _, person in listed)
    assert 0.004 < gone["dead"] / len(listed) < 0.03
    assert 0.004 < gone["moved_out"] / len(listed) < 0.04


def test_the_hard_city_is_harder(city: CityFiles, hard: CityFiles) -> None:
    for register in ("p3ke", "dtks", "regsosek"):
        assert hard.registers[register].nik_ok < city.registers[register].nik_ok - 0.07
    people, told = rows(hard.truth / "population.csv"), rows(hard.truth / "persons.csv")
    listed = Counter((row["register"], row["person_id"]) for row in told)
    twice = sum(number > 1 for number in listed.values()) / len(listed)
    assert twice > 0.01
    elsewhere = sum(row["kelurahan_domicile"] != row["kelurahan_legal"] for row in people) / len(people)
    assert elsewhere > 0.06


def test_whole_lists_of_the_hard_city_went_through_a_spreadsheet(hard: CityFiles) -> None:
    lists: dict[str, list[str]] = defaultdict(list)
    for row in rows(hard.regsosek[1]):
        if len(row["r403"]) == 16:
            lists[row["id_keluarga"][:16]].append(row["r403"])
    long = [niks for niks in lists.values() if len(niks) >= 4]
    assert any(all(nik.endswith("0") for nik in niks) for niks in long)


def test_dtks_alone_is_the_same_as_with_all_others(hard: CityFiles, tmp_path: Path) -> None:
    found = write_registers(tmp_path, 5000, 9, hard=True, registers=("dtks",))
    assert found.dtks.read_bytes() == hard.dtks.read_bytes()
    assert (found.rows, found.refused) == (hard.rows, hard.refused)


def test_dtks_of_a_settled_city_names_the_kelurahan_on_paper(tmp_path: Path) -> None:
    found = write_city(tmp_path, 3000, 9)
    place = {each.code: each for each in places()}
    people = {row["person_id"]: row for row in rows(found.truth / "population.csv")}
    told = {row["row_key"]: people[row["person_id"]] for row in rows(found.truth / "persons.csv")}
    for row in rows(found.dtks, "|"):
        if row["ID_DTKS"] in told:
            assert row["KECAMATAN"] == place[told[row["ID_DTKS"]]["kelurahan_legal"]].kecamatan


def test_units_of_registers_and_families_of_the_kk_are_many_to_many(city: CityFiles) -> None:
    units: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    families: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(city.truth / "households.csv"):
        units[row["register"]][row["row_key"]].add(row["kk_family_id"])
        families[row["register"]][row["kk_family_id"]].add(row["row_key"])
    assert any(len(held) > 1 for held in units["dtks"].values())  # a ruta holds several KK
    assert any(len(held) > 1 for held in families["p3ke"].values())  # an extended KK is several families
    assert any(len(held) > 1 for held in families["regsosek"].values())
    assert all(len(held) == 1 for held in units["regsosek"].values())


def test_split_families_of_regsosek_share_the_card_of_the_main_one(city: CityFiles) -> None:
    family_of = {
        row["row_key"]: row["kk_family_id"]
        for row in rows(city.truth / "households.csv")
        if row["register"] == "regsosek"
    }
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(city.regsosek[0]):
        codes[family_of[row["id_keluarga"]]][row["r115"]] += 1
    split = [count for count in codes.values() if count["2"]]
    assert split
    assert all(count["1"] >= 1 and not count["0"] for count in split)


def test_families_of_one_building_share_its_number(city: CityFiles) -> None:
    dwelling = {
        row["row_key"]: row["household_id"]
        for row in rows(city.truth / "households.csv")
        if row["register"] == "regsosek"
    }
    buildings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows(city.regsosek[0]):
        assert row["id_keluarga"] == "".join(
            row[f"r{each}"] for each in (101, 102, 103, 104, 105, "105a", 110)
        )
        buildings[row["id_keluarga"][:16], row["r109"]].add(dwelling[row["id_keluarga"]])
    assert all(len(held) == 1 for held in buildings.values())
    assert max(Counter(dwelling.values()).values()) > 1


def test_those_not_with_the_family_answer_nothing_more(answers: list[Row]) -> None:
    columns = [*answers[0]]
    rest = columns[columns.index("r408") :]
    gone = [row for row in answers if row["r404"] not in PRESENT]
    assert {"2", "3"} <= {row["r404"] for row in gone}
    assert not any(row[column] for row in gone for column in rest)
    assert all(row["r408"] for row in answers if row["r404"] in PRESENT)


def test_questions_are_skipped_by_age_and_sex(answers: list[Row]) -> None:
    for row in answers:
        if row["r404"] not in PRESENT:
            continue
        age = int(row["r407"])
        assert bool(row["r412"]) == bool(row["r415"]) == bool(row["r416a"]) == (age >= 5)
        assert bool(row["r427"]) == (age < 5)
        assert bool(row["r428a"]) == (age >= 2)
        assert bool(row["r419"]) == bool(row["r431b"]) == (age >= 15)
        assert bool(row["r410"]) == (row["r405"] == "2" and row["r408"] == "2" and 10 <= age <= 54)
        assert bool(row["r413"]) == bool(row["r414"]) == (row["r412"] in ("2", "3"))
        works, own = row["r416a"] == "1", row["r420a"] == "1"
        assert bool(row["r416b"]) == bool(row["r417"]) == bool(row["r418"]) == bool(row["r431f"]) == works
        assert all(
            bool(row[column]) == own for column in ("r420b", "r421", "r422", "r423", "r424", "r425", "r426")
        )
        assert row["r411"] in (("0", "1", "4", "5") if age >= 17 else ("0", "1", "2", "3"))
        assert age >= 7 or row["r415"] in ("", "23")


def test_ages_agree_with_the_birth_dates_written(answers: list[Row]) -> None:
    for row in answers:
        written = row["r406"]
        if not written:
            continue
        parts = written.replace("/", "-").split("-")
        year, month, day = (int(part) for part in (parts if len(parts[0]) == 4 else reversed(parts)))
        born = date(year, month, day)
        assert int(row["r407"]) == 2022 - born.year - ((born.month, born.day) > (11, 1))


def test_family_questions_are_skipped_where_they_do_not_apply(city: CityFiles) -> None:
    families = rows(city.regsosek[0])
    gone = [row for row in families if row["r205"] == "5"]
    assert gone
    for row in families:
        if row["r205"] == "5":
            assert not any(value for column, value in row.items() if column[:2] in ("r3", "r5"))
            continue
        assert bool(row["r301b"]) == (row["r301a"] == "1")
        assert bool(row["r306b"]) == (row["r306a"] in ("4", "5", "6", "7", "8"))
        assert bool(row["r307b1"]) == (row["r307a"] == "1")
        assert bool(row["r309b"]) == bool(row["r310"]) == (row["r309a"] in ("1", "2", "3"))
        for letter in "abcdefg":
            given = row[f"r501{letter}"] == "1"
            assert bool(row[f"r501{letter}_bulan"]) == bool(row[f"r501{letter}_tahun"]) == given
            month = int(row[f"r501{letter}_bulan"] or 0)
            assert month <= 12 if row[f"r501{letter}_tahun"] == "2021" else month <= 10


def test_members_present_are_counted(city: CityFiles, answers: list[Row]) -> None:
    present = Counter(row["id_keluarga"] for row in answers if row["r404"] in PRESENT)
    for row in rows(city.regsosek[0]):
        assert int(row["r112"]) == present[row["id_keluarga"]]


def test_p3ke_counts_one_couple_a_family_and_one_group_of_age(city: CityFiles) -> None:
    persons = rows(city.p3ke[1])
    heads = {row["ID Keluarga P3KE"] for row in rows(city.p3ke[0])}
    wives = Counter(
        row["ID Keluarga P3KE"] for row in persons if row["Hubungan dengan Kepala Keluarga"] == "Istri"
    )
    assert sum(number > 1 for unit, number in wives.items() if unit in heads) <= 0.01 * len(heads)
    groups = [column for column in persons[0] if column.startswith("Usia ")]
    for row in persons:
        if row["Usia dibawah 7"] is not None:
            assert sum(row[group] == "Ya" for group in groups) == 1
