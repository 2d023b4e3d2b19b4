"""Questions about programmes and who is enrolled in them."""

from __future__ import annotations

from hub.access.scope import Scope
from hub.domain.ids import as_uuid
from hub.questions.model import Enrolments, Programmes
from hub.questions.people import area_code
from hub.questions.plan import Filter, Many, Plan, Test, span_of


def programmes(question: Programmes, scope: Scope) -> Plan:
    """All programmes by code, or those of one agency."""
    filters = (Filter("agency", "agency"),) if question.agency is not None else ()
    values = {"agency": question.agency} if question.agency is not None else {}
    return Plan("Programme", Many.LIST, question.selection, filters, values, "code")


def enrolments(question: Enrolments, scope: Scope) -> Plan:
    """Enrolments in the order of their making; a person or an area finds only persons the asker may see."""
    person = None if question.person is None else as_uuid(question.person, "person")
    area = None if question.area is None else area_code(question.area)
    asked = {
        Filter("code", "programme", of="programme"): question.programme,
        Filter("agency", "agency", of="programme"): question.agency,
        Filter("status", "status"): question.status,
        Filter("kelurahan", "area", Test.WITHIN, of="person"): area,
        Filter("id", "person", of="person"): person,
    }
    given = {each: value for each, value in asked.items() if value is not None}
    return Plan(
        "Enrolment",
        Many.CONNECTION,
        question.selection,
        tuple(given),
        {each.parameter: value for each, value in given.items()},
        span=span_of(question.page),
    )
