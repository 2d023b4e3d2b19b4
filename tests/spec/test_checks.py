"""A person by key: what an officer learns of whom they can't see, how often, and what is recorded of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from neo4j import Driver

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, DefineAgency
from hub.commands.course import ConfirmEligibility
from hub.commands.matching import AdoptModel, Finding, FormMatched, JudgeMatch
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, Enrol, ProposeEnrolment
from hub.domain.errors import Forbidden, InvalidInput, LimitReached, SetupError
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import Pick, pick
from hub.graph.connect import GraphAddress
from hub.questions.model import PersonById, PersonCheck
from tests.spec.deliveries import dwelling, finished, person
from tests.spec.hubs import Town, open_town, settings_of
from tests.spec.test_matching import DIGEST, MODEL, RUBRIC

ALL = (
    pick("known"), pick("possible_duplicate"), pick("eligible_for", pick("code")),
    pick("enrolments", pick("programme", pick("code"), pick("agency", pick("code"))), pick("status"),
         Pick("from", "from"), pick("to")),
)  # fmt: skip
UNKNOWN = {"known": False, "possible_duplicate": False, "eligible_for": [], "enrolments": []}
NIK = {key: f"32730101018000{number:02}" for number, key in enumerate("abcdefg", start=1)}
KK = "3273011111110001"
BORN = "1980-01-01"


def rows() -> list[Any]:
    """Persons a to g: b and c of one family card and birth date, d dead, the family of decile 3."""
    told: dict[str, dict[str, Any]] = {
        "a": {"born_on": "1950-06-01"},
        "b": {"kk": KK},
        "c": {"kk": KK},
        "d": {"alive": False},
    }
    return [
        dwelling("r1", "JL. MADEUP 1", assessed={"decile": "3"}),
        *(person(key, f"NAMA {key}", NIK[key], family="r1", **{"born_on": BORN, **told.get(key, {})})
          for key in NIK),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver) -> Any:
    """A hub with a family in it, two agencies, and an officer of each role."""
    home = tmp_path_factory.mktemp("checks")
    settings = settings_of(home, graph_address, graph_driver, checks_per_hour=1000, query_timeout=60.0)
    with open_town(settings, graph_driver) as town:
        furnish(town)
        yield town


def furnish(town: Town) -> None:
    for agency in ("dinsos", "dinkes"):
        town.submit(ADMIN, DefineAgency(agency, f"Dinas {agency}"), wait=False)
    town.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC))
    finished(town, "dtks", "1", "2024-01-31", *rows())
    town.register("sari", "petugas_opd", "dinsos")
    town.register("dedi", "petugas_opd", "dinkes")
    town.register("lina", "petugas_kelurahan", None, "3273011002")
    town.settle()


def check(town: Town, name: str, key: str = "a", **rest: Any) -> dict[str, Any]:
    given = {"nik": NIK[key], "born_on": "1950-06-01" if key == "a" else BORN, **rest}
    found: dict[str, Any] = town.ask(name, PersonCheck(ALL, **given))
    return found


def id_of(town: Town, key: str) -> str:
    (record,) = (each for each in town.opened.ledger.find("nik", NIK[key]))
    return town.opened.ledger.find("person_of", record)[0]


def record_of(town: Town, key: str) -> str:
    return town.opened.ledger.find("nik", NIK[key])[0]


def enrolled(town: Town, officer: str, programme: str, key: str, starts_on: str = "2026-01-01") -> str:
    born_on = "1950-06-01" if key == "a" else BORN
    found = town.submit(officer, ProposeEnrolment(programme, nik=NIK[key], born_on=born_on)).subject
    town.submit(STEWARD, Enrol(str(found), starts_on))
    return str(found)


# -------------------------------------------------------------------------------------- what is told


def test_tells_enrolments_across_agencies_of_a_person_whom_the_officer_cant_see(town: Town) -> None:
    enrolled(town, "dedi", town.programme("k_gizi", "dinkes"), "e")
    person = id_of(town, "e")
    assert town.ask("sari", PersonById(person, (pick("id"),))) is None
    found = check(town, "sari", "e")
    assert found["known"]
    assert found["enrolments"] == [
        {"programme": {"code": "k_gizi", "agency": {"code": "dinkes"}}, "status": "ENROLLED",
         "from": "2026-01-01", "to": None}
    ]  # fmt: skip
    assert town.ask("sari", PersonById(person, (pick("id"),))) is None, "a check opens nothing"


def test_the_kelurahan_checks_also_beyond_its_territory(town: Town) -> None:
    assert check(town, "lina")["known"]
    assert town.ask("lina", PersonById(id_of(town, "a"), (pick("id"),))) is None


def test_a_family_card_with_the_birth_date_will_do(town: Town) -> None:
    assert check(town, "sari", nik=None, family_card=KK, born_on=BORN)["known"]
    assert check(town, "sari", nik=None, family_card=KK, born_on="1980-01-02") == UNKNOWN


@pytest.mark.parametrize(
    "given", [{"born_on": "1950-06-02"}, {"nik": "3273010101809999"}, {"nik": None, "family_card": KK}]
)
def test_a_wrong_date_a_wrong_number_and_nobody_read_the_same(town: Town, given: dict[str, Any]) -> None:
    assert check(town, "sari", **given) == UNKNOWN


@pytest.mark.parametrize(
    "given",
    [{"nik": None}, {"nik": "327301010180000"}, {"nik": "32730101018000O1"}, {"nik": "****************"},
     {"family_card": "12"}, {"born_on": "01-01-1980"}, {"born_on": "1980"}],
)  # fmt: skip
def test_half_a_key_is_refused_and_recorded_as_nothing(town: Town, given: dict[str, Any]) -> None:
    before = town.opened.ledger.size(Log.DISCLOSURES)
    with pytest.raises(InvalidInput) as caught:
        check(town, "sari", **given)
    assert not any(str(value) in str(caught.value) for value in given.values() if value)
    assert town.opened.ledger.size(Log.DISCLOSURES) == before


# ---------------------------------------------------------------------------------------- eligible


def test_entitled_is_who_fulfils_every_stated_condition_and_has_no_place_yet(town: Town) -> None:
    conditions: dict[str, dict[str, Any]] = {
        "k_none": {}, "k_poor": {"max_decile": 3}, "k_poorer": {"max_decile": 2}, "k_old": {"min_age": 60},
        "k_young": {"max_age": 17}, "k_old_and_poor": {"min_age": 60, "max_decile": 4},
        "k_theirs": {"max_decile": 10, "agency": "dinkes"},
    }  # fmt: skip
    for code, rest in conditions.items():
        town.programme(code, **rest)
    codes = [each["code"] for each in check(town, "sari")["eligible_for"]]
    assert codes == ["k_old", "k_old_and_poor", "k_poor", "k_theirs"]
    assert [each["code"] for each in check(town, "sari", "b")["eligible_for"]] == ["k_poor", "k_theirs"]
    assert check(town, "sari", "d")["eligible_for"] == [], "who has died is entitled to nothing"
    enrolled(town, "sari", "k_old", "a")
    assert "k_old" not in [each["code"] for each in check(town, "sari")["eligible_for"]]


def test_whom_an_officer_found_eligible_is_named_whatever_the_programme_states(town: Town) -> None:
    town.programme("k_found")
    proposal = town.submit("sari", ProposeEnrolment("k_found", nik=NIK["f"], born_on=BORN)).subject
    assert "k_found" not in [each["code"] for each in check(town, "dedi", "f")["eligible_for"]]
    town.submit(STEWARD, ConfirmEligibility(str(proposal)))
    found = check(town, "dedi", "f")
    assert "k_found" in [each["code"] for each in found["eligible_for"]]
    assert ("k_found", "ELIGIBLE") in [(e["programme"]["code"], e["status"]) for e in found["enrolments"]]


@pytest.mark.parametrize(
    "change", [{"max_decile": 0}, {"max_decile": 11}, {"min_age": -1}, {"max_age": 131},
               {"min_age": 61, "max_age": 60}]
)  # fmt: skip
def test_conditions_that_nobody_can_mean_are_refused(town: Town, change: dict[str, Any]) -> None:
    with town.refuses(InvalidInput):
        town.submit(STEWARD, DefineProgramme("k_bad", "Program", "dinsos", **change))


# --------------------------------------------------------------------------------------- duplicates


def test_two_persons_of_one_card_and_birth_date_may_be_one(town: Town) -> None:
    assert check(town, "sari", nik=None, family_card=KK, born_on=BORN)["possible_duplicate"]
    assert not check(town, "sari", "b")["possible_duplicate"]


def test_a_pair_that_waits_for_a_judgement_is_told_until_it_is_judged(town: Town) -> None:
    left, right = sorted((record_of(town, "f"), record_of(town, "g")))
    groups = ((left,), (right,))
    town.submit("pemadan", FormMatched(groups, (Finding(left, right, "QUEUED", 3000, (0, 1)),), DIGEST))
    assert check(town, "sari", "g")["possible_duplicate"]
    town.submit(STEWARD, JudgeMatch(left, right, "DIFFERENT", "Dua orang."))
    assert not check(town, "sari", "g")["possible_duplicate"]


# ---------------------------------------------------------------------------------- rights and records


@pytest.mark.parametrize("name", [STEWARD, ADMIN, "pemadan"])
def test_nobody_else_checks(town: Town, name: str) -> None:
    with pytest.raises(Forbidden):
        check(town, name)


def test_a_hit_is_recorded_with_the_person_and_a_miss_without(town: Town) -> None:
    ledger = town.opened.ledger
    check(town, "sari")
    hit = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES))
    check(town, "sari", born_on="1950-06-02")
    miss = ledger.entry(Log.DISCLOSURES, ledger.size(Log.DISCLOSURES))
    assert miss.seq == hit.seq + 1
    for entry in (hit, miss):
        assert (entry.action, entry.purpose) == ("person:check", "penyaluran_bantuan")
        assert entry.facts[0].clear["question"] == "PersonCheck"
        assert not any(word in str(entry.facts[0]) for word in (NIK["a"], "1950"))
    assert id_of(town, "a") in hit.facts[0].refs_as("seen")
    assert miss.facts[0].refs_as("seen") == ()


def test_what_a_denial_hides_reads_as_unknown(town: Town) -> None:
    enrolled(town, "sari", town.programme("k_hidden"), "c")
    rules = policies.rules()
    denial = "*, *, person:check, Person, *, own_programmes, withhold, deny\n"
    changed = {**rules, "policy.csv": rules["policy.csv"] + denial}
    town.submit("sistem", AdoptPolicy(policies.digest(changed), changed))
    try:
        assert check(town, "sari", "c") == UNKNOWN
        assert check(town, "dedi", "c")["known"]
    finally:
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))
    assert check(town, "sari", "c")["known"]


def test_a_rule_that_would_open_more_by_key_than_a_check_is_not_put_in_force(town: Town) -> None:
    rules = policies.rules()
    line = "petugas_opd, *, person:read, Person, penyaluran_bantuan, by_key, show, allow\n"
    changed = {**rules, "policy.csv": rules["policy.csv"] + line}
    with town.refuses(SetupError, "by_key"):
        town.submit("sistem", AdoptPolicy(policies.digest(changed), changed))


def test_a_corrected_birth_date_is_the_one_that_counts(town: Town) -> None:
    town.submit(STEWARD, CorrectPerson(id_of(town, "d"), {"born_on": "1981-02-03"}, "Akta."))
    assert check(town, "sari", "d") == UNKNOWN
    assert check(town, "sari", "d", born_on="1981-02-03")["known"]


def test_over_graphql_lists_may_be_asked_twice_under_other_names(town: Town) -> None:
    app = create_app(town.opened.hub, town.settings)
    token = issue(town.settings, town.who("sari").id, 5)
    query = """query($nik: String) { checkPerson(nik: $nik, bornOn: "1950-06-01") {
        known twice: possibleDuplicate eligibleFor { code agency { code programmes { code } } }
        enrolments { programme { name } state: status } again: enrolments { from } } }"""
    answer = town.run(post(app, "/graphql", {"query": query, "variables": {"nik": NIK["a"]}}, token))
    assert "errors" not in answer
    found = answer["data"]["checkPerson"]
    assert (found["known"], found["twice"]) == (True, False)
    assert len(found["enrolments"]) == len(found["again"])
    assert found.keys() == {"known", "twice", "eligibleFor", "enrolments", "again"}


# -------------------------------------------------------------------------------------------- how often


def test_an_officer_has_so_many_checks_an_hour_misses_included_and_a_restart_forgets_nothing(
    town: Town, tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    settings = settings_of(
        tmp_path_factory.mktemp("often"), graph_address, graph_driver, checks_per_hour=3, query_timeout=60.0
    )
    with open_town(settings, graph_driver) as often:
        often.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
        for name in ("sari", "dedi"):
            often.register(name, "petugas_opd", "dinsos")
        for _ in range(2):
            assert check(often, "sari") == UNKNOWN
    with open_town(settings, graph_driver) as often:

        async def at_once() -> list[Any]:
            asked = PersonCheck(ALL, BORN, NIK["b"])
            hub, sari = often.opened.hub, often.who("sari")
            return await asyncio.gather(*(hub.ask(sari, asked) for _ in range(5)), return_exceptions=True)

        outcomes = [type(each).__name__ for each in often.run(at_once())]
        assert sorted(outcomes) == ["Answer", *["LimitReached"] * 4]
        with pytest.raises(LimitReached, match="hour"):
            check(often, "sari")
        assert check(often, "dedi") == UNKNOWN, "each officer has their own"
        assert often.ask("sari", PersonById(new_id(), (pick("id"),))) is None, "other questions go on"
