"""Searching for a person by a damaged name: through both doors and over HTTP, within the scope, and on the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.intake import Incoming
from hub.commands.matching import AdoptModel, JudgeMatch
from hub.commands.people import CorrectPerson
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.questions.model import PersonsByName
from tests.spec.deliveries import demand_agreement, finished, person
from tests.spec.hubs import Resident, Town, connection, open_town, settings_of
from tests.spec.test_matching import DIGEST, MODEL, RUBRIC

FOUND = connection((pick("id"), pick("name")))
AREA, BORN = "3273", "1980-01-01"


def found(town: Town, name: str, text: str, area: str | None = AREA, born_on: str | None = None) -> list[str]:
    answer = town.ask(name, PersonsByName(text, FOUND, area, born_on))
    assert answer["total_count"] == len(answer["edges"])
    return [edge["node"]["id"] for edge in answer["edges"]]


def _born(key: str, name: str, nik: str) -> Incoming:
    return person(key, name, nik, born_on=BORN)


@pytest.fixture
def wanted(town: Town) -> Resident:
    """Somebody of lina's kelurahan with a name of two words."""
    return next(
        each
        for each in town.residents
        if each.area == town.territories[0]
        and each.born_on
        and len((each.name or "").split()) == 2
        and min(map(len, (each.name or "").split())) > 4
        and (each.name or "").replace(" ", "").isalpha()
    )


def damaged(name: str) -> list[str]:
    first, last = name.split()
    return [
        name.lower(), f"{last} {first}", f"{first}{last}", f"H. {first} {last}, S.Pd",
        f"{first[:2]}{first[3:]} {last}", f"{first} {last[:-1]}{last[-1] * 2}",
    ]  # fmt: skip


def test_a_damaged_name_finds_the_person_in_the_area_or_by_the_birth_date(
    town: Town, wanted: Resident
) -> None:
    assert wanted.name
    for text in damaged(wanted.name):
        assert wanted.id in found(town, STEWARD, text, wanted.area)[:5], text
        assert wanted.id in found(town, "lina", text, None, wanted.born_on)[:5], text


def test_a_search_shows_nobody_whom_the_asker_may_not_see(town: Town, wanted: Resident) -> None:
    assert wanted.name
    assert found(town, "beni", wanted.name, wanted.area) == []
    assert found(town, "sari", wanted.name) == []
    town.enrol("sari", town.programme("pangan"), wanted)
    town.settle()
    assert found(town, "sari", wanted.name) == [wanted.id]
    with town.refuses(Forbidden):
        found(town, ADMIN, wanted.name)


def test_a_search_is_recorded_with_whom_it_showed_also_when_it_found_nobody(
    town: Town, wanted: Resident
) -> None:
    assert wanted.name
    for text, expected in ((wanted.name, True), ("TIDAKADA SAMASEKALI", False)):
        shown = found(town, "lina", text)
        ledger = town.opened.ledger
        entry = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES))
        (fact,) = entry.facts
        assert fact.clear["question"] == "PersonsByName"
        assert set(fact.refs_as("seen")) == set(shown)
        assert (wanted.id in shown) is expected
        assert text not in repr(fact)


@pytest.mark.parametrize("text", ["", "A", "*:*", "x" * 101, '"'])
def test_what_is_no_name_is_refused_without_being_repeated(town: Town, text: str) -> None:
    with town.refuses(InvalidInput) as caught:
        found(town, STEWARD, text)
    assert len(text) < 2 or text not in str(caught.value)


def test_a_corrected_name_is_found_and_the_old_one_no_more(town: Town) -> None:
    somebody = town.somebody(town.territories[1])
    assert somebody.name
    town.submit(STEWARD, CorrectPerson(somebody.id, {"name": "KUNCORONINGRAT ZZ"}, "KTP dilihat."))
    assert found(town, STEWARD, "Kuncoroningrat") == [somebody.id]
    assert somebody.id not in found(town, STEWARD, somebody.name, somebody.area)


def test_over_graphql_persons_are_searched_filtered_and_ordered(town: Town, wanted: Resident) -> None:
    app = create_app(town.opened.hub, town.settings)
    token = issue(town.settings, town.who("lina").id, 60)

    def asked(query: str, **variables: Any) -> Any:
        return town.run(post(app, "/graphql", {"query": query, "variables": variables}, token))

    searched = asked(
        "query($t: String!, $d: Date) { searchPersons(text: $t, bornOn: $d) { edges { node { id } } } }",
        t=wanted.name,
        d=wanted.born_on,
    )
    assert {"node": {"id": wanted.id}} in searched["data"]["searchPersons"]["edges"]
    listed = asked(
        "query($n: String!, $d: Date) { persons(filter: {name: $n, bornFrom: $d, bornTo: $d}, "
        "orderBy: [BORN_ON_NEWEST]) { totalCount edges { node { id bornOn } } } }",
        n=(wanted.name or "")[:4],
        d=wanted.born_on,
    )
    assert {"node": {"id": wanted.id, "bornOn": wanted.born_on}} in listed["data"]["persons"]["edges"]
    twice = asked("{ persons(orderBy: [NAME, BORN_ON]) { totalCount } }")
    assert twice["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    nowhere = asked('{ searchPersons(text: "SITI") { totalCount } }')
    assert "area or a birth date" in nowhere["errors"][0]["message"]


def test_of_two_who_became_one_the_index_holds_one(bare: Town) -> None:
    bare.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC))
    rows = (
        _born("a", "SITI NURHALIZA", "3273010101800001"),
        _born("b", "SITI NURHALISA", "3273010101800002"),
    )
    finished(bare, "dtks", "1", "2024-01-31", *rows)
    bare.settle()
    assert len(found(bare, STEWARD, "siti nurhaliza", None, BORN)) == 2
    with bare.driver.session(database=bare.settings.neo4j_database) as session:
        a, b = session.run("MATCH (s:SourceRecord) RETURN s.id AS id ORDER BY s.row_key").value("id")
    bare.submit(STEWARD, JudgeMatch(a, b, "SAME", "Kartu keluarga dilihat."))
    assert len(found(bare, STEWARD, "siti nurhaliza", None, BORN)) == 1
    demand_agreement(bare)


def test_a_graph_of_an_older_schema_is_copied_anew_before_it_answers(
    tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(tmp_path / "hub", graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        finished(town, "dtks", "1", "2024-01-31", _born("a", "SITI NURHALIZA", "3273010101800001"))
        town.settle()
    database = settings.neo4j_database
    graph_driver.execute_query("MATCH (p:Person) REMOVE p.search_key, p.born_key", database_=database)
    graph_driver.execute_query("MATCH (v:SchemaVersion) SET v.number = 4", database_=database)
    with open_town(settings, graph_driver) as town:
        town.settle()
        assert len(found(town, STEWARD, "NURHALIZA", None, BORN)) == 1
        demand_agreement(town)
