"""Who is shown numbers only partly can't make them up from all else that the hub shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hub.bootstrap import STEWARD
from hub.domain.selection import Selection, pick
from tests.spec.hubs import Town

NUMBERS = (pick("nik"), pick("family_cards", pick("number")))
_SHOWN = (
    "nik", "name", "sex", "born_on", "born_year", "birthplace", "mother_name", "marital_status", "occupation",
    "education", "alive", "presence", "relation_to_head",
)  # fmt: skip
EVERYTHING: Selection = (
    pick("id"),
    *map(pick, _SHOWN),
    pick(
        "family_cards", pick("number"), pick("head", pick("nik")), pick("persons", pick("nik"), pick("name"))
    ),
    pick("address", *map(pick, ("text", "street", "number", "rt", "rw"))),
    pick("area", pick("code"), pick("parent", pick("code"))),
    pick("enrolments", *map(pick, ("status", "from", "to")), pick("programme", pick("code"))),
    pick("source_records", *map(pick, ("register", "row_key"))),
    pick("assessments", *map(pick, ("measure", "value"))),
)
REGION, CITY = re.compile(r"(?=([1-9][0-9]{5}))"), "3273"
SERIAL = re.compile(r"(?=([0-9]{4}))")


@pytest.fixture(scope="module")
def town(town: Town) -> Town:
    programme = town.programme("permakanan")
    for _ in range(40):
        town.enrol("sari", programme, town.somebody())
    return town


def texts(data: Any) -> Iterator[str]:
    """Every text in an answer but its ids, at whatever level."""
    if isinstance(data, list):
        for each in data:
            yield from texts(each)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name != "id":
                yield from texts(value)
    elif data is not None:
        yield str(data)


def made_up(person: dict[str, Any]) -> set[str]:
    """Numbers that fit a person: regions, the birth date and serials, each read off what is shown."""
    shown = [each for each in texts(person) if each != person["born_on"]]
    regions = {found for each in shown for found in REGION.findall(each)}
    serials = {found for each in shown for found in SERIAL.findall(each)}
    year, month, day = person["born_on"].split("-")
    days = (day, str(int(day) + 40))
    return {
        f"{region}{each}{month}{year[2:]}{serial}"
        for region in regions
        for each in days
        for serial in serials
    }


def numbers_of(person: dict[str, Any]) -> set[str]:
    return {
        each for each in texts({name: person[name] for name in ("nik", "family_cards")}) if each.isdigit()
    }


@pytest.mark.parametrize(("name", "fewest"), [("sari", 40), ("lina", 20)])
def test_no_number_can_be_made_up_from_what_an_officer_is_shown(town: Town, name: str, fewest: int) -> None:
    true = {each["id"]: numbers_of(each) for each in town.everybody(STEWARD, (pick("id"), *NUMBERS))}
    seen = [each for each in town.everybody(name, EVERYTHING) if each["born_on"]]
    assert len(seen) >= fewest
    for person in seen:
        assert person["area"]["code"].startswith(CITY)
        assert true[person["id"]]
        assert not true[person["id"]] & made_up(person)


def test_of_a_number_shown_partly_no_digit_is_shown(town: Town) -> None:
    numbers = {
        each for name in ("sari", "lina") for one in town.everybody(name, NUMBERS) for each in texts(one)
    }
    assert numbers == {"*" * 16}
