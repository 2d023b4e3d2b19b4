"""The truth beside the made-up city agrees with its files, and with itself."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hub.demo.city import CityFiles, write_registers

Row = dict[str, str]
REASONS = {"no_name_no_nik", "impossible_area", "broken_columns"}
KEYS: dict[str, tuple[str, str, Callable[[Row], str]]] = {
    "p3ke": ("p3ke_individu.csv", ",", lambda row: f"{row['ID Keluarga P3KE']}-{row['ID Individu']}"),
    "regsosek": ("regsosek_individu.csv", ",", lambda row: f"{row['id_keluarga']}-{row['r401']}"),
    "dtks": ("dtks_siks_ng.csv", "|", lambda row: row["ID_DTKS"]),
    "dtsen": ("dtsen_anggota.csv", "|", lambda row: row["nomor_induk_kependudukan"]),
}
UNITS = {
    "p3ke": lambda key: key.rpartition("-")[0],
    "regsosek": lambda key: key.rpartition("-")[0],
    "dtks": lambda key: key[:16],
}


def rows(file: Path, separator: str = ",", encoding: str = "utf-8-sig") -> list[Row]:
    with file.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def truth(city: CityFiles, name: str) -> list[Row]:
    return rows(city.truth / f"{name}.csv")


@pytest.fixture(scope="module", params=[False, True], ids=["default", "hard"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), 2500, 5, hard=request.param)


@pytest.mark.parametrize("register", KEYS)
def test_every_row_is_in_the_truth_once_or_refused_at_its_line(city: CityFiles, register: str) -> None:
    file, separator, key = KEYS[register]
    told = Counter(row["row_key"] for row in truth(city, "persons") if row["register"] == register)
    refused = {int(row["line"]): row for row in truth(city, "refused") if row["register"] == register}
    listed = rows(city.folder / file, separator, "latin-1")
    sound = Counter(key(row) for line, row in enumerate(listed, 2) if line not in refused)
    assert sound == told
    assert max(told.values()) == 1
    assert len(listed) == sum(told.values()) + len(refused)
    for line, row in refused.items():
        assert row["file"] == file
        assert row["row_key"] in ("", key(listed[line - 2]))
        assert row["row_key"] or row["reason"] == "broken_columns" or register == "dtsen"


def test_only_refused_rows_have_neither_name_nor_nik(city: CityFiles) -> None:
    names = {"p3ke": ("Nama", "NIK"), "regsosek": ("r402", "r403"), "dtks": ("NAMA", "NOMOR NIK")}
    for register, (name, nik) in names.items():
        file, separator, _ = KEYS[register]
        refused = {
            int(row["line"])
            for row in truth(city, "refused")
            if row["register"] == register and row["reason"] != "broken_columns"
        }
        for line, row in enumerate(rows(city.folder / file, separator), 2):
            if line not in refused and not row[name]:
                assert len(row[nik]) == 16


def test_units_hold_the_persons_listed_in_them(city: CityFiles) -> None:
    people = {row["person_id"]: row for row in truth(city, "population")}
    members, stated = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    families: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in truth(city, "persons"):
        if row["register"] in UNITS:
            members[row["register"], UNITS[row["register"]](row["row_key"])] += 1
            families[row["register"], UNITS[row["register"]](row["row_key"])].add(row["person_id"])
    for row in truth(city, "households"):
        if row["register"] in UNITS:
            stated[row["register"], row["row_key"]] += int(row["members"])
    assert stated == members
    for row in truth(city, "households"):
        if row["register"] == "dtks":  # as of the day of the population file
            homes = {people[each]["household_id"] for each in families["dtks", row["row_key"]]}
            assert row["household_id"] in homes


def test_family_files_hold_the_units_of_person_files(city: CityFiles) -> None:
    for register, at in (("p3ke", "ID Keluarga P3KE"), ("regsosek", "id_keluarga")):
        family_file = city.folder / f"{register}_keluarga.csv"
        units = [row[at] for row in rows(family_file)]
        keys = [row["row_key"] for row in truth(city, "households") if row["register"] == register]
        assert len(set(units)) == len(units)
        assert set(units) == set(keys)
    cards = {row["nomor_kartu_keluarga"] for row in rows(city.dtsen[0], "|", "latin-1")}
    assert {row["row_key"] for row in truth(city, "households") if row["register"] == "dtsen"} == cards


def test_enrolments_and_civil_rows_refer_to_rows_that_exist(city: CityFiles) -> None:
    keys = {"pkh": "NO_PESERTA", "pbi_jkn": "NO_KARTU", "rutilahu": "NO"}
    people = {row["person_id"]: row for row in truth(city, "population")}
    for programme, file in city.programmes.items():
        listed = [row[keys[programme]] for row in rows(file, ";" if programme == "pbi_jkn" else ",")]
        told = [row for row in truth(city, "enrolments") if row["programme"] == programme]
        assert [row["row_key"] for row in told] == listed
        assert len(set(listed)) == len(listed)
        for row in told:
            person = people[row["person_id"]]
            assert (row["household_id"], row["kk_family_id"]) == (
                person["household_id"],
                person["kk_family_id"],
            )
            if row["note"] in ("dead", "moved_out"):
                assert person["status"] == row["note"]
            if row["note"] == "well_off":
                assert int(person["decile"]) >= 7
    civil = {row["row_key"]: people[row["person_id"]] for row in truth(city, "dukcapil")}
    for row in rows(city.dukcapil):
        person = civil[row["NIK"]]
        assert (row["NIK"], row["NAMA_LGKP"], row["TGL_LHR"]) == (
            person["nik"], person["name"], person["birth_date"],
        )  # fmt: skip


def test_nobody_contradicts_a_mother_or_a_grave(city: CityFiles) -> None:
    people = {row["person_id"]: row for row in truth(city, "population")}
    for row in people.values():
        born = date.fromisoformat(row["birth_date"])
        assert born < date(2024, 6, 1)
        assert (row["status"] == "dead") == bool(row["death_date"])
        if row["death_date"]:
            assert date.fromisoformat(row["death_date"]) >= born
        for parent in ("mother_id", "father_id"):
            if row[parent]:
                other = people[row[parent]]
                assert other["sex"] == ("2" if parent == "mother_id" else "1")
                assert 14 < (born - date.fromisoformat(other["birth_date"])).days / 365.25 < 75
        if row["mother_id"]:
            mother = people[row["mother_id"]]
            assert row["mother_name"] == mother["name"]
            assert not mother["death_date"] or mother["death_date"] >= row["birth_date"]
    assert all(
        Counter(row["person_id"] for row in truth(city, "population"))[each] == 1 for each in [*people][:9]
    )


def test_a_register_lists_nobody_before_birth(city: CityFiles) -> None:
    born = {row["person_id"]: row["birth_date"] for row in truth(city, "population")}
    days = {"p3ke": "2021-09-01", "regsosek": "2022-11-01", "dtks": "2024-05-31", "dtsen": "2024-05-31"}
    assert all(born[row["person_id"]] <= days[row["register"]] for row in truth(city, "persons"))


@pytest.mark.parametrize("seed", range(10))
def test_every_city_of_200_tells_its_stories(tmp_path: Path, seed: int) -> None:
    city = write_registers(tmp_path, 200, seed, hard=seed % 2 == 1)
    people = {row["person_id"]: row for row in truth(city, "population")}
    reasons: dict[str, set[str]] = defaultdict(set)
    for row in truth(city, "refused"):
        reasons[row["register"]].add(row["reason"])
    assert set(reasons) == {"p3ke", "regsosek", "dtks", "dtsen"}
    assert all(found >= REASONS for found in reasons.values())
    listed: dict[str, set[str]] = defaultdict(set)
    for row in truth(city, "persons"):
        listed[row["register"]].add(row["person_id"])
    assert listed["p3ke"] & listed["dtks"] & listed["regsosek"]
    only_dtks = listed["dtks"] - listed["p3ke"] - listed["regsosek"]
    assert any(people[each]["status"] == "dead" for each in only_dtks)
    assert {"dead", "duplicate", "ok"} <= {row["note"] for row in truth(city, "enrolments")}
    told = {row["row_key"] for row in truth(city, "persons") if row["register"] == "p3ke"}
    codes = Counter(row["Kode Kemendagri"][6] for row in rows(city.p3ke[1]) if KEYS["p3ke"][2](row) in told)
    assert codes["1"] > codes["0"] > 0  # BPS writes 001 where Kemendagri writes 1001
