"""The graph can be dropped and built anew, and any edit behind the hub's back is found and mended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from neo4j import Driver

from hub.bootstrap import STEWARD, open_graph
from hub.cli import run
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment
from hub.domain.errors import Unavailable
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress, address_of, async_driver
from hub.graph.read import GraphReader
from hub.questions.model import Answer, Persons
from hub.service import Hub
from hub.settings import Settings
from tests.spec.hubs import graph_contents, open_city, open_town, settings_of
from tests.spec.test_faults import let_the_lease_run_out

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


def environment(settings: Settings) -> dict[str, str]:
    """The settings as another process is given them."""
    assert settings.neo4j_uri
    assert settings.neo4j_password
    return {
        "HUB_HOME": str(settings.home), "HUB_NEO4J_URI": settings.neo4j_uri,
        "HUB_NEO4J_USER": settings.neo4j_user, "HUB_NEO4J_DATABASE": settings.neo4j_database,
        "HUB_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
    }  # fmt: skip


class Cli:
    """`hub` on the settings of a closed hub."""

    def __init__(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name, value in environment(settings).items():
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


@pytest.mark.parametrize(
    ("dropped", "label", "what"),
    [
        ("CONSTRAINT person_id_unique", "Person", "lacks the unique constraint on id"),
        ("INDEX person_kelurahan_sort_key", "Person", "lacks the index on kelurahan, sort_key"),
    ],
)
def test_a_constraint_or_index_that_was_dropped_is_found_and_a_rebuild_makes_it_again(
    hub: Cli, edit: Edit, dropped: str, label: str, what: str
) -> None:
    edit(f"DROP {dropped}")
    code, found = hub("graph", "check")
    assert (code, found["differences"]) == (7, [{"label": label, "subject": "", "what": what}])
    assert hub("graph", "rebuild")[0] == 0
    assert hub("graph", "check")[1]["differences"] == []


def test_a_difference_names_the_place_and_repeats_no_value(hub: Cli, edit: Edit) -> None:
    edit(EDITS["a property is edited"])
    _, found = hub("graph", "check")
    (only,) = found["differences"]
    assert only["label"] == "Person"
    assert only["what"] == "differs in name"
    hub("graph", "rebuild")


def test_while_another_process_rebuilds_a_hub_that_serves_answers_the_whole_or_nothing(
    town: Settings, graph_driver: Driver
) -> None:
    question = Persons((pick("total_count"),))
    with open_town(town, graph_driver) as serving:

        def ask() -> Any:
            return serving.run(serving.opened.hub.ask(serving.who("irma"), question))

        whole, refused, unready = ask(), 0, 0
        assert (whole.data["total_count"] > 0, whole.behind) == (True, False)
        command = [sys.executable, "-m", "hub", "graph", "rebuild"]
        with subprocess.Popen(command, env={**os.environ, **environment(town)}) as rebuild:
            while rebuild.poll() is None:
                try:
                    assert ask() == whole
                except Unavailable as error:
                    refused += "being built" in error.message
                unready += not serving.run(serving.opened.hub.readiness())["graph"]["ok"]
            assert rebuild.returncode == 0
        assert refused
        assert unready
        assert ask() == whole


def test_a_rebuild_that_died_is_finished_by_the_next_hub(town: Settings, graph_driver: Driver) -> None:
    before = graph_contents(graph_driver, town.neo4j_database)
    with open_graph(town) as opened:
        opened.projector.close()  # it marks the graph, and then does no more
        opened.projector.begin_anew()
    let_the_lease_run_out(town, graph_driver)
    with open_town(town, graph_driver) as serving:
        serving.settle()
    assert graph_contents(graph_driver, town.neo4j_database) == before


def test_an_entry_that_another_process_wrote_makes_answers_say_that_they_are_behind(
    town: Settings, graph_driver: Driver
) -> None:
    held = "MATCH (h:LedgerHead) SET h.holder = 'somebody slow', h.lease_until = timestamp() + 60000"
    with open_town(town, graph_driver) as serving, open_town(town, graph_driver) as other:
        with graph_driver.session(database=town.neo4j_database) as session:
            session.run(held).consume()
        seq = other.submit(STEWARD, DefineProgramme("tiga", "Tiga", "dinsos"), wait=False).seq
        time.sleep(6)  # whoever held the lease before lets go of it
        answer = serving.run(serving.opened.hub.ask(serving.who("irma"), Persons((pick("total_count"),))))
        assert (answer.as_of_seq, answer.behind) == (seq - 1, True)
        let_the_lease_run_out(town, graph_driver)
        other.settle()


def test_nobody_writes_to_a_graph_that_was_taken_from_them_meanwhile(
    town: Settings, graph_driver: Driver
) -> None:
    taken = "MATCH (h:LedgerHead) SET h.holder = 'another', h.lease_until = timestamp() + 60000"
    with open_town(town, graph_driver) as serving:
        serving.submit(STEWARD, DefineProgramme("empat", "Empat", "dinsos"))
        with graph_driver.session(database=town.neo4j_database) as session:
            with session.begin_transaction() as tx:
                tx.run(taken).consume()
                serving.submit(STEWARD, DefineProgramme("lima", "Lima", "dinsos"), wait=False)
                time.sleep(1)  # the projector comes to the head, and waits for this transaction
                tx.commit()
            time.sleep(1)
            assert session.run("MATCH (n:Programme {code: 'lima'}) RETURN count(n)").single() == (0,)
        let_the_lease_run_out(town, graph_driver)
        serving.settle()


class Interrupted(GraphReader):
    """Between the parts of a statement the graph is built anew, so many times."""

    times: int = 0

    async def run(self, statement: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = await super().run(statement, params)
        if self.times == 0:
            return rows
        self.times -= 1
        seq, whole_at, _ = rows[-1]["head"]
        return [*rows[:-1], {**rows[-1], "head": [seq, whole_at, f"another building {self.times}"]}]


@pytest.mark.parametrize("times", [1, 99])
def test_what_was_read_of_two_buildings_of_the_graph_is_never_an_answer(
    town: Settings, graph_driver: Driver, times: int
) -> None:
    """Emptied and built anew within one statement, the graph is at the same entry before and after it."""
    with open_town(town, graph_driver) as serving:
        whole = serving.ask("irma", Persons((pick("total_count"),)))
        address = address_of(town)

        async def asked() -> Answer:
            async with async_driver(address) as driver:
                reader = Interrupted(driver, address.database, town.query_timeout)
                reader.times = times
                opened = serving.opened
                hub = Hub(opened.ledger, reader, opened.projector, bytes(32), 2.0)
                return await hub.ask(serving.who("irma"), Persons((pick("total_count"),)))

        if times == 1:
            assert serving.run(asked()).data == whole
            return
        with pytest.raises(Unavailable, match="built anew"):
            serving.run(asked())


def test_each_building_of_the_graph_has_a_name_of_its_own(town: Settings, graph_driver: Driver) -> None:
    def build() -> Any:
        with open_graph(town) as opened:
            opened.projector.begin_anew()
            opened.projector.catch_up()
        with graph_driver.session(database=town.neo4j_database) as session:
            return session.run("MATCH (h:LedgerHead) RETURN h.build AS build").single(strict=True)["build"]

    first, second = build(), build()
    assert None not in (first, second)
    assert first != second
