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
from hub.api.roots import root_field
from hub.commands.course import ConfirmEligibility, RefuseEnrolment, ResumeEnrolment, SuspendEnrolment
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
