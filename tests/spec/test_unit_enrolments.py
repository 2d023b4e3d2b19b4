"""Programmes that enrol households or family cards: one place a unit, one person who stands for it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.enrolling import EnrolMatched, FoundEntry
from hub.commands.intake import CloseRelease, Incoming
from hub.commands.matching import AdoptModel, JudgeMatch
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.errors import Conflict, InvalidInput, NotFound
from hub.domain.ids import new_id
from hub.domain.selection import pick
from hub.questions.model import Enrolments, FamilyCardByNumber, HouseholdById
from tests.spec.deliveries import begun, demand_agreement
from tests.spec.hubs import Town, connection
from tests.spec.test_households import NIKS, housed, households, listed, person_of, state_of
from tests.spec.test_matching import DIGEST, MODEL, RUBRIC

BORN, CARD = "1980-01-01", "3273010101010001"
_UNITS = (
    "MATCH (e:Enrolment)-[:FOR_PERSON]->(p) RETURN right(p.name, 1) AS person, "
    "[(e)-[:FOR_HOUSEHOLD]->(h) | h.id] + [(e)-[:FOR_FAMILY_CARD]->(c) | c.number] AS unit"
)


@pytest.fixture
def town(bare: Town) -> Town:
    """Households of a, b and c, on one card, and of d with e; Sari of Dinsos runs a programme of each unit."""
    listed(bare, "dtks", "2024-01-31", "abc", kk=CARD)
    listed(bare, "dtks", "2024-02-28", "de", label="2")
    housed(bare)
    bare.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
    bare.register("sari", "petugas_opd", "dinsos")
    for code, unit in (("orang", "PERSON"), ("rumah", "HOUSEHOLD"), ("kartu", "FAMILY_CARD")):
        bare.submit(STEWARD, DefineProgramme(code, code, "dinsos", unit))
    return bare


def propose(town: Town, programme: str, key: str | None = None, by: str = "sari", **named: Any) -> str:
    """A proposal by NIK and birth date, or as named."""
    if key is not None:
        named = {"nik": NIKS[key], "born_on": BORN, **named}
    return str(town.submit(by, ProposeEnrolment(programme, **named)).subject)


def units(town: Town) -> set[tuple[str, str]]:
    """(person, household or number of the family card) of every enrolment of a unit, as the graph has it."""
    demand_agreement(town)
    with town.driver.session(database=town.settings.neo4j_database) as session:
        return {(row["person"], *row["unit"]) for row in session.run(_UNITS) if row["unit"]}


def test_the_household_or_card_of_the_person_is_enrolled_once_whoever_of_it_is_named(town: Town) -> None:
    home = households(town)["abc"]
    propose(town, "orang", "b")
    propose(town, "rumah", "b")
    propose(town, "kartu", "b")
    assert units(town) == {("b", home), ("b", CARD)}
    for programme in ("rumah", "kartu"):
        with town.refuses(Conflict, "is proposed"):
            propose(town, programme, "c")
    propose(town, "orang", "c")
    with town.refuses(Conflict, "No family card"):
        propose(town, "kartu", "d")
    shown = (pick("person", pick("name")), pick("household", pick("id")), pick("family_card", pick("number")))
    found = [
        edge["node"]
        for programme in ("rumah", "kartu")
        for edge in town.ask(STEWARD, Enrolments(connection(shown), programme))["edges"]
    ]
    assert found == [
        {"person": {"name": "NAMA b"}, "household": {"id": home}, "family_card": None},
        {"person": {"name": "NAMA b"}, "household": None, "family_card": {"number": CARD}},
    ]
    told = HouseholdById(home, (pick("enrolments", pick("status"), filter={"programme": "rumah"}),))
    assert town.ask(STEWARD, told) == {"enrolments": [{"status": "PROPOSED"}]}


def test_a_family_card_and_a_birth_date_name_whom_they_fit_and_nobody_else(town: Town) -> None:
    listed(town, "p3ke", "2024-03-31", "f", kk="3273010101010002")
    propose(town, "kartu", family_card_number="3273010101010002", born_on=BORN)
    propose(town, "orang", family_card_number=" 3273010101010002 ", born_on=BORN)
    assert units(town) == {("f", "3273010101010002")}
    with town.refuses(Conflict, "More than one"):
        propose(town, "kartu", family_card_number=CARD, born_on=BORN)
    for number, born_on in ((CARD, "1980-01-02"), ("3273010101010009", BORN)):
        with town.refuses(NotFound, "family card and birth date"):
            propose(town, "kartu", family_card_number=number, born_on=born_on)
    with town.refuses(InvalidInput):
        propose(town, "kartu", family_card_number=CARD)


def test_a_unit_named_by_id_must_be_visible_and_opens_only_who_stands_for_it(town: Town) -> None:
    home, other = (households(town)[each] for each in ("abc", "de"))
    card = town.ask(STEWARD, FamilyCardByNumber(CARD, (pick("id"),)))["id"]
    for named in ({"household": home}, {"household": new_id()}):
        with town.refuses(NotFound, "no such household"):
            propose(town, "rumah", **named)
    for named in ({"family_card": card}, {"family_card": new_id()}):
        with town.refuses(NotFound, "no such family card"):
            propose(town, "kartu", **named)
    town.submit(STEWARD, Enrol(propose(town, "orang", "b")))
    enrolment = propose(town, "rumah", household=home)
    propose(town, "kartu", family_card=card, person=person_of(town, "b"))
    assert units(town) == {("a", home), ("b", CARD)}
    with town.refuses(InvalidInput):
        propose(town, "orang", household=home)
    with town.refuses(NotFound):
        propose(town, "rumah", household=other)

    asked = HouseholdById(home, (pick("members", pick("name")),))
    assert town.ask("sari", asked) == {"members": [{"name": "NAMA b"}]}
    town.submit(STEWARD, Enrol(enrolment))
    assert town.ask("sari", asked) == {"members": [{"name": "NAMA a"}, {"name": "NAMA b"}]}
    town.submit("sari", EndEnrolment(enrolment, "GRADUATED"))
    propose(town, "rumah", "c")


def test_enrolments_go_with_households_and_persons_who_become_one(town: Town) -> None:
    home, other = (households(town)[each] for each in ("abc", "de"))
    enrolment = propose(town, "rumah", "d")
    town.submit(STEWARD, Enrol(enrolment))
    listed(town, "regsosek", "2024-06-30", "abcde")
    housed(town)
    assert set(households(town)) == {"abcde"}
    (kept,) = households(town).values()
    assert kept == home or state_of(town, home).state["merged_into"] == kept
    assert units(town) == {("d", kept)}
    assert other in {kept, *(each for each in (other,) if "merged_into" in state_of(town, each).state)}
    one, into = (state_of(town, person_of(town, key)).state["records"][0] for key in "de")
    town.submit(STEWARD, JudgeMatch(one, into, "SAME", "Orangnya sama."))
    assert {unit for _, unit in units(town)} == {kept}
    assert state_of(town, enrolment).state["visible"]["agency"] == "dinsos"


def test_lists_enrol_the_unit_of_whom_they_name_and_it_has_one_place(town: Town) -> None:
    home = households(town)["abc"]
    town.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC))
    rows = (Incoming("entry", key, key, {"SAID": key}, {"name": "NAMA", "period": "1"}) for key in "12")
    town.submit(STEWARD, CloseRelease(begun(town, "rumah", "1", "2024-03-31", *rows)))
    with town.driver.session(database=town.settings.neo4j_database) as session:
        town.settle()
        found = session.run("MATCH (s:SourceRecord {unit: 'entry'}) RETURN s.row_key AS key, s.id AS id")
        entries = {row["key"]: row["id"] for row in found}
    records = [state_of(town, person_of(town, key)).state["records"][0] for key in "ac"]
    told = tuple(
        FoundEntry(entries[key], ((record, 9_000),), True) for key, record in zip("12", records, strict=True)
    )
    town.submit("pemadan", EnrolMatched("rumah", told, DIGEST))
    assert units(town) == {("a", home), ("c", home)}
    answer = town.ask(STEWARD, Enrolments(connection((pick("id"),)), "rumah"))
    first, second = (edge["node"]["id"] for edge in answer["edges"])
    town.submit(STEWARD, Enrol(first))
    with town.refuses(Conflict, "a place in this programme already"):
        town.submit(STEWARD, Enrol(second))
    before = town.holds()
    assert town.submit("pemadan", EnrolMatched("rumah", told, DIGEST)).repeated is False
    demand_agreement(town)
    assert {key: value for key, value in town.holds().ties.items() if "FOR_" in key} == {
        key: value for key, value in before.ties.items() if "FOR_" in key
    }
