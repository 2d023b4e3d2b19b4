"""Questions about programmes and who is enrolled in them."""

from __future__ import annotations

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.questions.model import Agencies, Enrolments, Programmes
from hub.questions.people import area_code
from hub.questions.plan import Filter, Many, Order, Plan, Test, span_of

_ORDERS = {"MADE": "id", "FROM": "from_on", "PAID": "last_paid_on", "STATUS": "status"}


def agencies(question: Agencies, scope: Scope) -> Plan:
    """All agencies by code."""
    return Plan("Agency", Many.LIST, question.selection, order="code")


def programmes(question: Programmes, scope: Scope) -> Plan:
    """All programmes by code, or those of one agency."""
    filters = (Filter("agency", "agency"),) if question.agency is not None else ()
    values = {"agency": question.agency} if question.agency is not None else {}
    return Plan("Programme", Many.LIST, question.selection, filters, values, "code")


def enrolments(question: Enrolments, scope: Scope) -> Plan:
    """Enrolments in an order; a person, household or area finds only persons the asker may see.

    Of an order by what is withheld from the asker somewhere, only the direction is kept: it would give the value away.
    """
    household = None if question.household is None else as_uuid(question.household, "household")
    person = None if question.person is None else as_uuid(question.person, "person")
    area = None if question.area is None else area_code(question.area)
    asked = {
        Filter("code", "programme", of="programme"): question.programme,
        Filter("agency", "agency", of="programme"): question.agency,
        Filter("status", "status"): question.status,
        Filter("kelurahan", "area", Test.WITHIN, of="person"): area,
        Filter("id", "person", of="person"): person,
        Filter("id", "household", of="person.household"): household,
    }
    given = {each: value for each, value in asked.items() if value is not None}
    return Plan(
        "Enrolment",
        Many.CONNECTION,
        question.selection,
        tuple(given),
        {each.parameter: value for each, value in given.items()},
        span=span_of(question.page),
        by=_order(question.order or "MADE", scope),
    )


def _order(asked: str, scope: Scope) -> Order:
    name, _, newest = asked.partition("_")
    found = _ORDERS.get(name)
    if found is None:
        raise InvalidInput("There is no such order.", f"Name one of {', '.join(_ORDERS)}.")
    return Order(found if scope.shows("Enrolment", found) else "id", descending=newest == "NEWEST")
