"""What officers may change, told as commands to a real hub. Each refusal also shows that nothing changed."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli import run
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, DefineAgency, GrantRole, SuspendActor
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.commands.reasons import ENDING
from hub.domain.days import local_day
from hub.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RequestConflict, VersionConflict
from hub.domain.ids import new_id
from hub.domain.selection import pick
from hub.questions.model import Enrolments, LedgerEntry, PersonById, Viewer
from tests.spec.hubs import Resident, Town

NAME = (pick("id"), pick("name"), pick("nik"))


def day(ago: int) -> str:
    """The ISO day so many days ago, where the city is."""
    return local_day(datetime.now(UTC) - timedelta(days=ago))


def seen_by(town: Town, name: str, person: Resident) -> bool:
    return town.ask(name, PersonById(person.id, NAME)) is not None


def status_of(town: Town, enrolment: str) -> str:
    question = Enrolments((pick("edges", pick("node", pick("id"), pick("status"))),))
    edges = town.ask("irma", question)["edges"]
    return next(str(edge["node"]["status"]) for edge in edges if edge["node"]["id"] == enrolment)


def at_once(town: Town, name: str, *commands: Any) -> list[Any]:
    """Receipt or refusal of each of several commands submitted at the same time."""

    async def submitted() -> list[Any]:
        each = (town.opened.hub.submit(town.who(name), command) for command in commands)
        return await asyncio.gather(*each, return_exceptions=True)

    return town.run(submitted())


# ------------------------------------------------------------------------------------------ proposals


def test_a_proposal_opens_nothing_until_somebody_outside_the_agency_accepts_it(town: Town) -> None:
    person, programme = town.somebody(), town.programme("p_opens")
    enrolment = town.propose("sari", programme, person)
    assert status_of(town, enrolment) == "PROPOSED"
    assert not seen_by(town, "sari", person)
    town.submit(STEWARD, Enrol(enrolment))
    assert status_of(town, enrolment) == "ENROLLED"
    assert seen_by(town, "sari", person)
    assert not seen_by(town, "dedi", person)


def test_a_wrong_birth_date_and_an_unknown_nik_read_the_same(town: Town) -> None:
    person, programme = town.somebody(), town.programme("p_same")
    right = ProposeEnrolment(programme, nik=person.nik, born_on=person.born_on)
    said = set()
    for wrong in (replace(right, born_on="1931-07-06"), replace(right, nik="9171010101310001")):
        with town.refuses(NotFound) as caught:
            town.submit("sari", wrong)
        said.add(str(caught.value))
    assert len(said) == 1


def test_a_hidden_person_and_a_missing_one_cant_be_proposed_by_id_and_read_the_same(town: Town) -> None:
    programme, said = town.programme("p_hidden"), set()
    for person in (town.somebody().id, new_id()):
        with town.refuses(NotFound) as caught:
            town.submit("sari", ProposeEnrolment(programme, person=person))
        said.add(str(caught.value))
    assert len(said) == 1


def test_a_person_in_a_programme_of_the_agency_is_proposed_for_another_by_id(town: Town) -> None:
    person, first, second = town.somebody(), town.programme("p_first"), town.programme("p_second")
    town.enrol("sari", first, person)
    assert town.submit("sari", ProposeEnrolment(second, person=person.id)).projected


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"programme": "p_dinkes"}, Forbidden),
        ({"programme": "p_nowhere"}, NotFound),
        ({"programme": "p_house"}, Conflict),
        ({"born_on": None}, InvalidInput),
        ({"born_on": "06-07-1972"}, InvalidInput),
        ({"nik": None, "born_on": None}, InvalidInput),
        ({"note": "x" * 501}, InvalidInput),
    ],
)
def test_refuses_a_proposal_that_cant_stand(
    town: Town, change: dict[str, Any], refusal: type[InvalidInput]
) -> None:
    for code, agency, unit in (
        ("p_mine", "dinsos", "PERSON"),
        ("p_dinkes", "dinkes", "PERSON"),
        ("p_house", "dinsos", "HOUSEHOLD"),
    ):
        town.programme(code, agency, unit=unit)
    person = town.residents[0]
    right = ProposeEnrolment("p_mine", nik=person.nik, born_on=person.born_on)
    with town.refuses(refusal):
        town.submit("sari", replace(right, **change))


def test_of_two_proposals_of_one_person_at_once_one_stands(town: Town) -> None:
    person, programme = town.somebody(), town.programme("p_once")
    command = ProposeEnrolment(programme, nik=person.nik, born_on=person.born_on)
    before = town.holds().changes
    outcomes = at_once(town, "sari", command, command)
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Receipt"]
    assert town.holds().changes == before + 1


def test_only_officers_of_the_agency_propose(town: Town) -> None:
    person, programme = town.somebody(), town.programme("p_whose")
    for name in (STEWARD, ADMIN, "lina", "irma", "dedi"):
        with town.refuses(Forbidden):
            town.propose(name, programme, person)


# -------------------------------------------------------------------------------------------- accepting


def test_a_proposal_is_never_accepted_by_the_agency_that_made_it_nor_by_who_made_it(town: Town) -> None:
    person, programme = town.somebody(), town.programme("e_eyes")
    town.register("siti", "petugas_opd", "dinsos")
    town.submit(ADMIN, GrantRole("siti", "walidata", "SK 2/2026", "diskominfo"))
    command = ProposeEnrolment(programme, nik=person.nik, born_on=person.born_on)
    proposal = town.opened.hub.submit(town.who("siti", "penyaluran_bantuan"), command)
    enrolment = str(town.run(proposal).subject)
    town.register("sri", "walidata", "dinsos")
    for name, purpose in (("siti", "pemadanan"), ("sri", "pemadanan"), ("sari", None)):
        with town.refuses(Forbidden):
            town.run(town.opened.hub.submit(town.who(name, purpose), Enrol(enrolment)))
    town.submit(STEWARD, Enrol(enrolment))


def test_a_kelurahan_officer_accepts_only_in_the_own_territory(town: Town) -> None:
    person, programme = town.somebody(town.territories[0]), town.programme("e_where")
    enrolment = town.propose("sari", programme, person)
    said = set()
    for asked in (enrolment, new_id()):
        with town.refuses(Forbidden) as caught:
            town.submit("beni", Enrol(asked))
        said.add(str(caught.value))
    assert len(said) == 1
    town.submit("lina", Enrol(enrolment))
    assert status_of(town, enrolment) == "ENROLLED"


# ----------------------------------------------------------------------------------------------- ending


def test_every_reason_code_ends_an_enrolment_and_no_other_word_does(town: Town) -> None:
    person, programme = town.somebody(), town.programme("x_reason")
    for reason in ENDING[:3]:
        enrolment = town.enrol("sari", programme, person)
        town.submit("sari", EndEnrolment(enrolment, reason))
        assert status_of(town, enrolment) == "ENDED"
    enrolment = town.enrol("sari", programme, person)
    with town.refuses(InvalidInput, "no reason code"):
        town.submit("sari", EndEnrolment(enrolment, "BORED"))


@pytest.mark.parametrize(("ended", "sees"), [(0, True), (365, True), (366, False)])
def test_the_agency_sees_whom_it_helped_for_twelve_months(town: Town, ended: int, sees: bool) -> None:
    person, programme = town.somebody(), town.programme(f"x_sight_{ended}")
    enrolment = town.enrol("sari", programme, person, day(400))
    town.submit("sari", EndEnrolment(enrolment, "GRADUATED", day(ended)))
    assert seen_by(town, "sari", person) is sees


def test_an_enrolment_is_ended_by_its_own_agency_only_and_not_before_it_began(town: Town) -> None:
    person, programme = town.somebody(town.territories[0]), town.programme("x_whose")
    enrolment = town.enrol("sari", programme, person, day(10))
    for name in ("dedi", STEWARD, "lina", "irma", ADMIN):
        with town.refuses(Forbidden):
            town.submit(name, EndEnrolment(enrolment, "DEAD"))
    with town.refuses(InvalidInput):
        town.submit("sari", EndEnrolment(enrolment, "DEAD", day(11)))


def test_a_proposal_is_taken_back_by_ending_it_and_opens_nothing(town: Town) -> None:
    person, programme = town.somebody(), town.programme("x_back")
    enrolment = town.propose("sari", programme, person)
    town.submit("sari", EndEnrolment(enrolment, "RESIGNED"))
    assert not seen_by(town, "sari", person)
    assert status_of(town, enrolment) == "ENDED"


# -------------------------------------------------------------------------------------------- correcting


def test_a_correction_stands_against_a_later_register(town: Town, tmp_path: Path) -> None:
    corrected, other = town.somebody(), town.somebody()
    town.submit(STEWARD, CorrectPerson(corrected.id, {"name": "Corrected Name"}, "KTP"))
    files = town.files
    assert files is not None
    text = files.dtks.read_text()
    for person in (corrected, other):
        text = text.replace(f'"{person.nik}"|"{person.name}"', f'"{person.nik}"|"NAMA BARU"')
    assert text.count("NAMA BARU") >= 2
    (tmp_path / "later.csv").write_text(text, newline="")
    town.take_in(replace(files, dtks=tmp_path / "later.csv", as_of="2024-11-30"), "kota-2")
    names = [town.ask(STEWARD, PersonById(each.id, NAME))["name"] for each in (corrected, other)]
    assert names == ["CORRECTED NAME", "NAMA BARU"]


def test_a_person_is_corrected_only_within_the_territory_and_hidden_reads_like_missing(town: Town) -> None:
    person = town.somebody(town.territories[0])
    said = set()
    for asked in (person.id, new_id()):
        with town.refuses(NotFound) as caught:
            town.submit("beni", CorrectPerson(asked, {"sex": "MALE"}, "KTP"))
        said.add(str(caught.value))
    assert len(said) == 1
    for name in ("sari", "irma", ADMIN):
        with town.refuses(Forbidden):
            town.submit(name, CorrectPerson(person.id, {"sex": "MALE"}, "KTP"))
    assert town.submit("lina", CorrectPerson(person.id, {"mother_name": "iis"}, "KK")).projected


@pytest.mark.parametrize(
    "values",
    [{}, {"nik": "3273010101010000"}, {"born_on": "1820-01-01"}, {"born_on": "2999-01-01"}, {"sex": "X1Y2"},
     {"kelurahan": "3273011001"}, {"name": "\x07\x07"}, {"name": 7}, {"name": "=cmd()\n"}, {"mother_name": "@sum"},
     {"birthplace": "+62"}, {"name": "BU\x1cDI"}, {"name": "BU\u202eDI"}, {"name": "12345"}, {"name": "TIDAK ADA"},
     {"mother_name": "IBU"}, {"marital_status": "XX"}, {"relation_to_head": "zz"}, {"sex": "male"}],
)  # fmt: skip
def test_refuses_a_correction_that_cant_be_and_repeats_no_value(town: Town, values: dict[str, Any]) -> None:
    with town.refuses(InvalidInput) as caught:
        town.submit(STEWARD, CorrectPerson(town.residents[0].id, values, "KTP"))
    assert not any(str(value) in str(caught.value) for value in values.values())


def test_a_nik_of_somebody_else_is_not_given_by_a_correction(town: Town) -> None:
    mine, theirs = town.somebody(), town.somebody()
    for _ in range(2):
        with town.refuses(Conflict, "Another person") as caught:
            town.submit(STEWARD, CorrectPerson(mine.id, {"nik": theirs.nik}, "KTP"))
        assert str(theirs.nik) not in str(caught.value)
        # also when only their records say so any more
        town.submit(STEWARD, CorrectPerson(theirs.id, {"nik": "3273010101010001"}, "KTP"))
    free, taken = "3273010101010002", "3273010101010001"
    with town.refuses(Conflict, "Another person"):
        town.submit(STEWARD, CorrectPerson(mine.id, {"nik": taken}, "KTP"))
    for nik in (mine.nik, free, mine.nik):  # what was given back is free, and the own always
        assert town.submit(STEWARD, CorrectPerson(mine.id, {"nik": nik}, "KTP")).projected
    assert town.submit(STEWARD, CorrectPerson(theirs.id, {"nik": free}, "KTP")).projected


def test_a_coded_value_is_corrected_to_its_label(town: Town) -> None:
    person = town.somebody()
    given = {
        "marital_status": "cerai  mati",
        "relation_to_head": "kepala keluarga",
        "birthplace": "kab. garut",
    }
    town.submit(STEWARD, CorrectPerson(person.id, given, "KTP"))
    found = town.ask(STEWARD, PersonById(person.id, tuple(map(pick, given))))
    assert found == {
        "marital_status": "CERAI MATI", "relation_to_head": "KEPALA KELUARGA", "birthplace": "KAB. GARUT",
    }  # fmt: skip


def test_no_free_text_of_a_command_holds_control_signs_or_begins_like_a_formula(town: Town) -> None:
    person, programme = town.somebody(), town.programme("p_words")
    enrolment, other = town.propose("sari", programme, person), town.somebody()
    for said in ("=1+1", "@x", "+1", "-1", "a\x00b", "a\x85b", "a\u200bb", " \n "):
        for name, command in (
            ("sari", ProposeEnrolment(programme, nik=other.nik, born_on=other.born_on, note=said)),
            ("sari", EndEnrolment(enrolment, "DEAD", note=said)),
            (STEWARD, CorrectPerson(person.id, {"sex": "MALE"}, said)),
            (STEWARD, DefineProgramme("d_words", said, "dinsos")),
            (STEWARD, DefineProgramme("d_words", "Satu", "dinsos", funded_by=said)),
            (ADMIN, DefineAgency("a_words", said)),
            (ADMIN, GrantRole("sari", "walidata", said)),
            (ADMIN, SuspendActor("sari", said)),
        ):
            with pytest.raises(InvalidInput):
                town.submit(name, command)


# --------------------------------------------------------------------------------------- rights of others


@pytest.mark.parametrize(
    ("grant", "refusal"),
    [
        (GrantRole(ADMIN, "walidata", "SK", "diskominfo"), Forbidden),
        (GrantRole("lina", "petugas_opd", "SK"), InvalidInput),
        (GrantRole("sari", "petugas_kelurahan", "SK"), InvalidInput),
        (GrantRole("sari", "walikota", "SK"), InvalidInput),
        (GrantRole("sari", "petugas_opd", "SK", "nowhere"), NotFound),
        (GrantRole("sari", "petugas_kelurahan", "SK", None, "9999999999"), NotFound),
        (GrantRole("nobody", "walidata", "SK"), NotFound),
        (GrantRole("sari", "walidata", "SK", None, None, "2026-02-01", "2026-01-01"), InvalidInput),
        (GrantRole("sari", "walidata", " "), InvalidInput),
    ],
)
def test_refuses_a_grant_that_cant_stand(town: Town, grant: GrantRole, refusal: type[Forbidden]) -> None:
    with town.refuses(refusal):
        town.submit(ADMIN, grant)


def test_only_a_policy_admin_grants_and_suspends(town: Town) -> None:
    for name in (STEWARD, "sari", "lina", "irma"):
        with town.refuses(Forbidden):
            town.submit(name, GrantRole("dedi", "walidata", "SK"))
        with town.refuses(Forbidden):
            town.submit(name, SuspendActor("dedi", "Mutasi"))
    with town.refuses(Forbidden):
        town.submit(ADMIN, SuspendActor(ADMIN, "Mutasi"))


@pytest.mark.parametrize("name", ["sistem", "pemadan"])
def test_the_rights_of_a_machine_are_neither_taken_nor_widened(town: Town, name: str) -> None:
    for asked in (name, town.who(name).id):
        with town.refuses(Forbidden, "machine"):
            town.submit(ADMIN, SuspendActor(asked, "Mutasi"))
        with town.refuses(Forbidden, "machine"):
            town.submit(ADMIN, GrantRole(asked, "walidata", "SK"))


def test_of_two_policy_admins_who_suspend_each_other_at_once_one_is_left(town: Town) -> None:
    names = ("wati", "yani")
    for name in names:
        town.register(name, "admin_kebijakan", "diskominfo")

    async def each_other() -> list[Any]:
        pairs = (names, reversed(names))
        each = (town.opened.hub.submit(town.who(one), SuspendActor(other, "Mutasi")) for one, other in pairs)
        return await asyncio.gather(*each, return_exceptions=True)

    outcomes = town.run(each_other())
    assert sorted(type(each).__name__ for each in outcomes) == ["Forbidden", "Receipt"]


def test_the_last_policy_admin_is_not_suspended_by_whom_a_policy_lets_suspend(town: Town) -> None:
    rules = policies.rules()
    wider = "walidata, *, actor:suspend, Actor, pemadanan, all, show, allow\n"
    changed = {**rules, "policy.csv": rules["policy.csv"] + wider}
    town.register("nani", "admin_kebijakan", "diskominfo")
    past = GrantRole("sari", "admin_kebijakan", "SK", None, None, "2020-01-01", "2020-12-31")
    town.submit(ADMIN, past)  # no longer one
    town.submit("sistem", AdoptPolicy(policies.digest(changed), changed))
    try:
        town.submit(STEWARD, SuspendActor("nani", "Mutasi"))
        for name in ("wati", "yani"):
            if town.opened.actor_id(name):
                town.submit(STEWARD, SuspendActor(name, "Mutasi"))
        with town.refuses(Conflict, "last policy admin"):
            town.submit(STEWARD, SuspendActor(ADMIN, "Mutasi"))
    finally:
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))


def test_no_token_is_issued_to_a_suspended_account(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_HOME", str(town.settings.home))
    town.register("udin", "petugas_kelurahan", None, town.territories[0])
    assert run(["token", "udin"]) == 0
    assert capsys.readouterr().out.startswith("eyJ")
    town.submit(ADMIN, SuspendActor("udin", "Mutasi"))
    assert run(["token", "udin"]) == Forbidden.exit_code
    told = capsys.readouterr()
    assert told.out == ""
    assert "suspended" in told.err


def test_a_suspended_officers_next_ask_is_refused_though_the_token_still_holds(town: Town) -> None:
    actor = town.register("tono", "petugas_kelurahan", None, town.territories[0])
    app, token = create_app(town.opened.hub, town.settings), issue(town.settings, actor, 5)
    query = {"query": "{ viewer { name } }"}
    assert town.run(post(app, "/graphql", query, token))["data"] == {"viewer": {"name": "tono"}}
    town.submit(ADMIN, SuspendActor("tono", "Mutasi"))
    (error,) = town.run(post(app, "/graphql", query, token))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    with town.refuses(Forbidden, "suspended"):
        town.ask("tono", Viewer())
    with town.refuses(Forbidden, "suspended"):
        town.submit("tono", CorrectPerson(town.residents[0].id, {"sex": "MALE"}, "KTP"))


# --------------------------------------------------------------------------------------------- programmes


def test_a_programme_keeps_its_agency_and_its_unit(town: Town) -> None:
    first = DefineProgramme("d_keeps", "Satu", "dinsos", "PERSON", "APBD", ("pangan",), 5)
    assert town.submit(STEWARD, first).version == 1
    assert town.submit(STEWARD, replace(first, name="Dua")).version == 2
    with town.refuses(Conflict):
        town.submit(STEWARD, replace(first, agency="dinkes"))
    with town.refuses(Conflict):
        town.submit(STEWARD, replace(first, unit="HOUSEHOLD"))
    before = town.holds()
    assert town.submit(STEWARD, replace(first, name="Dua")).repeated
    assert town.holds() == before


def test_an_agency_defines_its_own_programmes_only(town: Town) -> None:
    assert town.submit("sari", DefineProgramme("d_own", "Satu", "dinsos")).projected
    with town.refuses(Forbidden):
        town.submit("sari", DefineProgramme("d_other", "Satu", "dinkes"))
    for name in ("lina", "irma", ADMIN):
        with town.refuses(Forbidden):
            town.submit(name, DefineProgramme("d_other", "Satu", "dinsos"))


@pytest.mark.parametrize("change", [{"code": "No Code"}, {"unit": "CITY"}, {"quota": -1}, {"name": ""}])
def test_refuses_a_programme_that_cant_be(town: Town, change: dict[str, Any]) -> None:
    with town.refuses(InvalidInput):
        town.submit(STEWARD, replace(DefineProgramme("d_cant", "Satu", "dinsos"), **change))


def test_of_two_at_once_on_the_last_place_one_wins(town: Town) -> None:
    programme = town.programme("q_last", quota=2)
    town.enrol("sari", programme, town.somebody())
    enrolments = [town.propose("sari", programme, town.somebody()) for _ in range(2)]
    before = town.holds()
    outcomes = at_once(town, STEWARD, *map(Enrol, enrolments))
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Receipt"]
    after = town.holds()
    assert after.changes == before.changes + 1
    assert sorted(status_of(town, each) for each in enrolments) == ["ENROLLED", "PROPOSED"]
    lost = next(e for e, outcome in zip(enrolments, outcomes, strict=True) if isinstance(outcome, Conflict))
    won = next(each for each in enrolments if each != lost)
    with town.refuses(Conflict, "places"):
        town.submit(STEWARD, Enrol(lost))
    town.submit("sari", EndEnrolment(won, "MOVED_OUT_CITY"))
    town.submit(STEWARD, Enrol(lost))


# ------------------------------------------------------------------------------------ versions and requests


def test_refuses_a_change_of_what_the_asker_has_not_seen(town: Town) -> None:
    person, programme = town.somebody(), town.programme("v_seen")
    enrolment = town.propose("sari", programme, person)
    with town.refuses(VersionConflict):
        town.submit(STEWARD, Enrol(enrolment), expected=2)
    assert town.submit(STEWARD, Enrol(enrolment), expected=1).version == 2


def test_the_same_request_again_gives_the_first_receipt_and_writes_nothing(town: Town) -> None:
    person, request = town.somebody(), str(uuid.uuid4())
    command = CorrectPerson(person.id, {"birthplace": "GARUT"}, "KTP")
    first = town.submit(STEWARD, command, request=request)
    before = town.holds()
    again = town.submit(STEWARD, command, request=request.upper())
    assert again == replace(first, repeated=True)
    assert town.holds() == before
    entry = town.ask("irma", LedgerEntry(first.seq))
    assert (entry["leaf_hash"], entry["action"]) == (first.leaf_hash, "person:correct")


def test_a_request_id_with_another_body_is_a_conflict_and_of_another_actor_is_another_request(
    town: Town,
) -> None:
    person, request = town.somebody(town.territories[0]), str(uuid.uuid4())
    command = CorrectPerson(person.id, {"birthplace": "GARUT"}, "KTP")
    first = town.submit(STEWARD, command, request=request)
    for name, other in ((STEWARD, replace(command, evidence="KK")), (STEWARD, SuspendActor("sari", "x"))):
        with town.refuses(RequestConflict):
            town.submit(name, other, request=request)
    with town.refuses(RequestConflict):
        town.submit(STEWARD, command, request=request, expected=first.version)
    assert town.submit("lina", command, request=request).seq > first.seq
