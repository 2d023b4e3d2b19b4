"""Who is one person by what matching found and stewards judged; ids that stay, and everything that comes along."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import delete

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.matching import AdoptModel, Finding, FormMatched, JudgeMatch, RevokeJudgement
from hub.commands.people import CorrectPerson, FormPersons
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from hub.domain.selection import pick
from hub.ledger.engine import writing
from hub.ledger.rows import KeyRow, table
from hub.questions.model import PersonById
from tests.spec.deliveries import begun, demand_agreement, finished, matched, person
from tests.spec.hubs import Town

MODEL = "settings of a model"
RUBRIC = (
    ("name", ("name",), (("same", 5000), ("different", -2000))),
    ("identity", ("nik",), (("same", 9000), ("different", -7000))),
)
DIGEST = hashlib.sha256(MODEL.encode()).hexdigest()
PERSON = (pick("id"), pick("name"), pick("nik"), pick("mother_name"), pick("source_records", pick("row_key")))
NIKS = [f"32730101018000{number:02}" for number in range(1, 30)]


@pytest.fixture
def rows(bare: Town) -> dict[str, str]:
    """Six rows of six persons, by row key a to f; the records' ids."""
    bare.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC))
    finished(
        bare,
        "dtks",
        "1",
        "2024-01-31",
        *(person(key, f"NAMA {key}", nik) for key, nik in zip("abc", NIKS, strict=False)),
    )
    finished(
        bare,
        "dtks",
        "2",
        "2024-02-28",
        *(person(key, f"NAMA {key}", nik) for key, nik in zip("def", NIKS[3:], strict=False)),
    )
    with bare.driver.session(database=bare.settings.neo4j_database) as session:
        bare.settle()
        return {
            row["key"]: row["id"]
            for row in session.run("MATCH (s:SourceRecord) RETURN s.row_key AS key, s.id AS id")
        }


def _found(rows: dict[str, str], pair: str, outcome: str = "SAME", weight: int = 12_000) -> Finding:
    left, right = sorted((rows[pair[0]], rows[pair[1]]))
    return Finding(left, right, outcome, weight, (0, 1))


def _form(town: Town, rows: dict[str, str], groups: str, *findings: Finding) -> Any:
    """Groups as letters: "ab c" makes a and b one person, and c another."""
    made = tuple(tuple(rows[key] for key in group) for group in groups.split())
    return town.submit("pemadan", FormMatched(made, findings, DIGEST))


def _people(town: Town) -> dict[str, str]:
    """Row keys of a person, sorted → the person's id."""
    found = town.everybody(STEWARD, PERSON)
    people = {"".join(sorted(each["row_key"] for each in one["source_records"])): one["id"] for one in found}
    assert len(people) == len(found)
    return people


def _partition(town: Town) -> set[str]:
    return set(_people(town))


# -- merging and splitting --------------------------------------------------------------------------------------


def test_persons_become_one_and_the_older_id_stays(bare: Town, rows: dict[str, str]) -> None:
    before = _people(bare)
    _form(bare, rows, "ab", _found(rows, "ab"))
    after = _people(bare)
    assert set(after) == {"ab", "c", "d", "e", "f"}
    assert after["ab"] == min(before["a"], before["b"])
    demand_agreement(bare)


def test_the_person_with_most_records_keeps_the_id(bare: Town, rows: dict[str, str]) -> None:
    _form(bare, rows, "ef")
    larger = _people(bare)["ef"]
    _form(bare, rows, "aef")
    assert _people(bare)["aef"] == larger


def test_a_former_id_leads_to_whom_the_person_became(bare: Town, rows: dict[str, str]) -> None:
    before = _people(bare)
    _form(bare, rows, "bc")
    _form(bare, rows, "abc d")
    now = _people(bare)["abc"]
    for former in (before["a"], before["b"], before["c"]):
        assert bare.ask(STEWARD, PersonById(former, PERSON))["id"] == now
    corrected = bare.submit(STEWARD, CorrectPerson(before["a"], {"name": "NAMA BENAR"}, "KTP"))
    assert corrected.subject == now
    assert bare.ask(STEWARD, PersonById(before["c"], PERSON))["name"] == "NAMA BENAR"


