"""Questions about households and family cards."""

from __future__ import annotations

import re

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.questions.model import FamilyCardByNumber, HouseholdById, Households
from hub.questions.people import within
from hub.questions.plan import Filter, Many, Plan, ordered, span_of

_ORDERS = {
    "AREA": ("area_key", "kelurahan", False),
    "AREA_REVERSED": ("area_key", "kelurahan", True),
}

_NUMBER = re.compile(r"[0-9]{16}")


def household_by_id(question: HouseholdById, scope: Scope) -> Plan:
    """One household, or nothing. InvalidInput when the id is no UUID."""
    values = {"id": as_uuid(question.id, "id")}
    return Plan("Household", Many.ONE, question.selection, (Filter("id", "id"),), values)


def family_card_by_number(question: FamilyCardByNumber, scope: Scope) -> Plan:
    """The family card with this number, if the asker may see anybody on it; of several the oldest."""
    number = "".join(question.number.split())
    if not _NUMBER.fullmatch(number):
        raise InvalidInput(
            "A family card's number has 16 digits.", "Give all of them, without dots or letters."
        )
    filters = (Filter("number", "number", known=True),)
    return Plan("FamilyCard", Many.ONE, question.selection, filters, {"number": number})


def households(question: Households, scope: Scope) -> Plan:
    """Households in the order of their making, or by area."""
    filters, values = within(question.area)
    plan = Plan(
        "Household", Many.CONNECTION, question.selection, filters, values, span=span_of(question.page)
    )
    return plan if question.order is None else ordered(plan, question.order, _ORDERS)
