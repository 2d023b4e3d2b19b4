"""Questions about households."""

from __future__ import annotations

from hub.access.scope import Scope
from hub.domain.ids import as_uuid
from hub.questions.model import HouseholdById, Households
from hub.questions.people import within
from hub.questions.plan import Filter, Many, Plan, span_of


def household_by_id(question: HouseholdById, scope: Scope) -> Plan:
    """One household, or nothing. InvalidInput when the id is no UUID."""
    values = {"id": as_uuid(question.id, "id")}
    return Plan("Household", Many.ONE, question.selection, (Filter("id", "id"),), values)


def households(question: Households, scope: Scope) -> Plan:
    """Households in the order of their making."""
    filters, values = within(question.area)
    return Plan(
        "Household", Many.CONNECTION, question.selection, filters, values, span=span_of(question.page)
    )
