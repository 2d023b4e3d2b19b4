"""The history of a person, a household, an enrolment: what was said of them, when, by whom, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import Driver
from sqlalchemy import delete

import policies
from hub.bootstrap import STEWARD
from hub.commands.access import AdoptPolicy
from hub.domain.errors import InvalidInput
from hub.domain.kinds import Log
from hub.domain.selection import Pick, pick
from hub.graph.connect import GraphAddress
from hub.ledger.engine import writing
from hub.ledger.rows import KeyRow, table
from hub.questions.model import HouseholdById, PersonById, Persons
from tests.spec.hubs import Town, connection, open_town, settings_of
from tests.spec.investigation import HERE, NIKS, person_with, record, tell

ID = pick("id")
ENTRY = (
    *map(pick, ("seq", "recorded_at", "actor", "action", "subjects", "leaf_hash")),
    pick("facts", *map(pick, ("kind", "subject", "before", "after", "withheld", "erased"))),
)  # fmt: skip
TERRITORY = "petugas_kelurahan, *, lineage:read, Lineage, verval, all, show, allow\n"


def history(*, first: int = 50, after: str | None = None) -> Pick:
    """The pick of a page of history."""
    return Pick("history", "history", (("after", after), ("first", first)), connection(ENTRY))


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Iterator[Town]:
    settings = settings_of(tmp_path_factory.mktemp("history"), graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        tell(town, lambda what: None)
        town.settle()
        yield town


def of(town: Town, name: str, person: str) -> list[Any]:
    """Entries about a person, oldest first."""
    found = town.ask(name, PersonById(person, (history(),)))["history"]
    return [edge["node"] for edge in found["edges"]][::-1]


def facts(entries: list[Any], kind: str) -> list[Any]:
    return [fact for entry in entries for fact in entry["facts"] if fact["kind"] == kind]


def test_a_persons_entries_tell_what_each_said_of_them_and_nobody_else(town: Town) -> None:
    asep = person_with(town, "a")
    found = of(town, "irma", asep)
    kinds = [fact["kind"] for entry in found for fact in entry["facts"]]
    assert kinds[:2] == ["PersonFormed", "GoldenChosen"]
    assert {"PersonCorrected", "PersonsMerged", "PersonSplit"} <= set(kinds)
    assert [each["seq"] for each in found] == sorted({each["seq"] for each in found})
    for entry in found:
        stands = town.opened.ledger.entry(Log.CHANGES, entry["seq"])
        assert (entry["actor"], entry["action"]) == (stands.actor, stands.action)
        assert entry["leaf_hash"] == stands.leaf_hash.hex()
        assert set(entry["subjects"]) == {fact["subject"] for fact in entry["facts"]}
        told = [(f.kind, f.subject) for f in stands.facts if f.subject in entry["subjects"]]
        assert [(f["kind"], f["subject"]) for f in entry["facts"]] == told


def test_before_and_after_hold_the_values_that_counted(town: Town) -> None:
    found = of(town, "irma", person_with(town, "a"))
    (corrected,) = facts(found, "PersonCorrected")
    assert corrected["before"]["values"] == {"name": "ASEP", "name_key": "ASEP"}
    assert corrected["after"]["values"]["name"] == "ASEP SAEPUDIN"
    assert corrected["after"]["evidence"] == "Akta"
    chosen = facts(found, "GoldenChosen")
    assert chosen[0]["before"] is None
    assert chosen[0]["after"]["values"]["nik"] == NIKS[0]
    assert chosen[0]["after"]["values"]["kelurahan"] == HERE
    assert chosen[1]["before"] == chosen[0]["after"]
    assert {each["after"]["values"]["name"] for each in chosen} >= {"ASEP", "ASEP SAEPUDIN"}


def test_the_history_of_a_person_holds_that_of_whom_they_absorbed(town: Town) -> None:
    a, d = person_with(town, "a"), person_with(town, "d")
    merged = facts(of(town, "irma", a), "PersonsMerged") or facts(of(town, "irma", d), "PersonsMerged")
    absorbed = {ref["id"] for fact in merged for ref in fact["after"]["refs"] if ref["role"] == "absorbed"}
    assert absorbed
    subjects = {each for one in (a, d) for entry in of(town, "irma", one) for each in entry["subjects"]}
    assert absorbed <= subjects


def test_it_is_read_page_by_page(town: Town) -> None:
    asep = person_with(town, "a")
    whole, after, pages = of(town, "irma", asep)[::-1], None, []
    while True:
        found = town.ask("irma", PersonById(asep, (history(first=2, after=after),)))["history"]
        assert found["total_count"] == len(whole)
        pages += [edge["node"] for edge in found["edges"]]
        after = found["page_info"]["end_cursor"]
        if not found["page_info"]["has_next_page"]:
            break
    assert pages == whole


def test_households_and_enrolments_have_a_history_too(town: Town) -> None:
    enrolments = pick("enrolments", ID, history())
    found = town.ask("irma", PersonById(person_with(town, "a"), (pick("household", ID), enrolments)))
    (enrolment,) = found["enrolments"]
    told = [edge["node"] for edge in enrolment["history"]["edges"]][::-1]
    kinds = [fact["kind"] for entry in told for fact in entry["facts"]]
    assert kinds[0] == "EnrolmentProposed"
    assert {"PersonEnrolled", "EnrolmentEnded"} <= set(kinds)
    (ended,) = facts(told, "EnrolmentEnded")
    assert (ended["after"]["status"], ended["after"]["reason"]) == ("ENDED", "GRADUATED")
    assert found["household"] is not None
    home = town.ask("irma", HouseholdById(found["household"]["id"], (history(),)))["history"]
    assert facts([edge["node"] for edge in home["edges"]], "HouseholdFormed")


def test_as_of_an_earlier_moment_it_ends_there(town: Town) -> None:
    asep = person_with(town, "a")
    whole = of(town, "irma", asep)
    middle = whole[len(whole) // 2]
    found = town.ask("irma", PersonById(asep, (history(),), middle["recorded_at"]))["history"]
    assert [edge["node"] for edge in found["edges"]][::-1] == whole[: len(whole) // 2 + 1]


def test_who_may_not_trace_is_told_nothing_and_that_it_is_withheld(town: Town) -> None:
    asked = (ID, history(), pick("withheld", pick("field")))
    found = town.ask("sari", PersonById(person_with(town, "a"), asked))
    assert (found["history"]["edges"], found["history"]["total_count"]) == ([], 0)
    assert {"field": "history"} in found["withheld"]
    assert {"field": "history"} not in town.ask("irma", PersonById(found["id"], asked))["withheld"]


def test_fields_one_may_not_see_are_withheld_before_and_after(town: Town) -> None:
    text = policies.rules()["policy.csv"]
    rules = {**policies.rules(), "policy.csv": text + TERRITORY.replace("petugas_kelurahan", "petugas_opd").replace(
        "verval", "penyaluran_bantuan")}  # fmt: skip
    town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))
    try:
        found = of(town, "sari", person_with(town, "a"))
        corrected = facts(found, "PersonCorrected")[0]
        assert corrected["after"]["values"] == {
            "mother_name": None,
            "name": "ASEP SAEPUDIN",
            "name_key": None,
        }
        assert "evidence" not in corrected["after"]
        assert {"mother_name", "evidence"} <= {each["field"] for each in corrected["withheld"]}
        chosen = facts(found, "GoldenChosen")[0]
        assert chosen["after"]["values"]["nik"] == "*" * 16
        assert {"field": "nik", "reason": "PARTIAL"} in chosen["withheld"]
        text = repr(found)
        assert not [each for each in ("IIS", *NIKS, "Akta", "BUDI", record(town, "a")) if f"'{each}'" in text]
        disclosed = town.opened.ledger.entry(Log.DISCLOSURES, town.opened.ledger.size(Log.DISCLOSURES))
        assert {"Person.nik", "Person.mother_name"} <= set(disclosed.facts[0].clear["withheld"])
    finally:
        rules = policies.rules()
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))


def test_whoever_a_history_shows_is_recorded(town: Town) -> None:
    ledger, asep = town.opened.ledger, person_with(town, "a")
    found = of(town, STEWARD, asep)
    seen = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES)).facts[0].refs_as("seen")
    assert {each for entry in found for each in entry["subjects"]} <= set(seen)


def test_of_many_at_once_it_is_refused(town: Town) -> None:
    picked = Persons(
        connection((history(first=1), Pick("history", "again", (("first", 1),), (pick("total_count"),))))
    )
    assert town.ask(STEWARD, picked)["edges"]
    for wrong in (-1, 101):
        with town.refuses(InvalidInput):
            town.ask(STEWARD, PersonById(person_with(town, "a"), (history(first=wrong),)))
    with town.refuses(InvalidInput):
        town.ask(STEWARD, PersonById(person_with(town, "a"), (history(after="nonsense"),)))
    many = tuple(Pick("history", f"h{n}", (("first", 1),), (pick("total_count"),)) for n in range(21))
    with town.refuses(InvalidInput, "too much"):
        town.ask(STEWARD, PersonById(person_with(town, "a"), many))


def test_erased_values_are_said_to_be_erased(town: Town) -> None:
    cici = person_with(town, "c")
    assert not any(fact["erased"] for fact in facts(of(town, "irma", cici), "GoldenChosen"))
    with writing(town.opened.ledger.engine) as connection_:
        keys = table(KeyRow)
        connection_.execute(delete(keys).where(keys.c.owner == record(town, "c")))
    first = facts(of(town, "irma", cici), "GoldenChosen")[0]
    assert first["erased"]
    assert first["after"]["values"]["name"] is None
