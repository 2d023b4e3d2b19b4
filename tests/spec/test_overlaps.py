"""Enrolments that do not go together: by rules in the ledger, found and shown under the scope of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Driver

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, DefineAgency
from hub.commands.course import SuspendEnrolment
from hub.commands.households import FormHouseholds, HouseholdGroup
from hub.commands.overlaps import OverlapRule, SetOverlapRules
from hub.commands.programmes import EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.questions.model import OverlapRules, Overlaps, Page
from tests.spec.deliveries import dwelling, finished, person
from tests.spec.hubs import Town, connection, open_town, settings_of

HERE, THERE = "3273011001", "3273011002"
BORN = "1980-01-01"
NIK = {key: f"32730101018000{number:02}" for number, key in enumerate("abcdefgh", start=1)}
RULES = (
    OverlapRule("cash", "EXCLUSIVE", "FORBIDDEN", "Satu saja.", "Uji", ("o_pkh",), ("o_cash", "o_food")),
    OverlapRule("dead", "PRESENCE", "FORBIDDEN", "Meninggal.", "Uji", presence=("DEAD",)),
    OverlapRule("home", "ONE_PER_HOUSEHOLD", "FLAGGED", "Satu rumah.", "Uji", ("o_house",)),
    OverlapRule("once", "TWICE", "FORBIDDEN", "Sekali.", "Uji"),
)
SHOWN = (
    pick("rule", pick("code")), pick("severity"), pick("person", pick("id"), pick("name")),
    pick("household", pick("id")), pick("enrolments", pick("id"), pick("programme", pick("code"))),
    pick("withheld", pick("field"), pick("reason")),
)  # fmt: skip


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Iterator[Town]:
    """Two families in two kelurahan, programmes of two agencies, and rules about them."""
    settings = settings_of(
        tmp_path_factory.mktemp("overlaps"), graph_address, graph_driver, query_timeout=60.0
    )
    with open_town(settings, graph_driver) as town:
        for agency in ("dinsos", "dinkes"):
            town.submit(ADMIN, DefineAgency(agency, f"Dinas {agency}"), wait=False)
        told: dict[str, dict[str, Any]] = {"d": {"alive": False}}
        finished(
            town, "dtks", "1", "2024-01-31", dwelling("r1", "JL. SATU 1"),
            dwelling("r2", "JL. DUA 2", area=THERE),
            *(person(key, f"NAMA {key}", NIK[key], family="r2" if key in "gh" else "r1", born_on=BORN,
                     **told.get(key, {})) for key in NIK),
        )  # fmt: skip
        for code, agency in (
            ("o_pkh", "dinsos"), ("o_house", "dinsos"), ("o_cash", "dinkes"), ("o_food", "dinkes"),
        ):  # fmt: skip
            town.programme(code, agency)
        town.register("sari", "petugas_opd", "dinsos")
        town.register("dedi", "petugas_opd", "dinkes")
        town.register("lina", "petugas_kelurahan", None, HERE)
        town.register("irma", "pemeriksa", "dinkes")
        town.submit(STEWARD, SetOverlapRules(RULES))
        yield town


def id_of(town: Town, key: str) -> str:
    (record,) = town.opened.ledger.find("nik", NIK[key])
    return town.opened.ledger.find("person_of", record)[0]


def enrolled(town: Town, programme: str, key: str) -> str:
    officer = "sari" if programme in {"o_pkh", "o_house"} else "dedi"
    found = str(town.submit(officer, ProposeEnrolment(programme, nik=NIK[key], born_on=BORN)).subject)
    town.submit(STEWARD, Enrol(found))
    return found


def found(town: Town, name: str, **asked: Any) -> list[dict[str, Any]]:
    answer = town.ask(name, Overlaps(connection(SHOWN), page=Page(first=100), **asked))
    nodes = [edge["node"] for edge in answer["edges"]]
    assert answer["total_count"] == len(nodes)
    return nodes


def about(town: Town, name: str, key: str, **asked: Any) -> list[tuple[str, list[str]]]:
    """(rule, programmes) of the overlaps of a person."""
    return [
        (each["rule"]["code"], [e["programme"]["code"] for e in each["enrolments"]])
        for each in found(town, name, person=id_of(town, key), **asked)
    ]


# ------------------------------------------------------------------------------------------- what is found


def test_programmes_that_exclude_each_other_are_found_while_both_are_held(town: Town) -> None:
    enrolled(town, "o_pkh", "a")
    assert about(town, STEWARD, "a") == []
    food = enrolled(town, "o_food", "a")
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_food"])]
    enrolled(town, "o_cash", "a")
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_food", "o_cash"])], "one overlap a rule"
    town.submit("dedi", SuspendEnrolment(food, "UNDER_VERIFICATION"))
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_food", "o_cash"])], "a place is still held"
    town.submit("dedi", EndEnrolment(food, "DUPLICATE"))
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_cash"])]


def test_a_proposal_overlaps_with_nothing(town: Town) -> None:
    enrolled(town, "o_pkh", "b")
    town.submit("dedi", ProposeEnrolment("o_cash", nik=NIK["b"], born_on=BORN))
    assert about(town, STEWARD, "b") == []


def test_who_has_died_and_is_enrolled_is_found_by_rule_and_severity(town: Town) -> None:
    enrolled(town, "o_food", "d")
    assert about(town, STEWARD, "d") == [("dead", ["o_food"])]
    assert about(town, STEWARD, "d", severity="FORBIDDEN") == [("dead", ["o_food"])]
    assert about(town, STEWARD, "d", severity="FLAGGED") == []
    assert about(town, STEWARD, "d", rule="once") == []


def test_two_persons_of_one_household_in_a_programme_for_households(town: Town) -> None:
    records = town.opened.ledger.find("nik", NIK["g"])
    with town.driver.session(database=town.settings.neo4j_database) as session:
        town.settle()
        (home,) = session.run(
            "MATCH (:SourceRecord {id: $id})-[:FROM_DWELLING]->(d) RETURN d.id AS id", id=records[0]
        ).value("id")
    members = tuple((id_of(town, key), "2024-01-31") for key in "gh")
    town.submit("pemadan", FormHouseholds((HouseholdGroup((home,), members, (), None),)))
    enrolled(town, "o_house", "g")
    assert about(town, STEWARD, "g") == []
    enrolled(town, "o_house", "h")
    (overlap,) = found(town, STEWARD, person=id_of(town, "g"))
    assert (overlap["rule"]["code"], overlap["person"]) == ("home", None)
    assert overlap["household"] is not None
    assert len(overlap["enrolments"]) == 2
    assert found(town, STEWARD, area=THERE) == [overlap]
    assert found(town, "lina", rule="home") == [], "it lies in another kelurahan"


def test_overlaps_come_page_by_page_and_are_counted(town: Town) -> None:
    everything = found(town, "irma")
    assert len(everything) >= 3
    pages, page = [], Page(first=1)
    for _ in everything:
        answer = town.ask("irma", Overlaps(connection(SHOWN), page=page))
        pages += [edge["node"] for edge in answer["edges"]]
        page = Page(first=1, after=answer["page_info"]["end_cursor"])
    assert pages == everything
    assert not answer["page_info"]["has_next_page"]


def test_overlaps_of_an_agency_and_of_a_programme(town: Town) -> None:
    dinkes = found(town, STEWARD, agency="dinkes")
    assert {each["rule"]["code"] for each in dinkes} == {"cash", "dead"}
    assert {each["rule"]["code"] for each in found(town, STEWARD, programme="o_pkh")} == {"cash"}


# ---------------------------------------------------------------------------------------- who sees what


def test_an_officer_sees_overlaps_of_persons_whom_the_agency_helps(town: Town) -> None:
    assert about(town, "sari", "a") == [("cash", ["o_pkh", "o_cash"])]
    assert about(town, "sari", "d") == [], "only another agency helps this person"
    assert about(town, "dedi", "d") == [("dead", ["o_food"])]
    assert about(town, "lina", "a") == [("cash", ["o_pkh", "o_cash"])]


def test_what_the_policy_does_not_open_of_another_agency_is_withheld_and_named(town: Town) -> None:
    rules = policies.rules()
    line = "petugas_opd, *, enrolment:read, Enrolment, penyaluran_bantuan, own_programmes, show, allow\n"
    assert line in rules["policy.csv"]
    changed = {**rules, "policy.csv": rules["policy.csv"].replace(line, "")}
    town.submit("sistem", AdoptPolicy(policies.digest(changed), changed))
    try:
        (overlap,) = found(town, "sari", person=id_of(town, "a"))
        assert [each["programme"]["code"] for each in overlap["enrolments"]] == ["o_pkh"]
        assert overlap["withheld"] == [{"field": "enrolments", "reason": "WITHHOLD"}]
    finally:
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))
    (overlap,) = found(town, "sari", person=id_of(town, "a"))
    assert overlap["withheld"] == []


def test_where_the_policy_lets_no_rule_look_nothing_is_found(town: Town) -> None:
    rules = policies.rules()
    denial = "petugas_opd, *, overlap:find, Enrolment, *, own_programmes, withhold, deny\n"
    changed = {**rules, "policy.csv": rules["policy.csv"] + denial}
    town.submit("sistem", AdoptPolicy(policies.digest(changed), changed))
    try:
        assert found(town, "sari") == []
    finally:
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))


@pytest.mark.parametrize("name", [ADMIN, "pemadan"])
def test_nobody_else_asks_for_overlaps(town: Town, name: str) -> None:
    with pytest.raises(Forbidden):
        found(town, name)


def test_whom_overlaps_show_is_recorded(town: Town) -> None:
    found(town, "sari", person=id_of(town, "a"))
    ledger = town.opened.ledger
    entry = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES))
    assert entry.action == "overlap:find"
    assert id_of(town, "a") in entry.facts[0].refs_as("seen")


# ------------------------------------------------------------------------------------------------ the rules


def test_a_rule_that_is_changed_holds_at_once_and_stands_in_the_ledger(town: Town) -> None:
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_cash"])]
    size = town.opened.ledger.size(Log.CHANGES)
    later = replace(RULES[0], from_on="2099-01-01")
    town.submit(STEWARD, SetOverlapRules((later, *RULES[1:])))
    assert about(town, STEWARD, "a") == [], "not in force yet"
    assert town.submit(STEWARD, SetOverlapRules((later, *RULES[1:]))).repeated
    town.submit(STEWARD, SetOverlapRules(RULES))
    assert about(town, STEWARD, "a") == [("cash", ["o_pkh", "o_cash"])]
    assert town.opened.ledger.size(Log.CHANGES) == size + 2


def test_the_rules_in_force_are_read_with_their_basis(town: Town) -> None:
    selection = Overlaps(connection(SHOWN))
    assert town.ask("sari", selection)
    rules = town.ask("sari", OverlapRules())
    assert [each["code"] for each in rules] == ["cash", "dead", "home", "once"]
    assert all(each["basis"] == "Uji" for each in rules)


@pytest.mark.parametrize(
    "change",
    [{"code": "No Code"}, {"kind": "SOMEHOW"}, {"severity": "MAYBE"}, {"says": "=1+1"}, {"against": ()},
     {"programmes": ()}, {"programmes": ("No Code",)}, {"presence": ("DEAD",)}, {"from_on": "soon"},
     {"from_on": "2026-02-01", "to_on": "2026-01-31"}, {"kind": "TWICE"}, {"code": "dead"}],
)  # fmt: skip
def test_refuses_rules_that_cant_stand(town: Town, change: dict[str, Any]) -> None:
    with town.refuses(InvalidInput):
        town.submit(STEWARD, SetOverlapRules((replace(RULES[0], **change), *RULES[1:])))


@pytest.mark.parametrize("name", ["sari", "lina", "irma", ADMIN])
def test_only_the_steward_sets_rules(town: Town, name: str) -> None:
    with town.refuses(Forbidden):
        town.submit(name, SetOverlapRules(()))


def test_over_graphql_rules_are_set_and_overlaps_asked(town: Town) -> None:
    app = create_app(town.opened.hub, town.settings)
    change = """mutation { setOverlapRules(input: {rules: [{code: "dead", kind: PRESENCE, severity: FORBIDDEN,
        says: "Meninggal.", basis: "Uji", presence: ["DEAD"], from: "2020-01-01"}]}) { version projected } }"""
    query = """{ overlaps(filter: {severity: FORBIDDEN}, first: 1) { totalCount pageInfo { endCursor } edges { node {
        again: rule { code from basis } severity person { born: bornOn } enrolments { status from person { id } } } } }
        overlapRules { code kind presence to } }"""
    try:
        token = issue(town.settings, town.who(STEWARD).id, 5)
        assert "errors" not in town.run(post(app, "/graphql", {"query": change}, token))
        answer = town.run(post(app, "/graphql", {"query": query}, token))
        assert "errors" not in answer, answer
        (edge,) = answer["data"]["overlaps"]["edges"]
        assert edge["node"]["again"] == {"code": "dead", "from": "2020-01-01", "basis": "Uji"}
        assert edge["node"]["person"] == {"born": BORN}
        assert answer["data"]["overlapRules"] == [
            {"code": "dead", "kind": "PRESENCE", "presence": ["DEAD"], "to": None}
        ]
    finally:
        town.submit(STEWARD, SetOverlapRules(RULES))


def test_without_a_rule_nothing_overlaps(town: Town) -> None:
    town.submit(STEWARD, SetOverlapRules(()))
    assert found(town, STEWARD) == []
    town.submit(STEWARD, SetOverlapRules(RULES))


def test_a_new_hub_begins_with_the_rules_that_are_shipped(bare: Town) -> None:
    rules = {each["code"]: each for each in bare.ask(STEWARD, OverlapRules())}
    assert {"dua_kali", "meninggal", "pbi_ganda", "rutilahu_serumah"} <= rules.keys()
    assert all(each["basis"] and each["says"] for each in rules.values())
    bare.submit(STEWARD, SetOverlapRules(RULES))
    bare.submit("sistem", SetOverlapRules(RULES[:1]))
    assert [each["code"] for each in bare.ask(STEWARD, OverlapRules())] == ["cash"]
