"""Questions about golden persons."""

from __future__ import annotations

import re

from hub.access.predicates import is_territory
from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.questions.model import PersonById, PersonByNik, Persons
from hub.questions.plan import Filter, Many, Plan, Test, span_of

_NIK = re.compile(r"[0-9]{16}")


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
    order = "sort_key" if scope.shows("Person", "name") else "id"
    filters, values = within(question.area)
    return Plan("Person", Many.CONNECTION, question.selection, filters, values, order, span_of(question.page))


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
