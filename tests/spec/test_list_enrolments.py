"""Lists of agencies become enrolments: with their entries as evidence, and without opening anybody to the agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Driver

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.enrolling import EnrolMatched, FoundEntry
from hub.commands.intake import CloseRelease, Incoming
from hub.commands.matching import AdoptModel, FormMatched
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.demo.city import CityFiles, write_registers
from hub.domain.errors import Conflict, Forbidden, InvalidInput
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.matching.evaluate import evaluate_entries, read_enrolments, read_partition
from hub.matching.partition import enrolled, partition
from hub.questions.model import Enrolments, Page, PersonById, UnmatchedEntries
from tests.spec.deliveries import (
    PROGRAMMES,
    begun,
    delivery,
    demand_agreement,
    finished,
    matched,
    person,
    taken,
)
from tests.spec.hubs import Town, connection, open_town, settings_of
from tests.spec.test_matching import DIGEST, MODEL, NIKS, RUBRIC

PERSONS, SEED = 260, 2
_BORN = "1980-01-01"
ENROLMENT = (
    pick("id"), pick("status"), pick("reason"), pick("from"), pick("periods"), pick("person", pick("id")),
    pick("programme", pick("code")),
)  # fmt: skip
_EVIDENCE = (
    "MATCH (e:Enrolment) OPTIONAL MATCH (e)-[:EVIDENCED_BY]->(s) "
    "RETURN e.id AS id, e.status AS status, e.person AS person, collect(s.row_key) AS keys, "
    "collect(DISTINCT s.register) AS registers"
)


def _enrolments(town: Town, name: str = STEWARD, **asked: Any) -> list[Any]:
    found, page = [], Page(first=100)
    while True:
        answer = town.ask(name, Enrolments(connection(ENROLMENT), page=page, **asked))
        found += [edge["node"] for edge in answer["edges"]]
        if not answer["page_info"]["has_next_page"]:
            return found
        page = Page(first=100, after=answer["page_info"]["end_cursor"])


def _evidence(town: Town) -> dict[str, Any]:
    """Enrolments in the graph by id, with the keys of their entries."""
    town.settle()
    with town.driver.session(database=town.settings.neo4j_database) as session:
        return {row["id"]: {**row.data(), "keys": sorted(row["keys"])} for row in session.run(_EVIDENCE)}


# -- entry by entry ---------------------------------------------------------------------------------------------


class Desk:
    """A hub with persons a to d, a row each, and the lists of a programme of Dinsos."""

    def __init__(self, town: Town) -> None:
        self.town = town
        town.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC))
        town.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
        town.register("sari", "petugas_opd", "dinsos")
        town.submit(STEWARD, DefineProgramme("pkh", "PKH", "dinsos", quota=2))
        rows = (
            person(key, f"NAMA {key}", nik, born_on=_BORN) for key, nik in zip("abcd", NIKS, strict=False)
        )
        finished(town, "dtks", "1", "2024-01-31", *rows)

    def ids(self, register: str) -> dict[str, str]:
        self.town.settle()
        asked = "MATCH (s:SourceRecord {register: $register}) RETURN s.row_key AS key, s.id AS id"
        with self.town.driver.session(database=self.town.settings.neo4j_database) as session:
            return {row["key"]: row["id"] for row in session.run(asked, register=register)}

    def listed(self, label: str, *keys: str, status: str = "ACTIVE", closed: bool = True) -> None:
        """A list whose entries have these keys."""
        said = {"name": "NAMA", "status": status, "period": label}
        rows = (Incoming("entry", key, key, {"SAID": f"{key} {status}"}, said) for key in keys)
        release = begun(self.town, "pkh", label, f"2024-0{label}-28", *rows)
        if closed:
            self.town.submit(STEWARD, CloseRelease(release))

    def enrols(self, found: str, programme: str = "pkh") -> Any:
        """`"1a 2b 3"`: entry 1 is about the person of row a, 2 about that of b, 3 about nobody; c is near."""
        entries, rows = self.ids("pkh"), self.ids("dtks")
        told = []
        for each in found.split():
            key, row = each[0], each[1:]
            candidates = ((rows[row or "c"], 9_000 if row else 1_000),)
            told.append(FoundEntry(entries[key], candidates, bool(row)))
        return self.town.submit("pemadan", EnrolMatched(programme, tuple(told), DIGEST))

    def persons(self, groups: str) -> None:
        """`"ab c"` makes a and b one person, and c another."""
        rows = self.ids("dtks")
        made = tuple(tuple(rows[key] for key in group) for group in groups.split())
        self.town.submit("pemadan", FormMatched(made, (), DIGEST))

    def person(self, row: str) -> str:
        wanted = self.ids("dtks")[row]
        found = self.town.everybody(STEWARD, (pick("id"), pick("source_records", pick("id"))))
        owners = {record["id"]: str(each["id"]) for each in found for record in each["source_records"]}
        return owners[wanted]

    def stands(self) -> set[tuple[str, str, str]]:
        """Enrolments as rows of their person, status, keys of their entries."""
        rows = {self.person(row): row for row in "dcba"}
        demand_agreement(self.town)
        return {
            (rows[each["person"]], each["status"], "".join(each["keys"]))
            for each in _evidence(self.town).values()
        }


@pytest.fixture
def desk(bare: Town) -> Desk:
    return Desk(bare)


def test_an_entry_enrols_the_person_of_the_row_that_fits_it(desk: Desk) -> None:
    desk.listed("1", "1", "2", "3")
    desk.enrols("1a 2b 3")
    assert desk.stands() == {("a", "ENROLLED", "1"), ("b", "ENROLLED", "2")}
    first = next(each for each in _enrolments(desk.town) if each["person"]["id"] == desk.person("a"))
    assert (first["periods"], first["from"], first["programme"]["code"]) == (["1"], None, "pkh")


def test_who_is_listed_twice_is_enrolled_once(desk: Desk) -> None:
    desk.listed("1", "1", "2")
    desk.enrols("1a 2a")
    desk.listed("2", "3")
    desk.enrols("3a")
    assert desk.stands() == {("a", "ENROLLED", "123")}
    assert _enrolments(desk.town)[0]["periods"] == ["1", "2"]


def test_the_same_finding_again_writes_the_finding_and_no_enrolment(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    before = {each["id"]: each for each in _enrolments(desk.town)}
    desk.enrols("1a")
    assert {each["id"]: each for each in _enrolments(desk.town)} == before


def test_a_list_opens_nobody_until_somebody_outside_the_agency_accepts_it(desk: Desk) -> None:
    town, asked = desk.town, PersonById(desk.person("a"), (pick("id"),))
    desk.listed("1", "1")
    desk.enrols("1a")
    (listed,) = _enrolments(town, "sari")
    assert (listed["status"], listed["person"]) == ("ENROLLED", None)
    assert town.ask("sari", asked) is None
    town.register("titin", "walidata", "dinsos")
    with town.refuses(Forbidden):
        town.submit("titin", Enrol(listed["id"]))
    town.submit(STEWARD, Enrol(listed["id"]))
    assert town.ask("sari", asked) is not None
    with town.refuses(Conflict):
        town.submit(STEWARD, Enrol(listed["id"]))
    demand_agreement(town)


def test_places_are_taken_by_what_was_accepted(desk: Desk) -> None:
    desk.listed("1", *"123")
    desk.enrols("1a 2b 3c")
    first, second, third = (each["id"] for each in _enrolments(desk.town))
    for each in (first, second):
        desk.town.submit(STEWARD, Enrol(each))
    with desk.town.refuses(Conflict, "places"):
        desk.town.submit(STEWARD, Enrol(third))
    desk.town.submit("sari", EndEnrolment(third, "DUPLICATE"))
    with desk.town.refuses(Conflict):
        desk.town.submit(STEWARD, Enrol(third))
    desk.town.submit("sari", EndEnrolment(first, "DEAD"))
    desk.enrols("1d")
    desk.town.submit(STEWARD, Enrol(_enrolments(desk.town)[-1]["id"]))


def test_an_entry_is_further_evidence_of_what_was_proposed(desk: Desk) -> None:
    command = ProposeEnrolment("pkh", nik=NIKS[0], born_on=_BORN)
    proposed = str(desk.town.submit("sari", command).subject)
    desk.listed("1", "1")
    desk.enrols("1a")
    assert desk.stands() == {("a", "PROPOSED", "1")}
    desk.town.submit(STEWARD, Enrol(proposed))
    desk.listed("2", "1", status="ENDED")
    desk.enrols("1a")
    assert desk.stands() == {("a", "ENROLLED", "1")}


def test_a_listed_person_is_not_proposed_again(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    with desk.town.refuses(Conflict):
        desk.town.submit("sari", ProposeEnrolment("pkh", nik=NIKS[0], born_on=_BORN))


def test_an_enrolment_ends_when_all_its_entries_say_so(desk: Desk) -> None:
    desk.listed("1", "1", "2")
    desk.enrols("1a 2a")
    desk.listed("2", "1", status="ENDED")
    desk.enrols("1a")
    assert desk.stands() == {("a", "ENROLLED", "12")}
    desk.listed("3", "2", status="ENDED")
    desk.enrols("2a")
    assert desk.stands() == {("a", "ENDED", "12")}
    desk.listed("4", "2")
    desk.enrols("2a")
    assert desk.stands() == {("a", "ENROLLED", "12")}


def test_what_a_person_ended_no_list_opens_again(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    desk.town.submit("sari", EndEnrolment(_enrolments(desk.town)[0]["id"], "WELL_OFF"))
    desk.listed("2", "2")
    desk.enrols("2a")
    assert desk.stands() == {("a", "ENDED", "12")}


def test_an_enrolment_moves_with_its_only_entry(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    (before,) = _evidence(desk.town)
    desk.enrols("1b")
    assert desk.stands() == {("b", "ENROLLED", "1")}
    assert list(_evidence(desk.town)) == [before]


def test_an_enrolment_that_is_left_without_entries_has_ended(desk: Desk) -> None:
    desk.listed("1", "1", "2")
    desk.enrols("1a 2b")
    desk.enrols("1b")
    assert desk.stands() == {("a", "ENDED", ""), ("b", "ENROLLED", "12")}
    desk.enrols("2")
    assert desk.stands() == {("a", "ENDED", ""), ("b", "ENROLLED", "1")}
    desk.enrols("1")
    assert desk.stands() == {("a", "ENDED", ""), ("b", "ENDED", "")}


def test_an_accepted_enrolment_stays_with_its_person(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    desk.town.submit(STEWARD, Enrol(_enrolments(desk.town)[0]["id"]))
    desk.enrols("1b")
    assert desk.stands() == {("a", "ENROLLED", ""), ("b", "ENROLLED", "1")}


def test_persons_who_become_one_have_one_enrolment_after_the_next_run(desk: Desk) -> None:
    desk.listed("1", "1", "2")
    desk.enrols("1a 2b")
    desk.persons("ab")
    assert desk.stands() == {("a", "ENROLLED", "1"), ("a", "ENROLLED", "2")}
    desk.enrols("1a 2a")
    assert desk.stands() == {("a", "ENROLLED", "12"), ("a", "ENDED", "")}


def test_when_a_person_is_split_the_entry_goes_with_the_row_it_fits(desk: Desk) -> None:
    desk.persons("ab")
    desk.listed("1", "1", "2")
    desk.enrols("1a 2b")
    assert desk.stands() == {("a", "ENROLLED", "12")}
    desk.persons("a b")
    desk.enrols("1a 2b")
    assert desk.stands() == {("a", "ENROLLED", "1"), ("b", "ENROLLED", "2")}


def test_only_finished_entries_of_the_programme_are_enrolled_each_once(desk: Desk) -> None:
    desk.listed("1", "1", closed=False)
    with desk.town.refuses(Conflict):
        desk.enrols("1a")
    desk.listed("2", "2")
    with desk.town.refuses(InvalidInput):
        desk.enrols("2a 2b")
    desk.town.submit(STEWARD, DefineProgramme("bpnt", "BPNT", "dinsos"))
    with desk.town.refuses(InvalidInput):
        desk.enrols("2a", "bpnt")
    with desk.town.refuses(Conflict, "model"):
        desk.town.submit("pemadan", EnrolMatched("pkh", (), "0" * 64))
    with desk.town.refuses(Forbidden):
        desk.town.submit(STEWARD, EnrolMatched("pkh", (), DIGEST))


def test_an_enrolment_follows_a_corrected_person(desk: Desk) -> None:
    desk.listed("1", "1")
    desk.enrols("1a")
    desk.town.submit(STEWARD, CorrectPerson(desk.person("a"), {"name": "NAMA BENAR"}, "KTP"))
    assert desk.stands() == {("a", "ENROLLED", "1")}


# -- a town and its lists ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), PERSONS, SEED, hard=True)


@pytest.fixture(scope="module")
def town(
    city: CityFiles,
    tmp_path_factory: pytest.TempPathFactory,
    graph_address: GraphAddress,
    graph_driver: Driver,
) -> Iterator[Town]:
    """A hub that took three registers and three lists in, and matched them."""
    settings = settings_of(tmp_path_factory.mktemp("hub"), graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        for register in ("regsosek", "dtks", "p3ke", "pkh", "pbi_jkn"):
            taken(town, delivery(city, register))
        taken(town, replace(delivery(city, "rutilahu"), period="2021"))
        matched(town)
        yield town


def _unmatched(town: Town, programme: str = "pbi_jkn", page: Page | None = None) -> Any:
    return town.ask(STEWARD, UnmatchedEntries(programme, page or Page(first=100)))


def test_lists_enrol_whom_they_are_about(town: Town, city: CityFiles) -> None:
    rows = town.run(partition(town.opened.doors, town.opened.steward, lambda done: None))
    found = town.run(enrolled(town.opened.doors, town.opened.steward, lambda done: None))
    there = read_enrolments(city.truth / "enrolments.csv")
    quality = evaluate_entries(found, there, rows, read_partition(city.truth / "persons.csv"))
    assert set(quality) == {*PROGRAMMES, "all"}
    assert quality["all"].precision >= 0.97
    assert quality["all"].recall >= 0.9
    assert {register for register, _ in rows} == {"regsosek", "dtks", "p3ke"}
    demand_agreement(town)


def test_every_enrolment_of_a_list_has_entries_of_its_programme_as_evidence(town: Town) -> None:
    evidence = _evidence(town)
    found = {each["id"]: each for each in _enrolments(town)}
    assert evidence.keys() == found.keys()
    for key, each in found.items():
        assert evidence[key]["registers"] == [each["programme"]["code"]]
    taken_by = [(each["person"]["id"], each["programme"]["code"]) for each in found.values()]
    assert len(set(taken_by)) == len(taken_by)


def test_a_person_is_shown_with_what_lists_say(town: Town) -> None:
    listed = _enrolments(town, programme="pkh")[0]
    asked = PersonById(listed["person"]["id"], (pick("enrolments", pick("id"), pick("status")),))
    assert {"id": listed["id"], "status": "ENROLLED"} in town.ask(STEWARD, asked)["enrolments"]


def test_the_next_run_writes_nothing(town: Town) -> None:
    before = town.holds()
    found = matched(town)
    assert (found.changed, found.findings, found.entries.changed) == (0, 0, 0)
    assert town.holds() == before


def test_what_is_left_is_kept_with_who_came_near(town: Town) -> None:
    found = matched(town).entries
    pages = [_unmatched(town, programme) for programme in PROGRAMMES]
    assert sum(page["total_count"] for page in pages) == found.doubtful + found.unmatched > 0
    nodes = [edge["node"] for page in pages for edge in page["edges"]]
    near = [node for node in nodes if node["candidates"]]
    assert near
    for node in near:
        chances = [each["probability"] for each in node["candidates"]]
        assert chances == sorted(chances, reverse=True)
        assert len({each["person"] for each in node["candidates"]}) == len(chances) <= 3
        assert node["row"]["register"] in PROGRAMMES
        assert {each["row"]["register"] for each in node["candidates"]} <= {"regsosek", "dtks", "p3ke"}


def test_what_is_left_is_read_page_by_page_and_recorded(town: Town) -> None:
    whole, paged, after = _unmatched(town), [], None
    before = town.holds().disclosures
    while True:
        page = _unmatched(town, page=Page(first=1, after=after))
        paged += [edge["node"]["id"] for edge in page["edges"]]
        if not page["page_info"]["has_next_page"]:
            break
        after = page["page_info"]["end_cursor"]
    assert paged == [edge["node"]["id"] for edge in whole["edges"]]
    assert town.holds().disclosures == before + len(paged)


def test_nobody_but_steward_and_investigator_reads_what_is_left(town: Town) -> None:
    for name in ("pemadan", "admin"):
        with town.refuses(Forbidden):
            town.ask(name, UnmatchedEntries("pkh"))


def test_a_later_list_that_lacks_a_person_ends_nothing(town: Town, city: CityFiles, tmp_path: Any) -> None:
    before = {each["id"]: each["status"] for each in _enrolments(town)}
    lines = city.programmes["pbi_jkn"].read_text("utf-8-sig").splitlines(keepends=True)
    shorter = tmp_path / "pbi_jkn.csv"
    shorter.write_text("".join(lines[: len(lines) // 2]), "utf-8-sig")
    taken(town, delivery(city, "pbi_jkn", "2024-06", files=[shorter], as_of="2024-06-30"))
    matched(town)
    assert {each["id"]: each["status"] for each in _enrolments(town)} == before
    demand_agreement(town)
