"""node(id): everything with an id by it, and hidden things as if there were none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from tests.spec.hubs import Town

QUERY = "query($id: ID!) { node(id: $id) { __typename id } }"
LABELS = ("Person", "FamilyCard", "Address", "Area", "Agency", "Programme", "Enrolment", "SourceRecord")
PERSONAL = ("Person", "FamilyCard", "Address", "Enrolment", "SourceRecord")


@pytest.fixture(scope="module")
def town(town: Town) -> Town:
    town.enrol("sari", town.programme("permakanan"), town.somebody(town.territories[0]))
    town.settle()
    return town


@pytest.fixture(scope="module")
def ids(town: Town) -> dict[str, str]:
    """An id of each label, of somebody who is enrolled in lina's kelurahan where it is about a person."""
    with town.driver.session(database=town.settings.neo4j_database) as session:
        found = session.run(
            "MATCH (e:Enrolment)-[:FOR_PERSON]->(p:Person)-[:LISTED_ON]->(c), (p)-[:LIVES_AT]->(a), "
            "(p)-[:FORMED_FROM]->(s), (e)-[:IN_PROGRAMME]->(g)-[:RUN_BY]->(o), (p)-[:DOMICILED_IN]->(w) "
            "RETURN p.id AS Person, c.id AS FamilyCard, a.id AS Address, w.id AS Area, o.id AS Agency, "
            "g.id AS Programme, e.id AS Enrolment, s.id AS SourceRecord LIMIT 1"
        ).single(strict=True)
        return dict(found)


def asked(town: Town, name: str, subject: str, query: str = QUERY) -> Any:
    app = create_app(town.opened.hub, town.settings)
    token = issue(town.settings, town.who(name).id, 60)
    answer = town.run(post(app, "/graphql", {"query": query, "variables": {"id": subject}}, token))
    assert "errors" not in answer, answer
    return answer["data"]["node"]


@pytest.mark.parametrize("label", LABELS)
def test_everything_with_an_id_is_found_by_it(town: Town, ids: dict[str, str], label: str) -> None:
    assert asked(town, STEWARD, ids[label]) == {"__typename": label, "id": ids[label]}
    assert asked(town, "lina", ids[label]) == {"__typename": label, "id": ids[label]}


@pytest.fixture
def answers(town: Town) -> Iterator[list[int]]:
    """How many answers were recorded while a test ran."""
    before, counted = town.opened.ledger.size(Log.DISCLOSURES), [0]
    yield counted
    assert town.opened.ledger.size(Log.DISCLOSURES) - before == counted[0]


@pytest.mark.parametrize("label", PERSONAL)
def test_what_is_hidden_comes_back_as_what_is_missing(
    town: Town, ids: dict[str, str], label: str, answers: list[int]
) -> None:
    for name, recorded in (("beni", 2), (ADMIN, 0)):
        assert asked(town, name, ids[label]) is None
        assert asked(town, name, new_id()) is None
        answers[0] += recorded


@pytest.mark.parametrize("subject", ["", "x", "018f", "' OR 1=1 --"])
def test_what_is_no_id_is_nothing(town: Town, subject: str) -> None:
    assert asked(town, STEWARD, subject) is None


def test_an_actor_is_no_node(town: Town) -> None:
    assert asked(town, STEWARD, town.who("sari").id) is None


def test_open_things_are_found_by_those_who_see_no_person(town: Town, ids: dict[str, str]) -> None:
    for label in ("Area", "Agency", "Programme"):
        assert asked(town, ADMIN, ids[label]) == {"__typename": label, "id": ids[label]}


def test_only_the_kind_that_it_is_answers(town: Town, ids: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Person { name enrolments { id } } ... on Area { code }
      ... on Enrolment { status programme { code } } } }"""
    assert asked(town, "lina", ids["Enrolment"], query) == {
        "status": "ENROLLED",
        "programme": {"code": "permakanan"},
    }
    assert asked(town, "lina", ids["Person"], query)["enrolments"] == [{"id": ids["Enrolment"]}]
