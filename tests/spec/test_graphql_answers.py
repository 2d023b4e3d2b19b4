"""What a query or a mutation means to the doors, and what their answers look like over GraphQL."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from hub.commands.access import GrantRole, SuspendActor
from hub.commands.arranging import FormHousehold, MoveMember, SplitHousehold
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.errors import Forbidden, HubError, NotFound, Unavailable, VersionConflict
from hub.domain.facts import Actor
from hub.domain.selection import pick
from hub.questions import model
from hub.questions.model import Page
from hub.settings import Settings
from tests.desk import ACTOR, BOTH, ENROLMENT, ENTRY, HOUSEHOLD, MADE_UP, ONE, PERSON, Client, code_of

REQUEST = "0198c5a0-0000-4000-8000-0000000000cc"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(Settings(home=tmp_path))


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


# ------------------------------------------------------------------------------------------- questions


def test_answers_a_person_with_what_was_selected(client: Client) -> None:
    body = client.ask("query($id: ID!) { person(id: $id) { name bornOn area { code } } }", {"id": PERSON})
    assert body["data"] == {
        "person": {"name": "ASEP MADEUP", "bornOn": "1980-02-03", "area": {"code": "3273011001"}}
    }
    assert "errors" not in body
    ((actor, question),) = client.desk.asked
    assert actor == Actor(ACTOR, None)
    picks = (pick("name"), pick("born_on"), pick("area", pick("code")))
    assert [(p.name, p.args) for p in question.selection] == [(p.name, ()) for p in picks]
    assert question.id == PERSON


def test_says_how_current_the_answer_is(client: Client) -> None:
    body = client.ask("{ programmes { code } }")
    assert body["extensions"].keys() == {"asOfSeq", "behind", "requestId"}
    assert body["extensions"]["asOfSeq"] == 7
    assert body["extensions"]["behind"] is False


def test_passes_the_purpose_on(client: Client) -> None:
    client.ask("{ programmes { code } }", hub_purpose="verval")
    assert client.desk.asked[0][0] == Actor(ACTOR, "verval")


def test_keys_the_answer_by_alias_also_where_aliases_cross_names(client: Client) -> None:
    query = f'{{ a: person(id: "{PERSON}") {{ name: nik nik: name me: __typename }} }}'
    assert client.ask(query)["data"] == {
        "a": {"name": MADE_UP["nik"], "nik": MADE_UP["name"], "me": "Person"}
    }


def test_keys_ledger_answers_by_alias_too(client: Client) -> None:
    body = client.ask(
        "{ e: ledgerEntry(seq: 7) { seq: policyVersion policyVersion: seq facts { what: kind } } }"
    )
    assert body["data"] == {"e": {"seq": 2, "policyVersion": 7, "facts": [{"what": "PersonCorrected"}]}}


def test_spells_fragments_out_and_heeds_skip_and_include(client: Client) -> None:
    query = """
    query($id: ID!, $full: Boolean!) {
      person(id: $id) { ...Short ... on Person @include(if: $full) { sex } area @skip(if: $full) { code } }
      nothing: person(id: $id) @include(if: false) { id }
    }
    fragment Short on Person { name ... on Node { id } }
    """
    full = client.ask(query, {"id": PERSON, "full": True})["data"]
    assert full == {"person": {"name": "ASEP MADEUP", "id": PERSON, "sex": "MALE"}}
    short = client.ask(query, {"id": PERSON, "full": False})["data"]
    assert short == {"person": {"name": "ASEP MADEUP", "id": PERSON, "area": {"code": "3273011001"}}}
    picked = [[each.name for each in question.selection] for _, question in client.desk.asked]
    assert picked == [["name", "id", "sex"], ["name", "id", "area"]]


def test_gives_arguments_below_the_root_in_plain_terms(client: Client) -> None:
    query = """query($id: ID!, $s: EnrolmentStatus) { person(id: $id) {
      enrolments(filter: {status: $s, programme: null}) { id from } } }"""
    client.ask(query, {"id": PERSON, "s": "ENROLLED"})
    (only,) = client.desk.asked[0][1].selection
    assert only.args == (("filter", {"status": "ENROLLED"}),)
    assert [each.name for each in only.picks] == ["id", "from"]


def test_refuses_filters_below_a_row_that_nobody_would_heed(client: Client) -> None:
    query = f'{{ person(id: "{PERSON}") {{ enrolments(filter: {{agency: "dinsos"}}) {{ id }} }} }}'
    assert code_of(client.ask(query)) == "INVALID_INPUT"
    assert client.desk.asked == []


def test_asks_for_persons_of_an_area_page_by_page(client: Client) -> None:
    query = """{ persons(filter: {area: {code: "32.73.01"}}, first: 5, after: "c0") {
      edges { cursor node { id withheld { field } } } pageInfo { hasNextPage endCursor } totalCount } }"""
    assert client.ask(query)["data"]["persons"] == {
        "edges": [{"cursor": "c1", "node": {"id": PERSON, "withheld": [{"field": "motherName"}]}}],
        "pageInfo": {"hasNextPage": True, "endCursor": "c7"},
        "totalCount": 1,
    }
    question = client.desk.asked[0][1]
    assert (question.area, question.page) == ("327301", Page(5, "c0", None, None))


def test_translates_a_bps_code_before_asking(client: Client) -> None:
    client.ask('{ persons(filter: {area: {system: BPS, code: "3273111001"}}) { totalCount } }')
    by_code, persons = [question for _, question in client.desk.asked]
    assert (by_code.system, by_code.code) == ("BPS", "3273111001")
    assert persons.area == "3273011001"


def test_an_unknown_bps_code_is_said_so(client: Client) -> None:
    client.desk.answers[model.AreaByCode] = None
    body = client.ask('{ persons(filter: {area: {system: BPS, code: "1"}}) { totalCount } }')
    assert code_of(body) == "NOT_FOUND"
    assert len(client.desk.asked) == 1


def test_finds_one_programme_by_code_whatever_was_selected(client: Client) -> None:
    assert client.ask('{ programme(code: "pkh") { name } }')["data"] == {"programme": {"name": "PKH"}}
    assert client.ask('{ programme(code: "pkh") { code0: name code1: id } }')["data"] == {
        "programme": {"code0": "PKH", "code1": "p1"}
    }
    assert client.ask('{ programme(code: "pkh") { x: code } }')["data"] == {"programme": {"x": "pkh"}}
    assert client.ask('{ programme(code: "none") { name } }')["data"] == {"programme": None}


def test_a_node_is_whatever_has_the_id_or_null(client: Client) -> None:
    query = """query($id: ID!) { node(id: $id) {
        __typename id ... on Person { name } ... on Household { members { name } } ... on Area { code }
        ... on Match { judgement left { rowKey } } } }"""
    assert client.ask(query, {"id": PERSON})["data"] == {"node": None}
    client.desk.answers[model.NodeById] = {**MADE_UP, "__typename": "Person"}
    body = client.ask(query, {"id": PERSON})
    assert body["data"] == {"node": {"__typename": "Person", "id": PERSON, "name": "ASEP MADEUP"}}
    client.desk.answers[model.NodeById] = {**HOUSEHOLD, "__typename": "Household"}
    assert client.ask(query, {"id": PERSON})["data"] == {
        "node": {"__typename": "Household", "id": HOUSEHOLD["id"], "members": [{"name": "ASEP MADEUP"}]}
    }
    client.desk.answers[model.NodeById] = {
        "__typename": "Match",
        "id": "m1",
        "judgement": "SAME",
        "left": {"row_key": "a"},
        "reason": "x",
    }
    assert client.ask(query, {"id": PERSON})["data"] == {
        "node": {"__typename": "Match", "id": "m1", "judgement": "SAME", "left": {"rowKey": "a"}}
    }
    assert client.ask(query, {"id": "no-uuid"})["data"] == {"node": None}
    assert {type(question) for _, question in client.desk.asked} == {model.NodeById}
    assert len(client.desk.asked) == 4


def test_households_of_an_area_are_asked_for_page_by_page(client: Client) -> None:
    query = """query($f: HouseholdFilter) { households(filter: $f, first: 3, after: "c0") {
        totalCount edges { node { head { name } area { code } } } } }"""
    body = client.ask(query, {"f": {"area": {"code": "32.73"}}})
    (edge,) = body["data"]["households"]["edges"]
    assert edge["node"] == {"head": {"name": "ASEP MADEUP"}, "area": {"code": "3273011001"}}
    ((_, question),) = client.desk.asked
    assert (question.area, question.page.first, question.page.after) == ("3273", 3, "c0")
    assert client.ask("query($id: ID!) { household(id: $id) { id } }", {"id": HOUSEHOLD["id"]})["data"] == {
        "household": {"id": HOUSEHOLD["id"]}
    }


def test_passes_every_filter_of_enrolments_on(client: Client) -> None:
    query = """query($f: EnrolmentFilter) { enrolments(filter: $f, first: 3) { totalCount } }"""
    wanted = {
        "programme": "pkh",
        "agency": "dinsos",
        "status": "ENDED",
        "area": {"code": "32.73"},
        "person": PERSON,
    }
    client.ask(query, {"f": wanted})
    client.ask(query)
    given, bare = [question for _, question in client.desk.asked]
    assert (given.programme, given.agency, given.status, given.area) == ("pkh", "dinsos", "ENDED", "3273")
    assert (given.person, given.page.first) == (PERSON, 3)
    assert {bare.programme, bare.agency, bare.status, bare.area, bare.person} == {None}


def test_asks_the_ledger(client: Client) -> None:
    query = """query($f: EntryFilter, $d: DisclosureFilter) {
      ledgerEntries(filter: $f, first: 1) {
        edges { cursor node { seq recordedAt facts { after } } } totalCount }
      disclosures(filter: $d) { totalCount }
      releases(register: "dtks") { label } }"""
    body = client.ask(query, {"f": {"subject": PERSON, "actor": ACTOR}, "d": {"person": PERSON}})
    node = {"seq": 7, "recordedAt": ENTRY["recorded_at"], "facts": [{"after": {"fields": ["name"]}}]}
    assert body["data"] == {
        "ledgerEntries": {"edges": [{"cursor": "c7", "node": node}], "totalCount": None},
        "disclosures": {"totalCount": 0},
        "releases": [],
    }
    asked = {type(question): question for _, question in client.desk.asked}
    assert asked[model.LedgerEntries] == model.LedgerEntries(PERSON, ACTOR, Page(1))
    assert asked[model.Disclosures] == model.Disclosures(PERSON, None, Page(20))
    assert asked[model.Releases] == model.Releases("dtks")


def test_one_failing_part_leaves_the_others(client: Client) -> None:
    client.desk.failing[model.PersonById] = Unavailable("The graph does not answer.", "Try again soon.")
    body = client.ask(BOTH)
    assert body["data"] == {"person": None, "programmes": [{"code": "pkh"}, {"code": "rutilahu"}]}
    assert code_of(body) == "UNAVAILABLE"
    assert body["errors"][0]["path"] == ["person"]


def test_a_promised_value_that_fails_takes_all_data_with_it(client: Client) -> None:
    client.desk.failing[model.Programmes] = Forbidden("No.", "Ask for the role.")
    body = client.ask("{ programmes { code } }")
    assert body["data"] is None
    assert code_of(body) == "FORBIDDEN"


# --------------------------------------------------------------------------------------------- changes

CHANGES: list[tuple[str, dict[str, Any], Any]] = [
    ("proposeEnrolment", {"programme": "pkh", "nik": "3273010302800001", "bornOn": "1980-02-03", "note": "x"},
     ProposeEnrolment("pkh", None, "3273010302800001", "1980-02-03", "x")),
    ("proposeEnrolment", {"programme": "pkh", "person": PERSON.upper()}, ProposeEnrolment("pkh", PERSON)),
    ("proposeEnrolment",
     {"programme": "pkh", "household": PERSON.upper(), "familyCardNumber": "3273", "bornOn": "1980-02-03"},
     ProposeEnrolment("pkh", born_on="1980-02-03", household=PERSON, family_card_number="3273")),
    ("proposeEnrolment", {"programme": "pkh", "familyCard": PERSON.upper(), "person": PERSON},
     ProposeEnrolment("pkh", PERSON, family_card=PERSON)),
    ("enrol", {"enrolment": ENROLMENT, "startsOn": "2026-01-01"}, Enrol(ENROLMENT, "2026-01-01")),
    ("endEnrolment", {"enrolment": ENROLMENT, "reason": "DEAD", "note": None},
     EndEnrolment(ENROLMENT, "DEAD")),
    ("correctPerson",
     {"person": PERSON, "evidence": "KTP", "values": {"sex": "FEMALE", "motherName": "IIS", "name": None}},
     CorrectPerson(PERSON, {"sex": "FEMALE", "mother_name": "IIS"}, "KTP")),
    ("formHousehold", {"persons": [PERSON], "head": PERSON.upper(), "reason": "x", "on": "2026-01-01"},
     FormHousehold((PERSON,), PERSON, "x", "2026-01-01")),
    ("moveMember", {"person": PERSON, "fromHousehold": ENROLMENT.upper(), "reason": "x"},
     MoveMember(PERSON, ENROLMENT, None, "x")),
    ("moveMember", {"person": PERSON, "toHousehold": ENROLMENT, "reason": "x", "on": "2026-01-01"},
     MoveMember(PERSON, None, ENROLMENT, "x", "2026-01-01")),
    ("splitHousehold", {"household": ENROLMENT, "persons": [PERSON], "head": PERSON, "reason": "x"},
     SplitHousehold(ENROLMENT, (PERSON,), PERSON, "x")),
    ("grantRole",
     {"actor": "euis", "role": "petugas_kelurahan", "reason": "SK 1", "territory": {"code": "32.73.01.1001"},
      "startsOn": "2026-01-01", "endsOn": "2026-12-31"},
     GrantRole("euis", "petugas_kelurahan", "SK 1", None, "3273011001", "2026-01-01", "2026-12-31")),
    ("suspendActor", {"actor": "euis", "reason": "left"}, SuspendActor("euis", "left")),
    ("defineProgramme", {"code": "pkh", "name": "PKH", "agency": "dinsos", "needs": ["FOOD"], "quota": 5},
     DefineProgramme("pkh", "PKH", "dinsos", "PERSON", None, ("FOOD",), 5)),
    ("defineProgramme",
     {"code": "rtlh", "name": "RTLH", "agency": "dpkp", "unit": "HOUSEHOLD", "fundedBy": "APBD"},
     DefineProgramme("rtlh", "RTLH", "dpkp", "HOUSEHOLD", "APBD")),
]  # fmt: skip


def change(name: str, selection: str = "seq subject version leafHash recordedAt projected") -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} }} }}"


@pytest.mark.parametrize(("name", "given", "command"), CHANGES)
def test_submits_a_command_and_hands_back_the_receipt(
    client: Client, name: str, given: dict[str, Any], command: Any
) -> None:
    body = client.ask(change(name), {"input": {**given, "requestId": REQUEST}}, hub_purpose="verval")
    assert "errors" not in body
    assert client.desk.submitted == [(Actor(ACTOR, "verval"), command, REQUEST, None)]
    assert body["data"][name] == {
        "seq": 7, "subject": PERSON, "version": 4, "leafHash": "ab" * 32,
        "recordedAt": "2026-01-02T03:04:05.000006Z", "projected": True,
    }  # fmt: skip
    assert (body["extensions"]["asOfSeq"], body["extensions"]["behind"]) == (7, False)


def test_passes_the_expected_version_on(client: Client) -> None:
    client.ask(change("suspendActor"), {"input": {"actor": "euis", "reason": "left", "expectedVersion": 3}})
    assert client.desk.submitted[0][2:] == (None, 3)


def test_says_when_a_change_is_not_readable_yet(client: Client) -> None:
    client.desk.projected = False
    body = client.ask(change("suspendActor"), {"input": {"actor": "euis", "reason": "left"}})
    assert body["data"]["suspendActor"]["projected"] is False
    assert body["extensions"]["behind"] is True


def test_brings_the_entry_along_when_asked(client: Client) -> None:
    query = change("suspendActor", "seq entry { action facts { kind } }")
    body = client.ask(query, {"input": {"actor": "euis", "reason": "left"}})
    entry = {"action": "person:correct", "facts": [{"kind": "PersonCorrected"}]}
    assert body["data"] == {"suspendActor": {"seq": 7, "entry": entry}}
    assert [question for _, question in client.desk.asked] == [model.LedgerEntry(7)]


def test_a_change_stands_though_its_entry_may_not_be_read(client: Client) -> None:
    client.desk.failing[model.LedgerEntry] = Forbidden("Not for this role.", "Ask an investigator.")
    body = client.ask(
        change("suspendActor", "seq entry { seq }"), {"input": {"actor": "euis", "reason": "left"}}
    )
    assert body["data"] == {"suspendActor": {"seq": 7, "entry": None}}
    assert code_of(body) == "FORBIDDEN"
    assert body["errors"][0]["path"] == ["suspendActor", "entry"]


def test_changes_run_in_order_and_stop_at_the_first_refusal(client: Client) -> None:
    client.desk.failing[SuspendActor] = VersionConflict("Changed meanwhile.", "Read it again.")
    body = client.ask(
        """mutation {
          a: defineProgramme(input: {code: "a", name: "A", agency: "x"}) { seq }
          b: suspendActor(input: {actor: "euis", reason: "left"}) { seq }
          c: defineProgramme(input: {code: "c", name: "C", agency: "x"}) { seq } }"""
    )
    assert body["data"] is None
    assert code_of(body) == "VERSION_CONFLICT"
    assert body["errors"][0]["path"] == ["b"]
    assert [type(command) for _, command, _, _ in client.desk.submitted] == [DefineProgramme, SuspendActor]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("suspendActor", {"actor": "euis", "reason": "left", "requestId": "once"}),
        ("enrol", {"enrolment": "no-uuid"}),
        ("enrol", {"enrolment": ENROLMENT, "startsOn": "yesterday"}),
        ("enrol", {"enrolment": ENROLMENT, "startsOn": "2026-02-30"}),
        ("enrol", {}),
        ("defineProgramme", {"code": "a", "name": "A", "agency": "x", "unit": "CITY"}),
        ("correctPerson", {"person": PERSON, "evidence": "KTP", "values": {"kelurahan": "1"}}),
    ],
)
def test_refuses_input_that_does_not_fit_and_submits_nothing(client: Client, name: str, given: Any) -> None:
    assert code_of(client.ask(change(name), {"input": given})) == "INVALID_INPUT"
    assert client.desk.submitted == []


# ---------------------------------------------------------------------------------------------- errors


def test_an_error_of_the_hub_comes_with_code_and_advice(client: Client) -> None:
    client.desk.failing[model.LedgerEntry] = NotFound("There is no such entry.", "Ask for a smaller number.")
    body = client.ask("{ ledgerEntry(seq: 9) { seq } }")
    assert body["data"] == {"ledgerEntry": None}
    (error,) = body["errors"]
    assert error["message"] == "There is no such entry."
    assert error["extensions"] == {"code": "NOT_FOUND", "advice": "Ask for a smaller number."}


@pytest.mark.parametrize(
    "failure",
    [ValueError("3273010302800001 ASEP"), RuntimeError("secret"), HubError("3273010302800001", "x")],
)
def test_any_other_error_is_masked_and_logged_without_its_words(
    client: Client, logged: list[Any], failure: Exception
) -> None:
    client.desk.failing[model.PersonById] = failure
    body = client.ask(ONE)
    assert body["data"] == {"person": None}
    assert code_of(body) == "INTERNAL"
    assert body["extensions"]["requestId"] in body["errors"][0]["extensions"]["advice"]
    for text in (json.dumps(body), repr(logged)):
        assert not any(word in text for word in ("3273010302800001", "ASEP", "secret"))
    (line,) = logged
    assert line["request_id"] == body["extensions"]["requestId"]
    assert line["error"] == type(failure).__name__
    assert line["log_level"] == "error"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sex", "KUDA"),
        ("version", "three"),
        ("id", None),
        ("withheld", None),
        ("area", "x"),
        ("alive", "yes"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_masked_too(
    client: Client, logged: list[Any], name: str, wrong: Any
) -> None:
    client.desk.answers[model.PersonById] = {**MADE_UP, name: wrong}
    fields = "{ id version sex alive area { code } withheld { field } }"
    body = client.ask(f'{{ person(id: "{PERSON}") {fields} }}')
    assert code_of(body) == "INTERNAL"
    assert "KUDA" not in json.dumps(body)
    assert len(logged) == 1


def test_nothing_about_a_request_is_logged_when_it_is_answered(
    client: Client, logged: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.ask('{ personByNik(nik: "3273010302800001") { id } }')
    client.ask("{ personByNik(nik: 3273010302800001) { id } }")
    assert logged == []
    assert "3273010302800001" not in caplog.text
