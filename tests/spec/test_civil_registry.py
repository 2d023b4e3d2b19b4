"""The civil registry's extract confirms persons and forms nobody, whichever comes first, it or the registers."""

from __future__ import annotations

from typing import Any

import pytest

from hub.bootstrap import STEWARD
from hub.commands.confirming import names_fit
from hub.commands.people import CorrectPerson
from hub.domain.selection import pick
from hub.questions.model import SourceStatements
from tests.spec.deliveries import NIK, OTHER_NIK, demand_agreement, dwelling, finished, given_up, person
from tests.spec.hubs import Town

RECORD = (pick("id"), pick("register"), pick("row_key"))
VALUES = pick(
    "values", pick("field"), pick("value"), pick("withheld"), pick("rule"), pick("evidence", *RECORD),
    pick("alternatives", pick("value"), pick("source_record", *RECORD)),
)  # fmt: skip
SHOWN = (
    pick("id"), pick("version"), pick("name"), pick("nik"), pick("mother_name"), pick("civil_registry"),
    pick("confirmed_on"), pick("civil_differs"), pick("source_records", pick("row_key")), VALUES,
)  # fmt: skip
BORN = "1980-01-01"
ROW = person("k1", "ANI YUSUP", NIK, born_on=BORN)
HERE = "3273011001"


def civil(name: str = "ANI YUSUF", nik: str = NIK, born_on: str = BORN, **said: Any) -> Any:
    return person(nik, name, nik, born_on=born_on, mother_name="SITI", **said)


def only(town: Town) -> Any:
    town.settle()
    (found,) = town.everybody(STEWARD, SHOWN)
    return found


def value(found: Any, name: str) -> Any:
    """The golden value of a field, and who says it or something else."""
    (each,) = [each for each in found["values"] if each["field"] == name]
    evidence = sorted(record["register"] for record in each["evidence"])
    others = [(other["value"], other["source_record"]["register"]) for other in each["alternatives"]]
    return each["value"], each["rule"], evidence, others


def registers(town: Town) -> None:
    finished(town, "dtks", "a", "2024-01-31", ROW)


def extract(town: Town, *rows: Any) -> None:
    finished(town, "dukcapil", "b", "2024-05-31", *(rows or (civil(),)))


@pytest.mark.parametrize("order", [(registers, extract), (extract, registers)], ids=["after", "before"])
def test_a_row_with_the_nik_the_birth_date_and_the_name_confirms_a_person(bare: Town, order: Any) -> None:
    for deliver in order:
        deliver(bare)
    found = only(bare)
    assert (found["civil_registry"], found["confirmed_on"], found["civil_differs"]) == (
        "CONFIRMED", "2024-05-31", [],
    )  # fmt: skip
    assert [row["row_key"] for row in found["source_records"]] == ["k1"]
    assert value(found, "name") == ("ANI YUSUF", "civil_registry/1", ["dukcapil"], [("ANI YUSUP", "dtks")])
    assert value(found, "motherName") == ("SITI", "unopposed/1", ["dukcapil"], [])
    assert value(found, "nik") == (NIK, "unopposed/1", ["dtks", "dukcapil"], [])
    demand_agreement(bare)


def test_a_row_with_another_birth_date_contradicts_and_no_value_is_taken_from_it(bare: Town) -> None:
    registers(bare)
    extract(bare, civil(born_on="1981-02-02"))
    found = only(bare)
    assert (found["civil_registry"], found["confirmed_on"]) == ("CONTRADICTED", None)
    assert found["civil_differs"] == ["name", "born_on"]
    assert (found["name"], found["mother_name"]) == ("ANI YUSUP", None)
    assert value(found, "bornOn") == (BORN, "unopposed/1", ["dtks"], [("1981-02-02", "dukcapil")])
    demand_agreement(bare)


def test_a_row_with_another_persons_name_contradicts(bare: Town) -> None:
    registers(bare)
    extract(bare, civil("BAMBANG SETIAWAN"))
    assert only(bare)["civil_registry"] == "CONTRADICTED"


def test_a_nik_that_the_registry_does_not_hold_is_neither(bare: Town) -> None:
    registers(bare)
    extract(bare, civil(nik=OTHER_NIK))
    found = only(bare)
    assert (found["civil_registry"], found["confirmed_on"], found["civil_differs"]) == (None, None, None)


def test_the_registry_alone_makes_nobody_a_person(bare: Town) -> None:
    extract(bare)
    assert bare.everybody(STEWARD, SHOWN) == []


