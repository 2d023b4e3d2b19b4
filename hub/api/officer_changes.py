"""Mutations of what officers do with enrolments once they are proposed."""

# ruff: noqa: A002  (arguments are called what the contract calls them)

from __future__ import annotations

from functools import partial
from typing import Any

from strawberry.types.field import StrawberryField

from hub.api.context import Root
from hub.api.ledger_types import Receipt
from hub.api.officer_inputs import (
    ConfirmEligibilityInput,
    RecordPaymentInput,
    RefuseEnrolmentInput,
    ResumeEnrolmentInput,
    SuspendEnrolmentInput,
)
from hub.api.overlap_types import SetOverlapRulesInput
from hub.api.roots import root_field
from hub.commands.course import ConfirmEligibility, RefuseEnrolment, ResumeEnrolment, SuspendEnrolment
from hub.commands.overlaps import OverlapRule, SetOverlapRules
from hub.commands.payments import RecordPayment
from hub.domain.ids import as_uuid

FIELDS: list[StrawberryField] = []
change = partial(root_field, FIELDS, Receipt)


@change(
    "Says that a proposed person is entitled (layak): no place is taken, and nothing opened.",
    needs="enrolment:accept",
)
async def confirm_eligibility(root: Root, input: ConfirmEligibilityInput) -> Any:
    """Find eligible."""
    command = ConfirmEligibility(as_uuid(input.enrolment, "enrolment"), input.eligible_on)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Refuses a proposal, with a reason code; never by the agency that made it.", needs="enrolment:refuse")
async def refuse_enrolment(root: Root, input: RefuseEnrolmentInput) -> Any:
    """Refuse."""
    command = RefuseEnrolment(as_uuid(input.enrolment, "enrolment"), input.reason, input.note)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Suspends an enrolment, with a reason code; its place is kept.", needs="enrolment:suspend")
async def suspend_enrolment(root: Root, input: SuspendEnrolmentInput) -> Any:
    """Suspend."""
    enrolment = as_uuid(input.enrolment, "enrolment")
    command = SuspendEnrolment(enrolment, input.reason, input.suspended_on, input.note)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Goes on with a suspended enrolment.", needs="enrolment:suspend")
async def resume_enrolment(root: Root, input: ResumeEnrolmentInput) -> Any:
    """Resume."""
    command = ResumeEnrolment(as_uuid(input.enrolment, "enrolment"), input.resumed_on, input.note)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Says what was paid out for an enrolment.", needs="payment:record")
async def record_payment(root: Root, input: RecordPaymentInput) -> Any:
    """Record a payment."""
    enrolment = as_uuid(input.enrolment, "enrolment")
    command = RecordPayment(enrolment, input.paid_on, input.amount, input.period)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Sets which enrolments do not go together, as a whole; found anew at once.", needs="overlap:rule")
async def set_overlap_rules(root: Root, input: SetOverlapRulesInput) -> Any:
    """Set the rules."""
    rules = tuple(
        OverlapRule(
            code=each.code,
            kind=each.kind.value,
            severity=each.severity.value,
            says=each.says,
            basis=each.basis,
            programmes=tuple(each.programmes or ()),
            against=tuple(each.against or ()),
            presence=tuple(each.presence or ()),
            from_on=each.from_,
            to_on=each.to,
        )
        for each in input.rules
    )
    return await root.submit(SetOverlapRules(rules), input.request_id, input.expected_version)
