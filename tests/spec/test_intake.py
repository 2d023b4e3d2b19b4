"""A made-up city's registers and programme lists, taken in by a real hub, against the truth beside them."""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from neo4j import Driver

from hub.bootstrap import STEWARD
from hub.cli.intake import take_in_and_form
from hub.demo.city import CityFiles, write_registers
from hub.domain.errors import InvalidInput
from hub.domain.selection import pick
from hub.domain.standard.identifiers import IdKind, identifier
from hub.graph.connect import GraphAddress
from hub.intake import chunks
from hub.intake.release import Delivery, IntakeResult
from hub.questions.model import Releases
from hub.settings import Settings
from tests.spec.deliveries import (
    FAMILY_KEYS,
    PERSONS,
    PROGRAMMES,
    REGISTERS,
    SEED,
    delivery,
    demand_agreement,
    files_of,
    records,
    sound,
    stopped,
    table,
    taken,
    truth,
)
from tests.spec.hubs import Town, open_town, settings_of

PERSON = (
    pick("id"), pick("address", pick("text")), pick("family_cards", pick("number")),
    pick("source_records", pick("id"), pick("register"), pick("row_key")),
)  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), PERSONS, SEED)


# -------------------------------------------------------------------------------------- stops and resumption


def test_a_run_that_failed_at_any_chunk_is_resumed_by_running_it_again(
    bare: Town, city: CityFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 40)
    given = delivery(city, "p3ke")
    for at, after in ((0, True), (1, False), (2, True), (-1, False)):
        stopped(bare, given, at, after=after)
        assert [each["status"] for each in bare.ask(STEWARD, Releases("p3ke"))] == ["OPEN"]
        assert not bare.everybody(STEWARD, PERSON)
        assert not list(bare.settings.reports.glob("*"))
    result = taken(bare, given)
    assert (result.repeated, result.nothing_changed) == (0, False)
    assert result.accepted + result.refused == sum(len(table(each).rows) for each in city.p3ke)
    assert Counter(row["key"] for row in records(bare, "p3ke", "person")) == Counter(sound("p3ke", city))
    assert result.report is not None
    assert len(result.report.read_text().splitlines()) == 1 + result.refused
    demand_agreement(bare)


# --------------------------------------------------------------------------------------------- two at once


def test_two_registers_taken_in_at_once_do_not_disturb_each_other(bare: Town, city: CityFiles) -> None:
    async def both() -> list[IntakeResult]:
        runs = (
            take_in_and_form(bare.opened, delivery(city, each), lambda stage, done, total: None)
            for each in ("regsosek", "dtks")
        )
        return await asyncio.gather(*runs)

    for result in bare.run(both()):
        unit = sound(result.register, city)
        assert {row["key"] for row in records(bare, result.register, "person")} == unit
        assert result.repeated == 0
    demand_agreement(bare)


def test_two_releases_of_one_register_at_once_give_each_row_one_record(bare: Town, city: CityFiles) -> None:
    async def both() -> list[IntakeResult]:
        runs = (
            take_in_and_form(bare.opened, delivery(city, "dtks", label), lambda stage, done, total: None)
            for label in ("satu", "dua")
        )
        return await asyncio.gather(*runs)

    for result in bare.run(both()):
        assert result.accepted + result.repeated + result.refused == result.rows
    found = records(bare, "dtks", "person")
    assert Counter(row["key"] for row in found) == Counter(sound("dtks", city))
    assert all(len(row["persons"]) == 1 for row in found)
    demand_agreement(bare)


def test_the_same_command_twice_at_once_takes_everything_once_and_both_tell_what_was_refused(
    bare: Town, city: CityFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 40)

    async def both() -> list[IntakeResult]:
        runs = (
            take_in_and_form(bare.opened, delivery(city, "dtks"), lambda stage, done, total: None)
            for _ in range(2)
        )
        return await asyncio.gather(*runs)

    wanted = truth(city, "refused", register="dtks")
    for result in bare.run(both()):
        assert (result.accepted, result.repeated, result.refused) == (city.rows, 0, len(wanted))
        assert result.report is not None
        assert len(result.report.read_text().splitlines()) == 1 + len(wanted)
    assert [each.suffix for each in bare.settings.reports.iterdir()] == [".csv"]
    demand_agreement(bare)


