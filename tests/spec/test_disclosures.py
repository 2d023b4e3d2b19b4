"""Who saw what: every answer with personal data is recorded before it leaves, or does not leave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, GrantRole, SuspendActor
from hub.commands.governing import ApprovePolicyChange, ProposePolicyChange
from hub.commands.people import CorrectPerson
from hub.commands.standings import RevokeGrant
from hub.domain.errors import Forbidden, LedgerFault, Unavailable, VersionConflict
from hub.domain.facts import Fact
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import Selection, pick
from hub.ledger.store import Entry
from hub.ledger.writer import Writer
from hub.questions import model
from hub.questions.model import AreaByCode, Enrolments, Page, PersonById, PersonByNik, Persons, Programmes
from tests.spec.hubs import Town, connection

ID = pick("id")
DEEP = (
    ID, pick("name"), pick("mother_name"), pick("address", ID, pick("text")), pick("source_records", ID),
    pick("enrolments", ID, pick("status")), pick("family_cards", ID, pick("persons", ID, pick("nik"))),
)  # fmt: skip
BARE = (pick("name"), pick("mother_name"), pick("address", pick("text")))
READERS = {
    STEWARD: ("pemadanan", "diskominfo"), "sari": ("penyaluran_bantuan", "dinsos"), "lina": ("verval", None),
    "irma": ("pengawasan", "inspektorat"),
}  # fmt: skip
NAME_FOR_LINA = "petugas_kelurahan, *, person:read, Person.name, verval, territory, show, allow\n"


@pytest.fixture(scope="module")
def town(town: Town) -> Town:
    town.enrol("sari", town.programme("permakanan"), town.somebody(town.territories[0]))
    return town


def newest(town: Town) -> tuple[Entry, Fact]:
    """The newest record of an answer."""
    ledger = town.opened.ledger
    entry = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES))
    (fact,) = entry.facts
    return entry, fact


def recorded(town: Town) -> int:
    return town.opened.ledger.size(Log.DISCLOSURES)


def ids_in(data: Any) -> set[str]:
    """Every id in an answer, at whatever level."""
    if isinstance(data, list):
        return set().union(*map(ids_in, data))
    if not isinstance(data, Mapping):
        return set()
    own = {str(data["id"])} if "id" in data else set()
    return own.union(*map(ids_in, data.values()))


def questions(town: Town, selection: Selection) -> list[Any]:
    (enrolled,) = [each["id"] for each in town.everybody("sari", (ID,))]
    nik = next(each.nik for each in town.residents if each.id == enrolled)
    below = (ID, pick("status"), pick("person", *selection))
    return [
        PersonById(enrolled, selection),
        PersonByNik(str(nik), selection),
        Persons(connection(selection), town.territories[0], Page(first=5)),
        Enrolments(connection(below)),
    ]


@pytest.mark.parametrize("name", READERS)
def test_every_personal_answer_is_recorded_with_all_ids_at_every_level(town: Town, name: str) -> None:
    purpose, agency = READERS[name]
    for question in questions(town, DEEP):
        before = recorded(town)
        answer = town.ask(name, question)
        assert recorded(town) == before + 1
        entry, fact = newest(town)
        assert (entry.actor, entry.purpose, entry.agency) == (town.who(name).id, purpose, agency)
        assert entry.basis
        assert entry.policy_version == 1
        assert fact.clear["question"] == type(question).__name__
        seen = fact.refs_as("seen")
        assert len(seen) == len(set(seen))
        assert set(seen) == ids_in(answer)
        assert len(seen) > 1


@pytest.mark.parametrize("name", READERS)
def test_ids_are_recorded_also_where_none_was_asked_for(town: Town, name: str) -> None:
    for with_ids, without in zip(questions(town, (ID, *DEEP[3:4])), questions(town, BARE), strict=True):
        wanted = ids_in(town.ask(name, with_ids))
        assert ids_in(town.ask(name, without)) <= wanted
        assert set(newest(town)[1].refs_as("seen")) == wanted


def test_what_was_withheld_is_recorded(town: Town) -> None:
    question = questions(town, (pick("nik"), pick("name"), pick("mother_name")))[0]
    for name, withheld in ((STEWARD, []), ("lina", ["Person.mother_name", "Person.nik"])):
        town.ask(name, question)
        fact = newest(town)[1]
        assert sorted(fact.clear["withheld"]) == withheld
        assert fact.clear["fields"] == ["mother_name", "name", "nik"]


def test_an_answer_that_found_nobody_is_recorded_too(town: Town) -> None:
    before = recorded(town)
    assert town.ask("lina", PersonById(new_id(), (ID,))) is None
    assert recorded(town) == before + 1
    assert newest(town)[1].refs_as("seen") == ()


def test_an_entry_that_shows_personal_values_is_recorded_with_whom_it_shows(town: Town) -> None:
    person = town.somebody()
    seq = town.submit(STEWARD, CorrectPerson(person.id, {"sex": "MALE"}, "KTP")).seq
    town.ask("irma", model.LedgerEntry(seq))
    assert newest(town)[1].refs_as("seen") == (person.id,)
    before = recorded(town)
    town.ask(ADMIN, model.LedgerEntry(seq))
    assert recorded(town) == before


def test_answers_that_hold_nothing_personal_are_not_recorded(town: Town) -> None:
    before = recorded(town)
    for question in (
        model.Viewer(),
        AreaByCode("KEMENDAGRI", "3273", (ID,)),
        Programmes((ID,)),
        model.LedgerCheckpoint(),
        model.InclusionProof(1),
    ):
        for name in (*READERS, ADMIN):
            town.ask(name, question)
    town.ask(STEWARD, model.Releases())
    assert recorded(town) == before


def test_answers_at_the_same_time_are_all_recorded(town: Town) -> None:
    asked = questions(town, DEEP)[:3] * 8
    before = recorded(town)

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(town.opened.hub.ask(town.who(STEWARD), each) for each in asked))

    assert len(town.run(all_at_once())) == len(asked)
    assert recorded(town) == before + len(asked)


def test_an_investigator_learns_who_saw_a_person(town: Town) -> None:
    person = next(each for each in town.residents if each.area == town.territories[1])
    for name in ("beni", STEWARD):
        town.ask(name, PersonById(person.id, BARE))
    found = town.ask("irma", model.Disclosures(person=person.id, page=Page(first=2)))
    nodes = [edge["node"] for edge in found["edges"]]
    assert [each["actor"] for each in nodes] == [town.who(STEWARD).id, town.who("beni").id]
    assert [each["purpose"] for each in nodes] == ["pemadanan", "verval"]
    assert all(person.id in each["subjects"] for each in nodes)
    assert nodes[1]["withheld"] == ["Person.mother_name"]
    mine = town.ask("irma", model.Disclosures(actor=town.who("beni").id))
    assert [edge["node"]["seq"] for edge in mine["edges"]] == [nodes[1]["seq"]]


# --------------------------------------------------------------------------------- when recording fails


def _disk_is_full(*_: Any) -> Any:
    raise Unavailable("The ledger's database could not do its work.", "Check its disk.")


def test_an_answer_whose_recording_fails_never_leaves(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    question, before = questions(town, DEEP)[0], town.holds()
    monkeypatch.setattr(Writer, "_write", _disk_is_full)
    with pytest.raises(Unavailable):
        town.ask(STEWARD, question)
    app, token = create_app(town.opened.hub, town.settings), issue(town.settings, town.who("lina").id, 5)
    query = f'{{ person(id: "{question.id}") {{ name }} }}'
    body = town.run(post(app, "/graphql", {"query": query}, token))
    assert body["data"] == {"person": None}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAVAILABLE"]
    monkeypatch.undo()
    assert town.holds() == before
    assert town.ask(STEWARD, question)["id"] == question.id


def test_a_ledger_found_altered_gives_no_personal_answer(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    question, before = questions(town, DEEP)[0], town.holds()
    monkeypatch.setattr(town.opened.ledger, "fault", LedgerFault("Entry 3 is not what was appended."))
    with pytest.raises(LedgerFault):
        town.ask(STEWARD, question)
    assert town.ask(STEWARD, Programmes((pick("code"),))) == [{"code": "permakanan"}]
    monkeypatch.undo()
    assert town.holds() == before


# ---------------------------------------------------------------------------- when rights change meanwhile

Meanwhile = Callable[..., list[int]]


@pytest.fixture
def meanwhile(town: Town, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has commands submitted, each between an answer's compilation and its recording; tells which were."""

    def arrange(*commands: Any) -> list[int]:
        waiting, done, disclosure = list(commands), [], town.opened.ledger.disclosure

        def and_then(*args: Any) -> Any:
            if waiting:
                command = waiting.pop(0)
                who = town.who("sistem" if isinstance(command, AdoptPolicy) else ADMIN)
                elsewhere(lambda: asyncio.run(town.opened.hub.submit(who, command, wait=False)))
                done.append(recorded(town))
            return disclosure(*args)

        monkeypatch.setattr(town.opened.ledger, "disclosure", and_then)
        return done

    return arrange