def test_who_may_not_see_somebody_does_not_see_them_under_a_former_id(
    bare: Town, rows: dict[str, str]
) -> None:
    former = _people(bare)["b"]
    _form(bare, rows, "ab")
    bare.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
    bare.register("sari", "petugas_opd", "dinsos")
    assert bare.ask("sari", PersonById(former, PERSON)) is None


def test_a_split_gives_back_partition_and_chosen_values(bare: Town, rows: dict[str, str]) -> None:
    before = {each["id"]: each for each in bare.everybody(STEWARD, PERSON)}
    _form(bare, rows, "abcd")
    _form(bare, rows, "a b c d")
    after = bare.everybody(STEWARD, PERSON)
    without_id = sorted(({**each, "id": None} for each in after), key=str)
    assert without_id == sorted(({**each, "id": None} for each in before.values()), key=str)
    assert _people(bare)["a"] in before
    demand_agreement(bare)


def test_records_change_hands_between_persons_who_stay(bare: Town, rows: dict[str, str]) -> None:
    _form(bare, rows, "abc def")
    before = _people(bare)
    _form(bare, rows, "abf dec")
    after = _people(bare)
    assert after == {"abf": before["abc"], "cde": before["def"]}
    demand_agreement(bare)


def test_the_same_groups_again_change_nothing(bare: Town, rows: dict[str, str]) -> None:
    findings = (_found(rows, "ab"), _found(rows, "cd", "QUEUED", 3000))
    _form(bare, rows, "ab c d", *findings)
    before = bare.holds()
    receipt = _form(bare, rows, "ab c d", *findings)
    assert receipt.repeated
    assert bare.holds() == before


def test_corrections_by_hand_come_along_and_the_older_ones_count(bare: Town, rows: dict[str, str]) -> None:
    people = _people(bare)
    bare.submit(STEWARD, CorrectPerson(people["a"], {"name": "NAMA BENAR"}, "KTP"))
    bare.submit(STEWARD, CorrectPerson(people["b"], {"name": "NAMA LAIN", "mother_name": "ENTIN"}, "KK"))
    _form(bare, rows, "ab")
    found = bare.ask(STEWARD, PersonById(people["a"], PERSON))
    assert (found["name"], found["mother_name"]) == ("NAMA BENAR", "ENTIN")
    finished(bare, "dtks", "3", "2024-03-31", person("g", "NAMA BARU", NIKS[0], mother_name="LAIN"))
    found = bare.ask(STEWARD, PersonById(people["a"], PERSON))
    assert (found["name"], found["mother_name"]) == ("NAMA BENAR", "ENTIN")


@pytest.mark.parametrize("ended", [False, True])
def test_enrolments_and_who_sees_the_person_come_along(bare: Town, rows: dict[str, str], ended: bool) -> None:
    people = _people(bare)
    stays, goes = sorted((people["a"], people["b"]))
    bare.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
    bare.register("sari", "petugas_opd", "dinsos")
    bare.submit(STEWARD, DefineProgramme("pkh", "PKH", "dinsos"))
    nik = bare.ask(STEWARD, PersonById(goes, PERSON))["nik"]
    bare.submit(STEWARD, CorrectPerson(goes, {"born_on": "1980-01-01"}, "KTP"))
    enrolment = str(bare.submit("sari", ProposeEnrolment("pkh", nik=nik, born_on="1980-01-01")).subject)
    bare.submit(STEWARD, Enrol(enrolment))
    if ended:
        bare.submit("sari", EndEnrolment(enrolment, "MOVED_OUT_CITY"))
    _form(bare, rows, "ab")
    assert bare.ask("sari", PersonById(stays, PERSON))["id"] == stays
    assert bare.ask("sari", PersonById(goes, PERSON))["id"] == stays
    if not ended:
        bare.submit("sari", EndEnrolment(enrolment, "MOVED_OUT_CITY"))
    demand_agreement(bare)


def test_a_person_can_not_be_torn_by_groups_that_name_part_of_the_records(
    bare: Town, rows: dict[str, str]
) -> None:
    _form(bare, rows, "ab")
    with bare.refuses(VersionConflict):
        _form(bare, rows, "bc")


