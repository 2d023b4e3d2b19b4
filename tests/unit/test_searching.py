"""The terms by which names are found, and the search against a real index: nothing hidden shows, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import Driver

import policies
from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.selection import pick
from hub.domain.standard.searching import LONGEST, MOST_WORDS, search_key, sought
from hub.graph.connect import GraphAddress, sync_driver
from hub.graph.select import prepare
from hub.questions.model import Page, PersonsByName
from hub.questions.plan import FOUND
from tests.oracle import World
from tests.unit.test_select import KEL, KEY, STEWARD, ask, connection, names, run, scope_of
from tests.worlds import CITY, KELURAHAN, OTHER, backbone, identifier, pour

NAMES = (
    "MUHAMAD YUSUF", "SITI NURHALIZA", "SYAIFUL BAHRI", "ENENG KOMARIAH", "DEDE", "AHMAD HIDAYAT", "O",
    "ASEP SURYANA", "ROHAYATI",
)  # fmt: skip
HIDDEN = 60
"""Persons elsewhere with just the same names, of whom the officer of the kelurahan must notice nothing."""


def terms(name: str) -> set[str]:
    return set((search_key(name) or "").split())


# ------------------------------------------------------------------------------------------------ terms


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SITI NURHALIZAH", "SITI NURHALIZA"), ("siti nurhaliza", "SITI NURHALIZA"),
        ("SITINURHALIZA", "SITI NURHALIZA"), ("SITI NURHALIZA", "SITINURHALIZA"),
        ("Mochammad", "MUHAMAD YUSUF"), ("M. Yusuf", "MUHAMAD YUSUF"), ("SAEPUL", "SYAIFUL BAHRI"),
        ("KOMRIAH", "ENENG KOMARIAH"), ("KOMARAIH", "ENENG KOMARIAH"), ("H. Asep", "ASEP SURYANA"),
    ],
)  # fmt: skip
def test_a_text_asks_for_a_term_of_each_name_that_it_may_mean(text: str, name: str) -> None:
    wanted = sought(text)
    assert wanted is not None
    assert terms(name) & set(wanted.query.split())


def test_of_two_short_words_each_letter_counts() -> None:
    wanted = sought("ANI")
    assert wanted is not None
    for other in ("ADI", "ANA", "AI", "IAN"):
        assert not terms(other) & set(wanted.query.split()), other


@pytest.mark.parametrize("text", ["", " ", "A", "A B", "-", "'", '+-&|!(){}[]^"~*?:\\/', "\u0301", "\x00"])
def test_what_holds_no_word_of_two_letters_asks_for_nothing(text: str) -> None:
    assert sought(text) is None


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_terms_hold_letters_and_digits_only_and_stay_few(text: str) -> None:
    wanted = sought(text)
    key = search_key(text)
    for found in (wanted.query if wanted else "", key or ""):
        assert all(each[0] in "wsdj" and each[1:].isalnum() for each in found.split())
        assert len(found.split()) <= MOST_WORDS * (4 * LONGEST)


# ------------------------------------------------------------------------------------------------ graph


def world() -> World:
    """Each name once in the kelurahan, and all of them many times elsewhere."""
    made = backbone()
    for n, name in enumerate((*NAMES, *NAMES * HIDDEN)):
        made.add(
            "Person", identifier(1000 + n), version=1, name=name, born_on="1990-01-01", sex="MALE",
            kelurahan=KELURAHAN if n < len(NAMES) else OTHER, sort_key=f"{name} {identifier(1000 + n)}",
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def graph(graph_address: GraphAddress) -> Iterator[tuple[Driver, str]]:
    with sync_driver(graph_address) as driver:
        pour(world(), driver, graph_address.database)
        yield driver, graph_address.database


def search(graph: tuple[Driver, str], text: str, scope: Scope = KEL, **rest: Any) -> list[str]:
    question = PersonsByName(text, connection(pick("name")), **{"area": CITY, **rest})
    return names(ask(graph, question, scope))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MOCH YUSUP", "MUHAMAD YUSUF"), ("Yusuf, M.", "MUHAMAD YUSUF"), ("M YUSUF", "MUHAMAD YUSUF"),
        ("Muhammad Yusuf", "MUHAMAD YUSUF"), ("NURHALIZA SITI", "SITI NURHALIZA"),
        ("SITINURHALIZA", "SITI NURHALIZA"), ("SITI NURHALIZAH", "SITI NURHALIZA"),
        ("HJ. SITI NURHALIZA, S.PD", "SITI NURHALIZA"), ("SAEFUL BACHRI", "SYAIFUL BAHRI"),
        ("KOMARIYAH", "ENENG KOMARIAH"), ("A. HIDAYAT", "AHMAD HIDAYAT"), ("AHMAD H", "AHMAD HIDAYAT"),
        ("ASEP SURYNAA", "ASEP SURYANA"), ("ROHYATI", "ROHAYATI"), ("DEDE", "DEDE"),
    ],
)  # fmt: skip
def test_a_damaged_name_finds_its_person_first(graph: tuple[Driver, str], text: str, name: str) -> None:
    assert search(graph, text)[0] == name


def test_other_names_are_not_found(graph: tuple[Driver, str]) -> None:
    for text in ("TATANG", "YUSRIL IHZA MAHENDRA", "DADANG SURYANA JAYA KUSUMAH"):
        assert search(graph, text) == []


def test_persons_elsewhere_push_nobody_out_and_are_not_counted(graph: tuple[Driver, str]) -> None:
    question = PersonsByName("SITI NURHALIZA", connection(pick("name")), area=CITY)
    mine = ask(graph, question, KEL)
    assert (mine["total_count"], names(mine)) == (1, ["SITI NURHALIZA"])
    assert not mine["page_info"]["has_next_page"]
    theirs = ask(graph, question, STEWARD)
    assert theirs["total_count"] == len(names(theirs)) == FOUND


def test_an_answer_is_the_same_whoever_lives_elsewhere(graph: tuple[Driver, str]) -> None:
    """The index's scores would tell how common a word is among all; neither order nor count may."""
    texts = ("SITI", "A HIDAYAT", "ASEP YUSUF", "DEDE O", "MUHAMAD ASEP")
    selection = connection(pick("id"), pick("name"))
    question = [PersonsByName(each, selection, area=CITY) for each in texts]

    def answered() -> list[Any]:
        answers = [ask(graph, each, KEL) for each in question]
        return [[edge["node"] for edge in each["edges"]] for each in answers]

    before = answered()
    driver, database = graph
    with driver.session(database=database) as session, session.begin_transaction() as tx:
        tx.run("MATCH (p:Person) WHERE p.kelurahan = $there DETACH DELETE p", there=OTHER).consume()
        tx.run(
            "UNWIND range(1, 40) AS n CREATE (:Person {id: toString(n), name: 'ASEP', search_key: $key, "
            "kelurahan: $there, sort_key: 'ASEP ' + n})",
            key=search_key("ASEP"),
            there=OTHER,
        ).consume()
        tx.commit()
    try:
        assert answered() == before
        assert all(before)
    finally:
        pour(world(), *graph)


