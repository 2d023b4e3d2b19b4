"""Releases one after the other: what a later one adds, what the former keeps, and what one given up leaves: nothing."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from graph_schema.notation import Sensitivity
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.access import DefineAgency
from hub.commands.intake import AbandonRelease
from hub.demo.city import CityFiles, write_registers
from hub.domain.days import local_day
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.measures import MEASURES
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.intake.refusals import ADVICE, REPORT_DAYS
from hub.intake.release import Delivery, IntakeResult
from hub.questions.model import Disclosures, PersonById, Releases, SourceStatements
from tests.spec.deliveries import (
    FAMILY_KEYS,
    PERSONS,
    PLACES,
    SEED,
    delivery,
    files_of,
    mended_files,
    records,
    sound,
    stopped,
    table,
    taken,
)
from tests.spec.hubs import ACCOUNTS, AGENCIES, Resident, Town, open_town, settings_of

FIRST, SECOND = "2021-10-31", "2022-10-31"
FOUND = (
    pick("name"), pick("withheld", pick("field")),
    pick("assessments", *map(pick, ("register", "release", "measure", "value", "withheld", "assessed_on"))),
)  # fmt: skip
HOME = (
    pick("id"), pick("address", pick("text")), pick("family_cards", pick("number")),
    pick("source_records", pick("row_key")),
)  # fmt: skip
_RECORD_OF = "MATCH (:Person {id: $id})-[:FORMED_FROM]->(s:SourceRecord {register: 'p3ke'}) RETURN s.id AS id ORDER BY id"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), PERSONS, SEED)


# ------------------------------------------------------------------------------------------- mended rows


@pytest.mark.parametrize("register", PLACES)
def test_of_mended_files_under_another_label_only_the_mended_rows_are_accepted(
    bare: Town, city: CityFiles, register: str, tmp_path: Path
) -> None:
    first = taken(bare, delivery(city, register))
    paths, count = mended_files(city, register, tmp_path)
    second = taken(bare, delivery(city, register, "mended", files=paths))
    assert count >= 2
    assert (second.accepted, second.repeated, second.refused) == (count, first.accepted, 0)
    found = {row["key"]: row["persons"] for row in records(bare, register, "person")}
    assert len(found) == len(sound(register, city)) + count
    assert all(len(persons) == 1 for persons in found.values())


def spoiled(files: CityFiles, register: str, family: str, folder: Path) -> list[Path]:
    """Copies in which a family's row lies nowhere."""
    given = table(files_of(files, register)[0])
    line = given.line_of(FAMILY_KEYS[register], family)
    nowhere = dict.fromkeys(PLACES["p3ke"], "XXXX") if register == "p3ke" else {"r104": "999"}
    return [given.written(folder / given.path.name, {line: nowhere}), files_of(files, register)[1]]


def members(files: CityFiles, register: str) -> tuple[str, list[str]]:
    """A family of several persons: its key and theirs."""
    keys = sorted(sound(register, files))
    family = next(each.rpartition("-")[0] for each in keys if each.endswith("-3"))
    return family, [each for each in keys if each.startswith(f"{family}-")]


def homes(town: Town, keys: list[str]) -> list[tuple[str | None, int]]:
    """Address and number of cards of the persons with these rows."""
    found = town.everybody(STEWARD, HOME)
    wanted = [each for each in found if any(row["row_key"] in keys for row in each["source_records"])]
    return [(each["address"] and each["address"]["text"], len(each["family_cards"])) for each in wanted]


def test_persons_whose_family_was_refused_are_taken_and_get_card_and_address_once_it_is_mended(
    bare: Town, city: CityFiles, tmp_path: Path
) -> None:
    family, keys = members(city, "regsosek")
    first = taken(bare, delivery(city, "regsosek", files=spoiled(city, "regsosek", family, tmp_path)))
    assert set(homes(bare, keys)) == {(None, 0)}
    second = taken(bare, delivery(city, "regsosek", "mended"))
    assert (second.accepted, second.repeated) == (1 + len(keys), first.accepted - len(keys))
    given = table(city.regsosek[0])
    address = given.cell(given.line_of("id_keluarga", family), "r107")
    assert set(homes(bare, keys)) == {(address, 1)}


