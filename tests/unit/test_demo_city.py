"""The made-up city: same seed, same bytes; and what every city holds by construction."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hub.demo.city import CityFiles, write_city
from hub.demo.families import MEKAR_JAYA, families, places
from hub.domain.errors import InvalidInput
from hub.domain.standard.identifiers import nik_signs
from hub.intake.refusals import ADVICE

SEED = 11


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_city(tmp_path_factory.mktemp("city"), 2000, SEED)


def rows(file: Path, separator: str = ",") -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(city: CityFiles, tmp_path: Path) -> None:
    write_city(tmp_path / "again", 2000, SEED)
    write_city(tmp_path / "other", 2000, SEED + 1)
    assert content(tmp_path / "again") == content(city.dtks.parent)
    assert content(tmp_path / "other") != content(city.dtks.parent)


def test_the_file_has_the_layout_of_the_export(city: CityFiles) -> None:
    raw = city.dtks.read_bytes()
    assert raw.isascii()
    assert raw.endswith(b'"\r\n')
    lines = raw.split(b"\r\n")[:-1]
    assert all(line.startswith(b'"') and line.endswith(b'"') for line in lines)
    assert lines[0].startswith(b'"ID_DTKS"|"PROVINSI"|"KABUPATEN/KOTA"|"KECAMATAN"|"DESA/KELURAHAN"|"ALAMAT"')
    assert len(lines) == 1 + city.rows + city.refused
    assert Counter(line.count(b'"|"') for line in lines)[21] >= city.rows


@pytest.mark.parametrize("width", [17, 22, 23])
def test_the_other_layouts_have_their_columns(tmp_path: Path, width: int) -> None:
    found = write_city(tmp_path, 300, SEED, width=width)
    heading = found.dtks.read_text(encoding="ascii").splitlines()[0].split("|")
    assert len(heading) == width
    assert ('"PEKERJAAN"' in heading) == (width == 23)


def test_an_unknown_layout_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        write_city(tmp_path / "city", 300, SEED, width=20)
    with pytest.raises(InvalidInput):
        write_city(tmp_path / "city", 0, SEED)
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize("seed", range(12))
def test_every_city_of_200_has_its_special_rows(tmp_path: Path, seed: int) -> None:
    found = write_city(tmp_path, 200, seed)
    truth = {row["row_key"]: row["person_id"] for row in rows(found.truth / "persons.csv")}
    population = {row["person_id"]: row for row in rows(found.truth / "population.csv")}
    listed = [row for row in rows(found.dtks, "|") if None not in row and row["ID_DTKS"] in truth]
    sound = Counter(
        row["NOMOR NIK"] for row in listed if row["NOMOR NIK"] == population[truth[row["ID_DTKS"]]]["nik"]
    )
    assert max(sound.values()) >= 2
    assert {row["reason"] for row in rows(found.truth / "refused.csv")} == set(ADVICE)
    mekar = [
        row for row in listed if (row["KECAMATAN"], row["DESA/KELURAHAN"]) == ("RANCASARI", "MEKARMULYA")
    ]
    assert any(population[truth[row["ID_DTKS"]]]["kelurahan_legal"] == MEKAR_JAYA for row in mekar)


def test_row_keys_are_unique_but_for_the_row_that_repeats_one(city: CityFiles) -> None:
    keys = [row["row_key"] for row in rows(city.truth / "persons.csv")]
    assert len(set(keys)) == len(keys) == city.rows
    assert all(len(key) == 18 and key.isdigit() for key in keys)


def test_numbers_follow_their_rules_and_are_issued_once() -> None:
    niks, kks, redated = list[str](), list[str](), 0
    for family in families(3000, SEED):
        kks += (family.kk, *family.former_kk)
        for person in family.members:
            niks.append(person.nik)
            signs = nik_signs(person.nik)
            assert len(person.nik) == 16
            assert signs.region_known
            redated += signs.born != person.born.isoformat()[2:]
            assert signs.sex == ("MALE" if person.sex == "L" else "FEMALE")
            assert not person.nik.endswith("0")
    assert len(set(niks)) == len(niks)
    assert len(set(kks)) == len(kks)
    assert all(len(kk) == 16 for kk in kks)
    assert 0.005 < redated / len(niks) < 0.04


def test_families_are_plausible(city: CityFiles) -> None:
    people = {row["person_id"]: row for row in rows(city.truth / "population.csv")}
    assert len(people) == city.persons >= 2000
    for row in people.values():
        born = date.fromisoformat(row["birth_date"])
        assert born < date(2024, 5, 31)
        assert not row["death_date"] or date.fromisoformat(row["death_date"]) >= born
        if row["mother_id"]:
            mother = people[row["mother_id"]]
            assert mother["sex"] == "2"
            assert mother["name"] == row["mother_name"]
            assert 14 < (born - date.fromisoformat(mother["birth_date"])).days / 365.25 < 60
    households = {row["household_id"] for row in people.values()}
    assert len({row["kk_family_id"] for row in people.values()}) > len(households)
    assert {row["status"] for row in people.values()} == {"resident", "dead", "moved_out"}


def test_the_kinds_of_damage_occur(city: CityFiles) -> None:
    listed = [row for row in rows(city.dtks, "|") if None not in row]
    niks = [row["NOMOR NIK"] for row in listed]
    assert 0.03 < sum(nik in ("", "-", "0", "TIDAK ADA") for nik in niks) / len(niks) < 0.12
    assert any(len(nik) == 16 and nik.startswith("0") for nik in niks)
    assert any(len(nik) == 16 and nik.endswith("0") for nik in niks)
    assert {row["HUBUNGAN KELUARGA"] for row in listed} >= {"KEPALA KELUARGA", "ISTRI", "ANAK"}
    assert len({row["TANGGAL LAHIR"][2:3] for row in listed}) > 1


def test_every_kelurahan_has_codes_of_both_systems() -> None:
    every = places()
    assert len({place.code for place in every}) == len({place.bps_code for place in every}) == 151
    assert all(len(place.bps_code) == 10 for place in every)