@pytest.mark.parametrize("groups", ["aa", "ab bc"])
def test_a_record_stands_in_one_group(bare: Town, rows: dict[str, str], groups: str) -> None:
    with bare.refuses(InvalidInput):
        _form(bare, rows, groups)


def test_only_finished_rows_of_persons_are_matched_under_the_model_in_force(
    bare: Town, rows: dict[str, str]
) -> None:
    with bare.refuses(Conflict):
        bare.submit("pemadan", FormMatched(((rows["a"],),), (), "0" * 64))
    begun(bare, "dtks", "open", "2024-04-30", person("z", "NAMA Z", NIKS[9]))
    bare.settle()
    with bare.driver.session(database=bare.settings.neo4j_database) as session:
        unfinished = session.run("MATCH (s:SourceRecord {row_key: 'z'}) RETURN s.id AS id").single(
            strict=True
        )["id"]
    with bare.refuses(Conflict):
        bare.submit("pemadan", FormMatched(((rows["a"], unfinished),), (), DIGEST))
    with bare.refuses(InvalidInput):
        bare.submit("pemadan", FormMatched((("01930000-0000-7000-8000-00000000ffff",),), (), DIGEST))


def test_only_the_machine_forms_and_only_the_steward_judges(bare: Town, rows: dict[str, str]) -> None:
    with bare.refuses(Forbidden):
        bare.submit(STEWARD, FormMatched(((rows["a"], rows["b"]),), (), DIGEST))
    for name in (ADMIN, "pemadan"):
        with bare.refuses(Forbidden):
            bare.submit(name, JudgeMatch(rows["a"], rows["b"], "SAME", "Wajah sama."))


def test_a_model_is_adopted_once_and_only_with_its_digest(bare: Town, rows: dict[str, str]) -> None:
    assert bare.submit(STEWARD, AdoptModel(DIGEST, MODEL, RUBRIC)).repeated
    with bare.refuses(InvalidInput):
        bare.submit(STEWARD, AdoptModel("0" * 64, MODEL, RUBRIC))
    with bare.refuses(Forbidden):
        bare.submit(ADMIN, AdoptModel(DIGEST, MODEL, RUBRIC))


# -- judgements -------------------------------------------------------------------------------------------------


def _judge(town: Town, rows: dict[str, str], pair: str, judgement: str) -> str:
    command = JudgeMatch(rows[pair[0]], rows[pair[1]], judgement, "Kartu keluarga dilihat.")
    return str(town.submit(STEWARD, command).subject)


def test_same_makes_two_persons_one_at_once(bare: Town, rows: dict[str, str]) -> None:
    _form(bare, rows, "ab c d", _found(rows, "bc", "QUEUED", 4000))
    _judge(bare, rows, "bc", "SAME")
    assert _partition(bare) == {"abc", "d", "e", "f"}
    demand_agreement(bare)


def test_different_makes_one_person_two_and_each_row_goes_with_its_strongest_bond(
    bare: Town, rows: dict[str, str]
) -> None:
    bonds = (
        _found(rows, "ab", weight=9000),
        _found(rows, "cd", weight=8000),
        _found(rows, "bc", weight=5000),
    )
    _form(bare, rows, "abcde", *bonds)
    _judge(bare, rows, "ad", "DIFFERENT")
    assert _partition(bare) == {"abe", "cd", "f"} or _partition(bare) == {"ab", "cde", "f"}
    demand_agreement(bare)


def test_what_was_judged_different_is_never_joined_by_the_machine(bare: Town, rows: dict[str, str]) -> None:
    _judge(bare, rows, "ab", "DIFFERENT")
    for groups in ("ab", "abc", "cab"):
        with bare.refuses(Conflict):
            _form(bare, rows, groups, _found(rows, "ab"))
    _form(bare, rows, "ac bd")
    with bare.refuses(Conflict):
        _judge(bare, rows, "cd", "SAME")


def test_unsure_changes_nobody(bare: Town, rows: dict[str, str]) -> None:
    _form(bare, rows, "ab", _found(rows, "ab"))
    _judge(bare, rows, "ab", "UNSURE")
    _judge(bare, rows, "cd", "UNSURE")
    assert _partition(bare) == {"ab", "c", "d", "e", "f"}