GOLDEN = (
    *map(pick, ("nik", "name", "sex", "born_on", "birthplace", "mother_name", "relation_to_head", "marital_status")),
    *map(pick, ("occupation", "education", "alive", "presence")),
    pick("area", pick("code")), pick("address", pick("text")), pick("family_cards", pick("number")),
    pick("source_records", pick("register"), pick("row_key")),
)  # fmt: skip


def test_golden_values_are_the_same_in_every_hub_whatever_the_order_of_its_files(
    tmp_path: Path, city: CityFiles, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    def golden(order: Sequence[str]) -> list[str]:
        settings = settings_of(tmp_path / order[0], graph_address, graph_driver)
        with open_town(settings, graph_driver) as town:
            for register in order:
                taken(town, delivery(city, register))
            persons = town.everybody(STEWARD, GOLDEN)
        for person, many in product(persons, ("family_cards", "source_records")):
            person[many] = sorted(map(repr, person[many]))
        return sorted(map(repr, persons))

    one = golden(("p3ke", "regsosek", "dtks", "dtsen"))
    assert len(one) > PERSONS / 2
    assert golden(("dtsen", "dtks", "p3ke", "regsosek")) == one


def _command(settings: Settings, *words: str) -> subprocess.Popen[bytes]:
    """`hub intake` with these words, in a process of its own."""
    assert settings.neo4j_uri
    assert settings.neo4j_password
    told = {
        "HUB_HOME": str(settings.home), "HUB_NEO4J_URI": settings.neo4j_uri, "HUB_NEO4J_USER": settings.neo4j_user,
        "HUB_NEO4J_DATABASE": settings.neo4j_database,
        "HUB_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
    }  # fmt: skip
    command = [sys.executable, "-m", "hub", "intake", *words, "--json"]
    return subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.DEVNULL)


def _register(settings: Settings, given: Delivery) -> subprocess.Popen[bytes]:
    files, as_of = map(str, given.files), str(given.as_of)
    return _command(settings, given.register, *files, "--release", given.label, "--as-of", as_of)


