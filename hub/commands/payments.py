"""The command that says what was paid: registered, eligible, enrolled and paid are four different things."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.commands.model import By
from hub.commands.programmes import enrolment_refs
from hub.commands.reading import day, known
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History

PAID = ("ENROLLED", "SUSPENDED", "ENDED")
"""States in which something may have been paid: also what was paid by mistake is recorded as it was."""
MOST = 2_000_000_000
"""Rupiah of one payment, at most: a slip of the finger is more, and GraphQL's integers end there."""
_PERIOD = re.compile(r"[0-9]{4}(-[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Say that something was paid out for an enrolment."""

    enrolment: str
    paid_on: str
    amount: int
    """In whole rupiah."""
    period: str
    """What it was paid for: a year, or a part of one, e.g. 2024-2."""


def record_payment(history: History, command: RecordPayment, draw: Draw, by: By) -> Decision:
    """A payment as it was made. The same day for the same period twice is refused: a list read twice pays nobody."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    state = enrolment.state
    if state["status"] not in PAID:
        raise Conflict(f"This enrolment is {state['status'].lower()}.", "Only who was enrolled is paid.")
    paid_on = day(command.paid_on, "The day of the payment")
    if not "2000-01-01" <= paid_on <= draw.today:
        raise InvalidInput("Nothing is paid in the future, nor was before 2000.", "Check the day.")
    if isinstance(command.amount, bool) or not 0 < command.amount <= MOST:
        raise InvalidInput(f"A payment is 1 to {MOST:,} rupiah.", "Give the amount in whole rupiah.")
    if not _PERIOD.fullmatch(command.period):
        raise InvalidInput("The period is none.", "Give a year, or a part of one: 2024, 2024-2.")
    year, _, part = command.period.partition("-")
    period = f"{year}-{int(part)}" if part else year
    if [paid_on, period] in state.get("payments", []):
        raise Conflict("This payment is recorded already.", "Nothing needs to be done.")
    clear = {"agency": state["agency"], "paid_on": paid_on, "period": period,
             "last_paid_on": max(paid_on, state.get("last_paid_on", paid_on))}  # fmt: skip
    draft = Draft(
        draw.new_id(), "PaymentRecorded", enrolment.id, enrolment_refs(enrolment), clear,
        {"amount": command.amount},
    )  # fmt: skip
    return Decision((draft,))
