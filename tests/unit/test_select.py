"""The selection compiler against a real Neo4j: one statement a question, and nothing hidden shows anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import neo4j
import pytest
from neo4j import Driver

import policies
from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.domain.errors import Forbidden, InvalidInput, Unavailable
from hub.domain.facts import Grant, Standing
from hub.domain.selection import Pick, Selection, pick
from hub.graph.connect import GraphAddress, sync_driver
from hub.graph.read import GraphReader
from hub.graph.select import Prepared, cached, prepare
from hub.questions.cursor import open_cursor, seal_cursor
from hub.questions.model import (
    AreaByCode,
    Enrolments,
    LedgerEntry,
    Page,
    PersonById,
    PersonByNik,
    Persons,
    Programmes,
    Viewed,
)
from tests.oracle import World
from tests.worlds import KECAMATAN, KELURAHAN, OTHER, backbone, identifier, pour

DAY = "2026-06-15"
KEY = b"k" * 32
POLICY = Policy.load(policies.rules(), 1)
NIKS = ("3273010101900001", "3273010101900002", "3273010101900003")
INFO = pick(
    "page_info", *(pick(n) for n in ("has_next_page", "has_previous_page", "start_cursor", "end_cursor"))
)


def scope_of(
    role: str, agency: str | None = None, territory: str | None = None, policy: Policy = POLICY
) -> Scope:
    return policy.scope(
        Standing("a", "n", 1, agency, False, (Grant("g", role, agency, territory, "2020-01-01", None),)),
        None,
        DAY,
    )


STEWARD = scope_of("walidata", "diskominfo")
KEL = scope_of("petugas_kelurahan", "kel", KELURAHAN)
OPD = scope_of("petugas_opd", "dinsos")


def world() -> World:
    """A family card with three persons: ANI in the kelurahan, BUDI elsewhere and hidden from it, CICI without one."""
    made = backbone()
    card = made.add("FamilyCard", identifier(200), version=1, number="3273011501200001")
    home = made.add("Address", identifier(300), version=1, text="GG. MAWAR 1", rw="005")
    made.join(home, "IN_AREA", identifier(2))
    for n, (name, kelurahan, vis) in enumerate(
        (("ANI", KELURAHAN, {"dinsos": None}), ("BUDI", OTHER, {"disdik": None}), ("CICI", None, {}))
    ):
        person = made.add(
            "Person", identifier(100 + n), version=1, nik=NIKS[n], name=name, mother_name="EUIS", sex="FEMALE",
            born_on="1990-01-01", born_year=1990, kelurahan=kelurahan, sort_key=f"{name} {identifier(100 + n)}",
            relation_to_head="KEPALA KELUARGA" if n == 1 else "ANAK", vis=vis,
        )  # fmt: skip
        made.join(person, "LISTED_ON", card)
        made.join(person, "LIVES_AT", home)
        enrolment = made.add(
            "Enrolment", identifier(500 + n), version=1, status=("ENROLLED", "PROPOSED", "PROPOSED")[n],
            agency="dinsos", from_on="2024-01-01", person=person,
        )  # fmt: skip
        made.join(enrolment, "FOR_PERSON", person)
        made.join(enrolment, "IN_PROGRAMME", identifier(20))
    return made


@pytest.fixture
def graph(clean_graph: GraphAddress) -> Iterator[tuple[Driver, str]]:
    with sync_driver(clean_graph) as driver:
        pour(world(), driver, clean_graph.database)
        yield driver, clean_graph.database


def run(graph: tuple[Driver, str], prepared: Prepared) -> Viewed:
    driver, database = graph
    with driver.session(database=database, default_access_mode="READ") as session:
        return prepared.view([dict(row) for row in session.run(prepared.statement, dict(prepared.params))])


def ask(graph: tuple[Driver, str], question: Any, scope: Scope) -> Any:
    return run(graph, prepare(question, scope, KEY)).data


def connection(*node: Pick) -> Selection:
    return (pick("edges", pick("cursor"), pick("node", *node)), INFO, pick("total_count"))


def names(data: Any) -> list[str]:
    return [edge["node"]["name"] for edge in data["edges"]]


TREE = (
    pick("name"),
    pick(
        "family_cards",
        pick("head", pick("name")),
        pick("persons", pick("name"), pick("enrolments", pick("id"))),
    ),
    pick("area", pick("name")),
)


def test_a_hidden_person_shows_nowhere_in_a_tree(graph: tuple[Driver, str]) -> None:
    assert ask(graph, PersonById(identifier(100), TREE), KEL) == {
        "name": "ANI",
        "family_cards": [
            {"head": None, "persons": [{"name": "ANI", "enrolments": [{"id": identifier(500)}]}]}
        ],
        "area": None,
    }
    seen = ask(graph, PersonById(identifier(100), TREE), STEWARD)
    assert [person["name"] for person in seen["family_cards"][0]["persons"]] == ["ANI", "BUDI", "CICI"]
    assert seen["family_cards"][0]["head"] == {"name": "BUDI"}


def test_a_hidden_person_shows_neither_in_pages_nor_in_counts(graph: tuple[Driver, str]) -> None:
    data = ask(graph, Persons(connection(pick("name"))), KEL)
    assert (names(data), data["total_count"]) == (["ANI"], 1)
    assert data["page_info"]["has_next_page"] is False
    assert ask(graph, Persons((pick("total_count"),)), STEWARD) == {"total_count": 3}
    assert ask(graph, Persons((pick("total_count"),), area=OTHER), KEL) == {"total_count": 0}


def test_hidden_and_missing_run_the_same_statement_and_read_the_same(graph: tuple[Driver, str]) -> None:
    hidden, missing = (prepare(PersonById(identifier(n), TREE), KEL, KEY) for n in (101, 999))
    assert hidden.statement == missing.statement
    assert run(graph, hidden) == run(graph, missing) == Viewed(None, (), ())


def test_a_proposal_is_seen_by_its_agency_without_the_person(graph: tuple[Driver, str]) -> None:
    picks = connection(pick("status"), pick("person", pick("name")))
    nodes = [edge["node"] for edge in ask(graph, Enrolments(picks), OPD)["edges"]]
    assert nodes == [
        {"status": "ENROLLED", "person": {"name": "ANI"}},
        {"status": "PROPOSED", "person": None},
        {"status": "PROPOSED", "person": None},
    ]


def test_a_filter_finds_no_enrolment_by_what_is_hidden_of_its_person(graph: tuple[Driver, str]) -> None:
    count = (pick("total_count"),)
    assert ask(graph, Enrolments(count), OPD) == {"total_count": 3}
    assert ask(graph, Enrolments(count, area=OTHER), OPD) == {"total_count": 0}
    assert ask(graph, Enrolments(count, person=identifier(101)), OPD) == {"total_count": 0}
    assert ask(graph, Enrolments(count, person=identifier(100)), OPD) == {"total_count": 1}
    assert ask(graph, Enrolments(count, area=KECAMATAN), STEWARD) == {"total_count": 1}


def test_withheld_is_told_by_the_scope_whether_or_not_there_is_a_value(graph: tuple[Driver, str]) -> None:
    told = pick("withheld", pick("field"), pick("reason"))
    data = ask(
        graph, PersonById(identifier(100), (pick("nik"), pick("mother_name"), pick("occupation"), told)), OPD
    )
    assert data == {
        "nik": "****************",
        "mother_name": None,
        "occupation": None,
        "withheld": [
            {"field": "nik", "reason": "PARTIAL"},
            {"field": "motherName", "reason": "WITHHOLD"},
        ],
    }


def test_ids_of_persons_at_every_level_are_kept_for_the_record_but_not_answered(
    graph: tuple[Driver, str],
) -> None:
    viewed = run(graph, prepare(PersonById(identifier(100), TREE), STEWARD, KEY))
    assert set(viewed.seen) == {identifier(n) for n in (100, 101, 102, 200, 500, 501, 502)}
    assert "~id" not in str(viewed.data)


def test_masked_picks_are_named_for_the_record(graph: tuple[Driver, str]) -> None:
    picks = (
        pick("nik"),
        pick("name"),
        pick("family_cards", pick("number")),
        pick("source_records", pick("id")),
    )
    viewed = run(graph, prepare(PersonById(identifier(100), picks), OPD, KEY))
    assert viewed.withheld == ("FamilyCard.number", "Person.nik", "Person.source_records")


def test_a_nik_finds_its_person_within_the_scope_only(graph: tuple[Driver, str]) -> None:
    assert ask(graph, PersonByNik("3273 0101 0190 0001", (pick("name"),)), KEL) == {"name": "ANI"}
    assert ask(graph, PersonByNik(NIKS[1], (pick("name"),)), KEL) is None
    with pytest.raises(InvalidInput, match="16 digits"):
        prepare(PersonByNik("123", (pick("name"),)), KEL, KEY)


def test_what_is_withheld_can_not_be_filtered_by() -> None:
    shipped = policies.rules()
    cut = "\n".join(
        line for line in shipped["policy.csv"].splitlines()
        if not line.startswith(("petugas_opd, *, person:read, Person.nik", "petugas_opd, *, person:read, Person.kel"))
    )  # fmt: skip
    scope = scope_of("petugas_opd", "dinsos", policy=Policy.load(shipped | {"policy.csv": cut}, 2))
    with pytest.raises(Forbidden, match="nik is withheld"):
        prepare(PersonByNik(NIKS[0], (pick("name"),)), scope, KEY)
    with pytest.raises(Forbidden, match="kelurahan is withheld"):
        prepare(Persons(connection(pick("name")), area=KELURAHAN), scope, KEY)


def test_without_names_persons_are_not_ordered_by_name(graph: tuple[Driver, str]) -> None:
    shipped = policies.rules()
    cut = shipped["policy.csv"].replace(
        ", Person.name, penyaluran_bantuan, own_programmes, show",
        ", Person.name, penyaluran_bantuan, own_programmes, initials",
    )
    scope = scope_of("petugas_opd", "dinsos", policy=Policy.load(shipped | {"policy.csv": cut}, 2))
    prepared = prepare(Persons(connection(pick("name"))), scope, KEY)
    assert "sort_key" not in prepared.statement
    assert names(run(graph, prepared).data) == ["A."]


def test_pages_run_forwards_and_backwards(graph: tuple[Driver, str]) -> None:
    picks = connection(pick("name"))
    first = ask(graph, Persons(picks, page=Page(first=2)), STEWARD)
    assert names(first) == ["ANI", "BUDI"]
    assert (first["page_info"]["has_next_page"], first["page_info"]["has_previous_page"]) == (True, False)
    second = ask(graph, Persons(picks, page=Page(first=2, after=first["page_info"]["end_cursor"])), STEWARD)
    assert names(second) == ["CICI"]
    assert (second["page_info"]["has_next_page"], second["page_info"]["has_previous_page"]) == (False, True)
    back = ask(graph, Persons(picks, page=Page(last=1, before=second["page_info"]["start_cursor"])), STEWARD)
    assert names(back) == ["BUDI"]
    assert (back["page_info"]["has_next_page"], back["page_info"]["has_previous_page"]) == (True, True)


def test_an_empty_page_has_no_cursors(graph: tuple[Driver, str]) -> None:
    data = ask(graph, Persons(connection(pick("name")), page=Page(first=0)), STEWARD)
    assert data["edges"] == []
    assert data["page_info"] == {
        "has_next_page": True, "has_previous_page": False, "start_cursor": None, "end_cursor": None,
    }  # fmt: skip
    assert data["total_count"] == 3


@pytest.mark.parametrize("page", [Page(first=101), Page(first=-1), Page(last=101), Page(last=-1)])
def test_a_page_has_its_limits(page: Page) -> None:
    with pytest.raises(InvalidInput, match="0 to 100"):
        prepare(Persons(connection(pick("name")), page=page), STEWARD, KEY)


def test_a_cursor_holds_no_name_and_serves_no_other_list(graph: tuple[Driver, str]) -> None:
    cursor = ask(graph, Persons(connection(pick("name"))), KEL)["page_info"]["end_cursor"]
    assert "ANI" not in cursor
    other = scope_of("petugas_kelurahan", "kel", OTHER)
    flipped = cursor[:-5] + ("A" if cursor[-5] != "A" else "B") + cursor[-4:]
    for scope, value in (
        (other, cursor),
        (STEWARD, cursor),
        (KEL, flipped),
        (KEL, ""),
        (KEL, "%%%"),
        (KEL, "ä"),
    ):
        with pytest.raises(InvalidInput, match="not of this list"):
            prepare(Persons(connection(pick("name")), page=Page(after=value)), scope, KEY)
    with pytest.raises(InvalidInput):
        prepare(Enrolments(connection(pick("id")), page=Page(after=cursor)), KEL, KEY)
    with pytest.raises(InvalidInput):
        open_cursor(b"x" * 32, seal_cursor(KEY, "place", "list"), "list")


def test_equal_shapes_share_one_compiled_plan() -> None:
    def asked(scope: Scope, number: int, status: str) -> Prepared:
        picks = (pick("name"), pick("enrolments", pick("id"), filter={"status": status}))
        return prepare(PersonById(identifier(number), picks), scope, KEY)

    one = asked(KEL, 100, "ENROLLED")
    hits, misses = cached()
    two = asked(scope_of("petugas_kelurahan", "kel", OTHER), 101, "ENDED")
    assert cached() == (hits + 1, misses)
    assert one.statement == two.statement
    assert (one.params["a0"]["status"], two.params["a0"]["status"]) == ("ENROLLED", "ENDED")
    assert (one.params["t0"], two.params["t0"]) == (KELURAHAN, OTHER)


def test_no_value_stands_in_a_statement() -> None:
    hostile = "') RETURN 1 //"
    picks = connection(pick("enrolments", pick("id"), filter={"programme": hostile}))
    prepared = prepare(Persons(picks, area=KELURAHAN), KEL, KEY)
    for value in (hostile, KELURAHAN, "RETURN 1"):
        assert value not in prepared.statement
    assert prepared.params["a0"] == {"status": None, "programme": hostile}


@pytest.mark.parametrize(
    "picks",
    [
        (Pick("name", "a`: 1} //"),),
        (Pick("name", "x"), Pick("nik", "x")),
        (pick("password"),),
        (pick("name", pick("first")),),
        (pick("area"),),
        (pick("name", upper=True),),
        (pick("enrolments", pick("id"), filter={"reason": "DEAD"}),),
        (pick("withheld", pick("value")),),
        (pick("source_records", pick("original")),),
    ],
)
def test_what_can_not_be_picked_is_refused_alike_for_everybody(picks: Selection) -> None:
    for scope in (STEWARD, OPD):
        with pytest.raises(InvalidInput):
            prepare(PersonById(identifier(100), picks), scope, KEY)


def test_objects_nest_as_deep_as_asked_up_to_a_limit(graph: tuple[Driver, str]) -> None:
    def nested(levels: int) -> Selection:
        picks: Selection = (pick("name"),)
        for _ in range(levels):
            picks = (pick("family_cards", pick("persons", *picks)),)
        return picks

    data = ask(graph, PersonById(identifier(100), nested(3)), KEL)
    for _ in range(3):
        data = data["family_cards"][0]["persons"][0]
    assert data == {"name": "ANI"}
    with pytest.raises(InvalidInput, match="within each other"):
        prepare(PersonById(identifier(100), nested(20)), KEL, KEY)


def test_aliases_answer_the_same_field_twice(graph: tuple[Driver, str]) -> None:
    picks = (
        Pick("enrolments", "active", (("filter", {"status": "ENROLLED"}),), (pick("status"),)),
        Pick("enrolments", "ended", (("filter", {"status": "ENDED"}),), (pick("status"),)),
    )
    assert ask(graph, PersonById(identifier(100), picks), STEWARD) == {
        "active": [{"status": "ENROLLED"}],
        "ended": [],
    }


def test_areas_are_found_by_either_system_but_never_by_the_wrong_one(graph: tuple[Driver, str]) -> None:
    picks = (pick("code"), pick("other_codes", pick("system"), pick("code")), pick("parent", pick("code")))
    assert ask(graph, AreaByCode("BPS", "3273080001", picks), OPD) == {
        "code": OTHER, "other_codes": [{"system": "BPS", "code": "3273080001"}], "parent": None,
    }  # fmt: skip
    assert ask(graph, AreaByCode("KEMENDAGRI", "3273080001", picks), OPD) is None
    down = (pick("children", pick("code"), pick("other_codes", pick("code"))),)
    assert ask(graph, AreaByCode("KEMENDAGRI", KECAMATAN, down), OPD) == {
        "children": [{"code": KELURAHAN, "other_codes": []}]
    }


def test_programmes_come_by_code_and_by_agency(graph: tuple[Driver, str]) -> None:
    picks = (pick("code"), pick("agency", pick("programmes", pick("name"))))
    assert [each["code"] for each in ask(graph, Programmes(picks), KEL)] == ["P-dinsos", "P-disdik"]
    assert ask(graph, Programmes(picks, agency="disdik"), KEL) == [
        {"code": "P-disdik", "agency": {"programmes": [{"name": "Program disdik"}]}}
    ]


def test_a_denial_about_a_card_is_asked_of_the_card_though_its_person_is_seen(
    graph: tuple[Driver, str],
) -> None:
    shipped = policies.rules()
    denials = "".join(
        f"*, *, person:read, {label}, *, territory, withhold, deny\n" for label in ("Person", "FamilyCard")
    )
    policy = Policy.load(shipped | {"policy.csv": shipped["policy.csv"] + denials}, 2)
    scope = scope_of("pemeriksa", None, KELURAHAN, policy)
    assert names(ask(graph, Persons(connection(pick("name"))), scope)) == ["BUDI", "CICI"]
    assert ask(graph, PersonById(identifier(101), (pick("family_cards", pick("id")),)), scope) == {
        "family_cards": []
    }


def test_an_action_that_is_not_open_is_refused_before_anything_runs() -> None:
    with pytest.raises(Forbidden):
        prepare(Persons(connection(pick("name"))), scope_of("admin_kebijakan"), KEY)
    with pytest.raises(KeyError):
        prepare(LedgerEntry(1), STEWARD, KEY)


async def _reading(address: GraphAddress, timeout: float, statement: str) -> Any:
    async with neo4j.AsyncGraphDatabase.driver(address.uri, auth=address.auth) as driver:
        reader = GraphReader(driver, address.database, timeout)
        return await reader.head(), await reader.run(statement, {})


def test_the_reader_reads_in_one_statement_and_writes_nothing(
    graph: tuple[Driver, str], graph_address: GraphAddress
) -> None:
    head, rows = asyncio.run(_reading(graph_address, 5, "MATCH (n:Person) RETURN count(n) AS n"))
    assert (head, rows) == (None, [{"n": 3}])
    with pytest.raises(neo4j.exceptions.ClientError, match="access mode"):
        asyncio.run(_reading(graph_address, 5, "CREATE (n:Person {id: 'x'})"))
    with graph[0].session(database=graph[1]) as session:
        assert session.run("MATCH (n:Person) RETURN count(n)").single() == (3,)


def test_the_reader_gives_up_when_the_time_is_up(
    graph: tuple[Driver, str], graph_address: GraphAddress
) -> None:
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b % 7) AS n"
    with pytest.raises(Unavailable):
        asyncio.run(_reading(graph_address, 0.5, slow))
    with graph[0].session(database=graph[1]) as session:
        running = session.run("SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery AS query").value(
            "query"
        )
    assert not [each for each in running if slow in str(each)]


def test_a_page_of_one_kelurahan_comes_sorted_from_the_index(graph: tuple[Driver, str]) -> None:
    picks = connection(pick("name"))[:2]
    by_scope = prepare(Persons(picks, page=Page(first=5)), KEL, KEY)
    by_filter = prepare(Persons(picks, area=KELURAHAN, page=Page(last=5)), STEWARD, KEY)
    for prepared in (by_scope, by_filter):
        operators = _operators(_plan(graph, prepared))
        assert not {"Sort", "Top", "PartialSort", "NodeByLabelScan"} & operators
        assert "NodeIndexSeek" in operators


def _plan(graph: tuple[Driver, str], prepared: Prepared) -> Any:
    driver, database = graph
    with driver.session(database=database, default_access_mode="READ") as session:
        return session.run(f"EXPLAIN {prepared.statement}", dict(prepared.params)).consume().plan


def _operators(plan: Any) -> set[str]:
    below = [_operators(child) for child in plan.get("children", ())]
    return {plan["operatorType"].split("@")[0]}.union(*below)