def test_a_mended_list_of_the_same_period_comes_in_under_a_label_of_its_own(
    tmp_path: Path, city: CityFiles, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(tmp_path / "hub", graph_address, graph_driver)
    given = table(city.programmes["pkh"])
    mended = given.written(tmp_path / "pkh.csv", {2: {"NAMA_KEPALA_KELUARGA": "MADEUP"}})
    of_period = ("--period", PROGRAMMES["pkh"])
    assert _command(settings, "programme", "pkh", str(given.path), *of_period).wait(120) == 0
    assert _command(settings, "programme", "pkh", str(mended), *of_period).wait(120) == InvalidInput.exit_code
    labelled = _command(settings, "programme", "pkh", str(mended), *of_period, "--release", "mended")
    assert labelled.wait(120) == 0
    with open_town(settings, graph_driver) as town:
        (later, first) = town.ask(STEWARD, Releases("pkh"))
        assert (first["label"], later["label"]) == (PROGRAMMES["pkh"], "mended")
        assert (later["accepted"], later["repeated"]) == (1, first["accepted"] - 1)


def test_two_processes_taking_in_at_once_do_not_disturb_each_other(
    tmp_path: Path, city: CityFiles, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(tmp_path / "hub", graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        town.settle()
    runs = [_register(settings, delivery(city, each)) for each in ("p3ke", "dtsen")]
    assert [each.wait(120) for each in runs] == [0, 0]
    with open_town(settings, graph_driver) as town:
        for register in ("p3ke", "dtsen"):
            assert {row["key"] for row in records(town, register, "person")} == sound(register, city)
        demand_agreement(town)


# ------------------------------------------------------------------------------------------- a whole city


@dataclass(frozen=True)
class City:
    """A hub that has taken in everything, and what each intake told."""

    town: Town
    files: CityFiles
    results: Mapping[str, IntakeResult]


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory,
    city: CityFiles,
    graph_address: GraphAddress,
    graph_driver: Driver,
) -> Iterator[City]:
    """Files are named the wrong way round: the command sorts them out."""
    settings = settings_of(tmp_path_factory.mktemp("town"), graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        given = {each: delivery(city, each) for each in (*REGISTERS, *PROGRAMMES)}
        turned = {each: replace(one, files=one.files[::-1]) for each, one in given.items()}
        yield City(town, city, {each: taken(town, one) for each, one in turned.items()})


@pytest.mark.parametrize("register", [*REGISTERS, *PROGRAMMES])
def test_refuses_exactly_the_rows_that_the_truth_names(full: City, register: str) -> None:
    result = full.results[register]
    told: list[tuple[str, str, str]] = []
    if result.report is not None:
        with result.report.open(newline="") as stream:
            told = [(row["file"], row["line"], row["reason"]) for row in csv.DictReader(stream)]
    wanted = truth(full.files, "refused", register=register)
    assert sorted(told) == sorted((row["file"], row["line"], row["reason"]) for row in wanted)
    assert result.refused_by_reason == Counter(row["reason"] for row in wanted)


@pytest.mark.parametrize("register", [*REGISTERS, *PROGRAMMES])
def test_every_row_of_the_files_is_accepted_or_refused(full: City, register: str) -> None:
    result, rows = (
        full.results[register],
        sum(len(table(each).rows) for each in files_of(full.files, register)),
    )
    assert result.accepted + result.refused == result.rows == rows
    assert result.repeated == 0


@pytest.mark.parametrize("register", [*REGISTERS, *PROGRAMMES])
def test_every_row_of_the_truth_has_a_record(full: City, register: str) -> None:
    unit = "entry" if register in PROGRAMMES else "person"
    found = Counter(row["key"] for row in records(full.town, register, unit))
    assert found == Counter(dict.fromkeys(sound(register, full.files), 1))
    assert found


@pytest.mark.parametrize("register", [*REGISTERS, *PROGRAMMES])
def test_the_same_command_again_changes_nothing(full: City, register: str) -> None:
    before = full.town.holds()
    again = taken(full.town, delivery(full.files, register))
    assert again.nothing_changed
    first = full.results[register]
    assert (again.accepted, again.refused, again.report) == (first.accepted, first.refused, first.report)
    assert again.refused_by_reason == first.refused_by_reason
    assert full.town.holds() == before


def test_registers_of_the_poor_form_persons_and_no_other_list_does(full: City) -> None:
    for register in REGISTERS[:4]:
        assert all(len(row["persons"]) == 1 for row in records(full.town, register, "person"))
    assert not any(row["persons"] for row in records(full.town, "dukcapil", "person"))
    assert not any(row["persons"] for code in PROGRAMMES for row in records(full.town, code, "entry"))


@pytest.mark.parametrize("register", FAMILY_KEYS)
def test_a_family_is_a_dwelling_and_its_head_is_a_record_but_never_a_person(
    full: City, register: str
) -> None:
    families = {row[FAMILY_KEYS[register]] for row in table(files_of(full.files, register)[0]).dicts()}
    assert {row["key"] for row in records(full.town, register, "dwelling")} == families
    heads = records(full.town, register, "head")
    assert {row["key"] for row in heads} == {f"{family}-head" for family in families}
    assert all([f"{each}-head" for each in row["dwellings"]] == [row["key"]] for row in heads)
    assert not any(row["persons"] for row in heads)


def test_persons_of_regsosek_get_card_and_address_from_the_row_of_their_family(full: City) -> None:
    families = {row["id_keluarga"]: row for row in table(full.files.regsosek[0]).dicts()}
    cards = {key: identifier(row["r114"]) for key, row in families.items()}
    alone = 0
    for person in full.town.everybody(STEWARD, PERSON):
        numbers = {each["number"] for each in person["family_cards"]}
        rows = [each for each in person["source_records"] if each["register"] == "regsosek"]
        for family in {each["row_key"].rpartition("-")[0] for each in rows}:
            assert cards[family].kind is not IdKind.OK or cards[family].digits in numbers
            if len(rows) == len(person["source_records"]):
                assert person["address"]["text"] == families[family]["r107"]
                alone += 1
    assert alone > 10


def test_ledger_and_graph_of_a_whole_city_agree(full: City) -> None:
    demand_agreement(full.town)


# ------------------------------------------------------------------------------- files that can't be used

BANDUNG_BARAT = {"KABUPATEN/KOTA": "KAB. BANDUNG BARAT", "KECAMATAN": "LEMBANG", "DESA/KELURAHAN": "CIKOLE"}


def _missing(city: CityFiles, folder: Path) -> Delivery:
    return delivery(city, "p3ke", "x", files=city.p3ke[:1])


def _twice(city: CityFiles, folder: Path) -> Delivery:
    return delivery(city, "regsosek", "x", files=(city.regsosek[1], *city.regsosek))


def _of_another_register(city: CityFiles, folder: Path) -> Delivery:
    return delivery(city, "regsosek", "x", files=(city.regsosek[0], city.p3ke[1]))


def _of_another_city(city: CityFiles, folder: Path) -> Delivery:
    given = table(city.dtks)
    whole = {line: BANDUNG_BARAT for line, row in given.rows.items() if len(row) == len(given.heading)}
    return delivery(city, "dtks", "x", files=(given.written(folder / "dtks.csv", whole),))


def _of_another_period(city: CityFiles, folder: Path) -> Delivery:
    return replace(delivery(city, "pkh", "x"), period="2019")


def _all_codes(city: CityFiles, register: str, column: str, code: str, folder: Path) -> Delivery:
    first, *rest = files_of(city, register)
    given = table(first)
    there = {line: {column: code} for line in given.rows}
    return delivery(city, register, "x", files=(given.written(folder / first.name, there), *rest))


def _p3ke_of_another_city(city: CityFiles, folder: Path) -> Delivery:
    return _all_codes(city, "p3ke", "Kode Kemendagri", "3217012003", folder)


def _dtsen_of_another_city(city: CityFiles, folder: Path) -> Delivery:
    return _all_codes(city, "dtsen", "kode_kelurahan_desa", "3217010003", folder)


def _under_an_unknown_code_system(city: CityFiles, folder: Path) -> Delivery:
    return replace(delivery(city, "p3ke", "x"), code_system="FOO")


def _pipe(city: CityFiles, folder: Path) -> Delivery:
    os.mkfifo(folder / "pipe.csv")
    return delivery(city, "dtks", "x", files=(folder / "pipe.csv",))


def _device(city: CityFiles, folder: Path) -> Delivery:
    (folder / "zero.csv").symlink_to("/dev/zero")
    return delivery(city, "dtks", "x", files=(folder / "zero.csv",))


def _empty(city: CityFiles, folder: Path) -> Delivery:
    return delivery(city, "p3ke", "x", files=(city.p3ke[0], _file(folder, b"")))


def _binary(city: CityFiles, folder: Path) -> Delivery:
    return delivery(city, "p3ke", "x", files=(_file(folder, bytes(range(256)) * 40), city.p3ke[1]))


def _truncated(city: CityFiles, folder: Path) -> Delivery:
    cut = city.dtsen[1].read_bytes().rstrip()[:-60]
    return delivery(city, "dtsen", "x", files=(city.dtsen[0], _file(folder, cut)))


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "given.csv"
    path.write_bytes(content)
    return path


UNUSABLE = {
    "one of two files is missing": (_missing, "is missing"),
    "a file stands there twice": (_twice, "are both the person file of"),
    "a file is of another register": (_of_another_register, "not of regsosek.*p3ke_individu"),
    "a file is of another city": (_of_another_city, "another city"),
    "a file of families is of another city": (_p3ke_of_another_city, "another city"),
    "a file of another city has codes of BPS": (_dtsen_of_another_city, "another city"),
    "there is no such code system": (_under_an_unknown_code_system, "no code system 'FOO'"),
    "a file is a pipe": (_pipe, "no regular file"),
    "a file is a link to a device": (_device, "no regular file"),
    "a list is of another period": (_of_another_period, "No row of this list is of the period 2019"),
    "a file is empty": (_empty, "is empty"),
    "a file is binary": (_binary, "not text"),
    "a file is cut off": (_truncated, "cut off"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_release_that_cant_be_used_is_refused_whole_and_nothing_is_written(
    full: City, what: str, tmp_path: Path
) -> None:
    given, told = UNUSABLE[what]
    with full.town.refuses(InvalidInput, told):
        taken(full.town, given(full.files, tmp_path))
