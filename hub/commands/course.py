"""Commands for the course of an enrolment between proposal and end: found eligible, refused, suspended, resumed."""

from __future__ import annotations

from dataclasses import dataclass

from hub.commands.enrolling import by_lists_alone
from hub.commands.model import By
from hub.commands.programmes import demand_outside, enrolment_refs
from hub.commands.reading import day, known, words
from hub.commands.reasons import REFUSING, SUSPENDING, reason
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Subject


@dataclass(frozen=True, slots=True)
class ConfirmEligibility:
    """Say that a proposed person is entitled; they have no place yet, and nothing is opened."""

    enrolment: str
    eligible_on: str | None = None


@dataclass(frozen=True, slots=True)
class RefuseEnrolment:
    """Refuse a proposal, or what a list says, with a reason code; by those who might have accepted it."""

    enrolment: str
    reason: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SuspendEnrolment:
    """Stop an enrolment for the time being, with a reason code; its place is kept."""

    enrolment: str
    reason: str
    suspended_on: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeEnrolment:
    """Go on with a suspended enrolment."""

    enrolment: str
    resumed_on: str | None = None
    note: str | None = None


def confirm_eligibility(history: History, command: ConfirmEligibility, draw: Draw, by: By) -> Decision:
    """Eligible is not enrolled: it takes no place and lets nobody see the person."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    _demand(enrolment, ("PROPOSED",), "Only what is proposed is found eligible.")
    demand_outside(enrolment, by)
    clear = {"status": "ELIGIBLE", "eligible_on": _past(command.eligible_on, draw, "The day of the finding")}
    return _said("EligibilityConfirmed", enrolment, draw, clear)


def refuse_enrolment(history: History, command: RefuseEnrolment, draw: Draw, by: By) -> Decision:
    """Refused for good; the person may be proposed anew. A list that goes on saying so changes nothing."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    if not (enrolment.state["status"] == "ENROLLED" and by_lists_alone(enrolment)):
        _demand(enrolment, ("PROPOSED", "ELIGIBLE"), "What has been accepted is ended instead.")
    demand_outside(enrolment, by)
    clear = {"status": "REFUSED", "to_on": draw.today, "reason": reason(command.reason, REFUSING)}
    return _said("EnrolmentRefused", enrolment, draw, clear, command.note)


def suspend_enrolment(history: History, command: SuspendEnrolment, draw: Draw, by: By) -> Decision:
    """Suspended from a day on: the place is kept, and its agency goes on seeing the person."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    _demand(enrolment, ("ENROLLED",), "Only who is enrolled can be suspended.")
    suspended_on = _past(command.suspended_on, draw, "The day of the suspension")
    if suspended_on < enrolment.state.get("from_on", suspended_on):
        raise InvalidInput(
            "It would be suspended before it started.", f"It started on {enrolment.state['from_on']}."
        )
    clear = {
        "status": "SUSPENDED",
        "suspended_on": suspended_on,
        "reason": reason(command.reason, SUSPENDING),
    }
    return _said("EnrolmentSuspended", enrolment, draw, clear, command.note)


def resume_enrolment(history: History, command: ResumeEnrolment, draw: Draw, by: By) -> Decision:
    """Enrolled again from a day on; the reason of the suspension stays in the ledger."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    _demand(enrolment, ("SUSPENDED",), "Only what is suspended is resumed.")
    resumed_on = _past(command.resumed_on, draw, "The day of resuming")
    if resumed_on < enrolment.state["suspended_on"]:
        raise InvalidInput(
            "It would be resumed before it was suspended.",
            f"It was suspended on {enrolment.state['suspended_on']}.",
        )
    clear = {"status": "ENROLLED", "resumed_on": resumed_on, "suspended_on": None, "reason": None}
    return _said("EnrolmentResumed", enrolment, draw, clear, command.note)


def _demand(enrolment: Subject, statuses: tuple[str, ...], advice: str) -> None:
    if enrolment.state["status"] not in statuses:
        raise Conflict(f"This enrolment is {enrolment.state['status'].lower()}.", advice)


def _past(given: str | None, draw: Draw, what: str) -> str:
    found = day(given or draw.today, what)
    if found > draw.today:
        raise InvalidInput(f"{what} is not in the future.", "Say it on the day.")
    return found


def _said(
    kind: str, enrolment: Subject, draw: Draw, clear: dict[str, Json], note: str | None = None
) -> Decision:
    payload = {"note": words(note, "The note", 500)} if note else None
    return Decision((Draft(draw.new_id(), kind, enrolment.id, enrolment_refs(enrolment), clear, payload),))
