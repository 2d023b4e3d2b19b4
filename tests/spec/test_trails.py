"""Trails through the two logs: filters of entries and disclosures, proofs of what came when, evidence by role."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.matching import JudgeMatch
from hub.commands.people import CorrectPerson
from hub.domain.errors import Forbidden, InvalidInput, NotFound
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.ledger import tree
from hub.ledger.evidence import check
from hub.questions import model
from hub.questions.model import Between, PersonById
from tests.spec.deliveries import NIK, OTHER_NIK, finished, person
from tests.spec.hubs import Town

NAME = (pick("id"), pick("name"))


def now() -> str:
    return datetime.now(UTC).isoformat()


def nodes(answer: Any) -> list[Any]:
    return [edge["node"] for edge in answer["edges"]]


def entries(town: Town, **wanted: Any) -> list[Any]:
    return nodes(town.ask("irma", model.LedgerEntries(**wanted)))


def looks(town: Town, **wanted: Any) -> list[Any]:
    return nodes(town.ask("irma", model.Disclosures(**wanted)))


@pytest.fixture(scope="module")
def town(town: Town) -> Town:
    town.enrol("sari", town.programme("permakanan"), town.somebody(town.territories[0]))
    return town


# ------------------------------------------------------------------------------------------------ entries


def test_entries_are_found_by_agency_action_actor_and_time(town: Town) -> None:
    before = now()
    someone = town.somebody()
    receipt = town.submit(STEWARD, CorrectPerson(someone.id, {"sex": "MALE"}, "KTP"))
    after = now()
    town.submit(STEWARD, CorrectPerson(someone.id, {"sex": "FEMALE"}, "KTP"))
    within = Between(before, after)
    assert [each["seq"] for each in entries(town, between=within)] == [receipt.seq]
    assert [each["seq"] for each in entries(town, between=Between(since=after))] == [receipt.seq + 1]
    assert entries(town, between=Between(until=before))[0]["seq"] == receipt.seq - 1
    of_steward = entries(town, actor=STEWARD, action="person:correct", agency="diskominfo", between=within)
    assert [each["seq"] for each in of_steward] == [receipt.seq]
    assert entries(town, actor=town.who(STEWARD).id, between=within) == of_steward
    assert {each["action"] for each in entries(town, action="enrolment:propose")} == {"enrolment:propose"}
    assert {each["agency"] for each in entries(town, agency="dinsos")} == {"dinsos"}
    assert entries(town, subject=someone.id)[0]["subjects"] == [someone.id]


def test_an_instant_belongs_to_the_stretch_that_it_begins(town: Town) -> None:
    receipt = town.submit(STEWARD, CorrectPerson(town.somebody().id, {"sex": "MALE"}, "KTP"))
    at = receipt.recorded_at
    assert [each["seq"] for each in entries(town, between=Between(since=at))] == [receipt.seq]
    assert receipt.seq not in [each["seq"] for each in entries(town, between=Between(until=at))]
    local = datetime.fromisoformat(at).astimezone().isoformat()
    assert entries(town, between=Between(since=local)) == entries(town, between=Between(since=at))


@pytest.mark.parametrize("wrong", ["yesterday", "2026-11-24", "2026-11-24T09:30:00", ""])
def test_a_time_without_its_zone_is_refused(town: Town, wrong: str) -> None:
    with town.refuses(InvalidInput, "time zone"):
        town.ask("irma", model.LedgerEntries(between=Between(since=wrong)))
    with town.refuses(InvalidInput, "time zone"):
        town.ask("irma", model.Disclosures(between=Between(until=wrong)))


def test_what_nobody_did_is_an_empty_page(town: Town) -> None:
    for wanted in ({"actor": "nobody"}, {"action": "person:eat"}, {"agency": "dinas_angin"}):
        assert entries(town, **wanted) == []


# -------------------------------------------------------------------------------------------- disclosures


def test_what_an_officer_saw_and_who_saw_a_person_is_found_by_time_agency_and_purpose(town: Town) -> None:
    someone = next(each for each in town.residents if each.area == town.territories[1])
    before = now()
    town.ask("beni", PersonById(someone.id, (*NAME, pick("mother_name"))))
    between = now()
    town.ask(STEWARD, PersonById(someone.id, NAME))
    (beni, steward) = looks(town, person=someone.id, between=Between(before))[::-1]
    assert (beni["purpose"], steward["purpose"]) == ("verval", "pemadanan")
    assert beni["withheld"] == ["Person.mother_name"]
    assert looks(town, person=someone.id, between=Between(before, between)) == [beni]
    assert looks(town, person=someone.id, between=Between(between)) == [steward]
    assert looks(town, actor="beni", between=Between(before)) == [beni]
    assert looks(town, purpose="verval", between=Between(before)) == [beni]
    assert looks(town, agency="diskominfo", between=Between(before)) == [steward]
    assert looks(town, person=someone.id, agency="dinsos", between=Between(before)) == []


def test_only_an_investigator_looks_at_who_saw_what(town: Town) -> None:
    for name in (STEWARD, "sari", "lina", ADMIN):
        with town.refuses(Forbidden):
            town.ask(name, model.Disclosures())


# ----------------------------------------------------------------------------------------------- proofs


def test_what_the_ledger_was_is_proved_to_be_the_beginning_of_what_it_is(town: Town) -> None:
    size = town.opened.ledger.size(Log.CHANGES)
    for first in (1, 2, size // 2, size - 1, size):
        found = town.ask("lina", model.ConsistencyProof(first, size))
        roots = [bytes.fromhex(found[name]) for name in ("from_root_hash", "to_root_hash")]
        tree.verify_consistency(first, size, [bytes.fromhex(each) for each in found["path"]], *roots)
        assert roots[0] == town.opened.ledger.proofs.root(Log.CHANGES, first)


def test_no_proof_leads_backwards_or_beyond_the_end(town: Town) -> None:
    size = town.opened.ledger.size(Log.CHANGES)
    for wrong in ((0, 1), (2, 1), (-1, 1)):
        with town.refuses(InvalidInput):
            town.ask(STEWARD, model.ConsistencyProof(*wrong))
    with town.refuses(NotFound):
        town.ask(STEWARD, model.ConsistencyProof(1, size + 1))


def test_evidence_holds_what_its_asker_may_see_and_who_was_shown_is_recorded(town: Town) -> None:
    someone = town.somebody(town.territories[0])
    seq = town.submit(STEWARD, CorrectPerson(someone.id, {"mother_name": "ENTIN MADEUP"}, "KTP")).seq
    size = town.opened.ledger.size(Log.DISCLOSURES)
    for name in (STEWARD, "irma"):
        found = town.ask(name, model.Evidence(seq))
        proved = check(found["file"].encode(), found["vkey"])
        assert proved.facts[0].payload is not None
        assert proved.facts[0].payload["values"] == {"mother_name": "ENTIN MADEUP"}
        size += 1
        newest = town.opened.ledger.entry(Log.DISCLOSURES, size)
        assert newest.facts[0].refs_as("seen") == (someone.id,)
    found = town.ask(ADMIN, model.Evidence(seq))
    assert "ENTIN" not in found["file"]
    assert someone.id not in found["file"]
    assert check(found["file"].encode(), found["vkey"]).facts == ()
    for name in ("lina", "sari"):
        with town.refuses(Forbidden):
            town.ask(name, model.Evidence(seq))
    closed = town.ask("irma", model.Evidence(seq, (0,), closed=True))["file"]
    assert "ENTIN" not in closed
    assert [each["index"] for each in json.loads(closed)["facts"]] == [0]
    assert town.opened.ledger.size(Log.DISCLOSURES) == size + 1


# --------------------------------------------------------------------------------- ids that became others


def test_who_saw_a_person_is_found_under_the_ids_that_became_theirs(bare: Town) -> None:
    finished(bare, "p3ke", "a", "2024-01-01", person("a", "ASEP MADEUP", NIK, born_on="1970-01-02"))
    finished(bare, "dtks", "b", "2024-02-01", person("b", "ASEP MADEUP", OTHER_NIK, born_on="1970-01-02"))
    bare.settle()
    bare.register("irma", "pemeriksa", None)
    first, second = (each["id"] for each in bare.everybody(STEWARD, NAME))
    left, right = sorted(bare.opened.ledger.find("nik", each)[0] for each in (NIK, OTHER_NIK))
    for each in (first, second):
        bare.ask(STEWARD, PersonById(each, NAME))
    seen = {each: len(looks(bare, person=each)) for each in (first, second)}
    bare.submit(STEWARD, JudgeMatch(left, right, "SAME", "Satu orang, dua NIK."))
    (kept,) = {bare.ask(STEWARD, PersonById(each, NAME))["id"] for each in (first, second)}
    (gone,) = {first, second} - {kept}
    assert len(looks(bare, person=kept)) == seen[kept] + seen[gone] - _both(bare, kept, gone) + 2
    assert {subject for each in looks(bare, person=kept) for subject in each["subjects"]} >= {first, second}
    assert len(looks(bare, person=gone)) == seen[gone]


def _both(town: Town, *ids: str) -> int:
    """How many answers showed both of them, before they were one."""
    return sum(set(ids) <= set(each["subjects"]) for each in looks(town))