def elsewhere(work: Callable[[], Any]) -> None:
    """In another thread, to its end."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def adopt(**changed: str) -> AdoptPolicy:
    rules = {**policies.rules(), **changed}
    return AdoptPolicy(policies.digest(rules), rules)


def test_an_answer_to_somebody_suspended_meanwhile_is_thrown_away(town: Town, meanwhile: Meanwhile) -> None:
    town.register("wati", "petugas_kelurahan", None, town.territories[0])
    question, before = questions(town, DEEP)[2], recorded(town)
    done = meanwhile(SuspendActor("wati", "Mutasi"))
    with pytest.raises(Forbidden, match="suspended"):
        town.ask("wati", question)
    assert done == [before]
    assert recorded(town) == before


def test_an_answer_is_asked_again_when_the_askers_rights_grew_meanwhile(
    town: Town, meanwhile: Meanwhile
) -> None:
    town.register("yuni", "petugas_kelurahan", None, town.territories[0])
    question, before = Persons(connection((ID,))), recorded(town)
    meanwhile(GrantRole("yuni", "petugas_kelurahan", "SK 3/2026", None, town.territories[1]))
    answer = town.ask("yuni", question)
    wanted = [each for each in town.residents if each.area in town.territories]
    assert answer["total_count"] == len(wanted)
    assert recorded(town) == before + 1


def test_an_answer_compiled_before_an_approval_is_thrown_away_and_asked_under_the_new_policy(
    town: Town, meanwhile: Meanwhile
) -> None:
    question, before = questions(town, (ID, pick("name"), pick("withheld", pick("field"))))[0], recorded(town)
    assert town.ask("lina", question)["name"]
    change = town.submit(
        ADMIN, ProposePolicyChange("Nama tidak perlu.", remove_rules=(NAME_FOR_LINA,))
    ).subject
    meanwhile(ApprovePolicyChange(str(change)))
    answer = town.ask("lina", question)
    assert answer["name"] is None
    assert "name" in [each["field"] for each in answer["withheld"]]
    assert recorded(town) == before + 2
    assert newest(town)[0].policy_version == 2
    town.submit("sistem", adopt())
    assert town.ask("lina", question)["name"]


def test_an_answer_to_somebody_whose_grant_was_revoked_meanwhile_is_thrown_away(
    town: Town, meanwhile: Meanwhile
) -> None:
    actor = town.register("rudi", "petugas_kelurahan", None, town.territories[0])
    (grant,) = town.opened.ledger.subjects([actor])[actor].state["grants"]
    question, before = questions(town, DEEP)[2], recorded(town)
    done = meanwhile(RevokeGrant(grant["grant"], "Mutasi"))
    with pytest.raises(Forbidden, match="no role"):
        town.ask("rudi", question)
    assert done == [before]
    assert recorded(town) == before


def test_rights_that_never_stand_still_give_no_answer(town: Town, meanwhile: Meanwhile) -> None:
    text = policies.rules()["policy.csv"]
    question, before = questions(town, DEEP)[0], recorded(town)
    done = meanwhile(*(adopt(**{"policy.csv": f"{text}# {n}\n"}) for n in range(20)))
    with pytest.raises(VersionConflict):
        town.ask("lina", question)
    assert len(done) == 12
    assert recorded(town) == before