def test_a_judgement_that_is_taken_back_leaves_what_the_machine_found(
    bare: Town, rows: dict[str, str]
) -> None:
    _form(bare, rows, "ab c d", _found(rows, "ab"), _found(rows, "cd", "QUEUED", 4000))
    before = _partition(bare)
    apart, together = _judge(bare, rows, "ab", "DIFFERENT"), _judge(bare, rows, "cd", "SAME")
    assert _partition(bare) == {"a", "b", "cd", "e", "f"}
    for match in (apart, together):
        bare.submit(STEWARD, RevokeJudgement(match, "Salah lihat."))
    assert _partition(bare) == before
    with bare.refuses(Conflict):
        bare.submit(STEWARD, RevokeJudgement(apart, "Salah lihat."))
    with bare.refuses(NotFound):
        bare.submit(STEWARD, RevokeJudgement(rows["a"], "Salah lihat."))
    demand_agreement(bare)


def test_the_second_of_two_stewards_gets_a_conflict(bare: Town, rows: dict[str, str]) -> None:
    command = JudgeMatch(rows["a"], rows["b"], "SAME", "Wajah sama.")
    bare.submit(STEWARD, command, expected=0)
    with bare.refuses(VersionConflict):
        bare.submit(STEWARD, JudgeMatch(rows["a"], rows["b"], "DIFFERENT", "Ibu lain."), expected=0)


@pytest.mark.parametrize(
    ("pair", "judgement", "reason"),
    [
        ("aa", "SAME", "Wajah sama."),
        ("ab", "MAYBE", "Wajah sama."),
        ("ab", "SAME", "  "),
        ("ab", "SAME", "x" * 501),
    ],
)
def test_what_is_no_judgement_is_refused(
    bare: Town, rows: dict[str, str], pair: str, judgement: str, reason: str
) -> None:
    with bare.refuses(InvalidInput):
        bare.submit(STEWARD, JudgeMatch(rows[pair[0]], rows[pair[1]], judgement, reason))


def test_new_rows_join_a_person_who_was_matched(bare: Town, rows: dict[str, str]) -> None:
    """Rows of a later release with a NIK of theirs come to the person whom the two became."""
    _form(bare, rows, "ab")
    finished(bare, "p3ke", "1", "2024-05-31", person("g", "NAMA B", NIKS[1]))
    assert "abg" in _partition(bare)


def _records_of(rows: dict[str, str], keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(rows[key] for key in keys)


def test_forming_by_nik_leaves_persons_who_were_split_apart(bare: Town, rows: dict[str, str]) -> None:
    _judge(bare, rows, "ab", "DIFFERENT")
    bare.submit("pemadan", FormPersons(_records_of(rows, "ab")))
    assert _partition(bare) == {"a", "b", "c", "d", "e", "f"}


def test_rows_that_were_erased_stay_with_their_person(bare: Town) -> None:
    """A row whose key was destroyed says nothing to match by; it goes where most of its person's rows go."""
    said = {"born_on": "1980-03-17", "sex": "FEMALE", "mother_name": "ROKAYAH", "birthplace": "BANDUNG"}
    finished(
        bare,
        "dtks",
        "1",
        "2024-01-31",
        person("a", "SULASTRI", NIKS[0], **said),
        person("c", "WAHYUDI", NIKS[1]),
    )
    finished(bare, "regsosek", "1", "2024-02-28", person("b", "SULASTRI", NIKS[0], **said))
    bare.settle()
    before = _people(bare)
    assert set(before) == {"ab", "c"}
    with bare.driver.session(database=bare.settings.neo4j_database) as session:
        found = session.run("MATCH (s:SourceRecord {row_key: 'a'}) RETURN s.id AS id").single(strict=True)
    key = table(KeyRow)
    with writing(bare.opened.ledger.engine) as connection:
        assert connection.execute(delete(key).where(key.c.owner == found["id"])).rowcount == 1
    finished(bare, "p3ke", "1", "2024-05-31", person("d", "SULASTRI", NIKS[2], **said))
    assert matched(bare).rows == 3
    assert _people(bare) == {"abd": before["ab"], "c": before["c"]}
    assert matched(bare).changed == 0