def test_pages_of_a_search_end_with_the_twentieth(graph: tuple[Driver, str]) -> None:
    selection = connection(pick("id"), pick("name"))
    found: list[str] = []
    page = Page(first=7)
    for _ in range(9):
        data = ask(graph, PersonsByName("ASEP SURYANA", selection, CITY, page=page), STEWARD)
        assert data["total_count"] == FOUND
        found += [edge["node"]["id"] for edge in data["edges"]]
        if not data["page_info"]["has_next_page"]:
            break
        page = Page(first=7, after=data["page_info"]["end_cursor"])
    assert len(found) == len(set(found)) == FOUND
    with pytest.raises(InvalidInput):
        ask(graph, PersonsByName("ASEP", selection, CITY, page=Page(first=21)), STEWARD)


def test_a_cursor_of_one_search_serves_no_other(graph: tuple[Driver, str]) -> None:
    selection = connection(pick("name"))
    cursor = ask(graph, PersonsByName("ASEP SURYANA", selection, CITY, page=Page(2)), STEWARD)["page_info"][
        "end_cursor"
    ]
    for text, area in (("ASEP SURYAN", CITY), ("ASEP SURYANA", OTHER)):
        with pytest.raises(InvalidInput):
            ask(graph, PersonsByName(text, selection, area, page=Page(2, cursor)), STEWARD)


def test_a_search_needs_an_area_or_a_birth_date(graph: tuple[Driver, str]) -> None:
    with pytest.raises(InvalidInput, match="area or a birth date"):
        search(graph, "SITI", area=None)
    assert search(graph, "SITI", area=None, born_on="1990-01-01") == ["SITI NURHALIZA"]
    assert search(graph, "SITI", area=None, born_on="1990-01-02") == []


@pytest.mark.parametrize("treatment", ["initials", "withhold"])
def test_a_name_that_is_not_shown_can_not_be_searched(treatment: str) -> None:
    shipped = policies.rules()
    cut = shipped["policy.csv"].replace(
        "Person.name, verval, territory, show", f"Person.name, verval, territory, {treatment}"
    )
    scope = scope_of("petugas_kelurahan", "kel", KELURAHAN, Policy.load(shipped | {"policy.csv": cut}, 2))
    with pytest.raises(Forbidden, match="name is withheld"):
        prepare(PersonsByName("SITI", connection(pick("name")), CITY), scope, KEY)


def test_a_birth_date_that_is_not_shown_can_not_be_searched_with() -> None:
    shipped = policies.rules()
    cut = shipped["policy.csv"].replace(
        "demographic, verval, territory, show, allow",
        "Person.born_on, verval, territory, year, allow",
    )
    scope = scope_of("petugas_kelurahan", "kel", KELURAHAN, Policy.load(shipped | {"policy.csv": cut}, 2))
    with pytest.raises(Forbidden, match="born_on is withheld"):
        prepare(PersonsByName("SITI", connection(pick("name")), CITY, "1990-01-01"), scope, KEY)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
        st.lists(
            st.sampled_from(
                ["SITI", "*", "?", "~", "AND", "OR", "NOT", "TO", "[", "]", "{", "}", "(", ")", '"', "\\", "^4",
                 "search_key:", "+", "-", "/", "&&", "||", "!", "wSITI", "%_\\", "\u0430\u0438", "'"]
            ),
            max_size=12,
        ).map(" ".join),
    )
)  # fmt: skip
def test_whatever_text_is_searched_for_finds_only_who_may_be_seen(
    graph: tuple[Driver, str], text: str
) -> None:
    try:
        prepared = prepare(PersonsByName(text, connection(pick("name")), CITY), KEL, KEY)
    except InvalidInput:
        return
    found = names(run(graph, prepared).data)
    assert len(found) <= len(NAMES)
    assert (
        prepared.statement
        == prepare(PersonsByName("ANI", connection(pick("name")), CITY), KEL, KEY).statement
    )
