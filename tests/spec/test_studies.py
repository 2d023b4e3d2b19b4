"""Why somebody may or may not, and what a change to the policy would do: true, countable, and telling nobody's data."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import SuspendActor
from hub.commands.governing import ApprovePolicyChange, ProposePolicyChange
from hub.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.questions.model import AccessExplained, PersonById, Persons, PolicySimulated
from tests.spec.hubs import Resident, Town, connection

NAME_FOR_LINA = "petugas_kelurahan, *, person:read, Person.name, verval, territory, show, allow"
EVERYBODY_FOR_OPD = "petugas_opd, *, person:read, Person, penyaluran_bantuan, all, show, allow"
TO_ALL = "*, *, person:read, Person, *, all, show, allow"
PROVING = "*, *, ledger:prove, Checkpoint, *, all, show, allow"


@pytest.fixture(scope="module")
def enrolled(town: Town) -> Resident:
    """Somebody whom Dinsos helps, in lina's kelurahan."""
    person = town.somebody(town.territories[0])
    town.enrol("sari", town.programme("permakanan"), person)
    town.settle()
    return person


def explained(town: Town, actor: str, action: str, who: str = ADMIN, **rest: Any) -> dict[str, Any]:
    found: dict[str, Any] = town.ask(who, AccessExplained(actor, action, **rest))
    return found


def simulated(town: Town, **change: Any) -> dict[str, Any]:
    found: dict[str, Any] = town.ask(ADMIN, PolicySimulated(**change))
    return found


def effects(found: dict[str, Any], actor: str, label: str = "Person") -> dict[str | None, dict[str, Any]]:
    return {
        each["field"]: each for each in found["effects"] if actor in each["actors"] and each["label"] == label
    }


def sees(town: Town, name: str) -> int:
    return int(town.ask(name, Persons(connection((pick("id"),))))["total_count"])


# ------------------------------------------------------------------------------------------------ why


def test_what_is_open_is_explained_by_treatment_rows_purpose_and_rule(town: Town) -> None:
    found = explained(town, "sari", "person:read", field="nik")
    assert (found["allowed"], found["treatment"], found["about"]) == (True, "partial", "Person.nik")
    assert (found["rows"], found["shown"]) == ("own_programmes dinsos", "partial: own_programmes dinsos")
    assert (found["purpose"], found["policy_version"]) == ("penyaluran_bantuan", 1)
    assert found["legal_basis"].startswith("UU 13/2011")
    assert {each["rule"]["about"] for each in found["deciding"]} == {"Person", "Person.nik"}
    lines = policies.rules()["policy.csv"].splitlines()
    for each in found["deciding"]:
        assert lines[each["rule"]["line"] - 1].startswith("petugas_opd, *, person:read")


def test_what_is_closed_names_the_rules_that_nearly_opened_it(town: Town) -> None:
    found = explained(town, "lina", "match:judge")
    assert (found["allowed"], found["deciding"], found["rows"]) == (False, [], "none")
    (near,) = found["nearly"]
    assert near["rule"]["role"] == "walidata"
    assert near["reasons"] == ["role walidata is not held", "it is for purpose pemadanan"]
    other = explained(town, "irma", "person:read", purpose="pemadanan")
    assert (other["allowed"], other["refusal"]) == (False, "No role of this actor may use this purpose.")


def test_a_suspended_account_is_the_reason(town: Town) -> None:
    town.register("tuti", "walidata", "diskominfo")
    assert explained(town, "tuti", "person:read")["allowed"]
    town.submit(ADMIN, SuspendActor("tuti", "Mutasi"))
    found = explained(town, "tuti", "person:read")
    assert (found["allowed"], found["refusal"]) == (False, "This account is suspended.")


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (AccessExplained("nobody", "person:read"), NotFound),
        (AccessExplained("lina", "person:peek"), InvalidInput),
        (AccessExplained("lina", "person:read", field="Person.shoe_size"), InvalidInput),
        (AccessExplained("lina", "person:correct", field="nik"), InvalidInput),
        (AccessExplained("lina", "person:read", purpose="iseng"), InvalidInput),
        (AccessExplained("lina", "person:read", subject="1"), InvalidInput),
    ],
)
def test_refuses_to_explain_what_is_not_there(
    town: Town, asked: AccessExplained, refusal: type[NotFound]
) -> None:
    with town.refuses(refusal):
        town.ask(ADMIN, asked)


