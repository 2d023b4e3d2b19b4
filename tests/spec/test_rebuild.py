"""The graph can be dropped and built anew, and any edit behind the hub's back is found and mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from neo4j import Driver

from hub.bootstrap import STEWARD
from hub.cli import run
from hub.commands.people import CorrectPerson
from hub.commands.programmes import EndEnrolment
from hub.graph.connect import GraphAddress
from hub.settings import Settings
from tests.spec.hubs import graph_contents, open_city, settings_of

Edit = Callable[[str], None]
EDITS = {
    "a property is edited": "MATCH (n:Person) WITH n ORDER BY n.id LIMIT 1 SET n.name = 'X'",
    "a property is taken away": "MATCH (n:Area {code: '3273'}) REMOVE n.name",
    "a property is added": "MATCH (n:Programme) WITH n LIMIT 1 SET n.secret = 1",
    "a date is edited": "MATCH (n:Person) WHERE n.born_on IS NOT NULL WITH n LIMIT 1 SET n.born_on = date('1901-01-01')",
    "a node is deleted": "MATCH (n:Enrolment) WITH n LIMIT 1 DETACH DELETE n",
    "a node is added": "CREATE (:Person {id: '018f0000-0000-7000-8000-000000000001', name: 'X'})",
    "a node of no known label is added": "CREATE (:Note {id: 'x'})",
    "a node without a label is added": "CREATE ()",
    "a relationship is added": "MATCH (a:Person), (b:Address) WHERE NOT (a)-->(b) WITH a, b LIMIT 1 "
    "CREATE (a)-[:LIVES_AT]->(b)",
    "a relationship of another type is added": "MATCH (a:Person), (b:Agency) WITH a, b LIMIT 1 "
    "CREATE (b)-[:SPIES_ON]->(a)",
    "a relationship is deleted": "MATCH (:Person)-[r:DOMICILED_IN]->() WITH r LIMIT 1 DELETE r",
    "a relationship is duplicated": "MATCH (a:Person)-[:LISTED_ON]->(b) WITH a, b LIMIT 1 CREATE (a)-[:LISTED_ON]->(b)",
    "a relationship bears a property": "MATCH ()-[r:FORMED_FROM]->() WITH r LIMIT 1 SET r.since = 1",
    "a relationship is turned to another node": "MATCH (a:Address)-[r:IN_AREA]->() WITH a, r LIMIT 1 "
    "MATCH (b:Area {code: '3273'}) DELETE r CREATE (a)-[:IN_AREA]->(b)",
    "a person is shown to an agency": "MATCH (n:Person) WHERE NOT n:Vis_dinkes WITH n LIMIT 1 SET n:Vis_dinkes",
    "a person is hidden from an agency": "MATCH (n:Vis_dinsos) WITH n LIMIT 1 REMOVE n:Vis_dinsos",
    "a label is taken away": "MATCH (n:FamilyCard) WITH n LIMIT 1 REMOVE n:FamilyCard",
}


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Settings:
    """A hub that has seen everything that changes the graph, and is closed again."""
    settings = settings_of(tmp_path_factory.mktemp("town"), graph_address, graph_driver)
    with open_city(settings, graph_driver) as opened:
        for programme, quota in (("satu", 9), ("dua", None)):
            opened.programme(programme, quota=quota)
            for _ in range(2):
                opened.enrol("sari", programme, opened.somebody())
        opened.propose("sari", "dua", opened.somebody())
        ended = opened.enrol("sari", "satu", opened.somebody())
        opened.submit("sari", EndEnrolment(ended, "DEAD"))
        opened.submit(STEWARD, CorrectPerson(opened.somebody().id, {"name": "IIS", "sex": "FEMALE"}, "KTP"))
        opened.settle()
    return settings


@pytest.fixture
def edit(graph_driver: Driver, town: Settings) -> Edit:
    """Runs a statement behind the hub's back, and checks that it did something."""

    def edited(statement: str) -> None:
        with graph_driver.session(database=town.neo4j_database) as session:
            assert session.run(statement).consume().counters.contains_updates

    return edited


class Cli:
    """`hub` on the settings of a closed hub."""

    def __init__(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert settings.neo4j_uri
        assert settings.neo4j_password
        given = {
            "HUB_HOME": str(settings.home), "HUB_NEO4J_URI": settings.neo4j_uri,
            "HUB_NEO4J_USER": settings.neo4j_user, "HUB_NEO4J_DATABASE": settings.neo4j_database,
            "HUB_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        }  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, Any]:
        """Exit code, and what was printed as JSON."""
        self._capsys.readouterr()
        code = run([*words, "--json"])
        return code, orjson.loads(self._capsys.readouterr().out)


@pytest.fixture
def hub(town: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(town, monkeypatch, capsys)


def test_a_graph_that_nobody_edited_is_what_the_ledger_says(hub: Cli) -> None:
    code, found = hub("graph", "check")
    assert (code, found["ok"], found["differences"]) == (0, True, [])


def test_a_rebuild_gives_the_same_graph(hub: Cli, graph_driver: Driver, town: Settings) -> None:
    before = graph_contents(graph_driver, town.neo4j_database)
    code, found = hub("graph", "rebuild")
    assert code == 0
    assert graph_contents(graph_driver, town.neo4j_database) == before
    assert hub("graph", "check")[1]["as_of_seq"] == found["entries"]


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_is_found_and_a_rebuild_mends_it(
    hub: Cli, edit: Edit, what: str, graph_driver: Driver, town: Settings
) -> None:
    before = graph_contents(graph_driver, town.neo4j_database)
    edit(EDITS[what])
    assert graph_contents(graph_driver, town.neo4j_database) != before
    code, found = hub("graph", "check")
    assert code == 7
    assert found["differences"]
    assert hub("graph", "rebuild")[0] == 0
    assert graph_contents(graph_driver, town.neo4j_database) == before


def test_a_difference_names_the_place_and_repeats_no_value(hub: Cli, edit: Edit) -> None:
    edit(EDITS["a property is edited"])
    _, found = hub("graph", "check")
    (only,) = found["differences"]
    assert only["label"] == "Person"
    assert only["what"] == "differs in name"
    hub("graph", "rebuild")
