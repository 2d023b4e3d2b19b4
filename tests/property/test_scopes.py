"""Drawn rules, actors, graphs and questions: the compiled answer is what Casbin allows, row by row, field by field."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from neo4j import Driver

import policies
from hub.access.conditions import NEVER
from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.access.vocabulary import Treatment
from hub.domain.errors import Forbidden, InvalidInput, SetupError
from hub.domain.facts import Grant, Standing
from hub.domain.selection import Selection, pick
from hub.domain.standard.names import name_key
from hub.domain.standard.searching import Sought, search_key, sought
from hub.domain.standard.text import tidy
from hub.graph.connect import GraphAddress, sync_driver
from hub.graph.select import prepare
from hub.questions.model import (
    Enrolments,
    FamilyCardByNumber,
    HouseholdById,
    Households,
    Page,
    PersonById,
    PersonByNik,
    Persons,
    PersonsByName,
    Programmes,
    Viewed,
)
from tests.oracle import LINKS, PROPERTIES, Node, Oracle, World
from tests.worlds import CITY, KECAMATAN, KELURAHAN, OTHER, backbone, identifier, pour

DAY = "2026-06-15"
KEY = b"k" * 32
ROLES = "role,name,comes_for,default_purpose\nr1,A,,p1\nr2,B,,p1\n"
PURPOSES = """
[p1]
name = "satu"
basis = "uji"
roles = ["r1", "r2"]
classes = {classes}
[p2]
name = "dua"
basis = "uji"
roles = ["r1"]
classes = ["identity", "contact", "demographic", "welfare", "operational"]
"""
CLASSES = ("identity", "contact", "demographic", "welfare", "health", "operational")
ROWS = (
    ("person:read", "Person"), ("person:read", "FamilyCard"), ("person:read", "Address"),
    ("person:read", "SourceRecord"), ("person:read", "Assessment"), ("person:read", "Household"),
    ("enrolment:read", "Enrolment"), ("enrolment:read", "Payment"),
)  # fmt: skip
FIELDS = (
    ("person:read", "identity"), ("person:read", "contact"), ("person:read", "demographic"),
    ("person:read", "operational"), ("enrolment:read", "welfare"), ("person:read", "welfare"),
    ("person:read", "health"), ("person:read", "Assessment.welfare_values"), ("person:read", "Person.nik"),
    ("person:read", "Person.name"), ("person:read", "Person.nik"), ("person:read", "Person.name"),
    ("person:read", "Person.born_on"), ("person:read", "Person.born_year"),
    ("person:read", "Person.relation_to_head"), ("person:read", "Person.kelurahan"),
    ("person:read", "Household.kelurahan"),
    ("person:read", "FamilyCard.number"), ("enrolment:read", "Enrolment.reason"),
    ("person:read", "SourceRecord.register"),
)  # fmt: skip
FINDING = ("register", "release", "measure", "value", "withheld", "assessed_on")
OPEN = (
    "*,*,area:read,Area,*,all,show,allow",
    "*,*,agency:read,Agency,*,all,show,allow",
    "*,*,programme:read,Programme,*,all,show,allow",
    "*,*,release:read,Release,*,all,show,allow",
    "*,*,release:read,operational,*,all,show,allow",
)

people = st.sampled_from(("all", "all", "territory", "territory", "own_programmes", "own_programmes", "none"))
narrow = st.sampled_from(("territory", "own_programmes", "none"))
hostile = st.one_of(
    st.none(),
    st.sampled_from(
        (
            "",
            " ",
            "'",
            '"',
            "`",
            "\\",
            "%_\\",
            "$t0",
            "}) RETURN 1 //",
            "АНИ",
            "ANI",
            "a\u0301",
            "\U0001d49c\U0001d4a9 \U0001d49f",
            "null",
        )
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=10),
)


names = st.one_of(
    hostile,
    st.sampled_from(
        (
            "ANI",
            "ANI SARI",
            "SARI ANI",
            "ANIE SARIE",
            "MUHAMAD YUSUF",
            "M YUSUP",
            "SITINURHALIZA",
            "AN1",
            "H. ANI",
        )
    ),
)
texts_sought = st.one_of(
    hostile.map(lambda each: each or ""),
    st.sampled_from(
        ("ani", "ANI SARI", "SARIANI", "Moch Yusup", "SITI NURHALIZA", "ANI OR SARI", "wANI", "A SARI")
    ),
)
ORDERS = (None, "NAME", "NAME_REVERSED", "BORN_ON", "BORN_ON_NEWEST")


@st.composite
def rule(draw: st.DrawFn, targets: tuple[tuple[str, str], ...], allow: bool = True) -> str:
    act, obj = draw(st.sampled_from(targets))
    treatment = "show"
    if obj in ("Person.nik", "FamilyCard.number", "Person.name"):
        treatment = draw(st.sampled_from(("partial", "show", "withhold")))
    if obj == "Person.name" and draw(st.booleans()):
        treatment = "initials"
    if obj == "Person.born_on":
        treatment = draw(st.sampled_from(("year", "show")))
    predicate = draw(people if allow else narrow)
    if act == "enrolment:read" and draw(st.booleans()):
        predicate = "own_agency"
    role, agency = (
        draw(st.sampled_from(("r1", "r2", "*", "*"))),
        draw(st.sampled_from(("*", "*", "*", "dinsos"))),
    )
    purpose = draw(st.sampled_from(("p1", "p1", "p2", "*", "*")))
    ends = "allow" if allow else "deny"
    if not allow:
        role = agency = purpose = "*"
    return f"{role},{agency},{act},{obj},{purpose},{predicate},{treatment if allow else 'withhold'},{ends}"


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    lines = [
        *draw(st.lists(rule(ROWS), min_size=3, max_size=8)),
        *draw(st.lists(rule(FIELDS), min_size=3, max_size=10)),
    ]
    lines += [draw(rule(ROWS + FIELDS, allow=False)) for _ in range(draw(st.sampled_from((0, 0, 1, 3))))]
    # Most draws should let something be seen: each of these stands in seven of eight.
    seen = (("enrolment:read", "welfare"), ("person:read", "operational"), ("person:read", "welfare"))
    for target in (*ROWS, *seen):
        if draw(st.integers(0, 7)) != 5:
            predicate = draw(st.one_of(people, st.just("all")))
            lines.append(f"*,*,{target[0]},{target[1]},*,{predicate},show,allow")
    classes = draw(st.sampled_from((CLASSES, CLASSES, CLASSES[:3])))
    shipped = policies.rules()
    return {
        "model.conf": shipped["model.conf"],
        "predicates.toml": shipped["predicates.toml"],
        "roles.csv": ROLES,
        "purposes.toml": PURPOSES.format(classes=list(classes)),
        "policy.csv": "\n".join([*OPEN, *lines]),
    }


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    def grant(first: bool) -> Grant:
        return Grant(
            "g",
            draw(st.sampled_from(("r1", "r2"))),
            draw(st.sampled_from(("dinsos", "disdik", None, "Dinsos'"))),
            draw(st.sampled_from((CITY, KECAMATAN, KELURAHAN, KELURAHAN, OTHER, None, "", "32730", "٣٢"))),
            "2020-01-01",
            None if first else draw(st.sampled_from((None, None, "2025-12-31"))),
        )

    grants = tuple(grant(n == 0) for n in range(draw(st.integers(1, 3))))
    suspended = draw(st.integers(0, 30)) == 23
    return Standing("a", "n", 1, draw(st.sampled_from(("dinsos", None))), suspended, grants)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = backbone()
    numbers = st.one_of(st.just("3273010101900002"), hostile)
    cards = [world.add("FamilyCard", identifier(200 + n), version=1, number=draw(numbers)) for n in range(2)]
    homes = [
        world.add("Address", identifier(300 + n), version=1, text=draw(hostile), rw=draw(hostile), rt="001")
        for n in range(2)
    ]
    for home in homes:
        world.join(home, "IN_AREA", identifier(2))
    count = draw(st.integers(1, 5))
    for n in range(count):
        _person(draw, world, n, draw(st.sampled_from(cards)), draw(st.sampled_from(homes)))
    for n in range(2):
        _household(draw, world, n, (count, draw(st.sampled_from(cards)), draw(st.sampled_from(homes))))
    for each in world.of("Enrolment"):
        unit = draw(st.sampled_from((None, *cards, identifier(700), identifier(701))))
        if unit is not None:
            world.join(each["id"], "FOR_FAMILY_CARD" if unit in cards else "FOR_HOUSEHOLD", unit)
    return world


def _household(draw: st.DrawFn, world: World, n: int, beside: tuple[int, str, str]) -> None:
    """A household of every second person; some may not be members of any."""
    count, card, home = beside
    household = world.add(
        "Household", identifier(700 + n), version=1,
        kelurahan=draw(st.sampled_from((KELURAHAN, KELURAHAN, OTHER, None, "", "3201011001"))),
    )  # fmt: skip
    members = [identifier(100 + each) for each in range(n, count, 2) if draw(st.integers(0, 4)) != 3]
    for person in members:
        world.join(person, "MEMBER_OF", household, from_on="2024-01-31")
    if members:
        world.join(household, "HEADED_BY", draw(st.sampled_from(members)))
        world.join(household, "TOLD_BY", identifier(400 + draw(st.integers(0, count - 1))))
    world.join(household, "HOLDS", card)
    world.join(household, "HOUSED_AT", home)
    world.join(household, "SITUATED_IN", identifier(draw(st.integers(2, 3))))


def _person(draw: st.DrawFn, world: World, n: int, card: str, home: str) -> None:
    name, vis = draw(names), {}
    key = name_key(tidied) if (tidied := tidy(name or "")) else ""
    for agency in draw(st.sets(st.sampled_from(("dinsos", "disdik")))):
        vis[agency] = draw(st.sampled_from((None, DAY, "2026-06-14", "2027-01-01")))
    person = world.add(
        "Person", identifier(100 + n), version=n, nik=draw(st.sampled_from(("3273010101900001", None, "1"))),
        name=name, sex=draw(st.sampled_from(("MALE", "FEMALE", None))), born_on=draw(
            st.sampled_from(("1990-01-01", "1990-01-02", "1985-12-31", None))), born_year=1990, birthplace=draw(hostile),
        mother_name=draw(hostile), alive=draw(st.booleans()),
        relation_to_head=draw(st.sampled_from(("KEPALA KELUARGA", "ANAK", None))),
        kelurahan=draw(st.sampled_from((KELURAHAN, KELURAHAN, OTHER, None, "", "3201011001"))),
        sort_key=f"{ascii(key)[1:-1]} {identifier(100 + n)}", vis=vis,
    )  # fmt: skip
    world.join(person, "LISTED_ON", card)
    world.join(person, "LIVES_AT", home)
    world.join(person, "DOMICILED_IN", identifier(draw(st.integers(2, 3))))
    record = world.add(
        "SourceRecord", identifier(400 + n), version=1, register="dtks", row_key=draw(hostile), unit="person"
    )
    world.join(person, "FORMED_FROM", record)
    world.join(record, "IN_RELEASE", identifier(30))
    _chosen(draw, world, person, record)
    for release in (identifier(30 + each) for each in draw(st.sets(st.integers(1, 2)))):
        world.join(record, "IN_RELEASE", release)
    if n % 2:
        for release in (identifier(30 + each) for each in draw(st.sets(st.integers(0, 2), min_size=1))):
            world.join(record, "FROM_DWELLING", identifier(400), release=release)
    if draw(st.booleans()):
        _assess(draw, world, n, record)
    for which in draw(st.sets(st.integers(0, 1))):
        enrolment = world.add(
            "Enrolment", identifier(500 + 2 * n + which), version=1, reason=draw(hostile),
            status=draw(st.sampled_from(("PROPOSED", "ENROLLED", "ENDED"))), from_on="2024-01-01",
            agency=("dinsos", "disdik")[which], person=person,
        )  # fmt: skip
        world.join(enrolment, "FOR_PERSON", person)
        world.join(enrolment, "IN_PROGRAMME", identifier(20 + which))
        if draw(st.booleans()):
            payment = world.add(
                "Payment", identifier(800 + 2 * n + which), paid_on="2024-02-01", amount=600_000,
                period=draw(hostile), agency=("dinsos", "disdik")[which],
            )  # fmt: skip
            world.join(enrolment, "PAID_BY", payment)


def _chosen(draw: st.DrawFn, world: World, person: str, record: str) -> None:
    """Golden values chosen among the own row and, now and then, one of the civil registry that several name."""
    node = world.nodes[person]
    node |= {
        "decided_fields": ["nik", "name", "address"], "decided_by": ["trust/1", "freshness/1", "trust/1"],
        "civil_registry": draw(st.sampled_from((None, "CONFIRMED"))), "confirmed_on": DAY, "civil_differs": ["name"],
    }  # fmt: skip
    civil = draw(st.sampled_from((None, identifier(450), identifier(451))))
    if civil is not None and civil not in world.nodes:
        world.add("SourceRecord", civil, version=1, register="dukcapil", row_key=draw(hostile), unit="person")
        world.join(civil, "IN_RELEASE", identifier(30))
    for each in (record, civil):
        if each is not None and draw(st.integers(0, 7)) != 5:
            said = {
                "nik": draw(st.sampled_from((node["nik"], "2"))),
                "name": draw(st.just(node["name"]) | hostile),
            }
            said |= {
                "kelurahan": draw(st.sampled_from((node["kelurahan"], OTHER))),
                "born_on": node["born_on"],
            }
            world.join(
                person,
                "CHOSEN_AMONG",
                each,
                **{key: value for key, value in said.items() if value is not None},
            )


def _assess(draw: st.DrawFn, world: World, n: int, record: str) -> None:
    found: dict[str, list[str]] = {}
    for kind in draw(st.sets(st.sampled_from(("demographic", "welfare", "health")), min_size=1)):
        values = draw(st.lists(hostile.filter(lambda each: each is not None), max_size=2))
        found[f"{kind}_measures"] = [f"measure_{index}" for index in range(len(values))]
        found[f"{kind}_values"] = [str(each) for each in values]
    assessment = world.add("Assessment", identifier(600 + n), **found)
    world.join(record, "ASSESSED_AS", assessment)
    for release in draw(st.sets(st.integers(0, 2), min_size=1)):
        world.join(assessment, "FOUND_IN", identifier(30 + release))


@st.composite
def selections(draw: st.DrawFn, label: str, depth: int = 3) -> Selection:
    names = draw(st.lists(st.sampled_from(PROPERTIES[label]), min_size=1, max_size=4, unique=True))
    picks = [pick(name) for name in names]
    if label != "Release" and draw(st.booleans()):
        picks.append(pick("withheld", pick("field"), pick("reason")))
    if label in {"Person", "Household"} and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(FINDING), min_size=1, max_size=4, unique=True))
        picks.append(pick("assessments", *map(pick, names)))
    if label == "Person" and depth and draw(st.booleans()):
        record = draw(selections("SourceRecord", min(1, depth - 1)))
        alternative = pick("alternatives", pick("value"), pick("source_record", *record))
        parts = (pick("value"), pick("withheld"), pick("rule"), pick("evidence", *record), alternative)
        some = draw(st.lists(st.sampled_from(parts), max_size=5, unique=True))
        picks.append(pick("values", pick("field"), *some))
    links = [] if depth == 0 else draw(
        st.lists(st.sampled_from(sorted(LINKS[label])), max_size=3, unique=True) if LINKS[label] else st.just([])
    )  # fmt: skip
    for name in links:
        below = draw(selections(LINKS[label][name][2], depth - 1))
        wanted = draw(st.sampled_from(({}, {"status": "ENROLLED"}, {"programme": "P-dinsos"})))
        filtered = name == "enrolments" and wanted
        picks.append(pick(name, *below, filter=wanted) if filtered else pick(name, *below))
    return tuple(picks)


@pytest.fixture(scope="module")
def graph(graph_address: GraphAddress) -> Iterator[tuple[Driver, str]]:
    with sync_driver(graph_address) as driver:
        yield driver, graph_address.database


@dataclass
class Trial:
    """One drawn asker before one drawn graph."""

    driver: Driver
    database: str
    scope: Scope
    oracle: Oracle

    def ask(self, question: Any) -> Viewed:
        prepared = prepare(question, self.scope, KEY)
        with self.driver.session(database=self.database, default_access_mode="READ") as session:
            rows = [dict(row) for row in session.run(prepared.statement, dict(prepared.params))]
        return prepared.view(rows)

    def compare(self, question: Any, expected: list[Any]) -> None:
        """One object or null, against the first that is expected."""
        assert self.ask(question).data == next(iter(expected), None)

    def compare_pages(self, question: Any, most: int, expected: list[Any]) -> None:
        """All pages of a connection forwards; each must count what is expected in all."""
        nodes, seen, page = [], set(), Page(first=most)
        for _ in range(20):
            viewed = self.ask(replace(question, page=page))
            assert viewed.data["total_count"] == len(expected)
            nodes += [edge["node"] for edge in viewed.data["edges"]]
            seen |= set(viewed.seen)
            page = Page(first=most, after=viewed.data["page_info"]["end_cursor"])
            if not viewed.data["page_info"]["has_next_page"]:
                break
        assert nodes == expected
        assert seen == self.oracle.seen

    def may_filter(self, node: Node, name: str) -> bool:
        return self.oracle.treats(node, name) is Treatment.SHOW


def connection(selection: Selection) -> Selection:
    edges = pick("edges", pick("cursor"), pick("node", *selection))
    return (edges, pick("page_info", pick("has_next_page"), pick("end_cursor")), pick("total_count"))


@settings(
    max_examples=int(os.environ.get("SCOPE_EXAMPLES", "60")),
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    data=st.data(),
    rules=texts(),
    standing=standings(),
    world=worlds(),
    purpose=st.sampled_from(("p1", "p1", "p2")),
)
def test_answers_what_the_enforcer_allows(  # noqa: PLR0917 - hypothesis passes each by its name
    graph: tuple[Driver, str],
    data: st.DataObject,
    rules: dict[str, str],
    standing: Standing,
    world: World,
    purpose: str,
) -> None:
    try:
        policy = Policy.load(rules, 1)
        scope = policy.scope(standing, purpose, DAY)
    except (SetupError, InvalidInput, Forbidden) as refusal:
        event(f"refused: {type(refusal).__name__}")
        return
    pour(world, *graph)
    trial = Trial(*graph, scope, Oracle(policy, standing, purpose, DAY, world))
    for label, questions in (
        ("Person", _persons), ("Household", _households), ("FamilyCard", _family_cards), ("Enrolment", _enrolments),
    ):  # fmt: skip
        selection = data.draw(selections(label, depth=3 if label == "Person" else 2))
        if scope.reads(label) == NEVER:
            event(f"{label} closed")
            assert not trial.oracle.visible(label)
            with pytest.raises(Forbidden):
                questions(trial, selection, data)
        else:
            questions(trial, selection, data)
    if scope.may("programme:read"):
        _programmes(trial, data.draw(selections("Programme", depth=2)))


def _persons(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    oracle = trial.oracle
    for identity in (identifier(number) for number in range(100, 106)):
        oracle.seen.clear()
        expected = oracle.find("Person", selection, partial(_has, "id", identity))
        viewed = trial.ask(PersonById(identity, selection))
        assert [viewed.data] == (expected or [None])
        assert set(viewed.seen) == oracle.seen
        event("person seen" if expected else "person hidden or missing")
    _by_nik(trial, selection)
    _filtered(trial, selection, data)
    _searched(trial, selection, data)
    _by_area(trial, selection, data.draw(st.sampled_from((None, None, KELURAHAN, KECAMATAN))), data)


def _by_nik(trial: Trial, selection: Selection) -> None:
    oracle, nik = trial.oracle, "3273010101900001"
    expected = oracle.find(
        "Person",
        selection,
        lambda node: node["nik"] == nik and oracle.treats(node, "nik") is not Treatment.WITHHOLD,
    )
    try:
        trial.compare(PersonByNik(nik, selection), expected)
    except Forbidden:
        assert not expected


def _by_area(trial: Trial, selection: Selection, area: str | None, data: st.DataObject) -> None:
    def fits(node: Node) -> bool:
        inside = area is None or (node["kelurahan"] or "").startswith(area)
        return inside and (area is None or trial.may_filter(node, "kelurahan"))

    trial.oracle.seen.clear()
    nodes = [node for node in trial.oracle.visible("Person") if fits(node)]
    if trial.scope.shows("Person", "name"):
        nodes.sort(key=lambda node: str(node["sort_key"]))
    expected = [trial.oracle.object(node, selection) for node in nodes]
    try:
        trial.compare_pages(Persons(connection(selection), area), data.draw(st.integers(1, 3)), expected)
    except Forbidden:
        event("no filter by area")
        assert area is not None
        assert not expected


def _family_cards(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    """By number, also where it is not shown in full, but never where it is withheld."""
    oracle, number = trial.oracle, "3273010101900002"
    oracle.seen.clear()
    cards = [
        node
        for node in oracle.visible("FamilyCard")
        if node["number"] == number and oracle.treats(node, "number") is not Treatment.WITHHOLD
    ]
    expected = [oracle.object(node, selection) for node in cards[:1]]
    try:
        viewed = trial.ask(FamilyCardByNumber(number, selection))
    except Forbidden:
        assert not expected
        if trial.scope.reads("FamilyCard") == NEVER:
            raise
        return
    assert viewed.data == next(iter(expected), None)
    assert set(viewed.seen) == oracle.seen
    event("family card seen" if expected else "family card hidden or missing")


def _filtered(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    """Filters and orders: they find and order by what may be seen in full alone, or are refused."""
    asked: dict[str, Any] = {
        "area": data.draw(st.sampled_from((None, KELURAHAN, KECAMATAN))),
        "name": data.draw(st.sampled_from((None, None, "AN", "an", "H. ANI", "Z"))),
        "sex": data.draw(st.sampled_from((None, None, "MALE"))),
        "born_from": data.draw(st.sampled_from((None, None, "1990-01-01"))),
        "born_to": data.draw(st.sampled_from((None, None, "1990-01-01"))),
        "enrolled_in": data.draw(st.sampled_from((None, None, "P-dinsos", "' OR 1=1"))),
    }
    order = data.draw(st.sampled_from(ORDERS))
    trial.oracle.seen.clear()
    nodes = [each for each in trial.oracle.visible("Person") if _fits(trial, each, asked)]
    by = {"NAME": "name", "BORN": "born_on"}[order.split("_")[0]] if order else None
    shown = trial.scope.shows("Person", "name")
    if by == "born_on":
        nodes.sort(key=lambda node: (node["born_on"] or "~", node["id"]), reverse=order == "BORN_ON_NEWEST")
    elif by or shown:
        nodes.sort(key=lambda node: str(node["sort_key"]), reverse=order == "NAME_REVERSED")
    expected = [trial.oracle.object(node, selection) for node in nodes]
    question = Persons(connection(selection), order=order, **asked)
    try:
        trial.compare_pages(question, data.draw(st.integers(1, 3)), expected)
    except Forbidden:
        event("filter or order refused")
        assert not nodes or (by and not trial.scope.shows("Person", by))


def _fits(trial: Trial, node: Node, asked: dict[str, Any]) -> bool:
    def told(name: str) -> Any:
        return node[name] if trial.may_filter(node, name) else None

    born = told("born_on")
    beginning = name_key(tidy(asked["name"])) if asked["name"] else ""
    enrolled = [
        each
        for each in trial.oracle.world.beside(node, "FOR_PERSON", False, "Enrolment")
        if each["status"] == "ENROLLED" and trial.oracle.sees(each)
    ]
    programmes = [
        each["code"]
        for enrolment in enrolled
        for each in trial.oracle.world.beside(enrolment, "IN_PROGRAMME", True, "Programme")
    ]
    return (
        (asked["area"] is None or (told("kelurahan") or "").startswith(asked["area"]))
        and (not beginning or (trial.may_filter(node, "name") and node["sort_key"].startswith(beginning)))
        and asked["sex"] in (None, told("sex"))
        and (asked["born_from"] is None or (born is not None and born >= asked["born_from"]))
        and (asked["born_to"] is None or (born is not None and born <= asked["born_to"]))
        and (asked["enrolled_in"] is None or asked["enrolled_in"] in programmes)
    )


def _searched(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    """A search: who may be seen and has a name that is shown, by the likeness of the name alone."""
    text = data.draw(texts_sought)
    area = data.draw(st.sampled_from((KELURAHAN, CITY)))
    born_on = data.draw(st.sampled_from((None, None, "1990-01-01")))
    wanted = sought(text)
    trial.oracle.seen.clear()
    found = []
    for node in trial.oracle.visible("Person"):
        rank = likeness(wanted, node["name"]) if wanted else None
        seen = rank is not None and all(trial.may_filter(node, each) for each in ("name", "kelurahan"))
        inside = seen and (node["kelurahan"] or "").startswith(area)
        born = born_on is None or (trial.may_filter(node, "born_on") and node["born_on"] == born_on)
        if inside and born:
            found.append((-(rank or 0), str(node["sort_key"]), node))
    found.sort(key=lambda each: each[:2])
    expected = [trial.oracle.object(node, selection) for *_, node in found]
    question = PersonsByName(text, connection(selection), area, born_on)
    try:
        trial.compare_pages(question, data.draw(st.integers(1, 3)), expected)
    except InvalidInput:
        assert wanted is None
    except Forbidden:
        event("search refused")
        assert not expected
    else:
        event("found by name" if expected else "nobody found by name")


def likeness(wanted: Sought, name: str | None) -> int | None:
    """How like a name is to what is sought; None when less than half of it is there."""
    tidied = tidy(name or "")
    had = (search_key(name_key(tidied)) or "").split() if tidied else []
    points = 0
    for word in wanted.words:
        initials = (
            any(each.startswith(word["initial"]) for each in had)
            if word["single"]
            else word["initial"] in had
        )
        points += next(
            (
                worth
                for worth, fits in (
                    (10, word["whole"] in had),
                    (9, word["sound"] in had or not {*word["together"]}.isdisjoint(had)),
                    (7, not {*word["near"]}.isdisjoint(had)),
                    (4, initials),
                )
                if fits
            ),
            0,
        )
    asked, stand = len(wanted.words), sum(each.startswith("w") for each in had)
    if points * 100 < 500 * asked or not {*wanted.query.split()} & {*had}:
        return None
    return 300 * points // (10 * asked) + 200 * points // (10 * (asked + stand))


def _households(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    oracle = trial.oracle
    for identity in (identifier(number) for number in range(700, 703)):
        oracle.seen.clear()
        expected = oracle.find("Household", selection, partial(_has, "id", identity))
        viewed = trial.ask(HouseholdById(identity, selection))
        assert [viewed.data] == (expected or [None])
        assert set(viewed.seen) == oracle.seen
        event("household seen" if expected else "household hidden or missing")
    area = data.draw(st.sampled_from((None, KELURAHAN, KECAMATAN)))
    order = data.draw(st.sampled_from((None, "AREA", "AREA_REVERSED")))

    def fits(node: Node) -> bool:
        return area is None or (
            (node["kelurahan"] or "").startswith(area) and trial.may_filter(node, "kelurahan")
        )

    oracle.seen.clear()
    nodes = [node for node in oracle.visible("Household") if fits(node)]
    if order:
        nodes.sort(key=lambda node: f"{node['kelurahan'] or '~'} {node['id']}", reverse=order != "AREA")
    expected = [oracle.object(node, selection) for node in nodes]
    question = Households(connection(selection), area, order=order)
    try:
        trial.compare_pages(question, data.draw(st.integers(1, 3)), expected)
    except Forbidden:
        hidden = order is not None and not trial.scope.shows("Household", "kelurahan")
        assert hidden or (area is not None and not expected)


def _enrolments(trial: Trial, selection: Selection, data: st.DataObject) -> None:
    status = data.draw(st.sampled_from((None, "ENROLLED")))
    agency = data.draw(st.sampled_from((None, "dinsos")))
    trial.oracle.seen.clear()
    expected = trial.oracle.find(
        "Enrolment",
        selection,
        lambda node: status in (None, node["status"]) and agency in (None, node["agency"]),
    )
    trial.compare_pages(Enrolments(connection(selection), status=status, agency=agency), 2, expected)


def _programmes(trial: Trial, selection: Selection) -> None:
    trial.oracle.seen.clear()
    viewed = trial.ask(Programmes(selection))
    assert viewed.data == trial.oracle.find("Programme", selection)
    assert set(viewed.seen) == trial.oracle.seen


def _has(name: str, value: str, node: Node) -> bool:
    return bool(node[name] == value)
