"""Questions about golden persons."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hub.access.predicates import is_territory
from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.domain.standard.names import name_key
from hub.domain.standard.searching import sought
from hub.domain.standard.text import tidy
from hub.questions.model import PersonById, PersonByNik, Persons, PersonsByName
from hub.questions.plan import FOUND, Filter, Many, Plan, Test, ordered, span_of

_NIK = re.compile(r"[0-9]{16}")
_LONGEST_TEXT = 100
_ORDERS = {
    "NAME": ("sort_key", "name", False), "NAME_REVERSED": ("sort_key", "name", True),
    "BORN_ON": ("born_key", "born_on", False), "BORN_ON_NEWEST": ("born_key", "born_on", True),
}  # fmt: skip


def person_by_id(question: PersonById, scope: Scope) -> Plan:
    """One person, or nothing. InvalidInput when the id is no UUID."""
    values = {"id": as_uuid(question.id, "id")}
    return Plan("Person", Many.ONE, question.selection, (Filter("id", "id"),), values)


def person_by_nik(question: PersonByNik, scope: Scope) -> Plan:
    """The person who carries this NIK; of several that carry it, the oldest id that the asker may see."""
    nik = "".join(question.nik.split())
    if not _NIK.fullmatch(nik):
        raise InvalidInput("A NIK has 16 digits.", "Give all of them, without dots or letters.")
    filters = (Filter("nik", "nik", known=True),)
    return Plan("Person", Many.ONE, question.selection, filters, {"nik": nik})


def persons(question: Persons, scope: Scope) -> Plan:
    """Persons by name, or by id where the asker may not see every name: an order would give names away."""
    filters, values = within(question.area)
    given = {each: value for each, value in _asked(question).items() if value is not None}
    plan = Plan(
        "Person",
        Many.CONNECTION,
        question.selection,
        (*filters, *given),
        {**values, **{each.parameter: value for each, value in given.items()}},
        "sort_key" if scope.shows("Person", "name") else "id",
        span_of(question.page),
    )
    return plan if question.order is None else ordered(plan, question.order, _ORDERS)


def _asked(question: Persons) -> dict[Filter, Any]:
    return {
        Filter("sort_key", "name", Test.BEGINS, shown_by="name"): _beginning(question.name),
        Filter("sex", "sex"): question.sex,
        Filter("born_on", "born_from", Test.FROM): _day(question.born_from),
        Filter("born_on", "born_to", Test.UPTO): _day(question.born_to),
        Filter("code", "programme", Test.ENROLLED_IN): question.enrolled_in,
    }


def persons_by_name(question: PersonsByName, scope: Scope) -> Plan:
    """The persons of an area, or born on a day, whose names are most like a text.

    InvalidInput for a text without a word of two letters, and when neither area nor day is given: the whole city
    is no place to search for a name that hundreds have.
    """
    if question.area is None and question.born_on is None:
        raise InvalidInput("A search needs an area or a birth date.", "Give `area`, `bornOn` or both.")
    wanted = sought(question.text) if len(question.text) <= _LONGEST_TEXT else None
    if wanted is None:
        advice = f"Give at least one word of two letters, {_LONGEST_TEXT} letters in all at most."
        raise InvalidInput("There is no name to search for.", advice)
    filters, values = within(question.area)
    born = (Filter("born_on", "born_on"),) if question.born_on is not None else ()
    return Plan(
        "Person",
        Many.CONNECTION,
        question.selection,
        (*filters, *born),
        {**values, **({"born_on": _day(question.born_on)} if born else {})},
        span=span_of(question.page, FOUND),
        search=wanted,
    )


def _beginning(name: str | None) -> str | None:
    """A name as sorting writes it. InvalidInput when nothing of it is left."""
    if name is None:
        return None
    tidied = tidy(name)
    key = name_key(tidied) if tidied else ""
    if not key or not all(each.isalpha() or each == " " for each in key):
        raise InvalidInput(
            "This is no beginning of a name.", "Give at least its first letter, and letters only."
        )
    return key


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("This is no day.", "Give it as YYYY-MM-DD.") from None


def within(area: str | None) -> tuple[tuple[Filter, ...], dict[str, str]]:
    """The filter of those who live in an area, with its value; none without an area."""
    if area is None:
        return (), {}
    return (Filter("kelurahan", "area", Test.WITHIN),), {"area": area_code(area)}


def area_code(code: str) -> str:
    """The code itself. InvalidInput unless it is a Kemendagri code in digits."""
    if not is_territory(code):
        raise InvalidInput(
            "This is no Kemendagri area code.",
            "Give 2, 4, 6 or 10 digits without dots, e.g. 327301 for a kecamatan.",
        )
    return code