def test_an_extract_that_was_given_up_confirms_nobody(bare: Town) -> None:
    registers(bare)
    given_up(bare, "dukcapil", "b", "2024-05-31", civil())
    finished(bare, "dtks", "c", "2024-06-30", ROW)
    assert only(bare)["civil_registry"] is None


def test_a_newer_extract_with_other_words_confirms_anew(bare: Town) -> None:
    registers(bare)
    extract(bare, civil(born_on="1981-02-02"))
    finished(bare, "dukcapil", "c", "2024-06-30", civil())
    found = only(bare)
    assert (found["civil_registry"], found["confirmed_on"]) == ("CONFIRMED", "2024-06-30")
    demand_agreement(bare)


def test_the_same_extract_again_writes_no_choice(bare: Town) -> None:
    registers(bare)
    extract(bare)
    before = only(bare)["version"]
    finished(bare, "dukcapil", "c", "2024-05-31", civil())
    assert only(bare)["version"] == before


def test_a_nik_corrected_by_hand_is_confirmed_and_a_wrong_name_by_hand_is_shown_to_differ(bare: Town) -> None:
    finished(bare, "dtks", "a", "2024-01-31", person("k1", "ANI YUSUP", OTHER_NIK, born_on=BORN))
    extract(bare)
    found = only(bare)
    assert found["civil_registry"] is None
    bare.submit(STEWARD, CorrectPerson(found["id"], {"nik": NIK}, "KTP"))
    found = only(bare)
    assert (found["civil_registry"], found["name"]) == ("CONFIRMED", "ANI YUSUF")
    assert value(found, "nik") == (NIK, "corrected/1", ["dukcapil"], [(OTHER_NIK, "dtks")])
    bare.submit(STEWARD, CorrectPerson(found["id"], {"mother_name": "AISYAH"}, "Akta"))
    found = only(bare)
    assert (found["mother_name"], found["civil_differs"]) == ("AISYAH", ["mother_name"])
    demand_agreement(bare)


# -- who sees what of it -------------------------------------------------------------------------------------------


def settled(town: Town) -> Any:
    """The person at home in a kelurahan, confirmed."""
    home = dwelling("f1", "JL SATU", area=HERE)
    finished(town, "dtks", "a", "2024-01-31", home, person("k1", "ANI YUSUP", NIK, family="f1", born_on=BORN))
    extract(town)
    return only(town)


def test_a_value_that_is_withheld_names_neither_rows_nor_alternatives(bare: Town) -> None:
    settled(bare)
    bare.register("lina", "petugas_kelurahan", None, HERE)
    (found,) = bare.everybody("lina", SHOWN)
    (nik,) = [each for each in found["values"] if each["field"] == "nik"]
    assert nik == {
        "field": "nik", "value": "*" * 16, "withheld": True, "rule": "", "evidence": [], "alternatives": [],
    }  # fmt: skip
    (mother,) = [each for each in found["values"] if each["field"] == "motherName"]
    assert (mother["value"], mother["withheld"], mother["evidence"]) == (None, True, [])
    assert value(found, "name") == ("ANI YUSUF", "civil_registry/1", ["dukcapil"], [("ANI YUSUP", "dtks")])
    assert value(found, "area")[:2] == (HERE, "unopposed/1")


def test_the_registrys_row_is_read_by_those_who_see_the_person_it_is_about(bare: Town) -> None:
    found = settled(bare)
    record = next(
        row["id"] for each in found["values"] for row in each["evidence"] if row["register"] == "dukcapil"
    )
    bare.register("lina", "petugas_kelurahan", None, HERE)
    bare.register("wati", "petugas_kelurahan", None, "3273021001")
    assert len(bare.ask("lina", SourceStatements(record))) == 1
    assert bare.ask("wati", SourceStatements(record)) == []


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("SAEPUL HIDAYAT", "SAEFUL HIDAYAT", True),
        ("M YUSUF", "MUHAMMAD YUSUP", True),
        ("SITINURHALIZA", "SITI NURHALIZA", True),
        ("ANI", "ANI YUSUF", True),
        ("ANI Y", "ANI YUSUF", True),
        ("ANDI HIDAYAT", "ANDA HIDAYAT", False),
        ("ANI", "ANA YUSUF", False),
    ],
)
def test_names_fit_when_all_words_of_the_shorter_one_are_heard_in_the_longer_one(
    one: str, other: str, fits: bool
) -> None:
    assert names_fit(one, other) is names_fit(other, one) is fits
