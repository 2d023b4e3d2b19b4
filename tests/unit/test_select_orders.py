"""Orders and filters of lists: what they give, that nothing withheld may order or filter, and that indexes serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Driver

import policies
from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress, sync_driver
from hub.graph.select import prepare
from hub.questions.model import Households, Page, Persons
from tests.oracle import World
from tests.unit.test_select import KEL, KEY, OPD, STEWARD, ask, connection, names, scope_of
from tests.worlds import KECAMATAN, KELURAHAN, OTHER, backbone, identifier, pour

PEOPLE = (
    ("ANI", "FEMALE", "1990-05-01", KELURAHAN), ("ANITA", "FEMALE", None, KELURAHAN),
    ("BUDI", "MALE", "1985-01-31", KELURAHAN), ("ANWAR", "MALE", "2001-12-31", OTHER),
    ("BAMBANG", "MALE", "1985-01-31", None), ("CICI", "FEMALE", "1960-07-07", KELURAHAN),
)  # fmt: skip
"""Name, sex, birth date, kelurahan."""
EVERYBODY = [name for name, *_ in PEOPLE]
BY_BIRTH = ["CICI", "BUDI", "BAMBANG", "ANI", "ANWAR", "ANITA"]
"""Who has no birth date comes last; ties by id."""
SELECTION = connection(pick("name"))


def world() -> World:
    made = backbone()
    for n, (name, sex, born_on, kelurahan) in enumerate(PEOPLE):
        person = made.add(
            "Person", identifier(100 + n), version=1, name=name, sex=sex, born_on=born_on,
            kelurahan=kelurahan, sort_key=f"{name} {identifier(100 + n)}",
            vis={"dinsos": None} if n == 0 else {},
        )  # fmt: skip
        status = ("ENROLLED", "PROPOSED", "ENROLLED", "ENDED", "ENROLLED", "PROPOSED")[n]
        enrolment = made.add(
            "Enrolment", identifier(500 + n), version=1, status=status, agency="dinsos", person=person
        )
        made.join(enrolment, "FOR_PERSON", person)
        made.join(enrolment, "IN_PROGRAMME", identifier(20))
    for n, kelurahan in enumerate((OTHER, None, KELURAHAN, KELURAHAN)):
        made.add("Household", identifier(700 + n), version=1, kelurahan=kelurahan)
    return made


@pytest.fixture(scope="module")
def graph(graph_address: GraphAddress) -> Iterator[tuple[Driver, str]]:
    with sync_driver(graph_address) as driver:
        pour(world(), driver, graph_address.database)
        yield driver, graph_address.database


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, sorted(EVERYBODY)),
        ({"name": "AN"}, ["ANI", "ANITA", "ANWAR"]), ({"name": "h. ani"}, ["ANI", "ANITA"]),
        ({"name": "ANI 0"}, None), ({"name": "%"}, None), ({"name": ""}, None),
        ({"sex": "MALE"}, ["ANWAR", "BAMBANG", "BUDI"]),
        ({"born_from": "1990-05-01"}, ["ANI", "ANWAR"]), ({"born_to": "1985-01-31"}, ["BAMBANG", "BUDI", "CICI"]),
        ({"born_from": "1985-01-31", "born_to": "1985-01-31", "area": KECAMATAN}, ["BUDI"]),
        ({"born_from": "1990-02-30"}, None),
        ({"enrolled_in": "P-dinsos"}, ["ANI", "BAMBANG", "BUDI"]), ({"enrolled_in": "P-disdik"}, []),
        ({"area": KELURAHAN, "sex": "FEMALE", "name": "A"}, ["ANI", "ANITA"]),
    ],
)  # fmt: skip
def test_filters_of_persons_hold_together(
    graph: tuple[Driver, str], asked: dict[str, Any], expected: list[str] | None
) -> None:
    question = Persons(SELECTION, **asked)
    if expected is None:
        with pytest.raises(InvalidInput):
            ask(graph, question, STEWARD)
        return
    data = ask(graph, question, STEWARD)
    assert (names(data), data["total_count"]) == (expected, len(expected))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("NAME", sorted(EVERYBODY)), ("NAME_REVERSED", sorted(EVERYBODY, reverse=True)),
        ("BORN_ON", BY_BIRTH), ("BORN_ON_NEWEST", BY_BIRTH[::-1]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_an_order_holds_over_all_pages_in_both_directions(
    graph: tuple[Driver, str], order: str, expected: list[str], size: int
) -> None:
    question = Persons(SELECTION, order=order)
    found, page = [], Page(first=size)
    while True:
        data = ask(graph, replace(question, page=page), STEWARD)
        found += names(data)
        if not data["page_info"]["has_next_page"]:
            break
        page = Page(first=size, after=data["page_info"]["end_cursor"])
    assert found == expected
    end = data["page_info"]["end_cursor"]
    back = ask(graph, replace(question, page=Page(last=3, before=end)), STEWARD)
    assert names(back) == expected[-4:-1]
    assert back["page_info"]["has_previous_page"]


def test_households_come_by_area(graph: tuple[Driver, str]) -> None:
    question = Households(connection(pick("id"), pick("area", pick("code"))), order="AREA")
    ids = [edge["node"]["id"] for edge in ask(graph, question, STEWARD)["edges"]]
    assert ids == [identifier(n) for n in (702, 703, 700, 701)]
    with pytest.raises(InvalidInput, match="no such order"):
        ask(graph, replace(question, order="NAME"), STEWARD)


def test_a_cursor_serves_no_other_order_and_no_other_filter(graph: tuple[Driver, str]) -> None:
    question = Persons(SELECTION, order="NAME", sex="MALE")
    cursor = ask(graph, replace(question, page=Page(first=1)), STEWARD)["page_info"]["end_cursor"]
    others = (
        replace(question, order="NAME_REVERSED"), replace(question, order="BORN_ON"),
        replace(question, sex="FEMALE"), replace(question, sex=None), replace(question, name="A"),
        replace(question, area=KELURAHAN),
    )  # fmt: skip
    for other in others:
        with pytest.raises(InvalidInput, match="not of this list"):
            ask(graph, replace(other, page=Page(first=1, after=cursor)), STEWARD)
    assert names(ask(graph, replace(question, page=Page(first=1, after=cursor)), STEWARD)) == ["BAMBANG"]


def _officer(old: str, new: str) -> Scope:
    shipped = policies.rules()
    assert old in shipped["policy.csv"]
    policy = Policy.load(shipped | {"policy.csv": shipped["policy.csv"].replace(old, new)}, 2)
    return scope_of("petugas_kelurahan", "kel", KELURAHAN, policy)


@pytest.mark.parametrize("asked", [{"name": "A"}, {"order": "NAME"}, {"order": "NAME_REVERSED"}])
def test_a_name_that_is_not_shown_neither_filters_nor_orders(asked: dict[str, Any]) -> None:
    for treatment in ("initials", "withhold"):
        scope = _officer(
            "Person.name, verval, territory, show", f"Person.name, verval, territory, {treatment}"
        )
        with pytest.raises(Forbidden, match="name is withheld"):
            prepare(Persons(SELECTION, **asked), scope, KEY)


@pytest.mark.parametrize(
    "asked", [{"born_from": "1990-01-01"}, {"born_to": "1990-01-01"}, {"order": "BORN_ON"}]
)
def test_a_birth_date_of_which_the_year_is_shown_neither_filters_nor_orders(asked: dict[str, Any]) -> None:
    scope = _officer(
        "demographic, verval, territory, show, allow", "Person.born_on, verval, territory, year, allow"
    )
    with pytest.raises(Forbidden, match="born_on is withheld"):
        prepare(Persons(SELECTION, **asked), scope, KEY)
    with pytest.raises(Forbidden, match="sex is withheld"):
        prepare(Persons(SELECTION, sex="MALE"), scope, KEY)


def test_enrolments_that_are_not_open_filter_nobody(graph: tuple[Driver, str]) -> None:
    scope = _officer("petugas_kelurahan, *, enrolment:read, Enrolment, verval, territory, show, allow", "")
    with pytest.raises(Forbidden, match=r"Enrolment\.status is withheld"):
        prepare(Persons(SELECTION, enrolled_in="P-dinsos"), scope, KEY)
    assert names(ask(graph, Persons(SELECTION, enrolled_in="P-dinsos"), OPD)) == ["ANI"]
    assert names(ask(graph, Persons(SELECTION, enrolled_in="P-dinsos"), KEL)) == ["ANI", "BUDI"]


@pytest.mark.parametrize(
    "question",
    [
        Persons(SELECTION), Persons(SELECTION, order="NAME_REVERSED"),
        Persons(SELECTION, order="BORN_ON"), Persons(SELECTION, order="BORN_ON_NEWEST"),
        Persons(SELECTION, KELURAHAN, order="BORN_ON"), Persons(SELECTION, name="ANI"),
        Persons(SELECTION, KELURAHAN, name="ANI", sex="MALE"),
        Persons(SELECTION, born_from="1990-01-01", born_to="1990-12-31"),
        Persons(SELECTION, KELURAHAN, enrolled_in="P-dinsos"),
        Households(connection(pick("id")), KELURAHAN), Households(connection(pick("id")), order="AREA"),
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("scope", [STEWARD, KEL], ids=["steward", "officer"])
def test_lists_start_from_an_index(graph: tuple[Driver, str], question: Any, scope: Scope) -> None:
    question = replace(question, selection=(question.selection[0],))  # a count must look at all there is
    prepared = prepare(question, scope, KEY)
    driver, database = graph
    with driver.session(database=database) as session:
        plan = session.run(f"EXPLAIN {prepared.statement}", dict(prepared.params)).consume().plan
    assert plan is not None
    scans = [each for each in _operators(plan) if each[0].startswith(("AllNodesScan", "NodeByLabelScan"))]
    assert [each for each in scans if ":LedgerHead" not in each[1]] == []


def _operators(plan: Any) -> Iterator[tuple[str, str]]:
    yield plan["operatorType"], str(plan["args"].get("Details", ""))
    for child in plan.get("children", ()):
        yield from _operators(child)