def test_a_policy_admin_learns_nothing_of_a_subject_not_even_that_it_is_there(
    town: Town, enrolled: Resident
) -> None:
    before = town.opened.ledger.size(Log.DISCLOSURES)
    for field in (None, "nik"):
        answers = [
            explained(town, "lina", "person:read", field=field, subject=subject)
            for subject in (enrolled.id, new_id())
        ]
        without = explained(town, "lina", "person:read", field=field)
        assert answers[0] == answers[1] == {**without, "subject_told": False}
    assert town.opened.ledger.size(Log.DISCLOSURES) == before


def test_an_investigator_is_told_about_one_person_and_that_is_on_record(
    town: Town, enrolled: Resident
) -> None:
    far = next(each for each in town.residents if each.area == town.territories[1])
    for resident, who in ((enrolled, "lina"), (enrolled, "beni"), (far, "lina"), (far, "sari")):
        found = explained(town, who, "person:read", "irma", subject=resident.id)
        assert found["subject_told"]
        seen = town.ask(who, PersonById(resident.id, (pick("id"),)))
        assert found["allowed"] is (seen is not None)
        ledger = town.opened.ledger
        record = [e for e in ledger.entries(Log.DISCLOSURES, 0, 10_000) if e.actor == town.who("irma").id][-1]
        assert record.facts[0].clear["question"] == "AccessExplained"
        assert record.facts[0].refs_as("seen") == (resident.id,)
    assert explained(town, "lina", "person:read", "irma", subject=new_id())["subject_told"] is False


def test_a_rule_that_misses_this_row_and_a_denial_that_hits_it_are_named(town: Town) -> None:
    far = next(each for each in town.residents if each.area == town.territories[1])
    missed = explained(town, "lina", "person:read", "irma", subject=far.id)
    assert not missed["allowed"]
    assert "it is not about this one" in missed["nearly"][0]["reasons"]
    own = town.programme("diskominfo_own", "diskominfo")
    town.register("wahyu", "petugas_opd", "diskominfo")
    enrolment = town.propose("wahyu", own, town.somebody())
    town.settle()
    denied = explained(town, STEWARD, "enrolment:accept", "irma", subject=enrolment)
    assert (denied["subject_told"], denied["allowed"]) == (True, False)
    assert [each["rule"]["allow"] for each in denied["deciding"]] == [False]


# ---------------------------------------------------------------------------------------- what would be


def test_a_change_is_counted_without_being_made_and_the_counting_is_on_record(town: Town) -> None:
    before, recorded = town.holds(), town.opened.ledger.size(Log.DISCLOSURES)
    found = simulated(town, remove_rules=(NAME_FOR_LINA,))
    place = town.territories[0]
    effect = effects(found, town.who("lina").id)["name"]
    assert (effect["before"], effect["after"]) == (f"show: territory {place}", "withhold")
    assert effect["rows_lost"] == sum(each.area == place for each in town.residents)
    assert (effect["rows_gained"], effect["purpose"], effect["roles"]) == (0, "verval", ["petugas_kelurahan"])
    assert effects(found, town.who("beni").id)["name"]["rows_lost"] > 0
    assert effects(found, town.who("sari").id) == {}
    assert found["differences"] == [{"file": "policy.csv", "added": [], "removed": [NAME_FOR_LINA]}]
    assert found["uncounted"] == 0
    after = town.holds()
    assert (after.changes, after.nodes, after.ties) == (before.changes, before.nodes, before.ties)
    assert after.disclosures == recorded + 1