def test_persons_of_p3ke_tell_the_address_of_a_refused_family_and_its_own_row_takes_its_place(
    bare: Town, city: CityFiles, tmp_path: Path
) -> None:
    family, keys = members(city, "p3ke")
    taken(bare, delivery(city, "p3ke", files=spoiled(city, "p3ke", family, tmp_path)))
    assert {each for each, _ in homes(bare, keys)} != {None}
    (before,) = [row for row in records(bare, "p3ke", "dwelling") if row["key"] == family]
    second = taken(bare, delivery(city, "p3ke", "mended"))
    assert second.accepted == 1
    (after,) = [row for row in records(bare, "p3ke", "dwelling") if row["key"] == family]
    assert before == after
    assert f"{family}-head" in {row["key"] for row in records(bare, "p3ke", "head")}


def test_a_file_that_was_given_up_is_accepted_in_full_under_a_new_label(bare: Town, city: CityFiles) -> None:
    stopped(bare, delivery(city, "dtks", "one"), -1, after=False)
    (standing,) = bare.ask(STEWARD, Releases("dtks"))
    bare.submit(STEWARD, AbandonRelease(standing["id"], "Berkas salah."))
    result = taken(bare, delivery(city, "dtks", "two"))
    assert (result.accepted, result.repeated) == (city.rows, 0)
    found = records(bare, "dtks", "person")
    assert len(found) == city.rows
    assert all(len(row["persons"]) == 1 for row in found)


def test_the_next_intake_removes_reports_that_nobody_will_mend_any_more(bare: Town, city: CityFiles) -> None:
    folder = bare.settings.reports
    folder.mkdir(mode=0o700)
    for name, age in (("old.csv", REPORT_DAYS + 1), ("young.csv", REPORT_DAYS - 1), ("killed.part", 1)):
        (folder / name).write_text("file,line\n")
        then = (folder / name).stat().st_mtime - age * 86_400
        os.utime(folder / name, (then, then))
    result = taken(bare, delivery(city, "pkh"))
    assert result.as_dict()["report"] is None
    assert [each.name for each in folder.iterdir()] == ["young.csv"]


def test_a_report_that_the_run_which_closed_the_release_did_not_finish_is_written_by_the_next(
    bare: Town, city: CityFiles
) -> None:
    first = taken(bare, delivery(city, "dtks"))
    assert first.report is not None
    written = first.report.read_bytes()
    first.report.unlink()
    before = bare.holds()
    again = taken(bare, delivery(city, "dtks"))
    assert (again.nothing_changed, again.report) == (True, first.report)
    assert (again.refused_by_reason, first.report.read_bytes()) == (first.refused_by_reason, written)
    assert bare.holds() == before


# ------------------------------------------------------------------------------------------ lists of programmes


def pkh(city: CityFiles, folder: Path, *periods: str) -> Path:
    """The list with every row once for each of these periods."""
    given = table(city.programmes["pkh"])
    rows = [{**row, "PERIODE": period} for period in periods for row in given.dicts()]
    path = folder / "pkh.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, given.heading)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_list_may_hold_an_entry_in_several_periods(bare: Town, city: CityFiles, tmp_path: Path) -> None:
    entries = len(sound("pkh", city))
    twice = pkh(city, tmp_path, "2024-1", "2024-2")
    result = taken(bare, delivery(city, "pkh", files=(twice,)))
    assert (result.accepted, result.refused) == (2 * entries, 0)
    again = taken(bare, delivery(city, "pkh", "again", files=(pkh(city, tmp_path, "2024-1", "2024-1"),)))
    assert again.refused_by_reason == {"duplicate_key": entries}


