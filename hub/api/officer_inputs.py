"""GraphQL inputs of what officers do with enrolments."""

from __future__ import annotations

import strawberry
from strawberry import ID, field

from hub.api.inputs import Change
from hub.api.scalars import Date


@strawberry.input(description="Says that a proposed person is entitled; they have no place yet.")
class ConfirmEligibilityInput(Change):
    """Input of confirmEligibility."""

    enrolment: ID = field(description="Id of the proposal.")
    eligible_on: Date | None = field(description="Day of the finding; today unless given.")


@strawberry.input(description="Refuses a proposal, or what a list says.")
class RefuseEnrolmentInput(Change):
    """Input of refuseEnrolment."""

    enrolment: ID = field(description="Id of the proposal.")
    reason: str = field(description="Code of the reason (alasan), e.g. `NOT_ENTITLED`, `ALREADY_HELPED`.")
    note: str | None = field(description="Free text (catatan).")


@strawberry.input(description="Stops an enrolment for the time being; its place is kept.")
class SuspendEnrolmentInput(Change):
    """Input of suspendEnrolment."""

    enrolment: ID = field(description="Id of the enrolment.")
    reason: str = field(description="Code of the reason (alasan), e.g. `UNDER_VERIFICATION`, `NOT_FOUND`.")
    suspended_on: Date | None = field(name="from", description="First day; today unless given.")
    note: str | None = field(description="Free text (catatan).")


@strawberry.input(description="Goes on with a suspended enrolment.")
class ResumeEnrolmentInput(Change):
    """Input of resumeEnrolment."""

    enrolment: ID = field(description="Id of the enrolment.")
    resumed_on: Date | None = field(name="from", description="First day; today unless given.")
    note: str | None = field(description="Free text (catatan).")


@strawberry.input(description="Says what was paid out for an enrolment (pembayaran).")
class RecordPaymentInput(Change):
    """Input of recordPayment."""

    enrolment: ID = field(description="Id of the enrolment.")
    paid_on: Date = field(description="Day of the payment.")
    amount: int = field(description="Whole rupiah.")
    period: str = field(description="What it was paid for: a year, or a part of one, e.g. `2024-2`.")
