"""Defects that were found once and mended, each by the behaviour that was decided; they are not to come back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from neo4j import Driver

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD, LedgerSource, found_ledger, open_ledger
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, DefineAgency, GrantRole, ListAreas, SuspendActor
from hub.commands.intake import Incoming, OpenRelease, TakeRecords
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.days import local_day
from hub.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LedgerFault,
    NotFound,
    SetupError,
    Unavailable,
    VersionConflict,
)
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph.check import differences
from hub.graph.connect import GraphAddress
from hub.graph.project import Projector
from hub.questions import model
from hub.questions.model import Enrolments, Page, Programmes, ReleaseRecords, Viewer
from hub.settings import Settings
from tests.spec.hubs import Town, connection, open_town, settings_of
from tests.spec.test_faults import demand_agreement, killed_at, let_the_lease_run_out

RECORDS = (pick("source_records", pick("release", pick("label")), pick("taken_at")),)
STATUS = connection((pick("status"),))
KELURAHAN: Mapping[str, Any] = {
    "system": "KEMENDAGRI", "code": "3273999001", "name": "BARU", "level": "KELURAHAN", "parent": "327399",
    "bps_code": None, "former_names": [],
}  # fmt: skip
KECAMATAN: Mapping[str, Any] = {**KELURAHAN, "code": "327399", "level": "KECAMATAN", "parent": "3273"}


@pytest.fixture
def bare(tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver) -> Iterator[Town]:
    """A hub without persons. It empties the graph: its tests stand before those of `town`."""
    settings = settings_of(tmp_path / "hub", graph_address, graph_driver, projection_wait=3.0)
    with open_town(settings, graph_driver) as opened:
        yield opened


def day(ahead: int) -> str:
    """The ISO day so many days ahead, where the city is."""
    return local_day(datetime.now(UTC) + timedelta(days=ahead))


def graphql(town: Town, name: str, query: str) -> Any:
    app, token = create_app(town.opened.hub, town.settings), issue(town.settings, town.who(name).id, 5)
    return town.run(post(app, "/graphql", {"query": query}, token))


# --------------------------------------------------------------------------------------- hubs of their own


def test_a_birth_date_that_is_none_is_refused_before_it_could_stop_the_projector(bare: Town) -> None:
    release = str(bare.submit(STEWARD, OpenRelease("dtks", "a", "2024-01-31", "x")).subject)
    record = Incoming("person", "k", "k", {}, {"nik": "3273010101800001", "born_on": "31-12-1980"})
    with bare.refuses(InvalidInput, "birth date"):
        bare.submit(STEWARD, TakeRecords(release, 0, (record,)))


def test_a_founding_that_was_killed_is_finished(
    tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(tmp_path / "hub", graph_address, graph_driver)
    killed_at("append.committed:6", settings, "tell", tmp_path / "receipts")
    let_the_lease_run_out(settings, graph_driver)
    with open_town(settings, graph_driver) as town:
        assert [each["role"] for each in town.ask(ADMIN, Viewer())["roles"]] == ["admin_kebijakan"]
        demand_agreement(town)


async def _ready(town: Town) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(town.opened.hub, town.settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        return await client.get("/readyz")


def test_a_graph_of_another_ledger_answers_nothing_and_is_not_ready(
    tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(tmp_path / "one", graph_address, graph_driver, projection_wait=1.0)
    with open_town(settings, graph_driver) as town:
        town.programme("theirs", "diskominfo")
        town.settle()
    with open_town(settings.model_copy(update={"home": tmp_path / "two"}), graph_driver) as town:
        command = DefineProgramme("mine", "Mine", "diskominfo")
        assert not town.submit(STEWARD, command).projected
        with pytest.raises(Unavailable) as caught:
            town.ask(STEWARD, Programmes((pick("code"),)))
        assert "rebuild" in caught.value.advice
        answer = town.run(_ready(town))
        assert (answer.status_code, answer.json()["lacking"]) == (503, ["projector"])


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y"])
def test_an_address_that_is_no_ledgers_is_a_fault_of_the_setup(tmp_path: Path, url: str) -> None:
    with pytest.raises(SetupError):
        open_ledger(Settings(home=tmp_path / "hub", ledger_url=url))


def test_a_ledger_in_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "ledger.db"
    found_ledger(Settings(home=tmp_path / "hub", ledger_url=f"sqlite:///{file}")).close()
    assert file.exists()


# ------------------------------------------------------------------------------------------- one town for all


# -------------------------------------------------------------------------------------- enrolments in time


def test_an_enrolment_ends_today_or_earlier(town: Town) -> None:
    enrolment = town.enrol("sari", town.programme("end"), town.somebody())
    for ends_on in (day(2), "2999-12-31", "9999-12-31"):
        with town.refuses(InvalidInput, "today or earlier"):
            town.submit("sari", EndEnrolment(enrolment, "GRADUATED", ends_on))


def test_an_enrolment_starts_within_a_year(town: Town) -> None:
    enrolment = town.propose("sari", town.programme("start"), town.somebody())
    with town.refuses(InvalidInput, "within a year"):
        town.submit(STEWARD, Enrol(enrolment, day(370)))
    town.submit(STEWARD, Enrol(enrolment, day(360)))


def test_a_conflict_says_what_to_do(town: Town) -> None:
    person, programme = town.somebody(), town.programme("conflict")
    enrolment = town.propose("sari", programme, person)
    with town.refuses(Conflict):  # each of these checks that there is advice
        town.propose("sari", programme, person)
    town.submit(STEWARD, Enrol(enrolment))
    with town.refuses(Conflict):
        town.submit(STEWARD, Enrol(enrolment))
    town.submit("sari", EndEnrolment(enrolment, "DEAD"))
    with town.refuses(Conflict):
        town.submit("sari", EndEnrolment(enrolment, "DEAD"))


def test_a_nik_may_be_written_in_groups(town: Town) -> None:
    person, programme = town.somebody(), town.programme("groups")
    nik = f"{str(person.nik)[:6]} {str(person.nik)[6:]}"
    assert town.submit("sari", ProposeEnrolment(programme, nik=nik, born_on=person.born_on)).subject


def test_a_name_is_kept_in_one_normal_form(town: Town) -> None:
    person = town.somebody()
    town.submit(STEWARD, CorrectPerson(person.id, {"name": "Jose\u0301"}, "KTP"))
    assert town.ask(STEWARD, model.PersonById(person.id, (pick("name"),))) == {"name": "JOS\u00c9"}


# -------------------------------------------------------------------------------------- entries and who sees


def enrolment_entry(town: Town, programme: str) -> tuple[int, str]:
    """An entry that ends an enrolment, and the person."""
    person = town.somebody()
    enrolment = town.enrol("sari", town.programme(programme), person)
    return town.submit("sari", EndEnrolment(enrolment, "DEAD")).seq, person.id


def test_an_entry_shows_states_of_enrolments_to_those_who_see_all_and_records_the_person(town: Town) -> None:
    seq, person = enrolment_entry(town, "entry")
    before = town.opened.ledger.size(Log.DISCLOSURES)
    fact = town.ask("irma", model.LedgerEntry(seq))["facts"][0]
    assert fact["after"]["reason"] == "DEAD"
    assert town.opened.ledger.size(Log.DISCLOSURES) == before + 1
    (edge, *_) = town.ask("irma", model.Disclosures(person=person))["edges"]
    assert edge["node"]["question"] == "LedgerEntry"


def test_an_entry_shows_no_state_of_an_enrolment_to_a_policy_admin(town: Town) -> None:
    seq, _ = enrolment_entry(town, "admin")
    before = town.opened.ledger.size(Log.DISCLOSURES)
    fact = town.ask(ADMIN, model.LedgerEntry(seq))["facts"][0]
    assert (fact["before"], fact["after"]) == (None, None)
    assert {each["field"] for each in fact["withheld"]} == {"clear"}
    assert town.opened.ledger.size(Log.DISCLOSURES) == before


def test_a_list_of_entries_shows_no_content_of_what_is_personal(town: Town) -> None:
    enrolment_entry(town, "list")
    for name in ("irma", ADMIN):
        edges = town.ask(name, model.LedgerEntries(page=Page(first=40)))["edges"]
        facts = [fact for edge in edges for fact in edge["node"]["facts"]]
        personal = [fact for fact in facts if fact["kind"].startswith(("Enrolment", "Person"))]
        assert personal
        assert all(fact["after"] is None and fact["before"] is None for fact in personal)
        assert all(fact["withheld"][0] == {"field": "clear", "reason": "list"} for fact in personal)


def test_an_answer_about_an_enrolment_is_found_under_its_person(town: Town) -> None:
    person = town.somebody(town.territories[0])
    town.enrol("sari", town.programme("found"), person)
    assert town.ask("lina", Enrolments(STATUS, person=person.id))["edges"]
    edges = town.ask("irma", model.Disclosures(person=person.id))["edges"]
    assert edges[0]["node"]["question"] == "Enrolments"


@pytest.mark.parametrize(
    "question",
    [
        model.LedgerEntry(-5), model.LedgerEntry(0), model.LedgerEntry(2**70), model.InclusionProof(0),
        model.InclusionProof(2**70),
    ],
)  # fmt: skip
def test_an_entry_of_an_impossible_number_is_not_found(town: Town, question: Any) -> None:
    with town.refuses(NotFound):
        town.ask("irma", question)


@pytest.mark.parametrize("page", [Page(first=101), Page(first=-1), Page(last=5), Page(before="x")])
def test_a_page_of_entries_that_cant_be_is_refused(town: Town, page: Page) -> None:
    for question in (model.Disclosures(page=page), model.LedgerEntries(page=page)):
        with town.refuses(InvalidInput):
            town.ask("irma", question)


def test_a_release_that_is_not_there_has_no_records(town: Town) -> None:
    assert town.ask(STEWARD, ReleaseRecords("nonsense")) == {"records": [], "next": None}


# ------------------------------------------------------------------------------------------------- rights


def test_a_suspension_holds_before_its_receipt_is_given(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.register("tono", "petugas_kelurahan", None, town.territories[0])
    town.ask("tono", Viewer())
    ledger = town.opened.ledger
    monkeypatch.setattr(ledger, "_listeners", [lambda log, size: time.sleep(0.3), *ledger._listeners])
    town.submit(ADMIN, SuspendActor("tono", "Mutasi"), wait=False)
    with pytest.raises(Forbidden):
        town.ask("tono", Viewer())


def test_the_receipt_of_nothing_to_do_names_the_last_entry_about_its_subject(town: Town) -> None:
    town.register("joko", "petugas_kelurahan", None, town.territories[0])
    first = town.submit(ADMIN, SuspendActor("joko", "Mutasi"))
    town.programme("unrelated")
    query = 'mutation { suspendActor(input: {actor: "joko", reason: "x"}) { seq entry { action } } }'
    told = graphql(town, ADMIN, query)["data"]["suspendActor"]
    assert told == {"seq": first.seq, "entry": {"action": "actor:suspend"}}
    with town.refuses(VersionConflict):
        town.submit(ADMIN, SuspendActor("joko", "Mutasi"), expected=1)


@pytest.mark.parametrize("role", ["sistem", "pemadan"])
def test_the_role_of_a_machine_is_granted_to_nobody(town: Town, role: str) -> None:
    with town.refuses(Forbidden, "machine"):
        town.submit(ADMIN, GrantRole("sari", role, "SK"))


def test_rules_that_could_decide_nothing_are_not_adopted(town: Town) -> None:
    broken = {**policies.rules(), "policy.csv": "this is, no rule\n"}
    with town.refuses(InvalidInput):
        town.submit("sistem", AdoptPolicy(policies.digest(broken), broken))
    other = {**policies.rules(), "policy.csv": policies.rules()["policy.csv"] + "\n# x\n"}
    with town.refuses(InvalidInput, "digest"):
        town.submit("sistem", AdoptPolicy(policies.digest(broken), other))
    assert town.ask(ADMIN, Viewer())["name"] == ADMIN


# -------------------------------------------------------------------------------------- ledger and graph


def test_a_ledger_found_altered_is_not_ready(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.opened.ledger, "fault", LedgerFault("Altered.", "Ask."))
    assert town.run(town.opened.hub.readiness())["ledger"] == {"ok": False, "detail": "Altered."}


EDITS = {
    "a person bears a label of the bookkeeping": (
        "MATCH (n:Person) WITH n ORDER BY n.id LIMIT 1 SET n:LedgerHead",
        "MATCH (n:Person) REMOVE n:LedgerHead",
    ),
    "a person is made up under a label of the bookkeeping": (
        "CREATE (:Person:SchemaVersion {id: '018f0000-0000-7000-8000-0000000000bb', sort_key: 'A'})",
        "MATCH (n:Person:SchemaVersion) DETACH DELETE n",
    ),
    "a number becomes one of another type": (
        "MATCH (n:Person) WITH n ORDER BY n.id LIMIT 1 SET n.version = toFloat(n.version)",
        "MATCH (n:Person) WITH n ORDER BY n.id LIMIT 1 SET n.version = toInteger(n.version)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_the_check_finds_what_hides_behind_labels_and_types(town: Town, what: str) -> None:
    source, database = LedgerSource(town.opened.ledger), town.settings.neo4j_database
    town.settle()
    done, undone = EDITS[what]
    with town.driver.session(database=database) as session:
        session.run(done).consume()
        try:
            found = differences(town.driver, database, source)[1]
        finally:
            session.run(undone).consume()
    assert [each.label for each in found] == ["Person"]
    assert differences(town.driver, database, source)[1] == []


def test_an_area_is_listed_after_the_one_it_is_part_of_and_once(town: Town) -> None:
    with town.refuses(InvalidInput, "327399"):
        town.submit("sistem", ListAreas((KELURAHAN,)))
    with town.refuses(InvalidInput, "twice"):
        town.submit("sistem", ListAreas((KECAMATAN, KELURAHAN, {**KELURAHAN, "name": "LAIN"})))
    town.submit("sistem", ListAreas((KECAMATAN, KELURAHAN)))
    demand_agreement(town)


def test_rows_that_a_later_release_repeats_are_in_the_later_one(town: Town) -> None:
    assert town.files is not None
    town.take_in(replace(town.files, as_of="2024-12-31"), "kota-2")
    rows = [row for each in town.everybody(STEWARD, RECORDS) for row in each["source_records"]]
    assert {row["release"]["label"] for row in rows} == {"kota-2"}
    assert all(row["taken_at"] for row in rows)


def test_a_graph_that_another_process_moved_meanwhile_is_not_a_foreign_one(bare: Town) -> None:
    """The second process learns how long the ledger is, and only then the first copies a newer entry."""
    bare.settle()
    ledger = open_ledger(bare.settings)

    class Slow(LedgerSource):
        asked = 0

        def identity(self) -> tuple[str, int]:
            found = super().identity()
            self.asked += 1
            if self.asked == 1:
                bare.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
                bare.settle()
            return found

    source = Slow(ledger)
    second = Projector(bare.driver, bare.settings.neo4j_database, source, "second", lambda: None)
    try:
        assert second.catch_up() == ledger.size(Log.CHANGES)
    finally:
        second.close()
        ledger.close()
    assert source.asked == 2