def test_a_list_without_a_date_goes_on_under_that_of_its_first_run(bare: Town, city: CityFiles) -> None:
    bare.programme("pkh", "diskominfo")
    undated = replace(delivery(city, "pkh"), as_of=None)
    stopped(bare, replace(undated, as_of="2024-06-01"), -1, after=False)
    assert taken(bare, undated).accepted == len(sound("pkh", city))
    (release,) = bare.ask(STEWARD, Releases("pkh"))
    assert (release["as_of"], release["status"]) == ("2024-06-01", "CLOSED")
    assert taken(bare, undated).nothing_changed
    with bare.refuses(InvalidInput, "describes 2024-06-01"):
        taken(bare, replace(undated, as_of="2024-06-02"))


def test_a_list_without_a_date_is_of_today(bare: Town, city: CityFiles) -> None:
    taken(bare, replace(delivery(city, "pkh"), as_of=None))
    (release,) = bare.ask(STEWARD, Releases("pkh"))
    assert release["as_of"] == local_day(datetime.now(UTC))


# ---------------------------------------------------------------------------------------- one after the other


@dataclass(frozen=True)
class Years:
    """A hub with two releases of P3KE and one of Regsosek."""

    town: Town
    files: CityFiles
    results: tuple[IntakeResult, ...]
    third: Delivery
    """A third release, not taken in yet."""
    person: Resident
    """Somebody of lina's kelurahan and in a programme of sari's agency."""


def decile(files: CityFiles, folder: Path, value: str, name: str | None = None) -> list[Path]:
    """Copies of P3KE in which every family has this decile, and everybody this name."""
    copies = []
    for path in files.p3ke:
        given = table(path)
        whole = [line for line, row in given.rows.items() if len(row) == len(given.heading)]
        changes = {line: {"Desil Kesejahteraan": value} for line in whole}
        if name and "Nama" in given.heading:
            changes |= {line: {**changes[line], "Nama": name} for line in whole if given.cell(line, "Nama")}
        copies.append(given.written(folder / path.name, changes))
    return copies


def assessed(town: Town, person: str, name: str = STEWARD) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.ask(name, PersonById(person, FOUND))["assessments"]
    return found


def deciles(town: Town, person: str) -> list[tuple[str, str, str]]:
    """Release, day and value of each decile that P3KE gave."""
    found = [each for each in assessed(town, person) if each["measure"] == "decile"]
    assert not any(each["withheld"] for each in found)
    return [
        (each["release"], each["assessed_on"], each["value"]) for each in found if each["register"] == "p3ke"
    ]


@pytest.fixture(scope="module")
def years(
    tmp_path_factory: pytest.TempPathFactory,
    city: CityFiles,
    graph_address: GraphAddress,
    graph_driver: Driver,
) -> Iterator[Years]:
    settings = settings_of(tmp_path_factory.mktemp("town"), graph_address, graph_driver)
    folder = tmp_path_factory.mktemp("releases")
    later = decile(city, folder / "two", "9", "MADEUP LATER")
    with open_town(settings, graph_driver) as town:
        for code in AGENCIES:
            town.submit(ADMIN, DefineAgency(code, f"Dinas {code}"), wait=False)
        given = (
            delivery(city, "p3ke", "one", as_of=FIRST),
            delivery(city, "regsosek", "2022", as_of="2022-09-30"),
            delivery(city, "p3ke", "two", files=later, as_of=SECOND),
        )
        results = tuple(taken(town, each) for each in given)
        town.meet()
        person = _poor(town)
        places = {"lina": person.area, "beni": next(each for each in town.territories if each != person.area)}
        for name, role, agency in ACCOUNTS:
            town.register(name, role, agency, places.get(name))
        town.enrol("sari", town.programme("permakanan"), person)
        third = delivery(
            city, "p3ke", "three", files=decile(city, folder / "three", "10"), as_of="2023-10-31"
        )
        yield Years(town, city, results, third, person)