def test_what_was_counted_is_what_comes_true(town: Town, enrolled: Resident) -> None:
    dedi, sari = sees(town, "dedi"), sees(town, "sari")
    found = simulated(town, add_rules=(EVERYBODY_FOR_OPD,))
    change = ProposePolicyChange("Uji.", add_rules=(EVERYBODY_FOR_OPD,))
    town.submit(ADMIN, ApprovePolicyChange(str(town.submit(ADMIN, change).subject)))
    try:
        for name, had in (("dedi", dedi), ("sari", sari)):
            assert effects(found, town.who(name).id)[None]["rows_gained"] == sees(town, name) - had
    finally:
        back = ProposePolicyChange("Kembali.", remove_rules=(EVERYBODY_FOR_OPD,))
        town.submit(ADMIN, ApprovePolicyChange(str(town.submit(ADMIN, back).subject)))
    assert sees(town, "sari") == sari


def test_what_would_be_open_to_everybody_or_to_nobody_is_said(town: Town) -> None:
    found = simulated(town, add_rules=(TO_ALL,), remove_rules=(PROVING,))
    assert "person:read Person" in found["open_to_everybody"]
    assert found["open_to_nobody"] == ["ledger:prove Checkpoint"]
    assert "person:read Person.nik" not in found["open_to_everybody"]
    harmless = simulated(town, add_rules=(EVERYBODY_FOR_OPD,))
    assert (harmless["open_to_nobody"], harmless["open_to_everybody"]) == ([], [])


def test_a_predicate_that_comes_to_mean_something_else_is_an_effect(town: Town, enrolled: Resident) -> None:
    text = policies.rules()["predicates.toml"]
    wider = 'Person = "n:Vis_agency AND (n.vis_agency_until IS NULL OR n.vis_agency_until >= $today)"'
    assert wider in text
    found = simulated(
        town, files={"predicates.toml": text.replace(wider, 'Person = "n:Vis_agency AND false"')}
    )
    effect = effects(found, town.who("sari").id)[None]
    assert effect["rows_lost"] == sees(town, "sari") > 0


def test_what_needs_a_number_and_a_birth_date_is_explained_and_counted_without_any(
    town: Town, enrolled: Resident
) -> None:
    rule = "petugas_opd, *, person:check, Person, penyaluran_bantuan, by_key, show, allow"
    found = simulated(town, remove_rules=(rule,))
    effect = effects(found, town.who("sari").id)[None]
    assert (effect["before"], effect["after"]) == ("by_key", "none")
    assert (effect["rows_lost"], found["uncounted"]) == (0, 0)
    said = explained(town, "sari", "person:check", "irma", subject=enrolled.id)
    assert (said["subject_told"], said["allowed"]) == (True, False)


def test_a_change_that_could_not_be_proposed_is_not_tried_either(town: Town) -> None:
    for change, refusal in (
        ({"add_rules": ("walidata, *, person:read",)}, InvalidInput),
        ({"remove_rules": (PROVING.replace("prove", "proof"),)}, InvalidInput),
        ({"files": {"policy.csv": f"{PROVING}\n"}}, Conflict),
        ({"add_rules": (TO_ALL,), "base_version": 999}, VersionConflict),
    ):
        with town.refuses(refusal):
            simulated(town, **change)


def test_only_who_may_asks_about_the_policy(town: Town) -> None:
    for who in (STEWARD, "sari", "lina"):
        for question in (AccessExplained("lina", "person:read"), PolicySimulated(add_rules=(TO_ALL,))):
            with town.refuses(Forbidden):
                town.ask(who, question)
    with town.refuses(Forbidden):
        town.ask("irma", PolicySimulated(add_rules=(TO_ALL,)))


def test_roles_that_nobody_holds_are_tried_too_without_counts(bare: Town) -> None:
    found = simulated(bare, remove_rules=(NAME_FOR_LINA,))
    (effect,) = found["effects"]
    assert (effect["actors"], effect["roles"], effect["field"]) == ([], ["petugas_kelurahan"], "name")
    assert effect["rows_lost"] is None
    assert found["uncounted"] == 0
