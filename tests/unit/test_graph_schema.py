"""The schema as data, and the database that its migrations make."""

from __future__ import annotations

import re
from typing import Any

import pytest
from neo4j import Driver
from neo4j.exceptions import ConstraintError

from graph_schema import (
    LABELS,
    MIGRATIONS,
    NODES,
    RELATIONSHIPS,
    PropertyType,
    Sensitivity,
    find_property,
    sensitivity,
    visibility_label,
    visibility_until,
)
from graph_schema.ddl import statements
from hub.domain.errors import SetupError
from hub.graph.connect import GraphAddress
from hub.graph.migrate import migrate

_CONSTRAINTS = "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties RETURN * ORDER BY name"
_INDEXES = "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state RETURN * ORDER BY name"


def _rows(driver: Driver, statement: str) -> list[dict[str, Any]]:
    return [record.data() for record in driver.execute_query(statement)[0]]


def _shape(driver: Driver) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return _rows(driver, _CONSTRAINTS), _rows(driver, _INDEXES)


def _strip(driver: Driver) -> None:
    """Back to a database that the hub has never seen."""
    for row in _rows(driver, _CONSTRAINTS):
        driver.execute_query(f"DROP CONSTRAINT {row['name']}")
    for row in _rows(driver, "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        driver.execute_query(f"DROP INDEX {row['name']}")
    driver.execute_query("MATCH (v:SchemaVersion) DELETE v")


def test_every_property_is_described_and_named_as_the_house_names() -> None:
    for node in NODES:
        names = [each.name for each in node.properties]
        assert len(names) == len(set(names)), node.label
        assert re.fullmatch(r"([A-Z][a-z]+)+", node.label)
        for each in (*node.properties, *node.per_agency):
            assert re.fullmatch(r"[a-z][a-z_{}]*", each.name)
            assert each.description.endswith(".")
            if each.type is PropertyType.DATE:
                assert each.name.endswith(("_on", "_until")) or each.name == "as_of"


def test_what_is_unique_or_indexed_exists() -> None:
    for node in NODES:
        names = {each.name for each in node.properties}
        for columns in (node.key, *node.unique, *node.indexed):
            assert set(columns) <= names, (node.label, columns)


def test_relationships_join_labels_that_exist() -> None:
    assert len({relationship.type for relationship in RELATIONSHIPS}) == len(RELATIONSHIPS)
    for each in RELATIONSHIPS:
        assert each.from_label in LABELS
        assert each.to_label in LABELS
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", each.type)


@pytest.mark.parametrize(
    ("label", "name", "expected"),
    [
        ("Person", "nik", Sensitivity.IDENTITY),
        ("Person", "sort_key", Sensitivity.IDENTITY),
        ("Person", "born_on", Sensitivity.DEMOGRAPHIC),
        ("Person", "kelurahan", Sensitivity.OPERATIONAL),
        ("Person", "vis_dinsos_until", Sensitivity.OPERATIONAL),
        ("Address", "rt", Sensitivity.CONTACT),
        ("Enrolment", "status", Sensitivity.WELFARE),
        ("SourceRecord", "row_key", Sensitivity.IDENTITY),
        ("Area", "code", Sensitivity.OPEN),
    ],
)
def test_a_property_has_its_class(label: str, name: str, expected: Sensitivity) -> None:
    assert sensitivity(label, name) is expected


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Person", "salary"),
        ("Citizen", "nik"),
        ("Address", "vis_dinsos_until"),
        ("Person", "vis_Dinsos`_until"),
    ],
)
def test_what_is_not_described_has_no_class(label: str, name: str) -> None:
    with pytest.raises(KeyError):
        sensitivity(label, name)


def test_visibility_of_an_agency_is_a_label_and_a_date() -> None:
    assert visibility_label("dinsos") == "Vis_dinsos"
    assert find_property("Person", visibility_until("dinas_pendidikan")).type is PropertyType.DATE


@pytest.mark.parametrize("code", ["", "Dinsos", "a-b", "a`) DETACH DELETE n //", "a\n"])
def test_a_malformed_agency_code_never_reaches_a_statement(code: str) -> None:
    with pytest.raises(ValueError, match="agency code"):
        visibility_label(code)
    with pytest.raises(ValueError, match="agency code"):
        visibility_until(code)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_migrations_applied_in_order_make_exactly_todays_schema(
    clean_graph: GraphAddress, graph_driver: Driver
) -> None:
    try:
        _strip(graph_driver)
        for statement in statements():
            graph_driver.execute_query(statement)
        graph_driver.execute_query("CALL db.awaitIndexes(60)")
        wanted = _shape(graph_driver)
        _strip(graph_driver)
        assert migrate(graph_driver, clean_graph.database) == [step.number for step in MIGRATIONS]
        assert _shape(graph_driver) == wanted
        assert {row["state"] for row in wanted[1]} == {"ONLINE"}
        assert len(wanted[0]) == sum(len(node.constraints) for node in NODES)
    finally:
        migrate(graph_driver, clean_graph.database)


def test_a_migration_is_applied_once(clean_graph: GraphAddress, graph_driver: Driver) -> None:
    before = _shape(graph_driver)
    assert migrate(graph_driver, clean_graph.database) == []
    assert _shape(graph_driver) == before
    assert _rows(graph_driver, "MATCH (v:SchemaVersion) RETURN v.id AS id, v.number AS number") == [
        {"id": "graph", "number": MIGRATIONS[-1].number}
    ]


def test_refuses_a_database_of_a_newer_hub(clean_graph: GraphAddress, graph_driver: Driver) -> None:
    newer = MIGRATIONS[-1].number + 1
    graph_driver.execute_query("MATCH (v:SchemaVersion) SET v.number = $n", n=newer)
    try:
        before = _shape(graph_driver)
        with pytest.raises(SetupError, match=f"schema {newer}"):
            migrate(graph_driver, clean_graph.database)
        assert _shape(graph_driver) == before
    finally:
        graph_driver.execute_query("MATCH (v:SchemaVersion) SET v.number = $n", n=newer - 1)


def test_the_database_refuses_a_second_node_of_one_id(
    clean_graph: GraphAddress, graph_driver: Driver
) -> None:
    graph_driver.execute_query("CREATE (:Person {id: 'a'})")
    with pytest.raises(ConstraintError):
        graph_driver.execute_query("CREATE (:Person {id: 'a'})")
    assert _rows(graph_driver, "MATCH (p:Person) RETURN count(p) AS n") == [{"n": 1}]