def _poor(town: Town) -> Resident:
    """Somebody about whom P3KE has findings of every class."""
    everybody = [each for each in town.residents if each.nik and each.born_on]
    for each in everybody:
        found = assessed(town, each.id)
        kinds = {MEASURES[one["measure"]].sensitivity for one in found if one["register"] == "p3ke"}
        if Sensitivity.HEALTH in kinds and len(deciles(town, each.id)) == 2:
            return each
    raise AssertionError("nobody")


@pytest.fixture
def record(years: Years) -> str:
    """The record of that person's row in P3KE."""
    with years.town.driver.session(database=years.town.settings.neo4j_database) as session:
        found = session.run(_RECORD_OF, id=years.person.id).data()
    return str(found[0]["id"])


def test_a_later_release_adds_and_keeps_the_former(years: Years) -> None:
    first, _, second = years.results
    assert (first.repeated, second.refused) == (0, first.refused)
    assert second.accepted + second.repeated == first.accepted
    (one, day, value), later = deciles(years.town, years.person.id)
    assert (one, day) == ("one", FIRST)
    assert value in {str(each) for each in range(1, 9)}
    assert later == ("two", SECOND, "9")


def test_what_a_row_said_is_told_release_by_release(years: Years, record: str) -> None:
    for name in (STEWARD, "irma"):
        later, former = years.town.ask(name, SourceStatements(record))
        assert [each["release"]["label"] for each in (later, former)] == ["two", "one"]
        assert later["original"] == {**former["original"], "Nama": "MADEUP LATER"}
        assert former["original"]["Nama"] != "MADEUP LATER"
        assert (later["standardised"]["name"], former["withheld"]) == ("MADEUP LATER", [])
        assert not any(each["repeated"] or each["erased"] for each in (later, former))


def test_what_a_row_only_repeated_is_told_as_repeated(years: Years) -> None:
    """The head of a family, of whom the second release says the same."""
    with years.town.driver.session(database=years.town.settings.neo4j_database) as session:
        (head,) = session.run(
            "MATCH (s:SourceRecord {register: 'p3ke', unit: 'head'}) RETURN s.id ORDER BY s.id LIMIT 1"
        ).single(strict=True)
    later, former = years.town.ask(STEWARD, SourceStatements(head))
    assert (later["repeated"], former["repeated"]) == (True, False)
    assert later["original"] == former["original"]


def test_an_officer_of_the_kelurahan_learns_of_the_releases_but_not_of_the_words(
    years: Years, record: str
) -> None:
    for each in years.town.ask("lina", SourceStatements(record)):
        assert (each["original"], each["standardised"]) == (None, None)
        assert [one["field"] for one in each["withheld"]] == ["original", "standardised"]


@pytest.mark.parametrize("name", ["beni", "sari"])
def test_hidden_and_missing_rows_read_the_same(years: Years, record: str, name: str) -> None:
    assert years.town.ask(name, SourceStatements(record)) == []
    assert years.town.ask(name, SourceStatements(new_id())) == []
    assert years.town.ask(name, SourceStatements(years.person.id)) == []


def test_those_who_read_no_person_are_refused_the_words_of_rows(years: Years, record: str) -> None:
    with years.town.refuses(Forbidden):
        years.town.ask(ADMIN, SourceStatements(record))


def test_every_look_at_the_words_of_a_row_is_recorded_also_in_vain(years: Years, record: str) -> None:
    town = years.town
    for name in (STEWARD, "irma", "lina", "beni", "sari"):
        before = town.opened.ledger.size(Log.DISCLOSURES)
        shown = town.ask(name, SourceStatements(record))
        assert town.opened.ledger.size(Log.DISCLOSURES) == before + 1
        (edge, *_) = town.ask("irma", Disclosures(actor=town.who(name).id))["edges"]
        assert edge["node"]["question"] == "SourceStatements"
        assert edge["node"]["subjects"] == ([record, years.person.id] if shown else [])


# ------------------------------------------------------------------------------------------------ assessments

_SEEN = {
    STEWARD: {"health", "welfare", "demographic"}, "irma": {"health", "welfare", "demographic"},
    "lina": {"welfare", "demographic"}, "sari": {"welfare", "demographic"},
}  # fmt: skip


@pytest.mark.parametrize("name", _SEEN)
def test_findings_are_shown_by_class_and_withheld_names_them(years: Years, name: str) -> None:
    town, person = years.town, years.person.id
    found = assessed(town, person, name)
    assert {MEASURES[each["measure"]].sensitivity.value for each in found} == _SEEN[name]
    shown = [each for each in assessed(town, person) if MEASURES[each["measure"]].sensitivity in _SEEN[name]]
    assert found == shown
    fields = {each["field"] for each in town.ask(name, PersonById(person, FOUND))["withheld"]}
    assert ("assessments" in fields) is ("health" not in _SEEN[name])


def test_a_release_found_nothing_until_it_is_closed_nor_when_it_was_given_up(years: Years) -> None:
    town = years.town
    before = assessed(town, years.person.id)
    stopped(town, years.third, -1, after=False)
    town.settle()
    assert assessed(town, years.person.id) == before
    (standing,) = town.ask(STEWARD, Releases("p3ke", "three"))
    town.submit(STEWARD, AbandonRelease(standing["id"], "Berkas salah."))
    assert assessed(town, years.person.id) == before
    with town.refuses(InvalidInput, "abandoned"):
        taken(town, years.third)


# --------------------------------------------------------------------------------------- as clients see them


def graphql(town: Town, name: str, query: str) -> Any:
    app, token = create_app(town.opened.hub, town.settings), issue(town.settings, town.who(name).id, 5)
    return town.run(post(app, "/graphql", {"query": query}, token))


@pytest.mark.parametrize("name", [STEWARD, "irma", "lina"])
def test_releases_are_listed_with_their_counts(years: Years, name: str) -> None:
    query = '{ releases(register: "p3ke") { label asOf accepted repeated refused digest } }'
    told = {each["label"]: each for each in graphql(years.town, name, query)["data"]["releases"]}
    first, _, second = years.results
    for result, day in ((first, FIRST), (second, SECOND)):
        each = told[result.label]
        assert (each["accepted"], each["repeated"], each["refused"]) == (
            result.accepted, result.repeated, result.refused
        )  # fmt: skip
        assert each["asOf"] == day
        assert len(each["digest"]) == 64
    assert list(told)[-1] == "one", "newest first"


@pytest.mark.parametrize("name", ["sari", ADMIN])
def test_those_who_read_no_release_are_refused(years: Years, name: str) -> None:
    (error,) = graphql(years.town, name, "{ releases { label } }")["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_the_words_of_a_row_are_told_over_graphql(years: Years, record: str) -> None:
    query = f'{{ sourceStatements(record: "{record}") {{ release {{ label }} repeated original withheld {{ field }} }} }}'
    told = graphql(years.town, STEWARD, query)["data"]["sourceStatements"]
    names = {each["release"]["label"]: each["original"]["Nama"] for each in told}
    assert names["two"] == "MADEUP LATER" != names["one"]
    hidden = graphql(years.town, "lina", query)["data"]["sourceStatements"]
    assert {each["original"] for each in hidden} == {None}


# ---------------------------------------------------------------------------------------------------- reports


def test_a_report_lists_refused_rows_for_its_owner_only(years: Years) -> None:
    result = years.results[0]
    assert result.as_dict()["report"] == str(result.report)
    assert result.report is not None
    assert stat.S_IMODE(result.report.stat().st_mode) == 0o600
    assert stat.S_IMODE(result.report.parent.stat().st_mode) == 0o700
    with result.report.open(newline="") as stream:
        heading, *rows = list(csv.reader(stream))
    assert heading == ["file", "line", "column", "value", "reason", "advice"]
    assert len(rows) == result.refused
    assert all(row[4] in ADVICE and row[5] == ADVICE[row[4]] for row in rows)
